use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

use crate::cached::bounded::{Bounded, Weigh};
use crate::cached::flight::{Flight, Joinable};
use crate::error::{Error, Result};
use crate::registry::BoxFuture;
use crate::sync::{Mutex, RuntimeId, now, runtime};

/// One kind of question: the answers to it, and the requests that are under way.
///
/// All of it is under one lock, so that an answer is kept only if nothing was registered since its
/// request began: [`finish`](Self::finish) compares generations and stores in one step.
#[derive(Debug)]
pub(super) struct Table<K, V>(Mutex<State<K, V>>);

#[derive(Debug)]
struct State<K, V> {
    known: Bounded<K, Answer<V>>,
    missing: Bounded<K, Answer<Error>>,
    /// A runtime joins its own requests only: timers and connections of another one may stand still
    /// or be gone.
    flights: HashMap<(K, RuntimeId), Joinable<V>>,
    started: u64,
    generation: Generation,
}

/// How often something was registered: what was asked before that may be out of date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Generation(u64);

/// A request of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Started {
    number: u64,
    runtime: RuntimeId,
    generation: Generation,
}

#[derive(Debug)]
struct Answer<V> {
    value: V,
    since: Instant,
    /// The registry failed when it was asked again: it is not asked until then.
    pause: Option<Instant>,
}

/// How long answers are valid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    /// `None`: forever.
    pub(super) ttl: Option<Duration>,
    /// Beyond `ttl`, while the registry fails.
    pub(super) stale: Duration,
    /// Of "not found".
    pub(super) missing: Duration,
}

/// The result of looking up a key in a table.
pub(super) enum Found<V> {
    Fresh(V),
    Missing(Error),
    /// Too old, and the registry failed a moment ago.
    Paused(V),
    Asked(Asked<V>),
}

/// A request under way.
pub(super) struct Asked<V> {
    pub(super) flight: Flight<V>,
    /// Whether it was started for this caller.
    pub(super) is_first: bool,
    /// An answer that is too old, but better than none.
    pub(super) stale: Option<V>,
}

impl<K: Clone + Eq + Hash + Weigh, V: Clone + Send + Sync + Weigh + 'static> Table<K, V> {
    pub(super) fn new(capacity: usize) -> Self {
        Self(Mutex::new(State {
            known: Bounded::new(capacity),
            missing: Bounded::new(capacity),
            flights: HashMap::new(),
            started: 0,
            generation: Generation::default(),
        }))
    }

    /// The answer to `key`, or the request for it: one under way, or the one that `start` makes.
    pub(super) fn find(
        &self,
        key: &K,
        life: Life,
        start: impl FnOnce(Started) -> BoxFuture<'static, Result<V>>,
    ) -> Found<V> {
        let mut state = self.0.lock();
        let stale = match state.answer(key, life) {
            Ok(found) => return found,
            Err(stale) => stale,
        };
        let runtime = runtime();
        let place = (key.clone(), runtime);
        let joined = state.flights.get(&place).and_then(Joinable::join);
        let is_first = joined.is_none();
        let flight = joined.unwrap_or_else(|| {
            state.started += 1;
            let started = Started {
                number: state.started,
                runtime,
                generation: state.generation,
            };
            let flight = Flight::new(start(started));
            state.flights.insert(place, flight.joinable(started.number));
            flight
        });
        Found::Asked(Asked {
            flight,
            is_first,
            stale,
        })
    }

    /// Keeps the answer to a request, unless something was registered since it began. `Err(None)`: the
    /// registry failed, and what is known counts for another while.
    pub(super) fn finish(&self, started: Started, key: &K, answer: Result<&V, Option<&Error>>) {
        let mut state = self.0.lock();
        if state.generation == started.generation {
            state.keep(key, answer);
        }
    }

    /// No other caller joins a request that has ended or was given up.
    pub(super) fn leave(&self, started: Started, key: &K) {
        let mut state = self.0.lock();
        let place = (key.clone(), started.runtime);
        let is_ours = |flight: &Joinable<V>| flight.number == started.number;
        if state.flights.get(&place).is_some_and(is_ours) {
            state.flights.remove(&place);
        }
    }

    pub(super) fn generation(&self) -> Generation {
        self.0.lock().generation
    }

    /// Keeps a value from the answer to another request, unless something was registered since
    /// `generation`.
    pub(super) fn put_since(&self, generation: Generation, key: K, value: V) {
        let mut state = self.0.lock();
        if state.generation == generation {
            state.put(key, value);
        }
    }

    /// Keeps what is true now.
    pub(super) fn put(&self, key: K, value: V) {
        self.0.lock().put(key, value);
    }

    /// Something was registered: what is missing may be there, and what is being asked may be out of
    /// date.
    pub(super) fn outdate(&self) {
        let mut state = self.0.lock();
        state.generation.0 += 1;
        state.missing.clear();
        state.flights.clear();
    }

    pub(super) fn remove(&self, key: &K) {
        self.0.lock().known.remove(key);
    }

    pub(super) fn resize(&self, capacity: usize) {
        let mut state = self.0.lock();
        state.known.resize(capacity);
        state.missing.resize(capacity);
    }

    /// How many answers are kept, and how many were evicted so far.
    pub(super) fn size(&self) -> (usize, u64) {
        let State { known, missing, .. } = &*self.0.lock();
        let evicted = known.evicted() + missing.evicted();
        (known.len() + missing.len(), evicted)
    }
}

impl<K: Clone + Eq + Hash + Weigh, V: Clone + Weigh> State<K, V> {
    /// Returns the answer that needs no request; otherwise, as `Err`, the answer that is too old,
    /// if any.
    fn answer(&mut self, key: &K, life: Life) -> Result<Found<V>, Option<V>> {
        let now = now();
        let stale = match self.known.get(key) {
            Some(answer) => match answer.at(now, life) {
                Err(stale) => stale,
                found => return found,
            },
            None => None,
        };
        let missing = self.missing.get(key);
        let missing = missing.filter(|answer| now.duration_since(answer.since) < life.missing);
        match missing {
            Some(answer) => Ok(Found::Missing(answer.value.share())),
            None => Err(stale),
        }
    }

    fn keep(&mut self, key: &K, answer: Result<&V, Option<&Error>>) {
        match answer {
            Ok(value) => self.put(key.clone(), value.clone()),
            Err(Some(missing)) => {
                self.known.remove(key);
                self.missing.put(key.clone(), Answer::new(missing.share()));
            }
            Err(None) => {
                if let Some(answer) = self.known.get_mut(key) {
                    answer.pause = Some(now() + PAUSE);
                }
            }
        }
    }

    fn put(&mut self, key: K, value: V) {
        self.missing.remove(&key);
        self.known.put(key, Answer::new(value));
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

impl<V: Clone> Answer<V> {
    fn at(&self, now: Instant, life: Life) -> Result<Found<V>, Option<V>> {
        let age = now.duration_since(self.since);
        let Some(ttl) = life.ttl.filter(|ttl| age >= *ttl) else {
            return Ok(Found::Fresh(self.value.clone()));
        };
        if age >= ttl.saturating_add(life.stale) {
            return Err(None);
        }
        let is_paused = self.pause.is_some_and(|until| now < until);
        let value = self.value.clone();
        if is_paused {
            Ok(Found::Paused(value))
        } else {
            Err(Some(value))
        }
    }
}

impl<V: Weigh> Weigh for Answer<V> {
    fn weight(&self) -> usize {
        self.value.weight()
    }
}

/// How long a registry that failed is not asked for what is known, though too old.
const PAUSE: Duration = Duration::from_secs(5);
