//! A Kafka producer that sets the headers and accounts for every record.
//!
//! A [`Topic`] takes values, and a [serializer](wireform::Serializer) makes bytes of them. The
//! headers that consumers need (`content-type`, `version`, the schema's id) come from the
//! serializer; what became of a record comes as a [`Delivery`].
//!
//! ```
//! use std::time::Duration;
//!
//! use wireform::{Json, Utf8};
//! use wireform_producer::{Producer, Record, Topic};
//!
//! #[derive(serde::Serialize)]
//! struct Order {
//!     total: f64,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let producer = Producer::builder()
//!     .embedded() // a cluster in this process; .brokers("127.0.0.1:9092") for a real one
//!     .header("source", "order-service")
//!     .build()?;
//! let codec = Json::<Order>::new().version("1.0");
//! let orders: Topic<str, Order> = producer.topic("orders", Utf8, codec)?;
//!
//! let order = Order { total: 1060.74 };
//! let delivery = orders.send(Record::new(&order).key("ORD-001")).await?; // accepted
//! let placed = delivery.await?; // in the log
//! println!("{} {} {:?}", placed.topic, placed.partition, placed.offset);
//!
//! let report = producer.close(Duration::from_secs(10)).await?;
//! assert_eq!((report.delivered, report.accepted()), (1, 1));
//! # Ok(())
//! # }
//! ```
//!
//! # What is promised
//! - **One delivery result.** Every record that was accepted gets exactly one, within the delivery
//!   timeout and two seconds: it was [placed](Placed); it was not written, so that sending it again
//!   is safe; or it is [unknown](ErrorKind::Unknown) whether it was. No [`Delivery`] hangs, also
//!   after a close, a fatal error, or when the producer is dropped. As long as there is no result,
//!   the record may still be written: [`Delivery::wait`] then returns `None`, which is not an error.
//! - **Order.** What is sent one after the other stays in that order, and records with the same
//!   key share a partition, the one where Java's producer puts them. Sends that wait for room pass
//!   in the order in which they came.
//! - **No runtime.** The futures work on any executor, and every call has a form that blocks
//!   instead. One thread of the producer's calls the program back. A panic in a callback, a hook,
//!   the logger, or the recorder or subscriber of the features below costs no delivery result.
//! - **One process.** A child that was forked from the process has none of its threads: there, a
//!   producer of the parent delivers nothing, and a wait without a timeout never ends. Build the
//!   producer after the fork.
//! - **One limit.** A leader that appended a record, lost its place before the replicas had it, and
//!   answered so, makes librdkafka try again; if no later try is answered before the delivery
//!   timeout, it reports "not written", though the record may be in the log after all. Give such
//!   records a long delivery timeout, the default, which outlasts an election by far.
//! - **No secrets, no data.** Neither `Debug` nor errors show values of settings, headers, keys
//!   or records.
//!
//! # Errors
//! Sending and delivering fail with one [`Error`]; its [`ErrorKind`] is what to branch on:
//!
//! ```
//! use wireform_producer::{ErrorKind, Outcome};
//!
//! /// `result` is what `Delivery::wait` returned.
//! fn what_to_do(result: Option<&Outcome>) -> &'static str {
//!     let Some(outcome) = result else {
//!         return "wait on: it may still be written";
//!     };
//!     match outcome.as_ref().map_err(|error| (error.kind(), error.is_retryable())) {
//!         Ok(_) => "go on",
//!         Err((ErrorKind::Unknown, _)) => "ask the log before sending it again",
//!         Err((_, true)) => "send it again",
//!         Err((_, false)) => "fix the cause first",
//!     }
//! }
//! # let error = wireform_producer::Producer::builder().build().unwrap_err();
//! # assert_eq!(what_to_do(Some(&Err(error))), "fix the cause first");
//! # assert_eq!(what_to_do(None), "wait on: it may still be written");
//! ```
//!
//! # Features
//! LZ4 and Snappy are always there. Building librdkafka takes a C and a C++ compiler (its own
//! `configure` asks for one) and make.
//!
//! | Name | Description | Default? |
//! |---|---|---|
//! | `cloudevents` | `Record::event`: the attributes of CloudEvents as headers | no |
//! | `gzip` | gzip, with a zlib that is built along | no |
//! | `metrics` | counters and a histogram: see [below](#metrics) | no |
//! | `otel` | OpenTelemetry's trace context (W3C `traceparent`) in headers: `ProducerBuilder::trace_context` | no |
//! | `ssl` | TLS, SASL/SCRAM and OAUTHBEARER, with the system's OpenSSL | no |
//! | `tracing` | for `tracing`: a span for each record from its send to its verdict (level DEBUG), events for records without a place, sends that wait, closes, broker trouble | no |
//! | `zstd` | Zstandard, with a libzstd that is built along | no |
//!
//! rdkafka's other features (`gssapi`, `ssl-vendored`, `cmake-build`, …) can be turned on by a
//! dependency on rdkafka beside this one. With `dynamic-linking`, a librdkafka that is newer than the
//! one that rdkafka was built for is refused when a producer is built.
//!
//! # Metrics
//! With the feature `metrics`, the program's recorder gets `wireform_producer_records_total` by
//! `verdict` (`delivered`, `not_written`, `unknown`), and `wireform_producer_delivery_seconds`, a
//! histogram of the time from a send to its verdict. What librdkafka itself counts comes, typed,
//! to the closure of [`ProducerBuilder::statistics`].
//!
//! # Reading back
//! The crate wireform-consumer decodes messages of rdkafka's consumers with a [`wireform::Reader`], and
//! sends those that it cannot decode to a topic of their own.
#![deny(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod api;
mod engine;
mod error;
#[doc(hidden)]
pub mod internal;
mod native;
mod observe;
mod outcome;
mod program;
mod sync;
mod timestamp;

pub use rdkafka;

pub use crate::api::builder::{Compression, Preset, ProducerBuilder};
pub use crate::api::delivery::Delivery;
pub use crate::api::embedded::EmbeddedCluster;
pub use crate::api::producer::Producer;
pub use crate::api::record::Record;
pub use crate::api::sending::Sending;
pub use crate::api::sending_all::SendingAll;
#[doc(hidden)]
pub use crate::api::settings::is_secret as is_secret_setting;
pub use crate::api::topic::Topic;
pub use crate::api::transaction::Transaction;
pub use crate::engine::partitioning::{PartitionChoice, java_partition};
pub use crate::error::{Error, ErrorKind, Result};
pub use crate::observe::broker_log::{BrokerError, BrokerErrorKind};
#[cfg(feature = "otel")]
pub use crate::observe::otel::TraceHeaders;
pub use crate::observe::statistics::{BrokerStatistics, Statistics};
pub use crate::outcome::{CloseReport, Outcome, Placed, PlacedTimestamp};
pub use crate::timestamp::Timestamp;
