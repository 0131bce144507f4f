use std::fmt;

use wireform_registry::{ResolvedSchema, SchemaKind};

use crate::content_type::ContentType;
use crate::error::Result;
use crate::frame::MessageIndex;

/// **A type that implements `ReadCodec<T>` is a codec that a [`Reader`](crate::Reader) can use; it makes a plan
/// for each writer schema and says which unframed content it reads.**
///
/// # Contract
/// Plans are kept and shared between threads. Bytes and schemas are untrusted: every input gives a
/// value or a typed error, never a panic.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not read `{T}`",
    note = "codecs live behind cargo features of `wireform` (`json`, `datetime`, `avro`, \
            `protobuf`); serde codecs need `#[derive(serde::Deserialize)]` on the value"
)]
pub trait ReadCodec<T>: fmt::Debug + Send + Sync {
    /// Returns whether the codec reads records that were written with schemas of this type.
    fn reads_schema(&self, kind: SchemaKind) -> bool;

    /// Returns whether the codec reads unframed payloads of this content type.
    fn reads_content(&self, content_type: &ContentType) -> bool;

    /// Makes the plan for records that were written with `writer`.
    ///
    /// # Errors
    /// `InvalidSchema` if the schema does not parse; `Incompatible` with the path if no record
    /// written with it can ever be read as `T`.
    fn plan(&self, writer: &ResolvedSchema) -> Result<Box<dyn ReadPlan<T>>>;

    /// Reads an unframed payload.
    ///
    /// # Errors
    /// As [`Deserializer::deserialize`](crate::Deserializer::deserialize).
    fn decode_unframed(&self, payload: &[u8]) -> Result<T>;
}

/// **A type that implements `ReadPlan<T>` is a way to read the bodies of one writer schema.**
pub trait ReadPlan<T>: fmt::Debug + Send + Sync {
    /// Reads one body.
    ///
    /// # Errors
    /// `Decode` with the place, `LimitExceeded`, or `WrongType` if `message` is not the message of
    /// `T`.
    fn decode(&self, message: &MessageIndex, body: &[u8]) -> Result<T>;
}

/// The methods of [`ReadCodec`] of a codec for one type of schema, which reads its own content type
/// without a frame.
#[cfg(any(
    feature = "avro",
    feature = "json",
    feature = "json-schema",
    feature = "protobuf"
))]
macro_rules! reads {
    ($value:ty, $kind:ident, $is_content:ident) => {
        fn reads_schema(&self, kind: $crate::SchemaKind) -> bool {
            kind == $crate::SchemaKind::$kind
        }

        fn reads_content(&self, content_type: &$crate::ContentType) -> bool {
            content_type.$is_content()
        }

        fn decode_unframed(&self, payload: &[u8]) -> $crate::Result<$value> {
            $crate::Deserializer::deserialize(self, payload)
        }
    };
}
#[cfg(any(
    feature = "avro",
    feature = "json",
    feature = "json-schema",
    feature = "protobuf"
))]
pub(crate) use reads;
