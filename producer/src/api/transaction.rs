//! The interface of transactions. What happens is in [`transactions`](crate::engine::transactions).

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use rdkafka::TopicPartitionList;
use rdkafka::consumer::ConsumerGroupMetadata;

use crate::engine::link::Link;
use crate::engine::slot::{Arrival, Taken};
use crate::engine::transactions::{Answer, Ending, Handle, ended};
use crate::error::Result;

/// A transaction of a producer with a
/// [`transactional_id`](crate::ProducerBuilder::transactional_id), open until it is
/// [committed](Self::commit) or [aborted](Self::abort); dropping it aborts it in the background.
///
/// Everything that any handle of the producer sends while it is open belongs to it. A record's
/// [`Delivery`](crate::Delivery) says that it is in the log; consumers that read committed records
/// only (`isolation.level`, librdkafka's default) see it once `commit` has returned `Ok`.
///
/// Copying from one topic to another exactly once, in short (`examples/copy.rs` also goes on after
/// an abort):
///
/// ```no_run
/// use std::time::Duration;
///
/// use rdkafka::consumer::{BaseConsumer, Consumer};
/// use rdkafka::{ClientConfig, Message};
/// use wireform::Bytes;
/// use wireform_producer::{Producer, Record, Topic};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let consumer: BaseConsumer = ClientConfig::new()
///     .set("bootstrap.servers", "127.0.0.1:9092")
///     .set("group.id", "copy")
///     .set("enable.auto.commit", "false")
///     .create()?;
/// consumer.subscribe(&["in"])?;
/// let producer = Producer::builder()
///     .brokers("127.0.0.1:9092")
///     .transactional_id("copy-1")
///     .build()?;
/// let out: Topic<[u8], [u8]> = producer.topic("out", Bytes, Bytes)?;
///
/// loop {
///     let transaction = producer.transaction().await?;
///     while let Some(message) = consumer.poll(Duration::from_millis(100)) {
///         let message = message?;
///         if let Some(value) = message.payload() {
///             let key = message.key().unwrap_or_default();
///             drop(out.send(Record::new(value).key(key)).await?);
///         }
///     }
///     let group = consumer.group_metadata().ok_or("no group")?;
///     transaction.send_offsets(consumer.position()?, group).await?;
///     transaction.commit().await?;
/// }
/// # }
/// ```
#[must_use = "dropping a transaction aborts it"]
pub struct Transaction(Handle<Link>);

impl Transaction {
    /// Makes `offsets` of the consumer group part of the transaction: the offset of the *next*
    /// record to read of each partition, as a consumer's `position` gives them.
    ///
    /// # Errors
    /// - `Aborted` if the transaction can only be aborted.
    /// - `Fenced` if another producer has taken over this one's transactional id.
    /// - `Timeout` if the brokers did not answer within the transaction's timeout. The transaction is
    ///   still open: call it again, or abort.
    /// - `Fatal` if the producer cannot go on.
    pub fn send_offsets(
        &self,
        offsets: TopicPartitionList,
        group: ConsumerGroupMetadata,
    ) -> impl Future<Output = Result<()>> + Send + use<> {
        arrive(
            self.0
                .call(move |link, timeout| link.send_offsets(&offsets, &group, timeout)),
        )
    }

    /// [`send_offsets`](Self::send_offsets) that blocks the thread.
    ///
    /// # Errors
    /// As `send_offsets`; `Config` in a callback, which runs on the thread that would be waited for.
    pub fn send_offsets_blocking(
        &self,
        offsets: &TopicPartitionList,
        group: &ConsumerGroupMetadata,
    ) -> Result<()> {
        self.check_thread()?;
        let link = self.0.calls()?;
        link.transactions
            .repeat_here(|timeout| link.send_offsets(offsets, group, timeout))
    }

    /// Waits for the verdicts of everything that was sent, and makes it visible, all at once.
    ///
    /// Dropping the future does not stop it.
    ///
    /// # Errors
    /// - `Aborted` if a record was not written: the transaction was aborted, nothing of it will be
    ///   seen. Safe to do all of it again.
    /// - `Fenced` if another producer has taken over this one's transactional id: nothing of it
    ///   will be seen, and this producer is of no use any more.
    /// - `Unknown` if no answer came within the transaction's timeout: it is committed or aborted
    ///   as a whole, and only the log knows which. The commit goes on in the background, and the next
    ///   [`transaction`](crate::Producer::transaction) waits for its end. If
    ///   [`is_fatal`](crate::Error::is_fatal), it cannot be finished: build another producer with the
    ///   same transactional id.
    /// - `Fatal` if the producer cannot go on.
    pub fn commit(mut self) -> impl Future<Output = Result<()>> + Send + use<> {
        arrive(self.0.end(Ending::Commit))
    }

    /// [`commit`](Self::commit) that blocks the thread.
    ///
    /// # Errors
    /// As `commit`; `Config` in a callback, which runs on the thread that would be waited for.
    pub fn commit_blocking(self) -> Result<()> {
        self.end_blocking(Ending::Commit)
    }

    /// Makes everything that was sent invisible for good. What is on its way gets up to five
    /// seconds to settle, and is thrown out then.
    ///
    /// # Errors
    /// - `Timeout` if the brokers did not answer within the transaction's timeout. The abort goes on
    ///   in the background, and the next [`transaction`](crate::Producer::transaction) waits for its
    ///   end.
    /// - `Fenced` and `Fatal` as [`commit`](Self::commit).
    ///
    /// With each of them, nothing of the transaction will be seen: the broker aborts what is left
    /// open for the transaction's timeout.
    pub fn abort(mut self) -> impl Future<Output = Result<()>> + Send + use<> {
        arrive(self.0.end(Ending::Abort))
    }

    /// [`abort`](Self::abort) that blocks the thread.
    ///
    /// # Errors
    /// As `abort`; `Config` in a callback.
    pub fn abort_blocking(self) -> Result<()> {
        self.end_blocking(Ending::Abort)
    }

    /// In a callback the transaction is dropped, which aborts it.
    fn end_blocking(mut self, how: Ending) -> Result<()> {
        self.check_thread()?;
        wait(&self.0.end(how)?)
    }

    fn check_thread(&self) -> Result<()> {
        check_thread(self.0.calls()?)
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").finish_non_exhaustive()
    }
}

/// Begins a transaction; for [`Producer::transaction`](crate::Producer::transaction).
pub(crate) fn begin(link: &Arc<Link>) -> impl Future<Output = Result<Transaction>> + Send + use<> {
    // If the future is dropped, so is the transaction that it was to bring: that aborts it.
    let begun = arrive(Ok(link.transactions.begin(link)));
    async move { begun.await.map(in_hand) }
}

pub(crate) fn begin_blocking(link: &Arc<Link>) -> Result<Transaction> {
    check_thread(link)?;
    wait(&link.transactions.begin(link)).map(in_hand)
}

fn in_hand(handle: Handle<Link>) -> Transaction {
    Transaction(handle.in_hand())
}

/// Refuses to wait on a thread that would be waited for.
fn check_thread(link: &Link) -> Result<()> {
    link.check_thread()?;
    link.transactions.check_thread()
}

async fn arrive<T>(answer: Result<Answer<T>>) -> Result<T> {
    taken(Arrival(answer?).await)
}

fn wait<T>(answer: &Answer<T>) -> Result<T> {
    answer.wait(None).map_or_else(|| Err(ended()), taken)
}

fn taken<T>(taken: Taken<Result<T>>) -> Result<T> {
    match taken {
        Taken::Value(result) => result,
        Taken::Gone => Err(ended()),
    }
}
