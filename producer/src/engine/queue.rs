//! Waiting calls: sends wait for room, flushes and closes for delivery results.

use std::collections::BTreeMap;
use std::ptr;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use rdkafka::error::RDKafkaErrorCode;

use crate::engine::encoded_record::{EncodedRecord, Outgoing};
use crate::engine::ledger::{Ledger, Room};
use crate::engine::slot::Slot;
use crate::error::{Error, Result};
use crate::outcome::CloseReport;
use crate::sync::{self, Mutex, MutexGuard};

/// The mutable state of an engine, under one lock.
pub(crate) struct State<P> {
    pub(crate) ledger: Ledger,
    /// Sends that wait for room, by their position, the oldest first. They are accepted in this
    /// order: a new send waits while another one waits.
    pub(crate) waiting: BTreeMap<i64, Arc<Waiter<P>>>,
    pub(crate) flushes: Vec<Flush>,
    pub(crate) closes: Vec<Arc<Slot<CloseReport>>>,
    pub(crate) is_closed: bool,
    /// The time at which the remaining records are purged from librdkafka's queues.
    pub(crate) purge_at: Option<Instant>,
    pub(crate) fatal: Option<Arc<str>>,
    /// Open records at the time when the last handle was dropped without a close.
    pub(crate) abandoned: Option<u64>,
    pub(crate) is_released: bool,
    /// True if librdkafka's own queue was full at the last try: no delivery result need follow.
    pub(crate) is_stalled: bool,
    /// Records until a sender takes reports, and the last time when one did.
    turn: (u32, Instant),
}

/// A send that waits for room.
pub(crate) struct Waiter<P = EncodedRecord> {
    place: i64,
    /// Taken by the first to decide: the drain, or the sender that gives up.
    encoded: Mutex<Option<P>>,
    pub(crate) accepted: Slot<Result<()>>,
}

pub(crate) struct Flush {
    /// The flush waits for the records of older epochs.
    pub(crate) epoch: u64,
    pub(crate) deadline: Option<Instant>,
    pub(crate) done: Arc<Slot<Result<()>>>,
}

/// The outcome of an attempt to send.
pub(crate) enum Offered<P = EncodedRecord> {
    Accepted {
        /// True if the sender must take delivery reports.
        is_turn: bool,
    },
    Waiting(Arc<Waiter<P>>),
}

/// The choice whether a send may wait for room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    None,
    Wait,
}

#[derive(Clone, Copy)]
pub(crate) enum Place {
    Back,
    Front,
}

impl<P: Outgoing> State<P> {
    pub(crate) fn new(room: Room) -> Self {
        Self {
            ledger: Ledger::new(room),
            waiting: BTreeMap::new(),
            flushes: Vec::new(),
            closes: Vec::new(),
            is_closed: false,
            purge_at: None,
            fatal: None,
            abandoned: None,
            is_released: false,
            is_stalled: false,
            turn: (TURN, sync::now()),
        }
    }

    /// Returns whether the sender of this record must take librdkafka's reports: once in a number
    /// of records, and only if these came fast.
    pub(crate) fn is_turn(&mut self) -> bool {
        let (left, last) = &mut self.turn;
        *left -= 1;
        if *left > 0 {
            return false;
        }
        *left = TURN;
        let now = sync::now();
        let took = now.duration_since(std::mem::replace(last, now));
        took < FAST
    }

    pub(crate) fn check_open(&self) -> Result<()> {
        match &self.fatal {
            Some(reason) => Err(Error::fatal(reason)),
            None if self.is_closed => Err(Error::closed()),
            None => Ok(()),
        }
    }

    pub(crate) fn queue(
        &mut self,
        encoded: P,
        patience: Patience,
        place: Place,
    ) -> Result<Offered<P>> {
        if patience == Patience::None {
            return Err(Error::queue_full());
        }
        let place = match place {
            Place::Back => self
                .waiting
                .last_key_value()
                .map_or(0, |(last, _)| last + 1),
            // It was accepted before the others came.
            Place::Front => self
                .waiting
                .first_key_value()
                .map_or(0, |(first, _)| first - 1),
        };
        let waiter = Arc::new(Waiter {
            place,
            encoded: Mutex::new(Some(encoded)),
            accepted: Slot::new(),
        });
        self.waiting.insert(place, Arc::clone(&waiter));
        Ok(Offered::Waiting(waiter))
    }

    /// Returns whether a delivery result affects only its own record.
    pub(crate) fn is_quiet(&self) -> bool {
        self.waiting.is_empty() && self.flushes.is_empty() && self.closes.is_empty()
    }

    /// Accepts waiting sends, and ends flushes and closes, after a change of the ledger.
    pub(crate) fn move_on(&mut self, wakers: &mut Vec<Waker>) {
        self.drain(wakers);
        let ledger = &self.ledger;
        self.flushes.retain(|flush| {
            let is_settled = ledger.is_settled_before(flush.epoch);
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
    fn drain(&mut self, wakers: &mut Vec<Waker>) {
        self.is_stalled = false;
        while let Some(first) = self.waiting.first_entry() {
            let waiter = Arc::clone(first.get());
            let mut guard = waiter.lock();
            let Some(encoded) = guard.as_mut() else {
                first.remove();
                continue;
            };
            let bytes = encoded.in_flight().bytes;
            if !self.ledger.fits(bytes) {
                break;
            }
            let epoch = self.ledger.accept(bytes);
            encoded.in_flight().set_epoch(epoch);
            let produced = encoded.produce();
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
            self.waiting.pop_first();
        }
    }

    pub(crate) fn shut(&mut self, purge_at: Option<Instant>, wakers: &mut Vec<Waker>) {
        self.is_closed = true;
        self.purge_at = match (self.purge_at, purge_at) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self.turn_away(Error::closed, wakers);
    }

    pub(crate) fn fail(&mut self, reason: &str, wakers: &mut Vec<Waker>) {
        self.fatal = Some(Arc::from(reason));
        self.purge_at = Some(sync::now());
        self.turn_away(|| Error::fatal(reason), wakers);
        for flush in self.flushes.drain(..) {
            wakers.extend(flush.done.put(Err(Error::fatal(reason))));
        }
    }

    /// Removes a send that was cancelled. Returns it, to be freed without the lock.
    pub(crate) fn forget(&mut self, waiter: &Waiter<P>) -> Option<Arc<Waiter<P>>> {
        let is_same = self
            .waiting
            .get(&waiter.place)
            .is_some_and(|kept| ptr::eq(&**kept, waiter));
        is_same
            .then(|| self.waiting.remove(&waiter.place))
            .flatten()
    }

    /// Fails the sends that wait: they were not accepted, and will not be.
    fn turn_away(&mut self, error: impl Fn() -> Error, wakers: &mut Vec<Waker>) {
        for waiter in std::mem::take(&mut self.waiting).into_values() {
            if waiter.lock().take().is_some() {
                wakers.extend(waiter.accepted.put(Err(error())));
            }
        }
    }

    pub(crate) fn expire_flushes(&mut self, now: Instant, wakers: &mut Vec<Waker>) {
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

impl<P> Waiter<P> {
    /// Takes the record, which then will not be sent; `None` if it was accepted or cancelled
    /// before.
    pub(crate) fn take(&self) -> Option<P> {
        self.lock().take()
    }

    fn lock(&self) -> MutexGuard<'_, Option<P>> {
        self.encoded.lock()
    }
}

/// Records between two senders that take reports.
const TURN: u32 = 1000;
/// The longest time that these records may take.
const FAST: Duration = Duration::from_millis(5);

pub(crate) fn flush_timeout(open: usize) -> Error {
    Error::pending("not flushed in time", open)
}
