mod text;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::fs;
use std::future::Future;
use std::hash::Hash;
use std::io;
use std::path::Path;
use std::pin::pin;
use std::str::FromStr;
use std::task::{self, Poll, Waker};

use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::id::{SchemaGuid, SchemaId, SchemaKey, Version, VersionRef};
use crate::registry::{BoxFuture, Compatibility, RegisterOptions, Registry};
use crate::resolve::{resolve, resolve_for};
use crate::schema::{RegisteredSchema, ResolvedSchema, SchemaDef, SchemaKind, StoredSchema};
use crate::subject::Subject;

/// Schemas with the ids that a registry gave them, as the file `wireform.lock` keeps them: a build
/// or a service without a network needs no registry then.
///
/// It is text, one block a version, in the order of subjects and versions, so that what changed
/// shows in a diff:
/// ```
/// use wireform_registry::{LockFile, SchemaId, Subject, VersionRef};
///
/// let lock: LockFile = r#"format 1
///
/// subject "orders-value" version 2
/// id 7
/// type AVRO
/// text
/// |{
/// |  "type": "string"
/// |}
/// "#
/// .parse()?;
/// let newest = lock.version(&Subject::value("orders"), VersionRef::Latest)?;
/// assert_eq!(newest.id, SchemaId::new(7));
/// assert_eq!(&*newest.def.text, "{\n  \"type\": \"string\"\n}");
/// assert_eq!(lock.to_string().parse::<LockFile>()?, lock);
/// # Ok::<(), wireform_registry::Error>(())
/// ```
/// It is a [`Registry`] too, one that answers at once and registers nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockFile {
    schemas: BTreeMap<Place, RegisteredSchema>,
    /// Where each id of a context is. All schemas there are the same one.
    ids: HashMap<(Context, SchemaId), BTreeSet<Place>>,
    /// Where each GUID is, likewise.
    guids: HashMap<SchemaGuid, BTreeSet<Place>>,
}

/// A version of a subject.
type Place = (Subject, Version);

impl LockFile {
    /// A lock file without schemas.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    /// `Config` if it cannot be read, or is no lock file: naming the line. `LimitExceeded` if it
    /// is longer than 16 MiB.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let unreadable = |error: io::Error| {
            let message = format!("cannot read {}", path.display());
            Error::new(ErrorKind::Config, message).with_source(error)
        };
        let length = fs::metadata(path).map_err(unreadable)?.len();
        text::check_length(length)?;
        fs::read_to_string(path).map_err(unreadable)?.parse()
    }

    /// Adds a schema, instead of what was there for its subject and version.
    ///
    /// # Errors
    /// `Config` if its id or GUID stands for another schema already.
    pub fn insert(&mut self, schema: RegisteredSchema) -> Result<()> {
        let place = (schema.subject.clone(), schema.version);
        let same_id = self.ids.get(&id_of(&schema));
        let same_guid = schema.guid.and_then(|guid| self.guids.get(&guid));
        for places in same_id.into_iter().chain(same_guid) {
            let other = places.iter().find(|other| **other != place);
            let other = other.and_then(|other| self.schemas.get(other));
            if let Some(other) = other.filter(|other| differ(&other.def, &schema.def)) {
                let message = format!(
                    "subject \"{}\", version {} and subject \"{}\", version {} have one id and \
                     are not the same schema",
                    other.subject, other.version, schema.subject, schema.version
                );
                return Err(Error::new(ErrorKind::Config, message));
            }
        }
        self.remove(&place);
        let id = self.ids.entry(id_of(&schema)).or_default();
        id.insert(place.clone());
        if let Some(guid) = schema.guid {
            self.guids.entry(guid).or_default().insert(place.clone());
        }
        self.schemas.insert(place, schema);
        Ok(())
    }

    fn remove(&mut self, place: &Place) {
        let Some(old) = self.schemas.remove(place) else {
            return;
        };
        remove_from(&mut self.ids, &id_of(&old), place);
        if let Some(guid) = old.guid {
            remove_from(&mut self.guids, &guid, place);
        }
    }

    /// Adds a version of a subject as `registry` knows it, with everything it refers to.
    ///
    /// # Errors
    /// What the registry answers; `LimitExceeded` for more than 256 references; `Config` as
    /// [`insert`](Self::insert).
    pub async fn lock(
        &mut self,
        registry: &(impl Registry + ?Sized),
        subject: &Subject,
        version: VersionRef,
    ) -> Result<RegisteredSchema> {
        let registry: &dyn Registry = &registry;
        let locked = registry.by_version(subject, version).await?;
        let mut left = vec![locked.clone()];
        let mut count = 0;
        while let Some(schema) = left.pop() {
            for reference in &schema.def.references {
                let place = (reference.subject_for(&schema.subject), reference.version);
                if !self.schemas.contains_key(&place) {
                    count += 1;
                    check_references(count)?;
                    let version = VersionRef::Number(reference.version);
                    left.push(registry.by_version(&place.0, version).await?);
                }
            }
            self.insert(schema)?;
        }
        Ok(locked)
    }

    /// All schemas, in the order of subjects and versions.
    pub fn schemas(&self) -> impl Iterator<Item = &RegisteredSchema> {
        self.schemas.values()
    }

    /// One version of a subject, or the newest that is locked.
    ///
    /// # Errors
    /// `SubjectNotFound` or `VersionNotFound`.
    pub fn version(&self, subject: &Subject, version: VersionRef) -> Result<&RegisteredSchema> {
        let mut found = self.of(subject).peekable();
        if found.peek().is_none() {
            return Err(missing(
                ErrorKind::SubjectNotFound,
                format!("subject \"{subject}\""),
            ));
        }
        let found = match version {
            VersionRef::Latest => found.last(),
            VersionRef::Number(number) => found.find(|schema| schema.version == number),
        };
        found.ok_or_else(|| {
            let what = format!("subject \"{subject}\", version {version}");
            missing(ErrorKind::VersionNotFound, what)
        })
    }

    /// Finds this very schema under `subject`. White space does not count in Avro and JSON Schema:
    /// some registries drop it.
    ///
    /// # Errors
    /// `SubjectNotFound` or `SchemaNotFound`.
    pub fn lookup(&self, subject: &Subject, schema: &SchemaDef) -> Result<&RegisteredSchema> {
        self.version(subject, VersionRef::Latest)?;
        let is_same = |found: &&RegisteredSchema| {
            found.def.kind == schema.kind
                && found.def.references == schema.references
                && same_text(schema.kind, &found.def.text, &schema.text)
        };
        let found = self.of(subject).filter(is_same).last();
        found.ok_or_else(|| {
            let what = format!("subject \"{subject}\": this schema");
            missing(ErrorKind::SchemaNotFound, what)
        })
    }

    /// The schema with this id or GUID. An id is one of the registry's default context.
    ///
    /// # Errors
    /// `SchemaNotFound`.
    pub fn schema(&self, key: impl Into<SchemaKey>) -> Result<StoredSchema> {
        let found = self.registered(key)?;
        Ok(StoredSchema {
            id: Some(found.id),
            guid: found.guid,
            def: found.def.clone(),
        })
    }

    /// As [`schema`](Self::schema), with a subject and version that it is locked as.
    ///
    /// # Errors
    /// `SchemaNotFound`.
    pub fn registered(&self, key: impl Into<SchemaKey>) -> Result<&RegisteredSchema> {
        let key = key.into();
        let places = match key {
            SchemaKey::Id(id) => self.ids.get(&(Context::default(), id)),
            SchemaKey::Guid(guid) => self.guids.get(&guid),
            _ => None,
        };
        let place = places.and_then(BTreeSet::first);
        let found = place.and_then(|place| self.schemas.get(place));
        found.ok_or_else(|| missing(ErrorKind::SchemaNotFound, key))
    }

    /// `schema` with the texts of everything that it refers to, in the default context.
    ///
    /// # Errors
    /// As the function [`resolve`], with what is locked as the registry.
    pub fn resolve(&self, schema: &SchemaDef) -> Result<ResolvedSchema> {
        at_once(resolve(self, schema))
    }

    /// As [`resolve`](Self::resolve), for the schema of a subject: references are in its context.
    ///
    /// # Errors
    /// As the function [`resolve_for`], with what is locked as the registry.
    pub fn resolve_for(&self, subject: &Subject, schema: &SchemaDef) -> Result<ResolvedSchema> {
        at_once(resolve_for(self, subject, schema))
    }

    fn of(&self, subject: &Subject) -> impl Iterator<Item = &RegisteredSchema> {
        let last = (subject.clone(), Version::MAX);
        let first = (subject.clone(), Version::MIN);
        self.schemas.range(first..=last).map(|(_, schema)| schema)
    }
}

impl FromStr for LockFile {
    type Err = Error;

    /// Reads the text of a lock file: at most 16 MiB, 10,000 schemas, and 256 references each.
    fn from_str(text: &str) -> Result<Self> {
        let mut lock = Self::new();
        for schema in text::parse(text)? {
            let (subject, version) = (schema.subject.clone(), schema.version);
            if lock.schemas.contains_key(&(subject.clone(), version)) {
                let message = format!("subject \"{subject}\", version {version} is locked twice");
                return Err(Error::new(ErrorKind::Config, message));
            }
            lock.insert(schema)?;
        }
        Ok(lock)
    }
}

impl fmt::Display for LockFile {
    /// Writes the text of the lock file: the same for the same schemas.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::write(f, self.schemas.values())
    }
}

#[deny(clippy::missing_trait_methods)]
impl Registry for LockFile {
    fn by_id(&self, id: SchemaId) -> BoxFuture<'_, Result<StoredSchema>> {
        Box::pin(async move { self.schema(id) })
    }

    fn by_guid(&self, guid: SchemaGuid) -> BoxFuture<'_, Result<StoredSchema>> {
        Box::pin(async move { self.schema(guid) })
    }

    fn by_version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(async move { self.version(subject, version).cloned() })
    }

    fn lookup<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(async move { self.lookup(subject, schema).cloned() })
    }

    /// Finds the schema, and fails with `Unsupported` if it is not locked.
    fn register<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
        _options: RegisterOptions,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(async move {
            let found = self.lookup(subject, schema).cloned();
            found.map_err(|error| {
                let message = "a lock file registers nothing";
                Error::new(ErrorKind::Unsupported, message).with_source(error)
            })
        })
    }

    /// Always fails with `Unsupported`.
    fn check<'a>(
        &'a self,
        _subject: &'a Subject,
        _version: VersionRef,
        _schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<Compatibility>> {
        let message = "a lock file knows no compatibility levels";
        Box::pin(async move { Err(Error::new(ErrorKind::Unsupported, message)) })
    }
}

fn differ(one: &SchemaDef, other: &SchemaDef) -> bool {
    #[cfg(test)]
    tests::COMPARISONS.set(tests::COMPARISONS.get() + 1);
    one != other
}

/// An id counts in the context of its subject.
fn id_of(schema: &RegisteredSchema) -> (Context, SchemaId) {
    (schema.subject.context(), schema.id)
}

fn remove_from<K: Eq + Hash>(index: &mut HashMap<K, BTreeSet<Place>>, key: &K, place: &Place) {
    if let Some(places) = index.get_mut(key) {
        places.remove(place);
        if places.is_empty() {
            index.remove(key);
        }
    }
}

fn missing(kind: ErrorKind, what: impl fmt::Display) -> Error {
    let message = format!("{what} is not in the lock file; `wireform lock` writes it anew");
    Error::new(kind, message)
}

fn check_references(count: usize) -> Result<()> {
    if count <= text::MAX_REFERENCES {
        return Ok(());
    }
    let message = "the schema has more than 256 references";
    Err(Error::new(ErrorKind::LimitExceeded, message))
}

fn same_text(kind: SchemaKind, a: &str, b: &str) -> bool {
    a == b
        || (matches!(kind, SchemaKind::Avro | SchemaKind::Json)
            && significant(a).eq(significant(b)))
}

/// The characters of a JSON text without the white space between its tokens.
fn significant(text: &str) -> impl Iterator<Item = char> {
    let (mut is_string, mut is_escaped) = (false, false);
    text.chars().filter(move |c| {
        let keeps = is_string || !c.is_ascii_whitespace();
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_string => is_escaped = true,
            '"' => is_string = !is_string,
            _ => {}
        }
        keeps
    })
}

/// The outcome of what waits for nothing but the lock file itself.
fn at_once<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    match pin!(future).poll(&mut task::Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(Error::new(
            ErrorKind::Unsupported,
            "a lock file answers at once",
        )),
    }
}

#[cfg(test)]
mod tests;
