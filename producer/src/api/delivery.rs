use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::api::record::Timestamp;
use crate::engine::batch::Seat;
use crate::engine::slot::{Slot, Taken};
use crate::error::{Error, Result};
use crate::observe::metering::Started;
use crate::observe::trace::Span;
use crate::program;
use crate::sync::{self, AtomicU64, Mutex};

/// Where a record ended up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Placed {
    /// The topic.
    pub topic: Arc<str>,
    /// The partition, from 0.
    pub partition: i32,
    /// The place in the partition, from 0.
    ///
    /// `None` if the broker did not say: a repeated request of an idempotent producer was answered
    /// with "I have this already", or acknowledgements were switched off.
    pub offset: Option<i64>,
    /// The time that the record carries in the log.
    pub timestamp: PlacedTimestamp,
}

/// The time of a record in the log, and whose clock it is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PlacedTimestamp {
    /// The time that the record was given, or the time of sending (`message.timestamp.type =
    /// CreateTime`, Kafka's default).
    CreateTime(Timestamp),
    /// The broker's time of writing (`message.timestamp.type = LogAppendTime`).
    LogAppendTime(Timestamp),
    /// The broker did not say; see [`Placed::offset`].
    Unknown,
}

/// What became of a record: its place, or an error whose [kind](crate::ErrorKind) says whether it may
/// be in the log.
pub type Outcome = Result<Placed>;

/// The delivery result of an accepted record, to come: a future, or something to
/// [wait](Delivery::wait) for without one.
///
/// The result always comes, within the delivery timeout and two seconds: also after
/// [`close`](crate::Producer::close), a fatal error, or when the producer is dropped. Dropping a
/// `Delivery` does not cancel anything.
#[must_use = "dropping it means never learning whether the record was written"]
pub struct Delivery {
    ticket: Arc<Ticket>,
}

impl Delivery {
    pub(crate) fn new(ticket: Arc<Ticket>) -> Self {
        Self { ticket }
    }

    /// Blocks the thread until the result is there, for at most `timeout`. Returns `None` if there
    /// is no result yet: the record is still on its way. Wait again, or drop the `Delivery`; do not
    /// send the record again, which would write it twice.
    ///
    /// In a [callback](crate::Topic::send_with) this waits in vain: callbacks run on the thread
    /// that brings the results.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use wireform::Utf8;
    /// use wireform_producer::{Producer, Record, Topic};
    ///
    /// let producer = Producer::embedded()?;
    /// let orders: Topic<str, str> = producer.topic("orders", Utf8, Utf8)?;
    /// let mut delivery = orders.send_blocking(Record::new("3 cables"))?;
    /// let result = loop {
    ///     match delivery.wait(Duration::from_secs(10)) {
    ///         Some(result) => break result,
    ///         None => eprintln!("still on its way"),
    ///     }
    /// };
    /// assert_eq!(result?.offset, Some(0));
    /// # Ok::<(), wireform_producer::Error>(())
    /// ```
    ///
    /// # Errors
    /// - `NotWritten`, `TooLarge`, `Fatal`: the record is not in the log.
    /// - `Unknown`: it may be.
    /// - `Config`: the result was returned before.
    pub fn wait(&mut self, timeout: Duration) -> Option<Outcome> {
        let Completion::Awaited(slot) = &self.ticket.completion else {
            return Some(Err(self.ticket.taken()));
        };
        let taken = slot.wait(sync::now().checked_add(timeout))?;
        Some(self.ticket.outcome(taken))
    }
}

impl Future for Delivery {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        match &self.ticket.completion {
            Completion::Awaited(slot) => slot.poll(context).map(|taken| self.ticket.outcome(taken)),
            _ => Poll::Ready(Err(self.ticket.taken())),
        }
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("topic", &self.ticket.topic)
            .finish_non_exhaustive()
    }
}

/// A record on its way: travels through librdkafka as the message's opaque pointer.
pub(crate) struct Ticket {
    /// Counted twice: senders count the tickets, the polling thread counts who has the name. One
    /// counter would go to and fro between two processors for every record.
    pub(crate) topic: Arc<Arc<str>>,
    /// What it takes of the queue's bytes.
    pub(crate) bytes: usize,
    pub(crate) started: Started,
    pub(crate) span: Span,
    /// See `Ledger`. Written once, before librdkafka gets the ticket.
    epoch: AtomicU64,
    completion: Completion,
}

/// Who gets the verdict.
pub(crate) enum Completion {
    Awaited(Slot<Outcome>),
    Batch(Seat),
    Callback(Mutex<Callback>),
    /// Nobody but the producer's error hook.
    Posted,
}

/// Called once. What it was made of goes with that call, its memory with the ticket.
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

impl Ticket {
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

    /// Brings the result to where it is waited for. A panic of the callback, or of the executor
    /// that is woken, ends here.
    pub(crate) fn complete(&self, outcome: Outcome) {
        let waker = match &self.completion {
            Completion::Awaited(slot) => slot.put(outcome),
            Completion::Batch(seat) => seat.take(outcome),
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

    fn outcome(&self, taken: Taken<Outcome>) -> Outcome {
        match taken {
            Taken::Value(outcome) => outcome,
            Taken::Gone => Err(self.taken()),
        }
    }

    fn taken(&self) -> Error {
        Error::config("the delivery result was returned before").for_topic(&self.topic)
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket")
            .field("topic", &self.topic)
            .finish_non_exhaustive()
    }
}
