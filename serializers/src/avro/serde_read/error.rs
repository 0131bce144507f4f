//! Our error as one of serde's.

use std::fmt::{self, Display};

use serde::de::{self, Expected, Unexpected};

use crate::error::{Error, ErrorKind};

/// Our error as serde knows it.
#[derive(Debug)]
pub(super) struct ReadError(pub(super) Error);

impl ReadError {
    fn new(message: String) -> Self {
        Self(Error::new(ErrorKind::Decode, message))
    }

    #[cold]
    #[inline(never)]
    pub(super) fn at_field(self, name: &str) -> Self {
        Self(self.0.at(name.to_owned()))
    }

    #[cold]
    #[inline(never)]
    pub(super) fn at_item(self, index: usize) -> Self {
        Self(self.0.at(format!("[{index}]")))
    }
}

impl From<Error> for ReadError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

/// serde's own texts quote the value: only what the program says is kept.
impl de::Error for ReadError {
    fn custom<T: Display>(_message: T) -> Self {
        Self::new("the type refuses the value".to_owned())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {expected}, found {}", kind_of(&found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!(
            "expected {expected}, found another {}",
            kind_of(&found)
        ))
    }

    fn unknown_variant(_variant: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!(
            "the enum has no such variant, expected one of {expected:?}"
        ))
    }
}

fn kind_of(found: &Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "boolean",
        Unexpected::Bytes(_) => "bytes",
        Unexpected::Float(_) => "floating-point number",
        Unexpected::Map => "map or record",
        Unexpected::Seq => "array",
        Unexpected::Signed(_) | Unexpected::Unsigned(_) => "integer",
        Unexpected::Str(_) | Unexpected::Char(_) => "string",
        Unexpected::Unit | Unexpected::Option => "null",
        _ => "enum",
    }
}

impl Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for ReadError {}
