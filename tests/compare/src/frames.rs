//! Frames: data with the id of their schema in front, as each client writes and reads them.

use std::rc::Rc;

use schema_registry_client::rest::models::Schema as ClientSchema;
use schema_registry_client::serdes::avro::{AvroDeserializer, AvroSerializer};
use schema_registry_client::serdes::serde::SerdeFormat;
use schema_registry_converter::async_impl::avro::{AvroDecoder, AvroEncoder};
use schema_registry_converter::async_impl::schema_registry::SrSettings;
use schemreg::EncodeTarget;
use schemreg::avro::{AvroSchemaDecoder, AvroSchemaEncoder};
use schemreg::confluent::ConfluentSchemaRegistry;
use tokio::runtime::Runtime;
use wireform::avro::{Avro, AvroValue, SerdeAvro};
use wireform::header::NoHeaders;
use wireform::registry::{ResolvedSchema, SchemaId, SchemaKind};
use wireform::{Deserializer, Framed, ReadCodec, Reader, Serializer, SerializerExt};

use crate::avro::{HAND, datum};
use crate::clients::{
    CLIENT, CONVERTER, SCHEMREG, awaited, client, context, reads_as, runtime, subject, writes_as,
};
use crate::generated;
use crate::hand_written;
use crate::measure::{Group, Row};
use crate::order::{Order, SCHEMA, ShortOrder};
use crate::registry::{ID, Served, start};
use crate::rows::{appends, leaked, reads, writes};

pub fn groups() -> Vec<Group> {
    let (runtime, url) = (runtime(), leaked(start(Served::avro(SCHEMA))));
    vec![encode(&runtime, url), decode(&runtime, url)]
}

/// Their maps have an order of their own: the bytes differ, the order does not.
fn unframed(frame: impl AsRef<[u8]>) -> Order {
    let Some(([0, 0, 0, 0, 7], datum)) = frame.as_ref().split_first_chunk::<5>() else {
        panic!("no frame");
    };
    hand_written::decode(datum).expect("a datum")
}

fn framed(datum: &[u8]) -> Vec<u8> {
    let mut frame = vec![0];
    frame.extend_from_slice(&ID.to_be_bytes());
    frame.extend_from_slice(datum);
    frame
}

fn encode(runtime: &Rc<Runtime>, url: &'static str) -> Group {
    let (order, datum) = datum();
    let frame = framed(&datum);
    let short = ShortOrder::from(&order);
    let same = generated::Order::from(&order);
    let order: &'static Order = leaked(order);
    let id = SchemaId::new(ID);
    let derived = Framed::with_id(Avro::<Order>::new(), id);
    let from_schema = Framed::with_id(Avro::<generated::Order>::new(), id);
    let short_codec = Framed::with_id(Avro::<ShortOrder>::new(), id);
    let serde = Framed::with_id(SerdeAvro::<Order>::new(SCHEMA).expect("valid"), id);
    let values = AvroValue::new(SCHEMA).expect("valid");
    let value = values.deserialize(&datum).expect("valid");
    let values = Framed::with_id(values, id);
    assert_eq!(unframed(values.to_vec(&value).expect("valid")), *order);
    let rows = vec![
        writes(HAND, &frame, move |out| {
            out.push(0);
            out.extend_from_slice(&ID.to_be_bytes());
            hand_written::encode(order, out);
        }),
        writes("wireform derive", &frame, move |out| {
            derived.serialize(order, out).expect("valid");
        }),
        writes("wireform generated", &frame, move |out| {
            from_schema.serialize(&same, out).expect("valid");
        }),
        writes("wireform short strings", &frame, move |out| {
            short_codec.serialize(&short, out).expect("valid");
        }),
        writes("wireform serde", &frame, move |out| {
            serde.serialize(order, out).expect("valid");
        }),
        // The maps of this type have an order of their own: the bytes differ, the order does not.
        appends("wireform value", move |out| {
            values.serialize(&value, out).expect("valid");
        }),
        converter_encode(runtime, url, order),
        client_encode(runtime, url, order),
        schemreg_encode(runtime, url, order),
    ];
    Group::new("frame-encode", HAND, rows)
}

fn converter_encode(runtime: &Rc<Runtime>, url: &str, order: &'static Order) -> Row {
    let encoder = leaked(AvroEncoder::new(SrSettings::new(url.to_owned())));
    let subject = leaked(subject());
    awaited!(CONVERTER, runtime, order, unframed, move || async move {
        encoder.encode_struct(order, subject).await.expect("valid")
    })
}

fn client_encode(runtime: &Rc<Runtime>, url: &str, order: &'static Order) -> Row {
    let schema = leaked(ClientSchema::new(
        Some("AVRO".to_owned()),
        SCHEMA.to_owned(),
    ));
    let encoder = AvroSerializer::new(client(url), Some(schema), None, writes_as(false));
    let (encoder, context) = (leaked(encoder.expect("valid")), context(SerdeFormat::Avro));
    awaited!(CLIENT, runtime, order, unframed, move || async move {
        encoder.serialize_ser(context, order).await.expect("valid")
    })
}

fn schemreg_encode(runtime: &Rc<Runtime>, url: &str, order: &'static Order) -> Row {
    let registry = ConfluentSchemaRegistry::new(url).expect("valid");
    let encoder = AvroSchemaEncoder::builder()
        .registry(registry)
        .schema(SCHEMA)
        .build()
        .expect("valid");
    let encoder = leaked(encoder);
    awaited!(SCHEMREG, runtime, order, unframed, move || async move {
        let encoded = encoder.encode_ser(order, "orders", EncodeTarget::Value);
        encoded.await.expect("valid")
    })
}

fn decode(runtime: &Rc<Runtime>, url: &'static str) -> Group {
    let (order, datum) = datum();
    let frame = framed(&datum);
    let short = ShortOrder::from(&order);
    let same = generated::Order::from(&order);
    let values = AvroValue::new(SCHEMA).expect("valid");
    let value = values.deserialize(&datum).expect("valid");
    let rows = vec![
        reads(HAND, &frame, &order, |frame| {
            let Some(([0, id @ ..], datum)) = frame.split_first_chunk::<5>() else {
                panic!("no frame");
            };
            assert_eq!(u32::from_be_bytes(*id), ID);
            hand_written::decode(datum).expect("valid")
        }),
        reader("wireform derive", &frame, &order, Avro::<Order>::new()),
        with_headers(&frame, &order),
        reader(
            "wireform generated",
            &frame,
            &same,
            Avro::<generated::Order>::new(),
        ),
        reader(
            "wireform short strings",
            &frame,
            &short,
            Avro::<ShortOrder>::new(),
        ),
        reader(
            "wireform serde",
            &frame,
            &order,
            SerdeAvro::<Order>::new(SCHEMA).expect("valid"),
        ),
        reader("wireform value", &frame, &value, values),
        converter_decode(runtime, url, &order, leaked(frame.clone())),
        client_decode(runtime, url, &order, leaked(frame.clone())),
        schemreg_decode(runtime, url, &order, &frame),
    ];
    Group::new("frame-decode", HAND, rows)
}

/// A reader that has met the schema.
fn known<T: 'static>(codec: impl ReadCodec<T> + 'static) -> Reader<T> {
    let reader = Reader::offline().with(codec).build();
    let schema = ResolvedSchema::new(SchemaKind::Avro, SCHEMA);
    reader.add(SchemaId::new(ID), &schema).expect("compatible");
    reader
}

/// The same record with the two headers that the producer writes.
fn with_headers(frame: &[u8], order: &Order) -> Row {
    let headers = [("content-type", "application/avro"), ("version", "1")];
    let reader = known(Avro::<Order>::new());
    reads("wireform derive, 2 headers", frame, order, move |frame| {
        let decoded = reader.decode(&headers, Some(frame)).expect("valid");
        decoded.expect("no tombstone").value
    })
}

fn reader<T>(
    name: &'static str,
    frame: &[u8],
    expected: &T,
    codec: impl ReadCodec<T> + 'static,
) -> Row
where
    T: PartialEq + std::fmt::Debug + 'static,
{
    let reader = known(codec);
    reads(name, frame, expected, move |frame| {
        let decoded = reader.decode(&NoHeaders, Some(frame)).expect("valid");
        decoded.expect("no tombstone").value
    })
}

fn converter_decode(runtime: &Rc<Runtime>, url: &str, order: &Order, frame: &'static [u8]) -> Row {
    let decoder = leaked(AvroDecoder::new(SrSettings::new(url.to_owned())));
    awaited!(
        CONVERTER,
        runtime,
        order,
        |order| order,
        move || async move {
            let decoded = decoder.decode(Some(frame)).await.expect("valid");
            apache_avro::from_value::<Order>(&decoded.value).expect("an order")
        }
    )
}

fn client_decode(runtime: &Rc<Runtime>, url: &str, order: &Order, frame: &'static [u8]) -> Row {
    let decoder = AvroDeserializer::new(client(url), None, reads_as(false));
    let (decoder, context) = (leaked(decoder.expect("valid")), context(SerdeFormat::Avro));
    awaited!(CLIENT, runtime, order, |order| order, move || async move {
        let decoded = decoder.deserialize(context, frame).await.expect("valid");
        apache_avro_021::from_value::<Order>(&decoded.value).expect("an order")
    })
}

fn schemreg_decode(runtime: &Rc<Runtime>, url: &str, order: &Order, frame: &[u8]) -> Row {
    let registry = ConfluentSchemaRegistry::new(url).expect("valid");
    let decoder = leaked(AvroSchemaDecoder::new(registry));
    let frame = bytes::Bytes::copy_from_slice(frame);
    awaited!(SCHEMREG, runtime, order, |order| order, move || {
        let frame = frame.clone();
        async move { decoder.decode_de::<Order>(frame).await.expect("valid") }
    })
}
