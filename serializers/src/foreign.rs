//! Frames of other registries: Apicurio's own ids, and AWS Glue's.
//!
//! | written by | bytes |
//! |---|---|
//! | Apicurio 2, or 3 with `Legacy8ByteIdHandler` | `00` · id, 8 bytes big endian · body |
//! | Apicurio with ids in headers | `apicurio.value.globalId` or `apicurio.value.contentId`: id, 8 bytes big endian |
//! | AWS Glue | `03` · `00`, or `05` for a body compressed by zlib · schema version, 16 bytes UUID · body |
//!
//! Apicurio's ids of four bytes, which version 3 writes by default, look like Confluent's. They are
//! requested from the [`Registry`](crate::registry::Registry), because Apicurio's Confluent API
//! knows them. An id of eight bytes starts with four zeros, which is not an id of Confluent's;
//! Apicurio distinguishes them in the same way.
//!
//! In front of a Protobuf body, Apicurio writes the message's simple name, as a delimited message
//! `Ref { string name = 1; }`, and Glue a varint: the place of the message among all of the file,
//! sorted by full name. After an id of four bytes, a [`Reader`](crate::Reader) reads such a name,
//! too, if it is not an index of Confluent's. If Apicurio is configured to omit it, the message is
//! that of the header `apicurio.protobuf.type` (of keys: `apicurio.protobuf.type.key`), else the
//! first of the file. Messages in others have no simple name that Apicurio finds again: it does not
//! write them.
//!
//! Sources: `OptimisticFallbackIdHandler.java`, `KafkaSerdeHeaders.java`, `ProtobufSerializer.java` and
//! `ProtobufSerdeHeaders.java` of <https://github.com/Apicurio/apicurio-registry>; `AWSSchemaRegistryConstants.java`,
//! `ProtobufWireFormatEncoder.java` and `MessageIndexFinder.java` of
//! <https://github.com/awslabs/aws-glue-schema-registry>.

use std::borrow::Cow;
use std::fmt;

use uuid::Uuid;
use wireform_registry::{BoxFuture, ResolvedSchema, Role, SchemaKey};

use crate::error::{Error, ErrorKind, Result};
use crate::header::HeaderList;
use crate::limits::Limits;

/// **A type that implements `ForeignSchemas` finds the schemas that frames of other registries
/// name.**
///
/// Given to a [`Reader`](crate::Reader) by [`ReaderBuilder::foreign`](crate::ReaderBuilder::foreign).
/// The reader calls it until it has the schema of an id: concurrent reads each call it.
///
/// # Contract
/// The schema of an id never changes.
pub trait ForeignSchemas: fmt::Debug + Send + Sync {
    /// The schema of an [`ApicurioContent`](SchemaKey::ApicurioContent),
    /// [`ApicurioGlobal`](SchemaKey::ApicurioGlobal) or [`Glue`](SchemaKey::Glue) key, with all that
    /// it refers to.
    ///
    /// # Errors
    /// `Registry`, or the reason why it is not found.
    fn schema<'a>(&'a self, key: SchemaKey) -> BoxFuture<'a, Result<ResolvedSchema>>;
}

/// A payload with a frame of another registry, or an Avro single object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ForeignFrame<'a> {
    pub(crate) key: SchemaKey,
    body: &'a [u8],
    is_compressed: bool,
    pub(crate) is_in_header: bool,
    /// The message's name from a header; `None` without that header.
    pub(crate) message: Option<&'a [u8]>,
}

impl<'a> ForeignFrame<'a> {
    fn new(key: SchemaKey, body: &'a [u8]) -> Self {
        Self {
            key,
            body,
            is_compressed: false,
            is_in_header: false,
            message: None,
        }
    }

    /// A payload whose schema is in a header of Apicurio's.
    pub(crate) fn from_headers<H: HeaderList + ?Sized>(
        headers: &'a H,
        role: Role,
        payload: &'a [u8],
    ) -> Result<Option<Self>> {
        let (mut found, mut is_json, mut message) = (None, false, None);
        let (prefix, message_name) = match role {
            Role::Key => ("apicurio.key.", "apicurio.protobuf.type.key"),
            Role::Value => ("apicurio.value.", "apicurio.protobuf.type"),
        };
        for (name, value) in headers.headers() {
            if name == message_name {
                message = value;
            }
            let (Some(name), Some(value)) = (name.strip_prefix(prefix), value) else {
                continue;
            };
            match name {
                "globalId" => found = Some(SchemaKey::ApicurioGlobal(id_of(value)?)),
                "contentId" => found = Some(SchemaKey::ApicurioContent(id_of(value)?)),
                "encoding" => is_json = value == b"JSON",
                _ => {}
            }
        }
        match found {
            Some(_) if is_json => {
                let message = "Apicurio's JSON encoding of Avro data: only the binary one is read";
                Err(Error::new(ErrorKind::UnsupportedContent, message))
            }
            found => Ok(found.map(|id| Self {
                is_in_header: true,
                message,
                ..Self::new(id, payload)
            })),
        }
    }

    /// A payload that starts with an id of eight bytes, Glue's frame, or the marker of Avro's single
    /// objects and a fingerprint.
    #[inline]
    pub(crate) fn from_payload(payload: &'a [u8]) -> Option<Self> {
        match payload {
            [0, 0, 0, 0, 0, rest @ ..] => {
                let (low, body) = rest.split_first_chunk::<4>()?;
                let id = u32::from_be_bytes(*low).into();
                Some(Self::new(SchemaKey::ApicurioContent(id), body))
            }
            [3, compression @ (0 | 5), rest @ ..] => {
                let (id, body) = rest.split_first_chunk::<16>()?;
                Some(Self {
                    is_compressed: *compression == 5,
                    ..Self::new(SchemaKey::Glue(Uuid::from_bytes(*id)), body)
                })
            }
            [0xc3, 1, rest @ ..] => {
                let (fingerprint, body) = rest.split_first_chunk::<8>()?;
                let fingerprint = u64::from_le_bytes(*fingerprint).to_be_bytes();
                Some(Self::new(SchemaKey::Fingerprint(fingerprint), body))
            }
            _ => None,
        }
    }

    /// The body as it was before it was compressed.
    ///
    /// # Errors
    /// `Decode` if it does not decompress; `LimitExceeded` if it is too long then;
    /// `UnsupportedContent` without the feature `glue`.
    pub(crate) fn body(&self, limits: &Limits) -> Result<Cow<'a, [u8]>> {
        match self.is_compressed {
            false => Ok(Cow::Borrowed(self.body)),
            true => decompress(self.body, limits).map(Cow::Owned),
        }
    }
}

fn id_of(value: &[u8]) -> Result<u64> {
    let bytes = value.try_into().map_err(|_| {
        let message = "Apicurio's header with a schema id: expected 8 bytes";
        Error::new(ErrorKind::Framing, message)
    })?;
    Ok(u64::from_be_bytes(bytes))
}

#[cfg(feature = "glue")]
fn decompress(body: &[u8], limits: &Limits) -> Result<Vec<u8>> {
    use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};
    decompress_to_vec_zlib_with_limit(body, limits.payload).map_err(|error| match error.status {
        TINFLStatus::HasMoreOutput => {
            let message = format!("the decompressed payload is over {}", limits.payload);
            Error::new(ErrorKind::LimitExceeded, message)
        }
        status => {
            let message = format!("the body does not decompress: {status:?}");
            Error::new(ErrorKind::Decode, message)
        }
    })
}

#[cfg(not(feature = "glue"))]
fn decompress(_body: &[u8], _limits: &Limits) -> Result<Vec<u8>> {
    let message = "the body is compressed: wireform's feature `glue` reads it";
    Err(Error::new(ErrorKind::UnsupportedContent, message))
}

#[cfg(test)]
mod tests;
