use std::hash::Hash;
use std::time::{Duration, Instant};

use crate::cached::bounded::{Bounded, Weigh};
use crate::cached::flight::Flights;
use crate::error::{Error, Result};
use crate::sync::{Mutex, now};

/// One kind of question: the answers to it, and those that are on their way.
#[derive(Debug)]
pub(super) struct Table<K, V> {
    known: Mutex<Bounded<K, Answer<V>>>,
    missing: Mutex<Bounded<K, Answer<Error>>>,
    pub(super) flights: Flights<K, V>,
}

#[derive(Debug)]
struct Answer<V> {
    value: V,
    since: Instant,
    /// The registry failed when it was asked again: it is left in peace until then.
    pause: Option<Instant>,
}

/// How long answers count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    /// `None` for ever.
    pub(super) ttl: Option<Duration>,
    /// Beyond `ttl`, while the registry fails.
    pub(super) stale: Duration,
    /// Of "there is no such thing".
    pub(super) missing: Duration,
}

/// What is known of a question.
pub(super) enum Known<V> {
    Fresh(V),
    Missing(Error),
    Nothing,
    /// Too old, but better than none.
    Stale(V),
    /// As `Stale`, and the registry has failed a moment ago.
    Spare(V),
}

impl<K: Clone + Eq + Hash + Weigh, V: Clone + Send + Weigh + 'static> Table<K, V> {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            known: Mutex::new(Bounded::new(capacity)),
            missing: Mutex::new(Bounded::new(capacity)),
            flights: Flights::new(),
        }
    }

    pub(super) fn find(&self, key: &K, life: Life) -> Known<V> {
        let now = now();
        let stale = match with(&self.known, |known| found(known.get(key)?, life, now)) {
            Some(Known::Stale(value)) => Known::Stale(value),
            Some(known) => return known,
            None => Known::Nothing,
        };
        let missing = with(&self.missing, |missing| {
            let answer = missing.get(key)?;
            let is_fresh = now.duration_since(answer.since) < life.missing;
            is_fresh.then(|| answer.value.share())
        });
        missing.map_or(stale, Known::Missing)
    }

    /// What is known well enough not to ask.
    pub(super) fn settled(&self, key: &K, life: Life) -> Option<Result<V>> {
        match self.find(key, life) {
            Known::Fresh(value) | Known::Spare(value) => Some(Ok(value)),
            Known::Missing(error) => Some(Err(error)),
            Known::Nothing | Known::Stale(_) => None,
        }
    }

    pub(super) fn put(&self, key: K, value: V) {
        with(&self.missing, |missing| missing.remove(&key));
        with(&self.known, |known| known.put(key, Answer::new(value)));
    }

    /// Keeps that there is no such thing. Nothing older counts any more.
    pub(super) fn put_missing(&self, key: K, error: &Error) {
        with(&self.known, |known| known.remove(&key));
        let answer = Answer::new(error.share());
        with(&self.missing, |missing| missing.put(key, answer));
    }

    /// The registry failed: what is known is good for another while.
    pub(super) fn pause(&self, key: &K) {
        with(&self.known, |known| {
            if let Some(answer) = known.get_mut(key) {
                answer.pause = Some(now() + PAUSE);
            }
        });
    }

    /// Neither what is known nor what is on its way counts any more.
    pub(super) fn remove(&self, key: &K) {
        self.flights.forget(key);
        with(&self.known, |known| known.remove(key));
    }

    pub(super) fn clear_missing(&self) {
        with(&self.missing, Bounded::clear);
    }

    pub(super) fn resize(&self, capacity: usize) {
        with(&self.known, |known| known.resize(capacity));
        with(&self.missing, |missing| missing.resize(capacity));
    }

    /// How many answers are kept, and how many were driven out so far.
    pub(super) fn size(&self) -> (usize, u64) {
        let known = with(&self.known, |known| (known.len(), known.evicted()));
        let missing = with(&self.missing, |missing| (missing.len(), missing.evicted()));
        (known.0 + missing.0, known.1 + missing.1)
    }
}

impl<V> Answer<V> {
    fn new(value: V) -> Self {
        Self {
            value,
            since: now(),
            pause: None,
        }
    }
}

impl<V: Weigh> Weigh for Answer<V> {
    fn weight(&self) -> usize {
        self.value.weight()
    }
}

fn found<V: Clone>(answer: &Answer<V>, life: Life, now: Instant) -> Option<Known<V>> {
    let age = now.duration_since(answer.since);
    let Some(ttl) = life.ttl.filter(|ttl| age >= *ttl) else {
        return Some(Known::Fresh(answer.value.clone()));
    };
    if age >= ttl.saturating_add(life.stale) {
        return None;
    }
    let is_paused = answer.pause.is_some_and(|until| now < until);
    let value = answer.value.clone();
    Some(if is_paused {
        Known::Spare(value)
    } else {
        Known::Stale(value)
    })
}

/// Nothing is awaited under the lock, and nothing in it can panic half way.
fn with<T, U>(table: &Mutex<T>, work: impl FnOnce(&mut T) -> U) -> U {
    work(&mut table.lock())
}

/// How long a registry that failed is not asked for what is at hand, though too old.
const PAUSE: Duration = Duration::from_secs(5);
