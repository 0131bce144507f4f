//! ProtoJSON that prost-reflect 0.16 does not read: an `Any` that is empty, `{}`, and fields by names
//! that they have in the schema alone.

use prost::bytes::Bytes;
use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, ReflectMessage, Value};
use serde_json::{Map, Value as Json};

use super::super::pool::renamed_field;
use super::{encode, json};

/// Puts a type into every empty `Any` of `json`, which is of `message`, and gives fields the names
/// that prost-reflect knows; `false` if it changed nothing.
///
/// The type is `message` itself, since that is known to be there.
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
    if message.full_name() == ANY {
        return fill_any(message, members, type_url);
    }
    if message.full_name().starts_with(WELL_KNOWN) {
        return false;
    }
    fill_fields(message, members, type_url)
}

fn fill_any(any: &MessageDescriptor, members: &mut Map<String, Json>, type_url: &str) -> bool {
    if members.is_empty() {
        members.insert(TYPE.to_owned(), type_url.into());
        return true;
    }
    let found = members.get(TYPE).and_then(Json::as_str);
    let Some(inner) = found.and_then(|type_url| type_of(any, type_url)) else {
        return false;
    };
    if !json::is_special(inner.full_name()) {
        return fill_fields(&inner, members, type_url);
    }
    let value = members.get_mut("value");
    value.is_some_and(|value| fill_message(&inner, value, type_url))
}

fn fill_fields(
    message: &MessageDescriptor,
    members: &mut Map<String, Json>,
    type_url: &str,
) -> bool {
    let mut is_filled = rename_fields(message, members);
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

/// A field that is there by its JSON name, too, is left for prost-reflect to refuse.
fn rename_fields(message: &MessageDescriptor, members: &mut Map<String, Json>) -> bool {
    let renamed = members.keys().filter_map(|name| {
        let is_known = message.get_field_by_json_name(name).is_some();
        let field = renamed_field(message, name).filter(|_| !is_known)?;
        let json_name = field.json_name();
        (!members.contains_key(json_name)).then(|| (name.clone(), json_name.to_owned()))
    });
    let renamed: Vec<_> = renamed.collect();
    for (name, json_name) in &renamed {
        if let Some(value) = members.remove(name) {
            members.insert(json_name.clone(), value);
        }
    }
    !renamed.is_empty()
}

/// The message that an `Any` holds.
pub(super) fn type_of(any: &MessageDescriptor, type_url: &str) -> Option<MessageDescriptor> {
    let name = type_url.rsplit('/').next().unwrap_or_default();
    any.parent_pool().get_message_by_name(name)
}

/// Tells whether there was such an `Any`.
fn empty_message(message: &mut DynamicMessage, type_url: &str) -> bool {
    if message.descriptor().full_name() == ANY {
        return empty_any(message, type_url);
    }
    let mut is_changed = false;
    for (_, value) in message.fields_mut() {
        is_changed |= empty_value(value, type_url);
    }
    is_changed
}

fn empty_any(any: &mut DynamicMessage, type_url: &str) -> bool {
    let descriptor = any.descriptor();
    let (Some(found), Some(bytes)) = (any.get_field_by_number(1), any.get_field_by_number(2))
    else {
        return false;
    };
    let (Some(found), Some(bytes)) = (found.as_str(), bytes.as_bytes()) else {
        return false;
    };
    if found == type_url {
        *any = DynamicMessage::new(descriptor);
        return true;
    }
    if !contains(bytes, type_url.as_bytes()) {
        return false;
    }
    let inner = type_of(&descriptor, found);
    let inner = inner.and_then(|inner| DynamicMessage::decode(inner, bytes.clone()).ok());
    let Some(mut inner) = inner else {
        return false;
    };
    let is_changed = empty_message(&mut inner, type_url);
    if is_changed {
        let mut bytes = Vec::new();
        encode::append(&inner, &mut bytes);
        any.set_field_by_number(2, Value::Bytes(Bytes::from(bytes)));
    }
    is_changed
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn empty_value(value: &mut Value, type_url: &str) -> bool {
    let mut is_changed = false;
    let mut empty = |value: &mut Value| is_changed |= empty_value(value, type_url);
    match value {
        Value::List(items) => items.iter_mut().for_each(&mut empty),
        Value::Map(entries) => entries.values_mut().for_each(&mut empty),
        Value::Message(inner) => return empty_message(inner, type_url),
        _ => {}
    }
    is_changed
}

const ANY: &str = "google.protobuf.Any";
const TYPE: &str = "@type";
const WELL_KNOWN: &str = "google.protobuf.";
/// The prefix of the type until the message is read.
const PREFIX: &str = "wireform.empty";
