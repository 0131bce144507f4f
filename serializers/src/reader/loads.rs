//! State of loading schemas besides the plans: remembered failures, and a lock.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind};

/// Ensures that one plan is made at a time, and that a load that failed is not repeated for every
/// record.
pub(super) struct Loads<K> {
    failed: Mutex<HashMap<K, Failure>>,
    /// Held while a plan is made. No future holds it while it waits.
    planning: Mutex<()>,
}

struct Failure {
    error: Error,
    /// When to try again; `None` if the error is permanent.
    until: Option<Instant>,
}

impl<K: Copy + Eq + Hash> Loads<K> {
    /// Blocks until no other thread makes a plan. Other threads cannot make one while the guard
    /// exists.
    pub(super) fn plan_alone(&self) -> MutexGuard<'_, ()> {
        lock(&self.planning)
    }

    /// Returns the remembered error of `key`, temporary or permanent.
    pub(super) fn failure(&self, key: K) -> Option<Error> {
        let mut failed = lock(&self.failed);
        let until = failed.get(&key)?.until;
        if until.is_some_and(|until| until <= Instant::now()) {
            failed.remove(&key);
        }
        failed.get(&key).map(|failure| failure.error.again())
    }

    /// Returns the remembered error of `key`, if it is permanent.
    pub(super) fn lasting_failure(&self, key: K) -> Option<Error> {
        let failed = lock(&self.failed);
        let failure = failed.get(&key)?;
        failure.until.is_none().then(|| failure.error.again())
    }

    /// Remembers that `key` failed. The error is permanent if it follows from the schema and this
    /// program. Any other error is temporary: an invalid schema may be replaced in the registry.
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

    /// Remembers that `key` of a lock file failed. The file does not change, so that the error is
    /// permanent unless it is one of the system.
    pub(super) fn fail_locked(&self, key: K, error: &Error) {
        let is_temporary = error.kind() == ErrorKind::Io;
        let until = is_temporary.then(|| Instant::now() + RETRY_AFTER);
        self.remember(key, error, until);
    }

    fn remember(&self, key: K, error: &Error, until: Option<Instant>) {
        let mut failed = lock(&self.failed);
        if failed.len() >= MAX_FAILURES {
            // Ids in payloads come from outside. Schemas that are forgotten here are loaded again.
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

impl<K> Default for Loads<K> {
    fn default() -> Self {
        Self {
            failed: Mutex::default(),
            planning: Mutex::default(),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long a temporary error is remembered.
const RETRY_AFTER: Duration = Duration::from_secs(1);
const MAX_FAILURES: usize = 10_000;
