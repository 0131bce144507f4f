//! Avro's binary encoding: what a datum is made of.
//!
//! <https://avro.apache.org/docs/1.12.0/specification/#binary-encoding>

use crate::varint::{self, zigzag};

/// Appends an `int`: zigzag, variable length.
#[inline(always)]
pub(crate) fn int(value: i32, out: &mut Vec<u8>) {
    #[allow(
        clippy::cast_sign_loss,
        reason = "zigzag moves the sign to the lowest bit"
    )]
    let zigzag = ((value << 1) ^ (value >> 31)) as u32;
    short_or_long(zigzag.into(), out);
}

/// Appends a `long`: zigzag, variable length.
#[inline(always)]
pub(crate) fn long(value: i64, out: &mut Vec<u8>) {
    many_bytes(zigzag(value), out);
}

/// Appends a `long` that is mostly short.
#[inline(always)]
pub(crate) fn short_long(value: i64, out: &mut Vec<u8>) {
    short_or_long(zigzag(value), out);
}

/// Appends a count or an index, which is a `long`.
#[inline(always)]
pub(crate) fn count(value: usize, out: &mut Vec<u8>) {
    // A usize is at most 64 bits, and no slice has 2^63 items.
    short_or_long((value as u64) << 1, out);
}

/// Appends `bytes` or a `string`: the length, then the bytes.
#[inline(always)]
pub(crate) fn bytes(value: &[u8], out: &mut Vec<u8>) {
    count(value.len(), out);
    out.extend_from_slice(value);
}

/// One byte in line, as most are; more behind a call.
#[inline(always)]
fn short_or_long(value: u64, out: &mut Vec<u8>) {
    if value < 0x80 {
        #[allow(clippy::cast_possible_truncation, reason = "under 0x80")]
        out.push(value as u8);
    } else {
        long_varint(value, out);
    }
}

#[inline(never)]
fn long_varint(value: u64, out: &mut Vec<u8>) {
    many_bytes(value, out);
}

/// In line: a `long` is mostly long. Up to eight bytes are made at once.
#[inline(always)]
fn many_bytes(value: u64, out: &mut Vec<u8>) {
    if value >= 1 << 56 {
        return nine_bytes_or_ten(value, out);
    }
    let len = (63 - (value | 1).leading_zeros()) / 7 + 1;
    // The highest bit of all bytes but the last: another one follows.
    let follows = 0x8080_8080_8080_8080 & ((1 << (8 * len - 8)) - 1);
    let start = out.len();
    out.extend_from_slice(&(in_sevens(value) | follows).to_le_bytes());
    out.truncate(start + len as usize);
}

/// Spreads the lower 56 bits over eight bytes, seven to each.
#[inline(always)]
fn in_sevens(value: u64) -> u64 {
    let value = value & 0x0fff_ffff | (value & 0x00ff_ffff_f000_0000) << 4;
    let value = value & 0x0000_3fff_0000_3fff | (value & 0x0fff_c000_0fff_c000) << 2;
    value & 0x007f_007f_007f_007f | (value & 0x3f80_3f80_3f80_3f80) << 1
}

#[inline(never)]
fn nine_bytes_or_ten(value: u64, out: &mut Vec<u8>) {
    varint::write(value, out);
}

#[cfg(test)]
mod tests {
    use super::{long, short_long};
    use crate::avro::read::Cursor;
    use crate::limits::Limits;

    /// As the specification has it, byte by byte.
    fn plain(value: i64) -> Vec<u8> {
        let mut rest = ((value << 1) ^ (value >> 63)).cast_unsigned();
        let mut out = Vec::new();
        while rest >= 0x80 {
            out.push((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        out.push(u8::try_from(rest).unwrap());
        out
    }

    /// What is behind the number changes nothing, be it long or short.
    #[track_caller]
    fn check(value: i64) {
        let expected = plain(value);
        let (mut written, mut short) = (vec![7], Vec::new());
        long(value, &mut written);
        short_long(value, &mut short);
        assert_eq!((&written[1..], &*short), (&*expected, &*expected));
        for behind in 0..10 {
            let mut datum = expected.clone();
            datum.extend(std::iter::repeat_n(0xff, behind));
            let mut cursor = Cursor::new(&datum, &Limits::default()).unwrap();
            assert_eq!(cursor.long().unwrap(), value);
            assert_eq!(cursor.remaining(), behind);
        }
        for len in 0..expected.len() {
            let mut cursor = Cursor::new(&expected[..len], &Limits::default()).unwrap();
            assert!(cursor.long().is_err(), "{value} of {len} bytes");
        }
    }

    #[test]
    fn longs_of_every_length_are_as_the_specification_has_them() {
        for bits in 0..64 {
            let power = 1_i64 << bits;
            for near in [power.wrapping_sub(1), power, power.wrapping_add(1)] {
                check(near);
                check(near.wrapping_neg());
            }
            check(0x5a5a_5a5a_5a5a_5a5a_i64 >> bits);
            check(0x1234_5678_9abc_def0_i64 >> bits);
        }
    }

    #[test]
    fn numbers_of_more_than_64_bits_are_errors() {
        for bytes in [
            &[0xff; 16][..],
            &[0xff; 10],
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2],
        ] {
            assert!(
                Cursor::new(bytes, &Limits::default())
                    .unwrap()
                    .long()
                    .is_err()
            );
        }
    }
}
