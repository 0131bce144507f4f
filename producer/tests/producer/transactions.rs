use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use wireform_producer::{EmbeddedCluster, ErrorKind, Producer, Record};

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
