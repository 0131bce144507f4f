//! The state of a registry, as far as a plan needs it.

use std::collections::{BTreeMap, BTreeSet};

use wireform::registry::{
    Compatibility, ErrorKind, Include, Level, Reference, Registry as _, RegistryAdmin as _,
    SchemaDef, SchemaTexts, Subject, SubjectFilter, Version, VersionRef,
};

use super::lookup::Lookup;
use super::wanted::{Wanted, Wish};
use crate::Result;
use crate::registry::{Answer, Open, ask as answer_of, failed, scope_of};

/// The state of a registry.
#[derive(Default)]
pub(super) struct Actual {
    /// The wanted subjects that it has.
    pub(super) subjects: BTreeMap<Subject, Held>,
    /// Registered schemas: those that new versions follow, and those that they refer to.
    pub(super) texts: SchemaTexts,
    /// The subjects that are not wanted, with the subjects that refer to each.
    pub(super) others: BTreeMap<Subject, BTreeSet<Subject>>,
}

/// The state of a subject in a registry.
pub(super) struct Held {
    pub(super) own_level: Option<Level>,
    /// The compatibility level in force.
    pub(super) level: Level,
    /// Versions, the oldest first.
    pub(super) versions: Vec<Version>,
    /// The number that the next version gets.
    pub(super) next: u32,
    /// Version numbers of registered schemas, by their index in the wanted list.
    pub(super) registered: BTreeMap<usize, Version>,
    /// Indexes in the wanted list of schemas that are not registered.
    pub(super) missing: Vec<usize>,
    /// The registry's compatibility check of the first missing schema; `None` if it cannot be
    /// asked.
    pub(super) answer: Option<Compatibility>,
}

pub(super) fn ask(registry: &Open, wish: &Wish, with_others: bool) -> Result<Actual> {
    let mut actual = Actual::default();
    let lookup = Lookup::of(registry, &wish.subjects)?;
    for wanted in &wish.subjects {
        let held = held(registry, wanted, &lookup)?;
        for version in followed(&held, wanted) {
            actual.fetch(registry, &wanted.subject, *version)?;
        }
        for index in &held.missing {
            if let Some(Ok(schema)) = wanted.schemas.get(*index).map(|wanted| &wanted.schema) {
                let references = lookup.references(&wanted.subject, schema);
                actual.fetch_references(registry, &wanted.subject, &references)?;
            }
        }
        actual.subjects.insert(wanted.subject.clone(), held);
    }
    if with_others {
        actual.others = others(registry, wish)?;
    }
    Ok(actual)
}

fn held(registry: &Open, wanted: &Wanted, lookup: &Lookup<'_>) -> Result<Held> {
    let (inner, subject) = (registry.inner(), &wanted.subject);
    let own_level = answered(registry, inner.compatibility_level(Some(subject), false))?;
    let registered = lookup.registered(wanted);
    let is_missing = |index: &usize| !registered.contains_key(index);
    let mut held = Held {
        own_level,
        level: Level::None,
        versions: Vec::new(),
        next: 1,
        missing: (0..wanted.schemas.len()).filter(is_missing).collect(),
        registered,
        answer: None,
    };
    let Some(first) = held.missing.first() else {
        return Ok(held);
    };
    held.level = match own_level {
        Some(level) => level,
        None => level_in_force(registry, subject)?,
    };
    held.versions = versions(registry, subject, Include::Live)?;
    let all = versions(registry, subject, Include::All)?;
    let newest = all.iter().chain(&held.versions).max();
    held.next = newest.map_or(1, |version| version.as_u32().saturating_add(1));
    let is_level_kept = wanted.level.is_none_or(|level| level == held.level);
    if is_level_kept
        && !held.versions.is_empty()
        && let Some(Ok(schema)) = wanted.schemas.get(*first).map(|wanted| &wanted.schema)
        && let Some(schema) = lookup.renumbered(subject, schema)
    {
        held.answer = check(registry, subject, held.level, &schema)?;
    }
    Ok(held)
}

/// Returns the registered versions that new ones are compared with.
fn followed<'h>(held: &'h Held, wanted: &Wanted) -> &'h [Version] {
    let level = wanted.level.unwrap_or(held.level);
    match (held.missing.is_empty(), level.is_transitive()) {
        (true, _) => &[],
        (false, true) => &held.versions,
        (false, false) => held
            .versions
            .get(held.versions.len().saturating_sub(1)..)
            .unwrap_or_default(),
    }
}

fn level_in_force(registry: &Open, subject: &Subject) -> Result<Level> {
    let inner = registry.inner();
    match answered(registry, inner.compatibility_level(Some(subject), true))? {
        Some(level) => Ok(level),
        None => answer_of(registry, inner.compatibility_level(None, true)),
    }
}

fn versions(registry: &Open, subject: &Subject, include: Include) -> Result<Vec<Version>> {
    let found = answered(registry, registry.inner().versions(subject, include))?;
    let mut found = found.unwrap_or_default();
    found.sort_unstable();
    Ok(found)
}

/// Returns the registry's compatibility check of a schema; `None` if it cannot check it.
fn check(
    registry: &Open,
    subject: &Subject,
    level: Level,
    schema: &SchemaDef,
) -> Result<Option<Compatibility>> {
    let inner = registry.inner();
    let checked = match level.is_transitive() {
        true => registry.wait(inner.check_all(subject, schema)),
        false => registry.wait(inner.check(subject, VersionRef::Latest, schema)),
    };
    match checked.and_then(|answer| answer) {
        Ok(compatibility) => Ok(Some(compatibility)),
        Err(error) if error.is_retryable() || is_refused(error.kind()) => Err(failed(&error)),
        Err(_) => Ok(None),
    }
}

/// Returns whether the credentials are the cause, and not the schema.
fn is_refused(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Forbidden | ErrorKind::Unauthenticated)
}

fn others(registry: &Open, wish: &Wish) -> Result<BTreeMap<Subject, BTreeSet<Subject>>> {
    let inner = registry.inner();
    let all = answer_of(registry, inner.subjects(&SubjectFilter::default()))?;
    let is_wanted = |subject: &Subject| wish.subjects.iter().any(|w| w.subject == *subject);
    let mut others = BTreeMap::new();
    let all = all.iter().map(|subject| inner.qualify(subject));
    for subject in all.filter(|subject| !is_wanted(subject)) {
        let referrers = referrers(registry, &subject)?;
        others.insert(subject, referrers);
    }
    Ok(others)
}

/// Returns the subjects that refer to this one.
fn referrers(registry: &Open, subject: &Subject) -> Result<BTreeSet<Subject>> {
    let (inner, scope) = (registry.inner(), scope_of(subject));
    let mut found = BTreeSet::new();
    for version in versions(registry, subject, Include::Live)? {
        let ids = answered(registry, inner.referenced_by(subject, version.into()))?;
        for id in ids.unwrap_or_default() {
            let places = inner.places_of(id, scope.as_ref(), Include::Live);
            let places = answered(registry, places)?;
            found.extend(
                places
                    .unwrap_or_default()
                    .into_iter()
                    .map(|(place, _)| inner.qualify(&place)),
            );
        }
    }
    found.remove(subject);
    Ok(found)
}

impl Actual {
    /// Reads a version and its references, if they exist.
    fn fetch(&mut self, registry: &Open, subject: &Subject, version: Version) -> Result<()> {
        if self.texts.get(subject, version).is_some() {
            return Ok(());
        }
        let found = answered(
            registry,
            registry.inner().by_version(subject, version.into()),
        )?;
        if let Some(found) = found {
            self.texts
                .insert(subject.clone(), version, found.def.clone());
            self.fetch_references(registry, subject, &found.def.references)?;
        }
        Ok(())
    }

    fn fetch_references(
        &mut self,
        registry: &Open,
        subject: &Subject,
        references: &[Reference],
    ) -> Result<()> {
        for reference in references {
            self.fetch(registry, &reference.subject_for(subject), reference.version)?;
        }
        Ok(())
    }
}

/// Returns `None` if the registry answers "not found".
fn answered<T>(registry: &Open, future: impl Future<Output = Answer<T>>) -> Result<Option<T>> {
    match registry.wait(future).and_then(|answer| answer) {
        Ok(found) => Ok(Some(found)),
        // 40408: the subject has no level of its own.
        Err(error) if error.is_not_found() || error.code() == Some(40408) => Ok(None),
        Err(error) => Err(failed(&error)),
    }
}
