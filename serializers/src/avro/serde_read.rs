//! Avro data to serde values, by a resolution plan.

use std::fmt::{self, Display};

use serde::Deserialize;
use serde::de::{
    self, DeserializeSeed, EnumAccess, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};

use super::plan::{FieldStep, Plan, RecordStep, Step, StepId};
use super::read::Cursor;
use super::schema::{Kind, LogicalType, NodeId};
use super::serde_write::is_called;
use crate::error::{Error, ErrorKind, Result};

/// Reads one value; what it leaves in `cursor` is the caller's to check.
pub(super) fn read<'de, V: Deserialize<'de>>(
    plan: &'de Plan,
    cursor: &mut Cursor<'de>,
) -> Result<V> {
    V::deserialize(ValueReader {
        plan,
        step: plan.root(),
        cursor,
    })
    .map_err(|error| error.0)
}

/// Reads one value by the step `step`.
struct ValueReader<'c, 'de> {
    plan: &'de Plan,
    step: StepId,
    cursor: &'c mut Cursor<'de>,
}

/// Our error as serde knows it.
#[derive(Debug)]
struct ReadError(Error);

impl<'c, 'de> ValueReader<'c, 'de> {
    /// Reads the index of the writer's union, where there is one.
    fn settle(mut self) -> Result<Self, ReadError> {
        while let Step::Branches(branches) = self.plan.step(self.step) {
            let index = self.cursor.index(branches.len())?;
            if let Some(branch) = branches.get(index) {
                self.step = *branch;
            }
        }
        Ok(self)
    }

    fn at(self, step: StepId) -> Self {
        Self { step, ..self }
    }

    /// Behind the reader's union, too.
    fn value(self) -> Result<Self, ReadError> {
        let settled = self.settle()?;
        match settled.plan.step(settled.step) {
            Step::Branch { value, .. } => settled.at(*value).value(),
            _ => Ok(settled),
        }
    }

    fn symbol(&mut self, symbols: &[Option<usize>], reader: NodeId) -> Result<&'de str, ReadError> {
        let index = self.cursor.index(symbols.len())?;
        let Kind::Enum(enumeration) = self.plan.reader.kind(reader) else {
            return Err(self.cursor.error("no enum").into());
        };
        let symbol = symbols.get(index).copied().flatten();
        symbol
            .and_then(|symbol| enumeration.symbols.get(symbol))
            .map(|symbol| &**symbol)
            .ok_or_else(|| {
                let message = format!(
                    "the enum {} has no symbol for the writer's number {index}, and no default",
                    enumeration.name
                );
                self.cursor.error(&message).into()
            })
    }

    fn record<V: Visitor<'de>>(
        self,
        record: &'de RecordStep,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.cursor.enter_record(record.fields.len())?;
        let mut fields = FieldsReader {
            plan: self.plan,
            cursor: self.cursor,
            record,
            next: 0,
            value: None,
        };
        let value = visitor.visit_map(&mut fields)?;
        fields.finish()?;
        self.cursor.leave();
        Ok(value)
    }

    fn items<V: Visitor<'de>>(
        self,
        items: StepId,
        min_size: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.cursor.enter()?;
        let mut blocks = Blocks::new(self.plan, self.cursor, items, min_size);
        let value = visitor.visit_seq(&mut blocks)?;
        blocks.expect_end("a sequence")?;
        self.cursor.leave();
        Ok(value)
    }

    fn entries<V: Visitor<'de>>(
        self,
        values: StepId,
        min_size: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.cursor.enter()?;
        let mut blocks = Blocks::new(self.plan, self.cursor, values, min_size);
        let value = visitor.visit_map(&mut blocks)?;
        blocks.expect_end("a map")?;
        self.cursor.leave();
        Ok(value)
    }

    fn bytes_of(&mut self) -> Result<Option<&'de [u8]>, ReadError> {
        Ok(match self.plan.step(self.step) {
            Step::Bytes | Step::StringToBytes => Some(self.cursor.bytes()?),
            Step::Fixed { size, .. } => Some(self.cursor.fixed(*size)?),
            _ => None,
        })
    }
}

impl<'de> de::Deserializer<'de> for ValueReader<'_, 'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let mut reader = self.value()?;
        let cursor = &mut *reader.cursor;
        match reader.plan.step(reader.step) {
            Step::Null => visitor.visit_unit(),
            Step::Boolean => visitor.visit_bool(cursor.boolean()?),
            Step::Int => visitor.visit_i32(cursor.int()?),
            Step::IntToLong => visitor.visit_i64(cursor.int()?.into()),
            Step::IntToFloat => visitor.visit_f32(as_float(cursor.int()?.into())),
            Step::IntToDouble => visitor.visit_f64(cursor.int()?.into()),
            Step::Long => visitor.visit_i64(cursor.long()?),
            Step::LongToFloat => visitor.visit_f32(as_float(cursor.long()?)),
            Step::LongToDouble => visitor.visit_f64(as_double(cursor.long()?)),
            Step::Float => visitor.visit_f32(cursor.float()?),
            Step::FloatToDouble => visitor.visit_f64(cursor.float()?.into()),
            Step::Double => visitor.visit_f64(cursor.double()?),
            Step::Bytes | Step::StringToBytes => visitor.visit_borrowed_bytes(cursor.bytes()?),
            Step::String | Step::BytesToString => visitor.visit_borrowed_str(cursor.string()?),
            Step::Fixed { size, .. } => visitor.visit_borrowed_bytes(cursor.fixed(*size)?),
            Step::Enum {
                symbols,
                reader: id,
            } => visitor.visit_borrowed_str(reader.symbol(symbols, *id)?),
            Step::Array { items, min_size } => reader.items(*items, *min_size, visitor),
            Step::Map { values, min_size } => reader.entries(*values, *min_size, visitor),
            Step::Record(record) => reader.record(record, visitor),
            Step::Impossible(why) => Err(ReadError(Error::new(
                ErrorKind::Incompatible,
                why.to_string(),
            ))),
            // `value` went behind them.
            Step::Branches(_) | Step::Branch { .. } => Err(cursor.error("no value").into()),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let reader = self.settle()?;
        let value = match reader.plan.step(reader.step) {
            Step::Branch { value, .. } => *value,
            _ => reader.step,
        };
        match reader.plan.step(value) {
            Step::Null => visitor.visit_none(),
            _ => visitor.visit_some(reader),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let mut reader = self.value()?;
        match reader.bytes_of()? {
            Some(bytes) => {
                let mut items =
                    de::value::SeqDeserializer::<_, ReadError>::new(bytes.iter().copied());
                let value = visitor.visit_seq(&mut items)?;
                items.end()?;
                Ok(value)
            }
            None => reader.deserialize_any(visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let reader = self.value()?;
        if let Step::Fixed {
            size: 16,
            reader: id,
        } = reader.plan.step(reader.step)
            && reader.plan.reader.node(*id).logical == Some(LogicalType::Uuid)
        {
            let bytes = reader.cursor.fixed(16)?;
            let uuid = uuid::Uuid::from_slice(bytes).map_err(|_| reader.cursor.error("no UUID"))?;
            return visitor.visit_str(uuid.hyphenated().encode_lower(&mut [0; 36]));
        }
        reader.deserialize_any(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let reader = self.settle()?;
        if let Step::Branch {
            union,
            index,
            value,
        } = reader.plan.step(reader.step)
            && let Kind::Union(branches) = reader.plan.reader.kind(*union)
            && let Some(branch) = branches.get(*index)
        {
            let kind = reader.plan.reader.kind(*branch);
            if let Some(variant) = variants.iter().find(|variant| is_called(kind, variant)) {
                return visitor.visit_enum(BranchReader {
                    variant,
                    value: reader.at(*value),
                });
            }
        }
        let mut reader = reader.value()?;
        let name = match reader.plan.step(reader.step) {
            Step::Enum {
                symbols,
                reader: id,
            } => reader.symbol(symbols, *id)?,
            Step::String | Step::BytesToString => reader.cursor.string()?,
            _ => return Err(reader.cursor.error("expected an enum").into()),
        };
        visitor.visit_enum(de::value::BorrowedStrDeserializer::new(name))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct
        map struct identifier ignored_any
    }
}

/// The fields of a record, in the order of their bytes; then those that take their defaults.
struct FieldsReader<'c, 'de> {
    plan: &'de Plan,
    cursor: &'c mut Cursor<'de>,
    record: &'de RecordStep,
    next: usize,
    value: Option<FieldValue<'de>>,
}

#[derive(Clone, Copy)]
struct FieldValue<'de> {
    name: &'de str,
    step: StepId,
    /// The default; else the value is next in the data.
    datum: Option<&'de [u8]>,
}

impl<'de> FieldsReader<'_, 'de> {
    fn advance(&mut self) -> Result<Option<FieldValue<'de>>, ReadError> {
        while let Some(field) = self.record.fields.get(self.next) {
            self.next += 1;
            match field {
                FieldStep::Read { field, value } => {
                    return Ok(Some(FieldValue {
                        name: self.name(*field),
                        step: *value,
                        datum: None,
                    }));
                }
                FieldStep::Skip(id) => {
                    self.cursor
                        .skip(&self.plan.writer, *id, &self.plan.min_sizes)?;
                }
            }
        }
        let default = self
            .record
            .defaults
            .get(self.next - self.record.fields.len());
        self.next += usize::from(default.is_some());
        Ok(default.map(|default| FieldValue {
            name: self.name(default.field),
            step: default.value,
            datum: Some(&default.datum),
        }))
    }

    fn name(&self, field: usize) -> &'de str {
        match self.plan.reader.kind(self.record.reader) {
            Kind::Record(record) => record.fields.get(field).map_or("", |field| &field.name),
            _ => "",
        }
    }

    /// Reads over what the visitor left: it stops at the first field it does not like.
    fn finish(&mut self) -> Result<(), ReadError> {
        if self.value.is_some() {
            self.next_value::<de::IgnoredAny>()?;
        }
        while self
            .next_entry::<de::IgnoredAny, de::IgnoredAny>()?
            .is_some()
        {}
        Ok(())
    }
}

impl<'de> MapAccess<'de> for FieldsReader<'_, 'de> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ReadError> {
        self.value = self.advance()?;
        let Some(value) = self.value else {
            return Ok(None);
        };
        seed.deserialize(de::value::BorrowedStrDeserializer::new(value.name))
            .map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, ReadError> {
        let Some(FieldValue { name, step, datum }) = self.value.take() else {
            return Err(self.cursor.error("a value without its field").into());
        };
        let plan = self.plan;
        let value = match datum {
            None => seed.deserialize(ValueReader {
                plan,
                step,
                cursor: self.cursor,
            }),
            Some(datum) => {
                let read = |cursor: &mut Cursor<'de>| {
                    let reader = ValueReader { plan, step, cursor };
                    seed.deserialize(reader).map_err(|error| error.0)
                };
                self.cursor.over_default(datum, read).map_err(ReadError)
            }
        };
        value.map_err(|error| error.at(name))
    }
}

/// The blocks of an array or a map.
struct Blocks<'c, 'de> {
    plan: &'de Plan,
    cursor: &'c mut Cursor<'de>,
    item: StepId,
    min_size: usize,
    /// Items left in this block.
    left: usize,
    index: usize,
    is_done: bool,
}

impl<'c, 'de> Blocks<'c, 'de> {
    fn new(plan: &'de Plan, cursor: &'c mut Cursor<'de>, item: StepId, min_size: usize) -> Self {
        Self {
            plan,
            cursor,
            item,
            min_size,
            left: 0,
            index: 0,
            is_done: false,
        }
    }

    /// Whether there is one more item.
    fn advance(&mut self) -> Result<bool, ReadError> {
        while self.left == 0 && !self.is_done {
            match self.cursor.block(self.min_size)? {
                Some(block) => self.left = block.items,
                None => self.is_done = true,
            }
        }
        if self.is_done {
            return Ok(false);
        }
        self.left -= 1;
        self.index += 1;
        Ok(true)
    }

    fn item<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, ReadError> {
        seed.deserialize(ValueReader {
            plan: self.plan,
            step: self.item,
            cursor: self.cursor,
        })
    }

    /// A visitor of fixed length may stop before the end.
    fn expect_end(&mut self, what: &str) -> Result<(), ReadError> {
        match self.advance()? {
            false => Ok(()),
            true => Err(self
                .cursor
                .error(&format!("more items than {what} has room for"))
                .into()),
        }
    }
}

impl<'de> SeqAccess<'de> for Blocks<'_, 'de> {
    type Error = ReadError;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, ReadError> {
        if !self.advance()? {
            return Ok(None);
        }
        let index = self.index - 1;
        self.item(seed)
            .map(Some)
            .map_err(|error| error.at(format!("[{index}]")))
    }

    fn size_hint(&self) -> Option<usize> {
        (self.left > 0).then_some(self.left)
    }
}

impl<'de> MapAccess<'de> for Blocks<'_, 'de> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ReadError> {
        if !self.advance()? {
            return Ok(None);
        }
        let key = self.cursor.string()?;
        seed.deserialize(de::value::BorrowedStrDeserializer::new(key))
            .map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, ReadError> {
        self.item(seed).map_err(|error| error.at("[\"\"]"))
    }
}

/// A branch of a union as a variant of an enum.
struct BranchReader<'c, 'de> {
    variant: &'static str,
    value: ValueReader<'c, 'de>,
}

impl<'c, 'de> EnumAccess<'de> for BranchReader<'c, 'de> {
    type Error = ReadError;
    type Variant = ValueReader<'c, 'de>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, ValueReader<'c, 'de>), ReadError> {
        let name: de::value::StrDeserializer<'_, ReadError> = self.variant.into_deserializer();
        Ok((seed.deserialize(name)?, self.value))
    }
}

impl<'de> VariantAccess<'de> for ValueReader<'_, 'de> {
    type Error = ReadError;

    fn unit_variant(self) -> Result<(), ReadError> {
        de::IgnoredAny::deserialize(self).map(drop)
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, ReadError> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        de::Deserializer::deserialize_seq(self, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        de::Deserializer::deserialize_any(self, visitor)
    }
}

/// The specification promotes `int` and `long` to `float`, to the nearest.
#[allow(clippy::cast_precision_loss, reason = "so the specification asks")]
pub(super) fn as_float(value: i64) -> f32 {
    value as f32
}

/// As [`as_float`].
#[allow(clippy::cast_precision_loss, reason = "so the specification asks")]
pub(super) fn as_double(value: i64) -> f64 {
    value as f64
}

impl ReadError {
    fn new(message: String) -> Self {
        Self(Error::new(ErrorKind::Decode, message))
    }

    fn at(self, segment: impl Into<String>) -> Self {
        Self(self.0.at(segment.into()))
    }
}

impl From<Error> for ReadError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

/// serde's own texts quote the value: only what the program says is kept.
impl de::Error for ReadError {
    fn custom<T: Display>(_message: T) -> Self {
        Self::new("the type refuses the value".to_owned())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {expected}, found {}", kind_of(&found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!(
            "expected {expected}, found another {}",
            kind_of(&found)
        ))
    }

    fn unknown_variant(_variant: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!(
            "the enum has no such variant, expected one of {expected:?}"
        ))
    }
}

fn kind_of(found: &Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "boolean",
        Unexpected::Bytes(_) => "bytes",
        Unexpected::Float(_) => "floating-point number",
        Unexpected::Map => "map or record",
        Unexpected::Seq => "array",
        Unexpected::Signed(_) | Unexpected::Unsigned(_) => "integer",
        Unexpected::Str(_) | Unexpected::Char(_) => "string",
        Unexpected::Unit | Unexpected::Option => "null",
        _ => "enum",
    }
}

impl Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for ReadError {}
