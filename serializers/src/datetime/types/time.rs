use time::{Date, OffsetDateTime, PrimitiveDateTime, Time, UtcDateTime, UtcOffset};

use super::{Datetime, at_offset, civil, decode, encode};
use crate::datetime::civil::{CivilDate, CivilDatetime, CivilKind};
use crate::datetime::fault::Fault;
use crate::datetime::moment::Moment;
use crate::error::Result;

#[cfg_attr(docsrs, doc(cfg(feature = "time")))]
impl Datetime for UtcDateTime {
    #[inline]
    fn to_moment(&self) -> Result<Moment> {
        encode(Moment::checked(self.unix_timestamp(), self.nanosecond()).ok_or(Fault::Range))
    }

    #[inline]
    fn from_moment(moment: Moment) -> Result<Self> {
        let seconds = decode(Self::from_unix_timestamp(moment.seconds()).ok())?;
        decode(seconds.replace_nanosecond(moment.nanos()).ok())
    }
}

#[cfg_attr(docsrs, doc(cfg(feature = "time")))]
impl Datetime for OffsetDateTime {
    #[inline]
    fn to_moment(&self) -> Result<Moment> {
        encode(
            Moment::checked(self.unix_timestamp(), self.nanosecond())
                .ok_or(Fault::Range)
                .and_then(|moment| at_offset(moment, self.offset().whole_seconds())),
        )
    }

    #[inline]
    fn from_moment(moment: Moment) -> Result<Self> {
        let offset = i32::from(moment.offset_minutes()) * 60;
        let offset = decode(UtcOffset::from_whole_seconds(offset).ok())?;
        decode(UtcDateTime::from_moment(moment)?.checked_to_offset(offset))
    }
}

civil::civil! {
    Date: |date| date.to_julian_day() - JULIAN_DAY_OF_1970,
        |days| i32::checked_add(days, JULIAN_DAY_OF_1970)
            .and_then(|day| Self::from_julian_day(day).ok());
    Time: |time| (
            u32::from(time.hour()) * 3600 + u32::from(time.minute()) * 60 + u32::from(time.second()),
            time.nanosecond(),
        ),
        |seconds, nanos| civil::parts(seconds)
            .and_then(|[hour, minute, second]| Self::from_hms_nano(hour, minute, second, nanos).ok());
    PrimitiveDateTime: Self::new;
}

const JULIAN_DAY_OF_1970: i32 = 2_440_588;
