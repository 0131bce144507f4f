use std::fmt::Debug;

use wireform_registry::{RegisteredSchema, SchemaGuid, SchemaId, Subject, Version};

use crate::content_type::ContentType;

/// **A type that implements `Format` is a description of bytes; it says what a serializer writes
/// and with which schema, if any.**
///
/// The trait does not depend on the type of the values, so it can be used without naming one.
///
/// # Contract
/// The answers of one `Format` never change: the producer builds the headers once.
#[diagnostic::on_unimplemented(
    note = "codecs are types of `wireform`, each behind its cargo feature: `json`, `datetime`, \
            `avro`, `protobuf`"
)]
pub trait Format: Debug + Send + Sync {
    /// Becomes the `content-type` header.
    fn content_type(&self) -> ContentType;

    /// Becomes the `version` header: the version under which the schema is registered, or the one
    /// that the program declared. `None`: no such header.
    fn version(&self) -> Option<&str>;

    /// The registered schema that values are written with, if any.
    fn schema(&self) -> Option<&SchemaRef>;
}

/// A reference to the registered schema that a value was, or will be, written with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaRef {
    subject: Option<Subject>,
    id: Option<SchemaId>,
    guid: Option<SchemaGuid>,
    version: Option<Version>,
    fingerprint: Option<[u8; 8]>,
    header: Option<Box<[u8]>>,
}

impl SchemaRef {
    /// A schema of which nothing is known but its id.
    #[must_use]
    pub fn with_id(id: SchemaId) -> Self {
        Self {
            id: Some(id),
            ..Self::unknown()
        }
    }

    /// A schema of which nothing is known but its GUID.
    #[must_use]
    pub fn with_guid(guid: SchemaGuid) -> Self {
        Self {
            guid: Some(guid),
            ..Self::unknown()
        }
    }

    /// The subject, where the schema was found through one.
    #[must_use]
    pub fn subject(&self) -> Option<&Subject> {
        self.subject.as_ref()
    }

    /// The id in the registry.
    #[must_use]
    pub fn id(&self) -> Option<SchemaId> {
        self.id
    }

    /// The GUID, from registries that have them.
    #[must_use]
    pub fn guid(&self) -> Option<SchemaGuid> {
        self.guid
    }

    /// The version in the subject.
    #[must_use]
    pub fn version(&self) -> Option<Version> {
        self.version
    }

    /// The schema's own fingerprint where its format has one: CRC-64-AVRO, most significant byte
    /// first.
    #[must_use]
    pub fn fingerprint(&self) -> Option<[u8; 8]> {
        self.fingerprint
    }

    /// The value of the `__value_schema_id` or `__key_schema_id` header, where the schema is named
    /// there and not in the payload.
    #[must_use]
    pub fn header_value(&self) -> Option<&[u8]> {
        self.header.as_deref()
    }

    pub(crate) fn unknown() -> Self {
        Self {
            subject: None,
            id: None,
            guid: None,
            version: None,
            fingerprint: None,
            header: None,
        }
    }

    pub(crate) fn set_id(&mut self, id: Option<SchemaId>) {
        self.id = id;
    }

    pub(crate) fn set_guid(&mut self, guid: Option<SchemaGuid>) {
        self.guid = guid;
    }

    pub(crate) fn set_fingerprint(&mut self, fingerprint: Option<[u8; 8]>) {
        self.fingerprint = fingerprint;
    }

    pub(crate) fn set_header_value(&mut self, value: Box<[u8]>) {
        self.header = Some(value);
    }
}

impl From<&RegisteredSchema> for SchemaRef {
    fn from(schema: &RegisteredSchema) -> Self {
        Self {
            subject: Some(schema.subject.clone()),
            id: Some(schema.id),
            guid: schema.guid,
            version: Some(schema.version),
            ..Self::unknown()
        }
    }
}

/// Implements [`Format`] for a codec with a field `version`, whose payloads name no schema.
#[cfg(any(feature = "json", feature = "json-schema", feature = "protobuf"))]
macro_rules! unframed_format {
    ([$($generics:tt)*] $codec:ty, $content_type:expr) => {
        impl<$($generics)*> $crate::Format for $codec {
            fn content_type(&self) -> $crate::ContentType {
                $content_type
            }

            fn version(&self) -> Option<&str> {
                self.version.as_deref()
            }

            fn schema(&self) -> Option<&$crate::SchemaRef> {
                None
            }
        }
    };
}
#[cfg(any(feature = "json", feature = "json-schema", feature = "protobuf"))]
pub(crate) use unframed_format;

/// The methods that set the version and the limits of a codec.
#[cfg(any(feature = "json", feature = "json-schema", feature = "protobuf"))]
macro_rules! version_and_limits {
    ($(#[$limits:meta])+) => {
        /// Declares the version of the format, for the `version` header of unframed records.
        #[must_use]
        pub fn version(mut self, version: impl Into<String>) -> Self {
            self.version = Some(version.into().into_boxed_str());
            self
        }

        $(#[$limits])+
        #[must_use]
        pub fn limits(mut self, limits: $crate::Limits) -> Self {
            self.limits = limits;
            self
        }
    };
}
#[cfg(any(feature = "json", feature = "json-schema", feature = "protobuf"))]
pub(crate) use version_and_limits;
