//! What wireform's producer promises, put to the test on real brokers that are ill-treated.
//!
//! A run sends records, writes down in a [journal] what became of each, and
//! [compares](check) that with the log as the Java client reads it.

pub mod broker;
pub mod check;
pub mod copy;
pub mod journal;
pub mod leaders;
pub mod pressure;
pub mod proxy;
pub mod runs;
pub mod soak;
