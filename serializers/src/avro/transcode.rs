use super::fields::{Fields, OneBlock};
use super::plan::{FieldStep, Plan, RecordStep, Step, StepId};
use super::read::Cursor;
use super::schema::Schema;
use super::serde_read::{as_double, as_float};
use super::write;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::serializer::append_or_restore;

/// Rewrites data of one schema as data of another, without a value in between.
///
/// The rules are those of [schema resolution]; arrays, maps and duplicate keys keep their order.
/// What comes out is what this crate writes: one block for each array and map, without byte sizes.
///
/// [schema resolution]: https://avro.apache.org/docs/1.12.0/specification/#schema-resolution
///
/// ```
/// use wireform::avro::{Schema, Transcoder};
///
/// let writer: Schema = r#"{"type": "record", "name": "Ping", "fields": [
///     {"name": "n", "type": "int"}]}"#.parse()?;
/// let reader: Schema = r#"{"type": "record", "name": "Ping", "fields": [
///     {"name": "note", "type": "string", "default": "hi"},
///     {"name": "n", "type": "double"}]}"#.parse()?;
///
/// let mut datum = Vec::new();
/// Transcoder::new(&writer, &reader)?.transcode(&[2], &mut datum)?;
/// assert_eq!(datum, [4, b'h', b'i', 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
/// # Ok::<(), wireform::Error>(())
/// ```
#[derive(Debug)]
pub struct Transcoder {
    plan: Plan,
    limits: Limits,
}

impl Transcoder {
    /// Plans to rewrite data of `writer` as data of `reader`.
    ///
    /// # Errors
    /// `Incompatible` with the path if no data can be read, whatever it holds.
    pub fn new(writer: &Schema, reader: &Schema) -> Result<Self> {
        Ok(Self {
            plan: Plan::new(writer, reader)?,
            limits: Limits::default(),
        })
    }

    /// Sets what one datum may take; what is written is at most a third of
    /// `limits.heap` bytes long: a buffer that doubles has the old half beside the new whole.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Reads `datum` and appends it to `out`, as the reader's schema has it.
    ///
    /// # Errors
    /// `Decode` with the place if it is not a datum of the writer's schema; `Incompatible` where this
    /// very datum holds what the reader has no place for; `LimitExceeded`. Then `out` is as it was.
    pub fn transcode(&self, datum: &[u8], out: &mut Vec<u8>) -> Result<()> {
        append_or_restore(out, |out| {
            let mut cursor = Cursor::new(datum, &self.limits)?;
            let max = out.len().saturating_add(self.limits.heap / 3);
            let mut walk = Walk {
                plan: &self.plan,
                cursor: &mut cursor,
                out,
                max,
            };
            walk.value(self.plan.root())?;
            cursor.finish()
        })
    }
}

struct Walk<'p, 'c, 'de, 'o> {
    plan: &'p Plan,
    cursor: &'c mut Cursor<'de>,
    out: &'o mut Vec<u8>,
    /// How long `out` may become.
    max: usize,
}

impl<'p> Walk<'p, '_, '_, '_> {
    fn value(&mut self, step: StepId) -> Result<()> {
        match self.plan.step(step) {
            Step::Array { items, min_size } => self.blocks(*items, *min_size, false),
            Step::Map { values, min_size } => self.blocks(*values, *min_size, true),
            Step::Record(record) => self.record(record),
            Step::Branches(branches) => {
                let index = self.cursor.index(branches.len())?;
                branches.get(index).map_or(Ok(()), |step| self.value(*step))
            }
            Step::Branch { index, value, .. } => {
                write::count(*index, self.out);
                self.value(*value)
            }
            Step::Impossible(why) => Err(Error::new(ErrorKind::Incompatible, why.to_string())),
            scalar => self.scalar(scalar),
        }
    }

    fn scalar(&mut self, step: &Step) -> Result<()> {
        let (cursor, out) = (&mut *self.cursor, &mut *self.out);
        match step {
            Step::Boolean => out.push(u8::from(cursor.boolean()?)),
            Step::Int | Step::IntToLong => write::int(cursor.int()?, out),
            Step::Long => write::long(cursor.long()?, out),
            Step::IntToFloat => float(as_float(cursor.int()?.into()), out),
            Step::IntToDouble => double(cursor.int()?.into(), out),
            Step::LongToFloat => float(as_float(cursor.long()?), out),
            Step::LongToDouble => double(as_double(cursor.long()?), out),
            // Bits are copied: not every NaN is the same.
            Step::Float => out.extend_from_slice(cursor.fixed(4)?),
            Step::Double => out.extend_from_slice(cursor.fixed(8)?),
            Step::FloatToDouble => double(cursor.float()?.into(), out),
            Step::Bytes | Step::StringToBytes => write::bytes(cursor.bytes()?, out),
            Step::String | Step::BytesToString => write::bytes(cursor.string()?.as_bytes(), out),
            Step::Fixed { size, .. } => out.extend_from_slice(cursor.fixed(*size)?),
            Step::Enum { symbols, .. } => {
                let index = cursor.index(symbols.len())?;
                let symbol = symbols.get(index).copied().flatten();
                let symbol = symbol.ok_or_else(|| cursor.error(&unknown_symbol(index)))?;
                write::count(symbol, out);
            }
            _ => {}
        }
        Ok(())
    }

    fn blocks(&mut self, item: StepId, min_size: usize, is_map: bool) -> Result<()> {
        self.cursor.enter()?;
        let mut head: Option<OneBlock> = None;
        while let Some(block) = self.cursor.block(min_size)? {
            let head = head.get_or_insert_with(|| OneBlock::new(block.items, self.out));
            for _ in 0..block.items {
                let place = head.item();
                self.item(item, is_map)
                    .map_err(|error| error.at(item_path(place, is_map)))?;
            }
        }
        match head {
            Some(head) => head.finish(self.out),
            None => self.out.push(0),
        }
        self.cursor.leave();
        Ok(())
    }

    fn item(&mut self, item: StepId, is_map: bool) -> Result<()> {
        if is_map {
            write::bytes(self.cursor.string()?.as_bytes(), self.out);
        }
        self.value(item)?;
        self.check_length()
    }

    fn record(&mut self, record: &'p RecordStep) -> Result<()> {
        self.cursor.enter_record(record.fields.len())?;
        let count = record.fields.len() + record.defaults.len();
        let mut fields = Fields::new(count, self.out);
        for step in &record.fields {
            match step {
                FieldStep::Skip(id) => {
                    self.cursor
                        .skip(&self.plan.writer, *id, &self.plan.min_sizes)?;
                }
                FieldStep::Read { field, value } => {
                    let value = self.value(*value);
                    value.map_err(|error| error.at(self.plan.field_name(record, *field)))?;
                    fields.appended(*field, self.out);
                }
            }
        }
        for default in &record.defaults {
            // It is a datum of the reader's schema already.
            self.out.extend_from_slice(&default.datum);
            fields.appended(default.field, self.out);
            self.check_length()?;
        }
        fields.finish(self.out);
        self.cursor.leave();
        Ok(())
    }

    fn check_length(&self) -> Result<()> {
        if self.out.len() <= self.max {
            return Ok(());
        }
        let message = "the value is longer in the reader's schema than it may be";
        Err(Error::new(ErrorKind::LimitExceeded, message))
    }
}

/// How an error's path names an item of an array or an entry of a map, whose key is data.
pub(super) fn item_path(place: usize, is_map: bool) -> String {
    match is_map {
        true => "[\"\"]".to_owned(),
        false => format!("[{place}]"),
    }
}

pub(super) fn unknown_symbol(index: usize) -> String {
    format!("the enum has no symbol for the writer's number {index}, and no default")
}

fn float(value: f32, out: &mut Vec<u8>) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn double(value: f64, out: &mut Vec<u8>) {
    out.extend_from_slice(&value.to_le_bytes());
}

#[cfg(test)]
mod tests;
