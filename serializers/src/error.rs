use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use wireform_registry::{SchemaKey, Subject};

/// The result of encoding, decoding, or building a serializer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error of writing or reading a value: a [kind](ErrorKind) to branch on, the path of the
/// field, a message to read, and the underlying error, if any.
///
/// ```
/// use wireform::{Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::Encode, "expected long, found string").at("total");
/// assert_eq!(error.to_string(), "field \"total\": expected long, found string");
/// ```
/// The text never holds payload bytes, values of a record, keys of its maps, or secrets.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    /// Innermost first.
    path: Vec<Cow<'static, str>>,
    subject: Option<Subject>,
    record: Option<Box<str>>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// The kind of an error, as far as a caller would branch on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The program asked for something that cannot work. Never retry; fix the program.
    Config,
    /// The body is not what its schema or format says. Never retry: the record cannot be decoded.
    Decode,
    /// The value cannot be written in this format. Never retry with the same value.
    Encode,
    /// The payload has no frame that this reader knows. The message describes the payload.
    Framing,
    /// The schemas do not fit each other: the writer's data cannot be read as the reader's type, or
    /// a schema is not compatible with its older versions.
    Incompatible,
    /// A schema text is not valid.
    InvalidSchema,
    /// A file could not be read or written, or a thread could not be started; `source()` is the
    /// [`std::io::Error`]. The same call may succeed later.
    Io,
    /// A size, depth or memory limit was reached.
    LimitExceeded,
    /// The registry failed; its own kind says how, and whether to retry.
    Registry(wireform_registry::ErrorKind),
    /// The record's writer schema is not loaded: fetch it or add it, then decode again. The message
    /// says which of them the reader can do.
    UnknownSchema(SchemaKey),
    /// No codec of this reader reads this content type, or the record has no content type.
    UnsupportedContent,
    /// The record holds another message or record type than the one asked for.
    WrongType,
}

impl Error {
    /// An error of `kind` that says `message`: lower case, no full stop, naming the thing.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            path: Vec::new(),
            subject: None,
            record: None,
            source: None,
        }))
    }

    /// Adds the error that caused this one; it is returned by `source()` and not printed.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into().into());
        self
    }

    /// Copies the error, for a failure that is remembered.
    #[cold]
    pub(crate) fn again(&self) -> Self {
        Self(Box::new(Inner {
            kind: self.0.kind,
            message: self.0.message.clone(),
            path: self.0.path.clone(),
            subject: self.0.subject.clone(),
            record: self.0.record.clone(),
            source: self.0.source.clone(),
        }))
    }

    /// Adds an enclosing place: a field name, `[3]` for an array item, `[""]` or `[entry 3]` for a
    /// map entry. The key of an entry is payload and must not be in here.
    ///
    /// Called from the inside out, while the error passes up through the encoder or decoder.
    #[must_use]
    #[cold]
    #[inline(never)]
    pub fn at(self, segment: impl Into<Cow<'static, str>>) -> Self {
        self.within(segment.into())
    }

    #[cold]
    #[inline(never)]
    fn within(mut self, segment: Cow<'static, str>) -> Self {
        self.0.path.push(segment);
        self
    }

    /// Names the subject whose schema was in use.
    #[must_use]
    pub fn for_subject(mut self, subject: &Subject) -> Self {
        self.0.subject = Some(subject.clone());
        self
    }

    /// Names the record or message that was found where it was not expected.
    #[must_use]
    pub fn for_record(mut self, full_name: impl Into<Box<str>>) -> Self {
        self.0.record = Some(full_name.into());
        self
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The subject whose schema was in use, where there was one.
    #[must_use]
    pub fn subject(&self) -> Option<&Subject> {
        self.0.subject.as_ref()
    }

    /// The full name of the record or message that was found, with
    /// [`WrongType`](ErrorKind::WrongType), where the writer schema has one.
    #[must_use]
    pub fn record(&self) -> Option<&str> {
        self.0.record.as_deref()
    }

    /// The place in the value, outermost first, such as `items[2].price`; empty at the top.
    #[must_use]
    pub fn path(&self) -> String {
        let mut out = String::new();
        for segment in self.0.path.iter().rev() {
            if !out.is_empty() && !segment.starts_with('[') {
                out.push('.');
            }
            out.push_str(segment);
        }
        out
    }

    /// Returns whether the same call may succeed later without any change.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        use wireform_registry::ErrorKind as Registry;
        matches!(
            self.0.kind,
            ErrorKind::Registry(
                Registry::RateLimited
                    | Registry::Server
                    | Registry::Timeout
                    | Registry::Unreachable
            )
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A registry's own sentence names its subject already.
        if let Some(subject) = &self.0.subject
            && !self.0.message.starts_with("subject \"")
        {
            write!(f, "subject \"{subject}\": ")?;
        }
        if !self.0.path.is_empty() {
            write!(f, "field \"{}\": ", self.path())?;
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

impl From<wireform_registry::Error> for Error {
    /// Keeps the registry's sentence and kind; an incompatible or invalid schema keeps its meaning.
    fn from(error: wireform_registry::Error) -> Self {
        use wireform_registry::ErrorKind as Registry;
        let kind = match error.kind() {
            Registry::Incompatible => ErrorKind::Incompatible,
            Registry::InvalidSchema => ErrorKind::InvalidSchema,
            other => ErrorKind::Registry(other),
        };
        Self::new(kind, error.to_string()).with_source(error)
    }
}
