//! The usual datetimes, `2024-01-02T03:04:05.006Z` and the like, eight bytes at a time.

use super::policy::Precision;

/// A text of a usual shape: four-digit year, `T`, no fraction or three or six digits, `Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usual {
    pub(super) year: u32,
    pub(super) month: u32,
    pub(super) day: u32,
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) second: u32,
    pub(super) nanos: u32,
}

impl Usual {
    /// Reads a text of that shape; its numbers may be those of no date or time.
    #[inline]
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let head = text.first_chunk::<16>()?;
        let (first, second) = head.split_first_chunk::<8>()?;
        let [y, yy, yyy, yyyy, _, m, mm, _] = digits(*first, *b"0000-00-")?;
        let [d, dd, _, h, hh, _, n, nn] = digits(*second.first_chunk()?, *b"00T00:00")?;
        let last = text.last_chunk::<8>()?;
        let (s, ss, nanos) = match text.len() {
            SECONDS => {
                let [_, _, _, _, _, s, ss, _] = digits(*last, *b"0:00:00Z")?;
                (s, ss, 0)
            }
            MILLIS => {
                let [_, s, ss, _, a, b, c, _] = digits(*last, *b":00.000Z")?;
                (s, ss, three(a, b, c) * 1_000_000)
            }
            MICROS => {
                let [.., s, ss] = digits(*text.get(11..19)?.first_chunk()?, *b"00:00:00")?;
                let [_, a, b, c, d, e, f, _] = digits(*last, *b".000000Z")?;
                (s, ss, (three(a, b, c) * 1_000 + three(d, e, f)) * 1_000)
            }
            _ => return None,
        };
        Some(Self {
            year: two(y, yy) * 100 + two(yyy, yyyy),
            month: two(m, mm),
            day: two(d, dd),
            hour: two(h, hh),
            minute: two(n, nn),
            second: two(s, ss),
            nanos,
        })
    }
}

/// Returns whether the text has the usual shape with exactly these digits of a second. If so, a
/// datetime is in its final form already, and other text stays unchanged; but a leap second is an
/// error.
#[inline]
pub(super) fn is_written(text: &[u8], precision: Precision) -> bool {
    let len = match precision {
        Precision::Seconds => SECONDS,
        Precision::Millis => MILLIS,
        Precision::Micros => MICROS,
        Precision::Nanos | Precision::Auto => return false,
    };
    text.len() == len && Usual::read(text).is_some_and(|usual| usual.second != 60)
}

/// The digits of `bytes`, if they are where `shape` has zeros, and the rest is as there.
///
/// What differs from the shape is 0 to 9 in a digit's place, and 0 in another; adding what lacks
/// to 128 shows everything above in the topmost bit of its byte.
#[inline]
fn digits(bytes: [u8; 8], shape: [u8; 8]) -> Option<[u8; 8]> {
    let room = shape.map(|byte| if byte == b'0' { 0x7f - 9 } else { 0x7f });
    let found = u64::from_le_bytes(bytes) ^ u64::from_le_bytes(shape);
    let over = found.wrapping_add(u64::from_le_bytes(room)) | found;
    (over & 0x8080_8080_8080_8080 == 0).then(|| found.to_le_bytes())
}

#[inline]
fn two(tens: u8, ones: u8) -> u32 {
    u32::from(tens) * 10 + u32::from(ones)
}

#[inline]
fn three(hundreds: u8, tens: u8, ones: u8) -> u32 {
    u32::from(hundreds) * 100 + two(tens, ones)
}

/// `2024-01-02T03:04:05Z`
const SECONDS: usize = 20;
/// `2024-01-02T03:04:05.006Z`
const MILLIS: usize = 24;
/// `2024-01-02T03:04:05.000006Z`
const MICROS: usize = 27;

#[cfg(test)]
mod tests {
    use super::super::scan::{scan, scan_any};
    use super::*;

    /// Every byte in every place of the three shapes: as the long way reads it, or not at all.
    #[test]
    fn what_is_usual_is_read_as_the_rest_is() {
        let mut usual = 0;
        for text in [
            "2024-02-29T23:59:58Z",
            "1969-12-31T00:00:09.907Z",
            "9999-09-30T19:38:27.123456Z",
        ] {
            for place in 0..text.len() {
                for byte in 0..=u8::MAX {
                    let mut bytes = text.as_bytes().to_vec();
                    bytes[place] = byte;
                    assert_eq!(scan(&bytes), scan_any(&bytes), "{bytes:?}");
                    usual += u32::from(Usual::read(&bytes).is_some());
                }
            }
        }
        // Ten digits in each place of one, and the byte itself in the others.
        assert_eq!(usual, 10 * (14 + 17 + 20) + (6 + 7 + 7));
    }

    #[test]
    fn what_is_written_has_its_digits() {
        let is = |text: &str| {
            use Precision::{Auto, Micros, Millis, Nanos, Seconds};
            [Seconds, Millis, Micros, Nanos, Auto].map(|p| is_written(text.as_bytes(), p))
        };
        assert_eq!(
            is("2024-02-29T23:59:58Z"),
            [true, false, false, false, false]
        );
        assert_eq!(
            is("2024-02-29T23:59:58.100Z"),
            [false, true, false, false, false]
        );
        assert_eq!(
            is("2024-02-29T23:59:58.100200Z"),
            [false, false, true, false, false]
        );
        for text in [
            "2024-02-29T23:59:60Z",
            "2024-02-29T23:59:58+00:00",
            "2024-02-29T23:59:58",
        ] {
            assert_eq!(is(text), [false; 5], "{text}");
        }
    }
}
