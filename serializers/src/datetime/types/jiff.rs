use jiff::Timestamp;

use super::{Datetime, decode, encode, from_nanos};
use crate::datetime::moment::Moment;
use crate::error::Result;

#[cfg_attr(docsrs, doc(cfg(feature = "jiff")))]
impl Datetime for Timestamp {
    #[inline]
    fn to_moment(&self) -> Result<Moment> {
        encode(from_nanos(self.as_nanosecond()))
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
