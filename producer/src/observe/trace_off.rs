//! No events.

use std::time::Duration;

use rdkafka::config::RDKafkaLogLevel;

use crate::error::Error;
use crate::outcome::Outcome;

pub(crate) struct Span;

impl Span {
    pub(crate) const fn begin(_: &str) -> Self {
        Self
    }

    pub(crate) const fn end(&self, _: &Outcome) {}
}

pub(crate) const fn not_placed(_: &Error) {}

pub(crate) const fn waits(_: usize) {}

pub(crate) const fn closing(_: usize, _: Duration) {}

pub(crate) const fn broker_trouble(_: &str, _: &str) {}

pub(crate) const fn connected() {}

pub(crate) const fn librdkafka(_: log::Level, _: &str, _: &str) {}

pub(crate) const fn librdkafka_level() -> Option<RDKafkaLogLevel> {
    None
}
