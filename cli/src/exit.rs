//! How a run ends: 0 fine, 1 findings, 2 usage, 3 registry or I/O.

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

    /// An error of a file, which `name` names.
    pub(crate) fn file(name: impl Display, error: &io::Error) -> Self {
        Self::Io(format!("{name}: {error}"))
    }
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
