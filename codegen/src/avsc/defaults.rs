//! Default values as Rust expressions, made from the datum that the schema's parser encoded: unions
//! have chosen their branch and records are complete in it.

use std::fmt::Write as _;

use wireform::__private::varint;
use wireform::avro::schema::{Kind, LogicalType, NodeId, Schema};

use super::items::{field_idents, place, symbol_idents};
use super::shape::holds_by_value;
use super::types::{Flavour, Place, Types, decimal, variant_names};
use super::{Bytes, Maps, Strings};
use crate::error::{Error, ErrorKind, Result};
use crate::literal;
use crate::names::escape;

/// Reads one datum.
pub(crate) struct Defaults<'a, 's> {
    types: &'a mut Types<'s>,
    schema: &'a Schema,
    rest: &'a [u8],
}

impl<'a, 's> Defaults<'a, 's> {
    pub(crate) fn new(types: &'a mut Types<'s>, schema: &'a Schema, datum: &'a [u8]) -> Self {
        Self {
            types,
            schema,
            rest: datum,
        }
    }

    /// Returns the next value, as an expression.
    pub(crate) fn value(&mut self, id: NodeId, place: &Place<'_>) -> Result<String> {
        let schema = self.schema;
        let node = schema.node(id);
        Ok(match &node.kind {
            Kind::Null => "()".to_owned(),
            Kind::Boolean => (self.take(1)? == [1]).to_string(),
            Kind::Int | Kind::Long | Kind::Float | Kind::Double => self.number(id, place)?,
            Kind::Bytes => {
                let bytes = self.bytes()?;
                self.bytes_value(node.logical, bytes)?
            }
            Kind::String => {
                let text = self.text(place)?;
                match node.logical {
                    Some(LogicalType::Uuid) => uuid(&text, place)?,
                    _ => self.string(&text),
                }
            }
            Kind::Array(items) => {
                let items = self.items(*items, place)?;
                format!("::std::vec![{}]", items.join(", "))
            }
            Kind::Map(values) => self.map(*values, place)?,
            Kind::Union(branches) => self.union(branches, place)?,
            Kind::Record(_) => self.record(id, place)?,
            Kind::Enum(enumeration) => {
                let path = self.types.path(&enumeration.name, place)?;
                let number = usize::try_from(self.long()?).unwrap_or(usize::MAX);
                let idents = symbol_idents(enumeration);
                let ident = idents.get(number).ok_or_else(broken)?;
                format!("{path}::{ident}")
            }
            Kind::Fixed(fixed) => {
                let path = self.types.path(&fixed.name, place)?;
                let bytes = self.take(fixed.size)?;
                format!("{path}({})", fixed_value(node.logical, bytes))
            }
        })
    }

    fn number(&mut self, id: NodeId, place: &Place<'_>) -> Result<String> {
        Ok(match &self.schema.node(id).kind {
            Kind::Float => {
                let value = f32::from_le_bytes(self.array()?);
                float(f64::from(value), &format!("{value:?}"), "f32")
            }
            Kind::Double => {
                let value = f64::from_le_bytes(self.array()?);
                float(value, &format!("{value:?}"), "f64")
            }
            _ => {
                let value = self.long()?;
                match self.types.of(self.schema, id, place)?.text {
                    text if text.starts_with(':') => format!("{text}({value})"),
                    text => format!("{value}_{text}"),
                }
            }
        })
    }

    /// Returns a value where no attributes are possible: inside a struct of its own, if the type
    /// has one.
    fn nested(&mut self, id: NodeId, place: &Place<'_>) -> Result<String> {
        let value = self.value(id, place)?;
        if self.types.of(self.schema, id, place)?.attributes.is_empty() {
            return Ok(value);
        }
        let ident = self.types.nested(self.schema, id, place)?;
        Ok(format!("{ident}({value})"))
    }

    fn items(&mut self, items: NodeId, place: &Place<'_>) -> Result<Vec<String>> {
        let mut out = Vec::new();
        while let count @ 1.. = self.long()? {
            for _ in 0..count {
                out.push(self.nested(items, &place.inside("Item"))?);
            }
        }
        Ok(out)
    }

    fn map(&mut self, values: NodeId, place: &Place<'_>) -> Result<String> {
        let mut entries = String::new();
        while let count @ 1.. = self.long()? {
            for _ in 0..count {
                let key = self.text(place)?;
                let key = self.string(&key);
                let value = self.nested(values, &place.inside("Value"))?;
                let _ = write!(entries, "({key}, {value}),");
            }
        }
        Ok(match self.types.settings.maps {
            Maps::Pairs => format!("::std::vec![{entries}]"),
            _ if entries.is_empty() => "::core::default::Default::default()".to_owned(),
            _ => format!("::core::iter::FromIterator::from_iter([{entries}])"),
        })
    }

    fn union(&mut self, branches: &[NodeId], place: &Place<'_>) -> Result<String> {
        let schema = self.schema;
        let number = usize::try_from(self.long()?).unwrap_or(usize::MAX);
        let chosen = *branches.get(number).ok_or_else(broken)?;
        let is_null = |id: &NodeId| matches!(schema.node(*id).kind, Kind::Null);
        let others: Vec<NodeId> = branches.iter().copied().filter(|id| !is_null(id)).collect();
        let has_null = others.len() < branches.len();
        if is_null(&chosen) {
            return match others.is_empty() {
                true => {
                    let ident = self.union_ident(branches, place)?;
                    Ok(format!("{ident}::Null"))
                }
                false => Ok("::core::option::Option::None".to_owned()),
            };
        }
        if has_null && others.len() == 1 {
            let value = self.nested(chosen, place)?;
            return Ok(format!("::core::option::Option::Some({value})"));
        }
        let ident = self.union_ident(branches, place)?;
        let names = variant_names(schema, &others);
        let position = others.iter().position(|id| *id == chosen);
        let name = position.and_then(|p| names.get(p)).ok_or_else(broken)?;
        let place = place.variant(name);
        let value = self.value(chosen, &place)?;
        let value = format!("{ident}::{}({value})", escape(name));
        Ok(match has_null {
            true => format!("::core::option::Option::Some({value})"),
            false => value,
        })
    }

    fn union_ident(&mut self, branches: &[NodeId], place: &Place<'_>) -> Result<String> {
        let text = self.types.union(self.schema, branches, place)?.text;
        let inner = text.strip_prefix("::core::option::Option<");
        let inner = inner.and_then(|inner| inner.strip_suffix('>'));
        Ok(inner.unwrap_or(&text).to_owned())
    }

    fn record(&mut self, id: NodeId, outer: &Place<'_>) -> Result<String> {
        let schema = self.schema;
        let Kind::Record(record) = &schema.node(id).kind else {
            return Err(broken());
        };
        let path = self.types.path(&record.name, outer)?;
        let named = self.types.named(&record.name)?.clone();
        let mut fields = String::new();
        for (field, rust) in record.fields.iter().zip(field_idents(record)) {
            let inner = place(record, field, &named, Flavour::Owned);
            // The types are those of the inner record, their paths start at the outer one.
            let value = self.value(
                field.schema,
                &Place {
                    seen_from: outer.seen_from,
                    ..inner
                },
            )?;
            let _ = write!(fields, "{}: {value},", escape(&rust));
        }
        let value = format!("{path} {{ {fields} }}");
        let is_boxed = outer.is_by_value && holds_by_value(schema, id, outer.record);
        Ok(match is_boxed {
            true => format!("::std::boxed::Box::new({value})"),
            false => value,
        })
    }

    fn bytes_value(&self, logical: Option<LogicalType>, bytes: &[u8]) -> Result<String> {
        if decimal(logical).is_some() {
            return Ok(format!("::wireform::avro::Decimal({})", unscaled(bytes)?));
        }
        let literal = literal::bytes(bytes);
        Ok(match self.types.settings.bytes {
            Bytes::Bytes => format!("::wireform::avro::Bytes::from_static({literal})"),
            Bytes::Vec => format!("::std::vec::Vec::from(*{literal})"),
        })
    }

    fn string(&self, text: &str) -> String {
        let literal = literal::string(text);
        match self.types.settings.strings {
            Strings::ArcStr => format!("::std::sync::Arc::from({literal})"),
            Strings::CompactString => format!("::wireform::avro::CompactString::from({literal})"),
            Strings::String => format!("::std::string::String::from({literal})"),
        }
    }

    fn text(&mut self, place: &Place<'_>) -> Result<String> {
        let bytes = self.bytes()?.to_vec();
        String::from_utf8(bytes).map_err(|_| {
            let message = format!("{}: the default is not a string", place.path);
            Error::new(ErrorKind::InvalidSchema, message)
        })
    }

    fn bytes(&mut self) -> Result<&'a [u8]> {
        let length = usize::try_from(self.long()?).map_err(|_| broken())?;
        self.take(length)
    }

    fn long(&mut self) -> Result<i64> {
        let (zigzag, rest) = varint::split(self.rest).map_err(|_| broken())?;
        self.rest = rest;
        Ok(varint::unzigzag(zigzag))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| broken())
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(broken)?;
        self.rest = rest;
        Ok(taken)
    }
}

fn float(value: f64, digits: &str, name: &str) -> String {
    match value {
        _ if value.is_nan() => format!("::core::primitive::{name}::NAN"),
        _ if value == f64::INFINITY => format!("::core::primitive::{name}::INFINITY"),
        _ if value == f64::NEG_INFINITY => format!("::core::primitive::{name}::NEG_INFINITY"),
        _ => format!("{digits}_{name}"),
    }
}

fn uuid(text: &str, place: &Place<'_>) -> Result<String> {
    let digits: String = text.chars().filter(|&c| c != '-').collect();
    let is_uuid = text.len() == 36 && digits.len() == 32;
    match u128::from_str_radix(&digits, 16) {
        Ok(value) if is_uuid => Ok(format!("::wireform::Uuid::from_u128({value:#034x})")),
        _ => {
            let message = format!("{}: the default is not a UUID", place.path);
            Err(Error::new(ErrorKind::InvalidSchema, message))
        }
    }
}

fn fixed_value(logical: Option<LogicalType>, bytes: &[u8]) -> String {
    let part = |place: usize| {
        let bytes = bytes.get(place * 4..place * 4 + 4).unwrap_or_default();
        <[u8; 4]>::try_from(bytes).map_or(0, u32::from_le_bytes)
    };
    match logical {
        Some(LogicalType::Duration) => format!(
            "::wireform::avro::Duration {{ months: {}, days: {}, millis: {} }}",
            part(0),
            part(1),
            part(2)
        ),
        Some(LogicalType::Uuid) => {
            let value = <[u8; 16]>::try_from(bytes).map_or(0, u128::from_be_bytes);
            format!("::wireform::Uuid::from_u128({value:#034x})")
        }
        _ => format!("*{}", literal::bytes(bytes)),
    }
}

/// Two's complement, big endian.
fn unscaled(bytes: &[u8]) -> Result<i128> {
    let is_negative = bytes.first().is_some_and(|byte| *byte >= 0x80);
    let (start, sign) = if is_negative { (-1, 0xff) } else { (0, 0) };
    let digits = bytes.iter().skip_while(|byte| **byte == sign);
    let length = digits.clone().count();
    let has_sign = digits
        .clone()
        .next()
        .is_none_or(|byte| (*byte >= 0x80) == is_negative);
    if length > size_of::<i128>() || (length == size_of::<i128>() && !has_sign) {
        let message = "invalid default of a decimal: more digits than its precision";
        return Err(Error::new(ErrorKind::InvalidSchema, message));
    }
    let push = |value: i128, byte: &u8| (value << 8) | i128::from(*byte);
    Ok(digits.fold(start, push))
}

fn broken() -> Error {
    Error::new(
        ErrorKind::InvalidSchema,
        "invalid default: not a value of its type",
    )
}
