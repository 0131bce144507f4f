//! Events for the `tracing` of the program. No key, no value and no secret is in them.

use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rdkafka::config::RDKafkaLogLevel;
use tracing::field::Empty;

use crate::error::Error;
use crate::outcome::Outcome;
use crate::program;

/// From the send of a record to its verdict.
pub(crate) struct Span(Mutex<tracing::Span>);

impl Span {
    pub(crate) fn begin(topic: &str) -> Self {
        Self(Mutex::new(tracing::debug_span!(
            target: "wireform_producer",
            "send",
            topic,
            partition = Empty,
            offset = Empty,
            error = Empty,
        )))
    }

    /// The result is there: the record's handle may live on.
    pub(crate) fn end(&self, outcome: &Outcome) {
        let span = mem::replace(&mut *self.lock(), tracing::Span::none());
        program::log(|| match outcome {
            Ok(placed) => {
                span.record("partition", placed.partition);
                if let Some(offset) = placed.offset {
                    span.record("offset", offset);
                }
            }
            Err(error) => {
                span.record("error", tracing::field::debug(error.kind()));
            }
        });
        // A subscriber may panic here too, and the second panic of a thread at once ends the process.
        program::log(|| drop(span));
    }

    fn lock(&self) -> MutexGuard<'_, tracing::Span> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

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

/// All brokers were down, and one is connected again.
pub(crate) fn connected() {
    tracing::info!(target: "wireform_producer", "a broker is connected again");
}

/// A log line of librdkafka.
pub(crate) fn librdkafka(level: log::Level, facility: &str, text: &str) {
    match level {
        log::Level::Error => tracing::error!(target: "librdkafka", facility, "{text}"),
        log::Level::Warn => tracing::warn!(target: "librdkafka", facility, "{text}"),
        log::Level::Info => tracing::info!(target: "librdkafka", facility, "{text}"),
        log::Level::Debug | log::Level::Trace => {
            tracing::debug!(target: "librdkafka", facility, "{text}");
        }
    }
}

/// The most detailed level of librdkafka's log that a subscriber takes.
pub(crate) fn librdkafka_level() -> Option<RDKafkaLogLevel> {
    if tracing::enabled!(target: "librdkafka", tracing::Level::DEBUG) {
        Some(RDKafkaLogLevel::Debug)
    } else if tracing::enabled!(target: "librdkafka", tracing::Level::INFO) {
        Some(RDKafkaLogLevel::Info)
    } else if tracing::enabled!(target: "librdkafka", tracing::Level::WARN) {
        Some(RDKafkaLogLevel::Warning)
    } else {
        None
    }
}
