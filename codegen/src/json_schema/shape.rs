//! The graph of shapes: schemas in terms of Rust.

use serde_json::Value;

use super::documents::Place;

/// A node of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NodeId(pub(super) usize);

/// The values of a node.
///
/// Every shape keeps a guarantee: it writes each value that it reads as an equal JSON value, and it
/// reads all values that are valid under its schemas. So a keyword may be ignored, but no value may
/// be changed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// Any JSON value.
    Any,
    Boolean,
    /// A number whose whole values `f64` holds exactly.
    Float,
    List(NodeId),
    Map(NodeId),
    /// No value at all.
    Never,
    Null,
    /// A number of any size.
    Number,
    /// The node, or null.
    Optional(NodeId),
    Same(NodeId),
    /// Whole numbers that fit into `i64`.
    Signed,
    String,
    Struct(Struct),
    /// One of these strings.
    Symbols(Vec<String>),
    Tuple(Vec<NodeId>),
    /// The first node that reads the value.
    Union(Vec<NodeId>),
    /// Whole numbers that fit into `u64`.
    Unsigned,
}

/// An object with members that are known.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Struct {
    pub(super) fields: Vec<Field>,
    /// All other members; `None` if the schema is closed.
    pub(super) rest: Option<NodeId>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) key: String,
    pub(super) node: NodeId,
    pub(super) is_required: bool,
    /// The place of its description.
    pub(super) place: Place,
}

/// A shape and its source.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) shape: Shape,
    /// The schema whose description it has.
    pub(super) place: Option<Place>,
    /// The name of the definition or document, if the node is the whole of it.
    pub(super) name: Option<String>,
    /// All values that it may have, if the schema lists them.
    pub(super) literals: Option<Vec<Value>>,
    /// True if the schema has no constraint.
    pub(super) is_free: bool,
}

impl Node {
    pub(super) fn new(shape: Shape) -> Self {
        Self {
            shape,
            place: None,
            name: None,
            literals: None,
            is_free: false,
        }
    }
}
