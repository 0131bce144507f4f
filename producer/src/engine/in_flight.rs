//! Records in flight, and the receivers of their delivery results.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::engine::batch::BatchSlot;
use crate::engine::slot::{Slot, Taken};
use crate::error::Error;
use crate::observe::metering::Started;
use crate::observe::trace::Span;
use crate::outcome::Outcome;
use crate::program;
use crate::sync::{AtomicU64, Mutex};

/// A record in flight: the opaque pointer of librdkafka's message.
pub(crate) struct InFlight {
    /// Counted twice: senders count the records, the polling thread counts the owners of the name.
    /// A single counter would move between two processors for every record.
    pub(crate) topic: Arc<Arc<str>>,
    /// The bytes of the queue that the record takes.
    pub(crate) bytes: usize,
    pub(crate) started: Started,
    pub(crate) span: Span,
    /// See `Ledger`. Written once, before librdkafka gets the record.
    epoch: AtomicU64,
    pub(crate) completion: Completion,
}

/// The receiver of the delivery result.
pub(crate) enum Completion {
    Awaited(Slot<Outcome>),
    Batch(BatchSlot),
    Callback(Mutex<Callback>),
    /// Only the producer's error hook.
    Posted,
}

/// Called once. The call drops what the callback owns; its memory is freed with the record.
type Callback = Box<dyn FnMut(Outcome) + Send>;

impl Completion {
    pub(crate) const fn awaited() -> Self {
        Self::Awaited(Slot::new())
    }

    pub(crate) fn callback(callback: impl FnOnce(Outcome) + Send + 'static) -> Self {
        let mut callback = Some(callback);
        Self::Callback(Mutex::new(Box::new(move |outcome| {
            if let Some(callback) = callback.take() {
                callback(outcome);
            }
        })))
    }
}

impl InFlight {
    pub(crate) fn new(topic: Arc<Arc<str>>, bytes: usize, completion: Completion) -> Self {
        Self {
            span: Span::begin(&topic),
            topic,
            bytes,
            started: Started::now(),
            epoch: AtomicU64::new(0),
            completion,
        }
    }

    pub(crate) fn set_epoch(&self, epoch: u64) {
        self.epoch.store(epoch, Ordering::Relaxed);
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Relaxed)
    }

    /// Passes the result to its receiver. A panic of the callback, or of the executor that is
    /// woken, ends here.
    pub(crate) fn complete(&self, outcome: Outcome) {
        let waker = match &self.completion {
            Completion::Awaited(slot) => slot.put(outcome),
            Completion::Batch(slot) => slot.fill(outcome),
            Completion::Posted => None,
            Completion::Callback(callback) => {
                let what = format_args!("a delivery callback of topic {:?}", self.topic);
                program::call(what, || callback.lock()(outcome));
                None
            }
        };
        if let Some(waker) = waker {
            program::call("a waker", || waker.wake());
        }
    }

    pub(crate) fn outcome(&self, taken: Taken<Outcome>) -> Outcome {
        match taken {
            Taken::Value(outcome) => outcome,
            Taken::Gone => Err(self.taken()),
        }
    }

    pub(crate) fn taken(&self) -> Error {
        Error::config("the delivery result was returned before").for_topic(&self.topic)
    }
}

impl fmt::Debug for InFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlight")
            .field("topic", &self.topic)
            .finish_non_exhaustive()
    }
}
