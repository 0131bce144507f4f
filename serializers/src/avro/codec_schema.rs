//! The schema of a codec, with what a registry and a record's headers want to know of it.

mod precision;

use wireform_registry::ResolvedSchema;

use super::plan::Plan;
use super::read::Cursor;
use super::rules::parse_resolved;
use super::schema::{Kind, Schema};
use super::write;
use crate::error::{Error, ErrorKind, Result};
use crate::format::SchemaRef;
use crate::limits::Limits;
use crate::schema_codec::SchemaSource;

/// The schema of a codec.
#[derive(Debug)]
pub(super) struct CodecSchema {
    pub(super) schema: Schema,
    pub(super) source: SchemaSource,
    pub(super) reference: SchemaRef,
}

impl CodecSchema {
    /// Parses a text and what it imports.
    pub(super) fn parse(source: SchemaSource) -> Result<Self> {
        Ok(Self::with(parse_source(&source)?, source))
    }

    /// A schema that was parsed from `source` before.
    pub(super) fn with(schema: Schema, mut source: SchemaSource) -> Self {
        source.record = schema.full_name().map(str::to_owned);
        let mut reference = SchemaRef::unknown();
        reference.set_fingerprint(Some(schema.fingerprint().to_be_bytes()));
        Self {
            schema,
            source,
            reference,
        }
    }

    /// Checks that data of this schema is data of `schema`.
    ///
    /// # Errors
    /// As [`check_same_data`].
    pub(super) fn check_writes(&self, schema: &ResolvedSchema) -> Result<()> {
        check_same_data(&self.schema, &parse_resolved(schema)?)
    }
}

/// Checks that data of `own` is data of `other`, byte for byte and with the same meaning.
///
/// # Errors
/// `Incompatible` if the bytes differ, if they are numbers in another unit or of another scale, or if
/// decimals may have more digits than `other` allows.
pub(super) fn check_same_data(own: &Schema, other: &Schema) -> Result<()> {
    if own.canonical_form() != other.canonical_form() {
        let message = format!(
            "the schema has fingerprint {}, this codec writes {}: their bytes differ",
            other.fingerprint(),
            own.fingerprint()
        );
        return Err(Error::new(ErrorKind::Incompatible, message));
    }
    check_same_meaning(own, other)
}

/// Checks that the branches of the union `own` are the first ones of `other`, so that their numbers
/// and their data mean the same.
///
/// # Errors
/// `Incompatible` if they are not.
pub(super) fn check_first_branches(own: &Schema, other: &Schema) -> Result<()> {
    let (own_form, other_form) = (own.canonical_form(), other.canonical_form());
    let branches = own_form.strip_suffix(']').unwrap_or(&own_form);
    let rest = other_form.strip_prefix(branches);
    if !rest.is_some_and(|rest| rest.starts_with([',', ']'])) {
        let message = "the schema does not begin with the branches of this program's events";
        return Err(Error::new(ErrorKind::Incompatible, message));
    }
    check_same_meaning(own, other)
}

/// Compares what canonical forms leave out: the logical types. One that only one of the schemas has
/// contradicts nothing.
fn check_same_meaning(own: &Schema, other: &Schema) -> Result<()> {
    if let Some(why) = Plan::new(own, other)?.difference() {
        return Err(Error::new(ErrorKind::Incompatible, why));
    }
    precision::check(own, other)
}

/// Parses a schema and what it imports, as strictly as one that a program registers.
///
/// # Errors
/// `InvalidSchema` with the place; `LimitExceeded`.
pub(super) fn parse_source(source: &SchemaSource) -> Result<Schema> {
    let resolved = source.resolve()?;
    let texts: Vec<&str> = resolved
        .references
        .iter()
        .map(|import| &*import.text)
        .collect();
    Schema::parse_with(&resolved.text, &texts)
}

/// Whether the body behind a frame is the bytes themselves, without their length: a top-level
/// `bytes`, as in Java's `AbstractKafkaAvroSerializer`.
pub(super) fn has_raw_body(schema: &Schema) -> bool {
    matches!(schema.kind(schema.root()), Kind::Bytes)
}

/// The body behind a frame, of a datum of a schema that [has a raw one](has_raw_body).
pub(super) fn raw_body(datum: &[u8]) -> Result<&[u8]> {
    let mut cursor = Cursor::new(datum, &Limits::default().payload(usize::MAX))?;
    let body = cursor.bytes()?;
    cursor.finish()?;
    Ok(body)
}

/// The datum whose [raw body](has_raw_body) this is.
pub(super) fn datum_of_raw_body(body: &[u8], limits: &Limits) -> Result<Vec<u8>> {
    limits.check_payload(body)?;
    let mut datum = Vec::with_capacity(body.len() + 5);
    write::bytes(body, &mut datum);
    Ok(datum)
}

/// Appends the body behind a frame: what `write` appends, without its length if the schema
/// [has a raw one](has_raw_body).
pub(super) fn write_body(
    schema: &Schema,
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>) -> Result<()>,
) -> Result<()> {
    if !has_raw_body(schema) {
        return write(out);
    }
    let mut datum = Vec::new();
    write(&mut datum)?;
    out.extend_from_slice(raw_body(&datum)?);
    Ok(())
}

/// Implements `Format` and `SchemaFormat` for a codec whose `inner.codec` is a [`CodecSchema`].
macro_rules! avro_format {
    ([$($generics:tt)*] $codec:ty) => {
        impl<$($generics)*> $codec {
            /// Sets what decoding, and the nesting of what is encoded, may take.
            #[must_use]
            pub fn limits(mut self, limits: $crate::Limits) -> Self {
                self.limits = limits;
                self
            }

            /// The schema.
            #[must_use]
            pub fn avro_schema(&self) -> &$crate::avro::Schema {
                &self.inner.codec.schema
            }
        }

        impl<$($generics)*> $crate::Format for $codec {
            fn content_type(&self) -> $crate::ContentType {
                $crate::ContentType::AVRO
            }

            fn version(&self) -> Option<&str> {
                None
            }

            fn schema(&self) -> Option<&$crate::SchemaRef> {
                Some(&self.inner.codec.reference)
            }
        }

        impl<$($generics)*> $crate::SchemaFormat for $codec {
            fn source(&self) -> &$crate::SchemaSource {
                &self.inner.codec.source
            }

            fn message_index(&self) -> $crate::frame::MessageIndex {
                $crate::frame::MessageIndex::default()
            }

            fn check_writes(
                &self,
                schema: &$crate::registry::ResolvedSchema,
            ) -> $crate::Result<()> {
                self.inner.codec.check_writes(schema)
            }
        }
    };
}
pub(super) use avro_format;

#[cfg(test)]
mod tests;
