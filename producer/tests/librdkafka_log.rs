//! What the program's logger gets from librdkafka. A program of its own, since the logger is the
//! process's.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use log::{LevelFilter, Log, Metadata, Record};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use wireform::Utf8;
use wireform_producer::{Producer, Topic};

const SOON: Duration = Duration::from_secs(20);

/// Keeps every line.
struct Lines(Mutex<Vec<String>>);

static LINES: Lines = Lines(Mutex::new(Vec::new()));

impl Log for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let thread = thread::current();
        let thread = thread.name().unwrap_or("unnamed");
        let line = format!(
            "{} {} {} [{thread}]",
            record.target(),
            record.level(),
            record.args()
        );
        self.lock().push(line);
    }

    fn flush(&self) {}
}

impl Lines {
    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, text: &str) -> usize {
        let lines = self.lock();
        lines.iter().filter(|line| line.contains(text)).count()
    }

    fn wait(&self, text: &str) -> bool {
        let deadline = Instant::now() + SOON;
        while self.count(text) == 0 {
            if Instant::now() >= deadline {
                return false;
            }
            thread::sleep(Duration::from_millis(10));
        }
        true
    }
}

/// One test, since all producers of a process log to the same logger, and one that is closed goes on
/// for a moment. The outage comes first: its lines are counted.
#[test]
fn log_lines_of_librdkafka_reach_the_logger() {
    log::set_logger(&LINES).unwrap();
    log::set_max_level(LevelFilter::Debug);
    outage_is_logged_once_and_so_is_its_end();
    panic_of_a_partitioner_is_logged_by_the_polling_thread();
    debug_lines_are_logged();
}

fn outage_is_logged_once_and_so_is_its_end() {
    let cluster = MockCluster::<'static, DefaultProducerContext>::new(1).unwrap();
    cluster.broker_down(1).unwrap();
    let producer = Producer::builder()
        .brokers(cluster.bootstrap_servers())
        .build()
        .unwrap();
    let down = "all brokers are down";
    // Several rounds of connecting.
    thread::sleep(Duration::from_secs(3));
    assert_eq!(LINES.count(down), 1, "{:?}", LINES.lock());
    assert_eq!(LINES.count("AllBrokersDown"), 0, "{:?}", LINES.lock());
    cluster.broker_up(1).unwrap();
    assert!(LINES.wait("a broker is connected again"));
    LINES.lock().clear();
    cluster.broker_down(1).unwrap();
    assert!(LINES.wait(down), "{:?}", LINES.lock());
    let _ = producer.close_blocking(Duration::ZERO);
}

/// librdkafka calls the partitioner under its locks: a logger that sends would wait for them.
fn panic_of_a_partitioner_is_logged_by_the_polling_thread() {
    let producer = Producer::builder()
        .embedded()
        .partitioner(|_| panic!("a test said so"))
        .build()
        .unwrap();
    let orders: Topic<str, str> = producer.topic("orders", Utf8, Utf8).unwrap();
    for _ in 0..2 {
        orders.post(wireform_producer::Record::new("x")).unwrap();
    }
    assert!(LINES.wait("partitioner"), "{:?}", LINES.lock());
    let _ = producer.close_blocking(SOON);
    let lines = LINES.lock();
    let lines = lines.iter().filter(|line| line.contains("partitioner"));
    let elsewhere: Vec<&String> = lines
        .filter(|line| !line.ends_with("[wireform-producer]"))
        .collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
}

fn debug_lines_are_logged() {
    let producer = Producer::builder()
        .brokers("127.0.0.1:1")
        .config("debug", "broker")
        .build()
        .unwrap();
    assert!(LINES.wait("librdkafka DEBUG"), "{:?}", LINES.lock());
    let _ = producer.close_blocking(Duration::ZERO);
}
