//! Schema resolution: `resolve.jsonl`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;
use wireform::Result;
use wireform_tests::generic::{GenericCodec, Value, is_expected, same_json, to_hex};
use wireform_tests::golden::from_hex;

use super::{cases, expect_only};

#[derive(Debug, Deserialize)]
struct Case {
    name: String,
    writer: String,
    reader: String,
    datum: String,
    /// What Java reads, in Avro's JSON encoding, and as a datum of the reader's schema.
    json: Option<String>,
    bytes: Option<String>,
    error: Option<String>,
    message: Option<String>,
}

/// Where we differ from Java, and why.
const KNOWN: &[(&str, &str)] = &[
    // Bytes.
    (
        "an int over 32 bits",
        "Java drops the bits that are too many",
    ),
    (
        "array block of wrong size",
        "Java ignores sizes of blocks; one that is longer than the data is a lie",
    ),
    (
        "broken UTF-8 as string",
        "Java reads U+FFFD for what is no UTF-8",
    ),
    // Units: a number that is read in another unit than it was written in is never what is meant.
    ("date as time-millis", "Java ignores logical types"),
    (
        "decimal of scale 0 as 2",
        "the specification asks for equal scales",
    ),
    (
        "decimal of scale 2 as 3",
        "the specification asks for equal scales",
    ),
    (
        "timestamp-micros as local-timestamp-micros",
        "Java ignores logical types",
    ),
    (
        "timestamp-millis as timestamp-micros",
        "Java ignores logical types",
    ),
    // Schemas that do not match are an error even while there are no items.
    (
        "empty array of long as int",
        "an error before the first item comes",
    ),
    (
        "empty array that does not fit, in union",
        "an error before the first item comes",
    ),
    (
        "empty map of string as int",
        "an error before the first item comes",
    ),
    // Names.
    (
        "alias of a field whose record has another name",
        "we apply fields' aliases whatever the record is called",
    ),
    (
        "enum into union, other namespace",
        "the specification compares unqualified names",
    ),
    (
        "fields swapped by aliases",
        "name and alias match two fields: Java's SchemaCompatibility throws, too",
    ),
];

#[test]
fn data_resolves_as_in_java() {
    let mut found = BTreeMap::new();
    for case in cases::<Case>("resolve", 220) {
        let outcome = read(&case);
        if let Some(difference) = difference(&case, outcome) {
            found.insert(case.name.clone(), difference);
        }
    }
    expect_only(KNOWN, found);
}

fn read(case: &Case) -> Result<(GenericCodec, Value)> {
    let codec = GenericCodec::new(&case.reader)?;
    let value = codec.decode_from(&case.writer, &from_hex(&case.datum))?;
    Ok((codec, value))
}

fn difference(case: &Case, outcome: Result<(GenericCodec, Value)>) -> Option<String> {
    let (codec, value) = match outcome {
        Ok(read) => read,
        Err(error) if case.error.is_some() && is_expected(error.kind()) => return None,
        Err(error) => return Some(format!("Java reads {:?}, we say {error}", case.json)),
    };
    if let Some(error) = &case.error {
        let message = case.message.as_deref().unwrap_or_default();
        return Some(format!(
            "we read {}, Java says {error}: {message}",
            value.to_json()
        ));
    }
    let expected: Json = match case.json.as_deref().unwrap() {
        // Java's JSON encoder writes nothing for an empty record at the top.
        "" => Json::Object(serde_json::Map::new()),
        json => serde_json::from_str(json).unwrap(),
    };
    let bytes = to_hex(&codec.encode(&value).unwrap());
    (!same_json(&value.to_json(), &expected) || Some(&bytes) != case.bytes.as_ref()).then(|| {
        format!(
            "we read {} = {bytes}, Java {expected} = {:?}",
            value.to_json(),
            case.bytes
        )
    })
}
