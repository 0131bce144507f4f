//! Values of any schema as JSON text and back, and annotated bytes: for tools that have no Rust type.
//!
//! [`DynamicCodec`] is made of a schema as a registry returns it. It works on bodies: what remains of
//! a payload without its [frame](crate::frame). [`annotate`] says what each byte of a body is.
//!
//! | language | JSON text |
//! |---|---|
//! | Avro | as [`AvroJson::plain`](crate::avro::json::AvroJson::plain) writes it, or the JSON encoding of the specification |
//! | JSON Schema | the body without white space, validated |
//! | Protobuf | ProtoJSON |
//!
//! ```
//! use wireform::dynamic::{DynamicCodec, DynamicOptions};
//! use wireform::registry::{ResolvedSchema, SchemaKind};
//!
//! let schema = r#"{"type": "record", "name": "Ping", "fields": [{"name": "n", "type": "int"}]}"#;
//! let schema = ResolvedSchema::new(SchemaKind::Avro, schema);
//! let codec = DynamicCodec::new(&schema, &DynamicOptions::default())?;
//! let mut body = Vec::new();
//! codec.encode(r#"{"n": 7}"#, false, &mut body)?;
//! assert_eq!(body, [14]);
//! assert_eq!(codec.decode(None, &body)?.json, r#"{"n":7}"#);
//! # Ok::<(), wireform::Error>(())
//! ```

use std::fmt;

use wireform_registry::{ResolvedSchema, SchemaKind};

use crate::error::Result;
use crate::frame::MessageIndex;
use crate::language::language;

mod annotate;
#[cfg(test)]
mod tests;

pub use self::annotate::{Annotations, Part};
pub(crate) use self::annotate::{Step, Walk, quoted};

/// Options of a [`DynamicCodec`].
#[derive(Clone, Debug, Default)]
pub struct DynamicOptions {
    pub(crate) message: Option<String>,
    pub(crate) is_readable: bool,
    pub(crate) has_branches: bool,
}

impl DynamicOptions {
    /// Sets the full name of the Protobuf message, for bodies without a message index. By default, it
    /// is the only message of the file.
    #[must_use]
    pub fn with_message(mut self, full_name: Option<impl Into<String>>) -> Self {
        self.message = full_name.map(Into::into);
        self
    }

    /// Writes Avro's logical types as text: a `timestamp-millis` as RFC 3339, a decimal as a number.
    #[must_use]
    pub fn with_readable(mut self, is_readable: bool) -> Self {
        self.is_readable = is_readable;
        self
    }

    /// Writes values of Avro's unions with the names of their branches, as the JSON encoding of the
    /// specification does.
    #[must_use]
    pub fn with_branch_names(mut self, has_branches: bool) -> Self {
        self.has_branches = has_branches;
        self
    }
}

/// A body that was decoded without a Rust type.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DynamicValue {
    /// The value as one line of JSON.
    pub json: String,
    /// The value encoded again, with the reader's schema if there is one.
    pub body: Vec<u8>,
}

/// Reads and writes bodies of one schema as JSON text.
pub struct DynamicCodec {
    kind: SchemaKind,
    bodies: Box<dyn DynamicBodies>,
}

impl DynamicCodec {
    /// Makes the codec of a schema.
    ///
    /// # Errors
    /// `InvalidSchema` if the schema does not parse; `Config` if it does not have the message of the
    /// options; `LimitExceeded`.
    pub fn new(schema: &ResolvedSchema, options: &DynamicOptions) -> Result<Self> {
        Self::build(schema, None, options)
    }

    /// Makes a codec that reads what was written with `writer`, as `reader` says, and writes with
    /// `reader`.
    ///
    /// # Errors
    /// As [`new`](Self::new); `Incompatible` if nothing written with `writer` can be read.
    pub fn with_reader(
        writer: &ResolvedSchema,
        reader: &ResolvedSchema,
        options: &DynamicOptions,
    ) -> Result<Self> {
        Self::build(writer, Some(reader), options)
    }

    fn build(
        writer: &ResolvedSchema,
        reader: Option<&ResolvedSchema>,
        options: &DynamicOptions,
    ) -> Result<Self> {
        let kind = writer.kind;
        let bodies = language(kind)?.dynamic(writer, reader, options)?;
        Ok(Self { kind, bodies })
    }

    /// The language of the schema.
    #[must_use]
    pub fn kind(&self) -> SchemaKind {
        self.kind
    }

    /// Decodes a body. `index` is the message index of its frame, `None` without a frame.
    ///
    /// # Errors
    /// `Decode` with the place, `LimitExceeded`, or `WrongType` if the schema has no such message.
    pub fn decode(&self, index: Option<&MessageIndex>, body: &[u8]) -> Result<DynamicValue> {
        self.bodies.decode(index, body)
    }

    /// Appends a body's JSON text to `out`. `index` is as for [`decode`](Self::decode), which does
    /// more.
    ///
    /// # Errors
    /// As [`decode`](Self::decode).
    pub fn decode_json(
        &self,
        index: Option<&MessageIndex>,
        body: &[u8],
        out: &mut String,
    ) -> Result<()> {
        self.bodies.decode_json(index, body, out)
    }

    /// Appends the body of a JSON text to `out`, for a frame or to stand alone. Returns the message
    /// index for the frame.
    ///
    /// # Errors
    /// `Decode` if the text is not valid JSON, or does not fit the schema, with the place;
    /// `LimitExceeded`.
    pub fn encode(&self, json: &str, is_framed: bool, out: &mut Vec<u8>) -> Result<MessageIndex> {
        self.bodies.encode(json, is_framed, out)
    }
}

impl fmt::Debug for DynamicCodec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamicCodec")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// Says what each byte of a body is, by the schema that it was written with. `index` is the message
/// index of its frame, `None` without a frame; `message` is the full name of a Protobuf message.
///
/// # Errors
/// `InvalidSchema` if the schema does not parse; `Config` or `WrongType` if it has no such message.
/// A body that does not fit the schema is not an error: the last part says why it ends there.
pub fn annotate(
    schema: &ResolvedSchema,
    message: Option<&str>,
    index: Option<&MessageIndex>,
    body: &[u8],
) -> Result<Annotations> {
    language(schema.kind)?.annotate(schema, message, index, body)
}

/// Returns a valid JSON text without the white space between its tokens. Numbers and strings keep
/// their form.
#[must_use]
pub fn compact_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut is_inside, mut is_escaped) = (false, false);
    for character in text.chars() {
        if is_inside {
            is_inside = is_escaped || character != '"';
            is_escaped = !is_escaped && character == '\\';
        } else if character == '"' {
            is_inside = true;
        } else if matches!(character, ' ' | '\n' | '\r' | '\t') {
            continue;
        }
        out.push(character);
    }
    out
}

/// **A type that implements `DynamicBodies` reads and writes bodies of one schema as JSON text, for
/// [`DynamicCodec`].**
pub(crate) trait DynamicBodies: Send + Sync {
    /// As [`DynamicCodec::decode`].
    fn decode(&self, index: Option<&MessageIndex>, body: &[u8]) -> Result<DynamicValue>;

    /// As [`DynamicCodec::decode_json`].
    fn decode_json(
        &self,
        index: Option<&MessageIndex>,
        body: &[u8],
        out: &mut String,
    ) -> Result<()> {
        self.decode(index, body)
            .map(|value| out.push_str(&value.json))
    }

    /// As [`DynamicCodec::encode`].
    fn encode(&self, json: &str, is_framed: bool, out: &mut Vec<u8>) -> Result<MessageIndex>;
}
