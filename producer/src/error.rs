use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use rdkafka::error::RDKafkaErrorCode;

/// The result of building a producer, of sending, and of a delivery.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error of a producer, a send or a delivery: a [kind](ErrorKind) to branch on, the topic, a
/// message, and the underlying error if there is one.
///
/// The text never holds payload bytes, keys, or the values of settings.
///
/// ```
/// use wireform_producer::{ErrorKind, Producer};
///
/// let error = Producer::builder().build().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Config);
/// assert_eq!(error.to_string(), "no brokers are set");
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    topic: Option<Arc<str>>,
    is_retryable: bool,
    is_fatal: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kind of an error.
///
/// In a delivery result, only [`Unknown`](Self::Unknown) leaves open whether the record is in the
/// log; with every other kind it is not. A record without a result has no kind:
/// [`Delivery::wait`](crate::Delivery::wait) returns `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The transaction was aborted, or can only be aborted: none of its records will be visible. It
    /// is safe to repeat the whole transaction.
    Aborted,
    /// The producer is closed or closing. The record was not sent; build another producer.
    Closed,
    /// Invalid settings or an invalid call. Never retry; fix the program.
    Config,
    /// The producer cannot go on, for example because its idempotent state was lost. Every later
    /// call fails with this error; build another producer. This record was not written.
    Fatal,
    /// Another producer has taken over the transactional id. This one cannot be used any more, and
    /// no record of its open transaction will be visible.
    Fenced,
    /// The record was accepted and not written. It is safe to send it again;
    /// [`is_retryable`](Error::is_retryable) tells whether that may help.
    NotWritten,
    /// The queue has no room for another record. Only returned by calls that do not wait.
    QueueFull,
    /// The key or the value could not be serialized; nothing was sent. Never retry with the same
    /// value.
    Serialize,
    /// The timeout of a flush, a close, or the begin or end of a transaction is over. Never in a
    /// delivery result. Accepted records are still in flight: do not send them again.
    Timeout,
    /// The record is larger than this producer (`message.max.bytes`) or the broker allows. The
    /// broker's limit applies to the batch of the record. The record was not written.
    TooLarge,
    /// The record was accepted, sent, and never acknowledged: it may be in the log or not. Sending
    /// it again may write it twice.
    Unknown,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        let is_retryable = matches!(
            kind,
            ErrorKind::Aborted | ErrorKind::NotWritten | ErrorKind::QueueFull | ErrorKind::Timeout
        );
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            topic: None,
            is_retryable,
            is_fatal: matches!(kind, ErrorKind::Fatal | ErrorKind::Fenced),
            source: None,
        }))
    }

    pub(crate) fn config(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Config, message)
    }

    pub(crate) fn closed() -> Self {
        Self::new(ErrorKind::Closed, "the producer is closed")
    }

    pub(crate) fn fatal(reason: &str) -> Self {
        Self::new(
            ErrorKind::Fatal,
            format!("the producer cannot go on: {reason}"),
        )
    }

    pub(crate) fn queue_full() -> Self {
        Self::new(ErrorKind::QueueFull, "the queue is full")
    }

    /// Creates the error of a record that librdkafka refused, or gave up on before it was written.
    pub(crate) fn not_written(code: RDKafkaErrorCode) -> Self {
        let kind = match code {
            RDKafkaErrorCode::MessageSizeTooLarge | RDKafkaErrorCode::MessageBatchTooLarge => {
                ErrorKind::TooLarge
            }
            RDKafkaErrorCode::Fatal => ErrorKind::Fatal,
            // A transactional producer accepts records only within a transaction.
            RDKafkaErrorCode::State => ErrorKind::Config,
            RDKafkaErrorCode::QueueFull => ErrorKind::QueueFull,
            _ => ErrorKind::NotWritten,
        };
        let mut error = Self::new(kind, format!("not written: {}", reason(code)));
        error.0.is_retryable &= !is_permanent(code);
        error
    }

    /// Creates the error of a record that was sent, and that may have been written or not.
    pub(crate) fn unknown(code: RDKafkaErrorCode) -> Self {
        let message = format!("sent, but not acknowledged: {}", reason(code));
        Self::new(ErrorKind::Unknown, message)
    }

    /// Returns the same error, from a producer that cannot go on.
    pub(crate) fn and_fatal(mut self) -> Self {
        self.0.is_fatal = true;
        self.0.is_retryable = false;
        if self.0.kind == ErrorKind::NotWritten {
            self.0.kind = ErrorKind::Fatal;
        }
        self
    }

    /// Creates the error of a wait that ended before all results arrived.
    pub(crate) fn pending(what: &str, open: usize) -> Self {
        let message = format!("{what}: {open} records have no delivery result yet");
        let mut error = Self::new(ErrorKind::Timeout, message);
        // They may still be written: sending them again may write them twice.
        error.0.is_retryable = false;
        error
    }

    pub(crate) fn for_topic(mut self, topic: &Arc<str>) -> Self {
        self.0.topic = Some(Arc::clone(topic));
        self
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the topic of the record, if the error is about one.
    #[must_use]
    pub fn topic(&self) -> Option<&str> {
        self.0.topic.as_deref()
    }

    /// Returns whether the same call may succeed later without any change, and cannot write a
    /// record twice.
    ///
    /// Returns false while a record may still be written: for `Unknown`, and for the `Timeout` of a
    /// flush or a close. The producer has already retried by itself for the whole delivery timeout.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.is_retryable
    }

    /// Returns whether the producer cannot be used any more: build another one.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        self.0.is_fatal
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(topic) = &self.0.topic {
            write!(f, "topic {topic:?}: ")?;
        }
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Error");
        out.field("kind", &self.0.kind)
            .field("message", &self.to_string());
        if let Some(source) = &self.0.source {
            out.field("source", source);
        }
        out.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// Returns whether retrying cannot help until the topic, its permissions or the record are changed.
fn is_permanent(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::ClusterAuthorizationFailed
            | RDKafkaErrorCode::InvalidMessage
            | RDKafkaErrorCode::InvalidRecord
            | RDKafkaErrorCode::InvalidTimestamp
            | RDKafkaErrorCode::InvalidTopic
            | RDKafkaErrorCode::PolicyViolation
            | RDKafkaErrorCode::TopicAuthorizationFailed
            | RDKafkaErrorCode::UnknownPartition
            | RDKafkaErrorCode::UnknownTopic
            | RDKafkaErrorCode::UnknownTopicOrPartition
            | RDKafkaErrorCode::UnsupportedForMessageFormat
    )
}

/// Returns librdkafka's text in lower case, without `Local:` and `Broker:`.
fn reason(code: RDKafkaErrorCode) -> String {
    let text = code.to_string();
    let text = text
        .split_once('(')
        .map_or(&*text, |(_, text)| text.strip_suffix(')').unwrap_or(text));
    let text = text
        .strip_prefix("Local: ")
        .or_else(|| text.strip_prefix("Broker: "))
        .unwrap_or(text);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: RDKafkaErrorCode, kind: ErrorKind, is_retryable: bool, text: &str) {
        let error = Error::not_written(code).for_topic(&Arc::from("orders"));
        assert_eq!(
            (error.kind(), error.is_retryable()),
            (kind, is_retryable),
            "{code:?}"
        );
        assert_eq!(error.to_string(), format!("topic \"orders\": {text}"));
    }

    #[test]
    fn kinds_say_what_may_help() {
        check(
            RDKafkaErrorCode::MessageTimedOut,
            ErrorKind::NotWritten,
            true,
            "not written: message timed out",
        );
        check(
            RDKafkaErrorCode::TopicAuthorizationFailed,
            ErrorKind::NotWritten,
            false,
            "not written: topic authorization failed",
        );
        check(
            RDKafkaErrorCode::MessageSizeTooLarge,
            ErrorKind::TooLarge,
            false,
            "not written: message size too large",
        );
    }

    #[test]
    fn fatal_keeps_the_doubt() {
        let unknown = Error::unknown(RDKafkaErrorCode::PurgeInflight).and_fatal();
        assert_eq!(unknown.kind(), ErrorKind::Unknown);
        assert!(unknown.is_fatal());
        let not_written = Error::not_written(RDKafkaErrorCode::PurgeQueue).and_fatal();
        assert_eq!(not_written.kind(), ErrorKind::Fatal);
        assert!(!not_written.is_retryable());
    }
}
