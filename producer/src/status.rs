//! What rdkafka's safe interface does not say. The only module with `unsafe` in this project.
#![allow(
    unsafe_code,
    reason = "calls of librdkafka that rdkafka has no safe form of"
)]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;
use std::slice;
use std::time::Duration;

use rdkafka::bindings;
use rdkafka::message::BorrowedMessage;
use rdkafka::producer::Producer as _;

use crate::events::Client;

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
pub(crate) fn hurry(producer: &Client, duration: Duration) {
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
