use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::admin::Include;
use crate::error::{Error, ErrorKind, Result};
use crate::id::{SchemaGuid, SchemaId, Version, VersionRef};
use crate::memory::store::{Candidate, Identity, refusal};
use crate::schema::{RegisteredSchema, ResolvedSchema, SchemaDef, StoredSchema};
use crate::subject::Subject;

/// One context: ids and subjects of its own.
#[derive(Debug, Default)]
pub(super) struct Space {
    schemas: BTreeMap<SchemaId, Schema>,
    by_identity: HashMap<Identity, SchemaId>,
    by_guid: HashMap<SchemaGuid, SchemaId>,
    /// Subjects without versions are not kept.
    pub(super) subjects: BTreeMap<Subject, Versions>,
    highest_id: u32,
}

pub(super) type Versions = BTreeMap<Version, Entry>;

#[derive(Debug)]
pub(super) struct Schema {
    pub(super) guid: SchemaGuid,
    pub(super) def: SchemaDef,
    identity: Identity,
    /// With all texts it refers to; those never change.
    pub(super) resolved: Arc<ResolvedSchema>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) id: SchemaId,
    pub(super) is_deleted: bool,
}

impl Space {
    pub(super) fn stored(&self, id: SchemaId) -> Option<StoredSchema> {
        let schema = self.schemas.get(&id)?;
        Some(StoredSchema {
            id: Some(id),
            guid: Some(schema.guid),
            def: schema.def.clone(),
        })
    }

    pub(super) fn id_of(&self, guid: SchemaGuid) -> Option<SchemaId> {
        self.by_guid.get(&guid).copied()
    }

    pub(super) fn id_like(&self, identity: &Identity) -> Option<SchemaId> {
        self.by_identity.get(identity).copied()
    }

    pub(super) fn schema(&self, id: SchemaId) -> Option<&Schema> {
        self.schemas.get(&id)
    }

    /// The schemas with their ids, in the order of ids.
    pub(super) fn schemas(&self) -> impl Iterator<Item = (SchemaId, &Schema)> {
        self.schemas.iter().map(|(id, schema)| (*id, schema))
    }

    /// The versions of a subject that has any of those that `include` admits.
    pub(super) fn versions(&self, subject: &Subject, include: Include) -> Result<&Versions> {
        self.subjects
            .get(subject)
            .filter(|versions| {
                versions
                    .values()
                    .any(|entry| include.admits(entry.is_deleted))
            })
            .ok_or_else(|| refusal::subject_not_found(subject))
    }

    pub(super) fn version(
        &self,
        subject: &Subject,
        version: VersionRef,
        include: Include,
    ) -> Result<(Version, Entry)> {
        let versions = self.versions(subject, include)?;
        let mut admitted = versions
            .iter()
            .filter(|(_, entry)| include.admits(entry.is_deleted));
        let found = match version {
            VersionRef::Latest => admitted.next_back(),
            VersionRef::Number(number) => admitted.find(|(version, _)| **version == number),
        };
        let (version, entry) = found.ok_or_else(|| refusal::version_not_found(version))?;
        Ok((*version, *entry))
    }

    pub(super) fn registered(
        &self,
        subject: &Subject,
        version: Version,
        id: SchemaId,
    ) -> Result<RegisteredSchema> {
        let stored = self
            .stored(id)
            .ok_or_else(|| refusal::schema_not_found(Some(&id)))?;
        Ok(RegisteredSchema {
            subject: subject.clone(),
            version,
            id,
            guid: stored.guid,
            def: stored.def,
        })
    }

    /// The next version of a subject: one more than the highest there is, deleted softly or not.
    /// As in Confluent's server, a version that was deleted permanently leaves no trace.
    pub(super) fn next_version(&self, subject: &Subject) -> Result<Version> {
        let versions = self.subjects.get(subject);
        let highest = versions.and_then(|versions| versions.last_key_value());
        Version::new(highest.map_or(0, |(version, _)| version.as_u32()) + 1)
    }

    /// The id of the candidate's schema, a new one if it was not known in any subject.
    pub(super) fn keep(&mut self, candidate: Candidate) -> Result<SchemaId> {
        if let Some(id) = self.id_like(&candidate.identity) {
            return Ok(id);
        }
        let full = || Error::new(ErrorKind::LimitExceeded, "all schema ids are given away");
        let mut number = self.highest_id.checked_add(1).ok_or_else(full)?;
        while self.schemas.contains_key(&SchemaId::new(number)) {
            number = number.checked_add(1).ok_or_else(full)?;
        }
        self.highest_id = number;
        let id = SchemaId::new(number);
        self.put(id, candidate);
        Ok(id)
    }

    /// Puts a schema where its importer wants it.
    pub(super) fn keep_as(&mut self, id: SchemaId, candidate: Candidate) -> Result<()> {
        if let Some(schema) = self.schemas.get(&id) {
            if schema.identity != candidate.identity {
                return Err(refusal::id_taken(id));
            }
            return Ok(());
        }
        self.put(id, candidate);
        Ok(())
    }

    /// Adds a version. An older one of the same schema that was deleted softly goes for good, as
    /// in Confluent's server.
    pub(super) fn add(&mut self, subject: &Subject, version: Version, id: SchemaId) {
        let versions = self.subjects.entry(subject.clone()).or_default();
        versions.retain(|older, entry| !(entry.is_deleted && entry.id == id && *older < version));
        let is_deleted = false;
        versions.insert(version, Entry { id, is_deleted });
    }

    /// Takes versions out for good, and the schemas that nothing else has.
    pub(super) fn purge(&mut self, subject: &Subject, gone: &[Version]) {
        if let Some(versions) = self.subjects.get_mut(subject) {
            versions.retain(|version, _| !gone.contains(version));
            if versions.is_empty() {
                self.subjects.remove(subject);
            }
        }
        let used: HashSet<SchemaId> = self
            .subjects
            .values()
            .flat_map(|versions| versions.values().map(|entry| entry.id))
            .collect();
        self.schemas.retain(|id, _| used.contains(id));
        let schemas = &self.schemas;
        self.by_identity.retain(|_, id| schemas.contains_key(id));
        self.by_guid.retain(|_, id| schemas.contains_key(id));
    }

    fn put(&mut self, id: SchemaId, candidate: Candidate) {
        let guid = candidate.identity.guid();
        let identity = candidate.identity;
        self.by_guid.insert(guid, id);
        self.by_identity.insert(identity.clone(), id);
        let schema = Schema {
            guid,
            def: candidate.def,
            identity,
            resolved: candidate.resolved,
        };
        self.schemas.insert(id, schema);
    }
}
