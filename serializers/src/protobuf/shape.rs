//! The shape of a field, as far as compatibility depends on it.

use std::fmt;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor, Syntax};
use prost_types::field_descriptor_proto;

/// The kind of value in the bytes of a field.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    Group(MessageDescriptor),
    Map(Number, Box<Shape>),
    Message(MessageDescriptor),
    Number(Number),
}

/// A type without fields, and those whose bytes read as each other's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number {
    pub(super) name: &'static str,
    pub(super) group: Group,
}

/// Types of one group may follow each other:
/// <https://protobuf.dev/programming-guides/proto3/#updating>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Double,
    Fixed32,
    Fixed64,
    Float,
    General,
    Signed,
    Text,
}

/// A label that the text spells out; proto3 need not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Optional,
    Repeated,
    Required,
}

impl Number {
    pub(super) fn is_text(self) -> bool {
        self.group == Group::Text
    }
}

impl Label {
    pub(super) fn name(label: Option<Self>) -> &'static str {
        match label {
            None => "single",
            Some(Self::Optional) => "optional",
            Some(Self::Repeated) => "repeated",
            Some(Self::Required) => "required",
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group(_) => f.write_str("a group"),
            Self::Map(..) => f.write_str("a map"),
            Self::Message(message) => write!(f, "message {:?}", message.full_name()),
            Self::Number(number) => f.write_str(number.name),
        }
    }
}

pub(super) fn shape(field: &FieldDescriptor) -> Shape {
    if let Kind::Message(entry) = field.kind()
        && field.is_map()
    {
        let key = number(&entry.map_entry_key_field().kind());
        let value = Box::new(shape(&entry.map_entry_value_field()));
        // A key is never a message: checked when the schema was compiled.
        return key.map_or(Shape::Message(entry), |key| Shape::Map(key, value));
    }
    match (field.kind(), number(&field.kind())) {
        (Kind::Message(message), _) if field.is_group() => Shape::Group(message),
        (Kind::Message(message), _) => Shape::Message(message),
        (_, Some(number)) => Shape::Number(number),
        (_, None) => Shape::Number(GENERAL),
    }
}

fn number(kind: &Kind) -> Option<Number> {
    let (name, group) = match kind {
        Kind::Bool => ("bool", Group::General),
        Kind::Bytes => ("bytes", Group::Text),
        Kind::Double => ("double", Group::Double),
        Kind::Enum(_) => ("an enum", Group::General),
        Kind::Fixed32 => ("fixed32", Group::Fixed32),
        Kind::Fixed64 => ("fixed64", Group::Fixed64),
        Kind::Float => ("float", Group::Float),
        Kind::Int32 => ("int32", Group::General),
        Kind::Int64 => ("int64", Group::General),
        Kind::Message(_) => return None,
        Kind::Sfixed32 => ("sfixed32", Group::Fixed32),
        Kind::Sfixed64 => ("sfixed64", Group::Fixed64),
        Kind::Sint32 => ("sint32", Group::Signed),
        Kind::Sint64 => ("sint64", Group::Signed),
        Kind::String => ("string", Group::Text),
        Kind::Uint32 => ("uint32", Group::General),
        Kind::Uint64 => ("uint64", Group::General),
    };
    Some(Number { name, group })
}

/// The label as the text has it: members of a oneof and maps have none.
pub(super) fn label(field: &FieldDescriptor) -> Option<Label> {
    if oneof_of(field).is_some() || field.is_map() {
        return None;
    }
    let proto = field.field_descriptor_proto();
    match proto.label() {
        field_descriptor_proto::Label::Repeated => Some(Label::Repeated),
        field_descriptor_proto::Label::Required => Some(Label::Required),
        field_descriptor_proto::Label::Optional => {
            let is_written = field.parent_file().syntax() == Syntax::Proto2;
            (is_written || proto.proto3_optional()).then_some(Label::Optional)
        }
    }
}

/// The name of the oneof that a field is in, but for those that only stand for `optional`.
pub(super) fn oneof_of(field: &FieldDescriptor) -> Option<String> {
    let oneof = field
        .containing_oneof()
        .filter(|oneof| !oneof.is_synthetic());
    oneof.map(|oneof| oneof.name().to_owned())
}

/// The fields outside of oneofs.
pub(super) fn top_fields(
    message: &MessageDescriptor,
) -> impl Iterator<Item = FieldDescriptor> + '_ {
    message.fields().filter(|field| oneof_of(field).is_none())
}

/// Returns whether the message reserves the number.
pub(super) fn reserves(message: &MessageDescriptor, number: u32) -> bool {
    message
        .reserved_ranges()
        .any(|range| range.contains(&number))
}

const GENERAL: Number = Number {
    name: "int64",
    group: Group::General,
};
