//! The blocks of arrays and maps.

use super::Cursor;
use crate::error::{Error, ErrorKind, Result};

/// One block of an array or a map.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    /// Items in it.
    pub(crate) items: usize,
    /// Bytes that they take, if the writer said so.
    pub(crate) bytes: Option<usize>,
}

impl Cursor<'_> {
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
}

pub(super) const MAX_EMPTY_ITEMS: usize = 65_536;
