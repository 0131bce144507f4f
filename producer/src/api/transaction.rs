//! The public interface of transactions, implemented in
//! [`transactions`](crate::engine::transactions).

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
/// Every record that any handle of the producer sends while the transaction is open belongs to it.
/// A [`Delivery`](crate::Delivery) resolves when the record is in the log; consumers that read only
/// committed records (`isolation.level`, librdkafka's default) see it once `commit` has returned
/// `Ok`.
///
/// Copying from one topic to another exactly once, in short (`examples/copy.rs` also continues
/// after an abort):
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
    /// Adds `offsets` of the consumer group to the transaction: for each partition, the offset of
    /// the *next* record to read, as a consumer's `position` returns it.
    ///
    /// # Errors
    /// - `Aborted` if the transaction can only be aborted.
    /// - `Fenced` if another producer has taken over this one's transactional id.
    /// - `Timeout` if the brokers did not answer within the transaction's timeout. The transaction
    ///   is still open: call it again, or abort.
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

    /// Calls [`send_offsets`](Self::send_offsets), blocking the thread.
    ///
    /// # Errors
    /// As `send_offsets`; `Config` in a callback, because it runs on the thread that would be
    /// waited for.
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

    /// Waits for the delivery results of all records of the transaction, and makes them visible,
    /// all at once.
    ///
    /// Dropping the future does not stop the commit.
    ///
    /// # Errors
    /// - `Aborted` if a record was not written: the transaction was aborted, and none of its
    ///   records will be visible. It is safe to repeat the whole transaction.
    /// - `Fenced` if another producer has taken over this one's transactional id: no record will be
    ///   visible, and this producer cannot be used any more.
    /// - `Unknown` if no answer came within the transaction's timeout: the transaction is committed
    ///   or aborted as a whole, and only the log shows which. The commit continues in the
    ///   background, and the next [`transaction`](crate::Producer::transaction) waits for its end.
    ///   If [`is_fatal`](crate::Error::is_fatal), it cannot be finished: build another producer
    ///   with the same transactional id.
    /// - `Fatal` if the producer cannot go on.
    pub fn commit(mut self) -> impl Future<Output = Result<()>> + Send + use<> {
        arrive(self.0.end(Ending::Commit))
    }

    /// Calls [`commit`](Self::commit), blocking the thread.
    ///
    /// # Errors
    /// As `commit`; `Config` in a callback, because it runs on the thread that would be waited for.
    pub fn commit_blocking(self) -> Result<()> {
        self.end_blocking(Ending::Commit)
    }

    /// Discards all records of the transaction. Records in flight get up to five seconds for their
    /// delivery results.
    ///
    /// # Errors
    /// - `Timeout` if the brokers did not answer within the transaction's timeout. The abort
    ///   continues in the background, and the next [`transaction`](crate::Producer::transaction)
    ///   waits for its end.
    /// - `Fenced` and `Fatal` as [`commit`](Self::commit).
    ///
    /// After each of these errors no record of the transaction will be visible: the broker aborts a
    /// transaction that stays open longer than its timeout.
    pub fn abort(mut self) -> impl Future<Output = Result<()>> + Send + use<> {
        arrive(self.0.end(Ending::Abort))
    }

    /// Calls [`abort`](Self::abort), blocking the thread.
    ///
    /// # Errors
    /// As `abort`; `Config` in a callback.
    pub fn abort_blocking(self) -> Result<()> {
        self.end_blocking(Ending::Abort)
    }

    /// Ends the transaction. In a callback, drops it instead, which aborts it.
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
    // If the future is dropped, so is the transaction that it would return, which aborts it.
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
