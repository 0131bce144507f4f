//! Logical types as JSON that people can read, and back.

use super::number::write_integer;
use super::text::{Shape, Text, write_string};
use super::times::{self, Unit};
use crate::avro::decimal::{Digits, sign_extended};
use crate::avro::read::Cursor;
use crate::avro::schema::{Kind, LogicalType};
use crate::avro::write;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;

/// Appends a value of a logical type.
pub(super) fn write(
    kind: &Kind,
    logical: LogicalType,
    cursor: &mut Cursor<'_>,
    out: &mut Vec<u8>,
) -> Result<()> {
    match logical {
        LogicalType::BigDecimal => {
            let text = big_decimal(cursor.bytes()?).ok_or_else(|| cursor.error(NO_DECIMAL))?;
            write_string(&text.to_text(), out);
        }
        LogicalType::Decimal { scale, .. } => {
            let bytes = raw(kind, cursor)?;
            let text = Digits::of(bytes, scale.into()).ok_or_else(|| cursor.error(NO_DECIMAL))?;
            write_string(&text.to_text(), out);
        }
        LogicalType::Duration => duration(cursor, out)?,
        LogicalType::Uuid => uuid(kind, cursor, out)?,
        LogicalType::Date | LogicalType::TimeMillis => {
            number(logical, cursor.int()?.into(), out);
        }
        _ => number(logical, cursor.long()?, out),
    }
    Ok(())
}

fn raw<'de>(kind: &Kind, cursor: &mut Cursor<'de>) -> Result<&'de [u8]> {
    match kind {
        Kind::Fixed(fixed) => cursor.fixed(fixed.size),
        _ => cursor.bytes(),
    }
}

/// Java's `Conversions.BigDecimalConversion`: the unscaled value as bytes, the scale as an int.
fn big_decimal(bytes: &[u8]) -> Option<Digits> {
    let mut inner = Cursor::new(bytes, &Limits::default().payload(usize::MAX)).ok()?;
    let unscaled = inner.bytes().ok()?;
    let scale = inner.int().ok()?;
    inner.finish().ok()?;
    Digits::of(unscaled, scale.into())
}

fn number(logical: LogicalType, value: i64, out: &mut Vec<u8>) {
    let text = match logical {
        LogicalType::Date => times::date(value),
        LogicalType::TimeMicros => times::time_of_day(value, Unit::Micros),
        LogicalType::TimeMillis => times::time_of_day(value, Unit::Millis),
        _ => timestamp(logical).and_then(|(unit, is_local)| {
            let text = times::date_time(value, unit)?;
            Some(if is_local { text } else { text + "Z" })
        }),
    };
    match text {
        Some(text) => write_string(&text, out),
        None => write_integer(value, out),
    }
}

fn timestamp(logical: LogicalType) -> Option<(Unit, bool)> {
    Some(match logical {
        LogicalType::LocalTimestampMicros => (Unit::Micros, true),
        LogicalType::LocalTimestampMillis => (Unit::Millis, true),
        LogicalType::LocalTimestampNanos => (Unit::Nanos, true),
        LogicalType::TimestampMicros => (Unit::Micros, false),
        LogicalType::TimestampMillis => (Unit::Millis, false),
        LogicalType::TimestampNanos => (Unit::Nanos, false),
        _ => return None,
    })
}

fn duration(cursor: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<()> {
    let mut part = || cursor.array().map(u32::from_le_bytes);
    let (months, days, millis) = (part()?, part()?, part()?);
    let text = format!("{{\"months\":{months},\"days\":{days},\"millis\":{millis}}}");
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

fn uuid(kind: &Kind, cursor: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<()> {
    if let Kind::String = kind {
        write_string(cursor.string()?, out);
        return Ok(());
    }
    let uuid = uuid::Uuid::from_bytes(cursor.array()?);
    write_string(uuid.hyphenated().encode_lower(&mut [0; 36]), out);
    Ok(())
}

/// Reads a value of a logical type in its readable form and appends its datum; `false` if it does
/// not have that form, and nothing was read.
pub(super) fn read(
    kind: &Kind,
    logical: LogicalType,
    text: &mut Text<'_>,
    out: &mut Vec<u8>,
) -> Result<bool> {
    let start = text.at();
    let shape = text.shape()?;
    match (logical, shape) {
        (LogicalType::BigDecimal | LogicalType::Decimal { .. }, Shape::Number) => {
            decimal(kind, logical, text.number()?, out)?;
        }
        (LogicalType::BigDecimal | LogicalType::Decimal { .. }, Shape::String) => {
            decimal(kind, logical, &text.string()?, out)?;
        }
        (LogicalType::Duration, Shape::Object) => read_duration(text, out)?,
        (LogicalType::Duration, _) => return Ok(false),
        (LogicalType::Uuid, Shape::String) => {
            let given = text.string()?;
            let uuid = uuid::Uuid::try_parse(&given).ok();
            match uuid.filter(|_| given.len() == 36 && matches!(kind, Kind::Fixed(_))) {
                Some(uuid) => out.extend_from_slice(uuid.as_bytes()),
                None => {
                    text.go_back(start);
                    return Ok(false);
                }
            }
        }
        (_, Shape::String) => {
            let value = parse_number(logical, &text.string()?).ok_or_else(|| {
                unfit(format!(
                    "the text is no {} that it can hold",
                    logical.as_str()
                ))
            })?;
            match kind {
                Kind::Int => write::int(in_int(value)?, out),
                _ => write::long(value, out),
            }
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn parse_number(logical: LogicalType, text: &str) -> Option<i64> {
    match logical {
        LogicalType::Date => times::parse_date(text),
        LogicalType::TimeMicros => times::parse_time_of_day(text, Unit::Micros),
        LogicalType::TimeMillis => times::parse_time_of_day(text, Unit::Millis),
        _ => match timestamp(logical)? {
            (unit, true) => times::parse_local_date_time(text, unit),
            (unit, false) => times::parse_date_time(text, unit),
        },
    }
}

fn in_int(value: i64) -> Result<i32> {
    i32::try_from(value).map_err(|_| unfit("the number is out of the range of int"))
}

fn decimal(kind: &Kind, logical: LogicalType, text: &str, out: &mut Vec<u8>) -> Result<()> {
    let number = Digits::parse(text).ok_or_else(|| unfit("expected a decimal number"))?;
    let LogicalType::Decimal { precision, scale } = logical else {
        return write_big_decimal(&number, out);
    };
    let number = number.with_scale(scale.into()).ok_or_else(|| {
        unfit(format!(
            "the decimal has more than {scale} digits behind the point"
        ))
    })?;
    if number.precision() > usize::try_from(precision).unwrap_or(usize::MAX) {
        return Err(unfit(format!(
            "the decimal has more than {precision} digits"
        )));
    }
    let unscaled = number.unscaled();
    match kind {
        Kind::Fixed(fixed) => {
            let bytes = sign_extended(&unscaled, fixed.size);
            let too_long = || unfit(format!("the decimal does not fit {} bytes", fixed.size));
            out.extend_from_slice(&bytes.ok_or_else(too_long)?);
        }
        _ => write::bytes(&unscaled, out),
    }
    Ok(())
}

fn write_big_decimal(number: &Digits, out: &mut Vec<u8>) -> Result<()> {
    let scale = i32::try_from(number.scale)
        .map_err(|_| unfit("the decimal's exponent is out of the range of int"))?;
    let mut inner = Vec::new();
    write::bytes(&number.unscaled(), &mut inner);
    write::int(scale, &mut inner);
    write::bytes(&inner, out);
    Ok(())
}

/// The three parts, each once, in any order.
fn read_duration(text: &mut Text<'_>, out: &mut Vec<u8>) -> Result<()> {
    let mut parts: [Option<u32>; 3] = [None; 3];
    text.open(b'{')?;
    let mut is_first = true;
    while let Some(key) = text.key(is_first)? {
        is_first = false;
        let place = DURATION.iter().position(|part| **part == *key);
        let part = place.and_then(|place| parts.get_mut(place));
        let part = part.filter(|part| part.is_none());
        let part = part.ok_or_else(|| unfit("expected months, days and millis, each once"))?;
        if text.shape()? != Shape::Number {
            return Err(unfit("expected a number"));
        }
        let value = text.number()?.parse();
        *part = Some(value.map_err(|_| unfit("expected a number of 32 bits without a sign"))?);
    }
    for part in parts {
        let part = part.ok_or_else(|| unfit("expected months, days and millis, each once"))?;
        out.extend_from_slice(&part.to_le_bytes());
    }
    Ok(())
}

fn unfit(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Encode, message.into())
}

const DURATION: [&str; 3] = ["months", "days", "millis"];
const NO_DECIMAL: &str = "a decimal without digits, or of more than 512 bytes";
