use rdkafka::message::BorrowedMessage;
use wireform::HeaderList;
use wireform_producer::internal::ConsumedHeaders;

/// The headers of a consumed message, for a [`wireform::Reader`].
///
/// A name that is not UTF-8 is read as `"\u{fffd}"`, which wireform never looks for.
///
/// ```
/// use std::time::Duration;
///
/// use rdkafka::consumer::{BaseConsumer, Consumer};
/// use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};
/// use wireform::{Json, Reader, Utf8};
/// use wireform_consumer::MessageHeaders;
/// use wireform_producer::{Producer, Record, Topic};
///
/// let producer = Producer::embedded()?;
/// let totals: Topic<str, f64> = producer.topic("totals", Utf8, Json::<f64>::new())?;
/// totals.post(Record::new(&9.5).partition(0))?;
/// producer.flush_blocking(Duration::from_secs(10))?;
///
/// let consumer: BaseConsumer = ClientConfig::new()
///     .set("bootstrap.servers", producer.brokers())
///     .set("group.id", "example")
///     .create()?;
/// let mut assignment = TopicPartitionList::new();
/// assignment.add_partition_offset("totals", 0, Offset::Beginning)?;
/// consumer.assign(&assignment)?;
/// let message = consumer.iter().next().ok_or("no message")??;
///
/// let reader = Reader::<f64>::offline().with(Json::<f64>::new()).build();
/// let total = reader.decode(&MessageHeaders::new(&message), message.payload())?;
/// assert_eq!(total.map(|total| total.value), Some(9.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Headers are parsed in [`new`](Self::new). Any number of threads may call it for one message at
/// once; but rdkafka's own `headers` and `detach` parse without a lock, so they must not run at the
/// same time.
#[derive(Clone, Copy, Debug)]
pub struct MessageHeaders<'a>(ConsumedHeaders<'a>);

impl<'a> MessageHeaders<'a> {
    /// Parses the headers of `message`.
    #[must_use]
    pub fn new(message: &'a BorrowedMessage<'_>) -> Self {
        Self(ConsumedHeaders::new(message))
    }
}

impl HeaderList for MessageHeaders<'_> {
    fn headers(&self) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
        let pairs = self.0.iter();
        pairs.map(|(name, value)| (std::str::from_utf8(name).unwrap_or("\u{fffd}"), value))
    }
}
