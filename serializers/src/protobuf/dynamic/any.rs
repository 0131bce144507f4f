//! ProtoJSON with an `Any` that is empty, `{}`: prost-reflect 0.16 reads none without a type.

use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, ReflectMessage, Value};
use serde_json::Value as Json;

/// Puts a type into every empty `Any` of `json`, which is of `message`; `false` if it has none.
///
/// The type is `message` itself, since that is known to be there. An `Any` in an `Any` is left alone.
pub(super) fn fill(message: &MessageDescriptor, json: &mut Json) -> bool {
    if message.full_name().starts_with(WELL_KNOWN) {
        return false;
    }
    fill_message(message, json, &type_url(message))
}

/// Takes the type out of every `Any` that [`fill`] put it into.
pub(super) fn empty(message: &mut DynamicMessage) {
    let type_url = type_url(&message.descriptor());
    empty_message(message, &type_url);
}

fn type_url(message: &MessageDescriptor) -> String {
    format!("{PREFIX}/{}", message.full_name())
}

fn fill_message(message: &MessageDescriptor, json: &mut Json, type_url: &str) -> bool {
    let Json::Object(members) = json else {
        return false;
    };
    if message.full_name() == ANY && members.is_empty() {
        members.insert("@type".to_owned(), type_url.into());
        return true;
    }
    if message.full_name().starts_with(WELL_KNOWN) {
        return false;
    }
    let mut is_filled = false;
    for (name, value) in members {
        let field = message.get_field_by_json_name(name);
        let Some(field) = field.or_else(|| message.get_field_by_name(name)) else {
            continue;
        };
        let Kind::Message(inner) = field.kind() else {
            continue;
        };
        let mut fill = |inner: &MessageDescriptor, value: &mut Json| {
            is_filled |= fill_message(inner, value, type_url);
        };
        match (value, field.is_map()) {
            (Json::Object(entries), true) => {
                if let Kind::Message(inner) = inner.map_entry_value_field().kind() {
                    entries.values_mut().for_each(|value| fill(&inner, value));
                }
            }
            (Json::Array(items), false) => items.iter_mut().for_each(|item| fill(&inner, item)),
            (value, _) => fill(&inner, value),
        }
    }
    is_filled
}

fn empty_message(message: &mut DynamicMessage, type_url: &str) {
    if message.descriptor().full_name() == ANY {
        let found = message.get_field_by_number(1);
        if found.is_some_and(|found| found.as_str() == Some(type_url)) {
            *message = DynamicMessage::new(message.descriptor());
        }
        return;
    }
    for (_, value) in message.fields_mut() {
        empty_value(value, type_url);
    }
}

fn empty_value(value: &mut Value, type_url: &str) {
    match value {
        Value::List(items) => items
            .iter_mut()
            .for_each(|item| empty_value(item, type_url)),
        Value::Map(entries) => entries
            .values_mut()
            .for_each(|value| empty_value(value, type_url)),
        Value::Message(inner) => empty_message(inner, type_url),
        _ => {}
    }
}

const ANY: &str = "google.protobuf.Any";
const WELL_KNOWN: &str = "google.protobuf.";
/// What stands before the type until the message is read.
const PREFIX: &str = "wireform.empty";
