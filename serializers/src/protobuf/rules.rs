use prost_reflect::{FileDescriptor, MessageDescriptor};
use wireform_registry::{
    Error, ErrorKind, Incompatibility, ParsedSchema, ResolvedSchema, Result, SchemaKind,
    SchemaRules,
};

use super::compatibility::{Difference, differences};
use super::pool::{self, Compiled};
use super::{nesting, normal};

/// The rules of Protobuf, for registries that check compatibility in process: those of Confluent's
/// server.
///
/// A schema is `.proto` text, or the base64 of a `FileDescriptorProto`, as some clients register
/// it. What it imports comes from its references, or from the files that every client brings
/// (`google/protobuf/`, `google/type/`, `confluent/`), and from nowhere else.
///
/// A finding's path is `#/Message/Nested/3`, the last step a field's number or a oneof's name; its
/// kind is the name that Confluent's server gives it. What breaks a reader:
///
/// | kind | what happened |
/// |---|---|
/// | `PACKAGE_CHANGED` | the file's package is another |
/// | `MESSAGE_REMOVED` | a message is gone, renamed, or moved to another file |
/// | `FIELD_KIND_CHANGED` | a number or text became a message or a map, a message a group |
/// | `FIELD_SCALAR_KIND_CHANGED` | the type's bytes are others: `int32` and `sint32` |
/// | `FIELD_NAMED_TYPE_CHANGED` | a field's message has another name, or breaks itself |
/// | `FIELD_NUMERIC_LABEL_CHANGED` | a number became a list, or required |
/// | `REQUIRED_FIELD_ADDED`, `REQUIRED_FIELD_REMOVED` | a `required` field came or went |
/// | `ONEOF_FIELD_REMOVED` | a oneof that is still there lost a field |
/// | `MULTIPLE_FIELDS_MOVED_TO_ONEOF` | fields that could be set together exclude each other |
/// | `FIELD_MOVED_TO_EXISTING_ONEOF` | a field beside a oneof is in it now |
///
/// Fields may come, go and change their names; types may change within
/// [the groups whose bytes are the same](https://protobuf.dev/programming-guides/proto3/#updating);
/// enums may change at will.
///
/// ```
/// use wireform::protobuf::ProtobufRules;
/// use wireform::registry::{ResolvedSchema, SchemaKind, SchemaRules};
///
/// let schema = |kind| {
///     let text = format!("syntax = \"proto3\"; message Order {{ {kind} total = 4; }}");
///     ResolvedSchema::new(SchemaKind::Protobuf, text)
/// };
/// assert!(ProtobufRules.check(&schema("int64"), &schema("int32"))?.is_empty());
/// let found = ProtobufRules.check(&schema("double"), &schema("int32"))?;
/// assert_eq!((&*found[0].path, &*found[0].kind), ("#/Order/4", "FIELD_SCALAR_KIND_CHANGED"));
/// # Ok::<(), wireform::registry::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ProtobufRules;

impl SchemaRules for ProtobufRules {
    fn kind(&self) -> SchemaKind {
        SchemaKind::Protobuf
    }

    fn parse(&self, schema: &ResolvedSchema) -> Result<ParsedSchema> {
        let compiled = compile(schema)?;
        Ok(ParsedSchema {
            names: names(&compiled.file),
            canonical: normal::canonical(&schema.text, &compiled),
        })
    }

    /// A text without comments, laid out one way; a descriptor without source locations.
    fn normalize(&self, schema: &ResolvedSchema) -> Result<String> {
        let compiled = compile(schema)?;
        Ok(normal::normalize(&schema.text, &compiled.registered))
    }

    /// `serialized` is the base64 of the `FileDescriptorProto`, which Confluent's clients for
    /// Python, Go and JavaScript ask for.
    fn format(&self, schema: &ResolvedSchema, format: &str) -> Result<Option<String>> {
        if format != "serialized" {
            return Ok(None);
        }
        let compiled = compile(schema)?;
        let encoded = normal::serialized(&schema.text, &compiled).ok_or_else(|| {
            let message = "the descriptor of this text cannot be made: prost-reflect does not take \
                           its options, imports or field names unchanged";
            Error::new(ErrorKind::Unsupported, message)
        })?;
        Ok(Some(encoded))
    }

    fn check(
        &self,
        reader: &ResolvedSchema,
        writer: &ResolvedSchema,
    ) -> Result<Vec<Incompatibility>> {
        let (reader, writer) = (compile(reader)?, compile(writer)?);
        let depth = reader.depth.max(writer.depth);
        let found = nesting::with_stack(depth, || Ok(differences(&reader, &writer)));
        let found = found.map_err(|error| from_codec(&error))?;
        let breaking = found
            .into_iter()
            .filter(|found: &Difference| !found.is_compatible());
        Ok(breaking.map(Incompatibility::from).collect())
    }
}

fn compile(schema: &ResolvedSchema) -> Result<Compiled> {
    pool::compile(schema).map_err(|error| from_codec(&error))
}

fn from_codec(error: &crate::Error) -> Error {
    let kind = match error.kind() {
        // A thread could not be started: the next call may succeed.
        crate::ErrorKind::Io => ErrorKind::Server,
        crate::ErrorKind::LimitExceeded => ErrorKind::LimitExceeded,
        _ => ErrorKind::InvalidSchema,
    };
    Error::new(kind, error.to_string())
}

/// Messages in the order of their indexes, then enums.
fn names(file: &FileDescriptor) -> Vec<String> {
    let (mut messages, mut enums) = (Vec::new(), Vec::new());
    for message in file.messages() {
        add_names(&message, &mut messages, &mut enums);
    }
    enums.extend(file.enums().map(|declared| declared.full_name().to_owned()));
    messages.extend(enums);
    messages
}

fn add_names(message: &MessageDescriptor, messages: &mut Vec<String>, enums: &mut Vec<String>) {
    if message.is_map_entry() {
        return;
    }
    messages.push(message.full_name().to_owned());
    enums.extend(
        message
            .child_enums()
            .map(|declared| declared.full_name().to_owned()),
    );
    for nested in message.child_messages() {
        add_names(&nested, messages, enums);
    }
}

#[cfg(test)]
mod tests;
