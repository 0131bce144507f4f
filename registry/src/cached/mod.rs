mod bounded;

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use self::bounded::Bounded;
use crate::error::Result;
use crate::id::{SchemaGuid, SchemaId, Version, VersionRef};
use crate::registry::{BoxFuture, Compatibility, RegisterOptions, Registry};
use crate::schema::{RegisteredSchema, SchemaDef, StoredSchema};
use crate::subject::Subject;

/// Remembers what the registry inside answered, so that each schema is asked for once.
///
/// - Ids, GUIDs and numbered versions never change their meaning and are kept until there are
///   too many: of each, the [`capacity`](Cached::capacity) most recently used ones.
/// - The newest version of a subject and the result of a lookup may change, so they are kept for
///   a while: [`latest_ttl`](Cached::latest_ttl).
/// - What failed is not remembered. Registering and checking always ask.
/// ```
/// use wireform_registry::{Cached, InMemoryRegistry, Registry, SchemaId};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let registry = Cached::new(InMemoryRegistry::new());
/// assert!(registry.by_id(SchemaId::new(1)).await.is_err());
/// assert!(registry.by_id(SchemaId::new(1)).await.is_err());
/// assert_eq!(registry.inner().call_counts().by_id, 2, "a failure is asked again");
/// # });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Cached<R> {
    inner: R,
    latest_ttl: Duration,
    ids: Table<SchemaId, StoredSchema>,
    guids: Table<SchemaGuid, StoredSchema>,
    versions: Table<(Subject, Version), RegisteredSchema>,
    latest: Table<Subject, RegisteredSchema>,
    lookups: Table<(Subject, SchemaDef), RegisteredSchema>,
    /// How often something was registered; changes under the lock of `latest` only.
    registrations: AtomicU64,
}

/// One kind of question and the answers to it.
#[derive(Debug)]
struct Table<K, V>(Mutex<Bounded<K, Answer<V>>>);

#[derive(Clone, Debug)]
struct Answer<V> {
    value: V,
    since: Instant,
}

impl<R: Registry> Cached<R> {
    /// Remembers what `inner` answers: 1000 entries of each kind, the newest versions for 5
    /// minutes.
    #[must_use]
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            latest_ttl: DEFAULT_LATEST_TTL,
            ids: Table::new(),
            guids: Table::new(),
            versions: Table::new(),
            latest: Table::new(),
            lookups: Table::new(),
            registrations: AtomicU64::new(0),
        }
    }

    /// How many answers of each kind are kept; 0 keeps none.
    #[must_use]
    pub fn capacity(self, capacity: usize) -> Self {
        self.ids.resize(capacity);
        self.guids.resize(capacity);
        self.versions.resize(capacity);
        self.latest.resize(capacity);
        self.lookups.resize(capacity);
        self
    }

    /// How long the newest version of a subject, and the result of a lookup, are taken as true.
    #[must_use]
    pub fn latest_ttl(mut self, ttl: Duration) -> Self {
        self.latest_ttl = ttl;
        self
    }

    /// The registry inside.
    #[must_use]
    pub fn inner(&self) -> &R {
        &self.inner
    }

    /// Keeps the parts of `schema` that are true for ever.
    fn keep(&self, schema: &RegisteredSchema) {
        let stored = StoredSchema {
            id: Some(schema.id),
            guid: schema.guid,
            def: schema.def.clone(),
        };
        let version = (schema.subject.clone(), schema.version);
        self.versions.put(version, schema.clone());
        self.keep_stored(stored);
    }

    fn keep_stored(&self, stored: StoredSchema) {
        if let Some(guid) = stored.guid {
            self.guids.put(guid, stored.clone());
        }
        if let Some(id) = stored.id {
            self.ids.put(id, stored);
        }
    }

    async fn stored_by_id(&self, id: SchemaId) -> Result<StoredSchema> {
        if let Some(known) = self.ids.get(&id, None) {
            return Ok(known);
        }
        let found = self.inner.by_id(id).await?;
        self.keep_stored(found.clone());
        Ok(found)
    }

    async fn stored_by_guid(&self, guid: SchemaGuid) -> Result<StoredSchema> {
        if let Some(known) = self.guids.get(&guid, None) {
            return Ok(known);
        }
        let found = self.inner.by_guid(guid).await?;
        self.keep_stored(found.clone());
        Ok(found)
    }

    async fn numbered(&self, subject: &Subject, version: Version) -> Result<RegisteredSchema> {
        let key = (subject.clone(), version);
        if let Some(known) = self.versions.get(&key, None) {
            return Ok(known);
        }
        let found = self.inner.by_version(subject, version.into()).await?;
        self.keep(&found);
        Ok(found)
    }

    async fn newest(&self, subject: &Subject) -> Result<RegisteredSchema> {
        if let Some(known) = self.latest.get(subject, Some(self.latest_ttl)) {
            return Ok(known);
        }
        let before = self.registrations.load(Ordering::Relaxed);
        let found = self.inner.by_version(subject, VersionRef::Latest).await?;
        self.keep(&found);
        self.latest.with(|answers| {
            // What was registered while this answer was on its way may be newer.
            if self.registrations.load(Ordering::Relaxed) == before {
                answers.put(subject.clone(), Answer::new(found.clone()));
            }
        });
        Ok(found)
    }

    async fn looked_up(&self, subject: &Subject, schema: &SchemaDef) -> Result<RegisteredSchema> {
        let key = (subject.clone(), schema.clone());
        if let Some(known) = self.lookups.get(&key, Some(self.latest_ttl)) {
            return Ok(known);
        }
        let found = self.inner.lookup(subject, schema).await?;
        self.keep(&found);
        self.lookups.put(key, found.clone());
        Ok(found)
    }

    async fn registered(
        &self,
        subject: &Subject,
        schema: &SchemaDef,
        options: RegisterOptions,
    ) -> Result<RegisteredSchema> {
        let registered = self.inner.register(subject, schema, options).await;
        // Also after a failure: it may have come after the schema was stored.
        self.latest.with(|answers| {
            self.registrations.fetch_add(1, Ordering::Relaxed);
            answers.remove(subject);
        });
        let registered = registered?;
        self.keep(&registered);
        if options == RegisterOptions::default() {
            let key = (subject.clone(), schema.clone());
            self.lookups.put(key, registered.clone());
        }
        Ok(registered)
    }
}

#[deny(clippy::missing_trait_methods)]
impl<R: Registry> Registry for Cached<R> {
    fn by_id(&self, id: SchemaId) -> BoxFuture<'_, Result<StoredSchema>> {
        Box::pin(self.stored_by_id(id))
    }

    fn by_guid(&self, guid: SchemaGuid) -> BoxFuture<'_, Result<StoredSchema>> {
        Box::pin(self.stored_by_guid(guid))
    }

    fn by_version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        match version {
            VersionRef::Latest => Box::pin(self.newest(subject)),
            VersionRef::Number(version) => Box::pin(self.numbered(subject, version)),
        }
    }

    fn lookup<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(self.looked_up(subject, schema))
    }

    fn register<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
        options: RegisterOptions,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(self.registered(subject, schema, options))
    }

    fn check<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
        schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<Compatibility>> {
        self.inner.check(subject, version, schema)
    }
}

impl<V> Answer<V> {
    fn new(value: V) -> Self {
        let since = Instant::now();
        Self { value, since }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Table<K, V> {
    fn new() -> Self {
        Self(Mutex::new(Bounded::new(DEFAULT_CAPACITY)))
    }

    /// The answer to `key`, unless it is as old as `ttl`.
    fn get(&self, key: &K, ttl: Option<Duration>) -> Option<V> {
        self.with(|answers| {
            let answer = answers.get(key)?;
            let is_fresh = ttl.is_none_or(|ttl| answer.since.elapsed() < ttl);
            is_fresh.then(|| answer.value.clone())
        })
    }

    fn put(&self, key: K, value: V) {
        self.with(|answers| answers.put(key, Answer::new(value)));
    }

    fn resize(&self, capacity: usize) {
        self.with(|answers| answers.resize(capacity));
    }

    /// Nothing is awaited under the lock, and nothing in it can panic half way.
    fn with<T>(&self, work: impl FnOnce(&mut Bounded<K, Answer<V>>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

const DEFAULT_CAPACITY: usize = 1000;
const DEFAULT_LATEST_TTL: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests;
