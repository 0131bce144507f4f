use std::collections::BTreeMap;

use base64::Engine;
use prost::Message;
use wireform_registry::{NamedText, SchemaId};

use super::descriptor::MessageNames;
use super::fixtures::imports::shop::sales::v1::Sale;
use super::fixtures::orders::shop::orders::v1::{Item, Order, Status};
use super::record::ProtoFile;
use super::*;
use crate::{Framed, NoHeaders, Reader, SerializerExt};

const ORDER_TEXT: &str = "syntax = \"proto3\";
package shop.orders.v1;
message Order {
  string order_id = 1; string customer = 2; repeated Item items = 3; double total = 4;
  Status status = 5; int64 created_at = 6; optional string note = 7; map<string, string> tags = 8;
}
message Item { string sku = 1; int32 quantity = 2; double price = 3; }
enum Status { STATUS_UNSPECIFIED = 0; STATUS_PENDING = 1; STATUS_PAID = 2; STATUS_SHIPPED = 3; }
";

fn order() -> Order {
    Order {
        order_id: "ORD-001".to_owned(),
        customer: "Ada".to_owned(),
        items: vec![Item {
            sku: "A1".to_owned(),
            quantity: -2,
            price: 9.5,
        }],
        total: 19.0,
        status: Status::Paid.into(),
        created_at: 1_700_000_000_000,
        note: Some(String::new()),
        tags: BTreeMap::from([
            ("b".to_owned(), "2".to_owned()),
            ("a".to_owned(), "1".to_owned()),
        ]),
    }
}

fn text(text: impl Into<Arc<str>>) -> ResolvedSchema {
    ResolvedSchema::new(SchemaKind::Protobuf, text)
}

fn base64(bytes: &[u8]) -> ResolvedSchema {
    text(base64::engine::general_purpose::STANDARD.encode(bytes))
}

#[derive(Clone, PartialEq, prost::Message)]
struct Node {
    #[prost(message, optional, boxed, tag = "1")]
    next: Option<Box<Node>>,
}
impl ProtobufRecord for Node {
    const FULL_NAME: &'static str = "Node";
    const MESSAGE_INDEX: &'static [u32] = &[0];
    fn file() -> &'static ProtoFile {
        // message Node { Node next = 1; }
        static FILE: ProtoFile = ProtoFile::new(
            "node.proto",
            Some("message Node { optional Node next = 1; }"),
            &[],
            b"\n\nnode.proto\"\x1b\n\x04Node\x12\x13\n\x04next\x18\x01 \x01(\x0b2\x05.Node",
        );
        &FILE
    }
}
/// Reads `payload` as an order that was written with `writer`.
fn read(writer: &ResolvedSchema, payload: &[u8]) -> Result<Order> {
    let reader = Reader::offline().with(Protobuf::<Order>::new()).build();
    reader.add(SchemaId::new(5), writer)?;
    let decoded = reader.decode(&NoHeaders, Some(payload))?;
    Ok(decoded.expect("no tombstone").value)
}

/// Writes the order after `index`, and reads it back with `writer`.
#[track_caller]
fn check_read(writer: &ResolvedSchema, index: &[u8], expected: Result<(), (ErrorKind, &str)>) {
    let payload = [&[0, 0, 0, 0, 5], index, &order().encode_to_vec()].concat();
    match (read(writer, &payload), expected) {
        (Ok(value), Ok(())) => assert_eq!(value, order()),
        (Err(error), Err((kind, message))) => {
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().contains(message), "{error}");
        }
        (found, expected) => panic!("{found:?}, expected {expected:?}"),
    }
}

/// Checks whether orders may be written under `schema`; the error must contain `expected`.
#[track_caller]
fn check_writes(schema: &ResolvedSchema, expected: Option<&str>) {
    let found = Protobuf::<Order>::new().check_writes(schema);
    let found = found.map_err(|error| format!("{:?} {error}", error.kind()));
    match (found, expected) {
        (Ok(()), None) => {}
        (Err(found), Some(expected)) => assert!(found.contains(expected), "{found}"),
        (found, expected) => panic!("{found:?}, expected {expected:?}"),
    }
}

#[test]
fn payload_is_the_message_alone() {
    let codec = Protobuf::new();
    let mut out = b"kept".to_vec();
    codec.serialize(&order(), &mut out).unwrap();
    assert_eq!(out, [b"kept", &*order().encode_to_vec()].concat());
    assert_eq!(codec.deserialize(&out[4..]).unwrap(), order());
}

/// The bytes are those that Python's protobuf 7.36 writes for the same order,
/// `SerializeToString(deterministic=True)`, from the descriptor that is embedded in the fixture.
#[test]
fn bytes_are_those_of_python() {
    let expected = "0a074f52442d30303112034164611a180a02413110feffffffffffffffff0119000000\
        000000234021000000000000334028023080d095ffbc313a0042060a01611201314206\
        0a0162120132";
    let bytes = Protobuf::new().to_vec(&order()).unwrap();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, expected);
}

#[test]
fn format_tells_content_and_declared_version() {
    let codec = Protobuf::<Order>::new().version("1.0");
    assert_eq!(codec.content_type(), ContentType::PROTOBUF);
    assert_eq!(Format::version(&codec), Some("1.0"));
    assert_eq!(codec.schema(), None);
}

#[test]
fn frame_has_the_message_index() {
    let framed = Framed::with_id(Protobuf::<Order>::new(), SchemaId::new(5));
    assert_eq!(
        framed.to_vec(&Order::default()).unwrap(),
        [0, 0, 0, 0, 5, 0]
    );
    let framed = Framed::with_id(Protobuf::<Item>::new(), SchemaId::new(5));
    assert_eq!(
        framed.to_vec(&Item::default()).unwrap(),
        [0, 0, 0, 0, 5, 2, 2]
    );
}

#[test]
fn source_has_imports_but_not_what_is_built_in() {
    let codec = Protobuf::<Sale>::new();
    let names: Vec<&str> = codec.source().imports.iter().map(|i| &*i.name).collect();
    assert_eq!(
        names,
        ["shop/common/v1/customer.proto", "shop/money/v1/money.proto"]
    );
    assert!(
        codec
            .source()
            .text
            .contains("google/protobuf/timestamp.proto")
    );
}

#[test]
fn cut_and_flipped_bytes_are_values_or_errors() {
    let codec = Protobuf::<Order>::new();
    let bytes = order().encode_to_vec();
    for position in 0..bytes.len() {
        let _ = codec.deserialize(&bytes[..position]);
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[position] ^= 1 << bit;
            let _ = codec.deserialize(&flipped);
        }
    }
    let error = codec.deserialize(&bytes[..bytes.len() - 1]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(
        error.to_string().contains("shop.orders.v1.Order"),
        "{error}"
    );
    assert!(!error.to_string().contains("ORD-001"), "{error}");
}

#[test]
fn long_payload_is_refused() {
    let codec = Protobuf::<Order>::new().limits(Limits::default().payload(8));
    let error = codec.deserialize(&order().encode_to_vec()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
}

#[test]
fn index_in_the_writers_text_is_honoured() {
    let item = Err((
        ErrorKind::WrongType,
        "\"shop.orders.v1.Item\", expected \"shop.orders.v1.Order\"",
    ));
    check_read(&text(ORDER_TEXT), &[0], Ok(()));
    check_read(&text(ORDER_TEXT), &[2, 0], Ok(()));
    check_read(&text(ORDER_TEXT), &[2, 2], item);
    check_read(
        &text(ORDER_TEXT),
        &[2, 4],
        Err((ErrorKind::Framing, "no message [2]")),
    );
    check_read(
        &text(ORDER_TEXT),
        &[4, 0, 0],
        Err((ErrorKind::Framing, "no message [0, 0]")),
    );

    let moved = ORDER_TEXT.replace("message Order", "message Before {} message Order");
    let before = Err((ErrorKind::WrongType, "shop.orders.v1.Before"));
    check_read(&text(&*moved), &[2, 2], Ok(()));
    check_read(&text(moved), &[0], before);
}

#[test]
fn writer_without_the_message_is_a_wrong_type() {
    let other = ORDER_TEXT.replace("shop.orders.v1", "shop.orders.v2");
    let expected = Err((ErrorKind::WrongType, "shop.orders.v2.Order"));
    check_read(&text(other), &[0], expected);
}

#[test]
fn writer_may_be_a_base64_descriptor() {
    let descriptor = Order::file().descriptor();
    check_read(&base64(descriptor), &[0], Ok(()));
    let item = Err((ErrorKind::WrongType, "shop.orders.v1.Item"));
    check_read(&base64(descriptor), &[2, 2], item);
    check_read(
        &base64(&descriptor[..40]),
        &[0],
        Err((ErrorKind::InvalidSchema, "FileDescriptorProto")),
    );
}

/// Java's serializer spells entry types out, Python's registers a descriptor: both count them. A
/// `map` field is not a message in the text.
#[test]
fn entry_types_count_where_they_are_written() {
    let map = "message A { map<string, string> m = 1; message B {} }";
    let spelled_out = "message A { repeated MEntry m = 1; message B {} message MEntry {
        option map_entry = true; optional string key = 1; optional string value = 2; } }";
    let first = "message A { message MEntry { option map_entry = true; } message B {} }";
    let compiled = protox_parse::parse("a.proto", map).unwrap().encode_to_vec();
    for (schema, path, expected) in [
        (text(map), [0, 0], "A.B"),
        (text(spelled_out), [0, 0], "A.B"),
        (text(spelled_out), [0, 1], "A.MEntry"),
        (text(first), [0, 1], "A.B"),
        (base64(&compiled), [0, 0], "A.MEntry"),
        (base64(&compiled), [0, 1], "A.B"),
    ] {
        let names = MessageNames::new(&descriptor::parse("schema", &schema.text).unwrap());
        assert_eq!(names.at(&MessageIndex::new(&path).unwrap()), Some(expected));
    }
}

#[test]
fn groups_do_not_count() {
    let schema = "message A { optional group G = 1 {} message B {} }";
    let names = MessageNames::new(&descriptor::parse("schema", schema).unwrap());
    assert_eq!(names.find("A.B"), MessageIndex::new(&[0, 0]).ok());
    assert_eq!(names.find("A.G"), None);
}

#[test]
fn hostile_texts_are_errors() {
    let invalid = |message| Err((ErrorKind::InvalidSchema, message));
    let limit = |message| Err((ErrorKind::LimitExceeded, message));
    check_read(&text("message Order {"), &[0], invalid("end of file"));
    check_read(&text("{\"type\": \"record\"}"), &[0], invalid("schema:1:1"));
    check_read(&text(" ".repeat(2 << 20)), &[0], limit("2097152 bytes"));
    let nested = "message A {".repeat(80_000);
    check_read(&text(nested), &[0], limit("deeper than 64"));
    let option = format!(
        "option (a) = {} b {};",
        "{ a: ".repeat(50_000),
        "}".repeat(50_000)
    );
    check_read(&text(option), &[0], limit("deeper than 64"));
}

#[test]
fn damaged_texts_never_panic() {
    let bytes = ORDER_TEXT.as_bytes();
    for position in 0..bytes.len() {
        for replacement in *b"{}\"'/*\\\0\n;<" {
            let mut damaged = bytes.to_vec();
            damaged[position] = replacement;
            let _ = descriptor::parse("schema", &String::from_utf8(damaged).unwrap());
        }
        let _ = descriptor::parse("schema", &ORDER_TEXT[..position]);
    }
}

#[test]
fn unframed_content_is_read() {
    let reader = Reader::offline().with(Protobuf::<Order>::new()).build();
    let headers = [("content-type", "application/x-protobuf")];
    let body = order().encode_to_vec();
    let decoded = reader.decode(&headers, Some(&body)).unwrap();
    assert_eq!(decoded.expect("no tombstone").value, order());
}

#[test]
fn own_schema_may_be_written() {
    check_writes(&text(ORDER_TEXT), None);
    check_writes(&base64(Order::file().descriptor()), None);
}

#[test]
fn schema_may_have_more_and_other_names() {
    for (from, to) in [
        ("double total", "string extra = 9; double total"),
        ("string customer", "string client"),
        ("enum Status {", "message New {} enum Status {"),
        ("optional string note", "string note"),
        ("Status status", ".shop.orders.v1.Status status"),
        ("repeated Item", "repeated orders.v1.Item"),
    ] {
        check_writes(&text(ORDER_TEXT.replace(from, to)), None);
    }
}

#[test]
fn differences_in_the_bytes_are_named_with_their_path() {
    for (from, to, expected) in [
        (
            "int64 created_at = 6;",
            "",
            "\"created_at\": the schema has no field number 6",
        ),
        (
            "double total",
            "float total",
            "\"total\": TYPE_FLOAT in the schema, TYPE_DOUBLE here",
        ),
        (
            "int32 quantity",
            "sint32 quantity",
            "\"items.quantity\": TYPE_SINT32",
        ),
        (
            "repeated Item",
            "Item",
            "\"items\": repeated on one side only",
        ),
        ("Status status", "int32 status", "\"status\": TYPE_INT32"),
        (
            "map<string, string>",
            "map<string, bytes>",
            "\"tags.value\": TYPE_BYTES",
        ),
        (
            "package shop.orders.v1;",
            "",
            "message [0] is \"Order\", expected \"shop.orders.v1.Order\"",
        ),
        (
            "message Order",
            "message New {} message Order",
            "message [0] is \"shop.orders.v1.New\"",
        ),
        (
            "string order_id = 1; string customer = 2;",
            "oneof who { string order_id = 1; string customer = 2; }",
            "\"customer\": in one oneof",
        ),
    ] {
        let schema = text(ORDER_TEXT.replace(from, to));
        check_writes(&schema, Some(expected));
        check_writes(&schema, Some("Incompatible"));
    }
}

#[test]
fn field_required_by_the_schema_is_missed() {
    let schema = "syntax = \"proto2\"; package shop.orders.v1; message Order {} message Item {
        optional string sku = 1; optional int32 quantity = 2; optional double price = 3;
        required int32 weight = 4; }";
    let found = Protobuf::<Item>::new()
        .check_writes(&text(schema))
        .unwrap_err();
    assert_eq!(found.kind(), ErrorKind::Incompatible);
    assert!(
        found.to_string().contains("\"weight\": required"),
        "{found}"
    );
}

#[test]
fn undefined_types_and_other_kinds_are_refused() {
    let schema = text(ORDER_TEXT.replace("repeated Item", "repeated Missing"));
    check_writes(
        &schema,
        Some("InvalidSchema field \"items\": type \"Missing\" is not defined"),
    );
    let avro = ResolvedSchema::new(SchemaKind::Avro, "\"string\"");
    check_writes(&avro, Some("Incompatible the schema is of type AVRO"));
}

#[test]
fn types_of_references_are_found() {
    let moved = ORDER_TEXT.split("message Item").next().unwrap();
    let rest = format!(
        "syntax = \"proto3\"; package shop.orders.v1; message Item{}",
        ORDER_TEXT.split("message Item").nth(1).unwrap()
    );
    let mut schema = text(moved);
    schema.references.push(NamedText {
        name: "item.proto".to_owned(),
        text: rest.into(),
    });
    check_writes(&schema, None);
    let sale = Protobuf::<Sale>::new();
    let mut schema = text(&*sale.source().text);
    for import in &sale.source().imports {
        schema.references.push(NamedText {
            name: import.name.clone(),
            text: import.source.text.clone(),
        });
    }
    sale.check_writes(&schema).unwrap();
}

#[test]
fn deeply_nested_payload_is_an_error() {
    let mut payload = Vec::new();
    for _ in 0..5_000 {
        let mut outer = vec![0x0a];
        prost::encoding::encode_varint(payload.len() as u64, &mut outer);
        outer.append(&mut payload);
        payload = outer;
    }
    let error = Protobuf::<Node>::new().deserialize(&payload).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("recursion limit"), "{error}");
}

#[test]
fn long_chain_of_messages_is_compared_without_recursion() {
    let mut chain = String::from("message Node { optional N0 next = 1; }");
    for n in 0..5_000 {
        chain.push_str(&format!("message N{n} {{ optional N{} next = 1; }}", n + 1));
    }
    let closed = format!("{chain} message N5000 {{ optional N5000 next = 1; }}");
    Protobuf::<Node>::new().check_writes(&text(closed)).unwrap();
    let broken = format!("{chain} message N5000 {{ optional string next = 1; }}");
    let error = Protobuf::<Node>::new()
        .check_writes(&text(broken))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible);
}
