//! From an encoded record to its delivery result.

pub(crate) mod accounting;
pub(crate) mod batch;
pub(crate) mod events;
pub(crate) mod harvest;
pub(crate) mod headers;
pub(crate) mod ledger;
pub(crate) mod parcel;
pub(crate) mod partitioning;
pub(crate) mod polling;
pub(crate) mod queue;
pub(crate) mod slot;
pub(crate) mod transactions;
