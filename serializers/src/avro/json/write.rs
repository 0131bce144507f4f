//! Avro data to JSON text.

use super::number::{write_double, write_float, write_integer};
use super::text::{write_bytes, write_string, write_utf8};
use super::{AvroJson, logical, too_long};
use crate::avro::read::Cursor;
use crate::avro::schema::{Field, Kind, NodeId};
use crate::avro::transcode::item_path;
use crate::error::Result;

/// Appends one value; what it leaves in `cursor` is the caller's to check.
pub(super) fn write(json: &AvroJson, cursor: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<()> {
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
    out: &'o mut Vec<u8>,
    /// How long `out` may become.
    max: usize,
}

impl<'j> Writer<'j, '_, '_, '_> {
    fn value(&mut self, id: NodeId) -> Result<()> {
        let node = self.json.schema.node(id);
        match (&node.kind, node.logical) {
            (Kind::Array(items), _) => self.blocks(*items, false)?,
            (Kind::Map(values), _) => self.blocks(*values, true)?,
            (Kind::Record(record), _) => self.record(id, &record.fields)?,
            (Kind::Union(branches), _) => self.union(branches)?,
            (kind, Some(logical)) if self.json.style.is_readable => {
                logical::write(kind, logical, self.cursor, self.out)?;
            }
            (Kind::Enum(enumeration), _) => self.symbol(id, enumeration.symbols.len())?,
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
            Kind::Boolean => out.extend_from_slice(match cursor.boolean()? {
                true => b"true",
                false => b"false",
            }),
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
            Kind::String => self.string()?,
            Kind::Fixed(fixed) => write_bytes(cursor.fixed(fixed.size)?, out),
            _ => out.extend_from_slice(b"null"),
        }
        Ok(())
    }

    #[inline]
    fn string(&mut self) -> Result<()> {
        let bytes = self.cursor.bytes()?;
        write_utf8(bytes, self.out).ok_or_else(|| self.cursor.no_utf8())
    }

    fn blocks(&mut self, item: NodeId, is_map: bool) -> Result<()> {
        self.cursor.enter()?;
        let min_size = self.json.sizes.of(item) + usize::from(is_map);
        self.out.push(if is_map { b'{' } else { b'[' });
        let mut place = 0;
        while let Some(block) = self.cursor.block(min_size)? {
            for _ in 0..block.items {
                if place > 0 {
                    self.out.push(b',');
                }
                self.item(item, is_map)
                    .map_err(|error| error.at(item_path(place, is_map)))?;
                place += 1;
            }
        }
        self.out.push(if is_map { b'}' } else { b']' });
        self.cursor.leave();
        Ok(())
    }

    fn item(&mut self, item: NodeId, is_map: bool) -> Result<()> {
        if is_map {
            self.string()?;
            self.out.push(b':');
        }
        self.value(item)
    }

    fn record(&mut self, id: NodeId, fields: &'j [Field]) -> Result<()> {
        self.cursor.enter_record(fields.len())?;
        for (name, field) in self.json.names.of(id).iter().zip(fields) {
            self.out.extend_from_slice(name);
            self.value(field.schema)
                .map_err(|error| error.at(field.name.to_string()))?;
        }
        let end: &[u8] = if fields.is_empty() { b"{}" } else { b"}" };
        self.out.extend_from_slice(end);
        self.cursor.leave();
        Ok(())
    }

    fn symbol(&mut self, id: NodeId, symbols: usize) -> Result<()> {
        let index = self.cursor.index(symbols)?;
        let symbol = self.json.names.of(id).get(index);
        self.out.extend_from_slice(symbol.map_or(b"", |name| name));
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
        self.out.push(b'{');
        write_string(kind.branch_name(), self.out);
        self.out.push(b':');
        self.value(branch)?;
        self.out.push(b'}');
        Ok(())
    }
}

/// As Java's `JsonEncoder` writes what JSON has no number for.
fn write_no_number(value: f64, out: &mut Vec<u8>) {
    let name = match value {
        _ if value.is_nan() => "\"NaN\"",
        _ if value > 0.0 => "\"Infinity\"",
        _ => "\"-Infinity\"",
    };
    out.extend_from_slice(name.as_bytes());
}
