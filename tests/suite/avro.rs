//! The Avro engine against what others say: cases and answers of Java's Avro 1.12, kept in
//! `tests/data/avro` by `tests/interop/avro-corpus`.

use std::collections::BTreeMap;
use std::fs;

use serde::de::DeserializeOwned;
use wireform_tests::workspace::root;

mod compatible;
mod deviations;
mod differential;
mod resolve;
mod schemas;

/// The cases of `tests/data/avro/<name>.jsonl`.
#[track_caller]
fn cases<T: DeserializeOwned>(name: &str, least: usize) -> Vec<T> {
    let path = root().join(format!("tests/data/avro/{name}.jsonl"));
    let text = fs::read_to_string(path).unwrap();
    let cases: Vec<T> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    assert!(cases.len() >= least, "{} cases", cases.len());
    cases
}

/// Holds what was found against what is known to differ, and why.
#[track_caller]
fn expect_only(known: &[(&str, &str)], mut found: BTreeMap<String, String>) {
    let mut wrong = Vec::new();
    for (case, reason) in known {
        if found.remove(*case).is_none() {
            wrong.push(format!("{case}\n    agrees, but should not: {reason}"));
        }
    }
    wrong.extend(found.iter().map(|(case, how)| format!("{case}\n    {how}")));
    assert!(
        wrong.is_empty(),
        "{} cases:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
