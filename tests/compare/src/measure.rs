//! Rows of one group take turns, round by round, so that a busy machine is busy for all of them.

use std::time::{Duration, Instant};

/// Operations that do the same work.
pub struct Group {
    pub name: &'static str,
    /// The row that the others are compared with.
    pub limit: &'static str,
    pub rows: Vec<Row>,
    /// Rows that other programs measure.
    pub others: Vec<Other>,
}

/// One operation of another program; the function has it measure one batch, in nanoseconds of one
/// operation.
pub struct Other {
    pub name: &'static str,
    pub sample: Box<dyn FnMut() -> f64>,
}

/// One operation; the function does it so many times.
pub struct Row {
    pub name: &'static str,
    pub run: Box<dyn FnMut(u32)>,
}

/// What was measured of one group.
pub struct Results {
    pub group: &'static str,
    /// The row that the others are compared with.
    pub limit: &'static str,
    pub rows: Vec<Measured>,
}

/// What was measured of one row.
pub struct Measured {
    pub name: &'static str,
    /// Median time, or allocations.
    pub value: f64,
    pub ratio_to_hand: f64,
}

impl Group {
    pub fn new(name: &'static str, limit: &'static str, rows: Vec<Row>) -> Self {
        let others = Vec::new();
        Self {
            name,
            limit,
            rows,
            others,
        }
    }
}

impl Row {
    pub fn new<T>(name: &'static str, mut operation: impl FnMut() -> T + 'static) -> Self {
        let run = move |times: u32| {
            for _ in 0..times {
                std::hint::black_box(operation());
            }
        };
        Self {
            name,
            run: Box::new(run),
        }
    }
}

/// Medians of so many rounds, in nanoseconds.
pub fn measure(group: &mut Group, rounds: usize) -> Results {
    let times: Vec<u32> = group.rows.iter_mut().map(batch).collect();
    let mut samples = vec![Vec::with_capacity(rounds); group.rows.len()];
    let mut others = vec![Vec::with_capacity(rounds); group.others.len()];
    for round in 0..=rounds {
        for (index, row) in group.rows.iter_mut().enumerate() {
            let start = Instant::now();
            (row.run)(times[index]);
            let taken = start.elapsed().as_secs_f64() * 1e9 / f64::from(times[index]);
            // The first round warms up.
            if round > 0 {
                samples[index].push(taken);
            }
        }
        for (other, samples) in group.others.iter_mut().zip(&mut others) {
            samples.push((other.sample)());
        }
    }
    samples.append(&mut others);
    results(group, samples.into_iter().map(median).collect())
}

/// Allocations of one operation, once it is warm.
pub fn count(groups: &mut [Group], count: crate::CountAllocations) -> Vec<Results> {
    let mut all = Vec::new();
    for group in groups {
        let counts = group.rows.iter_mut().map(|row| {
            (row.run)(10);
            count(&mut || (row.run)(100)) as f64 / 100.0
        });
        let counts = counts.collect();
        all.push(results(group, counts));
    }
    all
}

fn results(group: &Group, values: Vec<f64>) -> Results {
    let limit = group.rows.iter().position(|row| row.name == group.limit);
    let limit = limit.map_or(f64::NAN, |index| values[index]);
    let others = group.others.iter().map(|other| other.name);
    let names = group.rows.iter().map(|row| row.name).chain(others);
    let rows = names.zip(values).map(|(name, value)| Measured {
        name,
        value,
        ratio_to_hand: value / limit,
    });
    Results {
        group: group.name,
        limit: group.limit,
        rows: rows.collect(),
    }
}

/// Runs `group/row` 10,000 times; a function of its own, so that callgrind finds it.
#[inline(never)]
pub fn once(groups: &mut [Group], name: &str) -> Result<(), String> {
    for group in groups {
        for row in &mut group.rows {
            if format!("{}/{}", group.name, row.name) == name {
                (row.run)(10_000);
                return Ok(());
            }
        }
    }
    Err(format!("no row {name:?}"))
}

/// How often a row must run to take a batch's time; at least once.
///
/// The quickest of some runs counts: one that was interrupted tells nothing.
pub fn batch(row: &mut Row) -> u32 {
    let mut times = 1;
    loop {
        let mut run = || {
            let start = Instant::now();
            (row.run)(times);
            start.elapsed()
        };
        if (0..5).all(|_| run() >= BATCH) {
            return times;
        }
        times *= 2;
    }
}

pub fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_unstable_by(f64::total_cmp);
    samples[samples.len() / 2]
}

/// Far less than a time slice, so that on a busy machine most batches run undisturbed.
const BATCH: Duration = Duration::from_micros(100);
