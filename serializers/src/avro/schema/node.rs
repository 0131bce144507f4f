use std::fmt;
use std::sync::Arc;

use super::logical::LogicalType;
use crate::error::{Error, ErrorKind, Result};

/// Names one type of a [`Schema`](super::Schema).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// One type of a schema, with everything that its text says of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// What its values stand for. A logical type that does not fit its type is ignored, as the
    /// specification asks, and kept in `attributes`.
    pub logical: Option<LogicalType>,
    /// Attributes that the specification does not name, and their JSON texts.
    pub attributes: Vec<(String, Box<str>)>,
}

/// What a type is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// `null`
    Null,
    /// `boolean`
    Boolean,
    /// `int`, 32 bits
    Int,
    /// `long`, 64 bits
    Long,
    /// `float`, 32 bits
    Float,
    /// `double`, 64 bits
    Double,
    /// `bytes`
    Bytes,
    /// `string`
    String,
    /// `array` of items of one type
    Array(NodeId),
    /// `map` from strings to values of one type
    Map(NodeId),
    /// A union of types
    Union(Box<[NodeId]>),
    /// `record`
    Record(Record),
    /// `enum`
    Enum(Enum),
    /// `fixed`
    Fixed(Fixed),
}

/// A record type.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Record {
    /// Full name.
    pub name: Arc<str>,
    /// Full names by which readers also know it.
    pub aliases: Vec<String>,
    /// Documentation.
    pub doc: Option<String>,
    /// The fields, in the order of their bytes.
    pub fields: Box<[Field]>,
    /// Whether the text calls it `error`.
    pub is_error: bool,
}

/// A field of a record.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Field {
    /// Name.
    pub name: Arc<str>,
    /// Names by which readers also know it.
    pub aliases: Vec<String>,
    /// Documentation.
    pub doc: Option<String>,
    /// Its type.
    pub schema: NodeId,
    /// What a reader takes where the writer has no such field.
    pub default: Option<Default>,
    /// How it counts when records are sorted.
    pub order: Order,
    /// Attributes that the specification does not name, and their JSON texts.
    pub attributes: Vec<(String, Box<str>)>,
}

/// A default value.
#[derive(Clone)]
#[non_exhaustive]
pub struct Default {
    /// As the schema's text has it.
    pub json: Box<str>,
    /// As a datum of the field's type, or why it is not one.
    pub(super) datum: std::result::Result<Box<[u8]>, Box<str>>,
}

/// How a field counts when records are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
    /// Not at all.
    Ignore,
}

/// An enum type.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Enum {
    /// Full name.
    pub name: Arc<str>,
    /// Full names by which readers also know it.
    pub aliases: Vec<String>,
    /// Documentation.
    pub doc: Option<String>,
    /// The symbols, in the order of their numbers.
    pub symbols: Box<[Arc<str>]>,
    /// The symbol that a reader takes for one that it does not know, by number.
    pub default: Option<usize>,
}

/// A fixed type.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fixed {
    /// Full name.
    pub name: Arc<str>,
    /// Full names by which readers also know it.
    pub aliases: Vec<String>,
    /// Documentation.
    pub doc: Option<String>,
    /// Bytes in a value.
    pub size: usize,
}

impl NodeId {
    pub(super) const fn new(index: u32) -> Self {
        Self(index)
    }

    #[allow(
        clippy::cast_possible_truncation,
        reason = "schemas have at most 65536 types"
    )]
    pub(crate) const fn at(index: usize) -> Self {
        Self(index as u32)
    }

    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

impl Kind {
    /// The full name, if it has one.
    #[must_use]
    pub fn full_name(&self) -> Option<&str> {
        match self {
            Self::Enum(Enum { name, .. })
            | Self::Fixed(Fixed { name, .. })
            | Self::Record(Record { name, .. }) => Some(name),
            _ => None,
        }
    }

    /// Full names by which readers also know it.
    #[must_use]
    pub fn aliases(&self) -> &[String] {
        match self {
            Self::Enum(Enum { aliases, .. })
            | Self::Fixed(Fixed { aliases, .. })
            | Self::Record(Record { aliases, .. }) => aliases,
            _ => &[],
        }
    }

    /// The name of the type as schemas write it: `long`, `record`, `union`.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Int => "int",
            Self::Long => "long",
            Self::Float => "float",
            Self::Double => "double",
            Self::Bytes => "bytes",
            Self::String => "string",
            Self::Array(_) => "array",
            Self::Map(_) => "map",
            Self::Union(_) => "union",
            Self::Record(_) => "record",
            Self::Enum(_) => "enum",
            Self::Fixed(_) => "fixed",
        }
    }

    /// How a union names this branch: the full name, else the type's.
    #[must_use]
    pub fn branch_name(&self) -> &str {
        self.full_name().unwrap_or(self.type_name())
    }
}

impl Default {
    /// The value as a datum of the field's type.
    ///
    /// # Errors
    /// `InvalidSchema` if it is not a value of the type: that is found out when the schema is
    /// parsed, and is an error only here if [it was read leniently](super::Schema::parse_writer).
    pub fn datum(&self) -> Result<&[u8]> {
        match &self.datum {
            Ok(datum) => Ok(datum),
            Err(why) => Err(Error::new(ErrorKind::InvalidSchema, why.to_string())),
        }
    }
}

impl Record {
    /// The field called `name`, and its place.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<(usize, &Field)> {
        self.fields
            .iter()
            .enumerate()
            .find(|(_, field)| &*field.name == name)
    }
}

impl fmt::Debug for Default {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Default").field(&self.json).finish()
    }
}
