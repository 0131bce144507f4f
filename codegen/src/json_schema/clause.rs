//! Combines the schemas that apply to one value: follows `$ref` and `allOf`, and returns the
//! schemas without either, and the choices.

use std::collections::BTreeSet;

use serde_json::Value;

use super::documents::{Documents, Place};
use crate::error::Result;

/// One of the schemas that a value must satisfy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    pub(super) place: Place,
    /// True for the schema with its references and choices; false for its own keywords only.
    pub(super) is_whole: bool,
}

pub(super) type Parts = BTreeSet<Part>;

#[derive(Debug, Default)]
pub(super) struct Clause {
    /// Schemas whose own keywords count.
    pub(super) leaves: BTreeSet<Place>,
    /// Of each of these, at least one must hold: `anyOf` and `oneOf`.
    pub(super) choices: Vec<Vec<Place>>,
    /// No value satisfies `false`.
    pub(super) is_never: bool,
}

impl Part {
    pub(super) fn whole(place: Place) -> Self {
        Self {
            place,
            is_whole: true,
        }
    }

    pub(super) fn leaf(place: Place) -> Self {
        Self {
            place,
            is_whole: false,
        }
    }
}

/// Replaces schemas that only refer to another one by that one.
pub(super) fn follow(documents: &Documents, part: Part) -> Result<Part> {
    let mut part = part;
    let mut seen = BTreeSet::new();
    while part.is_whole && seen.insert(part.place.clone()) {
        let Some(schema) = documents.get(&part.place) else {
            break;
        };
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else {
            break;
        };
        let is_alone = documents.draft(&part.place).ref_is_alone()
            || !schema.as_object().is_some_and(|schema| {
                let mut keys = schema.keys().filter(|key| *key != "$ref");
                keys.any(|key| is_constraint(key))
            });
        if !is_alone {
            break;
        }
        match documents.resolve(&part.place, reference)? {
            Some(place) => part.place = place,
            None => break,
        }
    }
    Ok(part)
}

/// Combines all `parts`.
pub(super) fn close(documents: &Documents, parts: &Parts) -> Result<Clause> {
    let mut clause = Clause::default();
    let mut open: Vec<Part> = parts.iter().rev().cloned().collect();
    let mut seen = BTreeSet::new();
    while let Some(part) = open.pop() {
        if !seen.insert(part.clone()) {
            continue;
        }
        let Some(schema) = documents.get(&part.place) else {
            continue;
        };
        if *schema == Value::Bool(false) {
            clause.is_never = true;
        }
        let Some(members) = schema.as_object() else {
            continue;
        };
        if part.is_whole {
            let draft = documents.draft(&part.place);
            if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
                open.extend(documents.resolve(&part.place, reference)?.map(Part::whole));
                if draft.ref_is_alone() {
                    continue;
                }
            }
            open.extend(
                places(documents, &part.place, "allOf")
                    .into_iter()
                    .rev()
                    .map(Part::whole),
            );
            clause.choices.extend(choices(documents, &part.place));
        }
        if members.keys().any(|key| is_leaf(key)) {
            clause.leaves.insert(part.place);
        }
    }
    Ok(clause)
}

/// Returns the choices of a schema that restrict the value.
fn choices(documents: &Documents, place: &Place) -> impl Iterator<Item = Vec<Place>> {
    let choices = ["anyOf", "oneOf"].map(|keyword| places(documents, place, keyword));
    let is_choice =
        |choice: &Vec<Place>| choice.iter().any(|place| says_something(documents, place));
    choices.into_iter().filter(is_choice)
}

/// Returns the schemas in the array of a keyword.
fn places(documents: &Documents, place: &Place, keyword: &str) -> Vec<Place> {
    let schemas = documents.get(place).and_then(|schema| schema.get(keyword));
    let count = schemas.and_then(Value::as_array).map_or(0, Vec::len);
    let place = place.child(keyword);
    (0..count).map(|number| place.at(number)).collect()
}

/// Returns whether a branch of a choice has a keyword that affects types.
fn says_something(documents: &Documents, place: &Place) -> bool {
    match documents.get(place) {
        Some(Value::Object(members)) => members.keys().any(|key| is_constraint(key)),
        _ => true,
    }
}

/// Keywords that types depend on.
fn is_constraint(key: &str) -> bool {
    matches!(key, "$ref" | "allOf" | "anyOf" | "oneOf") || (is_leaf(key) && key != "required")
}

/// Keywords of a schema alone that types depend on.
fn is_leaf(key: &str) -> bool {
    matches!(
        key,
        "additionalItems"
            | "additionalProperties"
            | "const"
            | "enum"
            | "exclusiveMaximum"
            | "exclusiveMinimum"
            | "items"
            | "maxItems"
            | "maximum"
            | "minItems"
            | "minimum"
            | "patternProperties"
            | "prefixItems"
            | "properties"
            | "required"
            | "type"
    )
}
