#![doc = include_str!("datetime/guide.md")]
#![cfg_attr(feature = "chrono", doc = include_str!("datetime/guide/chrono.md"))]
#![cfg_attr(feature = "jiff", doc = include_str!("datetime/guide/jiff.md"))]
#![cfg_attr(feature = "time", doc = include_str!("datetime/guide/time.md"))]

#[cfg(feature = "avro")]
mod avro;
mod fault;
mod json;
mod moment;
mod newtype;
mod policy;
mod recognise;
mod render;
mod scan;
#[cfg(feature = "schemars")]
mod schema;
mod shape;
mod stack_text;
mod types;
mod unit;
mod with;
mod write;

pub mod civil;
pub mod epoch;
pub mod rfc3339;

pub use civil::{CivilDate, CivilDatetime, CivilKind};
pub use json::DatetimeJson;
pub use moment::Moment;
pub use newtype::{Civil, Epoch, Rfc3339};
pub use policy::{DatetimeFormat, DatetimePolicy, Naive, Precision, Zone};
pub use types::Datetime;
pub use unit::{Auto, AvroUnit, EpochUnit, Micros, Millis, Nanos, Seconds, TextPrecision};

#[cfg(test)]
mod tests;
