//! Calls of librdkafka that rdkafka has no safe or no fast interface for. The only module with
//! `unsafe` in this project.
//!
//! Written for the librdkafka that rdkafka brings: [`check_version`](client::check_version) refuses
//! a newer one. The module does not depend on the rest of this crate: the callbacks of a client,
//! and the opaque value of a record, are type parameters.
#![allow(
    unsafe_code,
    reason = "calls of librdkafka that rdkafka has no safe form of"
)]

pub(crate) mod client;
pub(crate) mod event;
pub(crate) mod headers;
pub(crate) mod report;
pub(crate) mod topic;
