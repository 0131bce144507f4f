//! Implementations for the civil types of chrono, jiff and time.

use super::{decode, encode};
use crate::datetime::civil::{CivilDatetime, CivilKind};
use crate::datetime::fault::Fault;
use crate::datetime::moment::Moment;
use crate::error::Result;

const PER_DAY: i64 = 86_400;

/// The midnight of the day so many after 1970-01-01.
#[inline]
pub(super) fn midnight(days: impl Into<i64>) -> Result<Moment> {
    let seconds = days.into().checked_mul(PER_DAY);
    let midnight = seconds.and_then(|seconds| Moment::checked(seconds, 0));
    encode(midnight.ok_or(Fault::Range))
}

/// The days since 1970-01-01, as a type of the date counts them.
#[inline]
pub(super) fn days<D: TryFrom<i64>>(clock: Moment) -> Result<D> {
    decode(D::try_from(clock.seconds().div_euclid(PER_DAY)).ok())
}

/// A time of day; a leap second of chrono has more than a second of nanoseconds.
#[inline]
pub(super) fn time_of_day(seconds: u32, nanos: u32) -> Result<Moment> {
    encode(Moment::checked(seconds.into(), nanos).ok_or(Fault::Leap))
}

/// The seconds since midnight of a time of day.
#[inline]
pub(super) fn since_midnight(clock: Moment) -> Result<u32> {
    let seconds = u32::try_from(clock.seconds()).ok();
    decode(seconds.filter(|seconds| i64::from(*seconds) < PER_DAY))
}

/// Hours, minutes and seconds.
#[cfg(any(feature = "jiff", feature = "time"))]
pub(super) fn parts<N: TryFrom<u32>>(seconds: u32) -> Option<[N; 3]> {
    let part = |number: u32| N::try_from(number).ok();
    Some([
        part(seconds / 3600)?,
        part(seconds / 60 % 60)?,
        part(seconds % 60)?,
    ])
}

#[inline]
pub(super) fn both(date: &impl CivilDatetime, time: &impl CivilDatetime) -> Result<Moment> {
    let (date, time) = (date.to_clock()?, time.to_clock()?);
    let seconds = date.seconds() + time.seconds();
    encode(Moment::checked(seconds, time.nanos()).ok_or(Fault::Range))
}

#[inline]
pub(super) fn split<D: CivilDatetime, T: CivilDatetime>(clock: Moment) -> Result<(D, T)> {
    const {
        assert!(matches!(
            (D::KIND, T::KIND),
            (CivilKind::Date, CivilKind::Time)
        ));
    };
    let within = clock.seconds().rem_euclid(PER_DAY);
    let time = decode(Moment::checked(within, clock.nanos()))?;
    Ok((D::from_clock(clock)?, T::from_clock(time)?))
}

/// A date, a time and a datetime of one crate.
macro_rules! civil {
    (
        $date:ty: |$d:ident| $days:expr, |$from_days:ident| $to_date:expr;
        $time:ty: |$t:ident| $since_midnight:expr, |$from_seconds:ident, $nanos:ident| $to_time:expr;
        $datetime:ty: $new:expr;
    ) => {
        impl CivilDatetime for $date {
            const KIND: CivilKind = CivilKind::Date;

            #[inline]
            fn to_clock(&self) -> Result<Moment> {
                let $d = self;
                civil::midnight($days)
            }

            #[inline]
            fn from_clock(clock: Moment) -> Result<Self> {
                let $from_days = civil::days(clock)?;
                decode($to_date)
            }
        }

        impl CivilDate for $date {}

        impl CivilDatetime for $time {
            const KIND: CivilKind = CivilKind::Time;

            #[inline]
            fn to_clock(&self) -> Result<Moment> {
                let $t = self;
                let (seconds, nanos) = $since_midnight;
                civil::time_of_day(seconds, nanos)
            }

            #[inline]
            fn from_clock(clock: Moment) -> Result<Self> {
                let ($from_seconds, $nanos) = (civil::since_midnight(clock)?, clock.nanos());
                decode($to_time)
            }
        }

        impl CivilDatetime for $datetime {
            const KIND: CivilKind = CivilKind::Datetime;

            #[inline]
            fn to_clock(&self) -> Result<Moment> {
                civil::both(&self.date(), &self.time())
            }

            #[inline]
            fn from_clock(clock: Moment) -> Result<Self> {
                let (date, time) = civil::split(clock)?;
                Ok($new(date, time))
            }
        }
    };
}

pub(super) use civil;
