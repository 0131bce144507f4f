use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::id::{SchemaGuid, SchemaId, Version};
use crate::subject::Subject;

/// The language a schema is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SchemaKind {
    /// Apache Avro, JSON text. The registry's default: requests leave it out.
    Avro,
    /// JSON Schema.
    Json,
    /// Protocol Buffers, `.proto` text (some clients register a base64 descriptor instead).
    Protobuf,
}

/// A schema to register: its original text and its references.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SchemaDef {
    /// The language of the text.
    pub kind: SchemaKind,
    /// The text as its author wrote it.
    pub text: Arc<str>,
    /// Other registered schemas that the text uses.
    pub references: Vec<Reference>,
}

/// A name used in a schema, and the registered schema that it refers to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    /// The name in the text: an Avro full name, a `.proto` import path, a JSON Schema `$ref`.
    pub name: String,
    /// The subject under which the referenced schema is registered.
    pub subject: Subject,
    /// The version in that subject.
    pub version: Version,
}

/// A schema that was requested by id or GUID, as the registry returns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSchema {
    /// The id in this registry; `None` if the answer to a GUID did not have it.
    pub id: Option<SchemaId>,
    /// The GUID; `None` from registries that have none.
    pub guid: Option<SchemaGuid>,
    /// The schema.
    pub def: SchemaDef,
}

/// A schema in its subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredSchema {
    /// The subject.
    pub subject: Subject,
    /// The version in the subject.
    pub version: Version,
    /// The id in this registry.
    pub id: SchemaId,
    /// The GUID; `None` from registries that have none.
    pub guid: Option<SchemaGuid>,
    /// The schema.
    pub def: SchemaDef,
}

/// A schema with the texts of everything it refers to, ready to be parsed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResolvedSchema {
    /// The language of all the texts.
    pub kind: SchemaKind,
    /// The text of the schema itself.
    pub text: Arc<str>,
    /// The referenced texts, also indirect ones, each after what it needs itself.
    pub references: Vec<NamedText>,
}

/// A schema text and the name by which others refer to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NamedText {
    /// The name, see [`Reference::name`].
    pub name: String,
    /// The text.
    pub text: Arc<str>,
}

impl Reference {
    /// The subject that a schema registered under `referrer` means: one that names no context is in
    /// the referrer's.
    /// ```
    /// use wireform_registry::{Reference, Subject, Version};
    ///
    /// let reference = Reference {
    ///     name: "shop.Item".to_owned(),
    ///     subject: Subject::new("item")?,
    ///     version: Version::new(1)?,
    /// };
    /// let blue = Subject::new(":.blue:orders-value")?;
    /// assert_eq!(reference.subject_for(&blue).as_str(), ":.blue:item");
    /// # Ok::<(), wireform_registry::Error>(())
    /// ```
    #[must_use]
    pub fn subject_for(&self, referrer: &Subject) -> Subject {
        referrer.context().qualify(&self.subject)
    }
}

impl SchemaKind {
    /// The registry's name for it: `AVRO`, `JSON` or `PROTOBUF`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Avro => "AVRO",
            Self::Json => "JSON",
            Self::Protobuf => "PROTOBUF",
        }
    }
}

impl SchemaDef {
    /// A schema without references.
    #[must_use]
    pub fn new(kind: SchemaKind, text: impl Into<Arc<str>>) -> Self {
        Self {
            kind,
            text: text.into(),
            references: Vec::new(),
        }
    }

    /// Adds what the text refers to.
    #[must_use]
    pub fn with_references(mut self, references: Vec<Reference>) -> Self {
        self.references = references;
        self
    }
}

impl ResolvedSchema {
    /// A schema that refers to nothing else.
    #[must_use]
    pub fn new(kind: SchemaKind, text: impl Into<Arc<str>>) -> Self {
        Self {
            kind,
            text: text.into(),
            references: Vec::new(),
        }
    }
}

impl fmt::Display for SchemaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SchemaKind {
    type Err = Error;

    /// Reads the registry's name, upper or lower case.
    fn from_str(text: &str) -> Result<Self> {
        [Self::Avro, Self::Json, Self::Protobuf]
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::Unsupported,
                    format!("unknown schema type {text:?}"),
                )
            })
    }
}
