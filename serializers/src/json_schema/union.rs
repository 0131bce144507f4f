use serde_json::{Value, json};
use wireform_registry::{ResolvedSchema, SchemaKind};

use crate::error::{Error, ErrorKind, Result};
use crate::schema_codec::SchemaSource;

/// `oneOf` the schemas, each a reference under its title, as Confluent's documentation has it:
/// <https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/serdes-json.html#multiple-event-types-in-the-same-topic>
///
/// # Errors
/// `Config` if one of them has no title that can stand in a `$ref`.
pub(super) fn union_source(records: &[&SchemaSource]) -> Result<SchemaSource> {
    let mut branches = Vec::new();
    let mut imports = Vec::new();
    for record in records {
        let title = record.record.as_deref().unwrap_or_default();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if title.is_empty() || !title.chars().all(is_plain) {
            let message = format!(
                "the title {title:?} cannot be a reference's name: letters, digits, \".\", \"_\" \
                 and \"-\" can"
            );
            return Err(Error::new(ErrorKind::Config, message));
        }
        branches.push(json!({ "$ref": title }));
        imports.push(title);
    }
    let text = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "oneOf": branches,
    });
    let union = SchemaSource::new(SchemaKind::Json, text.to_string());
    let imports = imports.into_iter().zip(records);
    Ok(imports.fold(union, |union, (name, record)| {
        union.with_import(name, (*record).clone())
    }))
}

/// The branches of `oneOf` or `anyOf` in `root` that have a name.
pub(super) fn branches(root: &Value, writer: &ResolvedSchema) -> Vec<Branch> {
    let any = |name: &str| root.get(name).and_then(Value::as_array);
    let branches = any("oneOf").or_else(|| any("anyOf")).into_iter().flatten();
    branches
        .filter_map(|branch| named(branch, writer))
        .collect()
}

/// A name, and the schema if it is a text of its own.
type Branch = (String, Option<ResolvedSchema>);

/// A branch with a title, or that refers to another text.
fn named(branch: &Value, writer: &ResolvedSchema) -> Option<Branch> {
    let title = |schema: &Value| {
        let title = schema.get("title").and_then(Value::as_str);
        title.map(str::to_owned)
    };
    if let Some(title) = title(branch) {
        return Some((title, None));
    }
    let name = branch.get("$ref").and_then(Value::as_str)?;
    let referenced = writer.references.iter().find(|named| named.name == name);
    let parsed = referenced.and_then(|named| serde_json::from_str::<Value>(&named.text).ok());
    let own = referenced.map(|named| ResolvedSchema {
        text: named.text.clone(),
        ..writer.clone()
    });
    let title = parsed.as_ref().and_then(title);
    Some((title.unwrap_or_else(|| name.to_owned()), own))
}
