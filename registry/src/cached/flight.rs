use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::mem;
use std::ops::DerefMut;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use crate::error::Result;
use crate::registry::BoxFuture;
use crate::sync::Mutex;

/// The questions that are being asked: whoever has the same one waits for the same answer.
///
/// The work belongs to nobody: each of those who wait drives it, so that it goes on when the first
/// of them is cancelled, and ends when all of them are. It needs no runtime and starts no task.
pub(super) struct Flights<K, V>(Mutex<HashMap<K, Arc<Flight<V>>>>);

/// One question on its way.
struct Flight<V>(Mutex<State<V>>);

struct State<V> {
    work: Work<V>,
    /// Whether the work has something to do since it was polled last.
    is_due: bool,
    /// Those to be woken, by their number.
    wakers: BTreeMap<u64, Waker>,
    /// How many wait, woken or not.
    waiting: usize,
    joined: u64,
}

enum Work<V> {
    /// It panicked.
    Broken,
    Done(Result<V>),
    Idle(BoxFuture<'static, Result<V>>),
    /// Somebody polls it, outside of the lock.
    Polled,
}

/// What [`Flights::join`] found.
pub(super) enum Joined<'a, K: Eq + Hash, V: Clone + Send + 'static> {
    /// The answer was there already.
    Known(Result<V>),
    /// This one asks; `true` for the first.
    Waiting(Waiter<'a, K, V>, bool),
}

/// One of those who wait. Its output is the answer, or `None` if the work panicked in another's
/// hands.
pub(super) struct Waiter<'a, K: Eq + Hash, V: Clone + Send + 'static> {
    flights: &'a Flights<K, V>,
    key: K,
    flight: Arc<Flight<V>>,
    number: u64,
}

impl<K: Clone + Eq + Hash, V: Clone + Send + 'static> Flights<K, V> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(HashMap::new()))
    }

    /// Waits with the others for the answer to `key`; if nobody does, takes what is `known` by
    /// now, or starts to ask.
    pub(super) fn join(
        &self,
        key: &K,
        known: impl FnOnce() -> Option<Result<V>>,
        ask: impl FnOnce() -> BoxFuture<'static, Result<V>>,
    ) -> Joined<'_, K, V> {
        let mut flights = self.lock();
        let (flight, is_first) = if let Some(flight) = flights.get(key) {
            (flight.clone(), false)
        } else if let Some(known) = known() {
            // Asked again under the lock: a flight keeps its answer before it goes.
            return Joined::Known(known);
        } else {
            let flight = Arc::new(Flight::new(ask()));
            flights.insert(key.clone(), flight.clone());
            (flight, true)
        };
        let waiter = Waiter {
            flights: self,
            key: key.clone(),
            number: flight.join(),
            flight,
        };
        drop(flights);
        Joined::Waiting(waiter, is_first)
    }

    /// Those who come from now on ask anew.
    pub(super) fn forget(&self, key: &K) {
        self.lock().remove(key);
    }

    /// As [`forget`](Self::forget), of every question.
    pub(super) fn forget_all(&self) {
        self.lock().clear();
    }

    fn leave(&self, key: &K, flight: &Arc<Flight<V>>) {
        let mut flights = self.lock();
        if flights
            .get(key)
            .is_some_and(|known| Arc::ptr_eq(known, flight))
        {
            flights.remove(key);
        }
    }

    fn lock(&self) -> impl DerefMut<Target = HashMap<K, Arc<Flight<V>>>> {
        self.0.lock()
    }
}

impl<V> Flight<V> {
    fn new(work: BoxFuture<'static, Result<V>>) -> Self {
        Self(Mutex::new(State {
            work: Work::Idle(work),
            is_due: true,
            wakers: BTreeMap::new(),
            waiting: 0,
            joined: 0,
        }))
    }

    fn join(&self) -> u64 {
        let mut state = self.lock();
        state.waiting += 1;
        state.joined += 1;
        state.joined
    }

    /// Puts the work back, finished or not, and wakes those who must look at it.
    fn put_back(&self, work: Work<V>) {
        let mut state = self.lock();
        let is_over = !matches!(work, Work::Idle(_));
        state.work = work;
        let wakers = if is_over {
            mem::take(&mut state.wakers)
        } else {
            BTreeMap::new()
        };
        drop(state);
        wakers.into_values().for_each(Waker::wake);
    }

    /// No work is done, and nobody's code runs, under this lock.
    fn lock(&self) -> impl DerefMut<Target = State<V>> {
        self.0.lock()
    }
}

impl<V: Send> Wake for Flight<V> {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut state = self.lock();
        state.is_due = true;
        let wakers = mem::take(&mut state.wakers);
        drop(state);
        wakers.into_values().for_each(Waker::wake);
    }
}

impl<K: Clone + Eq + Hash, V: Clone + Send + 'static> Waiter<'_, K, V> {
    /// The work, if it is this one's turn to poll it; or its outcome.
    fn take(&self, waker: &Waker) -> Poll<Option<BoxFuture<'static, Result<V>>>> {
        let mut state = self.flight.lock();
        if matches!(state.work, Work::Done(_) | Work::Broken) {
            return Poll::Ready(None);
        }
        state.wakers.insert(self.number, waker.clone());
        if !state.is_due {
            return Poll::Pending;
        }
        match mem::replace(&mut state.work, Work::Polled) {
            Work::Idle(work) => {
                state.is_due = false;
                Poll::Ready(Some(work))
            }
            // Whoever polls it is woken too, and looks again.
            other => {
                state.work = other;
                Poll::Pending
            }
        }
    }

    fn outcome(&self) -> Option<Result<V>> {
        match &self.flight.lock().work {
            Work::Done(result) => Some(copy(result)),
            _ => None,
        }
    }
}

impl<K: Clone + Eq + Hash + Unpin, V: Clone + Send + 'static> Future for Waiter<'_, K, V> {
    type Output = Option<Result<V>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut work = match self.take(context.waker()) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(None) => return Poll::Ready(self.outcome()),
            Poll::Ready(Some(work)) => work,
        };
        let unwinding = Unwinding(&*self);
        let waker = Waker::from(self.flight.clone());
        let polled = work.as_mut().poll(&mut Context::from_waker(&waker));
        mem::forget(unwinding);
        match polled {
            Poll::Pending => {
                self.flight.put_back(Work::Idle(work));
                Poll::Pending
            }
            Poll::Ready(result) => {
                self.flights.leave(&self.key, &self.flight);
                self.flight.put_back(Work::Done(copy(&result)));
                Poll::Ready(Some(result))
            }
        }
    }
}

/// Tells the others if the work panics.
struct Unwinding<'w, 'a, K: Clone + Eq + Hash, V: Clone + Send + 'static>(&'w Waiter<'a, K, V>);

impl<K: Clone + Eq + Hash, V: Clone + Send + 'static> Drop for Unwinding<'_, '_, K, V> {
    fn drop(&mut self) {
        self.0.flights.leave(&self.0.key, &self.0.flight);
        self.0.flight.put_back(Work::Broken);
    }
}

impl<K: Eq + Hash, V: Clone + Send + 'static> Drop for Waiter<'_, K, V> {
    /// The last one takes the work along; any other hands it on.
    fn drop(&mut self) {
        let mut flights = self.flights.0.lock();
        let mut state = self.flight.lock();
        state.wakers.remove(&self.number);
        state.waiting -= 1;
        let heir = state.wakers.pop_first();
        let mut given_up = Work::Broken;
        if state.waiting == 0 && matches!(state.work, Work::Idle(_)) {
            mem::swap(&mut state.work, &mut given_up);
            let ours = flights.get(&self.key);
            if ours.is_some_and(|known| Arc::ptr_eq(known, &self.flight)) {
                flights.remove(&self.key);
            }
        }
        drop(state);
        drop(flights);
        drop(given_up);
        if let Some((_, waker)) = heir {
            waker.wake();
        }
    }
}

impl<K, V> fmt::Debug for Flights<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flights = self.0.lock();
        f.debug_struct("Flights")
            .field("count", &flights.len())
            .finish()
    }
}

fn copy<V: Clone>(result: &Result<V>) -> Result<V> {
    match result {
        Ok(value) => Ok(value.clone()),
        Err(error) => Err(error.share()),
    }
}
