use std::fmt;

use crate::error::{Error, ErrorKind};

/// Why a datetime is refused. Its sentence holds nothing of the datetime, so it may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Civil,
    Field,
    Fraction,
    Leap,
    Naive,
    Offset,
    Range,
    Shape,
    Year,
    Zone,
    Zoned,
}

impl Fault {
    const ALL: [Self; 11] = [
        Self::Civil,
        Self::Field,
        Self::Fraction,
        Self::Leap,
        Self::Naive,
        Self::Offset,
        Self::Range,
        Self::Shape,
        Self::Year,
        Self::Zone,
        Self::Zoned,
    ];

    /// The fault whose sentence `text` begins with: serde carries errors as text only.
    pub(super) fn told_in(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|fault| text.starts_with(fault.sentence()))
    }

    pub(super) fn error(self, kind: ErrorKind) -> Error {
        Error::new(kind, self.sentence())
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Civil => {
                "the text is not a date, time or datetime without a zone, as 2024-01-02T03:04:05"
            }
            Self::Field => "the datetime has a month, day, hour, minute or second that is not",
            Self::Fraction => "the datetime has digits below the nanosecond",
            Self::Leap => "the datetime is a leap second (:60), which has no place in the epoch",
            Self::Naive => {
                "the datetime has no zone, so it is no instant \
                 (the policy's `naive` may allow it)"
            }
            Self::Offset => "the datetime's offset is a whole day or more, not RFC 3339",
            Self::Range => "the datetime is outside of what its type or format holds",
            Self::Shape => "the text is not an RFC 3339 datetime",
            Self::Year => "the datetime's year is outside of 0000 to 9999, not RFC 3339",
            Self::Zone => "the text has a zone, and the type that it is read into has none",
            Self::Zoned => {
                "the datetime is before 1973 in a named zone that jiff cannot resolve, where its \
                 text does not tell the instant; write a `Timestamp`"
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}
