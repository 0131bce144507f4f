//! Decodes messages of an rdkafka consumer; records that could not be decoded.

use std::fmt;
use std::future::Future;

use rdkafka::Message as _;
use rdkafka::message::BorrowedMessage;
use wireform::{Decoded, Reader};
use wireform_producer::internal::ConsumedHeaders;

use crate::headers::MessageHeaders;

/// Decodes the value of a consumed message with a [`Reader`].
///
/// The message's headers, and what precedes its body, identify its format and its schema. The value
/// of a tombstone is `Ok(None)`.
///
/// ```
/// use std::time::Duration;
///
/// use rdkafka::consumer::{BaseConsumer, Consumer};
/// use rdkafka::{ClientConfig, Offset, TopicPartitionList};
/// use wireform::{Json, Reader, Utf8};
/// use wireform_consumer::{DeadLetters, DecodeMessage};
/// use wireform_producer::{Producer, Record, Topic};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let producer = Producer::embedded()?;
/// let texts: Topic<str, str> = producer.topic("totals", Utf8, Utf8)?;
/// drop(texts.send(Record::new("no number").partition(0)).await?);
/// producer.flush(Duration::from_secs(10)).await?;
///
/// let consumer: BaseConsumer = ClientConfig::new()
///     .set("bootstrap.servers", producer.brokers())
///     .set("group.id", "example")
///     .create()?;
/// let mut assignment = TopicPartitionList::new();
/// assignment.add_partition_offset("totals", 0, Offset::Beginning)?;
/// consumer.assign(&assignment)?;
///
/// let reader = Reader::<f64>::offline().with(Json::<f64>::new()).build();
/// let dead = DeadLetters::new(&producer, "totals-dead")?;
/// let message = consumer.iter().next().ok_or("no message")??;
/// match message.decode(&reader) {
///     Ok(total) => println!("{:?}", total.map(|total| total.value)),
///     Err(record) => {
///         println!("{record}"); // totals[0]@0: …
///         dead.send(&record).await?.await?; // and only then on to the next record
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub trait DecodeMessage {
    /// Decodes the value.
    ///
    /// # Errors
    /// An [`UndecodedRecord`] with all bytes of the record. If its
    /// [`reason`](UndecodedRecord::reason) is of the kind `UnknownSchema`, [fetch](Reader::fetch)
    /// the schema and decode again.
    fn decode<T>(&self, reader: &Reader<T>) -> Result<Option<Decoded<T>>, Box<UndecodedRecord>>;

    /// Decodes the value, and first fetches the writer schema if it is not known.
    ///
    /// # Errors
    /// As [`decode`](Self::decode). A registry that does not answer is an error too, although the
    /// record is not at fault: see [`UndecodedRecord::is_retryable`].
    fn decode_or_fetch<T: Send + 'static>(
        &self,
        reader: &Reader<T>,
    ) -> impl Future<Output = Result<Option<Decoded<T>>, Box<UndecodedRecord>>> + Send;
}

impl DecodeMessage for BorrowedMessage<'_> {
    fn decode<T>(&self, reader: &Reader<T>) -> Result<Option<Decoded<T>>, Box<UndecodedRecord>> {
        reader
            .decode(&MessageHeaders::new(self), self.payload())
            .map_err(|reason| Box::new(UndecodedRecord::new(self, reason)))
    }

    async fn decode_or_fetch<T: Send + 'static>(
        &self,
        reader: &Reader<T>,
    ) -> Result<Option<Decoded<T>>, Box<UndecodedRecord>> {
        let headers = MessageHeaders::new(self);
        let decoded = reader.decode_or_fetch(&headers, self.payload());
        decoded
            .await
            .map_err(|reason| Box::new(UndecodedRecord::new(self, reason)))
    }
}

/// A record that could not be decoded: its topic, partition and offset, its original bytes, and the
/// reason.
pub struct UndecodedRecord {
    topic: String,
    partition: i32,
    offset: i64,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    headers: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    reason: wireform::Error,
}

impl UndecodedRecord {
    fn new(message: &BorrowedMessage<'_>, reason: wireform::Error) -> Self {
        let pairs = ConsumedHeaders::new(message).iter();
        Self {
            topic: message.topic().to_owned(),
            partition: message.partition(),
            offset: message.offset(),
            key: message.key().map(<[u8]>::to_vec),
            value: message.payload().map(<[u8]>::to_vec),
            headers: pairs
                .map(|(name, value)| (name.to_vec(), value.map(<[u8]>::to_vec)))
                .collect(),
            reason,
        }
    }

    /// Returns the topic of the record.
    #[must_use]
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// Returns the partition of the record.
    #[must_use]
    pub fn partition(&self) -> i32 {
        self.partition
    }

    /// Returns the offset of the record in its partition.
    #[must_use]
    pub fn offset(&self) -> i64 {
        self.offset
    }

    /// Returns the bytes of the key.
    #[must_use]
    pub fn key(&self) -> Option<&[u8]> {
        self.key.as_deref()
    }

    /// Returns the bytes of the value.
    #[must_use]
    pub fn value(&self) -> Option<&[u8]> {
        self.value.as_deref()
    }

    /// Returns the names and values of the headers, in order.
    pub fn headers(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> + Clone {
        let pairs = self.headers.iter();
        pairs.map(|(name, value)| (&**name, value.as_deref()))
    }

    /// Returns the error of decoding.
    #[must_use]
    pub fn reason(&self) -> &wireform::Error {
        &self.reason
    }

    /// Returns whether decoding the record again later may succeed without any change. Such a
    /// record does not belong in a dead letter topic.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.reason.is_retryable()
    }
}

impl fmt::Display for UndecodedRecord {
    /// Formats topic, partition, offset and reason, and no content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            topic,
            partition,
            offset,
            reason,
            ..
        } = self;
        write!(f, "{topic}[{partition}]@{offset}: {reason}")
    }
}

impl fmt::Debug for UndecodedRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UndecodedRecord")
            .field("topic", &self.topic)
            .field("partition", &self.partition)
            .field("offset", &self.offset)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for UndecodedRecord {
    /// Returns the source of the reason: the reason itself is in the text.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.reason.source()
    }
}
