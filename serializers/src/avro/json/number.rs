//! Numbers as JSON text, without the machinery of `fmt` where they are of the usual kind.

use std::fmt::Write as _;

/// Appends a whole number.
pub(super) fn write_integer(value: i64, out: &mut String) {
    if value < 0 {
        out.push('-');
    }
    write_digits(value.unsigned_abs(), 1, out);
}

/// Appends a number in as few digits as tell it from all others of its type.
pub(super) fn write_float(value: f32, out: &mut String) {
    // A string has room.
    let _ = write!(out, "{value:?}");
}

/// Appends a number in as few digits as tell it from all others, as `{value:?}` does.
pub(super) fn write_double(value: f64, out: &mut String) {
    match hundredths(value) {
        None => {
            // A string has room.
            let _ = write!(out, "{value:?}");
        }
        Some(hundredths) => {
            if value.is_sign_negative() {
                out.push('-');
            }
            write_digits(hundredths / 100, 1, out);
            out.push('.');
            match hundredths % 100 {
                rest if rest % 10 == 0 => write_digits(rest / 10, 1, out),
                rest => write_digits(rest, 2, out),
            }
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
    let hundredths = (value * 100.0).round();
    let is_exact = hundredths < BELOW && hundredths / 100.0 == value;
    is_exact.then_some(hundredths as u64)
}

/// Appends the digits of a number, `least` of them at least.
fn write_digits(mut value: u64, least: usize, out: &mut String) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    for (place, digit) in digits.iter_mut().enumerate().rev() {
        *digit = b'0' + u8::try_from(value % 10).unwrap_or(0);
        value /= 10;
        start = place;
        if value == 0 {
            break;
        }
    }
    let start = start.min(digits.len() - least);
    let digits = digits.get(start..).unwrap_or_default();
    out.push_str(std::str::from_utf8(digits).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_double(value: f64) {
        for value in [value, -value] {
            let mut out = String::new();
            write_double(value, &mut out);
            assert_eq!(out, format!("{value:?}"));
        }
    }

    #[track_caller]
    fn check_integer(value: i64) {
        let mut out = String::new();
        write_integer(value, &mut out);
        assert_eq!(out, value.to_string());
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
