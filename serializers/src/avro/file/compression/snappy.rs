use super::{broken, too_long};
use crate::error::{Error, ErrorKind, Result};

/// "Each compressed block is followed by the 4-byte, big-endian CRC32 checksum of the uncompressed
/// data in the block."
pub(super) fn compress(block: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let compressed = snap::raw::Encoder::new()
        .compress_vec(block)
        .map_err(|_| Error::new(ErrorKind::Encode, "a block of over 4 GiB"))?;
    out.extend_from_slice(&compressed);
    out.extend_from_slice(&crc32fast::hash(block).to_be_bytes());
    Ok(())
}

pub(super) fn decompress(block: &[u8], max: usize) -> Result<Vec<u8>> {
    let (compressed, crc) = block
        .split_last_chunk::<4>()
        .ok_or_else(|| broken("Snappy"))?;
    let len = snap::raw::decompress_len(compressed).map_err(|_| broken("Snappy"))?;
    // A byte of Snappy copies at most 64: what is said to be longer is not.
    if len > max || len / 64 > compressed.len() {
        return Err(too_long(max.min(compressed.len().saturating_mul(64))));
    }
    let out = snap::raw::Decoder::new().decompress_vec(compressed);
    let out = out.map_err(|_| broken("Snappy"))?;
    match crc32fast::hash(&out).to_be_bytes() == *crc {
        true => Ok(out),
        false => Err(broken("Snappy: its checksum differs")),
    }
}
