//! What became of records.

use std::sync::Arc;

use crate::error::Result;
use crate::timestamp::Timestamp;

/// Where a record ended up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Placed {
    /// The topic.
    pub topic: Arc<str>,
    /// The partition, from 0.
    pub partition: i32,
    /// The place in the partition, from 0.
    ///
    /// `None` if the broker did not say: a repeated request of an idempotent producer was answered
    /// with "I have this already", or acknowledgements were switched off.
    pub offset: Option<i64>,
    /// The time that the record carries in the log.
    pub timestamp: PlacedTimestamp,
}

/// The time of a record in the log, and whose clock it is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PlacedTimestamp {
    /// The time that the record was given, or the time of sending (`message.timestamp.type =
    /// CreateTime`, Kafka's default).
    CreateTime(Timestamp),
    /// The broker's time of writing (`message.timestamp.type = LogAppendTime`).
    LogAppendTime(Timestamp),
    /// The broker did not say; see [`Placed::offset`].
    Unknown,
}

/// What became of a record: its place, or an error whose [kind](crate::ErrorKind) says whether it may
/// be in the log.
pub type Outcome = Result<Placed>;

/// What became of everything that a producer accepted.
///
/// ```
/// # use wireform_producer::Producer;
/// # use std::time::Duration;
/// let producer = Producer::embedded()?;
/// let report = producer.close_blocking(Duration::from_secs(5))?;
/// assert_eq!(report.accepted(), 0);
/// # Ok::<(), wireform_producer::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CloseReport {
    /// Records that are in the log.
    pub delivered: u64,
    /// Records that are not in the log: safe to send again.
    pub not_written: u64,
    /// Records that may be in the log or not.
    pub unknown: u64,
}

impl CloseReport {
    /// All records that were ever accepted.
    #[must_use]
    pub const fn accepted(&self) -> u64 {
        self.delivered + self.not_written + self.unknown
    }

    /// Whether every record that was accepted is in the log.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.delivered == self.accepted()
    }
}
