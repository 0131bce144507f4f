//! Reading with an rdkafka consumer.

pub(crate) mod message_headers;
pub(crate) mod poison;
#[cfg(feature = "otel")]
mod trace_context;
