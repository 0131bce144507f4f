//! Schema resolution: `resolve.jsonl`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;
use wireform::Result;
use wireform_tests::generic::{GenericCodec, Value, is_expected, same_json, to_hex};
use wireform_tests::golden::from_hex;

use super::deviations::RESOLVE;
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

#[test]
fn data_resolves_as_in_java() {
    let mut found = BTreeMap::new();
    for case in cases::<Case>("resolve", 220) {
        let outcome = read(&case);
        if let Some(difference) = difference(&case, outcome) {
            found.insert(case.name.clone(), difference);
        }
    }
    expect_only(RESOLVE, found);
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
