//! Frames that Confluent's Python client wrote: read, written again, damaged.

use serde::Deserialize;
use serde_json::Value;
use wireform::avro::SerdeAvro;
use wireform::{
    Deserializer, ErrorKind, Framed, HeaderNames, Json, ReadCodec, Reader, SchemaKey,
    SerializerExt, header,
};
use wireform_tests::conformance::check_damage;
use wireform_tests::golden::{Golden, GoldenRegistry};
use wireform_tests::order::Order;

/// A reader that knows the golden case's schema.
fn reader<T: 'static>(golden: &Golden, codec: impl ReadCodec<T> + 'static) -> Reader<T> {
    let reader = Reader::offline().with(codec).build();
    reader.add(golden.key(), &golden.resolved()).unwrap();
    reader
}

fn avro<T: ?Sized>(golden: &Golden) -> SerdeAvro<T> {
    let mut source = wireform::SchemaSource::new(wireform::SchemaKind::Avro, &*golden.schema);
    for reference in &golden.references {
        let import =
            wireform::SchemaSource::new(wireform::SchemaKind::Avro, reference.schema.as_str());
        source = source.with_import(reference.name.clone(), import);
    }
    SerdeAvro::with_source(source).unwrap()
}

/// Any Avro value, in the JSON form that the golden files document.
#[derive(Debug, PartialEq)]
struct Plain(Value);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        plain::deserialize(deserializer).map(Self)
    }
}

mod foreign;
pub(crate) mod frames;
mod generated;
pub(crate) mod messages;
mod plain;

#[test]
fn avro_frames_are_read() {
    let mut count = 0;
    for golden in Golden::all("avro") {
        let reader = reader(&golden, avro::<Plain>(&golden));
        let decoded = reader
            .decode(&golden.headers(), Some(&golden.payload))
            .unwrap_or_else(|error| panic!("{}: {error}", golden.name))
            .unwrap();
        assert_eq!(decoded.value.0, golden.value, "{}", golden.name);
        count += 1;
    }
    assert!(count >= 50, "{count} Avro frames");
}

#[test]
fn avro_orders_are_written_byte_for_byte() {
    for case in [
        "order-prefix",
        "order-header",
        "order-without-note-prefix",
        "order-without-note-header",
    ] {
        let golden = Golden::one("avro", case);
        let order: Order = serde_json::from_value(golden.value.clone()).unwrap();
        check_written(&golden, avro::<Order>(&golden), &order);
    }
}

#[track_caller]
fn check_written<T, C>(golden: &Golden, codec: C, value: &T)
where
    C: wireform::SchemaCodec<T> + Clone,
{
    let written = written(golden, codec, value);
    assert_eq!(written, golden.payload, "{}", golden.name);
}

/// What we write with the case's framing and schema; the headers are the case's.
#[track_caller]
fn written<T, C>(golden: &Golden, codec: C, value: &T) -> Vec<u8>
where
    C: wireform::SchemaCodec<T> + Clone,
{
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let registry = GoldenRegistry::new(golden);
    let subject = wireform::Subject::new(golden.subject.clone()).unwrap();
    let framed = runtime
        .block_on(Framed::lookup(codec, &registry, subject))
        .unwrap();
    let framed = match &*golden.framing {
        "header" => framed.in_headers().unwrap(),
        _ => framed,
    };
    let headers = header::codec_headers(&HeaderNames::plain(), None, Some(&framed));
    assert_eq!(headers, golden.headers(), "{}", golden.name);
    framed.to_vec(value).unwrap()
}

#[test]
fn json_frames_are_read_and_written() {
    for golden in Golden::all("json") {
        let reader = reader(&golden, Json::<Value>::new());
        let decoded = reader
            .decode(&golden.headers(), Some(&golden.payload))
            .unwrap()
            .unwrap();
        assert_eq!(decoded.value, golden.value, "{}", golden.name);
    }
}

#[test]
fn damaged_frames_give_a_value_or_an_error() {
    let mut tried = 0;
    for golden in Golden::all("avro") {
        tried += check_all_damage(&golden, avro::<Plain>(&golden));
    }
    for golden in Golden::all("json") {
        tried += check_all_damage(&golden, Json::<Value>::new());
    }
    assert!(tried > 5_000, "{tried} damaged frames");
}

/// Damages the payload, and the header with the schema id.
fn check_all_damage<T: 'static>(golden: &Golden, codec: impl ReadCodec<T> + 'static) -> usize {
    let reader = reader(golden, codec);
    let headers = golden.headers();
    let mut tried = check_damage(&golden.payload, |payload| {
        reader.decode(&headers, Some(payload))
    });
    for (name, value) in &headers {
        tried += check_damage(value, |value| {
            reader.decode(&[(name.as_str(), value)], Some(&golden.payload))
        });
    }
    tried
}

#[test]
fn prefixes_of_datums_are_errors() {
    let golden = Golden::one("avro", "order-prefix");
    let codec = avro::<Order>(&golden);
    let datum = &golden.payload[5..];
    for end in 0..datum.len() {
        assert!(
            codec.deserialize(&datum[..end]).is_err(),
            "{end} of {} bytes",
            datum.len()
        );
    }
}

#[test]
fn unknown_id_names_the_id() {
    let reader = Reader::<Value>::offline()
        .with(Json::<Value>::new())
        .build();
    let error = reader
        .decode(&wireform::NoHeaders, Some(&[0, 0, 0, 0, 9, b'1']))
        .unwrap_err();
    assert_eq!(
        error.kind(),
        ErrorKind::UnknownSchema(SchemaKey::Id(wireform::SchemaId::new(9)))
    );
}

#[test]
fn tombstone_is_none() {
    let reader = Reader::<Value>::offline()
        .with(Json::<Value>::new())
        .build();
    assert_eq!(reader.decode(&wireform::NoHeaders, None).unwrap(), None);
}
