//! What the types hold, as far as Rust must know: whether by value, and whether text.

use std::collections::BTreeSet;

use wireform::avro::{Kind, LogicalType, NodeId, Schema};

use super::files::children;
use crate::error::{Error, ErrorKind, Result};

/// Whether a value of `id` holds text or bytes that could be borrowed.
pub(crate) fn borrows(schema: &Schema, id: NodeId) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![id];
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let node = schema.node(id);
        let is_own_type = matches!(
            node.logical,
            Some(LogicalType::Decimal { .. } | LogicalType::Uuid)
        );
        match &node.kind {
            Kind::Map(_) => return true,
            Kind::Bytes | Kind::String if !is_own_type => return true,
            kind => open.extend(children(kind)),
        }
    }
    false
}

/// Whether a value of `from` holds one of the record `record` without anything in between that
/// Rust puts on the heap: then that takes a `Box`.
pub(crate) fn holds_by_value(schema: &Schema, from: NodeId, record: &str) -> bool {
    reaches(schema, from, record, |kind| match kind {
        Kind::Record(_) | Kind::Union(_) => children(kind),
        _ => Vec::new(),
    })
}

/// # Errors
/// `Unsupported` if every value of the record would hold another one of it.
pub(crate) fn check_finite(schema: &Schema, id: NodeId) -> Result<()> {
    let Kind::Record(record) = &schema.node(id).kind else {
        return Ok(());
    };
    let only_records = |kind: &Kind| match kind {
        Kind::Record(_) => children(kind),
        _ => Vec::new(),
    };
    let is_endless = record
        .fields
        .iter()
        .any(|field| reaches(schema, field.schema, &record.name, only_records));
    if !is_endless {
        return Ok(());
    }
    let message = format!(
        "{}: every value holds another one, without end: make one of the fields a union with null",
        record.name
    );
    Err(Error::new(ErrorKind::Unsupported, message))
}

fn reaches(
    schema: &Schema,
    from: NodeId,
    record: &str,
    children: impl Fn(&Kind) -> Vec<NodeId>,
) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let kind = &schema.node(id).kind;
        if kind.full_name() == Some(record) {
            return true;
        }
        open.extend(children(kind));
    }
    false
}
