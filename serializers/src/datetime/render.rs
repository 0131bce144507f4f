use ascii::AsciiStr;

use super::calendar::Date;
use super::fault::Fault;
use super::moment::Moment;
use super::policy::Precision;

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

    #[cold]
    fn push_offset(&mut self, minutes: i16) {
        let sign = if minutes < 0 { b'-' } else { b'+' };
        let minutes = u32::from(minutes.unsigned_abs());
        let [_, _, _, _, h, hh, m, mm] = eight(minutes / 60 * 100 + minutes % 60).to_le_bytes();
        let bytes = self.words.as_flattened_mut();
        // There is room behind every datetime: a year has four digits.
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
        // The letter is there by now.
        0 => out.len += 1,
        minutes => out.push_offset(minutes),
    }
    Ok(out)
}

/// The same without an offset, of local seconds since 1970.
#[inline]
pub(super) fn without_zone(
    seconds: i64,
    nanos: u32,
    precision: Precision,
) -> Result<Rendered, Fault> {
    let date = Date::from_days(seconds.div_euclid(86_400)).ok_or(Fault::Year)?;
    let year = u32::try_from(date.year).map_err(|_| Fault::Year)?;
    if year > 9999 {
        return Err(Fault::Year);
    }
    let time = u32::try_from(seconds.rem_euclid(86_400)).map_err(|_| Fault::Range)?;
    let date = eight(year * 10_000 + date.month * 100 + date.day);
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    let clock = eight(hour * 1_000_000 + minute * 10_000 + second * 100);
    let fraction = eight(nanos / 10);
    let last = u64::from(b'0') + u64::from(nanos % 10);
    // The first byte of each word is the lowest.
    let first = date & 0xffff_ffff | bytes(*b"\0\0\0\0-\0\0-") | (date >> 32 & 0xffff) << 40;
    let second = date >> 48
        | bytes(*b"\0\0T\0\0:\0\0")
        | (clock & 0xffff) << 24
        | (clock >> 16 & 0xffff) << 48;
    let third = (clock >> 32 & 0xffff) << 8 | bytes(*b":\0\0.\0\0\0\0") | fraction << 32;
    let fourth = fraction >> 32 | last << 32;
    let len = WITHOUT_FRACTION + self::fraction(nanos, precision);
    let (third, fourth) = with_zulu(third, fourth, len);
    let words = [first, second, third, fourth, 0].map(u64::to_le_bytes);
    Ok(Rendered { words, len })
}

/// Puts a `Z` at `len`, behind the fraction.
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
        Precision::Auto if nanos % 1_000 != 0 => 10,
        Precision::Auto if nanos % 1_000_000 != 0 => 7,
        Precision::Auto if nanos != 0 => 4,
        Precision::Auto => 0,
    }
}

/// The decimal digits of a number below 10⁸ as text, the first in the lowest byte.
///
/// All at once: halves of four digits, then pairs, then digits, each in a lane of one word. A
/// hundredth is 10486 / 2²⁰ and a tenth 103 / 2¹⁰, near enough for four and two digits.
#[inline]
fn eight(value: u32) -> u64 {
    let value = u64::from(value);
    let fours = value / 10_000 | (value % 10_000) << 32;
    let hundreds = fours * 10_486 >> 20 & 0x0000_007f_0000_007f;
    let twos = hundreds | (fours - 100 * hundreds) << 16;
    let tens = twos * 103 >> 10 & 0x000f_000f_000f_000f;
    let ones = tens | (twos - 10 * tens) << 8;
    ones | 0x3030_3030_3030_3030
}

/// `2024-01-02T03:04:05`
const WITHOUT_FRACTION: usize = 19;
/// `2024-01-02T03:04:05.123456789+01:00` has 35 bytes.
const WORDS: usize = 5;

#[cfg(test)]
mod tests {
    use super::eight;

    #[test]
    fn digits_are_those_of_the_number() {
        let numbers = (0..10_000).flat_map(|n| [n, n * 10_000, n * 9_973 + 7, 99_999_999 - n]);
        for number in numbers {
            assert_eq!(
                eight(number).to_le_bytes(),
                *format!("{number:08}").as_bytes()
            );
        }
    }
}
