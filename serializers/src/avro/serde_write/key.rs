//! Values that may be one thing only: the keys of maps, and bytes that come one by one.

use serde::Serialize;
use serde::ser;

use super::{WriteError, fail};
use crate::avro::write;

/// A field's name as text.
pub(super) struct KeyWriter;

/// A map's key, appended.
pub(super) struct EntryKeyWriter<'o>(pub(super) &'o mut Vec<u8>);

/// One byte of a sequence.
pub(super) struct ByteWriter;

macro_rules! only {
    ($writer:ty, $ok:ty, $what:literal, { $($accept:item)* }, [$($refuse:ident: $from:ty),* $(,)?]) => {
        impl ser::Serializer for $writer {
            type Ok = $ok;
            type Error = WriteError;
            type SerializeSeq = ser::Impossible<$ok, WriteError>;
            type SerializeTuple = ser::Impossible<$ok, WriteError>;
            type SerializeTupleStruct = ser::Impossible<$ok, WriteError>;
            type SerializeTupleVariant = ser::Impossible<$ok, WriteError>;
            type SerializeMap = ser::Impossible<$ok, WriteError>;
            type SerializeStruct = ser::Impossible<$ok, WriteError>;
            type SerializeStructVariant = ser::Impossible<$ok, WriteError>;

            $($accept)*

            $(fn $refuse(self, _: $from) -> Result<$ok, WriteError> { Err(fail($what)) })*

            fn serialize_none(self) -> Result<$ok, WriteError> { Err(fail($what)) }

            fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<$ok, WriteError> {
                Err(fail($what))
            }

            fn serialize_unit(self) -> Result<$ok, WriteError> { Err(fail($what)) }

            fn serialize_unit_struct(self, _: &'static str) -> Result<$ok, WriteError> {
                Err(fail($what))
            }

            fn serialize_newtype_struct<T: Serialize + ?Sized>(
                self,
                _: &'static str,
                value: &T,
            ) -> Result<$ok, WriteError> {
                value.serialize(self)
            }

            fn serialize_newtype_variant<T: Serialize + ?Sized>(
                self,
                _: &'static str,
                _: u32,
                _: &'static str,
                _: &T,
            ) -> Result<$ok, WriteError> {
                Err(fail($what))
            }

            fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, WriteError> {
                Err(fail($what))
            }

            fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, WriteError> {
                Err(fail($what))
            }

            fn serialize_tuple_struct(
                self,
                _: &'static str,
                _: usize,
            ) -> Result<Self::SerializeTupleStruct, WriteError> {
                Err(fail($what))
            }

            fn serialize_tuple_variant(
                self,
                _: &'static str,
                _: u32,
                _: &'static str,
                _: usize,
            ) -> Result<Self::SerializeTupleVariant, WriteError> {
                Err(fail($what))
            }

            fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, WriteError> {
                Err(fail($what))
            }

            fn serialize_struct(
                self,
                _: &'static str,
                _: usize,
            ) -> Result<Self::SerializeStruct, WriteError> {
                Err(fail($what))
            }

            fn serialize_struct_variant(
                self,
                _: &'static str,
                _: u32,
                _: &'static str,
                _: usize,
            ) -> Result<Self::SerializeStructVariant, WriteError> {
                Err(fail($what))
            }
        }
    };
}

/// A serializer of the key of a map: of text alone.
macro_rules! key {
    ($writer:ty, $ok:ty, $accept:tt) => {
        only!($writer, $ok, "expected a string as the key of a map", $accept, [
            serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
            serialize_i64: i64, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
            serialize_u64: u64, serialize_f32: f32, serialize_f64: f64, serialize_bytes: &[u8],
        ]);
    };
}

key!(KeyWriter, String, {
    fn serialize_str(self, value: &str) -> Result<String, WriteError> {
        Ok(value.to_owned())
    }

    fn serialize_char(self, value: char) -> Result<String, WriteError> {
        Ok(value.into())
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<String, WriteError> {
        Ok(variant.to_owned())
    }
});

key!(EntryKeyWriter<'_>, (), {
    #[inline]
    fn serialize_str(self, value: &str) -> Result<(), WriteError> {
        write::bytes(value.as_bytes(), self.0);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), WriteError> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), WriteError> {
        self.serialize_str(variant)
    }
});

only!(ByteWriter, u8, "expected bytes, found a sequence of something else", {
    fn serialize_u8(self, value: u8) -> Result<u8, WriteError> {
        Ok(value)
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
    ) -> Result<u8, WriteError> {
        Err(fail("expected bytes, found a sequence of something else"))
    }
}, [
    serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
    serialize_i64: i64, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
    serialize_f32: f32, serialize_f64: f64, serialize_bytes: &[u8], serialize_str: &str,
    serialize_char: char,
]);
