//! The trace context of OpenTelemetry in the headers of consumed messages.

use opentelemetry::propagation::Extractor;
use opentelemetry::{Context, global};
use wireform::HeaderList as _;

use crate::headers::MessageHeaders;

impl MessageHeaders<'_> {
    /// Returns the context in which the record was sent, read by the program's propagator
    /// (`opentelemetry::global::set_text_map_propagator`). Use it as the parent, or as a link, of
    /// the span in which the record is processed. Returns the current context if the headers have
    /// none.
    ///
    /// Needs the cargo feature `otel`.
    #[cfg_attr(docsrs, doc(cfg(feature = "otel")))]
    #[must_use]
    pub fn trace_context(&self) -> Context {
        global::get_text_map_propagator(|propagator| propagator.extract(self))
    }
}

/// Reads the last header of a name; names are compared without case.
#[cfg_attr(docsrs, doc(cfg(feature = "otel")))]
impl Extractor for MessageHeaders<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        let mut found = None;
        for (name, value) in self.headers() {
            if name.eq_ignore_ascii_case(key) {
                found = value.and_then(|value| std::str::from_utf8(value).ok());
            }
        }
        found
    }

    fn keys(&self) -> Vec<&str> {
        self.headers().map(|(name, _)| name).collect()
    }
}
