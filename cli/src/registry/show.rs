//! Registered schemas as lines of JSON.

use serde::Serialize;
use wireform::registry::{Reference, RegisteredSchema};

use crate::input;

#[derive(Serialize)]
struct Shown<'a> {
    subject: &'a str,
    version: u32,
    id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    guid: Option<String>,
    #[serde(rename = "schemaType")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    references: Vec<ShownReference<'a>>,
}

#[derive(Serialize)]
struct ShownReference<'a> {
    name: &'a str,
    subject: &'a str,
    version: u32,
}

/// Returns a registered schema as a line of JSON, without its text.
pub(super) fn line(schema: &RegisteredSchema) -> String {
    let reference = |reference: &'_ Reference| -> (String, String, u32) {
        (
            reference.name.clone(),
            reference.subject.to_string(),
            reference.version.as_u32(),
        )
    };
    let references: Vec<_> = schema.def.references.iter().map(reference).collect();
    let subject = schema.subject.to_string();
    input::json(&Shown {
        subject: &subject,
        version: schema.version.as_u32(),
        id: schema.id.as_u32(),
        guid: schema.guid.map(|guid| guid.to_string()),
        kind: schema.def.kind.as_str(),
        references: references
            .iter()
            .map(|(name, subject, version)| ShownReference {
                name,
                subject,
                version: *version,
            })
            .collect(),
    })
}
