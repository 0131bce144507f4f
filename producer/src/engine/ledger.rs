use std::collections::VecDeque;

use crate::native::report::Written;
use crate::outcome::CloseReport;

/// Delivery results of records of one epoch.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Settlement {
    pub(crate) epoch: u64,
    pub(crate) report: CloseReport,
}

impl Settlement {
    pub(crate) fn new(epoch: u64) -> Self {
        Self {
            epoch,
            ..Self::default()
        }
    }

    pub(crate) fn add(&mut self, written: Written) {
        match written {
            Written::Yes => self.report.delivered += 1,
            Written::Maybe => self.report.unknown += 1,
            Written::No => self.report.not_written += 1,
        }
    }
}

/// The limits of the queue.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    pub(crate) records: usize,
    pub(crate) bytes: usize,
}

/// Counts every record from its acceptance to its delivery result.
///
/// Records are accepted in epochs, so that a flush can wait for exactly those before it: it starts
/// a new epoch and waits until all older ones have no open record.
#[derive(Debug)]
pub(crate) struct Ledger {
    room: Room,
    /// Records and bytes that take room: those without a delivery result.
    records: usize,
    bytes: usize,
    /// Records whose delivery result has not been handed over.
    open: usize,
    first_epoch: u64,
    /// Open records of each epoch, the oldest first; never empty.
    epochs: VecDeque<usize>,
    report: CloseReport,
}

impl Ledger {
    pub(crate) fn new(room: Room) -> Self {
        Self {
            room,
            records: 0,
            bytes: 0,
            first_epoch: 0,
            open: 0,
            epochs: VecDeque::from([0]),
            report: CloseReport::default(),
        }
    }

    /// Returns whether a record of `bytes` may be sent now. A record larger than the queue is sent
    /// alone.
    pub(crate) fn fits(&self, bytes: usize) -> bool {
        self.records == 0
            || (self.records < self.room.records
                && self.bytes.saturating_add(bytes) <= self.room.bytes)
    }

    /// Accepts a record and returns its epoch.
    pub(crate) fn accept(&mut self, bytes: usize) -> u64 {
        self.records += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        self.open += 1;
        if let Some(current) = self.epochs.back_mut() {
            *current += 1;
        }
        self.current_epoch()
    }

    /// Reverts an acceptance: librdkafka refused the record.
    pub(crate) fn revoke(&mut self, epoch: u64, bytes: usize) {
        self.make_room(1, bytes);
        self.close_epoch(epoch, 1);
    }

    /// Frees the room of records whose delivery result is known.
    pub(crate) fn make_room(&mut self, records: usize, bytes: usize) {
        self.records = self.records.saturating_sub(records);
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// Enters delivery results that were handed over.
    pub(crate) fn settle(&mut self, settlement: &Settlement) {
        let report = settlement.report;
        let records = usize::try_from(report.accepted()).unwrap_or(usize::MAX);
        self.close_epoch(settlement.epoch, records);
        self.report.delivered += report.delivered;
        self.report.not_written += report.not_written;
        self.report.unknown += report.unknown;
    }

    fn close_epoch(&mut self, epoch: u64, records: usize) {
        self.open = self.open.saturating_sub(records);
        let index = usize::try_from(epoch.saturating_sub(self.first_epoch)).ok();
        if let Some(open) = index.and_then(|index| self.epochs.get_mut(index)) {
            *open = open.saturating_sub(records);
        }
        while self.epochs.len() > 1 && self.epochs.front() == Some(&0) {
            self.epochs.pop_front();
            self.first_epoch += 1;
        }
    }

    /// Starts an epoch for the records that are accepted from now on, and returns it. An epoch
    /// without records is reused.
    pub(crate) fn start_epoch(&mut self) -> u64 {
        if self.epochs.back() != Some(&0) {
            self.epochs.push_back(0);
        }
        self.current_epoch()
    }

    /// Returns whether every record that was accepted before `epoch` has its delivery result.
    pub(crate) fn is_settled_before(&self, epoch: u64) -> bool {
        self.first_epoch >= epoch || self.open == 0
    }

    /// Returns the number of records without a delivery result.
    pub(crate) fn in_flight(&self) -> usize {
        self.records
    }

    /// Returns the number of records whose delivery result has not been handed over.
    pub(crate) fn open(&self) -> usize {
        self.open
    }

    pub(crate) fn report(&self) -> CloseReport {
        self.report
    }

    pub(crate) fn current_epoch(&self) -> u64 {
        let older = self.epochs.len().saturating_sub(1);
        self.first_epoch + u64::try_from(older).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(records: usize, bytes: usize) -> Ledger {
        Ledger::new(Room { records, bytes })
    }

    fn settle(ledger: &mut Ledger, epoch: u64, bytes: usize, written: Written) {
        let mut settlement = Settlement::new(epoch);
        settlement.add(written);
        ledger.make_room(1, bytes);
        ledger.settle(&settlement);
    }

    #[test]
    fn room_ends_by_count_and_by_bytes() {
        let mut by_count = ledger(2, 1000);
        by_count.accept(1);
        assert!(by_count.fits(1));
        by_count.accept(1);
        assert!(!by_count.fits(0));

        let mut by_bytes = ledger(100, 10);
        by_bytes.accept(8);
        assert!(by_bytes.fits(2));
        assert!(!by_bytes.fits(3));
    }

    #[test]
    fn record_larger_than_the_room_goes_alone() {
        let mut ledger = ledger(100, 10);
        assert!(ledger.fits(11));
        let epoch = ledger.accept(11);
        assert!(!ledger.fits(1));
        settle(&mut ledger, epoch, 11, Written::Yes);
        assert!(ledger.fits(1));
    }

    #[test]
    fn epoch_is_settled_when_its_records_and_older_ones_are() {
        let mut ledger = ledger(100, 100);
        let (old, also_old) = (ledger.accept(1), ledger.accept(1));
        let flush = ledger.start_epoch();
        let new = ledger.accept(1);
        settle(&mut ledger, also_old, 1, Written::Yes);
        settle(&mut ledger, new, 1, Written::Yes);
        let newest = ledger.accept(1);
        assert!(!ledger.is_settled_before(flush));
        settle(&mut ledger, old, 1, Written::No);
        assert!(ledger.is_settled_before(flush));
        settle(&mut ledger, newest, 1, Written::Maybe);
        let report = ledger.report();
        assert_eq!(
            (report.delivered, report.not_written, report.unknown),
            (2, 1, 1)
        );
        assert_eq!((ledger.open(), ledger.bytes), (0, 0));
    }

    #[test]
    fn second_flush_ignores_records_sent_later() {
        let mut ledger = ledger(100, 100);
        let early = ledger.accept(1);
        let (first, second) = (ledger.start_epoch(), ledger.start_epoch());
        let mut pending = ledger.accept(1);
        assert!(!ledger.is_settled_before(first) && !ledger.is_settled_before(second));
        settle(&mut ledger, early, 1, Written::Yes);
        for _ in 0..10 {
            assert!(ledger.is_settled_before(first) && ledger.is_settled_before(second));
            let next = ledger.accept(1);
            settle(
                &mut ledger,
                std::mem::replace(&mut pending, next),
                1,
                Written::Yes,
            );
        }
    }

    #[test]
    fn flush_before_the_first_record_waits_for_none() {
        let mut ledger = ledger(100, 100);
        let flush = ledger.start_epoch();
        ledger.accept(1);
        assert!(ledger.is_settled_before(flush));
    }

    #[test]
    fn empty_epochs_do_not_pile_up() {
        let mut ledger = ledger(100, 100);
        for _ in 0..10 {
            let epoch = ledger.start_epoch();
            assert!(ledger.is_settled_before(epoch));
        }
        assert_eq!(ledger.epochs.len(), 1);
    }
}
