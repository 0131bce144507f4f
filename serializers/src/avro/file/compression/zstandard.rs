use ruzstd::decoding::StreamingDecoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::{broken, read_bounded};
use crate::error::Result;

pub(super) fn compress(block: &[u8], out: &mut Vec<u8>) -> Result<()> {
    out.extend_from_slice(&compress_to_vec(block, CompressionLevel::Fastest));
    Ok(())
}

pub(super) fn decompress(block: &[u8], max: usize) -> Result<Vec<u8>> {
    let decoder = StreamingDecoder::new(block).map_err(|_| broken("Zstandard"))?;
    read_bounded(decoder, "Zstandard", max)
}
