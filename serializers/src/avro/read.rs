//! Avro's binary encoding, read from hostile bytes: nothing is allocated before it is known to be
//! there.
//!
//! <https://avro.apache.org/docs/1.12.0/specification/#binary-encoding>

use ascii::AsciiStr;

use super::schema::{Kind, NodeId, Schema};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;

/// The rest of a datum that is being read, and what may still be spent on it.
///
/// Every read is checked against what is left. There is one for each datum, made by the codec.
/// A `with` module passes it on; its methods are for generated code.
#[derive(Debug)]
pub struct Cursor<'de> {
    rest: &'de [u8],
    len: usize,
    depth: usize,
    empty_items: usize,
    /// Fields that may still be visited: records without bytes could hold each other without end.
    fields: usize,
    /// Bytes of memory that may still be taken.
    heap: usize,
    /// Bytes of memory that the reader's defaults may take on top.
    grant: usize,
}

/// One block of an array or a map.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    /// Items in it.
    pub(crate) items: usize,
    /// Bytes that they take, where the writer told.
    pub(crate) bytes: Option<usize>,
}

#[doc(hidden)]
impl<'de> Cursor<'de> {
    /// Starts at the beginning of `datum`.
    ///
    /// # Errors
    /// `LimitExceeded` if it is too long.
    #[inline]
    pub(crate) fn new(datum: &'de [u8], limits: &Limits) -> Result<Self> {
        limits.check_payload(datum)?;
        let heap = limits.heap_for(datum.len());
        Ok(Self {
            rest: datum,
            len: datum.len(),
            depth: limits.depth,
            empty_items: MAX_EMPTY_ITEMS,
            fields: datum
                .len()
                .saturating_mul(FIELDS_PER_BYTE)
                .saturating_add(MAX_EMPTY_FIELDS),
            // Strings and bytes take no more than the datum is long: they are paid for at once.
            heap: heap.saturating_sub(datum.len()),
            grant: limits.heap.saturating_sub(heap),
        })
    }

    /// Bytes read so far.
    #[must_use]
    pub(crate) fn offset(&self) -> usize {
        self.len - self.rest.len()
    }

    /// Bytes not read yet.
    pub(crate) fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Ends the datum.
    ///
    /// # Errors
    /// `Decode` if bytes are left over.
    #[inline(always)]
    pub(crate) fn finish(self) -> Result<()> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(self.left_over())
    }

    #[cold]
    #[inline(never)]
    fn left_over(&self) -> Error {
        self.error(&format!("{} bytes left over", self.rest.len()))
    }

    /// Reads a `boolean`.
    ///
    /// # Errors
    /// `Decode` if the datum ends, or the byte is neither 0 nor 1.
    #[inline]
    pub fn boolean(&mut self) -> Result<bool> {
        match self.rest {
            [byte @ (0 | 1), rest @ ..] => {
                self.rest = rest;
                Ok(*byte == 1)
            }
            [] => Err(self.ended("a boolean")),
            _ => Err(self.error("a boolean that is neither 0 nor 1")),
        }
    }

    /// Reads an `int`.
    ///
    /// # Errors
    /// `Decode` if the datum ends, or the number takes more than 32 bits.
    #[inline(always)]
    pub fn int(&mut self) -> Result<i32> {
        match self.rest {
            [byte, rest @ ..] if *byte < 0x80 => {
                self.rest = rest;
                Ok(i32::from(byte >> 1) ^ -i32::from(byte & 1))
            }
            _ => self.int_of_many_bytes(),
        }
    }

    #[inline(never)]
    fn int_of_many_bytes(&mut self) -> Result<i32> {
        let value = self.long_of_many_bytes()?;
        i32::try_from(value).map_err(|_| self.error("an int of more than 32 bits"))
    }

    /// Reads a `long`.
    ///
    /// # Errors
    /// `Decode` if the datum ends, or the number takes more than 64 bits.
    #[inline(always)]
    pub fn long(&mut self) -> Result<i64> {
        match self.rest {
            [byte, rest @ ..] if *byte < 0x80 => {
                self.rest = rest;
                Ok(unzigzag(u64::from(*byte)))
            }
            _ => self.long_of_many_bytes(),
        }
    }

    #[inline(never)]
    fn long_of_many_bytes(&mut self) -> Result<i64> {
        let word = self.eight_bytes();
        // The highest bit of each byte is set where another byte follows.
        let last = !word & 0x8080_8080_8080_8080;
        if last != 0
            && let Some(rest) = self.rest.get(last.trailing_zeros() as usize / 8 + 1..)
        {
            self.rest = rest;
            // Of the bytes up to the last: all bits below its highest.
            return Ok(unzigzag(sevens(word & (last ^ (last - 1)))));
        }
        self.long_byte_by_byte()
    }

    /// The next eight bytes, or as many as there are, then zeros.
    #[inline(always)]
    fn eight_bytes(&self) -> u64 {
        match self.rest.first_chunk() {
            Some(bytes) => u64::from_le_bytes(*bytes),
            None => self.under_eight_bytes(),
        }
    }

    #[inline(always)]
    fn under_eight_bytes(&self) -> u64 {
        let join = |bytes: &[u8]| (bytes.iter().rev()).fold(0, |word, &b| word << 8 | u64::from(b));
        match self.rest.split_first_chunk() {
            Some((four, rest)) => u64::from(u32::from_le_bytes(*four)) | join(rest) << 32,
            None => join(self.rest),
        }
    }

    /// A long that takes more than eight bytes, or is an error.
    #[inline(never)]
    fn long_byte_by_byte(&mut self) -> Result<i64> {
        let mut value = 0_u64;
        for (position, &byte) in self.rest.iter().enumerate().take(MAX_VARINT) {
            if position == MAX_VARINT - 1 && byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << (7 * position);
            if byte < 0x80 {
                self.rest = self.rest.get(position + 1..).unwrap_or_default();
                return Ok(unzigzag(value));
            }
        }
        if self.rest.len() < MAX_VARINT {
            return Err(self.ended("a number"));
        }
        Err(self.error("a number of more than 64 bits"))
    }

    /// Reads a length, a count or an index that is one byte, not negative: at most 63.
    #[inline(always)]
    fn short(&self) -> Option<(usize, &'de [u8])> {
        match self.rest {
            [byte, rest @ ..] if byte & 0x81 == 0 => Some((usize::from(byte >> 1), rest)),
            _ => None,
        }
    }

    /// Reads a `float`.
    ///
    /// # Errors
    /// `Decode` if the datum ends.
    #[inline]
    pub fn float(&mut self) -> Result<f32> {
        self.array().map(f32::from_le_bytes)
    }

    /// Reads a `double`.
    ///
    /// # Errors
    /// `Decode` if the datum ends.
    #[inline]
    pub fn double(&mut self) -> Result<f64> {
        self.array().map(f64::from_le_bytes)
    }

    /// Reads `bytes`.
    ///
    /// # Errors
    /// `Decode` if the length is negative or the datum ends.
    #[inline(always)]
    pub fn bytes(&mut self) -> Result<&'de [u8]> {
        if let Some((len, rest)) = self.short()
            && let Some((bytes, rest)) = rest.split_at_checked(len)
        {
            self.rest = rest;
            return Ok(bytes);
        }
        self.long_bytes()
    }

    /// Bytes of any length, or the error for those that are not there.
    #[cold]
    #[inline(never)]
    fn long_bytes(&mut self) -> Result<&'de [u8]> {
        let len = self.long()?;
        match usize::try_from(len)
            .ok()
            .and_then(|len| self.rest.split_at_checked(len))
        {
            Some((bytes, rest)) => {
                self.rest = rest;
                Ok(bytes)
            }
            None => Err(self.bad_length(len)),
        }
    }

    /// Reads a `string`.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes); also if it is not UTF-8.
    #[inline(always)]
    pub fn string(&mut self) -> Result<&'de str> {
        let bytes = self.bytes()?;
        match utf8(bytes) {
            Some(text) => Ok(text),
            None => Err(self.no_utf8()),
        }
    }

    /// Reads a `string` into memory of its own.
    ///
    /// # Errors
    /// As [`string`](Self::string).
    #[inline]
    pub(crate) fn owned_string(&mut self) -> Result<String> {
        self.string().map(str::to_owned)
    }

    /// Reads a `fixed` of `size` bytes.
    ///
    /// # Errors
    /// `Decode` if the datum ends.
    #[inline]
    pub fn fixed(&mut self, size: usize) -> Result<&'de [u8]> {
        match self.rest.split_at_checked(size) {
            Some((bytes, rest)) => {
                self.rest = rest;
                Ok(bytes)
            }
            None => Err(self.ended("a fixed")),
        }
    }

    /// Reads the index of an enum symbol or a union branch, below `count`.
    ///
    /// # Errors
    /// `Decode` if the datum ends or the index is out of range.
    #[inline(always)]
    pub fn index(&mut self, count: usize) -> Result<usize> {
        if let Some((index, rest)) = self.short()
            && index < count
        {
            self.rest = rest;
            return Ok(index);
        }
        self.large_index(count)
    }

    #[cold]
    #[inline(never)]
    fn large_index(&mut self, count: usize) -> Result<usize> {
        let index = self.long()?;
        usize::try_from(index)
            .ok()
            .filter(|&index| index < count)
            .ok_or_else(|| self.error(&format!("index {index} of {count} branches or symbols")))
    }

    /// Reads over the index `index`, if that is what follows.
    #[inline]
    pub(crate) fn skip_index(&mut self, index: usize) -> bool {
        let rest = self.rest;
        let is_it = self
            .long()
            .is_ok_and(|found| usize::try_from(found) == Ok(index));
        if !is_it {
            self.rest = rest;
        }
        is_it
    }

    /// Reads the head of a block whose items take at least `min_size` bytes each; `None` is the
    /// end of the array or map.
    ///
    /// # Errors
    /// `Decode` if the datum ends or cannot hold that many items; `LimitExceeded` for more than
    /// 65,536 items without bytes in one datum.
    #[inline(always)]
    pub(crate) fn block(&mut self, min_size: usize) -> Result<Option<Block>> {
        if let Some((items, rest)) = self.short()
            && (items == 0 || min_size > 0 && items.saturating_mul(min_size) <= rest.len())
        {
            self.rest = rest;
            let bytes = None;
            return Ok((items != 0).then_some(Block { items, bytes }));
        }
        self.large_block(min_size)
    }

    /// A block of many items, or of items without bytes, or that tells its size, or is an error.
    #[cold]
    #[inline(never)]
    fn large_block(&mut self, min_size: usize) -> Result<Option<Block>> {
        let count = self.long()?;
        if count == 0 {
            return Ok(None);
        }
        let bytes = match count < 0 {
            true => Some(self.block_size()?),
            false => None,
        };
        let items = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
        if min_size > 0 && items > self.rest.len() / min_size {
            return Err(self.error(&format!("{items} items, more than the datum can hold")));
        }
        if min_size == 0 {
            self.empty_items = self.empty_items.checked_sub(items).ok_or_else(|| {
                Error::new(
                    ErrorKind::LimitExceeded,
                    "over 65536 items that take no bytes",
                )
            })?;
        }
        Ok(Some(Block { items, bytes }))
    }

    fn block_size(&mut self) -> Result<usize> {
        let size = self.long()?;
        let fits = usize::try_from(size)
            .ok()
            .filter(|&size| size <= self.rest.len());
        fits.ok_or_else(|| self.bad_length(size))
    }

    /// Pays for `count` values of `size` bytes each, before memory is taken for them.
    ///
    /// # Errors
    /// `LimitExceeded` if the datum has used up what it may take.
    #[inline]
    pub(crate) fn charge(&mut self, count: usize, size: usize) -> Result<()> {
        match self.heap.checked_sub(count.saturating_mul(size)) {
            Some(heap) => {
                self.heap = heap;
                Ok(())
            }
            None => Err(too_much_memory()),
        }
    }

    /// Reads a default of the reader's schema, which stands in the place of data.
    ///
    /// It may take memory of its own, on top of what the datum may take; all of them together
    /// never more than the limit.
    #[inline]
    pub(crate) fn over_default<T>(
        &mut self,
        datum: &'de [u8],
        read: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let wanted = datum.len().saturating_mul(HEAP_PER_DEFAULT_BYTE + 1);
        let granted = wanted.min(self.grant);
        let (rest, len, heap, grant) = (self.rest, self.len, self.heap, self.grant);
        // As for a datum: its strings and bytes are paid for at once.
        self.heap = heap
            .saturating_add(granted)
            .checked_sub(datum.len())
            .ok_or_else(too_much_memory)?;
        (self.rest, self.len, self.grant) = (datum, datum.len(), 0);
        let value = read(self)?;
        if !self.rest.is_empty() {
            return Err(self.left_over());
        }
        // What is left of the grant goes back to it.
        let unused = self.heap.saturating_sub(heap);
        self.grant = (grant - granted).saturating_add(unused);
        (self.rest, self.len) = (rest, len);
        self.heap = self.heap.min(heap);
        Ok(value)
    }

    /// Enters a record, array or map.
    ///
    /// # Errors
    /// `LimitExceeded` if that is too deep.
    #[inline]
    pub fn enter(&mut self) -> Result<()> {
        match self.depth.checked_sub(1) {
            Some(depth) => {
                self.depth = depth;
                Ok(())
            }
            None => Err(nested_too_deeply()),
        }
    }

    /// Enters a record of `fields` fields.
    ///
    /// # Errors
    /// `LimitExceeded` if that is too deep, or fields without bytes are too many.
    #[inline]
    pub(crate) fn enter_record(&mut self, fields: usize) -> Result<()> {
        match self.fields.checked_sub(fields + 1) {
            Some(fields) => self.fields = fields,
            None => return Err(too_many_fields()),
        }
        self.enter()
    }

    /// Leaves what [`enter`](Self::enter) entered.
    #[inline]
    pub fn leave(&mut self) {
        self.depth += 1;
    }

    /// Reads over a value of type `id` of `schema`.
    ///
    /// # Errors
    /// `Decode` if there is no such value; `LimitExceeded` if it is nested too deeply.
    pub(crate) fn skip(&mut self, schema: &Schema, id: NodeId, sizes: &MinSizes) -> Result<()> {
        match schema.kind(id) {
            Kind::Null => {}
            Kind::Boolean => drop(self.boolean()?),
            Kind::Int => drop(self.int()?),
            Kind::Long => drop(self.long()?),
            Kind::Float => drop(self.fixed(4)?),
            Kind::Double => drop(self.fixed(8)?),
            Kind::Bytes | Kind::String => drop(self.bytes()?),
            Kind::Fixed(fixed) => drop(self.fixed(fixed.size)?),
            Kind::Enum(enumeration) => drop(self.index(enumeration.symbols.len())?),
            _ => {
                match schema.kind(id) {
                    Kind::Record(record) => self.enter_record(record.fields.len())?,
                    // No union holds a union: it cannot nest by itself.
                    Kind::Union(_) => return self.skip_nested(schema, id, sizes),
                    _ => self.enter()?,
                }
                self.skip_nested(schema, id, sizes)?;
                self.leave();
            }
        }
        Ok(())
    }

    fn skip_nested(&mut self, schema: &Schema, id: NodeId, sizes: &MinSizes) -> Result<()> {
        match schema.kind(id) {
            Kind::Array(items) => self.skip_blocks(schema, *items, sizes, false),
            Kind::Map(values) => self.skip_blocks(schema, *values, sizes, true),
            Kind::Record(record) => record.fields.iter().try_for_each(|field| {
                self.skip(schema, field.schema, sizes)
                    .map_err(|error| error.at(field.name.to_string()))
            }),
            Kind::Union(branches) => {
                let index = self.index(branches.len())?;
                match branches.get(index) {
                    Some(branch) => self.skip(schema, *branch, sizes),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn skip_blocks(
        &mut self,
        schema: &Schema,
        item: NodeId,
        sizes: &MinSizes,
        is_map: bool,
    ) -> Result<()> {
        let min_size = sizes.of(item) + usize::from(is_map);
        while let Some(block) = self.block(min_size)? {
            if let Some(bytes) = block.bytes {
                self.fixed(bytes)?;
                continue;
            }
            for _ in 0..block.items {
                if is_map {
                    self.bytes()?;
                }
                self.skip(schema, item, sizes)?;
            }
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        match self.rest.split_first_chunk::<N>() {
            Some((bytes, rest)) => {
                self.rest = rest;
                Ok(*bytes)
            }
            None => Err(self.ended("a number")),
        }
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn no_utf8(&self) -> Error {
        self.error("a string that is not UTF-8")
    }

    #[cold]
    #[inline(never)]
    fn bad_length(&self, len: i64) -> Error {
        self.error(&format!(
            "a length of {len}, with {} bytes left",
            self.rest.len()
        ))
    }

    #[cold]
    #[inline(never)]
    fn ended(&self, inside: &str) -> Error {
        self.error(&format!("the datum ends inside {inside}"))
    }

    /// A `Decode` error that says where.
    #[cold]
    #[inline(never)]
    pub(crate) fn error(&self, what: &str) -> Error {
        Error::new(
            ErrorKind::Decode,
            format!("at byte {}: {what}", self.offset()),
        )
    }
}

/// Puts the lower seven bits of each byte together.
#[inline(always)]
fn sevens(word: u64) -> u64 {
    let word = word & 0x7f7f_7f7f_7f7f_7f7f;
    let word = word & 0x007f_007f_007f_007f | (word & 0x7f00_7f00_7f00_7f00) >> 1;
    let word = word & 0x0000_3fff_0000_3fff | (word & 0x3fff_0000_3fff_0000) >> 2;
    word & 0x0fff_ffff | (word & 0x0fff_ffff_0000_0000) >> 4
}

/// The text, if it is UTF-8. Most text is ASCII, which is told much quicker.
#[inline(always)]
fn utf8(bytes: &[u8]) -> Option<&str> {
    match AsciiStr::from_ascii(bytes) {
        Ok(text) => Some(text.as_str()),
        Err(_) => more_than_ascii(bytes),
    }
}

#[inline(never)]
fn more_than_ascii(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

#[allow(
    clippy::cast_possible_wrap,
    reason = "zigzag: the lowest bit is the sign"
)]
#[inline(always)]
fn unzigzag(zigzag: u64) -> i64 {
    (zigzag >> 1) as i64 ^ -((zigzag & 1) as i64)
}

#[cold]
#[inline(never)]
fn too_many_fields() -> Error {
    Error::new(ErrorKind::LimitExceeded, "too many empty fields")
}

#[cold]
#[inline(never)]
fn nested_too_deeply() -> Error {
    Error::new(ErrorKind::LimitExceeded, "nested too deeply")
}

#[cold]
#[inline(never)]
fn too_much_memory() -> Error {
    Error::new(
        ErrorKind::LimitExceeded,
        "the value takes more memory than a datum of this length may",
    )
}

/// The fewest bytes that a value of each type of a schema takes.
#[derive(Clone, Debug)]
pub(crate) struct MinSizes(Box<[usize]>);

impl MinSizes {
    /// Computes them all, from below: recursion through unions, arrays and maps ends, and other
    /// recursion has no values.
    pub(crate) fn new(schema: &Schema) -> Self {
        let count = schema.len();
        let mut sizes = vec![0; count];
        // Every round settles at least one level; 64 levels are more than a schema has between
        // recursions, and too small a size is only less strict.
        for _ in 0..64 {
            let next: Vec<usize> = (0..count)
                .map(|index| min_size(schema.kind(NodeId::at(index)), &sizes))
                .collect();
            if next == sizes {
                break;
            }
            sizes = next;
        }
        Self(sizes.into_boxed_slice())
    }

    pub(crate) fn of(&self, id: NodeId) -> usize {
        self.0.get(id.index()).copied().unwrap_or(0)
    }
}

fn min_size(kind: &Kind, sizes: &[usize]) -> usize {
    let size_of = |id: &NodeId| sizes.get(id.index()).copied().unwrap_or(0);
    match kind {
        Kind::Null => 0,
        Kind::Float => 4,
        Kind::Double => 8,
        Kind::Fixed(fixed) => fixed.size,
        Kind::Union(branches) => branches
            .iter()
            .map(size_of)
            .min()
            .map_or(1, |s| s.saturating_add(1)),
        Kind::Record(record) => record.fields.iter().fold(0_usize, |sum, field| {
            sum.saturating_add(size_of(&field.schema)).min(MAX_SIZE)
        }),
        _ => 1,
    }
}

const MAX_VARINT: usize = 10;
/// What a default may take on top, for each byte of its datum.
const HEAP_PER_DEFAULT_BYTE: usize = 256;
const MAX_EMPTY_ITEMS: usize = 65_536;
const MAX_EMPTY_FIELDS: usize = 1 << 20;
const FIELDS_PER_BYTE: usize = 256;
/// Where sizes stop growing: recursion without an end has no values at all. No datum is longer, and
/// `usize` may have 32 bits.
const MAX_SIZE: usize = i32::MAX as usize;

#[cfg(test)]
mod tests {
    use super::Cursor;
    use crate::avro::write;
    use crate::limits::Limits;

    /// Reads as the standard library does, whatever the length, and wherever the text stands.
    #[track_caller]
    fn check_text(bytes: &[u8]) {
        for before in 0..8 {
            let mut datum = vec![0; before];
            write::bytes(bytes, &mut datum);
            let mut cursor = Cursor::new(&datum, &Limits::default()).unwrap();
            cursor.fixed(before).unwrap();
            let text = cursor.string();
            assert_eq!(text.ok(), std::str::from_utf8(bytes).ok(), "{bytes:x?}");
        }
    }

    #[test]
    fn text_is_checked_at_every_place() {
        for len in 0..80 {
            let text = vec![b'a'; len];
            check_text(&text);
            for place in 0..len {
                for parts in [
                    &b"\xff"[..],
                    b"\x80",
                    b"\xc3",
                    "é".as_bytes(),
                    "😀".as_bytes(),
                ] {
                    let mut text = text.clone();
                    text.splice(place..len.min(place + parts.len()), parts.iter().copied());
                    check_text(&text);
                }
            }
        }
    }
}
