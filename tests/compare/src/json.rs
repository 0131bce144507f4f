//! JSON, without frames: plain JSON has none.

use wireform::{Deserializer, Json, Reader, Serializer};

use crate::measure::Group;
use crate::order::{Order, order};
use crate::rows::{leaked, reads, writes};

const PLAIN: &str = "serde_json";

pub fn groups() -> Vec<Group> {
    vec![encode(), decode()]
}

fn encode() -> Group {
    let order: &'static Order = leaked(order());
    let text = serde_json::to_vec(order).expect("valid");
    let json = Json::<Order>::new();
    let rows = vec![
        writes(PLAIN, &text, move |out| {
            serde_json::to_writer(out, order).expect("valid");
        }),
        writes("wireform json", &text, move |out| {
            json.serialize(order, out).expect("valid");
        }),
        writes("sonic-rs 0.5", &text, move |out| {
            sonic_rs::to_writer(out, order).expect("valid");
        }),
    ];
    Group::new("json", PLAIN, rows)
}

fn decode() -> Group {
    let order = order();
    let text = serde_json::to_vec(&order).expect("valid");
    let json = Json::<Order>::new();
    let reader = Reader::offline().with(json.clone()).build();
    let headers = [("content-type", "application/json"), ("version", "1")];
    let rows = vec![
        reads(PLAIN, &text, &order, |text| {
            serde_json::from_slice(text).expect("valid")
        }),
        reads("wireform json", &text, &order, move |text| {
            json.deserialize(text).expect("valid")
        }),
        reads("wireform reader", &text, &order, move |text| {
            let decoded = reader.decode(&headers, Some(text)).expect("valid");
            decoded.expect("no tombstone").value
        }),
        reads("sonic-rs 0.5", &text, &order, |text| {
            sonic_rs::from_slice(text).expect("valid")
        }),
    ];
    Group::new("json-decode", PLAIN, rows)
}
