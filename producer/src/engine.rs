//! Everything between a parcel and its verdict: room, order, the polling thread.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::task::Waker;
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use rdkafka::error::RDKafkaErrorCode;
use rdkafka::producer::{Producer as _, PurgeConfig};

use crate::delivery::Ticket;
use crate::error::{Error, Result};
use crate::events::{Client, Events};
use crate::harvest::{Harvest, Harvested};
use crate::ledger::{CloseReport, Room, Settlement};
use crate::metering;
use crate::native::{self, MainQueue};
use crate::parcel::Parcel;
use crate::queue::{Flush, Offered, Patience, Place, State, Waiter};
use crate::slot::Slot;
use crate::trace;

/// What senders, the polling thread and librdkafka's callbacks share.
pub(crate) struct Engine {
    state: Mutex<State>,
    /// Weak, since the client owns the context that owns this.
    producer: OnceLock<Weak<Client>>,
    queue: OnceLock<Weak<MainQueue>>,
    harvest: Harvest,
    polling_thread: OnceLock<ThreadId>,
}

/// What the polling thread is to do next.
struct Tick {
    hurry: bool,
    purge: bool,
    is_stalled: bool,
    wakers: Vec<Waker>,
}

impl Engine {
    pub(crate) fn new(room: Room) -> Self {
        Self {
            state: Mutex::new(State::new(room)),
            producer: OnceLock::new(),
            queue: OnceLock::new(),
            harvest: Harvest::default(),
            polling_thread: OnceLock::new(),
        }
    }

    /// Gives the record to librdkafka if there is room and nobody waits, or queues it.
    ///
    /// `Accepted` means: exactly one verdict will come.
    pub(crate) fn offer(
        &self,
        producer: &Client,
        mut parcel: Parcel,
        patience: Patience,
    ) -> Result<Offered> {
        let bytes = parcel.ticket.bytes;
        let mut state = self.lock();
        state.check_open()?;
        if !state.waiting.is_empty() || !state.ledger.fits(bytes) {
            let waiting = state.queue(parcel, patience, Place::Back);
            drop(state);
            if waiting.is_ok() {
                self.harvest.stop_assisting();
            }
            return waiting;
        }
        let epoch = state.ledger.accept(bytes);
        let is_turn = state.is_turn();
        // The room is taken: librdkafka may now be called without the lock.
        drop(state);
        parcel.ticket.set_epoch(epoch);
        let Err(code) = parcel.produce() else {
            if is_turn && !self.is_polling_thread() {
                self.assist();
            }
            return Ok(Offered::Accepted);
        };
        self.notice_fatal(producer);
        let mut state = self.lock();
        state.ledger.revoke(epoch, bytes);
        let outcome = match (code, state.check_open()) {
            (RDKafkaErrorCode::QueueFull, Ok(())) => state.queue(parcel, patience, Place::Front),
            (_, Err(error)) => Err(error),
            (code, Ok(())) => Err(Error::not_written(code)),
        };
        let mut wakers = Vec::new();
        state.move_on(&mut wakers);
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        outcome
    }

    fn assist(&self) {
        if let Some(queue) = self.queue.get().and_then(Weak::upgrade) {
            self.harvest.assist(&queue);
        }
    }

    /// Takes a waiting send back. Nothing happens if it was accepted meanwhile.
    pub(crate) fn cancel(&self, waiter: &Waiter) {
        if waiter.lock().take().is_some() {
            let mut wakers = Vec::new();
            self.lock().move_on(&mut wakers);
            wakers.into_iter().for_each(Waker::wake);
        }
    }

    /// Starts waiting for everything that was accepted so far.
    pub(crate) fn flush(&self, producer: &Client, timeout: Duration) -> Arc<Slot<Result<()>>> {
        self.notice_fatal(producer);
        let done = Arc::new(Slot::new());
        let mut state = self.lock();
        let epoch = state.ledger.start_epoch();
        if let Some(reason) = &state.fatal {
            let _ = done.put(Err(Error::fatal(reason)));
        } else if state.ledger.is_settled_before(epoch) {
            let _ = done.put(Ok(()));
        } else {
            state.flushes.push(Flush {
                epoch,
                deadline: Instant::now().checked_add(timeout),
                done: Arc::clone(&done),
            });
        }
        drop(state);
        self.wake();
        done
    }

    /// Refuses new records, and starts waiting for the last verdict; purges at the timeout.
    pub(crate) fn close(&self, timeout: Duration) -> Arc<Slot<CloseReport>> {
        let closed = Arc::new(Slot::new());
        let mut wakers = Vec::new();
        let mut state = self.lock();
        trace::closing(state.ledger.open(), timeout);
        state.shut(Instant::now().checked_add(timeout), &mut wakers);
        if state.ledger.open() == 0 {
            let _ = closed.put(state.ledger.report());
        } else {
            state.closes.push(Arc::clone(&closed));
        }
        drop(state);
        self.wake();
        wakers.into_iter().for_each(Waker::wake);
        closed
    }

    /// The last handle is gone. Never blocks: the polling thread does the rest.
    pub(crate) fn release(&self) {
        let mut wakers = Vec::new();
        let mut state = self.lock();
        state.is_released = true;
        let open = u64::try_from(state.ledger.open()).unwrap_or(u64::MAX);
        if !state.is_closed && open > 0 {
            state.abandoned = Some(state.ledger.report().accepted() + open);
        }
        let is_abandoned = state.abandoned.is_some();
        // A close that is under way keeps its own time.
        if !state.is_closed {
            state.shut(Instant::now().checked_add(ABANDONED), &mut wakers);
        }
        drop(state);
        self.wake();
        wakers.into_iter().for_each(Waker::wake);
        if is_abandoned {
            log::error!("a producer was dropped without close: {open} records have no verdict yet");
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
        self.lock().ledger.in_flight()
    }

    pub(crate) fn is_polling_thread(&self) -> bool {
        self.polling_thread.get() == Some(&thread::current().id())
    }

    /// Serves librdkafka until the last handle is gone and the last verdict is in.
    pub(crate) fn run(&self, producer: Arc<Client>, queue: Arc<MainQueue>) {
        let _ = self.polling_thread.set(thread::current().id());
        let mut slice = IDLE;
        loop {
            contained(|| self.serve(&queue, producer.context(), slice));
            let tick = self.tick(&producer);
            if tick.purge {
                contained(|| producer.purge(everything()));
            }
            if tick.hurry {
                native::hurry(&producer, HURRY);
            }
            slice = if tick.hurry || tick.is_stalled {
                BUSY
            } else {
                IDLE
            };
            tick.wakers
                .into_iter()
                .for_each(|waker| contained(|| waker.wake()));
            // Only this thread may drop the client: that joins librdkafka's threads.
            if self.is_over() && Arc::strong_count(&producer) == 1 {
                break;
            }
        }
        self.report_loss();
        // In this order: the queue is the client's.
        drop(queue);
        contained(|| drop(producer));
    }

    pub(crate) fn set_producer(&self, producer: &Arc<Client>, queue: &Arc<MainQueue>) {
        let _ = self.producer.set(Arc::downgrade(producer));
        let _ = self.queue.set(Arc::downgrade(queue));
    }

    /// Deadlines, fatal errors, and the rare drain after a full queue of librdkafka's own.
    fn tick(&self, producer: &Client) -> Tick {
        self.notice_fatal(producer);
        let mut wakers = Vec::new();
        let now = Instant::now();
        let mut state = self.lock();
        state.expire_flushes(now, &mut wakers);
        state.move_on(&mut wakers);
        let is_open = state.ledger.open() > 0;
        Tick {
            purge: is_open && state.purge_at.is_some_and(|at| at <= now),
            hurry: is_open && (state.is_closed || !state.flushes.is_empty()),
            is_stalled: state.is_stalled,
            wakers,
        }
    }

    /// The verdicts on some records are known: lets in who waits for their room.
    pub(crate) fn make_room(&self, records: usize, bytes: usize) {
        self.change(|state| state.ledger.make_room(records, bytes));
    }

    /// Enters verdicts that were handed over.
    pub(crate) fn settle(&self, settlement: &Settlement) {
        metering::settled(settlement);
        self.change(|state| state.ledger.settle(settlement));
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
                    Harvested::Other(event) => event.serve(context),
                }
            }
            if Instant::now() >= deadline {
                return;
            }
        }
    }

    /// Frees tickets whose verdicts were handed over.
    pub(crate) fn discard(&self, tickets: Vec<Arc<Ticket>>) {
        if let Some(tickets) = self.harvest.discard(tickets) {
            self.free(|| drop(tickets));
        }
    }

    /// Frees what senders allocated, while they stand still: an allocator that two threads pull at
    /// costs more than what either does with it. None of the program's code runs in `free`.
    fn free(&self, free: impl FnOnce()) {
        let state = self.lock();
        free();
        drop(state);
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        change(&mut state);
        if state.is_quiet() {
            return;
        }
        let mut wakers = Vec::new();
        state.move_on(&mut wakers);
        drop(state);
        wakers
            .into_iter()
            .for_each(|waker| contained(|| waker.wake()));
    }

    fn is_over(&self) -> bool {
        let state = self.lock();
        state.is_released && state.ledger.open() == 0
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
        let mut wakers = Vec::new();
        let mut state = self.lock();
        if state.fatal.is_none() {
            state.fail(&reason, &mut wakers);
        }
        drop(state);
        wakers
            .into_iter()
            .for_each(|waker| contained(|| waker.wake()));
        true
    }

    fn report_loss(&self) {
        let state = self.lock();
        let report = state.ledger.report();
        if let (Some(accepted), false) = (state.abandoned, report.is_complete()) {
            log::error!(
                "a producer was dropped without close: of {accepted} records, {} were not written \
                 and {} may have been",
                report.not_written,
                report.unknown,
            );
        }
    }

    /// No change of the state is left half done by a panic: nothing in here calls foreign code
    /// but librdkafka.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn everything() -> PurgeConfig {
    PurgeConfig::default().queue().inflight()
}

/// Runs foreign code on the polling thread, which must go on whatever happens.
fn contained(run: impl FnOnce()) {
    if std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err() {
        log::error!("a panic on the polling thread of a producer was contained");
    }
}

/// How late a deadline of an asynchronous call may be noticed.
const IDLE: Duration = Duration::from_millis(50);
/// While somebody flushes, or librdkafka's own queue is full.
const BUSY: Duration = Duration::from_millis(5);
const HURRY: Duration = Duration::from_millis(1);
/// What a producer that was dropped without close still gets for its records.
const ABANDONED: Duration = Duration::from_secs(1);
