//! The fields of a record as serde's map.

use serde::de::{self, DeserializeSeed, MapAccess};

use super::blocks::ENTRY;
use super::{ReadError, ValueReader};
use crate::avro::plan::{DefaultStep, FieldStep, Plan, RecordStep, StepId};
use crate::avro::read::Cursor;
use crate::avro::schema::{Field, Kind};

/// The fields of a record, in the order of their bytes; then those that take their defaults.
pub(super) struct FieldsReader<'c, 'de> {
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
    pub(super) fn new(
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
    pub(super) fn finish(&mut self) -> Result<(), ReadError> {
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
