use crate::admin::{
    Deletion, ImportPlace, Include, LookupOptions, RegistryAdmin, SchemaFilter, SubjectFilter,
};
use crate::context::Context;
use crate::error::Result;
use crate::id::{SchemaGuid, SchemaId, Version, VersionRef};
use crate::level::Level;
use crate::memory::InMemoryRegistry;
use crate::memory::store::{Store, normal};
use crate::mode::Mode;
use crate::registry::{BoxFuture, Compatibility};
use crate::schema::{RegisteredSchema, SchemaDef, SchemaKind, StoredSchema};
use crate::subject::Subject;

#[deny(clippy::missing_trait_methods)]
impl RegistryAdmin for InMemoryRegistry {
    fn subjects<'a>(&'a self, filter: &'a SubjectFilter) -> BoxFuture<'a, Result<Vec<Subject>>> {
        self.ask(|store| Ok(store.subjects(filter)))
    }

    fn versions<'a>(
        &'a self,
        subject: &'a Subject,
        include: Include,
    ) -> BoxFuture<'a, Result<Vec<Version>>> {
        self.ask(move |store| store.versions(&normal(subject), include))
    }

    fn version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
        include: Include,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(async move {
            self.called(&self.shared.calls.by_version).await?;
            let store = self.shared.store();
            store.by_version(&normal(subject), version, include)
        })
    }

    fn lookup_with<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
        options: LookupOptions,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(async move {
            self.called(&self.shared.calls.lookup).await?;
            self.shared.lookup(subject, schema, options)
        })
    }

    fn import<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
        place: ImportPlace,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(async move {
            self.called(&self.shared.calls.register).await?;
            self.shared.import(subject, schema, place)
        })
    }

    fn check_all<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<Compatibility>> {
        Box::pin(async move {
            self.called(&self.shared.calls.check).await?;
            let plan = |store: &Store, subject: &Subject| Ok(store.plan(subject));
            self.shared.check(subject, schema, plan)
        })
    }

    fn schemas<'a>(
        &'a self,
        filter: &'a SchemaFilter,
    ) -> BoxFuture<'a, Result<Vec<RegisteredSchema>>> {
        self.ask(|store| Ok(store.schemas(filter)))
    }

    fn by_id_in<'a>(
        &'a self,
        id: SchemaId,
        scope: Option<&'a Subject>,
    ) -> BoxFuture<'a, Result<StoredSchema>> {
        Box::pin(async move {
            self.called(&self.shared.calls.by_id).await?;
            self.shared.store().by_id(id, scope.map(normal).as_ref())
        })
    }

    fn formatted<'a>(
        &'a self,
        id: SchemaId,
        scope: Option<&'a Subject>,
        format: &'a str,
    ) -> BoxFuture<'a, Result<String>> {
        Box::pin(async move {
            self.called(&self.shared.calls.admin).await?;
            let resolved = self
                .shared
                .store()
                .resolved(id, scope.map(normal).as_ref())?;
            let rules = self.shared.rules(resolved.kind)?;
            let text = rules.format(&resolved, format)?;
            Ok(text.unwrap_or_else(|| resolved.text.to_string()))
        })
    }

    fn places_of<'a>(
        &'a self,
        id: SchemaId,
        scope: Option<&'a Subject>,
        include: Include,
    ) -> BoxFuture<'a, Result<Vec<(Subject, Version)>>> {
        self.ask(move |store| store.places_of(id, scope.map(normal).as_ref(), include))
    }

    fn ids_of(&self, guid: SchemaGuid) -> BoxFuture<'_, Result<Vec<(Context, SchemaId)>>> {
        self.ask(move |store| store.ids_of(guid))
    }

    fn referenced_by<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
    ) -> BoxFuture<'a, Result<Vec<SchemaId>>> {
        self.ask(move |store| store.referenced_by(&normal(subject), version))
    }

    fn delete_subject<'a>(
        &'a self,
        subject: &'a Subject,
        deletion: Deletion,
    ) -> BoxFuture<'a, Result<Vec<Version>>> {
        self.ask(move |store| store.delete_subject(&normal(subject), deletion))
    }

    fn delete_version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
        deletion: Deletion,
    ) -> BoxFuture<'a, Result<Version>> {
        self.ask(move |store| store.delete_version(&normal(subject), version, deletion))
    }

    fn compatibility_level<'a>(
        &'a self,
        scope: Option<&'a Subject>,
        inherit: bool,
    ) -> BoxFuture<'a, Result<Level>> {
        self.ask(move |store| {
            let scope = scope.map(normal);
            if inherit {
                Ok(store.level(scope.as_ref()))
            } else {
                store.own_level(scope.as_ref())
            }
        })
    }

    fn set_compatibility_level<'a>(
        &'a self,
        scope: Option<&'a Subject>,
        level: Level,
    ) -> BoxFuture<'a, Result<()>> {
        self.ask(move |store| store.set_level(scope.map(normal).as_ref(), level))
    }

    fn clear_compatibility_level<'a>(
        &'a self,
        scope: Option<&'a Subject>,
    ) -> BoxFuture<'a, Result<Level>> {
        self.ask(move |store| store.clear_level(scope.map(normal).as_ref()))
    }

    fn normalizes<'a>(
        &'a self,
        scope: Option<&'a Subject>,
        inherit: bool,
    ) -> BoxFuture<'a, Result<Option<bool>>> {
        self.ask(move |store| Ok(store.normalizes(scope.map(normal).as_ref(), inherit)))
    }

    fn set_normalizes<'a>(
        &'a self,
        scope: Option<&'a Subject>,
        normalizes: bool,
    ) -> BoxFuture<'a, Result<()>> {
        self.ask(move |store| store.set_normalizes(scope.map(normal).as_ref(), normalizes))
    }

    fn mode<'a>(
        &'a self,
        scope: Option<&'a Subject>,
        inherit: bool,
    ) -> BoxFuture<'a, Result<Mode>> {
        self.ask(move |store| {
            let scope = scope.map(normal);
            if inherit {
                Ok(store.mode(scope.as_ref()))
            } else {
                store.own_mode(scope.as_ref())
            }
        })
    }

    fn set_mode<'a>(
        &'a self,
        scope: Option<&'a Subject>,
        mode: Mode,
        force: bool,
    ) -> BoxFuture<'a, Result<()>> {
        self.ask(move |store| store.set_mode(scope.map(normal).as_ref(), mode, force))
    }

    fn clear_mode<'a>(&'a self, scope: &'a Subject) -> BoxFuture<'a, Result<Mode>> {
        self.ask(move |store| store.clear_mode(&normal(scope)))
    }

    fn contexts(&self) -> BoxFuture<'_, Result<Vec<Context>>> {
        self.ask(|store| Ok(store.contexts()))
    }

    fn schema_types(&self) -> BoxFuture<'_, Result<Vec<SchemaKind>>> {
        Box::pin(async {
            self.called(&self.shared.calls.admin).await?;
            let known = |kind: &SchemaKind| self.shared.rules(*kind).is_ok();
            // In Confluent's order.
            let all = [SchemaKind::Json, SchemaKind::Protobuf, SchemaKind::Avro];
            Ok(all.into_iter().filter(known).collect())
        })
    }
}

impl InMemoryRegistry {
    /// Runs a call that needs only the store.
    fn ask<'a, T: Send>(
        &'a self,
        ask: impl FnOnce(&mut Store) -> Result<T> + Send + 'a,
    ) -> BoxFuture<'a, Result<T>> {
        Box::pin(async move {
            self.called(&self.shared.calls.admin).await?;
            ask(&mut self.shared.store())
        })
    }
}
