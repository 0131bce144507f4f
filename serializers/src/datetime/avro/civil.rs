//! Dates, times and datetimes without a zone as Avro's `date`, `time-*` and `local-timestamp-*`.

use super::{encodes, modules, outside, units_of};
use crate::avro::typed::{
    AvroBorrow, AvroDecode, AvroEncode, AvroType, Cursor, Encoder, Resolution, SchemaWriter,
};
use crate::datetime::{AvroUnit, Civil, CivilDatetime, CivilKind, Moment};
use crate::error::{ErrorKind, Result};

/// The Avro type of a civil datetime.
#[derive(Clone, Copy)]
enum Number {
    /// An `int`.
    Int(&'static str),
    /// A `long`.
    Long(&'static str),
}

#[allow(
    clippy::panic,
    reason = "only while it is compiled: every call is a constant"
)]
const fn number<T: CivilDatetime, U: AvroUnit>() -> Number {
    match (T::KIND, U::TIME_LOGICAL_TYPE) {
        (CivilKind::Date, _) => Number::Int("date"),
        (CivilKind::Time, Some(name)) if U::PER_SECOND == 1_000 => Number::Int(name),
        (CivilKind::Time, Some(name)) => Number::Long(name),
        (CivilKind::Time, None) => panic!("Avro has times of day in milliseconds and microseconds"),
        (CivilKind::Datetime, _) => Number::Long(U::LOCAL_LOGICAL_TYPE),
    }
}

const PER_DAY: i64 = 86_400;

#[inline]
fn write<T: CivilDatetime, U: AvroUnit>(value: &T, encoder: &mut Encoder) -> Result<()> {
    let clock = value.to_clock()?;
    let units = match T::KIND {
        CivilKind::Date => clock.seconds().div_euclid(PER_DAY),
        CivilKind::Time | CivilKind::Datetime => units_of::<U>(clock)?,
    };
    match const { number::<T, U>() } {
        Number::Int(_) => i32::try_from(units)
            .map_err(|_| outside(ErrorKind::Encode))?
            .encode(encoder),
        Number::Long(_) => units.encode(encoder),
    }
}

/// Reads the number by `int` or `long`.
#[inline]
fn read<'de, T: CivilDatetime, U: AvroUnit>(
    cursor: &mut Cursor<'de>,
    int: impl FnOnce(&mut Cursor<'de>) -> Result<i32>,
    long: impl FnOnce(&mut Cursor<'de>) -> Result<i64>,
) -> Result<T> {
    let units = match const { number::<T, U>() } {
        Number::Int(_) => int(cursor)?.into(),
        Number::Long(_) => long(cursor)?,
    };
    let clock = match T::KIND {
        CivilKind::Date => units
            .checked_mul(PER_DAY)
            .and_then(|seconds| Moment::checked(seconds, 0)),
        CivilKind::Time | CivilKind::Datetime => Moment::from_units(units, U::PER_SECOND),
    };
    T::from_clock(clock.ok_or_else(|| outside(ErrorKind::Decode))?)
}

/// A `date`, `time-millis`, `time-micros`, `local-timestamp-millis`, `-micros` or `-nanos`.
#[cfg_attr(docsrs, doc(cfg(feature = "avro")))]
impl<T: CivilDatetime, U: AvroUnit> AvroType for Civil<T, U> {
    const MIN_SIZE: usize = 1;
    const EMPTY: Option<&'static str> = <i64 as AvroType>::EMPTY;
    const IS_UNION: bool = false;

    fn write_schema(schema: &mut SchemaWriter) {
        match const { number::<T, U>() } {
            Number::Int(name) => schema.logical("int", name),
            Number::Long(name) => schema.logical("long", name),
        }
    }
}

#[cfg_attr(docsrs, doc(cfg(feature = "avro")))]
impl<'de, T: CivilDatetime, U: AvroUnit> AvroDecode<'de> for Civil<T, U> {
    #[inline]
    fn decode(cursor: &mut Cursor<'de>) -> Result<Self> {
        read::<T, U>(cursor, i32::decode, i64::decode).map(Self::new)
    }

    fn decode_with(cursor: &mut Cursor<'de>, resolution: Resolution<'de>) -> Result<Self> {
        read::<T, U>(
            cursor,
            |cursor| i32::decode_with(cursor, resolution),
            |cursor| i64::decode_with(cursor, resolution),
        )
        .map(Self::new)
    }
}

encodes!(Civil of CivilDatetime);

modules! { Civil of CivilDate;
    date: Millis;
}

modules! { Civil of CivilDatetime;
    millis: Millis;
    micros: Micros;
    nanos: Nanos;
}
