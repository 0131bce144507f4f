use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use wireform_registry::{
    Registry, ResolvedSchema, SchemaDef, SchemaKind, Subject, VersionRef, resolve_for,
};

use super::policy::{ReadSchema, Validation};
use super::texts::Texts;
use super::tree;
use super::validator::{Content, Validator};
use crate::content_type::ContentType;
use crate::error::{Error, ErrorKind, Result};
use crate::format::{Format, unframed_format, version_and_limits};
use crate::frame::MessageIndex;
use crate::json_error::json_error;
use crate::limits::Limits;
use crate::reader::{ReadCodec, ReadPlan, reads};
use crate::schema_codec::{SchemaCodec, SchemaFormat, SchemaSource};
use crate::serializer::{Deserializer, Serializer, append_or_restore};

/// JSON by serde_json, with a JSON Schema that is registered and validated against.
///
/// The body is what `Json` writes: validation never changes a byte or a value.
/// By default a value that does not fit the schema is not written, and what is read is not
/// validated; [`on_write`](Self::on_write) and [`on_read`](Self::on_read) choose otherwise.
///
/// ```
/// use wireform::json_schema::Validation;
/// use wireform::{Deserializer, ErrorKind, JsonSchema, SerializerExt};
///
/// #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
/// struct Ping {
///     n: u32,
/// }
///
/// let pings = JsonSchema::<Ping>::new(
///     r#"{"type": "object", "required": ["n"], "properties": {"n": {"maximum": 9}}}"#,
/// )?
/// .on_read(Validation::Enforce);
/// assert_eq!(pings.to_vec(&Ping { n: 7 })?, b"{\"n\":7}");
///
/// let error = pings.to_vec(&Ping { n: 10 }).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Encode);
/// assert_eq!(error.path(), "n");
/// assert!(error.to_string().contains("\"maximum\""));
///
/// assert_eq!(pings.deserialize(b"{\"n\":7}")?, Ping { n: 7 });
/// assert_eq!(pings.deserialize(b"{\"n\":10}").unwrap_err().path(), "n");
/// # Ok::<(), wireform::Error>(())
/// ```
pub struct JsonSchema<T: ?Sized> {
    inner: Arc<Inner>,
    on_write: Validation,
    on_read: Validation,
    read_schema: ReadSchema,
    content: Content,
    version: Option<Box<str>>,
    limits: Limits,
    value: PhantomData<fn(&T)>,
}

struct Inner {
    source: SchemaSource,
    resolved: ResolvedSchema,
    unknown_draft: Option<String>,
    validator: Result<Validator>,
}

impl<T: ?Sized> JsonSchema<T> {
    /// A codec with the schema `text`, of the draft that its `$schema` names: 4, 6, 7, 2019-09 or
    /// 2020-12, and 7 if it names no known draft, see [`unknown_draft`](Self::unknown_draft).
    ///
    /// # Errors
    /// `InvalidSchema` with the place if the text is not a JSON Schema, or has a `$ref` that leads
    /// out of it; `LimitExceeded` if it is too large or nested too deeply.
    pub fn new(text: &str) -> Result<Self> {
        Self::with_source(SchemaSource::new(SchemaKind::Json, text))
    }

    /// Creates a codec whose schema refers to other schemas, which are registered as references.
    ///
    /// Each import's name is the URI in the `$ref`, without its fragment. References to other
    /// documents are not found: no `$ref` is ever looked up in the network or in files.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_source(source: SchemaSource) -> Result<Self> {
        let codec = Self::for_reading(source)?;
        codec.check_schema()?;
        Ok(codec)
    }

    /// Creates a codec for records of a schema that another program registered. If the schema does
    /// not compile, for example because a pattern is not a valid regular expression here, only
    /// calls that validate fail. [`check_schema`](Self::check_schema) returns that error in
    /// advance.
    ///
    /// # Errors
    /// `InvalidSchema` if the text is not JSON; `LimitExceeded` if it is too large or nested too
    /// deeply.
    pub fn for_reading(mut source: SchemaSource) -> Result<Self> {
        let resolved = source.resolve()?;
        let texts = Texts::parse(&resolved)?;
        let validator = Validator::new(&texts, Content::default());
        if source.record.is_none() {
            source.record = texts.title().map(str::to_owned);
        }
        let unknown_draft = texts.unknown_draft().map(str::to_owned);
        let inner = Arc::new(Inner {
            source,
            resolved,
            unknown_draft,
            validator,
        });
        Ok(Self {
            content: Content::default(),
            inner,
            on_write: Validation::Enforce,
            on_read: Validation::Off,
            read_schema: ReadSchema::default(),
            version: None,
            limits: Limits::default(),
            value: PhantomData,
        })
    }

    /// A codec with a schema that is registered already, as [`for_reading`](Self::for_reading).
    ///
    /// # Errors
    /// `Registry` if the registry fails or does not know it; as [`for_reading`](Self::for_reading)
    /// otherwise. Naming the subject.
    pub async fn from_registry(
        registry: &(impl Registry + ?Sized),
        subject: &Subject,
        version: VersionRef,
    ) -> Result<Self> {
        let fetch = async {
            let registered = (&registry as &dyn Registry)
                .by_version(subject, version)
                .await?;
            let source = import(&registry, subject, &registered.def, 0).await?;
            // References are checked against each other here.
            resolve_for(registry, subject, &registered.def).await?;
            Self::for_reading(source)
        };
        fetch
            .await
            .map_err(|error: Error| error.for_subject(subject))
    }

    /// Checks that values can be validated against the schema.
    ///
    /// # Errors
    /// `InvalidSchema` or `LimitExceeded` if it does not compile.
    pub fn check_schema(&self) -> Result<()> {
        self.validator().map(drop)
    }

    /// Returns the `$schema` of the schema if it is not a known draft. The schema is then read as
    /// draft 7.
    #[must_use]
    pub fn unknown_draft(&self) -> Option<&str> {
        self.inner.unknown_draft.as_deref()
    }

    /// Validates `contentMediaType` and `contentEncoding` up to draft 7, too. Without this they are
    /// annotations, as in later drafts.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn assert_content(mut self) -> Result<Self> {
        self.content = Content::Asserted;
        let validator = Validator::new(&Texts::parse(&self.inner.resolved)?, self.content)?;
        self.inner = Arc::new(Inner {
            source: self.inner.source.clone(),
            resolved: self.inner.resolved.clone(),
            unknown_draft: self.inner.unknown_draft.clone(),
            validator: Ok(validator),
        });
        Ok(self)
    }

    /// Sets what happens to values that do not fit the schema. [`Validation::Enforce`] by default.
    #[must_use]
    pub fn on_write(mut self, validation: Validation) -> Self {
        self.on_write = validation;
        self
    }

    /// Sets what happens to records that do not fit their schema. [`Validation::Off`] by default.
    ///
    /// With [`Validation::Warn`], the hook is called once with the error of a writer schema that
    /// does not compile, and its records are read without validation.
    #[must_use]
    pub fn on_read(mut self, validation: Validation) -> Self {
        self.on_read = validation;
        self
    }

    /// Against which schema framed records are validated. Unframed ones know only the codec's own.
    #[must_use]
    pub fn read_schema(mut self, schema: ReadSchema) -> Self {
        self.read_schema = schema;
        self
    }

    version_and_limits! {
        /// Sets the longest payload, and what validating one may take: nesting and memory. (Nesting is
        /// limited to 127 by serde_json.)
    }

    fn check_own(&self, kind: ErrorKind, text: &[u8]) -> Result<()> {
        self.validator()?.check(kind, text, &self.limits)
    }

    fn validator(&self) -> Result<&Validator> {
        self.inner.validator.as_ref().map_err(Error::again)
    }
}

unframed_format!([T: ?Sized] JsonSchema<T>, ContentType::JSON);

impl<T: ?Sized> SchemaFormat for JsonSchema<T> {
    fn source(&self) -> &SchemaSource {
        &self.inner.source
    }

    fn message_index(&self) -> MessageIndex {
        MessageIndex::default()
    }

    /// Checks that every value that fits the codec's schema fits `schema`, by the rules of
    /// [`JsonSchemaRules`](super::JsonSchemaRules).
    fn check_writes(&self, schema: &ResolvedSchema) -> Result<()> {
        super::rules::check_writes(schema, &self.inner.resolved)
    }
}

impl<T: Serialize + ?Sized> Serializer<T> for JsonSchema<T> {
    fn format(&self, _value: &T) -> &dyn Format {
        self
    }

    fn serialize(&self, value: &T, out: &mut Vec<u8>) -> Result<()> {
        append_or_restore(out, |out| {
            let start = out.len();
            serde_json::to_writer(&mut *out, value)
                .map_err(|error| json_error(ErrorKind::Encode, &error))?;
            let text = out.get(start..).unwrap_or_default();
            self.on_write
                .apply(|| self.check_own(ErrorKind::Encode, text))
        })
    }
}

impl<T: Serialize + ?Sized> SchemaCodec<T> for JsonSchema<T> {
    fn serialize_body(&self, value: &T, out: &mut Vec<u8>) -> Result<()> {
        self.serialize(value, out)
    }
}

impl<T: DeserializeOwned> Deserializer<T> for JsonSchema<T> {
    fn deserialize(&self, bytes: &[u8]) -> Result<T> {
        self.limits.check_payload(bytes)?;
        self.on_read
            .apply(|| self.check_own(ErrorKind::Decode, bytes))?;
        self.read(bytes)
    }
}

impl<T: DeserializeOwned + 'static> ReadCodec<T> for JsonSchema<T> {
    reads!(T, Json, is_json);

    fn plan(&self, writer: &ResolvedSchema) -> Result<Box<dyn ReadPlan<T>>> {
        Ok(Box::new(Plan {
            writer: self.writer_validator(writer)?,
            codec: self.clone(),
        }))
    }
}

impl<T: ?Sized> JsonSchema<T> {
    fn writer_validator(&self, writer: &ResolvedSchema) -> Result<Option<Validator>> {
        if !self.on_read.is_on() || self.read_schema == ReadSchema::Reader {
            return Ok(None);
        }
        let mut validator = None;
        self.on_read.apply(|| {
            validator = Some(Validator::new(&Texts::parse(writer)?, self.content)?);
            Ok(())
        })?;
        Ok(validator)
    }
}

/// How the bodies of one writer schema are read.
struct Plan<T> {
    codec: JsonSchema<T>,
    writer: Option<Validator>,
}

impl<T: DeserializeOwned> ReadPlan<T> for Plan<T> {
    fn decode(&self, _message: &MessageIndex, body: &[u8]) -> Result<T> {
        let codec = &self.codec;
        codec.limits.check_payload(body)?;
        codec.on_read.apply(|| {
            if let Some(writer) = &self.writer {
                writer.check(ErrorKind::Decode, body, &codec.limits)?;
            }
            match codec.read_schema {
                ReadSchema::Writer => Ok(()),
                ReadSchema::Reader | ReadSchema::Both => codec.check_own(ErrorKind::Decode, body),
            }
        })?;
        codec.read(body)
    }
}

impl<T: DeserializeOwned> JsonSchema<T> {
    fn read(&self, text: &[u8]) -> Result<T> {
        // What was validated and is still here is not nested too deeply.
        if !matches!(self.on_read, Validation::Enforce) {
            tree::check_depth(text, self.limits.depth)?;
        }
        serde_json::from_slice(text).map_err(|error| json_error(ErrorKind::Decode, &error))
    }
}

/// A registered schema with its references as imports.
fn import<'a>(
    registry: &'a dyn Registry,
    subject: &'a Subject,
    def: &'a SchemaDef,
    depth: usize,
) -> wireform_registry::BoxFuture<'a, Result<SchemaSource>> {
    Box::pin(async move {
        let mut source = SchemaSource::new(def.kind, def.text.clone());
        if depth > MAX_REFERENCE_DEPTH {
            let message = "references are nested too deeply";
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
        for reference in &def.references {
            let version = VersionRef::Number(reference.version);
            let subject = reference.subject_for(subject);
            let target = registry.by_version(&subject, version).await?;
            let imported = import(registry, &subject, &target.def, depth + 1).await?;
            source = source.with_import(reference.name.clone(), imported);
        }
        Ok(source)
    })
}

impl<T: ?Sized> Clone for JsonSchema<T> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            on_write: self.on_write.clone(),
            on_read: self.on_read.clone(),
            read_schema: self.read_schema,
            content: self.content,
            version: self.version.clone(),
            limits: self.limits,
            value: PhantomData,
        }
    }
}

impl<T: ?Sized> fmt::Debug for JsonSchema<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonSchema")
            .field("record", &self.inner.source.record)
            .field("validator", &self.inner.validator)
            .field("on_write", &self.on_write)
            .field("on_read", &self.on_read)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Plan<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan")
            .field("codec", &self.codec)
            .field("writer", &self.writer)
            .finish()
    }
}

const MAX_REFERENCE_DEPTH: usize = 64;
