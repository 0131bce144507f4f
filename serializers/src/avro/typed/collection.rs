//! Arrays and maps. `Vec<u8>` is bytes, as there is no `u8` in Avro.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};

use super::resolution::{Resolution, Source};
use super::{AvroBorrow, AvroDecode, AvroEncode, AvroString, AvroType, Encoder, SchemaWriter};
use crate::avro::read::Cursor;
use crate::error::{Error, Result};

impl<T: AvroType> AvroType for Vec<T> {
    const MIN_SIZE: usize = 1;
    const EMPTY: Option<&'static str> = Some("[]");
    const IS_UNION: bool = false;

    fn write_schema(schema: &mut SchemaWriter) {
        schema.array::<T>();
    }
}

impl<T: AvroEncode> AvroEncode for Vec<T> {
    #[inline]
    fn encode(&self, encoder: &mut Encoder) -> Result<()> {
        if !self.is_empty() {
            encoder.count(self.len());
            for (index, item) in self.iter().enumerate() {
                if let Err(error) = item.encode(encoder) {
                    return Err(at_item(error, index));
                }
            }
        }
        encoder.count(0);
        Ok(())
    }
}

impl<'de, T: AvroDecode<'de>> AvroDecode<'de> for Vec<T> {
    #[inline]
    fn decode(cursor: &mut Cursor<'de>) -> Result<Self> {
        decode_items(cursor, T::MIN_SIZE, |cursor| T::decode(cursor))
    }

    fn decode_with(cursor: &mut Cursor<'de>, resolution: Resolution<'de>) -> Result<Self> {
        let (source, min_size) = resolution.items(cursor)?;
        match source {
            Source::Resolved(resolution) => decode_items(cursor, min_size, |cursor| {
                T::decode_with(cursor, resolution)
            }),
            // The items are as the reader would write them, be the array or not.
            Source::Own | Source::Default(_) => {
                decode_items(cursor, min_size, |cursor| T::decode(cursor))
            }
        }
    }

    #[inline(always)]
    fn empty_default() -> Option<Self> {
        Some(Self::new())
    }
}

/// Reads the items of an array; each takes `min_size` bytes at least.
#[inline(always)]
fn decode_items<'de, T>(
    cursor: &mut Cursor<'de>,
    min_size: usize,
    decode: impl Fn(&mut Cursor<'de>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut items = Vec::new();
    while let Some(block) = cursor.block(min_size)? {
        make_room(&mut items, block.items, cursor)?;
        for _ in 0..block.items {
            match decode(cursor) {
                Ok(item) => items.push(item),
                Err(error) => return Err(at_item(error, items.len())),
            }
        }
    }
    Ok(items)
}

impl<T: AvroBorrow> AvroBorrow for Vec<T> {
    type For<'a> = Vec<T::For<'a>>;
}

/// Takes just the memory that a first block needs.
#[inline(always)]
pub(super) fn make_room<T>(items: &mut Vec<T>, more: usize, cursor: &mut Cursor<'_>) -> Result<()> {
    if items.capacity() > 0 {
        return make_more_room(items, more, cursor);
    }
    cursor.charge(more, size_of::<T>())?;
    *items = Vec::with_capacity(more);
    Ok(())
}

/// For more blocks it grows by doubling, which is paid for too: the old and the new half exist at
/// once.
#[cold]
#[inline(never)]
fn make_more_room<T>(items: &mut Vec<T>, more: usize, cursor: &mut Cursor<'_>) -> Result<()> {
    cursor.charge(more.saturating_mul(3), size_of::<T>())?;
    items.reserve(more);
    Ok(())
}

#[cold]
#[inline(never)]
fn at_item(error: Error, index: usize) -> Error {
    error.at(format!("[{index}]"))
}

/// The key is not told: it may be somebody's secret.
#[cold]
#[inline(never)]
fn at_entry(error: Error) -> Error {
    error.at("[\"\"]")
}

/// Appends the entries of a map as one block.
#[inline(always)]
pub(super) fn encode_entries<'a, K, V>(
    entries: impl ExactSizeIterator<Item = (&'a K, &'a V)>,
    encoder: &mut Encoder,
) -> Result<()>
where
    K: AvroEncode + 'a,
    V: AvroEncode + 'a,
{
    if entries.len() > 0 {
        encoder.count(entries.len());
        for (key, value) in entries {
            key.encode(encoder)?;
            if let Err(error) = value.encode(encoder) {
                return Err(at_entry(error));
            }
        }
    }
    encoder.count(0);
    Ok(())
}

/// Reads the entries of a map; `start` is told the size of each block.
#[inline]
pub(super) fn decode_entries<'de, K, V, M>(
    cursor: &mut Cursor<'de>,
    (source, min_size): (Source<'de>, usize),
    map: &mut M,
    start: impl Fn(&mut M, usize, &mut Cursor<'de>) -> Result<()>,
    insert: impl Fn(&mut M, K, V),
) -> Result<()>
where
    K: AvroDecode<'de>,
    V: AvroDecode<'de>,
{
    while let Some(block) = cursor.block(min_size)? {
        start(map, block.items, cursor)?;
        for _ in 0..block.items {
            let key = match K::decode(cursor) {
                Ok(key) => key,
                Err(error) => return Err(at_entry(error)),
            };
            match source.read(cursor, V::decode, V::decode_with) {
                Ok(value) => insert(map, key, value),
                Err(error) => return Err(at_entry(error)),
            }
        }
    }
    Ok(())
}

macro_rules! map {
    ($map:ident<K, V $(, $hasher:ident)?>, [$($key:tt)+], $start:expr) => {
        impl<K: AvroString, V: AvroType $(, $hasher)?> AvroType for $map<K, V $(, $hasher)?> {
            const MIN_SIZE: usize = 1;
            const EMPTY: Option<&'static str> = Some("{}");
            const IS_UNION: bool = false;

            fn write_schema(schema: &mut SchemaWriter) {
                schema.map::<V>();
            }
        }

        impl<K, V $(, $hasher)?> AvroEncode for $map<K, V $(, $hasher)?>
        where
            K: AvroString + AvroEncode,
            V: AvroEncode,
        {
            #[inline]
            fn encode(&self, encoder: &mut Encoder) -> Result<()> {
                encode_entries(self.iter(), encoder)
            }
        }

        impl<'de, K, V $(, $hasher)?> AvroDecode<'de> for $map<K, V $(, $hasher)?>
        where
            K: AvroString + AvroDecode<'de> + $($key)+,
            V: AvroDecode<'de>,
            $($hasher: BuildHasher + Default,)?
        {
            #[inline]
            fn decode(cursor: &mut Cursor<'de>) -> Result<Self> {
                let mut map = Self::default();
                let source = (Source::Own, V::MIN_SIZE + 1);
                decode_entries(cursor, source, &mut map, $start, |map, key, value| {
                    map.insert(key, value);
                })?;
                Ok(map)
            }

            fn decode_with(cursor: &mut Cursor<'de>, resolution: Resolution<'de>) -> Result<Self> {
                let mut map = Self::default();
                let source = resolution.items(cursor)?;
                decode_entries(cursor, source, &mut map, $start, |map, key, value| {
                    map.insert(key, value);
                })?;
                Ok(map)
            }

            #[inline(always)]
            fn empty_default() -> Option<Self> {
                Some(Self::default())
            }
        }
    };
}

map!(HashMap<K, V, S>, [Eq + Hash], |map: &mut Self, items, cursor| {
    // Tables hold up to 7 of 8, are a power of two, and know one byte of each.
    cursor.charge(items, (size_of::<(K, V)>() + 1) * 3)?;
    if map.is_empty() {
        // Quicker than to let an empty one grow.
        *map = Self::with_capacity_and_hasher(items, S::default());
    } else {
        map.reserve(items);
    }
    Ok(())
});
map!(BTreeMap<K, V>, [Ord], |_map: &mut Self, items, cursor| {
    // Nodes are at least half full.
    cursor.charge(items, (size_of::<(K, V)>() + 8) * 3)
});

impl<K, V, S> AvroBorrow for HashMap<K, V, S>
where
    K: AvroString + AvroBorrow,
    V: AvroBorrow,
    S: BuildHasher + Default,
    for<'a> K::For<'a>: AvroString + Eq + Hash,
{
    type For<'a> = HashMap<K::For<'a>, V::For<'a>, S>;
}

impl<K, V> AvroBorrow for BTreeMap<K, V>
where
    K: AvroString + AvroBorrow,
    V: AvroBorrow,
    for<'a> K::For<'a>: AvroString + Ord,
{
    type For<'a> = BTreeMap<K::For<'a>, V::For<'a>>;
}
