//! From a registered text to its descriptor, and what its messages are called.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use prost::Message;
use prost_types::field_descriptor_proto::Type;
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto, MessageOptions};

use crate::error::{Error, ErrorKind, Result};
use crate::frame::MessageIndex;

use super::nesting;

/// Parses a registered Protobuf schema: `.proto` text, or the base64 `FileDescriptorProto` that
/// Confluent's Python, Go, JavaScript and .NET clients register.
///
/// Type names of a text come back as they stand in it: imports are not read.
pub(super) fn parse(name: &str, text: &str) -> Result<FileDescriptorProto> {
    if text.len() > MAX_TEXT {
        let message = format!("schema text of {} bytes is over {MAX_TEXT}", text.len());
        return Err(Error::new(ErrorKind::LimitExceeded, message));
    }
    match decode_base64(text) {
        Some(bytes) => FileDescriptorProto::decode(bytes.as_slice()).map_err(|error| {
            let message = "the schema is base64, but not of a FileDescriptorProto";
            Error::new(ErrorKind::InvalidSchema, message).with_source(error)
        }),
        None => parse_text(name, text),
    }
}

fn parse_text(name: &str, text: &str) -> Result<FileDescriptorProto> {
    nesting::check(text)?;
    let file = protox_parse::parse(name, text).map_err(|error| {
        // Its Debug text is `file:line:column: message`, its Display text the message alone.
        Error::new(ErrorKind::InvalidSchema, format!("{error:?}"))
    })?;
    Ok(FileDescriptorProto {
        source_code_info: None,
        ..file
    })
}

/// The bytes, if the whole text is base64: no `.proto` text with a message in it can be, for want
/// of braces.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_ascii();
    if text.is_empty() {
        return None;
    }
    STANDARD.decode(text).ok()
}

/// The messages of a file by their [`MessageIndex`].
#[derive(Clone, Debug)]
pub(super) struct MessageNames {
    top: Vec<Named>,
}

#[derive(Clone, Debug)]
struct Named {
    full_name: Box<str>,
    nested: Vec<Named>,
}

impl MessageNames {
    pub(super) fn new(file: &FileDescriptorProto) -> Self {
        let messages = counted(&file.message_type, &file.extension, &[]);
        Self {
            top: Named::all(messages, file.package()),
        }
    }

    /// The full name of the message at `index`.
    pub(super) fn at(&self, index: &MessageIndex) -> Option<&str> {
        let mut messages = &self.top;
        let mut found = None;
        for &step in index.path() {
            let message = messages.get(usize::try_from(step).ok()?)?;
            messages = &message.nested;
            found = Some(&*message.full_name);
        }
        found
    }

    /// Where the message `full_name` is.
    pub(super) fn find(&self, full_name: &str) -> Option<MessageIndex> {
        let mut path = Vec::new();
        find(&self.top, full_name, &mut path)
            .then(|| MessageIndex::new(&path).ok())
            .flatten()
    }
}

impl Named {
    fn all<'a>(messages: impl Iterator<Item = &'a DescriptorProto>, scope: &str) -> Vec<Self> {
        messages
            .map(|message| Self::new(message, &join(scope, message.name())))
            .collect()
    }

    fn new(message: &DescriptorProto, full_name: &str) -> Self {
        let nested = counted(&message.nested_type, &message.extension, &message.field);
        Self {
            full_name: full_name.into(),
            nested: Self::all(nested, full_name),
        }
    }
}

/// `scope.name`, or `name` at the top of a file without a package.
pub(super) fn join(scope: &str, name: &str) -> String {
    match scope {
        "" => name.to_owned(),
        _ => format!("{scope}.{name}"),
    }
}

/// The messages that a message index counts: those written as `message`. Java counts in the text,
/// which has no entry types of maps, and groups are fields there.
///
/// Source: `ProtobufSchema.toMessageName` of <https://github.com/confluentinc/schema-registry>.
/// (Python's and Go's clients count a descriptor's entry types too; they agree with Java wherever
/// nested messages stand before map fields.)
fn counted<'a>(
    messages: &'a [DescriptorProto],
    extensions: &'a [FieldDescriptorProto],
    fields: &'a [FieldDescriptorProto],
) -> impl Iterator<Item = &'a DescriptorProto> {
    let is_group = move |message: &DescriptorProto| {
        let mut fields = fields.iter().chain(extensions);
        fields.any(|field| field.r#type() == Type::Group && is_named(field, message))
    };
    messages.iter().filter(move |message| {
        let is_entry = message
            .options
            .as_ref()
            .is_some_and(MessageOptions::map_entry);
        !is_entry && !is_group(message)
    })
}

/// A group's message is declared by its field, so it is always in the field's own scope.
fn is_named(field: &FieldDescriptorProto, message: &DescriptorProto) -> bool {
    field.type_name().rsplit('.').next() == Some(message.name())
}

fn find(messages: &[Named], full_name: &str, path: &mut Vec<u32>) -> bool {
    for (step, message) in (0..).zip(messages) {
        path.push(step);
        if *message.full_name == *full_name || find(&message.nested, full_name, path) {
            return true;
        }
        path.pop();
    }
    false
}

/// Ten times the longest `.proto` files in use.
const MAX_TEXT: usize = 1 << 20;
