use std::sync::Arc;

use crate::context::Context;
use crate::error::Result;
use crate::id::{SchemaGuid, SchemaId, Version, VersionRef};
use crate::level::Level;
use crate::mode::Mode;
use crate::registry::{BoxFuture, Compatibility, Registry};
use crate::schema::{RegisteredSchema, SchemaDef, SchemaKind, StoredSchema};
use crate::subject::Subject;

/// **A type that implements `RegistryAdmin` is a registry that can be looked through and kept in
/// order; it lists, deletes, and sets how schemas may change.**
///
/// What a service needs to write and read records is in [`Registry`]; this is for tools, tests
/// and servers.
///
/// # Contract
/// - A *scope* is a subject, a whole context (the subject `:.blue:`), or, without one, the
///   registry. The setting of the nearest of them applies.
/// - Lists are in the order of names, versions and ids.
/// - A missing item is an error as in Confluent's server, with its error code in
///   [`Error::code`](crate::Error::code).
/// - A call that changes something is repeated if its answer was lost: the second attempt at
///   deleting may then say that it was deleted before.
///
/// The trait is also implemented for `Arc<R>`, `Box<R>` and `&R`, including `dyn RegistryAdmin`.
#[diagnostic::on_unimplemented(
    note = "`InMemoryRegistry` and `HttpRegistry` (feature `http`) of `wireform-registry` do"
)]
pub trait RegistryAdmin: Registry {
    /// Returns the names of subjects.
    fn subjects<'a>(&'a self, filter: &'a SubjectFilter) -> BoxFuture<'a, Result<Vec<Subject>>>;

    /// Returns the numbers of a subject's versions.
    fn versions<'a>(
        &'a self,
        subject: &'a Subject,
        include: Include,
    ) -> BoxFuture<'a, Result<Vec<Version>>>;

    /// Returns one version of a subject, also a deleted one if `include` says so.
    fn version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
        include: Include,
    ) -> BoxFuture<'a, Result<RegisteredSchema>>;

    /// As [`Registry::lookup`], with options.
    fn lookup_with<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
        options: LookupOptions,
    ) -> BoxFuture<'a, Result<RegisteredSchema>>;

    /// Registers `schema` with the id, and as the version, that `place` names, unchecked. The
    /// subject must be in the mode [`Import`](Mode::Import).
    fn import<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
        place: ImportPlace,
    ) -> BoxFuture<'a, Result<RegisteredSchema>>;

    /// Returns whether `schema` could be registered under `subject` now, checked against all the
    /// versions that the subject's level names.
    fn check_all<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<Compatibility>>;

    /// Returns every version of the subjects that `filter` names.
    fn schemas<'a>(
        &'a self,
        filter: &'a SchemaFilter,
    ) -> BoxFuture<'a, Result<Vec<RegisteredSchema>>>;

    /// As [`Registry::by_id`], in the context of `scope`. For a subject of the default context
    /// that does not have the id there, the other contexts are searched too.
    fn by_id_in<'a>(
        &'a self,
        id: SchemaId,
        scope: Option<&'a Subject>,
    ) -> BoxFuture<'a, Result<StoredSchema>>;

    /// Returns the text of the schema with this id in another form, which the registry makes: for
    /// Protobuf, `serialized` is the base64 of a `FileDescriptorProto`. For a form that the
    /// registry does not know, the text is unchanged. `scope` is that of
    /// [`by_id_in`](Self::by_id_in).
    fn formatted<'a>(
        &'a self,
        id: SchemaId,
        scope: Option<&'a Subject>,
        format: &'a str,
    ) -> BoxFuture<'a, Result<String>>;

    /// Returns the subjects and versions that the schema with this id is registered as, in the
    /// context of `scope`; only those of `scope` itself if it is a subject.
    fn places_of<'a>(
        &'a self,
        id: SchemaId,
        scope: Option<&'a Subject>,
        include: Include,
    ) -> BoxFuture<'a, Result<Vec<(Subject, Version)>>>;

    /// Returns the ids of the schema with this GUID, one for each context that has it.
    fn ids_of(&self, guid: SchemaGuid) -> BoxFuture<'_, Result<Vec<(Context, SchemaId)>>>;

    /// Returns the ids of the schemas that refer to a version.
    fn referenced_by<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
    ) -> BoxFuture<'a, Result<Vec<SchemaId>>>;

    /// Deletes all versions of a subject, and returns their numbers.
    fn delete_subject<'a>(
        &'a self,
        subject: &'a Subject,
        deletion: Deletion,
    ) -> BoxFuture<'a, Result<Vec<Version>>>;

    /// Deletes one version, and returns its number.
    fn delete_version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
        deletion: Deletion,
    ) -> BoxFuture<'a, Result<Version>>;

    /// The compatibility level of a scope: its own, or the one in force there.
    ///
    /// # Errors
    /// `Rejected` with the code 40408 if it has none of its own and `inherit` is false.
    fn compatibility_level<'a>(
        &'a self,
        scope: Option<&'a Subject>,
        inherit: bool,
    ) -> BoxFuture<'a, Result<Level>>;

    /// Sets the compatibility level of a scope.
    fn set_compatibility_level<'a>(
        &'a self,
        scope: Option<&'a Subject>,
        level: Level,
    ) -> BoxFuture<'a, Result<()>>;

    /// Takes the level of a scope away, and says which that was, or which was in force if the
    /// scope had other settings alone: those go with it.
    fn clear_compatibility_level<'a>(
        &'a self,
        scope: Option<&'a Subject>,
    ) -> BoxFuture<'a, Result<Level>>;

    /// Returns whether schemas of a scope are always normalized when they are registered or looked
    /// up: its own setting, or the one in force there. `None` if it is not set.
    fn normalizes<'a>(
        &'a self,
        scope: Option<&'a Subject>,
        inherit: bool,
    ) -> BoxFuture<'a, Result<Option<bool>>>;

    /// Sets whether schemas of a scope are normalized.
    fn set_normalizes<'a>(
        &'a self,
        scope: Option<&'a Subject>,
        normalizes: bool,
    ) -> BoxFuture<'a, Result<()>>;

    /// The mode of a scope: its own, or the one in force there.
    ///
    /// # Errors
    /// `Rejected` with the code 40409 if it has none of its own and `inherit` is false.
    fn mode<'a>(&'a self, scope: Option<&'a Subject>, inherit: bool)
    -> BoxFuture<'a, Result<Mode>>;

    /// Sets the mode of a scope. To [`Import`](Mode::Import) only while it has no subjects, or
    /// with `force`.
    fn set_mode<'a>(
        &'a self,
        scope: Option<&'a Subject>,
        mode: Mode,
        force: bool,
    ) -> BoxFuture<'a, Result<()>>;

    /// Takes the mode of a subject or context away, and says which that was.
    fn clear_mode<'a>(&'a self, scope: &'a Subject) -> BoxFuture<'a, Result<Mode>>;

    /// All contexts, the default one first.
    fn contexts(&self) -> BoxFuture<'_, Result<Vec<Context>>>;

    /// The schema types that can be registered.
    fn schema_types(&self) -> BoxFuture<'_, Result<Vec<SchemaKind>>>;
}

/// Which versions to include: deleted ones, others, or both. Permanently deleted versions are never
/// included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Include {
    /// Those that are not deleted, and the deleted ones.
    All,
    /// The deleted ones alone.
    DeletedOnly,
    /// Those that are not deleted.
    #[default]
    Live,
}

/// How to delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deletion {
    /// For good, ids included once nothing else has them. Only what was deleted softly before.
    Permanent,
    /// Out of sight: ids still answer, and numbers of versions stay taken.
    Soft,
}

/// Which subjects to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubjectFilter {
    /// Names that start so, context included: `:.blue:` for all of a context. `None` for those
    /// of every context.
    pub prefix: Option<String>,
    /// Which to include: deleted ones, others, or both.
    pub include: Include,
}

/// Which versions to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaFilter {
    /// As in [`SubjectFilter`].
    pub prefix: Option<String>,
    /// Which to include: deleted ones, others, or both.
    pub include: Include,
    /// Only the newest of each subject.
    pub latest_only: bool,
}

/// How to look a schema up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LookupOptions {
    /// Let the registry normalize the text before it compares.
    pub normalize: bool,
    /// Which versions to include: deleted ones, others, or both.
    pub include: Include,
}

/// Where an imported schema goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportPlace {
    /// The id of the schema.
    pub id: SchemaId,
    /// The version of the schema; `None` for the next one.
    pub version: Option<Version>,
}

impl Include {
    /// Returns whether a version is included, by whether it is deleted.
    #[must_use]
    pub const fn admits(self, is_deleted: bool) -> bool {
        match self {
            Self::All => true,
            Self::DeletedOnly => is_deleted,
            Self::Live => !is_deleted,
        }
    }
}

impl SubjectFilter {
    /// Names that start with `prefix`, context included.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// Which to include: deleted ones, others, or both.
    #[must_use]
    pub fn include(mut self, include: Include) -> Self {
        self.include = include;
        self
    }
}

impl SchemaFilter {
    /// Names that start with `prefix`, context included.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// Which to include: deleted ones, others, or both.
    #[must_use]
    pub fn include(mut self, include: Include) -> Self {
        self.include = include;
        self
    }

    /// Only the newest of each subject.
    #[must_use]
    pub fn latest_only(mut self) -> Self {
        self.latest_only = true;
        self
    }
}

impl LookupOptions {
    /// Let the registry normalize the text before it compares.
    #[must_use]
    pub fn normalize(mut self, normalize: bool) -> Self {
        self.normalize = normalize;
        self
    }

    /// Which versions to include: deleted ones, others, or both.
    #[must_use]
    pub fn include(mut self, include: Include) -> Self {
        self.include = include;
        self
    }
}

macro_rules! forward {
    ($($pointer:ty),+) => {$(
        #[deny(clippy::missing_trait_methods)]
        impl<R: RegistryAdmin + ?Sized> RegistryAdmin for $pointer {
            fn subjects<'a>(&'a self, filter: &'a SubjectFilter) -> BoxFuture<'a, Result<Vec<Subject>>> {
                (**self).subjects(filter)
            }

            fn versions<'a>(
                &'a self,
                subject: &'a Subject,
                include: Include,
            ) -> BoxFuture<'a, Result<Vec<Version>>> {
                (**self).versions(subject, include)
            }

            fn version<'a>(
                &'a self,
                subject: &'a Subject,
                version: VersionRef,
                include: Include,
            ) -> BoxFuture<'a, Result<RegisteredSchema>> {
                (**self).version(subject, version, include)
            }

            fn lookup_with<'a>(
                &'a self,
                subject: &'a Subject,
                schema: &'a SchemaDef,
                options: LookupOptions,
            ) -> BoxFuture<'a, Result<RegisteredSchema>> {
                (**self).lookup_with(subject, schema, options)
            }

            fn import<'a>(
                &'a self,
                subject: &'a Subject,
                schema: &'a SchemaDef,
                place: ImportPlace,
            ) -> BoxFuture<'a, Result<RegisteredSchema>> {
                (**self).import(subject, schema, place)
            }

            fn check_all<'a>(
                &'a self,
                subject: &'a Subject,
                schema: &'a SchemaDef,
            ) -> BoxFuture<'a, Result<Compatibility>> {
                (**self).check_all(subject, schema)
            }

            fn schemas<'a>(&'a self, filter: &'a SchemaFilter)
            -> BoxFuture<'a, Result<Vec<RegisteredSchema>>> {
                (**self).schemas(filter)
            }

            fn by_id_in<'a>(
                &'a self,
                id: SchemaId,
                scope: Option<&'a Subject>,
            ) -> BoxFuture<'a, Result<StoredSchema>> {
                (**self).by_id_in(id, scope)
            }

            fn formatted<'a>(
                &'a self,
                id: SchemaId,
                scope: Option<&'a Subject>,
                format: &'a str,
            ) -> BoxFuture<'a, Result<String>> {
                (**self).formatted(id, scope, format)
            }

            fn places_of<'a>(
                &'a self,
                id: SchemaId,
                scope: Option<&'a Subject>,
                include: Include,
            ) -> BoxFuture<'a, Result<Vec<(Subject, Version)>>> {
                (**self).places_of(id, scope, include)
            }

            fn ids_of(&self, guid: SchemaGuid) -> BoxFuture<'_, Result<Vec<(Context, SchemaId)>>> {
                (**self).ids_of(guid)
            }

            fn referenced_by<'a>(
                &'a self,
                subject: &'a Subject,
                version: VersionRef,
            ) -> BoxFuture<'a, Result<Vec<SchemaId>>> {
                (**self).referenced_by(subject, version)
            }

            fn delete_subject<'a>(
                &'a self,
                subject: &'a Subject,
                deletion: Deletion,
            ) -> BoxFuture<'a, Result<Vec<Version>>> {
                (**self).delete_subject(subject, deletion)
            }

            fn delete_version<'a>(
                &'a self,
                subject: &'a Subject,
                version: VersionRef,
                deletion: Deletion,
            ) -> BoxFuture<'a, Result<Version>> {
                (**self).delete_version(subject, version, deletion)
            }

            fn compatibility_level<'a>(
                &'a self,
                scope: Option<&'a Subject>,
                inherit: bool,
            ) -> BoxFuture<'a, Result<Level>> {
                (**self).compatibility_level(scope, inherit)
            }

            fn set_compatibility_level<'a>(
                &'a self,
                scope: Option<&'a Subject>,
                level: Level,
            ) -> BoxFuture<'a, Result<()>> {
                (**self).set_compatibility_level(scope, level)
            }

            fn clear_compatibility_level<'a>(
                &'a self,
                scope: Option<&'a Subject>,
            ) -> BoxFuture<'a, Result<Level>> {
                (**self).clear_compatibility_level(scope)
            }

            fn normalizes<'a>(
                &'a self,
                scope: Option<&'a Subject>,
                inherit: bool,
            ) -> BoxFuture<'a, Result<Option<bool>>> {
                (**self).normalizes(scope, inherit)
            }

            fn set_normalizes<'a>(
                &'a self,
                scope: Option<&'a Subject>,
                normalizes: bool,
            ) -> BoxFuture<'a, Result<()>> {
                (**self).set_normalizes(scope, normalizes)
            }

            fn mode<'a>(
                &'a self,
                scope: Option<&'a Subject>,
                inherit: bool,
            ) -> BoxFuture<'a, Result<Mode>> {
                (**self).mode(scope, inherit)
            }

            fn set_mode<'a>(
                &'a self,
                scope: Option<&'a Subject>,
                mode: Mode,
                force: bool,
            ) -> BoxFuture<'a, Result<()>> {
                (**self).set_mode(scope, mode, force)
            }

            fn clear_mode<'a>(&'a self, scope: &'a Subject) -> BoxFuture<'a, Result<Mode>> {
                (**self).clear_mode(scope)
            }

            fn contexts(&self) -> BoxFuture<'_, Result<Vec<Context>>> {
                (**self).contexts()
            }

            fn schema_types(&self) -> BoxFuture<'_, Result<Vec<SchemaKind>>> {
                (**self).schema_types()
            }
        }
    )+};
}

forward!(Arc<R>, Box<R>, &R);
