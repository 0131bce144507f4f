//! The fields of one record, appended in whatever order they come, brought into the schema's.

use super::schema::Field;
use crate::error::{Error, ErrorKind, Result};

/// Where each field of a record stands in a buffer that it was appended to.
#[derive(Debug)]
pub(super) struct Fields {
    /// Where the record starts.
    start: usize,
    /// Which field ends where, in the order of their bytes.
    ends: Vec<(usize, usize)>,
    /// Which fields are there.
    seen: Box<[bool]>,
}

impl Fields {
    /// A record of `count` fields that starts where `out` ends.
    pub(super) fn new(count: usize, out: &[u8]) -> Self {
        Self {
            start: out.len(),
            ends: Vec::with_capacity(count),
            seen: vec![false; count].into_boxed_slice(),
        }
    }

    /// Whether the field is there already.
    pub(super) fn has(&self, field: usize) -> bool {
        self.seen.get(field).copied().unwrap_or(false)
    }

    /// Notes that `field` was appended last.
    pub(super) fn appended(&mut self, field: usize, out: &[u8]) {
        self.ends.push((field, out.len()));
        if let Some(seen) = self.seen.get_mut(field) {
            *seen = true;
        }
    }

    /// Brings the fields into their order.
    pub(super) fn finish(self, out: &mut Vec<u8>) {
        if self.ends.is_sorted_by_key(|(field, _)| *field) {
            return;
        }
        let mut from = self.start;
        let mut parts = Vec::with_capacity(self.ends.len());
        for (field, end) in self.ends {
            parts.push((field, from..end));
            from = end;
        }
        parts.sort_unstable_by_key(|(field, _)| *field);
        let mut ordered = Vec::with_capacity(out.len() - self.start);
        for (_, range) in parts {
            ordered.extend_from_slice(out.get(range).unwrap_or_default());
        }
        out.truncate(self.start);
        out.extend_from_slice(&ordered);
    }
}

/// Returns the datum of a field that was left out. `missing` is the error if it has no default.
pub(super) fn default_of<'f>(field: &'f Field, missing: &str) -> Result<&'f [u8]> {
    let unfit = |message: String| Error::new(ErrorKind::Encode, message).at(field.name.to_string());
    let Some(default) = &field.default else {
        return Err(unfit(missing.to_owned()));
    };
    default.datum().map_err(|error| unfit(error.to_string()))
}

/// The one block of an array or map that is written while its length is still unknown.
#[derive(Debug)]
pub(super) struct OneBlock {
    /// Where the count belongs.
    place: usize,
    /// The count that stands there, if any.
    written: usize,
    count: usize,
}

impl OneBlock {
    /// Starts a block of probably `guess` items.
    pub(super) fn new(guess: usize, out: &mut Vec<u8>) -> Self {
        let place = out.len();
        if guess > 0 {
            super::write::count(guess, out);
        }
        Self {
            place,
            written: guess,
            count: 0,
        }
    }

    /// Notes an item and returns its place.
    pub(super) fn item(&mut self) -> usize {
        self.count += 1;
        self.count - 1
    }

    /// Ends the block, and the array or map.
    pub(super) fn finish(self, out: &mut Vec<u8>) {
        if self.count != self.written {
            let mut head = Vec::with_capacity(10);
            let mut old = Vec::with_capacity(10);
            if self.count > 0 {
                super::write::count(self.count, &mut head);
            }
            if self.written > 0 {
                super::write::count(self.written, &mut old);
            }
            out.splice(self.place..self.place + old.len(), head);
        }
        out.push(0);
    }
}

#[cfg(test)]
mod tests {
    use super::{Fields, OneBlock};

    #[test]
    fn fields_come_out_in_the_schema_s_order() {
        let mut out = vec![9];
        let mut fields = Fields::new(3, &out);
        for (field, bytes) in [(2, &b"ccc"[..]), (0, b"a"), (1, b"")] {
            assert!(!fields.has(field));
            out.extend_from_slice(bytes);
            fields.appended(field, &out);
            assert!(fields.has(field));
        }
        fields.finish(&mut out);
        assert_eq!(out, b"\x09accc");
    }

    #[track_caller]
    fn check_block(guess: usize, items: u8, expected: &[u8]) {
        let mut out = vec![9];
        let mut block = OneBlock::new(guess, &mut out);
        for item in 0..items {
            block.item();
            out.push(item);
        }
        block.finish(&mut out);
        assert_eq!(out, expected);
    }

    #[test]
    fn count_is_corrected_where_the_guess_was_wrong() {
        check_block(0, 0, &[9, 0]);
        check_block(2, 2, &[9, 4, 0, 1, 0]);
        check_block(0, 1, &[9, 2, 0, 0]);
        check_block(100, 1, &[9, 2, 0, 0]);
        check_block(100, 0, &[9, 0]);
    }
}
