//! Properties of types that Rust needs: values held directly, and text to borrow.

use std::collections::BTreeSet;

use wireform::avro::schema::{Kind, LogicalType, NodeId, Schema};

use super::files::children;

/// Returns whether a value of `id` holds text or bytes that could be borrowed.
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

/// Returns whether a value of `from` holds one of the record `record` directly, not through a type
/// that Rust puts on the heap. Such a value needs a `Box`.
pub(crate) fn holds_by_value(schema: &Schema, from: NodeId, record: &str) -> bool {
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
        if matches!(kind, Kind::Record(_) | Kind::Union(_)) {
            open.extend(children(kind));
        }
    }
    false
}

/// Returns the records that have no finite value, because each value would hold another one. A list
/// of them can be empty.
pub(crate) fn endless(schema: &Schema) -> BTreeSet<&str> {
    let names = schema.names().into_iter();
    let mut open: Vec<(&str, NodeId)> = names
        .filter_map(|name| Some((name, schema.named(name)?)))
        .filter(|(_, id)| matches!(schema.node(*id).kind, Kind::Record(_)))
        .collect();
    let mut finite = BTreeSet::new();
    loop {
        let before = open.len();
        open.retain(|(name, id)| {
            let fields = children(&schema.node(*id).kind);
            let is_finite = fields
                .iter()
                .all(|field| has_value(schema, *field, &finite));
            if is_finite {
                finite.insert(*name);
            }
            !is_finite
        });
        if open.len() == before {
            return open.into_iter().map(|(name, _)| name).collect();
        }
    }
}

/// Returns whether the type has a finite value, if the records `finite` have one.
fn has_value(schema: &Schema, id: NodeId, finite: &BTreeSet<&str>) -> bool {
    let is_finite = |id: &NodeId| match &schema.node(*id).kind {
        Kind::Record(record) => finite.contains(&*record.name),
        _ => true,
    };
    match &schema.node(id).kind {
        Kind::Union(branches) => branches.iter().any(is_finite),
        _ => is_finite(&id),
    }
}
