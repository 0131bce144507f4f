//! From a registered text to its descriptor, and what its messages are called.

use std::collections::{HashMap, HashSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use prost::Message;
use prost_types::field_descriptor_proto::Type;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, MessageOptions,
};

use crate::error::{Error, ErrorKind, Result};
use crate::frame::MessageIndex;

use super::nesting;

/// Parses a registered Protobuf schema: `.proto` text, or the base64 `FileDescriptorProto` that
/// Confluent's Python, Go, JavaScript and .NET clients register.
///
/// Type names of a text come back as they stand in it: imports are not read.
pub(super) fn parse(name: &str, text: &str) -> Result<Registered> {
    if text.len() > MAX_TEXT {
        let message = format!("schema text of {} bytes is over {MAX_TEXT}", text.len());
        return Err(Error::new(ErrorKind::LimitExceeded, message));
    }
    let (file, form, depth) = match decode_base64(text) {
        Some(bytes) => {
            let depth = nesting::check_descriptor(&bytes)?;
            let file = nesting::with_stack(depth, || decode_descriptor(&bytes))?;
            (file, Form::Descriptor, depth)
        }
        None => {
            let depth = nesting::check(text)?;
            let file = nesting::with_stack(depth, || parse_text(name, text))?;
            (file, Form::Text, depth)
        }
    };
    let names = names_len(&file.message_type, &file.enum_type, file.package().len());
    if names > MAX_NAMES {
        let message = format!("the schema's full names have {names} bytes, over {MAX_NAMES}");
        return Err(Error::new(ErrorKind::LimitExceeded, message));
    }
    Ok(Registered { file, form, depth })
}

/// A registered schema, and how it was registered.
#[derive(Clone, Debug)]
pub(super) struct Registered {
    pub(super) file: FileDescriptorProto,
    form: Form,
    /// How deeply it nests.
    pub(super) depth: usize,
}

impl Registered {
    /// Returns whether the schema was registered as `.proto` text.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.form, Form::Text)
    }
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Descriptor,
    Text,
}

fn decode_descriptor(bytes: &[u8]) -> Result<FileDescriptorProto> {
    let file = FileDescriptorProto::decode(bytes).map_err(|error| {
        let message = "the schema is base64, but not of a FileDescriptorProto";
        Error::new(ErrorKind::InvalidSchema, message).with_source(error)
    })?;
    if file.syntax() == "editions" {
        let message = "Protobuf editions are not supported: use proto2 or proto3";
        return Err(Error::new(ErrorKind::InvalidSchema, message));
    }
    Ok(file)
}

fn parse_text(name: &str, text: &str) -> Result<FileDescriptorProto> {
    let file = protox_parse::parse(name, text).map_err(|error| {
        if let Some(edition) = edition(text) {
            let message = format!(
                "{name}: edition {edition} is not supported: use syntax = \"proto2\" or \"proto3\""
            );
            return Error::new(ErrorKind::InvalidSchema, message);
        }
        // Its Debug text is `file:line:column: message`, its Display text the message alone.
        Error::new(ErrorKind::InvalidSchema, format!("{error:?}"))
    })?;
    Ok(FileDescriptorProto {
        source_code_info: None,
        ..file
    })
}

/// Returns the edition that a text declares, in quotes.
#[must_use]
pub fn edition(text: &str) -> Option<&str> {
    let mut rest = text.trim_start();
    loop {
        let after = match (rest.strip_prefix("//"), rest.strip_prefix("/*")) {
            (Some(comment), _) => comment.split_once('\n'),
            (_, Some(comment)) => comment.split_once("*/"),
            (None, None) => break,
        };
        rest = after.map_or("", |(_, rest)| rest.trim_start());
    }
    let value = rest.strip_prefix("edition")?.trim_start();
    let (value, _) = value.strip_prefix('=')?.split_once(';')?;
    let value = value.trim();
    (value.len() <= MAX_EDITION).then_some(value)
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

/// The bytes of all full names together: a long name counts again in every name within it.
fn names_len(messages: &[DescriptorProto], enums: &[EnumDescriptorProto], scope: usize) -> usize {
    let enums = enums.iter().map(|declared| scope + declared.name().len());
    let messages = messages.iter().map(|message| {
        let own = scope + message.name().len();
        own + names_len(&message.nested_type, &message.enum_type, own)
    });
    enums.chain(messages).sum()
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
    pub(super) fn new(schema: &Registered) -> Self {
        let Registered { file, form, .. } = schema;
        let messages = form.counted(&file.message_type, &file.extension, &[]);
        Self {
            top: Named::all(*form, messages, file.package()),
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

    /// All full names, in the order of their indexes.
    #[cfg(feature = "protobuf-reflect")]
    pub(super) fn all(&self) -> Vec<&str> {
        let mut names = Vec::new();
        let mut pending: Vec<&Named> = self.top.iter().rev().collect();
        while let Some(message) = pending.pop() {
            names.push(&*message.full_name);
            pending.extend(message.nested.iter().rev());
        }
        names
    }

    /// All indexes and full names.
    pub(super) fn by_index(&self) -> HashMap<MessageIndex, String> {
        let mut found = HashMap::new();
        let mut pending: Vec<(Vec<u32>, &Named)> = numbered(&[], &self.top).collect();
        while let Some((path, message)) = pending.pop() {
            // What is nested deeper than an index can say is never written.
            if let Ok(index) = MessageIndex::new(&path) {
                found.insert(index, message.full_name.to_string());
                pending.extend(numbered(&path, &message.nested));
            }
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

/// The full names of all messages that `file` declares, also of those that no index counts.
pub(super) fn declared(file: &FileDescriptorProto) -> Vec<String> {
    let join_all = |scope: &str, messages: &[DescriptorProto]| -> Vec<String> {
        messages.iter().map(|m| join(scope, m.name())).collect()
    };
    let top = file.message_type.iter();
    let mut pending: Vec<(String, &DescriptorProto)> = join_all(file.package(), &file.message_type)
        .into_iter()
        .zip(top)
        .collect();
    let mut names = Vec::new();
    while let Some((name, message)) = pending.pop() {
        let nested = join_all(&name, &message.nested_type);
        pending.extend(nested.into_iter().zip(&message.nested_type));
        names.push(name);
    }
    names
}

fn numbered<'n>(
    path: &[u32],
    messages: &'n [Named],
) -> impl Iterator<Item = (Vec<u32>, &'n Named)> {
    let path = path.to_vec();
    (0_u32..).zip(messages).map(move |(step, message)| {
        let mut path = path.clone();
        path.push(step);
        (path, message)
    })
}

impl Named {
    fn all(form: Form, messages: Vec<&DescriptorProto>, scope: &str) -> Vec<Self> {
        let messages = messages.into_iter();
        messages
            .map(|message| Self::new(form, message, &join(scope, message.name())))
            .collect()
    }

    fn new(form: Form, message: &DescriptorProto, full_name: &str) -> Self {
        let nested = form.counted(&message.nested_type, &message.extension, &message.field);
        Self {
            full_name: full_name.into(),
            nested: Self::all(form, nested, full_name),
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

impl Form {
    /// The messages that a message index counts.
    ///
    /// Java counts what the registered text has as `message` (`ProtobufSchema.toMessageName` of
    /// <https://github.com/confluentinc/schema-registry>): neither groups nor `map` fields, but an
    /// entry type that is spelled out with `option map_entry`, as Java's own serializer registers
    /// it. The parser leaves that option uninterpreted, which distinguishes it from the entry type
    /// of a `map` field; and a group is declared by a field in its own scope. Clients that register
    /// a descriptor count all that is in there (`_create_index_array` in
    /// `confluent_kafka/schema_registry/common/protobuf.py`).
    fn counted<'a>(
        self,
        messages: &'a [DescriptorProto],
        extensions: &[FieldDescriptorProto],
        fields: &[FieldDescriptorProto],
    ) -> Vec<&'a DescriptorProto> {
        let groups: HashSet<&str> = fields
            .iter()
            .chain(extensions)
            .filter(|field| field.r#type() == Type::Group)
            .filter_map(|field| field.type_name().rsplit('.').next())
            .collect();
        let is_entry = |message: &DescriptorProto| {
            let options = message.options.as_ref();
            options.is_some_and(MessageOptions::map_entry)
        };
        let counts = |message: &&DescriptorProto| match self {
            Self::Descriptor => true,
            Self::Text => !is_entry(message) && !groups.contains(message.name()),
        };
        messages.iter().filter(counts).collect()
    }
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

/// Longer than `"2023"` or `"UNSTABLE"`.
const MAX_EDITION: usize = 32;
/// Ten times the longest `.proto` files in use.
const MAX_TEXT: usize = 1 << 20;
const MAX_NAMES: usize = 16 << 20;
