use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use super::source::Source;
use super::{CODEC_KEY, Compression, MAGIC, SCHEMA_KEY, SYNC_LEN};
use crate::avro::write;
use crate::error::{Error, ErrorKind, Result};

/// What stands at the start of a file.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) schema_text: Arc<str>,
    pub(super) compression: Compression,
    /// All of it, in the order of the keys.
    pub(super) metadata: BTreeMap<String, Vec<u8>>,
    pub(super) sync: [u8; SYNC_LEN],
}

impl Header {
    /// Reads the header, of which the metadata takes at most `max` bytes.
    pub(super) fn read<R: Read>(source: &mut Source<R>, max: usize) -> Result<Self> {
        match source.array() {
            Ok(MAGIC) => {}
            Err(error) if error.kind() == ErrorKind::Io => return Err(error),
            _ => {
                let message = "the file does not start with Obj 01, as Avro's container files do";
                return Err(Error::new(ErrorKind::Framing, message));
            }
        }
        let metadata = read_metadata(source, max)?;
        let schema = metadata
            .get(SCHEMA_KEY)
            .ok_or_else(|| source.error("the header holds no schema"))?;
        let schema_text = std::str::from_utf8(schema)
            .map_err(|_| source.error("the schema is not UTF-8"))?
            .into();
        let compression = metadata
            .get(CODEC_KEY)
            .map_or(Ok(Compression::None), |name| Compression::named(name))?;
        Ok(Self {
            schema_text,
            compression,
            metadata,
            sync: source.array()?,
        })
    }

    /// Appends the header.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&MAGIC);
        // One block; there are at least the schema and the compression.
        write::count(self.metadata.len(), out);
        for (key, value) in &self.metadata {
            write::bytes(key.as_bytes(), out);
            write::bytes(value, out);
        }
        out.push(0);
        out.extend_from_slice(&self.sync);
    }
}

fn read_metadata<R: Read>(source: &mut Source<R>, max: usize) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut left = u64::try_from(max).unwrap_or(u64::MAX);
    let mut metadata = BTreeMap::new();
    loop {
        let count = source.long()?;
        if count == 0 {
            return Ok(metadata);
        }
        if count < 0 {
            let _size_of_block = source.long()?;
        }
        for _ in 0..count.unsigned_abs() {
            let key = read_bytes(source, &mut left)?;
            let key = String::from_utf8(key);
            let key = key.map_err(|_| source.error("a key of the metadata is not UTF-8"))?;
            metadata.insert(key, read_bytes(source, &mut left)?);
        }
    }
}

fn read_bytes<R: Read>(source: &mut Source<R>, left: &mut u64) -> Result<Vec<u8>> {
    let len = source.long()?;
    let len = u64::try_from(len).map_err(|_| source.error("a negative length"))?;
    // An entry takes room even where it is empty.
    match left.checked_sub(len.saturating_add(ENTRY_SIZE)) {
        Some(rest) => *left = rest,
        None => {
            let message = "the metadata of the file is too long";
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
    }
    source.bytes(len)
}

const ENTRY_SIZE: u64 = 64;
