use wireform::Bytes;
use wireform_producer::{Delivery, Error, Producer, Result, Topic, internal};

use crate::decode::UndecodedRecord;

/// Sends records that could not be decoded to a topic for dead letters.
///
/// The bytes of the key, the value and the headers stay the same. Three headers are added:
/// [`TOPIC`](Self::TOPIC), [`PLACE`](Self::PLACE) and [`REASON`](Self::REASON).
#[derive(Clone, Debug)]
pub struct DeadLetters {
    topic: Topic<[u8], [u8]>,
}

impl DeadLetters {
    /// Header: the topic that the record was read from.
    pub const TOPIC: &'static str = "dead-letter-topic";
    /// Header: `partition@offset` of the record in that topic.
    pub const PLACE: &'static str = "dead-letter-place";
    /// Header: the reason why the record could not be decoded, in one sentence without any of its
    /// content.
    pub const REASON: &'static str = "dead-letter-reason";

    /// Creates a sender to `topic`, through `producer`.
    ///
    /// # Errors
    /// `Config` if the name of the topic is invalid.
    pub fn new(producer: &Producer, topic: &str) -> Result<Self> {
        let topic = producer.topic(topic, Bytes, Bytes)?;
        Ok(Self { topic })
    }

    /// Sends a record. It is accepted when the future is ready, and written when its [`Delivery`]
    /// is.
    ///
    /// # Errors
    /// - `Config` if the record came from this topic, or from another dead letter topic: it would
    ///   be sent forever.
    /// - As [`Topic::send`].
    pub async fn send(&self, record: &UndecodedRecord) -> Result<Delivery> {
        let mut names = record.headers().map(|(name, _)| name);
        let is_dead = names.any(|name| name == Self::TOPIC.as_bytes());
        if is_dead || record.topic() == self.topic.name() {
            return Err(not_again(record));
        }
        let place = format!("{}@{}", record.partition(), record.offset());
        let reason = record.reason().to_string();
        let added = [
            (Self::TOPIC, record.topic()),
            (Self::PLACE, &*place),
            (Self::REASON, &*reason),
        ];
        let added = added.map(|(name, value)| (name.as_bytes(), Some(value.as_bytes())));
        let headers = record.headers().chain(added);
        internal::forward(&self.topic, record.key(), record.value(), headers).await
    }
}

fn not_again(record: &UndecodedRecord) -> Error {
    let (topic, partition, offset) = (record.topic(), record.partition(), record.offset());
    let message = format!("{topic}[{partition}]@{offset}: refused to send a dead letter again");
    internal::config_error(message)
}
