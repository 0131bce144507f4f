//! Protobuf: prost alone, and with the frame that a registry's consumers read.

use prost::Message;
use wireform::header::NoHeaders;
use wireform::registry::{ResolvedSchema, SchemaId, SchemaKind};
use wireform::{Framed, Protobuf, ProtobufRecord, Reader, Serializer};

use crate::measure::Group;
use crate::order::order;
use crate::registry::ID;
use crate::rows::{leaked, reads, writes};

mod generated {
    #![allow(clippy::all, clippy::pedantic, missing_docs)]
    include!(concat!(env!("OUT_DIR"), "/wireform_protos.rs"));
}

use generated::shop::orders::v1::{Item, Order};

const PLAIN: &str = "prost";
/// Magic byte, id, and `[0]`.
const FRAME: [u8; 6] = [0, 0, 0, 0, 7, 0];

pub fn groups() -> Vec<Group> {
    vec![encode(), decode()]
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

fn encode() -> Group {
    let message: &'static Order = leaked(message());
    let body = message.encode_to_vec();
    let frame = [&FRAME[..], &body].concat();
    let protobuf = Protobuf::<Order>::new();
    let framed = Framed::with_id(protobuf.clone(), SchemaId::new(ID));
    let rows = vec![
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
    Group::new("protobuf", PLAIN, rows)
}

fn decode() -> Group {
    let message = message();
    let body = message.encode_to_vec();
    let frame = [&FRAME[..], &body].concat();
    let protobuf = Protobuf::<Order>::new();
    let reader = Reader::offline().with(protobuf.clone()).build();
    let text = Order::file().text().expect("a file of ours");
    let schema = ResolvedSchema::new(SchemaKind::Protobuf, text);
    reader.add(SchemaId::new(ID), &schema).expect("readable");
    let rows = vec![
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
    Group::new("protobuf-decode", PLAIN, rows)
}
