//! Avro's binary encoding, read from hostile bytes: nothing is allocated before it is known to be
//! there.
//!
//! <https://avro.apache.org/docs/1.12.0/specification/#binary-encoding>

use ascii::AsciiStr;

use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::varint::unzigzag;

mod block;
mod budget;
mod long;
mod skip;

pub(crate) use self::skip::MinSizes;

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
            empty_items: block::MAX_EMPTY_ITEMS,
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

const MAX_EMPTY_FIELDS: usize = 1 << 20;
const FIELDS_PER_BYTE: usize = 256;
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
