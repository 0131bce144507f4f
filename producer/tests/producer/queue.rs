use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use wireform_producer::{EmbeddedCluster, ErrorKind, Producer, Record, Topic};

use crate::{SOON, read, texts};

/// A producer with room for `records` only.
fn narrow(records: usize) -> (EmbeddedCluster, Producer, Topic<str, str>) {
    let cluster = EmbeddedCluster::start().unwrap();
    cluster.create_topic("orders", 1).unwrap();
    let builder = Producer::builder().cluster(&cluster);
    let producer = builder.queue_records(records).build().unwrap();
    let orders = texts(&producer);
    (cluster, producer, orders)
}

/// A producer with room for `records` only, and no brokers: nothing ever leaves.
fn stuck(records: usize) -> (Producer, Topic<str, str>) {
    let builder = Producer::builder().brokers("127.0.0.1:1");
    let producer = builder.queue_records(records).build().unwrap();
    let orders = texts(&producer);
    (producer, orders)
}

fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test]
async fn sends_wait_in_the_order_in_which_they_came() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let (cluster, producer, orders) = narrow(2);
    let mut sends: Vec<_> = (0..50)
        .map(|number| orders.send(Record::new(&*format!("{number:02}"))))
        .collect();
    // The first poll is what counts: awaited last to first.
    let mut accepted = Vec::new();
    for (index, send) in sends.iter_mut().enumerate() {
        if let Poll::Ready(delivery) = poll(send) {
            accepted.push((index, delivery.unwrap()));
        }
    }
    for (index, send) in sends.into_iter().enumerate().rev() {
        if !accepted.iter().any(|(done, _)| *done == index) {
            drop(send.await.unwrap());
        }
    }
    assert_eq!(producer.close(SOON).await.unwrap().delivered, 50);
    let values: Vec<_> = read(cluster.brokers(), 1, 50)
        .into_iter()
        .map(|record| record.value.unwrap())
        .collect();
    assert!(values.is_sorted(), "{values:?}");
}

#[test]
fn full_queue_is_an_error_at_once_where_asked() {
    let (producer, orders) = stuck(1);
    drop(orders.try_send(Record::new("x")).unwrap());
    let error = orders.try_send(Record::new("y")).unwrap_err();
    assert_eq!(
        (error.kind(), error.topic()),
        (ErrorKind::QueueFull, Some("orders"))
    );
    assert!(error.is_retryable());
    let error = orders
        .try_send_with(Record::new("y"), |_| panic!("not accepted"))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::QueueFull);
    let report = producer.close_blocking(Duration::ZERO).unwrap();
    assert_eq!(report.accepted(), 1);
}

#[test]
fn full_queue_counts_bytes_too() {
    let producer = Producer::builder()
        .brokers("127.0.0.1:1")
        .queue_bytes(100)
        .build()
        .unwrap();
    let orders = texts(&producer);
    // 36 bytes of `content-type: text/plain; charset=utf-8` and 50 of value.
    let value = "x".repeat(50);
    drop(orders.try_send(Record::new(&*value)).unwrap());
    let error = orders.try_send(Record::new(&*value)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::QueueFull);
}

#[test]
fn small_record_does_not_overtake_a_large_one_that_waits() {
    let builder = Producer::builder().brokers("127.0.0.1:1");
    let producer = builder.queue_bytes(200).build().unwrap();
    let orders = texts(&producer);
    let large = "x".repeat(100);
    drop(orders.try_send(Record::new(&*large)).unwrap());
    let mut waiting = orders.send(Record::new(&*large));
    assert!(poll(&mut waiting).is_pending());
    let error = orders.try_send(Record::new("y")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::QueueFull);
    drop(waiting);
    drop(orders.try_send(Record::new("y")).unwrap());
}

#[test]
fn cancelled_send_is_not_sent() {
    let (producer, orders) = stuck(1);
    drop(orders.try_send(Record::new("x")).unwrap());
    let mut cancelled = orders.send(Record::new("y"));
    assert!(poll(&mut cancelled).is_pending());
    drop(cancelled);
    drop(orders.send(Record::new("never polled")));
    let report = producer.close_blocking(Duration::ZERO).unwrap();
    assert_eq!(report.accepted(), 1);
}

#[tokio::test]
async fn waiting_send_fails_when_the_producer_closes() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let (producer, orders) = stuck(1);
    drop(orders.try_send(Record::new("x")).unwrap());
    let mut waiting = orders.send(Record::new("y"));
    assert!(poll(&mut waiting).is_pending());
    let blocked = thread::spawn({
        let orders = orders.clone();
        move || orders.send_blocking(Record::new("z")).map(drop)
    });
    let report = producer.close(Duration::from_millis(100)).await.unwrap();
    assert_eq!(report.accepted(), 1);
    assert_eq!(waiting.await.unwrap_err().kind(), ErrorKind::Closed);
    // The thread came before the close, or after it: it is not sent either way.
    assert_eq!(
        wireform_limits::join(blocked, SOON).unwrap_err().kind(),
        ErrorKind::Closed
    );
}

#[test]
fn threads_that_share_a_narrow_queue_keep_their_own_order() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let (cluster, producer, orders) = narrow(20);
    thread::scope(|scope| {
        for thread in 0..4 {
            let orders = orders.clone();
            scope.spawn(move || {
                let key = format!("thread-{thread}");
                for number in 0..500 {
                    let value = format!("{number:03}");
                    let record = Record::new(&*value).key(&*key);
                    drop(orders.send_blocking(record).unwrap());
                }
            });
        }
    });
    let report = producer.close_blocking(SOON).unwrap();
    assert_eq!((report.delivered, report.accepted()), (2000, 2000));
    let records = read(cluster.brokers(), 1, 2000);
    for thread in 0..4 {
        let key = format!("thread-{thread}");
        let values = records
            .iter()
            .filter(|record| record.key.as_ref() == Some(&key))
            .map(|record| record.value.clone());
        assert!(values.is_sorted(), "{key}");
    }
}

#[tokio::test]
async fn queue_of_librdkafka_that_is_full_keeps_the_order_too() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let cluster = EmbeddedCluster::start().unwrap();
    cluster.create_topic("orders", 1).unwrap();
    let producer = Producer::builder()
        .cluster(&cluster)
        .unsafe_config("queue.buffering.max.messages", "3")
        .build()
        .unwrap();
    let orders = texts(&producer);
    let sends: Vec<_> = (0..50)
        .map(|number| {
            // On tasks of their own: a send borrows nothing.
            let sending = orders.send(Record::new(&*format!("{number:02}")));
            tokio::spawn(async { sending.await.unwrap().await.unwrap().offset })
        })
        .collect();
    for (number, send) in (0..).zip(sends) {
        assert_eq!(send.await.unwrap(), Some(number));
    }
    let values: Vec<_> = read(cluster.brokers(), 1, 50)
        .into_iter()
        .map(|record| record.value)
        .collect();
    assert!(values.is_sorted(), "{values:?}");
}

#[tokio::test]
async fn flush_does_not_linger() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let cluster = EmbeddedCluster::start().unwrap();
    let producer = Producer::builder()
        .cluster(&cluster)
        .linger(Duration::from_secs(60))
        .build()
        .unwrap();
    let delivery = texts(&producer).send(Record::new("x")).await.unwrap();
    producer.flush(SOON).await.unwrap();
    assert_eq!(delivery.await.unwrap().offset, Some(0));
    assert_eq!(producer.in_flight(), 0);
}
