use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// The result of a registry call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error of a registry call: a [kind](ErrorKind) to branch on, a message to read, and the
/// underlying error, if any.
///
/// The message names the subject, version or id. It never holds a secret, a request body or a
/// record.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    code: Option<u32>,
    /// Shared between all callers that waited for one answer.
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// The kind of an error, as far as a caller would branch on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration of the registry by the program cannot work. Never retry.
    Config,
    /// The credentials do not allow this (403). Never retry with the same ones.
    Forbidden,
    /// The registry refused the schema: it breaks the subject's compatibility level. Never retry;
    /// the message holds the registry's reason.
    Incompatible,
    /// The answer was not a registry's answer: not JSON, missing fields, or contradicting the
    /// request. Not retried.
    InvalidResponse,
    /// The schema text is not a valid schema of its type, or a reference in it is missing.
    InvalidSchema,
    /// A size, depth or count went over its limit.
    LimitExceeded,
    /// The registry asked for fewer requests (429). Retried automatically while time is left.
    RateLimited,
    /// The request was refused for another reason (a 4xx that no other kind names). Never retry.
    Rejected,
    /// There is no schema with this id or GUID, or the text is not registered under the subject.
    SchemaNotFound,
    /// The registry failed (5xx). Retried automatically while time is left.
    Server,
    /// There is no such subject.
    SubjectNotFound,
    /// No answer within the deadline. Retried automatically while time is left.
    Timeout,
    /// Credentials are missing, wrong or out of date (401). A token that was fetched is renewed
    /// once; never retry otherwise.
    Unauthenticated,
    /// No connection could be made, or it broke. Retried automatically while time is left.
    Unreachable,
    /// This backend does not support the call, or no rules are known for the schema type.
    Unsupported,
    /// The subject exists, but not this version of it.
    VersionNotFound,
}

impl Error {
    /// An error of `kind` that says `message`: lower case, no full stop, naming the thing.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            code: None,
            source: None,
        }))
    }

    /// Adds the error that caused this one; it is returned by `source()` and not printed.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// Adds the registry's own error code, such as 40401.
    #[must_use]
    pub fn with_code(mut self, code: u32) -> Self {
        self.0.code = Some(code);
        self
    }

    /// Copies the error for another caller that waited for the same answer.
    pub(crate) fn share(&self) -> Self {
        Self(Box::new(Inner {
            kind: self.0.kind,
            message: self.0.message.clone(),
            code: self.0.code,
            source: self.0.source.clone(),
        }))
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The error code in the registry's answer, such as 40401, where it gave one.
    #[must_use]
    pub fn code(&self) -> Option<u32> {
        self.0.code
    }

    /// Returns whether the same call may succeed later without any change.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::RateLimited
                | ErrorKind::Server
                | ErrorKind::Timeout
                | ErrorKind::Unreachable
        )
    }

    /// Returns whether the registry answered that the requested item does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::SchemaNotFound | ErrorKind::SubjectNotFound | ErrorKind::VersionNotFound
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Error");
        out.field("kind", &self.0.kind)
            .field("message", &self.0.message);
        if let Some(code) = self.0.code {
            out.field("code", &code);
        }
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
