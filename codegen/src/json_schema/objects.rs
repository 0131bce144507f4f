//! Objects and arrays: the shapes of their members and items.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::clause::{Part, Parts};
use super::documents::Place;
use super::graph::{ANY, Graph};
use super::shape::{Field, NodeId, Shape, Struct};
use crate::error::Result;

type Schemas<'s> = [(&'s Place, &'s Value)];

/// Returns the shape of an object that satisfies all `schemas`.
pub(super) fn object(graph: &mut Graph<'_>, schemas: &Schemas<'_>) -> Result<Shape> {
    let members: Vec<Members<'_>> = schemas
        .iter()
        .map(|(place, schema)| Members::new(place, schema))
        .collect();
    let mut fields: BTreeMap<&str, Parts> = BTreeMap::new();
    for found in &members {
        for key in found.properties.into_iter().flat_map(Map::keys) {
            fields.entry(key).or_default();
        }
    }
    let mut out = Vec::new();
    for (key, mut parts) in fields {
        let Some(place) = members.iter().find_map(|found| found.property(key)) else {
            continue;
        };
        let is_allowed = members.iter().all(|found| found.add(key, &mut parts));
        if is_allowed {
            let node = graph.node(parts)?;
            out.push(Field {
                key: key.to_owned(),
                node,
                is_required: members.iter().any(|found| found.requires(key)),
                place,
            });
        }
    }
    let rest = rest(graph, &members)?;
    match (out.is_empty(), rest) {
        (true, Some(rest)) => Ok(Shape::Map(rest)),
        _ => Ok(Shape::Struct(Struct { fields: out, rest })),
    }
}

/// The members of an object in one schema.
struct Members<'s> {
    place: &'s Place,
    schema: &'s Value,
    properties: Option<&'s Map<String, Value>>,
    patterns: Vec<&'s str>,
}

/// The members that are not among the properties of one schema.
enum Rest {
    /// Each satisfies one of these schemas.
    OneOf(Vec<Place>),
    Closed,
    Open,
}

impl<'s> Members<'s> {
    fn new(place: &'s Place, schema: &'s Value) -> Self {
        let patterns = schema.get("patternProperties").and_then(Value::as_object);
        let patterns = patterns.into_iter().flatten();
        let patterns = patterns.filter(|(_, schema)| **schema != Value::Bool(false));
        Self {
            place,
            schema,
            properties: schema.get("properties").and_then(Value::as_object),
            patterns: patterns.map(|(pattern, _)| &**pattern).collect(),
        }
    }

    fn property(&self, key: &str) -> Option<Place> {
        self.properties?.get(key)?;
        Some(self.place.child("properties").child(key))
    }

    fn requires(&self, key: &str) -> bool {
        let required = self.schema.get("required").and_then(Value::as_array);
        required.is_some_and(|required| required.iter().any(|name| name == key))
    }

    /// Adds the schemas of the member `key`; returns false if the member cannot exist.
    fn add(&self, key: &str, parts: &mut Parts) -> bool {
        if let Some(schema) = self.properties.and_then(|properties| properties.get(key)) {
            let place = self.place.child("properties").child(key);
            parts.insert(Part::whole(place));
            return *schema != Value::Bool(false);
        }
        match (self.rest(), self.patterns.is_empty()) {
            (Rest::Closed, _) => return false,
            (Rest::OneOf(places), true) => parts.extend(places.into_iter().map(Part::whole)),
            _ => {}
        }
        true
    }

    fn rest(&self) -> Rest {
        let folder = self.place.child("patternProperties");
        if let Some(pattern) = self.patterns.iter().find(|pattern| is_everything(pattern)) {
            return Rest::OneOf(vec![folder.child(pattern)]);
        }
        let mut places: Vec<Place> = self.patterns.iter().map(|p| folder.child(p)).collect();
        match self.schema.get("additionalProperties") {
            Some(Value::Bool(false)) if places.is_empty() => Rest::Closed,
            Some(Value::Bool(false)) => Rest::OneOf(places),
            Some(Value::Object(_)) => {
                places.push(self.place.child("additionalProperties"));
                Rest::OneOf(places)
            }
            _ => Rest::Open,
        }
    }
}

/// Returns the node of the members that are not fields; `None` if there are none.
fn rest(graph: &mut Graph<'_>, members: &[Members<'_>]) -> Result<Option<NodeId>> {
    let mut single = Parts::new();
    let mut several = None;
    for found in members {
        match found.rest() {
            Rest::Closed => return Ok(None),
            Rest::Open => {}
            Rest::OneOf(places) if places.len() == 1 => {
                single.extend(places.into_iter().map(Part::whole));
            }
            Rest::OneOf(places) => several = several.or(Some(places)),
        }
    }
    let Some(places) = several.filter(|_| single.is_empty()) else {
        return graph.node(single).map(Some);
    };
    let mut nodes = Vec::with_capacity(places.len());
    for place in places {
        nodes.push(graph.node([Part::whole(place)])?);
    }
    Ok(Some(graph.push(Shape::Union(nodes))))
}

/// Returns whether all names match a pattern.
fn is_everything(pattern: &str) -> bool {
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    let pattern = pattern.strip_suffix('$').unwrap_or(pattern);
    matches!(pattern, "" | ".*" | "(.*)" | ".*?")
}

/// Returns the shape of an array that satisfies all `schemas`.
pub(super) fn array(graph: &mut Graph<'_>, schemas: &Schemas<'_>) -> Result<Shape> {
    let mut items = Parts::new();
    for (place, schema) in schemas {
        let draft = graph.documents.draft(place);
        let (prefix, rest) = match draft.has_prefix_items() {
            true => ("prefixItems", "items"),
            false => ("items", "additionalItems"),
        };
        if let Some(first) = schema.get(prefix).and_then(Value::as_array) {
            if schemas.len() == 1 {
                return tuple(graph, place, schema, (prefix, first.len()), rest);
            }
            continue;
        }
        if schema.get("items").is_some_and(|items| !items.is_array()) {
            items.insert(Part::whole(place.child("items")));
        }
    }
    Ok(Shape::List(graph.node(items)?))
}

fn tuple(
    graph: &mut Graph<'_>,
    place: &Place,
    schema: &Value,
    (prefix, count): (&str, usize),
    rest: &str,
) -> Result<Shape> {
    let mut nodes = Vec::with_capacity(count);
    for number in 0..count {
        nodes.push(graph.node([Part::whole(place.child(prefix).at(number))])?);
    }
    let limit = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    let is_closed = schema.get(rest) == Some(&Value::Bool(false))
        || limit("maxItems").is_some_and(|most| most <= count);
    let has_all = limit("minItems").is_some_and(|least| least >= count);
    if is_closed && has_all && (1..=MAX_TUPLE).contains(&count) {
        return Ok(Shape::Tuple(nodes));
    }
    if !is_closed {
        match schema.get(rest) {
            Some(Value::Object(_)) => nodes.push(graph.node([Part::whole(place.child(rest))])?),
            _ => return Ok(Shape::List(ANY)),
        }
    }
    let unique: BTreeSet<NodeId> = nodes.iter().copied().collect();
    let item = match unique.first() {
        None => ANY,
        Some(one) if unique.len() == 1 => *one,
        Some(_) => graph.push(Shape::Union(unique.into_iter().collect())),
    };
    Ok(Shape::List(item))
}

/// The longest tuple that serde reads and writes.
const MAX_TUPLE: u64 = 16;
