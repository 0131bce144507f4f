use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::fault::Fault;
use super::moment::{Moment, NANOS_PER_SECOND};
use crate::error::{ErrorKind, Result};

#[cfg(feature = "chrono")]
mod chrono;
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
mod civil;
#[cfg(feature = "jiff")]
mod jiff;
#[cfg(feature = "time")]
mod time;

/// **A type that implements `Datetime` is an instant on the time line; the [`rfc3339`] and
/// [`epoch`] modules and the newtypes [`Rfc3339`] and [`Epoch`] write and read it.**
///
/// [`rfc3339`]: super::rfc3339
/// [`epoch`]: super::epoch
/// [`Rfc3339`]: super::Rfc3339
/// [`Epoch`]: super::Epoch
///
/// | type | cargo feature | offset |
/// |---|---|---|
/// | `std::time::SystemTime` | `datetime` | none |
/// | `chrono::DateTime<Utc>` | `chrono` | none |
/// | `chrono::DateTime<FixedOffset>` | `chrono` | kept |
/// | `jiff::Timestamp` | `jiff` | none |
/// | `time::UtcDateTime` | `time` | none |
/// | `time::OffsetDateTime` | `time` | kept |
///
/// A type without a zone is not an instant: it is a [`CivilDatetime`](super::CivilDatetime). And
/// jiff's `ZonedDateTime` is more than an instant and an offset: neither would read back as it was,
/// so neither is here.
///
/// # Contract
/// `from_moment` gives back what `to_moment` was called on. A type that holds no offset returns the
/// offset zero and ignores the one that it is given. A value that the type cannot hold is an error,
/// never the nearest value.
///
/// ```
/// use wireform::datetime::{Datetime, Epoch, Millis, Moment};
///
/// /// Seconds since 1970.
/// #[derive(Debug, PartialEq)]
/// struct Clock(i64);
///
/// impl Datetime for Clock {
///     fn to_moment(&self) -> wireform::Result<Moment> {
///         Moment::new(self.0, 0)
///     }
///
///     fn from_moment(moment: Moment) -> wireform::Result<Self> {
///         Ok(Self(moment.seconds()))
///     }
/// }
///
/// let json = serde_json::to_string(&Epoch::<_, Millis>::new(Clock(7)))?;
/// assert_eq!(json, "7000");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no datetime that `wireform` writes exactly",
    note = "chrono's, jiff's and time's types need the cargo feature `chrono`, `jiff` or `time` of \
            `wireform`; a type without a zone is no instant"
)]
pub trait Datetime: Sized {
    /// The instant, and the offset where the type holds one.
    ///
    /// # Errors
    /// `Encode` for a leap second, which has no place in the epoch.
    fn to_moment(&self) -> Result<Moment>;

    /// The value at `moment`.
    ///
    /// # Errors
    /// `Decode` if the type cannot hold it.
    fn from_moment(moment: Moment) -> Result<Self>;
}

impl Datetime for SystemTime {
    #[inline]
    fn to_moment(&self) -> Result<Moment> {
        let (since, before) = match self.duration_since(UNIX_EPOCH) {
            Ok(after) => (after, false),
            Err(error) => (error.duration(), true),
        };
        let nanos = i128::from(since.as_secs()) * i128::from(NANOS_PER_SECOND)
            + i128::from(since.subsec_nanos());
        encode(from_nanos(if before { -nanos } else { nanos }))
    }

    /// Windows holds units of 100 nanoseconds; anything finer is cut off there by the standard
    /// library.
    #[inline]
    fn from_moment(moment: Moment) -> Result<Self> {
        let seconds = Duration::from_secs(moment.seconds().unsigned_abs());
        let whole = if moment.seconds() < 0 {
            UNIX_EPOCH.checked_sub(seconds)
        } else {
            UNIX_EPOCH.checked_add(seconds)
        };
        let nanos = Duration::from_nanos(moment.nanos().into());
        decode(whole.and_then(|whole| whole.checked_add(nanos)))
    }
}

/// The instant that many nanoseconds after 1970-01-01T00:00:00Z.
#[inline]
pub(super) fn from_nanos(nanos: i128) -> std::result::Result<Moment, Fault> {
    let per_second = i128::from(NANOS_PER_SECOND);
    let seconds = i64::try_from(nanos.div_euclid(per_second)).ok();
    let within = u32::try_from(nanos.rem_euclid(per_second)).ok();
    seconds
        .zip(within)
        .and_then(|(seconds, nanos)| Moment::checked(seconds, nanos))
        .ok_or(Fault::Range)
}

#[inline]
fn encode<T>(result: std::result::Result<T, Fault>) -> Result<T> {
    result.map_err(|fault| fault.error(ErrorKind::Encode))
}

#[inline]
fn decode<T>(value: Option<T>) -> Result<T> {
    value.ok_or_else(|| Fault::Range.error(ErrorKind::Decode))
}

/// Whole minutes of an offset in seconds, rounded down: RFC 3339 has no seconds there. The instant
/// stays what it is.
#[cfg(any(feature = "chrono", feature = "time"))]
fn at_offset(moment: Moment, seconds: i32) -> std::result::Result<Moment, Fault> {
    i16::try_from(seconds.div_euclid(60))
        .ok()
        .and_then(|minutes| moment.at_offset(minutes))
        .ok_or(Fault::Offset)
}
