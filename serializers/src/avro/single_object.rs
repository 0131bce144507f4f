//! Single-object encoding: a datum behind the fingerprint of its schema.
//!
//! <https://avro.apache.org/docs/1.12.0/specification/#single-object-encoding>

use std::collections::HashMap;
use std::fmt;

use wireform_registry::{ResolvedSchema, SchemaKey};

use super::schema::Fingerprint;
use super::writer_plan::WriterPlan;
use crate::content_type::ContentType;
use crate::error::{Error, ErrorKind, Result};
use crate::format::{Format, SchemaRef};
use crate::reader::ReadCodec;
use crate::schema_codec::{SchemaCodec, SchemaFormat};
use crate::serializer::{Deserializer, Serializer, append_or_restore};

/// An Avro codec that puts the fingerprint of its schema in front of every datum, for readers
/// that know schemas by their fingerprints and use no registry.
///
/// ```text
/// C3 01 · CRC-64-AVRO of the schema, 8 bytes little endian · datum
/// ```
///
/// Its content type is `application/octet-stream`: `application/avro` is a datum without anything
/// in front of it.
///
/// ```
/// use wireform::avro::{SerdeAvro, SingleObject, SingleObjectReader};
/// use wireform::{Deserializer, SerializerExt};
///
/// let codec = SerdeAvro::<i32>::new("\"int\"")?;
/// let bytes = SingleObject::new(codec.clone())?.to_vec(&-1)?;
/// assert_eq!(bytes, b"\xc3\x01\x8f\x5c\x39\x3f\x1a\xd5\x75\x72\x01");
/// assert_eq!(SingleObjectReader::<i32>::new(codec)?.deserialize(&bytes)?, -1);
/// # Ok::<(), wireform::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SingleObject<C> {
    codec: C,
    header: [u8; HEADER_LEN],
}

impl<C: SchemaFormat> SingleObject<C> {
    /// Writes what `codec` writes, behind the fingerprint of its schema.
    ///
    /// # Errors
    /// `Config` if the codec's schema has no CRC-64-AVRO fingerprint: it is not Avro.
    pub fn new(codec: C) -> Result<Self> {
        let fingerprint = codec.schema().and_then(SchemaRef::fingerprint);
        let Some(mut fingerprint) = fingerprint else {
            let message = "single-object encoding is for Avro codecs: this one has no fingerprint";
            return Err(Error::new(ErrorKind::Config, message));
        };
        fingerprint.reverse();
        let mut header = [0; HEADER_LEN];
        let (marker, rest) = header.split_at_mut(MARKER.len());
        marker.copy_from_slice(&MARKER);
        rest.copy_from_slice(&fingerprint);
        Ok(Self { codec, header })
    }
}

impl<C> SingleObject<C> {
    /// The codec inside.
    pub fn codec(&self) -> &C {
        &self.codec
    }
}

impl<C: Format> Format for SingleObject<C> {
    fn content_type(&self) -> ContentType {
        ContentType::OCTET_STREAM
    }

    fn version(&self) -> Option<&str> {
        self.codec.version()
    }

    fn schema(&self) -> Option<&SchemaRef> {
        self.codec.schema()
    }
}

impl<T: ?Sized, C: SchemaCodec<T>> Serializer<T> for SingleObject<C> {
    fn format(&self, _value: &T) -> &dyn Format {
        self
    }

    fn serialize(&self, value: &T, out: &mut Vec<u8>) -> Result<()> {
        append_or_restore(out, |out| {
            out.extend(self.header);
            self.codec.serialize(value, out)
        })
    }
}

/// Reads single objects whose schemas it was given, each by a plan that was made for it.
///
/// A fingerprint that it does not know is [`ErrorKind::UnknownSchema`].
pub struct SingleObjectReader<T> {
    codec: Box<dyn ReadCodec<T>>,
    plans: HashMap<Fingerprint, WriterPlan<T>>,
}

impl<T> SingleObjectReader<T> {
    /// Reads what was written with the codec's own schema; [`add`](Self::add) others.
    ///
    /// # Errors
    /// `InvalidSchema` if the codec is not for Avro.
    pub fn new(codec: impl ReadCodec<T> + SchemaFormat + 'static) -> Result<Self> {
        let own = codec.source().resolve()?;
        let mut reader = Self {
            codec: Box::new(codec),
            plans: HashMap::new(),
        };
        reader.add(&own)?;
        Ok(reader)
    }

    /// Makes a writer's schema known, and returns its fingerprint.
    ///
    /// # Errors
    /// `InvalidSchema` if it does not parse; `Incompatible` with the path if nothing written with
    /// it can ever be read as `T`.
    pub fn add(&mut self, writer: &ResolvedSchema) -> Result<Fingerprint> {
        let plan = WriterPlan::new(&*self.codec, writer)?;
        let fingerprint = plan.schema.fingerprint();
        self.plans.insert(fingerprint, plan);
        Ok(fingerprint)
    }

    /// The fingerprint of the schema that single-object `bytes` were written with.
    ///
    /// # Errors
    /// `Framing` if they are not a single object.
    pub fn fingerprint_of(bytes: &[u8]) -> Result<Fingerprint> {
        split(bytes).map(|(fingerprint, _)| fingerprint)
    }
}

impl<T> Deserializer<T> for SingleObjectReader<T> {
    /// # Errors
    /// Also `Framing` if there is no marker, and `UnknownSchema`.
    fn deserialize(&self, bytes: &[u8]) -> Result<T> {
        let (fingerprint, datum) = split(bytes)?;
        let plan = self.plans.get(&fingerprint).ok_or_else(|| {
            let kind = ErrorKind::UnknownSchema(SchemaKey::Fingerprint(fingerprint.to_be_bytes()));
            Error::new(
                kind,
                format!("no schema with fingerprint {fingerprint} was added"),
            )
        })?;
        plan.decode(datum)
    }
}

impl<T> fmt::Debug for SingleObjectReader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SingleObjectReader")
            .field("codec", &self.codec)
            .field("writers", &self.plans.len())
            .finish_non_exhaustive()
    }
}

fn split(bytes: &[u8]) -> Result<(Fingerprint, &[u8])> {
    let Some(rest) = bytes.strip_prefix(&MARKER) else {
        let message = "the bytes do not start with C3 01, as Avro's single objects do";
        return Err(Error::new(ErrorKind::Framing, message));
    };
    match rest.split_first_chunk() {
        Some((fingerprint, datum)) => {
            let fingerprint = Fingerprint::from_u64(u64::from_le_bytes(*fingerprint));
            Ok((fingerprint, datum))
        }
        None => {
            let message = "the bytes end inside the fingerprint of an Avro single object";
            Err(Error::new(ErrorKind::Framing, message))
        }
    }
}

/// The marker of single objects, version 1.
const MARKER: [u8; 2] = [0xc3, 0x01];
const HEADER_LEN: usize = MARKER.len() + 8;

#[cfg(test)]
mod tests {
    use wireform_registry::SchemaKind;

    use super::*;
    use crate::avro::SerdeAvro;
    use crate::serializer::SerializerExt;

    fn int() -> SerdeAvro<i64> {
        SerdeAvro::new("\"long\"").unwrap()
    }

    #[track_caller]
    fn check_error(bytes: &[u8], expected: ErrorKind) {
        let reader = SingleObjectReader::new(int()).unwrap();
        assert_eq!(reader.deserialize(bytes).unwrap_err().kind(), expected);
    }

    #[test]
    fn datum_stands_behind_marker_and_fingerprint() {
        let single = SingleObject::new(int()).unwrap();
        let mut out = vec![7];
        single.serialize(&-2, &mut out).unwrap();
        let fingerprint = int().avro_schema().fingerprint();
        assert_eq!(out[..3], [7, 0xc3, 1]);
        assert_eq!(out[3..11], fingerprint.as_u64().to_le_bytes());
        assert_eq!(out[11..], [3]);
        let reader = SingleObjectReader::new(int()).unwrap();
        assert_eq!(reader.deserialize(&out[1..]).unwrap(), -2);
        let found = SingleObjectReader::<i64>::fingerprint_of(&out[1..]).unwrap();
        assert_eq!(found, fingerprint);
        assert_eq!(single.content_type(), ContentType::OCTET_STREAM);
    }

    #[test]
    fn every_prefix_is_an_error() {
        let bytes = SingleObject::new(int()).unwrap().to_vec(&-2).unwrap();
        for end in 0..bytes.len() {
            let expected = match end {
                0..10 => ErrorKind::Framing,
                _ => ErrorKind::Decode,
            };
            check_error(&bytes[..end], expected);
        }
        check_error(&[&*bytes, &[0]].concat(), ErrorKind::Decode);
        check_error(&[0, 0, 0, 0, 7, 1], ErrorKind::Framing);
    }

    #[test]
    fn writers_are_told_apart_by_their_fingerprints() {
        let narrow = SerdeAvro::<i32>::new("\"int\"").unwrap();
        let bytes = SingleObject::new(narrow.clone())
            .unwrap()
            .to_vec(&5)
            .unwrap();
        let fingerprint = narrow.avro_schema().fingerprint();
        check_error(
            &bytes,
            ErrorKind::UnknownSchema(SchemaKey::Fingerprint(fingerprint.to_be_bytes())),
        );
        let mut reader = SingleObjectReader::new(int()).unwrap();
        let writer = ResolvedSchema::new(SchemaKind::Avro, "\"int\"");
        assert_eq!(reader.add(&writer).unwrap(), fingerprint);
        assert_eq!(reader.deserialize(&bytes).unwrap(), 5);
        let text = ResolvedSchema::new(SchemaKind::Avro, "\"string\"");
        assert_eq!(
            reader.add(&text).unwrap_err().kind(),
            ErrorKind::Incompatible
        );
    }

    #[test]
    fn bytes_keep_their_length() {
        let codec = SerdeAvro::<Vec<u8>>::new("\"bytes\"").unwrap();
        let bytes = SingleObject::new(codec.clone())
            .unwrap()
            .to_vec(&vec![1, 2])
            .unwrap();
        assert_eq!(bytes[10..], [4, 1, 2]);
        let reader = SingleObjectReader::<Vec<u8>>::new(codec).unwrap();
        assert_eq!(reader.deserialize(&bytes).unwrap(), [1, 2]);
        assert!(reader.deserialize(&bytes[..12]).is_err());
    }

    #[test]
    fn failed_write_leaves_nothing_behind() {
        let codec = SerdeAvro::<u64>::new("\"long\"").unwrap();
        let mut out = vec![7];
        let result = SingleObject::new(codec)
            .unwrap()
            .serialize(&u64::MAX, &mut out);
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Encode);
        assert_eq!(out, [7]);
    }
}
