//! Which schema a record names, and where its body is.
//!
//! The first line that applies counts:
//!
//! | the record has | key | body |
//! |---|---|---|
//! | a header `__value_schema_id` (of keys: `__key_schema_id`) | id or GUID in it | the payload |
//! | a header `apicurio.value.globalId` or `.contentId` (of keys: `apicurio.key.…`) | that id of Apicurio's | the payload |
//! | a payload that starts with `00 00000000` and 4 more bytes | Apicurio's content id, 8 bytes; schema id 0 if the reader knows it | what follows |
//! | a payload that starts with `03 00` or `03 05`, and 16 bytes | the schema version of AWS Glue | what follows |
//! | a payload that starts with `c3 01` and 8 bytes | Avro's fingerprint (single object) | what follows |
//! | a payload that starts with `00` and 4 bytes | schema id | what follows |
//! | a payload that starts with `01` and 16 bytes | schema GUID | what follows |
//! | nothing of these | none: the content type decides | the payload |
//!
//! A header is certain. The start of a payload is not: Avro and Protobuf without a frame may start
//! with the same bytes. If the key is not loaded, the reader has no registry or resolver for it, and
//! the reader reads the content type without a frame, then the payload is read without a frame. This
//! does not apply to JSON.

use wireform_registry::Role;

use super::Frame;
use crate::error::Result;
use crate::foreign::ForeignFrame;
use crate::header::{HeaderList, SchemaHeaders};

/// The way in which a record names its schema.
pub(crate) enum Identified<'p> {
    /// An id or a GUID, as Confluent's clients write it.
    Confluent(Frame<'p>),
    /// An id of Apicurio's or AWS Glue's, or a fingerprint.
    Foreign(ForeignFrame<'p>),
    /// Nothing: the content type decides.
    Unframed,
}

/// Finds the schema that a record names, by the table of this module.
///
/// # Errors
/// `Framing` if a header that names a schema is malformed; `UnsupportedContent` for Avro in JSON,
/// as one of Apicurio's headers may say.
#[inline(always)]
pub(crate) fn identify<'p, H: HeaderList + ?Sized>(
    named: &SchemaHeaders<'p>,
    headers: &'p H,
    role: Role,
    payload: &'p [u8],
) -> Result<Identified<'p>> {
    if let Some(id) = named.schema_id {
        return Frame::from_header(id, payload).map(Identified::Confluent);
    }
    if named.has_apicurio
        && let Some(frame) = ForeignFrame::from_headers(headers, role, payload)?
    {
        return Ok(Identified::Foreign(frame));
    }
    if let [0, 0, 0, 0, 0, ..] | [3, 0 | 5, ..] | [0xc3, 1, ..] = payload
        && let Some(frame) = ForeignFrame::from_payload(payload)
    {
        return Ok(Identified::Foreign(frame));
    }
    Ok(Frame::find(payload).map_or(Identified::Unframed, Identified::Confluent))
}

impl Identified<'_> {
    /// The key of the writer schema.
    #[cfg(test)]
    fn key(&self) -> Option<wireform_registry::SchemaKey> {
        match self {
            Self::Confluent(frame) => Some(frame.schema()),
            Self::Foreign(frame) => Some(frame.key),
            Self::Unframed => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use wireform_registry::{SchemaGuid, SchemaId, SchemaKey};

    use super::*;

    const GUID: &[u8; 17] = b"\x01GGGGGGGGGGGGGGGG";

    #[track_caller]
    fn check(headers: &[(&str, &[u8])], payload: &[u8], expected: Option<SchemaKey>) {
        let named = SchemaHeaders::find(headers, Role::Value);
        let found = identify(&named, headers, Role::Value, payload).unwrap();
        assert_eq!(found.key(), expected);
    }

    #[test]
    fn the_table_is_followed_from_the_top() {
        let guid = SchemaKey::Guid(SchemaGuid::from_bytes([b'G'; 16]));
        let seven = Some(SchemaKey::Id(SchemaId::new(7)));
        let id = 9_u64.to_be_bytes();
        let prefix = b"\0\0\0\0\x07body";
        let own = ("__value_schema_id", &GUID[..]);
        let content = ("apicurio.value.contentId", &id[..]);
        let global = ("apicurio.value.globalId", &id[..]);
        let of_key = ("apicurio.key.globalId", &id[..]);
        check(&[content, own], prefix, Some(guid));
        check(&[content], prefix, Some(SchemaKey::ApicurioContent(9)));
        check(&[global], prefix, Some(SchemaKey::ApicurioGlobal(9)));
        check(&[of_key], prefix, seven);
        check(&[], prefix, seven);
        check(&[], b"\0\0\0\0\x07", seven);
        check(&[], &GUID[..], Some(guid));
        let apicurio = b"\0\0\0\0\0\0\0\0\x09";
        check(&[], apicurio, Some(SchemaKey::ApicurioContent(9)));
        check(&[], &apicurio[..8], Some(SchemaId::new(0).into()));
        let glue = [&[3, 5], &GUID[1..]].concat();
        let version = uuid::Uuid::from_bytes([b'G'; 16]);
        check(&[], &glue, Some(SchemaKey::Glue(version)));
        let single = b"\xc3\x01\x08\x07\x06\x05\x04\x03\x02\x01datum";
        let fingerprint = [1, 2, 3, 4, 5, 6, 7, 8];
        check(&[], single, Some(SchemaKey::Fingerprint(fingerprint)));
        for unframed in [
            &b""[..],
            b"{}",
            &glue[..17],
            &single[..9],
            &GUID[..16],
            b"\0\0\0\0",
        ] {
            check(&[("content-type", b"text/plain")], unframed, None);
        }
    }
}
