use crate::error::{Error, ErrorKind, Result};

mod deflate;
#[cfg(not(all(
    feature = "avro-file-bzip2",
    feature = "avro-file-snappy",
    feature = "avro-file-zstandard"
)))]
mod missing;

#[cfg(feature = "avro-file-bzip2")]
mod bzip2;
#[cfg(feature = "avro-file-snappy")]
mod snappy;
#[cfg(feature = "avro-file-zstandard")]
mod zstandard;

#[cfg(not(feature = "avro-file-bzip2"))]
use self::missing::bzip2;
#[cfg(not(feature = "avro-file-snappy"))]
use self::missing::snappy;
#[cfg(not(feature = "avro-file-zstandard"))]
use self::missing::zstandard;

/// How the blocks of a file are compressed.
///
/// All of them are named here; those behind a feature that is off are `Config` errors when they are
/// used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all; `null` in the file.
    #[default]
    None,
    /// bzip2, at level 9. Feature `avro-file-bzip2`.
    Bzip2,
    /// DEFLATE (RFC 1951), at level 6. Every implementation of Avro reads it.
    Deflate,
    /// Snappy, with a CRC-32. Feature `avro-file-snappy`.
    Snappy,
    /// Zstandard. Feature `avro-file-zstandard`.
    Zstandard,
}

impl Compression {
    /// The name in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "null",
            Self::Bzip2 => "bzip2",
            Self::Deflate => "deflate",
            Self::Snappy => "snappy",
            Self::Zstandard => "zstandard",
        }
    }

    /// The one with that name in a file.
    pub(super) fn named(name: &[u8]) -> Result<Self> {
        let all = [
            Self::None,
            Self::Bzip2,
            Self::Deflate,
            Self::Snappy,
            Self::Zstandard,
        ];
        let mut all = all.into_iter();
        all.find(|known| known.as_str().as_bytes() == name)
            .ok_or_else(|| {
                let name: String = String::from_utf8_lossy(name).chars().take(40).collect();
                let message = format!("blocks are compressed with {name:?}, which is not known");
                Error::new(ErrorKind::UnsupportedContent, message)
            })
    }

    /// Appends `block`, compressed.
    pub(super) fn compress(self, block: &[u8], out: &mut Vec<u8>) -> Result<()> {
        match self {
            Self::None => {
                out.extend_from_slice(block);
                Ok(())
            }
            Self::Bzip2 => bzip2::compress(block, out),
            Self::Deflate => deflate::compress(block, out),
            Self::Snappy => snappy::compress(block, out),
            Self::Zstandard => zstandard::compress(block, out),
        }
    }

    /// What was compressed, if it is at most `max` bytes.
    pub(super) fn decompress(self, block: Vec<u8>, max: usize) -> Result<Vec<u8>> {
        match self {
            Self::None => Ok(block),
            Self::Bzip2 => bzip2::decompress(&block, max),
            Self::Deflate => deflate::decompress(&block, max),
            Self::Snappy => snappy::decompress(&block, max),
            Self::Zstandard => zstandard::decompress(&block, max),
        }
    }
}

#[cold]
fn too_long(max: usize) -> Error {
    let message = format!("a block of more than {max} bytes");
    Error::new(ErrorKind::LimitExceeded, message)
}

#[cold]
fn broken(name: &str) -> Error {
    Error::new(ErrorKind::Decode, format!("a block that is not {name}"))
}

/// Reads all of a decompressor, but not more than `max` bytes.
#[cfg(any(feature = "avro-file-bzip2", feature = "avro-file-zstandard"))]
fn read_bounded(decoder: impl std::io::Read, name: &str, max: usize) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    let mut decoder = std::io::Read::take(decoder, limit);
    std::io::Read::read_to_end(&mut decoder, &mut out).map_err(|_| broken(name))?;
    match out.len() <= max {
        true => Ok(out),
        false => Err(too_long(max)),
    }
}
