//! `trace` without the feature `tracing`: nothing.

use std::time::Duration;

use crate::error::Error;

#[allow(dead_code, reason = "only some features retry")]
pub(crate) fn retry(_: &Error, _: u32, _: Duration) {}

#[allow(dead_code, reason = "only `http` has several nodes")]
pub(crate) fn failover(_: &str, _: &str, _: &Error) {}

pub(crate) fn stale(_: &Error) {}
