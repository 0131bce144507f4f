//! Default values: JSON in the schema's text, checked and turned into a datum once, at parsing.

use serde_json::Value;

use super::node::{Enum, Kind, Node, NodeId, Record};
use crate::avro::write;
use crate::error::{Error, ErrorKind, Result};

/// The datum of type `id` that `json` describes.
pub(super) fn encode(nodes: &[Node], id: NodeId, json: &str) -> Result<Box<[u8]>> {
    let value = serde_json::from_str(json).map_err(|_| invalid("not readable JSON"))?;
    let mut encoder = Encoder {
        nodes,
        out: Vec::new(),
        depth: 0,
        values: 0,
        most: json.len().saturating_mul(2).max(LEAST_LIMIT),
    };
    encoder.write(id, &value)?;
    Ok(encoder.out.into_boxed_slice())
}

struct Encoder<'n> {
    nodes: &'n [Node],
    out: Vec<u8>,
    depth: usize,
    values: usize,
    /// The most values, and the most bytes: defaults of inner records multiply, with or without
    /// bytes.
    most: usize,
}

impl<'n> Encoder<'n> {
    fn write(&mut self, id: NodeId, value: &Value) -> Result<()> {
        self.depth += 1;
        self.values += 1;
        if self.depth > MAX_DEPTH || self.out.len() > self.most || self.values > self.most {
            return Err(Error::new(
                ErrorKind::LimitExceeded,
                "the default value is too large",
            ));
        }
        let written = self.write_kind(self.kind(id)?, value);
        self.depth -= 1;
        written
    }

    fn write_kind(&mut self, kind: &'n Kind, value: &Value) -> Result<()> {
        match (kind, value) {
            (Kind::Null, Value::Null) => {}
            (Kind::Boolean, Value::Bool(value)) => self.out.push(u8::from(*value)),
            (Kind::Int, value) => write::int(int(value).ok_or_else(|| no("int"))?, &mut self.out),
            (Kind::Long, value) => {
                write::long(value.as_i64().ok_or_else(|| no("long"))?, &mut self.out);
            }
            (Kind::Float, value) => {
                let value = double(value).ok_or_else(|| no("float"))?;
                #[allow(
                    clippy::cast_possible_truncation,
                    reason = "a float is what is asked for"
                )]
                self.out.extend_from_slice(&(value as f32).to_le_bytes());
            }
            (Kind::Double, value) => {
                let value = double(value).ok_or_else(|| no("double"))?;
                self.out.extend_from_slice(&value.to_le_bytes());
            }
            (Kind::String, Value::String(text)) => write::bytes(text.as_bytes(), &mut self.out),
            (Kind::Bytes, Value::String(text)) => write::bytes(&latin1(text)?, &mut self.out),
            (Kind::Fixed(fixed), Value::String(text)) => {
                let bytes = latin1(text)?;
                if bytes.len() != fixed.size {
                    return Err(no("fixed: wrong length"));
                }
                self.out.extend_from_slice(&bytes);
            }
            (Kind::Enum(enumeration), Value::String(symbol)) => self.symbol(enumeration, symbol)?,
            (Kind::Array(items), Value::Array(values)) => self.array(*items, values)?,
            (Kind::Map(values), Value::Object(entries)) => self.map(*values, entries)?,
            (Kind::Record(record), Value::Object(fields)) => self.record(record, fields)?,
            (Kind::Union(branches), value) => self.union(branches, value)?,
            (kind, _) => return Err(no(kind.type_name())),
        }
        Ok(())
    }

    fn symbol(&mut self, enumeration: &Enum, symbol: &str) -> Result<()> {
        let index = enumeration
            .symbols
            .iter()
            .position(|known| &**known == symbol);
        write::count(
            index.ok_or_else(|| no("enum: unknown symbol"))?,
            &mut self.out,
        );
        Ok(())
    }

    fn array(&mut self, items: NodeId, values: &[Value]) -> Result<()> {
        if !values.is_empty() {
            write::count(values.len(), &mut self.out);
        }
        for value in values {
            self.write(items, value)?;
        }
        self.out.push(0);
        Ok(())
    }

    fn map(&mut self, values: NodeId, entries: &serde_json::Map<String, Value>) -> Result<()> {
        if !entries.is_empty() {
            write::count(entries.len(), &mut self.out);
        }
        for (key, value) in entries {
            write::bytes(key.as_bytes(), &mut self.out);
            self.write(values, value)?;
        }
        self.out.push(0);
        Ok(())
    }

    fn record(&mut self, record: &'n Record, given: &serde_json::Map<String, Value>) -> Result<()> {
        for field in &record.fields {
            let own;
            let value = match (given.get(&*field.name), &field.default) {
                (Some(value), _) => value,
                (None, Some(default)) => {
                    own = serde_json::from_str(&default.json)
                        .map_err(|_| invalid("not readable JSON"))?;
                    &own
                }
                (None, None) => {
                    return Err(invalid(&format!("field {:?} is missing", field.name)));
                }
            };
            self.write(field.schema, value)?;
        }
        Ok(())
    }

    /// Specification 1.12: a default may be of any branch. The first that takes it, as in Java.
    fn union(&mut self, branches: &'n [NodeId], value: &Value) -> Result<()> {
        let start = self.out.len();
        let depth = self.depth;
        for (index, branch) in branches.iter().enumerate() {
            write::count(index, &mut self.out);
            match self.write(*branch, value) {
                Ok(()) => return Ok(()),
                Err(error) if error.kind() == ErrorKind::LimitExceeded => return Err(error),
                Err(_) => self.out.truncate(start),
            }
            self.depth = depth;
        }
        Err(no("any branch of the union"))
    }

    fn kind(&self, id: NodeId) -> Result<&'n Kind> {
        self.nodes
            .get(id.index())
            .map(|node| &node.kind)
            .ok_or_else(|| invalid("unknown type"))
    }
}

fn int(value: &Value) -> Option<i32> {
    value.as_i64().and_then(|value| value.try_into().ok())
}

/// A number, or one of the three that JSON has no number for.
fn double(value: &Value) -> Option<f64> {
    match value.as_str() {
        None => value.as_f64(),
        Some("NaN") => Some(f64::NAN),
        Some("Infinity") => Some(f64::INFINITY),
        Some("-Infinity") => Some(f64::NEG_INFINITY),
        Some(_) => None,
    }
}

/// Code points 0 to 255 are the bytes 0 to 255.
fn latin1(text: &str) -> Result<Vec<u8>> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).map_err(|_| no("bytes: code point over 255")))
        .collect()
}

fn no(expected: &str) -> Error {
    invalid(&format!("the default value is no {expected}"))
}

fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::InvalidSchema, message.to_owned())
}

const MAX_DEPTH: usize = 64;
const LEAST_LIMIT: usize = 256 << 10;
