//! Every codec keeps the same promises.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wireform::avro::SerdeAvro;
use wireform::json_schema::Validation;
use wireform::protobuf::Protobuf;
use wireform::{
    Bytes, ContentType, DatetimeJson, Double, ErrorKind, Float, Format, Framed, Integer, Json,
    JsonSchema, Long, Reader, SchemaId, Serializer, SerializerExt, Short, Utf8, Uuid, UuidText,
    from_fn,
};
use wireform_tests::conformance::{check, check_error};
use wireform_tests::order::{Order, SCHEMA_V1, sample};

use crate::proto;

#[test]
fn plain_codecs_conform() {
    check(&Utf8, &Utf8, "grüße", &ContentType::TEXT);
    check(&Bytes, &Bytes, &[0_u8, 255][..], &ContentType::OCTET_STREAM);
    check(&Short, &Short, &-2_i16, &ContentType::OCTET_STREAM);
    check(&Integer, &Integer, &i32::MIN, &ContentType::OCTET_STREAM);
    check(&Long, &Long, &i64::MAX, &ContentType::OCTET_STREAM);
    check(&Float, &Float, &1.5_f32, &ContentType::OCTET_STREAM);
    check(&Double, &Double, &-0.0_f64, &ContentType::OCTET_STREAM);
    check(
        &UuidText,
        &UuidText,
        &Uuid::from_u128(0x1234),
        &ContentType::TEXT,
    );
}

#[test]
fn json_conforms() {
    let json = Json::<Order>::new();
    check(&json, &json, &sample(), &ContentType::JSON);
    check_error(
        &Json::<BTreeMap<(i32, i32), i32>>::new(),
        &BTreeMap::from([((1, 2), 3)]),
    );
}

#[test]
fn json_schema_conforms() {
    let codec = JsonSchema::<Order>::new(ORDER_SCHEMA).unwrap();
    let enforced = codec.clone().on_read(Validation::Enforce);
    check(&codec, &enforced, &sample(), &ContentType::JSON);
    assert_eq!(
        codec.to_vec(&sample()).unwrap(),
        Json::<Order>::new().to_vec(&sample()).unwrap()
    );
    let wrong = JsonSchema::<Order>::new(r#"{"type":"string"}"#).unwrap();
    check_error(&wrong, &sample());
    check_error(&Framed::with_id(wrong, SchemaId::new(1)), &sample());
    check_error(
        &JsonSchema::<BTreeMap<(i32, i32), i32>>::new("true").unwrap(),
        &BTreeMap::from([((1, 2), 3)]),
    );
}

const ORDER_SCHEMA: &str = r#"{"title": "Order", "type": "object",
    "required": ["order_id", "items", "total"],
    "properties": {"order_id": {"type": "string"}, "items": {"type": "array"}}}"#;

#[test]
fn avro_conforms() {
    let avro = SerdeAvro::<Order>::new(SCHEMA_V1).unwrap();
    check(&avro, &avro, &sample(), &ContentType::AVRO);
    let wrong = SerdeAvro::<Order>::new("\"string\"").unwrap();
    check_error(&wrong, &sample());
    check_error(&Framed::with_id(wrong, SchemaId::new(1)), &sample());
}

#[test]
fn datetime_json_conforms() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Seen {
        by_chrono: chrono::DateTime<chrono::Utc>,
        by_jiff: jiff::Timestamp,
        #[serde(with = "wireform::datetime::rfc3339::micros")]
        by_time: time::OffsetDateTime,
        by_nobody: String,
    }
    let seen = Seen {
        by_chrono: chrono::DateTime::from_timestamp(1_795_000_000, 500_000_000).unwrap(),
        by_jiff: jiff::Timestamp::from_second(-1).unwrap(),
        by_time: time::OffsetDateTime::UNIX_EPOCH,
        by_nobody: "2026-11-23T12:00:00+01:00".to_owned(),
    };
    let json = DatetimeJson::<Seen>::default();
    check(&json, &json, &seen, &ContentType::JSON);
    let expected = r#"{"by_chrono":"2026-11-18T11:06:40.500000Z","by_jiff":"1969-12-31T23:59:59.000000Z","by_time":"1970-01-01T00:00:00.000000Z","by_nobody":"2026-11-23T12:00:00+01:00"}"#;
    assert_eq!(json.to_vec(&seen).unwrap(), expected.as_bytes());
    let naive = chrono::NaiveDateTime::default();
    check_error(&DatetimeJson::<chrono::NaiveDateTime>::default(), &naive);
    let error = DatetimeJson::default()
        .to_vec(&BTreeMap::from([("at", vec![naive])]))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Encode);
    assert!(error.to_string().contains("[0]"), "{error}");
}

#[test]
fn protobuf_conforms() {
    let protobuf = Protobuf::<proto::Order>::new();
    check(
        &protobuf,
        &protobuf,
        &proto::Order::from(sample()),
        &ContentType::PROTOBUF,
    );
}

#[test]
fn frames_conform() {
    let framed = Framed::with_id(
        SerdeAvro::<Order>::new(SCHEMA_V1).unwrap(),
        SchemaId::new(9),
    );
    let body = framed.codec().to_vec(&sample()).unwrap();
    let payload = framed.to_vec(&sample()).unwrap();
    assert_eq!(payload, [&[0, 0, 0, 0, 9][..], &body].concat());
    let protobuf = Framed::with_id(Protobuf::<proto::Item>::new(), SchemaId::new(9));
    let payload = protobuf.to_vec(&proto::Item::default()).unwrap();
    assert_eq!(payload, [0, 0, 0, 0, 9, 2, 2]);
}

#[test]
fn closures_conform() {
    let upper = from_fn(
        ContentType::new("text/x-upper"),
        |value: &str, out: &mut Vec<u8>| {
            out.extend(value.bytes().map(|byte| byte.to_ascii_uppercase()));
            match value {
                "fail" => Err(wireform::Error::new(ErrorKind::Encode, "asked to fail")),
                _ => Ok(()),
            }
        },
    );
    check(&upper, &Utf8, "A", &ContentType::new("text/x-upper"));
    check_error::<str>(&upper, "fail");
}

#[test]
fn pointers_and_trait_objects_are_codecs_too() {
    let boxed: Box<dyn Serializer<str>> = Box::new(Utf8);
    let shared: std::sync::Arc<dyn Serializer<str>> = std::sync::Arc::new(Utf8);
    check(&boxed, &Utf8, "x", &ContentType::TEXT);
    check(&shared, &Box::new(Utf8), "x", &ContentType::TEXT);
}

#[test]
fn declared_version_is_told() {
    assert_eq!(
        Format::version(&Json::<Order>::new().version("1.0")),
        Some("1.0")
    );
    assert_eq!(Format::version(&Json::<Order>::new()), None);
}

#[test]
fn oversize_payload_is_refused_before_it_is_read() {
    let limits = wireform::Limits::default().payload(10);
    let json = Json::<Order>::new().limits(limits);
    let error = wireform::Deserializer::<Order>::deserialize(&json, &[b' '; 11]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    let reader = Reader::<Order>::offline()
        .with(Json::<Order>::new())
        .limits(limits)
        .build();
    let headers = [("content-type", "application/json")];
    let error = reader.decode(&headers, Some(&[b' '; 11])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
}

#[test]
fn errors_show_no_payload() {
    let json = Json::<Order>::new();
    let secret = br#"{"order_id": {"card": "4111-1111"}}"#;
    let error = wireform::Deserializer::<Order>::deserialize(&json, secret).unwrap_err();
    let chain = format!("{error} {error:?} {:?}", std::error::Error::source(&error));
    assert!(!chain.contains("4111"), "{chain}");
    let schema = r#"{"additionalProperties": {"type": "string"}}"#;
    let codec = JsonSchema::<Order>::new(schema).unwrap();
    let codec = codec.on_read(Validation::Enforce);
    let error = wireform::Deserializer::<Order>::deserialize(&codec, secret).unwrap_err();
    let chain = format!("{error} {error:?} {:?}", std::error::Error::source(&error));
    assert!(!chain.contains("4111"), "{chain}");
    let avro = SerdeAvro::<i32>::new("\"string\"").unwrap();
    let error = wireform::Deserializer::<i32>::deserialize(&avro, b"\x124111-1111").unwrap_err();
    let chain = format!("{error} {error:?} {:?}", std::error::Error::source(&error));
    assert!(!chain.contains("4111"), "{chain}");
}
