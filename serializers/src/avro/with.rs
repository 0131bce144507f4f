//! Fields whose type implements none of the Avro traits: `#[avro(with = "path::to::module")]`.
//!
//! Such a module has a `const MIN_SIZE: usize` and four functions: `write_schema`, `encode`,
//! `decode` and `decode_with`, as the items of [`AvroType`](super::AvroType),
//! [`AvroEncode`](super::AvroEncode) and [`AvroDecode`](super::AvroDecode). The functions convert
//! the value and call those of a type that implements the traits; they only pass on the types that
//! are exported here.
//!
//! ```
//! # #[cfg(feature = "derive")] {
//! use std::time::Duration;
//!
//! use wireform::SerializerExt;
//! use wireform::avro::Avro;
//!
//! /// A `Duration` as a `long` of whole seconds.
//! mod seconds {
//!     use std::time::Duration;
//!
//!     use wireform::Result;
//!     use wireform::avro::with::{Cursor, Encoder, Resolution, SchemaWriter};
//!     use wireform::avro::{AvroDecode, AvroEncode, AvroType};
//!
//!     pub const MIN_SIZE: usize = i64::MIN_SIZE;
//!
//!     /// `T` is the type of the field.
//!     pub fn write_schema<T>(schema: &mut SchemaWriter) {
//!         i64::write_schema(schema);
//!     }
//!
//!     pub fn encode(value: &Duration, encoder: &mut Encoder) -> Result<()> {
//!         i64::try_from(value.as_secs()).unwrap_or(i64::MAX).encode(encoder)
//!     }
//!
//!     pub fn decode(cursor: &mut Cursor<'_>) -> Result<Duration> {
//!         i64::decode(cursor).map(from_seconds)
//!     }
//!
//!     pub fn decode_with<'de>(
//!         cursor: &mut Cursor<'de>,
//!         resolution: Resolution<'de>,
//!     ) -> Result<Duration> {
//!         i64::decode_with(cursor, resolution).map(from_seconds)
//!     }
//!
//!     fn from_seconds(seconds: i64) -> Duration {
//!         Duration::from_secs(seconds.try_into().unwrap_or(0))
//!     }
//! }
//!
//! #[derive(Avro)]
//! struct Timeout {
//!     #[avro(with = "seconds")]
//!     after: Duration,
//! }
//!
//! let timeout = Timeout { after: Duration::from_secs(7) };
//! assert_eq!(Avro::<Timeout>::new().to_vec(&timeout)?, [14]);
//! # }
//! # Ok::<(), wireform::Error>(())
//! ```

pub use super::typed::{Cursor, Encoder, Resolution, SchemaWriter};
