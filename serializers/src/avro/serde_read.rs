//! Avro data to serde values, by a resolution plan.

use std::fmt::{self, Display};

use serde::Deserialize;
use serde::de::{
    self, DeserializeSeed, EnumAccess, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};

use super::plan::{DefaultStep, FieldStep, Plan, RecordStep, Step, StepId};
use super::read::Cursor;
use super::schema::{Field, Kind, LogicalType, NodeId};
use super::serde_write::is_called;
use crate::error::{Error, ErrorKind, Result};

/// How much more than its own size an item of a list may take: while a `Vec` doubles, it has the
/// old half and the new whole.
const ITEM: usize = 3;
/// As [`ITEM`], of an entry of a map: a hash map is never full.
const ENTRY: usize = 4;

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

/// The fields of a record, in the order of their bytes; then those that take their defaults.
struct FieldsReader<'c, 'de> {
    plan: &'de Plan,
    cursor: &'c mut Cursor<'de>,
    /// The reader's fields.
    fields: &'de [Field],
    steps: &'de [FieldStep],
    defaults: &'de [DefaultStep],
    value: NextValue<'de>,
    /// Whether names and values may be kept, as a map keeps them.
    is_map: bool,
}

/// The value of the field whose name was told.
#[derive(Clone, Copy)]
enum NextValue<'de> {
    /// None was.
    None,
    /// It is next in the data.
    Data(StepId, usize),
    /// It takes its default.
    Default(&'de DefaultStep),
}

impl<'c, 'de> FieldsReader<'c, 'de> {
    #[inline]
    fn new(
        plan: &'de Plan,
        cursor: &'c mut Cursor<'de>,
        record: &'de RecordStep,
        is_map: bool,
    ) -> Self {
        let fields = match plan.reader.kind(record.reader) {
            Kind::Record(record) => &*record.fields,
            _ => &[],
        };
        Self {
            plan,
            cursor,
            fields,
            steps: &record.fields,
            defaults: &record.defaults,
            value: NextValue::None,
            is_map,
        }
    }

    /// Goes to the next field; its number.
    #[inline]
    fn advance(&mut self) -> Result<Option<usize>, ReadError> {
        if let [FieldStep::Read { field, value }, rest @ ..] = self.steps {
            self.steps = rest;
            self.value = NextValue::Data(*value, *field);
            return Ok(Some(*field));
        }
        self.advance_further()
    }

    /// Goes to the next field behind those that the reader has not, or that the writer has not.
    #[inline(never)]
    fn advance_further(&mut self) -> Result<Option<usize>, ReadError> {
        while let [step, rest @ ..] = self.steps {
            self.steps = rest;
            match step {
                FieldStep::Read { field, value } => {
                    self.value = NextValue::Data(*value, *field);
                    return Ok(Some(*field));
                }
                FieldStep::Skip(id) => {
                    self.cursor
                        .skip(&self.plan.writer, *id, &self.plan.min_sizes)?;
                }
            }
        }
        let [default, rest @ ..] = self.defaults else {
            return Ok(None);
        };
        self.defaults = rest;
        self.value = NextValue::Default(default);
        Ok(Some(default.field))
    }

    #[inline]
    fn name(&self, field: usize) -> &'de str {
        self.fields.get(field).map_or("", |field| &field.name)
    }

    #[cold]
    #[inline(never)]
    fn at_field(&self, error: ReadError, field: usize) -> ReadError {
        error.at_field(self.name(field))
    }

    #[inline(never)]
    fn default<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
        default: &'de DefaultStep,
    ) -> Result<S::Value, ReadError> {
        let (plan, step) = (self.plan, default.value);
        let read = |cursor: &mut Cursor<'de>| {
            let reader = ValueReader { plan, step, cursor };
            seed.deserialize(reader).map_err(|error| error.0)
        };
        self.cursor
            .over_default(&default.datum, read)
            .map_err(|error| self.at_field(ReadError(error), default.field))
    }

    /// Reads over what the visitor left: it stops at the first field it does not like.
    #[inline]
    fn finish(&mut self) -> Result<(), ReadError> {
        match (&self.value, self.steps, self.defaults) {
            (NextValue::None, [], []) => Ok(()),
            _ => self.read_over_rest(),
        }
    }

    #[inline(never)]
    fn read_over_rest(&mut self) -> Result<(), ReadError> {
        if !matches!(self.value, NextValue::None) {
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

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ReadError> {
        let Some(field) = self.advance()? else {
            return Ok(None);
        };
        let name = self.name(field);
        if self.is_map && size_of::<K::Value>() > 0 {
            self.cursor.charge(1, name.len())?;
            self.cursor.charge(ENTRY, size_of::<K::Value>())?;
        }
        seed.deserialize(de::value::BorrowedStrDeserializer::new(name))
            .map(Some)
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, ReadError> {
        if self.is_map {
            self.cursor.charge(ENTRY, size_of::<S::Value>())?;
        }
        match std::mem::replace(&mut self.value, NextValue::None) {
            NextValue::Data(step, field) => {
                let reader = ValueReader {
                    plan: self.plan,
                    step,
                    cursor: self.cursor,
                };
                match seed.deserialize(reader) {
                    Ok(value) => Ok(value),
                    Err(error) => Err(self.at_field(error, field)),
                }
            }
            NextValue::Default(default) => self.default(seed, default),
            NextValue::None => Err(self.cursor.error("a value without its field").into()),
        }
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
    #[inline]
    fn advance(&mut self) -> Result<bool, ReadError> {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                self.index += 1;
                Ok(true)
            }
            None => self.next_block(),
        }
    }

    #[inline(never)]
    fn next_block(&mut self) -> Result<bool, ReadError> {
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

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, ReadError> {
        if !self.advance()? {
            return Ok(None);
        }
        self.cursor.charge(ITEM, size_of::<S::Value>())?;
        match self.item(seed) {
            Ok(item) => Ok(Some(item)),
            Err(error) => Err(error.at_item(self.index - 1)),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        (self.left > 0).then_some(self.left)
    }
}

impl<'de> MapAccess<'de> for Blocks<'_, 'de> {
    type Error = ReadError;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ReadError> {
        if !self.advance()? {
            return Ok(None);
        }
        let key = self.cursor.string()?;
        self.cursor.charge(ENTRY, size_of::<K::Value>())?;
        seed.deserialize(de::value::BorrowedStrDeserializer::new(key))
            .map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, ReadError> {
        self.cursor.charge(ENTRY, size_of::<S::Value>())?;
        match self.item(seed) {
            Ok(value) => Ok(value),
            Err(error) => Err(error.at_field("[\"\"]")),
        }
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

    #[cold]
    #[inline(never)]
    fn at_field(self, name: &str) -> Self {
        Self(self.0.at(name.to_owned()))
    }

    #[cold]
    #[inline(never)]
    fn at_item(self, index: usize) -> Self {
        Self(self.0.at(format!("[{index}]")))
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
