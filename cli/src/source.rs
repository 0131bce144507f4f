//! Where schemas come from that a record names: a registry, or a lock file.

use std::path::Path;

use wireform::registry::{
    Blocking, ErrorKind, LockFile, Registry, ResolvedSchema, SchemaKey, resolve,
};

use crate::exit::Error;
use crate::registry::Open;
use crate::{Result, input};

pub(crate) enum Source {
    Registry(Open),
    Lock(Blocking<LockFile>),
}

impl Source {
    pub(crate) fn lock(path: &Path) -> Result<Self> {
        let text = input::text(path)?;
        let lock: LockFile = text
            .parse()
            .map_err(|error| Error::Finding(format!("{}: {error}", path.display())))?;
        let lock = Blocking::new(lock).map_err(|error| Error::io(&error))?;
        Ok(Self::Lock(lock))
    }

    /// The schema, with what it refers to; `None` if it is not known there.
    pub(crate) fn schema(&self, key: SchemaKey) -> Result<Option<ResolvedSchema>> {
        match self {
            Self::Registry(registry) => get(registry, key),
            Self::Lock(lock) => get(lock, key),
        }
    }

    /// The same, of a registry.
    #[cfg(feature = "kafka")]
    pub(crate) fn of(registry: &Open, key: SchemaKey) -> Result<Option<ResolvedSchema>> {
        get(registry, key)
    }
}

fn get<R: Registry>(registry: &Blocking<R>, key: SchemaKey) -> Result<Option<ResolvedSchema>> {
    let found = match key {
        SchemaKey::Id(id) => registry.by_id(id),
        SchemaKey::Guid(guid) => registry.by_guid(guid),
        _ => return Ok(None),
    };
    let found = found.and_then(|stored| registry.wait(resolve(registry.inner(), &stored.def))?);
    match found {
        Ok(schema) => Ok(Some(schema)),
        Err(error) if matches!(error.kind(), ErrorKind::SchemaNotFound) => Ok(None),
        Err(error) => Err(Error::io(&error)),
    }
}
