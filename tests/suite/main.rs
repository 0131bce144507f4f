//! Every test that needs more than one crate, in one binary: builds are dear.
#![forbid(unsafe_code)]

mod conformance;
mod evolution;
mod example;
mod golden;
mod isolation;
mod kafka;
mod layers;
