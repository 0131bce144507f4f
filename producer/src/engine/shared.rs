//! The state that senders, the polling thread and librdkafka's callbacks share.

use std::sync::{Arc, OnceLock, Weak};
use std::thread::{self, ThreadId};
use std::time::Duration;

use rdkafka::producer::{BaseProducer, Producer as _, ProducerContext};

use crate::engine::accounting::{Accounting, Verdict};
use crate::engine::encoded_record::EncodedRecord;
use crate::engine::event_buffer::{EventBuffer, Queue};
use crate::engine::in_flight::InFlight;
use crate::engine::ledger::Room;
use crate::engine::queue::{Offered, Patience, Waiter};
use crate::engine::slot::Slot;
use crate::error::Result;
use crate::outcome::{CloseReport, Outcome};
use crate::program;

/// The records in flight, and the events that were taken from librdkafka.
pub(crate) struct Engine {
    pub(super) accounting: Accounting,
    /// Weak, since the queue owns the client, which owns the context that owns this.
    queue: OnceLock<Weak<Queue>>,
    pub(super) buffer: EventBuffer,
    pub(super) polling_thread: OnceLock<ThreadId>,
}

impl Engine {
    pub(crate) fn new(room: Room) -> Self {
        Self {
            accounting: Accounting::new(room),
            queue: OnceLock::new(),
            buffer: EventBuffer::default(),
            polling_thread: OnceLock::new(),
        }
    }

    /// Gives the record to librdkafka if there is room and no other send waits, or queues it. See
    /// [`Accounting::offer`].
    pub(crate) fn offer(
        &self,
        producer: &BaseProducer<impl ProducerContext>,
        encoded: EncodedRecord,
        patience: Patience,
    ) -> Result<Offered> {
        let offered = self.accounting.offer(encoded, patience, || {
            self.notice_fatal(producer);
        });
        match &offered {
            Ok(Offered::Accepted { is_turn: true }) if !self.is_polling_thread() => self.assist(),
            Ok(Offered::Waiting(_)) => self.buffer.stop_assisting(),
            _ => {}
        }
        offered
    }

    fn assist(&self) {
        if let Some(queue) = self.queue.get().and_then(Weak::upgrade) {
            self.buffer.assist(&queue);
        }
    }

    /// Removes a waiting send. Nothing happens if it was accepted meanwhile.
    pub(crate) fn cancel(&self, waiter: &Waiter) {
        self.accounting.cancel(waiter);
    }

    /// Starts waiting for everything that was accepted so far.
    pub(crate) fn flush(
        &self,
        producer: &BaseProducer<impl ProducerContext>,
        timeout: Duration,
    ) -> Arc<Slot<Result<()>>> {
        self.notice_fatal(producer);
        let done = self.accounting.flush(timeout);
        self.wake();
        done
    }

    /// Refuses new records, and starts waiting for the last result; purges at the timeout.
    pub(crate) fn close(&self, timeout: Duration) -> Arc<Slot<CloseReport>> {
        let closed = self.accounting.close(timeout);
        self.wake();
        closed
    }

    /// Calls [`close`](Self::close) and waits for it.
    pub(crate) fn close_blocking(&self, timeout: Duration) -> Result<CloseReport> {
        let closed = self.close(timeout);
        self.accounting.wait_closed(&closed, timeout, PURGING)
    }

    /// Handles the drop of the last handle. Never blocks: the polling thread does the rest.
    pub(crate) fn release(&self) {
        let open = self.accounting.release(ABANDONED);
        self.wake();
        if let Some(open) = open {
            program::log(|| {
                log::error!(
                    "a producer was dropped without close: {open} records have no delivery result yet"
                );
            });
        }
    }

    pub(crate) fn set_queue(&self, queue: &Arc<Queue>) {
        let _ = self.queue.set(Arc::downgrade(queue));
    }

    /// Wakes the polling thread.
    fn wake(&self) {
        self.buffer.stop_assisting();
        if let Some(queue) = self.queue.get().and_then(Weak::upgrade) {
            queue.wake();
        }
    }

    /// Returns the number of records without a delivery result.
    pub(crate) fn in_flight(&self) -> usize {
        self.accounting.in_flight()
    }

    pub(crate) fn is_polling_thread(&self) -> bool {
        self.polling_thread.get() == Some(&thread::current().id())
    }

    /// Enters results after `hand_over` has shown each to the program.
    pub(crate) fn deliver(&self, verdicts: Vec<Verdict>, hand_over: impl Fn(&InFlight, Outcome)) {
        let records = self.accounting.deliver(verdicts, hand_over);
        if let Some(records) = self.buffer.discard(records) {
            self.free(|| drop(records));
        }
    }

    /// Frees memory that senders allocated, while they are paused: two threads that use one
    /// allocator at the same time cost more than the work itself. `free` runs no code of the
    /// program.
    pub(super) fn free(&self, free: impl FnOnce()) {
        self.accounting.paused(free);
    }

    /// Returns whether librdkafka cannot go on; the first call that returns true fails everything
    /// that waits.
    pub(crate) fn notice_fatal(&self, producer: &BaseProducer<impl ProducerContext>) -> bool {
        let Some((_, reason)) = producer.client().fatal_error() else {
            return false;
        };
        self.accounting.fail(&reason);
        true
    }
}

/// The longest time that a close waits for the next result after its timeout.
const PURGING: Duration = Duration::from_secs(10);
/// The time that records of a producer that was dropped without a close stay in flight.
const ABANDONED: Duration = Duration::from_secs(1);
