//! Strings and bytes, owned and borrowed.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use super::resolution::{Resolution, unexpected};
use super::{AvroBorrow, AvroDecode, AvroEncode, AvroType, Encoder, SchemaWriter};
use crate::avro::plan::Step;
use crate::avro::read::Cursor;
use crate::error::Result;

/// **A type that implements `AvroString` is text, so that it can be a map's key.**
pub trait AvroString: AvroType {}

/// `bytes` and `string` promote to each other.
#[inline(never)]
fn resolved_bytes<'de>(cursor: &mut Cursor<'de>, resolution: Resolution<'de>) -> Result<&'de [u8]> {
    match resolution.value(cursor)?.step() {
        Step::Bytes | Step::StringToBytes => cursor.bytes(),
        other => Err(unexpected(cursor, other)),
    }
}

#[inline(never)]
fn resolved_string<'de>(cursor: &mut Cursor<'de>, resolution: Resolution<'de>) -> Result<&'de str> {
    match resolution.value(cursor)?.step() {
        Step::String | Step::BytesToString => cursor.string(),
        other => Err(unexpected(cursor, other)),
    }
}

macro_rules! avro_type {
    ([$($lifetime:lifetime)?] $type:ty, $name:literal) => {
        impl $(<$lifetime>)? AvroType for $type {
            const MIN_SIZE: usize = 1;
            const EMPTY: Option<&'static str> = Some("\"\"");
            const IS_UNION: bool = false;

            fn write_schema(schema: &mut SchemaWriter) {
                schema.primitive($name);
            }
        }
    };
}

macro_rules! encode {
    ([$($lifetime:lifetime)?] $type:ty, $method:ident, |$value:ident| $as_ref:expr) => {
        impl $(<$lifetime>)? AvroEncode for $type {
            #[inline]
            fn encode(&self, encoder: &mut Encoder) -> Result<()> {
                let $value = self;
                encoder.$method($as_ref);
                Ok(())
            }
        }
    };
}

macro_rules! decode {
    ([$($lifetime:lifetime)?] $type:ty, $method:ident, $resolved:ident, $make:expr) => {
        impl<'de $(: $lifetime, $lifetime)?> AvroDecode<'de> for $type {
            #[inline]
            fn decode(cursor: &mut Cursor<'de>) -> Result<Self> {
                cursor.$method().map($make)
            }

            fn decode_with(cursor: &mut Cursor<'de>, resolution: Resolution<'de>) -> Result<Self> {
                $resolved(cursor, resolution).map($make)
            }
        }
    };
}

macro_rules! string {
    ($([$($lifetime:lifetime)?] $type:ty, $borrowed:ty, $make:expr;)+) => {$(
        avro_type!([$($lifetime)?] $type, "string");
        encode!([$($lifetime)?] $type, string, |value| value);
        decode!([$($lifetime)?] $type, string, resolved_string, $make);

        impl $(<$lifetime>)? AvroString for $type {}

        impl $(<$lifetime>)? AvroBorrow for $type {
            type For<'for_datum> = $borrowed;
        }
    )+};
}

avro_type!([] String, "string");
encode!([] String, string, |value| value);
impl AvroString for String {}

impl<'de> AvroDecode<'de> for String {
    #[inline]
    fn decode(cursor: &mut Cursor<'de>) -> Result<Self> {
        cursor.owned_string()
    }

    fn decode_with(cursor: &mut Cursor<'de>, resolution: Resolution<'de>) -> Result<Self> {
        resolved_string(cursor, resolution).map(str::to_owned)
    }

    #[inline(always)]
    fn empty_default() -> Option<Self> {
        Some(Self::new())
    }
}

impl AvroBorrow for String {
    type For<'a> = Self;
}

macro_rules! bytes {
    ($([$($lifetime:lifetime)?] $type:ty, $borrowed:ty, $make:expr;)+) => {$(
        avro_type!([$($lifetime)?] $type, "bytes");
        encode!([$($lifetime)?] $type, bytes, |value| value);
        decode!([$($lifetime)?] $type, bytes, resolved_bytes, $make);

        impl $(<$lifetime>)? AvroBorrow for $type {
            type For<'for_datum> = $borrowed;
        }
    )+};
}

string! {
    [] Box<str>, Self, Box::from;
    [] Arc<str>, Self, Arc::from;
    [] Rc<str>, Self, Rc::from;
    ['a] &'a str, &'for_datum str, |text| text;
    ['a] Cow<'a, str>, Cow<'for_datum, str>, Cow::Borrowed;
}

avro_type!([] str, "string");
encode!([] str, string, |value| value);
impl AvroString for str {}

bytes! {
    [] Vec<u8>, Self, <[u8]>::to_vec;
    [] Box<[u8]>, Self, Box::from;
    [] Arc<[u8]>, Self, Arc::from;
    ['a] &'a [u8], &'for_datum [u8], |bytes| bytes;
    ['a] Cow<'a, [u8]>, Cow<'for_datum, [u8]>, Cow::Borrowed;
}

#[cfg(feature = "compact_str")]
string! {
    [] compact_str::CompactString, Self, compact_str::CompactString::new;
}

#[cfg(feature = "bytes")]
bytes! {
    [] bytes::Bytes, Self, bytes::Bytes::copy_from_slice;
}
