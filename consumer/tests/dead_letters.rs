//! What a consumer makes of records, on librdkafka's mock cluster.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::{BorrowedMessage, Header, Headers as _, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use rdkafka::{ClientConfig, Message as _, Offset, TopicPartitionList};
use wireform::{Bytes, HeaderList as _, Json, Reader, Utf8};
use wireform_consumer::{DeadLetters, DecodeMessage as _, ErrorKind, MessageHeaders};
use wireform_producer::{EmbeddedCluster, Producer, Record, internal};

const SOON: Duration = Duration::from_secs(10);

fn cluster() -> (EmbeddedCluster, Producer) {
    let cluster = EmbeddedCluster::start().unwrap();
    cluster.create_topic("orders", 1).unwrap();
    cluster.create_topic("dead", 1).unwrap();
    let builder = Producer::builder().cluster(&cluster);
    // Which must not get on what is forwarded.
    let producer = builder.header("source", "tests").build().unwrap();
    (cluster, producer)
}

/// Hands the first record of `topic` to `check`.
fn read<R>(
    cluster: &EmbeddedCluster,
    topic: &str,
    check: impl FnOnce(&BorrowedMessage<'_>) -> R,
) -> R {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", cluster.brokers())
        .set("group.id", "tests")
        .create()
        .unwrap();
    let mut assignment = TopicPartitionList::new();
    assignment
        .add_partition_offset(topic, 0, Offset::Beginning)
        .unwrap();
    consumer.assign(&assignment).unwrap();
    let message = consumer.iter().next().unwrap().unwrap();
    check(&message)
}

fn numbers() -> Reader<f64> {
    Reader::offline().with(Json::<f64>::new()).build()
}

/// What another client wrote: two headers of one name, one without a value, bytes that are no text.
fn write_foreign_record(cluster: &EmbeddedCluster) {
    let producer: BaseProducer = ClientConfig::new()
        .set("bootstrap.servers", cluster.brokers())
        .create()
        .unwrap();
    let header = |key, value| Header { key, value };
    let headers = OwnedHeaders::new()
        .insert(header("content-type", Some(&b"application/json"[..])))
        .insert(header("twice", Some(&b"\xff\x00"[..])))
        .insert(header("twice", Some(&b""[..])))
        .insert(header("none", None));
    let record = BaseRecord::to("orders")
        .key(&b"\xfe\x00"[..])
        .payload(&b"{no number \xff"[..])
        .headers(headers);
    producer.send(record).map_err(|(error, _)| error).unwrap();
    producer.flush(SOON).unwrap();
}

type Parts = (
    Option<Vec<u8>>,
    Option<Vec<u8>>,
    Vec<(String, Option<Vec<u8>>)>,
);

fn parts(message: &BorrowedMessage<'_>) -> Parts {
    let headers = message.headers().unwrap().iter();
    (
        message.key().map(<[u8]>::to_vec),
        message.payload().map(<[u8]>::to_vec),
        headers
            .map(|header| (header.key.to_owned(), header.value.map(<[u8]>::to_vec)))
            .collect(),
    )
}

#[tokio::test]
async fn dead_letter_is_the_record_byte_for_byte() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let (cluster, producer) = cluster();
    write_foreign_record(&cluster);
    let (original, record) = read(&cluster, "orders", |message| {
        (parts(message), message.decode(&numbers()).unwrap_err())
    });
    assert_eq!(
        (record.topic(), record.partition(), record.offset()),
        ("orders", 0, 0)
    );
    assert_eq!(record.value(), Some(&b"{no number \xff"[..]));
    assert_eq!(record.key(), Some(&b"\xfe\x00"[..]));
    let text = record.to_string();
    assert!(text.starts_with("orders[0]@0: "), "{text}");
    assert!(!format!("{record:?}").contains("no number"));

    let dead = DeadLetters::new(&producer, "dead").unwrap();
    dead.send(&record).await.unwrap().await.unwrap();
    let (copy, again) = read(&cluster, "dead", |message| {
        (parts(message), message.decode(&numbers()).unwrap_err())
    });
    let (headers, added) = copy.2.split_at(original.2.len());
    assert_eq!(
        (&copy.0, &copy.1, headers),
        (&original.0, &original.1, &*original.2)
    );
    let names: Vec<_> = added.iter().map(|(name, _)| &**name).collect();
    let expected = [DeadLetters::TOPIC, DeadLetters::PLACE, DeadLetters::REASON];
    assert_eq!(names, expected);
    assert_eq!(added[0].1.as_deref(), Some(&b"orders"[..]));
    assert_eq!(added[1].1.as_deref(), Some(&b"0@0"[..]));

    // Neither from its own topic nor on to another one.
    let other = DeadLetters::new(&producer, "more-dead").unwrap();
    for dead in [dead, other] {
        let error = dead.send(&again).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
    }
}

#[tokio::test]
async fn message_decodes_in_one_call() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let (cluster, producer) = cluster();
    let totals = producer.topic("orders", Utf8, Json::<f64>::new()).unwrap();
    totals.send(Record::new(&9.5)).await.unwrap().await.unwrap();
    let value = read(&cluster, "orders", |message| message.decode(&numbers()));
    assert_eq!(value.unwrap().unwrap().value, 9.5);
}

#[test]
fn tombstone_is_no_value() {
    let (cluster, producer) = cluster();
    let orders = producer.topic::<str, str>("orders", Utf8, Utf8).unwrap();
    let mut delivery = orders
        .send_blocking(Record::tombstone().key("gone"))
        .unwrap();
    delivery.wait(Duration::from_secs(10)).unwrap().unwrap();
    let value = read(&cluster, "orders", |message| message.decode(&numbers()));
    assert!(value.unwrap().is_none());
}

#[tokio::test]
async fn header_name_that_is_no_text_is_no_panic() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let (cluster, producer) = cluster();
    let orders = producer.topic("orders", Bytes, Bytes).unwrap();
    let header = (&b"\xff\xfe"[..], Some(&b"v"[..]));
    let sending = internal::forward(&orders, None, Some(b""), [header].into_iter());
    sending.await.unwrap().await.unwrap();
    let found = read(&cluster, "orders", |message| {
        let headers = MessageHeaders::new(message);
        headers
            .headers()
            .map(|(name, value)| (name.to_owned(), value.map(<[u8]>::to_vec)))
            .collect::<Vec<_>>()
    });
    assert_eq!(found, [("\u{fffd}".to_owned(), Some(b"v".to_vec()))]);
}
