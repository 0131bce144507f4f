//! Values to Avro data, by the schema.

use std::collections::HashMap;

use apache_avro::types::Value;

use super::scalar::{self, mismatch, name_of, unfit};
use crate::avro::fields::{Fields, default_of};
use crate::avro::schema::{Kind, NodeId, Record, Schema};
use crate::avro::transcode::item_path;
use crate::avro::write;
use crate::error::{Error, ErrorKind, Result};

/// Appends `value` as a datum of `schema`. On error, `out` holds a part of it.
pub(super) fn write(schema: &Schema, depth: usize, value: &Value, out: &mut Vec<u8>) -> Result<()> {
    Writer { schema, depth, out }.value(schema.root(), value)
}

struct Writer<'s, 'o> {
    schema: &'s Schema,
    out: &'o mut Vec<u8>,
    depth: usize,
}

impl Writer<'_, '_> {
    fn value(&mut self, id: NodeId, value: &Value) -> Result<()> {
        let node = self.schema.node(id);
        match (&node.kind, value) {
            (Kind::Union(branches), Value::Union(index, inner)) => {
                self.named_branch(branches, *index, inner)
            }
            (Kind::Union(branches), _) => self.best_branch(branches, value),
            (Kind::Array(items), Value::Array(values)) => {
                self.enter()?;
                self.array(*items, values)?;
                self.depth += 1;
                Ok(())
            }
            (Kind::Map(values), Value::Map(entries)) => {
                self.enter()?;
                self.map(*values, entries)?;
                self.depth += 1;
                Ok(())
            }
            (Kind::Record(record), Value::Record(fields)) => {
                self.enter()?;
                self.record(record, fields)?;
                self.depth += 1;
                Ok(())
            }
            _ => scalar::write(node, value, self.out),
        }
    }

    fn array(&mut self, items: NodeId, values: &[Value]) -> Result<()> {
        if !values.is_empty() {
            write::count(values.len(), self.out);
        }
        for (place, value) in values.iter().enumerate() {
            self.value(items, value)
                .map_err(|error| error.at(item_path(place, false)))?;
        }
        self.out.push(0);
        Ok(())
    }

    fn map(&mut self, values: NodeId, entries: &HashMap<String, Value>) -> Result<()> {
        if !entries.is_empty() {
            write::count(entries.len(), self.out);
        }
        for (key, value) in entries {
            write::bytes(key.as_bytes(), self.out);
            self.value(values, value)
                .map_err(|error| error.at(item_path(0, true)))?;
        }
        self.out.push(0);
        Ok(())
    }

    fn record(&mut self, record: &Record, given: &[(String, Value)]) -> Result<()> {
        let mut fields = Fields::new(record.fields.len(), self.out);
        for (place, (name, value)) in given.iter().enumerate() {
            let index = field_index(record, name, place);
            let Some((index, field)) = index.and_then(|i| Some((i, record.fields.get(i)?))) else {
                let message = format!("the record {} has no such field", record.name);
                return Err(unfit(message).at(name.clone()));
            };
            if fields.has(index) {
                return Err(unfit("the field is given twice").at(field.name.to_string()));
            }
            self.value(field.schema, value)
                .map_err(|error| error.at(field.name.to_string()))?;
            fields.appended(index, self.out);
        }
        for (index, field) in record.fields.iter().enumerate() {
            if fields.has(index) {
                continue;
            }
            let missing = "the value leaves the field out, and the schema has no default";
            self.out.extend_from_slice(default_of(field, missing)?);
            fields.appended(index, self.out);
        }
        fields.finish(self.out);
        Ok(())
    }

    fn named_branch(&mut self, branches: &[NodeId], index: u32, value: &Value) -> Result<()> {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let Some(branch) = branches.get(index) else {
            let message = format!("branch {index} of a union of {}", branches.len());
            return Err(unfit(message));
        };
        write::count(index, self.out);
        self.value(*branch, value)
    }

    /// The one branch that takes the value best.
    fn best_branch(&mut self, branches: &[NodeId], value: &Value) -> Result<()> {
        let mut best: Option<(u8, usize, NodeId)> = None;
        let mut is_tie = false;
        for (index, branch) in branches.iter().enumerate() {
            let Some(rank) = self.rank(*branch, value) else {
                continue;
            };
            match best {
                Some(found) if found.0 < rank => {}
                Some(found) if found.0 == rank => is_tie = true,
                _ => (best, is_tie) = (Some((rank, index, *branch)), false),
            }
        }
        match best {
            Some((_, index, branch)) if !is_tie => {
                write::count(index, self.out);
                self.value(branch, value)
            }
            Some(_) => Err(unfit(format!(
                "{} fits several branches of the union: say which with Value::Union",
                name_of(value)
            ))),
            None => Err(self.no_branch(branches, value)),
        }
    }

    fn rank(&mut self, branch: NodeId, value: &Value) -> Option<u8> {
        let node = self.schema.node(branch);
        match (&node.kind, value) {
            (Kind::Array(_), Value::Array(_)) | (Kind::Map(_), Value::Map(_)) => Some(0),
            (Kind::Record(record), Value::Record(fields)) => {
                has_fields(record, fields).then_some(0)
            }
            _ => {
                let start = self.out.len();
                let fits = scalar::write(node, value, self.out).is_ok();
                self.out.truncate(start);
                fits.then(|| scalar::rank(node, value))
            }
        }
    }

    /// Why no branch takes the value: of the only one that could, its own reason.
    #[cold]
    fn no_branch(&mut self, branches: &[NodeId], value: &Value) -> Error {
        let schema = self.schema;
        let others = |id: &&NodeId| !matches!(schema.kind(**id), Kind::Null);
        let mut others = branches.iter().filter(others);
        match (others.next(), others.next()) {
            (Some(only), None) => match self.value(*only, value) {
                Err(error) => error,
                Ok(()) => mismatch(schema.node(*only), value),
            },
            _ => unfit(format!("no branch of the union takes {}", name_of(value))),
        }
    }

    fn enter(&mut self) -> Result<()> {
        match self.depth.checked_sub(1) {
            Some(depth) => {
                self.depth = depth;
                Ok(())
            }
            None => Err(Error::new(ErrorKind::LimitExceeded, "nested too deeply")),
        }
    }
}

/// The place of the field called `name`, which is probably `guess`.
fn field_index(record: &Record, name: &str, guess: usize) -> Option<usize> {
    match record.fields.get(guess) {
        Some(field) if *field.name == *name => Some(guess),
        _ => record.field(name).map(|(index, _)| index),
    }
}

/// Whether the record has all those fields, and defaults for those that are left out.
fn has_fields(record: &Record, given: &[(String, Value)]) -> bool {
    let is_known =
        |(place, (name, _)): (usize, &(String, Value))| field_index(record, name, place).is_some();
    let is_given = |name: &str| given.iter().any(|(given, _)| given == name);
    given.iter().enumerate().all(is_known)
        && (given.len() >= record.fields.len()
            || record
                .fields
                .iter()
                .all(|field| field.default.is_some() || is_given(&field.name)))
}
