use std::fmt;
use std::sync::{Arc, OnceLock};

use wireform::Serializer;

use crate::api::delivery::Delivery;
use crate::api::record::Record;
use crate::api::sending::Sending;
use crate::engine::encoded_record::{Body, Buffer, Destination, EncodedRecord};
use crate::engine::headers::{HeaderCache, raw_headers};
use crate::engine::in_flight::{Completion, InFlight};
use crate::engine::link::Link;
use crate::engine::queue::{Offered, Patience};
use crate::engine::slot::Taken;
use crate::error::{Error, ErrorKind, Result};
use crate::observe::otel::Injected;
use crate::outcome::Outcome;
use crate::timestamp::Timestamp;

/// A topic with the serializers of its keys and values. Clones share everything.
///
/// Every `send…` method serializes first: if that fails, nothing is sent. Records that are sent one
/// after the other keep that order in the queue, and records with the same key also in the log.
///
/// ```
/// use std::time::Duration;
///
/// use wireform::{Json, Utf8};
/// use wireform_producer::{Producer, Record, Topic};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// #[derive(serde::Serialize)]
/// struct Order {
///     total: f64,
/// }
///
/// let producer = Producer::embedded()?;
/// let codec = Json::<Order>::new().version("1.0");
/// let orders: Topic<str, Order> = producer.topic("orders", Utf8, codec)?;
/// let order = Order { total: 1060.74 };
///
/// // Accepted, then placed.
/// let delivery = orders.send(Record::new(&order).key("ORD-001").header("trace-id", "abc")).await?;
/// let placed = delivery.await?;
/// assert_eq!(placed.offset, Some(0));
///
/// // Without a runtime.
/// let mut delivery = orders.send_blocking(Record::new(&order).key("ORD-001"))?;
/// let result = delivery.wait(Duration::from_secs(10)).ok_or("no result after 10 s")?;
/// assert_eq!(result?.offset, Some(1));
///
/// // With a callback, on the producer's own thread.
/// orders.send_with(Record::tombstone().key("ORD-001"), |outcome| match outcome {
///     Ok(placed) => println!("deleted at offset {:?}", placed.offset),
///     Err(error) => eprintln!("{error}"),
/// })?;
///
/// let report = producer.close(Duration::from_secs(10)).await?;
/// assert_eq!((report.delivered, report.is_complete()), (3, true));
/// # Ok(())
/// # }
/// ```
pub struct Topic<K: ?Sized, V: ?Sized> {
    inner: Arc<Inner<K, V>>,
}

struct Inner<K: ?Sized, V: ?Sized> {
    link: Arc<Link>,
    name: Arc<str>,
    /// Shared by records in flight.
    label: Arc<Arc<str>>,
    key: Arc<dyn Serializer<K>>,
    value: Arc<dyn Serializer<V>>,
    headers: HeaderCache,
    /// Created for the first record: Kafka may create the topic at that time.
    native: OnceLock<Arc<Destination>>,
}

impl<K: ?Sized, V: ?Sized> Topic<K, V> {
    pub(crate) fn new(
        link: &Arc<Link>,
        name: &str,
        key: Arc<dyn Serializer<K>>,
        value: Arc<dyn Serializer<V>>,
    ) -> Result<Self> {
        check_topic(name)?;
        let name = Arc::<str>::from(name);
        let inner = Inner {
            link: Arc::clone(link),
            label: Arc::new(Arc::clone(&name)),
            name,
            key,
            value,
            headers: HeaderCache::default(),
            native: OnceLock::new(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Returns the name of the topic.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Sends `record`: serializes it now, and when polled waits for room in the queue, in the order
    /// of the first polls. The future borrows nothing.
    ///
    /// If the future is dropped before it is ready, the record is not sent, unless it was just
    /// being accepted.
    ///
    /// # Errors
    /// - `Serialize` if the key or the value cannot be serialized; `Config` if a header, the
    ///   partition or the timestamp is invalid.
    /// - `TooLarge` if the record is over `message.max.bytes`; `NotWritten` if librdkafka refuses
    ///   it for another reason, such as an unknown partition.
    /// - `Closed` and `Fatal` if the producer accepts no more records.
    pub fn send(&self, record: Record<'_, K, V>) -> Sending {
        self.sending(record, Completion::awaited())
    }

    /// Sends `record`, and blocks the thread until there is room for it.
    ///
    /// # Errors
    /// As [`send`](Self::send); `QueueFull` if it would have to wait in a callback, because
    /// callbacks run on the thread that makes room.
    pub fn send_blocking(&self, record: Record<'_, K, V>) -> Result<Delivery> {
        let encoded = self.pack(record, Completion::awaited())?;
        self.accept(encoded, Patience::Wait).map(Delivery::new)
    }

    /// Sends `record` if there is room for it at once.
    ///
    /// # Errors
    /// As [`send`](Self::send); `QueueFull` if there is no room, or if other sends wait for room.
    pub fn try_send(&self, record: Record<'_, K, V>) -> Result<Delivery> {
        let encoded = self.pack(record, Completion::awaited())?;
        self.accept(encoded, Patience::None).map(Delivery::new)
    }

    /// Sends `record`, blocks the thread until there is room for it, and calls `callback` with the
    /// delivery result: exactly once if this returns `Ok`, otherwise never.
    ///
    /// The callback runs on the thread that returns all delivery results: it should be quick, and
    /// must not wait for another result. A panic in it is logged, and affects no other record.
    ///
    /// # Errors
    /// As [`send_blocking`](Self::send_blocking).
    pub fn send_with(
        &self,
        record: Record<'_, K, V>,
        callback: impl FnOnce(Outcome) + Send + 'static,
    ) -> Result<()> {
        self.send_calling(record, callback, Patience::Wait)
    }

    /// Calls [`send_with`](Self::send_with) without waiting for room.
    ///
    /// # Errors
    /// As [`try_send`](Self::try_send).
    pub fn try_send_with(
        &self,
        record: Record<'_, K, V>,
        callback: impl FnOnce(Outcome) + Send + 'static,
    ) -> Result<()> {
        self.send_calling(record, callback, Patience::None)
    }

    fn send_calling(
        &self,
        record: Record<'_, K, V>,
        callback: impl FnOnce(Outcome) + Send + 'static,
        patience: Patience,
    ) -> Result<()> {
        let encoded = self.pack(record, Completion::callback(callback))?;
        self.accept(encoded, patience).map(drop)
    }

    /// Sends `record`, and blocks the thread until there is room for it, without waiting for the
    /// delivery result. The result is counted in the [`CloseReport`](crate::CloseReport), and an
    /// error goes to the function that was set with [`on_error`](crate::ProducerBuilder::on_error).
    ///
    /// # Errors
    /// As [`send_blocking`](Self::send_blocking).
    pub fn post(&self, record: Record<'_, K, V>) -> Result<()> {
        let encoded = self.pack(record, Completion::Posted)?;
        self.accept(encoded, Patience::Wait).map(drop)
    }

    /// Calls [`post`](Self::post) without waiting for room.
    ///
    /// # Errors
    /// As [`try_send`](Self::try_send).
    pub fn try_post(&self, record: Record<'_, K, V>) -> Result<()> {
        let encoded = self.pack(record, Completion::Posted)?;
        self.accept(encoded, Patience::None).map(drop)
    }

    pub(super) fn sending(&self, record: Record<'_, K, V>, completion: Completion) -> Sending {
        let encoded = self.pack(record, completion);
        Sending::new(
            Arc::clone(&self.inner.link),
            Arc::clone(&self.inner.name),
            encoded,
        )
    }

    pub(super) fn link(&self) -> &Link {
        &self.inner.link
    }

    pub(super) fn accept(
        &self,
        encoded: EncodedRecord,
        patience: Patience,
    ) -> Result<Arc<InFlight>> {
        let link = &self.inner.link;
        let in_flight = Arc::clone(&encoded.in_flight);
        let patience = match patience {
            Patience::Wait if link.engine.is_polling_thread() => Patience::None,
            other => other,
        };
        let offered = link.offer(encoded, patience);
        let accepted = offered.and_then(|offered| match offered {
            Offered::Accepted { .. } => Ok(()),
            Offered::Waiting(waiter) => match waiter.accepted.wait(None) {
                Some(Taken::Value(accepted)) => accepted,
                Some(Taken::Gone) | None => Err(Error::closed()),
            },
        });
        accepted
            .map(|()| in_flight)
            .map_err(|error| error.for_topic(&self.inner.name))
    }

    /// Returns the encoded record.
    pub(super) fn pack(
        &self,
        record: Record<'_, K, V>,
        completion: Completion,
    ) -> Result<EncodedRecord> {
        self.pack_unnamed(record, completion)
            .map_err(|error| error.for_topic(&self.inner.name))
    }

    fn pack_unnamed(
        &self,
        record: Record<'_, K, V>,
        completion: Completion,
    ) -> Result<EncodedRecord> {
        let Record {
            key,
            value,
            timestamp,
            partition,
            mut headers,
        } = record;
        if partition.is_some_and(i32::is_negative) {
            return Err(Error::config("invalid partition: expected 0 or more"));
        }
        let inner = &*self.inner;
        let key_format = key.map(|key| inner.key.format(key));
        let value_format = value.map(|value| inner.value.format(value));
        let own = &inner.link.own;
        let injected = Injected::current(own.has_trace);
        injected.add_to(&mut headers);
        let set = inner.headers.find(own, key_format, value_format)?;
        let (headers, header_bytes) = set.with(&headers, key_format, value_format)?;
        let body = self.serialize(key, value)?;
        let bytes = body.len().saturating_add(header_bytes);
        Ok(EncodedRecord {
            topic: self.native()?,
            in_flight: Arc::new(InFlight::new(Arc::clone(&inner.label), bytes, completion)),
            body,
            headers,
            partition,
            timestamp: timestamp.map(Timestamp::as_millis),
        })
    }

    /// Sends bytes unchanged, with these headers and no others.
    pub(crate) fn forward<'h>(
        &self,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: impl Iterator<Item = (&'h [u8], Option<&'h [u8]>)> + Clone,
    ) -> Sending {
        let mut buffer = Buffer::take();
        buffer.0.extend_from_slice(key.unwrap_or_default());
        let key_end = key.is_some().then_some(buffer.0.len());
        buffer.0.extend_from_slice(value.unwrap_or_default());
        let size = headers
            .clone()
            .map(|(name, value)| name.len() + value.map_or(0, <[u8]>::len));
        let bytes = buffer.0.len() + size.sum::<usize>();
        let name = &self.inner.name;
        let encoded = self.native().map(|topic| EncodedRecord {
            topic,
            in_flight: Arc::new(InFlight::new(
                Arc::clone(&self.inner.label),
                bytes,
                Completion::awaited(),
            )),
            body: Body {
                buffer,
                key_end,
                has_value: value.is_some(),
            },
            headers: raw_headers(headers),
            partition: None,
            timestamp: None,
        });
        Sending::new(Arc::clone(&self.inner.link), Arc::clone(name), encoded)
    }

    fn native(&self) -> Result<Arc<Destination>> {
        if let Some(native) = self.inner.native.get() {
            return Ok(Arc::clone(native));
        }
        let made = Destination::new(&self.inner.link.native, &self.inner.name);
        let made = Arc::new(made.map_err(Error::not_written)?);
        Ok(Arc::clone(self.inner.native.get_or_init(|| made)))
    }

    fn serialize(&self, key: Option<&K>, value: Option<&V>) -> Result<Body> {
        let mut buffer = Buffer::take();
        if let Some(key) = key {
            let written = self.inner.key.serialize(key, &mut buffer.0);
            written.map_err(|error| unserializable("key", error))?;
        }
        let key_end = key.is_some().then_some(buffer.0.len());
        if let Some(value) = value {
            let written = self.inner.value.serialize(value, &mut buffer.0);
            written.map_err(|error| unserializable("value", error))?;
        }
        Ok(Body {
            buffer,
            key_end,
            has_value: value.is_some(),
        })
    }
}

impl<K: ?Sized, V: ?Sized> Clone for Topic<K, V> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<K: ?Sized, V: ?Sized> fmt::Debug for Topic<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Topic")
            .field("name", &self.inner.name)
            .field("key", &self.inner.key)
            .field("value", &self.inner.value)
            .finish_non_exhaustive()
    }
}

fn unserializable(side: &str, error: wireform::Error) -> Error {
    let message = format!("the {side} could not be serialized");
    Error::new(ErrorKind::Serialize, message).with_source(error)
}

/// Checks a topic name by Kafka's rule: `Topic.java` in `org.apache.kafka.common.internals`.
fn check_topic(name: &str) -> Result<()> {
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let is_valid = (1..=249).contains(&name.len())
        && !matches!(name, "." | "..")
        && name.bytes().all(is_legal);
    if is_valid {
        return Ok(());
    }
    let message = format!(
        "invalid topic name {name:?}: use 1 to 249 of ASCII letters, digits, '.', '_' and '-'"
    );
    Err(Error::config(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, is_valid: bool) {
        assert_eq!(check_topic(name).is_ok(), is_valid, "{name:?}");
    }

    #[test]
    fn topic_names_are_checked() {
        check("orders.v1_a-b", true);
        check(&"x".repeat(249), true);
        for name in ["", ".", "..", "a b", "a/b", "ä", "a\0", &"x".repeat(250)] {
            check(name, false);
        }
    }
}
