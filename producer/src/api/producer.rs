use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wireform::Serializer;

use crate::api::topic::Topic;
use crate::api::transaction::{self, Transaction};
use crate::engine::link::Link;
use crate::engine::queue::flush_timeout;
use crate::engine::slot::{Arrival, Taken};
use crate::error::{Error, Result};
use crate::outcome::CloseReport;

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
    pub(crate) link: Arc<Link>,
}

impl Producer {
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
}

impl fmt::Debug for Producer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer")
            .field("brokers", &self.link.brokers)
            .field("in_flight", &self.in_flight())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use wireform::Utf8;

    use super::*;
    use crate::api::record::Record;
    use crate::error::ErrorKind;
    use crate::native::client;

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
        client::raise_fatal_error(&producer.link.native);

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
