use chrono::{DateTime, FixedOffset, TimeZone, Utc};

use super::{Datetime, at_offset, decode, encode};
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
