//! Compatibility: `compatible.jsonl`.

use std::collections::BTreeMap;

use serde::Deserialize;
use wireform::avro::{Schema, check_compatibility};

use super::deviations::COMPATIBLE;
use super::{cases, expect_only};

#[derive(Debug, Deserialize)]
struct Case {
    reader: String,
    writer: String,
    /// Java's `SchemaIncompatibilityType`, and the place in the reader's schema.
    findings: Option<Vec<(String, String)>>,
    error: Option<String>,
}

#[test]
fn verdicts_kinds_and_places_are_java_s() {
    let mut found = BTreeMap::new();
    for case in cases::<Case>("compatible", 150) {
        if let Some(difference) = difference(&case) {
            found.insert(format!("{} reads {}", case.reader, case.writer), difference);
        }
    }
    expect_only(COMPATIBLE, found);
}

fn difference(case: &Case) -> Option<String> {
    let reader = Schema::parse(&case.reader).map_err(|error| error.to_string());
    let writer = Schema::parse(&case.writer).map_err(|error| error.to_string());
    let (reader, writer) = match (reader, writer) {
        (Ok(reader), Ok(writer)) => (reader, writer),
        (Err(error), _) | (_, Err(error)) => return Some(error),
    };
    let ours = check_compatibility(&reader, &writer);
    let mut ours: Vec<(String, String)> = ours
        .iter()
        .map(|f| (f.kind.to_string(), f.path.clone()))
        .collect();
    let Some(mut java) = case.findings.clone() else {
        // Java throws where a name and an alias match two fields.
        return ours
            .is_empty()
            .then(|| format!("Java throws {:?}", case.error));
    };
    ours.sort();
    java.sort();
    // Java repeats what it found of a type wherever the type is used again.
    java.dedup();
    (ours != java).then(|| format!("ours {ours:?}\n    Java {java:?}"))
}
