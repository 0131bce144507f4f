use wireform_registry::{
    Error, ErrorKind, Incompatibility, ParsedSchema, ResolvedSchema, Result, SchemaKind,
    SchemaRules,
};

use super::compatibility::check_compatibility;
use super::schema::Schema;

/// The rules of Avro, for registries that check compatibility in process.
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
        // Equal texts mean equal schemas, but for white space: what a canonical form drops (docs,
        // defaults, aliases) does matter.
        Ok(ParsedSchema {
            names: names.collect(),
            canonical: compact(&schema.text),
        })
    }

    fn normalize(&self, schema: &ResolvedSchema) -> Result<String> {
        parse(schema)?;
        Ok(compact(&schema.text))
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

/// Parses a schema as it comes from a registry.
pub(super) fn parse_resolved(schema: &ResolvedSchema) -> crate::error::Result<Schema> {
    if schema.kind != SchemaKind::Avro {
        let message = format!("expected an Avro schema, found {}", schema.kind);
        return Err(crate::Error::new(crate::ErrorKind::InvalidSchema, message));
    }
    let references: Vec<&str> = schema.references.iter().map(|named| &*named.text).collect();
    Schema::parse_with(&schema.text, &references)
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

/// The text without white space between its tokens.
fn compact(text: &str) -> String {
    let mut is_string = false;
    let mut is_escaped = false;
    let keep = |c: &char| {
        if is_string {
            let ends = *c == '"' && !is_escaped;
            is_escaped = *c == '\\' && !is_escaped;
            is_string = !ends;
            return true;
        }
        is_string = *c == '"';
        !c.is_ascii_whitespace()
    };
    text.chars().filter(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::compact;

    #[test]
    fn white_space_goes_but_not_inside_strings() {
        assert_eq!(
            compact("{ \"a b\" :\n[1, \"\\\" x\"] }"),
            "{\"a b\":[1,\"\\\" x\"]}"
        );
        assert_eq!(compact("\"\\\\\" 1"), "\"\\\\\"1");
    }
}
