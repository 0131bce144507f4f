//! What each schema type says of names, unions and branches. Types whose feature is off are not
//! told apart.

use std::collections::HashMap;

use wireform_registry::{ResolvedSchema, SchemaKind};

use crate::error::{Error, ErrorKind, Result};
use crate::frame::MessageIndex;
use crate::schema_codec::SchemaSource;

/// Which records are written with a schema, and how a body says which one it is.
#[derive(Debug)]
#[cfg_attr(
    not(all(feature = "avro", feature = "json-schema", feature = "protobuf")),
    allow(dead_code, reason = "each is of a feature")
)]
pub(super) enum Records {
    /// Every body is this one.
    One(String),
    /// Avro: the body begins with the number of its branch; `None` where that is no record.
    Branches(Vec<Option<String>>),
    /// Protobuf: the frame says which message.
    Messages(HashMap<MessageIndex, String>),
    /// JSON Schema: one of these, and nothing says which; with its own schema where that can
    /// stand alone.
    AnyOf(Vec<(String, Option<ResolvedSchema>)>),
}

/// The records of `writer`.
///
/// # Errors
/// `InvalidSchema` if it does not parse; `UnsupportedContent` if nothing in it has a name.
pub(super) fn records(writer: &ResolvedSchema) -> Result<Records> {
    match writer.kind {
        #[cfg(feature = "avro")]
        SchemaKind::Avro => avro_records(writer),
        #[cfg(feature = "protobuf")]
        SchemaKind::Protobuf => crate::protobuf::messages(&writer.text).map(Records::Messages),
        #[cfg(feature = "json-schema")]
        SchemaKind::Json => match crate::json_schema::records(writer)? {
            (Some(title), _) => Ok(Records::One(title)),
            (None, names) if !names.is_empty() => Ok(Records::AnyOf(names)),
            (None, _) => Err(unnamed("the JSON Schema has no title")),
        },
        #[allow(unreachable_patterns, reason = "without all features there are others")]
        kind => Err(unnamed(&format!(
            "names in schemas of type {kind} need a feature of wireform that is off"
        ))),
    }
}

#[cfg(feature = "avro")]
fn avro_records(writer: &ResolvedSchema) -> Result<Records> {
    use crate::avro::Kind;
    let schema = crate::avro::parse_resolved(writer)?;
    let name = |kind: &Kind| match kind {
        Kind::Record(record) => Some(record.name.to_string()),
        _ => None,
    };
    match schema.kind(schema.root()) {
        Kind::Union(branches) => {
            let branches = branches.iter().map(|&id| name(schema.kind(id)));
            Ok(Records::Branches(branches.collect()))
        }
        kind => name(kind)
            .map(Records::One)
            .ok_or_else(|| unnamed("the Avro schema is no record")),
    }
}

fn unnamed(message: &str) -> Error {
    let message = format!("{message}: it is no event");
    Error::new(ErrorKind::UnsupportedContent, message)
}

/// The names by which a reader's record is known: its full name, and its aliases.
///
/// # Errors
/// `Config` if it has none.
pub(super) fn names_of(source: &SchemaSource) -> Result<Vec<String>> {
    #[cfg(feature = "avro")]
    if source.kind == SchemaKind::Avro {
        let schema = crate::avro::Schema::parse_with(&source.text, &imports(source))?;
        let names = crate::avro::names_of(&schema);
        if !names.is_empty() {
            return Ok(names);
        }
    }
    let name = source.record.clone().ok_or_else(|| {
        let message = "an event's schema needs a name: a record in Avro, a title in JSON Schema";
        Error::new(ErrorKind::Config, message)
    })?;
    Ok(vec![name])
}

#[cfg(feature = "avro")]
fn imports(source: &SchemaSource) -> Vec<&str> {
    let mut texts: Vec<&str> = Vec::new();
    for import in &source.imports {
        for text in imports(&import.source) {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        if !texts.contains(&&*import.source.text) {
            texts.push(&import.source.text);
        }
    }
    texts
}

/// One schema for several records in one subject.
///
/// # Errors
/// `Config` if their schema types differ, or know no such thing.
pub(super) fn union_source(records: &[&SchemaSource]) -> Result<SchemaSource> {
    let kind = records.first().map(|record| record.kind);
    if records.iter().any(|record| Some(record.kind) != kind) {
        let message = "events of several schema types cannot share a subject: name the subjects \
                       by record";
        return Err(Error::new(ErrorKind::Config, message));
    }
    match kind {
        #[cfg(feature = "avro")]
        Some(SchemaKind::Avro) => crate::avro::union_source(records),
        #[cfg(feature = "json-schema")]
        Some(SchemaKind::Json) => crate::json_schema::union_source(records),
        _ => Err(Error::new(
            ErrorKind::Config,
            "only Avro and JSON Schema have unions: name the subjects by record, or put the \
             messages into a oneof",
        )),
    }
}

/// What stands in front of the body of the branch `index`.
pub(super) fn branch_prefix(kind: SchemaKind, index: usize) -> Vec<u8> {
    match kind {
        #[cfg(feature = "avro")]
        SchemaKind::Avro => crate::avro::branch_prefix(index),
        _ => {
            let _ = index;
            Vec::new()
        }
    }
}

/// The number of the branch at the start of an Avro body.
///
/// # Errors
/// `Decode` if there is none.
pub(super) fn branch_of(body: &[u8]) -> Result<usize> {
    let mut number = 0_u64;
    for (index, &byte) in body.iter().take(MAX_VARINT).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let branch = (number & 1 == 0).then(|| usize::try_from(number >> 1).ok());
            let message = "the branch of the union is negative or too large";
            return branch
                .flatten()
                .ok_or_else(|| Error::new(ErrorKind::Decode, message));
        }
    }
    let message = "the body ends before the branch of its union";
    Err(Error::new(ErrorKind::Decode, message))
}

/// Longer numbers of branches than 2³¹ do not exist.
const MAX_VARINT: usize = 5;

/// Checks that `schema` has the branches of `own` in the same places, with the same meaning;
/// `false` if the kind of schema has no branches in its bytes, so that nothing was checked.
///
/// # Errors
/// `Incompatible` if it does not.
pub(super) fn check_union(own: &SchemaSource, schema: &ResolvedSchema) -> Result<bool> {
    match own.kind {
        #[cfg(feature = "avro")]
        SchemaKind::Avro => {
            let own = crate::avro::Schema::parse(&own.text)?;
            crate::avro::check_first_branches(&own, &crate::avro::parse_resolved(schema)?)?;
            Ok(true)
        }
        _ => {
            let _ = schema;
            Ok(false)
        }
    }
}
