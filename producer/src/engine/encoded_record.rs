use std::cell::RefCell;
use std::sync::Arc;

use rdkafka::error::RDKafkaErrorCode;

use crate::engine::in_flight::InFlight;
use crate::native::headers::NativeHeaders;
use crate::native::topic::{NativeTopic, Parts};

/// The destination of records: a topic of librdkafka.
pub(crate) type Destination = NativeTopic<Arc<InFlight>>;

/// A record as bytes, ready for librdkafka.
pub(crate) struct EncodedRecord {
    pub(crate) topic: Arc<Destination>,
    pub(crate) in_flight: Arc<InFlight>,
    pub(crate) body: Body,
    pub(crate) headers: Option<NativeHeaders>,
    pub(crate) partition: Option<i32>,
    pub(crate) timestamp: Option<i64>,
}

/// The key, followed by the value, in a pooled buffer.
pub(crate) struct Body {
    pub(crate) buffer: Buffer,
    /// The end of the key; `None` without a key.
    pub(crate) key_end: Option<usize>,
    pub(crate) has_value: bool,
}

/// A record that can be given to a client.
pub(crate) trait Outgoing {
    fn in_flight(&self) -> &InFlight;

    /// Gives the record to the client, which copies it.
    ///
    /// # Errors
    /// The client's reason; the record is as it was, so that it can be tried again.
    fn produce(&mut self) -> Result<(), RDKafkaErrorCode>;
}

impl Outgoing for EncodedRecord {
    fn in_flight(&self) -> &InFlight {
        &self.in_flight
    }

    fn produce(&mut self) -> Result<(), RDKafkaErrorCode> {
        let parts = Parts {
            key: self.body.key(),
            value: self.body.value(),
            partition: self.partition,
            timestamp: self.timestamp,
        };
        self.topic
            .produce(&parts, &mut self.headers, Arc::clone(&self.in_flight))
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
    /// Returns an empty buffer, with the capacity that its last user needed.
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
        // When the thread ends, the pool may be gone; the buffer is then freed.
        let _ = POOL.try_with(|pool| {
            let mut pool = pool.borrow_mut();
            if pool.len() < POOLED_BUFFERS {
                pool.push(buffer);
            }
        });
    }
}

/// A larger buffer is freed: one huge record must not hold memory forever.
const POOLED_BYTES: usize = 1 << 20;
/// More than one only where sends wait for room side by side.
const POOLED_BUFFERS: usize = 8;
