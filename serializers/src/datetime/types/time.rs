use time::{OffsetDateTime, UtcDateTime, UtcOffset};

use super::{Datetime, at_offset, decode, encode};
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
