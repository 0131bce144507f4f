//! How each registry client writes and reads a message with the id of its schema in front.

use std::rc::Rc;

use prost::Message;
use schema_registry_client::serdes::protobuf::{ProtobufDeserializer, ProtobufSerializer};
use schema_registry_client::serdes::serde::SerdeFormat;
use schema_registry_converter::async_impl::proto_raw::{ProtoRawDecoder, ProtoRawEncoder};
use schema_registry_converter::async_impl::schema_registry::SrSettings;
use schemreg::EncodeTarget;
use schemreg::confluent::ConfluentSchemaRegistry;
use schemreg::protobuf::{ProtobufSchemaDecoder, ProtobufSchemaEncoder};
use tokio::runtime::Runtime;
use wireform::ProtobufRecord;
use wireform_compare_old_prost::{Message as _, Order as OldOrder};

use crate::clients::{
    CLIENT, CONVERTER, SCHEMREG, awaited, client, context, reads_as, subject, writes_as,
};
use crate::measure::Row;
use crate::protobuf::{FRAME, Order};
use crate::rows::leaked;

fn old(order: &Order) -> OldOrder {
    OldOrder::decode(&*order.encode_to_vec()).expect("the same message")
}

/// Maps have an order of their own: the bytes may differ, the order does not.
fn unframed(frame: impl AsRef<[u8]>) -> Order {
    let body = frame.as_ref().strip_prefix(&FRAME).expect("a frame");
    Order::decode(body).expect("an order")
}

pub fn encode(runtime: &Rc<Runtime>, url: &str, order: &'static Order) -> Vec<Row> {
    let text = Order::file().text().expect("a file of ours");
    let encoder = leaked(ProtoRawEncoder::new(SrSettings::new(url.to_owned())));
    let converter = awaited!(CONVERTER, runtime, order, unframed, move || async move {
        let body = order.encode_to_vec();
        let encoded = encoder.encode(&body, Order::FULL_NAME, subject());
        encoded.await.expect("valid")
    });
    let encoder = ProtobufSerializer::new(client(url), None, writes_as(false));
    let encoder = leaked(encoder.expect("valid"));
    let (context, old) = (context(SerdeFormat::Protobuf), leaked(old(order)));
    let pool = prost_reflect_015::DescriptorPool::decode(&*Order::file().descriptor_set());
    let message = pool.expect("valid").get_message_by_name(Order::FULL_NAME);
    let message = leaked(message.expect("known"));
    let client = awaited!(CLIENT, runtime, order, unframed, move || async move {
        let encoded = encoder.serialize_with_message_desc(context, old, message);
        encoded.await.expect("valid")
    });
    let pool = prost_reflect::DescriptorPool::decode(&*Order::file().descriptor_set());
    let descriptor = pool.expect("valid").get_message_by_name(Order::FULL_NAME);
    let encoder = ProtobufSchemaEncoder::builder()
        .registry(ConfluentSchemaRegistry::new(url).expect("valid"))
        .schema(text)
        .descriptor(descriptor.expect("known"))
        .build();
    let encoder = leaked(encoder.expect("valid"));
    let schemreg = awaited!(SCHEMREG, runtime, order, unframed, move || async move {
        let encoded = encoder.encode(order, "orders", EncodeTarget::Value);
        encoded.await.expect("valid")
    });
    vec![converter, client, schemreg]
}

pub fn decode(runtime: &Rc<Runtime>, url: &str, order: &Order, frame: &'static [u8]) -> Vec<Row> {
    let same = |order: Order| order;
    let decoder = leaked(ProtoRawDecoder::new(SrSettings::new(url.to_owned())));
    let converter = awaited!(CONVERTER, runtime, order, same, move || async move {
        let decoded = decoder.decode(Some(frame)).await.expect("valid");
        let decoded = decoded.expect("no tombstone");
        Order::decode(&*decoded.bytes).expect("an order")
    });
    let decoder =
        leaked(ProtobufDeserializer::new(client(url), None, reads_as(false)).expect("valid"));
    let context = context(SerdeFormat::Protobuf);
    let old = leaked(old(order));
    let same_old = |order: OldOrder| order;
    let client = awaited!(CLIENT, runtime, old, same_old, move || async move {
        let decoded = decoder.deserialize::<OldOrder>(context, frame);
        decoded.await.expect("an order")
    });
    let registry = ConfluentSchemaRegistry::new(url).expect("valid");
    let decoder = leaked(ProtobufSchemaDecoder::new(registry));
    let frame = bytes::Bytes::from_static(frame);
    let schemreg = awaited!(SCHEMREG, runtime, order, same, move || {
        let frame = frame.clone();
        async move { decoder.decode::<Order>(frame).await.expect("an order") }
    });
    vec![converter, client, schemreg]
}
