use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use crate::sync::{self, Condvar, Mutex, MutexGuard};

/// A slot for one value from another thread: taken by polling or by blocking, without a runtime.
#[derive(Debug)]
pub(crate) struct Slot<T> {
    state: Mutex<State<T>>,
    arrived: Condvar,
}

#[derive(Debug)]
enum State<T> {
    Empty {
        waker: Option<Waker>,
        /// True if a thread sleeps on the condition: waking one costs a system call.
        has_sleeper: bool,
    },
    Full(T),
    Taken,
}

/// The result of waiting for a [`Slot`].
#[derive(Debug)]
pub(crate) enum Taken<T> {
    Value(T),
    /// The value was taken before.
    Gone,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Slot<T> {
    pub(crate) const fn new() -> Self {
        Self {
            state: Mutex::new(State::Empty {
                waker: None,
                has_sleeper: false,
            }),
            arrived: Condvar::new(),
        }
    }

    /// Stores the value and returns the waker of the task, to be woken once the caller holds no
    /// lock. A second value is dropped.
    #[must_use]
    pub(crate) fn put(&self, value: T) -> Option<Waker> {
        let mut state = self.lock();
        let State::Empty { waker, has_sleeper } = &mut *state else {
            return None;
        };
        let (waker, has_sleeper) = (waker.take(), *has_sleeper);
        *state = State::Full(value);
        drop(state);
        if has_sleeper {
            self.arrived.notify_all();
        }
        waker
    }

    /// Takes the value, or stores the waker.
    pub(crate) fn poll(&self, context: &mut Context<'_>) -> Poll<Taken<T>> {
        let mut state = self.lock();
        match &*state {
            State::Empty { waker, .. } => {
                let is_kept = |waker: &Waker| waker.will_wake(context.waker());
                if waker.as_ref().is_some_and(is_kept) {
                    return Poll::Pending;
                }
            }
            State::Full(_) | State::Taken => return Poll::Ready(Self::take(&mut state)),
        }
        drop(state);
        // Cloning and freeing wakers runs code of the program.
        let mut new = Some(context.waker().clone());
        let mut state = self.lock();
        if let State::Empty { waker, .. } = &mut *state {
            std::mem::swap(waker, &mut new);
            drop(state);
            return Poll::Pending;
        }
        let taken = Self::take(&mut state);
        drop(state);
        Poll::Ready(taken)
    }

    /// Blocks until the value arrives; returns `None` at `deadline`.
    pub(crate) fn wait(&self, deadline: Option<Instant>) -> Option<Taken<T>> {
        let mut state = self.lock();
        loop {
            let State::Empty { has_sleeper, .. } = &mut *state else {
                return Some(Self::take(&mut state));
            };
            *has_sleeper = true;
            state = match deadline {
                None => self.arrived.wait(state),
                Some(deadline) => {
                    let left = deadline.checked_duration_since(sync::now())?;
                    self.arrived.wait_timeout(state, left)
                }
            };
        }
    }

    fn take(state: &mut State<T>) -> Taken<T> {
        match std::mem::replace(state, State::Taken) {
            State::Full(value) => Taken::Value(value),
            State::Empty { .. } | State::Taken => Taken::Gone,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock()
    }
}

/// A [`Slot`] as a future.
pub(crate) struct Arrival<T>(pub(crate) Arc<Slot<T>>);

impl<T> Future for Arrival<T> {
    type Output = Taken<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Taken<T>> {
        self.0.poll(context)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::task::Wake;
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// A waker whose memory asks the slot something when it is freed, as that of a task may do that
    /// owns who waits for the slot.
    struct Asking(Arc<Slot<()>>);

    impl Wake for Asking {
        fn wake(self: Arc<Self>) {}
    }

    impl Drop for Asking {
        fn drop(&mut self) {
            drop(self.0.put(()));
        }
    }

    #[test]
    fn replaced_waker_is_freed_without_the_lock() {
        let (done, ended) = mpsc::channel();
        thread::spawn(move || {
            let slot = Arc::new(Slot::new());
            let poll = |waker: Waker| slot.poll(&mut Context::from_waker(&waker));
            let first = poll(Arc::new(Asking(Arc::clone(&slot))).into());
            // The slot held the last reference to the first waker, which fills the slot.
            let second = poll(Waker::noop().clone());
            let third = poll(Waker::noop().clone());
            let is_ready = [first, second, third].map(|polled| polled.is_ready());
            done.send(is_ready).unwrap();
        });
        let is_ready = ended.recv_timeout(Duration::from_secs(20));
        assert_eq!(is_ready.unwrap(), [false, false, true]);
    }
}
