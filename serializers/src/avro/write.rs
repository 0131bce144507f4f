//! Avro's binary encoding: what a datum is made of.
//!
//! <https://avro.apache.org/docs/1.12.0/specification/#binary-encoding>

/// Appends an `int`: zigzag, variable length.
#[inline(always)]
pub(crate) fn int(value: i32, out: &mut Vec<u8>) {
    #[allow(
        clippy::cast_sign_loss,
        reason = "zigzag moves the sign to the lowest bit"
    )]
    let zigzag = ((value << 1) ^ (value >> 31)) as u32;
    varint(zigzag.into(), out);
}

/// Appends a `long`: zigzag, variable length.
#[inline(always)]
pub(crate) fn long(value: i64, out: &mut Vec<u8>) {
    #[allow(
        clippy::cast_sign_loss,
        reason = "zigzag moves the sign to the lowest bit"
    )]
    let zigzag = ((value << 1) ^ (value >> 63)) as u64;
    many_bytes(zigzag, out);
}

/// Appends a count or an index, which is a `long`.
#[inline(always)]
pub(crate) fn count(value: usize, out: &mut Vec<u8>) {
    // A usize is at most 64 bits, and no slice has 2^63 items.
    varint((value as u64) << 1, out);
}

/// Appends `bytes` or a `string`: the length, then the bytes.
#[inline(always)]
pub(crate) fn bytes(value: &[u8], out: &mut Vec<u8>) {
    count(value.len(), out);
    out.extend_from_slice(value);
}

/// One byte in line, as most are; more behind a call.
#[inline(always)]
fn varint(value: u64, out: &mut Vec<u8>) {
    match u8::try_from(value) {
        Ok(byte @ ..0x80) => out.push(byte),
        _ => long_varint(value, out),
    }
}

#[inline(never)]
fn long_varint(value: u64, out: &mut Vec<u8>) {
    many_bytes(value, out);
}

/// In line: a `long` is mostly long.
#[inline(always)]
fn many_bytes(mut value: u64, out: &mut Vec<u8>) {
    #[allow(clippy::cast_possible_truncation, reason = "cut to seven bits")]
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    #[allow(clippy::cast_possible_truncation, reason = "under 0x80")]
    out.push(value as u8);
}
