//! serde values to Avro data, by the schema.

use std::fmt::Display;

use serde::Serialize;
use serde::ser::{self, Impossible};

use super::schema::name::short_name;
use super::schema::{Kind, Node, NodeId, Record, Schema};
use super::write;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;

mod choice;
mod compound;
mod key;

use self::compound::{FieldsWriter, ItemsWriter, MapWriter};

/// Appends `value` as a datum of `schema`. On error, `out` holds a part of it.
pub(super) fn write<T: Serialize + ?Sized>(
    schema: &Schema,
    limits: &Limits,
    value: &T,
    out: &mut Vec<u8>,
) -> Result<()> {
    let mut context = Context {
        out: std::mem::take(out),
        schema,
        depth: limits.depth,
    };
    let writer = ValueWriter {
        context: &mut context,
        node: schema.node(schema.root()),
    };
    let result = value.serialize(writer);
    *out = context.out;
    result.map_err(|error| error.0)
}

/// What all the values of one datum share.
struct Context<'s> {
    out: Vec<u8>,
    schema: &'s Schema,
    /// Levels that may still be entered.
    depth: usize,
}

/// Writes one value of the type `node`. Two words, which travel in registers.
struct ValueWriter<'s, 'o> {
    context: &'o mut Context<'s>,
    node: &'s Node,
}

/// Our error as serde knows it.
#[derive(Debug)]
struct WriteError(Error);

impl<'s> Context<'s> {
    #[inline(always)]
    fn enter(&mut self) -> Result<(), WriteError> {
        match self.depth.checked_sub(1) {
            Some(depth) => {
                self.depth = depth;
                Ok(())
            }
            None => Err(nested_too_deeply()),
        }
    }

    #[inline(always)]
    fn value<T: Serialize + ?Sized>(&mut self, id: NodeId, value: &T) -> Result<(), WriteError> {
        value.serialize(ValueWriter {
            node: self.schema.node(id),
            context: self,
        })
    }
}

impl<'s, 'o> ValueWriter<'s, 'o> {
    #[inline(always)]
    fn kind(&self) -> &'s Kind {
        &self.node.kind
    }

    #[inline(always)]
    fn integer(self, value: i64, is_narrow: bool) -> Result<(), WriteError> {
        match self.kind() {
            Kind::Long if is_narrow => write::short_long(value, &mut self.context.out),
            Kind::Long => write::long(value, &mut self.context.out),
            Kind::Int if is_narrow => write::short_long(value, &mut self.context.out),
            _ => return self.chosen_integer(value, is_narrow),
        }
        Ok(())
    }

    fn wide_integer(self, value: Option<i64>) -> Result<(), WriteError> {
        let value = value.ok_or_else(|| fail("the number is out of the range of long"))?;
        self.integer(value, false)
    }

    /// Starts a record.
    #[inline(always)]
    fn record(self, record: &'s Record) -> Result<FieldsWriter<'s, 'o>, WriteError> {
        self.context.enter()?;
        Ok(FieldsWriter::record(self.context, record))
    }

    /// Starts a record or a map.
    fn fields(self, len: Option<usize>) -> Result<FieldsWriter<'s, 'o>, WriteError> {
        match self.kind() {
            Kind::Map(values) => {
                self.context.enter()?;
                Ok(FieldsWriter::map(self.context, *values, len))
            }
            Kind::Record(record) => self.record(record),
            _ => Err(self.mismatch("a record")),
        }
    }

    /// Starts an array, or bytes that come one by one.
    #[inline]
    fn items(self, len: Option<usize>) -> Result<ItemsWriter<'s, 'o>, WriteError> {
        self.context.enter()?;
        match self.kind() {
            Kind::Array(items) => Ok(ItemsWriter::array(self.context, *items, len)),
            Kind::Bytes => Ok(ItemsWriter::bytes(self.context, None)),
            Kind::Fixed(fixed) => Ok(ItemsWriter::bytes(self.context, Some(fixed.size))),
            _ => Err(self.mismatch("a sequence")),
        }
    }

    #[cold]
    fn mismatch(&self, found: &str) -> WriteError {
        fail(format!(
            "expected {}, found {found}",
            self.kind().branch_name()
        ))
    }
}

/// Whether a union's branch is called like `variant`: its full or last name, or its type's.
pub(super) fn is_called(branch: &Kind, variant: &str) -> bool {
    match branch.full_name() {
        Some(name) => name == variant || short_name(name) == variant,
        None => branch.type_name().eq_ignore_ascii_case(variant),
    }
}

#[cold]
#[inline(never)]
fn nested_too_deeply() -> WriteError {
    WriteError(Error::new(ErrorKind::LimitExceeded, "nested too deeply"))
}

fn fail(message: impl Into<String>) -> WriteError {
    WriteError(Error::new(ErrorKind::Encode, message.into()))
}

impl<'s, 'o> ser::Serializer for ValueWriter<'s, 'o> {
    type Ok = ();
    type Error = WriteError;
    type SerializeSeq = ItemsWriter<'s, 'o>;
    type SerializeTuple = ItemsWriter<'s, 'o>;
    type SerializeTupleStruct = ItemsWriter<'s, 'o>;
    type SerializeTupleVariant = Impossible<(), WriteError>;
    type SerializeMap = MapWriter<'s, 'o>;
    type SerializeStruct = FieldsWriter<'s, 'o>;
    type SerializeStructVariant = FieldsWriter<'s, 'o>;

    #[inline]
    fn serialize_bool(self, value: bool) -> Result<(), WriteError> {
        if let Kind::Boolean = self.kind() {
            self.context.out.push(u8::from(value));
            return Ok(());
        }
        self.chosen_boolean(value)
    }

    fn serialize_i8(self, value: i8) -> Result<(), WriteError> {
        self.integer(value.into(), true)
    }

    fn serialize_i16(self, value: i16) -> Result<(), WriteError> {
        self.integer(value.into(), true)
    }

    #[inline]
    fn serialize_i32(self, value: i32) -> Result<(), WriteError> {
        self.integer(value.into(), true)
    }

    #[inline]
    fn serialize_i64(self, value: i64) -> Result<(), WriteError> {
        self.integer(value, false)
    }

    fn serialize_i128(self, value: i128) -> Result<(), WriteError> {
        self.wide_integer(value.try_into().ok())
    }

    fn serialize_u8(self, value: u8) -> Result<(), WriteError> {
        self.integer(value.into(), true)
    }

    fn serialize_u16(self, value: u16) -> Result<(), WriteError> {
        self.integer(value.into(), true)
    }

    fn serialize_u32(self, value: u32) -> Result<(), WriteError> {
        self.integer(value.into(), false)
    }

    fn serialize_u64(self, value: u64) -> Result<(), WriteError> {
        self.wide_integer(value.try_into().ok())
    }

    fn serialize_u128(self, value: u128) -> Result<(), WriteError> {
        self.wide_integer(value.try_into().ok())
    }

    fn serialize_f32(self, value: f32) -> Result<(), WriteError> {
        self.chosen_float(value)
    }

    #[inline]
    fn serialize_f64(self, value: f64) -> Result<(), WriteError> {
        if let Kind::Double = self.kind() {
            self.context.out.extend_from_slice(&value.to_le_bytes());
            return Ok(());
        }
        self.chosen_double(value)
    }

    fn serialize_char(self, value: char) -> Result<(), WriteError> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<(), WriteError> {
        if let Kind::String = self.kind() {
            write::bytes(value.as_bytes(), &mut self.context.out);
            return Ok(());
        }
        self.chosen_string(value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), WriteError> {
        self.chosen_bytes(value)
    }

    #[inline]
    fn serialize_none(self) -> Result<(), WriteError> {
        self.serialize_unit()
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), WriteError> {
        value.serialize(self)
    }

    #[inline]
    fn serialize_unit(self) -> Result<(), WriteError> {
        self.chosen_null()
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), WriteError> {
        self.serialize_unit()
    }

    #[inline]
    fn serialize_unit_variant(
        self,
        _name: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<(), WriteError> {
        // Mostly the variants are in the order of the symbols.
        if let Kind::Enum(enumeration) = self.kind()
            && let Ok(index) = usize::try_from(index)
            && enumeration
                .symbols
                .get(index)
                .is_some_and(|s| **s == *variant)
        {
            write::count(index, &mut self.context.out);
            return Ok(());
        }
        self.chosen_variant(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), WriteError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), WriteError> {
        let writer = self.choose_variant(variant)?;
        value.serialize(writer).map_err(|error| error.at(variant))
    }

    #[inline]
    fn serialize_seq(self, len: Option<usize>) -> Result<ItemsWriter<'s, 'o>, WriteError> {
        if let Kind::Array(items) = self.kind() {
            self.context.enter()?;
            return Ok(ItemsWriter::array(self.context, *items, len));
        }
        self.chosen_items(len)
    }

    fn serialize_tuple(self, len: usize) -> Result<ItemsWriter<'s, 'o>, WriteError> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        len: usize,
    ) -> Result<ItemsWriter<'s, 'o>, WriteError> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Impossible<(), WriteError>, WriteError> {
        Err(self.mismatch("an enum variant with several values"))
    }

    #[inline]
    fn serialize_map(self, len: Option<usize>) -> Result<MapWriter<'s, 'o>, WriteError> {
        if let Kind::Map(values) = self.kind() {
            self.context.enter()?;
            let fields = FieldsWriter::map(self.context, *values, len);
            return Ok(MapWriter::new(fields));
        }
        self.chosen_map(len).map(MapWriter::new)
    }

    #[inline]
    fn serialize_struct(
        self,
        name: &'static str,
        _len: usize,
    ) -> Result<FieldsWriter<'s, 'o>, WriteError> {
        if let Kind::Record(record) = self.kind() {
            return self.record(record);
        }
        self.chosen_struct(name)
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<FieldsWriter<'s, 'o>, WriteError> {
        self.chosen_struct_variant(variant)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), WriteError> {
        self.serialize_str(&value.to_string())
    }
}

impl WriteError {
    #[cold]
    #[inline(never)]
    fn at_field(self, key: &str) -> Self {
        self.at(key)
    }

    #[cold]
    #[inline(never)]
    fn at_item(self, index: usize) -> Self {
        self.at(format!("[{index}]"))
    }

    fn at(self, segment: impl Into<String>) -> Self {
        Self(self.0.at(segment.into()))
    }
}

impl ser::Error for WriteError {
    /// The message may quote the value: it is not kept.
    fn custom<T: Display>(_message: T) -> Self {
        fail("the type refuses to be serialized")
    }
}

impl Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for WriteError {}
