//! Everything between a parcel and its verdict: room, order, the polling thread.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::task::Waker;
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use rdkafka::ClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, DeliveryResult, Message as _};
use rdkafka::producer::{BaseProducer, Producer as _, ProducerContext};

use crate::delivery::{Outcome, Placed, PlacedTimestamp, Ticket};
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::{CloseReport, Ledger, Room};
use crate::parcel::Parcel;
use crate::record::Timestamp;
use crate::slot::Slot;
use crate::status::{self, Written};

/// What senders, the polling thread and librdkafka's callbacks share.
pub(crate) struct Engine {
    state: Mutex<State>,
    /// Weak, since the client owns the context that owns this.
    producer: OnceLock<Weak<BaseProducer<Events>>>,
    polling_thread: OnceLock<ThreadId>,
}

struct State {
    ledger: Ledger,
    /// Sends that wait for room, the oldest first. They pass in this order: whoever comes while
    /// one waits, waits behind it.
    waiting: VecDeque<Arc<Waiter>>,
    flushes: Vec<Flush>,
    closes: Vec<Arc<Slot<CloseReport>>>,
    is_closed: bool,
    /// When everything that is left gets thrown out of librdkafka's queues.
    purge_at: Option<Instant>,
    fatal: Option<Arc<str>>,
    /// Open records at the time when the last handle was dropped without a close.
    abandoned: Option<u64>,
    is_released: bool,
    /// Whether librdkafka's own queue was full at the last try: no verdict need follow.
    is_stalled: bool,
}

/// A send that waits for room.
pub(crate) struct Waiter {
    /// Taken by whoever decides first: the drain, or the sender who gives up.
    parcel: Mutex<Option<Parcel>>,
    pub(crate) accepted: Slot<Result<()>>,
}

struct Flush {
    epoch: u64,
    deadline: Option<Instant>,
    done: Arc<Slot<Result<()>>>,
}

/// How a send went on.
pub(crate) enum Offered {
    Accepted,
    Waiting(Arc<Waiter>),
}

/// Whether a send may wait for room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    None,
    Wait,
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
        let state = State {
            ledger: Ledger::new(room),
            waiting: VecDeque::new(),
            flushes: Vec::new(),
            closes: Vec::new(),
            is_closed: false,
            purge_at: None,
            fatal: None,
            abandoned: None,
            is_released: false,
            is_stalled: false,
        };
        Self {
            state: Mutex::new(state),
            producer: OnceLock::new(),
            polling_thread: OnceLock::new(),
        }
    }

    /// Gives the record to librdkafka if there is room and nobody waits, or queues it.
    ///
    /// `Accepted` means: exactly one verdict will come.
    pub(crate) fn offer(
        &self,
        producer: &BaseProducer<Events>,
        mut parcel: Parcel,
        patience: Patience,
    ) -> Result<Offered> {
        let bytes = parcel.ticket.bytes;
        let mut state = self.lock();
        state.check_open()?;
        if !state.waiting.is_empty() || !state.ledger.fits(bytes) {
            return state.queue(parcel, patience, Place::Back);
        }
        let epoch = state.ledger.accept(bytes);
        // The room is taken: librdkafka may now be called without the lock.
        drop(state);
        parcel.ticket.set_epoch(epoch);
        let Err(code) = parcel.produce(producer) else {
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
        state.move_on(producer, &mut wakers);
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        outcome
    }

    /// Takes a waiting send back. Nothing happens if it was accepted meanwhile.
    pub(crate) fn cancel(&self, producer: &BaseProducer<Events>, waiter: &Waiter) {
        if waiter.lock().take().is_some() {
            let mut wakers = Vec::new();
            self.lock().move_on(producer, &mut wakers);
            wakers.into_iter().for_each(Waker::wake);
        }
    }

    /// Starts waiting for everything that was accepted so far.
    pub(crate) fn flush(
        &self,
        producer: &BaseProducer<Events>,
        timeout: Duration,
    ) -> Arc<Slot<Result<()>>> {
        self.notice_fatal(producer);
        let done = Arc::new(Slot::new());
        let mut state = self.lock();
        let epoch = state.ledger.end_epoch();
        if let Some(reason) = &state.fatal {
            let _ = done.put(Err(Error::fatal(reason)));
        } else if state.ledger.is_settled(epoch) {
            let _ = done.put(Ok(()));
        } else {
            state.flushes.push(Flush {
                epoch,
                deadline: Instant::now().checked_add(timeout),
                done: Arc::clone(&done),
            });
        }
        done
    }

    /// Refuses new records, and starts waiting for the last verdict; purges at the timeout.
    pub(crate) fn close(&self, timeout: Duration) -> Arc<Slot<CloseReport>> {
        let closed = Arc::new(Slot::new());
        let mut wakers = Vec::new();
        let mut state = self.lock();
        state.shut(Instant::now().checked_add(timeout), &mut wakers);
        if state.ledger.open() == 0 {
            let _ = closed.put(state.ledger.report());
        } else {
            state.closes.push(Arc::clone(&closed));
        }
        drop(state);
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
        wakers.into_iter().for_each(Waker::wake);
        if is_abandoned {
            log::error!("a producer was dropped without close: {open} records have no verdict yet");
        }
    }

    /// Records without a verdict.
    pub(crate) fn open(&self) -> usize {
        self.lock().ledger.open()
    }

    pub(crate) fn is_polling_thread(&self) -> bool {
        self.polling_thread.get() == Some(&thread::current().id())
    }

    /// Serves librdkafka until the last handle is gone and the last verdict is in.
    pub(crate) fn run(&self, producer: Arc<BaseProducer<Events>>) {
        let _ = self.polling_thread.set(thread::current().id());
        let mut slice = IDLE;
        loop {
            contained(|| producer.poll(slice));
            let tick = self.tick(&producer);
            if tick.purge {
                contained(|| producer.purge(everything()));
            }
            if tick.hurry {
                status::hurry(&producer, HURRY);
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
        contained(|| drop(producer));
    }

    pub(crate) fn set_producer(&self, producer: &Arc<BaseProducer<Events>>) {
        let _ = self.producer.set(Arc::downgrade(producer));
    }

    /// Deadlines, fatal errors, and the rare drain after a full queue of librdkafka's own.
    fn tick(&self, producer: &BaseProducer<Events>) -> Tick {
        self.notice_fatal(producer);
        let mut wakers = Vec::new();
        let now = Instant::now();
        let mut state = self.lock();
        state.expire_flushes(now, &mut wakers);
        state.move_on(producer, &mut wakers);
        let is_open = state.ledger.open() > 0;
        Tick {
            purge: is_open && state.purge_at.is_some_and(|at| at <= now),
            hurry: is_open && (state.is_closed || !state.flushes.is_empty()),
            is_stalled: state.is_stalled,
            wakers,
        }
    }

    fn settle(&self, ticket: &Ticket, written: Written) {
        let mut state = self.lock();
        state.ledger.settle(ticket.epoch(), ticket.bytes, written);
        if state.is_quiet() {
            return;
        }
        let Some(producer) = self.producer.get().and_then(Weak::upgrade) else {
            return;
        };
        let mut wakers = Vec::new();
        state.move_on(&producer, &mut wakers);
        drop(state);
        wakers
            .into_iter()
            .for_each(|waker| contained(|| waker.wake()));
    }

    fn is_over(&self) -> bool {
        let state = self.lock();
        state.is_released && state.ledger.open() == 0
    }

    /// Whether librdkafka cannot go on; the first who sees it fails everybody who waits.
    fn notice_fatal(&self, producer: &BaseProducer<Events>) -> bool {
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

#[derive(Clone, Copy)]
enum Place {
    Back,
    Front,
}

impl State {
    fn check_open(&self) -> Result<()> {
        match &self.fatal {
            Some(reason) => Err(Error::fatal(reason)),
            None if self.is_closed => Err(Error::closed()),
            None => Ok(()),
        }
    }

    fn queue(&mut self, parcel: Parcel, patience: Patience, place: Place) -> Result<Offered> {
        if patience == Patience::None {
            return Err(Error::queue_full());
        }
        let waiter = Arc::new(Waiter {
            parcel: Mutex::new(Some(parcel)),
            accepted: Slot::new(),
        });
        match place {
            Place::Back => self.waiting.push_back(Arc::clone(&waiter)),
            // It was accepted before the others came.
            Place::Front => self.waiting.push_front(Arc::clone(&waiter)),
        }
        Ok(Offered::Waiting(waiter))
    }

    /// Whether a verdict concerns nobody but its own record.
    fn is_quiet(&self) -> bool {
        self.waiting.is_empty() && self.flushes.is_empty() && self.closes.is_empty()
    }

    /// After a change of the ledger: lets in who waits, and ends the flushes and closes that can.
    fn move_on(&mut self, producer: &BaseProducer<Events>, wakers: &mut Vec<Waker>) {
        self.drain(producer, wakers);
        let ledger = &self.ledger;
        self.flushes.retain(|flush| {
            let is_settled = ledger.is_settled(flush.epoch);
            if is_settled {
                wakers.extend(flush.done.put(Ok(())));
            }
            !is_settled
        });
        if ledger.open() == 0 {
            let report = ledger.report();
            wakers.extend(self.closes.drain(..).filter_map(|slot| slot.put(report)));
        }
    }

    /// Gives waiting records to librdkafka here and now, under the lock: a later send cannot
    /// overtake them between their turn and their task's next poll.
    fn drain(&mut self, producer: &BaseProducer<Events>, wakers: &mut Vec<Waker>) {
        self.is_stalled = false;
        while let Some(waiter) = self.waiting.front().cloned() {
            let mut guard = waiter.lock();
            let Some(parcel) = guard.as_mut() else {
                self.waiting.pop_front();
                continue;
            };
            let bytes = parcel.ticket.bytes;
            if !self.ledger.fits(bytes) {
                break;
            }
            let epoch = self.ledger.accept(bytes);
            parcel.ticket.set_epoch(epoch);
            let produced = parcel.produce(producer);
            if produced.is_err() {
                self.ledger.revoke(epoch, bytes);
            }
            if produced == Err(RDKafkaErrorCode::QueueFull) {
                self.is_stalled = true;
                break;
            }
            *guard = None;
            let accepted = produced.map_err(Error::not_written);
            wakers.extend(waiter.accepted.put(accepted));
            self.waiting.pop_front();
        }
    }

    fn shut(&mut self, purge_at: Option<Instant>, wakers: &mut Vec<Waker>) {
        self.is_closed = true;
        self.purge_at = match (self.purge_at, purge_at) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self.turn_away(Error::closed, wakers);
    }

    fn fail(&mut self, reason: &str, wakers: &mut Vec<Waker>) {
        self.fatal = Some(Arc::from(reason));
        self.purge_at = Some(Instant::now());
        self.turn_away(|| Error::fatal(reason), wakers);
        for flush in self.flushes.drain(..) {
            wakers.extend(flush.done.put(Err(Error::fatal(reason))));
        }
    }

    /// Fails the sends that wait: they were not accepted, and will not be.
    fn turn_away(&mut self, error: impl Fn() -> Error, wakers: &mut Vec<Waker>) {
        for waiter in self.waiting.drain(..) {
            if waiter.lock().take().is_some() {
                wakers.extend(waiter.accepted.put(Err(error())));
            }
        }
    }

    fn expire_flushes(&mut self, now: Instant, wakers: &mut Vec<Waker>) {
        let open = self.ledger.open();
        self.flushes.retain(|flush| {
            let is_late = flush.deadline.is_some_and(|deadline| deadline <= now);
            if is_late {
                wakers.extend(flush.done.put(Err(flush_timeout(open))));
            }
            !is_late
        });
    }
}

impl Waiter {
    fn lock(&self) -> MutexGuard<'_, Option<Parcel>> {
        self.parcel.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn flush_timeout(open: usize) -> Error {
    let message = format!("not flushed in time: {open} records have no verdict yet");
    Error::new(ErrorKind::Timeout, message)
}

/// What librdkafka calls back, on the polling thread.
pub(crate) struct Events {
    pub(crate) engine: Arc<Engine>,
}

impl ClientContext for Events {
    /// Mostly brokers that cannot be reached: no error as long as the records can wait.
    fn error(&self, error: KafkaError, reason: &str) {
        log::warn!("librdkafka: {error}: {reason}");
    }
}

impl ProducerContext for Events {
    type DeliveryOpaque = Arc<Ticket>;

    fn delivery(&self, report: &DeliveryResult<'_>, ticket: Arc<Ticket>) {
        let (written, outcome) = match report {
            Ok(message) => (Written::Yes, Ok(placed(message, &ticket))),
            Err((error, message)) => failed(error, status::written(message)),
        };
        let outcome = outcome.map_err(|error| {
            let producer = self.engine.producer.get().and_then(Weak::upgrade);
            let is_fatal = producer.is_some_and(|producer| self.engine.notice_fatal(&producer));
            let error = if is_fatal { error.and_fatal() } else { error };
            error.for_topic(&ticket.topic)
        });
        // In this order: when a flush is over, the callbacks have run.
        ticket.complete(outcome);
        self.engine.settle(&ticket, written);
    }
}

fn placed(message: &BorrowedMessage<'_>, ticket: &Ticket) -> Placed {
    let offset = Some(message.offset()).filter(|offset| *offset >= 0);
    // Librdkafka leaves the time of sending in place unless the broker answers with its own
    // (`rd_kafka_msgq_set_metadata`), which is what Kafka does for LogAppendTime, and only for
    // that (`ProduceResponse`, log_append_time_ms). Without an offset there was no such answer.
    let timestamp = match (offset, message.timestamp()) {
        (Some(_), rdkafka::Timestamp::CreateTime(millis)) => {
            PlacedTimestamp::CreateTime(Timestamp::reported(millis))
        }
        (Some(_), rdkafka::Timestamp::LogAppendTime(millis)) => {
            PlacedTimestamp::LogAppendTime(Timestamp::reported(millis))
        }
        (None, _) | (_, rdkafka::Timestamp::NotAvailable) => PlacedTimestamp::Unknown,
    };
    Placed {
        topic: Arc::clone(&ticket.topic),
        partition: message.partition(),
        offset,
        timestamp,
    }
}

/// A failed report of a record that is in the log all the same is no failure that a caller may
/// repeat: it stays in doubt.
fn failed(error: &KafkaError, written: Written) -> (Written, Outcome) {
    let code = error
        .rdkafka_error_code()
        .unwrap_or(RDKafkaErrorCode::Unknown);
    match written {
        Written::No => (Written::No, Err(Error::not_written(code))),
        Written::Maybe | Written::Yes => (Written::Maybe, Err(Error::unknown(code))),
    }
}

fn everything() -> rdkafka::producer::PurgeConfig {
    rdkafka::producer::PurgeConfig::default().queue().inflight()
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
