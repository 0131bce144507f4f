//! What senders, the polling thread and librdkafka's callbacks share.

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

/// Which records are on their way, and what was taken from librdkafka.
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

    /// Takes a waiting send back. Nothing happens if it was accepted meanwhile.
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

    /// [`close`](Self::close) that waits.
    pub(crate) fn close_blocking(&self, timeout: Duration) -> Result<CloseReport> {
        let closed = self.close(timeout);
        self.accounting.wait_closed(&closed, timeout, PURGING)
    }

    /// The last handle is gone. Never blocks: the polling thread does the rest.
    pub(crate) fn release(&self) {
        let open = self.accounting.release(ABANDONED);
        self.wake();
        if let Some(open) = open {
            program::log(|| {
                log::error!(
                    "a producer was dropped without close: {open} records have no verdict yet"
                );
            });
        }
    }

    pub(crate) fn set_queue(&self, queue: &Arc<Queue>) {
        let _ = self.queue.set(Arc::downgrade(queue));
    }

    /// Makes the polling thread look at what has changed.
    fn wake(&self) {
        self.buffer.stop_assisting();
        if let Some(queue) = self.queue.get().and_then(Weak::upgrade) {
            queue.wake();
        }
    }

    /// Records without a verdict.
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

    /// Frees what senders allocated, while they stand still: an allocator that two threads pull at
    /// costs more than what either does with it. None of the program's code runs in `free`.
    pub(super) fn free(&self, free: impl FnOnce()) {
        self.accounting.paused(free);
    }

    /// Returns whether librdkafka cannot go on; the first who sees it fails everybody who waits.
    pub(crate) fn notice_fatal(&self, producer: &BaseProducer<impl ProducerContext>) -> bool {
        let Some((_, reason)) = producer.client().fatal_error() else {
            return false;
        };
        self.accounting.fail(&reason);
        true
    }
}

/// How long a close waits after its timeout for the next result.
const PURGING: Duration = Duration::from_secs(10);
/// What a producer that was dropped without close still gets for its records.
const ABANDONED: Duration = Duration::from_secs(1);
