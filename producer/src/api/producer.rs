use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use wireform::Serializer;

use crate::api::builder::ProducerBuilder;
use crate::api::embedded::EmbeddedCluster;
use crate::api::settings::Settings;
use crate::api::topic::Topic;
use crate::api::transaction::{self, Transaction, Transactions};
use crate::engine::events::{Client, Events};
use crate::engine::headers::OwnHeaders;
use crate::engine::ledger::{CloseReport, Room};
use crate::engine::polling::Engine;
use crate::engine::queue::flush_timeout;
use crate::engine::slot::{Slot, Taken};
use crate::error::{Error, Result};
use crate::native::{self, MainQueue};
use crate::observe::hooks::Hooks;

/// A connection to Kafka that accounts for every record it accepts. Clones share it.
///
/// End it with [`close`](Self::close). If the last handle (of the producer, its topics and its
/// waiting sends) is dropped without that, nothing blocks: a thread gives the records that are
/// still on their way one more second, all their verdicts come, and what was lost is logged at
/// ERROR. That thread ends with the process: at the end of `main`, dropping is not enough.
///
/// After a `fork`, only the parent may use it: the child has none of its threads.
#[derive(Clone)]
pub struct Producer {
    link: Arc<Link>,
}

/// What all handles hold; when the last is gone, the polling thread ends by itself.
pub(crate) struct Link {
    pub(crate) native: Arc<Client>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) own: OwnHeaders,
    pub(crate) transactions: Transactions,
    brokers: String,
}

impl Producer {
    /// Starts to build a producer.
    pub fn builder() -> ProducerBuilder {
        ProducerBuilder::new()
    }

    /// A producer with a cluster inside this process, for examples and tests.
    ///
    /// # Errors
    /// `Config` if the [`EmbeddedCluster`] cannot be started.
    pub fn embedded() -> Result<Self> {
        Self::builder().embedded().build()
    }

    pub(crate) fn start(
        settings: &Settings,
        room: Room,
        own: OwnHeaders,
        hooks: Hooks,
        transactions: Transactions,
        brokers: String,
        cluster: Option<EmbeddedCluster>,
    ) -> Result<Self> {
        let engine = Arc::new(Engine::new(room));
        let events = Events {
            engine: Arc::clone(&engine),
            hooks,
        };
        native::check_version().map_err(Error::config)?;
        let native: Client = settings
            .to_config()
            .create_with_context(events)
            .map_err(|error| settings.rejected(&error))?;
        let native = Arc::new(native);
        let queue = Arc::new(MainQueue::new(&native));
        engine.set_producer(&native, &queue);
        let (polled, polling) = (Arc::clone(&native), Arc::clone(&engine));
        thread::Builder::new()
            .name("wireform-producer".to_owned())
            .spawn(move || {
                polling.run(polled, queue);
                // It must answer until the last record has its verdict.
                drop(cluster);
            })
            .map_err(|error| Error::config("no thread could be started").with_source(error))?;
        Ok(Self {
            link: Arc::new(Link {
                native,
                engine,
                own,
                transactions,
                brokers,
            }),
        })
    }

    /// A handle that writes keys and values of one type to `topic`.
    ///
    /// ```
    /// use wireform::{Json, Utf8};
    /// use wireform_producer::{Producer, Topic};
    ///
    /// let producer = Producer::embedded()?;
    /// let totals: Topic<str, f64> = producer.topic("totals", Utf8, Json::<f64>::new())?;
    /// assert_eq!(totals.name(), "totals");
    /// # Ok::<(), wireform_producer::Error>(())
    /// ```
    ///
    /// # Errors
    /// `Config` if Kafka allows no topic of that name.
    pub fn topic<K: ?Sized, V: ?Sized>(
        &self,
        topic: &str,
        key: impl Serializer<K> + 'static,
        value: impl Serializer<V> + 'static,
    ) -> Result<Topic<K, V>> {
        Topic::new(&self.link, topic, Arc::new(key), Arc::new(value))
    }

    /// Begins a transaction; the first time, also takes over the transactional id from any producer
    /// before this one.
    ///
    /// Needs no runtime: a thread waits for the brokers. If the future is dropped, the transaction is
    /// aborted.
    ///
    /// # Errors
    /// - `Config` if the producer has no
    ///   [`transactional_id`](crate::ProducerBuilder::transactional_id), or another transaction is
    ///   open. One that is just ending is waited for.
    /// - `Fenced` if another producer has taken over the transactional id.
    /// - `Timeout` if the brokers do not answer within the transaction's timeout, or the transaction
    ///   before this one does not end within it. Try again.
    /// - `Fatal` if the producer cannot go on, for example because the transaction before this one
    ///   can neither be committed nor aborted.
    pub fn transaction(&self) -> impl Future<Output = Result<Transaction>> + Send + use<> {
        transaction::begin(&self.link)
    }

    /// [`transaction`](Self::transaction) that blocks the thread.
    ///
    /// # Errors
    /// As `transaction`; `Config` in a callback, which runs on the thread that would be waited for.
    pub fn transaction_blocking(&self) -> Result<Transaction> {
        transaction::begin_blocking(&self.link)
    }

    /// The brokers that were named, as `host:port` with commas between.
    #[must_use]
    pub fn brokers(&self) -> &str {
        &self.link.brokers
    }

    /// How many accepted records have no verdict yet.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.link.engine.in_flight()
    }

    /// Waits until everything that was accepted before this call has its verdict and the callbacks
    /// have run; sends without lingering meanwhile.
    ///
    /// Needs no runtime. The timeout starts now, and may be noticed 50 ms late.
    ///
    /// # Errors
    /// `Timeout` if some have none yet, which changes nothing for them. `Fatal` if the producer
    /// cannot go on.
    pub fn flush(&self, timeout: Duration) -> impl Future<Output = Result<()>> + Send + use<> {
        let done = self.link.flush(timeout);
        let engine = Arc::clone(&self.link.engine);
        async move {
            match Arrival(done).await {
                Taken::Value(result) => result,
                Taken::Gone => Err(flush_timeout(engine.in_flight())),
            }
        }
    }

    /// [`flush`](Self::flush) that blocks the thread.
    ///
    /// # Errors
    /// As `flush`; `Config` in a callback, which runs on the thread that would be waited for.
    pub fn flush_blocking(&self, timeout: Duration) -> Result<()> {
        self.link.check_thread()?;
        let deadline = Instant::now().checked_add(timeout);
        match self.link.flush(timeout).wait(deadline) {
            Some(Taken::Value(result)) => result,
            Some(Taken::Gone) | None => Err(flush_timeout(self.in_flight())),
        }
    }

    /// Refuses new records, waits for the verdicts of the accepted ones, and throws out what has
    /// none after `timeout`: those get `NotWritten`, or `Unknown` if they were sent already.
    ///
    /// Sends that still wait for room fail with `Closed`; they were not accepted. Closing twice
    /// gives the same report.
    ///
    /// Needs no runtime. The timeout starts now, and may be noticed 50 ms late; throwing out takes
    /// a moment more. The future has no clock of its own: a callback that blocks keeps it waiting.
    ///
    /// # Errors
    /// None so far: that records were lost is for the report to say.
    pub fn close(
        &self,
        timeout: Duration,
    ) -> impl Future<Output = Result<CloseReport>> + Send + use<> {
        let closed = self.link.engine.close(timeout);
        async move {
            match Arrival(closed).await {
                Taken::Value(report) => Ok(report),
                Taken::Gone => Err(Error::closed()),
            }
        }
    }

    /// [`close`](Self::close) that blocks the thread.
    ///
    /// # Errors
    /// - `Config` in a callback, which runs on the thread that would be waited for.
    /// - `Timeout` if the timeout is over and no result came for another ten seconds: a callback
    ///   blocks, or the process was forked and this is the child. The records that have no result
    ///   may still be written.
    pub fn close_blocking(&self, timeout: Duration) -> Result<CloseReport> {
        self.link.check_thread()?;
        self.link.engine.close_blocking(timeout)
    }

    #[cfg(test)]
    pub(crate) fn native(&self) -> &Client {
        &self.link.native
    }
}

impl fmt::Debug for Producer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer")
            .field("brokers", &self.link.brokers)
            .field("in_flight", &self.in_flight())
            .finish_non_exhaustive()
    }
}

impl Link {
    /// Refuses to wait on the thread that would be waited for.
    pub(crate) fn check_thread(&self) -> Result<()> {
        if self.engine.is_polling_thread() {
            return Err(Error::config(
                "a callback cannot wait for its own producer's verdicts",
            ));
        }
        Ok(())
    }

    pub(crate) fn flush(&self, timeout: Duration) -> Arc<Slot<Result<()>>> {
        self.engine.flush(&self.native, timeout)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.engine.release();
    }
}

/// A [`Slot`] as a future.
pub(crate) struct Arrival<T>(pub(crate) Arc<Slot<T>>);

impl<T> Future for Arrival<T> {
    type Output = Taken<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Taken<T>> {
        self.0.poll(context)
    }
}

#[cfg(test)]
mod tests {
    use wireform::Utf8;

    use super::*;
    use crate::api::record::Record;
    use crate::error::ErrorKind;

    #[test]
    fn after_a_fatal_error_everything_fails_as_fatal() {
        let builder = Producer::builder().brokers("127.0.0.1:1").queue_records(1);
        let producer = builder.build().unwrap();
        let orders: Topic<str, str> = producer.topic("orders", Utf8, Utf8).unwrap();
        let mut pending = orders.try_send(Record::new("pending")).unwrap();
        let waiting = thread::spawn({
            let orders = orders.clone();
            move || orders.send_blocking(Record::new("waiting")).map(drop)
        });
        native::raise_fatal_error(producer.native());

        let soon = Duration::from_secs(10);
        for error in [
            pending.wait(soon).unwrap().unwrap_err(),
            wireform_limits::join(waiting, wireform_limits::LIMIT).unwrap_err(),
            orders.send_blocking(Record::new("later")).unwrap_err(),
            producer.flush_blocking(soon).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Fatal, "{error}");
            assert!(error.is_fatal() && !error.is_retryable());
        }
        let report = producer.close_blocking(soon).unwrap();
        assert_eq!((report.not_written, report.accepted()), (1, 1));
    }
}
