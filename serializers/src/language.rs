//! Schema languages: what the core needs to know of one, and the list of those that are compiled in.
//!
//! This is the only file outside the languages' own folders that names them. A new language is a
//! folder with a [`Language`], a cargo feature, and a line in [`LANGUAGES`].

use std::collections::HashMap;
use std::fmt;

use wireform_registry::{ResolvedSchema, SchemaKey, SchemaKind, SchemaRules};

#[cfg(feature = "dynamic")]
use crate::dynamic::{Annotations, DynamicBodies, DynamicOptions};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::MessageIndex;
use crate::schema_codec::SchemaSource;

/// The languages whose features are on.
static LANGUAGES: &[&dyn Language] = &[
    #[cfg(feature = "avro")]
    &crate::avro::AvroRules,
    #[cfg(feature = "json-schema")]
    &crate::json_schema::JsonSchemaRules,
    #[cfg(feature = "protobuf")]
    &crate::protobuf::ProtobufRules,
];

/// Returns whether frames hold a message index between the schema id and the body, as Confluent's
/// frames of Protobuf do. Frames are read without the feature of the language, too.
#[inline]
pub(crate) fn has_message_index(kind: SchemaKind) -> bool {
    kind == SchemaKind::Protobuf
}

/// The language of `kind`; `None` if its feature is off.
pub(crate) fn find(kind: SchemaKind) -> Option<&'static dyn Language> {
    let mut all = LANGUAGES.iter().copied();
    all.find(|language| language.kind() == kind)
}

/// The language of `kind`.
///
/// # Errors
/// `UnsupportedContent` if its feature is off.
pub(crate) fn language(kind: SchemaKind) -> Result<&'static dyn Language> {
    find(kind).ok_or_else(|| {
        let message = format!("schemas of type {kind} need a feature of wireform that is off");
        Error::new(ErrorKind::UnsupportedContent, message)
    })
}

/// Checks `source` as strictly as a program should that registers it; without the language's
/// feature, nothing is checked.
///
/// # Errors
/// As [`Language::check_strictly`].
#[cfg(feature = "testing")]
pub(crate) fn check_strictly(source: &SchemaSource) -> Result<()> {
    find(source.kind).map_or(Ok(()), |language| language.check_strictly(source))
}

/// The names by which a codec of `source` knows its record: the full name, and its aliases. None if
/// the record has no name.
///
/// # Errors
/// As [`Language::names`].
pub(crate) fn names(source: &SchemaSource) -> Result<Vec<String>> {
    match find(source.kind) {
        Some(language) => language.names(source),
        None => Ok(source.record.iter().cloned().collect()),
    }
}

/// All languages whose features are on.
#[cfg(feature = "testing")]
pub(crate) fn all() -> impl Iterator<Item = &'static dyn Language> {
    LANGUAGES.iter().copied()
}

/// **A type that implements `Language` answers what the core asks about schemas of one language,
/// beyond the rules that a registry needs.**
///
/// # Contract
/// Schemas come from outside: every one gives an answer or a typed error, and never a panic.
pub(crate) trait Language: SchemaRules {
    /// The records that are written with `writer`.
    ///
    /// # Errors
    /// `InvalidSchema` if it does not parse; `UnsupportedContent` if nothing in it has a name.
    fn records(&self, writer: &ResolvedSchema) -> Result<Records>;

    /// As [`names`].
    ///
    /// # Errors
    /// `InvalidSchema` if the schema does not parse.
    fn names(&self, source: &SchemaSource) -> Result<Vec<String>> {
        Ok(source.record.iter().cloned().collect())
    }

    /// Unions of records; `None` if the language has none.
    fn unions(&self) -> Option<&'static dyn Unions> {
        None
    }

    /// Reads what frames hold in front of the bodies of `writer`, with ids like `key`; `None` if
    /// they hold nothing there.
    ///
    /// # Errors
    /// `InvalidSchema` if the schema does not parse.
    fn frame_tail(
        &self,
        _key: SchemaKey,
        _writer: &ResolvedSchema,
    ) -> Result<Option<Box<dyn FrameTail>>> {
        Ok(None)
    }

    /// Bodies of `writer` as JSON text and back, for [`DynamicCodec`](crate::dynamic::DynamicCodec).
    ///
    /// # Errors
    /// As [`DynamicCodec::with_reader`](crate::dynamic::DynamicCodec::with_reader).
    #[cfg(feature = "dynamic")]
    fn dynamic(
        &self,
        writer: &ResolvedSchema,
        reader: Option<&ResolvedSchema>,
        options: &DynamicOptions,
    ) -> Result<Box<dyn DynamicBodies>>;

    /// As [`annotate`](crate::dynamic::annotate).
    #[cfg(feature = "dynamic")]
    fn annotate(
        &self,
        schema: &ResolvedSchema,
        message: Option<&str>,
        index: Option<&MessageIndex>,
        body: &[u8],
    ) -> Result<Annotations>;

    /// Checks what registries accept and a program should not register.
    ///
    /// # Errors
    /// `InvalidSchema` with the place.
    #[cfg(feature = "testing")]
    fn check_strictly(&self, _source: &SchemaSource) -> Result<()> {
        Ok(())
    }
}

/// **A type that implements `Unions` makes one schema of several records, which share a subject.**
pub(crate) trait Unions: Send + Sync {
    /// The schema of which each of `records` is a branch, in their order.
    ///
    /// # Errors
    /// `Config` if a record cannot be a branch.
    fn source(&self, records: &[&SchemaSource]) -> Result<SchemaSource>;

    /// The bytes that precede the body of branch `index`.
    fn prefix(&self, index: usize) -> Vec<u8>;

    /// Checks that `schema` has the branches of `own` at the same places, with the same meaning.
    /// Returns `false` if nothing was checked, because bodies do not name their branch.
    ///
    /// # Errors
    /// `Incompatible` if it does not; `InvalidSchema` if it does not parse.
    fn check_branches(&self, own: &SchemaSource, schema: &ResolvedSchema) -> Result<bool>;
}

/// **A type that implements `FrameTail` finds which message of one writer schema a body is.**
pub(crate) trait FrameTail: fmt::Debug + Send + Sync {
    /// Splits what follows an id of four bytes, or a GUID, into the message and its body.
    ///
    /// # Errors
    /// `Framing` if it is malformed.
    fn split_prefixed<'a>(&self, tail: &'a [u8]) -> Result<(MessageIndex, &'a [u8])>;

    /// Splits what follows the id of another registry. `named` is the message's name in a header.
    ///
    /// # Errors
    /// `Framing` if it is malformed, or the schema has no such message.
    fn split_foreign<'a>(
        &self,
        named: Option<&[u8]>,
        body: &'a [u8],
    ) -> Result<(MessageIndex, &'a [u8])>;
}

/// The records that are written with a schema, and how a body says which one it is.
#[derive(Debug)]
#[cfg_attr(
    not(all(feature = "avro", feature = "json-schema", feature = "protobuf")),
    allow(dead_code, reason = "each is of a feature")
)]
pub(crate) enum Records {
    /// Every body is this record.
    One(String),
    /// The body starts with the number of its branch.
    Branches {
        /// The record of each branch; `None` for branches that are not records.
        names: Vec<Option<String>>,
        /// Reads the number from the start of a body, for so many branches.
        ///
        /// # Errors
        /// `Decode` if there is no such branch.
        index: fn(body: &[u8], count: usize) -> Result<usize>,
    },
    /// The frame names the message.
    Messages(HashMap<MessageIndex, String>),
    /// The body is one of these records and does not say which. Each has its own schema if that is
    /// complete without the others.
    AnyOf(Vec<(String, Option<ResolvedSchema>)>),
}
