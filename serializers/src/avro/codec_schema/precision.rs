//! How many digits a codec's decimals may have, against the registered schema.

use std::collections::HashSet;

use crate::avro::schema::{Kind, LogicalType, NodeId, Schema};
use crate::error::{Error, ErrorKind, Result};

/// Checks that no decimal of `own` may have more digits than `other` allows, where the bytes of both
/// are the same. A larger precision in `other` is fine, and so are bytes without one on either side.
///
/// # Errors
/// `Incompatible`, as Java's `DecimalConversion` refuses a value with more digits.
pub(super) fn check(own: &Schema, other: &Schema) -> Result<()> {
    let mut pending = vec![(own.root(), other.root(), String::new())];
    let mut seen = HashSet::new();
    while let Some((own_id, other_id, path)) = pending.pop() {
        if !seen.insert((own_id, other_id)) {
            continue;
        }
        compare(own, own_id, other, other_id).map_err(|error| match path.is_empty() {
            true => error,
            false => error.at(path.clone()),
        })?;
        let others = children(other, other_id);
        for ((name, own_id), (_, other_id)) in children(own, own_id).into_iter().zip(others) {
            pending.push((own_id, other_id, joined(&path, name)));
        }
    }
    Ok(())
}

fn compare(own: &Schema, own_id: NodeId, other: &Schema, other_id: NodeId) -> Result<()> {
    let logical = (own.node(own_id).logical, other.node(other_id).logical);
    match logical {
        (
            Some(LogicalType::Decimal { precision, .. }),
            Some(LogicalType::Decimal {
                precision: most, ..
            }),
        ) if precision > most => {
            let message = format!(
                "expected a decimal with precision {most} or less, found one with precision {precision}"
            );
            Err(Error::new(ErrorKind::Incompatible, message))
        }
        _ => Ok(()),
    }
}

/// The types inside a type, and the names of those that are fields.
fn children(schema: &Schema, id: NodeId) -> Vec<(&str, NodeId)> {
    match schema.kind(id) {
        Kind::Array(inner) | Kind::Map(inner) => vec![("", *inner)],
        Kind::Union(branches) => branches.iter().map(|branch| ("", *branch)).collect(),
        Kind::Record(record) => {
            let fields = record.fields.iter();
            fields.map(|field| (&*field.name, field.schema)).collect()
        }
        _ => Vec::new(),
    }
}

fn joined(path: &str, name: &str) -> String {
    match (path, name) {
        (path, "") => path.to_owned(),
        ("", name) => name.to_owned(),
        (path, name) => format!("{path}.{name}"),
    }
}
