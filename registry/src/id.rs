use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::error::{Error, ErrorKind, Result};

/// The number that a registry gives a schema; records carry it in their frame.
///
/// It is per registry (and per context of one): the same number means another schema elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaId(u32);

/// The 16-byte id that newer registries (Confluent 8) give a schema; the same in every registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaGuid(Uuid);

/// How a record names its writer schema. A [`Registry`](crate::Registry) knows ids and GUIDs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SchemaKey {
    /// A number, valid in one registry (and context).
    Id(SchemaId),
    /// A GUID, valid everywhere.
    Guid(SchemaGuid),
    /// Apicurio's `contentId`, from a header; also the meaning of 8 bytes in a payload, unless that
    /// Apicurio is configured to write global ids.
    ApicurioContent(u64),
    /// Apicurio's `globalId`, from a header.
    ApicurioGlobal(u64),
    /// The fingerprint in an Avro single object: CRC-64-AVRO, most significant byte first.
    Fingerprint([u8; 8]),
    /// The id of a schema version in AWS Glue.
    Glue(Uuid),
}

/// The number of a schema within its subject: 1, 2, 3 and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u32);

/// One version of a subject, or whichever is the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VersionRef {
    /// The newest version that is not deleted.
    Latest,
    /// This version.
    Number(Version),
}

impl SchemaId {
    /// The id `id`. All 32 bits are allowed: Confluent's wire format reads them as a signed
    /// integer, and some registries give ids out at random.
    #[must_use]
    pub const fn new(id: u32) -> Self {
        Self(id)
    }

    /// The id as a number.
    #[must_use]
    pub const fn as_u32(self) -> u32 {
        self.0
    }
}

impl SchemaGuid {
    /// The GUID with these bytes, in the order in which its text shows them.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// The bytes, in the order in which the text shows them.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl Version {
    pub(crate) const MIN: Self = Self(1);
    pub(crate) const MAX: Self = Self(i32::MAX.cast_unsigned());

    /// Version `number`.
    ///
    /// # Errors
    /// `Config` if `number` is 0 or over 2³¹ − 1, which no registry gives.
    pub fn new(number: u32) -> Result<Self> {
        if number == 0 || i32::try_from(number).is_err() {
            let message = format!("{number} is no schema version: they are 1 to 2147483647");
            return Err(Error::new(ErrorKind::Config, message));
        }
        Ok(Self(number))
    }

    /// The version as a number.
    #[must_use]
    pub const fn as_u32(self) -> u32 {
        self.0
    }
}

impl FromStr for SchemaGuid {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Uuid::try_parse(text).map(Self).map_err(|_| {
            Error::new(
                ErrorKind::Config,
                "not a GUID: expected 8-4-4-4-12 hex digits",
            )
        })
    }
}

impl From<Version> for VersionRef {
    fn from(version: Version) -> Self {
        Self::Number(version)
    }
}

impl From<SchemaId> for SchemaKey {
    fn from(id: SchemaId) -> Self {
        Self::Id(id)
    }
}

impl From<SchemaGuid> for SchemaKey {
    fn from(guid: SchemaGuid) -> Self {
        Self::Guid(guid)
    }
}

impl fmt::Display for SchemaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for SchemaGuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for SchemaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "schema id {id}"),
            Self::Guid(guid) => write!(f, "schema GUID {guid}"),
            Self::ApicurioContent(id) => write!(f, "Apicurio content id {id}"),
            Self::ApicurioGlobal(id) => write!(f, "Apicurio global id {id}"),
            Self::Fingerprint(bytes) => {
                write!(f, "schema fingerprint {:016x}", u64::from_be_bytes(*bytes))
            }
            Self::Glue(id) => write!(f, "AWS Glue schema version {id}"),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for VersionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => f.write_str("latest"),
            Self::Number(version) => version.fmt(f),
        }
    }
}
