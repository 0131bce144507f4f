//! Locks, condition variables, atomic numbers and time of the code that a model checker runs.
//!
//! The ledger, the queue, the slot, delivery results and the phases of a transaction take these
//! types from here and from nowhere else. In a test build with `--cfg wireform_model` they are
//! those of [shuttle](https://docs.rs/shuttle), which chooses the order of all threads itself, so
//! that the tests in `models` can try thousands of orders and repeat the one that failed.
//! `cfg(loom)` and `cfg(shuttle)` are not used, because other crates look at them.
//!
//! To make code checkable:
//! - Take `Mutex`, `Condvar`, `AtomicU64` and [`now`] from here. `Arc` and `Weak` come from `std`.
//! - A lock has no poison: a change under a lock must be complete before anything can panic.
//! - Call no code of the program, and do no input or output, while a lock is held.
//! - In a model, create threads with `shuttle::thread`, and run it with `shuttle::check_random`.
//!
//! In a model no time passes by itself: each timed wait lets other threads run, and then its time
//! is over. A wait that was notified and one that was not look the same to it, so a model that
//! counts on a notification must wait without a timeout: a lost one is then reported as a deadlock.

pub(crate) use self::imp::{AtomicU64, Condvar, Mutex, MutexGuard, now};

#[cfg(not(all(test, wireform_model)))]
mod imp {
    use std::sync::PoisonError;
    pub(crate) use std::sync::{MutexGuard, atomic::AtomicU64};
    use std::time::{Duration, Instant};

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

    #[derive(Debug, Default)]
    pub(crate) struct Condvar(std::sync::Condvar);

    impl Condvar {
        pub(crate) const fn new() -> Self {
            Self(std::sync::Condvar::new())
        }

        pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
            self.0.wait(guard).unwrap_or_else(PoisonError::into_inner)
        }

        pub(crate) fn wait_timeout<'a, T>(
            &self,
            guard: MutexGuard<'a, T>,
            timeout: Duration,
        ) -> MutexGuard<'a, T> {
            let waited = self.0.wait_timeout(guard, timeout);
            waited.unwrap_or_else(PoisonError::into_inner).0
        }

        pub(crate) fn notify_one(&self) {
            self.0.notify_one();
        }

        pub(crate) fn notify_all(&self) {
            self.0.notify_all();
        }
    }

    /// Returns the current time.
    pub(crate) fn now() -> Instant {
        Instant::now()
    }
}

#[cfg(all(test, wireform_model))]
mod imp {
    use std::cell::Cell;
    use std::ops::{Deref, DerefMut};
    use std::sync::{OnceLock, PoisonError};
    use std::time::{Duration, Instant};

    pub(crate) use shuttle::sync::atomic::AtomicU64;

    #[derive(Debug, Default)]
    pub(crate) struct Mutex<T>(shuttle::sync::Mutex<T>);

    /// Knows its mutex, so that a timed wait can take the lock again.
    pub(crate) struct MutexGuard<'a, T> {
        mutex: &'a Mutex<T>,
        guard: shuttle::sync::MutexGuard<'a, T>,
    }

    impl<T> Mutex<T> {
        pub(crate) const fn new(value: T) -> Self {
            Self(shuttle::sync::Mutex::new(value))
        }

        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            MutexGuard {
                mutex: self,
                guard: self.0.lock().unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    impl<T> Deref for MutexGuard<'_, T> {
        type Target = T;

        fn deref(&self) -> &T {
            &self.guard
        }
    }

    impl<T> DerefMut for MutexGuard<'_, T> {
        fn deref_mut(&mut self) -> &mut T {
            &mut self.guard
        }
    }

    #[derive(Debug, Default)]
    pub(crate) struct Condvar(shuttle::sync::Condvar);

    impl Condvar {
        pub(crate) const fn new() -> Self {
            Self(shuttle::sync::Condvar::new())
        }

        pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
            let MutexGuard { mutex, guard } = guard;
            let guard = self.0.wait(guard).unwrap_or_else(PoisonError::into_inner);
            MutexGuard { mutex, guard }
        }

        pub(crate) fn wait_timeout<'a, T>(
            &self,
            guard: MutexGuard<'a, T>,
            timeout: Duration,
        ) -> MutexGuard<'a, T> {
            let mutex = guard.mutex;
            drop(guard);
            shuttle::thread::yield_now();
            // Also a wait for no time at all is over at some time.
            let passed = timeout.max(Duration::from_nanos(1));
            ELAPSED.set(ELAPSED.get().saturating_add(passed));
            mutex.lock()
        }

        pub(crate) fn notify_one(&self) {
            self.0.notify_one();
        }

        pub(crate) fn notify_all(&self) {
            self.0.notify_all();
        }
    }

    // All threads of a model run on one thread of the system.
    thread_local! {
        static ELAPSED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    }

    /// Returns the time of the model.
    pub(crate) fn now() -> Instant {
        static START: OnceLock<Instant> = OnceLock::new();
        let start = *START.get_or_init(Instant::now);
        start.checked_add(ELAPSED.get()).unwrap_or(start)
    }
}
