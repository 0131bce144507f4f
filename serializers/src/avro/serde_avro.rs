use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wireform_registry::{ResolvedSchema, SchemaKind};

use super::codec_schema::{CodecSchema, avro_format, datum_of_raw_body, has_raw_body, write_body};
use super::plan::Plan;
use super::read::Cursor;
use super::rules::parse_resolved;
use super::{serde_read, serde_write};
use crate::error::Result;
use crate::format::Format;
use crate::frame::MessageIndex;
use crate::limits::Limits;
use crate::reader::{ReadCodec, ReadPlan, reads};
use crate::schema_codec::{SchemaCodec, SchemaSource};
use crate::serializer::{Deserializer, Serializer, append_or_restore};

/// Avro for any serde type, with a schema given as text.
///
/// Fields go by name, in whatever order the type has them; a field that the value leaves out takes
/// the schema's default, and one that the schema does not know is an error. `Option` is a union
/// with `null`, wherever the `null` stands; other unions are enums whose variants are called like
/// the branches (`String`, `Long`, or the name of the record, enum or fixed).
///
/// ```
/// use wireform::avro::SerdeAvro;
/// use wireform::{Deserializer, SerializerExt};
///
/// #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
/// struct Ping {
///     n: i32,
///     note: Option<String>,
/// }
///
/// let avro = SerdeAvro::<Ping>::new(
///     r#"{"type": "record", "name": "Ping", "fields": [
///         {"name": "note", "type": ["null", "string"]},
///         {"name": "n", "type": "int"}]}"#,
/// )?;
/// let ping = Ping { n: 7, note: None };
/// let bytes = avro.to_vec(&ping)?;
/// assert_eq!(bytes, [0, 14]);
/// assert_eq!(avro.deserialize(&bytes)?, ping);
/// # Ok::<(), wireform::Error>(())
/// ```
pub struct SerdeAvro<T: ?Sized> {
    inner: Arc<Inner>,
    limits: Limits,
    value: PhantomData<fn(&T)>,
}

struct Inner {
    codec: CodecSchema,
    /// How the codec's own data is read.
    plan: Plan,
}

impl<T: ?Sized> SerdeAvro<T> {
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
        let codec = CodecSchema::parse(source)?;
        let plan = Plan::new(&codec.schema, &codec.schema)?;
        Ok(Self {
            inner: Arc::new(Inner { codec, plan }),
            limits: Limits::default(),
            value: PhantomData,
        })
    }
}

impl<T: ?Sized> SerdeAvro<T> {
    /// Reads a value that borrows strings and bytes from the datum.
    ///
    /// # Errors
    /// As [`Deserializer::deserialize`].
    pub fn decode_ref<'a, V: Deserialize<'a>>(&'a self, datum: &'a [u8]) -> Result<V> {
        read(&self.inner.plan, &self.limits, datum)
    }
}

avro_format!([T: ?Sized] SerdeAvro<T>);

impl<T: Serialize + ?Sized> Serializer<T> for SerdeAvro<T> {
    fn format(&self, _value: &T) -> &dyn Format {
        self
    }

    fn serialize(&self, value: &T, out: &mut Vec<u8>) -> Result<()> {
        append_or_restore(out, |out| {
            serde_write::write(&self.inner.codec.schema, &self.limits, value, out)
        })
    }
}

impl<T: Serialize + ?Sized> SchemaCodec<T> for SerdeAvro<T> {
    /// A top-level `bytes` has no length here, as in Java's `AbstractKafkaAvroSerializer`.
    fn serialize_body(&self, value: &T, out: &mut Vec<u8>) -> Result<()> {
        write_body(&self.inner.codec.schema, out, |out| {
            self.serialize(value, out)
        })
    }
}

impl<T: DeserializeOwned> Deserializer<T> for SerdeAvro<T> {
    fn deserialize(&self, bytes: &[u8]) -> Result<T> {
        read(&self.inner.plan, &self.limits, bytes)
    }
}

impl<T: DeserializeOwned + 'static> ReadCodec<T> for SerdeAvro<T> {
    reads!(T, Avro, is_avro);

    fn plan(&self, writer: &ResolvedSchema) -> Result<Box<dyn ReadPlan<T>>> {
        let writer = parse_resolved(writer)?;
        let plan = Plan::new(&writer, &self.inner.codec.schema)?;
        let is_raw_bytes = has_raw_body(&writer);
        Ok(Box::new(SerdePlan {
            plan,
            limits: self.limits,
            is_raw_bytes,
        }))
    }
}

/// How bodies of one writer schema are read.
#[derive(Debug)]
struct SerdePlan {
    plan: Plan,
    limits: Limits,
    /// Whether the body is the bytes themselves, without their length.
    is_raw_bytes: bool,
}

impl<T: DeserializeOwned> ReadPlan<T> for SerdePlan {
    fn decode(&self, _message: &MessageIndex, body: &[u8]) -> Result<T> {
        if !self.is_raw_bytes {
            return read(&self.plan, &self.limits, body);
        }
        let datum = datum_of_raw_body(body, &self.limits)?;
        read(&self.plan, &self.limits.payload(usize::MAX), &datum)
    }
}

fn read<'a, V: Deserialize<'a>>(plan: &'a Plan, limits: &Limits, datum: &'a [u8]) -> Result<V> {
    let mut cursor = Cursor::new(datum, limits)?;
    let value = serde_read::read(plan, &mut cursor)?;
    cursor.finish()?;
    Ok(value)
}

impl<T: ?Sized> Clone for SerdeAvro<T> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            limits: self.limits,
            value: PhantomData,
        }
    }
}

impl<T: ?Sized> fmt::Debug for SerdeAvro<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SerdeAvro")
            .field("record", &self.inner.codec.source.record)
            .field("fingerprint", &self.inner.codec.schema.fingerprint())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
