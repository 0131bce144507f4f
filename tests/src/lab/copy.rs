//! Copying from topic to topic exactly once, with a copier that dies in the middle.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::Message as _;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use wireform::Bytes;
use wireform_producer::{ErrorKind, Producer, Record, Result, Topic};

use super::check::java_log;
use super::proxy::random;
use super::runs::fresh;
use crate::servers::brokers;

/// What a copier did with a handful of records.
enum Turn {
    Committed,
    /// It gave up half-way: by aborting, by dropping the transaction, or by dying.
    GaveUp,
    /// There was nothing left to copy.
    Finished,
}

struct Copier {
    consumer: BaseConsumer,
    producer: Producer,
    out: Topic<[u8], [u8]>,
}

impl Copier {
    /// Starts where the last transaction that was committed ended.
    fn start(from: &str, to: &str) -> Self {
        let consumer: BaseConsumer = ClientConfig::new()
            .set("bootstrap.servers", brokers())
            .set("group.id", format!("copy-{to}"))
            .set("enable.auto.commit", "false")
            .create()
            .unwrap();
        let producer = Producer::builder()
            .brokers(brokers())
            .transactional_id(format!("copy-{to}"))
            .build()
            .unwrap();
        let out = producer.topic(to, Bytes, Bytes).unwrap();
        let copier = Self {
            consumer,
            producer,
            out,
        };
        copier.rewind(from);
        copier
    }

    /// Reads on from the committed offsets.
    fn rewind(&self, from: &str) {
        let mut partitions = TopicPartitionList::new();
        for partition in 0..3 {
            partitions.add_partition(from, partition);
        }
        // A fresh broker first says that it is no coordinator.
        let end = Instant::now() + PATIENCE;
        let committed = loop {
            match self.consumer.committed_offsets(partitions.clone(), SOON) {
                Ok(committed) => break committed,
                Err(error) => {
                    assert!(Instant::now() < end, "no committed offsets: {error}");
                    std::thread::sleep(Duration::from_millis(500));
                }
            }
        };
        let mut positions = TopicPartitionList::new();
        for partition in committed.elements() {
            let offset = match partition.offset() {
                Offset::Invalid => Offset::Beginning,
                offset => offset,
            };
            positions
                .add_partition_offset(from, partition.partition(), offset)
                .unwrap();
        }
        self.consumer.assign(&positions).unwrap();
    }

    fn turn(&self, from: &str) -> Result<Turn> {
        let transaction = self.producer.transaction_blocking()?;
        let mut next = BTreeMap::new();
        for _ in 0..100 {
            let patience = Duration::from_secs(if next.is_empty() { 5 } else { 1 });
            let Some(message) = self.consumer.poll(patience) else {
                break;
            };
            let message = message.unwrap();
            next.insert(message.partition(), message.offset() + 1);
            let value = message.payload().unwrap_or_default();
            let key = message.key().unwrap_or_default();
            drop(self.out.send_blocking(Record::new(value).key(key))?);
        }
        if next.is_empty() {
            transaction.abort_blocking()?;
            return Ok(Turn::Finished);
        }
        if random().is_multiple_of(4) {
            // Half of it is in the log by now.
            std::thread::sleep(Duration::from_millis(random() % 50));
            match random() % 2 {
                0 => transaction.abort_blocking()?,
                _ => drop(transaction),
            }
            self.rewind(from);
            return Ok(Turn::GaveUp);
        }
        let mut offsets = TopicPartitionList::new();
        for (partition, offset) in next {
            offsets
                .add_partition_offset(from, partition, Offset::Offset(offset))
                .unwrap();
        }
        let group = self.consumer.group_metadata().unwrap();
        transaction.send_offsets_blocking(&offsets, &group)?;
        transaction.commit_blocking()?;
        Ok(Turn::Committed)
    }
}

/// Copies `records` records, and compares.
///
/// # Panics
/// If one is missing or there twice.
pub fn copy(records: u32) {
    let (from, to) = (fresh("from"), fresh("to"));
    fill(&from, records);
    let mut copier = Copier::start(&from, &to);
    let (mut committed, mut given_up, mut died, mut fenced) = (0, 0, 0, 0);
    let end = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < end, "{committed} commits in {PATIENCE:?}");
        if random().is_multiple_of(10) {
            // A second one takes over while the first is in the middle.
            let transaction = copier.producer.transaction_blocking().unwrap();
            drop(
                copier
                    .out
                    .send_blocking(Record::new(&b"zombie"[..]))
                    .unwrap(),
            );
            copier.producer.flush_blocking(SOON).unwrap();
            let next = Copier::start(&from, &to);
            drop(next.producer.transaction_blocking().unwrap());
            let error = transaction.commit_blocking().unwrap_err();
            fenced += u32::from(error.kind() == ErrorKind::Fenced || error.is_fatal());
            died += 1;
            copier = next;
        }
        match copier.turn(&from).unwrap() {
            Turn::Committed => committed += 1,
            Turn::GaveUp => given_up += 1,
            Turn::Finished => break,
        }
    }
    let mut original: Vec<_> = java_log(&brokers(), &from)
        .into_iter()
        .map(|record| (record.key, record.value))
        .collect();
    let mut copied: Vec<_> = java_log(&brokers(), &to)
        .into_iter()
        .map(|record| (record.key, record.value))
        .collect();
    println!(
        "copy: {} records, {} copied, {committed} transactions committed, {given_up} given up, \
         {died} copiers died, {fenced} fenced",
        original.len(),
        copied.len()
    );
    original.sort();
    copied.sort();
    assert!(original == copied, "the copy differs");
    assert_eq!(fenced, died);
}

fn fill(topic: &str, records: u32) {
    let producer = Producer::builder().brokers(brokers()).build().unwrap();
    let out: Topic<[u8], [u8]> = producer.topic(topic, Bytes, Bytes).unwrap();
    for number in 0..records {
        let (key, value) = ((number % 50).to_string(), number.to_string());
        out.post(Record::new(value.as_bytes()).key(key.as_bytes()))
            .unwrap();
    }
    let report = producer.close_blocking(Duration::from_secs(60)).unwrap();
    assert!(report.is_complete(), "{report:?}");
}

const SOON: Duration = Duration::from_secs(20);
/// Of every wait: far more than it takes.
const PATIENCE: Duration = Duration::from_secs(600);
