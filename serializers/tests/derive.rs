//! `#[derive(Avro)]` from the outside, as programs use it.
#![deny(warnings)]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

#[path = "derive/evolution.rs"]
mod evolution;
#[path = "derive/hostile.rs"]
mod hostile;
#[path = "derive/order.rs"]
mod order;
#[path = "derive/types/mod.rs"]
mod types;
