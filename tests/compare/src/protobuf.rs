//! Protobuf: prost alone, and with the frame that a registry's consumers read.

use std::rc::Rc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use prost::Message;
use tokio::runtime::Runtime;
use wireform::header::NoHeaders;
use wireform::registry::{ResolvedSchema, SchemaId, SchemaKind};
use wireform::{Framed, Protobuf, ProtobufRecord, Reader, Serializer};

use crate::clients::runtime;
use crate::measure::Group;
use crate::order::order;
use crate::protobuf_clients as clients;
use crate::registry::{ID, Served, start};
use crate::rows::{leaked, reads, writes};

mod generated {
    #![allow(clippy::all, clippy::pedantic, missing_docs)]
    include!(concat!(env!("OUT_DIR"), "/wireform_protos.rs"));
}

use generated::shop::orders::v1::Item;
pub use generated::shop::orders::v1::Order;

const PLAIN: &str = "prost";
/// Magic byte, id, and `[0]`.
pub const FRAME: [u8; 6] = [0, 0, 0, 0, 7, 0];

pub fn groups() -> Vec<Group> {
    let descriptor = BASE64_STANDARD.encode(Order::file().descriptor());
    let url = start(Served {
        kind: "PROTOBUF",
        text: Order::file().text().expect("a file of ours"),
        serialized: Some(leaked(descriptor)),
    });
    let runtime = runtime();
    vec![encode(&runtime, &url), decode(&runtime, &url)]
}

fn message() -> Order {
    let order = order();
    let items = order.items.into_iter().map(|item| Item {
        sku: item.sku,
        quantity: item.quantity,
        price: item.price,
    });
    Order {
        order_id: order.order_id,
        customer: order.customer,
        items: items.collect(),
        total: order.total,
        status: 2,
        created_at: order.created_at,
        note: order.note,
        tags: order.tags.into_iter().collect(),
    }
}

fn encode(runtime: &Rc<Runtime>, url: &str) -> Group {
    let message: &'static Order = leaked(message());
    let body = message.encode_to_vec();
    let frame = [&FRAME[..], &body].concat();
    let protobuf = Protobuf::<Order>::new();
    let framed = Framed::with_id(protobuf.clone(), SchemaId::new(ID));
    let mut rows = vec![
        writes(PLAIN, &body, move |out| {
            message.encode(out).expect("room");
        }),
        writes("wireform bare", &body, move |out| {
            protobuf.serialize(message, out).expect("valid");
        }),
        writes("wireform framed", &frame, move |out| {
            framed.serialize(message, out).expect("valid");
        }),
    ];
    rows.extend(clients::encode(runtime, url, message));
    Group::new("protobuf", PLAIN, rows)
}

fn decode(runtime: &Rc<Runtime>, url: &str) -> Group {
    let message = message();
    let body = message.encode_to_vec();
    let frame = [&FRAME[..], &body].concat();
    let protobuf = Protobuf::<Order>::new();
    let reader = Reader::offline().with(protobuf.clone()).build();
    let text = Order::file().text().expect("a file of ours");
    let schema = ResolvedSchema::new(SchemaKind::Protobuf, text);
    reader.add(SchemaId::new(ID), &schema).expect("readable");
    let mut rows = vec![
        reads(PLAIN, &body, &message, |body| {
            Order::decode(body).expect("valid")
        }),
        reads("wireform bare", &body, &message, move |body| {
            wireform::Deserializer::deserialize(&protobuf, body).expect("valid")
        }),
        reads("wireform framed", &frame, &message, move |frame| {
            let decoded = reader.decode(&NoHeaders, Some(frame)).expect("valid");
            decoded.expect("no tombstone").value
        }),
    ];
    rows.extend(clients::decode(runtime, url, &message, leaked(frame)));
    Group::new("protobuf-decode", PLAIN, rows)
}
