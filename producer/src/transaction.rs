//! Transactions: librdkafka's calls block, so that each runs on a thread of its own.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::consumer::ConsumerGroupMetadata;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::Producer as _;

use crate::error::{Error, ErrorKind, Result};
use crate::producer::{Arrival, Link};
use crate::slot::{Slot, Taken};

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
pub struct Transaction {
    /// `None` once it has ended.
    link: Option<Arc<Link>>,
}

impl Transaction {
    /// Whoever asked for it has it.
    fn in_hand(self) -> Self {
        if let Some(link) = &self.link {
            link.transactions.enter(Phase::Open);
        }
        self
    }

    /// Makes `offsets` of the consumer group part of the transaction: the offset of the *next*
    /// record to read of each partition, as a consumer's `position` gives them.
    ///
    /// # Errors
    /// - `Aborted` if the transaction can only be aborted.
    /// - `Fenced` if another producer has taken over this one's transactional id.
    /// - `Fatal` and `Timeout` as [`commit`](Self::commit).
    pub fn send_offsets(
        &self,
        offsets: TopicPartitionList,
        group: ConsumerGroupMetadata,
    ) -> impl Future<Output = Result<()>> + Send + use<> {
        let call = move |link: &Arc<Link>| send_offsets(link, &offsets, &group);
        let done = self.link.as_ref().map(|link| spawn(link, call));
        async move { arrive(done).await }
    }

    /// [`send_offsets`](Self::send_offsets) that blocks the thread.
    ///
    /// # Errors
    /// As `send_offsets`.
    pub fn send_offsets_blocking(
        &self,
        offsets: &TopicPartitionList,
        group: &ConsumerGroupMetadata,
    ) -> Result<()> {
        match &self.link {
            Some(link) => send_offsets(link, offsets, group),
            None => Err(ended()),
        }
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
    ///   as a whole, and only the log knows which.
    /// - `Fatal` if the producer cannot go on.
    pub fn commit(mut self) -> impl Future<Output = Result<()>> + Send + use<> {
        let done = self.link.take().map(|link| end(&link, commit));
        async move { arrive(done).await }
    }

    /// [`commit`](Self::commit) that blocks the thread.
    ///
    /// # Errors
    /// As `commit`; `Config` in a callback, which runs on the thread that would be waited for.
    pub fn commit_blocking(mut self) -> Result<()> {
        let link = self.take_blocking()?;
        commit(&link)
    }

    /// Makes everything that was sent invisible for good. What is on its way gets up to five
    /// seconds to settle, and is thrown out then.
    ///
    /// # Errors
    /// `Fenced`, `Fatal`, `Timeout`. Nothing of it will be seen all the same: the broker aborts
    /// what is left open for the transaction's timeout.
    pub fn abort(mut self) -> impl Future<Output = Result<()>> + Send + use<> {
        let done = self.link.take().map(|link| end(&link, abort));
        async move { arrive(done).await }
    }

    /// [`abort`](Self::abort) that blocks the thread.
    ///
    /// # Errors
    /// As `abort`; `Config` in a callback.
    pub fn abort_blocking(mut self) -> Result<()> {
        let link = self.take_blocking()?;
        abort(&link)
    }

    /// In a callback the link stays, for `drop` to abort.
    fn take_blocking(&mut self) -> Result<Arc<Link>> {
        self.link.as_ref().ok_or_else(ended)?.check_thread()?;
        self.link.take().ok_or_else(ended)
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(link) = self.link.take() {
            drop(end(&link, |link| {
                abort(link).inspect_err(|error| {
                    log::warn!("a transaction that was dropped could not be aborted: {error}");
                })
            }));
        }
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").finish_non_exhaustive()
    }
}

/// How far a transactional producer is. One transaction at a time.
#[derive(Debug)]
pub(crate) struct Transactions {
    phase: Mutex<Phase>,
    changed: Condvar,
    /// `None` if the producer is not transactional.
    timeout: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The brokers do not know this producer yet.
    Fresh,
    Idle,
    /// Begun, or about to be, and not yet in anybody's hands.
    Opening,
    Open,
    Ending,
}

impl Transactions {
    pub(crate) fn new(timeout: Option<Duration>) -> Self {
        Self {
            phase: Mutex::new(Phase::Fresh),
            changed: Condvar::new(),
            timeout,
        }
    }

    fn timeout(&self) -> Duration {
        self.timeout.unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, phase: Phase) {
        *self.lock() = phase;
        self.changed.notify_all();
    }

    /// Waits for the end of a transaction that is ending, or whose beginning was given up, and
    /// opens the next.
    fn open(&self) -> Result<Phase> {
        let is_moving = |phase: &mut Phase| matches!(phase, Phase::Opening | Phase::Ending);
        let phase = self
            .changed
            .wait_timeout_while(self.lock(), self.timeout(), is_moving);
        let (mut phase, _) = phase.unwrap_or_else(PoisonError::into_inner);
        match *phase {
            Phase::Fresh | Phase::Idle => Ok(std::mem::replace(&mut *phase, Phase::Opening)),
            Phase::Opening | Phase::Open | Phase::Ending => {
                Err(Error::config("another transaction is still open"))
            }
        }
    }
}

/// Begins a transaction; for [`Producer::transaction`](crate::Producer::transaction).
pub(crate) fn begin(link: &Arc<Link>) -> impl Future<Output = Result<Transaction>> + Send + use<> {
    // If the future is dropped, so is the transaction that it was to bring: that aborts it.
    let opened = spawn(link, open);
    async move { arrive(Some(opened)).await.map(Transaction::in_hand) }
}

pub(crate) fn begin_blocking(link: &Arc<Link>) -> Result<Transaction> {
    link.check_thread()?;
    open(link).map(Transaction::in_hand)
}

fn open(link: &Arc<Link>) -> Result<Transaction> {
    let transactions = &link.transactions;
    if transactions.timeout.is_none() {
        return Err(Error::config("the producer has no transactional id"));
    }
    let before = transactions.open()?;
    let begun = begin_native(link, before);
    if let Err((phase, error)) = begun {
        transactions.enter(phase);
        return Err(error);
    }
    let link = Some(Arc::clone(link));
    Ok(Transaction { link })
}

/// The error comes with the phase that is left.
fn begin_native(link: &Link, before: Phase) -> Result<(), (Phase, Error)> {
    let timeout = link.transactions.timeout();
    if before == Phase::Fresh {
        retry(timeout, |left| link.native.init_transactions(left))
            .map_err(|error| (Phase::Fresh, error))?;
    }
    let begun = link.native.begin_transaction();
    begun.map_err(|error| (Phase::Idle, transaction_error(&error)))
}

fn send_offsets(
    link: &Link,
    offsets: &TopicPartitionList,
    group: &ConsumerGroupMetadata,
) -> Result<()> {
    retry(link.transactions.timeout(), |left| {
        link.native
            .send_offsets_to_transaction(offsets, group, left)
    })
}

fn commit(link: &Link) -> Result<()> {
    link.transactions.enter(Phase::Ending);
    let committed = try_commit(link);
    if let Err(error) = &committed
        && error.kind() == ErrorKind::Aborted
    {
        let timeout = link.transactions.timeout();
        // That it must be aborted is the news; the broker does so anyway in time.
        let _ = retry(timeout, |left| link.native.abort_transaction(left));
    }
    link.transactions.enter(Phase::Idle);
    committed
}

fn try_commit(link: &Link) -> Result<()> {
    let timeout = link.transactions.timeout();
    // Verdicts come on the polling thread only: librdkafka's own flush would bring them here.
    let flushed = link.flush(timeout).wait(None);
    if let Some(Taken::Value(Err(error))) = flushed {
        return Err(if error.kind() == ErrorKind::Timeout {
            Error::new(ErrorKind::Aborted, "records were not acknowledged in time")
        } else {
            error
        });
    }
    retry(timeout, |left| link.native.commit_transaction(left)).map_err(|error| {
        if error.kind() == ErrorKind::Timeout {
            let message = "nobody said whether the transaction was committed";
            return Error::new(ErrorKind::Unknown, message);
        }
        error
    })
}

fn abort(link: &Link) -> Result<()> {
    link.transactions.enter(Phase::Ending);
    let timeout = link.transactions.timeout();
    // Librdkafka would end the transaction while the broker still adds partitions to it, and a
    // Kafka of version 4 calls that an invalid state: a fatal error. What has its verdict is in.
    let _ = link.flush(SETTLING.min(timeout)).wait(None);
    let aborted = retry(timeout, |left| link.native.abort_transaction(left));
    link.transactions.enter(Phase::Idle);
    aborted
}

/// Repeats a call of librdkafka as long as that helps.
fn retry(timeout: Duration, call: impl Fn(Duration) -> Result<(), KafkaError>) -> Result<()> {
    let deadline = Instant::now() + timeout;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let Err(error) = call(left) else {
            return Ok(());
        };
        if !is_retriable(&error) {
            return Err(transaction_error(&error));
        }
        if left.is_zero() {
            let message = "the brokers did not answer in time";
            return Err(Error::new(ErrorKind::Timeout, message).with_source(error));
        }
        // An error that says "again" may come at once.
        thread::sleep(PAUSE.min(left));
    }
}

fn is_retriable(error: &KafkaError) -> bool {
    matches!(error, KafkaError::Transaction(error) if error.is_retriable())
        || matches!(error, KafkaError::Flush(_))
}

fn transaction_error(error: &KafkaError) -> Error {
    use RDKafkaErrorCode::{Fenced, InvalidProducerEpoch, ProducerFenced};
    let KafkaError::Transaction(reason) = error else {
        return Error::config("the transaction failed").with_source(error.clone());
    };
    let kind = match reason.code() {
        Fenced | ProducerFenced | InvalidProducerEpoch => ErrorKind::Fenced,
        _ if reason.is_fatal() => ErrorKind::Fatal,
        _ if reason.txn_requires_abort() => ErrorKind::Aborted,
        _ if reason.is_retriable() => ErrorKind::Timeout,
        _ => ErrorKind::Config,
    };
    Error::new(kind, reason.string())
}

fn ended() -> Error {
    Error::config("the transaction has ended")
}

/// Ends a transaction on a thread of its own. From here on, who begins the next one waits for that.
fn end(
    link: &Arc<Link>,
    call: impl FnOnce(&Link) -> Result<()> + Send + 'static,
) -> Arc<Slot<Result<()>>> {
    link.transactions.enter(Phase::Ending);
    spawn(link, move |link| call(link))
}

/// Runs a call of librdkafka that blocks on a thread of its own.
fn spawn<T: Send + 'static>(
    link: &Arc<Link>,
    call: impl FnOnce(&Arc<Link>) -> Result<T> + Send + 'static,
) -> Arc<Slot<Result<T>>> {
    let done = Arc::new(Slot::new());
    let (link, told) = (Arc::clone(link), Arc::clone(&done));
    let started = thread::Builder::new()
        .name("wireform-transaction".to_owned())
        .spawn(move || {
            let result = call(&link);
            // Before the answer: whoever gets it may count on the handle being gone.
            drop(link);
            if let Some(waker) = told.put(result) {
                waker.wake();
            }
        });
    if let Err(error) = started {
        let error = Error::config("no thread could be started").with_source(error);
        let _ = done.put(Err(error));
    }
    done
}

async fn arrive<T>(done: Option<Arc<Slot<Result<T>>>>) -> Result<T> {
    let done = done.ok_or_else(ended)?;
    match Arrival(done).await {
        Taken::Value(result) => result,
        Taken::Gone => Err(ended()),
    }
}

const PAUSE: Duration = Duration::from_millis(100);
/// What the records of a transaction get to settle before it is aborted.
const SETTLING: Duration = Duration::from_secs(5);
