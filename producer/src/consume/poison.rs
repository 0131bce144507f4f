//! Reading with an rdkafka consumer, and what to do with records that cannot be read.

use std::fmt;
use std::future::Future;

use rdkafka::Message as _;
use rdkafka::message::BorrowedMessage;
use wireform::{Bytes, Decoded, Reader};

use crate::api::delivery::Delivery;
use crate::api::producer::Producer;
use crate::api::topic::Topic;
use crate::consume::message_headers::MessageHeaders;
use crate::error::{Error, Result};
use crate::native::headers::ConsumedHeaders;

/// A message of an rdkafka consumer decodes itself with a [`Reader`]: its headers say what it is.
///
/// `Ok(None)` is a tombstone.
///
/// ```
/// use std::time::Duration;
///
/// use rdkafka::consumer::{BaseConsumer, Consumer};
/// use rdkafka::{ClientConfig, Offset, TopicPartitionList};
/// use wireform::{Json, Reader, Utf8};
/// use wireform_producer::{DeadLetters, DecodeMessage, Producer, Record, Topic};
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
///     Err(poison) => {
///         println!("{poison}"); // totals[0]@0: …
///         dead.send(&poison).await?.await?; // and only then on to the next record
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub trait DecodeMessage {
    /// Decodes the value.
    ///
    /// # Errors
    /// A [`Poison`] with all of the record. It may be one that a
    /// [fetch](Reader::fetch) cures: [`Poison::reason`] then has the kind `UnknownSchema`.
    fn decode<T>(&self, reader: &Reader<T>) -> Result<Option<Decoded<T>>, Box<Poison>>;

    /// Decodes the value, fetching the writer schema first where it is not known.
    ///
    /// # Errors
    /// As [`decode`](Self::decode). A registry that cannot be reached is an error, too, and no
    /// fault of the record's: see [`Poison::is_retryable`].
    fn decode_or_fetch<T: Send + 'static>(
        &self,
        reader: &Reader<T>,
    ) -> impl Future<Output = Result<Option<Decoded<T>>, Box<Poison>>> + Send;
}

impl DecodeMessage for BorrowedMessage<'_> {
    fn decode<T>(&self, reader: &Reader<T>) -> Result<Option<Decoded<T>>, Box<Poison>> {
        reader
            .decode(&MessageHeaders::new(self), self.payload())
            .map_err(|reason| Box::new(Poison::new(self, reason)))
    }

    async fn decode_or_fetch<T: Send + 'static>(
        &self,
        reader: &Reader<T>,
    ) -> Result<Option<Decoded<T>>, Box<Poison>> {
        let headers = MessageHeaders::new(self);
        let decoded = reader.decode_or_fetch(&headers, self.payload());
        decoded
            .await
            .map_err(|reason| Box::new(Poison::new(self, reason)))
    }
}

/// Name and value of a header as they are on the wire.
pub type RawHeader = (Vec<u8>, Option<Vec<u8>>);

/// A record that could not be read: where it is, its original bytes, and why.
pub struct Poison {
    topic: String,
    partition: i32,
    offset: i64,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    headers: Vec<RawHeader>,
    reason: wireform::Error,
}

impl Poison {
    fn new(message: &BorrowedMessage<'_>, reason: wireform::Error) -> Self {
        let consumed = ConsumedHeaders::new(message);
        let pairs = (0..).map_while(|index| consumed.header(index));
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

    /// The topic that it was read from.
    #[must_use]
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// The partition that it was read from.
    #[must_use]
    pub fn partition(&self) -> i32 {
        self.partition
    }

    /// Its place in the partition.
    #[must_use]
    pub fn offset(&self) -> i64 {
        self.offset
    }

    /// Its key, as it was read.
    #[must_use]
    pub fn key(&self) -> Option<&[u8]> {
        self.key.as_deref()
    }

    /// Its value, as it was read.
    #[must_use]
    pub fn value(&self) -> Option<&[u8]> {
        self.value.as_deref()
    }

    /// Names and values of its headers as they were read, in order.
    #[must_use]
    pub fn headers(&self) -> &[RawHeader] {
        &self.headers
    }

    /// Why it could not be read.
    #[must_use]
    pub fn reason(&self) -> &wireform::Error {
        &self.reason
    }

    /// Whether reading it again later may succeed without anybody changing anything: such a record
    /// belongs in no dead letter topic.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.reason.is_retryable()
    }
}

impl fmt::Display for Poison {
    /// Where it is and why; not what is in it.
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

impl fmt::Debug for Poison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poison")
            .field("topic", &self.topic)
            .field("partition", &self.partition)
            .field("offset", &self.offset)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Poison {
    /// The reason's: the reason itself is in the text.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.reason.source()
    }
}

/// A topic for records that could not be read.
///
/// A record gets there byte for byte, with its key and its headers, and three more: where it was
/// ([`TOPIC`](Self::TOPIC), [`PLACE`](Self::PLACE)) and [why](Self::REASON) it is here.
#[derive(Clone, Debug)]
pub struct DeadLetters {
    topic: Topic<[u8], [u8]>,
}

impl DeadLetters {
    /// Header: the topic that the record was read from.
    pub const TOPIC: &'static str = "dead-letter-topic";
    /// Header: `partition@offset` of the record in that topic.
    pub const PLACE: &'static str = "dead-letter-place";
    /// Header: why the record could not be read, as a sentence without any of its content.
    pub const REASON: &'static str = "dead-letter-reason";

    /// Dead letters that `producer` sends to `topic`.
    ///
    /// # Errors
    /// `Config` if Kafka allows no topic of that name.
    pub fn new(producer: &Producer, topic: &str) -> Result<Self> {
        let topic = producer.topic(topic, Bytes, Bytes)?;
        Ok(Self { topic })
    }

    /// Forwards a record; accepted when the future is ready, written when its
    /// [`Delivery`] is.
    ///
    /// # Errors
    /// - `Config` if the record came from this very topic, or was a dead letter already: it would
    ///   go round for ever.
    /// - As [`Topic::send`].
    pub async fn send(&self, poison: &Poison) -> Result<Delivery> {
        let dead = Self::TOPIC.as_bytes();
        let is_dead = poison.headers.iter().any(|(name, _)| name == dead);
        if is_dead || poison.topic == self.topic.name() {
            let message = format!("{}: a dead letter is not forwarded again", place(poison));
            return Err(Error::config(message));
        }
        let at = format!("{}@{}", poison.partition, poison.offset);
        let reason = poison.reason.to_string();
        let added = [
            (Self::TOPIC, &*poison.topic),
            (Self::PLACE, &*at),
            (Self::REASON, &*reason),
        ];
        let own = poison.headers.iter();
        let own = own.map(|(name, value)| (&**name, value.as_deref()));
        let added = added.map(|(name, value)| (name.as_bytes(), Some(value.as_bytes())));
        let sending = self
            .topic
            .forward(poison.key(), poison.value(), own.chain(added));
        sending.await
    }
}

fn place(poison: &Poison) -> String {
    format!("{}[{}]@{}", poison.topic, poison.partition, poison.offset)
}
