//! A Kafka producer that sets the headers and accounts for every record.
#![deny(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod builder;
mod delivery;
mod embedded;
mod engine;
mod error;
mod headers;
mod ledger;
mod message_headers;
mod parcel;
mod producer;
mod record;
mod settings;
mod slot;
mod status;
mod topic;

pub use crate::builder::{Compression, Preset, ProducerBuilder};
pub use crate::delivery::{Delivery, Outcome, Placed, PlacedTimestamp};
pub use crate::embedded::EmbeddedCluster;
pub use crate::error::{Error, ErrorKind, Result};
pub use crate::ledger::CloseReport;
pub use crate::message_headers::MessageHeaders;
pub use crate::producer::Producer;
pub use crate::record::{Record, Timestamp};
pub use crate::topic::{Sending, Topic};
