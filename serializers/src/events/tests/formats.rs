use super::*;
use crate::ContentType;
use crate::json_schema::{JsonSchema, JsonSchemaRules, Validation};
use crate::protobuf::fixtures::orders::shop::orders::v1::{Item as ItemMessage, Order};
use crate::protobuf::{Protobuf, ProtobufRules};

/// Two messages of one file, an Avro record, and a JSON Schema.
#[derive(Clone, Debug, PartialEq, Events)]
#[events(codec = Protobuf)]
enum Mixed {
    Order(Order),
    Item(ItemMessage),
    #[events(codec = Avro)]
    Shipped(Shipped),
    #[events(with = JsonSchema::derived)]
    Paid(Paid),
}

#[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
struct Paid {
    kind: PaidKind,
    amount: u32,
}

#[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
enum PaidKind {
    Paid,
}

#[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
struct Refunded {
    amount: u32,
    why: Option<String>,
}

fn all_rules() -> InMemoryRegistry {
    InMemoryRegistry::builder()
        .rules(AvroRules)
        .rules(ProtobufRules)
        .rules(JsonSchemaRules)
        .build()
}

fn strict<T: schemars::JsonSchema>() -> Result<JsonSchema<T>> {
    Ok(JsonSchema::derived()?.on_read(Validation::Enforce))
}

fn round_trip<E: Events + Clone + PartialEq + fmt::Debug>(
    naming: &dyn SubjectNaming,
    events: &[E],
) -> Result<InMemoryRegistry> {
    let registry = all_rules();
    let codec = EventCodec::<E>::new()?;
    let framed = now(FramedEvents::register(&codec, &registry, naming, "orders"))?;
    for event in events {
        let payload = framed.to_vec(event)?;
        assert_eq!(read::<E>(&registry, &payload)?, *event);
    }
    Ok(registry)
}

fn paid() -> Paid {
    Paid {
        kind: PaidKind::Paid,
        amount: 3,
    }
}

#[test]
fn formats_may_be_mixed() {
    let item = ItemMessage {
        sku: "A-1".to_owned(),
        ..Default::default()
    };
    let events = [
        Mixed::Order(Order::default()),
        Mixed::Item(item),
        Mixed::Shipped(Shipped { parcel: 1 }),
        Mixed::Paid(paid()),
    ];
    round_trip(&RecordName, &events).unwrap();
    round_trip(&TopicRecordName, &events).unwrap();
    let error = round_trip(&TopicName, &events).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(
        error.to_string().contains("several schema types"),
        "{error}"
    );
}

#[test]
fn headers_are_those_of_the_variant() {
    let codec = EventCodec::<Mixed>::new().unwrap();
    let registry = all_rules();
    let framed = now(FramedEvents::register(&codec, &registry, &RecordName, "t")).unwrap();
    let content_type = |event: Mixed| framed.format(&event).content_type();
    assert_eq!(
        content_type(Mixed::Order(Order::default())),
        ContentType::PROTOBUF
    );
    assert_eq!(content_type(Mixed::Paid(paid())), ContentType::JSON);
    let shipped = Mixed::Shipped(Shipped { parcel: 1 });
    assert_eq!(framed.format(&shipped).version(), Some("1"));
}

#[test]
fn messages_of_one_file_that_no_variant_is_for_are_named() {
    #[derive(Clone, Debug, PartialEq, Events)]
    #[events(codec = Protobuf)]
    enum Orders {
        Order(Order),
    }
    let registry = round_trip(&RecordName, &[Mixed::Item(ItemMessage::default())]).unwrap();
    let codec = EventCodec::<Mixed>::new().unwrap();
    let framed = now(FramedEvents::lookup(&codec, &registry, &RecordName, "t")).unwrap();
    let mut payload = framed.to_vec(&Mixed::Item(ItemMessage::default())).unwrap();
    let error = read::<Orders>(&registry, &payload).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongType);
    assert_eq!(error.record(), Some("shop.orders.v1.Item"));
    // An index that the file does not have.
    payload.splice(5.., [2, 18]);
    let error = read::<Mixed>(&registry, &payload).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Framing);
}

#[test]
fn a_choice_of_json_schemas_is_told_apart_by_validation() {
    #[derive(Clone, Debug, PartialEq, Events)]
    #[events(with = strict)]
    enum Money {
        Paid(Paid),
        Refunded(Refunded),
    }
    let refunded = Refunded {
        amount: 4,
        why: None,
    };
    let events = [Money::Refunded(refunded.clone())];
    round_trip(&TopicName, &events).unwrap();
    round_trip(&RecordName, &[Money::Paid(paid()), events[0].clone()]).unwrap();
    // What is paid has all that a refund needs.
    let error = round_trip(&TopicName, &[Money::Paid(paid())]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(
        error.to_string().contains("\"Paid\" and as \"Refunded\""),
        "{error}"
    );
}

#[test]
fn protobuf_has_no_unions() {
    let error = round_trip::<Mixed>(&TopicName, &[]).unwrap_err();
    assert_eq!(error.subject().map(Subject::as_str), Some("orders-value"));
    #[derive(Clone, Debug, PartialEq, Events)]
    #[events(codec = Protobuf)]
    enum Two {
        Order(Order),
        Item(ItemMessage),
    }
    let error = round_trip::<Two>(&TopicName, &[]).unwrap_err();
    assert!(error.to_string().contains("oneof"), "{error}");
}
