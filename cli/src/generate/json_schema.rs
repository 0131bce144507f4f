//! Rust types for JSON Schemas: what serde can hold. What it cannot say is `serde_json::Value`, and
//! the schema itself goes along, to validate by.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Map, Value};

mod names;

use self::names::{field, literal, type_name, unique, variant};

const DERIVES: &str = "#[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]";
const ANY: &str = "serde_json::Value";
/// Schemas nest no deeper.
const MAX_DEPTH: usize = 64;

/// The types of several files: their stems and texts.
///
/// # Errors
/// With the file and why it has no types.
pub(super) fn generate(files: &[(String, String)]) -> Result<String, String> {
    let mut out = String::from(
        "// The crate needs serde with `derive`, serde_json, and wireform with `json-schema`.\n",
    );
    let mut taken = reserved();
    for (stem, text) in files {
        let failed = |why: String| format!("{stem}.json: {why}");
        let schema: Value =
            serde_json::from_str(text).map_err(|error| failed(format!("no JSON: {error}")))?;
        let mut types = Types::new(&schema, &mut taken);
        let title = schema.get("title").and_then(Value::as_str);
        let root = unique(&type_name(title.unwrap_or(stem)), types.taken);
        types.root(&root, &schema).map_err(failed)?;
        out.push_str(&types.out);
        let _ = write!(
            out,
            "\nimpl {root} {{\n    /// The schema, for `wireform::JsonSchema::new`.\n    \
             pub const SCHEMA: &'static str = {text:?};\n}}\n"
        );
    }
    Ok(out)
}

struct Types<'s, 't> {
    schema: &'s Value,
    /// Types of `$ref`s: what they are called.
    named: BTreeMap<String, String>,
    taken: &'t mut BTreeSet<String>,
    out: String,
    depth: usize,
}

impl<'s, 't> Types<'s, 't> {
    fn new(schema: &'s Value, taken: &'t mut BTreeSet<String>) -> Self {
        Self {
            schema,
            named: BTreeMap::new(),
            taken,
            out: String::new(),
            depth: 0,
        }
    }

    fn root(&mut self, name: &str, schema: &'s Value) -> Result<(), String> {
        self.named.insert("#".to_owned(), name.to_owned());
        self.define(name, schema)
    }

    /// Writes the type `name`.
    fn define(&mut self, name: &str, schema: &'s Value) -> Result<(), String> {
        if let Some(symbols) = symbols(schema) {
            self.enumeration(name, schema, &symbols);
            return Ok(());
        }
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            return self.structure(name, schema, properties);
        }
        let inner = match schema.get("$ref").and_then(Value::as_str) {
            Some(target) => self.reference(target)?,
            None => self.plain(name, schema)?,
        };
        let _ = write!(
            self.out,
            "\n{}{DERIVES}\n#[serde(transparent)]\npub struct {name}(pub {inner});\n",
            docs(schema, "")
        );
        Ok(())
    }

    fn structure(
        &mut self,
        name: &str,
        schema: &'s Value,
        properties: &'s Map<String, Value>,
    ) -> Result<(), String> {
        let required = schema.get("required").and_then(Value::as_array);
        let is_required = |key: &str| required.is_some_and(|all| all.iter().any(|one| one == key));
        let mut fields = String::new();
        let mut taken = BTreeSet::new();
        for (key, property) in properties {
            let field = unique(&field(key), &mut taken);
            let mut of = self.of(&format!("{name}_{key}"), property)?;
            fields.push_str(&docs(property, "    "));
            if field.trim_start_matches("r#") != key {
                let _ = writeln!(fields, "    #[serde(rename = {})]", literal(key));
            }
            if !is_required(key) {
                if !of.starts_with("Option<") {
                    of = format!("Option<{of}>");
                }
                fields
                    .push_str("    #[serde(default, skip_serializing_if = \"Option::is_none\")]\n");
            }
            let _ = writeln!(fields, "    pub {field}: {of},");
        }
        let docs = docs(schema, "");
        let _ = write!(
            self.out,
            "\n{docs}{DERIVES}\npub struct {name} {{\n{fields}}}\n"
        );
        Ok(())
    }

    fn enumeration(&mut self, name: &str, schema: &Value, symbols: &[&str]) {
        let mut variants = String::new();
        let mut taken = reserved();
        for symbol in symbols {
            let variant = unique(&variant(symbol), &mut taken);
            let _ = writeln!(
                variants,
                "    #[serde(rename = {})]\n    {variant},",
                literal(symbol)
            );
        }
        let docs = docs(schema, "");
        let _ = write!(
            self.out,
            "\n{docs}{DERIVES}\npub enum {name} {{\n{variants}}}\n"
        );
    }

    /// The Rust type of a schema; types of its own are called after `path`.
    fn of(&mut self, path: &str, schema: &'s Value) -> Result<String, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("it is nested too deeply".to_owned());
        }
        let found = self.find(path, schema);
        self.depth -= 1;
        found
    }

    fn find(&mut self, path: &str, schema: &'s Value) -> Result<String, String> {
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            return self.reference(target);
        }
        if let Some(inner) = or_null(schema) {
            let inner = self.of(path, inner)?;
            return Ok(format!("Option<{inner}>"));
        }
        if schema.get("properties").is_some() || symbols(schema).is_some() {
            let name = unique(&type_name(path), self.taken);
            self.define(&name, schema)?;
            return Ok(name);
        }
        self.plain(path, schema)
    }

    /// The type of a schema that needs no name.
    fn plain(&mut self, path: &str, schema: &'s Value) -> Result<String, String> {
        let (kind, can_be_null) = kind(schema);
        let of = match kind {
            Some("string") => "String".to_owned(),
            Some("boolean") => "bool".to_owned(),
            Some("number") => "f64".to_owned(),
            Some("integer") => match schema.get("minimum").and_then(Value::as_i64) {
                Some(0..) => "u64".to_owned(),
                _ => "i64".to_owned(),
            },
            Some("array") => match schema.get("items").filter(|items| items.is_object()) {
                Some(items) => format!("Vec<{}>", self.of(&format!("{path}_item"), items)?),
                None => format!("Vec<{ANY}>"),
            },
            Some("object") => {
                let values = schema.get("additionalProperties");
                let of = match values.filter(|values| values.is_object()) {
                    Some(values) => self.of(&format!("{path}_value"), values)?,
                    None => ANY.to_owned(),
                };
                format!("std::collections::BTreeMap<String, {of}>")
            }
            _ => return Ok(ANY.to_owned()),
        };
        Ok(match can_be_null {
            true => format!("Option<{of}>"),
            false => of,
        })
    }

    /// The type of a `$ref`: boxed, for it may lead back.
    fn reference(&mut self, target: &str) -> Result<String, String> {
        if let Some(name) = self.named.get(target) {
            return Ok(format!("Box<{name}>"));
        }
        let Some(schema) = target
            .strip_prefix('#')
            .and_then(|at| self.schema.pointer(at))
        else {
            // Of another file, or by an anchor.
            return Ok(ANY.to_owned());
        };
        let last = target.rsplit('/').next().unwrap_or(target);
        let name = unique(&type_name(last), self.taken);
        self.named.insert(target.to_owned(), name.clone());
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("its references nest too deeply".to_owned());
        }
        self.define(&name, schema)?;
        self.depth -= 1;
        Ok(format!("Box<{name}>"))
    }
}

/// Names that mean something else to what is written here.
fn reserved() -> BTreeSet<String> {
    let names = [
        "Box",
        "Clone",
        "Debug",
        "Err",
        "None",
        "Ok",
        "Option",
        "PartialEq",
        "Result",
        "Self",
        "Some",
        "String",
        "Vec",
    ];
    names.map(str::to_owned).into()
}

/// The values of an enum, if all of them are strings.
fn symbols(schema: &Value) -> Option<Vec<&str>> {
    let values = schema.get("enum")?.as_array()?;
    let symbols: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
    symbols.filter(|symbols| !symbols.is_empty())
}

/// The type, and whether it may be null, too.
fn kind(schema: &Value) -> (Option<&str>, bool) {
    match schema.get("type") {
        Some(Value::String(one)) => (Some(one), false),
        Some(Value::Array(several)) => {
            let can_be_null = several.iter().any(|one| one == "null");
            let mut others = several.iter().filter(|one| *one != "null");
            match (others.next(), others.next()) {
                (Some(one), None) => (one.as_str(), can_be_null),
                _ => (None, false),
            }
        }
        _ => (None, false),
    }
}

/// What stands beside null where a schema is one of two.
fn or_null(schema: &Value) -> Option<&Value> {
    let choice = ["oneOf", "anyOf"].iter().find_map(|key| schema.get(key));
    let [first, second] = choice?.as_array()?.as_slice() else {
        return None;
    };
    let is_null = |schema: &Value| schema.get("type").is_some_and(|kind| kind == "null");
    match (is_null(first), is_null(second)) {
        (true, false) => Some(second),
        (false, true) => Some(first),
        _ => None,
    }
}

/// The description, as text: nothing in it is code or HTML.
fn docs(schema: &Value, indent: &str) -> String {
    let description = schema.get("description").and_then(Value::as_str);
    let lines = description.unwrap_or_default().lines().map(str::trim);
    lines
        .map(|line| {
            let mut text = String::new();
            for c in line.chars().filter(|c| !c.is_control()) {
                if "\\`*_{}[]<>#|~&".contains(c) {
                    text.push('\\');
                }
                text.push(c);
            }
            format!("{indent}/// {}", text).trim_end().to_owned() + "\n"
        })
        .collect()
}
