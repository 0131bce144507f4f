use std::sync::Arc;

use wireform_registry::{NamedText, ResolvedSchema, SchemaKind};

use crate::error::{Error, ErrorKind, Result};
use crate::format::Format;
use crate::frame::MessageIndex;
use crate::serializer::Serializer;

/// **A type that implements `SchemaFormat` is a codec whose payload has a schema; it gives the
/// schema's original text, so that the text can be registered.**
///
/// # Contract
/// The answers never change. `source` is the text as its author wrote it, never a canonical form.
#[diagnostic::on_unimplemented(
    note = "codecs with a schema are `SerdeAvro` (feature `avro`), `Protobuf` (feature \
            `protobuf`) and `JsonSchema` (feature `json-schema`)"
)]
pub trait SchemaFormat: Format {
    /// The schema and what it imports.
    fn source(&self) -> &SchemaSource;

    /// Which message of the schema the payload is. [`MessageIndex::default`] but for Protobuf.
    fn message_index(&self) -> MessageIndex;

    /// Checks that the bytes that this codec writes are valid for `schema`, which need not be the
    /// same text.
    ///
    /// # Errors
    /// `Incompatible` with the reason if they are not valid; `InvalidSchema` if `schema` does not
    /// parse.
    fn check_writes(&self, schema: &ResolvedSchema) -> Result<()>;
}

/// **A type that implements `SchemaCodec<T>` is a [`Serializer`] with a schema; its body can be put
/// after a frame.**
///
/// # Contract
/// As [`Serializer`]. The body after a frame is what `serialize` writes, except for one case of
/// Avro: a top-level `bytes` schema, whose body in Confluent's frame has no length
/// (`AbstractKafkaAvroSerializer.java`).
pub trait SchemaCodec<T: ?Sized>: SchemaFormat + Serializer<T> {
    /// Appends the body that follows a frame.
    ///
    /// # Errors
    /// As [`Serializer::serialize`].
    fn serialize_body(&self, value: &T, out: &mut Vec<u8>) -> Result<()>;
}

/// A schema text as a codec holds it, with the texts that it imports.
///
/// Other than a [`SchemaDef`](wireform_registry::SchemaDef) it needs no registry: imports are
/// texts, not versions of subjects. Registering it registers the imports first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaSource {
    /// The language of the texts.
    pub kind: SchemaKind,
    /// The text as its author wrote it.
    pub text: Arc<str>,
    /// Full name of the record or message that the codec writes, where it has one.
    pub record: Option<String>,
    /// The direct imports of the text.
    pub imports: Vec<Import>,
}

/// A schema that another one imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The name in the importing text: an Avro full name, a `.proto` path, a JSON Schema `$ref`.
    pub name: String,
    /// The imported schema.
    pub source: SchemaSource,
}

/// Every text that `schema` refers to, directly or not, becomes a direct import.
impl From<&ResolvedSchema> for SchemaSource {
    fn from(schema: &ResolvedSchema) -> Self {
        let source = Self::new(schema.kind, Arc::clone(&schema.text));
        schema.references.iter().fold(source, |source, reference| {
            let import = Self::new(schema.kind, Arc::clone(&reference.text));
            source.with_import(reference.name.clone(), import)
        })
    }
}

impl SchemaSource {
    /// A schema that imports nothing.
    #[must_use]
    pub fn new(kind: SchemaKind, text: impl Into<Arc<str>>) -> Self {
        Self {
            kind,
            text: text.into(),
            record: None,
            imports: Vec::new(),
        }
    }

    /// Names the record or message that is written.
    #[must_use]
    pub fn with_record(mut self, record: impl Into<String>) -> Self {
        self.record = Some(record.into());
        self
    }

    /// Adds a direct import.
    #[must_use]
    pub fn with_import(mut self, name: impl Into<String>, source: SchemaSource) -> Self {
        self.imports.push(Import {
            name: name.into(),
            source,
        });
        self
    }

    /// Returns the schema with the texts of all that it imports, as a registry would return it: each
    /// import once, after what it imports itself.
    ///
    /// # Errors
    /// `InvalidSchema` if two imports with different texts have the same name; `LimitExceeded` if
    /// imports nest more than 64 deep.
    pub fn resolve(&self) -> Result<ResolvedSchema> {
        let mut resolved = ResolvedSchema::new(self.kind, Arc::clone(&self.text));
        self.collect_imports(&mut resolved.references, 0)?;
        Ok(resolved)
    }

    fn collect_imports(&self, found: &mut Vec<NamedText>, depth: usize) -> Result<()> {
        if depth > MAX_IMPORT_DEPTH {
            let message = format!("imports nest more than {MAX_IMPORT_DEPTH} deep");
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
        for import in &self.imports {
            let text = &import.source.text;
            match found.iter().find(|known| known.name == import.name) {
                Some(known) if known.text == *text => continue,
                Some(_) => {
                    let message = format!("two imports have the name {:?}", import.name);
                    return Err(Error::new(ErrorKind::InvalidSchema, message));
                }
                None => {}
            }
            import.source.collect_imports(found, depth + 1)?;
            found.push(NamedText {
                name: import.name.clone(),
                text: Arc::clone(text),
            });
        }
        Ok(())
    }
}

const MAX_IMPORT_DEPTH: usize = 64;
