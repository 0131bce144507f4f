//! Names that are defined more than once, which Java 1.12 allows if the definitions are equal.

use std::collections::HashMap;

use serde_json::Value;

use super::node::{Default, Field, Kind, Node, NodeId};

/// Whether two definitions of one name are equal, as Java's `Schema.equals` compares them:
/// without documentation and aliases, and without the default of an enum.
pub(super) fn is_same_definition(nodes: &[Node], one: NodeId, other: NodeId) -> bool {
    pair(nodes, one, other).is_some_and(|(one, other)| {
        let is_same = match (&one.kind, &other.kind) {
            (Kind::Enum(one), Kind::Enum(other)) => one.symbols == other.symbols,
            (Kind::Fixed(one), Kind::Fixed(other)) => one.size == other.size,
            (Kind::Record(one), Kind::Record(other)) => {
                let mut fields = one.fields.iter().zip(&other.fields);
                one.fields.len() == other.fields.len()
                    && fields.all(|(one, other)| is_same_field(nodes, one, other))
            }
            _ => false,
        };
        is_same && has_same_attributes(one, other)
    })
}

fn pair(nodes: &[Node], one: NodeId, other: NodeId) -> Option<(&Node, &Node)> {
    Some((nodes.get(one.index())?, nodes.get(other.index())?))
}

fn is_same_field(nodes: &[Node], one: &Field, other: &Field) -> bool {
    one.name == other.name
        && one.order == other.order
        && is_same_default(one.default.as_ref(), other.default.as_ref())
        && is_same_list(&one.attributes, &other.attributes)
        && is_same_type(nodes, one.schema, other.schema)
}

fn is_same_default(one: Option<&Default>, other: Option<&Default>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => is_same_json(&one.json, &other.json),
        (None, None) => true,
        _ => false,
    }
}

/// Named types are the same if their names are: every definition is compared once, by itself.
fn is_same_type(nodes: &[Node], one: NodeId, other: NodeId) -> bool {
    let Some((one, other)) = pair(nodes, one, other) else {
        return false;
    };
    let is_same = match (&one.kind, &other.kind) {
        (Kind::Array(one), Kind::Array(other)) | (Kind::Map(one), Kind::Map(other)) => {
            is_same_type(nodes, *one, *other)
        }
        (Kind::Union(one), Kind::Union(other)) => {
            let mut branches = one.iter().zip(other);
            one.len() == other.len()
                && branches.all(|(one, other)| is_same_type(nodes, *one, *other))
        }
        (one, other) if one.full_name().is_some() => return one.full_name() == other.full_name(),
        (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
    };
    is_same && has_same_attributes(one, other)
}

fn has_same_attributes(one: &Node, other: &Node) -> bool {
    one.logical == other.logical && is_same_list(&one.attributes, &other.attributes)
}

/// In any order. Of equal names the last counts.
fn is_same_list(one: &[(String, Box<str>)], other: &[(String, Box<str>)]) -> bool {
    let [one, other] = [one, other].map(|list| {
        let members = list.iter().map(|(name, json)| (&**name, &**json));
        members.collect::<HashMap<&str, &str>>()
    });
    let mut members = one.iter();
    one.len() == other.len()
        && members.all(|(name, json)| {
            let found = other.get(name);
            found.is_some_and(|found| is_same_json(found, json))
        })
}

/// Texts that serde_json does not read as a value, such as `1e999`, are the same if they are equal.
fn is_same_json(one: &str, other: &str) -> bool {
    let value = |text| serde_json::from_str::<Value>(text).ok();
    one == other || value(one).is_some_and(|one| Some(one) == value(other))
}
