//! Loads of schemas that are under way, and failures that are remembered.

use std::collections::HashMap;
use std::future::poll_fn;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind};

/// Sees to it that each schema is loaded once at a time, and that what failed is not tried again
/// for every record.
pub(super) struct Loads<K> {
    running: Mutex<HashMap<K, Arc<Load>>>,
    failed: Mutex<HashMap<K, Failure>>,
    /// Held while a plan is made without a load, from a lock file.
    planning: Mutex<()>,
}

/// A load under way.
#[derive(Default)]
struct Load(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    is_over: bool,
    wakers: Vec<Waker>,
}

struct Failure {
    error: Error,
    /// When to try again; `None` for what will always fail.
    until: Option<Instant>,
}

/// The right to load one schema. When it is dropped, whoever waits looks again.
pub(super) struct Turn<'l, K: Copy + Eq + Hash> {
    loads: &'l Loads<K>,
    key: K,
}

impl<K: Copy + Eq + Hash> Loads<K> {
    /// The right to load `key`; `None` once a load that was under way is over, whatever its
    /// outcome.
    pub(super) async fn turn(&self, key: K) -> Option<Turn<'_, K>> {
        let load = {
            let mut running = lock(&self.running);
            match running.get(&key) {
                Some(load) => Arc::clone(load),
                None => {
                    running.insert(key, Arc::default());
                    return Some(Turn { loads: self, key });
                }
            }
        };
        load.wait().await;
        None
    }

    /// Waits until nobody else makes a plan without a load.
    pub(super) fn plan_alone(&self) -> MutexGuard<'_, ()> {
        lock(&self.planning)
    }

    /// Why `key` could not be loaded a moment ago, or cannot be loaded at all.
    pub(super) fn failure(&self, key: K) -> Option<Error> {
        let mut failed = lock(&self.failed);
        let until = failed.get(&key)?.until;
        if until.is_some_and(|until| until <= Instant::now()) {
            failed.remove(&key);
        }
        failed.get(&key).map(|failure| failure.error.again())
    }

    /// Why `key` can never be read.
    pub(super) fn lasting_failure(&self, key: K) -> Option<Error> {
        let failed = lock(&self.failed);
        let failure = failed.get(&key)?;
        failure.until.is_none().then(|| failure.error.again())
    }

    /// Remembers that `key` failed: for ever if the schema does not suit the program, for a moment
    /// if it could not be had or is not valid, since a registry may be put right.
    pub(super) fn fail(&self, key: K, error: &Error) {
        let is_lasting = matches!(
            error.kind(),
            ErrorKind::Incompatible
                | ErrorKind::LimitExceeded
                | ErrorKind::UnsupportedContent
                | ErrorKind::WrongType
        );
        let until = (!is_lasting).then(|| Instant::now() + RETRY_AFTER);
        self.remember(key, error, until);
    }

    /// Remembers for ever that `key` failed.
    pub(super) fn fail_for_ever(&self, key: K, error: &Error) {
        self.remember(key, error, None);
    }

    fn remember(&self, key: K, error: &Error, until: Option<Instant>) {
        let mut failed = lock(&self.failed);
        if failed.len() >= MAX_FAILURES {
            // Ids in payloads come from outside. What is forgotten is tried again.
            failed.clear();
        }
        let error = error.again();
        failed.insert(key, Failure { error, until });
    }

    /// Forgets that `key` failed.
    pub(super) fn forget(&self, key: K) {
        lock(&self.failed).remove(&key);
    }
}

impl Load {
    async fn wait(&self) {
        let mut place = None;
        poll_fn(|context| {
            let mut waiting = lock(&self.0);
            if waiting.is_over {
                return Poll::Ready(());
            }
            match place.and_then(|place: usize| waiting.wakers.get_mut(place)) {
                Some(waker) => waker.clone_from(context.waker()),
                None => {
                    place = Some(waiting.wakers.len());
                    waiting.wakers.push(context.waker().clone());
                }
            }
            Poll::Pending
        })
        .await;
    }
}

impl<K: Copy + Eq + Hash> Drop for Turn<'_, K> {
    fn drop(&mut self) {
        let load = lock(&self.loads.running).remove(&self.key);
        let wakers = load.map(|load| {
            let mut waiting = lock(&load.0);
            waiting.is_over = true;
            std::mem::take(&mut waiting.wakers)
        });
        wakers.into_iter().flatten().for_each(Waker::wake);
    }
}

impl<K> Default for Loads<K> {
    fn default() -> Self {
        Self {
            running: Mutex::default(),
            failed: Mutex::default(),
            planning: Mutex::default(),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long a registry is not asked again for what it could not give.
const RETRY_AFTER: Duration = Duration::from_secs(1);
const MAX_FAILURES: usize = 10_000;
