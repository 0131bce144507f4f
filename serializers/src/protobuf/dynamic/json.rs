//! ProtoJSON, <https://protobuf.dev/programming-guides/json/>: read by prost-reflect, written here,
//! since prost-reflect writes maps in an order of their own each time.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use prost::bytes::Bytes;
use prost_reflect::{
    DeserializeOptions, DynamicMessage, Kind, MapKey, MessageDescriptor, ReflectMessage,
    SerializeOptions, Value,
};
use serde::Serialize;
use serde::ser::{Error as _, SerializeMap, Serializer};
use serde_json::error::Category;

use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;

use super::super::nesting::on_stack;
use super::walk::Order;
use super::{any, encode};

/// Writes a message as JSON: fields by their JSON names, those that are not set left out.
///
/// # Errors
/// `Decode` for what has no JSON: an `Any` of an unknown type, a date out of range.
pub(super) fn write(message: &DynamicMessage, order: Option<&Order>) -> Result<String> {
    let json = Message { message, order };
    serde_json::to_string(&json).map_err(|_| {
        let message =
            "the message has no JSON: an `Any` of an unknown type, or a time out of range";
        Error::new(ErrorKind::Decode, message)
    })
}

/// Reads JSON as a message; unknown fields are refused.
///
/// # Errors
/// `Encode` with line and column; `LimitExceeded`; `Io` if no thread can be started for deeply
/// nested JSON.
pub(super) fn read(
    message: &MessageDescriptor,
    json: &str,
    limits: &Limits,
) -> Result<DynamicMessage> {
    limits.check_payload(json.as_bytes())?;
    let depth = check_depth(json, limits.depth)?;
    if depth <= SHALLOW {
        return parse(message, json);
    }
    // serde's frames are large where nothing is optimized: what nests deeper has its own stack.
    let stack = depth.saturating_mul(STACK_PER_LEVEL);
    on_stack(stack, "deeply nested JSON", || parse(message, json))
}

fn parse(message: &MessageDescriptor, json: &str) -> Result<DynamicMessage> {
    parse_text(message, json).or_else(|error| parse_filled(message, json).ok_or(error))
}

/// Reads JSON in which some `Any` is empty, or a field has a name that prost-reflect does not know.
fn parse_filled(message: &MessageDescriptor, json: &str) -> Option<DynamicMessage> {
    let mut json: serde_json::Value = serde_json::from_str(json).ok()?;
    if !any::fill(message, &mut json) {
        return None;
    }
    let options = DeserializeOptions::new();
    let read = DynamicMessage::deserialize_with_options(message.clone(), &json, &options);
    let mut read = read.ok()?;
    any::empty(&mut read);
    Some(read)
}

fn parse_text(message: &MessageDescriptor, json: &str) -> Result<DynamicMessage> {
    let mut input = serde_json::Deserializer::from_str(json);
    let options = DeserializeOptions::new();
    let read = DynamicMessage::deserialize_with_options(message.clone(), &mut input, &options);
    let read = read.and_then(|read| input.end().map(|()| read));
    read.map_err(|error| {
        let what = match error.classify() {
            Category::Data => "does not fit the message",
            Category::Eof => "is cut short",
            Category::Io | Category::Syntax => "is not valid JSON",
        };
        // serde's own messages may quote the offending value.
        let (name, line, column) = (message.full_name(), error.line(), error.column());
        let message = format!("{name}: the JSON text {what}, line {line} column {column}");
        Error::new(ErrorKind::Encode, message)
    })
}

/// Refuses JSON whose brackets nest too deeply, before anything recurses over it; returns how deep
/// they nest.
fn check_depth(json: &str, limit: usize) -> Result<usize> {
    let mut deepest = 0;
    let (mut depth, mut is_string, mut is_escaped) = (0_usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_string => is_escaped = true,
            b'"' => is_string = !is_string,
            _ if is_string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
        if depth > limit {
            let message = format!("JSON nests deeper than {limit}");
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
    }
    Ok(deepest)
}

struct Message<'a> {
    message: &'a DynamicMessage,
    order: Option<&'a Order>,
}

/// The value of one field, with the type of the field.
struct Field<'a> {
    value: &'a Value,
    kind: &'a Kind,
    number: u32,
    /// The order of the message that the field is in.
    order: Option<&'a Order>,
}

/// One item of a list.
struct Item<'a> {
    value: &'a Value,
    kind: &'a Kind,
    order: Option<&'a Order>,
}

/// Borrowed or not, depending on where a value was found.
struct Owned {
    value: Value,
    kind: Kind,
    number: u32,
}

impl Serialize for Message<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let descriptor = self.message.descriptor();
        match descriptor.full_name() {
            "google.protobuf.Any" => self.any(serializer),
            "google.protobuf.ListValue" => self.well_known(1, serializer),
            "google.protobuf.Struct" => self.well_known(1, serializer),
            "google.protobuf.Value" => self.value(serializer),
            name if is_scalar_in_json(name) => {
                let options = SerializeOptions::new();
                self.message.serialize_with_options(serializer, &options)
            }
            _ => {
                let mut map = serializer.serialize_map(None)?;
                self.fields(&mut map)?;
                map.end()
            }
        }
    }
}

impl Message<'_> {
    fn fields<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        for (field, value) in encode::fields(self.message) {
            let (kind, number) = (field.kind(), field.number());
            self.entry(map, field.json_name(), &value, &kind, number)?;
        }
        for (field, value) in self.message.extensions() {
            let (kind, number) = (field.kind(), field.number());
            self.entry(map, field.json_name(), value, &kind, number)?;
        }
        Ok(())
    }

    fn entry<M: SerializeMap>(
        &self,
        map: &mut M,
        name: &str,
        value: &Value,
        kind: &Kind,
        number: u32,
    ) -> Result<(), M::Error> {
        let order = self.order;
        let field = Field {
            value,
            kind,
            number,
            order,
        };
        map.serialize_entry(name, &field)
    }

    /// A message that is its one field.
    fn well_known<S: Serializer>(&self, number: u32, serializer: S) -> Result<S::Ok, S::Error> {
        let owned = self
            .owned(number)
            .ok_or_else(|| S::Error::custom("not well known"))?;
        owned.borrow(self.order).serialize(serializer)
    }

    fn owned(&self, number: u32) -> Option<Owned> {
        let field = self.message.descriptor().get_field(number)?;
        Some(Owned {
            value: self.message.get_field(&field).into_owned(),
            kind: field.kind(),
            number,
        })
    }

    /// A `google.protobuf.Value` is the value of whichever field is set.
    fn value<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = self.message.fields();
        let Some((field, value)) = fields.next() else {
            return serializer.serialize_none();
        };
        let (kind, number) = (field.kind(), field.number());
        let is_finite = match value {
            Value::F64(number) => number.is_finite(),
            _ => true,
        };
        if !is_finite {
            return Err(S::Error::custom("not a JSON number"));
        }
        let order = self.order;
        Field {
            value,
            kind: &kind,
            number,
            order,
        }
        .serialize(serializer)
    }

    fn any<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = |number| match self.owned(number).map(|owned| owned.value) {
            Some(Value::String(text)) => text,
            _ => String::new(),
        };
        let type_url = text(1);
        if type_url.is_empty() {
            return serializer.serialize_map(Some(0))?.end();
        }
        let inner = any::type_of(&self.message.descriptor(), &type_url);
        let inner = inner.ok_or_else(|| S::Error::custom("unknown type"))?;
        let bytes = match self.owned(2).map(|owned| owned.value) {
            Some(Value::Bytes(bytes)) => bytes,
            _ => Bytes::new(),
        };
        let message = DynamicMessage::decode(inner, bytes).map_err(S::Error::custom)?;
        let order = self.order.and_then(|order| order.any.as_deref());
        let inner = Message {
            message: &message,
            order,
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("@type", &type_url)?;
        match is_special(message.descriptor().full_name()) {
            true => map.serialize_entry("value", &inner)?,
            false => inner.fields(&mut map)?,
        }
        map.end()
    }
}

impl Owned {
    fn borrow<'a>(&'a self, order: Option<&'a Order>) -> Field<'a> {
        let Self {
            value,
            kind,
            number,
        } = self;
        Field {
            value,
            kind,
            number: *number,
            order,
        }
    }
}

impl Field<'_> {
    /// Writes the entries of a map in their order, and those that have none by their keys.
    fn map<S: Serializer>(
        &self,
        entries: &HashMap<MapKey, Value>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let Kind::Message(entry) = self.kind else {
            return Err(S::Error::custom("not a map"));
        };
        let kind = &entry.map_entry_value_field().kind();
        let found = |key| self.order.and_then(|order| order.entry(self.number, key));
        let mut sorted: Vec<_> = entries.iter().collect();
        sorted.sort_by_cached_key(|(key, _)| {
            let place = found(key).map_or(usize::MAX, |(place, _)| place);
            (place, (*key).clone())
        });
        serializer.collect_map(sorted.into_iter().map(|(key, value)| {
            let order = found(key).map(|(_, order)| order);
            (key_text(key), Item { value, kind, order })
        }))
    }
}

impl Serialize for Field<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, number) = (self.kind, self.number);
        let order = |index| self.order.and_then(|order| order.message(number, index));
        match self.value {
            Value::List(items) => {
                serializer.collect_seq(items.iter().enumerate().map(|(index, value)| Item {
                    value,
                    kind,
                    order: order(index),
                }))
            }
            Value::Map(entries) => self.map(entries, serializer),
            value => Item {
                value,
                kind,
                order: order(0),
            }
            .serialize(serializer),
        }
    }
}

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Bytes(bytes) => serializer.serialize_str(&STANDARD.encode(bytes)),
            Value::EnumNumber(number) => enumeration(self.kind, *number, serializer),
            Value::F32(value) => match value.is_finite() {
                true => serializer.serialize_f32(*value),
                false => serializer.serialize_str(not_finite((*value).into())),
            },
            Value::F64(value) => match value.is_finite() {
                true => serializer.serialize_f64(*value),
                false => serializer.serialize_str(not_finite(*value)),
            },
            Value::I32(value) => serializer.serialize_i32(*value),
            Value::I64(value) => serializer.collect_str(value),
            Value::Message(message) => {
                let order = self.order;
                Message { message, order }.serialize(serializer)
            }
            Value::String(text) => serializer.serialize_str(text),
            Value::U32(value) => serializer.serialize_u32(*value),
            Value::U64(value) => serializer.collect_str(value),
            Value::List(_) | Value::Map(_) => Err(S::Error::custom("a list in a list")),
        }
    }
}

/// By name; by number where it has none.
fn enumeration<S: Serializer>(kind: &Kind, number: i32, to: S) -> Result<S::Ok, S::Error> {
    let Kind::Enum(declared) = kind else {
        return Err(S::Error::custom("not an enum"));
    };
    match declared.get_value(number) {
        _ if declared.full_name() == "google.protobuf.NullValue" => to.serialize_none(),
        Some(value) => to.serialize_str(value.name()),
        None => to.serialize_i32(number),
    }
}

fn not_finite(value: f64) -> &'static str {
    match value {
        f64::INFINITY => "Infinity",
        f64::NEG_INFINITY => "-Infinity",
        _ => "NaN",
    }
}

fn key_text(key: &MapKey) -> String {
    match key {
        MapKey::Bool(key) => key.to_string(),
        MapKey::I32(key) => key.to_string(),
        MapKey::I64(key) => key.to_string(),
        MapKey::String(key) => key.clone(),
        MapKey::U32(key) => key.to_string(),
        MapKey::U64(key) => key.to_string(),
    }
}

/// Returns whether an `Any` of the type has its JSON under `value`.
pub(super) fn is_special(full_name: &str) -> bool {
    let names = ["Any", "Empty", "ListValue", "Struct", "Value"];
    is_scalar_in_json(full_name)
        || full_name
            .strip_prefix("google.protobuf.")
            .is_some_and(|name| names.contains(&name))
}

/// The types of `google/protobuf/` whose JSON is a single value. Source:
/// <https://protobuf.dev/programming-guides/json/#field-representation>.
fn is_scalar_in_json(full_name: &str) -> bool {
    let Some(name) = full_name.strip_prefix("google.protobuf.") else {
        return false;
    };
    let is_wrapper = || {
        name.strip_suffix("Value")
            .is_some_and(|of| WRAPPED.contains(&of))
    };
    matches!(name, "Duration" | "FieldMask" | "Timestamp") || is_wrapper()
}

const WRAPPED: [&str; 9] = [
    "Bool", "Bytes", "Double", "Float", "Int32", "Int64", "String", "UInt32", "UInt64",
];

/// As deep as JSON may nest on the caller's stack.
const SHALLOW: usize = 16;
/// Four times what a level was measured to take without optimization, and more for an `Any`.
const STACK_PER_LEVEL: usize = 64 << 10;
