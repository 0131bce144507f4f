//! Frames that clients of other languages made of the same values: `tests/data/golden/frames`.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::golden::{Golden, GoldenReference, from_hex};
use crate::workspace;

/// A value to make frames of.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Case {
    pub name: String,
    pub format: String,
    /// The name of its `.proto` file, or of its JSON Schema.
    pub schema: String,
    /// Its full name, of Protobuf only.
    pub message: Option<String>,
    /// Of Protobuf in ProtoJSON, with the names of the `.proto` file.
    pub value: Value,
}

#[derive(Deserialize)]
struct Witness {
    source: String,
    schemas: BTreeMap<String, Schema>,
    frames: Vec<Frame>,
}

#[derive(Clone, Deserialize)]
struct Schema {
    subject: String,
    id: u32,
    guid: Option<String>,
    version: u32,
    schema: String,
    references: Vec<GoldenReference>,
}

#[derive(Deserialize)]
struct Frame {
    case: String,
    schema: String,
    format: String,
    framing: String,
    payload: String,
    headers: BTreeMap<String, String>,
}

/// Every value, by the order in which it stands in the file.
///
/// # Panics
/// If they cannot be read.
#[must_use]
pub fn cases() -> Vec<Case> {
    read("cases.json")
}

/// A `FileDescriptorSet` of every `.proto` file.
///
/// # Panics
/// If it cannot be read.
#[must_use]
pub fn descriptors() -> Vec<u8> {
    fs::read(path("interop.binpb")).unwrap()
}

/// What the client of `language` (`node`, `go`, `java`) made, named `LANGUAGE/CASE-FRAMING`. Frames with
/// the index `[0]` in its long form are `prefix` frames named `…-long`.
///
/// # Panics
/// If the frames cannot be read, or name a case or schema that there is not.
#[must_use]
pub fn frames(language: &str) -> Vec<Golden> {
    let witness: Witness = read(&format!("{language}.json"));
    let cases: BTreeMap<_, _> = cases()
        .into_iter()
        .map(|case| (case.name.clone(), case))
        .collect();
    let frames = witness.frames.into_iter();
    frames
        .map(|frame| {
            let case = cases[&frame.case].clone();
            let schema = witness.schemas[&frame.schema].clone();
            Golden {
                name: format!("{language}/{}-{}", frame.case, frame.framing),
                payload: from_hex(&frame.payload),
                source: witness.source.clone(),
                format: frame.format,
                framing: frame.framing.replace("long", "prefix"),
                subject: schema.subject,
                id: schema.id,
                guid: schema.guid,
                version: schema.version,
                schema: schema.schema,
                references: schema.references,
                message: case.message,
                value: case.value,
                headers: frame.headers,
            }
        })
        .collect()
}

fn path(file: &str) -> std::path::PathBuf {
    workspace::root()
        .join("tests/data/golden/frames")
        .join(file)
}

fn read<T: DeserializeOwned>(file: &str) -> T {
    serde_json::from_slice(&fs::read(path(file)).unwrap()).unwrap()
}
