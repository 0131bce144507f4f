//! Sending many records and waiting for all their results at once.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::api::record::Record;
use crate::api::sending::Sending;
use crate::api::topic::Topic;
use crate::engine::batch::Batch;
use crate::engine::in_flight::Completion;
use crate::engine::queue::Patience;
use crate::engine::slot::Taken;
use crate::error::{Error, Result};
use crate::outcome::Outcome;

impl<K: ?Sized, V: ?Sized> Topic<K, V> {
    /// Sends `records` one after the other and waits for all delivery results at once. The results
    /// are in the order of the records, with errors for records that were refused.
    ///
    /// Each record is serialized when there is room for the one before it. The waiting task is
    /// woken when there is room and once at the end, however many records there are.
    ///
    /// If the future is dropped, records that it has not reached are not sent; the others are sent
    /// once.
    ///
    /// ```
    /// # use wireform::Utf8;
    /// # use wireform_producer::{Producer, Record, Topic};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let producer = Producer::embedded()?;
    /// let orders: Topic<str, str> = producer.topic("orders", Utf8, Utf8)?;
    /// let values = ["1 laptop", "2 mice", "3 cables"];
    /// let outcomes = orders.send_all(values.map(|value| Record::new(value).key("k"))).await;
    /// let placed: Vec<_> = outcomes.into_iter().collect::<Result<_, _>>()?;
    /// assert_eq!(placed[2].offset, Some(2));
    /// # Ok(())
    /// # }
    /// ```
    pub fn send_all<'r, I>(&self, records: I) -> SendingAll<K, V, I::IntoIter>
    where
        I: IntoIterator<Item = Record<'r, K, V>>,
        K: 'r,
        V: 'r,
    {
        SendingAll::new(self.clone(), records.into_iter())
    }

    /// Calls [`send_all`](Self::send_all), blocking the thread.
    ///
    /// # Errors
    /// `Config` in a callback, because it runs on the thread that would be waited for.
    pub fn send_all_blocking<'r>(
        &self,
        records: impl IntoIterator<Item = Record<'r, K, V>>,
    ) -> Result<Vec<Outcome>>
    where
        K: 'r,
        V: 'r,
    {
        self.link().check_thread()?;
        let batch = Arc::new(Batch::default());
        for record in records {
            let slot = batch.add_slot();
            let accepted = self
                .pack(record, Completion::Batch(slot))
                .and_then(|encoded| self.accept(encoded, Patience::Wait));
            // The slot of a refused record is the last one of the batch.
            if let Err(error) = accepted {
                batch.refuse_last(error);
            }
        }
        let _ = batch.seal();
        match batch.done.wait(None) {
            Some(Taken::Value(outcomes)) => Ok(outcomes),
            Some(Taken::Gone) | None => Err(Error::closed()),
        }
    }

    /// Starts sending the next record of a batch; its slot is in `batch`.
    fn begin(&self, record: Record<'_, K, V>, batch: &Arc<Batch>) -> Sending {
        self.sending(record, Completion::Batch(batch.add_slot()))
    }
}

/// Sends of several records: a future of their delivery results, in the order of the records. See
/// [`Topic::send_all`].
#[must_use = "nothing is sent until this is awaited"]
pub struct SendingAll<K: ?Sized, V: ?Sized, I> {
    topic: Topic<K, V>,
    /// `None` after the last record was started.
    records: Option<I>,
    current: Option<Sending>,
    batch: Arc<Batch>,
}

/// No field is pinned.
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
                // Waiting starts below.
                let _ = this.batch.seal();
            }
        }
        this.batch.done.poll(context).map(|taken| match taken {
            Taken::Value(outcomes) => outcomes,
            // Polled again after completion.
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

/// Records that one poll may send before other tasks run.
const A_TURN: usize = 1000;
