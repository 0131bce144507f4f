use serde_json::Value;
use wireform_registry::{
    Error, ErrorKind, Incompatibility, ParsedSchema, ResolvedSchema, Result, SchemaKind,
    SchemaRules,
};

use super::diff::{self, Finding, Kind};
use super::texts::Texts;
use super::validator::{Content, Validator};

/// The rules of JSON Schema, for registries that check compatibility in process.
///
/// A change is compatible if Confluent's registry would take it (its strict set, the default) and
/// nothing that it overlooks makes it incompatible. A change that cannot be decided is
/// incompatible. The [module's page](super) lists where the two differ.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsonSchemaRules;

impl SchemaRules for JsonSchemaRules {
    fn kind(&self) -> SchemaKind {
        SchemaKind::Json
    }

    fn parse(&self, schema: &ResolvedSchema) -> Result<ParsedSchema> {
        let texts = parse(schema)?;
        Validator::new(&texts, Content::default()).map_err(|error| registry_error(&error))?;
        // Equal texts mean equal schemas, but for white space: Confluent's registry also compares
        // the order of keys, unless it normalizes.
        Ok(ParsedSchema {
            names: texts.title().map(str::to_owned).into_iter().collect(),
            canonical: compact(&schema.text),
        })
    }

    /// Without white space, keys in order.
    fn normalize(&self, schema: &ResolvedSchema) -> Result<String> {
        let mut out = String::new();
        write_sorted(&parse(schema)?.root, &mut out);
        Ok(out)
    }

    /// Returns `None`: JSON Schema has only one form, as in Confluent's server.
    fn format(&self, _schema: &ResolvedSchema, _format: &str) -> Result<Option<String>> {
        Ok(None)
    }

    fn check(
        &self,
        reader: &ResolvedSchema,
        writer: &ResolvedSchema,
    ) -> Result<Vec<Incompatibility>> {
        let found = findings(reader, writer).map_err(|error| registry_error(&error))?;
        let found = found.iter().filter(|finding| !finding.kind.is_tolerated());
        Ok(found.map(diff::incompatibility).collect())
    }
}

/// Checks that every value that fits `own` fits `schema`.
pub(super) fn check_writes(schema: &ResolvedSchema, own: &ResolvedSchema) -> crate::Result<()> {
    let found = findings(schema, own)?;
    let Some(first) = found.first() else {
        return Ok(());
    };
    let message = format!(
        "what fits the codec's schema need not fit this one, in {} places: {}",
        found.len(),
        diff::incompatibility(first)
    );
    Err(crate::Error::new(crate::ErrorKind::Incompatible, message))
}

fn findings(reader: &ResolvedSchema, writer: &ResolvedSchema) -> crate::Result<Vec<Finding>> {
    let (reader, writer) = (Texts::parse(reader)?, Texts::parse(writer)?);
    let found = diff::compare(&writer, &reader)?;
    let is_undecided = |finding: &Finding| finding.kind == Kind::Undecided;
    if found.iter().any(is_undecided) && covers(&reader, &writer) {
        return Ok(found
            .into_iter()
            .filter(|finding| !is_undecided(finding))
            .collect());
    }
    Ok(found)
}

/// Returns whether it can be proven that `reader` accepts everything that `writer` accepts.
fn covers(reader: &Texts, writer: &Texts) -> bool {
    use jsonschema::canonical::{self, Containment};
    let canonical = |texts: &Texts| {
        canonical::options()
            .with_draft(texts.draft)
            .with_retriever(texts.references.clone())
            .with_pattern_options(jsonschema::PatternOptions::regex())
            .canonicalize(&texts.root)
            .ok()
    };
    let is_small = reader.size().saturating_add(writer.size()) <= MAX_CANONICAL;
    is_small
        && canonical(reader)
            .zip(canonical(writer))
            .and_then(|(reader, writer)| reader.covers(&writer).ok())
            .is_some_and(|containment| matches!(containment, Containment::Yes))
}

fn parse(schema: &ResolvedSchema) -> Result<Texts> {
    Texts::parse(schema).map_err(|error| registry_error(&error))
}

fn registry_error(error: &crate::Error) -> Error {
    let kind = match error.kind() {
        crate::ErrorKind::LimitExceeded => ErrorKind::LimitExceeded,
        _ => ErrorKind::InvalidSchema,
    };
    Error::new(kind, error.to_string())
}

/// Writes a value without white space, with the keys of objects in order.
pub(super) fn write_sorted(value: &Value, out: &mut String) {
    match value {
        Value::Array(items) => {
            write_list(out, ('[', ']'), items.iter(), write_sorted);
        }
        Value::Object(entries) => {
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_unstable_by_key(|(key, _)| *key);
            write_list(out, ('{', '}'), sorted.into_iter(), |(key, value), out| {
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write_sorted(value, out);
            });
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

fn write_list<I>(
    out: &mut String,
    (open, close): (char, char),
    items: impl Iterator<Item = I>,
    write: impl Fn(I, &mut String),
) {
    out.push(open);
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(close);
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

/// Longer schemas, in bytes, are not proven.
const MAX_CANONICAL: usize = 16 << 10;
