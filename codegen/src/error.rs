use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::path::Path;

/// The result of generating code.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error of generating code: a [kind](ErrorKind) to branch on, a message with file, line and
/// column if they are known, and the underlying error if there is one.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kind of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Invalid settings: an attribute that does not parse, or a call outside of a build script.
    Config,
    /// A `.proto` file, or something that it imports, does not compile.
    InvalidProto,
    /// An `.avsc` file is not an Avro schema, or refers to a name that none of the files defines.
    InvalidSchema,
    /// A file could not be read or written.
    Io,
    /// A schema file and a type differ.
    Stale,
    /// The schema is valid, but has no equivalent in Rust.
    Unsupported,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            source: None,
        }))
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn io(what: &str, path: &Path, source: std::io::Error) -> Self {
        let message = format!("{what} {}", path.display());
        Self::new(ErrorKind::Io, message).with_source(source)
    }

    pub(crate) fn in_file(mut self, path: &str) -> Self {
        self.0.message = format!("{path}: {}", self.0.message).into();
        self
    }

    /// protox's Debug text is `file:line:column: message` where it knows the place; its Display
    /// text has no place.
    pub(crate) fn proto(error: &protox::Error) -> Self {
        let kind = match error.is_io() {
            true => ErrorKind::Io,
            false => ErrorKind::InvalidProto,
        };
        let text = format!("{error:?}");
        match error.file() {
            Some(file) if !text.contains(file) => Self::new(kind, format!("{file}: {text}")),
            _ => Self::new(kind, text),
        }
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    /// The sentence comes first and alone on its line: it is what a failing build script shows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:?})", self.0.message, self.0.kind)?;
        match &self.0.source {
            Some(source) => write!(f, ": {source}"),
            None => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
