//! The futures of sends.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::api::delivery::Delivery;
use crate::engine::encoded_record::EncodedRecord;
use crate::engine::in_flight::InFlight;
use crate::engine::link::Link;
use crate::engine::queue::{Offered, Patience, Waiter};
use crate::engine::slot::Taken;
use crate::error::{Error, Result};

/// A send that waits for room in the queue: a future of its [`Delivery`]. See
/// [`Topic::send`](crate::Topic::send).
#[must_use = "nothing is sent until this is awaited"]
pub struct Sending {
    link: Arc<Link>,
    topic: Arc<str>,
    stage: Stage,
}

enum Stage {
    Failed(Error),
    Packed(EncodedRecord),
    Waiting(Arc<Waiter>, Arc<InFlight>),
    Done,
}

impl Sending {
    pub(crate) fn new(link: Arc<Link>, topic: Arc<str>, encoded: Result<EncodedRecord>) -> Self {
        Self {
            link,
            topic,
            stage: encoded.map_or_else(Stage::Failed, Stage::Packed),
        }
    }

    /// Continues the send; ready once the record was accepted or refused.
    pub(super) fn poll_accepted(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Arc<InFlight>>> {
        self.step(context)
            .map(|sent| sent.map_err(|error| error.for_topic(&self.topic)))
    }

    fn step(&mut self, context: &mut Context<'_>) -> Poll<Result<Arc<InFlight>>> {
        let (waiter, in_flight) = match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Done => return Poll::Ready(Err(Error::config("polled after completion"))),
            Stage::Failed(error) => return Poll::Ready(Err(error)),
            Stage::Packed(encoded) => {
                let in_flight = Arc::clone(&encoded.in_flight);
                let link = &self.link;
                match link.offer(encoded, Patience::Wait)? {
                    Offered::Accepted { .. } => return Poll::Ready(Ok(in_flight)),
                    Offered::Waiting(waiter) => (waiter, in_flight),
                }
            }
            Stage::Waiting(waiter, in_flight) => (waiter, in_flight),
        };
        match waiter.accepted.poll(context) {
            Poll::Ready(Taken::Value(accepted)) => Poll::Ready(accepted.map(|()| in_flight)),
            Poll::Ready(Taken::Gone) => Poll::Ready(Err(Error::closed())),
            Poll::Pending => {
                self.stage = Stage::Waiting(waiter, in_flight);
                Poll::Pending
            }
        }
    }
}

impl Future for Sending {
    type Output = Result<Delivery>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<Delivery>> {
        self.poll_accepted(context)
            .map(|sent| sent.map(Delivery::new))
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        if let Stage::Waiting(waiter, _) = &self.stage {
            self.link.engine.cancel(waiter);
        }
    }
}

impl fmt::Debug for Sending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sending")
            .field("topic", &self.topic)
            .finish_non_exhaustive()
    }
}
