//! The modules of the attributes `map`, `null_last`, `uuid_fixed` and `endless`, in the form that
//! [`avro::with`](crate::avro::with) describes.

/// `[T, "null"]` for an `Option<T>`: `#[avro(null_last)]`.
pub mod null_last {
    use crate::avro::typed::{
        AvroDecode, AvroEncode, AvroType, Cursor, Encoder, Resolution, SchemaWriter,
    };
    use crate::error::Result;

    /// See [`AvroType::MIN_SIZE`].
    pub const MIN_SIZE: usize = 1;

    /// See [`AvroType::write_schema`].
    pub fn write_schema<T: NullableSchema>(schema: &mut SchemaWriter) {
        T::write_null_last(schema);
    }

    /// See [`AvroEncode::encode`].
    ///
    /// # Errors
    /// As the value's.
    #[inline]
    pub fn encode<T: AvroEncode>(value: &Option<T>, encoder: &mut Encoder) -> Result<()> {
        match value {
            None => {
                encoder.index(1);
                Ok(())
            }
            Some(value) => {
                encoder.index(0);
                value.encode(encoder)
            }
        }
    }

    /// See [`AvroDecode::decode`].
    ///
    /// # Errors
    /// As the value's.
    #[inline]
    pub fn decode<'de, T: AvroDecode<'de>>(cursor: &mut Cursor<'de>) -> Result<Option<T>> {
        match cursor.index(2)? {
            0 => T::decode(cursor).map(Some),
            _ => Ok(None),
        }
    }

    /// See [`AvroDecode::decode_with`].
    ///
    /// # Errors
    /// As the value's.
    pub fn decode_with<'de, T: AvroDecode<'de>>(
        cursor: &mut Cursor<'de>,
        resolution: Resolution<'de>,
    ) -> Result<Option<T>> {
        Option::decode_with(cursor, resolution)
    }

    /// An `Option`, whose schema can be written either way round.
    pub trait NullableSchema: AvroType {
        /// Writes `[T, "null"]`.
        fn write_null_last(schema: &mut SchemaWriter);
    }

    impl<T: AvroType> NullableSchema for Option<T> {
        fn write_null_last(schema: &mut SchemaWriter) {
            const { assert!(Self::IS_UNION) };
            schema.nullable([T::write_schema, SchemaWriter::null]);
        }
    }
}

/// A record that holds itself without end, which no value does: `#[avro(endless)]`. A list of such
/// records can be empty, so schemas have them; a type must not ask for the size of its own values.
pub mod endless {
    use crate::avro::typed::{
        AvroDecode, AvroEncode, AvroType, Cursor, Encoder, Resolution, SchemaWriter,
    };
    use crate::error::Result;

    /// See [`AvroType::MIN_SIZE`]: no value exists that could be smaller.
    pub const MIN_SIZE: usize = 0;

    /// See [`AvroType::write_schema`].
    pub fn write_schema<T: AvroType>(schema: &mut SchemaWriter) {
        T::write_schema(schema);
    }

    /// See [`AvroEncode::encode`].
    ///
    /// # Errors
    /// As the value's.
    pub fn encode<T: AvroEncode>(value: &T, encoder: &mut Encoder) -> Result<()> {
        value.encode(encoder)
    }

    /// See [`AvroDecode::decode`].
    ///
    /// # Errors
    /// As the value's.
    pub fn decode<'de, T: AvroDecode<'de>>(cursor: &mut Cursor<'de>) -> Result<T> {
        T::decode(cursor)
    }

    /// See [`AvroDecode::decode_with`].
    ///
    /// # Errors
    /// As the value's.
    pub fn decode_with<'de, T: AvroDecode<'de>>(
        cursor: &mut Cursor<'de>,
        resolution: Resolution<'de>,
    ) -> Result<T> {
        T::decode_with(cursor, resolution)
    }
}

/// A map for a `Vec<(K, V)>`, which keeps the order and is faster to read: `#[avro(map)]`.
pub mod map {
    use crate::avro::typed::collection::{decode_entries, encode_entries, make_room};
    use crate::avro::typed::resolution::Source;
    use crate::avro::typed::{
        AvroDecode, AvroEncode, AvroString, AvroType, Cursor, Encoder, Resolution, SchemaWriter,
    };
    use crate::error::Result;

    /// See [`AvroType::MIN_SIZE`].
    pub const MIN_SIZE: usize = 1;

    /// See [`AvroType::write_schema`].
    pub fn write_schema<T: PairsSchema>(schema: &mut SchemaWriter) {
        T::write_map(schema);
    }

    /// See [`AvroEncode::encode`].
    ///
    /// # Errors
    /// As the values'.
    #[inline]
    pub fn encode<K, V>(pairs: &[(K, V)], encoder: &mut Encoder) -> Result<()>
    where
        K: AvroString + AvroEncode,
        V: AvroEncode,
    {
        encode_entries(pairs.iter().map(|(key, value)| (key, value)), encoder)
    }

    /// See [`AvroDecode::decode`].
    ///
    /// # Errors
    /// As the values'.
    #[inline]
    pub fn decode<'de, K, V>(cursor: &mut Cursor<'de>) -> Result<Vec<(K, V)>>
    where
        K: AvroString + AvroDecode<'de>,
        V: AvroDecode<'de>,
    {
        let mut pairs = Vec::new();
        let source = (Source::Own, V::MIN_SIZE + 1);
        decode_entries(
            cursor,
            source,
            &mut pairs,
            make_room,
            |pairs, key, value| {
                pairs.push((key, value));
            },
        )?;
        Ok(pairs)
    }

    /// See [`AvroDecode::decode_with`].
    ///
    /// # Errors
    /// As the values'.
    pub fn decode_with<'de, K, V>(
        cursor: &mut Cursor<'de>,
        resolution: Resolution<'de>,
    ) -> Result<Vec<(K, V)>>
    where
        K: AvroString + AvroDecode<'de>,
        V: AvroDecode<'de>,
    {
        let mut pairs = Vec::new();
        let source = resolution.items(cursor)?;
        decode_entries(
            cursor,
            source,
            &mut pairs,
            make_room,
            |pairs, key, value| {
                pairs.push((key, value));
            },
        )?;
        Ok(pairs)
    }

    /// A list of pairs, whose schema can be that of a map.
    pub trait PairsSchema {
        /// Writes the map.
        fn write_map(schema: &mut SchemaWriter);
    }

    impl<K: AvroString, V: AvroType> PairsSchema for Vec<(K, V)> {
        fn write_map(schema: &mut SchemaWriter) {
            schema.map::<V>();
        }
    }
}

/// A `fixed` of 16 bytes for a `Uuid`, called `Uuid` unless the field says
/// `#[avro(fixed = "Name")]`: `#[avro(uuid_fixed)]`.
pub mod uuid_fixed {
    use uuid::Uuid;

    use crate::avro::plan::Step;
    use crate::avro::typed::resolution::unexpected;
    use crate::avro::typed::{Cursor, Encoder, Resolution, SchemaWriter};
    use crate::error::Result;

    /// See [`AvroType::MIN_SIZE`](crate::avro::AvroType::MIN_SIZE).
    pub const MIN_SIZE: usize = 16;

    /// See [`AvroType::write_schema`](crate::avro::AvroType::write_schema).
    pub fn write_schema<T>(schema: &mut SchemaWriter) {
        schema.fixed(Some("Uuid"), 16, Some("uuid"));
    }

    /// See [`AvroEncode::encode`](crate::avro::AvroEncode::encode).
    ///
    /// # Errors
    /// None.
    #[inline]
    pub fn encode(value: &Uuid, encoder: &mut Encoder) -> Result<()> {
        encoder.fixed(value.as_bytes());
        Ok(())
    }

    /// See [`AvroDecode::decode`](crate::avro::AvroDecode::decode).
    ///
    /// # Errors
    /// `Decode` if the datum ends.
    #[inline]
    pub fn decode(cursor: &mut Cursor<'_>) -> Result<Uuid> {
        cursor.array().map(Uuid::from_bytes)
    }

    /// See [`AvroDecode::decode_with`](crate::avro::AvroDecode::decode_with).
    ///
    /// # Errors
    /// As [`decode`]; `Incompatible` if there is something else.
    pub fn decode_with<'de>(cursor: &mut Cursor<'de>, resolution: Resolution<'de>) -> Result<Uuid> {
        match resolution.value(cursor)?.step() {
            Step::Fixed { size: 16, .. } => decode(cursor),
            other => Err(unexpected(cursor, other)),
        }
    }
}
