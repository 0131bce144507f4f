use chrono::{
    DateTime, Datelike as _, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone,
    Timelike as _, Utc,
};

use super::{Datetime, at_offset, civil, decode, encode};
use crate::datetime::civil::{CivilDate, CivilDatetime, CivilKind};
use crate::datetime::fault::Fault;
use crate::datetime::moment::Moment;
use crate::error::Result;

#[cfg_attr(docsrs, doc(cfg(feature = "chrono")))]
impl Datetime for DateTime<Utc> {
    #[inline]
    fn to_moment(&self) -> Result<Moment> {
        encode(moment(self))
    }

    #[inline]
    fn from_moment(moment: Moment) -> Result<Self> {
        decode(Self::from_timestamp(moment.seconds(), moment.nanos()))
    }
}

#[cfg_attr(docsrs, doc(cfg(feature = "chrono")))]
impl Datetime for DateTime<FixedOffset> {
    #[inline]
    fn to_moment(&self) -> Result<Moment> {
        encode(moment(self).and_then(|moment| at_offset(moment, self.offset().local_minus_utc())))
    }

    #[inline]
    fn from_moment(moment: Moment) -> Result<Self> {
        let utc = DateTime::<Utc>::from_moment(moment)?;
        let offset = decode(FixedOffset::east_opt(
            i32::from(moment.offset_minutes()) * 60,
        ))?;
        // Near the ends of chrono's years the local time does not fit.
        decode(utc.naive_utc().checked_add_offset(offset))?;
        Ok(utc.with_timezone(&offset))
    }
}

/// A leap second of chrono has more than a second of nanoseconds.
#[inline]
fn moment<Z: TimeZone>(datetime: &DateTime<Z>) -> std::result::Result<Moment, Fault> {
    Moment::checked(datetime.timestamp(), datetime.timestamp_subsec_nanos()).ok_or(Fault::Leap)
}

civil::civil! {
    NaiveDate: |date| date.num_days_from_ce() - DAYS_TO_1970,
        |days| i32::checked_add(days, DAYS_TO_1970).and_then(Self::from_num_days_from_ce_opt);
    NaiveTime: |time| (time.num_seconds_from_midnight(), time.nanosecond()),
        |seconds, nanos| Self::from_num_seconds_from_midnight_opt(seconds, nanos);
    NaiveDateTime: Self::new;
}

/// From 0000-12-31 on, which chrono counts from.
const DAYS_TO_1970: i32 = 719_163;
