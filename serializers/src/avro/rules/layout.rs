//! The text that Java's `Schema.toString` prints: one for schemas that Confluent's server keeps as
//! one. Source: apache/avro 1.12 `lang/java/avro/src/main/java/org/apache/avro/Schema.java`.

use std::collections::HashSet;

use super::json_tree::{Value, double_of_text, java_double, write_string, write_value};
use super::names::{Name, Names};

/// What Java prints for `schema`, whose full names, also those of references, are `names`.
///
/// A named type is written in full where it is used first, also if the text defines it later.
/// Java keeps attributes that it does not know in the order of the text. `sorted` puts them in the
/// order of their names, as Confluent's `normalize` does.
pub(super) fn java_text<'a>(
    schema: &Value,
    names: impl IntoIterator<Item = &'a str>,
    sorted: bool,
) -> String {
    let mut layout = Layout {
        out: String::new(),
        names: Names::of(schema, &names.into_iter().collect()),
        written: HashSet::new(),
        sorted,
    };
    layout.schema(schema, None);
    layout.out
}

struct Layout<'v> {
    out: String,
    names: Names<'v>,
    /// The full names of the definitions that are in `out`.
    written: HashSet<String>,
    sorted: bool,
}

/// The members of a JSON object.
pub(super) type Members = [(String, Value)];

impl Layout<'_> {
    fn schema(&mut self, schema: &Value, space: Option<&str>) {
        match schema {
            Value::Text(name) => self.reference(schema, name, space),
            Value::Array(branches) => self.list(branches, |layout, branch| {
                layout.schema(branch, space);
            }),
            Value::Object(members) => self.object(members, space),
            Value::Raw(_) => write_value(&mut self.out, schema),
        }
    }

    fn object(&mut self, members: &Members, space: Option<&str>) {
        match member(members, "type") {
            Some(schema @ Value::Text(kind)) => match kind.as_str() {
                "record" | "error" | "enum" | "fixed" => {
                    self.named(Name::defined_by(members, space), members, space);
                }
                "array" => self.collection(kind, "items", members, space),
                "map" => self.collection(kind, "values", members, space),
                kind if is_primitive(kind) => self.primitive(kind, members),
                name => self.reference(schema, name, space),
            },
            Some(inner) => self.schema(inner, space),
            None => write_value(&mut self.out, &Value::Object(members.to_vec())),
        }
    }

    /// The name of a primitive type, or of one that is defined elsewhere.
    fn reference(&mut self, reference: &Value, text: &str, space: Option<&str>) {
        if is_primitive(text) {
            write_string(&mut self.out, text);
            return;
        }
        let name = self.names.meant(reference);
        let name = name.unwrap_or_else(|| Name::new(text, space));
        match self.names.definitions.get(&name.full()).copied() {
            Some(members) => self.named(name, members, space),
            None => write_string(&mut self.out, &qualified(name, space)),
        }
    }

    fn primitive(&mut self, kind: &str, members: &Members) {
        if members.iter().all(|(key, _)| SCHEMA_KEYS.contains(&&**key)) {
            write_string(&mut self.out, kind);
            return;
        }
        self.begin("type", kind);
        self.others(members, SCHEMA_KEYS);
        self.out.push('}');
    }

    fn collection(&mut self, kind: &str, of: &str, members: &Members, space: Option<&str>) {
        self.begin("type", kind);
        if let Some(inner) = member(members, of) {
            self.key(of);
            self.schema(inner, space);
        }
        self.others(members, SCHEMA_KEYS);
        self.out.push('}');
    }

    /// A definition, or the name of one that is written before.
    fn named(&mut self, name: Name<'_>, members: &Members, space: Option<&str>) {
        if !self.written.insert(name.full()) {
            write_string(&mut self.out, &qualified(name, space));
            return;
        }
        let kind = text(members, "type").unwrap_or_default();
        self.begin("type", kind);
        self.text("name", name.simple);
        if name.space != space {
            self.text("namespace", name.space.unwrap_or_default());
        }
        self.doc(members);
        let mut known = SCHEMA_KEYS;
        match kind {
            "enum" => {
                known = ENUM_KEYS;
                self.copy(members, "symbols");
                if let Some(default) = text(members, "default") {
                    self.text("default", default);
                }
            }
            "fixed" => self.copy(members, "size"),
            _ => {
                if let Some(Value::Array(fields)) = member(members, "fields") {
                    self.key("fields");
                    self.list(fields, |layout, field| layout.field(field, name.space));
                }
            }
        }
        self.others(members, known);
        let aliases = aliases(members).map(|alias| Name::new(alias, name.space));
        self.names_of("aliases", aliases.map(|alias| qualified(alias, name.space)));
        self.out.push('}');
    }

    fn field(&mut self, field: &Value, space: Option<&str>) {
        let Value::Object(members) = field else {
            write_value(&mut self.out, field);
            return;
        };
        self.begin("name", text(members, "name").unwrap_or_default());
        let schema = member(members, "type");
        if let Some(schema) = schema {
            self.key("type");
            self.schema(schema, space);
        }
        self.doc(members);
        if let Some(default) = member(members, "default") {
            self.key("default");
            write_value(&mut self.out, &as_number(default, schema));
        }
        let order = text(members, "order").map(str::to_ascii_lowercase);
        if let Some(order) = order.filter(|order| order != "ascending") {
            self.text("order", &order);
        }
        self.names_of("aliases", aliases(members).map(str::to_owned));
        self.others(members, FIELD_KEYS);
        self.out.push('}');
    }

    /// The attributes that Java does not know.
    fn others(&mut self, members: &Members, known: &[&str]) {
        let others = members.iter().filter(|(key, _)| !known.contains(&&**key));
        let mut others: Vec<&(String, Value)> = others.collect();
        if self.sorted {
            others.sort_by(|one, other| one.0.cmp(&other.0));
        }
        for (key, value) in others {
            self.key(key);
            if self.sorted {
                write_value(&mut self.out, &value.sorted());
            } else {
                write_value(&mut self.out, value);
            }
        }
    }

    fn begin(&mut self, key: &str, value: &str) {
        self.out.push('{');
        write_string(&mut self.out, key);
        self.out.push(':');
        write_string(&mut self.out, value);
    }

    fn key(&mut self, key: &str) {
        self.out.push(',');
        write_string(&mut self.out, key);
        self.out.push(':');
    }

    fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        write_string(&mut self.out, value);
    }

    /// Java drops what is not text.
    fn doc(&mut self, members: &Members) {
        match member(members, "doc") {
            Some(Value::Text(_)) => self.copy(members, "doc"),
            Some(Value::Raw(doc)) if doc.starts_with('"') => self.copy(members, "doc"),
            _ => {}
        }
    }

    fn copy(&mut self, members: &Members, key: &str) {
        if let Some(value) = member(members, key) {
            self.key(key);
            write_value(&mut self.out, value);
        }
    }

    /// Each name once, and nothing for none.
    fn names_of(&mut self, key: &str, names: impl Iterator<Item = String>) {
        let mut known = HashSet::new();
        let once: Vec<Value> = names
            .filter(|name| known.insert(name.clone()))
            .map(Value::Text)
            .collect();
        if !once.is_empty() {
            self.key(key);
            write_value(&mut self.out, &Value::Array(once));
        }
    }

    fn list(&mut self, items: &[Value], mut write: impl FnMut(&mut Self, &Value)) {
        self.out.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            write(self, item);
        }
        self.out.push(']');
    }
}

/// A name as it is written inside the namespace `space`.
fn qualified(name: Name<'_>, space: Option<&str>) -> String {
    let is_plain = name.space == space && !TYPES.contains(&name.simple);
    if is_plain {
        name.simple.to_owned()
    } else {
        name.full()
    }
}

pub(super) fn member<'v>(members: &'v Members, key: &str) -> Option<&'v Value> {
    let found = members.iter().find(|(name, _)| name == key);
    found.map(|(_, value)| value)
}

pub(super) fn text<'v>(members: &'v Members, key: &str) -> Option<&'v str> {
    member(members, key).and_then(Value::as_text)
}

fn aliases(members: &Members) -> impl Iterator<Item = &str> {
    let aliases = match member(members, "aliases") {
        Some(Value::Array(aliases)) => aliases.as_slice(),
        _ => &[],
    };
    aliases.iter().filter_map(Value::as_text)
}

/// Java reads text as a number where the type is one of a decimal point.
fn as_number(default: &Value, schema: Option<&Value>) -> Value {
    let kind = schema.and_then(|schema| match schema {
        Value::Object(members) => text(members, "type"),
        other => other.as_text(),
    });
    match (default, kind) {
        (Value::Text(text), Some("float" | "double")) => match double_of_text(text) {
            Some(number) => Value::Raw(java_double(number)),
            None => default.clone(),
        },
        _ => default.clone(),
    }
}

pub(super) fn is_primitive(kind: &str) -> bool {
    TYPES
        .get(..PRIMITIVES)
        .is_some_and(|types| types.contains(&kind))
}

/// Primitive types first.
const TYPES: &[&str] = &[
    "null", "boolean", "int", "long", "float", "double", "bytes", "string", "record", "enum",
    "array", "map", "union", "fixed",
];
const PRIMITIVES: usize = 8;

/// `SCHEMA_RESERVED`, `ENUM_RESERVED` and `FIELD_RESERVED` in Java.
const SCHEMA_KEYS: &[&str] = &[
    "doc",
    "fields",
    "items",
    "name",
    "namespace",
    "size",
    "symbols",
    "values",
    "type",
    "aliases",
];
const ENUM_KEYS: &[&str] = &[
    "default",
    "doc",
    "fields",
    "items",
    "name",
    "namespace",
    "size",
    "symbols",
    "values",
    "type",
    "aliases",
];
const FIELD_KEYS: &[&str] = &["default", "doc", "name", "order", "type", "aliases"];
