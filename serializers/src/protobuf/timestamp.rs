//! `google.protobuf.Timestamp` from and to the datetimes of chrono, jiff, time and the standard
//! library.
//!
//! A timestamp is an instant to the nanosecond, from 0001-01-01T00:00:00Z to
//! 9999-12-31T23:59:59.999999999Z, without an offset. Nothing is rounded, and what is outside of
//! that is an error; so are `nanos` below zero or of a second and more, which other writers may
//! leave in the bytes. Source:
//! <https://protobuf.dev/reference/protobuf/google.protobuf/#timestamp>.
//!
//! ```
//! use std::time::{Duration, SystemTime};
//! use wireform::protobuf::{prost_types::Timestamp, timestamp};
//!
//! let last_of_1969 = SystemTime::UNIX_EPOCH - Duration::from_millis(1);
//! let written = timestamp::from_datetime(&last_of_1969)?;
//! assert_eq!(written, Timestamp { seconds: -1, nanos: 999_000_000 });
//! assert_eq!(timestamp::to_datetime::<SystemTime>(&written)?, last_of_1969);
//!
//! let year_10000 = Timestamp { seconds: 253_402_300_800, nanos: 0 };
//! assert!(timestamp::to_datetime::<SystemTime>(&year_10000).is_err());
//! # Ok::<(), wireform::Error>(())
//! ```
//!
//! A [`Timestamp`] is a [`Datetime`] itself too, so that a field of it is RFC 3339 text in JSON by
//! `#[serde(with = "wireform::datetime::rfc3339::nanos")]`.

use prost_types::Timestamp;

use crate::datetime::{Datetime, Moment};
use crate::error::{Error, ErrorKind, Result};

/// The timestamp at the instant of `datetime`; its offset is left out.
///
/// # Errors
/// `Encode` if the year is not in 0001 to 9999, or the datetime is a leap second.
pub fn from_datetime(datetime: &impl Datetime) -> Result<Timestamp> {
    from_moment(datetime.to_moment()?, ErrorKind::Encode)
}

/// The datetime at the instant of `timestamp`, at the offset zero.
///
/// # Errors
/// `Decode` if the timestamp is outside of 0001 to 9999, if its `nanos` are not within a second,
/// or if the type cannot hold the instant.
pub fn to_datetime<T: Datetime>(timestamp: &Timestamp) -> Result<T> {
    T::from_moment(to_moment(timestamp, ErrorKind::Decode)?)
}

impl Datetime for Timestamp {
    fn to_moment(&self) -> Result<Moment> {
        to_moment(self, ErrorKind::Encode)
    }

    fn from_moment(moment: Moment) -> Result<Self> {
        from_moment(moment, ErrorKind::Decode)
    }
}

fn from_moment(moment: Moment, kind: ErrorKind) -> Result<Timestamp> {
    let seconds = checked(moment.seconds(), kind)?;
    let nanos = i32::try_from(moment.nanos()).map_err(|_| nanos_range(kind))?;
    Ok(Timestamp { seconds, nanos })
}

fn to_moment(timestamp: &Timestamp, kind: ErrorKind) -> Result<Moment> {
    let seconds = checked(timestamp.seconds, kind)?;
    let nanos = u32::try_from(timestamp.nanos).map_err(|_| nanos_range(kind))?;
    Moment::new(seconds, nanos).map_err(|_| nanos_range(kind))
}

fn checked(seconds: i64, kind: ErrorKind) -> Result<i64> {
    if (FIRST_SECOND..=LAST_SECOND).contains(&seconds) {
        return Ok(seconds);
    }
    let message = "a google.protobuf.Timestamp is of the years 0001 to 9999";
    Err(Error::new(kind, message))
}

fn nanos_range(kind: ErrorKind) -> Error {
    let message = "a google.protobuf.Timestamp has nanos of 0 to 999,999,999";
    Error::new(kind, message)
}

/// 0001-01-01T00:00:00Z. Source of both: `timestamp.proto` of
/// <https://github.com/protocolbuffers/protobuf>, comment on `seconds`.
const FIRST_SECOND: i64 = -62_135_596_800;
/// 9999-12-31T23:59:59Z.
const LAST_SECOND: i64 = 253_402_300_799;

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    const fn at(seconds: i64, nanos: i32) -> Timestamp {
        Timestamp { seconds, nanos }
    }

    #[track_caller]
    fn check_error(timestamp: Timestamp, text: &str) {
        let error = to_datetime::<Timestamp>(&timestamp).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains(text), "{error}");
        let error = from_datetime(&timestamp).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Encode);
    }

    #[test]
    fn every_instant_of_the_range_comes_back() {
        for timestamp in [
            at(0, 0),
            at(0, 1),
            at(-1, 999_999_999),
            at(1_795_000_000, 123_456_789),
            at(FIRST_SECOND, 0),
            at(LAST_SECOND, 999_999_999),
        ] {
            assert_eq!(to_datetime::<Timestamp>(&timestamp).unwrap(), timestamp);
            if cfg!(unix) {
                let system: SystemTime = to_datetime(&timestamp).unwrap();
                assert_eq!(from_datetime(&system).unwrap(), timestamp);
            }
        }
    }

    #[test]
    fn what_is_outside_is_an_error() {
        check_error(at(FIRST_SECOND - 1, 999_999_999), "0001 to 9999");
        check_error(at(LAST_SECOND + 1, 0), "0001 to 9999");
        check_error(at(i64::MIN, 0), "0001 to 9999");
        check_error(at(i64::MAX, 0), "0001 to 9999");
        check_error(at(0, -1), "nanos");
        check_error(at(0, 1_000_000_000), "nanos");
        check_error(at(0, i32::MIN), "nanos");
        check_error(at(0, i32::MAX), "nanos");
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn chrono_comes_back_and_its_leap_second_does_not() {
        use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

        let timestamp = at(1_704_164_645, 6_007_008);
        let utc: DateTime<Utc> = to_datetime(&timestamp).unwrap();
        assert_eq!(utc.to_string(), "2024-01-02 03:04:05.006007008 UTC");
        assert_eq!(from_datetime(&utc).unwrap(), timestamp);
        let east = utc.with_timezone(&FixedOffset::east_opt(3600).unwrap());
        assert_eq!(from_datetime(&east).unwrap(), timestamp);
        let leap = NaiveDate::from_ymd_opt(2016, 12, 31).unwrap();
        let leap = leap.and_hms_milli_opt(23, 59, 59, 1_500).unwrap().and_utc();
        assert_eq!(from_datetime(&leap).unwrap_err().kind(), ErrorKind::Encode);
        for outside in [DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC] {
            assert_eq!(
                from_datetime(&outside).unwrap_err().kind(),
                ErrorKind::Encode
            );
        }
    }

    #[cfg(feature = "jiff")]
    #[test]
    fn jiff_comes_back() {
        let timestamp = at(1_704_164_645, 6_007_008);
        let found: jiff::Timestamp = to_datetime(&timestamp).unwrap();
        assert_eq!(found.to_string(), "2024-01-02T03:04:05.006007008Z");
        assert_eq!(from_datetime(&found).unwrap(), timestamp);
        assert!(from_datetime(&jiff::Timestamp::MIN).is_err());
        // jiff ends a day before the year does, so that every offset fits.
        assert!(to_datetime::<jiff::Timestamp>(&at(LAST_SECOND, 0)).is_err());
    }

    #[cfg(feature = "time")]
    #[test]
    fn time_comes_back() {
        let timestamp = at(-1, 6_007_008);
        let found: time::OffsetDateTime = to_datetime(&timestamp).unwrap();
        assert_eq!(found.unix_timestamp_nanos(), -993_992_992);
        assert_eq!(from_datetime(&found).unwrap(), timestamp);
    }
}
