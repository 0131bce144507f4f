//! The types of a schema text, one function each.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Defined, Parser, Repeated, primitive};
use crate::avro::schema::json::{Json, Object, Shape};
use crate::avro::schema::logical::LogicalType;
use crate::avro::schema::name::{check_full, check_simple, full_name, namespace_of};
use crate::avro::schema::node::{Default, Enum, Field, Fixed, Kind, NodeId, Order, Record};
use crate::error::Result;

impl<'a> Parser<'a> {
    pub(super) fn union(
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

    pub(super) fn object(
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
            Some(word @ ("record" | "error" | "enum" | "fixed")) => {
                let name = self.define(id, json, object, namespace)?;
                let kind = match word {
                    "enum" => self.enumeration(name, json, object)?,
                    "fixed" => self.fixed(name, json, object)?,
                    _ => self.record(id, name, json, object, word == "error")?,
                };
                self.set(id, kind);
            }
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
        name: Arc<str>,
        json: Json<'a>,
        object: &Object<'a>,
        is_error: bool,
    ) -> Result<Kind> {
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
        Ok(Kind::Record(record))
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

    fn enumeration(&self, name: Arc<str>, json: Json<'a>, object: &Object<'a>) -> Result<Kind> {
        let list = self.required(json, object, "symbols")?;
        let list = list
            .as_array()
            .ok_or_else(|| self.invalid(list, "expected an array"))?;
        let symbols = self.symbols(list)?;
        let default = match object.get("default") {
            None => None,
            Some(json) => {
                let symbol = json.as_string();
                let found = symbols.iter().position(|s| Some(&**s) == symbol.as_deref());
                Some(found.ok_or_else(|| self.invalid(json, "the default is not a symbol"))?)
            }
        };
        Ok(Kind::Enum(Enum {
            aliases: self.aliases(object, namespace_of(&name))?,
            doc: doc(object),
            symbols: symbols.into_boxed_slice(),
            default,
            name,
        }))
    }

    fn symbols(&self, list: Vec<Json<'a>>) -> Result<Vec<Arc<str>>> {
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
        Ok(symbols)
    }

    fn fixed(&self, name: Arc<str>, json: Json<'a>, object: &Object<'a>) -> Result<Kind> {
        let size = self.required(json, object, "size")?;
        let size = size
            .as_usize()
            .filter(|&size| i32::try_from(size).is_ok())
            .ok_or_else(|| self.invalid(size, "expected a size: 0 to 2147483647"))?;
        Ok(Kind::Fixed(Fixed {
            aliases: self.aliases(object, namespace_of(&name))?,
            doc: doc(object),
            size,
            name,
        }))
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
