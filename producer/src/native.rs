//! What rdkafka's safe interface does not say, or not fast enough. The only module with `unsafe` in
//! this project.
//!
//! Made for the librdkafka that rdkafka brings: [`check_version`](client::check_version) refuses a
//! newer one. It knows nothing of the rest of this crate: what a client calls back, and what travels
//! with a record, are type parameters.
#![allow(
    unsafe_code,
    reason = "calls of librdkafka that rdkafka has no safe form of"
)]

pub(crate) mod client;
pub(crate) mod event;
pub(crate) mod headers;
pub(crate) mod report;
pub(crate) mod topic;
