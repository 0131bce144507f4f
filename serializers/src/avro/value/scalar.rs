//! Values without other values in them, by schema and logical type.

use apache_avro::types::Value;
use apache_avro::{BigDecimal, Decimal};

use crate::avro::decimal::{Digits, MAX_BYTES, shortest, sign_extended};
use crate::avro::plan::Step;
use crate::avro::read::Cursor;
use crate::avro::schema::{Enum, Fixed, Kind, LogicalType as Logical, Node};
use crate::avro::serde_read::{as_double, as_float};
use crate::avro::write;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;

/// Reads by `step` what is of type `node` of the reader's schema.
pub(super) fn read(step: &Step, node: &Node, cursor: &mut Cursor<'_>) -> Result<Value> {
    Ok(match step {
        Step::Null => Value::Null,
        Step::Boolean => Value::Boolean(cursor.boolean()?),
        Step::Int => of_int(cursor.int()?, node.logical),
        Step::IntToLong => of_long(cursor.int()?.into(), node.logical),
        Step::Long => of_long(cursor.long()?, node.logical),
        Step::IntToFloat => Value::Float(as_float(cursor.int()?.into())),
        Step::IntToDouble => Value::Double(cursor.int()?.into()),
        Step::LongToFloat => Value::Float(as_float(cursor.long()?)),
        Step::LongToDouble => Value::Double(as_double(cursor.long()?)),
        Step::Float => Value::Float(cursor.float()?),
        Step::FloatToDouble => Value::Double(cursor.float()?.into()),
        Step::Double => Value::Double(cursor.double()?),
        Step::Bytes | Step::StringToBytes => of_bytes(cursor.bytes()?, node.logical, cursor)?,
        Step::String | Step::BytesToString => of_text(cursor.string()?, node.logical),
        Step::Fixed { size, .. } => of_fixed(cursor.fixed(*size)?, node.logical),
        _ => return Err(cursor.error("no value")),
    })
}

fn of_int(value: i32, logical: Option<Logical>) -> Value {
    match logical {
        Some(Logical::Date) => Value::Date(value),
        Some(Logical::TimeMillis) => Value::TimeMillis(value),
        _ => Value::Int(value),
    }
}

fn of_long(value: i64, logical: Option<Logical>) -> Value {
    match logical {
        Some(Logical::LocalTimestampMicros) => Value::LocalTimestampMicros(value),
        Some(Logical::LocalTimestampMillis) => Value::LocalTimestampMillis(value),
        Some(Logical::LocalTimestampNanos) => Value::LocalTimestampNanos(value),
        Some(Logical::TimeMicros) => Value::TimeMicros(value),
        Some(Logical::TimestampMicros) => Value::TimestampMicros(value),
        Some(Logical::TimestampMillis) => Value::TimestampMillis(value),
        Some(Logical::TimestampNanos) => Value::TimestampNanos(value),
        _ => Value::Long(value),
    }
}

fn of_bytes(bytes: &[u8], logical: Option<Logical>, cursor: &Cursor<'_>) -> Result<Value> {
    match logical {
        Some(Logical::Decimal { .. }) if bytes.is_empty() => {
            Err(cursor.error("a decimal without bytes"))
        }
        Some(Logical::Decimal { .. }) => Ok(Value::Decimal(Decimal::from(bytes))),
        Some(Logical::BigDecimal) => {
            of_big_decimal(bytes).ok_or_else(|| cursor.error("no big-decimal"))
        }
        _ => Ok(Value::Bytes(bytes.to_vec())),
    }
}

/// Java's `Conversions.BigDecimalConversion`: the unscaled value as bytes, the scale as an int.
fn of_big_decimal(bytes: &[u8]) -> Option<Value> {
    let mut inner = Cursor::new(bytes, &Limits::default().payload(usize::MAX)).ok()?;
    let unscaled = inner.bytes().ok().filter(|bytes| !bytes.is_empty())?;
    let scale = inner.int().ok()?;
    inner.finish().ok()?;
    let unscaled = Decimal::from(unscaled).into();
    Some(Value::BigDecimal(BigDecimal::new(unscaled, scale.into())))
}

fn of_text(text: &str, logical: Option<Logical>) -> Value {
    let uuid = match (logical, text.len()) {
        (Some(Logical::Uuid), 36) => uuid::Uuid::try_parse(text).ok(),
        _ => None,
    };
    match uuid {
        Some(uuid) => Value::Uuid(uuid),
        None => Value::String(text.to_owned()),
    }
}

fn of_fixed(bytes: &[u8], logical: Option<Logical>) -> Value {
    let plain = || Value::Fixed(bytes.len(), bytes.to_vec());
    match logical {
        Some(Logical::Decimal { .. }) if !bytes.is_empty() => Value::Decimal(Decimal::from(bytes)),
        Some(Logical::Duration) => {
            <[u8; 12]>::try_from(bytes).map_or_else(|_| plain(), |b| Value::Duration(b.into()))
        }
        Some(Logical::Uuid) => uuid::Uuid::from_slice(bytes).map_or_else(|_| plain(), Value::Uuid),
        _ => plain(),
    }
}

/// Appends a value, if it fits the type.
pub(super) fn write(node: &Node, value: &Value, out: &mut Vec<u8>) -> Result<()> {
    match (&node.kind, value) {
        (Kind::Null, Value::Null) => {}
        (Kind::Boolean, Value::Boolean(value)) => out.push(u8::from(*value)),
        (Kind::Int, _) => write::int(int(node, value)?, out),
        (Kind::Long, _) => write::long(long(node, value)?, out),
        (Kind::Float, _) => out.extend_from_slice(&float(node, value)?.to_le_bytes()),
        (Kind::Double, _) => out.extend_from_slice(&double(node, value)?.to_le_bytes()),
        (Kind::String, Value::String(text)) => write::bytes(text.as_bytes(), out),
        (Kind::String, Value::Uuid(uuid)) if node.logical == Some(Logical::Uuid) => {
            let text = &mut uuid::Uuid::encode_buffer();
            write::bytes(uuid.hyphenated().encode_lower(text).as_bytes(), out);
        }
        (Kind::Bytes, _) => bytes(node, value, out)?,
        (Kind::Fixed(size), _) => fixed(node, size, value, out)?,
        (Kind::Enum(enumeration), _) => symbol(node, enumeration, value, out)?,
        _ => return Err(mismatch(node, value)),
    }
    Ok(())
}

fn int(node: &Node, value: &Value) -> Result<i32> {
    match (value, node.logical) {
        (Value::Int(value), _)
        | (Value::Date(value), Some(Logical::Date))
        | (Value::TimeMillis(value), Some(Logical::TimeMillis)) => Ok(*value),
        _ => Err(mismatch(node, value)),
    }
}

fn long(node: &Node, value: &Value) -> Result<i64> {
    match (value, node.logical) {
        (Value::Int(value), _) => Ok((*value).into()),
        (Value::Long(value), _)
        | (Value::LocalTimestampMicros(value), Some(Logical::LocalTimestampMicros))
        | (Value::LocalTimestampMillis(value), Some(Logical::LocalTimestampMillis))
        | (Value::LocalTimestampNanos(value), Some(Logical::LocalTimestampNanos))
        | (Value::TimeMicros(value), Some(Logical::TimeMicros))
        | (Value::TimestampMicros(value), Some(Logical::TimestampMicros))
        | (Value::TimestampMillis(value), Some(Logical::TimestampMillis))
        | (Value::TimestampNanos(value), Some(Logical::TimestampNanos)) => Ok(*value),
        _ => Err(mismatch(node, value)),
    }
}

fn float(node: &Node, value: &Value) -> Result<f32> {
    let whole = match value {
        Value::Float(value) => return Ok(*value),
        Value::Int(value) => i64::from(*value),
        Value::Long(value) => *value,
        _ => return Err(mismatch(node, value)),
    };
    let float = as_float(whole);
    exact(float, f64::from(float), whole)
}

fn double(node: &Node, value: &Value) -> Result<f64> {
    let whole = match value {
        Value::Double(value) => return Ok(*value),
        Value::Float(value) => return Ok((*value).into()),
        Value::Int(value) => return Ok((*value).into()),
        Value::Long(value) => *value,
        _ => return Err(mismatch(node, value)),
    };
    exact(as_double(whole), as_double(whole), whole)
}

/// Refuses a number that a float has no exact place for.
fn exact<F>(float: F, wide: f64, whole: i64) -> Result<F> {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a float of a whole number is whole; what is out of range comes back as another"
    )]
    let back = wide as i128;
    match back == i128::from(whole) {
        true => Ok(float),
        false => Err(unfit("the number is too long for a float or double")),
    }
}

fn bytes(node: &Node, value: &Value, out: &mut Vec<u8>) -> Result<()> {
    match (value, node.logical) {
        (Value::Decimal(decimal), Some(Logical::Decimal { precision, .. })) => {
            write::bytes(shortest(&unscaled(decimal, precision)?), out);
        }
        (Value::Bytes(bytes), Some(Logical::Decimal { precision, .. })) => {
            check_precision(bytes, precision)?;
            write::bytes(bytes, out);
        }
        (Value::BigDecimal(decimal), Some(Logical::BigDecimal)) => {
            let (unscaled, scale) = decimal.as_bigint_and_exponent();
            let scale = i32::try_from(scale)
                .map_err(|_| unfit("the decimal's scale is out of the range of int"))?;
            let mut inner = Vec::new();
            write::bytes(&unscaled.to_signed_bytes_be(), &mut inner);
            write::int(scale, &mut inner);
            write::bytes(&inner, out);
        }
        (Value::Bytes(bytes), _) => write::bytes(bytes, out),
        _ => return Err(mismatch(node, value)),
    }
    Ok(())
}

fn fixed(node: &Node, fixed: &Fixed, value: &Value, out: &mut Vec<u8>) -> Result<()> {
    match (value, node.logical) {
        (Value::Decimal(decimal), Some(Logical::Decimal { precision, .. })) => {
            let unscaled = unscaled(decimal, precision)?;
            let extended = sign_extended(&unscaled, fixed.size);
            let too_long = || unfit(format!("the decimal does not fit {} bytes", fixed.size));
            out.extend_from_slice(&extended.ok_or_else(too_long)?);
        }
        (Value::Duration(duration), Some(Logical::Duration)) => {
            out.extend_from_slice(&<[u8; 12]>::from(*duration));
        }
        (Value::Uuid(uuid), Some(Logical::Uuid)) => out.extend_from_slice(uuid.as_bytes()),
        (Value::Fixed(_, bytes) | Value::Bytes(bytes), logical) => {
            if bytes.len() != fixed.size {
                let found = bytes.len();
                return Err(unfit(format!(
                    "expected a fixed of {} bytes, found {found}",
                    fixed.size
                )));
            }
            if let Some(Logical::Decimal { precision, .. }) = logical {
                check_precision(bytes, precision)?;
            }
            out.extend_from_slice(bytes);
        }
        _ => return Err(mismatch(node, value)),
    }
    Ok(())
}

fn symbol(node: &Node, enumeration: &Enum, value: &Value, out: &mut Vec<u8>) -> Result<()> {
    let (number, symbol) = match value {
        Value::Enum(number, symbol) => (Some(*number), symbol),
        Value::String(symbol) => (None, symbol),
        _ => return Err(mismatch(node, value)),
    };
    let index = enumeration.symbols.iter().position(|s| **s == **symbol);
    let unknown = || unfit(format!("the enum {} has no such symbol", enumeration.name));
    let index = index.ok_or_else(unknown)?;
    if number.is_some_and(|number| usize::try_from(number).ok() != Some(index)) {
        return Err(unfit(format!(
            "the enum {} has another number for the symbol",
            enumeration.name
        )));
    }
    write::count(index, out);
    Ok(())
}

fn unscaled(decimal: &Decimal, precision: u32) -> Result<Vec<u8>> {
    let unscaled = Vec::try_from(decimal).map_err(|_| unfit("a decimal without bytes"))?;
    check_precision(&unscaled, precision)?;
    Ok(unscaled)
}

fn check_precision(unscaled: &[u8], precision: u32) -> Result<()> {
    let bytes = shortest(unscaled);
    // Numbers so long that nobody counts their digits are refused where the schema allows fewer.
    let digits = match bytes.len() {
        0 => return Err(unfit("a decimal without bytes")),
        1..=MAX_BYTES => Digits::of(bytes, 0).map_or(0, |number| number.precision()),
        _ => MAX_BYTES * 2,
    };
    match u32::try_from(digits) {
        Ok(digits) if digits <= precision => Ok(()),
        _ => Err(unfit(format!("a decimal of more than {precision} digits"))),
    }
}

/// How well the type takes the value, if it does: 0 is its own type.
pub(super) fn rank(node: &Node, value: &Value) -> u8 {
    match (value, &node.kind) {
        (Value::Bytes(_), Kind::Fixed(_))
        | (Value::Float(_), Kind::Double)
        | (Value::Int(_), Kind::Long)
        | (Value::String(_), Kind::Enum(_)) => 1,
        (Value::Int(_) | Value::Long(_), Kind::Double) => 2,
        (Value::Int(_) | Value::Long(_), Kind::Float) => 3,
        _ => 0,
    }
}

#[cold]
pub(super) fn mismatch(node: &Node, value: &Value) -> Error {
    let expected = match (&node.kind, node.logical) {
        (kind, Some(logical)) => format!("{} ({})", kind.branch_name(), logical.as_str()),
        (kind, None) => kind.branch_name().to_owned(),
    };
    unfit(format!("expected {expected}, found {}", name_of(value)))
}

#[cold]
pub(super) fn unfit(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Encode, message.into())
}

/// The variant, without what it holds.
pub(super) fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Array(_) => "Array",
        Value::BigDecimal(_) => "BigDecimal",
        Value::Boolean(_) => "Boolean",
        Value::Bytes(_) => "Bytes",
        Value::Date(_) => "Date",
        Value::Decimal(_) => "Decimal",
        Value::Double(_) => "Double",
        Value::Duration(_) => "Duration",
        Value::Enum(..) => "Enum",
        Value::Fixed(..) => "Fixed",
        Value::Float(_) => "Float",
        Value::Int(_) => "Int",
        Value::LocalTimestampMicros(_) => "LocalTimestampMicros",
        Value::LocalTimestampMillis(_) => "LocalTimestampMillis",
        Value::LocalTimestampNanos(_) => "LocalTimestampNanos",
        Value::Long(_) => "Long",
        Value::Map(_) => "Map",
        Value::Null => "Null",
        Value::Record(_) => "Record",
        Value::String(_) => "String",
        Value::TimeMicros(_) => "TimeMicros",
        Value::TimeMillis(_) => "TimeMillis",
        Value::TimestampMicros(_) => "TimestampMicros",
        Value::TimestampMillis(_) => "TimestampMillis",
        Value::TimestampNanos(_) => "TimestampNanos",
        Value::Union(..) => "Union",
        Value::Uuid(_) => "Uuid",
    }
}
