use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Result};

/// The changes that a registry, a context or a subject allows.
///
/// Names as in Confluent's `mode` setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// Schemas are registered with ids and versions that the caller gives, unchecked.
    Import,
    /// Nothing can be registered or deleted.
    ReadOnly,
    /// As `ReadOnly`; set for the whole registry, it also takes precedence over every subject's own
    /// mode.
    ReadOnlyOverride,
    /// Everything is allowed. The default.
    ReadWrite,
}

impl Mode {
    /// The name in the registry's API, such as `READWRITE`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Import => "IMPORT",
            Self::ReadOnly => "READONLY",
            Self::ReadOnlyOverride => "READONLY_OVERRIDE",
            Self::ReadWrite => "READWRITE",
        }
    }

    /// Returns whether changes are forbidden.
    #[must_use]
    pub const fn is_read_only(self) -> bool {
        matches!(self, Self::ReadOnly | Self::ReadOnlyOverride)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Mode {
    type Err = Error;

    /// Reads the API's name, upper or lower case.
    fn from_str(text: &str) -> Result<Self> {
        [
            Self::Import,
            Self::ReadOnly,
            Self::ReadOnlyOverride,
            Self::ReadWrite,
        ]
        .into_iter()
        .find(|mode| mode.as_str().eq_ignore_ascii_case(text))
        .ok_or_else(|| Error::new(ErrorKind::Config, format!("unknown mode {text:?}")))
    }
}
