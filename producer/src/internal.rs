//! Functions for the crate wireform-consumer. Not part of the public API: they may change in any
//! release.

pub use crate::native::headers::ConsumedHeaders;

use crate::api::sending::Sending;
use crate::api::topic::Topic;
use crate::error::Error;

/// Returns an error of the kind `Config`.
#[must_use]
pub fn config_error(message: String) -> Error {
    Error::config(message)
}

/// Sends bytes unchanged, with these headers and no others.
pub fn forward<'h>(
    topic: &Topic<[u8], [u8]>,
    key: Option<&[u8]>,
    value: Option<&[u8]>,
    headers: impl Iterator<Item = (&'h [u8], Option<&'h [u8]>)> + Clone,
) -> Sending {
    topic.forward(key, value, headers)
}
