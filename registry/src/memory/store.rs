use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use uuid::Uuid;

use crate::error::{Error, ErrorKind, Result};
use crate::id::{SchemaGuid, SchemaId, Version, VersionRef};
use crate::level::Level;
use crate::schema::{
    NamedText, Reference, RegisteredSchema, ResolvedSchema, SchemaDef, SchemaKind, StoredSchema,
};
use crate::subject::Subject;

/// All that the registry keeps. It knows no rules: those run outside of the lock.
#[derive(Debug)]
pub(super) struct Store {
    /// The schema with the id `n` is at `n - 1`.
    schemas: Vec<Schema>,
    by_identity: HashMap<Identity, SchemaId>,
    by_guid: HashMap<SchemaGuid, SchemaId>,
    subjects: BTreeMap<Subject, History>,
    level: Level,
    /// Goes up with every change, so that a plan knows whether it is out of date.
    revision: u64,
}

#[derive(Debug)]
struct Schema {
    guid: SchemaGuid,
    def: SchemaDef,
    /// With all texts it refers to; those never change.
    resolved: Arc<ResolvedSchema>,
}

#[derive(Debug, Default)]
struct History {
    versions: BTreeMap<Version, SchemaId>,
    /// The highest number ever given: versions are not reused.
    highest: u32,
    /// `None`: the registry's.
    level: Option<Level>,
}

/// What makes two schemas one and the same in Confluent's server: type, text up to what does not
/// matter, and references.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Identity {
    pub(super) kind: SchemaKind,
    pub(super) canonical: String,
    pub(super) references: Vec<Reference>,
}

/// A schema that may be registered.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) def: SchemaDef,
    pub(super) resolved: Arc<ResolvedSchema>,
    pub(super) identity: Identity,
}

/// What a candidate must be measured against before it may be registered.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) level: Level,
    pub(super) earlier: Vec<Earlier>,
    revision: u64,
}

/// An older version of a subject.
#[derive(Debug)]
pub(super) struct Earlier {
    pub(super) version: Version,
    pub(super) resolved: Arc<ResolvedSchema>,
}

impl Store {
    pub(super) fn new() -> Self {
        Self {
            schemas: Vec::new(),
            by_identity: HashMap::new(),
            by_guid: HashMap::new(),
            subjects: BTreeMap::new(),
            // Confluent's default.
            level: Level::Backward,
            revision: 0,
        }
    }

    pub(super) fn set_level(&mut self, subject: Option<&Subject>, level: Level) {
        self.revision += 1;
        match subject {
            None => self.level = level,
            Some(subject) => {
                self.subjects.entry(subject.clone()).or_default().level = Some(level);
            }
        }
    }

    /// Registers `candidate` as the next version of `subject`; `None` if something has changed
    /// since `plan` was made.
    pub(super) fn insert(
        &mut self,
        subject: &Subject,
        candidate: Candidate,
        plan: &Plan,
    ) -> Result<Option<RegisteredSchema>> {
        if plan.revision != self.revision {
            return Ok(None);
        }
        let highest = self.subjects.get(subject).map_or(0, |h| h.highest);
        let version = Version::new(highest + 1)?;
        let id = self.keep(candidate)?;
        let history = self.subjects.entry(subject.clone()).or_default();
        history.versions.insert(version, id);
        history.highest = version.as_u32();
        self.revision += 1;
        self.registered(subject, version, id).map(Some)
    }

    pub(super) fn level(&self, subject: Option<&Subject>) -> Level {
        subject
            .and_then(|subject| self.subjects.get(subject)?.level)
            .unwrap_or(self.level)
    }

    pub(super) fn by_id(&self, id: SchemaId) -> Result<StoredSchema> {
        self.stored(id)
            .ok_or_else(|| not_found(ErrorKind::SchemaNotFound, format!("Schema {id} not found")))
    }

    pub(super) fn by_guid(&self, guid: SchemaGuid) -> Result<StoredSchema> {
        let id = self.by_guid.get(&guid);
        id.and_then(|id| self.stored(*id)).ok_or_else(|| {
            not_found(
                ErrorKind::SchemaNotFound,
                format!("Schema {guid} not found"),
            )
        })
    }

    pub(super) fn by_version(
        &self,
        subject: &Subject,
        version: VersionRef,
    ) -> Result<RegisteredSchema> {
        let versions = self.versions(subject)?;
        let entry = match version {
            VersionRef::Latest => versions.last_key_value(),
            VersionRef::Number(number) => versions.get_key_value(&number),
        };
        let (version, id) = entry.ok_or_else(|| version_not_found(version))?;
        self.registered(subject, *version, *id)
    }

    /// The version of `subject` that is this very schema; the newest, if there are several.
    pub(super) fn find(&self, subject: &Subject, identity: &Identity) -> Result<RegisteredSchema> {
        let versions = self.versions(subject)?;
        let id = self.by_identity.get(identity);
        let version = id.and_then(|id| versions.iter().rev().find(|(_, found)| *found == id));
        match version {
            Some((version, id)) => self.registered(subject, *version, *id),
            None => Err(not_found(
                ErrorKind::SchemaNotFound,
                "Schema not found".to_owned(),
            )),
        }
    }

    /// What a new version of `subject` must fit: nothing, the newest, or every version, newest
    /// first.
    pub(super) fn plan(&self, subject: &Subject) -> Plan {
        let level = self.level(Some(subject));
        let count = match level {
            Level::None => 0,
            _ if level.is_transitive() => usize::MAX,
            _ => 1,
        };
        let versions = self.subjects.get(subject).map(|history| &history.versions);
        let earlier = versions.into_iter().flatten().rev().take(count);
        Plan {
            level,
            earlier: earlier
                .filter_map(|(v, id)| self.earlier(*v, *id))
                .collect(),
            revision: self.revision,
        }
    }

    /// What a new version must fit if it were measured against `version` alone. The newest of a
    /// subject that does not exist is nothing, as in Confluent's `CompatibilityResource`.
    pub(super) fn plan_against(&self, subject: &Subject, version: VersionRef) -> Result<Plan> {
        let found = self.by_version(subject, version);
        let earlier = match (found, version) {
            (Ok(found), _) => self.earlier(found.version, found.id),
            (Err(_), VersionRef::Latest) => None,
            (Err(_), VersionRef::Number(_)) => return Err(version_not_found(version)),
        };
        Ok(Plan {
            level: self.level(Some(subject)),
            earlier: earlier.into_iter().collect(),
            revision: self.revision,
        })
    }

    /// `def` with all that it refers to.
    pub(super) fn resolve(&self, def: &SchemaDef) -> Result<ResolvedSchema> {
        let mut texts: Vec<NamedText> = Vec::new();
        let mut add = |text: &NamedText| {
            if !texts.iter().any(|known| known.name == text.name) {
                texts.push(text.clone());
            }
            if texts.len() > MAX_REFERENCES {
                let message = "the schema has more than 256 references";
                return Err(Error::new(ErrorKind::LimitExceeded, message));
            }
            Ok(())
        };
        for reference in &def.references {
            let target = self.target(reference, def.kind)?;
            target.references.iter().try_for_each(&mut add)?;
            add(&NamedText {
                name: reference.name.clone(),
                text: target.text.clone(),
            })?;
        }
        Ok(ResolvedSchema {
            kind: def.kind,
            text: def.text.clone(),
            references: texts,
        })
    }

    fn target(&self, reference: &Reference, kind: SchemaKind) -> Result<&ResolvedSchema> {
        let Reference {
            name,
            subject,
            version,
        } = reference;
        let id = self
            .subjects
            .get(subject)
            .and_then(|history| history.versions.get(version));
        let target = id.and_then(|id| self.schema(*id)).ok_or_else(|| {
            invalid(format!(
                "reference {name:?}: No schema reference found for subject \"{subject}\" and \
                 version {version}"
            ))
        })?;
        if target.def.kind != kind {
            let message = format!("reference {name:?} leads to a schema of another type");
            return Err(invalid(message));
        }
        Ok(&target.resolved)
    }

    /// The id of the candidate's schema, a new one if it was not known in any subject.
    fn keep(&mut self, candidate: Candidate) -> Result<SchemaId> {
        if let Some(id) = self.by_identity.get(&candidate.identity) {
            return Ok(*id);
        }
        let number = u32::try_from(self.schemas.len() + 1)
            .map_err(|_| Error::new(ErrorKind::LimitExceeded, "all schema ids are given away"))?;
        let id = SchemaId::new(number);
        let guid = candidate.identity.guid();
        self.schemas.push(Schema {
            guid,
            def: candidate.def,
            resolved: candidate.resolved,
        });
        self.by_guid.insert(guid, id);
        self.by_identity.insert(candidate.identity, id);
        Ok(id)
    }

    fn schema(&self, id: SchemaId) -> Option<&Schema> {
        let index = usize::try_from(id.as_u32()).ok()?.checked_sub(1)?;
        self.schemas.get(index)
    }

    fn stored(&self, id: SchemaId) -> Option<StoredSchema> {
        let schema = self.schema(id)?;
        Some(StoredSchema {
            id: Some(id),
            guid: Some(schema.guid),
            def: schema.def.clone(),
        })
    }

    fn registered(
        &self,
        subject: &Subject,
        version: Version,
        id: SchemaId,
    ) -> Result<RegisteredSchema> {
        let stored = self.by_id(id)?;
        Ok(RegisteredSchema {
            subject: subject.clone(),
            version,
            id,
            guid: stored.guid,
            def: stored.def,
        })
    }

    fn earlier(&self, version: Version, id: SchemaId) -> Option<Earlier> {
        let resolved = self.schema(id)?.resolved.clone();
        Some(Earlier { version, resolved })
    }

    /// The versions of a subject that has any.
    fn versions(&self, subject: &Subject) -> Result<&BTreeMap<Version, SchemaId>> {
        match self.subjects.get(subject) {
            Some(history) if !history.versions.is_empty() => Ok(&history.versions),
            _ => Err(not_found(
                ErrorKind::SubjectNotFound,
                format!("Subject '{subject}' not found."),
            )),
        }
    }
}

impl Identity {
    /// The same for the same schema in every registry of this kind, as Confluent's are.
    fn guid(&self) -> SchemaGuid {
        let mut content = format!("{}\0{}", self.kind, self.canonical);
        for reference in &self.references {
            let Reference {
                name,
                subject,
                version,
            } = reference;
            content.push_str(&format!("\0{name}\0{subject}\0{version}"));
        }
        let uuid = Uuid::new_v5(&NAMESPACE, content.as_bytes());
        SchemaGuid::from_bytes(uuid.into_bytes())
    }
}

fn version_not_found(version: VersionRef) -> Error {
    not_found(
        ErrorKind::VersionNotFound,
        format!("Version {version} not found."),
    )
}

/// Codes and texts of confluentinc/schema-registry
/// `core/src/main/java/io/confluent/kafka/schemaregistry/rest/exceptions/Errors.java`.
fn not_found(kind: ErrorKind, message: String) -> Error {
    let code = match kind {
        ErrorKind::SubjectNotFound => 40401,
        ErrorKind::VersionNotFound => 40402,
        _ => 40403,
    };
    Error::new(kind, message).with_code(code)
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidSchema, message).with_code(INVALID_SCHEMA)
}

/// Source as above.
pub(super) const INVALID_SCHEMA: u32 = 42201;
const MAX_REFERENCES: usize = 256;
/// A random UUID: GUIDs of this registry are not Confluent's for the same schema.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f1c_9a4e_3f0b_4d52_9d0a_5b1e_77c2_88ad);
