#![cfg(all(feature = "avro", feature = "derive"))]

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use wireform_registry::{SchemaKey, SchemaKind};

use super::*;
use crate::avro::Avro;
use crate::header::NoHeaders;
use crate::reader::{Reader, ReaderBuilder};
use crate::serializer::SerializerExt;

#[derive(Debug, PartialEq, Avro)]
struct Ping {
    n: i64,
    text: String,
}

/// The schema of one id; counts how often it is asked.
#[derive(Clone, Debug)]
struct One {
    id: SchemaKey,
    schema: ResolvedSchema,
    asked: Arc<AtomicUsize>,
}

impl One {
    fn new(id: SchemaKey, kind: SchemaKind, text: &str) -> Self {
        Self {
            id,
            schema: ResolvedSchema::new(kind, text),
            asked: Arc::default(),
        }
    }
}

impl ForeignSchemas for One {
    fn schema<'a>(&'a self, id: SchemaKey) -> BoxFuture<'a, Result<ResolvedSchema>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let found = (id == self.id).then(|| self.schema.clone());
        let error = move || Error::new(ErrorKind::Config, format!("no {id}"));
        Box::pin(async move { found.ok_or_else(error) })
    }
}

fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("somebody waits"),
    }
}

fn ping() -> Ping {
    Ping {
        n: -7,
        text: "ping".repeat(20),
    }
}

fn pings() -> ReaderBuilder<Ping> {
    Reader::offline().with(Avro::<Ping>::new())
}

fn one(id: SchemaKey) -> One {
    One::new(
        id,
        SchemaKind::Avro,
        Avro::<Ping>::new().avro_schema().text(),
    )
}

#[track_caller]
fn check(id: SchemaKey, headers: &[(&str, &[u8])], payload: &[u8]) {
    let schemas = one(id);
    let reader = pings().foreign(schemas.clone()).build();
    let error = reader.decode(headers, Some(payload)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownSchema(id));
    for _ in 0..3 {
        let read = now(reader.decode_or_fetch(headers, Some(payload))).unwrap();
        assert_eq!(read.unwrap().value, ping());
    }
    assert_eq!(schemas.asked.load(Ordering::Relaxed), 1);

    let nobody = pings().build();
    let error = now(nobody.decode_or_fetch(headers, Some(payload))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownSchema(id));
    assert!(error.to_string().contains(&id.to_string()), "{error}");
    assert!(
        error.to_string().contains("ReaderBuilder::foreign"),
        "{error}"
    );
    nobody.add(id, &schemas.schema).unwrap();
    let read = nobody.decode(headers, Some(payload)).unwrap();
    assert_eq!(read.unwrap().value, ping());
}

fn datum() -> Vec<u8> {
    Avro::<Ping>::new().to_vec(&ping()).unwrap()
}

const GLUE: [u8; 16] = *b"\x12\x34\x56\x78\x12\x34\x45\x67\x89\xab\x12\x34\x56\x78\x9a\xbc";

fn glue(compression: u8, body: &[u8]) -> Vec<u8> {
    [&[3, compression], &GLUE[..], body].concat()
}

#[test]
fn ids_of_eight_bytes_are_apicurios() {
    let payload = [&[0, 0, 0, 0, 0, 0, 0, 1, 2], &datum()[..]].concat();
    check(SchemaKey::ApicurioContent(258), &[], &payload);
}

#[test]
fn ids_in_headers_are_apicurios() {
    let id = 0x0102_0304_0506_0708_u64.to_be_bytes();
    let headers: [(&str, &[u8]); 2] = [
        ("apicurio.value.encoding", b"BINARY"),
        ("apicurio.value.globalId", &id),
    ];
    let id_of = SchemaKey::ApicurioGlobal;
    check(id_of(0x0102_0304_0506_0708), &headers, &datum());
    let headers: [(&str, &[u8]); 1] = [("apicurio.value.contentId", &id)];
    check(
        SchemaKey::ApicurioContent(0x0102_0304_0506_0708),
        &headers,
        &datum(),
    );
}

#[test]
fn glues_frame_is_read() {
    check(
        SchemaKey::Glue(Uuid::from_bytes(GLUE)),
        &[],
        &glue(0, &datum()),
    );
}

#[cfg(feature = "glue")]
#[test]
fn glues_compressed_frame_is_read() {
    use miniz_oxide::deflate::compress_to_vec_zlib;
    let id = SchemaKey::Glue(Uuid::from_bytes(GLUE));
    let payload = glue(5, &compress_to_vec_zlib(&datum(), 6));
    assert!(payload.len() < datum().len());
    check(id, &[], &payload);

    let reader = pings()
        .foreign(one(id))
        .limits(Limits::default().payload(1_000))
        .build();
    now(reader.fetch(id)).unwrap();
    let kind = |payload: &[u8]| reader.decode(&NoHeaders, Some(payload)).unwrap_err().kind();
    let bomb = glue(5, &compress_to_vec_zlib(&vec![0; 1 << 20], 9));
    assert!(bomb.len() > 1_000 || kind(&bomb) == ErrorKind::LimitExceeded);
    let small = glue(5, &compress_to_vec_zlib(&[0; 5_000], 9));
    assert_eq!(kind(&small), ErrorKind::LimitExceeded);
    for cut in 18..payload.len() {
        assert_eq!(kind(&payload[..cut]), ErrorKind::Decode, "{cut}");
    }
}

#[cfg(not(feature = "glue"))]
#[test]
fn a_compressed_body_says_what_reads_it() {
    let id = SchemaKey::Glue(Uuid::from_bytes(GLUE));
    let reader = pings().build();
    reader.add(id, &one(id).schema).unwrap();
    let error = reader.decode(&NoHeaders, Some(&glue(5, b"x"))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnsupportedContent);
    assert!(error.to_string().contains("`glue`"), "{error}");
}

#[test]
fn what_is_malformed_is_an_error() {
    let kind = |headers: &[(&str, &[u8])], payload: &[u8]| {
        let reader = pings().build();
        reader.decode(headers, Some(payload)).unwrap_err().kind()
    };
    let short: [(&str, &[u8]); 1] = [("apicurio.value.globalId", b"\0\0\0\x07")];
    assert_eq!(kind(&short, b"x"), ErrorKind::Framing);
    let json: [(&str, &[u8]); 2] = [
        ("apicurio.value.globalId", &[0; 8]),
        ("apicurio.value.encoding", b"JSON"),
    ];
    assert_eq!(kind(&json, b"{}"), ErrorKind::UnsupportedContent);
    for cut in 0..18 {
        let found = kind(&[], &glue(0, b"")[..cut]);
        assert_eq!(found, ErrorKind::Framing, "{cut}");
    }
    // An unknown id, followed by too few bytes for one of eight bytes.
    let unknown = kind(&[], &[0, 0, 0, 0, 0, 1, 2, 3]);
    assert!(
        matches!(unknown, ErrorKind::UnknownSchema(_)),
        "{unknown:?}"
    );
}

#[test]
fn a_known_schema_zero_is_no_id_of_eight_bytes() {
    let reader = pings().build();
    let id = wireform_registry::SchemaId::new(0);
    let schema = one(SchemaKey::ApicurioContent(0)).schema;
    reader.add(id, &schema).unwrap();
    let payload = [&[0; 5], &datum()[..]].concat();
    let read = reader.decode(&NoHeaders, Some(&payload)).unwrap();
    assert_eq!(read.unwrap().value, ping());
}

#[test]
fn unframed_data_may_start_like_a_frame() {
    let text = "\u{3}".repeat(3);
    let codec = Avro::<Ping>::new();
    let strange = Ping { n: -2, text };
    let datum = codec.to_vec(&strange).unwrap();
    assert_eq!(datum[0], 3);
    let long = [&[3, 0], &[0; 17][..]].concat();
    let headers = [("content-type", "application/avro")];
    let reader = pings().build();
    assert_eq!(
        reader
            .decode(&headers, Some(&datum))
            .unwrap()
            .unwrap()
            .value,
        strange
    );
    assert_eq!(
        reader.decode(&headers, Some(&long)).unwrap_err().kind(),
        ErrorKind::Decode
    );
    assert!(matches!(
        reader.decode(&NoHeaders, Some(&long)).unwrap_err().kind(),
        ErrorKind::UnknownSchema(SchemaKey::Glue(_))
    ));
}

#[cfg(feature = "protobuf")]
mod protobuf {
    use super::*;
    use crate::protobuf::fixtures::orders::shop::orders::v1::Item;
    use crate::protobuf::{Protobuf, ProtobufRecord};

    fn item() -> Item {
        Item {
            sku: "A-1".to_owned(),
            quantity: 3,
            price: 0.5,
        }
    }

    fn read(id: SchemaKey, prefix: &[u8]) -> Result<Item> {
        let text = Item::file().text().unwrap();
        let reader = Reader::offline().with(Protobuf::<Item>::new()).build();
        reader.add(id, &ResolvedSchema::new(SchemaKind::Protobuf, text))?;
        let body = Protobuf::<Item>::new().to_vec(&item())?;
        let payload = match id {
            SchemaKey::Glue(_) => glue(0, &[prefix, &body].concat()),
            _ => [&[0, 0, 0, 0, 0, 0, 0, 0, 9], prefix, &body].concat(),
        };
        Ok(reader.decode(&NoHeaders, Some(&payload))?.unwrap().value)
    }

    #[test]
    fn apicurio_names_the_message() {
        let id = SchemaKey::ApicurioContent(9);
        assert_eq!(read(id, b"\x06\x0a\x04Item").unwrap(), item());
        let error = read(id, b"\x07\x0a\x05Order").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WrongType);
        // Without a name it is the first message: an `Order`.
        assert_eq!(read(id, b"").unwrap_err().kind(), ErrorKind::WrongType);
    }

    #[test]
    fn glue_numbers_the_messages_by_name() {
        let id = SchemaKey::Glue(Uuid::from_bytes(GLUE));
        // Item, Order, Order.TagsEntry
        assert_eq!(read(id, &[0]).unwrap(), item());
        assert_eq!(read(id, &[1]).unwrap_err().kind(), ErrorKind::WrongType);
        for number in [&[2][..], &[3], &[0x80], &[0xff, 0xff, 0xff, 0xff, 0xff]] {
            assert_eq!(
                read(id, number).unwrap_err().kind(),
                ErrorKind::Framing,
                "{number:?}"
            );
        }
    }

    #[test]
    fn apicurio_names_the_message_behind_four_bytes_too() {
        let reader = Reader::offline().with(Protobuf::<Item>::new()).build();
        let text = Item::file().text().unwrap();
        let writer = ResolvedSchema::new(SchemaKind::Protobuf, text);
        reader
            .add(wireform_registry::SchemaId::new(9), &writer)
            .unwrap();
        let body = Protobuf::<Item>::new().to_vec(&item()).unwrap();
        let read = |prefix: &[u8]| {
            let payload = [&[0, 0, 0, 0, 9], prefix, &body].concat();
            Ok(reader.decode(&NoHeaders, Some(&payload))?.unwrap().value)
        };
        assert_eq!(read(b"\x06\x0a\x04Item").unwrap(), item());
        assert_eq!(read(&[2, 2]).unwrap(), item());
        let kind = |prefix: &[u8]| {
            let error: Error = read(prefix).unwrap_err();
            error.kind()
        };
        assert_eq!(kind(b"\x07\x0a\x05Order"), ErrorKind::WrongType);
        for malformed in [
            &b"\x06\x0a\x04Itex"[..],
            b"\x06\x0a\x03Item",
            b"\x06\x12\x04Item",
        ] {
            assert_eq!(kind(malformed), ErrorKind::Framing, "{malformed:?}");
        }
    }

    #[test]
    fn a_header_names_the_message_where_the_body_does_not() {
        let reader = Reader::offline().with(Protobuf::<Item>::new()).build();
        let text = Item::file().text().unwrap();
        let id = SchemaKey::ApicurioContent(9);
        let writer = ResolvedSchema::new(SchemaKind::Protobuf, text);
        reader.add(id, &writer).unwrap();
        let body = Protobuf::<Item>::new().to_vec(&item()).unwrap();
        let read = |name: &[u8], payload: &[u8]| {
            let headers = [
                ("apicurio.value.contentId", &9_u64.to_be_bytes()[..]),
                ("apicurio.protobuf.type", name),
            ];
            let read = reader.decode(&headers, Some(payload));
            read.map(|read| read.unwrap().value)
        };
        assert_eq!(read(b"Item", &body).unwrap(), item());
        let named = [b"\x06\x0a\x04Item", &body[..]].concat();
        assert_eq!(read(b"Item", &named).unwrap(), item());
        for first in [&b"Order"[..], b"Nobody", b"\xff"] {
            let error = read(first, &body).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::WrongType, "{first:?}");
        }
        // That of the key is not that of the value.
        let headers = [
            ("apicurio.value.contentId", &9_u64.to_be_bytes()[..]),
            ("apicurio.protobuf.type.key", b"Item"),
        ];
        let error = reader.decode(&headers, Some(&body)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WrongType);
    }

    #[cfg(feature = "protobuf-reflect")]
    #[test]
    fn an_index_that_the_schema_has_is_no_name() {
        use crate::protobuf::AnyProtobuf;
        use crate::protobuf::prost_reflect::ReflectMessage;
        // The name "Ab" in front of a body, or the index [5, 1].
        let payload = b"\0\0\0\0\x09\x04\x0a\x02Ab\0\0\0\0\0\0\0";
        let read = |nested: &str, payload: &[u8]| {
            let text = format!(
                "syntax = \"proto3\"; message Ab {{}} message B {{}} message C {{}} \
                 message D {{}} message E {{}} message F {{ message G {{}} {nested} }}"
            );
            let reader = Reader::offline().with(AnyProtobuf::new()).build();
            let writer = ResolvedSchema::new(SchemaKind::Protobuf, text);
            reader
                .add(wireform_registry::SchemaId::new(9), &writer)
                .unwrap();
            let read = reader.decode(&NoHeaders, Some(payload)).unwrap();
            read.unwrap().value.descriptor().full_name().to_owned()
        };
        assert_eq!(read("message H {}", payload), "F.H");
        assert_eq!(read("", &payload[..10]), "Ab");
    }
}
