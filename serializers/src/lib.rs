//! Schema-aware serialization for Kafka: the exact bytes that consumers in every language expect,
//! and the headers that describe them.
//!
//! A [`Serializer<T>`](Serializer) writes values of `T` and describes what it writes. A [`Reader`]
//! reads records of any writer. Both use a codec for each format. [`Framed`] wraps a codec and adds
//! the id of a registered schema to the bytes that it writes.
//!
//! # Setup
//! ```toml
//! [dependencies]
//! wireform = { version = "0.1", features = ["avro"] }
//! ```
//!
//! # Example
//! A value as JSON, and its headers:
//! ```
//! use wireform::{HeaderNames, Json, Serializer, SerializerExt, header};
//!
//! #[derive(serde::Serialize)]
//! struct Order {
//!     id: String,
//!     total: f64,
//! }
//!
//! let json = Json::<Order>::new().version("1.0");
//! let order = Order { id: "ORD-001".to_owned(), total: 999.99 };
//! assert_eq!(json.to_vec(&order)?, br#"{"id":"ORD-001","total":999.99}"#);
//!
//! let headers = header::codec_headers(&HeaderNames::default(), None, Some(json.format(&order)));
//! assert_eq!(headers[0], ("content-type".to_owned(), b"application/json".to_vec()));
//! assert_eq!(headers[1], ("version".to_owned(), b"1.0".to_vec()));
//! # Ok::<(), wireform::Error>(())
//! ```
//! The crate `wireform-producer` adds these headers to every record that it sends.
//!
//! The [`cookbook`] has complete programs, one page for each format.
//!
//! # Features
//! | Name | Description | Default? |
//! |---|---|---|
//! | `json` | [`Json`]: JSON by serde_json | yes |
//! | `datetime` | [`DatetimeJson`]: JSON whose datetimes follow one policy | no |
//! | `chrono` | `datetime` for chrono's types | no |
//! | `jiff` | `datetime` for jiff's types | no |
//! | `time` | `datetime` for the time crate's types | no |
//! | `avro` | [`avro`]: schemas, evolution, JSON encoding, a codec for serde types | no |
//! | `avro-file` | [`avro::file`]: container files, uncompressed and deflated | no |
//! | `avro-file-bzip2`, `avro-file-snappy`, `avro-file-zstandard` | other compressions of them | no |
//! | `derive` | `#[derive(Avro)]`: the schema from a type, and code in a straight line; `#[derive(Events)]`: several kinds of [`events`] on one topic | no |
//! | `compact_str`, `bytes` | short strings, and shared bytes, as Avro's | no |
//! | `avro-value` | generic Avro records, as `apache_avro::types::Value` | no |
//! | `glue` | compressed bodies of AWS Glue, see [`foreign`] | no |
//! | `cloudevents` | [`cloudevents`]: attributes of events, and events in structured mode | no |
//! | `json-schema` | [`json_schema`]: JSON validated against its schema | no |
//! | `schemars` | `json-schema` with the schema that schemars derives | no |
//! | `protobuf` | [`protobuf`]: prost messages with their schema, and its rules | no |
//! | `protobuf-reflect` | [`protobuf::ProtobufDynamic`]: messages without generated code, ProtoJSON | no |
//! | `dynamic` | [`mod@dynamic`]: values of any schema as JSON text, and annotated bytes | no |
//! | `testing` | [`testing`]: checks of evolution and of drift, for the tests of programs | no |
//! | `testing-http` | `testing` on the registry that `WIREFORM_REGISTRY_URL` names | no |
//!
//! Without any feature, the crate has [`Utf8`], [`Bytes`], Kafka's big-endian primitives, and
//! [`from_fn`], which makes a serializer from a closure.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(any(feature = "avro", feature = "datetime"))]
mod calendar;
mod content_type;
mod error;
pub mod events;
pub mod foreign;
mod format;
pub mod frame;
mod framed;
mod from_fn;
pub mod header;
#[cfg(any(feature = "cloudevents", feature = "json", feature = "json-schema"))]
mod json_error;
mod language;
mod limits;
mod plain;
mod reader;
mod schema_codec;
mod serializer;
mod varint;

#[cfg(feature = "avro")]
#[cfg_attr(docsrs, doc(cfg(feature = "avro")))]
pub mod avro;
#[cfg(feature = "cloudevents")]
#[cfg_attr(docsrs, doc(cfg(feature = "cloudevents")))]
pub mod cloudevents;
#[cfg(any(doc, doctest))]
pub mod cookbook;
#[cfg(feature = "datetime")]
#[cfg_attr(docsrs, doc(cfg(feature = "datetime")))]
pub mod datetime;
#[cfg(feature = "dynamic")]
#[cfg_attr(docsrs, doc(cfg(feature = "dynamic")))]
pub mod dynamic;
#[cfg(feature = "json")]
mod json;
#[cfg(feature = "json-schema")]
#[cfg_attr(docsrs, doc(cfg(feature = "json-schema")))]
pub mod json_schema;
#[cfg(feature = "protobuf")]
pub mod protobuf;
#[cfg(feature = "testing")]
#[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
pub mod testing;

/// Generated code names this crate by an absolute path; this makes it work inside the crate, too.
#[cfg(test)]
#[allow(unused_extern_crates, reason = "not every feature has such code")]
extern crate self as wireform;

pub use uuid::Uuid;
pub use wireform_registry as registry;
pub use wireform_registry::{
    RecordName, Role, SchemaGuid, SchemaId, SchemaKey, SchemaKind, Subject, SubjectNaming,
    TopicName, TopicRecordName, Version,
};

#[cfg(feature = "avro")]
pub use crate::avro::{Avro, SerdeAvro};
pub use crate::content_type::ContentType;
#[cfg(feature = "datetime")]
pub use crate::datetime::DatetimeJson;
pub use crate::error::{Error, ErrorKind, Result};
pub use crate::events::{EventCodec, Events, FramedEvents};
pub use crate::format::{Format, SchemaRef};
pub use crate::framed::{Framed, subject_of};
pub use crate::from_fn::{FromFn, from_fn};
pub use crate::header::{HeaderList, HeaderNames, NoHeaders};
#[cfg(feature = "json")]
pub use crate::json::Json;
#[cfg(feature = "json-schema")]
pub use crate::json_schema::JsonSchema;
pub use crate::limits::Limits;
pub use crate::plain::{Bytes, Double, Float, Integer, Long, Short, Utf8, UuidText};
#[cfg(feature = "protobuf")]
pub use crate::protobuf::{Protobuf, ProtobufRecord};
pub use crate::reader::{Decoded, ReadCodec, ReadPlan, Reader, ReaderBuilder};
pub use crate::schema_codec::{Import, SchemaCodec, SchemaFormat, SchemaSource};
pub use crate::serializer::{Deserializer, Serializer, SerializerExt};

/// Support for the derives and for the code that `wireform-build` generates. Not part of the public
/// API: exempt from semantic versioning, it may change in any release. Use the `wireform-derive` and
/// the `wireform-build` of the same version.
#[doc(hidden)]
pub mod __private {
    /// Numbers of variable length.
    pub mod varint {
        pub use crate::varint::{Malformed, split, unzigzag, write, zigzag};
    }

    #[cfg(feature = "avro")]
    pub use crate::avro::typed::{
        AvroBorrow, AvroDecode, AvroEncode, AvroRecord, AvroString, AvroType, AvscFile, Cursor,
        Encoder, FieldHead, FieldValue, Fields, RecordFields, Resolution, SchemaWriter,
        StraightFields, TypeHead, with,
    };
    #[cfg(feature = "protobuf")]
    pub use crate::protobuf::{
        descriptor::edition, pool::adapt::public_imports, record::ProtoFile,
    };
}
