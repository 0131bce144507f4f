use std::time::SystemTime;

use wireform_producer::{ErrorKind, PlacedTimestamp, Record, Timestamp};

use crate::{SOON, orders, read};

#[tokio::test]
async fn records_of_a_key_keep_their_order_in_one_partition() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let (cluster, producer, orders) = orders(5);
    for number in 0..300 {
        let (key, value) = (format!("key-{}", number % 3), format!("{number:03}"));
        drop(orders.send(Record::new(&*value).key(&key)).await.unwrap());
    }
    let report = producer.close(SOON).await.unwrap();
    assert_eq!((report.delivered, report.accepted()), (300, 300));

    let records = read(cluster.brokers(), 5, 300);
    for key in ["key-0", "key-1", "key-2"] {
        let of_key = records
            .iter()
            .filter(|record| record.key.as_deref() == Some(key));
        let (partitions, values): (Vec<_>, Vec<_>) = of_key
            .map(|record| (record.partition, record.value.clone()))
            .unzip();
        assert_eq!(values.len(), 100);
        assert!(values.is_sorted(), "{values:?}");
        assert!(
            partitions
                .iter()
                .all(|partition| *partition == partitions[0])
        );
    }
}

/// Key and `murmur2(key)` of Kafka's own test, `UtilsTest.testMurmur2` in
/// <https://github.com/apache/kafka>.
const MURMUR2: [(&str, i32); 6] = [
    ("21", -973_932_308),
    ("foobar", -790_332_482),
    ("a-little-bit-long-string", -985_981_536),
    ("a-little-bit-longer-string", -1_486_304_829),
    (
        "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8",
        -58_897_971,
    ),
    ("abc", 479_470_107),
];

#[test]
fn keys_go_where_java_puts_them() {
    let (_cluster, _producer, orders) = orders(97);
    for (key, hash) in MURMUR2 {
        let mut delivery = orders.send_blocking(Record::new("x").key(key)).unwrap();
        let placed = delivery.wait(SOON).unwrap().unwrap();
        assert_eq!(placed.partition, (hash & 0x7fff_ffff) % 97, "{key}");
    }
}

#[test]
fn missing_and_empty_key_and_value_stay_apart() {
    let (cluster, producer, orders) = orders(1);
    let records = [
        Record::new("value"),
        Record::new("").key(""),
        Record::tombstone().key("gone"),
    ];
    for record in records {
        drop(orders.send_blocking(record).unwrap());
    }
    producer.flush_blocking(SOON).unwrap();
    let found: Vec<_> = read(cluster.brokers(), 1, 3)
        .into_iter()
        .map(|record| (record.key, record.value))
        .collect();
    let text = |text: &str| Some(text.to_owned());
    let expected = [
        (None, text("value")),
        (text(""), text("")),
        (text("gone"), None),
    ];
    assert_eq!(found, expected);
}

#[test]
fn timestamps_are_the_records_or_now() {
    let (cluster, producer, orders) = orders(1);
    let given = Timestamp::from_millis(1_795_000_000_123).unwrap();
    let before = Timestamp::try_from(SystemTime::now()).unwrap();
    drop(
        orders
            .send_blocking(Record::new("dated").timestamp(given))
            .unwrap(),
    );
    drop(orders.send_blocking(Record::new("undated")).unwrap());
    producer.flush_blocking(SOON).unwrap();

    let records = read(cluster.brokers(), 1, 2);
    assert_eq!(records[0].timestamp, Some(given.as_millis()));
    assert!(records[1].timestamp >= Some(before.as_millis()));
}

#[test]
fn placed_timestamp_tells_the_brokers_clock() {
    let (_cluster, _producer, orders) = orders(1);
    let given = Timestamp::from_millis(1_795_000_000_123).unwrap();
    let mut delivery = orders
        .send_blocking(Record::new("dated").timestamp(given))
        .unwrap();
    // The mock cluster always answers as for LogAppendTime, with 1234 (`rdkafka_mock_handlers.c`).
    let broker = Timestamp::from_millis(1234).unwrap();
    assert_eq!(
        delivery.wait(SOON).unwrap().unwrap().timestamp,
        PlacedTimestamp::LogAppendTime(broker)
    );
}

#[test]
fn partition_is_the_records_choice() {
    let (_cluster, _producer, orders) = orders(3);
    let mut delivery = orders
        .send_blocking(Record::new("x").key("21").partition(2))
        .unwrap();
    let placed = delivery.wait(SOON).unwrap().unwrap();
    assert_eq!(
        (&*placed.topic, placed.partition, placed.offset),
        ("orders", 2, Some(0))
    );
    let error = orders
        .send_blocking(Record::new("x").partition(-1))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    let outcome = orders
        .send_blocking(Record::new("x").partition(3))
        .and_then(|mut delivery| delivery.wait(SOON).unwrap());
    let error = outcome.unwrap_err();
    assert_eq!(
        (error.kind(), error.is_retryable()),
        (ErrorKind::NotWritten, false)
    );
}
