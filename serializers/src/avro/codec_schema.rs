//! The schema of a codec, with what a registry and a record's headers want to know of it.

mod precision;

use std::sync::Arc;

use wireform_registry::{NamedText, ResolvedSchema};

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
        let mut references = Vec::new();
        collect_imports(&source, &mut references, 0)?;
        let texts: Vec<&str> = references.iter().map(|text| &**text).collect();
        let schema = Schema::parse_with(&source.text, &texts)?;
        Ok(Self::with(schema, source))
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
pub(crate) fn check_first_branches(own: &Schema, other: &Schema) -> Result<()> {
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

/// Checks a schema in full, as one that a program registers.
///
/// # Errors
/// `InvalidSchema` with the place; `LimitExceeded`.
#[cfg(feature = "testing")]
pub(crate) fn check_source(source: &SchemaSource) -> Result<()> {
    CodecSchema::parse(source.clone()).map(drop)
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

/// A schema with the texts of all that it imports.
pub(super) fn resolved(source: &SchemaSource) -> Result<ResolvedSchema> {
    let mut references = Vec::new();
    collect_imports(source, &mut references, 0)?;
    let mut schema = ResolvedSchema::new(source.kind, source.text.clone());
    schema.references = (references.into_iter())
        .map(|text| NamedText {
            // Avro's names are in the texts.
            name: String::new(),
            text,
        })
        .collect();
    Ok(schema)
}

fn collect_imports(source: &SchemaSource, out: &mut Vec<Arc<str>>, depth: usize) -> Result<()> {
    if depth > MAX_IMPORT_DEPTH {
        return Err(Error::new(
            ErrorKind::LimitExceeded,
            "imports are nested too deeply",
        ));
    }
    for import in &source.imports {
        collect_imports(&import.source, out, depth + 1)?;
        if !out.contains(&import.source.text) {
            out.push(import.source.text.clone());
        }
    }
    Ok(())
}

const MAX_IMPORT_DEPTH: usize = 64;

#[cfg(test)]
mod tests;
