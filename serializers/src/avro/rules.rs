pub(super) mod json_tree;
mod layout;
mod names;

use wireform_registry::{
    Error, ErrorKind, Incompatibility, ParsedSchema, ResolvedSchema, Result, SchemaKind,
    SchemaRules,
};

use super::compatibility::check_compatibility;
use super::schema::{Schema, without_comments};
use json_tree::Value;
use layout::java_text;

/// The rules of Avro, for registries that check compatibility in process.
///
/// As Confluent's server, they take schemas whose defaults are not values of their types.
#[derive(Clone, Copy, Debug, Default)]
pub struct AvroRules;

impl SchemaRules for AvroRules {
    fn kind(&self) -> SchemaKind {
        SchemaKind::Avro
    }

    fn parse(&self, schema: &ResolvedSchema) -> Result<ParsedSchema> {
        let parsed = parse(schema)?;
        let root = parsed.full_name().map(str::to_owned);
        let others = parsed.names().into_iter().map(str::to_owned);
        let names = root
            .iter()
            .cloned()
            .chain(others.filter(|n| Some(n) != root.as_ref()));
        // What Avro's canonical form drops (docs, defaults, aliases) does matter.
        Ok(ParsedSchema {
            names: names.collect(),
            canonical: text(schema, &parsed, false),
        })
    }

    /// As Java's `Schema.toString` prints it, with the attributes that Avro does not know in the order
    /// of their names.
    fn normalize(&self, schema: &ResolvedSchema) -> Result<String> {
        Ok(text(schema, &parse(schema)?, true))
    }

    /// `resolved` is one text without references; that of a schema that has some is not made.
    fn format(&self, schema: &ResolvedSchema, format: &str) -> Result<Option<String>> {
        if format != "resolved" || schema.references.is_empty() {
            return Ok(None);
        }
        let message = "the form \"resolved\" of an Avro schema with references";
        Err(Error::new(ErrorKind::Unsupported, message))
    }

    fn check(
        &self,
        reader: &ResolvedSchema,
        writer: &ResolvedSchema,
    ) -> Result<Vec<Incompatibility>> {
        Ok(check_compatibility(&parse(reader)?, &parse(writer)?))
    }
}

/// Parses a schema as it comes from a registry: there are some that were never validated, and data
/// that was written with them.
pub(crate) fn parse_resolved(schema: &ResolvedSchema) -> crate::error::Result<Schema> {
    if schema.kind != SchemaKind::Avro {
        let message = format!("expected an Avro schema, found {}", schema.kind);
        return Err(crate::Error::new(crate::ErrorKind::InvalidSchema, message));
    }
    let references: Vec<&str> = schema.references.iter().map(|named| &*named.text).collect();
    Schema::parse_writer(&schema.text, &references)
}

fn text(schema: &ResolvedSchema, parsed: &Schema, sorted: bool) -> String {
    let value = Value::parse(&without_comments(&schema.text));
    java_text(&value, parsed.names(), sorted)
}

fn parse(schema: &ResolvedSchema) -> Result<Schema> {
    parse_resolved(schema).map_err(|error| {
        let kind = match error.kind() {
            crate::ErrorKind::LimitExceeded => ErrorKind::LimitExceeded,
            _ => ErrorKind::InvalidSchema,
        };
        Error::new(kind, error.to_string())
    })
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use wireform_registry::{
        InMemoryRegistry, LookupOptions, RegisterOptions, Registry, RegistryAdmin, SchemaDef,
        Subject,
    };

    use super::*;

    fn canonical(text: &str) -> String {
        let schema = ResolvedSchema::new(SchemaKind::Avro, text);
        AvroRules.parse(&schema).unwrap().canonical
    }

    #[test]
    fn the_order_of_attributes_is_no_other_schema() {
        let one = canonical(r#"{"type":"fixed","name":"F","size":4}"#);
        assert_eq!(
            canonical(r#"{"size": 4, "name": "F", "type": "fixed"}"#),
            one
        );
        let documented = r#"{"type":"fixed","name":"F","size":4,"doc":"d"}"#;
        assert_ne!(canonical(documented), one);
    }

    /// What `tests/interop/avro-schema-texts` wrote.
    #[test]
    fn equal_schemas_have_the_text_that_java_prints() {
        let pairs = include_str!("rules/java.jsonl").lines();
        let pairs = pairs.map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let mut count = 0;
        for pair in pairs {
            let text = pair["text"].as_str().unwrap();
            if let Some(expected) = pair["java"].as_str() {
                // Some have defaults that Java does not judge when it reads a schema.
                let parsed = parse(&ResolvedSchema::new(SchemaKind::Avro, text));
                let names = parsed.iter().flat_map(Schema::names);
                let found = java_text(&Value::parse(text), names, false);
                assert_eq!(found, expected, "{text}");
                count += 1;
            }
        }
        assert!(count >= 75, "{count}");
    }

    #[track_caller]
    fn now<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("waits for something"),
        }
    }

    /// Registers the first text, and looks up and registers the other one.
    #[track_caller]
    fn check_one(first: &str, other: &str, expected: bool) {
        for normalize in [false, true] {
            let registry = InMemoryRegistry::builder().rules(AvroRules).build();
            let orders = Subject::value("orders");
            let def = |text: &str| SchemaDef::new(SchemaKind::Avro, text);
            let mut options = RegisterOptions::default();
            options.normalize = normalize;
            let register = |text| now(registry.register(&orders, &def(text), options));
            let registered = register(first).unwrap();
            let options = LookupOptions::default().normalize(normalize);
            let found = now(registry.lookup_with(&orders, &def(other), options));
            let found = found.is_ok_and(|found| found.version == registered.version);
            assert_eq!(found, expected, "lookup, normalize {normalize}");
            let again = register(other).unwrap();
            assert_eq!(again.id == registered.id, expected, "register {normalize}");
        }
    }

    #[test]
    fn a_registry_finds_an_equal_schema_in_another_form() {
        check_one(r#""string""#, r#"{"type": "string"}"#, true);
        let record = |namespace: &str, inner: &str, order: &str, doc: &str| {
            format!(
                r#"{{"type":"record","name":"R"{namespace},"doc":"{doc}","fields":[{{"name":"x",
                    "type":{{"type":"fixed","name":"F"{inner},"size":4}}{order}}}]}}"#
            )
        };
        let space = r#","namespace":"shop""#;
        let plain = record(space, "", "", "é");
        check_one(&plain, &record(space, space, "", "é"), true);
        check_one(&record(space, space, "", "é"), &plain, true);
        check_one(
            &plain,
            &record(space, "", r#","order":"ascending""#, "é"),
            true,
        );
        check_one(&plain, &record(space, "", "", r"\u00e9"), true);
        check_one(&plain, &record(space, "", "", "e"), false);
        check_one(
            &plain,
            &record(space, "", r#","order":"ignore""#, "é"),
            false,
        );
    }

    #[test]
    fn a_registry_finds_equal_schemas_that_define_names_elsewhere() {
        let record = |one: &str, other: &str| {
            format!(
                r#"{{"type":"record","name":"R","namespace":"shop","fields":[
                    {{"name":"x","type":{one}}},{{"name":"y","type":{other}}}]}}"#
            )
        };
        let fixed = r#"{"type":"fixed","name":"F","size":4}"#;
        let documented = r#"{"type":"fixed","name":"F","doc":"d","size":4}"#;
        let plain = record(fixed, r#""F""#);
        check_one(&plain, &record(fixed, fixed), true);
        check_one(&plain, &record(fixed, documented), true);
        check_one(&plain, &record(documented, fixed), false);
        check_one(&plain, &record(r#""F""#, fixed), true);
        check_one(&plain, &record(r#""shop.F""#, fixed), true);
    }

    #[test]
    fn a_registry_finds_equal_schemas_with_other_spellings_of_values() {
        let record = |other: &str| format!(r#"{{"type":"record","name":"R","fields":[]{other}}}"#);
        let plain = record(r#","p":["\ud800é"]"#);
        check_one(&plain, &record(r#","p":["\uD800\u00E9"]"#), true);
        check_one(&plain, &record(r#","p":["\ud801é"]"#), false);
        let double = |default: &str| {
            format!(
                r#"{{"type":"record","name":"R","fields":[
                    {{"name":"x","type":"double","default":{default}}}]}}"#
            )
        };
        check_one(&double("1e999"), &double(r#""Infinity""#), true);
        check_one(&double("1.5"), &double(r#""15e-1d""#), true);
        check_one(&double("1e999"), &double("1e308"), false);
    }

    #[test]
    fn every_finding_is_a_sentence() {
        let fixed = |size: u32| format!(r#"{{"type":"fixed","name":"F","size":{size}}}"#);
        let schema = |text: String| ResolvedSchema::new(SchemaKind::Avro, text);
        let found = AvroRules
            .check(&schema(fixed(4)), &schema(fixed(8)))
            .unwrap();
        assert_eq!(
            found[0].to_string(),
            "FIXED_SIZE_MISMATCH at /size: the reader's size is 4, the writer's 8"
        );
    }
}
