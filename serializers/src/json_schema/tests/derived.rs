use schemars::JsonSchema as Described;
use serde::{Deserialize, Serialize};

use crate::{JsonSchema, SchemaFormat, SerializerExt};

#[derive(Serialize, Deserialize, Described)]
struct Order {
    id: String,
    #[serde(default)]
    tags: Vec<String>,
    note: Option<String>,
}

#[test]
fn schema_of_a_type() {
    let codec = JsonSchema::<Order>::derived().unwrap();
    let expected = concat!(
        r##"{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"id":{"type":"string"},"##,
        r##""note":{"type":["string","null"]},"tags":{"default":[],"items":{"type":"string"},"##,
        r##""type":"array"}},"required":["id"],"title":"Order","type":"object"}"##,
    );
    assert_eq!(&*codec.source().text, expected);
    assert_eq!(codec.source().record.as_deref(), Some("Order"));
    let order = Order {
        id: "7".to_owned(),
        tags: Vec::new(),
        note: None,
    };
    assert_eq!(
        codec.to_vec(&order).unwrap(),
        br#"{"id":"7","tags":[],"note":null}"#
    );
}
