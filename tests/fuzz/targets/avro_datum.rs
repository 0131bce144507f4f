//! Data of a schema that has every type.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use serde::{Deserialize, Serialize};
use wireform::avro::SerdeAvro;
use wireform::{Deserializer, SerializerExt};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Everything {
    boolean: bool,
    int: i32,
    long: i64,
    text: String,
    bytes: Vec<u8>,
    fixed: [u8; 3],
    symbol: Symbol,
    list: Vec<Vec<i64>>,
    map: BTreeMap<String, Option<i32>>,
    either: Either,
    next: Option<Box<Everything>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Symbol {
    A,
    B,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Either {
    Null,
    Long(i64),
    String(String),
}

static CODEC: LazyLock<SerdeAvro<Everything>> = LazyLock::new(|| {
    SerdeAvro::new(
        r#"{"type": "record", "name": "Everything", "fields": [
            {"name": "boolean", "type": "boolean"}, {"name": "int", "type": "int"},
            {"name": "long", "type": "long"}, {"name": "text", "type": "string"},
            {"name": "bytes", "type": "bytes"},
            {"name": "fixed", "type": {"type": "fixed", "name": "F", "size": 3}},
            {"name": "symbol", "type": {"type": "enum", "name": "Symbol", "symbols": ["A", "B"]}},
            {"name": "list", "type": {"type": "array", "items": {"type": "array", "items": "long"}}},
            {"name": "map", "type": {"type": "map", "values": ["null", "int"]}},
            {"name": "either", "type": ["null", "long", "string"]},
            {"name": "next", "type": ["null", "Everything"]}]}"#,
    )
    .expect("a valid schema")
});

fuzz_target!(|datum: &[u8]| {
    let Ok(value) = CODEC.deserialize(datum) else { return };
    let written = CODEC.to_vec(&value).expect("what was read can be written");
    assert_eq!(CODEC.deserialize(&written).expect("what was written can be read"), value);
});
