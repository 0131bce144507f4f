//! Avro data to JSON text.

use super::number::{write_double, write_float, write_integer};
use super::text::{write_bytes, write_string};
use super::{AvroJson, logical, too_long};
use crate::avro::read::Cursor;
use crate::avro::schema::{Enum, Field, Kind, NodeId};
use crate::avro::transcode::item_path;
use crate::error::Result;

/// Appends one value; what it leaves in `cursor` is the caller's to check.
pub(super) fn write(json: &AvroJson, cursor: &mut Cursor<'_>, out: &mut String) -> Result<()> {
    let max = out
        .len()
        .saturating_add(json.limits.heap_for(cursor.remaining()));
    let mut writer = Writer {
        json,
        cursor,
        out,
        max,
    };
    writer.value(json.schema.root())
}

struct Writer<'j, 'c, 'de, 'o> {
    json: &'j AvroJson,
    cursor: &'c mut Cursor<'de>,
    out: &'o mut String,
    /// How long `out` may become.
    max: usize,
}

impl<'j> Writer<'j, '_, '_, '_> {
    fn value(&mut self, id: NodeId) -> Result<()> {
        let node = self.json.schema.node(id);
        match (&node.kind, node.logical) {
            (Kind::Array(items), _) => self.blocks(*items, false)?,
            (Kind::Map(values), _) => self.blocks(*values, true)?,
            (Kind::Record(record), _) => self.record(&record.fields)?,
            (Kind::Union(branches), _) => self.union(branches)?,
            (kind, Some(logical)) if self.json.style.is_readable => {
                logical::write(kind, logical, self.cursor, self.out)?;
            }
            (kind, _) => self.scalar(kind)?,
        }
        match self.out.len() <= self.max {
            true => Ok(()),
            false => Err(too_long()),
        }
    }

    fn scalar(&mut self, kind: &Kind) -> Result<()> {
        let (cursor, out) = (&mut *self.cursor, &mut *self.out);
        match kind {
            Kind::Boolean => out.push_str(if cursor.boolean()? { "true" } else { "false" }),
            Kind::Int => write_integer(cursor.int()?.into(), out),
            Kind::Long => write_integer(cursor.long()?, out),
            Kind::Float => {
                let value = cursor.float()?;
                match value.is_finite() {
                    true => write_float(value, out),
                    false => write_no_number(value.into(), out),
                }
            }
            Kind::Double => {
                let value = cursor.double()?;
                match value.is_finite() {
                    true => write_double(value, out),
                    false => write_no_number(value, out),
                }
            }
            Kind::Bytes => write_bytes(cursor.bytes()?, out),
            Kind::String => write_string(cursor.string()?, out),
            Kind::Fixed(fixed) => write_bytes(cursor.fixed(fixed.size)?, out),
            Kind::Enum(enumeration) => write_string(symbol(enumeration, cursor)?, out),
            _ => out.push_str("null"),
        }
        Ok(())
    }

    fn blocks(&mut self, item: NodeId, is_map: bool) -> Result<()> {
        self.cursor.enter()?;
        let min_size = self.json.sizes.of(item) + usize::from(is_map);
        self.out.push(if is_map { '{' } else { '[' });
        let mut place = 0;
        while let Some(block) = self.cursor.block(min_size)? {
            for _ in 0..block.items {
                if place > 0 {
                    self.out.push(',');
                }
                self.item(item, is_map)
                    .map_err(|error| error.at(item_path(place, is_map)))?;
                place += 1;
            }
        }
        self.out.push(if is_map { '}' } else { ']' });
        self.cursor.leave();
        Ok(())
    }

    fn item(&mut self, item: NodeId, is_map: bool) -> Result<()> {
        if is_map {
            write_string(self.cursor.string()?, self.out);
            self.out.push(':');
        }
        self.value(item)
    }

    fn record(&mut self, fields: &'j [Field]) -> Result<()> {
        self.cursor.enter_record(fields.len())?;
        self.out.push('{');
        for (index, field) in fields.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            write_string(&field.name, self.out);
            self.out.push(':');
            self.value(field.schema)
                .map_err(|error| error.at(field.name.to_string()))?;
        }
        self.out.push('}');
        self.cursor.leave();
        Ok(())
    }

    fn union(&mut self, branches: &[NodeId]) -> Result<()> {
        let index = self.cursor.index(branches.len())?;
        let Some(&branch) = branches.get(index) else {
            return Ok(());
        };
        let kind = self.json.schema.kind(branch);
        if self.json.style.is_plain || matches!(kind, Kind::Null) {
            return self.value(branch);
        }
        self.out.push('{');
        write_string(kind.branch_name(), self.out);
        self.out.push(':');
        self.value(branch)?;
        self.out.push('}');
        Ok(())
    }
}

fn symbol<'e>(enumeration: &'e Enum, cursor: &mut Cursor<'_>) -> Result<&'e str> {
    let index = cursor.index(enumeration.symbols.len())?;
    Ok(enumeration.symbols.get(index).map_or("", |symbol| symbol))
}

/// As Java's `JsonEncoder` writes what JSON has no number for.
fn write_no_number(value: f64, out: &mut String) {
    out.push_str(match value {
        _ if value.is_nan() => "\"NaN\"",
        _ if value > 0.0 => "\"Infinity\"",
        _ => "\"-Infinity\"",
    });
}
