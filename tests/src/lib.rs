//! The kit: what the tests of wireform share. Not published.
#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

pub mod conformance;
pub mod frames;
pub mod generic;
pub mod golden;
pub mod lab;
pub mod order;
pub mod random;
pub mod rules;
pub mod servers;
pub mod witness;
pub mod workspace;

/// The programs in the README, run as they stand there.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}

/// And those of what is generated.
#[cfg(doctest)]
#[doc = include_str!("../../docs/generated.md")]
mod generated {}
