//! Messages as bytes: as prost-reflect writes them, and negative zeros besides.
//!
//! A field without presence is left out if it has its default, and -0.0 is not 0.0
//! (<https://protobuf.dev/programming-guides/proto3/#default>). prost-reflect 0.16 compares them as
//! numbers and leaves both out: what was read as -0.0 would be written as nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;

use prost::Message as _;
use prost::encoding::{WireType, encode_key, encode_varint};
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, ReflectMessage, Value};

use super::settle::any_within;

/// Appends the message.
pub(super) fn append(message: &DynamicMessage, out: &mut Vec<u8>) {
    if !has_negative_zero(message) {
        message.encode_raw(out);
        return;
    }
    let mut rest = message.clone();
    for (field, value) in fields(message) {
        append_field(message, &field, &value, out);
        rest.clear_field(&field);
    }
    // Extensions, and fields that the schema does not have.
    rest.encode_raw(out);
}

/// The fields that are set, by number, those among them that are negative zeros.
pub(super) fn fields(message: &DynamicMessage) -> Vec<(FieldDescriptor, Cow<'_, Value>)> {
    let set = message.fields();
    let set = set.map(|(field, value)| (field, Cow::Borrowed(value)));
    let mut fields: Vec<_> = set.chain(negative_zeros(message)).collect();
    fields.sort_by_key(|(field, _)| field.number());
    fields
}

fn append_field(
    message: &DynamicMessage,
    field: &FieldDescriptor,
    value: &Value,
    out: &mut Vec<u8>,
) {
    match value {
        _ if is_negative_zero(value) => append_zero(field.number(), value, out),
        Value::List(items) if holds_negative_zero(value) => {
            for item in items {
                if let Value::Message(inner) = item {
                    append_message(field, inner, out);
                }
            }
        }
        Value::Map(entries) if holds_negative_zero(value) => {
            if let Kind::Message(entry) = field.kind() {
                // In the order of their keys.
                for (key, value) in entries.iter().collect::<BTreeMap<_, _>>() {
                    let mut inner = DynamicMessage::new(entry.clone());
                    inner.set_field(&entry.map_entry_key_field(), key.clone().into());
                    inner.set_field(&entry.map_entry_value_field(), value.clone());
                    append_message(field, &inner, out);
                }
            }
        }
        Value::Message(inner) if has_negative_zero(inner) => append_message(field, inner, out),
        _ => {
            let mut alone = DynamicMessage::new(message.descriptor());
            alone.set_field(field, value.clone());
            alone.encode_raw(out);
        }
    }
}

fn append_message(field: &FieldDescriptor, inner: &DynamicMessage, out: &mut Vec<u8>) {
    let number = field.number();
    if field.is_group() {
        encode_key(number, WireType::StartGroup, out);
        append(inner, out);
        encode_key(number, WireType::EndGroup, out);
        return;
    }
    let mut bytes = Vec::new();
    append(inner, &mut bytes);
    encode_key(number, WireType::LengthDelimited, out);
    encode_varint(bytes.len() as u64, out);
    out.extend_from_slice(&bytes);
}

fn append_zero(number: u32, value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::F32(value) => {
            encode_key(number, WireType::ThirtyTwoBit, out);
            out.extend_from_slice(&value.to_le_bytes());
        }
        Value::F64(value) => {
            encode_key(number, WireType::SixtyFourBit, out);
            out.extend_from_slice(&value.to_le_bytes());
        }
        _ => {}
    }
}

/// The fields that are -0.0, which prost-reflect takes as not set.
fn negative_zeros(
    message: &DynamicMessage,
) -> impl Iterator<Item = (FieldDescriptor, Cow<'_, Value>)> {
    let fields: Vec<_> = message.descriptor().fields().collect();
    fields.into_iter().filter_map(|field| {
        let may_be = !field.is_list()
            && !field.supports_presence()
            && matches!(field.kind(), Kind::Double | Kind::Float);
        let value = may_be.then(|| message.get_field(&field).into_owned())?;
        is_negative_zero(&value).then_some((field, Cow::Owned(value)))
    })
}

/// Returns whether a field of the message, or of one in it, would be lost.
fn has_negative_zero(message: &DynamicMessage) -> bool {
    negative_zeros(message).next().is_some()
        || message
            .fields()
            .any(|(_, value)| holds_negative_zero(value))
}

fn holds_negative_zero(value: &Value) -> bool {
    match value {
        Value::List(items) => {
            let is_message = |item: &&Value| matches!(item, Value::Message(_));
            items.iter().filter(is_message).any(holds_negative_zero)
        }
        // An entry is a message whose value has no presence.
        Value::Map(entries) => entries
            .values()
            .any(|value| is_negative_zero(value) || holds_negative_zero(value)),
        Value::Message(inner) => has_negative_zero(inner),
        _ => false,
    }
}

fn is_negative_zero(value: &Value) -> bool {
    match value {
        Value::F32(value) => value.to_bits() == (-0.0_f32).to_bits(),
        Value::F64(value) => value.to_bits() == (-0.0_f64).to_bits(),
        _ => false,
    }
}

/// Returns whether a message, or one in it, has a field that may be a negative zero without
/// presence.
pub(super) fn may_have_negative_zero(message: &prost_reflect::MessageDescriptor) -> bool {
    any_within(message, |message| {
        message.fields().any(|field| {
            let is_float = matches!(field.kind(), Kind::Double | Kind::Float);
            is_float && !field.is_list() && !field.supports_presence()
        })
    })
}
