//! The types with which a program sends records.

mod bootstrap;
pub(crate) mod builder;
pub(crate) mod delivery;
pub(crate) mod embedded;
pub(crate) mod producer;
pub(crate) mod record;
pub(crate) mod sending;
pub(crate) mod sending_all;
pub(crate) mod settings;
pub(crate) mod topic;
pub(crate) mod transaction;
