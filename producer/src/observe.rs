//! Logs, metrics, spans and statistics of a producer.

pub(crate) mod broker_log;
pub(crate) mod hooks;
#[cfg(feature = "metrics")]
pub(crate) mod metering;
#[cfg(not(feature = "metrics"))]
#[path = "observe/metering_off.rs"]
pub(crate) mod metering;
#[cfg(feature = "otel")]
pub(crate) mod otel;
#[cfg(not(feature = "otel"))]
#[path = "observe/otel_off.rs"]
pub(crate) mod otel;
pub(crate) mod secrets;
pub(crate) mod statistics;
#[cfg(feature = "tracing")]
pub(crate) mod trace;
#[cfg(not(feature = "tracing"))]
#[path = "observe/trace_off.rs"]
pub(crate) mod trace;
