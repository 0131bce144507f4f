//! serde values to Avro data, by the schema.

use std::fmt::Display;

use serde::Serialize;
use serde::ser::{self, Impossible};

use super::schema::name::short_name;
use super::schema::{Kind, LogicalType, NodeId, Record, Schema};
use super::write;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;

mod compound;

use self::compound::{FieldsWriter, ItemsWriter};

/// Appends `value` as a datum of `schema`. On error, `out` holds a part of it.
pub(super) fn write<T: Serialize + ?Sized>(
    schema: &Schema,
    limits: &Limits,
    value: &T,
    out: &mut Vec<u8>,
) -> Result<()> {
    let writer = ValueWriter {
        schema,
        id: schema.root(),
        out,
        depth: limits.depth,
    };
    value.serialize(writer).map_err(|error| error.0)
}

/// Writes one value of type `id`.
struct ValueWriter<'s, 'o> {
    schema: &'s Schema,
    id: NodeId,
    out: &'o mut Vec<u8>,
    depth: usize,
}

/// Our error as serde knows it.
#[derive(Debug)]
struct WriteError(Error);

impl<'s, 'o> ValueWriter<'s, 'o> {
    fn kind(&self) -> &'s Kind {
        self.schema.kind(self.id)
    }

    /// Enters the one branch of a union that takes the value best, by what it *is*, never by what
    /// it holds; lower ranks are better.
    fn choose(
        mut self,
        what: &str,
        rank: impl Fn(&Kind, Option<LogicalType>) -> Option<u8>,
    ) -> Result<Self, WriteError> {
        let rank_of = |id: &NodeId| {
            let node = self.schema.node(*id);
            rank(&node.kind, node.logical)
        };
        let Kind::Union(branches) = self.kind() else {
            return match rank_of(&self.id) {
                Some(_) => Ok(self),
                None => Err(self.mismatch(what)),
            };
        };
        let ranked = branches
            .iter()
            .enumerate()
            .filter_map(|(i, id)| Some((rank_of(id)?, i, *id)));
        let mut best: Option<(u8, usize, NodeId)> = None;
        let mut is_tie = false;
        for candidate in ranked {
            match best {
                Some(found) if found.0 < candidate.0 => {}
                Some(found) if found.0 == candidate.0 => is_tie = true,
                _ => (best, is_tie) = (Some(candidate), false),
            }
        }
        match best {
            Some((_, index, id)) if !is_tie => {
                self.enter_branch(index, id)?;
                Ok(self)
            }
            Some(_) => Err(fail(format!(
                "{what} fits several branches of the union: use an enum whose variants are called \
                 like the branches"
            ))),
            None => Err(self.mismatch(what)),
        }
    }

    /// Enters the branch of a union that is called like an enum's variant.
    fn choose_variant(mut self, variant: &str) -> Result<Self, WriteError> {
        let Kind::Union(branches) = self.kind() else {
            return Err(self.mismatch("an enum with data"));
        };
        let named = branches
            .iter()
            .position(|id| is_called(self.schema.kind(*id), variant));
        match named.and_then(|index| Some((index, *branches.get(index)?))) {
            Some((index, id)) => {
                self.enter_branch(index, id)?;
                Ok(self)
            }
            None => Err(fail(format!("the union has no branch called {variant:?}"))),
        }
    }

    fn enter_branch(&mut self, index: usize, id: NodeId) -> Result<(), WriteError> {
        self.enter()?;
        write::count(index, self.out);
        self.id = id;
        Ok(())
    }

    fn enter(&mut self) -> Result<(), WriteError> {
        self.depth = self
            .depth
            .checked_sub(1)
            .ok_or_else(|| WriteError(Error::new(ErrorKind::LimitExceeded, "nested too deeply")))?;
        Ok(())
    }

    #[inline]
    fn integer(self, value: i64, is_narrow: bool) -> Result<(), WriteError> {
        match self.kind() {
            Kind::Long => {
                write::long(value, self.out);
                return Ok(());
            }
            Kind::Int if is_narrow => {
                write::long(value, self.out);
                return Ok(());
            }
            _ => {}
        }
        self.chosen_integer(value, is_narrow)
    }

    /// An integer in a union, or in less than it may need.
    fn chosen_integer(self, value: i64, is_narrow: bool) -> Result<(), WriteError> {
        let writer = self.choose("an integer", |kind, _| match kind {
            Kind::Int => Some(u8::from(!is_narrow)),
            Kind::Long => Some(u8::from(is_narrow)),
            _ => None,
        })?;
        if matches!(writer.kind(), Kind::Int) && i32::try_from(value).is_err() {
            return Err(fail("the number is out of the range of int"));
        }
        write::long(value, writer.out);
        Ok(())
    }

    fn wide_integer(self, value: Option<i64>) -> Result<(), WriteError> {
        let value = value.ok_or_else(|| fail("the number is out of the range of long"))?;
        self.integer(value, false)
    }

    fn symbol(self, symbol: &str) -> Result<(), WriteError> {
        if let Kind::Enum(enumeration) = self.kind() {
            let found = enumeration
                .symbols
                .iter()
                .position(|known| &**known == symbol);
            let index = found
                .ok_or_else(|| fail(format!("the enum {} has no such symbol", enumeration.name)))?;
            write::count(index, self.out);
        }
        Ok(())
    }

    fn record(&self) -> Option<&'s Record> {
        match self.kind() {
            Kind::Record(record) => Some(record),
            _ => None,
        }
    }

    fn fields(mut self, len: Option<usize>) -> Result<FieldsWriter<'s, 'o>, WriteError> {
        self.enter()?;
        match self.kind() {
            Kind::Map(values) => Ok(FieldsWriter::map(
                self.schema,
                *values,
                self.out,
                self.depth,
                len,
            )),
            _ => match self.record() {
                Some(record) => Ok(FieldsWriter::record(
                    self.schema,
                    record,
                    self.out,
                    self.depth,
                )),
                None => Err(self.mismatch("a record")),
            },
        }
    }

    fn items(mut self, len: Option<usize>) -> Result<ItemsWriter<'s, 'o>, WriteError> {
        self.enter()?;
        match self.kind() {
            Kind::Array(items) => Ok(ItemsWriter::array(
                self.schema,
                *items,
                self.out,
                self.depth,
                len,
            )),
            Kind::Bytes => Ok(ItemsWriter::bytes(self.out, None)),
            Kind::Fixed(fixed) => Ok(ItemsWriter::bytes(self.out, Some(fixed.size))),
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

fn fail(message: impl Into<String>) -> WriteError {
    WriteError(Error::new(ErrorKind::Encode, message.into()))
}

fn rank_items(kind: &Kind, _: Option<LogicalType>) -> Option<u8> {
    match kind {
        Kind::Array(_) => Some(0),
        Kind::Bytes => Some(1),
        Kind::Fixed(_) => Some(2),
        _ => None,
    }
}

impl<'s, 'o> ser::Serializer for ValueWriter<'s, 'o> {
    type Ok = ();
    type Error = WriteError;
    type SerializeSeq = ItemsWriter<'s, 'o>;
    type SerializeTuple = ItemsWriter<'s, 'o>;
    type SerializeTupleStruct = ItemsWriter<'s, 'o>;
    type SerializeTupleVariant = Impossible<(), WriteError>;
    type SerializeMap = FieldsWriter<'s, 'o>;
    type SerializeStruct = FieldsWriter<'s, 'o>;
    type SerializeStructVariant = FieldsWriter<'s, 'o>;

    fn serialize_bool(self, value: bool) -> Result<(), WriteError> {
        let writer = self.choose("a boolean", |kind, _| {
            matches!(kind, Kind::Boolean).then_some(0)
        })?;
        writer.out.push(u8::from(value));
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<(), WriteError> {
        self.integer(value.into(), true)
    }

    fn serialize_i16(self, value: i16) -> Result<(), WriteError> {
        self.integer(value.into(), true)
    }

    fn serialize_i32(self, value: i32) -> Result<(), WriteError> {
        self.integer(value.into(), true)
    }

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
        let writer = self.choose("a float", |kind, _| match kind {
            Kind::Float => Some(0),
            Kind::Double => Some(1),
            _ => None,
        })?;
        match writer.kind() {
            Kind::Float => writer.out.extend_from_slice(&value.to_le_bytes()),
            _ => writer
                .out
                .extend_from_slice(&f64::from(value).to_le_bytes()),
        }
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result<(), WriteError> {
        if let Kind::Double = self.kind() {
            self.out.extend_from_slice(&value.to_le_bytes());
            return Ok(());
        }
        let writer = self.choose("a double", |kind, _| {
            matches!(kind, Kind::Double).then_some(0)
        })?;
        writer.out.extend_from_slice(&value.to_le_bytes());
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), WriteError> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), WriteError> {
        if let Kind::String = self.kind() {
            write::bytes(value.as_bytes(), self.out);
            return Ok(());
        }
        let writer = self.choose("a string", |kind, logical| match (kind, logical) {
            (Kind::String, _) => Some(0),
            (Kind::Enum(_), _) => Some(1),
            (Kind::Fixed(_), Some(LogicalType::Uuid)) => Some(2),
            _ => None,
        })?;
        match writer.kind() {
            Kind::String => write::bytes(value.as_bytes(), writer.out),
            Kind::Enum(_) => return writer.symbol(value),
            _ => {
                let uuid = uuid::Uuid::try_parse(value).map_err(|_| fail("expected a UUID"))?;
                writer.out.extend_from_slice(uuid.as_bytes());
            }
        }
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), WriteError> {
        let writer = self.choose("bytes", |kind, _| match kind {
            Kind::Bytes => Some(0),
            Kind::Fixed(fixed) if fixed.size == value.len() => Some(1),
            _ => None,
        })?;
        match writer.kind() {
            Kind::Bytes => write::bytes(value, writer.out),
            _ => writer.out.extend_from_slice(value),
        }
        Ok(())
    }

    fn serialize_none(self) -> Result<(), WriteError> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), WriteError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), WriteError> {
        self.choose("null", |kind, _| matches!(kind, Kind::Null).then_some(0))
            .map(drop)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), WriteError> {
        self.serialize_unit()
    }

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
            write::count(index, self.out);
            return Ok(());
        }
        let is_symbol = |symbols: &[std::sync::Arc<str>]| symbols.iter().any(|s| &**s == variant);
        let writer = self.choose("an enum", |kind, _| match kind {
            Kind::Enum(enumeration) if is_symbol(&enumeration.symbols) => Some(0),
            Kind::Null if is_called(kind, variant) => Some(1),
            Kind::Record(record) if record.fields.is_empty() && is_called(kind, variant) => Some(1),
            Kind::String => Some(2),
            _ => None,
        })?;
        match writer.kind() {
            Kind::Enum(_) => writer.symbol(variant),
            Kind::String => {
                write::bytes(variant.as_bytes(), writer.out);
                Ok(())
            }
            _ => Ok(()),
        }
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
        value
            .serialize(self.choose_variant(variant)?)
            .map_err(|error| error.at(variant))
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<ItemsWriter<'s, 'o>, WriteError> {
        if let Kind::Array(_) = self.kind() {
            return self.items(len);
        }
        self.choose("a sequence", rank_items)?.items(len)
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

    fn serialize_map(self, len: Option<usize>) -> Result<FieldsWriter<'s, 'o>, WriteError> {
        if let Kind::Map(_) = self.kind() {
            return self.fields(len);
        }
        let writer = self.choose("a map", |kind, _| match kind {
            Kind::Map(_) => Some(0),
            Kind::Record(_) => Some(1),
            _ => None,
        })?;
        writer.fields(len)
    }

    fn serialize_struct(
        self,
        name: &'static str,
        _len: usize,
    ) -> Result<FieldsWriter<'s, 'o>, WriteError> {
        if let Kind::Record(_) = self.kind() {
            return self.fields(None);
        }
        let writer = self.choose("a struct", |kind, _| match kind {
            Kind::Record(_) if is_called(kind, name) => Some(0),
            Kind::Record(_) => Some(1),
            Kind::Map(_) => Some(2),
            _ => None,
        })?;
        writer.fields(None)
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<FieldsWriter<'s, 'o>, WriteError> {
        self.choose_variant(variant)?.fields(None)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), WriteError> {
        self.serialize_str(&value.to_string())
    }
}

impl WriteError {
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
