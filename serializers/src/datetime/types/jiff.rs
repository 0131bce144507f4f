use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};

use super::{Datetime, civil, decode, encode};
use crate::calendar;
use crate::datetime::civil::{CivilDate, CivilDatetime, CivilKind};
use crate::datetime::fault::Fault;
use crate::datetime::moment::Moment;
use crate::error::Result;

#[cfg_attr(docsrs, doc(cfg(feature = "jiff")))]
impl Datetime for Timestamp {
    #[inline]
    fn to_moment(&self) -> Result<Moment> {
        // Before 1970 both are negative.
        let (seconds, nanos) = (self.as_second(), self.subsec_nanosecond());
        let early = i64::from(nanos < 0);
        let nanos = u32::try_from(nanos + i32::from(nanos < 0) * 1_000_000_000);
        let moment = nanos.ok().and_then(|n| Moment::checked(seconds - early, n));
        encode(moment.ok_or(Fault::Range))
    }

    #[inline]
    fn from_moment(moment: Moment) -> Result<Self> {
        let seconds = decode(Self::from_second(moment.seconds()).ok())?;
        decode(
            seconds
                .checked_add(jiff::SignedDuration::from_nanos(moment.nanos().into()))
                .ok(),
        )
    }
}

civil::civil! {
    Date: |date| to_days(*date), |days| from_days(days);
    Time: |time| {
            let [hour, minute, second] = [time.hour(), time.minute(), time.second()]
                .map(|part| u32::from(part.unsigned_abs()));
            (hour * 3600 + minute * 60 + second, time.subsec_nanosecond().unsigned_abs())
        },
        |seconds, nanos| civil::parts(seconds)
            .zip(i32::try_from(nanos).ok())
            .and_then(|([hour, minute, second], nanos)| Self::new(hour, minute, second, nanos).ok());
    DateTime: Self::from_parts;
}

/// jiff's timestamps end a day before its dates do, so the days are not counted through them.
fn to_days(date: Date) -> i64 {
    let [month, day] = [date.month(), date.day()].map(|part| u32::from(part.unsigned_abs()));
    let year = i32::from(date.year());
    calendar::Date { year, month, day }.to_days()
}

fn from_days(days: i64) -> Option<Date> {
    // jiff has as many years before 0000 as after.
    let (date, years) = match calendar::Date::from_days(days) {
        Some(date) => (date, 0),
        None => (
            calendar::Date::from_days(days.checked_add(TEN_THOUSAND_YEARS)?)?,
            10_000,
        ),
    };
    Date::new(
        i16::try_from(date.year - years).ok()?,
        i8::try_from(date.month).ok()?,
        i8::try_from(date.day).ok()?,
    )
    .ok()
}

/// 25 times the 400 years after which the calendar begins again.
const TEN_THOUSAND_YEARS: i64 = 25 * 146_097;
