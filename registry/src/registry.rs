use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::error::Result;
use crate::id::{SchemaGuid, SchemaId, VersionRef};
use crate::schema::{RegisteredSchema, SchemaDef, StoredSchema};
use crate::subject::Subject;

/// The future that a [`Registry`] method returns. Methods are called once per schema, so the cost
/// of the box does not matter.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// **A type that implements `Registry` is a place where schemas are kept; it finds them by id,
/// GUID or subject, and registers new ones.**
///
/// # Contract
/// - Ids and GUIDs never change their meaning: an answer may be kept forever.
/// - The text is registered as given. The returned text is the same, or the same schema without its
///   white space: Confluent's server and Apicurio drop it.
/// - A call either answers or fails with a typed [`Error`](crate::Error) within the backend's deadline.
///   Dropping the future is safe at any time.
/// - Implementations retry [retryable](crate::Error::is_retryable) errors themselves.
///
/// The trait is also implemented for `Arc<R>`, `Box<R>` and `&R`, including `dyn Registry`.
#[diagnostic::on_unimplemented(
    note = "backends are `InMemoryRegistry`, `HttpRegistry` (feature `http`) and \
            `ConverterRegistry` (feature `schema-registry-converter`) of `wireform-registry`"
)]
pub trait Registry: Debug + Send + Sync {
    /// Returns the schema with this id.
    fn by_id(&self, id: SchemaId) -> BoxFuture<'_, Result<StoredSchema>>;

    /// Returns the schema with this GUID.
    fn by_guid(&self, guid: SchemaGuid) -> BoxFuture<'_, Result<StoredSchema>>;

    /// Returns one version of a subject, or its newest.
    fn by_version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>>;

    /// Finds exactly this schema under `subject`; never registers it.
    fn lookup<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>>;

    /// Registers `schema` under `subject`, or finds it there.
    fn register<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
        options: RegisterOptions,
    ) -> BoxFuture<'a, Result<RegisteredSchema>>;

    /// Returns whether `schema` could be registered, checked against `version` of `subject` by the
    /// subject's compatibility level. Registers nothing.
    fn check<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
        schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<Compatibility>>;
}

/// Convenience methods of every [`Registry`].
pub trait RegistryExt: Registry {
    /// Returns the newest version of `subject`.
    fn latest<'a>(&'a self, subject: &'a Subject) -> BoxFuture<'a, Result<RegisteredSchema>> {
        self.by_version(subject, VersionRef::Latest)
    }
}

impl<R: Registry + ?Sized> RegistryExt for R {}

/// Options for [`Registry::register`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegisterOptions {
    /// Let the registry normalize the text before it compares and stores it. Off by default: the
    /// text is stored as written.
    pub normalize: bool,
}

/// The answer to [`Registry::check`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compatibility {
    /// Whether the schema is compatible.
    pub is_compatible: bool,
    /// The registry's reasons if the schema is not compatible.
    pub messages: Vec<String>,
}

macro_rules! forward {
    ($($pointer:ty),+) => {$(
        #[deny(clippy::missing_trait_methods)]
        impl<R: Registry + ?Sized> Registry for $pointer {
            fn by_id(&self, id: SchemaId) -> BoxFuture<'_, Result<StoredSchema>> {
                (**self).by_id(id)
            }

            fn by_guid(&self, guid: SchemaGuid) -> BoxFuture<'_, Result<StoredSchema>> {
                (**self).by_guid(guid)
            }

            fn by_version<'a>(
                &'a self,
                subject: &'a Subject,
                version: VersionRef,
            ) -> BoxFuture<'a, Result<RegisteredSchema>> {
                (**self).by_version(subject, version)
            }

            fn lookup<'a>(
                &'a self,
                subject: &'a Subject,
                schema: &'a SchemaDef,
            ) -> BoxFuture<'a, Result<RegisteredSchema>> {
                (**self).lookup(subject, schema)
            }

            fn register<'a>(
                &'a self,
                subject: &'a Subject,
                schema: &'a SchemaDef,
                options: RegisterOptions,
            ) -> BoxFuture<'a, Result<RegisteredSchema>> {
                (**self).register(subject, schema, options)
            }

            fn check<'a>(
                &'a self,
                subject: &'a Subject,
                version: VersionRef,
                schema: &'a SchemaDef,
            ) -> BoxFuture<'a, Result<Compatibility>> {
                (**self).check(subject, version, schema)
            }
        }
    )+};
}

forward!(Arc<R>, Box<R>, &R);
