use std::io::Write;

use bzip2::Compression;
use bzip2::read::BzDecoder;
use bzip2::write::BzEncoder;

use super::read_bounded;
use crate::avro::file::io;
use crate::error::Result;

pub(super) fn compress(block: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let mut encoder = BzEncoder::new(out, Compression::best());
    encoder.write_all(block).map_err(io)?;
    encoder.finish().map_err(io)?;
    Ok(())
}

pub(super) fn decompress(block: &[u8], max: usize) -> Result<Vec<u8>> {
    read_bounded(BzDecoder::new(block), "bzip2", max)
}
