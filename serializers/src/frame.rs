//! The frames that name a record's writer schema: Confluent's prefix and header forms.
//!
//! | frame | bytes |
//! |---|---|
//! | v0, prefix | `00` · id, 4 bytes big endian · \[message index\] · body |
//! | v1, GUID | `01` · 16 bytes GUID · \[message index\] · body (normally in a header) |
//!
//! Source: `SchemaId.java` and `MessageIndexes.java` of
//! <https://github.com/confluentinc/schema-registry>, and
//! <https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format>.

use wireform_registry::{SchemaGuid, SchemaId, SchemaKey, SchemaKind};

use crate::error::{Error, ErrorKind, Result};
use crate::language::has_message_index;

mod identify;
mod message_index;

pub(crate) use self::identify::{Identified, identify};

pub use self::message_index::MessageIndex;

/// Where a record names its writer schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Framing {
    /// In a header, by GUID; the payload is the body alone.
    Header,
    /// In the first five bytes of the payload, by id.
    #[default]
    Prefix,
}

/// A payload, or a schema id header, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    schema: SchemaKey,
    /// The bytes that follow the id in the same place.
    tail: &'a [u8],
    /// The whole payload, if the id is from a header.
    payload: Option<&'a [u8]>,
}

impl<'a> Frame<'a> {
    /// Reads the frame at the start of `payload`: v0 or v1.
    ///
    /// # Errors
    /// `Framing` if the payload is empty, too short, or starts with something else; the message
    /// says what it looks like, never what it holds.
    pub fn from_payload(payload: &'a [u8]) -> Result<Self> {
        Self::find(payload).ok_or_else(|| no_frame(payload, "payload"))
    }

    /// The frame at the start of `payload`, if there is one.
    #[inline]
    pub(crate) fn find(payload: &'a [u8]) -> Option<Self> {
        let (schema, tail) = find_id(payload)?;
        Some(Self {
            schema,
            tail,
            payload: None,
        })
    }

    /// Reads the frame in the value of a schema id header; all of `payload` is the body.
    ///
    /// # Errors
    /// `Framing` if the header's value is not a frame.
    pub fn from_header(value: &'a [u8], payload: &'a [u8]) -> Result<Self> {
        let (schema, tail) = find_id(value).ok_or_else(|| no_frame(value, "schema id header"))?;
        Ok(Self {
            schema,
            tail,
            payload: Some(payload),
        })
    }

    /// The id or GUID of the writer schema.
    #[must_use]
    pub fn schema(&self) -> SchemaKey {
        self.schema
    }

    /// The body, if it is of the first message: of what nearly all frames hold.
    #[inline]
    pub(crate) fn first_body(&self, kind: SchemaKind) -> Option<&'a [u8]> {
        let tail = match self.tail.split_first() {
            _ if !has_message_index(kind) => self.tail,
            Some((0, rest)) => rest,
            _ => return None,
        };
        match self.payload {
            None => Some(tail),
            Some(payload) => tail.is_empty().then_some(payload),
        }
    }

    /// Returns whether the key is in a header, and the payload is the body alone.
    pub(crate) fn is_in_header(&self) -> bool {
        self.payload.is_some()
    }

    /// All that follows the id, where that is in the payload.
    pub(crate) fn prefixed(&self) -> Option<&'a [u8]> {
        match self.payload {
            None => Some(self.tail),
            Some(_) => None,
        }
    }

    /// The message index and the body, once the type of the writer schema is known: only Protobuf
    /// frames have an index.
    ///
    /// # Errors
    /// `Framing` if the index is malformed, or if a header holds more than it should.
    pub fn body(&self, kind: SchemaKind) -> Result<(MessageIndex, &'a [u8])> {
        let (index, rest) = if has_message_index(kind) {
            MessageIndex::read(self.tail)?
        } else {
            (MessageIndex::default(), self.tail)
        };
        match self.payload {
            None => Ok((index, rest)),
            Some(payload) if rest.is_empty() => Ok((index, payload)),
            Some(_) => Err(Error::new(
                ErrorKind::Framing,
                format!(
                    "schema id header: {} bytes too many after the id",
                    rest.len()
                ),
            )),
        }
    }
}

/// Appends the v0 frame: magic byte and id.
pub fn write_id(id: SchemaId, out: &mut Vec<u8>) {
    out.push(MAGIC_ID);
    out.extend_from_slice(&id.as_u32().to_be_bytes());
}

/// Appends the v1 frame: magic byte and GUID.
pub fn write_guid(guid: SchemaGuid, out: &mut Vec<u8>) {
    out.push(MAGIC_GUID);
    out.extend_from_slice(guid.as_bytes());
}

#[cold]
fn no_frame(bytes: &[u8], place: &str) -> Error {
    let message = format!("{place}: no schema frame: {}", describe(bytes));
    Error::new(ErrorKind::Framing, message)
}

#[inline]
fn find_id(bytes: &[u8]) -> Option<(SchemaKey, &[u8])> {
    match bytes.split_first()? {
        (&MAGIC_ID, rest) => rest
            .split_first_chunk::<4>()
            .map(|(id, tail)| (SchemaKey::Id(SchemaId::new(u32::from_be_bytes(*id))), tail)),
        (&MAGIC_GUID, rest) => rest
            .split_first_chunk::<16>()
            .map(|(guid, tail)| (SchemaKey::Guid(SchemaGuid::from_bytes(*guid)), tail)),
        _ => None,
    }
}

/// Guesses what unframed bytes are, for error messages: says their kind, never their content.
fn describe(bytes: &[u8]) -> String {
    let Some(&first) = bytes.first() else {
        return "it is empty".to_owned();
    };
    match bytes {
        [0 | 1, ..] => format!("it is cut short ({} bytes)", bytes.len()),
        // https://github.com/awslabs/aws-glue-schema-registry, AWSSchemaRegistryConstants.java
        [3, 0 | 5, ..] => "it looks like an AWS Glue Schema Registry frame".to_owned(),
        // https://avro.apache.org/docs/1.12.0/specification/#single-object-encoding
        [0xc3, 0x01, ..] => "it looks like an Avro single object (C3 01)".to_owned(),
        // https://avro.apache.org/docs/1.12.0/specification/#object-container-files
        [b'O', b'b', b'j', 1, ..] => "it looks like an Avro container file (Obj1)".to_owned(),
        _ if is_json(bytes) => "it looks like JSON text".to_owned(),
        _ => format!("its first byte is 0x{first:02x}, expected 0x00 or 0x01"),
    }
}

fn is_json(bytes: &[u8]) -> bool {
    let start = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(start, Some(b'{' | b'[' | b'"'))
}

/// Magic byte of the frame with an id: `SchemaId.MAGIC_BYTE_V0`.
const MAGIC_ID: u8 = 0;
/// Magic byte of the frame with a GUID: `SchemaId.MAGIC_BYTE_V1`.
const MAGIC_GUID: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(payload: &[u8], expected: Result<(SchemaKey, &[u8]), ErrorKind>) {
        let found = Frame::from_payload(payload)
            .and_then(|frame| Ok((frame.schema(), frame.body(SchemaKind::Avro)?.1)))
            .map_err(|error| error.kind());
        assert_eq!(found, expected);
    }

    #[track_caller]
    fn check_guess(payload: &[u8], expected: &str) {
        let message = Frame::from_payload(payload).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }

    #[test]
    fn id_frame_is_read() {
        check(&[0, 0, 0, 1, 2, 9], Ok((SchemaId::new(258).into(), &[9])));
        check(
            &[0, 0xff, 0xff, 0xff, 0xff],
            Ok((SchemaId::new(u32::MAX).into(), &[])),
        );
    }

    #[test]
    fn guid_frame_is_read() {
        let mut payload = vec![1];
        payload.extend(0..17);
        let guid = SchemaGuid::from_bytes(std::array::from_fn(|i| u8::try_from(i).unwrap()));
        check(&payload, Ok((guid.into(), &[16])));
    }

    #[test]
    fn short_payload_is_an_error() {
        for len in 0..5 {
            check(&[0; 4][..len.min(4)], Err(ErrorKind::Framing));
        }
        check(&[1; 16], Err(ErrorKind::Framing));
    }

    #[test]
    fn what_the_bytes_look_like_is_said() {
        check_guess(b"", "it is empty");
        check_guess(&[0, 0, 1], "cut short");
        check_guess(b"{\"a\":1}", "JSON text");
        check_guess(b"  [1]", "JSON text");
        check_guess(&[3, 0, 1, 2], "AWS Glue");
        check_guess(&[3, 5, 1, 2], "AWS Glue");
        check_guess(&[0xc3, 1, 0, 0], "Avro single object");
        check_guess(b"Obj\x01...", "Avro container");
        check_guess(&[7, 0, 0, 0, 1, 9], "first byte is 0x07");
    }

    #[test]
    fn error_text_shows_no_payload() {
        let message = Frame::from_payload(b"secret-token")
            .unwrap_err()
            .to_string();
        assert!(!message.contains("secret"), "{message}");
    }

    #[test]
    fn header_frame_takes_the_whole_payload_as_body() {
        let mut header = vec![];
        write_guid(SchemaGuid::from_bytes([7; 16]), &mut header);
        let frame = Frame::from_header(&header, &[0, 1]).unwrap();
        assert_eq!(frame.body(SchemaKind::Avro).unwrap().1, [0, 1]);
        header.push(0);
        let frame = Frame::from_header(&header, &[0, 1]).unwrap();
        assert_eq!(
            frame.body(SchemaKind::Avro).unwrap_err().kind(),
            ErrorKind::Framing
        );
        assert_eq!(frame.body(SchemaKind::Protobuf).unwrap().1, [0, 1]);
    }
}
