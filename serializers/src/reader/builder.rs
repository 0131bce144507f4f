use std::fmt;

use wireform_registry::{Cached, LockFile, Registry, Role};

use super::{Loads, Plans, ReadCodec, Reader};
use crate::foreign::ForeignSchemas;
use crate::limits::Limits;

/// Builds a [`Reader`].
pub struct ReaderBuilder<T> {
    foreign: Option<Box<dyn ForeignSchemas>>,
    registry: Option<Box<dyn Registry>>,
    lock: Option<LockFile>,
    codecs: Vec<Box<dyn ReadCodec<T>>>,
    role: Role,
    limits: Limits,
}

impl<T> Reader<T> {
    /// Starts a reader that fetches writer schemas from `registry`.
    pub fn builder(registry: impl Registry + 'static) -> ReaderBuilder<T> {
        // Caches no answers: concurrent calls share a request, and each of them drives it.
        let shared = Cached::new(registry).capacity(0);
        ReaderBuilder {
            registry: Some(Box::new(shared)),
            ..Self::offline()
        }
    }

    /// Starts a reader that has no registry: it reads payloads that its codecs read without a
    /// frame, and records of schemas that were [added](Self::add).
    #[must_use]
    pub fn offline() -> ReaderBuilder<T> {
        ReaderBuilder {
            foreign: None,
            registry: None,
            lock: None,
            codecs: Vec::new(),
            role: Role::Value,
            limits: Limits::default(),
        }
    }

    /// Starts a reader that has no registry and uses the schemas of a lock file, `wireform.lock`.
    #[must_use]
    pub fn locked(lock: LockFile) -> ReaderBuilder<T> {
        ReaderBuilder {
            lock: Some(lock),
            ..Self::offline()
        }
    }
}

impl<T> ReaderBuilder<T> {
    /// Adds a codec. If several codecs read the same content, the first one is used.
    #[must_use]
    pub fn with(mut self, codec: impl ReadCodec<T> + 'static) -> Self {
        self.codecs.push(Box::new(codec));
        self
    }

    /// Sets the resolver for the schemas that frames of Apicurio or AWS Glue name, see
    /// [`foreign`](crate::foreign).
    #[must_use]
    pub fn foreign(mut self, schemas: impl ForeignSchemas + 'static) -> Self {
        self.foreign = Some(Box::new(schemas));
        self
    }

    /// Sets which side of the record is read; the value by default.
    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// Sets the longest payload; codecs have limits of their own.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Builds the reader.
    #[must_use]
    pub fn build(self) -> Reader<T> {
        Reader {
            registry: self.registry,
            lock: self.lock,
            codecs: self.codecs,
            role: self.role,
            limits: self.limits,
            plans: Plans::default(),
            loads: Loads::default(),
            foreign: self.foreign,
        }
    }
}

impl<T> fmt::Debug for ReaderBuilder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReaderBuilder")
            .field("registry", &self.registry)
            .field("codecs", &self.codecs)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}
