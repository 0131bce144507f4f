mod admin;
mod compatibility;
mod seed;
mod store;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::admin::{ImportPlace, Include, LookupOptions};
use crate::error::{Error, ErrorKind, Result};
use crate::fault::Faults;
use crate::id::{SchemaGuid, SchemaId, VersionRef};
use crate::level::Level;
use crate::registry::{BoxFuture, Compatibility, RegisterOptions, Registry};
use crate::rules::SchemaRules;
use crate::schema::{RegisteredSchema, SchemaDef, SchemaKind, StoredSchema};
use crate::subject::Subject;

use self::compatibility::{findings, incompatible};
use self::store::refusal::{INVALID_SCHEMA, invalid_schema};
use self::store::{Candidate, Identity, Plan, Store, normal};

/// A registry in this process, for tests and examples, that behaves as Confluent's server does:
/// the same ids, versions, compatibility levels and error codes.
///
/// Compatibility is really checked, by the [`SchemaRules`] it was built with. A schema type
/// without rules is refused when it is registered or checked, never passed as compatible; see
/// [`Unchecked`](crate::Unchecked) for types that have none.
/// ```
/// use wireform_registry::{ErrorKind, InMemoryRegistry, RegisterOptions, Registry};
/// use wireform_registry::{SchemaDef, SchemaKind, Subject, Unchecked};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let registry = InMemoryRegistry::builder().rules(Unchecked(SchemaKind::Protobuf)).build();
/// let orders = Subject::value("orders");
/// let first = SchemaDef::new(SchemaKind::Protobuf, "message Order { string id = 1; }");
/// let registered = registry.register(&orders, &first, RegisterOptions::default()).await?;
/// assert_eq!(registered.version.as_u32(), 1);
///
/// let second = SchemaDef::new(SchemaKind::Protobuf, "message Order { int32 id = 1; }");
/// let refused = registry.register(&orders, &second, RegisterOptions::default()).await;
/// assert_eq!(refused.map_err(|error| error.kind()), Err(ErrorKind::Incompatible));
/// # Ok::<(), wireform_registry::Error>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
/// Clones share what is registered. Nothing blocks for long: rules run outside of its lock.
///
/// Differences to Confluent's server: a text comes back as it was registered first (Confluent
/// drops white space), and GUIDs, although the same in every registry in memory, are not
/// Confluent's.
#[derive(Clone, Debug)]
pub struct InMemoryRegistry {
    shared: Arc<Shared>,
}

/// Sets up an [`InMemoryRegistry`].
#[derive(Debug, Default)]
#[must_use]
pub struct InMemoryRegistryBuilder {
    rules: Vec<Box<dyn SchemaRules>>,
}

/// How often each method of a registry was called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallCounts {
    /// Calls of [`Registry::by_id`].
    pub by_id: u64,
    /// Calls of [`Registry::by_guid`].
    pub by_guid: u64,
    /// Calls of [`Registry::by_version`], `latest` included.
    pub by_version: u64,
    /// Calls of [`Registry::lookup`].
    pub lookup: u64,
    /// Calls of [`Registry::register`].
    pub register: u64,
    /// Calls of [`Registry::check`].
    pub check: u64,
    /// Calls of methods that [`RegistryAdmin`](crate::RegistryAdmin) adds and that no other field
    /// counts.
    pub admin: u64,
}

#[derive(Debug)]
struct Shared {
    rules: Vec<Box<dyn SchemaRules>>,
    store: Mutex<Store>,
    calls: Calls,
    faults: Faults,
}

#[derive(Debug, Default)]
struct Calls {
    by_id: AtomicU64,
    by_guid: AtomicU64,
    by_version: AtomicU64,
    lookup: AtomicU64,
    register: AtomicU64,
    check: AtomicU64,
    admin: AtomicU64,
}

impl InMemoryRegistryBuilder {
    /// Adds the rules of a schema type, instead of those given for it before.
    pub fn rules(mut self, rules: impl SchemaRules + 'static) -> Self {
        self.rules.retain(|known| known.kind() != rules.kind());
        self.rules.push(Box::new(rules));
        self
    }

    /// The registry, empty and with the level `BACKWARD`.
    #[must_use]
    pub fn build(self) -> InMemoryRegistry {
        InMemoryRegistry {
            shared: Arc::new(Shared {
                rules: self.rules,
                store: Mutex::new(Store::new()),
                calls: Calls::default(),
                faults: Faults::default(),
            }),
        }
    }
}

impl InMemoryRegistry {
    /// A registry without rules, which refuses every schema; [`builder`](Self::builder) takes
    /// rules.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Sets up a registry.
    pub fn builder() -> InMemoryRegistryBuilder {
        InMemoryRegistryBuilder::default()
    }

    /// Sets how new versions must fit the older ones: of `subject`, or of every subject that has
    /// no level of its own.
    pub fn set_level(&self, subject: Option<&Subject>, level: Level) {
        let subject = subject.map(normal);
        self.shared.store().force_level(subject.as_ref(), level);
    }

    /// The level in force for `subject`, or the registry's.
    #[must_use]
    pub fn level(&self, subject: Option<&Subject>) -> Level {
        let subject = subject.map(normal);
        self.shared.store().level(subject.as_ref())
    }

    /// How often each method was called so far, on this registry and its clones.
    #[must_use]
    pub fn call_counts(&self) -> CallCounts {
        let calls = &self.shared.calls;
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        CallCounts {
            by_id: read(&calls.by_id),
            by_guid: read(&calls.by_guid),
            by_version: read(&calls.by_version),
            lookup: read(&calls.lookup),
            register: read(&calls.register),
            check: read(&calls.check),
            admin: read(&calls.admin),
        }
    }

    /// Returns the faults that this registry and its clones make on purpose: see [`Faults`].
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// Counts a call, and lets happen what is to happen to it.
    async fn called(&self, calls: &AtomicU64) -> Result<()> {
        calls.fetch_add(1, Ordering::Relaxed);
        match self.shared.faults.next() {
            None => Ok(()),
            Some(fault) => fault.happen().await,
        }
    }
}

impl Default for InMemoryRegistry {
    fn default() -> Self {
        Self::new()
    }
}

impl Shared {
    fn register(
        &self,
        subject: &Subject,
        schema: &SchemaDef,
        options: RegisterOptions,
    ) -> Result<RegisteredSchema> {
        let subject = &normal(subject);
        let rules = self.rules(schema.kind)?;
        let normalize = options.normalize || self.normalizes(subject);
        loop {
            let candidate = self.candidate(rules, subject, schema, normalize)?;
            let plan = {
                let store = self.store();
                if let Ok(found) = store.find(subject, &candidate.identity, Include::Live) {
                    return Ok(found);
                }
                store.check_registrable(subject)?;
                store.plan(subject)
            };
            let findings = findings(rules, &candidate.resolved, &plan)?;
            if !findings.is_empty() {
                return Err(incompatible(subject, plan.level, &findings));
            }
            if let Some(registered) = self.store().insert(subject, candidate, &plan)? {
                return Ok(registered);
            }
            // Another call has registered something in between: check again.
        }
    }

    fn import(
        &self,
        subject: &Subject,
        schema: &SchemaDef,
        place: ImportPlace,
    ) -> Result<RegisteredSchema> {
        let subject = &normal(subject);
        let rules = self.rules(schema.kind)?;
        let candidate = self.candidate(rules, subject, schema, false)?;
        self.store().import(subject, candidate, place)
    }

    fn lookup(
        &self,
        subject: &Subject,
        schema: &SchemaDef,
        options: LookupOptions,
    ) -> Result<RegisteredSchema> {
        let subject = &normal(subject);
        let rules = self.rules(schema.kind)?;
        let normalize = options.normalize || self.normalizes(subject);
        let candidate = self.candidate(rules, subject, schema, normalize)?;
        self.store()
            .find_anywhere(subject, &candidate.identity, options.include)
    }

    /// Measures `schema` against what `plan` makes of the store.
    fn check(
        &self,
        subject: &Subject,
        schema: &SchemaDef,
        plan: impl FnOnce(&Store, &Subject) -> Result<Plan>,
    ) -> Result<Compatibility> {
        let subject = &normal(subject);
        let rules = self.rules(schema.kind)?;
        let candidate = self.candidate(rules, subject, schema, false)?;
        let plan = plan(&self.store(), subject)?;
        let mut messages = findings(rules, &candidate.resolved, &plan)?;
        let is_compatible = messages.is_empty();
        if !is_compatible {
            messages.push(format!("{{compatibility: '{}'}}", plan.level));
        }
        Ok(Compatibility {
            is_compatible,
            messages,
        })
    }

    /// Reads a schema by its rules.
    fn candidate(
        &self,
        rules: &dyn SchemaRules,
        subject: &Subject,
        schema: &SchemaDef,
        normalize: bool,
    ) -> Result<Candidate> {
        if schema.text.trim().is_empty() {
            return Err(invalid_schema("Empty schema".to_owned()));
        }
        let mut def = schema.clone();
        let mut resolved = self.store().resolve(subject, schema)?;
        if normalize {
            let text = rules.normalize(&resolved).map_err(with_code)?;
            def.text = text.into();
            resolved.text = def.text.clone();
        }
        let parsed = rules.parse(&resolved).map_err(with_code)?;
        Ok(Candidate {
            identity: Identity {
                kind: def.kind,
                canonical: parsed.canonical,
                references: def.references.clone(),
            },
            resolved: resolved.into(),
            def,
        })
    }

    fn normalizes(&self, subject: &Subject) -> bool {
        self.store().normalizes(Some(subject), true) == Some(true)
    }

    fn rules(&self, kind: SchemaKind) -> Result<&dyn SchemaRules> {
        let rules = self.rules.iter().find(|rules| rules.kind() == kind);
        rules.map(|rules| &**rules).ok_or_else(|| {
            let message = format!("no rules for {kind} schemas: this registry cannot check them");
            Error::new(ErrorKind::Unsupported, message)
        })
    }

    /// Every change is made by one method of the store that cannot fail half way, so a panic
    /// elsewhere leaves it intact.
    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[deny(clippy::missing_trait_methods)]
impl Registry for InMemoryRegistry {
    fn by_id(&self, id: SchemaId) -> BoxFuture<'_, Result<StoredSchema>> {
        Box::pin(async move {
            self.called(&self.shared.calls.by_id).await?;
            self.shared.store().by_id(id, None)
        })
    }

    fn by_guid(&self, guid: SchemaGuid) -> BoxFuture<'_, Result<StoredSchema>> {
        Box::pin(async move {
            self.called(&self.shared.calls.by_guid).await?;
            self.shared.store().by_guid(guid)
        })
    }

    fn by_version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(async move {
            self.called(&self.shared.calls.by_version).await?;
            let store = self.shared.store();
            store.by_version(&normal(subject), version, Include::Live)
        })
    }

    fn lookup<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(async move {
            self.called(&self.shared.calls.lookup).await?;
            let options = LookupOptions::default();
            self.shared.lookup(subject, schema, options)
        })
    }

    fn register<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
        options: RegisterOptions,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(async move {
            self.called(&self.shared.calls.register).await?;
            self.shared.register(subject, schema, options)
        })
    }

    fn check<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
        schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<Compatibility>> {
        Box::pin(async move {
            self.called(&self.shared.calls.check).await?;
            let plan = |store: &Store, subject: &Subject| store.plan_against(subject, version);
            self.shared.check(subject, schema, plan)
        })
    }
}

fn with_code(error: Error) -> Error {
    if error.kind() == ErrorKind::InvalidSchema {
        error.with_code(INVALID_SCHEMA)
    } else {
        error
    }
}

#[cfg(test)]
pub(crate) mod tests;
