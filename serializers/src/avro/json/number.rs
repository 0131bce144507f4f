//! Numbers as JSON text, without the machinery of `fmt` where they are of the usual kind.

use std::io::Write as _;

/// Appends a whole number.
pub(super) fn write_integer(value: i64, out: &mut Vec<u8>) {
    let mut digits = Digits::new();
    digits.put_number(value.unsigned_abs());
    if value < 0 {
        digits.put(b'-');
    }
    out.extend_from_slice(digits.text());
}

/// Appends a number in as few digits as tell it from all others of its type.
pub(super) fn write_float(value: f32, out: &mut Vec<u8>) {
    // A vector has room.
    let _ = write!(out, "{value:?}");
}

/// Appends a number in as few digits as tell it from all others, as `{value:?}` does.
pub(super) fn write_double(value: f64, out: &mut Vec<u8>) {
    match hundredths(value) {
        None => {
            // A vector has room.
            let _ = write!(out, "{value:?}");
        }
        Some(hundredths) => {
            let mut digits = Digits::new();
            digits.put_pair(hundredths % 100);
            digits.put(b'.');
            digits.put_number(hundredths / 100);
            if value.is_sign_negative() {
                digits.put(b'-');
            }
            let text = digits.text();
            out.extend_from_slice(match hundredths % 10 {
                0 => text.get(..text.len() - 1).unwrap_or_default(),
                _ => text,
            });
        }
    }
}

/// The number times 100 without its sign, if it is a decimal of two places at most, as prices are.
///
/// Two decimals of up to 15 digits are never the same double, and the nearest double of one is what
/// the division by 100 gives: so if that is the number, there are no fewer digits to tell it.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "positive, whole and below 10^15"
)]
fn hundredths(value: f64) -> Option<u64> {
    const BELOW: f64 = 1e15;
    let value = value.abs();
    // A cast ends at the largest number; what it cuts off makes it another number below.
    let hundredths = (value * 100.0 + 0.5) as i64;
    let is_exact = (hundredths as f64) < BELOW && hundredths as f64 / 100.0 == value;
    is_exact.then_some(hundredths.unsigned_abs())
}

/// A number's text, from its end on.
struct Digits {
    text: [u8; Self::LEN],
    start: usize,
}

impl Digits {
    /// As long as a sign and the digits of any number, and then some.
    const LEN: usize = 24;

    fn new() -> Self {
        Self {
            text: [0; Self::LEN],
            start: Self::LEN,
        }
    }

    fn text(&self) -> &[u8] {
        self.text.get(self.start..).unwrap_or_default()
    }

    #[inline]
    fn put(&mut self, byte: u8) {
        self.start = self.start.saturating_sub(1);
        if let Some(place) = self.text.get_mut(self.start) {
            *place = byte;
        }
    }

    /// Two digits of a number below 100.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "below 100")]
    fn put_pair(&mut self, value: u64) {
        let value = value as u8;
        self.put(b'0' + value % 10);
        self.put(b'0' + value / 10);
    }

    #[inline]
    fn put_number(&mut self, mut value: u64) {
        while value >= 100 {
            self.put_pair(value % 100);
            value /= 100;
        }
        if value >= 10 {
            self.put_pair(value);
        } else {
            self.put(b'0' | value.to_le_bytes()[0]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_double(value: f64) {
        for value in [value, -value] {
            let mut out = Vec::new();
            write_double(value, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), format!("{value:?}"));
        }
    }

    #[track_caller]
    fn check_integer(value: i64) {
        let mut out = Vec::new();
        write_integer(value, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), value.to_string());
    }

    /// Numbers of all sizes, the same in every run.
    fn some() -> impl Iterator<Item = u64> {
        let next = |state: &u64| {
            let state = state.wrapping_mul(6_364_136_223_846_793_005);
            Some(state.wrapping_add(1_442_695_040_888_963_407))
        };
        std::iter::successors(Some(7), next).take(100_000)
    }

    #[test]
    fn doubles_have_the_digits_that_rust_gives_them() {
        for value in [
            0.0,
            0.01,
            0.1,
            0.001,
            0.005,
            1.0,
            1.5,
            1.05,
            4.35,
            9.995,
            1e-5,
            1e-7,
            123_456.78,
            9_999_999_999_999.99,
            9_999_999_999_999.98,
            1e13,
            1e14,
            1e15,
            1e16,
            1e21,
            f64::MAX,
            f64::MIN_POSITIVE,
            f64::EPSILON,
            0.1 + 0.2,
            1.0 / 3.0,
        ] {
            check_double(value);
        }
        for random in some() {
            let value = f64::from_bits(random);
            if value.is_finite() {
                check_double(value);
            }
            // Decimals of up to three places, and the numbers beside them.
            #[allow(clippy::cast_precision_loss, reason = "any number will do")]
            let decimal = (random >> (random % 50) >> 14) as f64 / 100.0;
            check_double(decimal);
            check_double(decimal / 10.0);
            check_double(f64::from_bits(decimal.to_bits() + 1));
            check_double(f64::from_bits(decimal.to_bits().saturating_sub(1)));
        }
    }

    #[test]
    fn whole_numbers_have_all_their_digits() {
        for value in [0, 1, -1, 9, 10, 99, 100, i64::MAX, i64::MIN] {
            check_integer(value);
        }
        for random in some() {
            check_integer((random >> (random % 64)).cast_signed());
        }
    }
}
