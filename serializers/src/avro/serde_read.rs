//! Avro data to serde values, by a resolution plan.

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, EnumAccess, IntoDeserializer, VariantAccess, Visitor};

use super::plan::{Plan, RecordStep, Step, StepId};
use super::read::Cursor;
use super::schema::{Kind, LogicalType, NodeId};
use super::serde_write::is_called;
use crate::error::{Error, ErrorKind, Result};

mod blocks;
mod error;
mod fields;

use self::blocks::Blocks;
use self::error::ReadError;
use self::fields::FieldsReader;

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

impl<'c, 'de> ValueReader<'c, 'de> {
    #[inline(always)]
    fn step(&self) -> &'de Step {
        self.plan.step(self.step)
    }

    /// Reads the index of the writer's union, where there is one.
    #[inline]
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

    #[inline]
    fn record<V: Visitor<'de>>(
        self,
        record: &'de RecordStep,
        is_map: bool,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.cursor.enter_record(record.fields.len())?;
        // It may well go into a box.
        self.cursor.charge(1, size_of::<V::Value>())?;
        let mut fields = FieldsReader::new(self.plan, self.cursor, record, is_map);
        let value = visitor.visit_map(&mut fields)?;
        fields.finish()?;
        self.cursor.leave();
        Ok(value)
    }

    #[inline]
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

    #[inline]
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

    /// A sequence that is not a plain array.
    #[inline(never)]
    fn other_items<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let mut reader = self.value()?;
        match reader.bytes_of()? {
            Some(bytes) => {
                let mut items =
                    de::value::SeqDeserializer::<_, ReadError>::new(bytes.iter().copied());
                let value = visitor.visit_seq(&mut items)?;
                items.end()?;
                Ok(value)
            }
            None => de::Deserializer::deserialize_any(reader, visitor),
        }
    }

    /// Text that is not a plain string.
    #[inline(never)]
    fn other_text<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let reader = self.value()?;
        if let Step::Fixed {
            size: 16,
            reader: id,
        } = reader.step()
            && reader.plan.reader.node(*id).logical == Some(LogicalType::Uuid)
        {
            let bytes = reader.cursor.fixed(16)?;
            let uuid = uuid::Uuid::from_slice(bytes).map_err(|_| reader.cursor.error("no UUID"))?;
            return visitor.visit_str(uuid.hyphenated().encode_lower(&mut [0; 36]));
        }
        de::Deserializer::deserialize_any(reader, visitor)
    }

    /// A value that holds no others.
    #[inline(never)]
    fn scalar<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, ReadError> {
        let cursor = &mut *self.cursor;
        match self.plan.step(self.step) {
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
            } => visitor.visit_borrowed_str(self.symbol(symbols, *id)?),
            Step::Impossible(why) => Err(ReadError(Error::new(
                ErrorKind::Incompatible,
                why.to_string(),
            ))),
            // `value` went behind unions; the others are not scalars.
            _ => Err(cursor.error("no value").into()),
        }
    }

    /// The name of a variant without data.
    #[inline(never)]
    fn symbol_or_text<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let mut reader = self.value()?;
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

    // What nests has frames of its own, small ones: deep data takes little stack.
    #[inline(never)]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let reader = self.value()?;
        match reader.plan.step(reader.step) {
            Step::Array { items, min_size } => reader.items(*items, *min_size, visitor),
            Step::Map { values, min_size } => reader.entries(*values, *min_size, visitor),
            Step::Record(record) => reader.record(record, true, visitor),
            _ => reader.scalar(visitor),
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

    // What a step mostly is stands in line, the rest behind a call.
    #[inline]
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.step() {
            Step::Boolean => visitor.visit_bool(self.cursor.boolean()?),
            _ => self.deserialize_any(visitor),
        }
    }

    #[inline]
    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.step() {
            Step::Int => visitor.visit_i32(self.cursor.int()?),
            _ => self.deserialize_any(visitor),
        }
    }

    #[inline]
    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.step() {
            Step::Long => visitor.visit_i64(self.cursor.long()?),
            Step::IntToLong => visitor.visit_i64(self.cursor.int()?.into()),
            _ => self.deserialize_any(visitor),
        }
    }

    #[inline]
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.step() {
            Step::Double => visitor.visit_f64(self.cursor.double()?),
            _ => self.deserialize_any(visitor),
        }
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self.step() {
            Step::Record(record) => self.record(record, false, visitor),
            _ => self.deserialize_any(visitor),
        }
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.step() {
            Step::Map { values, min_size } => self.entries(*values, *min_size, visitor),
            _ => self.deserialize_any(visitor),
        }
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.step() {
            Step::Array { items, min_size } => self.items(*items, *min_size, visitor),
            _ => self.other_items(visitor),
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

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.step() {
            Step::String => visitor.visit_borrowed_str(self.cursor.string()?),
            _ => self.other_text(visitor),
        }
    }

    #[inline]
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
        reader.symbol_or_text(visitor)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i128 u8 u16 u32 u64 u128 f32 char bytes byte_buf unit unit_struct identifier
        ignored_any
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
