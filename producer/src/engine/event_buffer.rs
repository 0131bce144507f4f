//! How delivery results come from librdkafka's queue to the polling thread.
//!
//! Librdkafka frees a record where its delivery report is thrown away. Between two threads, one that
//! allocates records and one that frees them, the allocator and the caches cost more than all the
//! rest. So threads that send fast take the reports from librdkafka themselves and free the records
//! that they allocated; the polling thread gets what is left, results and records in flight, in
//! order, and calls the program.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine::in_flight::InFlight;
use crate::native::event;
use crate::native::report::Report;
use crate::sync::{self, Condvar, Mutex, MutexGuard};

pub(crate) type Queue = event::MainQueue<Arc<InFlight>>;
type Event = event::Event<Arc<InFlight>>;

/// What was taken from librdkafka and waits for the polling thread.
#[derive(Debug, Default)]
pub(crate) struct EventBuffer {
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct State {
    events: VecDeque<BufferedEvent>,
    /// To be freed by a thread that sends.
    to_free: Vec<Vec<Arc<InFlight>>>,
    /// Until when senders are expected to take the reports.
    assisted_until: Option<Instant>,
}

/// One event.
#[derive(Debug)]
pub(crate) enum BufferedEvent {
    Reports(Vec<(Arc<InFlight>, Report)>),
    Other(Event),
}

impl EventBuffer {
    /// For a thread that sends fast: takes what librdkafka has, and frees it.
    pub(crate) fn assist(&self, queue: &Queue) {
        let until = sync::now() + ASSISTED;
        let to_free = {
            let mut state = self.lock();
            state.assisted_until = Some(until);
            std::mem::take(&mut state.to_free)
        };
        drop(to_free);
        // Otherwise another thread is at it.
        let Some(event) = queue.try_take(|event| self.put(event)) else {
            return;
        };
        self.arrived.notify_one();
        drop(event);
    }

    /// For the polling thread: takes all events, after waiting for up to `timeout`.
    ///
    /// `free` frees what a sender allocated. The result is empty if nothing came, or if the thread
    /// was woken.
    pub(crate) fn take(
        &self,
        queue: &Queue,
        timeout: Duration,
        free: impl FnOnce(Option<Event>),
    ) -> VecDeque<BufferedEvent> {
        let mut state = self.lock();
        let is_assisted = state.is_assisted();
        if is_assisted && state.events.is_empty() {
            state = self.arrived.wait_timeout(state, timeout.min(PATIENCE));
        }
        let events = std::mem::take(&mut state.events);
        let to_free = match is_assisted {
            true => Vec::new(),
            false => std::mem::take(&mut state.to_free),
        };
        drop(state);
        drop(to_free);
        if is_assisted || !events.is_empty() {
            return events;
        }
        free(queue.take(timeout, |event| self.put(event)));
        std::mem::take(&mut self.lock().events)
    }

    /// Puts an event after the others; gives it back if it is to be freed. The caller holds the
    /// queue, so that events stay in order.
    fn put(&self, event: Event) -> Option<Event> {
        let (buffered, event) = if event.has_reports() {
            let mut reports = Vec::with_capacity(event.report_count());
            reports.extend(std::iter::from_fn(|| event.next_report()));
            (BufferedEvent::Reports(reports), Some(event))
        } else {
            (BufferedEvent::Other(event), None)
        };
        self.lock().events.push_back(buffered);
        event
    }

    /// Keeps records in flight for a sender to free; gives them back if no sender is expected.
    pub(crate) fn discard(&self, records: Vec<Arc<InFlight>>) -> Option<Vec<Arc<InFlight>>> {
        let mut state = self.lock();
        if state.is_assisted() && state.to_free.len() < TO_FREE {
            state.to_free.push(records);
            return None;
        }
        Some(records)
    }

    /// Whether senders are at it.
    pub(crate) fn is_assisted(&self) -> bool {
        self.lock().is_assisted()
    }

    /// Frees everything that was taken, as long as the client is there: events must not outlive it.
    pub(crate) fn clear(&self) {
        let state = std::mem::take(&mut *self.lock());
        drop(state);
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().events.is_empty()
    }

    /// Says that nobody sends just now: the polling thread is to look for itself.
    pub(crate) fn stop_assisting(&self) {
        self.lock().assisted_until = None;
        self.arrived.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

impl State {
    fn is_assisted(&self) -> bool {
        self.assisted_until.is_some_and(|until| sync::now() < until)
    }
}

/// How long a sender that was fast is expected to come again.
const ASSISTED: Duration = Duration::from_millis(10);
/// How long the polling thread leaves the queue to senders.
const PATIENCE: Duration = Duration::from_millis(5);
/// Batches of records in flight that wait to be freed.
const TO_FREE: usize = 64;
