//! Protobuf: messages that `wireform-build` generated, written and read by prost.
//!
//! ```toml
//! [dependencies]
//! wireform = { version = "0.1", features = ["protobuf"] }
//! [build-dependencies]
//! wireform-build = "0.1"
//! ```
//!
//! A build.rs turns `.proto` files into Rust, without protoc; the generated messages implement
//! [`ProtobufRecord`], and [`Protobuf`] is the codec for them. prost itself is
//! [re-exported](prost), so that a program needs no dependency on it.
//!
//! With the feature `datetime`, `timestamp` turns a `google.protobuf.Timestamp` into the datetimes
//! of chrono, jiff, time and the standard library, and back.
//!
//! What prost writes is what other languages read, with one exception: a `float` or `double` of
//! -0.0 in a field without presence is taken for the default, and not written
//! ([prost#1177](https://github.com/tokio-rs/prost/issues/1177)). `ProtobufDynamic` writes it.
//!
//! Fields that a reader's type does not have are skipped, as prost does: a message that is read
//! and written again has lost them.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use wireform_registry::{ResolvedSchema, SchemaKind};

use crate::content_type::ContentType;
use crate::error::{Error, ErrorKind, Result};
use crate::format::{Format, unframed_format, version_and_limits};
use crate::frame::MessageIndex;
use crate::limits::Limits;
use crate::reader::{ReadCodec, ReadPlan, reads};
use crate::schema_codec::{SchemaCodec, SchemaFormat, SchemaSource};
use crate::serializer::{Deserializer, Serializer, append_or_restore};

mod canonical;
mod compatibility;
pub(crate) mod descriptor;
#[cfg(feature = "protobuf-reflect")]
mod dynamic;
mod frame_tail;
mod known;
mod language;
mod nesting;
mod normal;
mod plan;
pub(crate) mod pool;
pub(crate) mod record;
mod rules;
mod shape;
mod writes;

#[cfg(feature = "datetime")]
#[cfg_attr(docsrs, doc(cfg(feature = "datetime")))]
pub mod timestamp;

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod tests;

/// The prost that generated code is written for.
pub use ::prost;
/// The prost-reflect whose messages [`ProtobufDynamic`] reads and writes.
#[cfg(feature = "protobuf-reflect")]
#[cfg_attr(docsrs, doc(cfg(feature = "protobuf-reflect")))]
pub use ::prost_reflect;
/// The Rust types of `google/protobuf/*.proto`.
pub use ::prost_types;

#[cfg(feature = "protobuf-reflect")]
#[cfg_attr(docsrs, doc(cfg(feature = "protobuf-reflect")))]
pub use self::dynamic::{
    AnyProtobuf, DecodedMessage, EncodedMessage, Payload, ProtobufDynamic, ProtobufSchema,
};

pub use self::record::ProtobufRecord;
pub use self::rules::ProtobufRules;

/// The codec of a generated Protobuf message.
///
/// The payload is the message alone. [`Framed`](crate::Framed) puts Confluent's frame on it, with
/// the message index; what is registered is the text of the `.proto` file.
///
/// ```
/// # use wireform::__private::ProtoFile;
/// # use wireform::protobuf::ProtobufRecord;
/// # #[derive(Clone, PartialEq, wireform::protobuf::prost::Message)]
/// # #[prost(prost_path = "::wireform::protobuf::prost")]
/// # struct Ping {
/// #     #[prost(uint32, tag = "1")]
/// #     n: u32,
/// # }
/// # impl ProtobufRecord for Ping {
/// #     const FULL_NAME: &'static str = "Ping";
/// #     const MESSAGE_INDEX: &'static [u32] = &[0];
/// #     fn file() -> &'static ProtoFile {
/// #         const TEXT: &str = "syntax = \"proto3\"; message Ping { uint32 n = 1; }";
/// #         static FILE: ProtoFile = ProtoFile::new("ping.proto", Some(TEXT), &[], &[]);
/// #         &FILE
/// #     }
/// # }
/// use wireform::{Deserializer, Framed, Protobuf, SchemaId, SerializerExt};
///
/// // `Ping` is generated from `message Ping { uint32 n = 1; }`.
/// let pings = Protobuf::<Ping>::new().version("1.0");
/// assert_eq!(pings.to_vec(&Ping { n: 7 })?, [8, 7]);
/// assert_eq!(pings.deserialize(&[8, 7])?, Ping { n: 7 });
///
/// let framed = Framed::with_id(pings, SchemaId::new(5));
/// assert_eq!(framed.to_vec(&Ping { n: 7 })?, [0, 0, 0, 0, 5, 0, 8, 7]);
/// # Ok::<(), wireform::Error>(())
/// ```
pub struct Protobuf<T> {
    source: Arc<SchemaSource>,
    index: MessageIndex,
    version: Option<Box<str>>,
    limits: Limits,
    value: PhantomData<fn(&T)>,
}

impl<T: ProtobufRecord> Protobuf<T> {
    /// A codec for `T` that declares no version.
    ///
    /// # Panics
    /// If `T::MESSAGE_INDEX` is not a message index. Generated code always has one.
    #[must_use]
    #[allow(
        clippy::panic,
        reason = "documented: an implementation by hand broke its contract"
    )]
    pub fn new() -> Self {
        let index = match MessageIndex::new(T::MESSAGE_INDEX) {
            Ok(index) => index,
            Err(error) => panic!("message {}: {error}", T::FULL_NAME),
        };
        Self {
            source: Arc::new(T::file().source().with_record(T::FULL_NAME)),
            index,
            version: None,
            limits: Limits::default(),
            value: PhantomData,
        }
    }
}

impl<T> Protobuf<T> {
    version_and_limits! {
        /// Sets the longest payload that is read. Nesting is limited to 100 messages by prost; the
        /// other limits do not apply.
    }
}

unframed_format!([T] Protobuf<T>, ContentType::PROTOBUF);

impl<T: ProtobufRecord> Serializer<T> for Protobuf<T> {
    fn format(&self, _value: &T) -> &dyn Format {
        self
    }

    fn serialize(&self, value: &T, out: &mut Vec<u8>) -> Result<()> {
        append_or_restore(out, |out| {
            value.encode(out).map_err(|error| {
                let message = format!("{} does not fit into memory", T::FULL_NAME);
                Error::new(ErrorKind::Encode, message).with_source(error)
            })
        })
    }
}

impl<T: ProtobufRecord> Deserializer<T> for Protobuf<T> {
    fn deserialize(&self, bytes: &[u8]) -> Result<T> {
        self.limits.check_payload(bytes)?;
        T::decode(bytes).map_err(|error| {
            // prost names the field and what is wrong with its key or length, never its value.
            Error::new(ErrorKind::Decode, format!("{}: {error}", T::FULL_NAME))
        })
    }
}

impl<T: ProtobufRecord> SchemaFormat for Protobuf<T> {
    fn source(&self) -> &SchemaSource {
        &self.source
    }

    fn message_index(&self) -> MessageIndex {
        self.index
    }

    fn check_writes(&self, schema: &ResolvedSchema) -> Result<()> {
        if schema.kind != SchemaKind::Protobuf {
            let message = format!("the schema is of type {}", schema.kind);
            return Err(Error::new(ErrorKind::Incompatible, message));
        }
        writes::check(T::file(), T::FULL_NAME, &self.index, schema)
    }
}

impl<T: ProtobufRecord> SchemaCodec<T> for Protobuf<T> {
    fn serialize_body(&self, value: &T, out: &mut Vec<u8>) -> Result<()> {
        self.serialize(value, out)
    }
}

impl<T: ProtobufRecord> ReadCodec<T> for Protobuf<T> {
    reads!(T, Protobuf, is_protobuf);

    fn plan(&self, writer: &ResolvedSchema) -> Result<Box<dyn ReadPlan<T>>> {
        Ok(Box::new(plan::Plan::new(self.clone(), writer)?))
    }
}

impl<T> Clone for Protobuf<T> {
    fn clone(&self) -> Self {
        Self {
            source: Arc::clone(&self.source),
            index: self.index,
            version: self.version.clone(),
            limits: self.limits,
            value: PhantomData,
        }
    }
}

impl<T: ProtobufRecord> Default for Protobuf<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Protobuf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Protobuf")
            .field("message", &self.source.record)
            .field("index", &self.index)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
