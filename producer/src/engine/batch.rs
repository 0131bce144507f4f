use std::sync::Arc;
use std::task::Waker;

use crate::engine::slot::Slot;
use crate::error::Error;
use crate::outcome::Outcome;
use crate::sync::{Mutex, MutexGuard};

/// The verdicts on records that were sent together: whoever waits for them is woken once.
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
    /// Whether no more records come.
    is_sealed: bool,
}

/// The place of one record in a batch.
#[derive(Debug)]
pub(crate) struct Seat {
    batch: Arc<Batch>,
    index: usize,
}

impl Batch {
    /// A place for the verdict on the next record.
    pub(crate) fn seat(self: &Arc<Self>) -> Seat {
        let mut collected = self.lock();
        let index = collected.outcomes.len();
        collected.outcomes.push(None);
        collected.missing += 1;
        Seat {
            batch: Arc::clone(self),
            index,
        }
    }

    /// Says that all records have their seats. Gives whom to wake.
    #[must_use]
    pub(crate) fn seal(&self) -> Option<Waker> {
        let mut collected = self.lock();
        collected.is_sealed = true;
        self.finish(collected)
    }

    /// Enters that the record that was seated last was refused. Only its sender may seat more, so
    /// that it cannot be another one's.
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

impl Seat {
    /// Enters the verdict, the first one only. Gives whom to wake.
    #[must_use]
    pub(crate) fn take(&self, outcome: Outcome) -> Option<Waker> {
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
        let seats = [batch.seat(), batch.seat()];
        let is_done = || batch.done.wait(Some(std::time::Instant::now())).is_some();
        let [first, second] = &seats;
        assert!(second.take(Err(Error::closed())).is_none());
        assert!(second.take(Err(Error::closed())).is_none());
        assert!(first.take(Err(Error::queue_full())).is_none());
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
