//! Text to arena, in two passes: first every type gets a node and every name a place, then names
//! are linked and defaults are checked.
//!
//! Types wait on a list of the parser's own: how deep a text is nested costs no stack.

use std::collections::HashMap;
use std::sync::Arc;

use super::comments::without_comments;
use super::json::{Json, Object, Shape, line_column};
use super::name::{check_full, check_length, full_name};
use super::node::{Kind, Node, NodeId};
use super::{Fingerprint, Inner, Schema, canonical};
use crate::error::{Error, ErrorKind, Result};

mod defaults;
mod files;
mod links;
mod place;
mod types;

use self::defaults::fill_defaults;
pub(super) use self::files::parse_files;
use self::links::{check_depth, check_unions};
use self::place::Place;

/// A text, and what errors call it.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) label: &'a str,
    pub(super) text: &'a str,
}

/// How much of a schema is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Checks {
    /// Everything: the schema is a program's own, and may be registered.
    #[default]
    All,
    /// What data cannot be read without: names and defaults may be anything.
    Few,
}

/// Parses `main`, and `references` for the names that it does not define itself.
pub(super) fn parse<'a>(
    main: Text<'a>,
    references: impl IntoIterator<Item = Text<'a>>,
    checks: Checks,
) -> Result<Schema> {
    let label = main.label;
    let plain = without_comments(main.text);
    let references: Vec<_> = references
        .into_iter()
        .map(|text| (text.label, without_comments(text.text)))
        .collect();
    let mut parser = Parser {
        checks,
        ..Parser::default()
    };
    let text = &*plain;
    let root = parser.text(Text { label, text })?;
    for (label, text) in &references {
        parser.text(Text { label, text })?;
    }
    parser.link()?;
    parser.check_repeated()?;
    let root = parser.links.get(&root).copied().unwrap_or(root);
    let own_names = parser.names_in(text);
    let mut nodes = parser.nodes;
    check_depth(&nodes, root)?;
    check_unions(&nodes, &parser.unions)?;
    fill_defaults(&mut nodes, &parser.defaults, checks)?;
    let schema = Schema(Arc::new(Inner {
        own_names,
        text: main.text.into(),
        nodes: nodes.into_boxed_slice(),
        root,
        names: parser
            .names
            .into_iter()
            .map(|(name, defined)| (name, defined.id))
            .collect(),
        fingerprint: Fingerprint::of(b""),
    }));
    let fingerprint = Fingerprint::of(canonical::canonical_form(&schema).as_bytes());
    Ok(schema.with_fingerprint(fingerprint))
}

#[derive(Default)]
struct Parser<'a> {
    nodes: Vec<Node>,
    names: HashMap<Arc<str>, Defined<'a>>,
    /// Nodes that stand for a name which was not defined yet.
    unresolved: Vec<Unresolved<'a>>,
    /// Nodes that stand for a name, and the definition.
    links: HashMap<NodeId, NodeId>,
    /// Further definitions of names that are defined already.
    repeated: Vec<Repeated<'a>>,
    /// Unions, and where they stand.
    unions: Vec<(NodeId, Place<'a>)>,
    /// Records, the numbers of their fields that have defaults, and where these stand.
    defaults: Vec<(NodeId, usize, Place<'a>)>,
    label: &'a str,
    text: &'a str,
    checks: Checks,
    /// Types to come, the next one last.
    waiting: Vec<Waiting<'a>>,
    /// Types inside the one that is being read, in the order of the text.
    inside: Vec<Waiting<'a>>,
    /// How deep the type that is being read is nested.
    depth: usize,
}

/// A type whose node is there, and whose text is not read yet.
struct Waiting<'a> {
    id: NodeId,
    json: Json<'a>,
    namespace: Option<Arc<str>>,
    depth: usize,
}

struct Defined<'a> {
    id: NodeId,
    text: &'a str,
    place: Place<'a>,
}

struct Repeated<'a> {
    id: NodeId,
    name: Arc<str>,
    place: Place<'a>,
}

struct Unresolved<'a> {
    id: NodeId,
    /// With the enclosing namespace, and as written.
    names: [String; 2],
    place: Place<'a>,
}

impl<'a> Parser<'a> {
    /// Returns the names that are defined in `text` itself, in its order.
    fn names_in(&self, text: &str) -> Box<[Arc<str>]> {
        let range = text.as_bytes().as_ptr_range();
        let mut own: Vec<_> = self
            .names
            .iter()
            .map(|(name, defined)| (defined.text.as_ptr(), name.clone()))
            .filter(|(address, _)| range.contains(address))
            .collect();
        own.sort_unstable();
        own.into_iter().map(|(_, name)| name).collect()
    }

    fn text(&mut self, Text { label, text }: Text<'a>) -> Result<NodeId> {
        if text.len() > MAX_TEXT {
            let message = format!("{label}: schema text over 4 MiB");
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
        self.label = label;
        self.text = text;
        let json = Json::parse(text).map_err(|(offset, what)| {
            let (line, column) = line_column(text, offset);
            let message = format!("{label}, line {line} column {column}: not JSON: {what}");
            Error::new(ErrorKind::InvalidSchema, message)
        })?;
        let root = self.add(Kind::Null);
        self.waiting.push(Waiting {
            id: root,
            json,
            namespace: None,
            depth: 1,
        });
        while let Some(next) = self.waiting.pop() {
            self.schema(&next)?;
            self.waiting.extend(self.inside.drain(..).rev());
        }
        Ok(root)
    }

    fn schema(&mut self, next: &Waiting<'a>) -> Result<()> {
        let Waiting { id, json, .. } = *next;
        self.depth = next.depth;
        if self.depth > MAX_DEPTH || self.nodes.len() > MAX_NODES {
            return Err(Error::new(
                ErrorKind::LimitExceeded,
                "the schema has over 65536 types, or they are nested deeper than 64",
            ));
        }
        let namespace = next.namespace.as_ref();
        match json.shape() {
            Shape::String(name) => self.name(id, json, &name, namespace),
            Shape::Array(branches) => self.union(id, json, branches, namespace),
            Shape::Object(object) => self.object(id, json, &object, namespace),
            Shape::Other => Err(self.invalid(json, "expected a type: a string, array or object")),
        }
    }

    /// A type one step further down in the text, with a node of its own.
    fn inner(&mut self, json: Json<'a>, namespace: Option<&Arc<str>>) -> NodeId {
        let id = self.add(Kind::Null);
        self.later(id, json, namespace);
        id
    }

    fn later(&mut self, id: NodeId, json: Json<'a>, namespace: Option<&Arc<str>>) {
        self.inside.push(Waiting {
            id,
            json,
            namespace: namespace.cloned(),
            depth: self.depth + 1,
        });
    }

    fn name(
        &mut self,
        id: NodeId,
        json: Json<'a>,
        name: &str,
        namespace: Option<&Arc<str>>,
    ) -> Result<()> {
        if let Some(kind) = primitive(name) {
            self.set(id, kind);
            return Ok(());
        }
        self.check(check_full, name)
            .map_err(|_| self.invalid(json, &unknown(name)))?;
        let names = [
            full_name(name, namespace.map(|name| &**name)),
            name.to_owned(),
        ];
        // As in Java, a name without a namespace that is known here goes before one that comes later.
        if let Some(defined) = names.iter().find_map(|name| self.names.get(&**name)) {
            self.links.insert(id, defined.id);
            return Ok(());
        }
        let place = self.place(json);
        self.unresolved.push(Unresolved { id, names, place });
        Ok(())
    }

    /// Checks a name by the rules of the specification, or only that its length is sane.
    fn check(&self, rules: fn(&str) -> Result<()>, name: &str) -> Result<()> {
        match self.checks {
            Checks::All => rules(name),
            Checks::Few => check_length(name),
        }
    }

    fn required(&self, json: Json<'a>, object: &Object<'a>, key: &str) -> Result<Json<'a>> {
        object
            .get(key)
            .ok_or_else(|| self.invalid(json, &format!("the attribute {key:?} is missing")))
    }

    fn string(&self, json: Json<'a>, object: &Object<'a>, key: &str) -> Result<String> {
        let value = self.required(json, object, key)?;
        value
            .as_string()
            .ok_or_else(|| self.invalid(value, "expected a string"))
    }

    #[allow(
        clippy::expect_used,
        reason = "`schema` checked that there are at most 65536"
    )]
    fn add(&mut self, kind: Kind) -> NodeId {
        let id = u32::try_from(self.nodes.len()).expect("at most one more than MAX_NODES a level");
        self.nodes.push(Node {
            kind,
            logical: None,
            attributes: Vec::new(),
        });
        NodeId::new(id)
    }

    fn set(&mut self, id: NodeId, kind: Kind) {
        if let Some(node) = self.nodes.get_mut(id.index()) {
            node.kind = kind;
        }
    }

    fn place(&self, json: Json<'a>) -> Place<'a> {
        Place {
            label: self.label,
            text: self.text,
            offset: json.offset_in(self.text),
        }
    }

    fn invalid(&self, json: Json<'a>, message: &str) -> Error {
        self.place(json).invalid(message)
    }
}

fn primitive(name: &str) -> Option<Kind> {
    Some(match name {
        "null" => Kind::Null,
        "boolean" => Kind::Boolean,
        "int" => Kind::Int,
        "long" => Kind::Long,
        "float" => Kind::Float,
        "double" => Kind::Double,
        "bytes" => Kind::Bytes,
        "string" => Kind::String,
        _ => return None,
    })
}

fn unknown(name: &str) -> String {
    let shown: String = name.chars().take(200).collect();
    format!("unknown type {shown:?}")
}

const MAX_TEXT: usize = 4 << 20;
const MAX_DEPTH: usize = 64;
const MAX_NODES: usize = 65_536;
