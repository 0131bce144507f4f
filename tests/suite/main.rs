//! Every test that needs more than one crate, in one binary: builds are dear.
#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod avro;
mod bait;
mod bombs;
mod clients;
mod conformance;
mod converter;
mod datetimes;
mod embedded;
mod events;
mod evolution;
mod evolution_table;
mod golden;
mod isolation;
mod journal;
mod json_schema;
mod json_schema_compatibility;
mod kafka;
mod layers;
mod lock;
mod placement;
mod programs;
mod proto;
mod protobuf_compatibility;
mod registry;
mod storms;
mod waits;
mod word_size;
