//! Avro's binary encoding: <https://avro.apache.org/docs/1.12.0/specification/#binary-encoding>.

use wireform_registry::ResolvedSchema;

use super::rules::parse_resolved;
use super::schema::{Kind, LogicalType, NodeId, Schema};
use crate::dynamic::{Annotations, Step, Walk, quoted};
use crate::error::Result;
use crate::varint::unzigzag;

/// The parts of a datum.
pub(super) fn annotate(schema: &ResolvedSchema, datum: &[u8]) -> Result<Annotations> {
    let schema = parse_resolved(schema)?;
    let kind = schema.kind(schema.root());
    let mut walk = Walk::new(datum);
    let path = schema.full_name().unwrap_or("value").to_owned();
    let end = walk.value(&schema, schema.root(), &path);
    Ok(walk.finish(schema.full_name().unwrap_or(kind.branch_name()), &end))
}

impl<'b> Walk<'b> {
    fn value(&mut self, schema: &Schema, id: NodeId, path: &str) -> Step {
        self.enter()?;
        match &schema.node(id).kind {
            Kind::Record(record) => {
                for field in &record.fields {
                    self.value(schema, field.schema, &format!("{path}.{}", field.name))?;
                }
            }
            Kind::Array(items) => self.blocks(schema, *items, false, path)?,
            Kind::Map(values) => self.blocks(schema, *values, true, path)?,
            Kind::Union(branches) => self.union(schema, branches, path)?,
            _ => self.scalar(schema, id, path)?,
        }
        self.depth -= 1;
        Ok(())
    }

    fn union(&mut self, schema: &Schema, branches: &[NodeId], path: &str) -> Step {
        let start = self.at;
        let index = self.long(path)?;
        let branch = usize::try_from(index).ok().and_then(|at| branches.get(at));
        let Some(branch) = branch else {
            return self.stop(start, &format!("{path}: the union has no branch {index}"));
        };
        let name = schema.node(*branch).kind.branch_name();
        self.say(start, format!("{path}: union, branch {index}: {name}"))?;
        match &schema.node(*branch).kind {
            Kind::Null => Ok(()),
            _ => self.value(schema, *branch, path),
        }
    }

    fn blocks(&mut self, schema: &Schema, item: NodeId, is_map: bool, path: &str) -> Step {
        let kind = if is_map { "map" } else { "array" };
        let mut number = 0_u64;
        loop {
            let start = self.at;
            let count = self.long(path)?;
            if count == 0 {
                return self.say(start, format!("{path}: {kind}, end"));
            }
            let mut what = format!("{path}: {kind}, block of {}", count.unsigned_abs());
            if count < 0 {
                let size = self.long(path)?;
                what = format!("{what} in {size} bytes");
            }
            self.say(start, what)?;
            for _ in 0..count.unsigned_abs() {
                let mut inner = format!("{path}[{number}]");
                if is_map {
                    let start = self.at;
                    let key = self.text(&inner)?;
                    self.say(start, format!("{inner}: key {key}"))?;
                    inner = format!("{path}[{key}]");
                }
                let before = self.parts.len();
                self.value(schema, item, &inner)?;
                // Items without bytes and parts would go on for ever.
                if self.parts.len() == before && !is_map {
                    self.say(self.at, format!("{inner}: nothing"))?;
                }
                number += 1;
            }
        }
    }

    fn scalar(&mut self, schema: &Schema, id: NodeId, path: &str) -> Step {
        let node = schema.node(id);
        let start = self.at;
        let shown = match &node.kind {
            Kind::Null => return Ok(()),
            Kind::Boolean => match self.take(1, path)? {
                [0] => "boolean false".to_owned(),
                [1] => "boolean true".to_owned(),
                _ => return self.stop(start, &format!("{path}: neither false nor true")),
            },
            Kind::Int => format!("int {}", self.long(path)?),
            Kind::Long => format!("long {}", self.long(path)?),
            Kind::Float => match self.take(4, path)?.first_chunk() {
                Some(bytes) => format!("float {}", f32::from_le_bytes(*bytes)),
                None => return Ok(()),
            },
            Kind::Double => match self.take(8, path)?.first_chunk() {
                Some(bytes) => format!("double {}", f64::from_le_bytes(*bytes)),
                None => return Ok(()),
            },
            Kind::Bytes => format!("bytes, {} of them", self.run(path)?.len()),
            Kind::String => format!("string {}", self.text(path)?),
            Kind::Fixed(fixed) => {
                self.take(fixed.size as u64, path)?;
                format!("fixed {}, {} bytes", fixed.name, fixed.size)
            }
            Kind::Enum(of) => {
                let index = self.long(path)?;
                let symbol = usize::try_from(index)
                    .ok()
                    .and_then(|at| of.symbols.get(at));
                match symbol {
                    Some(symbol) => format!("enum, symbol {index}: {symbol}"),
                    None => return self.stop(start, &format!("{path}: no symbol {index}")),
                }
            }
            _ => return Ok(()),
        };
        let logical = node.logical.as_ref().map_or_else(String::new, logical);
        self.say(start, format!("{path}: {shown}{logical}"))
    }

    /// A length, and as many bytes.
    fn run(&mut self, path: &str) -> Step<&'b [u8]> {
        let start = self.at;
        match u64::try_from(self.long(path)?) {
            Ok(length) => self.take(length, path),
            Err(_) => self.stop(start, &format!("{path}: a negative length")),
        }
    }

    fn text(&mut self, path: &str) -> Step<String> {
        self.run(path).map(quoted)
    }

    /// A zigzag varint.
    fn long(&mut self, path: &str) -> Step<i64> {
        self.varint(path).map(unzigzag)
    }
}

fn logical(logical: &LogicalType) -> String {
    format!(" ({})", logical.as_str())
}
