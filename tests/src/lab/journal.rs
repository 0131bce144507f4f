//! What was sent, and what became of it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use wireform_producer::{ErrorKind, Outcome};

/// What the producer said of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is in the log, there. No offset where the broker gave none.
    Placed {
        /// The partition.
        partition: i32,
        /// The place in it.
        offset: Option<i64>,
    },
    /// It is not in the log.
    NotWritten,
    /// It may be.
    Unknown,
}

impl From<&Outcome> for Verdict {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Ok(placed) => Self::Placed {
                partition: placed.partition,
                offset: placed.offset,
            },
            Err(error) if error.kind() == ErrorKind::Unknown => Self::Unknown,
            Err(_) => Self::NotWritten,
        }
    }
}

/// Which record: the `sequence`th of `key`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// The key, by number.
    pub key: u32,
    /// From 0, without gaps.
    pub sequence: u32,
}

impl Id {
    /// The key as it is written.
    #[must_use]
    pub fn key(self) -> String {
        format!("key-{}", self.key)
    }

    /// The value as it is written: 100 bytes that only this record has.
    #[must_use]
    pub fn value(self) -> String {
        format!("{:x>100}", format!("{}:{}:", self.key, self.sequence))
    }

    /// The value of the header `number`.
    #[must_use]
    pub fn header(self) -> String {
        self.sequence.to_string()
    }

    /// The record that has this value.
    #[must_use]
    pub fn from_value(value: &str) -> Option<Self> {
        let mut parts = value.trim_start_matches('x').split(':');
        let (key, sequence) = (parts.next()?, parts.next()?);
        Some(Self {
            key: key.parse().ok()?,
            sequence: sequence.parse().ok()?,
        })
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.key, self.sequence)
    }
}

/// A record that was accepted.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// Which.
    pub id: Id,
    /// The last verdict.
    pub verdict: Option<Verdict>,
    /// How many verdicts came.
    pub verdicts: u32,
    /// When it was accepted.
    pub accepted: Instant,
    /// From then to the first verdict.
    pub took: Option<Duration>,
}

/// Everything that was accepted, in that order. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Journal(Arc<Mutex<Vec<Sent>>>);

impl Journal {
    /// Room for a record whose acceptance is tried, and where its verdict goes.
    #[must_use]
    pub fn begin(&self, id: Id) -> usize {
        let mut sent = self.lock();
        sent.push(Sent {
            id,
            verdict: None,
            verdicts: 0,
            accepted: Instant::now(),
            took: None,
        });
        sent.len() - 1
    }

    /// Says that the record was accepted just now, unless its verdict is there already.
    pub fn accepted(&self, index: usize) {
        let mut sent = self.lock();
        let entry = &mut sent[index];
        if entry.took.is_none() {
            entry.accepted = Instant::now();
        }
    }

    /// Takes the last entry back: it was not accepted.
    pub fn take_back(&self) {
        self.lock().pop();
    }

    /// Writes a verdict down.
    pub fn enter(&self, index: usize, verdict: Verdict) {
        let mut sent = self.lock();
        let entry = &mut sent[index];
        entry.verdict = Some(verdict);
        entry.verdicts += 1;
        entry.took.get_or_insert(entry.accepted.elapsed());
    }

    /// How many were accepted.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "nobody asks")]
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// All entries.
    #[must_use]
    pub fn entries(&self) -> Vec<Sent> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Sent>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
