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
/// waiting sends) is dropped without a close, nothing blocks: a background thread gives records in
/// flight one more second, every delivery result arrives, and lost records are logged at ERROR.
/// That thread ends with the process: at the end of `main`, dropping is not enough.
///
/// After a `fork`, only the parent may use it: the child has none of its threads.
#[derive(Clone)]
pub struct Producer {
    pub(crate) link: Arc<Link>,
}

impl Producer {
    /// Returns a handle that sends keys and values of one type to `topic`.
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
    /// `Config` if the name of the topic is invalid.
    pub fn topic<K: ?Sized, V: ?Sized>(
        &self,
        topic: &str,
        key: impl Serializer<K> + 'static,
        value: impl Serializer<V> + 'static,
    ) -> Result<Topic<K, V>> {
        Topic::new(&self.link, topic, Arc::new(key), Arc::new(value))
    }

    /// Begins a transaction; the first call also takes over the transactional id from an earlier
    /// producer.
    ///
    /// Needs no runtime: a thread waits for the brokers. If the future is dropped, the transaction
    /// is aborted.
    ///
    /// # Errors
    /// - `Config` if the producer has no
    ///   [`transactional_id`](crate::ProducerBuilder::transactional_id), or another transaction is
    ///   open. One that is just ending is waited for.
    /// - `Fenced` if another producer has taken over the transactional id.
    /// - `Timeout` if the brokers do not answer within the transaction's timeout, or the
    ///   transaction before this one does not end within it. Try again.
    /// - `Fatal` if the producer cannot go on, for example because the transaction before this one
    ///   can neither be committed nor aborted.
    pub fn transaction(&self) -> impl Future<Output = Result<Transaction>> + Send + use<> {
        transaction::begin(&self.link)
    }

    /// Begins a [`transaction`](Self::transaction), blocking the thread.
    ///
    /// # Errors
    /// As `transaction`; `Config` in a callback, because it runs on the thread that would be waited
    /// for.
    pub fn transaction_blocking(&self) -> Result<Transaction> {
        transaction::begin_blocking(&self.link)
    }

    /// Returns the brokers that were set, as `host:port` separated by commas.
    #[must_use]
    pub fn brokers(&self) -> &str {
        &self.link.brokers
    }

    /// Returns the number of accepted records without a delivery result.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.link.engine.in_flight()
    }

    /// Waits until every record that was accepted before this call has its delivery result and its
    /// callback has run. Batches are sent without lingering meanwhile.
    ///
    /// Needs no runtime. The timeout starts now, and may be noticed 50 ms late.
    ///
    /// # Errors
    /// `Timeout` if some records have no result yet; they stay in flight. `Fatal` if the producer
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

    /// Calls [`flush`](Self::flush), blocking the thread.
    ///
    /// # Errors
    /// As `flush`; `Config` in a callback, because it runs on the thread that would be waited for.
    pub fn flush_blocking(&self, timeout: Duration) -> Result<()> {
        self.link.check_thread()?;
        let deadline = Instant::now().checked_add(timeout);
        match self.link.flush(timeout).wait(deadline) {
            Some(Taken::Value(result)) => result,
            Some(Taken::Gone) | None => Err(flush_timeout(self.in_flight())),
        }
    }

    /// Refuses new records, waits for the delivery results of accepted ones, and gives up on the
    /// rest after `timeout`: they get `NotWritten`, or `Unknown` if they were sent already.
    ///
    /// Sends that still wait for room fail with `Closed`; they were not accepted. Closing twice
    /// returns the same report.
    ///
    /// Needs no runtime. The timeout starts now, and may be noticed 50 ms late; giving up takes a
    /// little longer. The future has no clock of its own: a callback that blocks delays it.
    ///
    /// # Errors
    /// None so far: lost records are in the report.
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

    /// Calls [`close`](Self::close), blocking the thread.
    ///
    /// # Errors
    /// - `Config` in a callback, because it runs on the thread that would be waited for.
    /// - `Timeout` if the timeout is over and no result arrived for another ten seconds: a callback
    ///   blocks, or the process was forked and this is the child. Records without a result may
    ///   still be written.
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
