//! `#[derive(Avro)]` from the outside, as programs use it.
#![deny(warnings)]
#![allow(
    clippy::extra_unused_type_parameters,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::redundant_allocation,
    clippy::unwrap_used,
    reason = "tests, of odd shapes too"
)]

#[path = "derive/annotations.rs"]
mod annotations;
#[path = "derive/evolution.rs"]
mod evolution;
#[path = "derive/hostile.rs"]
mod hostile;
#[path = "derive/order.rs"]
mod order;
#[path = "derive/types/mod.rs"]
mod types;
