use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use wireform_producer::{EmbeddedCluster, ErrorKind, Producer, Record, Transaction};

use crate::abuse::drop_after;
use crate::{SOON, texts};

fn cluster() -> EmbeddedCluster {
    let cluster = EmbeddedCluster::start().unwrap();
    cluster.create_topic("orders", 1).unwrap();
    cluster
}

fn transactional(cluster: &EmbeddedCluster) -> Producer {
    Producer::builder()
        .cluster(cluster)
        .transactional_id("copy-1")
        .build()
        .unwrap()
}

#[tokio::test]
async fn transactions_come_one_after_the_other() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let cluster = cluster();
    let producer = transactional(&cluster);
    let orders = texts(&producer);
    let error = orders.send_blocking(Record::new("outside")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");

    for value in ["a", "b"] {
        let transaction = producer.transaction().await.unwrap();
        let other = producer.transaction().await.unwrap_err();
        assert_eq!(other.kind(), ErrorKind::Config, "{other}");
        let delivery = orders.send(Record::new(value)).await.unwrap();
        transaction.commit().await.unwrap();
        delivery.await.unwrap();
    }
    let transaction = producer.transaction_blocking().unwrap();
    drop(orders.send_blocking(Record::new("c")).unwrap());
    transaction.abort_blocking().unwrap();
    // A transaction that is dropped is aborted before the next begins.
    drop(producer.transaction().await.unwrap());
    producer
        .transaction()
        .await
        .unwrap()
        .commit_blocking()
        .unwrap();
    let report = producer.close(SOON).await.unwrap();
    assert_eq!(report.accepted(), 3);
}

#[test]
fn futures_dropped_at_any_poll_leave_a_producer_that_works() {
    let cluster = cluster();
    let producer = transactional(&cluster);
    let orders = texts(&producer);
    for polls in 0..4 {
        drop_after(polls, producer.transaction());
        let transaction = producer.transaction_blocking().unwrap();
        drop(orders.send_blocking(Record::new("a")).unwrap());
        drop_after(polls, transaction.commit());
        let transaction = producer.transaction_blocking().unwrap();
        drop(orders.send_blocking(Record::new("b")).unwrap());
        drop_after(polls, transaction.abort());
    }
    let last = producer.transaction_blocking().unwrap();
    last.commit_blocking().unwrap();
    assert_eq!(producer.close_blocking(SOON).unwrap().accepted(), 8);
}

#[tokio::test]
async fn offsets_are_part_of_it() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let cluster = cluster();
    let producer = transactional(&cluster);
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", cluster.brokers())
        .set("group.id", "copy")
        .create()
        .unwrap();
    let mut offsets = TopicPartitionList::new();
    offsets
        .add_partition_offset("orders", 0, Offset::Offset(7))
        .unwrap();
    let transaction = producer.transaction().await.unwrap();
    drop(texts(&producer).send(Record::new("x")).await.unwrap());
    let group = consumer.group_metadata().unwrap();
    transaction
        .send_offsets(offsets.clone(), group)
        .await
        .unwrap();
    let group = consumer.group_metadata().unwrap();
    transaction.send_offsets_blocking(&offsets, &group).unwrap();
    transaction.commit().await.unwrap();
}

#[test]
fn producer_without_an_id_has_no_transactions() {
    let producer = Producer::embedded().unwrap();
    let error = producer.transaction_blocking().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[test]
fn brokers_that_are_not_there_time_out() {
    let producer = Producer::builder()
        .brokers("127.0.0.1:1")
        .transactional_id("copy-1")
        .transaction_timeout(Duration::from_secs(1))
        .build()
        .unwrap();
    let error = producer.transaction_blocking().unwrap_err();
    assert_eq!(
        (error.kind(), error.is_retryable()),
        (ErrorKind::Timeout, true)
    );
}

/// A cluster whose broker can be stopped, a producer with a short transaction timeout, and an open
/// transaction with one record.
fn open_transaction() -> (
    MockCluster<'static, DefaultProducerContext>,
    Producer,
    Transaction,
) {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("orders", 1, 1).unwrap();
    let producer = Producer::builder()
        .brokers(cluster.bootstrap_servers())
        .transactional_id("copy-1")
        .transaction_timeout(Duration::from_secs(1))
        .build()
        .unwrap();
    let transaction = eventually(|| producer.transaction_blocking());
    let mut delivery = texts(&producer).send_blocking(Record::new("x")).unwrap();
    delivery.wait(SOON).unwrap().unwrap();
    (cluster, producer, transaction)
}

/// Repeats a call as long as its error says that this may help, for up to 30 seconds.
#[track_caller]
fn eventually<T>(call: impl Fn() -> wireform_producer::Result<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        match call() {
            Ok(value) => return value,
            Err(error) => assert!(
                error.is_retryable() && Instant::now() < deadline,
                "{error:?}"
            ),
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// Commits another transaction, within 30 seconds. A busy machine may take several.
#[track_caller]
fn commit_another(producer: &Producer) {
    let deadline = Instant::now() + Duration::from_secs(30);
    let commit = || {
        let transaction = producer.transaction_blocking()?;
        drop(texts(producer).send_blocking(Record::new("y"))?);
        transaction.commit_blocking()
    };
    while let Err(error) = commit() {
        assert!(!error.is_fatal() && Instant::now() < deadline, "{error:?}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn commit_that_timed_out_is_finished_later() {
    let (cluster, producer, transaction) = open_transaction();
    cluster.broker_down(1).unwrap();
    let error = transaction.commit_blocking().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unknown, "{error}");
    cluster.broker_up(1).unwrap();
    commit_another(&producer);
    producer.close_blocking(SOON).unwrap();
}

#[test]
fn abort_that_timed_out_is_finished_later() {
    let (cluster, producer, transaction) = open_transaction();
    cluster.broker_down(1).unwrap();
    let error = transaction.abort_blocking().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    cluster.broker_up(1).unwrap();
    commit_another(&producer);
    producer.close_blocking(SOON).unwrap();
}

#[test]
fn transaction_dropped_during_an_outage_is_aborted_later() {
    let (cluster, producer, transaction) = open_transaction();
    cluster.broker_down(1).unwrap();
    drop(transaction);
    thread::sleep(Duration::from_secs(3));
    cluster.broker_up(1).unwrap();
    commit_another(&producer);
    producer.close_blocking(SOON).unwrap();
}

/// Unlike a commit or an abort, it cannot be resumed: librdkafka forgets it.
#[test]
fn offsets_that_timed_out_leave_a_transaction_that_can_be_aborted() {
    let (cluster, producer, transaction) = open_transaction();
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", cluster.bootstrap_servers())
        .set("group.id", "copy")
        .create()
        .unwrap();
    let group = consumer.group_metadata().unwrap();
    let mut offsets = TopicPartitionList::new();
    offsets
        .add_partition_offset("orders", 0, Offset::Offset(7))
        .unwrap();
    cluster.broker_down(1).unwrap();
    let error = transaction
        .send_offsets_blocking(&offsets, &group)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    cluster.broker_up(1).unwrap();
    if let Err(error) = transaction.abort_blocking() {
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    }
    commit_another(&producer);
}

#[test]
fn offsets_cannot_be_sent_in_a_callback() {
    let cluster = cluster();
    let producer = transactional(&cluster);
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", cluster.brokers())
        .set("group.id", "copy")
        .create()
        .unwrap();
    let group = consumer.group_metadata().unwrap();
    let transaction = producer.transaction_blocking().unwrap();
    let (results, result) = mpsc::channel();
    let callback = move |_| {
        let sent = transaction.send_offsets_blocking(&TopicPartitionList::new(), &group);
        drop(results.send((transaction, sent)));
    };
    texts(&producer)
        .send_with(Record::new("x"), callback)
        .unwrap();
    let (transaction, sent) = result.recv_timeout(SOON).unwrap();
    assert_eq!(sent.unwrap_err().kind(), ErrorKind::Config);
    transaction.abort_blocking().unwrap();
}

#[test]
fn commit_ends_in_time_while_a_callback_blocks() {
    let cluster = cluster();
    let producer = Producer::builder()
        .cluster(&cluster)
        .transactional_id("copy-1")
        .transaction_timeout(Duration::from_secs(2))
        .build()
        .unwrap();
    let orders = texts(&producer);
    let transaction = producer.transaction_blocking().unwrap();
    let (starts, start) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let callback = move |_| {
        let _ = starts.send(());
        let _ = released.recv_timeout(SOON * 3);
    };
    orders.send_with(Record::new("first"), callback).unwrap();
    start.recv_timeout(SOON).unwrap();
    // The blocked thread brings no result of this one.
    orders.post(Record::new("second")).unwrap();
    let (results, result) = mpsc::channel();
    thread::spawn(move || results.send(transaction.commit_blocking()));
    let committed = result.recv_timeout(SOON);
    drop(release);
    let error = committed.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Aborted, "{error}");
    producer.close_blocking(SOON).unwrap();
}

/// rdkafka's commit serves callbacks on the thread that calls it.
#[test]
fn callbacks_run_on_one_thread_during_a_commit() {
    let cluster = cluster();
    let producer = transactional(&cluster);
    let orders = texts(&producer);
    let names = Arc::new(Mutex::new(BTreeSet::new()));
    for _ in 0..20 {
        let transaction = producer.transaction_blocking().unwrap();
        let is_over = Arc::new(AtomicBool::new(false));
        let sender = thread::spawn({
            let (orders, names, is_over) = (orders.clone(), names.clone(), is_over.clone());
            move || {
                while !is_over.load(Ordering::Relaxed) {
                    let names = Arc::clone(&names);
                    let callback = move |_| {
                        let name = thread::current().name().map(str::to_owned);
                        names.lock().unwrap().insert(name);
                    };
                    // Refused once the transaction ends.
                    let _ = orders.send_with(Record::new("x"), callback);
                }
            }
        });
        thread::sleep(Duration::from_millis(20));
        // Records that are sent while it is committed may be too many to be in time.
        let _ = transaction.commit_blocking();
        is_over.store(true, Ordering::Relaxed);
        wireform_limits::join(sender, SOON);
    }
    producer.close_blocking(SOON).unwrap();
    let names = names.lock().unwrap();
    let expected = BTreeSet::from([Some("wireform-producer".to_owned())]);
    assert_eq!(*names, expected);
}
