//! Events for the `tracing` of the program. No key, no value and no secret is in them.

use std::time::Duration;

use crate::error::Error;

/// An accepted record got no place.
pub(crate) fn not_placed(error: &Error) {
    tracing::warn!(target: "wireform_producer", kind = ?error.kind(), %error, "no place in the log");
}

/// A send has to wait for room.
pub(crate) fn waits(in_flight: usize) {
    tracing::debug!(target: "wireform_producer", in_flight, "the queue is full");
}

/// The producer takes no more records.
pub(crate) fn closing(open: usize, timeout: Duration) {
    tracing::debug!(target: "wireform_producer", open, ?timeout, "closing");
}

/// Something happened to a connection.
pub(crate) fn broker_trouble(code: &str, reason: &str) {
    tracing::warn!(target: "wireform_producer", code, reason, "librdkafka reports");
}
