//! librdkafka's connection errors and log lines.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use crate::observe::secrets::Secrets;
use crate::observe::trace;
use crate::program;

/// A problem with the connection to a broker; for
/// [`ProducerBuilder::on_broker_error`](crate::ProducerBuilder::on_broker_error).
///
/// No record fails because of it: librdkafka reconnects, and records wait for the broker until
/// their delivery timeout.
///
/// The text never holds the values of secret settings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BrokerError {
    /// The broker as librdkafka names it: `HOST:PORT/bootstrap`, or `HOST:PORT/ID` once its id is
    /// known. `None` if the error is not about one broker.
    pub broker: Option<String>,
    /// The kind of problem.
    pub kind: BrokerErrorKind,
    /// librdkafka's text, for example `Connect to ipv4#127.0.0.1:1 failed: Connection refused
    /// (after 0ms in state CONNECT)`.
    pub reason: String,
}

/// The kind of a [`BrokerError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BrokerErrorKind {
    /// No broker is connected any more. Reported once for each outage.
    AllDown,
    /// The broker refuses the credentials.
    Authentication,
    /// The connection failed, or was closed.
    Connection,
    /// Anything else.
    Other,
    /// The host name cannot be resolved.
    Resolve,
    /// The TLS handshake failed.
    Tls,
}

impl BrokerError {
    fn new(code: Option<RDKafkaErrorCode>, text: &str) -> Self {
        let kind = match code {
            Some(RDKafkaErrorCode::AllBrokersDown) => BrokerErrorKind::AllDown,
            Some(RDKafkaErrorCode::Authentication | RDKafkaErrorCode::SaslAuthenticationFailed) => {
                BrokerErrorKind::Authentication
            }
            Some(
                RDKafkaErrorCode::BrokerTransportFailure | RDKafkaErrorCode::OperationTimedOut,
            ) => BrokerErrorKind::Connection,
            Some(RDKafkaErrorCode::Resolve) => BrokerErrorKind::Resolve,
            Some(RDKafkaErrorCode::SSL) => BrokerErrorKind::Tls,
            _ => BrokerErrorKind::Other,
        };
        // `rd_kafka_broker_set_error` writes "NAME: REASON"; a name has a slash and no blank.
        let named = text
            .split_once(": ")
            .filter(|(name, _)| name.contains('/') && !name.contains(' '));
        let (broker, reason) = match named {
            Some((name, reason)) => (Some(name.to_owned()), reason),
            None => (None, text),
        };
        Self {
            broker,
            kind,
            reason: reason.to_owned(),
        }
    }
}

impl fmt::Display for BrokerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.broker {
            Some(broker) => write!(f, "{broker}: {}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

pub(crate) type OnBrokerError = dyn Fn(&BrokerError) + Send + Sync;

/// Passes on what librdkafka logs and reports, without the values of secret settings.
#[derive(Default)]
pub(crate) struct BrokerLog {
    hook: Option<Arc<OnBrokerError>>,
    secrets: Secrets,
    /// True from the report of an outage of all brokers to the report of its end.
    are_all_down: AtomicBool,
}

impl BrokerLog {
    pub(crate) fn new(hook: Option<Arc<OnBrokerError>>, secrets: Secrets) -> Self {
        Self {
            hook,
            secrets,
            are_all_down: AtomicBool::new(false),
        }
    }

    /// Passes on a log line.
    pub(crate) fn line(&self, level: RDKafkaLogLevel, facility: &str, text: &str) {
        let level = log_level(level);
        // The same text comes as an error event (`rd_kafka_broker_set_error`).
        if facility == "FAIL" && level == log::Level::Error {
            return;
        }
        let text = self.secrets.hide(text);
        program::log(|| log::log!(target: "librdkafka", level, "{facility}: {text}"));
        program::log(|| trace::librdkafka(level, facility, &text));
    }

    /// Passes on an error event. librdkafka repeats that all brokers are down throughout an outage;
    /// the program gets it once.
    pub(crate) fn error(&self, error: &KafkaError, reason: &str) {
        let code = error.rdkafka_error_code();
        let error = BrokerError::new(code, &self.secrets.hide(reason));
        let is_all_down = error.kind == BrokerErrorKind::AllDown;
        if is_all_down && self.are_all_down.swap(true, Ordering::Relaxed) {
            return;
        }
        let what = if is_all_down {
            format!("all brokers are down ({error})")
        } else {
            error.to_string()
        };
        program::log(|| log::warn!(target: "librdkafka", "{what}"));
        let code = code.map(|code| format!("{code:?}"));
        let code = code.unwrap_or_default();
        program::log(|| trace::broker_trouble(&code, &error.to_string()));
        if let Some(hook) = &self.hook {
            program::call("the broker error hook of a producer", || hook(&error));
        }
    }

    /// Returns whether an outage of all brokers was reported, and not its end.
    pub(crate) fn are_all_down(&self) -> bool {
        self.are_all_down.load(Ordering::Relaxed)
    }

    /// Reports the end of an outage.
    pub(crate) fn connected(&self) {
        if self.are_all_down.swap(false, Ordering::Relaxed) {
            program::log(|| log::info!(target: "librdkafka", "a broker is connected again"));
            program::log(trace::connected);
        }
    }
}

impl fmt::Debug for BrokerLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BrokerLog").finish_non_exhaustive()
    }
}

fn log_level(level: RDKafkaLogLevel) -> log::Level {
    match level {
        RDKafkaLogLevel::Emerg
        | RDKafkaLogLevel::Alert
        | RDKafkaLogLevel::Critical
        | RDKafkaLogLevel::Error => log::Level::Error,
        RDKafkaLogLevel::Warning => log::Level::Warn,
        RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info => log::Level::Info,
        RDKafkaLogLevel::Debug => log::Level::Debug,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn collecting() -> (BrokerLog, Arc<Mutex<Vec<BrokerError>>>) {
        let secrets = Secrets::new(std::iter::once("hunter2".to_owned()));
        let errors = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&errors);
        let hook = move |error: &BrokerError| seen.lock().unwrap().push(error.clone());
        let log = BrokerLog::new(Some(Arc::new(hook)), secrets);
        (log, errors)
    }

    #[track_caller]
    fn check(code: RDKafkaErrorCode, text: &str, kind: BrokerErrorKind, broker: Option<&str>) {
        let error = BrokerError::new(Some(code), text);
        assert_eq!((error.kind, error.broker.as_deref()), (kind, broker));
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn errors_name_their_broker_and_kind() {
        check(
            RDKafkaErrorCode::BrokerTransportFailure,
            "127.0.0.1:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused",
            BrokerErrorKind::Connection,
            Some("127.0.0.1:1/bootstrap"),
        );
        check(
            RDKafkaErrorCode::Authentication,
            "sasl_ssl://kafka:9093/1: SASL authentication error: no",
            BrokerErrorKind::Authentication,
            Some("sasl_ssl://kafka:9093/1"),
        );
        check(
            RDKafkaErrorCode::AllBrokersDown,
            "1/1 brokers are down",
            BrokerErrorKind::AllDown,
            None,
        );
        check(
            RDKafkaErrorCode::Fail,
            "a path/with blanks: no name",
            BrokerErrorKind::Other,
            None,
        );
    }

    #[test]
    fn secrets_are_not_passed_on() {
        let (log, errors) = collecting();
        let error = KafkaError::Global(RDKafkaErrorCode::Authentication);
        log.error(&error, "a:1/bootstrap: user with hunter2 was refused");
        let errors = errors.lock().unwrap();
        assert_eq!(errors.len(), 1);
        assert!(!errors[0].reason.contains("hunter2"), "{errors:?}");
    }

    #[test]
    fn outage_is_passed_on_once_until_it_is_over() {
        let (log, errors) = collecting();
        let down = KafkaError::Global(RDKafkaErrorCode::AllBrokersDown);
        for _ in 0..3 {
            log.error(&down, "1/1 brokers are down");
        }
        assert!(log.are_all_down());
        log.connected();
        assert!(!log.are_all_down());
        log.error(&down, "1/1 brokers are down");
        assert_eq!(errors.lock().unwrap().len(), 2);
    }

    #[test]
    fn panicking_hook_is_contained() {
        let log = BrokerLog::new(
            Some(Arc::new(|_| panic!("a test said so"))),
            Secrets::default(),
        );
        log.error(&KafkaError::Global(RDKafkaErrorCode::Fail), "x");
    }
}
