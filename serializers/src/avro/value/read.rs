//! Avro data to values, by a resolution plan.

use std::collections::HashMap;

use apache_avro::types::Value;

use super::scalar;
use crate::avro::plan::{FieldStep, Plan, RecordStep, Step, StepId};
use crate::avro::read::Cursor;
use crate::avro::schema::{Kind, NodeId, Record};
use crate::avro::transcode::{item_path, unknown_symbol};
use crate::error::{Error, ErrorKind, Result};

/// Reads one value; what it leaves in `cursor` is the caller's to check.
pub(super) fn read<'p>(plan: &'p Plan, cursor: &mut Cursor<'p>) -> Result<Value> {
    Walk { plan, cursor }.value(plan.root(), plan.reader.root())
}

struct Walk<'p, 'c> {
    plan: &'p Plan,
    cursor: &'c mut Cursor<'p>,
}

impl<'p> Walk<'p, '_> {
    /// Reads by `step` what is of type `id` of the reader's schema.
    fn value(&mut self, step: StepId, id: NodeId) -> Result<Value> {
        match (self.plan.step(step), self.plan.reader.kind(id)) {
            (Step::Branches(branches), _) => {
                let index = self.cursor.index(branches.len())?;
                match branches.get(index) {
                    Some(branch) => self.value(*branch, id),
                    None => Err(self.cursor.error("no such branch")),
                }
            }
            (Step::Branch { index, value, .. }, Kind::Union(branches)) => {
                self.branch(*index, *value, branches)
            }
            (Step::Array { items, min_size }, Kind::Array(item)) => {
                self.array(*items, *item, *min_size)
            }
            (Step::Map { values, min_size }, Kind::Map(value)) => {
                self.map(*values, *value, *min_size)
            }
            (Step::Record(step), Kind::Record(record)) => self.record(step, record),
            (Step::Enum { symbols, .. }, Kind::Enum(enumeration)) => {
                let index = self.cursor.index(symbols.len())?;
                let number = symbols.get(index).copied().flatten();
                let symbol = number.and_then(|number| enumeration.symbols.get(number));
                let symbol = symbol.ok_or_else(|| self.cursor.error(&unknown_symbol(index)))?;
                self.cursor.charge(1, symbol.len())?;
                Ok(Value::Enum(small(number), symbol.to_string()))
            }
            (Step::Impossible(why), _) => Err(Error::new(ErrorKind::Incompatible, why.to_string())),
            (scalar, _) => scalar::read(scalar, self.plan.reader.node(id), self.cursor),
        }
    }

    fn branch(&mut self, index: usize, step: StepId, branches: &[NodeId]) -> Result<Value> {
        let Some(&branch) = branches.get(index) else {
            return Err(self.cursor.error("no such branch"));
        };
        self.cursor.charge(1, size_of::<Value>())?;
        let value = self.value(step, branch)?;
        Ok(Value::Union(small(Some(index)), Box::new(value)))
    }

    fn array(&mut self, step: StepId, id: NodeId, min_size: usize) -> Result<Value> {
        self.cursor.enter()?;
        let mut items = Vec::new();
        while let Some(block) = self.cursor.block(min_size)? {
            self.cursor.charge(block.items, size_of::<Value>())?;
            items.reserve_exact(block.items);
            for _ in 0..block.items {
                let item = self.value(step, id);
                items.push(item.map_err(|error| error.at(item_path(items.len(), false)))?);
            }
        }
        self.cursor.leave();
        Ok(Value::Array(items))
    }

    fn map(&mut self, step: StepId, id: NodeId, min_size: usize) -> Result<Value> {
        self.cursor.enter()?;
        let mut entries = HashMap::new();
        while let Some(block) = self.cursor.block(min_size)? {
            self.cursor.charge(block.items, ENTRY_SIZE)?;
            for _ in 0..block.items {
                let key = self.cursor.string()?.to_owned();
                let value = self.value(step, id);
                entries.insert(key, value.map_err(|error| error.at(item_path(0, true)))?);
            }
        }
        self.cursor.leave();
        Ok(Value::Map(entries))
    }

    fn record(&mut self, step: &'p RecordStep, record: &'p Record) -> Result<Value> {
        self.cursor.enter_record(step.fields.len())?;
        let names = record.fields.iter().map(|field| field.name.len()).sum();
        self.cursor
            .charge(record.fields.len(), size_of::<(String, Value)>())?;
        self.cursor.charge(1, names)?;
        let name = |field: &crate::avro::schema::Field| (field.name.to_string(), Value::Null);
        let mut fields: Vec<(String, Value)> = record.fields.iter().map(name).collect();
        for field in &step.fields {
            match field {
                FieldStep::Skip(id) => {
                    self.cursor
                        .skip(&self.plan.writer, *id, &self.plan.min_sizes)?;
                }
                FieldStep::Read { field, value } => {
                    let (Some(target), Some(place)) =
                        (record.fields.get(*field), fields.get_mut(*field))
                    else {
                        continue;
                    };
                    place.1 = (self.value(*value, target.schema))
                        .map_err(|error| error.at(target.name.to_string()))?;
                }
            }
        }
        self.defaults(step, record, &mut fields)?;
        self.cursor.leave();
        Ok(Value::Record(fields))
    }

    fn defaults(
        &mut self,
        step: &'p RecordStep,
        record: &'p Record,
        fields: &mut [(String, Value)],
    ) -> Result<()> {
        let plan = self.plan;
        for default in &step.defaults {
            let (Some(target), Some(place)) = (
                record.fields.get(default.field),
                fields.get_mut(default.field),
            ) else {
                continue;
            };
            let value = self.cursor.over_default(&default.datum, |cursor| {
                Walk { plan, cursor }.value(default.value, target.schema)
            });
            place.1 = value.map_err(|error| error.at(target.name.to_string()))?;
        }
        Ok(())
    }
}

/// Enums and unions of a schema that can be parsed have far fewer members.
fn small(number: Option<usize>) -> u32 {
    number
        .and_then(|number| u32::try_from(number).ok())
        .unwrap_or(u32::MAX)
}

/// An entry of a hash table that is half full.
const ENTRY_SIZE: usize = 2 * (size_of::<(String, Value)>() + 1);
