/// How [`DatetimeJson`](crate::DatetimeJson) writes the datetimes it recognises.
///
/// The default is RFC 3339 text in UTC with six digits of a second and a `Z`, and a datetime
/// without a zone is an error: `2024-01-02T03:04:05.000006Z`.
///
/// Digits that the policy has no room for are cut off, towards the past (also before 1970), as
/// chrono, jiff, Java and Go do. Nothing else is lost: what does not fit is an `Encode` error.
///
/// ```
/// use wireform::datetime::{DatetimePolicy, Precision, Zone};
///
/// let policy = DatetimePolicy::new()
///     .precision(Precision::Millis)
///     .zone(Zone::KeepOffset);
/// assert_eq!(policy, DatetimePolicy::rfc3339(Precision::Millis).zone(Zone::KeepOffset));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DatetimePolicy {
    pub(super) format: DatetimeFormat,
    pub(super) precision: Precision,
    pub(super) zone: Zone,
    pub(super) naive: Naive,
}

/// The form of a datetime in the JSON text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DatetimeFormat {
    /// A string of RFC 3339, years 0000 to 9999.
    #[default]
    Rfc3339,
    /// An integer: whole seconds since 1970-01-01T00:00:00Z, negative before.
    EpochSeconds,
    /// An integer: milliseconds (10⁻³ s) since 1970-01-01T00:00:00Z, negative before.
    EpochMillis,
    /// An integer: microseconds (10⁻⁶ s) since 1970-01-01T00:00:00Z, negative before.
    EpochMicros,
    /// An integer: nanoseconds (10⁻⁹ s) since 1970-01-01T00:00:00Z, negative before. It must fit
    /// 64 bits: from September 1677 to April 2262.
    EpochNanos,
}

/// How many digits of a second RFC 3339 text has. (An epoch format says so itself.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// None: `03:04:05Z`.
    Seconds,
    /// Three: `03:04:05.000Z`.
    Millis,
    /// Six: `03:04:05.000000Z`. The default.
    #[default]
    Micros,
    /// Nine: `03:04:05.000000000Z`.
    Nanos,
    /// As few of 0, 3, 6 and 9 as lose nothing.
    Auto,
}

/// Which offset RFC 3339 text has. (An epoch format has none.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Zone {
    /// The instant in UTC, written `Z`. The default.
    #[default]
    Utc,
    /// The offset that the datetime has; a zero offset is written `Z`.
    ///
    /// The offset is all that is kept: an annotation such as `[Europe/Berlin]` is not RFC 3339.
    KeepOffset,
}

/// How a datetime without a zone is written, such as chrono's `NaiveDateTime` and jiff's
/// `civil::DateTime`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Naive {
    /// An `Encode` error that names the field: no consumer could know the instant. The default.
    #[default]
    Reject,
    /// Written as UTC. Naive types do not read that back.
    AssumeUtc,
    /// Written without a zone, with the digits of the policy, as text under every format.
    Keep,
}

impl DatetimePolicy {
    /// The default: RFC 3339, six digits, `Z`, naive datetimes rejected.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// RFC 3339 text with that many digits of a second.
    #[must_use]
    pub fn rfc3339(precision: Precision) -> Self {
        Self::new().precision(precision)
    }

    /// Sets what a datetime becomes.
    #[must_use]
    pub fn format(mut self, format: DatetimeFormat) -> Self {
        self.format = format;
        self
    }

    /// Sets how many digits of a second RFC 3339 text has.
    #[must_use]
    pub fn precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self
    }

    /// Sets which offset RFC 3339 text has.
    #[must_use]
    pub fn zone(mut self, zone: Zone) -> Self {
        self.zone = zone;
        self
    }

    /// Sets what becomes of a datetime without a zone.
    #[must_use]
    pub fn naive(mut self, naive: Naive) -> Self {
        self.naive = naive;
        self
    }
}
