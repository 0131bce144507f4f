//! Delivery results of records.

use std::sync::Arc;

use crate::error::Result;
use crate::timestamp::Timestamp;

/// The position of a record in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Placed {
    /// The topic.
    pub topic: Arc<str>,
    /// The partition, from 0.
    pub partition: i32,
    /// The offset in the partition, from 0.
    ///
    /// `None` if the broker did not return it: it answered a repeated request of an idempotent
    /// producer with "duplicate", or acknowledgements are disabled.
    pub offset: Option<i64>,
    /// The timestamp of the record in the log.
    pub timestamp: PlacedTimestamp,
}

/// The timestamp of a record in the log, and its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PlacedTimestamp {
    /// The timestamp that the program set, or the time of sending (`message.timestamp.type =
    /// CreateTime`, the default of Kafka).
    CreateTime(Timestamp),
    /// The broker's time of writing (`message.timestamp.type = LogAppendTime`).
    LogAppendTime(Timestamp),
    /// The broker did not return it; see [`Placed::offset`].
    Unknown,
}

/// The delivery result of a record: its position in the log, or an error whose
/// [kind](crate::ErrorKind) tells whether the record may be in the log.
pub type Outcome = Result<Placed>;

/// The delivery results of all records that a producer accepted.
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
    /// Returns the number of accepted records.
    #[must_use]
    pub const fn accepted(&self) -> u64 {
        self.delivered + self.not_written + self.unknown
    }

    /// Returns whether every accepted record is in the log.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.delivered == self.accepted()
    }
}
