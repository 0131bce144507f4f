use ascii::AsciiStr;

use super::fault::Fault;
use super::moment::Moment;
use super::policy::Precision;
use crate::calendar::Date;

/// A datetime as text: the longest has nine digits of a second and an offset.
///
/// It is put together in words, and not byte by byte: a processor waits where it reads at once
/// what was just written in pieces.
pub(super) struct Rendered {
    words: [[u8; 8]; WORDS],
    len: usize,
}

impl Rendered {
    #[inline]
    #[allow(clippy::expect_used, reason = "digits and signs are ASCII")]
    pub(super) fn as_str(&self) -> &str {
        let bytes = self
            .words
            .as_flattened()
            .get(..self.len)
            .unwrap_or_default();
        AsciiStr::from_ascii(bytes).expect("ASCII").as_str()
    }

    /// The date alone.
    pub(super) fn date(&self) -> &str {
        self.as_str().get(..DATE).unwrap_or_default()
    }

    /// The part after the `T`.
    pub(super) fn time(&self) -> &str {
        self.as_str().get(DATE + 1..).unwrap_or_default()
    }

    #[cold]
    fn push_offset(&mut self, minutes: i16) {
        let sign = if minutes < 0 { b'-' } else { b'+' };
        let minutes = u32::from(minutes.unsigned_abs());
        let [h, hh, m, mm, ..] = (two(minutes / 60) | two(minutes % 60) << 16).to_le_bytes();
        let bytes = self.words.as_flattened_mut();
        // There is room after every datetime: a year has four digits.
        if let Some(room) = bytes.get_mut(self.len..self.len + 6) {
            room.copy_from_slice(&[sign, h, hh, b':', m, mm]);
            self.len += 6;
        }
    }
}

/// RFC 3339 text of a moment, with its offset.
#[inline]
pub(super) fn rfc3339(moment: Moment, precision: Precision) -> Result<Rendered, Fault> {
    let mut out = without_zone(moment.local_seconds(), moment.nanos(), precision)?;
    match moment.offset_minutes() {
        // The letter is already in place.
        0 => out.len += 1,
        minutes => out.push_offset(minutes),
    }
    Ok(out)
}

/// Renders a moment without an offset, from local seconds since 1970.
#[inline]
pub(super) fn without_zone(
    seconds: i64,
    nanos: u32,
    precision: Precision,
) -> Result<Rendered, Fault> {
    let date = Date::from_days(seconds.div_euclid(86_400)).ok_or(Fault::Year)?;
    let year = date.year.unsigned_abs();
    let time = u32::try_from(seconds.rem_euclid(86_400)).map_err(|_| Fault::Range)?;
    let (micros, rest) = (nanos / 1_000, nanos % 1_000);
    // The first byte of each word is the lowest.
    let first =
        two(year / 100) | two(year % 100) << 16 | bytes(*b"\0\0\0\0-\0\0-") | two(date.month) << 40;
    let second = two(date.day)
        | bytes(*b"\0\0T\0\0:\0\0")
        | two(time / 3600) << 24
        | two(time / 60 % 60) << 48;
    let third = bytes(*b":\0\0.\0\0\0\0")
        | two(time % 60) << 8
        | two(micros / 10_000) << 32
        | two(micros / 100 % 100) << 48;
    let fourth =
        two(micros % 100) | two(rest / 10) << 16 | (u64::from(b'0') + u64::from(rest % 10)) << 32;
    let len = WITHOUT_FRACTION + fraction(nanos, precision);
    let (third, fourth) = with_zulu(third, fourth, len);
    let words = [first, second, third, fourth, 0].map(u64::to_le_bytes);
    Ok(Rendered { words, len })
}

/// Puts a `Z` at `len`, after the fraction.
#[inline]
fn with_zulu(third: u64, fourth: u64, len: usize) -> (u64, u64) {
    let z = u64::from(b'Z');
    match len {
        19 => (third & 0x00ff_ffff | z << 24, fourth),
        23 => (third & 0x00ff_ffff_ffff_ffff | z << 56, fourth),
        26 => (third, fourth & 0xffff | z << 16),
        _ => (third, fourth & 0x00ff_ffff_ffff | z << 40),
    }
}

#[inline]
const fn bytes(bytes: [u8; 8]) -> u64 {
    u64::from_le_bytes(bytes)
}

/// The length of the fraction with its point.
#[inline]
fn fraction(nanos: u32, precision: Precision) -> usize {
    match precision {
        Precision::Seconds => 0,
        Precision::Millis => 4,
        Precision::Micros => 7,
        Precision::Nanos => 10,
        Precision::Auto if !nanos.is_multiple_of(1_000) => 10,
        Precision::Auto if !nanos.is_multiple_of(1_000_000) => 7,
        Precision::Auto if nanos != 0 => 4,
        Precision::Auto => 0,
    }
}

/// The two decimal digits of a number below 100, the first in the lower byte.
#[inline]
fn two(number: u32) -> u64 {
    #[allow(clippy::cast_possible_truncation, reason = "32 bits fit")]
    let place = number as usize;
    PAIRS.get(place).copied().unwrap_or_default().into()
}

/// Looked up, for what is computed has to wait for what it is computed from.
#[allow(clippy::indexing_slicing, reason = "settled when this is compiled")]
const PAIRS: [u16; 100] = {
    let mut pairs = [0; 100];
    let mut number = 0;
    while number < 100 {
        pairs[number as usize] = (number / 10 + 0x30) | (number % 10 + 0x30) << 8;
        number += 1;
    }
    pairs
};
/// `2024-01-02`
const DATE: usize = 10;
/// `2024-01-02T03:04:05`
const WITHOUT_FRACTION: usize = 19;
/// `2024-01-02T03:04:05.123456789+01:00` has 35 bytes.
const WORDS: usize = 5;

#[cfg(test)]
mod tests {
    use super::two;

    #[test]
    fn digits_are_those_of_the_number() {
        for number in 0..100 {
            let [tens, ones, ..] = two(number).to_le_bytes();
            assert_eq!([tens, ones], *format!("{number:02}").as_bytes());
        }
    }
}
