//! The real Kafka and the real registry: what we send is what others read, and the other way
//! round.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use wireform::avro::SerdeAvro;
use wireform::protobuf::Protobuf;
use wireform::{Framed, Json, ReadCodec, Reader, Serializer, SerializerExt, Subject, Utf8};
use wireform_producer::{Placed, PlacedTimestamp, Producer, Record, Timestamp};
use wireform_registry::{Cached, HttpRegistry, Registry};
use wireform_tests::order::{Order, SCHEMA_V1, sample};
use wireform_tests::servers::{brokers, create_topic, registry_url, unique};
use wireform_tests::witness::{java_log, python_values, python_writes};

use crate::proto;

const COUNT: i64 = 50;
const AT: i64 = 1_795_000_000_000;

fn registry() -> Arc<dyn Registry> {
    Arc::new(Cached::new(
        HttpRegistry::builder(registry_url()).build().unwrap(),
    ))
}

fn producer() -> Producer {
    Producer::builder()
        .brokers(brokers())
        .header("source", "wireform-tests")
        .build()
        .unwrap()
}

fn orders() -> Vec<Order> {
    let order = |number| Order {
        order_id: format!("ORD-{number}"),
        ..sample()
    };
    (0..COUNT).map(order).collect()
}

/// Sends `values` keyed by number; every third without a key, and a tombstone at the end.
async fn send<T>(
    topic: &str,
    serializer: impl Serializer<T> + Clone + 'static,
    values: &[T],
) -> Vec<Placed> {
    let producer = producer();
    let handle = producer.topic(topic, Utf8, serializer).unwrap();
    let mut placed = Vec::new();
    for (number, value) in values.iter().enumerate() {
        let key = format!("key-{}", number % 7);
        let at = Timestamp::from_millis(AT + i64::try_from(number).unwrap()).unwrap();
        let text = number.to_string();
        let mut record = Record::new(value).timestamp(at).header("number", &text);
        if number % 3 != 0 {
            record = record.key(key.as_str());
        }
        placed.push(handle.send(record).await.unwrap().await.unwrap());
    }
    let tombstone = Record::tombstone()
        .key("key-gone")
        .header("reason", "deleted");
    placed.push(handle.send(tombstone).await.unwrap().await.unwrap());
    let report = producer.close(Duration::from_secs(30)).await.unwrap();
    assert_eq!(report.delivered, u64::try_from(placed.len()).unwrap());
    placed
}

/// Compares the log as Java reads it with what was sent; returns how many headers it compared.
fn check_log<T>(
    topic: &str,
    serializer: &dyn Serializer<T>,
    values: &[T],
    placed: &[Placed],
    content: &[(&str, Option<&str>)],
) -> usize {
    let log = java_log(topic);
    assert_eq!(log.len(), placed.len(), "records in {topic}");
    let mut compared = 0;
    for (number, place) in placed.iter().enumerate() {
        let record = &log[&(place.partition, place.offset.unwrap())];
        let Some(value) = values.get(number) else {
            assert_eq!(record.value(), None, "tombstone");
            assert_eq!(record.key(), Some(b"key-gone".to_vec()));
            let expected = [("source", &b"wireform-tests"[..]), ("reason", b"deleted")].map(owned);
            assert_eq!(record.headers(), expected);
            continue;
        };
        assert_eq!(record.value(), Some(serializer.to_vec(value).unwrap()));
        let key = (number % 3 != 0).then(|| format!("key-{}", number % 7).into_bytes());
        assert_eq!(record.key(), key);
        assert_eq!(record.timestamp, AT + i64::try_from(number).unwrap());
        assert_eq!(record.timestamp_type, "CREATE_TIME");
        let number = number.to_string();
        let mut expected: Vec<_> = content
            .iter()
            .filter_map(|(name, value)| value.map(|value| owned((name, value.as_bytes()))))
            .collect();
        expected.push(owned(("source", b"wireform-tests")));
        expected.push(owned(("number", number.as_bytes())));
        assert_eq!(record.headers(), expected);
        compared += expected.len();
    }
    println!(
        "{topic}: {} records and {compared} headers compared with Java",
        placed.len()
    );
    compared
}

fn owned((name, value): (&str, &[u8])) -> (String, Option<Vec<u8>>) {
    (name.to_owned(), Some(value.to_vec()))
}

/// Compares what Python's deserializers make of the records with the values that were sent.
fn check_python(topic: &str, format: &[&str], values: &[Value], placed: &[Placed]) {
    let read = python_values(topic, format);
    assert_eq!(read.len(), placed.len());
    for (number, place) in placed.iter().enumerate() {
        let record = &read[&(place.partition, place.offset.unwrap())];
        let expected = values.get(number).cloned().unwrap_or(Value::Null);
        assert_eq!(record.value, expected, "{topic} {number}");
    }
    println!("{topic}: {} values compared with Python", placed.len());
}

#[tokio::test]
#[ignore = "needs WIREFORM_BROKERS and WIREFORM_REGISTRY_URL"]
async fn json_is_read_by_java_and_python() {
    let _guard = wireform_limits::guard(wireform_limits::BUILD_LIMIT);
    let topic = unique("json");
    let codec = Json::<Order>::new().version("1.0");
    let placed = send(&topic, codec.clone(), &orders()).await;
    let content = [
        ("content-type", Some("application/json")),
        ("version", Some("1.0")),
    ];
    check_log(&topic, &codec, &orders(), &placed, &content);
    let values: Vec<Value> = orders()
        .iter()
        .map(|o| serde_json::to_value(o).unwrap())
        .collect();
    check_python(&topic, &["plain-json"], &values, &placed);
}

#[tokio::test]
#[ignore = "needs WIREFORM_BROKERS and WIREFORM_REGISTRY_URL"]
async fn avro_is_read_by_java_and_python() {
    let _guard = wireform_limits::guard(wireform_limits::BUILD_LIMIT);
    let topic = unique("avro");
    let avro = SerdeAvro::<Order>::new(SCHEMA_V1).unwrap();
    let framed = Framed::register(avro, &registry(), Subject::value(&topic))
        .await
        .unwrap();
    let placed = send(&topic, framed.clone(), &orders()).await;
    let content = [
        ("content-type", Some("application/avro")),
        ("version", Some("1")),
    ];
    check_log(&topic, &framed, &orders(), &placed, &content);
    let values: Vec<Value> = orders()
        .iter()
        .map(|o| serde_json::to_value(o).unwrap())
        .collect();
    check_python(&topic, &["avro"], &values, &placed);
}

#[tokio::test]
#[ignore = "needs WIREFORM_BROKERS and WIREFORM_REGISTRY_URL"]
async fn protobuf_is_read_by_java_and_python() {
    let _guard = wireform_limits::guard(wireform_limits::BUILD_LIMIT);
    let topic = unique("protobuf");
    let codec = Protobuf::<proto::Order>::new();
    let framed = Framed::register(codec, &registry(), Subject::value(&topic))
        .await
        .unwrap();
    let orders: Vec<proto::Order> = orders().into_iter().map(Into::into).collect();
    let placed = send(&topic, framed.clone(), &orders).await;
    let content = [
        ("content-type", Some("application/protobuf")),
        ("version", Some("1")),
    ];
    check_log(&topic, &framed, &orders, &placed, &content);
    let values: Vec<Value> = orders.iter().map(proto::Order::to_json).collect();
    let proto = "../../proto/shop/orders/v1/order.proto";
    let format = [
        "protobuf",
        "--proto",
        proto,
        "--message",
        "shop.orders.v1.Order",
    ];
    check_python(&topic, &format, &values, &placed);
}

/// Reads with our own `Reader` what Python wrote.
async fn read_all<T: 'static>(
    topic: &str,
    codec: impl ReadCodec<T> + 'static,
) -> BTreeMap<(i32, i64), T> {
    let reader = Reader::builder(registry()).with(codec).build();
    let mut read = BTreeMap::new();
    for (place, record) in java_log(topic) {
        let headers: Vec<(String, Vec<u8>)> = record
            .headers()
            .into_iter()
            .map(|(name, value)| (name, value.unwrap_or_default()))
            .collect();
        let value = record.value();
        let decoded = reader
            .decode_or_fetch(&headers, value.as_deref())
            .await
            .unwrap();
        read.insert(place, decoded.unwrap().value);
    }
    read
}

#[tokio::test]
#[ignore = "needs WIREFORM_BROKERS and WIREFORM_REGISTRY_URL"]
async fn what_python_writes_is_read() {
    let _guard = wireform_limits::guard(wireform_limits::BUILD_LIMIT);
    let values: Vec<Value> = orders()
        .iter()
        .map(|o| serde_json::to_value(o).unwrap())
        .collect();

    let topic = unique("python-avro");
    let schema = "../../schemas/orders-value/v1.avsc";
    python_writes(&topic, &["avro", "--schema", schema], &values);
    let avro = SerdeAvro::<Order>::new(SCHEMA_V1).unwrap();
    let read: Vec<Order> = read_all(&topic, avro).await.into_values().collect();
    check_same(read, orders(), |order| order.order_id.clone());

    let topic = unique("python-protobuf");
    let protobuf: Vec<proto::Order> = orders().into_iter().map(Into::into).collect();
    let values: Vec<Value> = protobuf.iter().map(proto::Order::to_json).collect();
    let proto_file = "../../proto/shop/orders/v1/order.proto";
    let format = [
        "protobuf",
        "--proto",
        proto_file,
        "--message",
        "shop.orders.v1.Order",
    ];
    python_writes(&topic, &format, &values);
    let read = read_all(&topic, Protobuf::<proto::Order>::new()).await;
    check_same(read.into_values().collect(), protobuf, |order| {
        order.order_id.clone()
    });
}

#[track_caller]
fn check_same<T: PartialEq + std::fmt::Debug>(
    mut read: Vec<T>,
    mut written: Vec<T>,
    id: impl Fn(&T) -> String,
) {
    read.sort_by_key(&id);
    written.sort_by_key(&id);
    assert_eq!(read, written);
}

#[tokio::test]
#[ignore = "needs WIREFORM_BROKERS"]
async fn log_append_time_is_told_from_create_time() {
    let _guard = wireform_limits::guard(wireform_limits::BUILD_LIMIT);
    let topic = unique("append-time");
    create_topic(&topic, &[("message.timestamp.type", "LogAppendTime")]).await;
    let producer = producer();
    let handle = producer.topic(&topic, Utf8, Utf8).unwrap();
    let record = Record::new("x").timestamp(Timestamp::from_millis(AT).unwrap());
    let placed = handle.send(record).await.unwrap().await.unwrap();
    let PlacedTimestamp::LogAppendTime(at) = placed.timestamp else {
        panic!("{:?}", placed.timestamp);
    };
    let log = java_log(&topic);
    let record = &log[&(placed.partition, placed.offset.unwrap())];
    assert_eq!(
        (record.timestamp_type.as_str(), record.timestamp),
        ("LOG_APPEND_TIME", at.as_millis())
    );

    let other = unique("create-time");
    let handle = producer.topic(&other, Utf8, Utf8).unwrap();
    let record = Record::new("x").timestamp(Timestamp::from_millis(AT).unwrap());
    let placed = handle.send(record).await.unwrap().await.unwrap();
    assert_eq!(
        placed.timestamp,
        PlacedTimestamp::CreateTime(Timestamp::from_millis(AT).unwrap())
    );
}
