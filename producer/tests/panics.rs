//! Panics in the code of the program that a producer calls. A program of its own, since logger,
//! recorder and subscriber are the process's.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use wireform::Utf8;
use wireform_producer::{CloseReport, ErrorKind, Producer, Record, Topic};

/// Far more than any of this takes.
const LIMIT: Duration = Duration::from_secs(60);
const RECORDS: usize = 1200;

struct Logger;

impl log::Log for Logger {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.target().starts_with("wireform")
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            panic!("the logger");
        }
    }

    fn flush(&self) {}
}

#[cfg(feature = "metrics")]
mod recorder {
    use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, SharedString, Unit};

    pub(crate) struct Recorder;

    impl metrics::Recorder for Recorder {
        fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

        fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

        fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

        fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
            panic!("the recorder");
        }

        fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
            panic!("the recorder");
        }

        fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
            panic!("the recorder");
        }
    }
}

#[cfg(feature = "tracing")]
mod subscriber {
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata};

    /// Panics at all but the start of a span, which is the sender's.
    pub(crate) struct Subscriber;

    impl tracing::Subscriber for Subscriber {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target().starts_with("wireform")
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {
            panic!("the subscriber");
        }

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn event(&self, _: &Event<'_>) {
            panic!("the subscriber");
        }

        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {}

        fn try_close(&self, _: Id) -> bool {
            panic!("the subscriber");
        }
    }
}

/// Everything that the program can give a producer to call panics, and the panics too.
fn panicking_program() {
    log::set_logger(&Logger).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    #[cfg(feature = "metrics")]
    metrics::set_global_recorder(recorder::Recorder).unwrap();
    #[cfg(feature = "tracing")]
    tracing::subscriber::set_global_default(subscriber::Subscriber).unwrap();
    // The standard hook prints thousands of backtraces.
    let standard = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if thread::current().name() != Some("wireform-producer") {
            standard(info);
        }
    }));
}

struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("the payload of a panic");
    }
}

fn deliver_and_close(producer: &Producer) -> CloseReport {
    let orders: Topic<str, str> = producer.topic("orders", Utf8, Utf8).unwrap();
    let (results, received) = mpsc::channel();
    for _ in 0..RECORDS {
        let results = results.clone();
        orders
            .send_with(Record::new("x"), move |outcome| {
                results.send(outcome.map_err(|error| error.kind())).unwrap();
                std::panic::panic_any(PanicsWhenDropped);
            })
            .unwrap();
    }
    let mut awaited = orders.send_blocking(Record::new("x")).unwrap();
    let report = producer.close_blocking(Duration::ZERO).unwrap();
    for _ in 0..RECORDS {
        let result = received.recv_timeout(LIMIT).unwrap();
        assert_eq!(result.unwrap_err(), ErrorKind::NotWritten);
    }
    let error = awaited.wait(LIMIT).unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotWritten);
    report
}

#[test]
fn panics_in_the_program_lose_no_result() {
    panicking_program();
    let (done, closed) = mpsc::channel();
    thread::spawn(move || {
        let producer = Producer::builder()
            .brokers("127.0.0.1:1")
            .statistics(Duration::from_millis(10), |_| panic!("the statistics hook"))
            .on_error(|_| panic!("the error hook"))
            .build()
            .unwrap();
        let report = deliver_and_close(&producer);
        let _ = done.send(report);
    });
    let report = closed.recv_timeout(LIMIT).unwrap();
    let expected = u64::try_from(RECORDS).unwrap() + 1;
    assert_eq!(
        (report.not_written, report.accepted()),
        (expected, expected)
    );

    // Dropping without a close logs too.
    let (done, dropped) = mpsc::channel();
    thread::spawn(move || {
        let producer = Producer::builder().brokers("127.0.0.1:1").build().unwrap();
        let orders: Topic<str, str> = producer.topic("orders", Utf8, Utf8).unwrap();
        let mut pending = orders.send_blocking(Record::new("x")).unwrap();
        drop((producer, orders));
        let _ = done.send(pending.wait(LIMIT).unwrap().unwrap_err().kind());
    });
    let kind = dropped.recv_timeout(LIMIT).unwrap();
    assert_eq!(kind, ErrorKind::NotWritten);
}
