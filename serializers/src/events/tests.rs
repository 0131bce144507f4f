use std::pin::pin;
use std::task::{Context, Poll, Waker};

use wireform_registry::{
    InMemoryRegistry, RecordName, Registry, RegistryAdmin, Role, SchemaDef, SchemaId, SchemaKind,
    Subject, SubjectNaming, TopicName, TopicRecordName, VersionRef,
};

use super::*;
use crate::avro::{Avro, AvroRules};
use crate::format::SchemaRef;
use crate::header::NoHeaders;
use crate::reader::Reader;
use crate::serializer::{Serializer, SerializerExt};

#[derive(Clone, Debug, PartialEq, Avro)]
#[avro(namespace = "shop")]
struct Item {
    sku: String,
}

#[derive(Clone, Debug, PartialEq, Avro)]
#[avro(namespace = "shop")]
struct Placed {
    items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Avro)]
#[avro(namespace = "shop")]
struct Returned {
    item: Item,
    reason: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Events)]
#[events(codec = Avro)]
enum Event {
    Placed(Placed),
    Returned(Returned),
}

/// A later program: another order, another name, and no returns.
#[derive(Clone, Debug, PartialEq, Events)]
#[events(codec = Avro)]
enum Later {
    #[events(other)]
    Other(UnknownEvent),
    Shipped(Shipped),
    Ordered(Ordered),
}

#[derive(Clone, Debug, PartialEq, Avro)]
#[avro(namespace = "shop")]
struct Shipped {
    parcel: i64,
}

#[derive(Clone, Debug, PartialEq, Avro)]
#[avro(namespace = "shop", alias = "Placed")]
struct Ordered {
    items: Vec<Item>,
    #[avro(default = "web")]
    channel: String,
}

/// Everything here is ready at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("somebody waits"),
    }
}

fn registry() -> InMemoryRegistry {
    InMemoryRegistry::builder().rules(AvroRules).build()
}

fn events() -> [Event; 2] {
    let item = Item {
        sku: "A-1".to_owned(),
    };
    [
        Event::Placed(Placed {
            items: vec![item.clone()],
        }),
        Event::Returned(Returned {
            item,
            reason: Some("broken".to_owned()),
        }),
    ]
}

fn write(registry: &InMemoryRegistry, naming: &dyn SubjectNaming) -> Vec<Vec<u8>> {
    let codec = EventCodec::<Event>::new().unwrap();
    let framed = now(FramedEvents::register(&codec, registry, naming, "orders")).unwrap();
    let all = events().into_iter();
    all.map(|event| framed.to_vec(&event).unwrap()).collect()
}

fn read<E: Events>(registry: &InMemoryRegistry, payload: &[u8]) -> Result<E> {
    let reader = Reader::builder(registry.clone())
        .with(EventCodec::<E>::new()?)
        .build();
    let decoded = now(reader.decode_or_fetch(&NoHeaders, Some(payload)))?;
    Ok(decoded.expect("not a tombstone").value)
}

#[track_caller]
fn check(naming: &dyn SubjectNaming, subjects: &[&str]) {
    let registry = registry();
    let payloads = write(&registry, naming);
    let read: Vec<Event> = payloads
        .iter()
        .map(|payload| read(&registry, payload).unwrap())
        .collect();
    assert_eq!(read, events());
    let found = now(registry.subjects(&Default::default())).unwrap();
    let found: Vec<&str> = found.iter().map(Subject::as_str).collect();
    assert_eq!(found, subjects);
}

#[test]
fn events_round_trip_under_every_naming() {
    check(&RecordName, &["shop.Placed", "shop.Returned"]);
    check(
        &TopicRecordName,
        &["orders-shop.Placed", "orders-shop.Returned"],
    );
    check(&TopicName, &["orders-value"]);
}

#[test]
fn a_later_program_reads_by_alias_and_keeps_what_it_does_not_know() {
    for naming in [&TopicName as &dyn SubjectNaming, &TopicRecordName] {
        let registry = registry();
        let payloads = write(&registry, naming);
        let Later::Ordered(ordered) = read(&registry, &payloads[0]).unwrap() else {
            panic!("not ordered");
        };
        assert_eq!((ordered.items.len(), &*ordered.channel), (1, "web"));
        let Later::Other(unknown) = read(&registry, &payloads[1]).unwrap() else {
            panic!("known");
        };
        assert_eq!(unknown.record(), Some("shop.Returned"));
        assert_eq!(unknown.body(), &payloads[1][5..]);
        assert_eq!(unknown.writer().kind, SchemaKind::Avro);
    }
}

#[test]
fn an_unknown_event_is_an_error_with_its_name() {
    let registry = registry();
    let codec = EventCodec::<Later>::new().unwrap();
    let framed = now(FramedEvents::register(&codec, &registry, &RecordName, "t")).unwrap();
    let shipped = Later::Shipped(Shipped { parcel: 7 });
    let payload = framed.to_vec(&shipped).unwrap();
    let error = read::<Event>(&registry, &payload).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongType);
    assert_eq!(error.record(), Some("shop.Shipped"));
    let expected =
        "the record is a \"shop.Shipped\", expected one of \"shop.Placed\", \"shop.Returned\"";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn what_was_read_as_other_cannot_be_written() {
    let registry = registry();
    let payloads = write(&registry, &TopicName);
    let other: Later = read(&registry, &payloads[1]).unwrap();
    let codec = EventCodec::<Later>::new().unwrap();
    let framed = now(FramedEvents::register(&codec, &registry, &RecordName, "t")).unwrap();
    let mut out = b"before".to_vec();
    let error = framed.serialize(&other, &mut out).unwrap_err();
    assert_eq!((error.kind(), &*out), (ErrorKind::Encode, &b"before"[..]));
    assert!(framed.format(&other).schema().is_none());
}

#[test]
fn a_record_without_a_schema_is_refused() {
    let reader = Reader::<Event>::offline()
        .with(EventCodec::<Event>::new().unwrap())
        .build();
    let headers = [("content-type", "application/avro")];
    let error = reader.decode(&headers, Some(b"\x02\x02")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnsupportedContent);
}

#[test]
fn hostile_branches_are_errors() {
    let registry = registry();
    let payload = &write(&registry, &TopicName)[0];
    for branch in [
        &[][..],
        &[4],
        &[1],
        &[0xff; 3],
        &[0xff; 11],
        &[0x80, 0x80, 0x80, 0x80, 0x7e],
    ] {
        let mut hostile = payload[..5].to_vec();
        hostile.extend_from_slice(branch);
        let error = read::<Event>(&registry, &hostile).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{branch:?}: {error}");
    }
}

#[test]
fn the_newest_union_may_have_more_branches_at_its_end() {
    let registry = registry();
    write(&registry, &TopicName);
    let subject = Subject::value("orders");
    let first = now((&registry as &dyn Registry).by_version(&subject, VersionRef::Latest)).unwrap();
    let more = first.def.text.strip_suffix(']').unwrap().to_owned();
    let added = r#"{"type":"record","name":"New","namespace":"shop","fields":[]}"#;
    let add = |text: String| {
        let def = SchemaDef::new(SchemaKind::Avro, text);
        now(registry.register(&subject, &def, Default::default())).unwrap()
    };
    let registered = add(format!("{more},{added}]"));

    let codec = EventCodec::<Event>::new().unwrap();
    let newest = || {
        now(FramedEvents::latest(
            &codec, &registry, &TopicName, "orders",
        ))
    };
    let framed = newest().unwrap();
    let ids: Vec<Option<SchemaId>> = framed.schemas().map(SchemaRef::id).collect();
    assert_eq!(ids, [Some(registered.id); 2]);
    for event in events() {
        let payload = framed.to_vec(&event).unwrap();
        assert_eq!(read::<Event>(&registry, &payload).unwrap(), event);
    }

    add(format!("[{added},{}]", more.strip_prefix('[').unwrap()));
    assert_eq!(newest().unwrap_err().kind(), ErrorKind::Incompatible);
}

#[derive(Clone, Debug, PartialEq, Avro)]
#[avro(namespace = "shop")]
struct Paid {
    at: Option<crate::avro::TimestampMillis>,
}

#[derive(Clone, Debug, PartialEq, Events)]
#[events(codec = Avro)]
enum Timed {
    Paid(Paid),
    Shipped(Shipped),
}

#[test]
fn the_newest_union_with_another_unit_is_refused() {
    let codec = EventCodec::<Timed>::new().unwrap();
    for naming in [&TopicName as &dyn SubjectNaming, &RecordName] {
        let registry = registry();
        now(FramedEvents::register(&codec, &registry, naming, "t")).unwrap();
        let newest = || now(FramedEvents::latest(&codec, &registry, naming, "t"));
        newest().unwrap();
        for subject in now(registry.subjects(&Default::default())).unwrap() {
            let first = (&registry as &dyn Registry).by_version(&subject, VersionRef::Latest);
            let text = now(first).unwrap().def.text;
            if !text.contains("timestamp-millis") {
                continue;
            }
            let micros = text.replace("timestamp-millis", "timestamp-micros");
            let def = SchemaDef::new(SchemaKind::Avro, micros);
            now(registry.register(&subject, &def, Default::default())).unwrap();
        }
        let error = newest().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Incompatible, "{error}");
        assert!(error.to_string().contains("timestamp-micros"), "{error}");
    }
}

#[test]
fn two_variants_of_one_name_are_refused() {
    #[derive(Debug, Events)]
    #[events(codec = Avro)]
    #[allow(dead_code)]
    enum Twice {
        One(Item),
        Two(Item),
    }
    let error = EventCodec::<Twice>::new().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[test]
fn what_has_no_name_is_no_event() {
    #[derive(Debug, Events)]
    #[events(codec = Avro)]
    #[allow(dead_code)]
    enum Unnamed {
        Number(i64),
    }
    let error = EventCodec::<Unnamed>::new().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("needs a name"), "{error}");
}

#[test]
fn keys_have_no_events() {
    // The subjects are those of values, whatever the naming receives.
    let naming = |topic: &str, role: Role, record: Option<&str>| {
        Subject::new(format!("{topic}/{}/{role}", record.unwrap_or_default()))
    };
    check(
        &naming,
        &["orders/shop.Placed/value", "orders/shop.Returned/value"],
    );
}

#[cfg(feature = "protobuf")]
#[cfg(feature = "schemars")]
mod formats;
