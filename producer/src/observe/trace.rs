//! Events for the program's `tracing` subscriber. They hold no key, no value and no secret.

use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rdkafka::config::RDKafkaLogLevel;
use tracing::field::Empty;

use crate::error::Error;
use crate::outcome::Outcome;
use crate::program;

/// The span from the send of a record to its delivery result.
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

    /// Ends the span now: the handle of the record may live on.
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
        // A subscriber may panic here too, and the second panic of a thread at once ends the
        // process.
        program::log(|| drop(span));
    }

    fn lock(&self) -> MutexGuard<'_, tracing::Span> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reports an accepted record that was not placed.
pub(crate) fn not_placed(error: &Error) {
    tracing::warn!(target: "wireform_producer", kind = ?error.kind(), %error, "no place in the log");
}

/// Reports a send that waits for room.
pub(crate) fn waits(in_flight: usize) {
    tracing::debug!(target: "wireform_producer", in_flight, "the queue is full");
}

/// Reports that the producer accepts no more records.
pub(crate) fn closing(open: usize, timeout: Duration) {
    tracing::debug!(target: "wireform_producer", open, ?timeout, "closing");
}

/// Reports a problem of a connection.
pub(crate) fn broker_trouble(code: &str, reason: &str) {
    tracing::warn!(target: "wireform_producer", code, reason, "librdkafka reports");
}

/// Reports that a broker is connected again after all were down.
pub(crate) fn connected() {
    tracing::info!(target: "wireform_producer", "a broker is connected again");
}

/// Passes on a log line of librdkafka.
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

/// Returns the most detailed level of librdkafka's log that the subscriber enables.
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
