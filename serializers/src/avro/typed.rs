//! Avro for Rust types without a schema at run time: what `#[derive(Avro)]` writes, and the types
//! it is made of.

use crate::error::Result;

use super::schema::Schema;

mod codec;
mod collection;
mod encoder;
mod file;
mod logical;
mod pointer;
mod resolution;
mod scalar;
mod schema_writer;
mod text;
pub mod with;

pub use self::codec::{Avro, AvroPlan};
pub use self::encoder::Encoder;
pub use self::file::AvscFile;
pub use self::logical::{
    Date, Decimal, Duration, LocalTimestampMicros, LocalTimestampMillis, LocalTimestampNanos,
    TimeMicros, TimeMillis, TimestampMicros, TimestampMillis, TimestampNanos,
};
pub use self::resolution::{FieldValue, RecordFields, Resolution, StraightFields};
pub use self::schema_writer::{FieldHead, Fields, SchemaWriter, TypeHead};
pub use self::text::AvroString;

/// **A type that implements `AvroType` has one Avro type; it writes that type's schema.**
///
/// `#[derive(Avro)]` implements it, with [`AvroEncode`], [`AvroDecode`] and [`AvroBorrow`], for
/// structs (records), for structs with one unnamed field (transparent), and for enums (Avro enums;
/// with data: unions).
///
/// # Contract
/// The answers never change, and what the type encodes is a datum of the schema it writes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no Avro type",
    note = "derive it: `#[derive(wireform::Avro)]` (feature `derive`); Avro's numbers are `i32`, \
            `i64`, `f32` and `f64`, its bytes are `Vec<u8>`, its text is `String`"
)]
pub trait AvroType {
    /// The fewest bytes that a datum takes.
    const MIN_SIZE: usize;
    /// The value without content, as JSON: what a field's default is that names no value.
    const EMPTY: Option<&'static str>;
    /// Whether it is a union, which no union may hold directly.
    const IS_UNION: bool;
    /// In a union whose `null` the type itself has no value for: the place of that branch. An
    /// `Option` around the type takes it.
    #[doc(hidden)]
    const NULL_AT: Option<usize> = None;
    /// The file that the type was generated from, if it is the outermost type there.
    #[doc(hidden)]
    const FILE: Option<&'static AvscFile> = None;

    /// Writes the schema.
    fn write_schema(schema: &mut SchemaWriter);
}

/// **A type that implements `AvroEncode` writes itself as a datum of its Avro type, in a straight
/// line: no schema is looked at.**
///
/// # Contract
/// As [`Serializer`](crate::Serializer): it only appends, and never panics.
pub trait AvroEncode: AvroType {
    /// Appends the datum.
    ///
    /// # Errors
    /// `Encode` if the value has no datum (a decimal of too many digits); `LimitExceeded` if
    /// records are nested too deeply.
    fn encode(&self, encoder: &mut Encoder) -> Result<()>;
}

/// **A type that implements `AvroDecode<'de>` reads itself from a datum that lives for `'de`; it
/// reads its own Avro type in a straight line, and another writer's by a plan.**
///
/// # Contract
/// Bytes come from outside: every input gives a value or a typed error, and never a panic.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from an Avro datum",
    note = "derive it: `#[derive(wireform::Avro)]` (feature `derive`); a type that borrows is read \
            with `Avro::decode_ref`"
)]
pub trait AvroDecode<'de>: AvroType + Sized {
    /// Reads a datum of the type's own schema.
    ///
    /// # Errors
    /// `Decode` with the place if there is none; `LimitExceeded`.
    fn decode(cursor: &mut Cursor<'de>) -> Result<Self>;

    /// Reads a datum of another schema, as `resolution` says.
    ///
    /// # Errors
    /// As [`decode`](Self::decode); also `Incompatible` where this very datum holds what the type
    /// has no place for.
    fn decode_with(cursor: &mut Cursor<'de>, resolution: Resolution<'de>) -> Result<Self>;

    /// The value of an empty default (`null`; no text, bytes, items or entries), where that is
    /// quicker to make than to read. The answer is what [`decode`](Self::decode) would read.
    #[doc(hidden)]
    #[inline(always)]
    #[must_use]
    fn empty_default() -> Option<Self> {
        None
    }
}

/// **A type that implements `AvroBorrow` names the type that it is when it is read from a datum
/// that lives for `'a`**: itself, but for its lifetime.
pub trait AvroBorrow: AvroType {
    /// The type for one datum.
    type For<'a>: AvroDecode<'a>;
}

/// **A type that implements `AvroRecord` is an Avro record, with a name and a schema text.**
pub trait AvroRecord: AvroType {
    /// The full name.
    const FULL_NAME: &'static str;
}

/// The schema of `T`, as text.
///
/// # Errors
/// `InvalidSchema` if two types have one name, a type without a name holds itself, or an attribute
/// does not fit its type.
pub fn schema_text<T: AvroType + ?Sized>() -> Result<String> {
    let mut schema = SchemaWriter::default();
    T::write_schema(&mut schema);
    schema.finish()
}

/// The schema of `T`.
///
/// # Errors
/// As [`schema_text`] and [`Schema::parse`].
pub fn schema_of<T: AvroType + ?Sized>() -> Result<Schema> {
    Schema::parse(&schema_text::<T>()?)
}

pub use super::read::Cursor;
