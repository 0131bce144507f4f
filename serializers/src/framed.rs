use std::collections::{BTreeMap, HashMap};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use wireform_registry::{
    BoxFuture, LockFile, Reference, RegisterOptions, RegisteredSchema, Registry, RegistryExt,
    ResolvedSchema, Role, SchemaDef, SchemaId, Subject, SubjectNaming, resolve_for,
};

use crate::content_type::ContentType;
use crate::error::{Error, ErrorKind, Result};
use crate::format::{Format, SchemaRef};
use crate::frame::{self, Framing};
use crate::language::{self, Language, Records, has_message_index};
use crate::schema_codec::{Import, SchemaCodec, SchemaFormat, SchemaSource};
use crate::serializer::{Serializer, append_or_restore};

/// A codec with a schema that writes Confluent's frame, which registry-aware consumers in every
/// language read.
///
/// The schema id is found once, when this is built; writing is pure and never waits.
///
/// ```text
/// 00 · id, 4 bytes big endian · [message index] · body
/// ```
#[derive(Clone, Debug)]
pub struct Framed<C> {
    codec: C,
    schema: SchemaRef,
    version: Option<String>,
    framing: Framing,
    /// The bytes before the body, ready to copy.
    prefix: Box<[u8]>,
}

impl<C: SchemaFormat> Framed<C> {
    /// Registers the codec's schema under `subject`, or finds it there. Its imports are registered
    /// first.
    ///
    /// Use this in development and for schemas that belong to this program. In production, use
    /// [`lookup`](Self::lookup).
    ///
    /// # Errors
    /// `Incompatible` with the registry's reason if the schema breaks the subject's compatibility
    /// level, or if the registry has it in a form in which the codec's message has another index;
    /// `Registry` if the registry fails. The error names the subject.
    pub async fn register(
        codec: C,
        registry: &(impl Registry + ?Sized),
        subject: Subject,
    ) -> Result<Self> {
        let registered = find_checked(&registry, &subject, &codec, How::Register).await;
        registered
            .and_then(|schema| Self::with_schema(codec, &schema))
            .map_err(|error| error.for_subject(&subject))
    }

    /// Finds the codec's schema under `subject`; never registers it. This is the default for
    /// production: a schema that was not reviewed and registered is never written.
    ///
    /// # Errors
    /// `Registry(SchemaNotFound)` or `Registry(SubjectNotFound)` if the schema is not there;
    /// `Incompatible` if the registry has it in a form in which the codec's message has another
    /// index; `Registry` if the registry fails. The error names the subject.
    pub async fn lookup(
        codec: C,
        registry: &(impl Registry + ?Sized),
        subject: Subject,
    ) -> Result<Self> {
        let found = find_checked(&registry, &subject, &codec, How::Lookup).await;
        found
            .and_then(|schema| Self::with_schema(codec, &schema))
            .map_err(|error| error.for_subject(&subject))
    }

    /// Uses the newest version under `subject`, after checking that the codec's bytes are valid for
    /// it. This is Java's `use.latest.version`, with that check.
    ///
    /// # Errors
    /// `Incompatible` if the bytes are not valid for it; `Registry` if the subject does not exist
    /// or the registry fails. The error names the subject.
    pub async fn latest(
        codec: C,
        registry: &(impl Registry + ?Sized),
        subject: Subject,
    ) -> Result<Self> {
        let check = async {
            let newest = (&registry as &dyn Registry).latest(&subject).await?;
            codec.check_writes(&resolve_for(registry, &subject, &newest.def).await?)?;
            Ok(newest)
        };
        check
            .await
            .and_then(|schema| Self::with_schema(codec, &schema))
            .map_err(|error: Error| error.for_subject(&subject))
    }

    /// Finds the codec's schema under `subject` in a lock file, `wireform.lock`: offline, without
    /// waiting. If the feature of the schema's language is on, the locked text may differ from the
    /// codec's, as long as a registry gives both one id: Confluent's server prints schemas in its own
    /// way.
    ///
    /// # Errors
    /// `Registry(SchemaNotFound)` or `Registry(SubjectNotFound)` if the schema is not in the lock
    /// file. The error names the subject and the command to run.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the subject is passed as to the other constructors"
    )]
    pub fn locked(codec: C, lock: &LockFile, subject: Subject) -> Result<Self> {
        let found = match at_once(find_checked(&lock, &subject, &codec, How::Lookup)) {
            Err(error) if matches!(error.kind(), ErrorKind::Registry(_)) => {
                find_printed(lock, &subject, &codec).unwrap_or(Err(error))
            }
            found => found,
        };
        found
            .and_then(|schema| Self::with_schema(codec, &schema))
            .map_err(|error| error.for_subject(&subject))
    }

    /// Uses an id that the program knows by other means. Asks no registry and checks nothing.
    pub fn with_id(codec: C, id: SchemaId) -> Self {
        let mut prefix = Vec::new();
        frame::write_id(id, &mut prefix);
        write_index(&codec, &mut prefix);
        let schema = SchemaRef::with_id(id);
        let mut framed = Self {
            codec,
            schema,
            version: None,
            framing: Framing::Prefix,
            prefix: prefix.into_boxed_slice(),
        };
        framed
            .schema
            .set_fingerprint(framed.codec.schema().and_then(SchemaRef::fingerprint));
        framed
    }

    /// Names the schema in the record's header, by GUID, and leaves the payload unprefixed.
    ///
    /// Readers need Confluent clients of 2025 or later, or [`Reader`](crate::Reader).
    ///
    /// # Errors
    /// `Config` if the GUID is not known: the registry has none (before Confluent 8), or the codec
    /// was built [with an id](Self::with_id).
    pub fn in_headers(mut self) -> Result<Self> {
        let Some(guid) = self.schema.guid() else {
            let message = "the registry gave this schema no GUID, which a header frame needs";
            let error = Error::new(ErrorKind::Config, message);
            return Err(match self.schema.subject() {
                Some(subject) => error.for_subject(subject),
                None => error,
            });
        };
        let mut header = Vec::new();
        frame::write_guid(guid, &mut header);
        write_index(&self.codec, &mut header);
        self.schema.set_header_value(header.into_boxed_slice());
        self.prefix = Box::default();
        self.framing = Framing::Header;
        Ok(self)
    }

    fn with_schema(codec: C, registered: &RegisteredSchema) -> Result<Self> {
        let mut framed = Self::with_id(codec, registered.id);
        let fingerprint = framed.schema.fingerprint();
        framed.schema = SchemaRef::from(registered);
        framed.schema.set_fingerprint(fingerprint);
        framed.version = Some(registered.version.to_string());
        Ok(framed)
    }
}

impl<C> Framed<C> {
    /// Returns the codec.
    pub fn codec(&self) -> &C {
        &self.codec
    }

    /// Returns where records name the schema.
    pub fn framing(&self) -> Framing {
        self.framing
    }
}

/// Finds the codec's schema in a lock file where a registry printed its text, or a text that it refers
/// to, in another way.
fn find_printed(
    lock: &LockFile,
    subject: &Subject,
    codec: &(impl SchemaFormat + ?Sized),
) -> Option<Result<RegisteredSchema>> {
    let source = codec.source();
    let language = language::find(source.kind)?;
    let own = forms(language, &source.resolve().ok()?)?;
    let is_same = |schema: &&RegisteredSchema| {
        let is_near = schema.subject == *subject && schema.def.kind == source.kind;
        let resolved = is_near.then(|| lock.resolve_for(subject, &schema.def).ok());
        let printed = resolved.flatten().and_then(|it| forms(language, &it));
        printed.is_some_and(|printed| printed == own)
    };
    let found = lock.schemas().filter(is_same).last()?.clone();
    let checked = match has_message_index(source.kind) {
        true => check_message(codec, &found),
        false => Ok(()),
    };
    Some(checked.map(|()| found))
}

/// Returns the canonical forms of a schema and of the texts that it refers to, by their names; the
/// schema's own name is empty. `None` if one of them does not parse.
fn forms(language: &dyn Language, schema: &ResolvedSchema) -> Option<BTreeMap<String, String>> {
    let mut texts = ResolvedSchema::new(schema.kind, schema.text.clone());
    let mut forms = BTreeMap::new();
    for named in &schema.references {
        texts.text = named.text.clone();
        let form = language.parse(&texts).ok()?.canonical;
        forms.insert(named.name.clone(), form);
        // What follows may refer to it.
        texts.references.push(named.clone());
    }
    let form = language.parse(schema).ok()?.canonical;
    forms.insert(String::new(), form);
    Some(forms)
}

/// Returns the subject for a codec's schema on one side of a topic.
///
/// # Errors
/// `Registry(Config)` if the naming needs a record name and the schema has none.
pub fn subject_of(
    codec: &(impl SchemaFormat + ?Sized),
    naming: &dyn SubjectNaming,
    topic: &str,
    role: Role,
) -> Result<Subject> {
    Ok(naming.subject(topic, role, codec.source().record.as_deref())?)
}

impl<C: Format> Format for Framed<C> {
    fn content_type(&self) -> ContentType {
        self.codec.content_type()
    }

    fn version(&self) -> Option<&str> {
        self.version.as_deref().or_else(|| self.codec.version())
    }

    fn schema(&self) -> Option<&SchemaRef> {
        Some(&self.schema)
    }
}

impl<T: ?Sized, C: SchemaCodec<T>> Serializer<T> for Framed<C> {
    fn format(&self, _value: &T) -> &dyn Format {
        self
    }

    fn serialize(&self, value: &T, out: &mut Vec<u8>) -> Result<()> {
        append_or_restore(out, |out| {
            out.extend_from_slice(&self.prefix);
            self.codec.serialize_body(value, out)
        })
    }
}

/// Returns the result of a lock file's future, which is always ready.
fn at_once<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(Error::new(ErrorKind::Config, "a lock file answers at once")),
    }
}

fn write_index(codec: &(impl SchemaFormat + ?Sized), out: &mut Vec<u8>) {
    if has_message_index(codec.source().kind) {
        codec.message_index().write(out);
    }
}

#[derive(Clone, Copy)]
enum How {
    Lookup,
    Register,
}

/// Registers or looks up the schema of `codec`, and checks that its message has the same index in the
/// form that the registry has: a descriptor counts the entries of maps, a text does not.
async fn find_checked(
    registry: &dyn Registry,
    subject: &Subject,
    codec: &(impl SchemaFormat + ?Sized),
    how: How,
) -> Result<RegisteredSchema> {
    let source = codec.source();
    let found = find(registry, subject, source, how).await?;
    if has_message_index(source.kind) {
        let stored = registry.by_version(subject, found.version.into()).await?;
        check_message(codec, &stored)?;
    }
    Ok(found)
}

/// Checks that the message of `codec` has the same index in `stored`, a form of the codec's schema.
///
/// # Errors
/// `Incompatible` if another message has it.
fn check_message(codec: &(impl SchemaFormat + ?Sized), stored: &RegisteredSchema) -> Result<()> {
    let source = codec.source();
    let (Some(language), Some(own)) = (language::find(source.kind), &source.record) else {
        return Ok(());
    };
    let schema = ResolvedSchema::new(source.kind, stored.def.text.clone());
    let Records::Messages(names) = language.records(&schema)? else {
        return Ok(());
    };
    let index = codec.message_index();
    if names.get(&index) == Some(own) {
        return Ok(());
    }
    let path = index.path();
    let message = format!("message {path:?} is not {own:?} in the form that the registry has");
    Err(Error::new(ErrorKind::Incompatible, message))
}

/// Registers or looks up `source` under `subject`, after everything that it imports.
async fn find(
    registry: &dyn Registry,
    subject: &Subject,
    source: &SchemaSource,
    how: How,
) -> Result<RegisteredSchema> {
    Finder {
        registry,
        how,
        imports: HashMap::new(),
    }
    .find(subject, source)
    .await
}

struct Finder<'r> {
    registry: &'r dyn Registry,
    how: How,
    /// Imports that were found already: several texts may import the same one.
    imports: HashMap<String, Reference>,
}

impl Finder<'_> {
    fn find<'a>(
        &'a mut self,
        subject: &'a Subject,
        source: &'a SchemaSource,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(async move {
            let mut references = Vec::with_capacity(source.imports.len());
            for import in &source.imports {
                references.push(self.import(import).await?);
            }
            let def = SchemaDef::new(source.kind, source.text.clone()).with_references(references);
            Ok(match self.how {
                How::Lookup => self.registry.lookup(subject, &def).await?,
                How::Register => {
                    self.registry
                        .register(subject, &def, RegisterOptions::default())
                        .await?
                }
            })
        })
    }

    /// An import's subject is its name, as Confluent's `DefaultReferenceSubjectNameStrategy` has
    /// it.
    async fn import(&mut self, import: &Import) -> Result<Reference> {
        if let Some(known) = self.imports.get(&import.name) {
            return Ok(known.clone());
        }
        let subject = Subject::new(import.name.clone())?;
        let version = self.find(&subject, &import.source).await?.version;
        let reference = Reference {
            name: import.name.clone(),
            subject,
            version,
        };
        self.imports.insert(import.name.clone(), reference.clone());
        Ok(reference)
    }
}

#[cfg(test)]
mod tests;
