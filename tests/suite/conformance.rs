//! Every codec keeps the same promises.

use std::collections::BTreeMap;

use wireform::avro::SerdeAvro;
use wireform::{
    Bytes, ContentType, Double, ErrorKind, Float, Format, Framed, Integer, Json, Long, Reader,
    SchemaId, Serializer, Short, Utf8, Uuid, UuidText, from_fn,
};
use wireform_tests::conformance::{check, check_error};
use wireform_tests::order::{Order, SCHEMA_V1, sample};

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
fn avro_conforms() {
    let avro = SerdeAvro::<Order>::new(SCHEMA_V1).unwrap();
    check(&avro, &avro, &sample(), &ContentType::AVRO);
    let wrong = SerdeAvro::<Order>::new("\"string\"").unwrap();
    check_error(&wrong, &sample());
    check_error(&Framed::with_id(wrong, SchemaId::new(1)), &sample());
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
    let avro = SerdeAvro::<i32>::new("\"string\"").unwrap();
    let error = wireform::Deserializer::<i32>::deserialize(&avro, b"\x124111-1111").unwrap_err();
    let chain = format!("{error} {error:?} {:?}", std::error::Error::source(&error));
    assert!(!chain.contains("4111"), "{chain}");
}
