//! Events of several kinds on one topic: through a producer, and as Python's client reads them.

use serde_json::{Value, json};
use std::sync::Arc;
use wireform::avro::{Avro, AvroRules};
use wireform::{
    EventCodec, Events, FramedEvents, NoHeaders, Reader, SubjectNaming, TopicName, TopicRecordName,
    Utf8,
};
use wireform_producer::{Placed, Producer, Record};
use wireform_registry::{Cached, HttpRegistry, InMemoryRegistry, Registry};
use wireform_tests::servers::{brokers, registry_url, unique};
use wireform_tests::witness::{java_log, python_values};

use rdkafka::message::Message;

#[derive(Clone, Debug, PartialEq, Avro)]
#[avro(namespace = "wireform.tests.events")]
struct Money {
    currency: String,
    cents: i64,
}

#[derive(Clone, Debug, PartialEq, Avro)]
#[avro(namespace = "wireform.tests.events")]
struct OrderPlaced {
    id: String,
    total: Money,
}

#[derive(Clone, Debug, PartialEq, Avro)]
#[avro(namespace = "wireform.tests.events")]
struct OrderPaid {
    id: String,
    parts: Vec<Money>,
    note: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Events)]
#[events(codec = Avro)]
enum OrderEvent {
    Placed(OrderPlaced),
    Paid(OrderPaid),
}

fn money(cents: i64) -> Money {
    Money {
        currency: "EUR".to_owned(),
        cents,
    }
}

fn events() -> Vec<(OrderEvent, Value)> {
    let event = |n: i64| {
        let id = format!("ORD-{n}");
        let euros = |cents: i64| json!({"currency": "EUR", "cents": cents});
        if n % 2 == 0 {
            let value = json!({"id": id, "total": euros(n)});
            let total = money(n);
            (OrderEvent::Placed(OrderPlaced { id, total }), value)
        } else {
            let value = json!({"id": id, "parts": [euros(n), euros(-n)], "note": null});
            let parts = vec![money(n), money(-n)];
            let note = None;
            (OrderEvent::Paid(OrderPaid { id, parts, note }), value)
        }
    };
    (0..20).map(event).collect()
}

async fn send(
    producer: &Producer,
    registry: &Arc<dyn Registry>,
    naming: &dyn SubjectNaming,
    topic: &str,
) -> Vec<Placed> {
    let codec = EventCodec::<OrderEvent>::new().unwrap();
    let framed = FramedEvents::register(&codec, registry, naming, topic)
        .await
        .unwrap();
    let handle = producer.topic(topic, Utf8, framed).unwrap();
    let mut placed = Vec::new();
    for (event, _) in &events() {
        let record = Record::new(event).key("one order");
        placed.push(handle.send(record).await.unwrap().await.unwrap());
    }
    placed
}

#[tokio::test]
async fn events_are_read_as_they_were_sent() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let registry: Arc<dyn Registry> =
        Arc::new(InMemoryRegistry::builder().rules(AvroRules).build());
    let producer = Producer::builder().embedded().build().unwrap();
    for (naming, topic) in [
        (&TopicName as &dyn SubjectNaming, "union"),
        (&TopicRecordName, "records"),
    ] {
        let placed = send(&producer, &registry, naming, topic).await;
        let reader = Reader::builder(Arc::clone(&registry))
            .with(EventCodec::<OrderEvent>::new().unwrap())
            .build();
        for (place, (event, _)) in placed.iter().zip(events()) {
            let mut found = None;
            crate::embedded::read(&producer, place, |message| {
                assert_eq!(
                    crate::embedded::headers(message)[0],
                    ("content-type".to_owned(), b"application/avro".to_vec())
                );
                found = message.payload().map(<[u8]>::to_vec);
            });
            let read = reader.decode_or_fetch(&NoHeaders, found.as_deref()).await;
            assert_eq!(read.unwrap().unwrap().value, event);
        }
    }
}

#[tokio::test]
#[ignore = "needs WIREFORM_BROKERS and WIREFORM_REGISTRY_URL"]
async fn events_are_read_by_python() {
    let _guard = wireform_limits::guard(wireform_limits::BUILD_LIMIT);
    let registry: Arc<dyn Registry> = Arc::new(Cached::new(
        HttpRegistry::builder(registry_url()).build().unwrap(),
    ));
    let producer = Producer::builder().brokers(brokers()).build().unwrap();
    for naming in [&TopicName as &dyn SubjectNaming, &TopicRecordName] {
        let topic = unique("events");
        let placed = send(&producer, &registry, naming, &topic).await;
        let read = python_values(&topic, &["avro"]);
        assert_eq!(read.len(), placed.len());
        for (place, (_, value)) in placed.iter().zip(events()) {
            let record = &read[&(place.partition, place.offset.unwrap())];
            assert_eq!(record.value, value, "{topic}");
        }
        // All of one key: they are in the order of their sending.
        let log = java_log(&topic);
        let offsets: Vec<_> = placed.iter().map(|place| place.offset.unwrap()).collect();
        assert!(offsets.is_sorted(), "{offsets:?}");
        assert_eq!(log.len(), placed.len());
    }
}
