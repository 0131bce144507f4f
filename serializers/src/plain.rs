//! The serializers that need no feature: text, bytes, and Kafka's big-endian primitives.

use crate::content_type::ContentType;
use crate::error::{Error, ErrorKind, Result};
use crate::format::{Format, SchemaRef};
use crate::serializer::{Deserializer, Serializer};

/// UTF-8 text, as Kafka's `StringSerializer` writes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Utf8;

/// Bytes as they are, as Kafka's `ByteArraySerializer`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bytes;

/// Two bytes, big endian, as Kafka's `ShortSerializer`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Short;

/// Four bytes, big endian, as Kafka's `IntegerSerializer`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Integer;

/// Eight bytes, big endian, as Kafka's `LongSerializer`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Long;

/// Four bytes, IEEE 754 big endian, as Kafka's `FloatSerializer`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Float;

/// Eight bytes, IEEE 754 big endian, as Kafka's `DoubleSerializer`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Double;

/// A UUID as text of 36 characters, as Kafka's `UUIDSerializer`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UuidText;

impl Serializer<str> for Utf8 {
    fn format(&self, _value: &str) -> &dyn Format {
        self
    }

    fn serialize(&self, value: &str, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(value.as_bytes());
        Ok(())
    }
}

impl Deserializer<String> for Utf8 {
    fn deserialize(&self, bytes: &[u8]) -> Result<String> {
        Ok(utf8(bytes)?.to_owned())
    }
}

impl Serializer<[u8]> for Bytes {
    fn format(&self, _value: &[u8]) -> &dyn Format {
        self
    }

    fn serialize(&self, value: &[u8], out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(value);
        Ok(())
    }
}

impl Deserializer<Vec<u8>> for Bytes {
    fn deserialize(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        Ok(bytes.to_vec())
    }
}

impl Serializer<uuid::Uuid> for UuidText {
    fn format(&self, _value: &uuid::Uuid) -> &dyn Format {
        self
    }

    fn serialize(&self, value: &uuid::Uuid, out: &mut Vec<u8>) -> Result<()> {
        let mut buffer = uuid::Uuid::encode_buffer();
        out.extend_from_slice(value.hyphenated().encode_lower(&mut buffer).as_bytes());
        Ok(())
    }
}

impl Deserializer<uuid::Uuid> for UuidText {
    fn deserialize(&self, bytes: &[u8]) -> Result<uuid::Uuid> {
        let text = utf8(bytes)?;
        if text.len() != uuid::fmt::Hyphenated::LENGTH {
            return Err(Error::new(
                ErrorKind::Decode,
                "not a UUID text of 36 characters",
            ));
        }
        uuid::Uuid::try_parse(text)
            .map_err(|_| Error::new(ErrorKind::Decode, "not a UUID text of 36 characters"))
    }
}

macro_rules! format_of {
    ($($codec:ty => $content_type:ident),+ $(,)?) => {$(
        impl Format for $codec {
            fn content_type(&self) -> ContentType {
                ContentType::$content_type
            }

            fn version(&self) -> Option<&str> {
                None
            }

            fn schema(&self) -> Option<&SchemaRef> {
                None
            }
        }
    )+};
}

format_of! {
    Bytes => OCTET_STREAM,
    Double => OCTET_STREAM,
    Float => OCTET_STREAM,
    Integer => OCTET_STREAM,
    Long => OCTET_STREAM,
    Short => OCTET_STREAM,
    Utf8 => TEXT,
    UuidText => TEXT,
}

macro_rules! big_endian {
    ($($codec:ty => $value:ty),+ $(,)?) => {$(
        impl Serializer<$value> for $codec {
            fn format(&self, _value: &$value) -> &dyn Format {
                self
            }

            fn serialize(&self, value: &$value, out: &mut Vec<u8>) -> Result<()> {
                out.extend_from_slice(&value.to_be_bytes());
                Ok(())
            }
        }

        impl Deserializer<$value> for $codec {
            fn deserialize(&self, bytes: &[u8]) -> Result<$value> {
                let exact = bytes.try_into().map_err(|_| wrong_length(size_of::<$value>(), bytes))?;
                Ok(<$value>::from_be_bytes(exact))
            }
        }
    )+};
}

// Kafka: clients/src/main/java/org/apache/kafka/common/serialization/{Short,Integer,…}Serializer.java
big_endian! {
    Double => f64,
    Float => f32,
    Integer => i32,
    Long => i64,
    Short => i16,
}

fn utf8(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|error| {
        let message = format!("invalid UTF-8 after {} bytes", error.valid_up_to());
        Error::new(ErrorKind::Decode, message)
    })
}

fn wrong_length(expected: usize, bytes: &[u8]) -> Error {
    let message = format!("expected {expected} bytes, found {}", bytes.len());
    Error::new(ErrorKind::Decode, message)
}
