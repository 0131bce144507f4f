//! The runs.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, ThreadedProducer};
use wireform::Utf8;
use wireform_producer::{Preset, Producer, ProducerBuilder, Record, Topic};

use super::broker::Broker;
use super::check::{Findings, check, java_log};
use super::journal::{Id, Journal, Verdict};
use super::proxy::{Fault, Proxy, random};
use crate::servers::{brokers, create_topic, unique};

/// How much a run does.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Records to send.
    pub records: u32,
    /// How often the broker, the client or the network is ill-treated.
    pub times: u32,
}

const KEYS: u32 = 50;
const TIMEOUT: Duration = Duration::from_secs(120);
/// What a verdict may take beyond the delivery timeout.
const GRACE: Duration = Duration::from_secs(2);

pub(super) fn builder(preset: Preset) -> ProducerBuilder {
    Producer::builder()
        .brokers(brokers())
        .preset(preset)
        .header("source", "lab")
}

pub(super) fn texts(producer: &Producer, topic: &str) -> Topic<str, str> {
    producer.topic(topic, Utf8, Utf8).unwrap()
}

/// A topic that no other run uses.
pub(super) fn fresh(name: &str) -> String {
    let topic = unique(name);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(create_topic(&topic, &[]));
    topic
}

/// Sends and journals; `first_key` keeps runs on one topic apart. `hold_back` says how many records
/// may have been sent by now.
fn send(
    topic: &Topic<str, str>,
    journal: &Journal,
    first_key: u32,
    records: u32,
    hold_back: impl Fn() -> u32,
) {
    for number in 0..records {
        let id = Id {
            key: first_key + number % KEYS,
            sequence: number / KEYS,
        };
        let index = journal.begin(id);
        let told = journal.clone();
        let (key, value, header) = (id.key(), id.value(), id.header());
        let record = Record::new(&*value).key(&*key).header("number", &header);
        let accepted = topic.send_with(record, move |outcome| {
            told.enter(index, Verdict::from(&outcome));
        });
        match accepted {
            Ok(()) => journal.accepted(index),
            Err(error) => {
                println!("{id} was not accepted: {error}");
                journal.take_back();
            }
        }
        while number.is_multiple_of(100) && number > hold_back() {
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// As many of `records` as are due after a part of `lasting`.
fn due(records: u32, started: Instant, lasting: Duration) -> u32 {
    let part = started.elapsed().as_secs_f64() / lasting.as_secs_f64();
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and `records`"
    )]
    let due = (f64::from(records) * part.min(1.0)) as u32;
    due
}

/// Sends while `ill_treat` runs, closes, and compares with the log. Each time takes `each` or more,
/// and meets its share of the records.
pub(super) fn run(
    name: &str,
    preset: Preset,
    size: Size,
    each: Duration,
    ill_treat: impl FnMut(&str, &Journal),
) -> Findings {
    run_with(name, (builder(preset), preset), size, each, ill_treat)
}

/// [`run`] with a builder that has the preset.
pub(super) fn run_with(
    name: &str,
    (builder, preset): (ProducerBuilder, Preset),
    size: Size,
    each: Duration,
    mut ill_treat: impl FnMut(&str, &Journal),
) -> Findings {
    let topic = fresh(name);
    let producer = builder.delivery_timeout(TIMEOUT).build().unwrap();
    let (journal, handle) = (Journal::default(), texts(&producer, &topic));
    let times = Arc::new(AtomicU32::new(0));
    let sending = thread::spawn({
        let (journal, times, started) = (journal.clone(), Arc::clone(&times), Instant::now());
        let hold_back = move || {
            let share = size.records / size.times * (times.load(Ordering::Relaxed) + 1);
            due(size.records, started, each * size.times).min(share)
        };
        move || send(&handle, &journal, 0, size.records, hold_back)
    });
    for _ in 0..size.times {
        ill_treat(&topic, &journal);
        times.fetch_add(1, Ordering::Relaxed);
    }
    sending.join().unwrap();
    let report = producer.close_blocking(TIMEOUT + GRACE).unwrap();
    let entries = journal.entries();
    let accepted = u64::try_from(entries.len()).unwrap();
    assert_eq!(report.accepted(), accepted, "the report counts all");
    let log = java_log(&brokers(), &topic);
    let findings = check(&entries, &log, TIMEOUT + GRACE, preset == Preset::Strict);
    println!(
        "{name} {preset:?}: {} records, {} times: {findings}",
        entries.len(),
        size.times
    );
    findings
}

/// The single broker is killed and started again.
#[must_use]
pub fn kill(size: Size, preset: Preset) -> Findings {
    let mut broker = Broker::find();
    run("kill", preset, size, Duration::from_secs(6), |_, _| {
        thread::sleep(Duration::from_millis(500 + random() % 1500));
        broker.kill();
        thread::sleep(Duration::from_millis(random() % 500));
        broker.start();
    })
}

/// The single broker stands still for a while.
#[must_use]
pub fn pause(size: Size, preset: Preset) -> Findings {
    let broker = Broker::find();
    run("pause", preset, size, Duration::from_secs(3), |_, _| {
        thread::sleep(Duration::from_millis(200 + random() % 800));
        broker.pause();
        thread::sleep(Duration::from_millis(200 + random() % 3000));
        broker.resume();
    })
}

/// Every fault of the network, `size.times` times each.
///
/// # Panics
/// If a fault was never met.
#[must_use]
pub fn faults(size: Size, preset: Preset) -> Findings {
    let variable = |name| std::env::var(name).expect("run this with tests/servers/with");
    let (listen, upstream) = (variable("WIREFORM_PROXY"), variable("WIREFORM_PROXIED"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let proxy = runtime.block_on(Proxy::start(&listen, &upstream)).unwrap();
    let topic = fresh("faults");
    let timeout = Duration::from_secs(60);
    let journal = Journal::default();
    let mut met = 0;
    for (index, fault) in (0..).zip(Fault::ALL) {
        let producer = builder(preset)
            .brokers(&listen)
            .delivery_timeout(timeout)
            .build()
            .unwrap();
        let handle = texts(&producer, &topic);
        let records = size.records / u32::try_from(Fault::ALL.len()).unwrap();
        let sending = thread::spawn({
            let journal = journal.clone();
            let (started, lasting) = (Instant::now(), Duration::from_secs(1) * size.times);
            move || {
                send(&handle, &journal, index * KEYS, records, || {
                    due(records, started, lasting)
                });
            }
        });
        let before = proxy.hits();
        for _ in 0..size.times {
            thread::sleep(Duration::from_millis(600));
            proxy.set(fault);
            thread::sleep(Duration::from_millis(400));
            proxy.set(Fault::None);
        }
        sending.join().unwrap();
        let report = producer.close_blocking(timeout + GRACE).unwrap();
        println!(
            "  {fault:?}: met {} times, {report:?}",
            proxy.hits() - before
        );
        met += usize::from(proxy.hits() > before);
    }
    assert_eq!(met, Fault::ALL.len(), "every fault was met");
    let log = java_log(&brokers(), &topic);
    let entries = journal.entries();
    let findings = check(&entries, &log, timeout + GRACE, preset == Preset::Strict);
    println!("faults {preset:?}: {} records: {findings}", entries.len());
    findings
}

/// Drops a producer without closing it, with everything still queued; ours and rdkafka's.
///
/// # Panics
/// If a handle hangs.
pub fn drop_queued(records: u32) {
    let topic = fresh("drop");
    let producer = builder(Preset::Durable).linger(Duration::from_secs(60));
    let producer = producer.build().unwrap();
    let handle = texts(&producer, &topic);
    let mut deliveries = Vec::new();
    for number in 0..records {
        let text = number.to_string();
        deliveries.push(handle.send_blocking(Record::new(&*text)).unwrap());
    }
    let started = Instant::now();
    drop((handle, producer));
    let blocked = started.elapsed();
    let placed = deliveries
        .iter_mut()
        .map(|delivery| delivery.wait(Duration::from_secs(10)))
        .filter(|result| matches!(result, Some(Ok(_))))
        .count();
    let resolved = started.elapsed();
    let there = java_log(&brokers(), &topic).len();
    println!(
        "drop: blocked {blocked:?}, {records} handles resolved after {resolved:?}: {placed} \
         placed, {there} in the log"
    );
    assert_eq!(placed, there);

    let topic = fresh("drop-rdkafka");
    let producer: ThreadedProducer<DefaultProducerContext> = ClientConfig::new()
        .set("bootstrap.servers", brokers())
        .set("linger.ms", "60000")
        .create()
        .unwrap();
    for number in 0..records {
        let text = number.to_string();
        let record = BaseRecord::<'_, (), str>::to(&topic).payload(&text);
        producer.send(record).map_err(|(error, _)| error).unwrap();
    }
    let started = Instant::now();
    drop(producer);
    let blocked = started.elapsed();
    let there = java_log(&brokers(), &topic).len();
    println!(
        "drop, rdkafka's ThreadedProducer: blocked {blocked:?}, {there} of {records} in the log"
    );
}

/// Closes a producer with everything still queued.
///
/// # Panics
/// If a record is missing.
pub fn close_queued(records: u32) {
    let topic = fresh("close");
    let producer = builder(Preset::Durable).build().unwrap();
    let handle = texts(&producer, &topic);
    for number in 0..records {
        handle.post(Record::new(&*number.to_string())).unwrap();
    }
    let report = producer.close_blocking(TIMEOUT).unwrap();
    let there = java_log(&brokers(), &topic).len();
    println!("close: {report:?}, {there} of {records} in the log");
    assert_eq!(there, usize::try_from(records).unwrap());
}

/// Cancels sends at random moments: what was accepted is there once, the rest is not.
///
/// # Panics
/// If not.
pub fn cancel(records: u32) {
    let topic = fresh("cancel");
    let producer = builder(Preset::Strict).queue_records(200).build().unwrap();
    let handle = texts(&producer, &topic);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let cancelled: usize = runtime.block_on(async {
        let tasks = (0..8).map(|task| {
            let handle = handle.clone();
            tokio::spawn(async move {
                let mut cancelled = 0;
                for number in 0..records / 8 {
                    let value = format!("{task}:{number:07}");
                    let key = task.to_string();
                    let patience = Duration::from_micros(random() % 400);
                    let sending = handle.send(Record::new(&*value).key(&*key));
                    let sent = tokio::time::timeout(patience, async { sending.await?.await });
                    cancelled += usize::from(sent.await.is_err());
                }
                cancelled
            })
        });
        let mut sum = 0;
        for task in tasks.collect::<Vec<_>>() {
            sum += task.await.unwrap();
        }
        sum
    });
    let report = producer.close_blocking(TIMEOUT).unwrap();
    let log = java_log(&brokers(), &topic);
    let values: BTreeSet<_> = log.iter().map(|record| &record.value).collect();
    let there = u64::try_from(log.len()).unwrap();
    let in_order = log
        .chunk_by(|one, other| one.partition == other.partition)
        .flat_map(|partition| (0..8).map(move |task| (partition, format!("{task}:"))))
        .all(|(partition, prefix)| {
            let of_task = partition.iter().map(|record| &record.value);
            of_task
                .filter(|value| value.starts_with(&prefix))
                .is_sorted()
        });
    println!(
        "cancel: {records} sends, {cancelled} cancelled, {report:?}, {there} in the log, {} \
         different, in order: {in_order}",
        values.len()
    );
    assert_eq!((report.delivered, report.accepted()), (there, there));
    assert!(values.len() == log.len() && in_order);
}

/// The client is killed in the middle of sending: what it was told is in the log is there.
///
/// # Panics
/// If not.
pub fn kill_clients(times: u32) {
    let topic = fresh("clients");
    let mut acknowledged = BTreeSet::new();
    for time in 0..times {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["child", &topic, &time.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let (heard, first) = mpsc::channel();
        let reading = thread::spawn(move || {
            let mut told = Vec::new();
            // The last line may be cut off.
            for line in lines.lines().map_while(Result::ok) {
                if let Some(value) = line.strip_suffix(';') {
                    told.push(value.to_owned());
                    let _ = heard.send(());
                }
            }
            told
        });
        let _ = first.recv_timeout(Duration::from_secs(20));
        thread::sleep(Duration::from_millis(random() % 300));
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged.extend(reading.join().unwrap());
    }
    let log = java_log(&brokers(), &topic);
    let there: BTreeSet<_> = log.into_iter().map(|record| record.value).collect();
    let missing = acknowledged.difference(&there).count();
    println!(
        "clients: killed {times} times, {} acknowledged, {} in the log, {missing} missing",
        acknowledged.len(),
        there.len()
    );
    assert!(missing == 0 && !acknowledged.is_empty());
}

/// What [`kill_clients`] kills: sends for ever, and prints what was acknowledged.
///
/// # Panics
/// If it cannot send.
pub fn child(topic: &str, name: &str) {
    let producer = builder(Preset::Durable).build().unwrap();
    let handle = texts(&producer, topic);
    for number in 0_u64.. {
        let value = format!("{name}:{number}");
        let told = value.clone();
        let record = Record::new(&*value).key(name);
        let sent = handle.send_with(record, move |outcome| {
            if outcome.is_ok() {
                let _ = writeln!(std::io::stdout().lock(), "{told};");
            }
        });
        sent.unwrap();
        if number.is_multiple_of(100) {
            thread::sleep(Duration::from_millis(1));
        }
    }
}
