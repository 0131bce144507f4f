use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};

use super::{broken, too_long};
use crate::error::Result;

pub(super) fn compress(block: &[u8], out: &mut Vec<u8>) -> Result<()> {
    out.extend_from_slice(&compress_to_vec(block, LEVEL));
    Ok(())
}

pub(super) fn decompress(block: &[u8], max: usize) -> Result<Vec<u8>> {
    decompress_to_vec_with_limit(block, max).map_err(|error| match error.status {
        TINFLStatus::HasMoreOutput => too_long(max),
        _ => broken("DEFLATE"),
    })
}

/// zlib's default.
const LEVEL: u8 = 6;
