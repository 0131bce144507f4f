use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::error::Result;
use crate::id::{SchemaGuid, SchemaId, VersionRef};
use crate::schema::{RegisteredSchema, SchemaDef, StoredSchema};
use crate::subject::Subject;

/// The future that a [`Registry`] method returns. Called once per schema, so the box costs nothing.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// **A type that implements `Registry` is a place where schemas are kept; it finds them by id,
/// GUID or subject, and registers new ones.**
///
/// # Contract
/// - Ids and GUIDs never change their meaning: an answer may be kept for ever.
/// - What is registered is the text as given. What comes back is that text, or the same schema
///   without its white space: Confluent's server and Apicurio drop it.
/// - A call either answers or fails with a typed [`Error`](crate::Error) within the backend's deadline.
///   Dropping the future is safe at any time.
/// - Implementations retry by themselves what is [retryable](crate::Error::is_retryable).
///
/// Implemented for `Arc<R>`, `Box<R>` and `&R` too, `dyn Registry` included.
#[diagnostic::on_unimplemented(
    note = "backends are `InMemoryRegistry`, `HttpRegistry` (feature `http`) and \
            `ConverterRegistry` (feature `schema-registry-converter`) of `wireform-registry`"
)]
pub trait Registry: Debug + Send + Sync {
    /// The schema with this id.
    fn by_id(&self, id: SchemaId) -> BoxFuture<'_, Result<StoredSchema>>;

    /// The schema with this GUID.
    fn by_guid(&self, guid: SchemaGuid) -> BoxFuture<'_, Result<StoredSchema>>;

    /// One version of a subject, or its newest.
    fn by_version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>>;

    /// Finds this very schema under `subject`; never registers it.
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

    /// Whether `schema` could be registered, measured against `version` of `subject` by the
    /// subject's compatibility level. Registers nothing.
    fn check<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
        schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<Compatibility>>;
}

/// Conveniences over every [`Registry`].
pub trait RegistryExt: Registry {
    /// The newest version of `subject`.
    fn latest<'a>(&'a self, subject: &'a Subject) -> BoxFuture<'a, Result<RegisteredSchema>> {
        self.by_version(subject, VersionRef::Latest)
    }
}

impl<R: Registry + ?Sized> RegistryExt for R {}

/// How to register.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegisterOptions {
    /// Let the registry normalize the text before it compares and stores it. Off by default:
    /// what was written is what is stored.
    pub normalize: bool,
}

/// The answer to [`Registry::check`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compatibility {
    /// Whether the schema fits.
    pub is_compatible: bool,
    /// The registry's reasons where it does not.
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
