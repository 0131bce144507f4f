//! Decodes records of Kafka consumers with wireform, and sends records that cannot be decoded to a
//! topic of dead letters.
//!
//! [`DecodeMessage`] decodes a message of an rdkafka consumer with a [`wireform::Reader`]. A record
//! that cannot be decoded is returned as an [`UndecodedRecord`], with all of its bytes, and
//! [`DeadLetters`] sends it to a topic for such records.
//!
//! # Features
//!
//! | Name | Description | Default? |
//! |---|---|---|
//! | `otel` | `MessageHeaders::trace_context`: OpenTelemetry's trace context (W3C `traceparent`) of a consumed record; adds opentelemetry | no |
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod dead_letters;
mod decode;
mod headers;
#[cfg(feature = "otel")]
mod trace_context;

pub use rdkafka;
pub use wireform_producer::{Error, ErrorKind, Result};

pub use crate::dead_letters::DeadLetters;
pub use crate::decode::{DecodeMessage, UndecodedRecord};
pub use crate::headers::MessageHeaders;
