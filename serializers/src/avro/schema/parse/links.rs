//! The second pass: names are linked with their definitions, and unions and nesting are checked.

use std::collections::HashSet;

use super::place::Place;
use super::{Parser, Repeated, Unresolved, unknown};
use crate::avro::schema::node::{Kind, Node, NodeId};
use crate::avro::schema::repeated::is_same_definition;
use crate::error::{Error, ErrorKind, Result};

impl Parser<'_> {
    /// Second pass: puts definitions in the place of names that were used before them.
    ///
    /// # Errors
    /// `InvalidSchema` for the first unknown name; the others are linked.
    pub(super) fn link(&mut self) -> Result<()> {
        let mut linked = Ok(());
        for Unresolved { id, names, place } in std::mem::take(&mut self.unresolved) {
            let [_, written] = &names;
            match names.iter().find_map(|name| self.names.get(&**name)) {
                Some(found) => drop(self.links.insert(id, found.id)),
                None => linked = linked.and_then(|()| Err(place.invalid(&unknown(written)))),
            }
        }
        let links = &self.links;
        let relink = |id: &mut NodeId| {
            if let Some(target) = links.get(id) {
                *id = *target;
            }
        };
        for node in &mut self.nodes {
            match &mut node.kind {
                Kind::Array(inner) | Kind::Map(inner) => relink(inner),
                Kind::Union(branches) => branches.iter_mut().for_each(relink),
                Kind::Record(record) => {
                    record
                        .fields
                        .iter_mut()
                        .map(|field| &mut field.schema)
                        .for_each(relink);
                }
                _ => {}
            }
        }
        linked
    }

    /// Refuses a name whose definitions differ; of equal ones the first counts.
    pub(super) fn check_repeated(&self) -> Result<()> {
        for Repeated { id, name, place } in &self.repeated {
            if let Some(first) = self.names.get(name)
                && !is_same_definition(&self.nodes, first.id, *id)
            {
                let first = first.place;
                let message = format!("{name:?} is defined twice, otherwise at {first}");
                return Err(place.invalid(&message));
            }
        }
        Ok(())
    }
}

/// What walks a schema must not run out of stack, whatever way its names lead.
pub(super) fn check_depth(nodes: &[Node], root: NodeId) -> Result<()> {
    let mut seen = HashSet::new();
    let mut waiting = vec![(root, 1)];
    let mut inside = Vec::new();
    // In the order of the canonical form, where a type is inside the first one that holds it.
    while let Some((id, depth)) = waiting.pop() {
        if !seen.insert(id) {
            continue;
        }
        if depth > MAX_LINKED_DEPTH {
            return Err(Error::new(
                ErrorKind::LimitExceeded,
                "types are nested deeper than 128",
            ));
        }
        children(nodes, id, &mut inside);
        waiting.extend(inside.drain(..).rev().map(|id| (id, depth + 1)));
    }
    Ok(())
}

fn children(nodes: &[Node], id: NodeId, out: &mut Vec<NodeId>) {
    match nodes.get(id.index()).map(|node| &node.kind) {
        Some(Kind::Array(inner) | Kind::Map(inner)) => out.push(*inner),
        Some(Kind::Union(branches)) => out.extend(branches),
        Some(Kind::Record(record)) => out.extend(record.fields.iter().map(|field| field.schema)),
        _ => {}
    }
}

/// Branches of a union differ in type, or in name where they have one.
pub(super) fn check_unions(nodes: &[Node], unions: &[(NodeId, Place<'_>)]) -> Result<()> {
    for (id, place) in unions {
        let Some(Kind::Union(branches)) = nodes.get(id.index()).map(|node| &node.kind) else {
            continue;
        };
        let mut seen = HashSet::with_capacity(branches.len());
        for branch in branches {
            let Some(branch) = nodes.get(branch.index()) else {
                continue;
            };
            let name = branch.kind.branch_name();
            if !seen.insert(name) || matches!(branch.kind, Kind::Union(_)) {
                return Err(place.invalid(&format!("a union holds {name:?} twice")));
            }
        }
    }
    Ok(())
}

const MAX_LINKED_DEPTH: usize = 128;
