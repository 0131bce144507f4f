use std::fmt;
use std::sync::Arc;

use apache_avro::types::Value;
use wireform_registry::{ResolvedSchema, SchemaKind};

use super::codec_schema::{CodecSchema, avro_format, datum_of_raw_body, has_raw_body, write_body};
use super::plan::Plan;
use super::read::Cursor;
use super::rules::parse_resolved;
use super::schema::Schema;
use crate::error::Result;
use crate::format::Format;
use crate::frame::MessageIndex;
use crate::limits::Limits;
use crate::reader::{ReadCodec, ReadPlan, reads};
use crate::schema_codec::{SchemaCodec, SchemaSource};
use crate::serializer::{Deserializer, Serializer, append_or_restore};

mod read;
mod scalar;
mod write;

/// Avro for generic records: apache-avro's [`Value`], written and read by this crate's own engine.
///
/// Nothing of apache-avro is run but the constructors of its types. `wireform::avro::Value` and
/// `wireform::avro::apache_avro` name the very version that is meant.
///
/// # Writing
/// A value must fit the schema, which decides how it is written:
/// - numbers are widened where schema resolution would (`Int` to long, `Float` to double, …) and
///   nothing is lost;
/// - fields go by name; one that is left out takes the schema's default, and one that the schema
///   does not know is an error;
/// - a value of a union is `Value::Union`, or stands alone if just one branch takes it best: its
///   own type before a wider one. Records are told apart by the names of their fields;
/// - logical types take their own variant, in their own unit, or the type below it
///   (`TimestampMillis` or `Long`, `Decimal` or `Bytes`); a decimal of too many digits is an error;
/// - an enum's number and symbol must agree; `String` will do;
/// - a `Map` has no order of its own, so its entries are written as they come.
///
/// # Reading
/// Values have the variants of the *reader's* schema: `Union` around every value of a union, and
/// the logical type's variant where there is one. A `uuid` on string whose text is none stays
/// `String`. Of a map's entries with the same key the last one counts.
///
/// ```
/// use wireform::avro::{AvroValue, Value};
/// use wireform::{Deserializer, SerializerExt};
///
/// let avro = AvroValue::new(
///     r#"{"type": "record", "name": "Ping", "fields": [
///         {"name": "n", "type": "long"},
///         {"name": "note", "type": ["null", "string"], "default": null}]}"#,
/// )?;
/// let bytes = avro.to_vec(&Value::Record(vec![("n".to_owned(), Value::Int(7))]))?;
/// assert_eq!(bytes, [14, 0]);
///
/// let Value::Record(fields) = avro.deserialize(&bytes)? else { unreachable!() };
/// assert_eq!(fields[0], ("n".to_owned(), Value::Long(7)));
/// assert_eq!(fields[1].1, Value::Union(0, Box::new(Value::Null)));
/// # Ok::<(), wireform::Error>(())
/// ```
#[derive(Clone)]
pub struct AvroValue {
    inner: Arc<Inner>,
    limits: Limits,
}

struct Inner {
    codec: CodecSchema,
    /// How the codec's own data is read.
    plan: Plan,
}

impl AvroValue {
    /// A codec that writes with the schema `text`, and reads into it.
    ///
    /// # Errors
    /// `InvalidSchema` with line, column and path; `LimitExceeded` for a schema that is too large
    /// or nested deeper than 64.
    pub fn new(text: &str) -> Result<Self> {
        Self::with_source(SchemaSource::new(SchemaKind::Avro, text))
    }

    /// A codec whose schema refers to types of other texts, which are registered as references.
    ///
    /// Each import's name is the full name that the text uses.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_source(source: SchemaSource) -> Result<Self> {
        Self::of(CodecSchema::parse(source)?)
    }

    /// A codec for a schema that was parsed before.
    ///
    /// What is registered is its text alone; if it refers to other texts, see
    /// [`with_source`](Self::with_source).
    ///
    /// # Errors
    /// `LimitExceeded` if types are nested too deeply to be read.
    pub fn with_schema(schema: &Schema) -> Result<Self> {
        let source = SchemaSource::new(SchemaKind::Avro, schema.shared_text());
        Self::of(CodecSchema::with(schema.clone(), source))
    }

    fn of(codec: CodecSchema) -> Result<Self> {
        let plan = Plan::new(&codec.schema, &codec.schema)?;
        Ok(Self {
            inner: Arc::new(Inner { codec, plan }),
            limits: Limits::default(),
        })
    }

    /// Makes the plan to read what was written with `writer`.
    ///
    /// # Errors
    /// `Incompatible` with the path if nothing written with it can ever be read with this codec's
    /// schema.
    pub fn plan_for(&self, writer: &Schema) -> Result<AvroValuePlan> {
        Ok(AvroValuePlan {
            plan: Plan::new(writer, &self.inner.codec.schema)?,
            limits: self.limits,
            is_raw_bytes: has_raw_body(writer),
        })
    }
}

/// How data of one writer schema is read as values of another.
#[derive(Debug)]
pub struct AvroValuePlan {
    plan: Plan,
    limits: Limits,
    /// Whether a body is the bytes themselves, without their length.
    is_raw_bytes: bool,
}

impl AvroValuePlan {
    /// Reads one datum.
    ///
    /// # Errors
    /// As [`Deserializer::deserialize`]; also `Incompatible` where this very datum holds what the
    /// reader's schema has no place for.
    pub fn decode(&self, datum: &[u8]) -> Result<Value> {
        read_whole(&self.plan, &self.limits, datum)
    }
}

fn read_whole(plan: &Plan, limits: &Limits, datum: &[u8]) -> Result<Value> {
    let mut cursor = Cursor::new(datum, limits)?;
    let value = read::read(plan, &mut cursor)?;
    cursor.finish()?;
    Ok(value)
}

avro_format!([] AvroValue);

impl Serializer<Value> for AvroValue {
    fn format(&self, _value: &Value) -> &dyn Format {
        self
    }

    fn serialize(&self, value: &Value, out: &mut Vec<u8>) -> Result<()> {
        let schema = &self.inner.codec.schema;
        append_or_restore(out, |out| {
            write::write(schema, self.limits.depth, value, out)
        })
    }
}

impl SchemaCodec<Value> for AvroValue {
    /// A top-level `bytes` has no length here, as in Java's `AbstractKafkaAvroSerializer`.
    fn serialize_body(&self, value: &Value, out: &mut Vec<u8>) -> Result<()> {
        write_body(&self.inner.codec.schema, out, |out| {
            self.serialize(value, out)
        })
    }
}

impl Deserializer<Value> for AvroValue {
    fn deserialize(&self, bytes: &[u8]) -> Result<Value> {
        read_whole(&self.inner.plan, &self.limits, bytes)
    }
}

impl ReadCodec<Value> for AvroValue {
    reads!(Value, Avro, is_avro);

    fn plan(&self, writer: &ResolvedSchema) -> Result<Box<dyn ReadPlan<Value>>> {
        Ok(Box::new(self.plan_for(&parse_resolved(writer)?)?))
    }
}

impl ReadPlan<Value> for AvroValuePlan {
    fn decode(&self, _message: &MessageIndex, body: &[u8]) -> Result<Value> {
        if !self.is_raw_bytes {
            return read_whole(&self.plan, &self.limits, body);
        }
        let datum = datum_of_raw_body(body, &self.limits)?;
        read_whole(&self.plan, &self.limits.payload(usize::MAX), &datum)
    }
}

impl fmt::Debug for AvroValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AvroValue")
            .field("record", &self.inner.codec.source.record)
            .field("fingerprint", &self.inner.codec.schema.fingerprint())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
