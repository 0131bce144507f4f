//! Everything between a parcel and its verdict: room, order, the polling thread.

use std::sync::{Arc, OnceLock, Weak};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use rdkafka::producer::{Producer as _, PurgeConfig};

use crate::api::delivery::{Outcome, Ticket};
use crate::engine::accounting::{Accounting, Loss, Verdict};
use crate::engine::events::{Client, Events};
use crate::engine::harvest::{Harvest, Harvested};
use crate::engine::ledger::{CloseReport, Room};
use crate::engine::parcel::Parcel;
use crate::engine::queue::{Offered, Patience, Waiter};
use crate::engine::slot::Slot;
use crate::error::Result;
use crate::native::{self, MainQueue};
use crate::program;

/// What senders, the polling thread and librdkafka's callbacks share.
pub(crate) struct Engine {
    accounting: Accounting,
    /// Weak, since the client owns the context that owns this.
    producer: OnceLock<Weak<Client>>,
    queue: OnceLock<Weak<MainQueue>>,
    harvest: Harvest,
    polling_thread: OnceLock<ThreadId>,
}

impl Engine {
    pub(crate) fn new(room: Room) -> Self {
        Self {
            accounting: Accounting::new(room),
            producer: OnceLock::new(),
            queue: OnceLock::new(),
            harvest: Harvest::default(),
            polling_thread: OnceLock::new(),
        }
    }

    /// Gives the record to librdkafka if there is room and no other send waits, or queues it. See
    /// [`Accounting::offer`].
    pub(crate) fn offer(
        &self,
        producer: &Client,
        parcel: Parcel,
        patience: Patience,
    ) -> Result<Offered> {
        let offered = self.accounting.offer(parcel, patience, || {
            self.notice_fatal(producer);
        });
        match &offered {
            Ok(Offered::Accepted { is_turn: true }) if !self.is_polling_thread() => self.assist(),
            Ok(Offered::Waiting(_)) => self.harvest.stop_assisting(),
            _ => {}
        }
        offered
    }

    fn assist(&self) {
        if let Some(queue) = self.queue.get().and_then(Weak::upgrade) {
            self.harvest.assist(&queue);
        }
    }

    /// Takes a waiting send back. Nothing happens if it was accepted meanwhile.
    pub(crate) fn cancel(&self, waiter: &Waiter) {
        self.accounting.cancel(waiter);
    }

    /// Starts waiting for everything that was accepted so far.
    pub(crate) fn flush(&self, producer: &Client, timeout: Duration) -> Arc<Slot<Result<()>>> {
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

    /// Makes the polling thread look at what has changed.
    fn wake(&self) {
        self.harvest.stop_assisting();
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

    /// Serves librdkafka until the last handle is gone and the last verdict is in.
    pub(crate) fn run(&self, producer: Arc<Client>, queue: Arc<MainQueue>) {
        let _ = self.polling_thread.set(thread::current().id());
        let mut slice = IDLE;
        loop {
            program::call(SERVING, || self.serve(&queue, producer.context(), slice));
            if let Some(partitioning) = &producer.context().hooks.partitioning {
                partitioning.log_panics();
            }
            self.notice_fatal(&producer);
            native::look_for_brokers(&producer);
            let tick = self.accounting.tick();
            if tick.purge {
                program::call(SERVING, || {
                    producer.purge(everything());
                });
            }
            if tick.hurry {
                native::hurry(&producer, HURRY);
            }
            slice = if tick.hurry || tick.is_stalled {
                BUSY
            } else {
                IDLE
            };
            // Only this thread may drop the client: that joins librdkafka's threads.
            if self.accounting.is_over() && Arc::strong_count(&producer) == OWN_HANDLES {
                break;
            }
        }
        self.report_loss();
        self.end(producer, queue);
    }

    /// Ends the client.
    fn end(&self, producer: Arc<Client>, queue: Arc<MainQueue>) {
        // Events are the client's.
        self.harvest.clear();
        drop(queue);
        program::call(SERVING, || drop(producer));
    }

    pub(crate) fn set_producer(&self, producer: &Arc<Client>, queue: &Arc<MainQueue>) {
        let _ = self.producer.set(Arc::downgrade(producer));
        let _ = self.queue.set(Arc::downgrade(queue));
    }

    /// For the polling thread: hands over what comes within `slice`.
    fn serve(&self, queue: &MainQueue, context: &Events, slice: Duration) {
        let deadline = Instant::now() + slice;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let is_assisted = self.harvest.is_assisted();
            let ripe = self
                .harvest
                .take(queue, left, |event| self.free(|| drop(event)));
            if ripe.is_empty() && !is_assisted {
                return;
            }
            for harvested in ripe {
                match harvested {
                    Harvested::Reports(reports) => context.deliver(reports.into_iter()),
                    // rdkafka logs what it cannot parse.
                    Harvested::Other(event) => {
                        program::call(SERVING, || event.serve(context));
                    }
                }
            }
            if Instant::now() >= deadline {
                return;
            }
        }
    }

    /// Enters results after `hand_over` has shown each to the program.
    pub(crate) fn deliver(&self, verdicts: Vec<Verdict>, hand_over: impl Fn(&Ticket, Outcome)) {
        let tickets = self.accounting.deliver(verdicts, hand_over);
        if let Some(tickets) = self.harvest.discard(tickets) {
            self.free(|| drop(tickets));
        }
    }

    /// Frees what senders allocated, while they stand still: an allocator that two threads pull at
    /// costs more than what either does with it. None of the program's code runs in `free`.
    fn free(&self, free: impl FnOnce()) {
        self.accounting.paused(free);
    }

    /// Whether librdkafka cannot go on. For its callbacks.
    pub(crate) fn is_fatal(&self) -> bool {
        let producer = self.producer.get().and_then(Weak::upgrade);
        producer.is_some_and(|producer| self.notice_fatal(&producer))
    }

    /// Whether librdkafka cannot go on; the first who sees it fails everybody who waits.
    fn notice_fatal(&self, producer: &Client) -> bool {
        let Some((_, reason)) = producer.client().fatal_error() else {
            return false;
        };
        self.accounting.fail(&reason);
        true
    }

    fn report_loss(&self) {
        if let Some(Loss { accepted, report }) = self.accounting.loss() {
            let CloseReport {
                not_written,
                unknown,
                ..
            } = report;
            program::log(|| {
                log::error!(
                    "a producer was dropped without close: of {accepted} records, {not_written} \
                     were not written and {unknown} may have been"
                );
            });
        }
    }
}

fn everything() -> PurgeConfig {
    PurgeConfig::default().queue().inflight()
}

/// For the log.
const SERVING: &str = "the polling thread of a producer";
/// The polling thread's handles of the client: its own, and the queue's.
const OWN_HANDLES: usize = 2;
/// How late a deadline of an asynchronous call may be noticed.
const IDLE: Duration = Duration::from_millis(50);
/// While somebody flushes, or librdkafka's own queue is full.
const BUSY: Duration = Duration::from_millis(5);
const HURRY: Duration = Duration::from_millis(1);
/// How long a close waits after its timeout for the next result.
const PURGING: Duration = Duration::from_secs(10);
/// What a producer that was dropped without close still gets for its records.
const ABANDONED: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use rdkafka::ClientConfig;

    use super::*;
    use crate::observe::hooks::Hooks;

    #[test]
    fn events_do_not_outlive_their_client() {
        let room = Room {
            records: 1,
            bytes: 1,
        };
        let engine = Arc::new(Engine::new(room));
        let events = Events {
            engine: Arc::clone(&engine),
            hooks: Hooks::default(),
        };
        let client: Client = ClientConfig::new()
            .set("bootstrap.servers", "127.0.0.1:1")
            .set("statistics.interval.ms", "1")
            .create_with_context(events)
            .unwrap();
        let client = Arc::new(client);
        let queue = Arc::new(MainQueue::new(&client));
        // A sender takes an event just before the last handle goes.
        let deadline = Instant::now() + Duration::from_secs(10);
        while engine.harvest.is_empty() {
            assert!(Instant::now() < deadline, "no event");
            engine.harvest.assist(&queue);
            thread::sleep(Duration::from_millis(5));
        }
        engine.end(client, queue);
        assert!(engine.harvest.is_empty());
    }
}
