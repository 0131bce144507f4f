//! Exit statuses: 0 success, 1 findings, 2 usage, 3 registry or I/O.

use std::error::Error as StdError;
use std::fmt::{self, Display};
use std::io::{self, Write as _};
use std::process::ExitCode;

/// The result of a verb that ran to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// No findings.
    Fine,
    /// The output lists findings.
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

/// The error that ended a verb.
#[derive(Debug)]
pub(crate) enum Error {
    /// A schema, a value or a record is invalid.
    Finding(String),
    /// The arguments are invalid.
    Usage(String),
    /// A file, a registry or a broker is missing or fails.
    Io(String),
    /// The reader of the output closed it: exit status 0.
    BrokenPipe,
}

impl Error {
    /// Prints the error to standard error and returns its exit status.
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

    /// Creates an error of an invalid schema, value or record, with its causes.
    pub(crate) fn finding(error: &dyn StdError) -> Self {
        Self::Finding(with_causes(error))
    }

    /// Creates an error of invalid arguments, with its causes.
    pub(crate) fn usage(error: &dyn StdError) -> Self {
        Self::Usage(with_causes(error))
    }

    /// Creates an error of a file, a registry or a broker, with its causes.
    pub(crate) fn io(error: &dyn StdError) -> Self {
        Self::Io(with_causes(error))
    }

    /// Creates an error of the file `name`.
    pub(crate) fn file(name: impl Display, error: &io::Error) -> Self {
        Self::Io(format!("{name}: {error}"))
    }
}

/// Returns the text of an error, followed by a line for each cause that it does not repeat.
pub(crate) fn with_causes(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let message = cause.to_string();
        if !text.contains(&message) {
            text.push_str("\ncaused by: ");
            text.push_str(&message);
        }
        source = cause.source();
    }
    text
}

/// Converts an error of standard output.
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
