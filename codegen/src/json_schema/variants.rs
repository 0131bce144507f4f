//! Conditions that choose a variant of a union before the value is read: they make reading fast,
//! and avoid reading nested unions again and again.

use serde_json::Value;

use super::graph::Graph;
use super::items::{listed, quoted};
use super::kinds::Kinds;
use super::settle::resolve;
use super::shape::{NodeId, Shape, Struct};

/// Returns the condition on `value` for a node; empty if there is none.
pub(super) fn test(graph: &Graph<'_>, id: NodeId) -> String {
    let id = resolve(graph, id);
    let mut conditions = Vec::new();
    conditions.extend(kinds_test(accepted(graph, id, 0)));
    if let Shape::Struct(of) = &graph.get(id).shape {
        conditions.extend(members_tests(graph, of));
    }
    conditions.join(" && ")
}

fn kinds_test(kinds: Kinds) -> Option<String> {
    const TESTS: [(Kinds, &str); 6] = [
        (Kinds::ARRAY, "value.is_array()"),
        (Kinds::BOOLEAN, "value.is_boolean()"),
        (Kinds::NULL, "value.is_null()"),
        (Kinds::NUMBER, "value.is_number()"),
        (Kinds::OBJECT, "value.is_object()"),
        (Kinds::STRING, "value.is_string()"),
    ];
    let tests = TESTS.iter().filter(|(kind, _)| kinds.has(*kind));
    let tests: Vec<&str> = tests.map(|(_, test)| *test).collect();
    match tests.as_slice() {
        [] => None,
        [one] => Some((*one).to_owned()),
        all if all.len() == TESTS.len() => None,
        all => Some(format!("({})", all.join(" || "))),
    }
}

/// Returns the kinds of values that a node reads.
fn accepted(graph: &Graph<'_>, id: NodeId, depth: usize) -> Kinds {
    let id = resolve(graph, id);
    if depth > MAX_DEPTH {
        return Kinds::ALL;
    }
    match &graph.get(id).shape {
        Shape::Any | Shape::Never | Shape::Same(_) => Kinds::ALL,
        Shape::Boolean => Kinds::BOOLEAN,
        Shape::Float | Shape::Number | Shape::Signed | Shape::Unsigned => Kinds::NUMBER,
        Shape::List(_) | Shape::Tuple(_) => Kinds::ARRAY,
        Shape::Map(_) | Shape::Struct(_) => Kinds::OBJECT,
        Shape::Null => Kinds::NULL,
        Shape::Optional(inner) => Kinds::NULL | accepted(graph, *inner, depth + 1),
        Shape::String | Shape::Symbols(_) => Kinds::STRING,
        Shape::Union(nodes) => nodes
            .iter()
            .map(|node| accepted(graph, *node, depth + 1))
            .fold(Kinds::NONE, |all, one| all | one),
    }
}

/// Returns the conditions on required members and their constants.
fn members_tests(graph: &Graph<'_>, of: &Struct) -> Vec<String> {
    let mut tests = Vec::new();
    for field in of.fields.iter().filter(|field| field.is_required) {
        let key = quoted(&field.key);
        let values = listed(graph, resolve(graph, field.node));
        let values = values.map(|values| values.iter().map(pattern).collect::<Vec<_>>());
        tests.push(match values {
            Some(values) => format!(
                "json_values::is_one_of(&value, {key}, &[{}])",
                values.join(", ")
            ),
            None => format!("value.get({key}).is_some()"),
        });
    }
    tests
}

/// Returns a value as JSON text.
fn pattern(value: &Value) -> String {
    quoted(&value.to_string())
}

const MAX_DEPTH: usize = 8;
