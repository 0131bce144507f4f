//! The path of an encoded record to its delivery result.

mod accounting;
pub(crate) mod batch;
pub(crate) mod encoded_record;
mod event_buffer;
mod events;
pub(crate) mod headers;
pub(crate) mod in_flight;
pub(crate) mod ledger;
pub(crate) mod link;
pub(crate) mod partitioning;
mod polling;
pub(crate) mod queue;
mod shared;
pub(crate) mod slot;
pub(crate) mod transactions;
