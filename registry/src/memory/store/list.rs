use std::collections::BTreeSet;
use std::sync::Arc;

use crate::admin::{Include, SchemaFilter, SubjectFilter};
use crate::context::Context;
use crate::error::Result;
use crate::id::{SchemaGuid, SchemaId, Version, VersionRef};
use crate::memory::store::space::{Space, Versions};
use crate::memory::store::{Store, refusal};
use crate::schema::{RegisteredSchema, ResolvedSchema, StoredSchema};
use crate::subject::Subject;

impl Store {
    pub(in crate::memory) fn subjects(&self, filter: &SubjectFilter) -> Vec<Subject> {
        // A set: in the order of names, whichever context they are in.
        let names: BTreeSet<&Subject> = self
            .matching(filter.prefix.as_deref())
            .filter(|(_, _, versions)| has(versions, filter.include))
            .map(|(_, subject, _)| subject)
            .collect();
        names.into_iter().cloned().collect()
    }

    pub(in crate::memory) fn schemas(&self, filter: &SchemaFilter) -> Vec<RegisteredSchema> {
        let mut found = Vec::new();
        for (space, subject, versions) in self.matching(filter.prefix.as_deref()) {
            let mut admitted: Vec<_> = versions
                .iter()
                .filter(|(_, entry)| filter.include.admits(entry.is_deleted))
                .collect();
            if filter.latest_only {
                admitted.drain(..admitted.len().saturating_sub(1));
            }
            for (version, entry) in admitted {
                found.extend(space.registered(subject, *version, entry.id));
            }
        }
        found.sort_by(|a, b| (&a.subject, a.version).cmp(&(&b.subject, b.version)));
        found
    }

    pub(in crate::memory) fn versions(
        &self,
        subject: &Subject,
        include: Include,
    ) -> Result<Vec<Version>> {
        // A subject without deleted versions has an empty list of those, and is not missing.
        let any = if include == Include::Live {
            include
        } else {
            Include::All
        };
        let versions = self.space(subject)?.versions(subject, any)?;
        let admitted = versions
            .iter()
            .filter(|(_, entry)| include.admits(entry.is_deleted));
        Ok(admitted.map(|(version, _)| *version).collect())
    }

    pub(in crate::memory) fn by_version(
        &self,
        subject: &Subject,
        version: VersionRef,
        include: Include,
    ) -> Result<RegisteredSchema> {
        self.in_contexts(subject, |space, subject| {
            let (version, entry) = space.version(subject, version, include)?;
            space.registered(subject, version, entry.id)
        })
    }

    pub(in crate::memory) fn by_id(
        &self,
        id: SchemaId,
        scope: Option<&Subject>,
    ) -> Result<StoredSchema> {
        let (space, _) = self.having(id, scope)?;
        space
            .stored(id)
            .ok_or_else(|| refusal::schema_not_found(Some(&id)))
    }

    /// With all texts it refers to.
    pub(in crate::memory) fn resolved(
        &self,
        id: SchemaId,
        scope: Option<&Subject>,
    ) -> Result<Arc<ResolvedSchema>> {
        let (space, _) = self.having(id, scope)?;
        let schema = space.schema(id);
        let schema = schema.ok_or_else(|| refusal::schema_not_found(Some(&id)))?;
        Ok(schema.resolved.clone())
    }

    pub(in crate::memory) fn by_guid(&self, guid: SchemaGuid) -> Result<StoredSchema> {
        let mut found = self.spaces.values().filter_map(|space| {
            let id = space.id_of(guid)?;
            space.stored(id)
        });
        found
            .next()
            .ok_or_else(|| refusal::schema_not_found(Some(&guid)))
    }

    pub(in crate::memory) fn ids_of(&self, guid: SchemaGuid) -> Result<Vec<(Context, SchemaId)>> {
        let found: Vec<_> = self
            .spaces
            .iter()
            .filter_map(|(context, space)| Some((context.clone(), space.id_of(guid)?)))
            .collect();
        if found.is_empty() {
            return Err(refusal::schema_not_found(Some(&guid)));
        }
        Ok(found)
    }

    pub(in crate::memory) fn places_of(
        &self,
        id: SchemaId,
        scope: Option<&Subject>,
        include: Include,
    ) -> Result<Vec<(Subject, Version)>> {
        let (space, _) = self.having(id, scope)?;
        let only = scope.filter(|subject| !subject.unqualified().is_empty());
        let mut places = Vec::new();
        for (subject, versions) in &space.subjects {
            if only.is_some_and(|only| only.unqualified() != subject.unqualified()) {
                continue;
            }
            let with_id = versions
                .iter()
                .filter(|(_, entry)| entry.id == id && include.admits(entry.is_deleted));
            places.extend(with_id.map(|(version, _)| (subject.clone(), *version)));
        }
        Ok(places)
    }

    pub(in crate::memory) fn contexts(&self) -> Vec<Context> {
        self.spaces.keys().cloned().collect()
    }

    /// Tries the subject's own context, and, for a subject that names none, all the others: as
    /// Confluent's `getUsingContexts`. What the first says counts if none has it.
    pub(super) fn in_contexts<T>(
        &self,
        subject: &Subject,
        find: impl Fn(&Space, &Subject) -> Result<T>,
    ) -> Result<T> {
        let own = self.space(subject).and_then(|space| find(space, subject));
        if own.is_ok() || !subject.context().is_default() {
            return own;
        }
        let others = self
            .spaces
            .iter()
            .filter(|(context, _)| !context.is_default());
        let mut found = others.filter_map(|(context, space)| {
            let subject = context.subject(subject.as_str()).ok()?;
            find(space, &subject).ok()
        });
        found.next().map_or(own, Ok)
    }

    /// The context in which `scope` sees the id.
    fn having(&self, id: SchemaId, scope: Option<&Subject>) -> Result<(&Space, Context)> {
        let not_found = || refusal::schema_not_found(Some(&id));
        let context = scope.map_or_else(Context::default, Subject::context);
        if let Some(space) = self.spaces.get(&context)
            && space.schema(id).is_some()
        {
            return Ok((space, context));
        }
        let subject = scope
            .filter(|_| context.is_default())
            .ok_or_else(not_found)?;
        let mut others = self.spaces.iter().filter(|(context, space)| {
            let subject = context.subject(subject.unqualified());
            let versions = subject
                .ok()
                .and_then(|subject| space.subjects.get(&subject));
            versions.is_some_and(|versions| versions.values().any(|entry| entry.id == id))
        });
        let (context, space) = others.next().ok_or_else(not_found)?;
        Ok((space, context.clone()))
    }

    /// Every subject whose name starts with `prefix`; a leading `:*:` means any context.
    fn matching<'a>(
        &'a self,
        prefix: Option<&'a str>,
    ) -> impl Iterator<Item = (&'a Space, &'a Subject, &'a Versions)> {
        let prefix = prefix.unwrap_or(ANY_CONTEXT);
        let any = prefix.strip_prefix(ANY_CONTEXT);
        let spaces = self.spaces.values();
        let subjects =
            spaces.flat_map(|space| space.subjects.iter().map(move |(s, v)| (space, s, v)));
        subjects.filter(move |(_, subject, _)| match any {
            Some(prefix) => subject.unqualified().starts_with(prefix),
            // A plain prefix does not lead into other contexts: theirs all start with a colon.
            None => {
                subject.as_str().starts_with(prefix)
                    && (!prefix.is_empty() || subject.context().is_default())
            }
        })
    }
}

fn has(versions: &Versions, include: Include) -> bool {
    match include {
        // Confluent lists a subject as deleted only if nothing of it is left.
        Include::DeletedOnly => versions.values().all(|entry| entry.is_deleted),
        _ => versions
            .values()
            .any(|entry| include.admits(entry.is_deleted)),
    }
}

/// Confluent's `QualifiedSubject.CONTEXT_WILDCARD`.
const ANY_CONTEXT: &str = ":*:";
