//! Object container files: `.avro`.
//!
//! A file holds its schema, and records in blocks; blocks may be compressed. [`Writer`] and
//! [`Reader`] write and read the values of any Avro codec, [`RawWriter`] and [`RawReader`] data
//! that somebody else encodes and decodes.
//!
//! <https://avro.apache.org/docs/1.12.0/specification/#object-container-files>
//!
//! ```
//! use wireform::avro::SerdeAvro;
//! use wireform::avro::file::{Compression, Options, Reader, Writer};
//!
//! let codec = SerdeAvro::<i32>::new("\"int\"")?;
//! let options = Options::new().compression(Compression::Deflate);
//! let mut writer = Writer::with_options(Vec::new(), codec, options)?;
//! for n in 0..3 {
//!     writer.append(&n)?;
//! }
//! let file = writer.finish()?;
//!
//! // What a reader wants may have another schema.
//! let longs = SerdeAvro::<i64>::new("\"long\"")?;
//! let numbers: Vec<i64> = Reader::new(&*file, &longs)?.collect::<Result<_, _>>()?;
//! assert_eq!(numbers, [0, 1, 2]);
//! # Ok::<(), wireform::Error>(())
//! ```

use crate::error::{Error, ErrorKind};

mod compression;
mod header;
mod read;
mod source;
mod write;

pub use self::compression::Compression;
pub use self::read::{RawReader, Reader};
pub use self::write::{Options, RawWriter, Writer};

fn io(error: std::io::Error) -> Error {
    let message = format!("the file could not be read or written: {}", error.kind());
    Error::new(ErrorKind::Io, message).with_source(error)
}

/// Magic bytes: `Obj`, version 1.
const MAGIC: [u8; 4] = *b"Obj\x01";
const SYNC_LEN: usize = 16;
const SCHEMA_KEY: &str = "avro.schema";
const CODEC_KEY: &str = "avro.codec";

#[cfg(test)]
mod tests;
