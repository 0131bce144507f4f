use std::sync::Arc;

use prost::Message;
use prost_reflect::{DynamicMessage, MessageDescriptor, ReflectMessage};
use wireform_registry::{ResolvedSchema, SchemaKind};

use crate::content_type::ContentType;
use crate::error::{Error, ErrorKind, Result};
use crate::format::{Format, unframed_format, version_and_limits};
use crate::frame::MessageIndex;
use crate::limits::Limits;
use crate::reader::{ReadCodec, ReadPlan, reads};
use crate::schema_codec::{SchemaCodec, SchemaFormat, SchemaSource};
use crate::serializer::{Deserializer, Serializer, append_or_restore};

use super::writes;

#[cfg(feature = "dynamic")]
mod annotate;
mod any;
#[cfg(feature = "dynamic")]
mod bodies;
mod encode;
mod json;
mod schema;
mod settle;
mod walk;

#[cfg(feature = "dynamic")]
pub(super) use self::annotate::annotate;
#[cfg(feature = "dynamic")]
pub(super) use self::bodies::DynamicProtobuf;
pub use self::schema::{DecodedMessage, EncodedMessage, Payload, ProtobufSchema};

/// The codec of a Protobuf message that no code was generated for: a
/// [`DynamicMessage`] of a schema that is known at run time.
///
/// Fields that the schema does not have are kept, and written again. Entries of maps are written
/// by their keys, so that the same message always gives the same bytes; keys and values that are
/// the default are left out there, as prost does, which readers take as the same.
///
/// ```
/// use wireform::protobuf::{ProtobufDynamic, prost_reflect::Value};
/// use wireform::{Framed, NoHeaders, Reader, SchemaId, SerializerExt};
///
/// let text = "syntax = \"proto3\"; message Ping { uint32 n = 1; }";
/// let pings = ProtobufDynamic::new(text, None)?;
/// let mut ping = pings.message();
/// ping.set_field_by_name("n", Value::U32(7));
/// let framed = Framed::with_id(pings.clone(), SchemaId::new(5));
/// assert_eq!(framed.to_vec(&ping)?, [0, 0, 0, 0, 5, 0, 8, 7]);
/// # Ok::<(), wireform::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ProtobufDynamic {
    source: Arc<SchemaSource>,
    message: MessageDescriptor,
    index: MessageIndex,
    has_maps: bool,
    has_zeros: bool,
    version: Option<Box<str>>,
    limits: Limits,
}

/// Reads whatever message a record holds, by its writer's schema and message index, for programs
/// that look into any topic. Writes nothing, and reads nothing without a frame.
///
/// ```
/// use wireform::protobuf::AnyProtobuf;
/// use wireform::registry::{ResolvedSchema, SchemaKind};
/// use wireform::{NoHeaders, Reader, SchemaId};
///
/// let text = "syntax = \"proto3\"; message Ping { uint32 n = 1; } message Pong { uint32 n = 1; }";
/// let reader = Reader::offline().with(AnyProtobuf::new()).build();
/// reader.add(SchemaId::new(5), &ResolvedSchema::new(SchemaKind::Protobuf, text))?;
/// let pong = reader.decode(&NoHeaders, Some(&[0, 0, 0, 0, 5, 2, 2, 8, 7]))?;
/// assert_eq!(pong.expect("no tombstone").value.descriptor().name(), "Pong");
/// # use wireform::protobuf::prost_reflect::ReflectMessage;
/// # Ok::<(), wireform::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct AnyProtobuf {
    limits: Limits,
}

impl ProtobufDynamic {
    /// A codec for the message `full_name`, by default the first, of a `.proto` text that imports
    /// nothing but what comes with every client.
    ///
    /// # Errors
    /// `InvalidSchema` with the place; `Config` if it has no such message.
    pub fn new(text: impl Into<Arc<str>>, full_name: Option<&str>) -> Result<Self> {
        Self::with_source(SchemaSource::new(SchemaKind::Protobuf, text), full_name)
    }

    /// A codec for a message of a schema with the texts that it imports.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_source(source: SchemaSource, full_name: Option<&str>) -> Result<Self> {
        let (message, index) = ProtobufSchema::parse(&source.resolve()?)?.find(full_name)?;
        Ok(Self {
            source: Arc::new(source.with_record(message.full_name())),
            has_maps: settle::has_maps(&message),
            has_zeros: encode::may_have_negative_zero(&message),
            message,
            index,
            version: None,
            limits: Limits::default(),
        })
    }

    /// An empty message to fill.
    #[must_use]
    pub fn message(&self) -> DynamicMessage {
        DynamicMessage::new(self.message.clone())
    }

    version_and_limits! {
        /// Sets how much is taken on when reading. Messages nest at most 99 deep, whatever `depth`.
    }

    fn write(&self, value: &DynamicMessage, out: &mut Vec<u8>) -> Result<()> {
        let found = value.descriptor();
        if found.full_name() != self.message.full_name() {
            let (found, expected) = (found.full_name(), self.message.full_name());
            let message = format!("the value is a \"{found}\", expected \"{expected}\"");
            return Err(Error::new(ErrorKind::WrongType, message));
        }
        if found == self.message {
            return self.append(value, out);
        }
        // Of another schema, such as the writer's that it was read with.
        let mut bytes = Vec::new();
        encode::append(value, &mut bytes);
        let own = self.deserialize(&bytes).map_err(|error| {
            let message = format!("the value does not fit this schema: {error}");
            Error::new(ErrorKind::Encode, message)
        })?;
        self.append(&own, out)
    }

    fn append(&self, value: &DynamicMessage, out: &mut Vec<u8>) -> Result<()> {
        let start = out.len();
        match self.has_zeros {
            true => encode::append(value, out),
            false => value.encode_raw(out),
        }
        if self.has_maps {
            let written = out.get_mut(start..).unwrap_or_default();
            settle::settle(&self.message, written, None);
        }
        Ok(())
    }
}

impl AnyProtobuf {
    /// A codec with the default limits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how much is taken on. Messages nest at most 99 deep, whatever `depth`.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

unframed_format!([] ProtobufDynamic, ContentType::PROTOBUF);

impl Serializer<DynamicMessage> for ProtobufDynamic {
    fn format(&self, _value: &DynamicMessage) -> &dyn Format {
        self
    }

    fn serialize(&self, value: &DynamicMessage, out: &mut Vec<u8>) -> Result<()> {
        append_or_restore(out, |out| self.write(value, out))
    }
}

impl Deserializer<DynamicMessage> for ProtobufDynamic {
    fn deserialize(&self, bytes: &[u8]) -> Result<DynamicMessage> {
        read(&self.message, bytes, &self.limits)
    }
}

impl SchemaFormat for ProtobufDynamic {
    fn source(&self) -> &SchemaSource {
        &self.source
    }

    fn message_index(&self) -> MessageIndex {
        self.index
    }

    fn check_writes(&self, schema: &ResolvedSchema) -> Result<()> {
        let file = self.message.parent_file();
        writes::check_dynamic(&file, self.message.full_name(), &self.index, schema)
    }
}

impl SchemaCodec<DynamicMessage> for ProtobufDynamic {
    fn serialize_body(&self, value: &DynamicMessage, out: &mut Vec<u8>) -> Result<()> {
        self.serialize(value, out)
    }
}

impl ReadCodec<DynamicMessage> for ProtobufDynamic {
    reads!(DynamicMessage, Protobuf, is_protobuf);

    /// Makes a plan that reads records with this codec's own schema, as every Protobuf reader does.
    fn plan(&self, writer: &ResolvedSchema) -> Result<Box<dyn ReadPlan<DynamicMessage>>> {
        Ok(Box::new(Plan {
            writer: ProtobufSchema::parse(writer)?,
            own: Some(self.message.clone()),
            limits: self.limits,
        }))
    }
}

impl ReadCodec<DynamicMessage> for AnyProtobuf {
    fn reads_schema(&self, kind: SchemaKind) -> bool {
        kind == SchemaKind::Protobuf
    }

    fn reads_content(&self, _content_type: &ContentType) -> bool {
        false
    }

    fn plan(&self, writer: &ResolvedSchema) -> Result<Box<dyn ReadPlan<DynamicMessage>>> {
        Ok(Box::new(Plan {
            writer: ProtobufSchema::parse(writer)?,
            own: None,
            limits: self.limits,
        }))
    }

    fn decode_unframed(&self, _payload: &[u8]) -> Result<DynamicMessage> {
        let message = "a message without a frame names no schema";
        Err(Error::new(ErrorKind::UnsupportedContent, message))
    }
}

/// How to read the bodies of one writer schema.
#[derive(Debug)]
struct Plan {
    writer: ProtobufSchema,
    /// The message to read; if `None`, the one that the record names.
    own: Option<MessageDescriptor>,
    limits: Limits,
}

impl ReadPlan<DynamicMessage> for Plan {
    fn decode(&self, index: &MessageIndex, body: &[u8]) -> Result<DynamicMessage> {
        let expected = self.own.as_ref().map(MessageDescriptor::full_name);
        let written = self.writer.at(index, expected)?;
        read(self.own.as_ref().unwrap_or(&written), body, &self.limits)
    }
}

fn read(message: &MessageDescriptor, bytes: &[u8], limits: &Limits) -> Result<DynamicMessage> {
    limits.check_payload(bytes)?;
    walk::check(message, bytes, limits)?;
    schema::decode_checked(message, bytes)
}

#[cfg(test)]
mod tests;
