//! Schemas: `schemas.jsonl`.

use std::collections::BTreeMap;

use serde::Deserialize;
use wireform::ErrorKind;
use wireform::avro::Schema;

use super::deviations::SCHEMAS;
use super::{cases, expect_only};

#[derive(Debug, Deserialize)]
struct Case {
    text: String,
    canonical: Option<String>,
    crc64: Option<String>,
    error: Option<String>,
}

/// Java wants `type` to be a name, but in fields; fastavro and others take a type there, and write
/// files with such schemas. So do we.
const WRAPPED: &str = "SchemaParseException: No type: ";

#[test]
fn texts_are_taken_and_normalized_as_in_java() {
    let mut found = BTreeMap::new();
    let mut wrapped = 0;
    for case in cases::<Case>("schemas", 400) {
        let Some(difference) = difference(&case) else {
            continue;
        };
        match case.error {
            Some(error) if error.starts_with(WRAPPED) => wrapped += 1,
            _ => drop(found.insert(case.text, difference)),
        }
    }
    assert_eq!(wrapped, 26, "schemas with a type for a type's name");
    expect_only(SCHEMAS, found);
}

fn difference(case: &Case) -> Option<String> {
    let schema = match Schema::parse(&case.text) {
        Ok(schema) => schema,
        Err(error) if error.kind() != ErrorKind::InvalidSchema => return Some(error.to_string()),
        Err(error) => {
            return case
                .canonical
                .as_ref()
                .map(|_| format!("we refuse it: {error}"));
        }
    };
    assert_eq!(schema.text(), case.text);
    let Some(canonical) = &case.canonical else {
        return Some(format!(
            "Java refuses it: {}",
            case.error.as_deref().unwrap_or_default()
        ));
    };
    if schema.canonical_form() != *canonical {
        return Some(format!(
            "ours {}\n    Java {canonical}",
            schema.canonical_form()
        ));
    }
    let fingerprint = schema.fingerprint().to_string();
    (Some(&fingerprint) != case.crc64.as_ref())
        .then(|| format!("{fingerprint}, Java {:?}", case.crc64))
}
