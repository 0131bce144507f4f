//! The connection between the handles of a producer and its client.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rdkafka::TopicPartitionList;
use rdkafka::consumer::ConsumerGroupMetadata;
use rdkafka::producer::Producer as _;

use crate::engine::encoded_record::EncodedRecord;
use crate::engine::event_buffer::Queue;
use crate::engine::events::{Client, Events};
use crate::engine::headers::OwnHeaders;
use crate::engine::ledger::Room;
use crate::engine::partitioning::Partitioning;
use crate::engine::queue::{Offered, Patience, flush_timeout};
use crate::engine::shared::Engine;
use crate::engine::slot::{Slot, Taken};
use crate::engine::transactions::{self, Calls, SLICE};
use crate::error::{Error, Result};
use crate::native::client::{self, Failure};
use crate::observe::hooks::Hooks;
use crate::sync;

/// The shared part of all handles; when the last one is dropped, the polling thread ends.
pub(crate) struct Link {
    pub(crate) native: Arc<Client>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) own: OwnHeaders,
    pub(crate) transactions: Transactions,
    pub(crate) brokers: String,
}

/// The parts of a link.
pub(crate) struct LinkParts {
    pub(crate) room: Room,
    pub(crate) own: OwnHeaders,
    pub(crate) hooks: Hooks,
    pub(crate) partitioning: Option<Partitioning>,
    pub(crate) transactions: Transactions,
    pub(crate) brokers: String,
}

/// The transactions of a producer.
pub(crate) type Transactions = transactions::Transactions<Link>;

impl Link {
    /// Connects in the background. `create` creates the client with its context; `kept` is dropped
    /// when the last record has its result and the client is gone.
    pub(crate) fn start(
        parts: LinkParts,
        create: impl FnOnce(Events) -> Result<Client>,
        kept: impl Send + 'static,
    ) -> Result<Arc<Self>> {
        client::check_version().map_err(Error::config)?;
        let engine = Arc::new(Engine::new(parts.room));
        let events = Events::new(Arc::clone(&engine), parts.hooks, parts.partitioning);
        let native = Arc::new(create(events)?);
        native.context().set_client(&native);
        let queue = Arc::new(Queue::new(&native));
        engine.set_queue(&queue);
        let (polled, polling) = (Arc::clone(&native), Arc::clone(&engine));
        thread::Builder::new()
            .name("wireform-producer".to_owned())
            .spawn(move || {
                polling.run(polled, queue);
                drop(kept);
            })
            .map_err(|error| Error::config("could not start a thread").with_source(error))?;
        Ok(Arc::new(Self {
            native,
            engine,
            own: parts.own,
            transactions: parts.transactions,
            brokers: parts.brokers,
        }))
    }

    /// Refuses to wait on the thread that would be waited for.
    pub(crate) fn check_thread(&self) -> Result<()> {
        if self.engine.is_polling_thread() {
            return Err(Error::config(
                "a callback cannot wait for delivery results of its own producer",
            ));
        }
        Ok(())
    }

    /// Gives the record to librdkafka, or queues it; see [`Engine::offer`].
    ///
    /// Not generic, unlike that method: it is compiled once, in this crate, and not again for each
    /// type of topic.
    pub(crate) fn offer(&self, record: EncodedRecord, patience: Patience) -> Result<Offered> {
        self.engine.offer(&self.native, record, patience)
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

impl Calls for Link {
    fn transactions(&self) -> &Transactions {
        &self.transactions
    }

    /// Results arrive on the polling thread only: librdkafka's own flush would take them here. That
    /// thread also notices the timeout, a little late, unless a callback blocks it.
    fn flush(&self, timeout: Duration) -> Result<()> {
        let deadline = sync::now().checked_add(timeout.saturating_add(SLICE));
        match Self::flush(self, timeout).wait(deadline) {
            Some(Taken::Value(result)) => result,
            Some(Taken::Gone) | None => Err(flush_timeout(self.engine.in_flight())),
        }
    }

    fn init(&self, timeout: Duration) -> Result<(), Failure> {
        let ready = self.native.init_transactions(timeout);
        ready.map_err(|error| Failure::of(&error))
    }

    fn begin(&self) -> Result<(), Failure> {
        let begun = self.native.begin_transaction();
        begun.map_err(|error| Failure::of(&error))
    }

    fn commit(&self, timeout: Duration) -> Result<(), Failure> {
        client::commit_transaction(&self.native, timeout)
    }

    fn abort(&self, timeout: Duration) -> Result<(), Failure> {
        let aborted = self.native.abort_transaction(timeout);
        aborted.map_err(|error| Failure::of(&error))
    }
}

impl Link {
    pub(crate) fn send_offsets(
        &self,
        offsets: &TopicPartitionList,
        group: &ConsumerGroupMetadata,
        timeout: Duration,
    ) -> Result<(), Failure> {
        let native = &self.native;
        let sent = native.send_offsets_to_transaction(offsets, group, timeout);
        sent.map_err(|error| Failure::of(&error))
    }
}
