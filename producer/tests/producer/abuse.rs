//! Drops, panics and cancellations, at the worst times.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use wireform_producer::{EmbeddedCluster, ErrorKind, Outcome, Producer, Record, Topic};

use crate::{SOON, read, texts};

/// A producer whose brokers are not there.
fn offline() -> (Producer, Topic<str, str>) {
    let producer = Producer::builder().brokers("127.0.0.1:1").build().unwrap();
    let orders = texts(&producer);
    (producer, orders)
}

#[test]
fn ten_thousand_deliveries_resolve_after_a_drop_that_does_not_block() {
    let (producer, orders) = offline();
    let mut deliveries: Vec<_> = (0..10_000)
        .map(|_| orders.send_blocking(Record::new("x")).unwrap())
        .collect();
    let started = Instant::now();
    drop((producer, orders));
    let blocked = started.elapsed();
    for delivery in &mut deliveries {
        let error = delivery.wait(SOON).unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotWritten);
    }
    // The promise is 10 ms and 2 s; the machine may be busy.
    assert!(blocked < Duration::from_secs(1), "{blocked:?}");
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
}

#[test]
fn panicking_hooks_and_callbacks_leave_every_verdict() {
    let hooked = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&hooked);
    let producer = Producer::builder()
        .brokers("127.0.0.1:1")
        .on_error(move |_| {
            seen.fetch_add(1, Ordering::Relaxed);
            panic!("a test said so");
        })
        .build()
        .unwrap();
    let orders = texts(&producer);
    let called = Arc::new(AtomicU32::new(0));
    let mut deliveries = Vec::new();
    for _ in 0..100 {
        let called = Arc::clone(&called);
        let callback = move |outcome: Outcome| {
            assert!(outcome.is_err());
            called.fetch_add(1, Ordering::Relaxed);
            panic!("a test said so");
        };
        orders.send_with(Record::new("x"), callback).unwrap();
        orders.post(Record::new("y")).unwrap();
        deliveries.push(orders.send_blocking(Record::new("z")).unwrap());
    }
    let report = producer.close_blocking(Duration::ZERO).unwrap();
    assert_eq!((report.not_written, report.accepted()), (300, 300));
    assert_eq!(hooked.load(Ordering::Relaxed), 300);
    assert_eq!(called.load(Ordering::Relaxed), 100);
    for mut delivery in deliveries {
        assert_eq!(
            delivery.wait(SOON).unwrap().unwrap_err().kind(),
            ErrorKind::NotWritten
        );
    }
}

#[test]
fn panicking_partitioner_refuses_the_record() {
    let producer = Producer::builder()
        .embedded()
        .partitioner(|choice| match choice.key() {
            Some(b"panic") => panic!("a test said so"),
            Some(b"negative") => -1,
            Some(b"beyond") => choice.partitions(),
            _ => choice.partitions() - 1,
        })
        .build()
        .unwrap();
    let orders = texts(&producer);
    let send = |key: Option<&str>| {
        let record = Record::new("x");
        let record = key.into_iter().fold(record, Record::key);
        orders.send_blocking(record)?.wait(SOON).unwrap()
    };
    for key in ["panic", "negative", "beyond"] {
        assert_eq!(send(Some(key)).unwrap_err().kind(), ErrorKind::NotWritten);
    }
    assert_eq!(send(Some("x")).unwrap().partition, 3);
    assert_eq!(send(None).unwrap().partition, 3);
}

/// The second record waits for room, so that the partitioner runs under the producer's own lock.
#[test]
fn partitioner_that_calls_its_producer_refuses_the_record() {
    let own = Arc::new(OnceLock::<Producer>::new());
    let asked = Arc::clone(&own);
    let producer = Producer::builder()
        .embedded()
        .queue_records(1)
        .partitioner(move |choice| match choice.key() {
            Some(_) => i32::try_from(asked.get().unwrap().in_flight()).unwrap(),
            None => 0,
        })
        .build()
        .unwrap();
    own.set(producer.clone()).unwrap();
    let (done, ended) = mpsc::channel();
    thread::spawn(move || {
        let orders = texts(&producer);
        let mut first = orders.send_blocking(Record::new("x")).unwrap();
        let second = orders.send_blocking(Record::new("x").key("k"));
        let second = second.and_then(|mut second| second.wait(SOON).unwrap());
        assert!(first.wait(SOON).unwrap().is_ok());
        done.send(second.unwrap_err().kind()).unwrap();
    });
    let kind = ended.recv_timeout(SOON).expect("the send ends");
    assert_eq!(kind, ErrorKind::NotWritten);
}

/// Lets a future be polled up to `polls` times, and drops it.
pub(crate) fn drop_after(polls: usize, future: impl Future) {
    let (waker, signal) = signal();
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    for _ in 0..polls {
        if future.as_mut().poll(&mut context).is_ready() {
            return;
        }
        let _ = signal.recv_timeout(Duration::from_millis(20));
    }
}

fn signal() -> (Waker, mpsc::Receiver<()>) {
    struct Signal(Mutex<mpsc::Sender<()>>);
    impl Wake for Signal {
        fn wake(self: Arc<Self>) {
            let _ = self.0.lock().unwrap().send(());
        }
    }
    let (sender, receiver) = mpsc::channel();
    (Arc::new(Signal(Mutex::new(sender))).into(), receiver)
}

#[test]
fn futures_dropped_at_any_poll_keep_the_books() {
    let cluster = EmbeddedCluster::start().unwrap();
    cluster.create_topic("orders", 1).unwrap();
    let builder = Producer::builder().cluster(&cluster).queue_records(2);
    let producer = builder.build().unwrap();
    let orders = texts(&producer);
    for polls in 0..6 {
        for turn in 0..5 {
            let value = format!("{polls}-{turn}");
            drop_after(polls, async {
                if let Ok(delivery) = orders.send(Record::new(&*value)).await {
                    drop(delivery.await);
                }
            });
            let values: Vec<_> = (0..4).map(|number| format!("{value}-{number}")).collect();
            drop_after(
                polls,
                orders.send_all(values.iter().map(|v| Record::new(&**v))),
            );
            drop_after(polls, producer.flush(SOON));
        }
    }
    drop_after(0, producer.close(SOON));
    let report = producer.close_blocking(SOON).unwrap();
    assert!(report.is_complete(), "{report:?}");
    let count = usize::try_from(report.delivered).unwrap();
    let mut values: Vec<_> = read(cluster.brokers(), 1, count)
        .into_iter()
        .map(|record| record.value.unwrap())
        .collect();
    let sent = values.len();
    values.sort();
    values.dedup();
    assert_eq!((values.len(), sent), (count, count), "each value once");
}

#[test]
fn batch_costs_one_wake_up() {
    struct Count(AtomicUsize);
    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let producer = Producer::embedded().unwrap();
    let orders = texts(&producer);
    let values: Vec<_> = (0..500).map(|number| number.to_string()).collect();
    let count = Arc::new(Count(AtomicUsize::new(0)));
    let waker = Waker::from(Arc::clone(&count));
    let mut context = Context::from_waker(&waker);
    let mut all = orders.send_all(values.iter().map(|value| Record::new(&**value)));
    assert!(pin!(&mut all).poll(&mut context).is_pending());
    producer.flush_blocking(SOON).unwrap();
    assert_eq!(count.0.load(Ordering::Relaxed), 1);
    let Poll::Ready(outcomes) = pin!(&mut all).poll(&mut context) else {
        panic!("not ready");
    };
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        500
    );
}

#[test]
fn batch_keeps_the_order_of_its_outcomes_and_refusals() {
    let (_cluster, producer, orders) = crate::orders(1);
    let large = "x".repeat(2_000_000);
    let values = ["a", &*large, "b", "c"];
    let outcomes = orders.send_all_blocking(values.map(Record::new)).unwrap();
    let offsets: Vec<_> = outcomes
        .iter()
        .map(|outcome| {
            outcome
                .as_ref()
                .map(|p| p.offset)
                .map_err(wireform_producer::Error::kind)
        })
        .collect();
    let expected = [
        Ok(Some(0)),
        Err(ErrorKind::TooLarge),
        Ok(Some(1)),
        Ok(Some(2)),
    ];
    assert_eq!(offsets, expected);
    assert_eq!(producer.close_blocking(SOON).unwrap().accepted(), 3);
    let closed = orders.send_all_blocking([Record::new("d")]).unwrap();
    assert_eq!(closed[0].as_ref().unwrap_err().kind(), ErrorKind::Closed);
    assert!(orders.send_all_blocking([]).unwrap().is_empty());
}

#[test]
fn tasks_that_share_a_queue_of_100_never_overtake() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    const TASKS: usize = 64;
    const SENDS: usize = 300;
    let cluster = EmbeddedCluster::start().unwrap();
    cluster.create_topic("orders", 1).unwrap();
    let builder = Producer::builder().cluster(&cluster).queue_records(100);
    let producer = builder.build().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    runtime.block_on(async {
        let tasks = (0..TASKS).map(|task| {
            let orders = texts(&producer);
            tokio::spawn(async move {
                let key = format!("{task}");
                for number in 0..SENDS {
                    let value = format!("{number:05}");
                    drop(orders.send(Record::new(&*value).key(&*key)).await.unwrap());
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
    });
    let report = producer.close_blocking(SOON).unwrap();
    assert_eq!(report.delivered, (TASKS * SENDS) as u64);
    let mut last = BTreeMap::new();
    let mut inversions = 0;
    for record in read(cluster.brokers(), 1, TASKS * SENDS) {
        let previous = last.insert(record.key, record.value.clone());
        inversions += usize::from(previous.is_some_and(|previous| previous >= record.value));
    }
    assert_eq!((last.len(), inversions), (TASKS, 0));
}
