//! Schemas as Rust sees them: a graph of shapes.

use serde_json::Value;

use super::documents::Place;

/// A node of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NodeId(pub(super) usize);

/// What values a node has.
///
/// Every shape keeps a promise: what it reads, it writes back as an equal JSON value. And it reads
/// all values that are valid under the schemas that it was made of. So a keyword may be left out of
/// account, but no value may be changed.
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
    /// All other members; none if the schema is closed.
    pub(super) rest: Option<NodeId>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) key: String,
    pub(super) node: NodeId,
    pub(super) is_required: bool,
    /// Where its description is.
    pub(super) place: Place,
}

/// A shape, and where it comes from.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) shape: Shape,
    /// The schema whose description it has.
    pub(super) place: Option<Place>,
    /// The name of the definition or document that it is all of.
    pub(super) name: Option<String>,
    /// All values that it may have, if the schema lists them.
    pub(super) literals: Option<Vec<Value>>,
    /// Whether the schema says nothing about the value.
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
