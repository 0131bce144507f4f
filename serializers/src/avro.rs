//! Avro: schemas, the binary encoding, schema evolution, and codecs for types that derive it and
//! for serde types.
//!
//! The main types are [`Avro`](struct@Avro), for types that [derive](derive@Avro) it or were
//! generated, [`Schema`], parsed once and shared, and [`SerdeAvro`], which writes and reads any
//! serde type with one.
//!
//! Without a type of one's own: `AvroValue` (feature `avro-value`) writes and reads apache-avro's
//! generic `Value`, [`json`] turns data into text and back, and [`Transcoder`] rewrites data of one
//! schema as data of another.

#[cfg(feature = "dynamic")]
mod annotate;
mod codec_schema;
mod compatibility;
mod decimal;
#[cfg(feature = "dynamic")]
mod dynamic;
mod fields;
mod fields_by_name;
#[cfg(feature = "avro-file")]
#[cfg_attr(docsrs, doc(cfg(feature = "avro-file")))]
pub mod file;
pub mod json;
mod language;
mod plan;
mod read;
mod rules;
pub mod schema;
mod serde_avro;
mod serde_read;
mod serde_write;
mod single_object;
mod transcode;
pub(crate) mod typed;
mod union_source;
#[cfg(feature = "avro-value")]
mod value;
pub mod with;
mod write;
mod writer_plan;

pub use self::compatibility::check_compatibility;
pub use self::rules::AvroRules;
pub use self::schema::{Fingerprint, Schema};
pub use self::serde_avro::SerdeAvro;
pub use self::single_object::{SingleObject, SingleObjectReader};
pub use self::transcode::Transcoder;
pub use self::typed::{
    Avro, AvroDecode, AvroEncode, AvroPlan, AvroRecord, AvroType, Date, Decimal, Duration,
    LocalTimestampMicros, LocalTimestampMillis, LocalTimestampNanos, TimeMicros, TimeMillis,
    TimestampMicros, TimestampMillis, TimestampNanos, schema_of, schema_text,
};
#[cfg(feature = "avro-value")]
#[cfg_attr(docsrs, doc(cfg(feature = "avro-value")))]
pub use self::value::{AvroValue, AvroValuePlan};
#[cfg(feature = "avro-value")]
#[cfg_attr(docsrs, doc(cfg(feature = "avro-value")))]
#[doc(no_inline)]
pub use apache_avro::{self, types::Value};
#[cfg(feature = "bytes")]
#[doc(no_inline)]
pub use bytes::Bytes;
#[cfg(feature = "compact_str")]
#[doc(no_inline)]
pub use compact_str::CompactString;
#[cfg(feature = "derive")]
pub use wireform_derive::Avro;
