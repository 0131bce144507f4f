//! Moves delivery results from librdkafka's queue to the polling thread.
//!
//! librdkafka frees a record on the thread that drops its delivery report. If one thread allocates
//! records and another frees them, the allocator and the processor caches cost more than everything
//! else. So threads that send fast take the reports from librdkafka themselves and free the records
//! that they allocated; the polling thread gets the results and the records in flight, in order,
//! and calls the program. order, and calls the program.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine::in_flight::InFlight;
use crate::native::event;
use crate::native::report::Report;
use crate::sync::{self, Condvar, Mutex, MutexGuard};

pub(crate) type Queue = event::MainQueue<Arc<InFlight>>;
type Event = event::Event<Arc<InFlight>>;

/// Events that were taken from librdkafka and wait for the polling thread.
#[derive(Debug, Default)]
pub(crate) struct EventBuffer {
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct State {
    events: VecDeque<BufferedEvent>,
    /// Records that a sending thread will free.
    to_free: Vec<Vec<Arc<InFlight>>>,
    /// The time until which senders are expected to take the reports.
    assisted_until: Option<Instant>,
}

/// One event.
#[derive(Debug)]
pub(crate) enum BufferedEvent {
    Reports(Vec<(Arc<InFlight>, Report)>),
    Other(Event),
}

impl EventBuffer {
    /// Takes the events of librdkafka, and frees them; for a thread that sends fast.
    pub(crate) fn assist(&self, queue: &Queue) {
        let until = sync::now() + ASSISTED;
        let to_free = {
            let mut state = self.lock();
            state.assisted_until = Some(until);
            std::mem::take(&mut state.to_free)
        };
        drop(to_free);
        // Otherwise another thread is taking them.
        let Some(event) = queue.try_take(|event| self.put(event)) else {
            return;
        };
        self.arrived.notify_one();
        drop(event);
    }

    /// Takes all events, after waiting for up to `timeout`; for the polling thread.
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

    /// Appends an event; returns it if the caller must free it. The caller holds the queue, so that
    /// events stay in order.
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

    /// Keeps records in flight for a sender to free; returns them if no sender is expected.
    pub(crate) fn discard(&self, records: Vec<Arc<InFlight>>) -> Option<Vec<Arc<InFlight>>> {
        let mut state = self.lock();
        if state.is_assisted() && state.to_free.len() < TO_FREE {
            state.to_free.push(records);
            return None;
        }
        Some(records)
    }

    /// Returns whether senders take the events.
    pub(crate) fn is_assisted(&self) -> bool {
        self.lock().is_assisted()
    }

    /// Frees all taken events before the client is freed: events must not outlive it.
    pub(crate) fn clear(&self) {
        let state = std::mem::take(&mut *self.lock());
        drop(state);
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().events.is_empty()
    }

    /// Ends the assistance by senders: the polling thread takes the events again.
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

/// Time within which a fast sender is expected to send again.
const ASSISTED: Duration = Duration::from_millis(10);
/// Time for which the polling thread leaves the queue to senders.
const PATIENCE: Duration = Duration::from_millis(5);
/// Batches of records in flight that wait to be freed.
const TO_FREE: usize = 64;
