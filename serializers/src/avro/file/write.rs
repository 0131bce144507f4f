use std::collections::BTreeMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::io::Write;

use super::header::Header;
use super::{CODEC_KEY, Compression, SCHEMA_KEY, SYNC_LEN, io};
use crate::avro::read::{Cursor, MinSizes};
use crate::avro::rules::parse_resolved;
use crate::avro::schema::Schema;
use crate::avro::write;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::schema_codec::{SchemaCodec, SchemaFormat};
use crate::varint;

/// How a container file is written.
#[derive(Clone, Debug)]
pub struct Options {
    compression: Compression,
    metadata: BTreeMap<String, Vec<u8>>,
    block_size: usize,
    sync: Option<[u8; SYNC_LEN]>,
}

impl Options {
    /// No compression, no metadata, blocks of 64,000 bytes, as Java's `DataFileWriter`.
    #[must_use]
    pub fn new() -> Self {
        Self {
            compression: Compression::None,
            metadata: BTreeMap::new(),
            block_size: BLOCK_SIZE,
            sync: None,
        }
    }

    /// Compresses blocks.
    #[must_use]
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Says something of the file. Keys that start with `avro.` are Avro's own: with them no file
    /// is begun.
    #[must_use]
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        self.metadata.insert(key.into(), value.into());
        self
    }

    /// Ends a block with the record that makes it this long, in bytes before compression.
    #[must_use]
    pub fn block_size(mut self, bytes: usize) -> Self {
        self.block_size = bytes;
        self
    }

    /// What stands behind every block, for files that should come out the same every time; random
    /// by default.
    #[must_use]
    pub fn sync_marker(mut self, marker: [u8; 16]) -> Self {
        self.sync = Some(marker);
        self
    }

    fn header(&self, schema: &Schema) -> Result<Header> {
        // A file has one text: it must mean the same alone.
        let alone = Schema::parse_writer(schema.text(), &[]).ok();
        if alone.map(|alone| alone.canonical_form()) != Some(schema.canonical_form()) {
            let message = "the schema refers to other texts, and a container file holds only one";
            return Err(Error::new(ErrorKind::Config, message));
        }
        if self.metadata.keys().any(|key| key.starts_with("avro.")) {
            let message = "metadata keys that start with \"avro.\" are Avro's own";
            return Err(Error::new(ErrorKind::Config, message));
        }
        // Better now than with the first block.
        self.compression.compress(&[], &mut Vec::new())?;
        let mut metadata = self.metadata.clone();
        metadata.insert(SCHEMA_KEY.to_owned(), schema.text().into());
        metadata.insert(CODEC_KEY.to_owned(), self.compression.as_str().into());
        Ok(Header {
            schema_text: schema.shared_text(),
            compression: self.compression,
            metadata,
            sync: self.sync.unwrap_or_else(random),
        })
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

/// The standard library seeds its hashers from the system's random numbers.
fn random() -> [u8; SYNC_LEN] {
    let half = || RandomState::new().hash_one(std::time::SystemTime::now());
    ((u128::from(half()) << 64) | u128::from(half())).to_be_bytes()
}

/// Writes data that is already encoded to a container file.
///
/// What was appended is in the file after [`finish`](Self::finish): without it the last block is
/// lost.
#[must_use = "without `finish` the last block is lost"]
pub struct RawWriter<W> {
    output: W,
    schema: Schema,
    sizes: MinSizes,
    header: Header,
    block_size: usize,
    block: Vec<u8>,
    /// Data in the block.
    count: usize,
    /// Whether a write failed, so that the content of the file is unknown.
    is_broken: bool,
}

impl<W: Write> RawWriter<W> {
    /// Begins a file: writes its header.
    ///
    /// # Errors
    /// `Config` if the schema refers to other texts, metadata uses a key of Avro's own, or the
    /// feature of the compression is off; `Io`.
    pub fn new(output: W, schema: &Schema, options: &Options) -> Result<Self> {
        let header = options.header(schema)?;
        let mut bytes = Vec::new();
        header.write(&mut bytes);
        let mut writer = Self {
            output,
            schema: schema.clone(),
            sizes: MinSizes::new(schema),
            header,
            block_size: options.block_size,
            block: Vec::new(),
            count: 0,
            is_broken: false,
        };
        writer.write(&bytes)?;
        Ok(writer)
    }

    /// Appends one datum of the file's schema.
    ///
    /// # Errors
    /// `Encode` if it is none; `Io`.
    pub fn append_datum(&mut self, datum: &[u8]) -> Result<()> {
        let limits = Limits::default().payload(usize::MAX).depth(usize::MAX);
        let mut cursor = Cursor::new(datum, &limits)?;
        cursor
            .skip(&self.schema, self.schema.root(), &self.sizes)
            .and_then(|()| cursor.finish())
            .map_err(|error| {
                let message = "the bytes are not a datum of the file's schema";
                Error::new(ErrorKind::Encode, message).with_source(error)
            })?;
        self.append_with(|out| {
            out.extend_from_slice(datum);
            Ok(())
        })
    }

    /// Appends one datum, which `encode` appends to the block; on error it must append nothing.
    fn append_with(&mut self, encode: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> Result<()> {
        encode(&mut self.block)?;
        self.count += 1;
        // Blocks of records without bytes end, too.
        if self.block.len() >= self.block_size || self.count >= MAX_COUNT {
            self.end_block()?;
        }
        Ok(())
    }

    /// Ends the block, so that all that was appended is written; the output is flushed.
    ///
    /// # Errors
    /// `Io`.
    pub fn flush(&mut self) -> Result<()> {
        self.end_block()?;
        self.output.flush().map_err(io)
    }

    /// Ends the file and gives the output back.
    ///
    /// # Errors
    /// `Io`; the last block may be lost then.
    pub fn finish(mut self) -> Result<W> {
        self.flush()?;
        Ok(self.output)
    }

    fn end_block(&mut self) -> Result<()> {
        if self.count == 0 {
            return Ok(());
        }
        let mut data = Vec::new();
        self.header.compression.compress(&self.block, &mut data)?;
        let mut bytes = Vec::with_capacity(data.len() + SYNC_LEN + 2 * varint::MAX_LEN);
        write::count(self.count, &mut bytes);
        write::bytes(&data, &mut bytes);
        bytes.extend_from_slice(&self.header.sync);
        self.block.clear();
        self.count = 0;
        self.write(&bytes)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if self.is_broken {
            let message = "an earlier write to the file failed";
            return Err(Error::new(ErrorKind::Io, message));
        }
        let written = self.output.write_all(bytes).map_err(io);
        self.is_broken = written.is_err();
        written
    }
}

impl<W> fmt::Debug for RawWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawWriter")
            .field("fingerprint", &self.schema.fingerprint())
            .field("compression", &self.header.compression)
            .finish_non_exhaustive()
    }
}

/// Writes the values of an Avro codec to a container file.
///
/// What was appended is in the file after [`finish`](Self::finish): without it the last block is
/// lost.
#[derive(Debug)]
#[must_use = "without `finish` the last block is lost"]
pub struct Writer<C, W> {
    codec: C,
    raw: RawWriter<W>,
}

impl<C: SchemaFormat, W: Write> Writer<C, W> {
    /// Begins a file, with the default [`Options`].
    ///
    /// # Errors
    /// As [`RawWriter::new`]; `InvalidSchema` if the codec is not for Avro.
    pub fn new(output: W, codec: C) -> Result<Self> {
        Self::with_options(output, codec, Options::new())
    }

    /// Begins a file.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    #[allow(
        clippy::needless_pass_by_value,
        reason = "options are made for the one call"
    )]
    pub fn with_options(output: W, codec: C, options: Options) -> Result<Self> {
        let schema = parse_resolved(&codec.source().resolve()?)?;
        let raw = RawWriter::new(output, &schema, &options)?;
        Ok(Self { codec, raw })
    }

    /// Appends one record.
    ///
    /// # Errors
    /// As [`Serializer::serialize`](crate::Serializer::serialize), and nothing is appended then;
    /// `Io`.
    pub fn append<T: ?Sized>(&mut self, value: &T) -> Result<()>
    where
        C: SchemaCodec<T>,
    {
        self.raw.append_with(|out| self.codec.serialize(value, out))
    }

    /// Ends the block, so that all that was appended is written; the output is flushed.
    ///
    /// # Errors
    /// `Io`.
    pub fn flush(&mut self) -> Result<()> {
        self.raw.flush()
    }

    /// Ends the file and gives the output back.
    ///
    /// # Errors
    /// `Io`; the last block may be lost then.
    pub fn finish(self) -> Result<W> {
        self.raw.finish()
    }
}

/// Java's `DataFileConstants.DEFAULT_SYNC_INTERVAL`, 4000 · 16.
const BLOCK_SIZE: usize = 64_000;
/// What a reader takes of records without bytes.
const MAX_COUNT: usize = 65_536;
