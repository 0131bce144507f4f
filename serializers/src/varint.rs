//! Numbers of variable length: seven bits a byte, the lowest first. Signed ones are zigzag.
//!
//! `avro::read` and `avro::write` take the short ones apart themselves, because that is a hot path.

/// Appends `value`.
pub fn write(mut value: u64, out: &mut Vec<u8>) {
    #[allow(clippy::cast_possible_truncation, reason = "cut to seven bits")]
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    #[allow(clippy::cast_possible_truncation, reason = "under 0x80")]
    out.push(value as u8);
}

/// Splits the number off that `bytes` start with.
///
/// # Errors
/// If the bytes end inside the number, or it has more than 64 bits.
pub fn split(bytes: &[u8]) -> Result<(u64, &[u8]), Malformed> {
    let mut value = 0_u64;
    for (position, &byte) in bytes.iter().enumerate().take(MAX_LEN) {
        if position == MAX_LEN - 1 && byte > 1 {
            return Err(Malformed::TooLong);
        }
        value |= u64::from(byte & 0x7f) << (7 * position);
        if byte < 0x80 {
            return Ok((value, bytes.get(position + 1..).unwrap_or_default()));
        }
    }
    Err(Malformed::Truncated)
}

/// Why bytes do not start with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// It has more than 64 bits.
    TooLong,
    /// The bytes end inside it.
    Truncated,
}

/// Returns a signed number as an unsigned one, whose lowest bit is the sign.
#[allow(
    clippy::cast_sign_loss,
    reason = "zigzag moves the sign to the lowest bit"
)]
#[inline(always)]
#[must_use]
pub const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

/// Returns the signed number of a [`zigzag`] one.
#[allow(
    clippy::cast_possible_wrap,
    reason = "zigzag: the lowest bit is the sign"
)]
#[inline(always)]
#[must_use]
pub const fn unzigzag(zigzag: u64) -> i64 {
    (zigzag >> 1) as i64 ^ -((zigzag & 1) as i64)
}

/// The most bytes of a number of 64 bits.
pub(crate) const MAX_LEN: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_split_off() {
        for value in [0, 1, 0x7f, 0x80, 0x3fff, 0x4000, u64::MAX >> 1, u64::MAX] {
            let mut bytes = Vec::new();
            write(value, &mut bytes);
            for len in 0..bytes.len() {
                assert_eq!(split(&bytes[..len]), Err(Malformed::Truncated), "{value}");
            }
            bytes.push(7);
            assert_eq!(split(&bytes), Ok((value, &[7][..])));
        }
    }

    #[test]
    fn more_than_64_bits_are_an_error() {
        let mut bytes = [0xff; 11];
        assert_eq!(split(&bytes), Err(Malformed::TooLong));
        bytes[9] = 2;
        assert_eq!(split(&bytes), Err(Malformed::TooLong));
        bytes[9] = 1;
        assert_eq!(split(&bytes), Ok((u64::MAX, &[0xff][..])));
    }

    #[test]
    fn zigzag_goes_back_and_forth() {
        for (value, expected) in [
            (0, 0),
            (-1, 1),
            (1, 2),
            (i64::MAX, u64::MAX - 1),
            (i64::MIN, u64::MAX),
        ] {
            assert_eq!(zigzag(value), expected);
            assert_eq!(unzigzag(expected), value);
        }
    }
}
