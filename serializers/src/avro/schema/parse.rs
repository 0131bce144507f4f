//! Text to arena, in two passes: first every type gets a node and every name a place, then names
//! are linked and defaults are checked.
//!
//! Types wait on a list of the parser's own: how deep a text is nested costs no stack.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use super::comments::without_comments;
use super::json::{Json, Object, Shape, line_column, pointer_to};
use super::logical::LogicalType;
use super::name::{check_full, check_length, check_simple, full_name, namespace_of};
use super::node::{Default, Enum, Field, Fixed, Kind, Node, NodeId, Order, Record};
use super::repeated::is_same_definition;
use super::{Fingerprint, Inner, Schema, canonical, default};
use crate::error::{Error, ErrorKind, Result};

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
    let mut nodes = parser.nodes;
    check_depth(&nodes, root)?;
    check_unions(&nodes, &parser.unions)?;
    fill_defaults(&mut nodes, &parser.defaults, checks)?;
    // Definitions of `text` itself, as they stand there.
    let mut own: Vec<(usize, Arc<str>)> = parser
        .names
        .iter()
        .filter_map(|(name, defined)| {
            let address = defined.text.as_ptr();
            let inside = text.as_bytes().as_ptr_range().contains(&address);
            inside.then(|| (address as usize, name.clone()))
        })
        .collect();
    own.sort_unstable();
    let schema = Schema(Arc::new(Inner {
        own_names: own.into_iter().map(|(_, name)| name).collect(),
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
pub(super) struct Parser<'a> {
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

/// Where something stands. The line and the path are found only for an error: there may be many
/// places in a long text.
#[derive(Clone, Copy)]
struct Place<'a> {
    label: &'a str,
    text: &'a str,
    offset: usize,
}

impl fmt::Display for Place<'_> {
    /// `schema, line 3 column 14, /fields/2/type`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            label,
            text,
            offset,
        } = *self;
        let (line, column) = line_column(text, offset);
        let path = pointer_to(text, offset);
        write!(f, "{label}, line {line} column {column}, {path}")
    }
}

impl<'a> Parser<'a> {
    /// For each text the numbers of those that define what it refers to.
    pub(super) fn uses(texts: &[Text<'_>]) -> Result<Vec<BTreeSet<usize>>> {
        let plain: Vec<_> = texts
            .iter()
            .map(|text| without_comments(text.text))
            .collect();
        let mut parser = Parser::default();
        let mut ends = Vec::with_capacity(texts.len());
        for (Text { label, .. }, text) in texts.iter().zip(&plain) {
            parser.text(Text { label, text })?;
            ends.push(parser.nodes.len());
        }
        // Unknown names are errors where each text is parsed with what it uses.
        let _ = parser.link();
        parser.check_repeated()?;
        let mut uses = vec![BTreeSet::new(); texts.len()];
        let text_of = |id: NodeId| ends.partition_point(|end| *end <= id.index());
        for (&from, &to) in &parser.links {
            if let Some(uses) = uses.get_mut(text_of(from)) {
                uses.insert(text_of(to));
            }
        }
        Ok(uses)
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

    fn union(
        &mut self,
        id: NodeId,
        json: Json<'a>,
        branches: Vec<Json<'a>>,
        namespace: Option<&Arc<str>>,
    ) -> Result<()> {
        self.unions.push((id, self.place(json)));
        let mut ids = Vec::with_capacity(branches.len());
        for branch in branches {
            if matches!(branch.shape(), Shape::Array(_)) {
                return Err(self.invalid(branch, "a union must not directly hold a union"));
            }
            ids.push(self.inner(branch, namespace));
        }
        self.set(id, Kind::Union(ids.into_boxed_slice()));
        Ok(())
    }

    fn object(
        &mut self,
        id: NodeId,
        json: Json<'a>,
        object: &Object<'a>,
        namespace: Option<&Arc<str>>,
    ) -> Result<()> {
        let Some(type_json) = object.get("type") else {
            return Err(self.invalid(json, "the attribute \"type\" is missing"));
        };
        let name = type_json.as_string();
        match name.as_deref() {
            Some("array") => self.container(id, json, object, "items", namespace, Kind::Array)?,
            Some("map") => self.container(id, json, object, "values", namespace, Kind::Map)?,
            Some(name @ ("record" | "error")) => {
                self.record(id, json, object, namespace, name == "error")?;
            }
            Some("enum") => self.enumeration(id, json, object, namespace)?,
            Some("fixed") => self.fixed(id, json, object, namespace)?,
            name => match name.and_then(primitive) {
                Some(kind) => self.set(id, kind),
                // Attributes around a type or a reference are ignored.
                None => {
                    self.later(id, type_json, namespace);
                    return Ok(());
                }
            },
        }
        self.describe(id, object);
        Ok(())
    }

    fn container(
        &mut self,
        id: NodeId,
        json: Json<'a>,
        object: &Object<'a>,
        key: &str,
        namespace: Option<&Arc<str>>,
        kind: fn(NodeId) -> Kind,
    ) -> Result<()> {
        let inner = self.required(json, object, key)?;
        let inner = self.inner(inner, namespace);
        self.set(id, kind(inner));
        Ok(())
    }

    fn record(
        &mut self,
        id: NodeId,
        json: Json<'a>,
        object: &Object<'a>,
        namespace: Option<&Arc<str>>,
        is_error: bool,
    ) -> Result<()> {
        let name = self.define(id, json, object, namespace)?;
        let own_namespace: Option<Arc<str>> = namespace_of(&name).map(Arc::from);
        let list = self.required(json, object, "fields")?;
        let list = list
            .as_array()
            .ok_or_else(|| self.invalid(list, "expected an array"))?;
        let mut fields = Vec::with_capacity(list.len());
        let mut seen = HashSet::with_capacity(list.len());
        for (index, json) in list.into_iter().enumerate() {
            let object = json
                .as_object()
                .ok_or_else(|| self.invalid(json, "expected a field: an object"))?;
            let field = self.field(json, &object, own_namespace.as_ref())?;
            if !seen.insert(field.name.clone()) {
                return Err(self.invalid(json, &format!("second field {:?}", field.name)));
            }
            if let Some(default) = object.get("default") {
                self.defaults.push((id, index, self.place(default)));
            }
            fields.push(field);
        }
        let record = Record {
            aliases: self.aliases(object, own_namespace.as_deref())?,
            doc: doc(object),
            fields: fields.into_boxed_slice(),
            is_error,
            name,
        };
        self.set(id, Kind::Record(record));
        Ok(())
    }

    fn field(
        &mut self,
        json: Json<'a>,
        object: &Object<'a>,
        namespace: Option<&Arc<str>>,
    ) -> Result<Field> {
        let name = self.string(json, object, "name")?;
        self.check(check_simple, &name)
            .map_err(|error| self.invalid(json, &error.to_string()))?;
        let type_json = self.required(json, object, "type")?;
        let schema = self.inner(type_json, namespace);
        let order = match object.get("order") {
            None => Order::Ascending,
            Some(order) => sort_order(order).ok_or_else(|| {
                self.invalid(
                    order,
                    "expected \"ascending\", \"descending\" or \"ignore\"",
                )
            })?,
        };
        let default = object.get("default").map(|json| Default {
            json: json.text().into(),
            // The second pass puts the datum here.
            datum: Ok(Box::default()),
        });
        Ok(Field {
            name: name.into(),
            aliases: self.field_aliases(object)?,
            doc: doc(object),
            schema,
            default,
            order,
            attributes: attributes(object, &FIELD_ATTRIBUTES),
        })
    }

    fn enumeration(
        &mut self,
        id: NodeId,
        json: Json<'a>,
        object: &Object<'a>,
        namespace: Option<&Arc<str>>,
    ) -> Result<()> {
        let name = self.define(id, json, object, namespace)?;
        let list = self.required(json, object, "symbols")?;
        let list = list
            .as_array()
            .ok_or_else(|| self.invalid(list, "expected an array"))?;
        let mut symbols: Vec<Arc<str>> = Vec::with_capacity(list.len());
        let mut seen = HashSet::with_capacity(list.len());
        for json in list {
            let symbol = json
                .as_string()
                .filter(|symbol| self.check(check_simple, symbol).is_ok());
            let symbol: Arc<str> = symbol
                .ok_or_else(|| self.invalid(json, "expected a symbol: a name"))?
                .into();
            if !seen.insert(symbol.clone()) {
                return Err(self.invalid(json, &format!("second symbol {symbol:?}")));
            }
            symbols.push(symbol);
        }
        let default = match object.get("default") {
            None => None,
            Some(json) => {
                let symbol = json.as_string();
                let found = symbols.iter().position(|s| Some(&**s) == symbol.as_deref());
                Some(found.ok_or_else(|| self.invalid(json, "the default is not a symbol"))?)
            }
        };
        let aliases = self.aliases(object, namespace_of(&name))?;
        let doc = doc(object);
        let symbols = symbols.into_boxed_slice();
        self.set(
            id,
            Kind::Enum(Enum {
                name,
                aliases,
                doc,
                symbols,
                default,
            }),
        );
        Ok(())
    }

    fn fixed(
        &mut self,
        id: NodeId,
        json: Json<'a>,
        object: &Object<'a>,
        namespace: Option<&Arc<str>>,
    ) -> Result<()> {
        let name = self.define(id, json, object, namespace)?;
        let size = self.required(json, object, "size")?;
        let size = size
            .as_usize()
            .filter(|&size| i32::try_from(size).is_ok())
            .ok_or_else(|| self.invalid(size, "expected a size: 0 to 2147483647"))?;
        let aliases = self.aliases(object, namespace_of(&name))?;
        self.set(
            id,
            Kind::Fixed(Fixed {
                name,
                aliases,
                doc: doc(object),
                size,
            }),
        );
        Ok(())
    }

    /// Gives a named type its place among the names.
    fn define(
        &mut self,
        id: NodeId,
        json: Json<'a>,
        object: &Object<'a>,
        namespace: Option<&Arc<str>>,
    ) -> Result<Arc<str>> {
        let name = self.string(json, object, "name")?;
        let own = object.get("namespace").and_then(Json::as_string);
        let full = full_name(&name, own.as_deref().or(namespace.map(|name| &**name)));
        self.check(check_full, &full)
            .map_err(|error| self.invalid(json, &error.to_string()))?;
        if primitive(&full).is_some() {
            return Err(self.invalid(json, &format!("{full:?} is the name of a primitive type")));
        }
        let full: Arc<str> = full.into();
        let (text, place) = (json.text(), self.place(json));
        if self.names.contains_key(&full) {
            let name = full.clone();
            self.repeated.push(Repeated { id, name, place });
        } else {
            self.names.insert(full.clone(), Defined { id, text, place });
        }
        Ok(full)
    }

    fn describe(&mut self, id: NodeId, object: &Object<'a>) {
        if let Some(node) = self.nodes.get_mut(id.index()) {
            node.logical = LogicalType::of(&node.kind, object);
            node.attributes = attributes(object, &TYPE_ATTRIBUTES);
            if node.logical.is_some() {
                node.attributes
                    .retain(|(name, _)| !LOGICAL_ATTRIBUTES.contains(&&**name));
            }
        }
    }

    /// Full names.
    fn aliases(&self, object: &Object<'a>, namespace: Option<&str>) -> Result<Vec<String>> {
        self.alias_texts(object)?
            .into_iter()
            .map(|(json, alias)| match self.check(check_full, &alias) {
                Ok(()) => Ok(full_name(&alias, namespace)),
                Err(_) => Err(self.invalid(json, "expected an alias: a name")),
            })
            .collect()
    }

    /// Any text, as in Java: an alias may be what a writer without Avro's rules called the field.
    fn field_aliases(&self, object: &Object<'a>) -> Result<Vec<String>> {
        let aliases = self.alias_texts(object)?;
        Ok(aliases.into_iter().map(|(_, alias)| alias).collect())
    }

    fn alias_texts(&self, object: &Object<'a>) -> Result<Vec<(Json<'a>, String)>> {
        let Some(json) = object.get("aliases") else {
            return Ok(Vec::new());
        };
        let list = json
            .as_array()
            .ok_or_else(|| self.invalid(json, "expected an array of aliases"))?;
        list.into_iter()
            .map(|json| match json.as_string() {
                Some(alias) => Ok((json, alias)),
                None => Err(self.invalid(json, "expected an alias: a string")),
            })
            .collect()
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

    /// Second pass: puts definitions in the place of names that were used before them.
    ///
    /// # Errors
    /// `InvalidSchema` for the first unknown name; the others are linked.
    fn link(&mut self) -> Result<()> {
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
    fn check_repeated(&self) -> Result<()> {
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

impl Place<'_> {
    fn invalid(&self, message: &str) -> Error {
        Error::new(ErrorKind::InvalidSchema, format!("{self}: {message}"))
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

/// In any case, as in Java.
fn sort_order(json: Json<'_>) -> Option<Order> {
    let orders = [
        ("ascending", Order::Ascending),
        ("descending", Order::Descending),
        ("ignore", Order::Ignore),
    ];
    let name = json.as_string()?;
    let found = orders
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(&name));
    found.map(|(_, order)| *order)
}

fn doc(object: &Object<'_>) -> Option<String> {
    object.get("doc").and_then(Json::as_string)
}

fn attributes(object: &Object<'_>, known: &[&str]) -> Vec<(String, Box<str>)> {
    object
        .iter()
        .filter(|(name, _)| !known.contains(name))
        .map(|(name, json)| (name.to_owned(), json.text().into()))
        .collect()
}

fn unknown(name: &str) -> String {
    let shown: String = name.chars().take(200).collect();
    format!("unknown type {shown:?}")
}

/// What walks a schema must not run out of stack, whatever way its names lead.
fn check_depth(nodes: &[Node], root: NodeId) -> Result<()> {
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
fn check_unions(nodes: &[Node], unions: &[(NodeId, Place<'_>)]) -> Result<()> {
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

fn fill_defaults(
    nodes: &mut [Node],
    defaults: &[(NodeId, usize, Place<'_>)],
    checks: Checks,
) -> Result<()> {
    let mut data = Vec::with_capacity(defaults.len());
    for (id, number, place) in defaults {
        let datum = match default_of(nodes, *id, *number) {
            None => Err("not found".into()),
            Some((schema, default)) => {
                match default::encode(nodes, schema, &default.json, checks == Checks::Few) {
                    Ok(datum) => Ok(datum),
                    Err(error) if checks == Checks::All => {
                        return Err(Error::new(error.kind(), format!("{place}: {error}")));
                    }
                    Err(error) => Err(error.to_string().into()),
                }
            }
        };
        data.push(datum);
    }
    for ((id, number, _), datum) in defaults.iter().zip(data) {
        if let Some(Kind::Record(record)) = nodes.get_mut(id.index()).map(|node| &mut node.kind)
            && let Some(field) = record.fields.get_mut(*number)
            && let Some(default) = &mut field.default
        {
            default.datum = datum;
        }
    }
    Ok(())
}

fn default_of(nodes: &[Node], id: NodeId, number: usize) -> Option<(NodeId, &Default)> {
    let Kind::Record(record) = &nodes.get(id.index())?.kind else {
        return None;
    };
    let field = record.fields.get(number)?;
    Some((field.schema, field.default.as_ref()?))
}

const MAX_TEXT: usize = 4 << 20;
const MAX_DEPTH: usize = 64;
const MAX_LINKED_DEPTH: usize = 128;
const MAX_NODES: usize = 65_536;

const TYPE_ATTRIBUTES: [&str; 11] = [
    "aliases",
    "default",
    "doc",
    "fields",
    "items",
    "name",
    "namespace",
    "size",
    "symbols",
    "type",
    "values",
];
const LOGICAL_ATTRIBUTES: [&str; 3] = ["logicalType", "precision", "scale"];
const FIELD_ATTRIBUTES: [&str; 6] = ["aliases", "default", "doc", "name", "order", "type"];
