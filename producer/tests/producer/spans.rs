use std::fmt;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::subscriber::with_default;
use tracing::{Event, Metadata, Subscriber};
use wireform_producer::Record;

use crate::{SOON, orders};

/// Writes down the fields of spans, and when they close.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    fn add(&self, note: String) {
        self.0.lock().unwrap().push(note);
    }
}

impl Visit for Notes {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(format!("{field}={value:?}"));
    }
}

impl Subscriber for Notes {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "wireform_producer" && metadata.is_span()
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.add(span.metadata().name().to_owned());
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &tracing::span::Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}

    fn try_close(&self, _: Id) -> bool {
        self.add("closed".to_owned());
        true
    }
}

#[test]
fn span_lasts_from_send_to_verdict() {
    let (_cluster, producer, orders) = orders(1);
    let notes = Notes::default();
    let mut delivery = with_default(notes.clone(), || {
        orders.send_blocking(Record::new("secret")).unwrap()
    });
    producer.flush_blocking(SOON).unwrap();
    let found = notes.0.lock().unwrap().join(" ");
    assert_eq!(found, "send topic=\"orders\" partition=0 offset=0 closed");
    // The handle is still there.
    delivery.wait(SOON).unwrap().unwrap();
}
