//! What reading may take: memory, depth and fields without bytes.

use super::Cursor;
use crate::error::{Error, ErrorKind, Result};

#[doc(hidden)]
impl<'de> Cursor<'de> {
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

/// What a default may take on top, for each byte of its datum.
const HEAP_PER_DEFAULT_BYTE: usize = 256;
