//! The items of arrays and the entries of maps.

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess};

use super::{ReadError, ValueReader};
use crate::avro::plan::{Plan, StepId};
use crate::avro::read::Cursor;

/// How much more than its own size an item of a list may take: while a `Vec` doubles, it has the
/// old half and the new whole.
const ITEM: usize = 3;
/// As [`ITEM`], of an entry of a map: a hash map is never full.
pub(super) const ENTRY: usize = 4;

/// The blocks of an array or a map.
pub(super) struct Blocks<'c, 'de> {
    plan: &'de Plan,
    cursor: &'c mut Cursor<'de>,
    item: StepId,
    min_size: usize,
    /// Items left in this block.
    left: usize,
    index: usize,
    is_done: bool,
}

impl<'c, 'de> Blocks<'c, 'de> {
    pub(super) fn new(
        plan: &'de Plan,
        cursor: &'c mut Cursor<'de>,
        item: StepId,
        min_size: usize,
    ) -> Self {
        Self {
            plan,
            cursor,
            item,
            min_size,
            left: 0,
            index: 0,
            is_done: false,
        }
    }

    /// Whether there is one more item.
    #[inline]
    fn advance(&mut self) -> Result<bool, ReadError> {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                self.index += 1;
                Ok(true)
            }
            None => self.next_block(),
        }
    }

    #[inline(never)]
    fn next_block(&mut self) -> Result<bool, ReadError> {
        while self.left == 0 && !self.is_done {
            match self.cursor.block(self.min_size)? {
                Some(block) => self.left = block.items,
                None => self.is_done = true,
            }
        }
        if self.is_done {
            return Ok(false);
        }
        self.left -= 1;
        self.index += 1;
        Ok(true)
    }

    fn item<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, ReadError> {
        seed.deserialize(ValueReader {
            plan: self.plan,
            step: self.item,
            cursor: self.cursor,
        })
    }

    /// A visitor of fixed length may stop before the end.
    pub(super) fn expect_end(&mut self, what: &str) -> Result<(), ReadError> {
        match self.advance()? {
            false => Ok(()),
            true => Err(self
                .cursor
                .error(&format!("more items than {what} has room for"))
                .into()),
        }
    }
}

impl<'de> SeqAccess<'de> for Blocks<'_, 'de> {
    type Error = ReadError;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, ReadError> {
        if !self.advance()? {
            return Ok(None);
        }
        self.cursor.charge(ITEM, size_of::<S::Value>())?;
        match self.item(seed) {
            Ok(item) => Ok(Some(item)),
            Err(error) => Err(error.at_item(self.index - 1)),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        (self.left > 0).then_some(self.left)
    }
}

impl<'de> MapAccess<'de> for Blocks<'_, 'de> {
    type Error = ReadError;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ReadError> {
        if !self.advance()? {
            return Ok(None);
        }
        let key = self.cursor.string()?;
        self.cursor.charge(ENTRY, size_of::<K::Value>())?;
        seed.deserialize(de::value::BorrowedStrDeserializer::new(key))
            .map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, ReadError> {
        self.cursor.charge(ENTRY, size_of::<S::Value>())?;
        match self.item(seed) {
            Ok(value) => Ok(value),
            Err(error) => Err(error.at_field("[\"\"]")),
        }
    }
}
