//! Accounts for every record from its send to its delivery result.
//!
//! Knows nothing of librdkafka but its error codes: a record goes to the client by
//! [`Outgoing::produce`], and [`Accounting::deliver`] takes the results. So tests drive it without
//! a client, and a model checker runs it.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Waker;
use std::time::Duration;

use rdkafka::error::RDKafkaErrorCode;

use crate::engine::encoded_record::{EncodedRecord, Outgoing};
use crate::engine::in_flight::InFlight;
use crate::engine::ledger::{Room, Settlement};
use crate::engine::partitioning;
use crate::engine::queue::{Flush, Offered, Patience, Place, State, Waiter};
use crate::engine::slot::{Slot, Taken};
use crate::error::{Error, Result};
use crate::native::report::Written;
use crate::observe::metering;
use crate::observe::trace;
use crate::outcome::{CloseReport, Outcome};
use crate::program;
use crate::sync::{self, AtomicU64, Mutex, MutexGuard};

/// The records that were accepted, wait for room or have their result, and the tasks that wait.
pub(crate) struct Accounting<P = EncodedRecord> {
    state: Mutex<State<P>>,
    /// The number of results that were handed over. Only one thread counts them.
    handed_over: AtomicU64,
}

/// The next actions of the polling thread.
pub(crate) struct Tick {
    pub(crate) hurry: bool,
    pub(crate) purge: bool,
    pub(crate) is_stalled: bool,
}

/// The delivery result of a record.
pub(crate) struct Verdict {
    pub(crate) in_flight: Arc<InFlight>,
    pub(crate) written: Written,
    pub(crate) outcome: Outcome,
}

/// The lost records of a producer that was dropped without a close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Loss {
    pub(crate) accepted: u64,
    pub(crate) report: CloseReport,
}

impl<P: Outgoing> Accounting<P> {
    pub(crate) fn new(room: Room) -> Self {
        Self {
            state: Mutex::new(State::new(room)),
            handed_over: AtomicU64::new(0),
        }
    }

    /// Gives the record to the client if there is room and no other send waits, or queues it.
    ///
    /// `Accepted` means: exactly one result will come. `refused` runs if the client refuses it.
    pub(crate) fn offer(
        &self,
        record: P,
        patience: Patience,
        refused: impl FnOnce(),
    ) -> Result<Offered<P>> {
        let offered = self.try_offer(record, patience, refused);
        if let Ok(Offered::Waiting(_)) = &offered {
            let in_flight = self.in_flight();
            program::log(|| trace::waits(in_flight));
        }
        offered
    }

    fn try_offer(
        &self,
        mut record: P,
        patience: Patience,
        refused: impl FnOnce(),
    ) -> Result<Offered<P>> {
        let bytes = record.in_flight().bytes;
        let mut state = self.lock();
        state.check_open()?;
        if !state.waiting.is_empty() || !state.ledger.fits(bytes) {
            return state.queue(record, patience, Place::Back);
        }
        let epoch = state.ledger.accept(bytes);
        let is_turn = state.is_turn();
        // The room is taken: the client may now be called without the lock.
        drop(state);
        record.in_flight().set_epoch(epoch);
        let Err(code) = record.produce() else {
            return Ok(Offered::Accepted { is_turn });
        };
        refused();
        let mut state = self.lock();
        state.ledger.revoke(epoch, bytes);
        let offered = match (code, state.check_open()) {
            (RDKafkaErrorCode::QueueFull, Ok(())) => state.queue(record, patience, Place::Front),
            (_, Err(error)) => Err(error),
            (code, Ok(())) => Err(Error::not_written(code)),
        };
        self.wake_after(state, State::move_on);
        offered
    }

    /// Removes a waiting send. Nothing happens if it was accepted meanwhile.
    pub(crate) fn cancel(&self, waiter: &Waiter<P>) {
        let Some(record) = waiter.take() else {
            return;
        };
        let forgotten = self.wake_after(self.lock(), |state, wakers| {
            let forgotten = state.forget(waiter);
            state.move_on(wakers);
            forgotten
        });
        // Only now: they hold wakers and callbacks of the program.
        drop((forgotten, record));
    }

    /// Starts waiting for everything that was accepted so far.
    pub(crate) fn flush(&self, timeout: Duration) -> Arc<Slot<Result<()>>> {
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
                deadline: sync::now().checked_add(timeout),
                done: Arc::clone(&done),
            });
        }
        done
    }

    /// Refuses new records, and starts waiting for the last result; purges at the timeout.
    pub(crate) fn close(&self, timeout: Duration) -> Arc<Slot<CloseReport>> {
        let closed = Arc::new(Slot::new());
        let open = self.open();
        program::log(|| trace::closing(open, timeout));
        let mut state = self.lock();
        if state.ledger.open() == 0 {
            let _ = closed.put(state.ledger.report());
        } else {
            state.closes.push(Arc::clone(&closed));
        }
        let purge_at = sync::now().checked_add(timeout);
        self.wake_after(state, |state, wakers| state.shut(purge_at, wakers));
        closed
    }

    /// Waits for the report of a close: up to its timeout, and then as long as results come, each
    /// within `grace`.
    ///
    /// # Errors
    /// `Timeout` if no result came within `grace`.
    pub(crate) fn wait_closed(
        &self,
        closed: &Slot<CloseReport>,
        timeout: Duration,
        grace: Duration,
    ) -> Result<CloseReport> {
        let mut time = timeout.saturating_add(grace);
        let mut before = None;
        loop {
            match closed.wait(sync::now().checked_add(time)) {
                Some(Taken::Value(report)) => return Ok(report),
                Some(Taken::Gone) => return Err(Error::closed()),
                None => {}
            }
            let handed_over = Some(self.handed_over.load(Ordering::Relaxed));
            if before == handed_over {
                return Err(Error::pending("not closed in time", self.open()));
            }
            (before, time) = (handed_over, grace);
        }
    }

    /// Handles the drop of the last handle: refuses new records, and purges after `grace`. Returns
    /// the number of records without a result if there was no close.
    pub(crate) fn release(&self, grace: Duration) -> Option<u64> {
        let mut state = self.lock();
        state.is_released = true;
        // A close that is under way keeps its own time.
        if state.is_closed {
            return None;
        }
        let open = u64::try_from(state.ledger.open()).unwrap_or(u64::MAX);
        if open > 0 {
            state.abandoned = Some(state.ledger.report().accepted() + open);
        }
        let purge_at = sync::now().checked_add(grace);
        self.wake_after(state, |state, wakers| state.shut(purge_at, wakers));
        (open > 0).then_some(open)
    }

    /// Fails everything that waits: the client cannot go on.
    pub(crate) fn fail(&self, reason: &str) {
        self.wake_after(self.lock(), |state, wakers| {
            if state.fatal.is_none() {
                state.fail(reason, wakers);
            }
        });
    }

    /// Handles deadlines, and drains after librdkafka's own queue was full, which is rare.
    pub(crate) fn tick(&self) -> Tick {
        let now = sync::now();
        self.wake_after(self.lock(), |state, wakers| {
            state.expire_flushes(now, wakers);
            state.move_on(wakers);
            let is_open = state.ledger.open() > 0;
            Tick {
                purge: is_open && state.purge_at.is_some_and(|at| at <= now),
                hurry: is_open && (state.is_closed || !state.flushes.is_empty()),
                is_stalled: state.is_stalled,
            }
        })
    }

    /// Enters results after `hand_over` has shown each to the program. Returns the records.
    pub(crate) fn deliver(
        &self,
        verdicts: Vec<Verdict>,
        hand_over: impl Fn(&InFlight, Outcome),
    ) -> Vec<Arc<InFlight>> {
        let bytes = verdicts.iter().map(|verdict| verdict.in_flight.bytes).sum();
        // The room comes first: a program that gets a result may count on it. The ledger comes
        // last: when a flush is over, the callbacks have run.
        self.change(|state| state.ledger.make_room(verdicts.len(), bytes));
        let mut settling = Settling::new(self);
        let mut records = Vec::with_capacity(verdicts.len());
        for Verdict {
            in_flight,
            written,
            outcome,
        } in verdicts
        {
            settling.add(in_flight.epoch(), written);
            program::call("what is done with a delivery result", || {
                hand_over(&in_flight, outcome);
            });
            self.handed_over.fetch_add(1, Ordering::Relaxed);
            records.push(in_flight);
        }
        records
    }

    fn settle(&self, settlement: &Settlement) {
        program::call("the metrics recorder", || {
            metering::settled(settlement.report);
        });
        self.change(|state| state.ledger.settle(settlement));
    }

    fn change(&self, change: impl FnOnce(&mut State<P>)) {
        let mut state = self.lock();
        change(&mut state);
        if !state.is_quiet() {
            self.wake_after(state, State::move_on);
        }
    }

    /// Runs `act` under the lock, and wakes after that.
    fn wake_after<R>(
        &self,
        mut state: MutexGuard<'_, State<P>>,
        act: impl FnOnce(&mut State<P>, &mut Vec<Waker>) -> R,
    ) -> R {
        let mut wakers = Vec::new();
        let result = act(&mut state, &mut wakers);
        drop(state);
        for waker in wakers {
            program::call("a waker", || waker.wake());
        }
        result
    }

    /// Runs `act` while no send goes on.
    pub(crate) fn paused(&self, act: impl FnOnce()) {
        let state = self.lock();
        act();
        drop(state);
    }

    /// Returns how many records have no result.
    pub(crate) fn in_flight(&self) -> usize {
        self.lock().ledger.in_flight()
    }

    /// Returns how many records have no result that was handed over.
    pub(crate) fn open(&self) -> usize {
        self.lock().ledger.open()
    }

    /// Returns whether the last handle is gone and the last result was entered.
    pub(crate) fn is_over(&self) -> bool {
        let state = self.lock();
        state.is_released && state.ledger.open() == 0
    }

    /// Returns what was lost by dropping the producer without a close.
    pub(crate) fn loss(&self) -> Option<Loss> {
        let state = self.lock();
        let report = state.ledger.report();
        let accepted = state.abandoned.filter(|_| !report.is_complete())?;
        Some(Loss { accepted, report })
    }

    fn lock(&self) -> MutexGuard<'_, State<P>> {
        partitioning::check_not_choosing();
        self.state.lock()
    }
}

/// Collects results of one epoch, and enters them when it is dropped: whatever happens, the counts
/// are right.
struct Settling<'a, P: Outgoing> {
    accounting: &'a Accounting<P>,
    settlement: Settlement,
}

impl<'a, P: Outgoing> Settling<'a, P> {
    fn new(accounting: &'a Accounting<P>) -> Self {
        Self {
            accounting,
            settlement: Settlement::default(),
        }
    }

    /// Adds a result. Those of another epoch are entered.
    fn add(&mut self, epoch: u64, written: Written) {
        if self.settlement.epoch != epoch {
            self.enter();
            self.settlement = Settlement::new(epoch);
        }
        self.settlement.add(written);
    }

    fn enter(&self) {
        if self.settlement.report.accepted() > 0 {
            self.accounting.settle(&self.settlement);
        }
    }
}

impl<P: Outgoing> Drop for Settling<'_, P> {
    fn drop(&mut self) {
        self.enter();
    }
}
