//! Default values: JSON in the schema's text, checked and turned into a datum once, at parsing.

use std::collections::BTreeMap;

use super::node::{Enum, Fixed, Kind, Node, NodeId, Record};
use crate::avro::rules::json_tree::{self, double_of_text};
use crate::avro::write;
use crate::error::{Error, ErrorKind, Result};

/// The datum of type `id` that `json` describes.
///
/// `has_texts`: Java reads a string with `Double.valueOf` where the field itself is a number, which
/// the specification does not allow.
pub(super) fn encode(nodes: &[Node], id: NodeId, json: &str, has_texts: bool) -> Result<Box<[u8]>> {
    let mut value = Json::of(json);
    let kind = nodes.get(id.index()).map(|node| &node.kind);
    if has_texts
        && let (Some(Kind::Float | Kind::Double), Json::Text(text)) = (kind, &value)
        && let Some(number) = double_of_text(text)
    {
        value = Json::Raw(json_tree::java_double(number));
    }
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

/// A default in JSON, whose members are found by their names.
enum Json {
    Array(Vec<Self>),
    Object(BTreeMap<String, Self>),
    /// As in [`json_tree::Value`].
    Raw(String),
    Text(String),
}

impl Json {
    fn of(text: &str) -> Self {
        // Deeper values are refused when they are written.
        json_tree::Value::parse_within(text, MAX_DEPTH).into()
    }
}

impl From<json_tree::Value> for Json {
    fn from(value: json_tree::Value) -> Self {
        use json_tree::Value;
        match value {
            Value::Array(items) => Self::Array(items.into_iter().map(Self::from).collect()),
            Value::Object(members) => {
                let members = members.into_iter();
                Self::Object(members.map(|(key, value)| (key, value.into())).collect())
            }
            Value::Raw(text) => Self::Raw(text),
            Value::Text(text) => Self::Text(text),
        }
    }
}

impl<'n> Encoder<'n> {
    fn write(&mut self, id: NodeId, value: &Json) -> Result<()> {
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

    fn write_kind(&mut self, kind: &'n Kind, value: &Json) -> Result<()> {
        let no = || no(kind.type_name());
        match (kind, value) {
            (Kind::Null, Json::Raw(value)) if value == "null" => {}
            (Kind::Boolean, Json::Raw(value)) => {
                let value: bool = value.parse().map_err(|_| no())?;
                self.out.push(u8::from(value));
            }
            (Kind::Int, Json::Raw(value)) => {
                write::int(value.parse().map_err(|_| no())?, &mut self.out);
            }
            (Kind::Long, Json::Raw(value)) => {
                write::long(value.parse().map_err(|_| no())?, &mut self.out);
            }
            (Kind::Float, value) => {
                let value = double(value).ok_or_else(no)?;
                #[allow(
                    clippy::cast_possible_truncation,
                    reason = "a float is what is asked for"
                )]
                self.out.extend_from_slice(&(value as f32).to_le_bytes());
            }
            (Kind::Double, value) => {
                let value = double(value).ok_or_else(no)?;
                self.out.extend_from_slice(&value.to_le_bytes());
            }
            (Kind::String, Json::Text(text)) => write::bytes(text.as_bytes(), &mut self.out),
            (Kind::Bytes, Json::Text(text)) => write::bytes(&latin1(text)?, &mut self.out),
            (Kind::Fixed(fixed), Json::Text(text)) => self.fixed(fixed, text)?,
            (Kind::Enum(enumeration), Json::Text(symbol)) => self.symbol(enumeration, symbol)?,
            (Kind::Array(items), Json::Array(values)) => self.array(*items, values)?,
            (Kind::Map(values), Json::Object(entries)) => self.map(*values, entries)?,
            (Kind::Record(record), Json::Object(fields)) => self.record(record, fields)?,
            (Kind::Union(branches), value) => self.union(branches, value)?,
            _ => return Err(no()),
        }
        Ok(())
    }

    fn fixed(&mut self, fixed: &Fixed, text: &str) -> Result<()> {
        let bytes = latin1(text)?;
        if bytes.len() != fixed.size {
            return Err(no("fixed: wrong length"));
        }
        self.out.extend_from_slice(&bytes);
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

    fn array(&mut self, items: NodeId, values: &[Json]) -> Result<()> {
        if !values.is_empty() {
            write::count(values.len(), &mut self.out);
        }
        for value in values {
            self.write(items, value)?;
        }
        self.out.push(0);
        Ok(())
    }

    fn map(&mut self, values: NodeId, entries: &BTreeMap<String, Json>) -> Result<()> {
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

    fn record(&mut self, record: &'n Record, given: &BTreeMap<String, Json>) -> Result<()> {
        for field in &record.fields {
            let own;
            let value = match (given.get(&*field.name), &field.default) {
                (Some(value), _) => value,
                (None, Some(default)) => {
                    own = Json::of(&default.json);
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
    fn union(&mut self, branches: &'n [NodeId], value: &Json) -> Result<()> {
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

/// A number, as in Java infinite if it is too large, or one of the three that JSON has no number for.
fn double(value: &Json) -> Option<f64> {
    match value {
        Json::Raw(number) if number.ends_with(|c: char| c.is_ascii_digit()) => number.parse().ok(),
        Json::Raw(text) => not_finite(text.strip_prefix('"')?.strip_suffix('"')?),
        Json::Text(text) => not_finite(text),
        _ => None,
    }
}

fn not_finite(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// Code points 0 to 255 are the bytes 0 to 255.
fn latin1(text: &str) -> Result<Vec<u8>> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).map_err(|_| no("bytes: code point over 255")))
        .collect()
}

fn no(expected: &str) -> Error {
    invalid(&format!("the default value is not valid for {expected}"))
}

fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::InvalidSchema, message.to_owned())
}

const MAX_DEPTH: usize = 64;
const LEAST_LIMIT: usize = 256 << 10;
