use crate::error::{Error, ErrorKind, Result};

/// An instant to the nanosecond, and an offset from UTC.
///
/// This is what [`Datetime`](super::Datetime) types are turned into and made from.
///
/// ```
/// use wireform::datetime::Moment;
///
/// let moment = Moment::new(1_704_164_645, 6_000)?.with_offset(60)?;
/// assert_eq!((moment.seconds(), moment.nanos(), moment.offset_minutes()), (1_704_164_645, 6_000, 60));
/// # Ok::<(), wireform::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Moment {
    seconds: i64,
    nanos: u32,
    offset_minutes: i16,
}

impl Moment {
    /// The instant `seconds` after 1970-01-01T00:00:00Z (negative: before) and `nanos` after
    /// that, at offset zero.
    ///
    /// # Errors
    /// `Config` if `nanos` is 1,000,000,000 or more, or the year outside of ±999,999.
    pub fn new(seconds: i64, nanos: u32) -> Result<Self> {
        Self::checked(seconds, nanos)
            .ok_or_else(|| Error::new(ErrorKind::Config, "no such instant in the epoch"))
    }

    /// Returns the same instant with an offset of `minutes` from UTC, positive to the east.
    ///
    /// # Errors
    /// `Config` if the offset is a whole day or more.
    pub fn with_offset(self, minutes: i16) -> Result<Self> {
        self.at_offset(minutes)
            .ok_or_else(|| Error::new(ErrorKind::Config, "an offset is less than a day"))
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    #[inline]
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds after [`seconds`](Self::seconds), below 1,000,000,000.
    #[must_use]
    #[inline]
    pub fn nanos(self) -> u32 {
        self.nanos
    }

    /// Minutes from UTC, positive to the east; less than a day. Zero is UTC.
    #[must_use]
    #[inline]
    pub fn offset_minutes(self) -> i16 {
        self.offset_minutes
    }

    #[inline]
    pub(super) fn checked(seconds: i64, nanos: u32) -> Option<Self> {
        let fits = seconds.unsigned_abs() <= MOST_SECONDS && nanos < NANOS_PER_SECOND;
        fits.then_some(Self {
            seconds,
            nanos,
            offset_minutes: 0,
        })
    }

    #[inline]
    pub(super) fn at_offset(self, minutes: i16) -> Option<Self> {
        (minutes.unsigned_abs() < MINUTES_PER_DAY).then_some(Self {
            offset_minutes: minutes,
            ..self
        })
    }

    /// The seconds that a clock at the offset shows, since its own 1970-01-01T00:00:00.
    #[inline]
    pub(super) fn local_seconds(self) -> i64 {
        self.seconds + i64::from(self.offset_minutes) * 60
    }

    /// In units of which a second has `per_second` (1, 10³, 10⁶ or 10⁹), rounded down.
    pub(super) fn in_units(self, per_second: u32) -> Option<i64> {
        let within = i64::from(self.nanos / (NANOS_PER_SECOND / per_second));
        let whole = i128::from(self.seconds) * i128::from(per_second);
        i64::try_from(whole + i128::from(within)).ok()
    }

    pub(super) fn from_units(units: i64, per_second: u32) -> Option<Self> {
        let per = i64::from(per_second);
        let within = u32::try_from(units.rem_euclid(per)).ok()?;
        Self::checked(
            units.div_euclid(per),
            within * (NANOS_PER_SECOND / per_second),
        )
    }
}

pub(super) const NANOS_PER_SECOND: u32 = 1_000_000_000;
const MINUTES_PER_DAY: u16 = 24 * 60;
/// A million years of 365 days: room for every year that a known type holds, none to overflow.
const MOST_SECONDS: u64 = 1_000_000 * 365 * 86_400;
