//! The code of the types.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use super::JsonSchema;
use super::documents::Place;
use super::graph::{ANY, Graph};
use super::plan::{Plan, variants};
use super::settle::resolve;
use super::shape::{Field, NodeId, Shape, Struct};
use super::variants::test;
use crate::comments::write_documentation;
use crate::literal;
use crate::names::{escape, field_ident, type_ident, unique, unique_all};

/// Writes the type of a node and its implementations.
pub(super) fn write(settings: &JsonSchema, plan: &Plan<'_>, id: NodeId, out: &mut String) {
    let Some(ident) = plan.ident(id) else { return };
    let node = plan.graph.get(id);
    let docs = docs(plan.graph, node.place.as_ref());
    let type_of = Type {
        settings,
        plan,
        id,
        ident,
        docs,
    };
    match &node.shape {
        Shape::Struct(of) => type_of.structure(of, out),
        Shape::Symbols(symbols) => type_of.symbols(symbols, out),
        Shape::Union(nodes) => type_of.union(nodes, out),
        _ => type_of.newtype(&type_of.written_out(id), out),
    }
}

/// A type around another one, for a document that is all of another schema.
pub(super) fn write_alias(
    settings: &JsonSchema,
    plan: &Plan<'_>,
    (ident, id): (&str, NodeId),
    out: &mut String,
) {
    let docs = docs(plan.graph, plan.graph.get(id).place.as_ref());
    let type_of = Type {
        settings,
        plan,
        id,
        ident,
        docs,
    };
    type_of.newtype(plan.ident(id).unwrap_or(VALUE), out);
}

/// The parts of the code of one type.
struct Type<'p> {
    settings: &'p JsonSchema,
    plan: &'p Plan<'p>,
    id: NodeId,
    ident: &'p str,
    docs: String,
}

impl Type<'_> {
    fn structure(&self, of: &Struct, out: &mut String) {
        let mut taken = BTreeSet::new();
        let names: Vec<String> = of.fields.iter().map(|field| plain(&field.key)).collect();
        let names = names.iter().map(|name| &**name);
        let idents = unique_all(names, field_ident, &mut taken);
        let rest = of.rest.map(|node| (unique(REST, &mut taken), node));
        let has_default = of.fields.iter().all(|field| !field.is_required);
        let default = if has_default { "Default, " } else { "" };
        self.head(default, out);
        let _ = write!(out, "pub struct {} {{", self.ident);
        for (field, ident) in of.fields.iter().zip(&idents) {
            self.field(field, ident, out);
        }
        if let Some((ident, node)) = &rest {
            out.push_str("#[doc = \" All other members.\"] #[serde(flatten)]");
            self.settings
                .field_attributes(&format!("{}.{ident}", self.ident), out);
            let _ = write!(out, "pub {ident}: {},", map(&self.text(*node, true)));
        }
        out.push('}');
        self.read_structure(of, &idents, rest.as_ref().map(|(ident, _)| &**ident), out);
    }

    fn field(&self, field: &Field, ident: &str, out: &mut String) {
        out.push_str(&docs(self.plan.graph, Some(&field.place)));
        if ident != field.key {
            let _ = write!(out, "#[serde(rename = {})]", quoted(&field.key));
        }
        let mut text = self.text(field.node, false);
        if !field.is_required {
            out.push_str("#[serde(skip_serializing_if = \"::core::option::Option::is_none\")]");
            text = option(&text);
        }
        self.settings
            .field_attributes(&format!("{}.{ident}", self.ident), out);
        let _ = write!(out, "pub {}: {text},", escape(ident));
    }

    /// Writes code that reads the members one by one: absent and null members stay apart, and other
    /// members are kept, or refused by a closed schema.
    fn read_structure(&self, of: &Struct, idents: &[String], rest: Option<&str>, out: &mut String) {
        let mut variables = String::new();
        let mut arms = String::new();
        let mut values = String::new();
        for (number, (field, ident)) in of.fields.iter().zip(idents).enumerate() {
            let key = quoted(&field.key);
            let ident = escape(ident);
            let _ = write!(
                variables,
                "let mut member_{number} = ::core::option::Option::None;"
            );
            let _ = write!(
                arms,
                "{key} => member_{number} = {READ}::member(&mut members)?,"
            );
            let _ = match field.is_required {
                true => write!(
                    values,
                    "{ident}: {READ}::required(member_{number}, {key})?,"
                ),
                false => write!(values, "{ident}: member_{number},"),
            };
        }
        match rest {
            Some(rest) => {
                variables.push_str("let mut rest = ::std::collections::BTreeMap::new();");
                let _ = write!(arms, "_ => {READ}::insert(&mut members, key, &mut rest)?,");
                let _ = write!(values, "{rest}: rest,");
            }
            None => {
                let _ = write!(arms, "_ => return {READ}::unknown(&key),");
            }
        }
        let ident = self.ident;
        let expecting = quoted(&format!("an object ({ident})"));
        let body = format!(
            "struct Visitor_;
            impl<'de> ::serde::de::Visitor<'de> for Visitor_ {{
                type Value = {ident};
                fn expecting(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {{
                    out.write_str({expecting})
                }}
                fn visit_map<A_: ::serde::de::MapAccess<'de>>(self, mut members: A_)
                    -> ::core::result::Result<{ident}, A_::Error>
                {{
                    {variables}
                    while let ::core::option::Option::Some(key) = {READ}::key(&mut members)? {{
                        match &*key {{ {arms} }}
                    }}
                    ::core::result::Result::Ok({ident} {{ {values} }})
                }}
            }}
            deserializer.deserialize_map(Visitor_)"
        );
        self.read(&body, out);
    }

    fn symbols(&self, symbols: &[String], out: &mut String) {
        let ident = self.ident;
        let names = symbols.iter().map(|symbol| &**symbol);
        let variants = unique_all(names, symbol_ident, &mut BTreeSet::new());
        let (mut list, mut texts, mut arms) = (String::new(), String::new(), String::new());
        for (symbol, variant) in symbols.iter().zip(&variants) {
            let text = quoted(symbol);
            let _ = write!(list, "{variant},");
            let _ = write!(texts, "Self::{variant} => {text},");
            let _ = write!(
                arms,
                "{text} => ::core::option::Option::Some(Self::{variant}),"
            );
        }
        out.push_str(&self.docs);
        out.push_str("#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]");
        self.settings.type_attributes(ident, out);
        let _ = write!(
            out,
            "pub enum {ident} {{ {list} }}
            impl {ident} {{
                #[doc = \" The text of the schema.\"]
                #[must_use]
                pub const fn as_str(self) -> &'static str {{ match self {{ {texts} }} }}
                #[doc = \" The value for a text of the schema.\"]
                #[must_use]
                pub fn from_text(text: &str) -> ::core::option::Option<Self> {{
                    match text {{ {arms} _ => ::core::option::Option::None }}
                }}
            }}
            impl ::core::fmt::Display for {ident} {{
                fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {{
                    out.write_str(self.as_str())
                }}
            }}
            impl ::serde::Serialize for {ident} {{
                fn serialize<S_: ::serde::Serializer>(&self, serializer: S_)
                    -> ::core::result::Result<S_::Ok, S_::Error>
                {{
                    serializer.serialize_str(self.as_str())
                }}
            }}"
        );
        let name = quoted(ident);
        self.read(
            &format!("{READ}::symbol(deserializer, Self::from_text, {name})"),
            out,
        );
    }

    fn union(&self, nodes: &[NodeId], out: &mut String) {
        let graph = self.plan.graph;
        let names = variants(graph, nodes);
        let (mut list, mut arms) = (String::new(), String::new());
        for (node, name) in nodes.iter().zip(&names) {
            let text = self.text(*node, false);
            let docs = docs(graph, graph.get(resolve(graph, *node)).place.as_ref());
            let docs = if self.plan.ident(resolve(graph, *node)).is_some() {
                ""
            } else {
                &*docs
            };
            let _ = write!(list, "{docs}{name}({text}),");
            let test = test(graph, *node);
            let mut arm = format!(
                "if let ::core::result::Result::Ok(found) = {READ}::from_value(&value) {{
                    return ::core::result::Result::Ok(Self::{name}(found));
                }}"
            );
            if !test.is_empty() {
                arm = format!("if {test} {{ {arm} }}");
            }
            arms.push_str(&arm);
        }
        self.head("", out);
        let _ = write!(
            out,
            "#[serde(untagged)] pub enum {} {{ {list} }}",
            self.ident
        );
        let name = quoted(self.ident);
        let body =
            format!("let value = {READ}::value(deserializer)?; {arms} {READ}::no_variant({name})");
        self.read(&body, out);
    }

    fn newtype(&self, inner: &str, out: &mut String) {
        self.head("", out);
        let _ = write!(
            out,
            "#[serde(transparent)] pub struct {}(pub {inner});",
            self.ident
        );
        self.read(&format!("{READ}::Read::read(deserializer).map(Self)"), out);
    }

    /// Documentation and attributes of a type that serde writes.
    fn head(&self, derives: &str, out: &mut String) {
        let _ = write!(
            out,
            "{}#[derive(Clone, Debug, {derives}PartialEq, ::serde::Serialize)]",
            self.docs
        );
        self.settings.type_attributes(self.ident, out);
    }

    fn read(&self, body: &str, out: &mut String) {
        let ident = self.ident;
        let _ = write!(
            out,
            "#[allow(clippy::all, clippy::pedantic, unused_qualifications)]
            const _: () = {{
                impl<'de> {READ}::Read<'de> for {ident} {{
                    fn read<D_: ::serde::Deserializer<'de>>(deserializer: D_)
                        -> ::core::result::Result<Self, D_::Error>
                    {{ {body} }}
                }}
                impl<'de> ::serde::Deserialize<'de> for {ident} {{
                    fn deserialize<D_: ::serde::Deserializer<'de>>(deserializer: D_)
                        -> ::core::result::Result<Self, D_::Error>
                    {{ {READ}::Read::read(deserializer) }}
                }}
            }};"
        );
    }

    /// Returns the Rust type of a node, where there may be pointers around it.
    fn text(&self, id: NodeId, is_on_heap: bool) -> String {
        let id = resolve(self.plan.graph, id);
        match self.plan.ident(id) {
            Some(ident) if !is_on_heap && self.plan.is_boxed(self.id, id) => {
                format!("::std::boxed::Box<{ident}>")
            }
            Some(ident) => ident.to_owned(),
            None => self.at(id, is_on_heap),
        }
    }

    fn written_out(&self, id: NodeId) -> String {
        self.at(id, false)
    }

    fn at(&self, id: NodeId, is_on_heap: bool) -> String {
        match &self.plan.graph.get(id).shape {
            Shape::Boolean => "bool".to_owned(),
            Shape::Float => "f64".to_owned(),
            Shape::List(items) => format!("::std::vec::Vec<{}>", self.text(*items, true)),
            Shape::Map(values) => map(&self.text(*values, true)),
            Shape::Null => "()".to_owned(),
            Shape::Number => "::serde_json::Number".to_owned(),
            Shape::Optional(inner) => option(&self.text(*inner, is_on_heap)),
            Shape::Signed => "i64".to_owned(),
            Shape::String => "::std::string::String".to_owned(),
            Shape::Tuple(nodes) => {
                let nodes = nodes.iter().map(|node| self.text(*node, is_on_heap) + ",");
                format!("({})", nodes.collect::<String>())
            }
            Shape::Unsigned => "u64".to_owned(),
            Shape::Any
            | Shape::Never
            | Shape::Same(_)
            | Shape::Struct(_)
            | Shape::Symbols(_)
            | Shape::Union(_) => VALUE.to_owned(),
        }
    }
}

/// Returns the number of nodes that are any value: those whose schema has no constraint, and the
/// others.
pub(super) fn untyped(plan: &Plan<'_>) -> (usize, usize) {
    let graph = plan.graph;
    let is_any = |id: &&NodeId| matches!(graph.get(**id).shape, Shape::Any | Shape::Never);
    let any: Vec<&NodeId> = plan.reached.iter().filter(is_any).collect();
    let is_free = |id: &&&NodeId| ***id == ANY || graph.get(***id).is_free;
    let free = any.iter().filter(is_free).count();
    (free, any.len() - free)
}

fn docs(graph: &Graph<'_>, place: Option<&Place>) -> String {
    let schema = place.and_then(|place| graph.documents.get(place));
    let text = |keyword: &str| schema.and_then(|schema| schema.get(keyword)?.as_str());
    let text = text("description").or_else(|| text("title"));
    let mut out = String::new();
    write_documentation(text, &mut out);
    out
}

fn option(of: &str) -> String {
    format!("::core::option::Option<{of}>")
}

fn map(of: &str) -> String {
    format!("::std::collections::BTreeMap<::std::string::String, {of}>")
}

/// Returns a string literal, short if nothing in the text needs care.
pub(super) fn quoted(text: &str) -> String {
    let is_simple = |c: char| matches!(c, ' '..='~') && !matches!(c, '"' | '\\');
    match text.chars().all(is_simple) {
        true => format!("\"{text}\""),
        false => literal::string(text),
    }
}

/// Returns the key of a member without characters that names in Rust cannot have.
fn plain(key: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let parts = key.split(|c| !is_word(c)).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("_")
}

fn symbol_ident(symbol: &str) -> String {
    match symbol {
        "" => "Empty".to_owned(),
        _ => type_ident(symbol),
    }
}

/// Returns the schema's text, in the type of its root.
pub(super) fn schema_text(ident: &str, text: &str) -> String {
    format!(
        "impl {ident} {{
            #[doc = \" The schema, for `wireform::JsonSchema::new`.\"]
            pub const SCHEMA: &'static str = {};
        }}",
        literal::string(text)
    )
}

/// Values that a schema lists, for the test of a variant.
pub(super) fn listed(graph: &Graph<'_>, id: NodeId) -> Option<Vec<Value>> {
    let node = graph.get(id);
    let is_plain = |value: &Value| !value.is_array() && !value.is_object();
    let literals = node.literals.clone();
    literals.filter(|all| all.len() <= MAX_LISTED && all.iter().all(is_plain))
}

/// The module with what reads values.
const READ: &str = "json_values";
const VALUE: &str = "::serde_json::Value";
/// The field with the members that are not fields.
const REST: &str = "additional_properties";
/// The most listed values that the test of a variant compares with.
pub(super) const MAX_LISTED: usize = 8;
