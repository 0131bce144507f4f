//! Chooses the partition of records that do not name one.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rdkafka::producer::Partitioner;

use crate::program;

/// The arguments of a [partitioner](crate::ProducerBuilder::partitioner).
///
/// ```
/// use wireform_producer::{Producer, Record, Topic};
/// use wireform::Utf8;
///
/// // Orders of the head office have partition 0 for themselves.
/// let producer = Producer::builder()
///     .embedded()
///     .partitioner(|choice| match choice.key() {
///         Some(b"head-office") | None => 0,
///         Some(_) => choice.as_java().max(1),
///     })
///     .build()?;
/// let orders: Topic<str, str> = producer.topic("orders", Utf8, Utf8)?;
/// let mut delivery = orders.send_blocking(Record::new("3 cables").key("head-office"))?;
/// let result = delivery.wait(std::time::Duration::from_secs(10)).ok_or("no result after 10 s")?;
/// assert_eq!(result?.partition, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct PartitionChoice<'a> {
    topic: &'a str,
    key: Option<&'a [u8]>,
    partitions: i32,
    is_available: &'a dyn Fn(i32) -> bool,
}

impl<'a> PartitionChoice<'a> {
    /// Returns the topic of the record.
    #[must_use]
    pub fn topic(&self) -> &'a str {
        self.topic
    }

    /// Returns the serialized key of the record.
    #[must_use]
    pub fn key(&self) -> Option<&'a [u8]> {
        self.key
    }

    /// Returns the number of partitions of the topic: at least one.
    #[must_use]
    pub fn partitions(&self) -> i32 {
        self.partitions
    }

    /// Returns whether `partition` has a leader at this time.
    #[must_use]
    pub fn is_available(&self, partition: i32) -> bool {
        (self.is_available)(partition)
    }

    /// Returns the partition that Java's producer chooses for the key: see [`java_partition`].
    /// Without a key, 0.
    #[must_use]
    pub fn as_java(&self) -> i32 {
        java_partition(self.key.unwrap_or_default(), self.partitions)
    }
}

impl fmt::Debug for PartitionChoice<'_> {
    /// Omits the key: it is the program's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartitionChoice")
            .field("topic", &self.topic)
            .field("partitions", &self.partitions)
            .finish_non_exhaustive()
    }
}

/// Returns the partition that Java's producer, and this one by default, chooses for `key` in a
/// topic of `partitions` partitions; 0 if there are none.
///
/// `BuiltInPartitioner.partitionForKey` in <https://github.com/apache/kafka>.
///
/// ```
/// assert_eq!(wireform_producer::java_partition(b"foobar", 12), 6);
/// ```
#[must_use]
pub fn java_partition(key: &[u8], partitions: i32) -> i32 {
    let positive = murmur2(key) & 0x7fff_ffff;
    let positive = i32::try_from(positive).unwrap_or(0);
    positive.checked_rem(partitions).unwrap_or(0)
}

/// Returns the hash of `Utils.murmur2` in `org.apache.kafka.common.utils`.
fn murmur2(data: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    // Java's lengths are `int`s, and Kafka's records are not longer.
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    let mut hash = 0x9747_b28c ^ length;
    let (words, rest) = data.as_chunks::<4>();
    for word in words {
        let mut k = u32::from_le_bytes(*word).wrapping_mul(M);
        k ^= k >> 24;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    if !rest.is_empty() {
        for (index, byte) in rest.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * index);
        }
        hash = hash.wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    hash ^ (hash >> 15)
}

type Closure = dyn Fn(&PartitionChoice<'_>) -> i32 + Send + Sync;

/// The partitioner of the program.
#[derive(Clone)]
pub(crate) struct Partitioning {
    closure: Arc<Closure>,
    /// Panics that are not logged yet.
    panics: Arc<AtomicU64>,
}

impl Partitioning {
    pub(crate) fn new(
        closure: impl Fn(&PartitionChoice<'_>) -> i32 + Send + Sync + 'static,
    ) -> Self {
        Self {
            closure: Arc::new(closure),
            panics: Arc::default(),
        }
    }

    /// Logs the panics since the last call; for the polling thread, which holds no lock.
    pub(crate) fn log_panics(&self) {
        let count = self.panics.swap(0, Ordering::Relaxed);
        if count > 0 {
            program::log(|| {
                log::error!(
                    "the partitioner of a producer panicked ({count} times since the last report)"
                );
            });
        }
    }
}

impl Partitioner for Partitioning {
    /// Called by librdkafka under the topic's lock, on any thread: a panic must not get into C, and
    /// is logged [later](Self::log_panics), since a logger that sends would wait for that lock.
    fn partition(
        &self,
        topic: &str,
        key: Option<&[u8]>,
        partitions: i32,
        is_available: impl Fn(i32) -> bool,
    ) -> i32 {
        let choice = PartitionChoice {
            topic,
            key,
            partitions,
            is_available: &|partition| {
                (0..partitions).contains(&partition) && is_available(partition)
            },
        };
        IS_CHOOSING.set(true);
        let chosen = program::contain(|| (self.closure)(&choice));
        IS_CHOOSING.set(false);
        let chosen = chosen.unwrap_or_else(|| {
            self.panics.fetch_add(1, Ordering::Relaxed);
            NO_PARTITION
        });
        // -1 would mean "not yet", and keep the record until it times out.
        if chosen < 0 { NO_PARTITION } else { chosen }
    }
}

thread_local! {
    /// True while this thread runs a partitioner.
    static IS_CHOOSING: Cell<bool> = const { Cell::new(false) };
}

/// Refuses calls from a partitioner to its producer, whose lock the thread may hold.
///
/// # Panics
/// If this thread runs a partitioner. The panic ends in the partitioner, which then counts as
/// failed.
pub(crate) fn check_not_choosing() {
    assert!(
        !IS_CHOOSING.get(),
        "a partitioner called a producer: it may use only its arguments"
    );
}

/// A partition that no topic has: librdkafka refuses the record with "unknown partition".
const NO_PARTITION: i32 = i32::MAX;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(key: &str, expected: i32) {
        assert_eq!(murmur2(key.as_bytes()), expected.cast_unsigned(), "{key}");
    }

    /// `UtilsTest.testMurmur2` in <https://github.com/apache/kafka>.
    #[test]
    fn hash_is_javas() {
        check("21", -973_932_308);
        check("foobar", -790_332_482);
        check("a-little-bit-long-string", -985_981_536);
        check("a-little-bit-longer-string", -1_486_304_829);
        check("abc", 479_470_107);
    }

    #[test]
    fn no_partitions_are_no_panic() {
        assert_eq!(java_partition(b"x", 0), 0);
    }
}
