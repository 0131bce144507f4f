//! Numbers of more than one byte: seven bits a byte, the lowest first.

use super::Cursor;
use crate::error::Result;
use crate::varint::{self, Malformed, unzigzag};

impl Cursor<'_> {
    #[inline(never)]
    pub(super) fn long_of_many_bytes(&mut self) -> Result<i64> {
        let word = self.eight_bytes();
        // The highest bit of each byte is set where another byte follows.
        let last = !word & 0x8080_8080_8080_8080;
        if last != 0
            && let Some(rest) = self.rest.get(last.trailing_zeros() as usize / 8 + 1..)
        {
            self.rest = rest;
            // Of the bytes up to the last: all bits below its highest.
            return Ok(unzigzag(sevens(word & (last ^ (last - 1)))));
        }
        self.long_byte_by_byte()
    }

    /// The next eight bytes, or as many as there are, then zeros.
    #[inline(always)]
    fn eight_bytes(&self) -> u64 {
        match self.rest.first_chunk() {
            Some(bytes) => u64::from_le_bytes(*bytes),
            None => self.under_eight_bytes(),
        }
    }

    #[inline(always)]
    fn under_eight_bytes(&self) -> u64 {
        let join = |bytes: &[u8]| (bytes.iter().rev()).fold(0, |word, &b| word << 8 | u64::from(b));
        match self.rest.split_first_chunk() {
            Some((four, rest)) => u64::from(u32::from_le_bytes(*four)) | join(rest) << 32,
            None => join(self.rest),
        }
    }

    /// A long that takes more than eight bytes, or is an error.
    #[inline(never)]
    fn long_byte_by_byte(&mut self) -> Result<i64> {
        match varint::split(self.rest) {
            Ok((value, rest)) => {
                self.rest = rest;
                Ok(unzigzag(value))
            }
            Err(Malformed::Truncated) => Err(self.ended("a number")),
            Err(Malformed::TooLong) => Err(self.error("a number of more than 64 bits")),
        }
    }
}

/// Puts the lower seven bits of each byte together.
#[inline(always)]
fn sevens(word: u64) -> u64 {
    let word = word & 0x7f7f_7f7f_7f7f_7f7f;
    let word = word & 0x007f_007f_007f_007f | (word & 0x7f00_7f00_7f00_7f00) >> 1;
    let word = word & 0x0000_3fff_0000_3fff | (word & 0x3fff_0000_3fff_0000) >> 2;
    word & 0x0fff_ffff | (word & 0x0fff_ffff_0000_0000) >> 4
}
