//! Topics, and sending of records to them.

use std::ffi::{CStr, CString, c_void};
use std::marker::PhantomData;
use std::ptr;
use std::slice;
use std::sync::Arc;

use rdkafka::error::RDKafkaErrorCode;
use rdkafka::producer::{BaseProducer, Partitioner, Producer as _, ProducerContext};
use rdkafka::{IntoOpaque, bindings};

use crate::native::headers::NativeHeaders;

/// A topic of librdkafka, looked up once. `O` is the opaque value of a record.
pub(crate) struct NativeTopic<O> {
    topic: *mut bindings::rd_kafka_topic_t,
    native: *mut bindings::rd_kafka_t,
    /// Must be alive as long as the topic. Owns `native`.
    _client: Arc<dyn Send + Sync>,
    opaque: PhantomData<fn(O)>,
}

// SAFETY: librdkafka's topics are counted references that any thread may use and release.
unsafe impl<O> Send for NativeTopic<O> {}
// SAFETY: as above; every call takes librdkafka's own locks.
unsafe impl<O> Sync for NativeTopic<O> {}

/// The parts of a record, for librdkafka to copy.
pub(crate) struct Parts<'a> {
    pub(crate) key: Option<&'a [u8]>,
    pub(crate) value: Option<&'a [u8]>,
    pub(crate) partition: Option<i32>,
    pub(crate) timestamp: Option<i64>,
}

/// The context of a client whose program may choose the partitions of records.
pub(crate) trait Partitioned: ProducerContext + 'static {
    type Partitioner: Partitioner + Sync;

    /// Returns the program's partitioner: a part of the context, to which topics point.
    fn partitioner(&self) -> Option<&Self::Partitioner>;
}

impl<O: IntoOpaque> NativeTopic<O> {
    pub(crate) fn new<C>(
        client: &Arc<BaseProducer<C>>,
        name: &str,
    ) -> Result<Self, RDKafkaErrorCode>
    where
        C: Partitioned + ProducerContext<DeliveryOpaque = O>,
    {
        let name = CString::new(name).map_err(|_| RDKafkaErrorCode::InvalidTopic)?;
        let native = client.client().native_ptr();
        let settings = match client.context().partitioner() {
            // The client's.
            None => ptr::null_mut(),
            Some(partitioner) => partitioned(native, partitioner),
        };
        // SAFETY: the client is alive and the name a C string. The settings are librdkafka's from
        // here on, also if there is an error.
        let topic = unsafe { bindings::rd_kafka_topic_new(native, name.as_ptr(), settings) };
        if topic.is_null() {
            return Err(RDKafkaErrorCode::InvalidTopic);
        }
        Ok(Self {
            topic,
            native,
            _client: Arc::<BaseProducer<C>>::clone(client),
            opaque: PhantomData,
        })
    }

    /// Gives a record to librdkafka, which copies it, and takes the headers if it is accepted.
    /// `opaque` comes back with the delivery report.
    pub(crate) fn produce(
        &self,
        parts: &Parts<'_>,
        headers: &mut Option<NativeHeaders>,
        opaque: O,
    ) -> Result<(), RDKafkaErrorCode> {
        let bytes = |part: Option<&[u8]>| {
            part.map_or((ptr::null(), 0), |bytes| (bytes.as_ptr(), bytes.len()))
        };
        let ((value, value_length), (key, key_length)) = (bytes(parts.value), bytes(parts.key));
        let opaque = opaque.into_ptr();
        let native_headers = headers
            .as_ref()
            .map_or(ptr::null_mut(), NativeHeaders::list);
        // SAFETY: every argument is of the type that its tag asks for. Key and value are copied
        // (`MSG_F_COPY`); the headers are librdkafka's if there is no error, and stay ours if there
        // is one; the topic belongs to this client.
        let error = unsafe {
            use bindings::rd_kafka_vtype_t::*;
            bindings::rd_kafka_producev(
                self.native,
                RD_KAFKA_VTYPE_RKT,
                self.topic,
                RD_KAFKA_VTYPE_PARTITION,
                parts.partition.unwrap_or(NO_PARTITION),
                RD_KAFKA_VTYPE_MSGFLAGS,
                bindings::RD_KAFKA_MSG_F_COPY,
                RD_KAFKA_VTYPE_VALUE,
                value,
                value_length,
                RD_KAFKA_VTYPE_KEY,
                key,
                key_length,
                RD_KAFKA_VTYPE_OPAQUE,
                opaque,
                RD_KAFKA_VTYPE_TIMESTAMP,
                parts.timestamp.unwrap_or(0),
                RD_KAFKA_VTYPE_HEADERS,
                native_headers,
                RD_KAFKA_VTYPE_END,
            )
        };
        if error == bindings::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
            // They belong to librdkafka now.
            std::mem::forget(headers.take());
            return Ok(());
        }
        // SAFETY: it was made above, and librdkafka did not take it.
        drop(unsafe { O::from_ptr(opaque) });
        Err(error.into())
    }
}

/// Returns the settings of a topic with the program's own partitioner.
///
/// rdkafka can set one, too, but creates an exclusive reference to the client's shared context for
/// each call.
fn partitioned<P: Partitioner + Sync>(
    native: *mut bindings::rd_kafka_t,
    partitioner: &P,
) -> *mut bindings::rd_kafka_topic_conf_t {
    // SAFETY: the client is alive, and the copy of its settings is ours. The pointer goes to a part
    // of the client's context, which is freed after the client and its topics, and is only read.
    unsafe {
        let settings = bindings::rd_kafka_default_topic_conf_dup(native);
        let opaque = ptr::from_ref(partitioner).cast_mut().cast();
        bindings::rd_kafka_topic_conf_set_opaque(settings, opaque);
        bindings::rd_kafka_topic_conf_set_partitioner_cb(settings, Some(choose_partition::<P>));
        settings
    }
}

/// # Safety
/// librdkafka calls it for a topic with the settings of [`partitioned`], with the same `P`.
unsafe extern "C" fn choose_partition<P: Partitioner + Sync>(
    topic: *const bindings::rd_kafka_topic_t,
    key: *const c_void,
    key_length: usize,
    partitions: i32,
    opaque: *mut c_void,
    _: *mut c_void,
) -> i32 {
    // SAFETY: that is what `partitioned` set.
    let partitioner = unsafe { &*opaque.cast::<P>() };
    // SAFETY: the topic is alive, and its name is a C string.
    let name = unsafe { CStr::from_ptr(bindings::rd_kafka_topic_name(topic)) };
    let key = (!key.is_null()).then(|| {
        // SAFETY: `key` points to `key_length` bytes that live as long as the call.
        unsafe { slice::from_raw_parts(key.cast::<u8>(), key_length) }
    });
    let is_available = |partition| {
        // SAFETY: this is the topic's partitioner, the only function that may ask.
        (unsafe { bindings::rd_kafka_topic_partition_available(topic, partition) }) == 1
    };
    partitioner.partition(&name.to_string_lossy(), key, partitions, is_available)
}

impl<O> Drop for NativeTopic<O> {
    fn drop(&mut self) {
        // SAFETY: the reference was taken in `new`, and is released once.
        unsafe { bindings::rd_kafka_topic_destroy(self.topic) };
    }
}

/// `RD_KAFKA_PARTITION_UA`: librdkafka chooses.
const NO_PARTITION: i32 = -1;
