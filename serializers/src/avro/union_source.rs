use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use wireform_registry::SchemaKind;

use super::schema::{Schema, without_comments};
use crate::error::{Error, ErrorKind, Result};
use crate::schema_codec::SchemaSource;

/// The union of several records, as one text that refers to nothing: types that the records share
/// are defined once, and named from then on.
///
/// # Errors
/// `Config` if two of them define one name differently, or a type without a namespace is named
/// where one reigns; `InvalidSchema` if a text is none.
pub(super) fn union_source(records: &[&SchemaSource]) -> Result<SchemaSource> {
    let mut types = Types::default();
    let mut names = Vec::new();
    for record in records {
        types.read(record)?;
        let name = record.record.as_deref().ok_or_else(|| {
            config("only records can be the branches of a union: name the subjects by record")
        })?;
        names.push(name);
    }
    let branches = names.iter().map(|name| types.inline(name, ""));
    let union = Value::Array(branches.collect::<Result<_>>()?);
    let text = union.to_string();
    Schema::parse(&text)?;
    Ok(SchemaSource::new(SchemaKind::Avro, text))
}

/// Definitions by full name; all names in them are full, and none has another one inside.
#[derive(Default)]
struct Types {
    all: BTreeMap<String, Value>,
    written: BTreeSet<String>,
}

impl Types {
    fn read(&mut self, source: &SchemaSource) -> Result<()> {
        for import in &source.imports {
            self.read(&import.source)?;
        }
        let text = without_comments(&source.text);
        let text: Value = serde_json::from_str(&text).map_err(|error| {
            let message = format!("not an Avro schema: {error}");
            Error::new(ErrorKind::InvalidSchema, message)
        })?;
        self.take(text, "").map(drop)
    }

    /// Takes the definitions out of a type, and returns what names it.
    fn take(&mut self, schema: Value, namespace: &str) -> Result<Value> {
        Ok(match schema {
            Value::String(name) => Value::String(full(&name, namespace)),
            Value::Array(branches) => {
                let branches = branches.into_iter();
                Value::Array(
                    branches
                        .map(|b| self.take(b, namespace))
                        .collect::<Result<_>>()?,
                )
            }
            Value::Object(object) => self.take_object(object, namespace)?,
            other => other,
        })
    }

    fn take_object(&mut self, mut object: Map<String, Value>, namespace: &str) -> Result<Value> {
        let kind = object.get("type").and_then(Value::as_str).unwrap_or("");
        match kind {
            "record" | "error" | "enum" | "fixed" => self.define(object, namespace),
            "array" | "map" => {
                let inner = if kind == "array" { "items" } else { "values" };
                self.take_member(&mut object, inner, namespace)?;
                Ok(Value::Object(object))
            }
            _ => {
                self.take_member(&mut object, "type", namespace)?;
                Ok(Value::Object(object))
            }
        }
    }

    fn take_member(
        &mut self,
        object: &mut Map<String, Value>,
        name: &str,
        namespace: &str,
    ) -> Result<()> {
        if let Some(member) = object.get_mut(name) {
            *member = self.take(member.take(), namespace)?;
        }
        Ok(())
    }

    fn define(&mut self, mut object: Map<String, Value>, namespace: &str) -> Result<Value> {
        let text = |name: &str| object.get(name).and_then(Value::as_str);
        let name = text("name").unwrap_or_default();
        let name = full(name, text("namespace").unwrap_or(namespace));
        let namespace = name.rsplit_once('.').map_or("", |(space, _)| space);
        object.insert("namespace".to_owned(), namespace.into());
        let simple = name.rsplit('.').next().unwrap_or_default();
        object.insert("name".to_owned(), simple.into());
        if let Some(Value::Array(fields)) = object.get_mut("fields") {
            for field in fields.iter_mut().filter_map(Value::as_object_mut) {
                self.take_member(field, "type", namespace)?;
            }
        }
        let object = Value::Object(object);
        match self.all.get(&name) {
            Some(known) if *known != object => {
                return Err(config(format!(
                    "two events define {name:?}, each in its own way"
                )));
            }
            Some(_) => {}
            None => drop(self.all.insert(name.clone(), object)),
        }
        Ok(Value::String(name))
    }

    /// The definition of `name` where it comes first, and the name from then on.
    fn inline(&mut self, name: &str, namespace: &str) -> Result<Value> {
        let Some(definition) = self.all.get(name) else {
            return Ok(name.into());
        };
        if !self.written.insert(name.to_owned()) {
            if !name.contains('.') && !namespace.is_empty() {
                let message =
                    format!("{name:?} has no namespace, and {namespace:?} cannot name it");
                return Err(config(message));
            }
            return Ok(name.into());
        }
        let mut definition = definition.clone();
        let inner = name.rsplit_once('.').map_or("", |(space, _)| space);
        if let Some(Value::Array(fields)) = definition.get_mut("fields") {
            for field in fields.iter_mut().filter_map(|field| field.get_mut("type")) {
                *field = self.inline_in(field.take(), inner)?;
            }
        }
        Ok(definition)
    }

    fn inline_in(&mut self, schema: Value, namespace: &str) -> Result<Value> {
        match schema {
            Value::String(name) => self.inline(&name, namespace),
            Value::Array(branches) => {
                let branches = branches.into_iter();
                let branches = branches.map(|branch| self.inline_in(branch, namespace));
                Ok(Value::Array(branches.collect::<Result<_>>()?))
            }
            Value::Object(mut object) => {
                for inner in ["items", "values", "type"] {
                    if let Some(member) = object.get_mut(inner) {
                        *member = self.inline_in(member.take(), namespace)?;
                    }
                }
                Ok(Value::Object(object))
            }
            other => Ok(other),
        }
    }
}

fn full(name: &str, namespace: &str) -> String {
    const PRIMITIVE: [&str; 10] = [
        "array", "boolean", "bytes", "double", "float", "int", "long", "map", "null", "string",
    ];
    if PRIMITIVE.contains(&name) || name.contains('.') || namespace.is_empty() {
        return name.trim_start_matches('.').to_owned();
    }
    format!("{namespace}.{name}")
}

fn config(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Config, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::avro::codec_schema::check_first_branches;
    use crate::avro::schema::Kind;

    fn source(text: &str) -> SchemaSource {
        let schema = Schema::parse(text).unwrap();
        SchemaSource::new(SchemaKind::Avro, text).with_record(schema.full_name().unwrap())
    }

    const ITEM: &str =
        r#"{"type":"record","name":"Item","fields":[{"name":"sku","type":"string"}]}"#;

    fn record(name: &str, field: &str) -> SchemaSource {
        source(&format!(
            r#"{{"type":"record","name":"{name}","namespace":"shop","fields":[{{"name":"a","type":{field}}}]}}"#
        ))
    }

    #[test]
    fn shared_types_are_defined_once() {
        let list = format!(r#"{{"type":"array","items":{ITEM}}}"#);
        let union = union_source(&[&record("A", ITEM), &record("B", &list)]).unwrap();
        assert_eq!(union.text.matches("sku").count(), 1);
        let union = Schema::parse(&union.text).unwrap();
        assert!(union.named("shop.Item").is_some());
    }

    #[test]
    fn branches_are_the_records_that_were_given() {
        let (a, b) = (record("A", ITEM), record("B", "\"long\""));
        let union = Schema::parse(&union_source(&[&a, &b]).unwrap().text).unwrap();
        let Kind::Union(branches) = union.kind(union.root()) else {
            panic!("no union");
        };
        let names: Vec<_> = branches
            .iter()
            .map(|&id| union.kind(id).full_name())
            .collect();
        assert_eq!(names, [Some("shop.A"), Some("shop.B")]);
    }

    #[test]
    fn records_that_hold_themselves_are_defined_once() {
        let tree = r#"["null", {"type":"map","values":"shop.Tree"}]"#;
        let union = union_source(&[&record("Tree", tree), &record("B", "\"int\"")]).unwrap();
        assert!(Schema::parse(&union.text).is_ok());
    }

    #[test]
    fn one_name_for_two_types_is_an_error() {
        let other = ITEM.replace("string", "long");
        let error = union_source(&[&record("A", ITEM), &record("B", &other)]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("\"shop.Item\""), "{error}");
    }

    #[test]
    fn a_union_begins_with_another_branch_by_branch() {
        let (a, b) = (record("A", "\"int\""), record("B", "\"long\""));
        let union =
            |all: &[&SchemaSource]| Schema::parse(&union_source(all).unwrap().text).unwrap();
        let own = union(&[&a]);
        assert!(check_first_branches(&own, &union(&[&a, &b])).is_ok());
        assert!(check_first_branches(&own, &union(&[&b, &a])).is_err());
    }
}
