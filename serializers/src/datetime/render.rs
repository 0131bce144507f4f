use ascii::AsciiStr;

use super::calendar::Date;
use super::fault::Fault;
use super::moment::Moment;
use super::policy::Precision;

/// A datetime as text: the longest has nine digits of a second and an offset.
pub(super) struct Rendered {
    bytes: [u8; LONGEST],
    len: usize,
}

impl Rendered {
    #[inline]
    #[allow(clippy::expect_used, reason = "digits and signs are ASCII")]
    pub(super) fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..self.len).unwrap_or_default();
        AsciiStr::from_ascii(bytes).expect("ASCII").as_str()
    }

    #[inline]
    fn push<const N: usize>(&mut self, ascii: [u8; N]) {
        let end = self.len + N;
        // There is room for every datetime: a year has four digits.
        if let Some(room) = self.bytes.get_mut(self.len..end) {
            room.copy_from_slice(&ascii);
            self.len = end;
        }
    }
}

/// RFC 3339 text of a moment, with its offset.
#[inline]
pub(super) fn rfc3339(moment: Moment, precision: Precision) -> Result<Rendered, Fault> {
    let mut out = without_zone(moment.local_seconds(), moment.nanos(), precision)?;
    match moment.offset_minutes() {
        0 => out.push([b'Z']),
        offset => {
            let sign = if offset < 0 { b'-' } else { b'+' };
            let minutes = u32::from(offset.unsigned_abs());
            let [_, _, _, _, h, hh, m, mm] = eight(minutes / 60 * 100 + minutes % 60);
            out.push([sign, h, hh, b':', m, mm]);
        }
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
    let [y, yy, yyy, yyyy, m, mm, d, dd] = eight(year * 10_000 + date.month * 100 + date.day);
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    let [h, hh, n, nn, s, ss, _, _] = eight(hour * 1_000_000 + minute * 10_000 + second * 100);
    let [f0, f1, f2, f3, f4, f5, f6, f7] = eight(nanos / 10);
    let [.., f8] = eight(nanos % 10);
    let bytes = [
        y, yy, yyy, yyyy, b'-', m, mm, b'-', d, dd, b'T', h, hh, b':', n, nn, b':', s, ss, b'.',
        f0, f1, f2, f3, f4, f5, f6, f7, f8, 0, 0, 0, 0, 0, 0,
    ];
    let len = WITHOUT_FRACTION + fraction(nanos, precision);
    Ok(Rendered { bytes, len })
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

/// The decimal digits of a number below 10⁸.
///
/// All at once: halves of four digits, then pairs, then digits, each in a lane of one word. A
/// hundredth is 10486 / 2²⁰ and a tenth 103 / 2¹⁰, near enough for four and two digits.
#[inline]
fn eight(value: u32) -> [u8; 8] {
    let value = u64::from(value);
    let fours = (value / 10_000) | ((value % 10_000) << 32);
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let twos = hundreds | ((fours - 100 * hundreds) << 16);
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    let ones = tens | ((twos - 10 * tens) << 8);
    (ones | 0x3030_3030_3030_3030).to_le_bytes()
}

/// `2024-01-02T03:04:05`
const WITHOUT_FRACTION: usize = 19;
/// `2024-01-02T03:04:05.123456789+01:00`
const LONGEST: usize = 35;

#[cfg(test)]
mod tests {
    use super::eight;

    #[test]
    fn digits_are_those_of_the_number() {
        let numbers = (0..10_000).flat_map(|n| [n, n * 10_000, n * 9_973 + 7, 99_999_999 - n]);
        for number in numbers {
            assert_eq!(eight(number), *format!("{number:08}").as_bytes());
        }
    }
}
