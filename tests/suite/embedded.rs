//! From a value to a record and back, on the embedded cluster: what needs no server.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{BorrowedMessage, Headers, Message};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use wireform::avro::{AvroRules, SerdeAvro};
use wireform::{Format, Framed, Reader, Subject, Utf8};
use wireform_consumer::MessageHeaders;
use wireform_producer::{ErrorKind, Placed, Producer, Record};
use wireform_registry::{InMemoryRegistry, Registry};
use wireform_tests::order::{Order, SCHEMA_V1, sample};

struct Path {
    producer: Producer,
    registry: Arc<dyn Registry>,
    avro: SerdeAvro<Order>,
    framed: Framed<SerdeAvro<Order>>,
}

async fn path() -> Path {
    let registry: Arc<dyn Registry> =
        Arc::new(InMemoryRegistry::builder().rules(AvroRules).build());
    let avro = SerdeAvro::<Order>::new(SCHEMA_V1).unwrap();
    let framed = Framed::register(avro.clone(), &registry, Subject::value("orders"))
        .await
        .unwrap();
    let producer = Producer::builder()
        .embedded()
        .header("source", "tests")
        .build()
        .unwrap();
    Path {
        producer,
        registry,
        avro,
        framed,
    }
}

/// Hands the record at `placed` to `check`.
pub(crate) fn read(producer: &Producer, placed: &Placed, check: impl FnOnce(&BorrowedMessage<'_>)) {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", producer.brokers())
        .set("group.id", "tests")
        .create()
        .unwrap();
    let mut assignment = TopicPartitionList::new();
    let offset = Offset::Offset(placed.offset.unwrap());
    assignment
        .add_partition_offset(&placed.topic, placed.partition, offset)
        .unwrap();
    consumer.assign(&assignment).unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    let message = std::iter::from_fn(|| {
        assert!(Instant::now() < deadline, "nothing to read");
        Some(consumer.poll(Duration::from_millis(100)))
    });
    check(&message.flatten().next().unwrap().unwrap());
}

pub(crate) fn headers(message: &BorrowedMessage<'_>) -> Vec<(String, Vec<u8>)> {
    message
        .headers()
        .into_iter()
        .flat_map(Headers::iter)
        .map(|header| {
            (
                header.key.to_owned(),
                header.value.unwrap_or_default().to_vec(),
            )
        })
        .collect()
}

#[tokio::test]
async fn guid_goes_into_a_header_and_the_payload_is_bare() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let Path {
        producer,
        registry,
        avro,
        framed,
    } = path().await;
    let framed = framed.in_headers().unwrap();
    let guid = framed.schema().unwrap().guid().unwrap();
    let orders = producer.topic("orders", Utf8, framed).unwrap();
    let placed = orders
        .send(Record::new(&sample()).key("k"))
        .await
        .unwrap()
        .await
        .unwrap();
    let reader = Reader::builder(registry).with(avro.clone()).build();
    reader.fetch(guid).await.unwrap();
    read(&producer, &placed, |message| {
        let mut id = vec![1];
        id.extend_from_slice(guid.as_bytes());
        let expected = [
            ("content-type".to_owned(), b"application/avro".to_vec()),
            ("version".to_owned(), b"1".to_vec()),
            ("__value_schema_id".to_owned(), id),
            ("source".to_owned(), b"tests".to_vec()),
        ];
        assert_eq!(headers(message), expected);
        let datum = wireform::SerializerExt::to_vec(&avro, &sample()).unwrap();
        assert_eq!(message.payload(), Some(&*datum));
        let decoded = reader
            .decode(&MessageHeaders::new(message), message.payload())
            .unwrap()
            .unwrap();
        assert_eq!(decoded.value, sample());
        assert_eq!(decoded.schema, Some(guid.into()));
    });
}

#[tokio::test]
async fn own_schema_id_beside_a_header_frame_is_an_error() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let Path {
        producer, framed, ..
    } = path().await;
    let orders = producer
        .topic("orders", Utf8, framed.in_headers().unwrap())
        .unwrap();
    let order = sample();
    let record = Record::<str, _>::new(&order).header("__value_schema_id", b"x");
    let error = orders.send(record).await.map(drop).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Config | ErrorKind::Serialize),
        "{error}"
    );
    assert_eq!(
        producer
            .close(Duration::from_secs(5))
            .await
            .unwrap()
            .accepted(),
        0
    );
}

#[tokio::test]
async fn callers_content_type_wins_and_stands_once() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let Path {
        producer, framed, ..
    } = path().await;
    let orders = producer.topic("orders", Utf8, framed).unwrap();
    let order = sample();
    let record = Record::new(&order)
        .key("k")
        .header("Content-Type", "application/x-mine");
    let placed = orders.send(record).await.unwrap().await.unwrap();
    read(&producer, &placed, |message| {
        let named = |(name, _): &&(String, Vec<u8>)| name.eq_ignore_ascii_case("content-type");
        let all = headers(message);
        let found: Vec<_> = all.iter().filter(named).collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].1, b"application/x-mine");
    });
}

#[tokio::test]
async fn tombstone_has_only_the_program_s_headers() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let Path {
        producer, framed, ..
    } = path().await;
    let orders = producer.topic("orders", Utf8, framed).unwrap();
    let tombstone = Record::tombstone().key("k").header("reason", "deleted");
    let placed = orders.send(tombstone).await.unwrap().await.unwrap();
    read(&producer, &placed, |message| {
        assert_eq!(message.payload(), None);
        let expected = [
            ("source".to_owned(), b"tests".to_vec()),
            ("reason".to_owned(), b"deleted".to_vec()),
        ];
        assert_eq!(headers(message), expected);
    });
}
