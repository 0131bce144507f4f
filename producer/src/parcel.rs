use std::cell::RefCell;
use std::sync::Arc;

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::OwnedHeaders;
use rdkafka::producer::BaseRecord;

use crate::delivery::Ticket;
use crate::events::Client;

/// A record as bytes, ready for librdkafka.
pub(crate) struct Parcel {
    pub(crate) ticket: Arc<Ticket>,
    pub(crate) body: Body,
    pub(crate) headers: Option<OwnedHeaders>,
    pub(crate) partition: Option<i32>,
    pub(crate) timestamp: Option<i64>,
}

/// Key and value, one behind the other in a pooled buffer.
pub(crate) struct Body {
    pub(crate) buffer: Buffer,
    /// Where the key ends; `None` for no key.
    pub(crate) key_end: Option<usize>,
    pub(crate) has_value: bool,
}

impl Parcel {
    /// Gives the record to librdkafka, which copies it.
    ///
    /// # Errors
    /// Librdkafka's reason; the parcel is as it was, so that it can be tried again.
    pub(crate) fn produce(&mut self, producer: &Client) -> Result<(), RDKafkaErrorCode> {
        let record = BaseRecord::<'_, [u8], [u8], Arc<Ticket>> {
            topic: &self.ticket.topic,
            partition: self.partition,
            payload: self.body.value(),
            key: self.body.key(),
            timestamp: self.timestamp,
            headers: self.headers.take(),
            delivery_opaque: Arc::clone(&self.ticket),
        };
        producer.send(record).map_err(|(error, record)| {
            self.headers = record.headers;
            match error {
                KafkaError::MessageProduction(code) => code,
                _ => RDKafkaErrorCode::InvalidTopic,
            }
        })
    }
}

impl Body {
    fn key(&self) -> Option<&[u8]> {
        self.key_end.and_then(|end| self.buffer.0.get(..end))
    }

    fn value(&self) -> Option<&[u8]> {
        let start = self.key_end.unwrap_or(0);
        self.has_value.then(|| self.buffer.0.get(start..)).flatten()
    }

    pub(crate) fn len(&self) -> usize {
        self.buffer.0.len()
    }
}

/// A byte vector that goes back to its thread's pool when it is dropped.
pub(crate) struct Buffer(pub(crate) Vec<u8>);

thread_local! {
    static POOL: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

impl Buffer {
    /// An empty buffer with what room its last user needed.
    pub(crate) fn take() -> Self {
        let pooled = POOL.try_with(|pool| pool.borrow_mut().pop());
        Self(pooled.ok().flatten().unwrap_or_default())
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if self.0.capacity() == 0 || self.0.capacity() > POOLED_BYTES {
            return;
        }
        let mut buffer = std::mem::take(&mut self.0);
        buffer.clear();
        // While the thread ends, the pool may be gone: then so is the buffer.
        let _ = POOL.try_with(|pool| {
            let mut pool = pool.borrow_mut();
            if pool.len() < POOLED_BUFFERS {
                pool.push(buffer);
            }
        });
    }
}

/// A buffer that grew beyond this is freed: one huge record must not hold memory for ever.
const POOLED_BYTES: usize = 1 << 20;
/// More than one only where sends wait for room side by side.
const POOLED_BUFFERS: usize = 8;
