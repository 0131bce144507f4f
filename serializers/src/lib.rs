//! Schema-aware serialization for Kafka: the exact bytes that consumers in every language expect,
//! and the headers that say what they are.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod content_type;
mod error;
mod format;
pub mod frame;
mod framed;
mod from_fn;
pub mod header;
mod limits;
mod plain;
mod reader;
mod schema_codec;
mod serializer;

#[cfg(feature = "avro")]
#[cfg_attr(docsrs, doc(cfg(feature = "avro")))]
pub mod avro;
#[cfg(feature = "json")]
mod json;
#[cfg(feature = "protobuf")]
pub mod protobuf;

/// Generated code names this crate absolutely; so it works in here too.
#[cfg(all(test, feature = "protobuf"))]
extern crate self as wireform;

pub use wireform_registry as registry;
pub use wireform_registry::{
    RecordName, Role, SchemaGuid, SchemaId, SchemaKey, SchemaKind, Subject, SubjectNaming,
    TopicName, TopicRecordName, Version,
};

#[cfg(feature = "avro")]
pub use crate::avro::SerdeAvro;
pub use crate::content_type::ContentType;
pub use crate::error::{Error, ErrorKind, Result};
pub use crate::format::{Format, SchemaRef};
pub use crate::framed::{Framed, subject_of};
pub use crate::from_fn::{FromFn, from_fn};
pub use crate::header::{HeaderList, HeaderNames, NoHeaders};
#[cfg(feature = "json")]
pub use crate::json::Json;
pub use crate::limits::Limits;
pub use crate::plain::{Bytes, Double, Float, Integer, Long, Short, Utf8, UuidText};
#[cfg(feature = "protobuf")]
pub use crate::protobuf::{Protobuf, ProtobufRecord};
pub use crate::reader::{Decoded, ReadCodec, ReadPlan, Reader, ReaderBuilder};
pub use crate::schema_codec::{Import, SchemaCodec, SchemaFormat, SchemaSource};
pub use crate::serializer::{Deserializer, Serializer, SerializerExt};
