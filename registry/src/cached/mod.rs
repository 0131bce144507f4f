mod bounded;
mod counts;
mod flight;
mod table;

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use self::bounded::Weigh;
pub use self::counts::CacheCounts;
use self::counts::{Counters, count};
use self::table::{Asked, Found, Generation, Life, Started, Table};
use crate::context::qualified;
use crate::error::{Error, ErrorKind, Result};
use crate::id::{SchemaGuid, SchemaId, Version, VersionRef};
use crate::registry::{BoxFuture, Compatibility, RegisterOptions, Registry};
use crate::schema::{RegisteredSchema, SchemaDef, StoredSchema};
use crate::subject::Subject;
use crate::sync::Mutex;
use crate::trace;

/// A registry that caches the answers of another one, so that each schema is requested once.
///
/// - Ids and GUIDs never change their meaning and are kept until there are too many: of each, the
///   [`capacity`](Cached::capacity) most recently used ones, and at most 64 MiB of schema text.
/// - The newest version of a subject and the result of a lookup may change, and the number of a
///   version that was deleted permanently is given again. So they are kept for a while:
///   [`latest_ttl`](Cached::latest_ttl). If the registry fails after that, they are used for
///   longer: [`stale_for`](Cached::stale_for).
/// - "Not found" is kept for a short time: [`not_found_ttl`](Cached::not_found_ttl). Other errors
///   are not kept. Registering and checking always ask the registry.
/// - Registering through this cache invalidates the answers that it may have changed: no later call
///   sees the answer to a request that started before.
/// - Concurrent calls of one runtime for the same thing share one request. If the first of them is
///   cancelled or panics, the others still get an answer. (Calls of another tokio runtime make
///   their own request, because connections and timers belong to a runtime.)
///
/// Each cache is separate, so the ids of two registries never mix. Clones share one cache.
/// [`counts`](Cached::counts) returns its counters; with the feature `tracing`, it also emits
/// events.
/// ```
/// use wireform_registry::{Cached, InMemoryRegistry, Registry, SchemaId};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let registry = Cached::new(InMemoryRegistry::new());
/// assert!(registry.by_id(SchemaId::new(1)).await.is_err());
/// assert!(registry.by_id(SchemaId::new(1)).await.is_err());
/// assert_eq!(registry.inner().call_counts().by_id, 1);
/// assert_eq!(registry.counts().known_missing, 1);
/// # });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Cached<R> {
    shared: Arc<Shared<R>>,
}

#[derive(Debug)]
struct Shared<R> {
    inner: R,
    times: Mutex<Times>,
    ids: Table<SchemaId, StoredSchema>,
    guids: Table<SchemaGuid, StoredSchema>,
    versions: Table<(Subject, Version), RegisteredSchema>,
    latest: Table<Subject, RegisteredSchema>,
    lookups: Table<(Subject, Arc<SchemaDef>), RegisteredSchema>,
    counters: Counters,
}

#[derive(Clone, Copy, Debug)]
struct Times {
    latest: Duration,
    stale: Duration,
    missing: Duration,
}

impl<R: Registry> Cached<R> {
    /// Caches the answers of `inner`: 1000 entries of each kind. Versions of a subject and results
    /// of lookups are kept for 5 minutes, and for an hour more if `inner` fails; "not found" is
    /// kept for 5 seconds.
    #[must_use]
    pub fn new(inner: R) -> Self {
        let shared = Shared {
            inner,
            times: Mutex::new(Times {
                latest: DEFAULT_LATEST,
                stale: DEFAULT_STALE,
                missing: DEFAULT_MISSING,
            }),
            ids: Table::new(DEFAULT_CAPACITY),
            guids: Table::new(DEFAULT_CAPACITY),
            versions: Table::new(DEFAULT_CAPACITY),
            latest: Table::new(DEFAULT_CAPACITY),
            lookups: Table::new(DEFAULT_CAPACITY),
            counters: Counters::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Sets how many answers of each kind are kept; 0 keeps none.
    #[must_use]
    pub fn capacity(self, capacity: usize) -> Self {
        self.shared.ids.resize(capacity);
        self.shared.guids.resize(capacity);
        self.shared.versions.resize(capacity);
        self.shared.latest.resize(capacity);
        self.shared.lookups.resize(capacity);
        self
    }

    /// Sets how long versions of a subject and results of lookups are used without asking again.
    #[must_use]
    pub fn latest_ttl(self, ttl: Duration) -> Self {
        self.shared.with_times(|times| times.latest = ttl);
        self
    }

    /// Sets how long after [`latest_ttl`](Self::latest_ttl) these answers are still used if the
    /// registry is at fault: it cannot be reached, is too slow, or its answer is invalid. The
    /// registry is then asked again every 5 seconds.
    #[must_use]
    pub fn stale_for(self, time: Duration) -> Self {
        self.shared.with_times(|times| times.stale = time);
        self
    }

    /// Sets how long "not found" is kept. Registering through this cache ends it.
    #[must_use]
    pub fn not_found_ttl(self, ttl: Duration) -> Self {
        self.shared.with_times(|times| times.missing = ttl);
        self
    }

    /// Returns the registry whose answers are cached.
    #[must_use]
    pub fn inner(&self) -> &R {
        &self.shared.inner
    }

    /// Returns the counters of this cache and its clones.
    #[must_use]
    pub fn counts(&self) -> CacheCounts {
        let Shared {
            ids,
            guids,
            versions,
            latest,
            lookups,
            ..
        } = &*self.shared;
        let sizes = [
            ids.size(),
            guids.size(),
            versions.size(),
            latest.size(),
            lookups.size(),
        ];
        CacheCounts {
            entries: sizes.iter().map(|(entries, _)| entries).sum(),
            evicted: sizes.iter().map(|(_, evicted)| evicted).sum(),
            ..self.shared.counters.read()
        }
    }
}

impl<R: Registry + 'static> Cached<R> {
    /// Returns the cached answer for `key`, or the answer of `fetch`, which is called once for all
    /// concurrent callers.
    async fn ask<K, V>(
        &self,
        table: fn(&Shared<R>) -> &Table<K, V>,
        key: K,
        life: Life,
        fetch: fn(Arc<Shared<R>>, K) -> BoxFuture<'static, Result<V>>,
    ) -> Result<V>
    where
        K: Clone + Eq + Hash + Send + Sync + Weigh + 'static,
        V: Clone + Send + Sync + Weigh + 'static,
    {
        let counters = &self.shared.counters;
        loop {
            let start = |started| -> BoxFuture<'static, Result<V>> {
                let shared = self.shared.clone();
                Box::pin(request(shared, table, started, key.clone(), fetch))
            };
            let asked = match table(&self.shared).find(&key, life, start) {
                Found::Fresh(value) => {
                    count(&counters.hits);
                    return Ok(value);
                }
                Found::Missing(error) => {
                    count(&counters.known_missing);
                    return Err(error);
                }
                Found::Paused(value) => {
                    count(&counters.stale);
                    return Ok(value);
                }
                Found::Asked(asked) => asked,
            };
            let Asked {
                flight,
                is_first,
                stale,
            } = asked;
            if !is_first {
                count(&counters.joined);
            }
            return match (flight.answer().await, stale) {
                // It panicked, which another caller has seen: ask again.
                (None, _) => continue,
                (Some(Err(error)), Some(value)) if is_own_fault(&error) => {
                    count(&counters.stale);
                    trace::stale(&error);
                    Ok(value)
                }
                (Some(answer), _) => answer,
            };
        }
    }

    async fn registered(
        &self,
        subject: &Subject,
        schema: &SchemaDef,
        options: RegisterOptions,
    ) -> Result<RegisteredSchema> {
        // Also after a failure, or if the call is cancelled: the schema may be stored already.
        let registering = Registering {
            shared: &self.shared,
            subject,
        };
        let registered = self.shared.inner.register(subject, schema, options).await;
        drop(registering);
        let registered = registered?;
        let generation = self.shared.versions.generation();
        self.shared.keep(generation, subject, &registered);
        if qualified(subject.as_str()).is_none() {
            // An id is valid in its context, and `by_id` asks in the default context.
            let stored = StoredSchema {
                id: Some(registered.id),
                guid: registered.guid,
                def: registered.def.clone(),
            };
            self.shared.ids.put(registered.id, stored);
        }
        if options == RegisterOptions::default() {
            let key = (subject.clone(), Arc::new(schema.clone()));
            self.shared.lookups.put(key, registered.clone());
        }
        Ok(registered)
    }
}

impl<R> Shared<R> {
    /// Keeps what `schema` says beyond the question, which was asked in `generation` of the versions.
    /// Not its id: a subject without a context may be found in another context, which has its own.
    fn keep(&self, generation: Generation, asked: &Subject, schema: &RegisteredSchema) {
        let version = (asked.clone(), schema.version);
        self.versions.put_since(generation, version, schema.clone());
        if let Some(guid) = schema.guid {
            let stored = StoredSchema {
                id: None,
                guid: Some(guid),
                def: schema.def.clone(),
            };
            self.guids.put(guid, stored);
        }
    }

    /// Invalidates what registering may change: cached answers, and answers to pending requests.
    fn outdate(&self, subject: &Subject) {
        self.ids.outdate();
        self.guids.outdate();
        self.versions.outdate();
        self.latest.outdate();
        self.lookups.outdate();
        self.latest.remove(subject);
    }

    fn lasting(&self) -> Life {
        Life {
            ttl: None,
            stale: Duration::ZERO,
            missing: self.with_times(|times| times.missing),
        }
    }

    fn passing(&self) -> Life {
        let times = self.with_times(|times| *times);
        Life {
            ttl: Some(times.latest),
            stale: times.stale,
            missing: times.missing,
        }
    }

    fn with_times<T>(&self, work: impl FnOnce(&mut Times) -> T) -> T {
        work(&mut self.times.lock())
    }
}

/// A call that registers, until it ends in any way.
struct Registering<'a, R> {
    shared: &'a Shared<R>,
    subject: &'a Subject,
}

impl<R> Drop for Registering<'_, R> {
    fn drop(&mut self) {
        self.shared.outdate(self.subject);
    }
}

/// A request that may be joined, until it ends in any way.
struct Joinable<R, K, V>
where
    K: Clone + Eq + Hash + Weigh,
    V: Clone + Send + Sync + Weigh + 'static,
{
    shared: Arc<Shared<R>>,
    table: fn(&Shared<R>) -> &Table<K, V>,
    started: Started,
    key: K,
}

impl<R, K, V> Drop for Joinable<R, K, V>
where
    K: Clone + Eq + Hash + Weigh,
    V: Clone + Send + Sync + Weigh + 'static,
{
    fn drop(&mut self) {
        (self.table)(&self.shared).leave(self.started, &self.key);
    }
}

/// Asks the registry, and keeps the answer before any caller sees it.
async fn request<R, K, V>(
    shared: Arc<Shared<R>>,
    table: fn(&Shared<R>) -> &Table<K, V>,
    started: Started,
    key: K,
    fetch: fn(Arc<Shared<R>>, K) -> BoxFuture<'static, Result<V>>,
) -> Result<V>
where
    K: Clone + Eq + Hash + Weigh,
    V: Clone + Send + Sync + Weigh + 'static,
{
    let request = Joinable {
        shared,
        table,
        started,
        key,
    };
    let shared = &request.shared;
    count(&shared.counters.requests);
    let answer = fetch(shared.clone(), request.key.clone()).await;
    if answer.is_err() {
        count(&shared.counters.failures);
    }
    let kept = match &answer {
        Ok(value) => Ok(value),
        Err(error) if error.is_not_found() => Err(Some(error)),
        Err(error) if is_own_fault(error) => Err(None),
        Err(_) => return answer,
    };
    table(shared).finish(started, &request.key, kept);
    answer
}

/// Returns whether the registry is at fault, and not the request.
fn is_own_fault(error: &Error) -> bool {
    error.is_retryable() || error.kind() == ErrorKind::InvalidResponse
}

#[deny(clippy::missing_trait_methods)]
impl<R: Registry + 'static> Registry for Cached<R> {
    fn by_id(&self, id: SchemaId) -> BoxFuture<'_, Result<StoredSchema>> {
        let life = self.shared.lasting();
        Box::pin(self.ask(
            |shared| &shared.ids,
            id,
            life,
            |shared, id| {
                Box::pin(async move {
                    let found = shared.inner.by_id(id).await?;
                    if let Some(guid) = found.guid {
                        shared.guids.put(guid, found.clone());
                    }
                    Ok(found)
                })
            },
        ))
    }

    fn by_guid(&self, guid: SchemaGuid) -> BoxFuture<'_, Result<StoredSchema>> {
        let life = self.shared.lasting();
        Box::pin(self.ask(
            |shared| &shared.guids,
            guid,
            life,
            |shared, guid| Box::pin(async move { shared.inner.by_guid(guid).await }),
        ))
    }

    fn by_version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        match version {
            VersionRef::Latest => Box::pin(self.ask(
                |shared| &shared.latest,
                subject.clone(),
                self.shared.passing(),
                |shared, subject| {
                    Box::pin(async move {
                        let newest = VersionRef::Latest;
                        let generation = shared.versions.generation();
                        let found = shared.inner.by_version(&subject, newest).await?;
                        shared.keep(generation, &subject, &found);
                        Ok(found)
                    })
                },
            )),
            VersionRef::Number(version) => Box::pin(self.ask(
                |shared| &shared.versions,
                (subject.clone(), version),
                self.shared.passing(),
                |shared, (subject, version)| {
                    Box::pin(async move {
                        let generation = shared.versions.generation();
                        let found = shared.inner.by_version(&subject, version.into()).await?;
                        shared.keep(generation, &subject, &found);
                        Ok(found)
                    })
                },
            )),
        }
    }

    fn lookup<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(self.ask(
            |shared| &shared.lookups,
            (subject.clone(), Arc::new(schema.clone())),
            self.shared.passing(),
            |shared, (subject, schema)| {
                Box::pin(async move {
                    let generation = shared.versions.generation();
                    let found = shared.inner.lookup(&subject, &schema).await?;
                    shared.keep(generation, &subject, &found);
                    Ok(found)
                })
            },
        ))
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
        self.shared.inner.check(subject, version, schema)
    }
}

impl<R> Clone for Cached<R> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
        }
    }
}

const DEFAULT_CAPACITY: usize = 1000;
const DEFAULT_LATEST: Duration = Duration::from_secs(300);
const DEFAULT_STALE: Duration = Duration::from_secs(3600);
/// Long enough to stop a flood of records with an unknown id, short enough for a registry that
/// answers from a follower that lags.
const DEFAULT_MISSING: Duration = Duration::from_secs(5);

#[cfg(all(test, wireform_model))]
mod models;
#[cfg(test)]
mod tests;
