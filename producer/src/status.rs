//! What rdkafka's safe interface does not say. The only module with `unsafe` in this project.
#![allow(
    unsafe_code,
    reason = "three calls of librdkafka that rdkafka has no safe form of"
)]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;
use std::slice;
use std::time::Duration;

use rdkafka::bindings;
use rdkafka::message::BorrowedMessage;
use rdkafka::producer::{BaseProducer, Producer as _, ProducerContext};

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

/// Whether the record of a delivery report is in the log.
pub(crate) fn written(report: &BorrowedMessage<'_>) -> Written {
    use bindings::rd_kafka_msg_status_t as Status;
    // SAFETY: `ptr()` is the message of a delivery report event, which `report` keeps alive; the
    // function reads one field of the `rd_kafka_msg_t` around it, `rdkafka_msg.c`.
    match unsafe { bindings::rd_kafka_message_status(report.ptr()) } {
        Status::RD_KAFKA_MSG_STATUS_PERSISTED => Written::Yes,
        Status::RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED => Written::Maybe,
        Status::RD_KAFKA_MSG_STATUS_NOT_PERSISTED => Written::No,
    }
}

/// Makes `linger.ms` count as zero for `duration`, or until nothing is queued.
///
/// Unlike [`rdkafka::producer::Producer::flush`] it serves no delivery report: those belong to the
/// polling thread. (`rd_kafka_flush` sets the flag, wakes the broker threads, and in event mode
/// only waits, `rdkafka.c`.)
pub(crate) fn hurry<C: ProducerContext>(producer: &BaseProducer<C>, duration: Duration) {
    let millis = c_int::try_from(duration.as_millis()).unwrap_or(c_int::MAX);
    // SAFETY: the pointer is the live client that `producer` owns, and librdkafka is thread-safe.
    // The result only says whether everything was acknowledged meanwhile; the ledger knows that.
    let _ = unsafe { bindings::rd_kafka_flush(producer.client().native_ptr(), millis) };
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
    let mut name: *const c_char = ptr::null();
    let mut value: *const c_void = ptr::null();
    let mut length = 0;
    // SAFETY: `headers` is a valid list as there was no error; the others are out-parameters.
    let error = unsafe {
        bindings::rd_kafka_header_get_all(headers, index, &mut name, &mut value, &mut length)
    };
    if error != NO_ERROR || name.is_null() {
        return None;
    }
    // SAFETY: librdkafka ends every name with a zero byte, and it lives as long as the message.
    let name = unsafe { CStr::from_ptr(name) }.to_bytes();
    let value = (!value.is_null()).then(|| {
        // SAFETY: `value` points to `length` bytes that live as long as the message.
        unsafe { slice::from_raw_parts(value.cast::<u8>(), length) }
    });
    Some((name, value))
}

/// Puts `producer` into the state after a fatal error, as librdkafka's own tests do.
#[cfg(test)]
pub(crate) fn raise_fatal_error<C: ProducerContext>(producer: &BaseProducer<C>) {
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
