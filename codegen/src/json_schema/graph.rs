//! Builds the graph of shapes from schemas.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::JsonSchema;
use super::clause::{self, Part, Parts};
use super::documents::{Documents, Place};
use super::kinds::{self, Kinds};
use super::objects;
use super::shape::{Node, NodeId, Shape};
use crate::error::{Error, ErrorKind, Result};

/// The shapes of all schemas that were asked for.
#[derive(Debug)]
pub(super) struct Graph<'g> {
    pub(super) documents: &'g Documents,
    settings: &'g JsonSchema,
    pub(super) nodes: Vec<Node>,
    known: BTreeMap<Parts, NodeId>,
    open: VecDeque<(NodeId, Parts)>,
}

impl<'g> Graph<'g> {
    pub(super) fn new(settings: &'g JsonSchema, documents: &'g Documents) -> Self {
        let mut any = Node::new(Shape::Any);
        any.is_free = true;
        Self {
            documents,
            settings,
            nodes: vec![any],
            known: BTreeMap::new(),
            open: VecDeque::new(),
        }
    }

    /// Returns the node of the schema at `place`, and all nodes that it leads to.
    pub(super) fn root(&mut self, place: Place) -> Result<NodeId> {
        let root = self.node([Part::whole(place)])?;
        while let Some((id, parts)) = self.open.pop_front() {
            self.fill(id, &parts)?;
        }
        Ok(root)
    }

    pub(super) fn get(&self, id: NodeId) -> &Node {
        self.nodes.get(id.0).unwrap_or(&NONE)
    }

    /// Adds a node of its own.
    pub(super) fn push(&mut self, shape: Shape) -> NodeId {
        self.nodes.push(Node::new(shape));
        NodeId(self.nodes.len() - 1)
    }

    pub(super) fn set(&mut self, id: NodeId, shape: Shape) {
        if let Some(node) = self.nodes.get_mut(id.0) {
            node.shape = shape;
        }
    }

    /// Returns the node of the values that satisfy all `parts`; its shape is determined later.
    pub(super) fn node(&mut self, parts: impl IntoIterator<Item = Part>) -> Result<NodeId> {
        let mut followed = Parts::new();
        for part in parts {
            followed.insert(clause::follow(self.documents, part)?);
        }
        if followed.is_empty() {
            return Ok(ANY);
        }
        if let Some(id) = self.known.get(&followed) {
            return Ok(*id);
        }
        if self.nodes.len() >= MAX_NODES {
            let message = "the schemas have too many combinations of branches for types of Rust";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let id = self.push(Shape::Any);
        let mut wholes = followed.iter().filter(|part| part.is_whole);
        let first = wholes.next().or(followed.first());
        let place = first.map(|part| part.place.clone());
        if let Some(node) = self.nodes.get_mut(id.0) {
            node.name = match (&place, followed.len()) {
                (Some(place), 1) => name(self.documents, place),
                _ => None,
            };
            node.place = place;
        }
        self.known.insert(followed.clone(), id);
        self.open.push_back((id, followed));
        Ok(id)
    }

    fn fill(&mut self, id: NodeId, parts: &Parts) -> Result<()> {
        let clause = clause::close(self.documents, parts)?;
        let refers = |part: &Part| {
            let schema = self.documents.get(&part.place);
            part.is_whole && schema.is_some_and(|schema| schema.get("$ref").is_some())
        };
        let is_free =
            clause.leaves.is_empty() && clause.choices.is_empty() && !parts.iter().any(refers);
        if let Some(node) = self.nodes.get_mut(id.0) {
            node.is_free = is_free;
        }
        let shape = if clause.is_never {
            Shape::Never
        } else if clause.choices.is_empty() {
            self.leaves(id, &clause.leaves)?
        } else {
            self.branches(&clause.leaves, &clause.choices)?
        };
        self.set(id, shape);
        Ok(())
    }

    /// Adds a node for each branch of the choices: for each combination, if there are several
    /// choices.
    fn branches(&mut self, leaves: &BTreeSet<Place>, choices: &[Vec<Place>]) -> Result<Shape> {
        let base: Parts = leaves.iter().cloned().map(Part::leaf).collect();
        let mut combinations = vec![base];
        for choice in choices {
            let count = combinations.len().saturating_mul(choice.len());
            if combinations.len() > 1 && count > MAX_COMBINATIONS {
                // Ignoring a keyword makes a type wider, never wrong.
                continue;
            }
            let mut longer = Vec::with_capacity(count);
            for combination in &combinations {
                for branch in choice {
                    let mut parts = combination.clone();
                    parts.insert(Part::whole(branch.clone()));
                    longer.push(parts);
                }
            }
            combinations = longer;
        }
        let mut branches = Vec::with_capacity(combinations.len());
        for parts in combinations {
            branches.push(self.node(parts)?);
        }
        Ok(Shape::Union(branches))
    }

    /// Returns the shape of what satisfies the keywords of all `leaves`.
    fn leaves(&mut self, id: NodeId, leaves: &BTreeSet<Place>) -> Result<Shape> {
        let documents = self.documents;
        let schemas: Vec<(&Place, &Value)> = leaves
            .iter()
            .filter_map(|place| Some((place, documents.get(place)?)))
            .collect();
        let kinds = schemas
            .iter()
            .map(|(_, schema)| Kinds::of_type(schema))
            .fold(Kinds::ALL, |all, one| all & one);
        let literals = self.literals(&schemas, kinds);
        let kinds = match &literals {
            Some(literals) => literals
                .iter()
                .map(Kinds::of)
                .fold(Kinds::NONE, |all, one| all | one),
            None => kinds,
        };
        let (mut shapes, is_plain) = self.shapes(kinds, &schemas, literals.as_deref())?;
        if let Some(node) = self.nodes.get_mut(id.0) {
            node.literals = literals;
        }
        if kinds == Kinds::ALL {
            return Ok(self.any_but(shapes, is_plain));
        }
        if shapes.len() > 1 {
            let nodes = shapes.into_iter().map(|(_, shape)| self.push(shape));
            return Ok(Shape::Union(nodes.collect()));
        }
        Ok(shapes.pop().map_or(Shape::Never, |(_, shape)| shape))
    }

    /// A shape for each of the kinds, and whether arrays and objects may hold anything.
    fn shapes(
        &mut self,
        kinds: Kinds,
        schemas: &[(&Place, &Value)],
        literals: Option<&[Value]>,
    ) -> Result<(Vec<(Kinds, Shape)>, bool)> {
        let mut shapes = Vec::new();
        if kinds.has(Kinds::NULL) {
            shapes.push((Kinds::NULL, Shape::Null));
        }
        if kinds.has(Kinds::BOOLEAN) {
            shapes.push((Kinds::BOOLEAN, Shape::Boolean));
        }
        if kinds.has(Kinds::NUMBER) {
            let values: Vec<&Value> = schemas.iter().map(|(_, schema)| *schema).collect();
            let shape = kinds::number(self.settings, kinds, &values, literals);
            shapes.push((Kinds::NUMBER, shape));
        }
        if kinds.has(Kinds::STRING) {
            shapes.push((Kinds::STRING, strings(literals)));
        }
        let mut is_plain = true;
        if kinds.has(Kinds::ARRAY) {
            let shape = objects::array(self, schemas)?;
            is_plain &= shape == Shape::List(ANY);
            shapes.push((Kinds::ARRAY, shape));
        }
        if kinds.has(Kinds::OBJECT) {
            let shape = objects::object(self, schemas)?;
            is_plain &= shape == Shape::Map(ANY);
            shapes.push((Kinds::OBJECT, shape));
        }
        Ok((shapes, is_plain))
    }

    /// Returns a union with any other value: without a `type`, a schema for objects allows all
    /// others.
    fn any_but(&mut self, shapes: Vec<(Kinds, Shape)>, is_plain: bool) -> Shape {
        if is_plain {
            return Shape::Any;
        }
        let mut nodes = Vec::new();
        for (_, shape) in shapes {
            let is_typed = match &shape {
                Shape::List(items) => *items != ANY,
                Shape::Map(values) => *values != ANY,
                Shape::Struct(_) | Shape::Tuple(_) => true,
                _ => false,
            };
            if is_typed {
                nodes.push(self.push(shape));
            }
        }
        nodes.push(ANY);
        Shape::Union(nodes)
    }

    /// Returns the values that all schemas list.
    fn literals(&self, schemas: &[(&Place, &Value)], kinds: Kinds) -> Option<Vec<Value>> {
        let mut found: Option<Vec<Value>> = None;
        for (place, schema) in schemas {
            let Some(mut listed) = kinds::literals(schema, self.documents.draft(place)) else {
                continue;
            };
            if let Some(found) = &found {
                listed.retain(|value| found.iter().any(|other| kinds::is_equal(value, other)));
            }
            found = Some(listed);
        }
        let mut found = found?;
        found.retain(|value| kinds.has(Kinds::of(value)));
        Some(found)
    }
}

fn strings(literals: Option<&[Value]>) -> Shape {
    let Some(literals) = literals else {
        return Shape::String;
    };
    let mut seen = BTreeSet::new();
    let symbols = literals.iter().filter_map(Value::as_str);
    let symbols = symbols.filter(|symbol| seen.insert(*symbol));
    Shape::Symbols(symbols.map(str::to_owned).collect())
}

/// Returns the name that a schema has in its document: that of a definition, or the document's own.
fn name(documents: &Documents, place: &Place) -> Option<String> {
    if place.pointer.is_empty() {
        return Some(documents.document(place.document)?.title());
    }
    place.definition()
}

static NONE: Node = Node {
    shape: Shape::Any,
    place: None,
    name: None,
    literals: None,
    is_free: true,
};
/// The first node is any value.
pub(super) const ANY: NodeId = NodeId(0);
const MAX_NODES: usize = 50_000;
const MAX_COMBINATIONS: usize = 64;
