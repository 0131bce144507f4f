use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};

/// The policy for values that do not fit their schema.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Validation {
    /// Validate nothing.
    Off,
    /// Validate, call the hook with the error of a value that does not fit, and continue.
    Warn(ViolationHook),
    /// Validate, and fail with what does not fit.
    #[default]
    Enforce,
}

/// A function that is called with the error of a value that does not fit: it has the place and the
/// keyword, never values.
pub type ViolationHook = Arc<dyn Fn(&Error) + Send + Sync>;

/// Against which schema a framed record is validated when it is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReadSchema {
    /// The one that the record names, as Confluent's Java client does.
    #[default]
    Writer,
    /// The codec's own: what the program relies on.
    Reader,
    /// Both.
    Both,
}

impl Validation {
    /// [`Warn`](Self::Warn) with a closure.
    #[must_use]
    pub fn warn(hook: impl Fn(&Error) + Send + Sync + 'static) -> Self {
        Self::Warn(Arc::new(hook))
    }

    /// Returns whether anything is validated.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !matches!(self, Self::Off)
    }

    /// Runs `check` and does with its error what the policy says.
    pub(super) fn apply(&self, check: impl FnOnce() -> Result<()>) -> Result<()> {
        match self {
            Self::Off => Ok(()),
            Self::Warn(hook) => {
                if let Err(error) = check() {
                    hook(&error);
                }
                Ok(())
            }
            Self::Enforce => check(),
        }
    }
}

impl fmt::Debug for Validation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "Off",
            Self::Warn(_) => "Warn",
            Self::Enforce => "Enforce",
        })
    }
}
