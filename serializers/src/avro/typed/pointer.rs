//! `Box`, and `Option`, which is a union with `null`.

use super::resolution::Resolution;
use super::{AvroBorrow, AvroDecode, AvroEncode, AvroType, AvscFile, Encoder, SchemaWriter};
use crate::avro::read::Cursor;
use crate::error::Result;

impl<T: AvroType> AvroType for Box<T> {
    const MIN_SIZE: usize = T::MIN_SIZE;
    const EMPTY: Option<&'static str> = T::EMPTY;
    const IS_UNION: bool = T::IS_UNION;
    const NULL_AT: Option<usize> = T::NULL_AT;
    const FILE: Option<&'static AvscFile> = T::FILE;

    fn write_schema(schema: &mut SchemaWriter) {
        T::write_schema(schema);
    }
}

impl<T: AvroEncode> AvroEncode for Box<T> {
    #[inline]
    fn encode(&self, encoder: &mut Encoder) -> Result<()> {
        (**self).encode(encoder)
    }
}

impl<'de, T: AvroDecode<'de>> AvroDecode<'de> for Box<T> {
    #[inline]
    fn decode(cursor: &mut Cursor<'de>) -> Result<Self> {
        cursor.charge(1, size_of::<T>())?;
        T::decode(cursor).map(Self::new)
    }

    fn decode_with(cursor: &mut Cursor<'de>, resolution: Resolution<'de>) -> Result<Self> {
        cursor.charge(1, size_of::<T>())?;
        T::decode_with(cursor, resolution).map(Self::new)
    }
}

impl<T: AvroBorrow> AvroBorrow for Box<T> {
    type For<'a> = Box<T::For<'a>>;
}

/// `["null", T]`, or the union of an enum that leaves its `null` to the `Option`
/// (`#[avro(null_at = …)]`); `[T, "null"]` with `#[avro(null_last)]`.
impl<T: AvroType> AvroType for Option<T> {
    const MIN_SIZE: usize = 1;
    const EMPTY: Option<&'static str> = match T::NULL_AT {
        None | Some(0) => Some("null"),
        Some(_) => None,
    };
    const IS_UNION: bool = {
        assert!(
            !T::IS_UNION || T::NULL_AT.is_some(),
            "an Option cannot hold an Option or an enum with data: Avro has no union in a union; \
             give the enum a variant `Null` instead"
        );
        true
    };

    fn write_schema(schema: &mut SchemaWriter) {
        const { assert!(Self::IS_UNION) };
        if T::NULL_AT.is_some() {
            return T::write_schema(schema);
        }
        schema.nullable([SchemaWriter::null, T::write_schema]);
    }
}

impl<T: AvroEncode> AvroEncode for Option<T> {
    #[inline(always)]
    fn encode(&self, encoder: &mut Encoder) -> Result<()> {
        match self {
            None => {
                encoder.index(T::NULL_AT.unwrap_or(0));
                Ok(())
            }
            Some(value) => {
                if T::NULL_AT.is_none() {
                    encoder.index(1);
                }
                value.encode(encoder)
            }
        }
    }
}

impl<'de, T: AvroDecode<'de>> AvroDecode<'de> for Option<T> {
    #[inline]
    fn decode(cursor: &mut Cursor<'de>) -> Result<Self> {
        if let Some(null) = T::NULL_AT {
            return match cursor.skip_index(null) {
                true => Ok(None),
                false => T::decode(cursor).map(Some),
            };
        }
        match cursor.index(2)? {
            0 => Ok(None),
            _ => T::decode(cursor).map(Some),
        }
    }

    fn decode_with(cursor: &mut Cursor<'de>, resolution: Resolution<'de>) -> Result<Self> {
        if T::NULL_AT.is_some() {
            return match resolution.null_or_branch(cursor)? {
                None => Ok(None),
                Some(branch) => T::decode_with(cursor, branch).map(Some),
            };
        }
        match resolution.nullable(cursor)? {
            None => Ok(None),
            Some(source) => source.read(cursor, T::decode, T::decode_with).map(Some),
        }
    }

    #[inline(always)]
    fn empty_default() -> Option<Self> {
        Some(None)
    }
}

impl<T: AvroBorrow> AvroBorrow for Option<T> {
    type For<'a> = Option<T::For<'a>>;
}
