use std::sync::mpsc;
use std::time::Duration;

use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use wireform::{ContentType, Utf8, from_fn};
use wireform_producer::{
    Compression, ErrorKind, Outcome, Preset, Producer, ProducerBuilder, Record, Topic,
};

use crate::{SOON, orders, texts};

type Mock = MockCluster<'static, DefaultProducerContext>;

/// A cluster with the topic `orders`, to be ill-treated.
fn mock() -> Mock {
    let cluster = Mock::new(1).unwrap();
    cluster.create_topic("orders", 1, 1).unwrap();
    cluster
}

fn builder(cluster: &Mock) -> ProducerBuilder {
    Producer::builder().brokers(cluster.bootstrap_servers())
}

#[track_caller]
fn check(outcome: Outcome, kind: ErrorKind, is_retryable: bool) {
    let error = outcome.unwrap_err();
    assert_eq!(
        (error.kind(), error.is_retryable()),
        (kind, is_retryable),
        "{error}"
    );
    assert_eq!(error.topic(), Some("orders"));
}

#[track_caller]
fn check_answer(answer: RDKafkaRespErr, kind: ErrorKind, is_retryable: bool) {
    let cluster = mock();
    let producer = builder(&cluster).build().unwrap();
    cluster.request_errors(RDKafkaApiKey::Produce, &[answer]);
    let mut delivery = texts(&producer).send_blocking(Record::new("x")).unwrap();
    check(delivery.wait(SOON).unwrap(), kind, is_retryable);
}

#[test]
fn refusal_of_the_broker_is_not_written() {
    let answer = RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    check_answer(answer, ErrorKind::NotWritten, false);
}

#[test]
fn too_large_for_the_broker_is_its_own_kind() {
    let answer = RDKafkaRespErr::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
    check_answer(answer, ErrorKind::TooLarge, false);
}

#[test]
fn producer_built_after_a_fatal_error_works() {
    let cluster = mock();
    let producer = builder(&cluster).build().unwrap();
    let answer = RDKafkaRespErr::RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER;
    cluster.request_errors(RDKafkaApiKey::Produce, &[answer]);
    let handle = texts(&producer);
    let mut first = handle.send_blocking(Record::new("x")).unwrap();
    assert!(first.wait(SOON).unwrap().unwrap_err().is_fatal());
    let later = handle.send_blocking(Record::new("y")).unwrap_err();
    assert_eq!(later.kind(), ErrorKind::Fatal);

    let producer = builder(&cluster).build().unwrap();
    let mut again = texts(&producer).send_blocking(Record::new("x")).unwrap();
    assert_eq!(again.wait(SOON).unwrap().unwrap().offset, Some(0));
}

#[test]
fn too_large_for_the_producer_is_not_accepted() {
    let (_cluster, producer, orders) = orders(1);
    let error = orders
        .send_blocking(Record::new(&*"x".repeat(2_000_000)))
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.topic()),
        (ErrorKind::TooLarge, Some("orders"))
    );
    let report = producer.close_blocking(SOON).unwrap();
    assert_eq!(report.accepted(), 0);
}

#[test]
fn lost_connection_leaves_it_unknown() {
    let cluster = mock();
    let producer = builder(&cluster)
        .delivery_timeout(Duration::from_secs(3))
        .build()
        .unwrap();
    // Connected first: what was never asked of a broker is known to be not written.
    let topic = texts(&producer);
    let mut first = topic.send_blocking(Record::new("first")).unwrap();
    first.wait(SOON).unwrap().unwrap();
    let lost = [RDKafkaRespErr::RD_KAFKA_RESP_ERR__TRANSPORT; 1000];
    cluster.request_errors(RDKafkaApiKey::Produce, &lost);
    let mut delivery = topic.send_blocking(Record::new("x")).unwrap();
    check(delivery.wait(SOON).unwrap(), ErrorKind::Unknown, false);
    let report = producer.close_blocking(SOON).unwrap();
    assert_eq!(
        (report.delivered, report.unknown, report.accepted()),
        (1, 1, 2)
    );
}

#[test]
fn unreachable_brokers_are_not_written() {
    // Port 1 of the loopback interface: nobody listens.
    let producer = Producer::builder()
        .brokers("127.0.0.1:1")
        .delivery_timeout(Duration::from_millis(500))
        .build()
        .unwrap();
    let mut delivery = texts(&producer).send_blocking(Record::new("x")).unwrap();
    check(delivery.wait(SOON).unwrap(), ErrorKind::NotWritten, true);
}

#[test]
fn unknown_topic_is_not_written() {
    let cluster = mock();
    let unknown = RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    cluster.topic_error("orders", unknown).unwrap();
    let producer = builder(&cluster)
        .config("topic.metadata.propagation.max.ms", "0")
        .build()
        .unwrap();
    // Refused at once if librdkafka knows the topic's state already.
    let sent = texts(&producer).send_blocking(Record::new("x"));
    let outcome = sent.and_then(|mut delivery| delivery.wait(SOON).unwrap());
    check(outcome, ErrorKind::NotWritten, false);
}

#[test]
fn wait_that_is_over_loses_nothing() {
    let cluster = mock();
    cluster
        .broker_round_trip_time(1, Duration::from_millis(100))
        .unwrap();
    let producer = builder(&cluster).build().unwrap();
    let mut delivery = texts(&producer).send_blocking(Record::new("x")).unwrap();
    assert!(delivery.wait(Duration::from_millis(1)).is_none());
    assert_eq!(delivery.wait(SOON).unwrap().unwrap().offset, Some(0));
    check(delivery.wait(SOON).unwrap(), ErrorKind::Config, false);
}

#[test]
fn pending_delivery_is_not_a_failed_one() {
    let cluster = mock();
    cluster
        .broker_round_trip_time(1, Duration::from_millis(300))
        .unwrap();
    let producer = builder(&cluster).build().unwrap();
    let mut delivery = texts(&producer).send_blocking(Record::new("x")).unwrap();
    assert!(delivery.wait(Duration::from_millis(1)).is_none());
    // Nor does a flush that is over call for sending again what is on its way.
    let error = producer
        .flush_blocking(Duration::from_millis(1))
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.is_retryable()),
        (ErrorKind::Timeout, false)
    );
}

#[test]
fn close_gives_a_verdict_on_everything() {
    let cluster = mock();
    let producer = builder(&cluster).build().unwrap();
    let orders = texts(&producer);
    let mut placed = orders.send_blocking(Record::new("placed")).unwrap();
    placed.wait(SOON).unwrap().unwrap();
    // From here on requests leave, and no answer comes back in time.
    cluster
        .broker_round_trip_time(1, Duration::from_secs(60))
        .unwrap();
    let mut sent = orders.send_blocking(Record::new("sent")).unwrap();
    let flush = producer.flush_blocking(Duration::from_millis(300));
    assert_eq!(flush.unwrap_err().kind(), ErrorKind::Timeout);

    let report = producer.close_blocking(Duration::from_millis(50)).unwrap();
    assert_eq!(
        (report.delivered, report.not_written, report.unknown),
        (1, 0, 1)
    );
    check(sent.wait(SOON).unwrap(), ErrorKind::Unknown, false);
    let error = orders.send_blocking(Record::new("late")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert_eq!(producer.close_blocking(SOON).unwrap(), report);
}

#[tokio::test]
async fn close_purges_what_was_never_sent() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let producer = Producer::builder().brokers("127.0.0.1:1").build().unwrap();
    let orders = texts(&producer);
    let mut deliveries = Vec::new();
    for _ in 0..10 {
        deliveries.push(orders.send(Record::new("x")).await.unwrap());
    }
    let report = producer.close(Duration::from_millis(50)).await.unwrap();
    assert_eq!((report.not_written, report.accepted()), (10, 10));
    assert!(!report.is_complete());
    for delivery in deliveries {
        check(delivery.await, ErrorKind::NotWritten, true);
    }
}

#[tokio::test]
async fn dropping_everything_still_brings_every_verdict() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let producer = Producer::builder().brokers("127.0.0.1:1").build().unwrap();
    let orders = texts(&producer);
    let delivery = orders.send(Record::new("x")).await.unwrap();
    let (told, outcomes) = mpsc::channel();
    orders
        .send_with(Record::new("y"), move |outcome| drop(told.send(outcome)))
        .unwrap();
    drop((producer, orders));
    check(delivery.await, ErrorKind::NotWritten, true);
    check(
        outcomes.recv_timeout(SOON).unwrap(),
        ErrorKind::NotWritten,
        true,
    );
}

#[tokio::test]
async fn dropping_everything_still_sends_what_can_be_sent() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let (cluster, producer, orders) = orders(1);
    // Connected first: a drop waits for what is on its way, not for brokers to be found.
    let first = orders.send(Record::new("first")).await.unwrap();
    first.await.unwrap();
    let delivery = orders.send(Record::new("x")).await.unwrap();
    drop((producer, orders));
    assert_eq!(delivery.await.unwrap().offset, Some(1));
    drop(cluster);
}

#[tokio::test]
async fn close_keeps_its_time_when_the_handles_are_dropped() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let cluster = mock();
    let producer = builder(&cluster).build().unwrap();
    let orders = texts(&producer);
    cluster
        .broker_round_trip_time(1, Duration::from_millis(700))
        .unwrap();
    let delivery = orders.send(Record::new("x")).await.unwrap();
    let closed = producer.close(SOON);
    drop((producer, orders));
    assert_eq!(closed.await.unwrap().delivered, 1);
    assert_eq!(delivery.await.unwrap().offset, Some(0));
}

#[test]
fn dropping_a_delivery_does_not_cancel() {
    let (_cluster, producer, orders) = orders(1);
    drop(orders.send_blocking(Record::new("x")).unwrap());
    let report = producer.close_blocking(SOON).unwrap();
    assert_eq!(report.delivered, 1);
}

#[test]
fn panic_in_a_callback_concerns_nobody_else() {
    let (_cluster, producer, orders) = orders(1);
    orders
        .send_with(Record::new("x"), |_| panic!("a test said so"))
        .unwrap();
    let mut delivery = orders.send_blocking(Record::new("y")).unwrap();
    assert_eq!(delivery.wait(SOON).unwrap().unwrap().offset, Some(1));
    assert_eq!(producer.close_blocking(SOON).unwrap().delivered, 2);
}

#[test]
fn callbacks_run_once_in_order_and_before_the_flush_ends() {
    let (_cluster, producer, orders) = orders(1);
    let (told, offsets) = mpsc::channel();
    for _ in 0..100 {
        let told = told.clone();
        orders
            .send_with(Record::new("x"), move |outcome| {
                told.send(outcome.unwrap().offset).unwrap();
            })
            .unwrap();
    }
    producer.flush_blocking(SOON).unwrap();
    let expected: Vec<_> = (0..100).map(Some).collect();
    assert_eq!(offsets.try_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn callback_may_send_but_not_wait_for_its_own_thread() {
    let (_cluster, producer, orders) = orders(1);
    let (told, said) = mpsc::channel();
    let (again, inner) = (orders.clone(), producer.clone());
    orders
        .send_with(Record::new("x"), move |_| {
            let sent = again.try_send(Record::new("y")).map(drop);
            let flushed = inner.flush_blocking(SOON);
            let closed = inner.close_blocking(SOON).map(drop);
            drop(told.send((sent, flushed, closed)));
        })
        .unwrap();
    let (sent, flushed, closed) = said.recv_timeout(SOON).unwrap();
    sent.unwrap();
    assert_eq!(flushed.unwrap_err().kind(), ErrorKind::Config);
    assert_eq!(closed.unwrap_err().kind(), ErrorKind::Config);
    assert_eq!(producer.close_blocking(SOON).unwrap().delivered, 2);
}

#[test]
fn unserializable_value_sends_nothing() {
    let (_cluster, producer, _) = orders(1);
    let codec = from_fn(ContentType::TEXT, |_: &str, _: &mut Vec<u8>| {
        let kind = wireform::ErrorKind::Encode;
        Err(wireform::Error::new(kind, "no such text"))
    });
    let orders: Topic<str, str> = producer.topic("orders", Utf8, codec).unwrap();
    let error = orders.send_blocking(Record::new("secret")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Serialize);
    let text = "topic \"orders\": the value could not be serialized";
    assert_eq!(error.to_string(), text);
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "no such text");
    assert_eq!(producer.close_blocking(SOON).unwrap().accepted(), 0);
}

#[track_caller]
fn check_build(build: impl FnOnce(ProducerBuilder) -> ProducerBuilder, expected: &str) {
    let builder = build(Producer::builder().brokers("127.0.0.1:1"));
    let error = builder.build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains(expected), "{error}");
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
}

#[test]
fn settings_are_checked_by_name() {
    check_build(
        |b| b.config("no.such", "hunter2"),
        "unknown setting \"no.such\"",
    );
    check_build(|b| b.config("acks", "1"), "setting \"acks\"");
    check_build(
        |b| b.config("batch.num.messages", "x"),
        "batch.num.messages",
    );
    check_build(
        |b| b.config("security.protocol", "none"),
        "invalid value \"none\" for setting \"security.protocol\"",
    );
    check_build(
        |b| b.config("sasl.kerberos.min.time.before.relogin", "x"),
        "sasl.kerberos",
    );
    check_build(
        |b| b.delivery_timeout(Duration::ZERO),
        "delivery timeout must be at least 1 ms",
    );
    check_build(|b| b.queue_records(0), "queue");
    check_build(|b| b.header("a\0b", "x"), "zero byte");
    if !cfg!(feature = "zstd") {
        check_build(|b| b.compression(Compression::Zstd), "compression.type");
    }
}

#[test]
fn what_is_allowed_builds() {
    Producer::builder()
        .brokers("127.0.0.1:1")
        .preset(Preset::Strict)
        .linger(Duration::from_micros(500))
        .batch_size(16 * 1024)
        .compression(Compression::Lz4)
        .config("acks", "all")
        .unsafe_config("enable.idempotence", "false")
        .unsafe_config("acks", "1")
        .build()
        .unwrap();
}

#[test]
fn builder_shows_no_secrets() {
    let builder = Producer::builder()
        .config("sasl.password", "hunter2")
        .header("authorization", "hunter2");
    let text = format!("{builder:?}");
    assert!(text.contains("sasl.password") && !text.contains("hunter2"));
}

#[test]
fn statistics_are_typed() {
    let (told, counted) = mpsc::channel();
    let producer = Producer::builder()
        .embedded()
        .statistics(Duration::from_millis(50), move |statistics| {
            drop(told.send(statistics.clone()));
            panic!("a test said so");
        })
        .build()
        .unwrap();
    let mut delivery = texts(&producer).send_blocking(Record::new("x")).unwrap();
    delivery.wait(SOON).unwrap().unwrap();
    let statistics = std::iter::from_fn(|| counted.recv_timeout(SOON).ok())
        .find(|statistics| statistics.sent_records == 1)
        .unwrap();
    assert!(statistics.requests > 0 && statistics.responses > 0);
    assert!(statistics.brokers.iter().any(|broker| broker.state == "UP"));
    check_build(|b| b.statistics(Duration::ZERO, |_| {}), "statistics");
}

#[test]
fn verdicts_come_in_time_while_the_broker_comes_and_goes() {
    let cluster = mock();
    let timeout = Duration::from_secs(4);
    let producer = builder(&cluster).delivery_timeout(timeout).build().unwrap();
    let orders = texts(&producer);
    let mut first = orders.send_blocking(Record::new("x")).unwrap();
    first.wait(SOON).unwrap().unwrap();
    cluster
        .broker_round_trip_time(1, Duration::from_millis(300))
        .unwrap();
    let mut deliveries = Vec::new();
    for number in 0..10 {
        for _ in 0..1000 {
            let sent = std::time::Instant::now();
            let (told, took) = mpsc::channel();
            orders
                .send_with(Record::new("x"), move |_| {
                    told.send(sent.elapsed()).unwrap();
                })
                .unwrap();
            deliveries.push(took);
        }
        match number % 2 {
            0 => cluster.broker_down(1).unwrap(),
            _ => cluster.broker_up(1).unwrap(),
        }
        std::thread::sleep(Duration::from_millis(150));
    }
    cluster.broker_down(1).unwrap();
    let slowest = deliveries
        .iter()
        .map(|took| took.recv_timeout(SOON * 3).unwrap())
        .max()
        .unwrap();
    assert!(slowest < timeout + Duration::from_secs(2), "{slowest:?}");
}
