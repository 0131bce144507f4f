use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{Context, global};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use rdkafka::message::Headers as _;
use wireform_producer::{EmbeddedCluster, Producer, Record, TraceHeaders};

use crate::{SOON, read, texts};

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

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
fn trace_context_travels_with_the_record() {
    global::set_text_map_propagator(TraceContextPropagator::new());
    let cluster = EmbeddedCluster::start().unwrap();
    cluster.create_topic("orders", 1).unwrap();
    let builder = Producer::builder().cluster(&cluster).trace_context();
    let producer = builder.build().unwrap();
    let orders = texts(&producer);
    let guard = context().attach();
    let own = Record::new("own").header("TraceParent", "mine");
    for record in [Record::new("in"), own] {
        orders
            .send_blocking(record)
            .unwrap()
            .wait(SOON)
            .unwrap()
            .unwrap();
    }
    drop(guard);
    let mut outside = orders.send_blocking(Record::new("out")).unwrap();
    outside.wait(SOON).unwrap().unwrap();

    let of = |index: usize| -> Vec<_> {
        let headers = &read(cluster.brokers(), 1, 3)[index].headers;
        let traces = headers.iter().filter(|(name, _)| name != "content-type");
        traces
            .map(|(name, value)| (name.clone(), String::from_utf8(value.clone()).unwrap()))
            .collect()
    };
    assert_eq!(of(0), [("traceparent".to_owned(), PARENT.to_owned())]);
    assert_eq!(of(1), [("TraceParent".to_owned(), "mine".to_owned())]);
    assert_eq!(of(2), []);

    let mut headers = TraceHeaders::default();
    global::get_text_map_propagator(|propagator| {
        propagator.inject_context(&context(), &mut headers);
    });
    let header = headers.0.get(0);
    assert_eq!(
        (header.key, header.value),
        ("traceparent", Some(PARENT.as_bytes()))
    );
}
