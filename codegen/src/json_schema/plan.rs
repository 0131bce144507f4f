//! Chooses which shapes become types, their names, and where a type needs a `Box`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::graph::Graph;
use super::settle::resolve;
use super::shape::{NodeId, Shape};
use crate::names::{type_ident, unique, unique_all};

/// The types of a graph.
#[derive(Debug)]
pub(super) struct Plan<'g> {
    pub(super) graph: &'g Graph<'g>,
    /// The nodes that are types, in order.
    pub(super) order: Vec<NodeId>,
    /// All nodes that the code uses.
    pub(super) reached: Vec<NodeId>,
    idents: BTreeMap<NodeId, String>,
    /// The types that a type holds by value, directly.
    held: BTreeMap<NodeId, BTreeSet<NodeId>>,
}

/// The parent of each node on the shortest path, and the name of the step.
type Parents = BTreeMap<NodeId, (NodeId, String)>;

/// The nodes that are types: the `roots`, and those of `reached` that need a name.
fn types(graph: &Graph<'_>, reached: &[NodeId], roots: BTreeSet<NodeId>) -> BTreeSet<NodeId> {
    let mut types = roots;
    for id in reached {
        let is_type = match graph.get(*id).shape {
            Shape::Struct(_) | Shape::Symbols(_) | Shape::Union(_) => true,
            _ => !types.contains(id) && is_endless(graph, *id, &types),
        };
        if is_type {
            types.insert(*id);
        }
    }
    types
}

impl<'g> Plan<'g> {
    /// Plans the types of `roots`: names and nodes.
    pub(super) fn new(
        graph: &'g Graph<'g>,
        roots: &[(String, NodeId)],
        taken: &mut BTreeSet<String>,
    ) -> Self {
        let mut idents = BTreeMap::new();
        for (ident, id) in roots {
            idents.insert(*id, ident.clone());
        }
        let (reached, parents) = walk(graph, roots);
        let types = types(graph, &reached, idents.keys().copied().collect());
        let order: Vec<NodeId> = reached
            .iter()
            .filter(|id| types.contains(id))
            .copied()
            .collect();
        let named = order.iter().filter(|id| !idents.contains_key(id)).copied();
        let (definitions, others): (Vec<NodeId>, Vec<NodeId>) =
            named.partition(|id| graph.get(*id).name.is_some());
        for id in definitions {
            let name = graph.get(id).name.as_deref().unwrap_or_default();
            idents.insert(id, unique(&type_ident(&shortened(name)), taken));
        }
        for id in others {
            let ident = context(id, &parents, &idents);
            idents.insert(id, unique(&type_ident(&shortened(&ident)), taken));
        }
        let mut plan = Self {
            graph,
            order,
            reached,
            idents,
            held: BTreeMap::new(),
        };
        for id in &plan.order {
            let held = plan.by_value(*id);
            plan.held.insert(*id, held);
        }
        plan
    }

    /// Returns the name of the type of a node, if the node is a type.
    pub(super) fn ident(&self, id: NodeId) -> Option<&str> {
        self.idents.get(&id).map(|ident| &**ident)
    }

    /// Returns whether the type `to` holds the type `from` by value, directly or not.
    pub(super) fn is_boxed(&self, from: NodeId, to: NodeId) -> bool {
        let mut open = vec![to];
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            if id == from {
                return true;
            }
            if seen.insert(id) {
                open.extend(self.held.get(&id).into_iter().flatten());
            }
        }
        false
    }

    /// Returns the types that a type holds without a `Vec` or a map between.
    fn by_value(&self, id: NodeId) -> BTreeSet<NodeId> {
        let mut found = BTreeSet::new();
        let mut open = vec![id];
        let mut is_first = true;
        while let Some(id) = open.pop() {
            if !std::mem::take(&mut is_first) && self.idents.contains_key(&id) {
                found.insert(id);
                continue;
            }
            let resolved = |id: &NodeId| resolve(self.graph, *id);
            match &self.graph.get(id).shape {
                Shape::Optional(inner) => open.push(resolved(inner)),
                Shape::Struct(of) => {
                    open.extend(of.fields.iter().map(|field| resolved(&field.node)));
                }
                Shape::Tuple(nodes) | Shape::Union(nodes) => {
                    open.extend(nodes.iter().map(resolved));
                }
                _ => {}
            }
        }
        found
    }
}

/// All nodes from the roots on, those that are nearer first.
fn walk(graph: &Graph<'_>, roots: &[(String, NodeId)]) -> (Vec<NodeId>, Parents) {
    let mut reached = Vec::new();
    let mut seen = BTreeSet::new();
    let mut parents = Parents::new();
    let mut open: VecDeque<NodeId> = roots.iter().map(|(_, id)| *id).collect();
    seen.extend(open.iter().copied());
    while let Some(id) = open.pop_front() {
        reached.push(id);
        for (child, suffix) in children(graph, id) {
            if seen.insert(child) {
                parents.insert(child, (id, suffix));
                open.push_back(child);
            }
        }
    }
    (reached, parents)
}

/// Returns the nodes that a node is made of, with the names for types at their places.
fn children(graph: &Graph<'_>, id: NodeId) -> Vec<(NodeId, String)> {
    let resolved = |id: &NodeId| resolve(graph, *id);
    match &graph.get(id).shape {
        Shape::List(items) => vec![(resolved(items), "Item".to_owned())],
        Shape::Map(values) => vec![(resolved(values), "Value".to_owned())],
        Shape::Optional(inner) => vec![(resolved(inner), String::new())],
        Shape::Struct(of) => {
            let fields = of.fields.iter();
            let fields = fields.map(|field| (resolved(&field.node), type_ident(&field.key)));
            let rest = of.rest.iter();
            fields
                .chain(rest.map(|rest| (resolved(rest), "Value".to_owned())))
                .collect()
        }
        Shape::Tuple(nodes) => {
            let named = nodes.iter().enumerate();
            named
                .map(|(number, node)| (resolved(node), format!("Item{}", number + 1)))
                .collect()
        }
        Shape::Union(nodes) => nodes
            .iter()
            .map(resolved)
            .zip(variants(graph, nodes))
            .collect(),
        _ => Vec::new(),
    }
}

/// Returns the names of the variants of a union.
pub(super) fn variants(graph: &Graph<'_>, nodes: &[NodeId]) -> Vec<String> {
    let wanted: Vec<String> = nodes
        .iter()
        .map(|id| variant(graph, resolve(graph, *id), nodes))
        .collect();
    let wanted = wanted.iter().map(|name| &**name);
    unique_all(wanted, type_ident, &mut BTreeSet::new())
}

fn variant(graph: &Graph<'_>, id: NodeId, all: &[NodeId]) -> String {
    let node = graph.get(id);
    if let Some(name) = &node.name {
        return shortened(name);
    }
    let name = match &node.shape {
        Shape::Any | Shape::Never | Shape::Same(_) => "Other",
        Shape::Boolean => "Boolean",
        Shape::Float | Shape::Number | Shape::Signed | Shape::Unsigned => "Number",
        Shape::List(_) => "Array",
        Shape::Map(_) => "Map",
        Shape::Null => "Null",
        Shape::Optional(_) | Shape::Union(_) => "Choice",
        Shape::String => "String",
        Shape::Struct(_) => return struct_variant(graph, id, all),
        Shape::Symbols(_) => "Symbol",
        Shape::Tuple(_) => "Tuple",
    };
    name.to_owned()
}

/// Returns the name of a struct variant: its tag, or the first member that only this branch
/// requires.
fn struct_variant(graph: &Graph<'_>, id: NodeId, all: &[NodeId]) -> String {
    let required = |id: NodeId| match &graph.get(resolve(graph, id)).shape {
        Shape::Struct(of) => of.fields.clone(),
        _ => Vec::new(),
    };
    let own = required(id);
    let own = || own.iter().filter(|field| field.is_required);
    for field in own() {
        if let Shape::Symbols(symbols) = &graph.get(resolve(graph, field.node)).shape
            && let [symbol] = symbols.as_slice()
            && symbol.chars().any(char::is_alphabetic)
        {
            return shortened(symbol);
        }
    }
    let others = || all.iter().filter(|other| resolve(graph, **other) != id);
    let is_special = |key: &str| {
        others().all(|other| {
            let fields = required(*other);
            let mut fields = fields.iter().filter(|field| field.is_required);
            fields.all(|field| field.key != key)
        })
    };
    let has_others = others().any(|other| !required(*other).is_empty());
    let mut special = own().filter(|field| has_others && is_special(&field.key));
    match special.next() {
        Some(field) => shortened(&field.key),
        None => "Object".to_owned(),
    }
}

/// Returns whether a type that is written out here would hold itself, or be too long.
fn is_endless(graph: &Graph<'_>, id: NodeId, types: &BTreeSet<NodeId>) -> bool {
    let mut open = vec![(id, 0)];
    let mut seen = BTreeSet::new();
    while let Some((next, depth)) = open.pop() {
        if depth > MAX_NESTING {
            return true;
        }
        for (child, _) in children(graph, next) {
            if child == id {
                return true;
            }
            let shape = &graph.get(child).shape;
            let is_type = matches!(
                shape,
                Shape::Struct(_) | Shape::Symbols(_) | Shape::Union(_)
            );
            if !is_type && !types.contains(&child) && seen.insert(child) {
                open.push((child, depth + 1));
            }
        }
    }
    false
}

/// Returns a name from the path to a node.
fn context(id: NodeId, parents: &Parents, idents: &BTreeMap<NodeId, String>) -> String {
    let mut suffixes = Vec::new();
    let mut id = id;
    while let Some((parent, suffix)) = parents.get(&id) {
        suffixes.push(&**suffix);
        id = *parent;
        if let Some(ident) = idents.get(&id) {
            suffixes.push(ident);
            break;
        }
    }
    suffixes.reverse();
    suffixes.concat()
}

/// Shortens a name: names may be whole sentences, or URIs.
pub(super) fn shortened(name: &str) -> String {
    let name = match name.split_once("://") {
        Some((_, rest)) => rest,
        None => name,
    };
    let mut out = String::new();
    for word in name.split_inclusive(|c: char| !c.is_alphanumeric()) {
        if !out.is_empty() && out.len() + word.len() > MAX_NAME {
            break;
        }
        out.push_str(word);
    }
    out.chars().take(MAX_NAME).collect()
}

/// Types are written out up to this depth.
const MAX_NESTING: usize = 16;
const MAX_NAME: usize = 60;
