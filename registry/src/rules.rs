use std::borrow::Cow;
use std::fmt;

use crate::error::Result;
use crate::schema::{ResolvedSchema, SchemaKind};

/// **A type that implements `SchemaRules` is the meaning of one schema type; it parses texts of
/// that type and finds out whether data written with one schema can be read with another.**
///
/// The registry does not know any format: codecs implement this trait for it.
///
/// # Contract
/// - No method touches the network, a file or a global; hostile texts give an error, never a
///   panic, within bounded time and memory.
/// - `check` returns every finding, in a stable order; an empty list means compatible.
///   What cannot be decided is a finding.
#[diagnostic::on_unimplemented(
    note = "`wireform::avro::AvroRules` has the rules of Avro (feature `avro`), \
            `wireform::protobuf::ProtobufRules` those of Protobuf (feature `protobuf`)"
)]
pub trait SchemaRules: fmt::Debug + Send + Sync {
    /// The schema type these rules are for.
    fn kind(&self) -> SchemaKind;

    /// Parses a schema: its full names, and a form that is equal for schemas that mean the same.
    ///
    /// # Errors
    /// `InvalidSchema` with the place in the text.
    fn parse(&self, schema: &ResolvedSchema) -> Result<ParsedSchema>;

    /// The text that a registry stores when a schema is registered with `normalize`.
    ///
    /// # Errors
    /// `InvalidSchema` with the place in the text.
    fn normalize(&self, schema: &ResolvedSchema) -> Result<String>;

    /// The schema in another form than its text: `serialized` is what clients of Protobuf ask a
    /// registry for, a descriptor in base64. `None` for a form that the rules do not know: the
    /// text itself is handed out then, as Confluent's server does.
    ///
    /// # Errors
    /// `InvalidSchema` with the place in the text; `Unsupported` for a form that is known, but
    /// cannot be made.
    fn format(&self, schema: &ResolvedSchema, format: &str) -> Result<Option<String>>;

    /// All reasons why a reader with the schema `reader` could not read what was written with
    /// `writer`; none if it can.
    ///
    /// # Errors
    /// `InvalidSchema` if either of them does not parse.
    fn check(
        &self,
        reader: &ResolvedSchema,
        writer: &ResolvedSchema,
    ) -> Result<Vec<Incompatibility>>;
}

impl<R: SchemaRules + ?Sized> SchemaRules for &R {
    fn kind(&self) -> SchemaKind {
        (**self).kind()
    }

    fn parse(&self, schema: &ResolvedSchema) -> Result<ParsedSchema> {
        (**self).parse(schema)
    }

    fn normalize(&self, schema: &ResolvedSchema) -> Result<String> {
        (**self).normalize(schema)
    }

    fn format(&self, schema: &ResolvedSchema, format: &str) -> Result<Option<String>> {
        (**self).format(schema, format)
    }

    fn check(
        &self,
        reader: &ResolvedSchema,
        writer: &ResolvedSchema,
    ) -> Result<Vec<Incompatibility>> {
        (**self).check(reader, writer)
    }
}

/// The result of parsing a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedSchema {
    /// Full names of the types it defines, the schema's own first.
    pub names: Vec<String>,
    /// Equal for schemas that differ only in what does not matter (white space, order of keys):
    /// a registry gives them one id. Docs, defaults, aliases and unknown attributes do matter, so
    /// Avro's Parsing Canonical Form is not it.
    pub canonical: String,
}

/// One reason why a reader schema cannot read data of a writer schema.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Incompatibility {
    /// Where in the reader schema, as a JSON pointer or a name path: `/fields/2/type`.
    pub path: String,
    /// The rule's name in its own ecosystem: `READER_FIELD_MISSING_DEFAULT_VALUE`.
    pub kind: Cow<'static, str>,
    /// A sentence for people.
    pub message: String,
}

impl Incompatibility {
    /// A finding at `path`.
    #[must_use]
    pub fn new(
        path: impl Into<String>,
        kind: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            path: path.into(),
            kind: kind.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Incompatibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.kind, self.path, self.message)
    }
}
