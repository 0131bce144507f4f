//! The shape of a schema in the terms of Confluent's rules: one type, or a combination.

use jsonschema::{Draft, Registry};
use referencing::Resolver;
use serde_json::{Map, Value};

use super::too_large;
use crate::error::Result;
use crate::json_schema::texts::{Texts, unresolved};

/// A schema in its document.
#[derive(Clone)]
pub(super) struct Node<'s> {
    pub(super) value: &'s Value,
    pub(super) draft: Draft,
    resolver: Resolver<'s>,
}

/// The shape of a schema. A type represents the keywords about that type.
#[derive(Clone)]
pub(super) enum Shape<'s> {
    Array(Node<'s>),
    Boolean,
    Combined(Combined<'s>),
    /// `if`, `then` and `else`.
    Condition(Node<'s>),
    Const(&'s Value),
    /// A reference whose target depends on the way that led to it.
    Dynamic(Node<'s>),
    /// Takes everything.
    Empty,
    Enum(&'s [Value]),
    /// Takes nothing.
    False,
    Not(Node<'s>),
    Null,
    Number(NumberShape<'s>),
    Object(Node<'s>),
    String(Node<'s>),
}

#[derive(Clone)]
pub(super) struct NumberShape<'s> {
    pub(super) node: Node<'s>,
    pub(super) is_integer: bool,
}

#[derive(Clone)]
pub(super) struct Combined<'s> {
    pub(super) criterion: Criterion,
    pub(super) parts: Vec<Part<'s>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Criterion {
    All,
    Any,
    One,
}

/// A part of a combination: a schema of its own, or some keywords of the one around it.
#[derive(Clone)]
pub(super) enum Part<'s> {
    Node(Node<'s>),
    Shape(Shape<'s>),
}

impl Criterion {
    pub(super) fn keyword(self) -> &'static str {
        match self {
            Self::All => "allOf",
            Self::Any => "anyOf",
            Self::One => "oneOf",
        }
    }
}

impl<'s> Part<'s> {
    pub(super) fn shape(&self) -> Result<Shape<'s>> {
        match self {
            Self::Node(node) => node.follow()?.shape(),
            Self::Shape(shape) => Ok(shape.clone()),
        }
    }
}

impl<'s> Node<'s> {
    pub(super) fn root(texts: &Texts, registry: &'s Registry<'static>) -> Result<Self> {
        let (value, resolver, draft) = texts.resolve_root(registry)?;
        Ok(Self {
            value,
            draft,
            resolver,
        })
    }

    /// Returns the address that identifies the node when a cycle leads back to it.
    pub(super) fn address(&self) -> *const Value {
        self.value
    }

    pub(super) fn base_uri(&self) -> String {
        self.resolver.base_uri().as_str().to_owned()
    }

    pub(super) fn get(&self, keyword: &str) -> Option<&'s Value> {
        self.value.get(keyword)
    }

    /// The schema at `keyword`.
    pub(super) fn child(&self, keyword: &str) -> Result<Option<Self>> {
        self.get(keyword).map(|value| self.at(value)).transpose()
    }

    /// A schema inside this one.
    pub(super) fn at(&self, value: &'s Value) -> Result<Self> {
        let resource = self.draft.create_resource_ref(value);
        let resolver = self.resolver.in_subresource(resource);
        Ok(Self {
            value,
            draft: resource.draft(),
            resolver: resolver.map_err(|error| unresolved(&error))?,
        })
    }

    /// The schemas of an object such as `properties`.
    pub(super) fn map(&self, keyword: &str) -> Option<&'s Map<String, Value>> {
        self.get(keyword)?.as_object()
    }

    /// The schemas of an array such as `prefixItems`.
    pub(super) fn list(&self, keyword: &str) -> Result<Vec<Self>> {
        let items = self.get(keyword).and_then(Value::as_array);
        items
            .into_iter()
            .flatten()
            .map(|value| self.at(value))
            .collect()
    }

    /// Follows references as long as they are all that the schema says.
    pub(super) fn follow(&self) -> Result<Self> {
        let mut node = self.clone();
        for _ in 0..MAX_REFERENCES {
            if !node.is_reference() {
                return Ok(node);
            }
            node = node.target()?;
        }
        Err(too_large("a chain of \"$ref\" is too long, or a circle"))
    }

    /// Returns whether the schema is only a reference. Up to draft 7, keywords beside it are
    /// ignored.
    fn is_reference(&self) -> bool {
        self.get("$ref").is_some()
            && (self.is_up_to_draft_7() || self.keywords().all(|keyword| keyword == "$ref"))
    }

    pub(super) fn is_up_to_draft_7(&self) -> bool {
        matches!(self.draft, Draft::Draft4 | Draft::Draft6 | Draft::Draft7)
    }

    /// Keywords that assert something.
    fn keywords(&self) -> impl Iterator<Item = &'s str> {
        let keywords = self.value.as_object().into_iter().flat_map(Map::keys);
        keywords
            .map(String::as_str)
            .filter(|keyword| !ANNOTATIONS.contains(keyword))
    }

    fn target(&self) -> Result<Self> {
        let reference = self.get("$ref").and_then(Value::as_str).unwrap_or_default();
        let resolved = self
            .resolver
            .lookup(reference)
            .map_err(|error| unresolved(&error))?;
        let (value, resolver, draft) = resolved.into_inner();
        Ok(Self {
            value,
            draft,
            resolver,
        })
    }

    /// Returns the shape of the schema; references must have been followed.
    pub(super) fn shape(&self) -> Result<Shape<'s>> {
        match self.value {
            Value::Bool(false) => return Ok(Shape::False),
            Value::Object(_) => {}
            _ => return Ok(Shape::Empty),
        }
        let mut shapes = Vec::new();
        if self.get("$ref").is_some() {
            shapes.push(Part::Node(self.target()?));
        }
        shapes.extend(self.untyped()?.into_iter().map(Part::Shape));
        shapes.extend(self.typed().into_iter().map(Part::Shape));
        match shapes.len() {
            0 => Ok(Shape::Empty),
            1 => match shapes.pop() {
                Some(part) => part.shape(),
                None => Ok(Shape::Empty),
            },
            _ => Ok(Shape::Combined(Combined {
                criterion: Criterion::All,
                parts: shapes,
            })),
        }
    }

    fn untyped(&self) -> Result<Vec<Shape<'s>>> {
        let mut shapes = Vec::new();
        if let Some(Value::Array(values)) = self.get("enum") {
            shapes.push(Shape::Enum(values));
        }
        if let Some(value) = self.get("const") {
            shapes.push(Shape::Const(value));
        }
        for criterion in [Criterion::All, Criterion::Any, Criterion::One] {
            let parts = self.list(criterion.keyword())?;
            if !parts.is_empty() {
                let parts = parts.into_iter().map(Part::Node).collect();
                shapes.push(Shape::Combined(Combined { criterion, parts }));
            }
        }
        if let Some(node) = self.child("not")? {
            shapes.push(Shape::Not(node));
        }
        if self.get("if").is_some() {
            shapes.push(Shape::Condition(self.clone()));
        }
        if self.get("$dynamicRef").is_some() || self.get("$recursiveRef").is_some() {
            shapes.push(Shape::Dynamic(self.clone()));
        }
        Ok(shapes)
    }

    /// The types that are named, or, without any, those whose keywords are there.
    fn typed(&self) -> Vec<Shape<'s>> {
        match self.get("type") {
            Some(Value::String(name)) => self.of_type(name).into_iter().collect(),
            Some(Value::Array(names)) => {
                let names = names.iter().filter_map(Value::as_str);
                let mut shapes: Vec<_> = names.filter_map(|name| self.of_type(name)).collect();
                if shapes.len() > 1 {
                    let parts = shapes.drain(..).map(Part::Shape).collect();
                    shapes.push(Shape::Combined(Combined {
                        criterion: Criterion::Any,
                        parts,
                    }));
                }
                shapes
            }
            _ => {
                let has = |keywords: &[&str]| self.keywords().any(|name| keywords.contains(&name));
                let sniffed = TYPES.iter().filter(|(_, keywords)| has(keywords));
                sniffed.filter_map(|(name, _)| self.of_type(name)).collect()
            }
        }
    }

    fn of_type(&self, name: &str) -> Option<Shape<'s>> {
        let number = |is_integer| {
            Shape::Number(NumberShape {
                node: self.clone(),
                is_integer,
            })
        };
        Some(match name {
            "array" => Shape::Array(self.clone()),
            "boolean" => Shape::Boolean,
            "integer" => number(true),
            "null" => Shape::Null,
            "number" => number(false),
            "object" => Shape::Object(self.clone()),
            "string" => Shape::String(self.clone()),
            _ => return None,
        })
    }
}

/// Keywords that assert nothing.
const ANNOTATIONS: &[&str] = &[
    "$anchor",
    "$comment",
    "$defs",
    "$dynamicAnchor",
    "$id",
    "$recursiveAnchor",
    "$schema",
    "default",
    "definitions",
    "deprecated",
    "description",
    "examples",
    "id",
    "readOnly",
    "title",
    "writeOnly",
];

/// By which keywords a type is known where none is named.
const TYPES: &[(&str, &[&str])] = &[
    (
        "array",
        &[
            "additionalItems",
            "contains",
            "items",
            "maxContains",
            "maxItems",
            "minContains",
            "minItems",
            "prefixItems",
            "unevaluatedItems",
            "uniqueItems",
        ],
    ),
    (
        "number",
        &[
            "exclusiveMaximum",
            "exclusiveMinimum",
            "maximum",
            "minimum",
            "multipleOf",
        ],
    ),
    (
        "object",
        &[
            "additionalProperties",
            "dependencies",
            "dependentRequired",
            "dependentSchemas",
            "maxProperties",
            "minProperties",
            "patternProperties",
            "properties",
            "propertyNames",
            "required",
            "unevaluatedProperties",
        ],
    ),
    (
        "string",
        &[
            "contentEncoding",
            "contentMediaType",
            "format",
            "maxLength",
            "minLength",
            "pattern",
        ],
    ),
];

const MAX_REFERENCES: usize = 64;
