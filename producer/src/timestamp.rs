use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::error::{Error, Result};

/// A timestamp of Kafka, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Creates the timestamp `millis` milliseconds after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// `Config` if it is not positive: Kafka has no earlier timestamps (`ProducerRecord.java`
    /// refuses them), and to librdkafka 0 means "now".
    pub fn from_millis(millis: i64) -> Result<Self> {
        if millis <= 0 {
            let message = "invalid timestamp: expected at least 1 ms after 1970-01-01T00:00:00Z";
            return Err(Error::config(message));
        }
        Ok(Self(millis))
    }

    /// Returns the milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Creates the timestamp that a broker reported, without checking it.
    pub(crate) const fn reported(millis: i64) -> Self {
        Self(millis)
    }
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = Error;

    /// Converts a time; fractions of a millisecond are discarded.
    fn try_from(time: SystemTime) -> Result<Self> {
        let millis = time
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|since| i64::try_from(since.as_millis()).ok())
            .ok_or_else(|| Error::config("the time is before 1970 or too far ahead"))?;
        Self::from_millis(millis)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[track_caller]
    fn check(time: SystemTime, expected: Option<i64>) {
        let found = Timestamp::try_from(time).ok().map(Timestamp::as_millis);
        assert_eq!(found, expected);
    }

    #[test]
    fn system_times_are_checked() {
        check(
            UNIX_EPOCH + Duration::from_micros(1_795_000_000_123_999),
            Some(1_795_000_000_123),
        );
        check(UNIX_EPOCH, None);
        check(UNIX_EPOCH - Duration::from_millis(1), None);
    }
}
