//! Sources of writer schemas: a registry or a lock file.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use wireform::registry::{
    Context, ErrorKind, LockFile, RegistryAdmin as _, ResolvedSchema, SchemaDef, SchemaGuid,
    SchemaId, SchemaKey, resolve, resolve_for,
};

use crate::exit::{Error, with_causes};
use crate::registry::Open;
use crate::{Result, input};

pub(crate) enum Source {
    Registry(Open),
    Lock(LockFile),
}

/// The reason why the schema of a record is missing.
#[derive(Debug)]
pub(crate) enum Missing {
    /// No schema has this id or GUID.
    Unknown,
    /// The schema cannot be used: a reference is missing, for example, or access is forbidden.
    Faulty(String),
    /// The registry does not answer, or refuses the credentials.
    NoAnswer(String),
}

/// The error of a run in which the registry did not answer for some records.
pub(crate) const NO_ANSWER: &str = "the registry gave no answer for the schemas of some records, \
                                    which were not read: run the command again";

type Found = std::result::Result<ResolvedSchema, Missing>;
type Answer<T> = std::result::Result<T, wireform::registry::Error>;

impl Source {
    pub(crate) fn lock(path: &Path) -> Result<Self> {
        let text = input::text(path)?;
        let lock: LockFile = text
            .parse()
            .map_err(|error| Error::Finding(format!("{}: {error}", path.display())))?;
        Ok(Self::Lock(lock))
    }

    /// Returns the schema with its references.
    pub(crate) fn schema(&self, key: SchemaKey) -> Found {
        match self {
            Self::Registry(registry) => Self::of(registry, key),
            Self::Lock(lock) => {
                let found = lock.registered(key);
                let found = found.map_err(|error| Missing::of_schema(&error))?;
                let resolved = lock.resolve_for(&found.subject, &found.def);
                resolved.map_err(|error| Missing::of_references(key, &error))
            }
        }
    }

    /// Returns a schema of a registry with its references.
    pub(crate) fn of(registry: &Open, key: SchemaKey) -> Found {
        let found = match key {
            SchemaKey::Id(id) => registry.by_id(id),
            SchemaKey::Guid(guid) => registry.by_guid(guid),
            _ => return Err(Missing::Unknown),
        };
        let found = found.map_err(|error| Missing::of_schema(&error))?;
        resolved(registry, key, &found.def).map_err(|error| Missing::of_references(key, &error))
    }
}

/// Returns a schema with its references, in the context where it is registered.
fn resolved(registry: &Open, key: SchemaKey, schema: &SchemaDef) -> Answer<ResolvedSchema> {
    let inner = registry.inner();
    if let SchemaKey::Guid(guid) = key
        && !schema.references.is_empty()
        && let Some((context, _)) = place_of(registry, guid)
        && context != inner.context()
    {
        let referrer = context.subject("schema")?;
        return registry.wait(resolve_for(inner, &referrer, schema))?;
    }
    registry.wait(resolve(inner, schema))?
}

/// Returns the context and id of a GUID: in the context of the registry's URL if it is registered
/// there, otherwise in another one. `None` if the registry does not list them.
pub(crate) fn place_of(registry: &Open, guid: SchemaGuid) -> Option<(Context, SchemaId)> {
    let inner = registry.inner();
    let all = registry.wait(inner.ids_of(guid)).ok()?.ok()?;
    let own = inner.context();
    let own = all.iter().position(|(context, _)| *context == own);
    all.into_iter().nth(own.unwrap_or(0))
}

impl Missing {
    fn of_schema(error: &wireform::registry::Error) -> Self {
        match error.kind() {
            ErrorKind::SchemaNotFound => Self::Unknown,
            _ => Self::new(error, with_causes(error)),
        }
    }

    fn of_references(key: SchemaKey, error: &wireform::registry::Error) -> Self {
        Self::new(error, format!("{key}: {}", with_causes(error)))
    }

    /// Errors of other kinds affect every schema in the same way.
    fn new(error: &wireform::registry::Error, reason: String) -> Self {
        match error.kind() {
            ErrorKind::Forbidden
            | ErrorKind::InvalidSchema
            | ErrorKind::LimitExceeded
            | ErrorKind::Rejected
            | ErrorKind::SchemaNotFound
            | ErrorKind::SubjectNotFound
            | ErrorKind::Unsupported
            | ErrorKind::VersionNotFound => Self::Faulty(reason),
            _ => Self::NoAnswer(reason),
        }
    }
}

/// The schemas that records name, by key. Each is requested once. A missing one is requested again
/// after a pause: it may be registered, or the registry may answer then.
pub(crate) struct Asked<T> {
    known: HashMap<SchemaKey, std::result::Result<T, (Missing, Instant)>>,
    pause: Duration,
}

const PAUSE: Duration = Duration::from_secs(10);

impl<T> Asked<T> {
    pub(crate) fn new() -> Self {
        Self {
            known: HashMap::new(),
            pause: PAUSE,
        }
    }

    /// Returns whether a schema must be requested now.
    pub(crate) fn is_due(&self, key: SchemaKey) -> bool {
        match self.known.get(&key) {
            None => true,
            Some(Ok(_)) => false,
            Some(Err((_, since))) => since.elapsed() >= self.pause,
        }
    }

    /// Stores the answer, with the current time.
    pub(crate) fn put(&mut self, key: SchemaKey, found: std::result::Result<T, Missing>) {
        let found = found.map_err(|missing| (missing, Instant::now()));
        self.known.insert(key, found);
    }

    pub(crate) fn get(&self, key: SchemaKey) -> std::result::Result<&T, &Missing> {
        match self.known.get(&key) {
            Some(Ok(known)) => Ok(known),
            Some(Err((missing, _))) => Err(missing),
            None => Err(&Missing::Unknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_schema_is_asked_for_again_after_a_pause() {
        let key = SchemaKey::Id(SchemaId::new(7));
        let mut asked = Asked::new();
        assert!(asked.is_due(key));
        asked.put(key, Err(Missing::NoAnswer("down".to_owned())));
        assert!(!asked.is_due(key));
        asked.get(key).unwrap_err();
        asked.pause = Duration::ZERO;
        assert!(asked.is_due(key));
        asked.put(key, Ok(1));
        assert!(!asked.is_due(key));
        assert_eq!(asked.get(key).unwrap(), &1);
    }
}
