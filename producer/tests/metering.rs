//! What a recorder of `metrics` gets. A program of its own, since the recorder is the process's.
#![cfg(feature = "metrics")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use wireform::Utf8;
use wireform_producer::{Producer, Record, Topic};

/// Sums of counters, and numbers of a histogram's values, by name and labels.
#[derive(Clone, Default)]
struct Sums(Arc<Mutex<BTreeMap<String, u64>>>);

struct Sum(Sums, String);

impl Sum {
    fn add(&self, value: u64) {
        let mut sums = self.0.0.lock().unwrap();
        *sums.entry(self.1.clone()).or_default() += value;
    }
}

impl CounterFn for Sum {
    fn increment(&self, value: u64) {
        self.add(value);
    }

    fn absolute(&self, _: u64) {}
}

impl HistogramFn for Sum {
    fn record(&self, seconds: f64) {
        assert!((0.0..60.0).contains(&seconds));
        self.add(1);
    }
}

impl Sums {
    fn of(&self, key: &Key) -> Arc<Sum> {
        let labels = key.labels().map(|label| format!(" {}", label.value()));
        let name = key.name().to_owned() + &labels.collect::<String>();
        Arc::new(Sum(self.clone(), name))
    }

    fn all(&self) -> Vec<(String, u64)> {
        self.0.lock().unwrap().clone().into_iter().collect()
    }
}

impl Recorder for Sums {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.of(key))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.of(key))
    }
}

#[test]
fn verdicts_are_counted_and_timed() {
    let sums = Sums::default();
    metrics::set_global_recorder(sums.clone()).unwrap();
    let sent = |producer: &Producer, timeout| {
        let orders: Topic<str, str> = producer.topic("orders", Utf8, Utf8).unwrap();
        for _ in 0..3 {
            orders.post(Record::new("x")).unwrap();
        }
        let _ = producer.close_blocking(timeout).unwrap();
    };
    sent(&Producer::embedded().unwrap(), Duration::from_secs(10));
    let offline = Producer::builder().brokers("127.0.0.1:1").build().unwrap();
    sent(&offline, Duration::ZERO);
    let expected = [
        ("wireform_producer_delivery_seconds", 6),
        ("wireform_producer_records_total delivered", 3),
        ("wireform_producer_records_total not_written", 3),
    ];
    let expected = expected.map(|(name, sum)| (name.to_owned(), sum));
    assert_eq!(sums.all(), expected);
}
