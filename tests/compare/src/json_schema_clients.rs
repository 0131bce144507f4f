//! How each registry client writes and reads JSON that it validates, with the id of the schema in
//! front; all of them by way of serde_json's value.

use std::rc::Rc;

use schema_registry_client::rest::models::Schema as ClientSchema;
use schema_registry_client::serdes::json::{JsonDeserializer, JsonSerializer};
use schema_registry_client::serdes::serde::SerdeFormat;
use schema_registry_converter::async_impl::json::{JsonDecoder, JsonEncoder};
use schema_registry_converter::async_impl::schema_registry::SrSettings;
use schemreg::EncodeTarget;
use schemreg::confluent::ConfluentSchemaRegistry;
use schemreg::json::{JsonSchemaDecoder, JsonSchemaEncoder};
use tokio::runtime::Runtime;

use crate::clients::{
    CLIENT, CONVERTER, SCHEMREG, awaited, client, context, reads_as, subject, writes_as,
};
use crate::measure::Row;
use crate::order::Order;
use crate::rows::leaked;

/// Their keys have an order of their own: the bytes differ, the order does not.
fn unframed(frame: impl AsRef<[u8]>) -> Order {
    let Some(([0, 0, 0, 0, 7], text)) = frame.as_ref().split_first_chunk::<5>() else {
        panic!("no frame");
    };
    serde_json::from_slice(text).expect("an order")
}

pub fn encode(
    runtime: &Rc<Runtime>,
    url: &str,
    schema: &'static str,
    order: &'static Order,
) -> Vec<Row> {
    let encoder = leaked(JsonEncoder::new(SrSettings::new(url.to_owned())));
    let converter = awaited!(CONVERTER, runtime, order, unframed, move || async move {
        let value = serde_json::to_value(order).expect("valid");
        encoder.encode(&value, subject()).await.expect("valid")
    });
    let schema_of_client = leaked(ClientSchema::new(
        Some("JSON".to_owned()),
        schema.to_owned(),
    ));
    let encoder = JsonSerializer::new(client(url), Some(schema_of_client), None, writes_as(true));
    let (encoder, context) = (leaked(encoder.expect("valid")), context(SerdeFormat::Json));
    let client = awaited!(CLIENT, runtime, order, unframed, move || async move {
        let value = serde_json::to_value(order).expect("valid");
        encoder.serialize(context, value).await.expect("valid")
    });
    let encoder = JsonSchemaEncoder::builder()
        .registry(ConfluentSchemaRegistry::new(url).expect("valid"))
        .schema(schema)
        .validate_on_encode(true)
        .build();
    let encoder = leaked(encoder.expect("valid"));
    let schemreg = awaited!(SCHEMREG, runtime, order, unframed, move || async move {
        let encoded = encoder.encode_ser(order, "orders", EncodeTarget::Value);
        encoded.await.expect("valid")
    });
    vec![converter, client, schemreg]
}

pub fn decode(runtime: &Rc<Runtime>, url: &str, order: &Order, frame: &'static [u8]) -> Vec<Row> {
    let same = |order: Order| order;
    let decoder = leaked(JsonDecoder::new(SrSettings::new(url.to_owned())));
    let converter = awaited!(CONVERTER, runtime, order, same, move || async move {
        let decoded = decoder.decode(Some(frame)).await.expect("valid");
        let decoded = decoded.expect("no tombstone");
        decoder
            .validate(&decoded.schema, &decoded.value)
            .expect("valid");
        serde_json::from_value::<Order>(decoded.value).expect("an order")
    });
    let decoder = JsonDeserializer::new(client(url), None, reads_as(true));
    let (decoder, context) = (leaked(decoder.expect("valid")), context(SerdeFormat::Json));
    let client = awaited!(CLIENT, runtime, order, same, move || async move {
        let value = decoder.deserialize(context, frame).await.expect("valid");
        serde_json::from_value::<Order>(value).expect("an order")
    });
    let registry = ConfluentSchemaRegistry::new(url).expect("valid");
    let decoder = leaked(JsonSchemaDecoder::with_validation(registry));
    let frame = bytes::Bytes::from_static(frame);
    let schemreg = awaited!(SCHEMREG, runtime, order, same, move || {
        let frame = frame.clone();
        async move { decoder.decode_de::<Order>(frame).await.expect("valid") }
    });
    vec![converter, client, schemreg]
}
