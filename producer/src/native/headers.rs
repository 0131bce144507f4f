//! Headers of records that are sent, and of consumed messages.

use std::ffi::{CStr, c_char, c_void};
use std::fmt;
use std::marker::PhantomData;
use std::ptr;
use std::slice;
use std::sync::{Mutex, PoisonError};

use rdkafka::bindings;
use rdkafka::message::BorrowedMessage;

/// A list of headers in librdkafka's form, to be copied for each record.
pub(crate) struct NativeHeaders(*mut bindings::rd_kafka_headers_t);

// SAFETY: the list is plain memory that this handle owns.
unsafe impl Send for NativeHeaders {}
// SAFETY: as above; through a shared handle it is only read.
unsafe impl Sync for NativeHeaders {}

impl NativeHeaders {
    pub(super) fn list(&self) -> *mut bindings::rd_kafka_headers_t {
        self.0
    }

    /// Creates the list; `None` if there are no headers.
    pub(crate) fn new<'a>(pairs: impl Iterator<Item = (&'a str, &'a [u8])>) -> Option<Self> {
        Self::raw(pairs.map(|(name, value)| (name.as_bytes(), Some(value))))
    }

    /// Creates the list from names that may not be UTF-8, and values that may be missing.
    pub(crate) fn raw<'a>(
        pairs: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
    ) -> Option<Self> {
        let mut list: Option<Self> = None;
        for (name, value) in pairs {
            list.get_or_insert_with(Self::empty).add(name, value);
        }
        list
    }

    fn empty() -> Self {
        // SAFETY: it allocates; a list without room grows.
        Self(unsafe { bindings::rd_kafka_headers_new(2) })
    }

    fn add(&mut self, name: &[u8], value: Option<&[u8]>) {
        let name_length = isize::try_from(name.len()).unwrap_or(isize::MAX);
        let (value, value_length) = value.map_or((ptr::null(), 0), |value| {
            (
                value.as_ptr(),
                isize::try_from(value.len()).unwrap_or(isize::MAX),
            )
        });
        // SAFETY: the list is alive; both parts are copied, by their lengths. The only error is
        // that a list cannot be written, which this one can.
        unsafe {
            bindings::rd_kafka_header_add(
                self.0,
                name.as_ptr().cast(),
                name_length,
                value.cast(),
                value_length,
            );
        }
    }
}

#[cfg(test)]
impl NativeHeaders {
    pub(crate) fn at(&self, index: usize) -> Option<(&[u8], Option<&[u8]>)> {
        // SAFETY: the list lives as long as the handle.
        unsafe { header_at(self.0, index) }
    }
}

impl Clone for NativeHeaders {
    fn clone(&self) -> Self {
        // SAFETY: the list is alive.
        Self(unsafe { bindings::rd_kafka_headers_copy(self.0) })
    }
}

impl Drop for NativeHeaders {
    fn drop(&mut self) {
        // SAFETY: the list is ours, and is released once.
        unsafe { bindings::rd_kafka_headers_destroy(self.0) };
    }
}

impl fmt::Debug for NativeHeaders {
    /// Omits the values: they are the program's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NativeHeaders").finish_non_exhaustive()
    }
}

/// The headers of a consumed message.
///
/// librdkafka parses them into the message when they are first asked for
/// (`rd_kafka_message_headers`), without a lock, although the message may be shared by threads.
/// Here this happens once, in `new`, for one thread at a time.
#[derive(Clone, Copy)]
pub struct ConsumedHeaders<'a> {
    /// Null if there are none.
    list: *mut bindings::rd_kafka_headers_t,
    message: PhantomData<&'a BorrowedMessage<'a>>,
}

// SAFETY: the list was parsed in `new`, is only read, and lives as long as the message.
unsafe impl Send for ConsumedHeaders<'_> {}
// SAFETY: as above.
unsafe impl Sync for ConsumedHeaders<'_> {}

impl fmt::Debug for ConsumedHeaders<'_> {
    /// Omits names and values: they are the record's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsumedHeaders").finish_non_exhaustive()
    }
}

impl<'a> ConsumedHeaders<'a> {
    /// Parses the headers of `message`, or finds that they were parsed.
    pub fn new(message: &'a BorrowedMessage<'_>) -> Self {
        let mut list = ptr::null_mut();
        let parsing = parsing(message.ptr())
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // SAFETY: `message` keeps the native message alive, and no other thread parses it now. The
        // list belongs to the message; it stays null if there is an error.
        let _ = unsafe { bindings::rd_kafka_message_headers(message.ptr(), &mut list) };
        drop(parsing);
        Self {
            list,
            message: PhantomData,
        }
    }

    /// Returns the names and values as bytes: rdkafka's own accessor panics on a name that is not
    /// UTF-8, and names come from the producer of the record.
    pub fn iter(self) -> impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)> {
        (0..).map_while(move |index| self.header(index))
    }

    fn header(self, index: usize) -> Option<(&'a [u8], Option<&'a [u8]>)> {
        if self.list.is_null() {
            return None;
        }
        // SAFETY: the list lives as long as the message.
        unsafe { header_at(self.list, index) }
    }
}

/// Returns the lock for parsing the headers of a message: one of several, so that threads with
/// different messages rarely wait for each other.
fn parsing(message: *const bindings::rd_kafka_message_t) -> &'static Mutex<()> {
    static LOCKS: [Mutex<()>; 16] = [const { Mutex::new(()) }; 16];
    static OTHER: Mutex<()> = Mutex::new(());
    // Messages are some hundred bytes apart.
    let index = (message.addr() >> 8) % LOCKS.len();
    LOCKS.get(index).unwrap_or(&OTHER)
}

/// # Safety
/// `headers` is a list that lives for `'a`.
unsafe fn header_at<'a>(
    headers: *mut bindings::rd_kafka_headers_t,
    index: usize,
) -> Option<(&'a [u8], Option<&'a [u8]>)> {
    use bindings::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR as NO_ERROR;
    let mut name: *const c_char = ptr::null();
    let mut value: *const c_void = ptr::null();
    let mut length = 0;
    // SAFETY: the list is alive; the others are out-parameters.
    let error = unsafe {
        bindings::rd_kafka_header_get_all(headers, index, &mut name, &mut value, &mut length)
    };
    if error != NO_ERROR || name.is_null() {
        return None;
    }
    // SAFETY: librdkafka ends every name with a zero byte, and it lives as long as the list.
    let name = unsafe { CStr::from_ptr(name) }.to_bytes();
    let value = (!value.is_null()).then(|| {
        // SAFETY: `value` points to `length` bytes that live as long as the list.
        unsafe { slice::from_raw_parts(value.cast::<u8>(), length) }
    });
    Some((name, value))
}

#[cfg(test)]
mod tests {
    use std::ffi::c_int;
    use std::time::Duration;

    use rdkafka::consumer::{BaseConsumer, Consumer as _};
    use rdkafka::producer::{BaseProducer, Producer as _};
    use rdkafka::{ClientConfig, Message as _, Offset, TopicPartitionList};

    use super::*;
    use crate::api::embedded::EmbeddedCluster;

    #[test]
    fn header_name_that_is_no_text_is_no_panic() {
        let cluster = EmbeddedCluster::start().unwrap();
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", cluster.brokers());
        let producer: BaseProducer = config.create().unwrap();
        produce_odd_header(&producer);
        producer.flush(Duration::from_secs(10)).unwrap();

        let consumer: BaseConsumer = config.set("group.id", "test").create().unwrap();
        let mut assignment = TopicPartitionList::new();
        assignment
            .add_partition_offset("odd", 0, Offset::Beginning)
            .unwrap();
        consumer.assign(&assignment).unwrap();
        let message = consumer.iter().next().unwrap().unwrap();
        assert_eq!(message.payload(), Some(&b""[..]));
        let headers = ConsumedHeaders::new(&message);
        let found: Vec<_> = headers.iter().collect();
        assert_eq!(found, [(&b"\xff\xfe"[..], Some(&b"v"[..]))]);
    }

    fn produce_odd_header(producer: &BaseProducer) {
        use bindings::rd_kafka_vtype_t::*;
        // SAFETY: the arguments are what each `vtype` asks for, and librdkafka copies them.
        let error = unsafe {
            bindings::rd_kafka_producev(
                producer.client().native_ptr(),
                RD_KAFKA_VTYPE_TOPIC,
                c"odd".as_ptr(),
                RD_KAFKA_VTYPE_PARTITION,
                0 as c_int,
                RD_KAFKA_VTYPE_MSGFLAGS,
                bindings::RD_KAFKA_MSG_F_COPY,
                RD_KAFKA_VTYPE_VALUE,
                c"".as_ptr(),
                0_usize,
                RD_KAFKA_VTYPE_HEADER,
                c"\xff\xfe".as_ptr(),
                c"v".as_ptr(),
                1_isize,
                RD_KAFKA_VTYPE_END,
            )
        };
        assert_eq!(
            error,
            bindings::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR
        );
    }
}
