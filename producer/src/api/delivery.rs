use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::engine::in_flight::{Completion, InFlight};
use crate::outcome::Outcome;
use crate::sync;

/// The delivery result of an accepted record, as a future; without a runtime, call
/// [wait](Delivery::wait).
///
/// The result always arrives, within the delivery timeout and two seconds: also after
/// [`close`](crate::Producer::close), a fatal error, or when the producer is dropped. Dropping a
/// `Delivery` does not cancel the record.
#[must_use = "dropping it means never learning whether the record was written"]
pub struct Delivery {
    in_flight: Arc<InFlight>,
}

impl Delivery {
    pub(crate) fn new(in_flight: Arc<InFlight>) -> Self {
        Self { in_flight }
    }

    /// Blocks the thread until the result arrives, for at most `timeout`. Returns `None` if there
    /// is no result yet: the record is still in flight. Wait again, or drop the `Delivery`; do not
    /// send the record again, which would write it twice.
    ///
    /// In a [callback](crate::Topic::send_with) the result never arrives: callbacks run on the
    /// thread that returns the results.
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
    /// - `Unknown`: the record may be in the log.
    /// - `Config`: the result was returned already.
    pub fn wait(&mut self, timeout: Duration) -> Option<Outcome> {
        let Completion::Awaited(slot) = &self.in_flight.completion else {
            return Some(Err(self.in_flight.taken()));
        };
        let taken = slot.wait(sync::now().checked_add(timeout))?;
        Some(self.in_flight.outcome(taken))
    }
}

impl Future for Delivery {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        match &self.in_flight.completion {
            Completion::Awaited(slot) => slot
                .poll(context)
                .map(|taken| self.in_flight.outcome(taken)),
            _ => Poll::Ready(Err(self.in_flight.taken())),
        }
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("topic", &self.in_flight.topic)
            .finish_non_exhaustive()
    }
}
