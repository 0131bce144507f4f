use jiff::Timestamp;

use super::{Datetime, decode, encode};
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
