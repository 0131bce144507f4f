//! Copies a topic exactly once, also when it is killed and started again in the middle.
//!
//! `cargo run -p wireform-producer --example copy -- 127.0.0.1:9092 from to`
//!
//! The records and the offsets up to which they were read are one transaction: either both are
//! there, or neither. Records keep their keys, and so their order; their headers are not copied.
#![forbid(unsafe_code)]

use std::error::Error;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::{ClientConfig, Message as _, Offset};
use wireform::Bytes;
use wireform_producer::{ErrorKind, Producer, Record, Topic};

/// Records in one transaction.
const AT_ONCE: usize = 10_000;
const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [brokers, from, to] = &*arguments else {
        return Err("what to copy? BROKERS FROM TO".into());
    };
    let id = format!("copy-{from}-{to}");
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", &id)
        .set("enable.auto.commit", "false")
        .set("auto.offset.reset", "earliest")
        .set("isolation.level", "read_committed")
        .create()?;
    consumer.subscribe(&[from])?;
    // One copier for all partitions; a second one with this id would fence it off.
    let producer = Producer::builder()
        .brokers(brokers)
        .transactional_id(id)
        .build()?;
    let out = producer.topic(to, Bytes, Bytes)?;
    // Until there is nothing more for a while.
    while copy_some(&consumer, &producer, &out).await? {}
    producer.close(PATIENCE).await?;
    Ok(())
}

/// One transaction; whether there may be more.
async fn copy_some(
    consumer: &BaseConsumer,
    producer: &Producer,
    out: &Topic<[u8], [u8]>,
) -> Result<bool, Box<dyn Error>> {
    // While the group forms, a poll may end early with nothing.
    let deadline = Instant::now() + PATIENCE;
    let mut next = None;
    while next.is_none() && Instant::now() < deadline {
        next = consumer.poll(PATIENCE);
    }
    if next.is_none() {
        return Ok(false);
    }
    let transaction = producer.transaction().await?;
    let mut count = 0;
    while let Some(message) = next {
        let message = message?;
        let value = message.payload();
        let record = value.map_or_else(Record::tombstone, Record::new);
        let record = message.key().into_iter().fold(record, Record::key);
        // The commit waits for the verdict, and fails if it is a bad one.
        drop(out.send(record).await?);
        count += 1;
        next = match count < AT_ONCE {
            true => consumer.poll(Duration::from_millis(200)),
            false => None,
        };
    }
    let group = consumer.group_metadata().ok_or("no group")?;
    let sent = transaction.send_offsets(consumer.position()?, group).await;
    let done = match sent {
        Ok(()) => transaction.commit().await,
        Err(error) => transaction.abort().await.and(Err(error)),
    };
    match done {
        Ok(()) => println!("{count} records copied"),
        // Nothing of it will be seen: read the same records again.
        Err(error) if error.kind() == ErrorKind::Aborted => {
            eprintln!("{error}, once more");
            rewind(consumer)?;
        }
        // `Fenced`, `Fatal` or `Unknown`: the next process continues from the committed offsets.
        Err(error) => return Err(error.into()),
    }
    Ok(true)
}

/// Back to what was committed.
fn rewind(consumer: &BaseConsumer) -> Result<(), KafkaError> {
    for partition in consumer.committed(PATIENCE)?.elements() {
        let offset = match partition.offset() {
            Offset::Invalid => Offset::Beginning,
            offset => offset,
        };
        consumer.seek(partition.topic(), partition.partition(), offset, PATIENCE)?;
    }
    Ok(())
}
