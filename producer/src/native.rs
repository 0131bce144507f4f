//! What rdkafka's safe interface does not say, or not fast enough. The only module with `unsafe` in
//! this project.
//!
//! Made for the librdkafka that rdkafka brings: [`check_version`] refuses a newer one.
#![allow(
    unsafe_code,
    reason = "calls of librdkafka that rdkafka has no safe form of"
)]

mod event;
mod headers;
mod topic;

use std::ffi::{CStr, c_int};
use std::ptr;
use std::time::Duration;

use rdkafka::Timestamp;
use rdkafka::bindings;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Message as _};
use rdkafka::producer::Producer as _;

pub(crate) use self::event::{Event, MainQueue};
pub(crate) use self::headers::{ConsumedHeaders, NativeHeaders};
pub(crate) use self::topic::{NativeTopic, Parts};
use crate::engine::events::Client;
use crate::engine::transactions::Failure;

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

/// Refuses a librdkafka that is newer than the one whose types this program was built with: it may
/// give values that their enums do not have. Only with rdkafka's feature `dynamic-linking`.
pub(crate) fn check_version() -> Result<(), String> {
    // SAFETY: it reads a constant.
    let linked = unsafe { bindings::rd_kafka_version() };
    if linked <= bindings::RD_KAFKA_VERSION {
        return Ok(());
    }
    // SAFETY: the text is a constant.
    let version = unsafe { CStr::from_ptr(bindings::rd_kafka_version_str()) };
    Err(format!(
        "librdkafka {} is newer than the version that rdkafka was built for: turn off rdkafka's \
         feature \"dynamic-linking\"",
        version.to_string_lossy()
    ))
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
    use crate::api::embedded::EmbeddedCluster;
    use crate::consume::message_headers::MessageHeaders;

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
        let headers = MessageHeaders::new(&message);
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
