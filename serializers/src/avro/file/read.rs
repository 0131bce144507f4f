use std::fmt;
use std::io::Read;

use wireform_registry::{ResolvedSchema, SchemaKind};

use super::header::Header;
use super::source::Source;
use super::{Compression, SYNC_LEN};
use crate::avro::read::{Cursor, MinSizes};
use crate::avro::schema::Schema;
use crate::avro::writer_plan::WriterPlan;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::reader::ReadCodec;

/// Reads the data of a container file, one after the other, and leaves them as they are.
///
/// ```
/// # use wireform::avro::SerdeAvro;
/// # use wireform::avro::file::Writer;
/// use wireform::avro::file::RawReader;
/// use wireform::avro::json::AvroJson;
///
/// # let mut writer = Writer::new(Vec::new(), SerdeAvro::<i32>::new("\"int\"")?)?;
/// # writer.append(&7)?;
/// # let file = writer.finish()?;
/// let mut reader = RawReader::new(&*file)?;
/// let json = AvroJson::new(reader.schema()).plain();
/// while let Some(datum) = reader.next_datum()? {
///     println!("{}", json.to_text(datum)?);
/// }
/// # Ok::<(), wireform::Error>(())
/// ```
pub struct RawReader<R> {
    source: Source<R>,
    header: Header,
    schema: Schema,
    sizes: MinSizes,
    limits: Limits,
    block: Vec<u8>,
    /// How much of the block was read.
    at: usize,
    /// Data of this block that were not read yet.
    left: u64,
    /// Data that were read from the whole file.
    count: u64,
    /// Whether the file is at its end, or broken.
    is_done: bool,
}

impl<R: Read> RawReader<R> {
    /// Reads the header of a file.
    ///
    /// # Errors
    /// `Framing` if it is not a container file; `InvalidSchema`; `UnsupportedContent` if its
    /// compression is not known; `Decode` if it ends too early; `LimitExceeded`; `Io`.
    pub fn new(input: R) -> Result<Self> {
        Self::with_limits(input, Limits::default())
    }

    /// As [`new`](Self::new), with limits: metadata is at most `payload` bytes long, as is every
    /// datum, and a block at most `heap` bytes, be it compressed or not.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_limits(input: R, limits: Limits) -> Result<Self> {
        let mut source = Source::new(input);
        let header = Header::read(&mut source, limits.payload)?;
        let schema = Schema::parse_writer(&header.schema_text, &[])?;
        Ok(Self {
            source,
            header,
            sizes: MinSizes::new(&schema),
            schema,
            limits,
            block: Vec::new(),
            at: 0,
            left: 0,
            count: 0,
            is_done: false,
        })
    }

    /// The next datum; `None` at the end of the file.
    ///
    /// After an error there is none: what follows cannot be told from what does not.
    ///
    /// # Errors
    /// `Decode` if the file is broken or ends too early; `LimitExceeded`; `Io`.
    pub fn next_datum(&mut self) -> Result<Option<&[u8]>> {
        let found = self.advance().inspect_err(|_| self.is_done = true)?;
        Ok(found.and_then(|(start, end)| self.block.get(start..end)))
    }

    /// Where the next datum stands in the block.
    fn advance(&mut self) -> Result<Option<(usize, usize)>> {
        if self.is_done {
            return Ok(None);
        }
        while self.left == 0 {
            if !self.next_block()? {
                self.is_done = true;
                return Ok(None);
            }
        }
        let start = self.at;
        let rest = self.block.get(start..).unwrap_or_default();
        let len = self
            .len_of_datum(rest)
            .map_err(|error| error.at(format!("[{}]", self.count)))?;
        self.at += len;
        self.left -= 1;
        self.count += 1;
        if self.left == 0 && self.at != self.block.len() {
            return Err(self.source.error("the block holds more than its records"));
        }
        Ok(Some((start, self.at)))
    }

    fn len_of_datum(&self, rest: &[u8]) -> Result<usize> {
        let mut cursor = Cursor::new(rest, &self.limits.payload(usize::MAX))?;
        cursor.skip(&self.schema, self.schema.root(), &self.sizes)?;
        self.limits
            .check_payload(rest.get(..cursor.offset()).unwrap_or_default())?;
        Ok(cursor.offset())
    }

    /// Reads a block; `false` at the end of the file.
    fn next_block(&mut self) -> Result<bool> {
        let Some(count) = self.source.long_or_end()? else {
            return Ok(false);
        };
        let count =
            u64::try_from(count).map_err(|_| self.source.error("a block with a negative count"))?;
        let size = self.source.long()?;
        let size =
            u64::try_from(size).map_err(|_| self.source.error("a block of a negative size"))?;
        let max = self.limits.heap;
        if usize::try_from(size).map_or(true, |size| size > max) {
            let message = format!("a block of {size} bytes, over {max}");
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
        let compressed = self.source.bytes(size)?;
        if self.source.array::<SYNC_LEN>()? != self.header.sync {
            return Err(self
                .source
                .error("the block does not end with the sync marker"));
        }
        self.block = self.header.compression.decompress(compressed, max)?;
        self.check_count(count)?;
        self.at = 0;
        self.left = count;
        Ok(true)
    }

    fn check_count(&self, count: u64) -> Result<()> {
        let min_size = self.sizes.of(self.schema.root());
        if min_size == 0 && count > MAX_EMPTY {
            let message = format!("a block of {count} records, which may take no bytes");
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
        let len = self.block.len();
        let is_too_many =
            min_size > 0 && usize::try_from(count).map_or(true, |count| count > len / min_size);
        if is_too_many || (count == 0 && len > 0) {
            let message = format!("a block of {len} bytes cannot hold {count} records");
            return Err(self.source.error(&message));
        }
        Ok(())
    }
}

impl<R> RawReader<R> {
    /// The schema that the data were written with.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// How blocks are compressed.
    #[must_use]
    pub fn compression(&self) -> Compression {
        self.header.compression
    }

    /// What the file's writer says of it. Keys that start with `avro.` are Avro's own.
    pub fn metadata(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let metadata = self.header.metadata.iter();
        metadata.map(|(key, value)| (&**key, &**value))
    }
}

impl<R> fmt::Debug for RawReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawReader")
            .field("fingerprint", &self.schema.fingerprint())
            .field("compression", &self.header.compression)
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

/// Reads the records of a container file as values of `T`, whatever schema they were written with.
///
/// A record that is not a `T` is an error, and the next one may be read; after an error in the file
/// itself there is no next one.
#[derive(Debug)]
pub struct Reader<T, R> {
    raw: RawReader<R>,
    plan: WriterPlan<T>,
}

impl<T, R: Read> Reader<T, R> {
    /// Reads the header of a file, and plans how `codec` reads its records.
    ///
    /// # Errors
    /// As [`RawReader::new`]; `Incompatible` with the path if no record can ever be read as `T`;
    /// `Config` if the codec reads no Avro.
    pub fn new(input: R, codec: &(impl ReadCodec<T> + ?Sized)) -> Result<Self> {
        Self::from_raw(RawReader::new(input)?, codec)
    }

    /// Goes on with a file whose header was read; the codec has limits of its own for each record.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn from_raw(raw: RawReader<R>, codec: &(impl ReadCodec<T> + ?Sized)) -> Result<Self> {
        if !codec.reads_schema(SchemaKind::Avro) {
            return Err(Error::new(ErrorKind::Config, "the codec reads no Avro"));
        }
        let writer = ResolvedSchema::new(SchemaKind::Avro, raw.header.schema_text.clone());
        let plan = WriterPlan::new(codec, &writer)?;
        Ok(Self { raw, plan })
    }
}

impl<T, R> Reader<T, R> {
    /// The file: its schema, its metadata.
    #[must_use]
    pub fn raw(&self) -> &RawReader<R> {
        &self.raw
    }
}

impl<T, R: Read> Iterator for Reader<T, R> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        let index = self.raw.count;
        let datum = match self.raw.next_datum() {
            Ok(datum) => datum?,
            Err(error) => return Some(Err(error)),
        };
        let value = self.plan.decode(datum);
        Some(value.map_err(|error| error.at(format!("[{index}]"))))
    }
}

const MAX_EMPTY: u64 = 65_536;
