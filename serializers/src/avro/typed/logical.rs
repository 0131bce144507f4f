//! Newtypes for the logical types, which need no crate for dates.

use super::resolution::{Resolution, unexpected};
use super::{AvroBorrow, AvroDecode, AvroEncode, AvroType, Encoder, SchemaWriter};
use crate::avro::decimal::shortest;
use crate::avro::plan::Step;
use crate::avro::read::Cursor;
use crate::error::{Error, ErrorKind, Result};

macro_rules! newtype {
    ($($(#[$doc:meta])+ $name:ident($inner:ty), $primitive:literal, $logical:literal;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $inner);

        impl AvroType for $name {
            const MIN_SIZE: usize = <$inner as AvroType>::MIN_SIZE;
            const EMPTY: Option<&'static str> = <$inner as AvroType>::EMPTY;
            const IS_UNION: bool = false;

            fn write_schema(schema: &mut SchemaWriter) {
                schema.logical($primitive, $logical);
            }
        }

        impl AvroEncode for $name {
            #[inline]
            fn encode(&self, encoder: &mut Encoder) -> Result<()> {
                self.0.encode(encoder)
            }
        }

        impl<'de> AvroDecode<'de> for $name {
            #[inline]
            fn decode(cursor: &mut Cursor<'de>) -> Result<Self> {
                <$inner>::decode(cursor).map(Self)
            }

            fn decode_with(cursor: &mut Cursor<'de>, resolution: Resolution<'de>) -> Result<Self> {
                <$inner>::decode_with(cursor, resolution).map(Self)
            }
        }

        impl AvroBorrow for $name {
            type For<'a> = Self;
        }

        impl From<$inner> for $name {
            fn from(value: $inner) -> Self {
                Self(value)
            }
        }

        impl From<$name> for $inner {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    )+};
}

newtype! {
    /// `date`: days since 1970-01-01.
    Date(i32), "int", "date";
    /// `time-millis`: milliseconds since midnight.
    TimeMillis(i32), "int", "time-millis";
    /// `time-micros`: microseconds since midnight.
    TimeMicros(i64), "long", "time-micros";
    /// `timestamp-millis`: milliseconds since 1970-01-01T00:00:00Z.
    TimestampMillis(i64), "long", "timestamp-millis";
    /// `timestamp-micros`: microseconds since 1970-01-01T00:00:00Z.
    TimestampMicros(i64), "long", "timestamp-micros";
    /// `timestamp-nanos`: nanoseconds since 1970-01-01T00:00:00Z.
    TimestampNanos(i64), "long", "timestamp-nanos";
    /// `local-timestamp-millis`: milliseconds since 1970-01-01T00:00:00 in nobody's time zone.
    LocalTimestampMillis(i64), "long", "local-timestamp-millis";
    /// `local-timestamp-micros`: microseconds since 1970-01-01T00:00:00 in nobody's time zone.
    LocalTimestampMicros(i64), "long", "local-timestamp-micros";
    /// `local-timestamp-nanos`: nanoseconds since 1970-01-01T00:00:00 in nobody's time zone.
    LocalTimestampNanos(i64), "long", "local-timestamp-nanos";
}

/// `decimal` on bytes: the number without its point, so that `Decimal::<6, 2>(1999)` is 19.99.
///
/// `PRECISION` is the most digits, 1 to 38; `SCALE` is how many of them stand behind the point.
/// The precision is checked when a value is written: data of other writers is taken as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal<const PRECISION: u32, const SCALE: u32>(pub i128);

impl<const PRECISION: u32, const SCALE: u32> AvroType for Decimal<PRECISION, SCALE> {
    const MIN_SIZE: usize = 1;
    const EMPTY: Option<&'static str> = Some("\"\\u0000\"");
    const IS_UNION: bool = false;

    fn write_schema(schema: &mut SchemaWriter) {
        const {
            assert!(
                PRECISION >= 1 && PRECISION <= 38,
                "a Decimal has 1 to 38 digits"
            );
            assert!(
                SCALE <= PRECISION,
                "a Decimal's scale is at most its precision"
            );
        }
        schema.decimal(PRECISION, SCALE);
    }
}

impl<const PRECISION: u32, const SCALE: u32> AvroEncode for Decimal<PRECISION, SCALE> {
    fn encode(&self, encoder: &mut Encoder) -> Result<()> {
        if self.0.unsigned_abs() >= 10_u128.pow(PRECISION) {
            let message = format!("a decimal of more than {PRECISION} digits");
            return Err(Error::new(ErrorKind::Encode, message));
        }
        let bytes = self.0.to_be_bytes();
        encoder.bytes(shortest(&bytes));
        Ok(())
    }
}

impl<'de, const PRECISION: u32, const SCALE: u32> AvroDecode<'de> for Decimal<PRECISION, SCALE> {
    fn decode(cursor: &mut Cursor<'de>) -> Result<Self> {
        let bytes = cursor.bytes()?;
        from_bytes(bytes, cursor).map(Self)
    }

    fn decode_with(cursor: &mut Cursor<'de>, resolution: Resolution<'de>) -> Result<Self> {
        match resolution.value(cursor)?.step() {
            Step::Bytes | Step::StringToBytes => Self::decode(cursor),
            other => Err(unexpected(cursor, other)),
        }
    }
}

impl<const PRECISION: u32, const SCALE: u32> AvroBorrow for Decimal<PRECISION, SCALE> {
    type For<'a> = Self;
}

fn from_bytes(bytes: &[u8], cursor: &Cursor<'_>) -> Result<i128> {
    let bytes = shortest(bytes);
    let fill = match bytes.first() {
        None => return Err(cursor.error("a decimal without bytes")),
        Some(first) if *first >= 0x80 => 0xff,
        Some(_) => 0,
    };
    let mut whole = [fill; 16];
    match whole.len().checked_sub(bytes.len()) {
        Some(start) => whole
            .iter_mut()
            .skip(start)
            .zip(bytes)
            .for_each(|(to, from)| *to = *from),
        None => return Err(cursor.error("a decimal of more than 38 digits")),
    }
    Ok(i128::from_be_bytes(whole))
}

/// `duration` on a `fixed` of 12 bytes, called `Duration` unless the field says
/// `#[avro(fixed = "Name")]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Duration {
    /// Months.
    pub months: u32,
    /// Days.
    pub days: u32,
    /// Milliseconds.
    pub millis: u32,
}

impl AvroType for Duration {
    const MIN_SIZE: usize = 12;
    const EMPTY: Option<&'static str> = None;
    const IS_UNION: bool = false;

    fn write_schema(schema: &mut SchemaWriter) {
        schema.fixed(Some("Duration"), 12, Some("duration"));
    }
}

impl AvroEncode for Duration {
    #[inline]
    fn encode(&self, encoder: &mut Encoder) -> Result<()> {
        for part in [self.months, self.days, self.millis] {
            encoder.fixed(&part.to_le_bytes());
        }
        Ok(())
    }
}

impl<'de> AvroDecode<'de> for Duration {
    fn decode(cursor: &mut Cursor<'de>) -> Result<Self> {
        Ok(Self {
            months: u32::from_le_bytes(cursor.array()?),
            days: u32::from_le_bytes(cursor.array()?),
            millis: u32::from_le_bytes(cursor.array()?),
        })
    }

    fn decode_with(cursor: &mut Cursor<'de>, resolution: Resolution<'de>) -> Result<Self> {
        match resolution.value(cursor)?.step() {
            Step::Fixed { size: 12, .. } => Self::decode(cursor),
            other => Err(unexpected(cursor, other)),
        }
    }
}

impl AvroBorrow for Duration {
    type For<'a> = Self;
}

/// A `fixed`, which has a name: the field says `#[avro(fixed = "Name")]`.
impl<const N: usize> AvroType for [u8; N] {
    const MIN_SIZE: usize = N;
    const EMPTY: Option<&'static str> = None;
    const IS_UNION: bool = false;

    fn write_schema(schema: &mut SchemaWriter) {
        schema.fixed(None, N, None);
    }
}

impl<const N: usize> AvroEncode for [u8; N] {
    #[inline]
    fn encode(&self, encoder: &mut Encoder) -> Result<()> {
        encoder.fixed(self);
        Ok(())
    }
}

impl<'de, const N: usize> AvroDecode<'de> for [u8; N] {
    #[inline]
    fn decode(cursor: &mut Cursor<'de>) -> Result<Self> {
        cursor.array()
    }

    fn decode_with(cursor: &mut Cursor<'de>, resolution: Resolution<'de>) -> Result<Self> {
        match resolution.value(cursor)?.step() {
            Step::Fixed { size, .. } if *size == N => cursor.array(),
            other => Err(unexpected(cursor, other)),
        }
    }
}

impl<const N: usize> AvroBorrow for [u8; N] {
    type For<'a> = Self;
}

/// `uuid` on a string; on a `fixed` with `#[avro(uuid_fixed)]`.
impl AvroType for uuid::Uuid {
    const MIN_SIZE: usize = 1;
    const EMPTY: Option<&'static str> = None;
    const IS_UNION: bool = false;

    fn write_schema(schema: &mut SchemaWriter) {
        schema.logical("string", "uuid");
    }
}

impl AvroEncode for uuid::Uuid {
    fn encode(&self, encoder: &mut Encoder) -> Result<()> {
        encoder.string(self.hyphenated().encode_lower(&mut [0; 36]));
        Ok(())
    }
}

impl<'de> AvroDecode<'de> for uuid::Uuid {
    fn decode(cursor: &mut Cursor<'de>) -> Result<Self> {
        let text = cursor.bytes()?;
        Self::try_parse_ascii(text).map_err(|_| cursor.error("no UUID"))
    }

    fn decode_with(cursor: &mut Cursor<'de>, resolution: Resolution<'de>) -> Result<Self> {
        match resolution.value(cursor)?.step() {
            Step::String | Step::BytesToString => Self::decode(cursor),
            other => Err(unexpected(cursor, other)),
        }
    }
}

impl AvroBorrow for uuid::Uuid {
    type For<'a> = Self;
}
