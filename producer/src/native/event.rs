//! The queue of librdkafka's events.

use std::ffi::{CStr, c_int};
use std::marker::PhantomData;
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rdkafka::bindings;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::KafkaError;
use rdkafka::producer::{BaseProducer, Producer as _, ProducerContext};
use rdkafka::{ClientContext, IntoOpaque, Timestamp};

use crate::native::report::{Report, written};

/// The queue of librdkafka's events. `O` is the opaque value of a record.
///
/// Read directly, a report costs no allocation, and all reports of one event come together, unlike
/// with [`BaseProducer::poll`](rdkafka::producer::BaseProducer::poll).
pub(crate) struct MainQueue<O> {
    queue: *mut bindings::rd_kafka_queue_t,
    /// Must be alive as long as the queue.
    _client: Arc<dyn Send + Sync>,
    opaque: PhantomData<fn() -> O>,
    /// One at a time, so that events stay in order.
    taking: Mutex<()>,
}

// SAFETY: librdkafka's queues are counted references that any thread may use and release.
unsafe impl<O> Send for MainQueue<O> {}
// SAFETY: as above; every call takes the queue's own lock.
unsafe impl<O> Sync for MainQueue<O> {}

impl<O: IntoOpaque> MainQueue<O> {
    pub(crate) fn new<C>(client: &Arc<BaseProducer<C>>) -> Self
    where
        C: ProducerContext<DeliveryOpaque = O> + 'static,
    {
        // SAFETY: the client is alive; the reference is released in `drop`.
        let queue = unsafe { bindings::rd_kafka_queue_get_main(client.client().native_ptr()) };
        Self {
            queue,
            _client: Arc::<BaseProducer<C>>::clone(client),
            opaque: PhantomData,
            taking: Mutex::new(()),
        }
    }

    /// Passes the next event to `put`, and returns its result; waits for one up to `timeout`, or
    /// until it is [woken](Self::wake).
    pub(crate) fn take<R>(
        &self,
        timeout: Duration,
        put: impl FnOnce(Event<O>) -> Option<R>,
    ) -> Option<R> {
        let _taking = self.taking.lock().unwrap_or_else(PoisonError::into_inner);
        self.poll(timeout).and_then(put)
    }

    /// Calls [`take`](Self::take) without waiting, not even for another thread.
    pub(crate) fn try_take<R>(&self, put: impl FnOnce(Event<O>) -> Option<R>) -> Option<R> {
        let _taking = self.taking.try_lock().ok()?;
        self.poll(Duration::ZERO).and_then(put)
    }

    fn poll(&self, timeout: Duration) -> Option<Event<O>> {
        // Rounded up: rounded down, the last millisecond would be spent spinning.
        let millis = timeout.as_micros().div_ceil(1000);
        let millis = c_int::try_from(millis).unwrap_or(c_int::MAX);
        // SAFETY: the queue is alive. The event is released by its handle.
        let event = unsafe { bindings::rd_kafka_queue_poll(self.queue, millis) };
        (!event.is_null()).then_some(Event {
            event,
            opaque: PhantomData,
        })
    }

    /// Ends the wait for an event.
    pub(crate) fn wake(&self) {
        // SAFETY: the queue is alive.
        unsafe { bindings::rd_kafka_queue_yield(self.queue) };
    }
}

impl<O> Drop for MainQueue<O> {
    fn drop(&mut self) {
        // SAFETY: the reference was taken in `new`, and is released once.
        unsafe { bindings::rd_kafka_queue_destroy(self.queue) };
    }
}

/// An event of librdkafka.
#[derive(Debug)]
pub(crate) struct Event<O> {
    event: *mut bindings::rd_kafka_event_t,
    opaque: PhantomData<fn() -> O>,
}

// SAFETY: an event has one owner: the thread that took it from its queue. What travels with its
// records may be sent, too: `IntoOpaque` says so.
unsafe impl<O: IntoOpaque> Send for Event<O> {}

impl<O: IntoOpaque> Event<O> {
    pub(crate) fn has_reports(&self) -> bool {
        // SAFETY: the event is alive.
        (unsafe { bindings::rd_kafka_event_type(self.event) }) == bindings::RD_KAFKA_EVENT_DR
    }

    /// Returns the number of reports that are left.
    pub(crate) fn report_count(&self) -> usize {
        // SAFETY: the event is alive.
        unsafe { bindings::rd_kafka_event_message_count(self.event) }
    }

    /// Passes the event to the callbacks of the context, unless it holds reports.
    pub(crate) fn serve(&self, context: &impl ClientContext) {
        // SAFETY: the event is alive.
        match unsafe { bindings::rd_kafka_event_type(self.event) } {
            bindings::RD_KAFKA_EVENT_ERROR => {
                let (error, reason) = self.error();
                context.error(error, &reason);
            }
            bindings::RD_KAFKA_EVENT_STATS => {
                // SAFETY: an event of this type has a text, which lives as long as the event.
                let text = unsafe { CStr::from_ptr(bindings::rd_kafka_event_stats(self.event)) };
                context.stats_raw(text.to_bytes());
            }
            bindings::RD_KAFKA_EVENT_LOG => self.log(context),
            bindings::RD_KAFKA_EVENT_OAUTHBEARER_TOKEN_REFRESH => {
                // `Settings::check_tokens` refuses the settings that lead here.
                log::error!(
                    "librdkafka asks for an OAuth token, but no source of tokens is configured"
                );
            }
            _ => {}
        }
    }

    /// Returns the next report of a delivery report event, with the record's opaque value.
    pub(crate) fn next_report(&self) -> Option<(O, Report)> {
        // SAFETY: the event is alive, and every message is given once.
        let message = unsafe { bindings::rd_kafka_event_message_next(self.event) };
        // SAFETY: librdkafka's messages live as long as their event.
        let fields = unsafe { message.as_ref() }?;
        // SAFETY: every record of this client is produced by `produce` with an `O`, which comes
        // back exactly once, with the report.
        let opaque = unsafe { O::from_ptr(fields._private) };
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
        Some((opaque, report))
    }

    fn log(&self, context: &impl ClientContext) {
        let (mut facility, mut text, mut level) = (ptr::null(), ptr::null(), 0);
        // SAFETY: the event is alive; the others are out-parameters.
        let is_other = unsafe {
            bindings::rd_kafka_event_log(self.event, &mut facility, &mut text, &mut level) != 0
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
                bindings::rd_kafka_event_error(self.event),
                CStr::from_ptr(bindings::rd_kafka_event_error_string(self.event)),
            )
        };
        let reason = text.to_string_lossy().trim().to_owned();
        (KafkaError::Global(code.into()), reason)
    }
}

impl<O> Drop for Event<O> {
    fn drop(&mut self) {
        // SAFETY: the event came from the queue, and is released once.
        unsafe { bindings::rd_kafka_event_destroy(self.event) };
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

/// Converts a level of syslog.
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
