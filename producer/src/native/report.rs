//! Delivery reports.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Message as _};
use rdkafka::{Timestamp, bindings};

/// The knowledge about a record with a delivery report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// The record is in the log.
    Yes,
    /// The record was sent, and never acknowledged.
    Maybe,
    /// The record is not in the log.
    No,
}

/// A delivery report.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) error: Option<RDKafkaErrorCode>,
    pub(crate) written: Written,
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    pub(crate) timestamp: Timestamp,
}

impl Report {
    /// Creates the report from rdkafka's form of it.
    pub(crate) fn of(message: &BorrowedMessage<'_>, error: Option<&KafkaError>) -> Self {
        let unnamed = RDKafkaErrorCode::Unknown;
        Self {
            error: error.map(|error| error.rdkafka_error_code().unwrap_or(unnamed)),
            // SAFETY: `ptr()` is the message of a delivery report event, which `message` keeps
            // alive.
            written: unsafe { written(message.ptr()) },
            partition: message.partition(),
            offset: message.offset(),
            timestamp: message.timestamp(),
        }
    }
}

/// Returns whether the record of a delivery report is in the log.
///
/// # Safety
/// `message` is a live message of a delivery report event: the function reads one field of the
/// `rd_kafka_msg_t` around it, `rdkafka_msg.c`.
pub(super) unsafe fn written(message: *const bindings::rd_kafka_message_t) -> Written {
    use bindings::rd_kafka_msg_status_t as Status;
    // SAFETY: as above.
    match unsafe { bindings::rd_kafka_message_status(message) } {
        Status::RD_KAFKA_MSG_STATUS_PERSISTED => Written::Yes,
        Status::RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED => Written::Maybe,
        Status::RD_KAFKA_MSG_STATUS_NOT_PERSISTED => Written::No,
    }
}
