//! More sends than there is room for.

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::util::Timeout;
use wireform::Bytes;
use wireform_producer::{Preset, Record, Topic};

use super::broker::Broker;
use super::check::java_log;
use super::runs::{builder, fresh, texts};
use super::soak::{peak, resident};
use crate::servers::brokers;

const TASKS: u32 = 64;
/// Sends that a task has begun and not finished, as `join_all` over a handful has.
const AT_ONCE: u32 = 8;
const ROOM: usize = 100;
const LONG: Duration = Duration::from_secs(120);

/// Tasks with a key each send through a queue that is far too small: ours, and `FutureProducer`'s.
///
/// # Panics
/// If ours loses the order of a key.
pub fn push(sends: u32) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();

    let topic = fresh("pressure");
    let producer = builder(Preset::Durable).queue_records(ROOM);
    let producer = producer.build().unwrap();
    let handle = texts(&producer, &topic);
    let started = Instant::now();
    runtime.block_on(in_tasks(sends, move |key, value| {
        let sending = handle.send(Record::new(&*value).key(&*key));
        Box::pin(async move { sending.await.unwrap().await.is_ok() })
    }));
    let took = started.elapsed();
    let report = producer.close_blocking(LONG).unwrap();
    assert_eq!(report.delivered, u64::from(TASKS * sends), "{report:?}");
    let inversions = inversions(&topic, sends);
    println!("pressure: {TASKS} tasks × {sends} in {took:.1?}, {inversions} inversions");
    assert_eq!(inversions, 0);

    let topic = fresh("pressure-rdkafka");
    let producer: FutureProducer = ClientConfig::new()
        .set("bootstrap.servers", brokers())
        .set("enable.idempotence", "true")
        .set("queue.buffering.max.messages", ROOM.to_string())
        .create()
        .unwrap();
    let started = Instant::now();
    let name = topic.clone();
    runtime.block_on(in_tasks(sends, move |key, value| {
        let (producer, name) = (producer.clone(), name.clone());
        Box::pin(async move {
            let record = FutureRecord::to(&name).key(&key).payload(&value);
            producer.send(record, Timeout::Never).await.is_ok()
        })
    }));
    let took = started.elapsed();
    let inversions = self::inversions(&topic, sends);
    println!(
        "pressure, FutureProducer: {TASKS} tasks × {sends} in {took:.1?}, {inversions} inversions"
    );
}

type Sent = Pin<Box<dyn Future<Output = bool> + Send>>;

async fn in_tasks(sends: u32, send: impl Fn(String, String) -> Sent + Clone + Send + 'static) {
    let tasks = (0..TASKS).map(|task| {
        let send = send.clone();
        tokio::spawn(async move {
            for first in (0..sends).step_by(AT_ONCE as usize) {
                let sent: Vec<_> = (first..sends.min(first + AT_ONCE))
                    .map(|number| send(task.to_string(), format!("{number:07}")))
                    .collect();
                assert!(all(sent).await, "not delivered");
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
}

/// Polls them in their order, as `join_all` does.
async fn all(mut sent: Vec<Sent>) -> bool {
    let mut all = true;
    poll_fn(|context| {
        sent.retain_mut(|sent| match sent.as_mut().poll(context) {
            Poll::Ready(is_ok) => {
                all &= is_ok;
                false
            }
            Poll::Pending => true,
        });
        match sent.is_empty() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
    .await;
    all
}

/// Records that stand behind a later one of their key.
fn inversions(topic: &str, sends: u32) -> usize {
    let log = java_log(&brokers(), topic);
    assert_eq!(log.len(), usize::try_from(TASKS * sends).unwrap());
    let mut last: BTreeMap<&str, &str> = BTreeMap::new();
    log.iter()
        .filter(|record| {
            let before = last.insert(&record.key, &record.value);
            before.is_some_and(|before| before > &*record.value)
        })
        .count()
}

/// Sends as fast as it goes to a broker that stands still for a while, and looks at the memory.
///
/// # Panics
/// If it takes more than the queue's limit and 64 MiB.
pub fn memory(records: u32) {
    let broker = Broker::find();
    let topic = fresh("memory");
    let before = resident();
    let producer = builder(Preset::Durable).build().unwrap();
    let handle: Topic<[u8], [u8]> = producer.topic(&topic, Bytes, Bytes).unwrap();
    let sending = thread::spawn(move || {
        for _ in 0..records {
            handle.post(Record::new(&[b'x'; 200])).unwrap();
        }
    });
    for _ in 0..3 {
        thread::sleep(Duration::from_millis(300));
        broker.pause();
        thread::sleep(Duration::from_secs(3));
        println!("  {} in the queue", producer.in_flight());
        broker.resume();
    }
    sending.join().unwrap();
    let report = producer.close_blocking(LONG).unwrap();
    let peak = peak();
    println!("memory: {records} records of 200 bytes: {before} KiB before, {peak} KiB at most");
    assert!(report.is_complete(), "{report:?}");
    assert!(peak < (64 + 64) * 1024);
}
