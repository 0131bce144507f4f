//! A Kafka producer that sets headers and reports the delivery result of every record.
//!
//! A [`Topic`] takes values, and a [serializer](wireform::Serializer) encodes them. The headers
//! that consumers need (`content-type`, `version`, the schema id) come from the serializer; the
//! result of each record comes as a [`Delivery`].
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
//! # Guarantees
//! - **One delivery result.** Every accepted record gets exactly one, within the delivery timeout
//!   and two seconds: it was [placed](Placed); it was not written, so that it is safe to send it
//!   again; or the outcome is [unknown](ErrorKind::Unknown). Every [`Delivery`] resolves, also
//!   after a close, a fatal error, or when the producer is dropped. While there is no result, the
//!   record may still be written: [`Delivery::wait`] then returns `None`, which is not an error.
//! - **Order.** Records that are sent one after the other keep that order, and records with the
//!   same key go to one partition, the one that Java's producer chooses. Sends that wait for room
//!   are accepted first come, first served.
//! - **No runtime.** The futures work on any executor, and every call has a blocking form. One
//!   thread of the producer runs all callbacks. A panic in a callback, a hook, the logger, or the
//!   recorder or subscriber of the features below loses no delivery result.
//! - **One process.** A forked child has none of the threads of its parent: there, the parent's
//!   producer delivers nothing, and a wait without a timeout never ends. Build the producer after
//!   the fork.
//! - **One limit.** A leader that wrote a record, lost its leadership before the replicas had the
//!   record, and answered with that error, makes librdkafka retry. If no retry is answered before
//!   the delivery timeout, librdkafka reports "not written", though the record may be in the log.
//!   Use a long delivery timeout for such records: the default is much longer than an election.
//! - **No secrets, no data.** Neither `Debug` nor errors show values of settings, headers, keys or
//!   records.
//!
//! # Errors
//! Sending and delivering fail with one [`Error`]; branch on its [`ErrorKind`]:
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
//! LZ4 and Snappy are always available. Building librdkafka needs a C and a C++ compiler (its
//! `configure` asks for one) and make.
//!
//! | Name | Description | Default? |
//! |---|---|---|
//! | `cloudevents` | `Record::event`: the attributes of CloudEvents as headers | no |
//! | `gzip` | gzip, with a zlib that is built along | no |
//! | `metrics` | counters and a histogram: see [below](#metrics) | no |
//! | `otel` | OpenTelemetry's trace context (W3C `traceparent`) in headers: `ProducerBuilder::trace_context` | no |
//! | `ssl` | TLS, SASL/SCRAM and OAUTHBEARER, with the system's OpenSSL | no |
//! | `tracing` | for `tracing`: a span for each record from its send to its delivery result (level DEBUG), events for records that were not placed, sends that wait, closes, broker problems | no |
//! | `zstd` | Zstandard, with a libzstd that is built along | no |
//!
//! rdkafka's other features (`gssapi`, `ssl-vendored`, `cmake-build`, …) can be turned on by a
//! direct dependency on rdkafka. With `dynamic-linking`, building a producer fails if librdkafka is
//! newer than the version that rdkafka was built for.
//!
//! # Metrics
//! With the feature `metrics`, the program's recorder gets `wireform_producer_records_total` by
//! `verdict` (`delivered`, `not_written`, `unknown`), and `wireform_producer_delivery_seconds`, a
//! histogram of the time from a send to its delivery result. librdkafka's own counters go, typed,
//! to the function that was set with [`ProducerBuilder::statistics`].
//!
//! # Consuming
//! The crate wireform-consumer decodes messages of rdkafka's consumers with a [`wireform::Reader`],
//! and sends messages that it cannot decode to a topic for dead letters.
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
