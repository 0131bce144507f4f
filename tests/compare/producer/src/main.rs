//! `BaseProducer`, `ThreadedProducer`, `FutureProducer` and wireform's producer, side by side.
//!
//! The same settings, the same two headers, values of 200 bytes; rounds are interleaved, medians
//! are printed. Every number is per record, from the first send to the last verdict.
//!
//! See the README of the folder above.
#![forbid(unsafe_code)]

mod latency;
mod order;
mod rows;

use std::error::Error;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use wireform_producer::EmbeddedCluster;

use crate::rows::{ROWS, Row, Target};

type Failure = Box<dyn Error>;

struct Arguments {
    json: Option<String>,
    brokers: Option<String>,
    sends: u32,
    rounds: usize,
    only: Option<String>,
    latency: Option<String>,
}

/// What the rounds of one row took, in nanoseconds a record.
#[derive(Default)]
struct Times {
    wall: Vec<f64>,
    processor: Vec<f64>,
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse()?;
    let mut lines = Vec::new();
    let cluster = EmbeddedCluster::start()?;
    if let Some(path) = &arguments.latency {
        let brokers = arguments.brokers.as_deref();
        return latency::run(brokers.unwrap_or(cluster.brokers()), path);
    }
    measure("producer", cluster.brokers(), &arguments, &mut lines)?;
    drop(cluster);
    if let Some(brokers) = &arguments.brokers {
        measure("producer-kafka", brokers, &arguments, &mut lines)?;
    }
    if let Some(path) = &arguments.json {
        let rows = serde_json::json!({ "rows": lines });
        std::fs::write(path, format!("{rows:#}\n"))?;
    }
    Ok(())
}

fn measure(
    group: &str,
    brokers: &str,
    arguments: &Arguments,
    lines: &mut Vec<serde_json::Value>,
) -> Result<(), Failure> {
    let rows: Vec<_> = ROWS
        .iter()
        .filter(|row| {
            arguments
                .only
                .as_deref()
                .is_none_or(|only| only == row.name)
        })
        .collect();
    let mut times: Vec<_> = rows.iter().map(|_| Times::default()).collect();
    // The first round warms up.
    for round in 0..=arguments.rounds {
        // Each round starts with another row: what a row leaves behind (a heap in pieces, dirty
        // pages) must not always meet the same one.
        for turn in 0..rows.len() {
            let index = (round + turn) % rows.len();
            let (row, times) = (rows[index], &mut times[index]);
            let (wall, processor) = run(row, brokers, arguments.sends)?;
            if round > 0 {
                times.wall.push(wall);
                times.processor.push(processor);
            }
        }
    }
    println!(
        "\n{group}: {} sends × {} rounds",
        arguments.sends, arguments.rounds
    );
    println!(
        "{:<20} {:>8} {:>12} {:>8} {:>8} {:>8} {:>8}",
        "", "ns", "records/s", "speed", "CPU ns", "best ns", "speed"
    );
    let (mut raw, mut raw_best) = (None, None);
    for (row, times) in rows.iter().zip(&mut times) {
        let (wall, processor) = (median(&mut times.wall), median(&mut times.processor));
        // The round that was disturbed least: on a busy machine the median tells of the others.
        let best = times.wall.first().copied().unwrap_or(f64::NAN);
        let (raw, raw_best) = (*raw.get_or_insert(wall), *raw_best.get_or_insert(best));
        let (rate, speed, best_speed) = (1e9 / wall, raw / wall, raw_best / best);
        println!(
            "{:<20} {wall:>8.0} {rate:>12.0} {speed:>7.2}x {processor:>8.0} {best:>8.0} \
             {best_speed:>7.2}x",
            row.name
        );
        lines.push(serde_json::json!({
            "group": group,
            "name": row.name,
            "ns": wall,
            "ratio_to_hand": wall / raw,
            "cpu_ns": processor,
            "best_ns": best,
        }));
    }
    Ok(())
}

/// Wall and processor time of one round, in nanoseconds a record.
fn run(row: &Row, brokers: &str, sends: u32) -> Result<(f64, f64), Failure> {
    let mut sender = (row.prepare)(&Target { brokers })?;
    // A fresh idempotent producer first waits half a second for its identity.
    sender(1)?;
    let (started, processor) = (Instant::now(), processor_time());
    sender(sends)?;
    let (wall, processor) = (
        started.elapsed(),
        processor_time().saturating_sub(processor),
    );
    let each = |time: Duration| time.as_secs_f64() * 1e9 / f64::from(sends);
    Ok((each(wall), each(processor)))
}

/// Of all threads of this process: librdkafka's, and the embedded cluster's.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values {
        [] => f64::NAN,
        _ if values.len() % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

impl Arguments {
    fn parse() -> Result<Self, Failure> {
        let mut arguments = Self {
            json: None,
            brokers: std::env::var("WIREFORM_BROKERS").ok(),
            sends: 1_000_000,
            rounds: 5,
            only: None,
            latency: None,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match &*word {
                "--json" => arguments.json = Some(value()?),
                "--brokers" => arguments.brokers = Some(value()?),
                "--quick" => (arguments.sends, arguments.rounds) = (100_000, 3),
                "--sends" => arguments.sends = value()?.parse()?,
                "--rounds" => arguments.rounds = value()?.parse()?,
                "--latency" => arguments.latency = Some(value()?),
                "--only" => arguments.only = Some(value()?),
                _ => return Err(format!("unknown argument {word:?}").into()),
            }
        }
        Ok(arguments)
    }
}
