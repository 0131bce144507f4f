//! The futures of sends.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::api::delivery::{Delivery, Outcome, Ticket};
use crate::api::producer::Link;
use crate::api::record::Record;
use crate::api::topic::Topic;
use crate::engine::batch::Batch;
use crate::engine::parcel::Parcel;
use crate::engine::queue::{Offered, Patience, Waiter};
use crate::engine::slot::Taken;
use crate::error::{Error, Result};

/// A record on its way into the queue: a future of its [`Delivery`]. See [`Topic::send`].
#[must_use = "nothing is sent until this is awaited"]
pub struct Sending {
    link: Arc<Link>,
    topic: Arc<str>,
    stage: Stage,
}

enum Stage {
    Failed(Error),
    Packed(Parcel),
    Waiting(Arc<Waiter>, Arc<Ticket>),
    Done,
}

impl Sending {
    pub(crate) fn new(link: Arc<Link>, topic: Arc<str>, parcel: Result<Parcel>) -> Self {
        Self {
            link,
            topic,
            stage: parcel.map_or_else(Stage::Failed, Stage::Packed),
        }
    }

    /// Goes on; ready once the record was accepted or refused.
    fn poll_accepted(&mut self, context: &mut Context<'_>) -> Poll<Result<Arc<Ticket>>> {
        self.step(context)
            .map(|sent| sent.map_err(|error| error.for_topic(&self.topic)))
    }

    fn step(&mut self, context: &mut Context<'_>) -> Poll<Result<Arc<Ticket>>> {
        let (waiter, ticket) = match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Done => return Poll::Ready(Err(Error::config("it was sent before"))),
            Stage::Failed(error) => return Poll::Ready(Err(error)),
            Stage::Packed(parcel) => {
                let ticket = Arc::clone(&parcel.ticket);
                let link = &self.link;
                match link.engine.offer(&link.native, parcel, Patience::Wait)? {
                    Offered::Accepted { .. } => return Poll::Ready(Ok(ticket)),
                    Offered::Waiting(waiter) => (waiter, ticket),
                }
            }
            Stage::Waiting(waiter, ticket) => (waiter, ticket),
        };
        match waiter.accepted.poll(context) {
            Poll::Ready(Taken::Value(accepted)) => Poll::Ready(accepted.map(|()| ticket)),
            Poll::Ready(Taken::Gone) => Poll::Ready(Err(Error::closed())),
            Poll::Pending => {
                self.stage = Stage::Waiting(waiter, ticket);
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

/// Records on their way into the queue and then to their verdicts: a future of their outcomes, in
/// their order. See [`Topic::send_all`].
#[must_use = "nothing is sent until this is awaited"]
pub struct SendingAll<K: ?Sized, V: ?Sized, I> {
    topic: Topic<K, V>,
    /// `None` once all were begun.
    records: Option<I>,
    current: Option<Sending>,
    batch: Arc<Batch>,
}

/// Nothing in it is pinned.
impl<K: ?Sized, V: ?Sized, I> Unpin for SendingAll<K, V, I> {}

impl<K: ?Sized, V: ?Sized, I> SendingAll<K, V, I> {
    pub(crate) fn new(topic: Topic<K, V>, records: I) -> Self {
        Self {
            topic,
            records: Some(records),
            current: None,
            batch: Arc::new(Batch::default()),
        }
    }
}

impl<'r, K, V, I> Future for SendingAll<K, V, I>
where
    K: ?Sized + 'r,
    V: ?Sized + 'r,
    I: Iterator<Item = Record<'r, K, V>>,
{
    type Output = Vec<Outcome>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Vec<Outcome>> {
        let this = self.get_mut();
        let mut begun = 0;
        while let Some(records) = &mut this.records {
            if let Some(sending) = &mut this.current {
                let Poll::Ready(accepted) = sending.poll_accepted(context) else {
                    return Poll::Pending;
                };
                this.current = None;
                if let Err(error) = accepted {
                    this.batch.refuse_last(error);
                }
            }
            if begun == A_TURN {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            begun += 1;
            if let Some(record) = records.next() {
                this.current = Some(this.topic.begin(record, &this.batch));
            } else {
                this.records = None;
                // Nobody waits yet: that is below.
                let _ = this.batch.seal();
            }
        }
        this.batch.done.poll(context).map(|taken| match taken {
            Taken::Value(outcomes) => outcomes,
            // Polled again after it was ready.
            Taken::Gone => Vec::new(),
        })
    }
}

impl<K: ?Sized, V: ?Sized, I> fmt::Debug for SendingAll<K, V, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendingAll")
            .field("topic", &self.topic.name())
            .finish_non_exhaustive()
    }
}

/// Records that one poll may send before other tasks get their turn.
const A_TURN: usize = 1000;
