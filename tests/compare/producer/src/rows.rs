//! One way of sending each.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::ClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Header, OwnedHeaders};
use rdkafka::producer::{
    BaseProducer, BaseRecord, FutureProducer, FutureRecord, Producer as _, ProducerContext,
    ThreadedProducer,
};
use wireform::avro::Avro;
use wireform::{ContentType, Framed, SchemaId, Serializer, Utf8, from_fn};
use wireform_producer::{Producer, Record, Topic};

use crate::Failure;
use crate::order::{Order, sample};

pub struct Target<'a> {
    pub brokers: &'a str,
}

/// Sends as many records as it is told, and returns when every verdict is in.
pub type Sender = Box<dyn FnMut(u32) -> Result<(), Failure>>;

pub struct Row {
    pub name: &'static str,
    pub prepare: fn(&Target<'_>) -> Result<Sender, Failure>,
}

pub const ROWS: [Row; 6] = [
    Row {
        name: "BaseProducer",
        prepare: base,
    },
    Row {
        name: "ThreadedProducer",
        prepare: threaded,
    },
    Row {
        name: "FutureProducer",
        prepare: future,
    },
    Row {
        name: "wireform callback",
        prepare: callback,
    },
    Row {
        name: "wireform awaited",
        prepare: awaited,
    },
    Row {
        name: "wireform avro",
        prepare: avro,
    },
];

const TOPIC: &str = "compare";
const VALUE: [u8; 200] = [b'x'; 200];
const HEADERS: [(&str, &str); 2] = [("content-type", "application/avro"), ("version", "1")];
/// Deliveries that are awaited at once.
const WINDOW: usize = 10_000;
const LONG: Duration = Duration::from_secs(120);

/// What wireform's preset `Durable` sets, for everybody.
fn config(target: &Target<'_>) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", target.brokers)
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("partitioner", "murmur2_random")
        .set("delivery.timeout.ms", "120000")
        .set("queue.buffering.max.messages", "100000");
    config
}

fn headers() -> OwnedHeaders {
    HEADERS
        .iter()
        .fold(OwnedHeaders::new(), |list, (key, value)| {
            list.insert(Header {
                key,
                value: Some(*value),
            })
        })
}

fn record(headers: &OwnedHeaders) -> BaseRecord<'static, str, [u8]> {
    BaseRecord::to(TOPIC)
        .payload(&VALUE[..])
        .headers(headers.clone())
}

/// Lives as long as the program: a counted reference would be the costliest part of a callback.
#[derive(Clone, Copy)]
struct Counter(&'static AtomicU32);

impl Counter {
    fn new() -> Self {
        Self(Box::leak(Box::default()))
    }

    fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn check(&self, sends: u32) -> Result<(), Failure> {
        match self.0.swap(0, Ordering::Relaxed) {
            delivered if delivered == sends => Ok(()),
            delivered => Err(format!("{delivered} of {sends} were delivered").into()),
        }
    }
}

impl ClientContext for Counter {}

impl ProducerContext for Counter {
    type DeliveryOpaque = ();

    fn delivery(&self, report: &DeliveryResult<'_>, (): ()) {
        if report.is_ok() {
            self.add();
        }
    }
}

/// As fast as it goes: polls when the queue is full, and once in a while.
fn base(target: &Target<'_>) -> Result<Sender, Failure> {
    let counter = Counter::new();
    let producer: BaseProducer<Counter> = config(target).create_with_context(counter)?;
    let headers = headers();
    Ok(Box::new(move |sends| {
        for number in 0..sends {
            let mut next = record(&headers);
            while let Err((error, back)) = producer.send(next) {
                check_full(error)?;
                producer.poll(Duration::from_millis(1));
                next = back;
            }
            if number % 1000 == 0 {
                producer.poll(Duration::ZERO);
            }
        }
        producer.flush(LONG)?;
        counter.check(sends)
    }))
}

fn threaded(target: &Target<'_>) -> Result<Sender, Failure> {
    let counter = Counter::new();
    let producer: ThreadedProducer<Counter> = config(target).create_with_context(counter)?;
    let headers = headers();
    Ok(Box::new(move |sends| {
        for _ in 0..sends {
            let mut next = record(&headers);
            while let Err((error, back)) = producer.send(next) {
                check_full(error)?;
                thread::sleep(Duration::from_millis(1));
                next = back;
            }
        }
        producer.flush(LONG)?;
        // Its thread may still be in the last callback.
        while counter.0.load(Ordering::Relaxed) < sends {
            thread::sleep(Duration::from_micros(100));
        }
        counter.check(sends)
    }))
}

fn check_full(error: KafkaError) -> Result<(), KafkaError> {
    match error {
        KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull) => Ok(()),
        error => Err(error),
    }
}

fn future(target: &Target<'_>) -> Result<Sender, Failure> {
    let producer: FutureProducer = config(target).create()?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let headers = headers();
    Ok(Box::new(move |sends| {
        runtime.block_on(async {
            let mut window = VecDeque::with_capacity(WINDOW);
            for _ in 0..sends {
                if window.len() == WINDOW {
                    settle(window.pop_front()).await?;
                }
                let record = FutureRecord::<str, [u8]>::to(TOPIC)
                    .payload(&VALUE[..])
                    .headers(headers.clone());
                window.push_back(producer.send_result(record).map_err(|(error, _)| error)?);
            }
            while let Some(next) = window.pop_front() {
                settle(Some(next)).await?;
            }
            Ok(())
        })
    }))
}

async fn settle(next: Option<rdkafka::producer::DeliveryFuture>) -> Result<(), Failure> {
    if let Some(next) = next {
        next.await?.map_err(|(error, _)| error)?;
    }
    Ok(())
}

fn producer(target: &Target<'_>) -> Result<Producer, Failure> {
    Ok(Producer::builder().brokers(target.brokers).build()?)
}

fn bytes(producer: &Producer) -> Result<Topic<str, [u8]>, Failure> {
    let ready = from_fn(ContentType::AVRO, |value: &[u8], out: &mut Vec<u8>| {
        out.extend_from_slice(value);
        Ok(())
    });
    Ok(producer.topic(TOPIC, Utf8, ready.version("1"))?)
}

fn callback(target: &Target<'_>) -> Result<Sender, Failure> {
    let producer = producer(target)?;
    let topic = bytes(&producer)?;
    callbacks(producer, topic, |send| send(&VALUE))
}

/// From a struct to its delivery: Avro, the Confluent frame, two headers.
fn avro(target: &Target<'_>) -> Result<Sender, Failure> {
    let builder = Producer::builder().brokers(target.brokers);
    let producer = builder.header("version", "1").build()?;
    let framed = Framed::with_id(Avro::<Order>::new(), SchemaId::new(1));
    let order = sample();
    let mut frame = Vec::new();
    framed.serialize(&order, &mut frame)?;
    if frame.len() != VALUE.len() {
        return Err(format!("an order takes {} bytes", frame.len()).into());
    }
    let topic: Topic<str, Order> = producer.topic(TOPIC, Utf8, framed)?;
    callbacks(producer, topic, move |send| send(&order))
}

fn callbacks<V: ?Sized + 'static>(
    producer: Producer,
    topic: Topic<str, V>,
    with_value: impl Fn(&mut dyn FnMut(&V) -> Result<(), Failure>) -> Result<(), Failure> + 'static,
) -> Result<Sender, Failure> {
    let counter = Counter::new();
    Ok(Box::new(move |sends| {
        with_value(&mut |value| {
            for _ in 0..sends {
                topic.send_with(Record::new(value), move |outcome| {
                    if outcome.is_ok() {
                        counter.add();
                    }
                })?;
            }
            Ok(())
        })?;
        producer.flush_blocking(LONG)?;
        counter.check(sends)
    }))
}

fn awaited(target: &Target<'_>) -> Result<Sender, Failure> {
    let producer = producer(target)?;
    let topic = bytes(&producer)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    Ok(Box::new(move |sends| {
        runtime.block_on(async {
            let mut window = VecDeque::with_capacity(WINDOW);
            for _ in 0..sends {
                if window.len() == WINDOW
                    && let Some(next) = window.pop_front()
                {
                    next.await?;
                }
                window.push_back(topic.send(Record::new(&VALUE[..])).await?);
            }
            for next in window {
                next.await?;
            }
            Ok(())
        })
    }))
}
