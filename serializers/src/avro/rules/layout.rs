//! The text that Java's `Schema.toString` prints: one for schemas that Confluent's server keeps as
//! one. Source: apache/avro 1.12 `lang/java/avro/src/main/java/org/apache/avro/Schema.java`.

use std::collections::HashSet;

use super::json_tree::{Value, write_string, write_value};

/// What Java prints for `schema`, whose full names, also those of references, are `names`.
///
/// Java keeps attributes that it does not know in the order of the text. `sorted` puts them in the
/// order of their names, as Confluent's `normalize` does.
pub(super) fn java_text<'a>(
    schema: &Value,
    names: impl IntoIterator<Item = &'a str>,
    sorted: bool,
) -> String {
    let mut layout = Layout {
        out: String::new(),
        names: names.into_iter().collect(),
        sorted,
    };
    layout.schema(schema, None);
    layout.out
}

struct Layout<'a> {
    out: String,
    names: HashSet<&'a str>,
    sorted: bool,
}

/// The members of a JSON object.
type Members = [(String, Value)];

/// A full name, taken apart; the namespace may be empty.
#[derive(Clone, Copy, PartialEq)]
struct Name<'n> {
    space: Option<&'n str>,
    simple: &'n str,
}

impl<'n> Name<'n> {
    /// `text` as it stands where `space` is the namespace.
    fn new(text: &'n str, space: Option<&'n str>) -> Self {
        let (space, simple) = match text.rsplit_once('.') {
            Some((space, simple)) => (Some(space), simple),
            None => (space, text),
        };
        Self {
            space: space.filter(|space| !space.is_empty()),
            simple,
        }
    }

    fn full(self) -> String {
        match self.space {
            Some(space) => format!("{space}.{}", self.simple),
            None => self.simple.to_owned(),
        }
    }

    /// As it is written where `space` is the namespace.
    fn qualified(self, space: Option<&str>) -> String {
        let is_plain = self.space == space && !TYPES.contains(&self.simple);
        if is_plain {
            self.simple.to_owned()
        } else {
            self.full()
        }
    }
}

impl Layout<'_> {
    fn schema(&mut self, schema: &Value, space: Option<&str>) {
        match schema {
            Value::Text(name) => self.reference(name, space),
            Value::Array(branches) => self.list(branches, |layout, branch| {
                layout.schema(branch, space);
            }),
            Value::Object(members) => self.object(members, space),
            Value::Raw(_) => write_value(&mut self.out, schema),
        }
    }

    fn object(&mut self, members: &Members, space: Option<&str>) {
        match member(members, "type") {
            Some(Value::Text(kind)) => match kind.as_str() {
                "record" | "error" | "enum" | "fixed" => self.named(kind, members, space),
                "array" => self.collection(kind, "items", members, space),
                "map" => self.collection(kind, "values", members, space),
                kind if is_primitive(kind) => self.primitive(kind, members),
                name => self.reference(name, space),
            },
            Some(inner) => self.schema(inner, space),
            None => write_value(&mut self.out, &Value::Object(members.to_vec())),
        }
    }

    /// The name of a primitive type, or of one that is defined elsewhere.
    fn reference(&mut self, text: &str, space: Option<&str>) {
        if is_primitive(text) {
            write_string(&mut self.out, text);
            return;
        }
        let here = Name::new(text, space);
        let bare = Name::new(text, None);
        let is_here = self.names.contains(here.full().as_str());
        let name = if !is_here && self.names.contains(bare.full().as_str()) {
            bare
        } else {
            here
        };
        write_string(&mut self.out, &name.qualified(space));
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

    fn named(&mut self, kind: &str, members: &Members, space: Option<&str>) {
        let own_space = text(members, "namespace").or(space);
        let name = Name::new(text(members, "name").unwrap_or_default(), own_space);
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
        self.names_of("aliases", aliases.map(|alias| alias.qualified(name.space)));
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
        if let Some(doc) = text(members, "doc") {
            self.text("doc", doc);
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

fn member<'v>(members: &'v Members, key: &str) -> Option<&'v Value> {
    let found = members.iter().find(|(name, _)| name == key);
    found.map(|(_, value)| value)
}

fn text<'v>(members: &'v Members, key: &str) -> Option<&'v str> {
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
        (Value::Text(text), Some("float" | "double")) => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Value::Raw(text.trim().to_owned()).as_double(),
            _ => default.clone(),
        },
        _ => default.clone(),
    }
}

fn is_primitive(kind: &str) -> bool {
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
