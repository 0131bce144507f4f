use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use wireform_registry::{ResolvedSchema, SchemaKind};

use super::resolution::Source;
use super::{AvroBorrow, AvroDecode, AvroEncode, AvroType, Encoder, schema_of};
use crate::avro::codec_schema::{CodecSchema, avro_format, check_same_data, has_raw_body};
use crate::avro::plan::Plan;
use crate::avro::read::Cursor;
use crate::avro::rules::parse_resolved;
use crate::avro::schema::Schema;
use crate::avro::write;
use crate::error::Result;
use crate::format::Format;
use crate::frame::MessageIndex;
use crate::limits::Limits;
use crate::reader::{ReadCodec, ReadPlan, reads};
use crate::schema_codec::{SchemaCodec, SchemaSource};
use crate::serializer::{Deserializer, Serializer};

/// Avro for types that derive it, or that were generated: no schema is looked at while a value is
/// written or read.
///
/// The schema comes from the type, or is a text whose bytes are the same. What was written with
/// another schema is read by a plan, which is made once per writer schema and goes straight into
/// the type.
///
/// ```
/// # #[cfg(feature = "derive")] {
/// use wireform::avro::Avro;
/// use wireform::{Deserializer, SerializerExt};
///
/// #[derive(Debug, PartialEq, Avro)]
/// #[avro(namespace = "shop.orders")]
/// struct Ping {
///     n: i32,
///     note: Option<String>,
/// }
///
/// let avro = Avro::<Ping>::new();
/// let ping = Ping { n: 7, note: None };
/// let bytes = avro.to_vec(&ping)?;
/// assert_eq!(bytes, [14, 0]);
/// assert_eq!(avro.deserialize(&bytes)?, ping);
/// # }
/// # Ok::<(), wireform::Error>(())
/// ```
pub struct Avro<T: ?Sized> {
    inner: Arc<Inner>,
    limits: Limits,
    value: PhantomData<fn(&T)>,
}

struct Inner {
    codec: CodecSchema,
    is_raw_bytes: bool,
}

impl<T: AvroType + ?Sized> Avro<T> {
    /// A codec with the schema of `T`.
    ///
    /// # Panics
    /// If the type has no valid schema: two types of one name, a type without a name that holds
    /// itself, a default that does not fit its field. See [`try_new`](Self::try_new).
    #[must_use]
    #[track_caller]
    #[allow(
        clippy::panic,
        reason = "the type is the program's own, and wrong on its first run or never"
    )]
    pub fn new() -> Self {
        match Self::try_new() {
            Ok(codec) => codec,
            Err(error) => panic!("{}: {error}", std::any::type_name::<T>()),
        }
    }

    /// A codec with the schema of `T`, as [`new`](Self::new).
    ///
    /// # Errors
    /// `InvalidSchema` if the type has none.
    pub fn try_new() -> Result<Self> {
        match T::FILE {
            None => Ok(Self::of(schema_of::<T>()?)),
            Some(file) => {
                let schema = file.schema()?;
                check_same_bytes::<T>(&schema)?;
                Ok(Self::with_source(schema, file.source()))
            }
        }
    }

    /// A codec with the schema `text`, whose data is the same as that of `T`: docs, defaults and
    /// aliases may differ, and count as `text` has them.
    ///
    /// # Errors
    /// `InvalidSchema` if the text is none; `Incompatible` if the bytes would differ, be it by the
    /// order of fields.
    pub fn with_schema(text: &str) -> Result<Self> {
        let schema = Schema::parse(text)?;
        check_same_bytes::<T>(&schema)?;
        Ok(Self::of(schema))
    }

    fn of(schema: Schema) -> Self {
        let source = SchemaSource::new(SchemaKind::Avro, schema.shared_text());
        Self::with_source(schema, source)
    }

    fn with_source(schema: Schema, source: SchemaSource) -> Self {
        let is_raw_bytes = has_raw_body(&schema);
        let inner = Arc::new(Inner {
            codec: CodecSchema::with(schema, source),
            is_raw_bytes,
        });
        Self {
            inner,
            limits: Limits::default(),
            value: PhantomData,
        }
    }
}

/// # Errors
/// `Incompatible` if what `T` encodes is not data of `schema`.
fn check_same_bytes<T: AvroType + ?Sized>(schema: &Schema) -> Result<()> {
    check_same_data(&schema_of::<T>()?, schema)
}

impl<T: AvroType + ?Sized> Default for Avro<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: ?Sized> Avro<T> {
    /// Makes the plan to read what was written with `writer`.
    ///
    /// # Errors
    /// `Incompatible` with the path if nothing written with it can ever be read as `T`.
    pub fn plan_for(&self, writer: &Schema) -> Result<AvroPlan<T>> {
        Ok(AvroPlan {
            plan: Plan::new(writer, &self.inner.codec.schema)?,
            limits: self.limits,
            is_raw_bytes: has_raw_body(writer),
            value: PhantomData,
        })
    }
}

impl<T: AvroBorrow + ?Sized> Avro<T> {
    /// Reads a value that borrows strings and bytes from the datum.
    ///
    /// # Errors
    /// As [`Deserializer::deserialize`].
    #[inline]
    pub fn decode_ref<'a>(&self, datum: &'a [u8]) -> Result<T::For<'a>> {
        read_own(datum, &self.limits)
    }
}

/// How data of one writer schema is read as `T`.
pub struct AvroPlan<T: ?Sized> {
    plan: Plan,
    limits: Limits,
    /// Whether a body is the bytes themselves, without their length.
    is_raw_bytes: bool,
    value: PhantomData<fn(&T)>,
}

impl<T> AvroPlan<T> {
    /// Reads one datum.
    ///
    /// # Errors
    /// As [`Deserializer::deserialize`]; also `Incompatible` where this very datum holds what `T`
    /// has no place for.
    pub fn decode<'a>(&'a self, datum: &'a [u8]) -> Result<T>
    where
        T: AvroDecode<'a>,
    {
        read(&self.plan, &self.limits, datum)
    }
}

impl<T: AvroBorrow + ?Sized> AvroPlan<T> {
    /// Reads one datum; the value borrows strings and bytes from it, and from the defaults here.
    ///
    /// # Errors
    /// As [`decode`](Self::decode).
    pub fn decode_ref<'a>(&'a self, datum: &'a [u8]) -> Result<T::For<'a>> {
        read(&self.plan, &self.limits, datum)
    }
}

avro_format!([T: ?Sized] Avro<T>);

impl<T: AvroEncode + ?Sized> Serializer<T> for Avro<T> {
    fn format(&self, _value: &T) -> &dyn Format {
        self
    }

    #[inline]
    fn serialize(&self, value: &T, out: &mut Vec<u8>) -> Result<()> {
        let start = out.len();
        let mut encoder = Encoder::new(std::mem::take(out), self.limits.depth);
        let result = value.encode(&mut encoder);
        *out = encoder.into_inner();
        if result.is_err() {
            out.truncate(start);
        }
        result
    }
}

impl<T: AvroEncode + ?Sized> SchemaCodec<T> for Avro<T> {
    /// A top-level `bytes` has no length here, as in Java's `AbstractKafkaAvroSerializer`.
    #[inline]
    fn serialize_body(&self, value: &T, out: &mut Vec<u8>) -> Result<()> {
        if !self.inner.is_raw_bytes {
            return self.serialize(value, out);
        }
        self.raw_bytes(value, out)
    }
}

impl<T: AvroEncode + ?Sized> Avro<T> {
    /// The bytes alone, without their length.
    #[cold]
    fn raw_bytes(&self, value: &T, out: &mut Vec<u8>) -> Result<()> {
        let mut datum = Vec::new();
        self.serialize(value, &mut datum)?;
        let body = Cursor::new(&datum, &Limits::default().payload(usize::MAX))?.bytes()?;
        out.extend_from_slice(body);
        Ok(())
    }
}

impl<T: for<'de> AvroDecode<'de>> Deserializer<T> for Avro<T> {
    #[inline]
    fn deserialize(&self, bytes: &[u8]) -> Result<T> {
        read_own(bytes, &self.limits)
    }
}

impl<T: for<'de> AvroDecode<'de> + 'static> ReadCodec<T> for Avro<T> {
    reads!(T, Avro, is_avro);

    fn plan(&self, writer: &ResolvedSchema) -> Result<Box<dyn ReadPlan<T>>> {
        Ok(Box::new(self.plan_for(&parse_resolved(writer)?)?))
    }
}

impl<T: for<'de> AvroDecode<'de>> ReadPlan<T> for AvroPlan<T> {
    fn decode(&self, _message: &MessageIndex, body: &[u8]) -> Result<T> {
        if !self.is_raw_bytes {
            return read(&self.plan, &self.limits, body);
        }
        self.limits.check_payload(body)?;
        let mut datum = Vec::with_capacity(body.len() + 5);
        write::bytes(body, &mut datum);
        read_once(&self.plan, &self.limits.payload(usize::MAX), &datum)
    }
}

/// As [`read`], for data that lives no longer than the call.
fn read_once<T: for<'de> AvroDecode<'de>>(plan: &Plan, limits: &Limits, datum: &[u8]) -> Result<T> {
    read(plan, limits, datum)
}

#[inline(always)]
fn read_own<'a, T: AvroDecode<'a>>(datum: &'a [u8], limits: &Limits) -> Result<T> {
    let mut cursor = Cursor::new(datum, limits)?;
    // As one value all the way: it is not moved.
    let mut result = T::decode(&mut cursor);
    if result.is_ok()
        && let Err(error) = cursor.finish()
    {
        result = Err(error);
    }
    result
}

#[inline(always)]
fn read<'a, T: AvroDecode<'a>>(plan: &'a Plan, limits: &Limits, datum: &'a [u8]) -> Result<T> {
    let mut cursor = Cursor::new(datum, limits)?;
    let source = Source::of(plan, plan.root());
    let mut result = match source {
        Source::Resolved(resolution) => T::decode_with(&mut cursor, resolution),
        Source::Own | Source::Default(_) => T::decode(&mut cursor),
    };
    if result.is_ok()
        && let Err(error) = cursor.finish()
    {
        result = Err(error);
    }
    result
}

impl<T: ?Sized> Clone for Avro<T> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            limits: self.limits,
            value: PhantomData,
        }
    }
}

impl<T: ?Sized> fmt::Debug for Avro<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Avro")
            .field("record", &self.inner.codec.source.record)
            .field("fingerprint", &self.inner.codec.schema.fingerprint())
            .finish_non_exhaustive()
    }
}

impl<T: ?Sized> fmt::Debug for AvroPlan<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AvroPlan")
            .field("writer", &self.plan.writer.fingerprint())
            .field("reader", &self.plan.reader.fingerprint())
            .finish_non_exhaustive()
    }
}
