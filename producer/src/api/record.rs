use std::fmt;

use crate::timestamp::Timestamp;

/// A record to send: a value, and optionally a key, a timestamp, a partition and headers.
///
/// ```
/// use wireform_producer::{Record, Timestamp};
///
/// let record = Record::new("3 cables")
///     .key("order-ORD-001")
///     .timestamp(Timestamp::from_millis(1_795_000_000_123)?)
///     .partition(0)
///     .header("trace-id", "abc");
/// let gone = Record::<str, str>::tombstone().key("order-ORD-001");
/// # let _ = (record, gone);
/// # Ok::<(), wireform_producer::Error>(())
/// ```
#[must_use = "a record does nothing until a topic sends it"]
pub struct Record<'a, K: ?Sized, V: ?Sized> {
    pub(crate) key: Option<&'a K>,
    pub(crate) value: Option<&'a V>,
    pub(crate) timestamp: Option<Timestamp>,
    pub(crate) partition: Option<i32>,
    pub(crate) headers: Vec<(&'a str, &'a [u8])>,
}

impl<'a, K: ?Sized, V: ?Sized> Record<'a, K, V> {
    /// Creates a record with `value`, without a key.
    pub fn new(value: &'a V) -> Self {
        Self {
            value: Some(value),
            ..Self::tombstone()
        }
    }

    /// Creates a record without a value, which deletes the key's older records from a compacted
    /// topic.
    ///
    /// A tombstone has no payload and none of the headers that describe one; the program's own
    /// headers are kept.
    pub fn tombstone() -> Self {
        Self {
            key: None,
            value: None,
            timestamp: None,
            partition: None,
            headers: Vec::new(),
        }
    }

    /// Sets the key. Records with the same key go to the same partition, which is the one that
    /// Java's producer chooses, and keep their order.
    ///
    /// Without a key, librdkafka picks a partition at random and stays with it for a while
    /// (`sticky.partitioning.linger.ms`, 10 ms), so that batches fill.
    pub fn key(mut self, key: &'a K) -> Self {
        self.key = Some(key);
        self
    }

    /// Sets the timestamp; the time of sending by default.
    pub fn timestamp(mut self, timestamp: Timestamp) -> Self {
        self.timestamp = Some(timestamp);
        self
    }

    /// Sets the partition, from 0, instead of choosing it by the key.
    pub fn partition(mut self, partition: i32) -> Self {
        self.partition = Some(partition);
        self
    }

    /// Makes the record a CloudEvent in binary mode: its attributes become headers (`ce_id`, …),
    /// beside the codec's `content-type`.
    ///
    /// ```
    /// use wireform::cloudevents::EventAttributes;
    /// use wireform_producer::Record;
    ///
    /// let attributes = EventAttributes::new("A-1", "/shop", "order.placed")?;
    /// let record = Record::new("3 cables").key("order-ORD-001").event(&attributes);
    /// # let _ = record;
    /// # Ok::<(), wireform::Error>(())
    /// ```
    #[cfg(feature = "cloudevents")]
    #[cfg_attr(docsrs, doc(cfg(feature = "cloudevents")))]
    pub fn event(mut self, attributes: &'a wireform::cloudevents::EventAttributes) -> Self {
        let headers = attributes.headers();
        self.headers
            .extend(headers.map(|(name, value)| (name, value.as_bytes())));
        self
    }

    /// Adds a header. It replaces a header of the producer or the codec with the same name,
    /// ignoring case.
    pub fn header(mut self, name: &'a str, value: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.headers.push((name, value.as_ref()));
        self
    }
}

impl<K: ?Sized, V: ?Sized> Clone for Record<'_, K, V> {
    fn clone(&self) -> Self {
        Self {
            headers: self.headers.clone(),
            ..*self
        }
    }
}

impl<K: ?Sized, V: ?Sized> fmt::Debug for Record<'_, K, V> {
    /// Omits key, value and header values: they are the program's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("has_key", &self.key.is_some())
            .field("has_value", &self.value.is_some())
            .field("timestamp", &self.timestamp)
            .field("partition", &self.partition)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_data() {
        let record = Record::new("secret").key("hidden").header("h", "private");
        let text = format!("{record:?}");
        for word in ["secret", "hidden", "private"] {
            assert!(!text.contains(word), "{text}");
        }
    }
}
