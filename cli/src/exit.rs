//! How a run ends: 0 fine, 1 findings, 2 usage, 3 registry or I/O.

use std::error::Error as StdError;
use std::fmt::{self, Display};
use std::io::{self, Write as _};
use std::process::ExitCode;

/// How a verb ended that did what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// There is nothing to say against it.
    Fine,
    /// It found what should be looked at: the output says what.
    Findings,
}

impl Outcome {
    pub(crate) fn code(self) -> ExitCode {
        match self {
            Self::Fine => ExitCode::SUCCESS,
            Self::Findings => ExitCode::from(1),
        }
    }
}

/// Why a verb could not do what it was asked.
#[derive(Debug)]
pub(crate) enum Error {
    /// A schema, a value or a record is wrong.
    Finding(String),
    /// What was asked makes no sense.
    Usage(String),
    /// A file, a registry or a broker is not there, or fails.
    Io(String),
    /// Who reads the output went away: no error of anybody.
    BrokenPipe,
}

impl Error {
    /// Says it on standard error.
    pub(crate) fn report(self) -> ExitCode {
        let (code, message) = match self {
            Self::Finding(message) => (1, message),
            Self::Usage(message) => (2, message),
            Self::Io(message) => (3, message),
            Self::BrokenPipe => return ExitCode::SUCCESS,
        };
        let _ = writeln!(io::stderr(), "error: {message}");
        ExitCode::from(code)
    }

    /// A schema, a value or a record is wrong: an error with its causes.
    pub(crate) fn finding(error: &dyn StdError) -> Self {
        Self::Finding(with_causes(error))
    }

    /// What was asked makes no sense: an error with its causes.
    pub(crate) fn usage(error: &dyn StdError) -> Self {
        Self::Usage(with_causes(error))
    }

    /// A file, a registry or a broker fails: an error with its causes.
    pub(crate) fn io(error: &dyn StdError) -> Self {
        Self::Io(with_causes(error))
    }

    /// An error of a file, which `name` names.
    pub(crate) fn file(name: impl Display, error: &io::Error) -> Self {
        Self::Io(format!("{name}: {error}"))
    }
}

/// The text of an error, and below it the text of each cause that it does not repeat.
pub(crate) fn with_causes(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let said = cause.to_string();
        if !text.contains(&said) {
            text.push_str("\ncaused by: ");
            text.push_str(&said);
        }
        source = cause.source();
    }
    text
}

/// An error of standard output.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::Io(format!("standard output: {error}")),
        }
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finding(message) | Self::Usage(message) | Self::Io(message) => {
                f.write_str(message)
            }
            Self::BrokenPipe => f.write_str("broken pipe"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Layer(&'static str, Option<Box<Layer>>);

    impl Display for Layer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl StdError for Layer {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            self.1.as_deref().map(|layer| layer as _)
        }
    }

    #[test]
    fn causes_are_lines_of_their_own_and_none_is_repeated() {
        let inner = Layer("connection refused", None);
        let same = Layer("no connection", Some(Box::new(inner)));
        let outer = Layer("subjects: no connection", Some(Box::new(same)));
        assert_eq!(
            with_causes(&outer),
            "subjects: no connection\ncaused by: connection refused"
        );
    }
}
