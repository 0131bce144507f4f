use serde::Serialize;

use super::{DatetimeJson, DatetimePolicy};
use crate::serializer::SerializerExt;

#[cfg(all(feature = "chrono", feature = "jiff", feature = "time"))]
mod civil;
mod errors;
mod exact;
#[cfg(all(feature = "chrono", feature = "jiff", feature = "time"))]
mod oracle;
mod pass_through;
mod recognised;
mod strict;

/// Returns the text that the policy writes for `value`, or the error's whole message.
fn written<T: Serialize + ?Sized>(policy: DatetimePolicy, value: &T) -> Result<String, String> {
    DatetimeJson::new(policy)
        .to_vec(value)
        .map(|body| String::from_utf8(body).unwrap())
        .map_err(|error| error.to_string())
}

/// Pseudo-random numbers, the same in every run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn within(&mut self, from: i64, to: i64) -> i64 {
        let span = u64::try_from(to - from).unwrap() + 1;
        from + i64::try_from(self.next() % span).unwrap()
    }

    /// Nanoseconds of a second; often with zeros at the end, as real ones have.
    fn nanos(&mut self) -> u32 {
        let unit = [1, 1_000, 1_000_000, 1_000_000_000][usize::try_from(self.next() % 4).unwrap()];
        let nanos = u32::try_from(self.next() % 1_000_000_000).unwrap();
        nanos / unit * unit
    }
}
