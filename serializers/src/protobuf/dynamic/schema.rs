use std::fmt;

use prost_reflect::{DynamicMessage, FileDescriptor, MessageDescriptor};
use wireform_registry::{ResolvedSchema, SchemaKind};

use crate::error::{Error, ErrorKind, Result};
use crate::frame::{Frame, MessageIndex};
use crate::limits::Limits;

use super::super::descriptor::MessageNames;
use super::super::pool;
use super::{encode, json, settle, walk};

/// A registered Protobuf schema that bytes and JSON are read and written with, without generated
/// code. For tools; programs that know their messages use [`Protobuf`](crate::Protobuf).
///
/// ```
/// use wireform::protobuf::{Payload, ProtobufSchema};
/// use wireform::registry::{ResolvedSchema, SchemaKind};
///
/// let text = "syntax = \"proto3\"; message Ping { uint32 n = 1; map<string, bool> tags = 2; }";
/// let schema = ProtobufSchema::parse(&ResolvedSchema::new(SchemaKind::Protobuf, text))?;
/// let ping = schema.from_json(r#"{"n":7,"tags":{"b":true,"a":false}}"#, None)?;
/// let read = schema.decode(Payload::Body(&ping.body), None)?;
/// assert_eq!(read.message, "Ping");
/// assert_eq!(read.json, r#"{"n":7,"tags":{"a":false,"b":true}}"#);
/// assert_eq!(read.body, ping.body);
/// # Ok::<(), wireform::Error>(())
/// ```
#[derive(Clone)]
pub struct ProtobufSchema {
    file: FileDescriptor,
    names: MessageNames,
    limits: Limits,
}

/// The payload of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload<'a> {
    /// A message alone.
    Body(&'a [u8]),
    /// A message with Confluent's frame, whose message index names its type.
    Framed(&'a [u8]),
}

/// A decoded message.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodedMessage {
    /// The full name of the message.
    pub message: String,
    /// The place of the message in the file.
    pub index: MessageIndex,
    /// The message as ProtoJSON, entries of maps in the order of the input.
    pub json: String,
    /// The message, encoded again without a frame: fields by number, unknown fields kept, entries
    /// of maps in the order of the input.
    pub body: Vec<u8>,
    /// The message itself.
    pub value: DynamicMessage,
}

/// An encoded message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedMessage {
    /// The full name of the message.
    pub message: String,
    /// The place of the message in the file, by which a frame names it.
    pub index: MessageIndex,
    /// The encoded message without a frame: fields by number, entries of maps by their keys.
    pub body: Vec<u8>,
}

impl ProtobufSchema {
    /// Compiles a schema: `.proto` text, or the base64 of a `FileDescriptorProto`, with the texts
    /// of its references. Asks no registry, reads no file.
    ///
    /// # Errors
    /// `InvalidSchema` with the place; `LimitExceeded`.
    pub fn parse(schema: &ResolvedSchema) -> Result<Self> {
        let compiled = pool::compile(schema)?;
        Ok(Self {
            names: MessageNames::new(&compiled.registered),
            file: compiled.file,
            limits: Limits::default(),
        })
    }

    /// Sets how much is taken on. JSON counts brackets for `depth`, messages at most 99.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The full names of its messages, in the order of their indexes.
    #[must_use]
    pub fn messages(&self) -> Vec<&str> {
        self.names.all()
    }

    /// Returns the descriptor of the message `full_name`, by default the first of the file.
    ///
    /// # Errors
    /// `Config` if there is no such message.
    pub fn message(&self, full_name: Option<&str>) -> Result<MessageDescriptor> {
        self.find(full_name).map(|(message, _)| message)
    }

    /// Reads a message. That of a frame is the one that its index names; `expected` then only
    /// checks it. A body alone is an `expected`, by default the first message of the file.
    ///
    /// # Errors
    /// `Decode` with the path of the field; `Framing` if there is no frame, or none with such an
    /// index; `WrongType` if it is not the message that is expected; `Config` if the schema has no
    /// such message; `LimitExceeded`.
    pub fn decode(&self, payload: Payload<'_>, expected: Option<&str>) -> Result<DecodedMessage> {
        match payload {
            Payload::Body(body) => self.decode_body(None, body, expected),
            Payload::Framed(payload) => {
                let (index, body) = Frame::from_payload(payload)?.body(SchemaKind::Protobuf)?;
                self.decode_body(Some(&index), body, expected)
            }
        }
    }

    /// As [`decode`](Self::decode), without the frame that `index` is from.
    pub(super) fn decode_body(
        &self,
        index: Option<&MessageIndex>,
        body: &[u8],
        expected: Option<&str>,
    ) -> Result<DecodedMessage> {
        let (message, index) = self.choose(index, expected)?;
        self.limits.check_payload(body)?;
        let order = walk::order(&message, body, &self.limits)?;
        let value = decode_checked(&message, body)?;
        let mut body = Vec::new();
        encode::append(&value, &mut body);
        settle::settle(&message, &mut body, Some(&order));
        Ok(DecodedMessage {
            message: message.full_name().to_owned(),
            index,
            json: json::write(&value, Some(&order))?,
            body,
            value,
        })
    }

    /// Writes ProtoJSON as the message `full_name`, by default the first of the file.
    ///
    /// # Errors
    /// `Encode` with line and column if it is not JSON of the message; `Config` if the schema has
    /// no such message; `LimitExceeded`.
    pub fn from_json(&self, json: &str, full_name: Option<&str>) -> Result<EncodedMessage> {
        let (message, index) = self.find(full_name)?;
        let value = json::read(&message, json, &self.limits)?;
        let mut body = Vec::new();
        encode::append(&value, &mut body);
        settle::settle_all(&message, &mut body);
        // What cannot be read again is not written: a `Struct` nests deeper than its JSON.
        let roomy = self
            .limits
            .heap(self.limits.heap.max(body.len().saturating_mul(1024)));
        walk::check(&message, &body, &roomy)?;
        Ok(EncodedMessage {
            message: message.full_name().to_owned(),
            index,
            body,
        })
    }

    /// Reads a message that is known to be `message`.
    pub(super) fn at(
        &self,
        index: &MessageIndex,
        expected: Option<&str>,
    ) -> Result<MessageDescriptor> {
        let found = self.names.at(index).ok_or_else(|| {
            let message = format!("the schema has no message {:?}", index.path());
            Error::new(ErrorKind::Framing, message)
        })?;
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            let message = format!("the record is a \"{found}\", expected \"{expected}\"");
            return Err(Error::new(ErrorKind::WrongType, message));
        }
        self.by_name(found)
    }

    /// The message at `index`, which `expected` checks; without an index, the message `expected`.
    pub(super) fn choose(
        &self,
        index: Option<&MessageIndex>,
        expected: Option<&str>,
    ) -> Result<(MessageDescriptor, MessageIndex)> {
        match index {
            Some(index) => Ok((self.at(index, expected)?, *index)),
            None => self.find(expected),
        }
    }

    pub(super) fn find(&self, name: Option<&str>) -> Result<(MessageDescriptor, MessageIndex)> {
        let first = || self.names.all().first().copied();
        let name = name
            .or_else(first)
            .ok_or_else(|| Error::new(ErrorKind::Config, "the schema has no message"))?;
        let index = self.names.find(name).ok_or_else(|| {
            let message = format!("the schema has no message \"{name}\"");
            Error::new(ErrorKind::Config, message)
        })?;
        Ok((self.by_name(name)?, index))
    }

    fn by_name(&self, name: &str) -> Result<MessageDescriptor> {
        self.file
            .parent_pool()
            .get_message_by_name(name)
            .ok_or_else(|| {
                let message = format!("message \"{name}\" was not compiled");
                Error::new(ErrorKind::InvalidSchema, message)
            })
    }
}

impl fmt::Debug for ProtobufSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProtobufSchema")
            .field("messages", &self.messages())
            .finish_non_exhaustive()
    }
}

/// Decodes bytes that [`walk`] found in order.
pub(super) fn decode_checked(message: &MessageDescriptor, body: &[u8]) -> Result<DynamicMessage> {
    DynamicMessage::decode(message.clone(), body).map_err(|error| {
        Error::new(
            ErrorKind::Decode,
            format!("{}: {error}", message.full_name()),
        )
    })
}
