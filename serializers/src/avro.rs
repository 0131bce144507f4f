//! Avro: schemas, the binary encoding, schema evolution, and codecs for types that derive it and
//! for serde types.
//!
//! The main types are [`Avro`], for types that [derive](derive@Avro) it or were generated, [`Schema`],
//! parsed once and shared, and [`SerdeAvro`], which writes and reads any serde type with one.

mod compatibility;
mod plan;
mod read;
mod rules;
mod schema;
mod serde_avro;
mod serde_read;
mod serde_write;
mod typed;
mod write;

pub use self::compatibility::check_compatibility;
pub use self::rules::AvroRules;
pub use self::schema::{
    Default, Enum, Field, Fingerprint, Fixed, Kind, LogicalType, Node, NodeId, Order, Record,
    Schema,
};
pub use self::serde_avro::SerdeAvro;
pub use self::typed::{
    Avro, AvroBorrow, AvroDecode, AvroEncode, AvroPlan, AvroRecord, AvroString, AvroType, Cursor,
    Date, Decimal, Duration, Encoder, FieldHead, FieldValue, Fields, LocalTimestampMicros,
    LocalTimestampMillis, LocalTimestampNanos, RecordFields, Resolution, SchemaWriter,
    StraightFields, TimeMicros, TimeMillis, TimestampMicros, TimestampMillis, TimestampNanos,
    TypeHead, schema_of, schema_text, with,
};
#[cfg(feature = "derive")]
pub use wireform_derive::Avro;
