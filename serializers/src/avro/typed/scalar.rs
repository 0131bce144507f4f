//! Numbers, booleans and `null`.

use super::resolution::{Resolution, unexpected};
use super::{AvroBorrow, AvroDecode, AvroEncode, AvroType, Encoder, SchemaWriter};
use crate::avro::plan::Step;
use crate::avro::read::Cursor;
use crate::error::Result;

macro_rules! scalar {
    ($type:ty, $name:literal, $size:literal, $empty:literal, $method:ident,
        |$cursor:ident| { $first:ident => $read_first:expr $(, $step:ident => $read:expr)* $(,)? }) => {
        impl AvroType for $type {
            const MIN_SIZE: usize = $size;
            const EMPTY: Option<&'static str> = Some($empty);
            const IS_UNION: bool = false;

            fn write_schema(schema: &mut SchemaWriter) {
                schema.primitive($name);
            }
        }

        impl AvroEncode for $type {
            #[inline]
            fn encode(&self, encoder: &mut Encoder) -> Result<()> {
                encoder.$method(*self);
                Ok(())
            }
        }

        impl<'de> AvroDecode<'de> for $type {
            #[inline]
            fn decode(cursor: &mut Cursor<'de>) -> Result<Self> {
                cursor.$method()
            }

            /// The likeliest promotion in line, the rest behind a call.
            #[inline(always)]
            fn decode_with($cursor: &mut Cursor<'de>, resolution: Resolution<'de>) -> Result<Self> {
                #[cold]
                #[inline(never)]
                fn resolved<'de>(
                    $cursor: &mut Cursor<'de>,
                    resolution: Resolution<'de>,
                ) -> Result<$type> {
                    Ok(match resolution.value($cursor)?.step() {
                        Step::$first => $read_first,
                        $(Step::$step => $read,)*
                        other => return Err(unexpected($cursor, other)),
                    })
                }

                if let Step::$first = resolution.step() {
                    return Ok($read_first);
                }
                resolved($cursor, resolution)
            }
        }

        impl AvroBorrow for $type {
            type For<'a> = Self;
        }
    };
}

scalar!(bool, "boolean", 1, "false", boolean, |cursor| {
    Boolean => cursor.boolean()?,
});
scalar!(i32, "int", 1, "0", int, |cursor| {
    Int => cursor.int()?,
});
scalar!(i64, "long", 1, "0", long, |cursor| {
    IntToLong => cursor.int()?.into(),
    Long => cursor.long()?,
});
scalar!(f32, "float", 4, "0", float, |cursor| {
    IntToFloat => as_float(cursor.int()?.into()),
    Float => cursor.float()?,
    LongToFloat => as_float(cursor.long()?),
});
scalar!(f64, "double", 8, "0", double, |cursor| {
    FloatToDouble => cursor.float()?.into(),
    Double => cursor.double()?,
    IntToDouble => cursor.int()?.into(),
    LongToDouble => as_double(cursor.long()?),
});

impl AvroType for () {
    const MIN_SIZE: usize = 0;
    const EMPTY: Option<&'static str> = Some("null");
    const IS_UNION: bool = false;

    fn write_schema(schema: &mut SchemaWriter) {
        schema.null();
    }
}

impl AvroEncode for () {
    #[inline]
    fn encode(&self, _encoder: &mut Encoder) -> Result<()> {
        Ok(())
    }
}

impl<'de> AvroDecode<'de> for () {
    #[inline]
    fn decode(_cursor: &mut Cursor<'de>) -> Result<Self> {
        Ok(())
    }

    fn decode_with(cursor: &mut Cursor<'de>, resolution: Resolution<'de>) -> Result<Self> {
        match resolution.value(cursor)?.step() {
            Step::Null => Ok(()),
            other => Err(unexpected(cursor, other)),
        }
    }
}

impl AvroBorrow for () {
    type For<'a> = Self;
}

/// The specification promotes `int` and `long` to `float`, to the nearest.
#[allow(clippy::cast_precision_loss, reason = "so the specification asks")]
fn as_float(value: i64) -> f32 {
    value as f32
}

/// As [`as_float`].
#[allow(clippy::cast_precision_loss, reason = "so the specification asks")]
fn as_double(value: i64) -> f64 {
    value as f64
}
