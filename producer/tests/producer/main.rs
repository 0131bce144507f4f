//! What a consumer sees of what a producer sends, on librdkafka's mock cluster.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod abuse;
mod headers;
mod placing;
mod queue;
mod settings;
#[cfg(feature = "tracing")]
mod spans;
#[cfg(feature = "otel")]
mod trace_context;
mod transactions;
mod verdict_table;
mod verdicts;

use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::{ClientConfig, Message as _, Offset, TopicPartitionList};
use wireform::{HeaderList as _, Utf8};
use wireform_consumer::MessageHeaders;
use wireform_producer::{EmbeddedCluster, Producer, Topic};

const SOON: Duration = Duration::from_secs(10);

/// A record as it was read back.
#[derive(Debug)]
struct Read {
    partition: i32,
    key: Option<String>,
    value: Option<String>,
    timestamp: Option<i64>,
    headers: Vec<(String, Vec<u8>)>,
}

/// A cluster with the topic `orders`, and a producer of texts on it.
fn orders(partitions: i32) -> (EmbeddedCluster, Producer, Topic<str, str>) {
    let cluster = EmbeddedCluster::start().unwrap();
    cluster.create_topic("orders", partitions).unwrap();
    let producer = Producer::builder().cluster(&cluster).build().unwrap();
    let orders = texts(&producer);
    (cluster, producer, orders)
}

fn texts(producer: &Producer) -> Topic<str, str> {
    producer.topic("orders", Utf8, Utf8).unwrap()
}

/// Reads `count` records of the topic `orders` from the start.
#[track_caller]
fn read(brokers: &str, partitions: i32, count: usize) -> Vec<Read> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", "tests")
        .set("fetch.wait.max.ms", "10")
        .create()
        .unwrap();
    let mut assignment = TopicPartitionList::new();
    for partition in 0..partitions {
        assignment
            .add_partition_offset("orders", partition, Offset::Beginning)
            .unwrap();
    }
    consumer.assign(&assignment).unwrap();
    let deadline = Instant::now() + SOON;
    let mut records = Vec::new();
    while records.len() < count {
        assert!(Instant::now() < deadline, "only {} records", records.len());
        let Some(message) = consumer.poll(Duration::from_millis(100)) else {
            continue;
        };
        let message = message.unwrap();
        let headers = MessageHeaders::new(&message);
        let text = |bytes: Option<&[u8]>| bytes.map(|b| String::from_utf8(b.to_vec()).unwrap());
        records.push(Read {
            partition: message.partition(),
            key: text(message.key()),
            value: text(message.payload()),
            timestamp: message.timestamp().to_millis(),
            headers: headers
                .headers()
                .map(|(name, value)| (name.to_owned(), value.unwrap().to_vec()))
                .collect(),
        });
    }
    records
}
