use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use wireform::avro::SerdeAvro;
use wireform::protobuf::Protobuf;
use wireform::registry::Registry;
use wireform::{DatetimeJson, Framed, Json, Serializer, Subject, Utf8};
use wireform_producer::{Producer, Record};

use crate::args::Codec;
use crate::codecs::{SCHEMA, now};
use crate::order::{Order, orders};
use crate::proto;

/// Sends `count` orders in one codec as fast as they go, and prints the rate; meanwhile, how far it
/// is, once a second.
pub(crate) async fn run(
    producer: &Producer,
    registry: &Arc<dyn Registry>,
    codec: Codec,
    count: u64,
) -> Result<(), Box<dyn Error>> {
    let subject = Subject::value(&codec.topic());
    let orders = orders(now());
    match codec {
        Codec::Json => send(producer, codec, Json::<Order>::new(), &orders, count).await,
        Codec::DatetimeJson => {
            send(
                producer,
                codec,
                DatetimeJson::<Order>::default(),
                &orders,
                count,
            )
            .await
        }
        Codec::Avro => {
            let avro = SerdeAvro::<Order>::new(SCHEMA)?;
            let framed = Framed::register(avro, registry, subject).await?;
            send(producer, codec, framed, &orders, count).await
        }
        Codec::Protobuf => {
            let protobuf = Protobuf::<proto::Order>::new();
            let framed = Framed::register(protobuf, registry, subject).await?;
            let orders: Vec<proto::Order> = orders.into_iter().map(Into::into).collect();
            send(producer, codec, framed, &orders, count).await
        }
    }
}

async fn send<T>(
    producer: &Producer,
    codec: Codec,
    serializer: impl Serializer<T> + 'static,
    orders: &[T],
    count: u64,
) -> Result<(), Box<dyn Error>> {
    let topic = producer.topic(&codec.topic(), Utf8, serializer)?;
    let failed = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let mut told = start;
    for (order, number) in orders.iter().cycle().zip(0..count) {
        let failed = failed.clone();
        let key = format!("order-{number}");
        topic.send_with(Record::new(order).key(key.as_str()), move |outcome| {
            failed.fetch_add(u64::from(outcome.is_err()), Ordering::Relaxed);
        })?;
        if number % 1000 == 0 && told.elapsed() >= Duration::from_secs(1) {
            told = Instant::now();
            let done = number.saturating_sub(producer.in_flight() as u64);
            eprintln!("{codec}: {done} of {count} orders");
        }
    }
    producer.flush(Duration::from_secs(120)).await?;
    let seconds = start.elapsed().as_secs_f64();
    #[allow(clippy::cast_precision_loss, reason = "a rate for people to read")]
    let rate = count as f64 / seconds;
    println!("{codec}: {count} orders in {seconds:.2} s, {rate:.0} a second");
    match failed.load(Ordering::Relaxed) {
        0 => Ok(()),
        failed => Err(format!("{codec}: {failed} of {count} orders were not sent").into()),
    }
}
