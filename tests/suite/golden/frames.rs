//! Frames of Node's, Go's and Java's clients: read, and written byte for byte where a byte is not
//! left open.

use std::collections::BTreeSet;
use std::fmt::Debug;

use serde_json::Value;
use wireform::protobuf::prost_reflect::ReflectMessage;
use wireform::protobuf::{
    AnyProtobuf, Payload, Protobuf, ProtobufDynamic, ProtobufRecord, ProtobufSchema,
};
use wireform::{Json, SerializerExt};
use wireform_tests::frames::frames;
use wireform_tests::golden::Golden;

use super::messages::{ONEOFS_APART, check_reordered, source};
use super::{check_written, reader, written};
use crate::proto::with_type;

const LANGUAGES: [&str; 3] = ["node", "go", "java"];

/// Frames that we do not write byte for byte without generated code, and why.
const OTHERWISE: [(&str, &[&str], &str); 4] = [
    (
        "the order of fields is open: Go's dynamicpb writes oneofs last",
        &["go"],
        "kinds-choice-number edges-choices edges-choices-other",
    ),
    (
        "entries of maps: prost leaves out keys and values that are the default",
        &["node", "go", "java"],
        "kinds-maps-defaults kinds-maps-deepest-defaults",
    ),
    (
        "-0.0: prost's generated code takes it as the default",
        &["node", "go"],
        NEGATIVE_ZERO,
    ),
    (
        "any producer may write the index [0] in its long form, we do in the short one",
        &["java"],
        "order-long order-empty-long first-long kinds-numbers-long parts-part-long legacy-old-long \
         legacy-old-least-long edges-empty-long",
    ),
];

const NEGATIVE_ZERO: &str = "parts-hole-negative-zero";

/// The name of a frame in the tables: without its language, and its framing but for the long index.
fn case(golden: &Golden) -> &str {
    let name = golden.name.split_once('/').unwrap().1;
    let name = name.strip_suffix("-prefix").unwrap_or(name);
    name.strip_suffix("-header").unwrap_or(name)
}

fn is_otherwise(language: &str, golden: &Golden) -> bool {
    OTHERWISE.iter().any(|(_, languages, cases)| {
        languages.contains(&language) && cases.split(' ').any(|name| name == case(golden))
    })
}

fn protobuf(language: &str) -> impl Iterator<Item = Golden> {
    let frames = frames(language).into_iter();
    frames.filter(|golden| golden.format == "protobuf")
}

#[test]
fn protobuf_is_read_and_written_without_generated_code() {
    for language in LANGUAGES {
        let mut count = 0;
        for golden in protobuf(language) {
            check_dynamic(language, &golden);
            count += 1;
        }
        assert!(count >= 50, "{count} frames of {language}");
    }
}

fn check_dynamic(language: &str, golden: &Golden) {
    let message = golden.message.as_deref();
    let read = reader(golden, AnyProtobuf::new()).decode(&golden.headers(), Some(&golden.payload));
    let value = read
        .unwrap_or_else(|error| panic!("{}: {error}", golden.name))
        .unwrap()
        .value;
    assert_eq!(Some(value.descriptor().full_name()), message);

    let codec = ProtobufDynamic::with_source(source(golden), message).unwrap();
    let ours = written(golden, codec.clone(), &value);
    let equal = ours == golden.payload;
    let is_zero = case(golden) == NEGATIVE_ZERO;
    let expected = is_zero || !is_otherwise(language, golden);
    assert_eq!(equal, expected, "{}", golden.name);

    // Java's DynamicMessage takes -0.0 as the default.
    if language == "java" && is_zero {
        return;
    }
    // The value is the one that the client was given.
    let schema = ProtobufSchema::parse(&golden.resolved()).unwrap();
    let expected = schema.from_json(&golden.value.to_string(), message);
    let expected = schema.decode(Payload::Body(&expected.unwrap().body), message);
    let body = codec.to_vec(&value).unwrap();
    assert_eq!(body, expected.unwrap().body, "{}", golden.name);
}

/// The same with what wireform-build generates.
fn check_typed<T>(golden: &Golden)
where
    T: ProtobufRecord + PartialEq + Debug,
{
    let reader = reader(golden, Protobuf::<T>::new());
    let read = reader.decode(&golden.headers(), Some(&golden.payload));
    let value = read.unwrap().unwrap().value;
    let language = golden.name.split('/').next().unwrap();
    let schema = ProtobufSchema::parse(&golden.resolved()).unwrap();
    let json = schema.from_json(&golden.value.to_string(), golden.message.as_deref());
    let expected = T::decode(&*json.unwrap().body).unwrap();
    // NaN is told by its text, and -0.0 equals what prost-reflect makes of its JSON.
    let text = format!("{expected:?}");
    let same = |value: &T| *value == expected || format!("{value:?}") == text;
    assert!(same(&value), "{}: {value:?} for {text}", golden.name);
    match ONEOFS_APART.contains(&case(golden)) {
        true if language != "go" => check_reordered(golden, &value),
        _ if is_otherwise(language, golden) => {
            let ours = written(golden, Protobuf::<T>::new(), &value);
            let again = reader.decode(&golden.headers(), Some(&ours)).unwrap();
            assert!(same(&again.unwrap().value), "{}", golden.name);
        }
        _ => check_written(golden, Protobuf::<T>::new(), &value),
    }
}

#[test]
fn protobuf_is_read_and_written_with_generated_types() {
    let mut messages = BTreeSet::new();
    for golden in LANGUAGES.into_iter().flat_map(protobuf) {
        messages.insert(golden.message.clone());
        let message = golden.message.as_deref().unwrap();
        with_type!(message, check_typed(&golden));
    }
    assert_eq!(messages.len(), 30);
}

/// JSON that means the same and is written otherwise, and why.
const OTHER_JSON: [(&str, &[&str], &str); 3] = [
    (
        "exponents: 1e+300 in JavaScript, Go and Rust, 1.0E300 in Java",
        &["java"],
        "json-exponents",
    ),
    (
        "Java has exponents below 0.001 and from 10 million on",
        &["java"],
        "json-parts",
    ),
    (
        "Go and Gson escape what HTML would take for markup",
        &["go", "java"],
        "json-markup",
    ),
];

#[test]
fn json_is_read_and_written() {
    for language in LANGUAGES {
        let mut count = 0;
        let frames = frames(language).into_iter();
        for golden in frames.filter(|golden| golden.format == "json") {
            let read = reader(&golden, Json::<Value>::new())
                .decode(&golden.headers(), Some(&golden.payload));
            let value = read.unwrap().unwrap().value;
            assert_eq!(numbers(&value), numbers(&golden.value), "{}", golden.name);
            let otherwise = OTHER_JSON.iter().any(|(_, languages, name)| {
                languages.contains(&language) && *name == case(&golden)
            });
            let schema = wireform::JsonSchema::<Value>::new(&golden.schema).unwrap();
            let equal = written(&golden, schema, &value) == golden.payload;
            assert_eq!(equal, !otherwise, "{}", golden.name);
            count += 1;
        }
        assert!(count >= 14, "{count} frames of {language}");
    }
}

/// A value whose numbers have no kind: `1` is `1.0`.
pub(crate) fn numbers(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.as_f64().unwrap()),
        Value::Array(values) => values.iter().map(numbers).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), numbers(value)))
            .collect(),
        other => other.clone(),
    }
}
