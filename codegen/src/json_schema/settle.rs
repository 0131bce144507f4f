//! Simplifies unions once all shapes are known: removes branches that are null, equal or
//! impossible.

use std::cmp::Reverse;

use serde_json::Value;

use super::graph::{ANY, Graph};
use super::items::MAX_LISTED;
use super::shape::{Field, Node, NodeId, Shape, Struct};

/// Simplifies all unions of the graph.
pub(super) fn settle(graph: &mut Graph<'_>) {
    let count = graph.nodes.len();
    let mut states = vec![State::New; count];
    for number in 0..count {
        settle_node(graph, NodeId(number), &mut states, 0);
    }
}

/// Returns the node that a chain of `Same` ends at.
pub(super) fn resolve(graph: &Graph<'_>, id: NodeId) -> NodeId {
    let mut id = id;
    for _ in 0..graph.nodes.len() {
        match graph.get(id).shape {
            Shape::Same(next) => id = next,
            Shape::Never => return ANY,
            Shape::Optional(inner) if resolves_to_any(graph, inner) => return ANY,
            _ => return id,
        }
    }
    ANY
}

fn resolves_to_any(graph: &Graph<'_>, id: NodeId) -> bool {
    let mut id = id;
    for _ in 0..graph.nodes.len() {
        match graph.get(id).shape {
            Shape::Same(next) => id = next,
            Shape::Any | Shape::Never => return true,
            _ => return false,
        }
    }
    true
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

fn settle_node(graph: &mut Graph<'_>, id: NodeId, states: &mut [State], depth: usize) {
    let Some(state) = states.get_mut(id.0).filter(|state| **state == State::New) else {
        return;
    };
    let Shape::Union(branches) = graph.get(id).shape.clone() else {
        *state = State::Done;
        return;
    };
    *state = State::Open;
    let mut found = Branches::default();
    for branch in branches {
        if depth < MAX_DEPTH {
            settle_node(graph, branch, states, depth + 1);
        }
        found.add(graph, id, branch, states);
    }
    found.merge(graph);
    let shape = found.into_shape(graph, id);
    graph.set(id, shape);
    if let Some(state) = states.get_mut(id.0) {
        *state = State::Done;
    }
}

#[derive(Debug, Default)]
struct Branches {
    nodes: Vec<NodeId>,
    has_null: bool,
}

impl Branches {
    fn add(&mut self, graph: &Graph<'_>, union: NodeId, branch: NodeId, states: &[State]) {
        let branch = same(graph, branch);
        if branch == union || self.nodes.contains(&branch) {
            return;
        }
        let node = graph.get(branch);
        let is_done = states
            .get(branch.0)
            .is_none_or(|state| *state == State::Done);
        match &node.shape {
            Shape::Never => {}
            Shape::Null => self.has_null = true,
            Shape::Optional(inner) => {
                self.has_null = true;
                self.add(graph, union, *inner, states);
            }
            Shape::Union(inner) if is_done && node.name.is_none() => {
                for branch in inner {
                    self.add(graph, union, *branch, states);
                }
            }
            _ => self.nodes.push(branch),
        }
    }

    /// Merges branches that read the same values, and sorts the most specific ones first.
    fn merge(&mut self, graph: &mut Graph<'_>) {
        let mut merged: Vec<NodeId> = Vec::new();
        for id in std::mem::take(&mut self.nodes) {
            let joined = merged.iter().enumerate().find_map(|(number, other)| {
                let shape = join(graph, *other, id)?;
                Some((number, *other, shape))
            });
            let Some((number, other, shape)) = joined else {
                merged.push(id);
                continue;
            };
            let literals = join_literals(graph.get(other), graph.get(id));
            let first = graph.get(other).clone();
            if first.shape == shape && first.literals == literals {
                continue;
            }
            let name = first.name.filter(|_| first.shape == shape);
            let node = graph.push(shape);
            if let Some(new) = graph.nodes.get_mut(node.0) {
                new.literals = literals;
                new.name = name;
                new.place = first.place;
            }
            if let Some(slot) = merged.get_mut(number) {
                *slot = node;
            }
        }
        merged.sort_by_key(|id| rank(&graph.get(*id).shape));
        self.nodes = merged;
    }

    fn into_shape(self, graph: &mut Graph<'_>, id: NodeId) -> Shape {
        match (self.nodes.as_slice(), self.has_null) {
            ([], true) => Shape::Null,
            ([], false) => Shape::Never,
            ([one], true) => Shape::Optional(*one),
            ([one], false) => Shape::Same(*one),
            (_, false) => Shape::Union(self.nodes),
            (_, true) => {
                let node = graph.get(id).clone();
                let inner = graph.push(Shape::Union(self.nodes));
                if let Some(new) = graph.nodes.get_mut(inner.0) {
                    new.name = node.name;
                    new.place = node.place;
                }
                Shape::Optional(inner)
            }
        }
    }
}

fn same(graph: &Graph<'_>, id: NodeId) -> NodeId {
    let mut id = id;
    for _ in 0..graph.nodes.len() {
        match graph.get(id).shape {
            Shape::Same(next) => id = next,
            _ => break,
        }
    }
    id
}

/// Returns one shape for what two branches read, if one says as much as both.
fn join(graph: &Graph<'_>, a: NodeId, b: NodeId) -> Option<Shape> {
    let (a, b) = (graph.get(a), graph.get(b));
    match (&a.shape, &b.shape) {
        (Shape::Struct(a), Shape::Struct(b)) => join_structs(a, b),
        (Shape::Symbols(one), Shape::Symbols(other)) if a.name.is_none() && b.name.is_none() => {
            let mut all = one.clone();
            all.extend(other.iter().filter(|symbol| !one.contains(symbol)).cloned());
            Some(Shape::Symbols(all))
        }
        (Shape::Union(_), _) => None,
        (a, b) if a == b => Some(a.clone()),
        (a, b) if is_number(a) && is_number(b) => Some(Shape::Number),
        _ => None,
    }
}

/// Returns the values that two branches list, unless one of them allows others, or there are too
/// many to test for.
fn join_literals(a: &Node, b: &Node) -> Option<Vec<Value>> {
    let (one, other) = (a.literals.as_ref()?, b.literals.as_ref()?);
    let mut all = one.clone();
    all.extend(other.iter().filter(|value| !one.contains(value)).cloned());
    (all.len() <= MAX_LISTED).then_some(all)
}

fn is_number(shape: &Shape) -> bool {
    matches!(
        shape,
        Shape::Float | Shape::Number | Shape::Signed | Shape::Unsigned
    )
}

/// Branches that differ only in what they require.
fn join_structs(a: &Struct, b: &Struct) -> Option<Shape> {
    let is_same = a.rest == b.rest && a.fields.len() == b.fields.len();
    let mut fields = Vec::with_capacity(a.fields.len());
    for (one, other) in a.fields.iter().zip(&b.fields).filter(|_| is_same) {
        if (&one.key, one.node) != (&other.key, other.node) {
            return None;
        }
        fields.push(Field {
            is_required: one.is_required && other.is_required,
            ..one.clone()
        });
    }
    let rest = a.rest;
    is_same.then_some(Shape::Struct(Struct { fields, rest }))
}

/// Returns the sort key of branches: the one that refuses most values comes first.
fn rank(shape: &Shape) -> (u8, Reverse<usize>) {
    let class = match shape {
        Shape::Symbols(_) => 0,
        Shape::Boolean
        | Shape::Float
        | Shape::Null
        | Shape::Number
        | Shape::Signed
        | Shape::String
        | Shape::Unsigned => 1,
        Shape::Tuple(_) => 2,
        Shape::List(ANY) => 4,
        Shape::List(_) => 3,
        Shape::Struct(found) => {
            let required = found.fields.iter().filter(|field| field.is_required);
            let class = if found.rest.is_none() { 5 } else { 6 };
            return (class, Reverse(required.count()));
        }
        Shape::Map(ANY) => 8,
        Shape::Map(_) => 7,
        Shape::Never | Shape::Optional(_) | Shape::Same(_) | Shape::Union(_) => 9,
        Shape::Any => 10,
    };
    (class, Reverse(0))
}

/// Unions in unions are taken apart up to this depth.
const MAX_DEPTH: usize = 64;
