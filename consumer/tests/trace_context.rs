//! The trace context of a consumed record, on librdkafka's mock cluster.
#![cfg(feature = "otel")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{Context, global};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use wireform::Utf8;
use wireform_consumer::MessageHeaders;
use wireform_producer::{EmbeddedCluster, Producer, Record, Topic};

fn context() -> Context {
    Context::new().with_remote_span_context(SpanContext::new(
        TraceId::from_hex("0af7651916cd43dd8448eb211c80319c").unwrap(),
        SpanId::from_hex("b7ad6b7169203331").unwrap(),
        TraceFlags::SAMPLED,
        true,
        TraceState::default(),
    ))
}

/// One test, since the propagator is the process's.
#[test]
fn trace_context_of_the_sender_is_read() {
    global::set_text_map_propagator(TraceContextPropagator::new());
    let cluster = EmbeddedCluster::start().unwrap();
    cluster.create_topic("orders", 1).unwrap();
    let builder = Producer::builder().cluster(&cluster).trace_context();
    let producer = builder.build().unwrap();
    let orders: Topic<str, str> = producer.topic("orders", Utf8, Utf8).unwrap();
    let guard = context().attach();
    let mut sent = orders.send_blocking(Record::new("in")).unwrap();
    sent.wait(Duration::from_secs(10)).unwrap().unwrap();
    drop(guard);

    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", cluster.brokers())
        .set("group.id", "trace")
        .create()
        .unwrap();
    let mut assignment = TopicPartitionList::new();
    let start = Offset::Beginning;
    assignment.add_partition_offset("orders", 0, start).unwrap();
    consumer.assign(&assignment).unwrap();
    let message = consumer.iter().next().unwrap().unwrap();
    let read = MessageHeaders::new(&message).trace_context();
    let (read, sent) = (read.span().span_context().clone(), context());
    assert_eq!(&read, sent.span().span_context());
}
