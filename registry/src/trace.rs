//! Events for the `tracing` of the program. No secret, no body and no schema text is in them.

use std::time::Duration;

use crate::error::Error;

/// A call failed and is tried again.
#[cfg_attr(
    not(any(feature = "http", feature = "schema-registry-converter")),
    allow(dead_code, reason = "only they retry")
)]
pub(crate) fn retry(error: &Error, attempt: u32, delay: Duration) {
    tracing::debug!(target: "wireform_registry", %error, attempt, ?delay, "trying again");
}

/// A node of the registry failed; another one is used from now on.
#[cfg_attr(
    not(feature = "http"),
    allow(dead_code, reason = "only it has several nodes")
)]
pub(crate) fn failover(from: &str, to: &str, error: &Error) {
    tracing::warn!(target: "wireform_registry", from, to, %error, "changing over to another node");
}

/// Something too old was used, because the registry failed.
pub(crate) fn stale(error: &Error) {
    tracing::warn!(target: "wireform_registry", %error, "using a schema that may be out of date");
}
