//! Locks and time of the code that a model checker runs: the cache.
//!
//! In a test build with `--cfg wireform_model` they are those of
//! [shuttle](https://docs.rs/shuttle), which chooses the order of all threads itself; `tests/models`
//! runs the tests in `cached::models` so. The registry's own state takes no lock from elsewhere.
//!
//! - A lock has no poison: a change under a lock is complete before anything can panic.
//! - Nothing is awaited, and no code of the program runs, while a lock is held.
//! - In a model no time passes.

pub(crate) use self::imp::{Mutex, now};

/// Which tokio runtime the caller runs in, if any.
#[cfg(any(
    feature = "blocking",
    feature = "http",
    feature = "schema-registry-converter",
    feature = "server"
))]
pub(crate) type RuntimeId = Option<tokio::runtime::Id>;
#[cfg(not(any(
    feature = "blocking",
    feature = "http",
    feature = "schema-registry-converter",
    feature = "server"
)))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RuntimeId;

#[cfg(any(
    feature = "blocking",
    feature = "http",
    feature = "schema-registry-converter",
    feature = "server"
))]
pub(crate) fn runtime() -> RuntimeId {
    let handle = tokio::runtime::Handle::try_current();
    handle.ok().map(|handle| handle.id())
}

#[cfg(not(any(
    feature = "blocking",
    feature = "http",
    feature = "schema-registry-converter",
    feature = "server"
)))]
pub(crate) fn runtime() -> RuntimeId {
    RuntimeId
}

#[cfg(not(all(test, wireform_model)))]
mod imp {
    use std::sync::{MutexGuard, PoisonError};
    use std::time::Instant;

    #[derive(Debug, Default)]
    pub(crate) struct Mutex<T>(std::sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub(crate) const fn new(value: T) -> Self {
            Self(std::sync::Mutex::new(value))
        }

        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    /// Returns the current time.
    pub(crate) fn now() -> Instant {
        Instant::now()
    }
}

#[cfg(all(test, wireform_model))]
mod imp {
    use std::sync::{OnceLock, PoisonError};
    use std::time::Instant;

    use shuttle::sync::MutexGuard;

    #[derive(Debug, Default)]
    pub(crate) struct Mutex<T>(shuttle::sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub(crate) const fn new(value: T) -> Self {
            Self(shuttle::sync::Mutex::new(value))
        }

        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    /// Returns the time of the model, which never advances.
    pub(crate) fn now() -> Instant {
        static START: OnceLock<Instant> = OnceLock::new();
        *START.get_or_init(Instant::now)
    }
}
