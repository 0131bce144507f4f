//! JSON that is validated: `jsonschema`, compiled once, on what serde_json reads of the text that is
//! written, as one would write it by hand.

use std::rc::Rc;

use serde_json::Value;
use tokio::runtime::Runtime;
use wireform::header::NoHeaders;
use wireform::json_schema::Validation;
use wireform::registry::{ResolvedSchema, SchemaId, SchemaKind};
use wireform::{Deserializer, Framed, JsonSchema, Reader, Serializer};

use crate::clients::runtime;
use crate::json_schema_clients as clients;
use crate::measure::Group;
use crate::order::{Order, order};
use crate::registry::{ID, Served, start};
use crate::rows::{leaked, reads, writes};

const PLAIN: &str = "jsonschema";
const SCHEMA: &str = include_str!("../schemas/order.schema.json");

pub fn groups() -> Vec<Group> {
    let (runtime, url) = (runtime(), start(Served::json(SCHEMA)));
    vec![encode(&runtime, &url), decode(&runtime, &url)]
}

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    jsonschema::validator_for(&schema).expect("a schema")
}

fn codec() -> JsonSchema<Order> {
    let codec = JsonSchema::new(SCHEMA).expect("a schema");
    codec.on_read(Validation::Enforce)
}

fn encode(runtime: &Rc<Runtime>, url: &str) -> Group {
    let order: &'static Order = leaked(order());
    let text = serde_json::to_vec(order).expect("valid");
    let frame = [&[0, 0, 0, 0, 7][..], &text].concat();
    let (by_value, by_text) = (validator(), validator());
    let unchecked = codec().on_write(Validation::Off);
    let (checked, framed) = (codec(), Framed::with_id(codec(), SchemaId::new(ID)));
    let mut rows = vec![
        writes(PLAIN, &text, move |out| {
            serde_json::to_writer(&mut *out, order).expect("valid");
            let value: Value = serde_json::from_slice(out).expect("JSON");
            assert!(by_text.is_valid(&value));
        }),
        // Quicker, but what is validated is not quite what is written: 0.1 as `f32` is another
        // number then.
        writes("jsonschema, of `to_value`", &text, move |out| {
            let value = serde_json::to_value(order).expect("valid");
            assert!(by_value.is_valid(&value));
            serde_json::to_writer(out, order).expect("valid");
        }),
        writes("wireform json-schema", &text, move |out| {
            checked.serialize(order, out).expect("valid");
        }),
        writes("wireform json-schema, framed", &frame, move |out| {
            framed.serialize(order, out).expect("valid");
        }),
        writes("wireform json-schema, not validated", &text, move |out| {
            unchecked.serialize(order, out).expect("valid");
        }),
    ];
    rows.extend(clients::encode(runtime, url, SCHEMA, order));
    Group::new("json-schema", PLAIN, rows)
}

fn decode(runtime: &Rc<Runtime>, url: &str) -> Group {
    let order = order();
    let text = serde_json::to_vec(&order).expect("valid");
    let frame = [&[0, 0, 0, 0, 7][..], &text].concat();
    let validator = validator();
    let (checked, unchecked) = (codec(), codec().on_read(Validation::Off));
    let reader = Reader::offline().with(codec()).build();
    let schema = ResolvedSchema::new(SchemaKind::Json, SCHEMA);
    reader.add(SchemaId::new(ID), &schema).expect("readable");
    let mut rows = vec![
        reads(PLAIN, &text, &order, move |text| {
            let value: Value = serde_json::from_slice(text).expect("JSON");
            assert!(validator.is_valid(&value));
            serde_json::from_slice(text).expect("valid")
        }),
        reads("wireform json-schema", &text, &order, move |text| {
            checked.deserialize(text).expect("valid")
        }),
        reads(
            "wireform json-schema, framed",
            &frame,
            &order,
            move |frame| {
                let decoded = reader.decode(&NoHeaders, Some(frame)).expect("valid");
                decoded.expect("no tombstone").value
            },
        ),
        reads(
            "wireform json-schema, not validated",
            &text,
            &order,
            move |text| unchecked.deserialize(text).expect("valid"),
        ),
    ];
    rows.extend(clients::decode(runtime, url, &order, leaked(frame)));
    Group::new("json-schema-decode", PLAIN, rows)
}
