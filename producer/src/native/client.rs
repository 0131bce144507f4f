//! Calls for a whole client.

use std::ffi::{CStr, c_int};
use std::ptr;
use std::time::Duration;

use rdkafka::bindings;
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::producer::{BaseProducer, Producer as _, ProducerContext};

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
pub(crate) fn hurry(producer: &BaseProducer<impl ProducerContext>, duration: Duration) {
    let millis = c_int::try_from(duration.as_millis()).unwrap_or(c_int::MAX);
    // SAFETY: the pointer is the live client that `producer` owns, and librdkafka is thread-safe.
    // The result only says whether everything was acknowledged meanwhile; the ledger knows that.
    let _ = unsafe { bindings::rd_kafka_flush(producer.client().native_ptr(), millis) };
}

/// The error of a transactional call.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) code: RDKafkaErrorCode,
    pub(crate) text: String,
    pub(crate) is_fatal: bool,
    pub(crate) is_retriable: bool,
    pub(crate) requires_abort: bool,
}

/// Commits without serving callbacks: those belong to the polling thread. rdkafka's own form polls.
pub(crate) fn commit_transaction(
    client: &BaseProducer<impl ProducerContext>,
    timeout: Duration,
) -> Result<(), Failure> {
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

/// Returns whether a broker is connected. Requests the topics in use and does not wait for the
/// answer.
pub(crate) fn has_broker(client: &BaseProducer<impl ProducerContext>) -> bool {
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
pub(crate) fn raise_fatal_error(producer: &BaseProducer<impl ProducerContext>) {
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
