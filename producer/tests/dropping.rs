//! What is logged of a producer that is dropped. A program of its own, since the logger is the
//! process's.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Mutex;
use std::time::Duration;

use log::{Level, Log, Metadata};
use wireform::Utf8;
use wireform_producer::{ErrorKind, Producer, Record, Topic};

/// Lines at ERROR.
struct Lines(Mutex<Vec<String>>);

impl Log for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() == Level::Error
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) && record.target().starts_with("wireform") {
            self.0.lock().unwrap().push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

static LINES: Lines = Lines(Mutex::new(Vec::new()));

#[test]
fn what_is_lost_is_counted_at_error() {
    log::set_logger(&LINES).unwrap();
    log::set_max_level(log::LevelFilter::Error);
    let producer = Producer::builder().brokers("127.0.0.1:1").build().unwrap();
    let orders: Topic<str, str> = producer.topic("orders", Utf8, Utf8).unwrap();
    let mut deliveries = Vec::new();
    for _ in 0..10_000 {
        deliveries.push(orders.send_blocking(Record::new("x")).unwrap());
    }
    drop((producer, orders));
    for delivery in &mut deliveries {
        let error = delivery.wait(Duration::from_secs(10)).unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotWritten);
    }
    let expected = [
        "a producer was dropped without close: 10000 records have no delivery result yet",
        "a producer was dropped without close: of 10000 records, 10000 were not written and 0 may \
         have been",
    ];
    // The second one comes when the thread ends.
    for _ in 0..200 {
        if LINES.0.lock().unwrap().len() == expected.len() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(*LINES.0.lock().unwrap(), expected);
}
