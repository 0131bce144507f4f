//! What rdkafka's safe interface does not say, or not fast enough. The only module with `unsafe` in
//! this project.
#![allow(
    unsafe_code,
    reason = "calls of librdkafka that rdkafka has no safe form of"
)]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::fmt;
use std::ptr;
use std::slice;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rdkafka::bindings;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Message as _};
use rdkafka::producer::Producer as _;
use rdkafka::{ClientContext as _, Timestamp};

use crate::delivery::Ticket;
use crate::events::{Client, Events};
use crate::transactions::Failure;

/// What is known about a record that has its delivery report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// It is in the log.
    Yes,
    /// It was sent, and never acknowledged.
    Maybe,
    /// It is not in the log.
    No,
}

/// A delivery report.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) error: Option<RDKafkaErrorCode>,
    pub(crate) written: Written,
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    pub(crate) timestamp: Timestamp,
}

impl Report {
    /// From rdkafka's form of the report.
    pub(crate) fn of(message: &BorrowedMessage<'_>, error: Option<&KafkaError>) -> Self {
        let unnamed = RDKafkaErrorCode::Unknown;
        Self {
            error: error.map(|error| error.rdkafka_error_code().unwrap_or(unnamed)),
            // SAFETY: `ptr()` is the message of a delivery report event, which `message` keeps
            // alive.
            written: unsafe { written(message.ptr()) },
            partition: message.partition(),
            offset: message.offset(),
            timestamp: message.timestamp(),
        }
    }
}

/// Whether the record of a delivery report is in the log.
///
/// # Safety
/// `message` is a live message of a delivery report event: the function reads one field of the
/// `rd_kafka_msg_t` around it, `rdkafka_msg.c`.
unsafe fn written(message: *const bindings::rd_kafka_message_t) -> Written {
    use bindings::rd_kafka_msg_status_t as Status;
    // SAFETY: as above.
    match unsafe { bindings::rd_kafka_message_status(message) } {
        Status::RD_KAFKA_MSG_STATUS_PERSISTED => Written::Yes,
        Status::RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED => Written::Maybe,
        Status::RD_KAFKA_MSG_STATUS_NOT_PERSISTED => Written::No,
    }
}

/// A topic as librdkafka knows it, looked up once.
pub(crate) struct NativeTopic {
    topic: *mut bindings::rd_kafka_topic_t,
    /// Must be alive as long as the topic.
    client: Arc<Client>,
}

// SAFETY: librdkafka's topics are counted references that any thread may use and release.
unsafe impl Send for NativeTopic {}
// SAFETY: as above; every call takes librdkafka's own locks.
unsafe impl Sync for NativeTopic {}

/// The parts of a record, for librdkafka to copy.
pub(crate) struct Parts<'a> {
    pub(crate) key: Option<&'a [u8]>,
    pub(crate) value: Option<&'a [u8]>,
    pub(crate) partition: Option<i32>,
    pub(crate) timestamp: Option<i64>,
}

impl NativeTopic {
    pub(crate) fn new(client: &Arc<Client>, name: &str) -> Result<Self, RDKafkaErrorCode> {
        let name = CString::new(name).map_err(|_| RDKafkaErrorCode::InvalidTopic)?;
        // SAFETY: the client is alive and the name a C string; no settings means the client's.
        let topic = unsafe {
            bindings::rd_kafka_topic_new(
                client.client().native_ptr(),
                name.as_ptr(),
                ptr::null_mut(),
            )
        };
        if topic.is_null() {
            return Err(RDKafkaErrorCode::InvalidTopic);
        }
        Ok(Self {
            topic,
            client: Arc::clone(client),
        })
    }

    /// Gives a record to librdkafka, which copies it, and takes the headers if it is accepted.
    pub(crate) fn produce(
        &self,
        parts: &Parts<'_>,
        headers: &mut Option<NativeHeaders>,
        ticket: &Arc<Ticket>,
    ) -> Result<(), RDKafkaErrorCode> {
        let bytes = |part: Option<&[u8]>| {
            part.map_or((ptr::null(), 0), |bytes| (bytes.as_ptr(), bytes.len()))
        };
        let ((value, value_length), (key, key_length)) = (bytes(parts.value), bytes(parts.key));
        let opaque = Arc::into_raw(Arc::clone(ticket));
        let native_headers = headers.as_ref().map_or(ptr::null_mut(), |list| list.0);
        // SAFETY: every argument is of the type that its tag asks for. Key and value are copied
        // (`MSG_F_COPY`); the headers are librdkafka's if there is no error, and stay ours if there
        // is one; the topic belongs to this client.
        let error = unsafe {
            use bindings::rd_kafka_vtype_t::*;
            bindings::rd_kafka_producev(
                self.client.client().native_ptr(),
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
        drop(unsafe { Arc::from_raw(opaque) });
        Err(error.into())
    }
}

impl Drop for NativeTopic {
    fn drop(&mut self) {
        // SAFETY: the reference was taken in `new`, and is released once.
        unsafe { bindings::rd_kafka_topic_destroy(self.topic) };
    }
}

/// A list of headers in librdkafka's form, to be copied for each record.
pub(crate) struct NativeHeaders(*mut bindings::rd_kafka_headers_t);

// SAFETY: the list is plain memory that this handle owns.
unsafe impl Send for NativeHeaders {}
// SAFETY: as above; through a shared handle it is only read.
unsafe impl Sync for NativeHeaders {}

impl NativeHeaders {
    /// `None` if there are none.
    pub(crate) fn new<'a>(pairs: impl Iterator<Item = (&'a str, &'a [u8])>) -> Option<Self> {
        Self::raw(pairs.map(|(name, value)| (name.as_bytes(), Some(value))))
    }

    /// Also with names that are no text, and without a value.
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
    /// Without the values: they are the program's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NativeHeaders").finish_non_exhaustive()
    }
}

/// The queue of everything that librdkafka has to say.
///
/// Read directly, a report costs no allocation, and all reports of one event come together, unlike
/// with [`BaseProducer::poll`](rdkafka::producer::BaseProducer::poll).
#[derive(Debug)]
pub(crate) struct MainQueue {
    queue: *mut bindings::rd_kafka_queue_t,
    /// One at a time, so that events stay in order.
    taking: Mutex<()>,
}

// SAFETY: librdkafka's queues are counted references that any thread may use and release.
unsafe impl Send for MainQueue {}
// SAFETY: as above; every call takes the queue's own lock.
unsafe impl Sync for MainQueue {}

impl MainQueue {
    /// Must be dropped before the client.
    pub(crate) fn new(client: &Client) -> Self {
        // SAFETY: the client is alive; the reference is released in `drop`.
        let queue = unsafe { bindings::rd_kafka_queue_get_main(client.client().native_ptr()) };
        Self {
            queue,
            taking: Mutex::new(()),
        }
    }

    /// Hands the next event to `put`, and gives what that gives; waits for one up to `timeout`, or
    /// until it is [woken](Self::wake).
    pub(crate) fn take<R>(
        &self,
        timeout: Duration,
        put: impl FnOnce(Event) -> Option<R>,
    ) -> Option<R> {
        let _taking = self.taking.lock().unwrap_or_else(PoisonError::into_inner);
        self.poll(timeout).and_then(put)
    }

    /// [`take`](Self::take) that waits for nothing, also not for another thread.
    pub(crate) fn try_take<R>(&self, put: impl FnOnce(Event) -> Option<R>) -> Option<R> {
        let _taking = self.taking.try_lock().ok()?;
        self.poll(Duration::ZERO).and_then(put)
    }

    fn poll(&self, timeout: Duration) -> Option<Event> {
        // Rounded up: rounded down, the last millisecond would be spent spinning.
        let millis = timeout.as_micros().div_ceil(1000);
        let millis = c_int::try_from(millis).unwrap_or(c_int::MAX);
        // SAFETY: the queue is alive. The event is released by its handle.
        let event = unsafe { bindings::rd_kafka_queue_poll(self.queue, millis) };
        (!event.is_null()).then_some(Event(event))
    }

    /// Makes whoever waits for an event look up.
    pub(crate) fn wake(&self) {
        // SAFETY: the queue is alive.
        unsafe { bindings::rd_kafka_queue_yield(self.queue) };
    }
}

impl Drop for MainQueue {
    fn drop(&mut self) {
        // SAFETY: the reference was taken in `new`, and is released once.
        unsafe { bindings::rd_kafka_queue_destroy(self.queue) };
    }
}

/// Something that librdkafka has to say.
#[derive(Debug)]
pub(crate) struct Event(*mut bindings::rd_kafka_event_t);

// SAFETY: an event belongs to whoever took it from its queue.
unsafe impl Send for Event {}

impl Event {
    pub(crate) fn has_reports(&self) -> bool {
        // SAFETY: the event is alive.
        (unsafe { bindings::rd_kafka_event_type(self.0) }) == bindings::RD_KAFKA_EVENT_DR
    }

    /// How many reports are left.
    pub(crate) fn report_count(&self) -> usize {
        // SAFETY: the event is alive.
        unsafe { bindings::rd_kafka_event_message_count(self.0) }
    }

    /// Tells the program what it is about, unless it has reports.
    pub(crate) fn serve(&self, context: &Events) {
        // SAFETY: the event is alive.
        match unsafe { bindings::rd_kafka_event_type(self.0) } {
            bindings::RD_KAFKA_EVENT_ERROR => {
                let (error, reason) = self.error();
                context.error(error, &reason);
            }
            bindings::RD_KAFKA_EVENT_STATS => {
                // SAFETY: an event of this type has a text, which lives as long as the event.
                let text = unsafe { CStr::from_ptr(bindings::rd_kafka_event_stats(self.0)) };
                context.stats_raw(text.to_bytes());
            }
            bindings::RD_KAFKA_EVENT_LOG => self.log(context),
            bindings::RD_KAFKA_EVENT_OAUTHBEARER_TOKEN_REFRESH => {
                // `Settings::check_tokens` refuses the settings that lead here.
                log::error!("librdkafka asks for an OAuth token, and the producer has no source");
            }
            _ => {}
        }
    }

    /// The next report of a delivery report event, with the record's ticket.
    pub(crate) fn next_report(&self) -> Option<(Arc<Ticket>, Report)> {
        // SAFETY: the event is alive, and every message is given once.
        let message = unsafe { bindings::rd_kafka_event_message_next(self.0) };
        // SAFETY: librdkafka's messages live as long as their event.
        let fields = unsafe { message.as_ref() }?;
        // SAFETY: every record of this client is produced by `produce` with a ticket, whose
        // reference comes back exactly once, with the report.
        let ticket = unsafe { Arc::from_raw(fields._private.cast::<Ticket>()) };
        let error = fields.err;
        let is_placed = error == bindings::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR;
        let report = Report {
            error: (!is_placed).then(|| error.into()),
            // SAFETY: the message is one of a delivery report event.
            written: unsafe { written(message) },
            partition: fields.partition,
            offset: fields.offset,
            // SAFETY: the message is alive.
            timestamp: unsafe { timestamp(message) },
        };
        Some((ticket, report))
    }

    fn log(&self, context: &Events) {
        let (mut facility, mut text, mut level) = (ptr::null(), ptr::null(), 0);
        // SAFETY: the event is alive; the others are out-parameters.
        let is_other = unsafe {
            bindings::rd_kafka_event_log(self.0, &mut facility, &mut text, &mut level) != 0
        };
        if is_other {
            return;
        }
        // SAFETY: both are C strings that live as long as the event.
        let (facility, text) = unsafe { (CStr::from_ptr(facility), CStr::from_ptr(text)) };
        context.log(
            log_level(level),
            facility.to_string_lossy().trim(),
            text.to_string_lossy().trim(),
        );
    }

    fn error(&self) -> (KafkaError, String) {
        // SAFETY: an event of this type has an error and a text, which live as long as the event.
        let (code, text) = unsafe {
            (
                bindings::rd_kafka_event_error(self.0),
                CStr::from_ptr(bindings::rd_kafka_event_error_string(self.0)),
            )
        };
        let reason = text.to_string_lossy().trim().to_owned();
        (KafkaError::Global(code.into()), reason)
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        // SAFETY: the event came from the queue, and is released once.
        unsafe { bindings::rd_kafka_event_destroy(self.0) };
    }
}

/// # Safety
/// `message` is alive.
unsafe fn timestamp(message: *const bindings::rd_kafka_message_t) -> Timestamp {
    use bindings::rd_kafka_timestamp_type_t as Kind;
    let mut kind = Kind::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    // SAFETY: as above; `kind` is an out-parameter.
    let millis = unsafe { bindings::rd_kafka_message_timestamp(message, &mut kind) };
    match kind {
        Kind::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE => Timestamp::NotAvailable,
        Kind::RD_KAFKA_TIMESTAMP_CREATE_TIME => Timestamp::CreateTime(millis),
        Kind::RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME => Timestamp::LogAppendTime(millis),
    }
}

/// Makes `linger.ms` count as zero for `duration`, or until nothing is queued.
///
/// Unlike [`rdkafka::producer::Producer::flush`] it serves no delivery report: those belong to the
/// polling thread. (`rd_kafka_flush` sets the flag, wakes the broker threads, and in event mode
/// only waits, `rdkafka.c`.)
pub(crate) fn hurry(producer: &Client, duration: Duration) {
    let millis = c_int::try_from(duration.as_millis()).unwrap_or(c_int::MAX);
    // SAFETY: the pointer is the live client that `producer` owns, and librdkafka is thread-safe.
    // The result only says whether everything was acknowledged meanwhile; the ledger knows that.
    let _ = unsafe { bindings::rd_kafka_flush(producer.client().native_ptr(), millis) };
}

/// Commits without serving callbacks: those belong to the polling thread. rdkafka's own form polls.
pub(crate) fn commit_transaction(client: &Client, timeout: Duration) -> Result<(), Failure> {
    let millis = c_int::try_from(timeout.as_millis()).unwrap_or(c_int::MAX);
    // SAFETY: the client is alive.
    let error =
        unsafe { bindings::rd_kafka_commit_transaction(client.client().native_ptr(), millis) };
    if error.is_null() {
        return Ok(());
    }
    // SAFETY: the error is alive and ours. Its text lives as long as it does.
    let failure = unsafe {
        Failure {
            code: bindings::rd_kafka_error_code(error).into(),
            text: CStr::from_ptr(bindings::rd_kafka_error_string(error))
                .to_string_lossy()
                .into_owned(),
            is_fatal: bindings::rd_kafka_error_is_fatal(error) != 0,
            is_retriable: bindings::rd_kafka_error_is_retriable(error) != 0,
            requires_abort: bindings::rd_kafka_error_txn_requires_abort(error) != 0,
        }
    };
    // SAFETY: as above; it is released once.
    unsafe { bindings::rd_kafka_error_destroy(error) };
    Err(failure)
}

/// A level of syslog's.
fn log_level(level: c_int) -> RDKafkaLogLevel {
    match level {
        ..=0 => RDKafkaLogLevel::Emerg,
        1 => RDKafkaLogLevel::Alert,
        2 => RDKafkaLogLevel::Critical,
        3 => RDKafkaLogLevel::Error,
        4 => RDKafkaLogLevel::Warning,
        5 => RDKafkaLogLevel::Notice,
        6 => RDKafkaLogLevel::Info,
        7.. => RDKafkaLogLevel::Debug,
    }
}

/// While all brokers are down: reports it when one is connected again. librdkafka has no event for
/// that.
pub(crate) fn look_for_brokers(client: &Client) {
    let log = &client.context().hooks.brokers;
    if log.are_all_down() && has_broker(client) {
        log.connected();
    }
}

/// Whether a broker is connected. Asks it for the topics in use and does not wait for the answer.
fn has_broker(client: &Client) -> bool {
    use bindings::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__TRANSPORT as NO_BROKER;
    let mut metadata = ptr::null();
    let native = client.client().native_ptr();
    // SAFETY: the client is alive; no topic means those in use; `metadata` is an out-parameter.
    let error =
        unsafe { bindings::rd_kafka_metadata(native, 0, ptr::null_mut(), &mut metadata, 0) };
    if !metadata.is_null() {
        // SAFETY: the answer is ours, and is released once.
        unsafe { bindings::rd_kafka_metadata_destroy(metadata) };
    }
    error != NO_BROKER
}

/// The name and value of a header, as bytes: rdkafka's own accessor panics on a name that is not
/// UTF-8, and names come from whoever wrote the record.
pub(crate) fn header<'a>(
    message: &'a BorrowedMessage<'_>,
    index: usize,
) -> Option<(&'a [u8], Option<&'a [u8]>)> {
    use bindings::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR as NO_ERROR;
    let mut headers = ptr::null_mut();
    // SAFETY: `message` keeps the native message alive; the headers that are returned belong to it.
    let error = unsafe { bindings::rd_kafka_message_headers(message.ptr(), &mut headers) };
    if error != NO_ERROR {
        return None;
    }
    // SAFETY: `headers` is a valid list as there was no error, and lives as long as the message.
    unsafe { header_at(headers, index) }
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

/// `RD_KAFKA_PARTITION_UA`: librdkafka chooses.
const NO_PARTITION: i32 = -1;

/// Puts `producer` into the state after a fatal error, as librdkafka's own tests do.
#[cfg(test)]
pub(crate) fn raise_fatal_error(producer: &Client) {
    use bindings::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER as ERROR;
    // SAFETY: the pointer is the live client that `producer` owns; the text is a C string literal.
    unsafe {
        bindings::rd_kafka_test_fatal_error(
            producer.client().native_ptr(),
            ERROR,
            c"a test said so".as_ptr(),
        );
    }
}

#[cfg(test)]
mod tests {
    use rdkafka::consumer::{BaseConsumer, Consumer as _};
    use rdkafka::producer::BaseProducer;
    use rdkafka::{ClientConfig, Message as _, Offset, TopicPartitionList};
    use wireform::HeaderList as _;

    use super::*;
    use crate::embedded::EmbeddedCluster;
    use crate::message_headers::MessageHeaders;

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
        let headers = MessageHeaders(&message);
        let found: Vec<_> = (0..).map_while(|index| headers.header(index)).collect();
        assert_eq!(found, [("\u{fffd}", Some(&b"v"[..]))]);
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
