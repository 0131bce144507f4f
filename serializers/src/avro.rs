//! Avro: schemas, the binary encoding, schema evolution, and a codec for serde types.
//!
//! The main types are [`Schema`], parsed once and shared, and [`SerdeAvro`], which writes and
//! reads any serde type with it.

mod compatibility;
mod plan;
mod read;
mod rules;
mod schema;
mod serde_avro;
mod serde_read;
mod serde_write;
mod write;

pub use self::compatibility::check_compatibility;
pub use self::rules::AvroRules;
pub use self::schema::{
    Default, Enum, Field, Fingerprint, Fixed, Kind, LogicalType, Node, NodeId, Order, Record,
    Schema,
};
pub use self::serde_avro::SerdeAvro;
