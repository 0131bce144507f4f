use std::sync::Arc;
use std::task::Waker;

use crate::engine::slot::Slot;
use crate::error::Error;
use crate::outcome::Outcome;
use crate::sync::{Mutex, MutexGuard};

/// The delivery results of records that were sent together. Their waiter is woken once.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    collected: Mutex<Collected>,
    pub(crate) done: Slot<Vec<Outcome>>,
}

#[derive(Debug, Default)]
struct Collected {
    /// In the order of the records.
    outcomes: Vec<Option<Outcome>>,
    missing: usize,
    /// True if no more records are added.
    is_sealed: bool,
}

/// The place for the result of one record of a batch.
#[derive(Debug)]
pub(crate) struct BatchSlot {
    batch: Arc<Batch>,
    index: usize,
}

impl Batch {
    /// Adds a slot for the result of the next record.
    pub(crate) fn add_slot(self: &Arc<Self>) -> BatchSlot {
        let mut collected = self.lock();
        let index = collected.outcomes.len();
        collected.outcomes.push(None);
        collected.missing += 1;
        BatchSlot {
            batch: Arc::clone(self),
            index,
        }
    }

    /// Ends the batch: no more slots are added. Returns the waker of its waiter if it is complete.
    #[must_use]
    pub(crate) fn seal(&self) -> Option<Waker> {
        let mut collected = self.lock();
        collected.is_sealed = true;
        self.finish(collected)
    }

    /// Fills the last slot with the error of a record that was refused. Only the sender of a batch
    /// adds slots, so that the last one is that record's.
    pub(crate) fn refuse_last(&self, error: Error) {
        let mut collected = self.lock();
        let Collected {
            outcomes, missing, ..
        } = &mut *collected;
        if let Some(place @ None) = outcomes.last_mut() {
            *place = Some(Err(error));
            *missing -= 1;
        }
    }

    fn finish(&self, mut collected: MutexGuard<'_, Collected>) -> Option<Waker> {
        if !collected.is_sealed || collected.missing > 0 {
            return None;
        }
        let outcomes = std::mem::take(&mut collected.outcomes);
        drop(collected);
        self.done.put(outcomes.into_iter().flatten().collect())
    }

    fn lock(&self) -> MutexGuard<'_, Collected> {
        self.collected.lock()
    }
}

impl BatchSlot {
    /// Fills the slot, once. Returns the waker of the batch's waiter if it is complete.
    #[must_use]
    pub(crate) fn fill(&self, outcome: Outcome) -> Option<Waker> {
        let mut collected = self.batch.lock();
        let place = collected.outcomes.get_mut(self.index)?;
        if place.is_some() {
            return None;
        }
        *place = Some(outcome);
        collected.missing -= 1;
        self.batch.finish(collected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::slot::Taken;

    #[test]
    fn batch_is_done_when_it_is_sealed_and_complete() {
        let batch = Arc::new(Batch::default());
        let slots = [batch.add_slot(), batch.add_slot()];
        let is_done = || batch.done.wait(Some(std::time::Instant::now())).is_some();
        let [first, second] = &slots;
        assert!(second.fill(Err(Error::closed())).is_none());
        assert!(second.fill(Err(Error::closed())).is_none());
        assert!(first.fill(Err(Error::queue_full())).is_none());
        assert!(!is_done());
        assert!(batch.seal().is_none());
        let Some(Taken::Value(outcomes)) = batch.done.wait(None) else {
            panic!("not done");
        };
        let kinds: Vec<_> = outcomes
            .iter()
            .map(|outcome| outcome.as_ref().map_err(Error::kind).err())
            .collect();
        use crate::ErrorKind::{Closed, QueueFull};
        assert_eq!(kinds, [Some(QueueFull), Some(Closed)]);
    }
}
