//! The trace context of OpenTelemetry in headers.

use std::mem;

use opentelemetry::propagation::Injector;
use opentelemetry::{Context, global};
use rdkafka::message::{Header, OwnedHeaders};

/// The headers that the program's propagator writes for the context in which a record is sent.
pub(crate) struct Injected(Vec<(String, String)>);

impl Injected {
    pub(crate) fn current(is_on: bool) -> Self {
        let mut injected = Self(Vec::new());
        if is_on {
            global::get_text_map_propagator(|propagator| {
                propagator.inject_context(&Context::current(), &mut injected);
            });
        }
        injected
    }

    /// Adds the headers to a record, except those that the record has already.
    pub(crate) fn add_to<'a>(&'a self, headers: &mut Vec<(&'a str, &'a [u8])>) {
        let own = headers.len();
        for (name, value) in &self.0 {
            let is_own = |(other, _): &(&str, _)| other.eq_ignore_ascii_case(name);
            if !headers.iter().take(own).any(is_own) {
                headers.push((name, value.as_bytes()));
            }
        }
    }
}

impl Injector for Injected {
    fn set(&mut self, name: &str, value: String) {
        // W3C's propagator writes an empty `tracestate` if there is no state: it is left out.
        if !value.is_empty() {
            self.0.push((name.to_owned(), value));
        }
    }
}

/// Headers of rdkafka that a propagator can write to, for programs that send with rdkafka itself.
///
/// ```
/// use opentelemetry::{Context, global};
/// use rdkafka::message::OwnedHeaders;
/// use wireform_producer::TraceHeaders;
///
/// let mut headers = TraceHeaders(OwnedHeaders::new());
/// global::get_text_map_propagator(|propagator| {
///     propagator.inject_context(&Context::current(), &mut headers);
/// });
/// let headers: OwnedHeaders = headers.0; // for FutureRecord::headers
/// # let _ = headers;
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "otel")))]
#[derive(Clone, Debug, Default)]
pub struct TraceHeaders(pub OwnedHeaders);

impl Injector for TraceHeaders {
    fn set(&mut self, name: &str, value: String) {
        if value.is_empty() {
            return;
        }
        let headers = mem::replace(&mut self.0, OwnedHeaders::new_with_capacity(0));
        self.0 = headers.insert(Header {
            key: name,
            value: Some(&value),
        });
    }
}
