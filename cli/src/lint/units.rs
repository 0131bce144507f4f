//! Units that differ between two versions: the compatibility rules allow it, but every number then
//! has another meaning.

use wireform::avro::schema::{Field, Kind, LogicalType, NodeId, Schema};

/// A field whose numbers changed their meaning.
pub(super) struct Change {
    /// The record and the field.
    pub(super) path: String,
    pub(super) field: String,
    pub(super) message: String,
}

/// Returns the changed units between `old` and `new`, in records that both have.
pub(super) fn changes(old: &Schema, new: &Schema) -> Vec<Change> {
    let mut found = Vec::new();
    for name in new.own_names() {
        let (Some(before), Some(now)) = (record(old, name), record(new, name)) else {
            continue;
        };
        for field in now {
            let Some(other) = before.iter().find(|other| is_same(other, field)) else {
                continue;
            };
            if let Some((was, is)) = unit_change((old, other.schema), (new, field.schema)) {
                found.push(Change {
                    path: format!("{name}.{}", field.name),
                    field: field.name.to_string(),
                    message: format!("it was {was} and is {is}: old numbers are read as new ones"),
                });
            }
        }
    }
    found
}

fn record<'s>(schema: &'s Schema, name: &str) -> Option<&'s [Field]> {
    match &schema.node(schema.named(name)?).kind {
        Kind::Record(record) => Some(&record.fields),
        _ => None,
    }
}

fn is_same(old: &Field, new: &Field) -> bool {
    old.name == new.name || new.aliases.iter().any(|alias| **alias == *old.name)
}

/// Returns the units if they differ. For an optional value or an array, compares the value or the
/// items.
fn unit_change(old: (&Schema, NodeId), new: (&Schema, NodeId)) -> Option<(String, String)> {
    let (old, new) = (number(old)?, number(new)?);
    (old.0 == new.0 && old.1 != new.1).then(|| (unit(old.1), unit(new.1)))
}

/// Returns the Avro type of a number, and its unit.
fn number((schema, id): (&Schema, NodeId)) -> Option<(Written, Option<LogicalType>)> {
    let node = schema.node(id);
    let written = match &node.kind {
        Kind::Int | Kind::Long => Written::Integer,
        Kind::Bytes | Kind::Fixed(_) => Written::Bytes,
        Kind::Array(inner) | Kind::Map(inner) => match &schema.node(*inner).kind {
            Kind::Array(_) | Kind::Map(_) | Kind::Union(_) => return None,
            _ => return number((schema, *inner)),
        },
        Kind::Union(branches) => {
            let others = branches.iter().filter(|id| !is_null(schema, **id));
            let [only] = others.collect::<Vec<_>>()[..] else {
                return None;
            };
            return match &schema.node(*only).kind {
                Kind::Array(_) | Kind::Map(_) => None,
                _ => number((schema, *only)),
            };
        }
        _ => return None,
    };
    Some((written, node.logical))
}

#[derive(PartialEq)]
enum Written {
    Bytes,
    Integer,
}

fn is_null(schema: &Schema, id: NodeId) -> bool {
    matches!(schema.node(id).kind, Kind::Null)
}

fn unit(logical: Option<LogicalType>) -> String {
    match logical {
        Some(LogicalType::Decimal { precision, scale }) => {
            format!("decimal({precision}, {scale})")
        }
        Some(logical) => logical.as_str().to_owned(),
        None => "without a logical type".to_owned(),
    }
}
