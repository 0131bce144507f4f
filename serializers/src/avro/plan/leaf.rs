//! Types that hold no others: which are read as which.

use std::collections::HashMap;
use std::sync::Arc;

use super::Step;
use crate::avro::schema::name::short_name;
use crate::avro::schema::{Enum, Fixed, Kind, LogicalType, NodeId};
use crate::error::{Error, ErrorKind, Result};

pub(super) fn scalar(writer: &Kind, reader: &Kind) -> Option<Step> {
    Some(match (writer, reader) {
        (Kind::Null, Kind::Null) => Step::Null,
        (Kind::Boolean, Kind::Boolean) => Step::Boolean,
        (Kind::Int, Kind::Int) => Step::Int,
        (Kind::Int, Kind::Long) => Step::IntToLong,
        (Kind::Int, Kind::Float) => Step::IntToFloat,
        (Kind::Int, Kind::Double) => Step::IntToDouble,
        (Kind::Long, Kind::Long) => Step::Long,
        (Kind::Long, Kind::Float) => Step::LongToFloat,
        (Kind::Long, Kind::Double) => Step::LongToDouble,
        (Kind::Float, Kind::Float) => Step::Float,
        (Kind::Float, Kind::Double) => Step::FloatToDouble,
        (Kind::Double, Kind::Double) => Step::Double,
        (Kind::Bytes, Kind::Bytes) => Step::Bytes,
        (Kind::Bytes, Kind::String) => Step::BytesToString,
        (Kind::String, Kind::String) => Step::String,
        (Kind::String, Kind::Bytes) => Step::StringToBytes,
        _ => return None,
    })
}

/// Refuses numbers that would be read in another unit than they were written in.
///
/// The specification says that decimals match if their scales do; for times it says nothing, and
/// a thousandfold error is never what a reader wants.
pub(super) fn same_meaning(writer: Option<LogicalType>, reader: Option<LogicalType>) -> Result<()> {
    use LogicalType as L;
    let (Some(writer), Some(reader)) = (writer, reader) else {
        return Ok(());
    };
    let is_same = match (writer, reader) {
        (L::Decimal { scale: w, .. }, L::Decimal { scale: r, .. }) => w == r,
        (w, r) => w == r,
    };
    if is_same {
        return Ok(());
    }
    Err(incompatible(&format!(
        "expected {}, found {}",
        described(reader),
        described(writer)
    )))
}

fn described(logical: LogicalType) -> String {
    match logical {
        LogicalType::Decimal { scale, .. } => format!("decimal with scale {scale}"),
        other => other.as_str().to_owned(),
    }
}

/// Names are compared without their namespace, as the specification has it.
pub(super) fn is_named(reader: &str, aliases: &[String], writer: &str) -> bool {
    short_name(reader) == short_name(writer) || aliases.iter().any(|alias| alias == writer)
}

pub(super) fn fixed(writer: &Fixed, reader: &Fixed, id: NodeId) -> Result<Step> {
    if !is_named(&reader.name, &reader.aliases, &writer.name) {
        return Err(names(&writer.name, &reader.name));
    }
    if writer.size != reader.size {
        let message = format!("fixed of {} bytes, expected {}", writer.size, reader.size);
        return Err(incompatible(&message));
    }
    Ok(Step::Fixed {
        size: reader.size,
        reader: id,
    })
}

pub(super) fn enumeration(writer: &Enum, reader: &Enum, id: NodeId) -> Result<Step> {
    if !is_named(&reader.name, &reader.aliases, &writer.name) {
        return Err(names(&writer.name, &reader.name));
    }
    let places: HashMap<&Arc<str>, usize> = reader.symbols.iter().zip(0..).collect();
    let symbols =
        (writer.symbols.iter()).map(|symbol| places.get(symbol).copied().or(reader.default));
    Ok(Step::Enum {
        symbols: symbols.collect(),
        reader: id,
    })
}

pub(super) fn names(writer: &str, reader: &str) -> Error {
    incompatible(&format!(
        "the writer's type is {writer}, the reader's {reader}"
    ))
}

pub(super) fn mismatch(writer: &Kind, reader: &Kind) -> Error {
    let (writer, reader) = (writer.branch_name(), reader.branch_name());
    incompatible(&format!("expected {reader}, found {writer}"))
}

pub(super) fn incompatible(message: &str) -> Error {
    Error::new(ErrorKind::Incompatible, message.to_owned())
}
