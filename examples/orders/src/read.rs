use std::error::Error;
use std::fmt::Debug;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{BorrowedMessage, Headers, Message};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use wireform::Reader;
use wireform_consumer::MessageHeaders;
use wireform_producer::{Placed, Producer};

/// Reads the records that were just placed with a plain rdkafka consumer, and prints them.
pub(crate) async fn back<T: Debug>(
    producer: &Producer,
    placed: &[Placed],
    reader: &Reader<T>,
) -> Result<(), Box<dyn Error>> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", producer.brokers())
        .set("group.id", "orders-example")
        .set("enable.auto.commit", "false")
        .create()?;
    for place in placed {
        let Some(offset) = place.offset else { continue };
        let message = fetch(&consumer, place, offset)?;
        print(&message, reader).await?;
    }
    Ok(())
}

/// Reads the record at one place.
fn fetch<'c>(
    consumer: &'c BaseConsumer,
    place: &Placed,
    offset: i64,
) -> Result<BorrowedMessage<'c>, Box<dyn Error>> {
    let mut assignment = TopicPartitionList::new();
    assignment.add_partition_offset(&place.topic, place.partition, Offset::Offset(offset))?;
    consumer.assign(&assignment)?;
    let deadline = Instant::now() + Duration::from_secs(30);
    while Instant::now() < deadline {
        if let Some(message) = consumer.poll(Duration::from_millis(100)) {
            return Ok(message?);
        }
    }
    Err(format!(
        "{}, partition {}: nothing to read",
        place.topic, place.partition
    )
    .into())
}

async fn print<T: Debug>(
    message: &BorrowedMessage<'_>,
    reader: &Reader<T>,
) -> Result<(), Box<dyn Error>> {
    let headers = MessageHeaders::new(message);
    let decoded = reader
        .decode_or_fetch(&headers, message.payload())
        .await?
        .ok_or("a tombstone where an order was sent")?;
    println!(
        "  key {}",
        String::from_utf8_lossy(message.key().unwrap_or_default())
    );
    for header in message.headers().into_iter().flat_map(Headers::iter) {
        let value = header
            .value
            .map(String::from_utf8_lossy)
            .unwrap_or_default();
        println!("  header {}: {value}", header.key);
    }
    if let Some(wireform::SchemaKey::Id(id)) = decoded.schema {
        println!("  schema id {id}, in the first five bytes of the payload");
    }
    println!("  value {:?}", decoded.value);
    Ok(())
}
