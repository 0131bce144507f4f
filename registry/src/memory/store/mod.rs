mod delete;
mod list;
pub(super) mod refusal;
mod settings;
mod space;

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use self::settings::Settings;
use self::space::Space;
use crate::admin::{ImportPlace, Include};
use crate::context::Context;
pub(super) use crate::context::normal;
use crate::error::{Error, ErrorKind, Result};
use crate::id::{SchemaGuid, Version, VersionRef};
use crate::level::Level;
use crate::mode::Mode;
use crate::schema::{
    NamedText, Reference, RegisteredSchema, ResolvedSchema, SchemaDef, SchemaKind,
};
use crate::subject::Subject;

/// All that the registry keeps. It knows no rules: those run outside of the lock.
///
/// Subjects that come in have passed [`normal`].
#[derive(Debug)]
pub(super) struct Store {
    /// The default one is always there.
    spaces: BTreeMap<Context, Space>,
    settings: Settings,
    /// Goes up with every change, so that a plan knows whether it is out of date.
    revision: u64,
}

/// The identity of a schema in Confluent's server: type, text without insignificant differences,
/// and references.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Identity {
    pub(super) kind: SchemaKind,
    pub(super) canonical: String,
    pub(super) references: Vec<Reference>,
}

/// A schema that may be registered.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) def: SchemaDef,
    pub(super) resolved: Arc<ResolvedSchema>,
    pub(super) identity: Identity,
}

/// The versions that a candidate must be checked against before it may be registered.
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
            spaces: BTreeMap::from([(Context::default(), Space::default())]),
            settings: Settings::new(),
            revision: 0,
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
        let space = self.spaces.entry(subject.context()).or_default();
        let version = space.next_version(subject)?;
        let id = space.keep(candidate)?;
        space.add(subject, version, id);
        self.revision += 1;
        space.registered(subject, version, id).map(Some)
    }

    /// Puts `candidate` where it is wanted, in the mode `IMPORT`.
    pub(super) fn import(
        &mut self,
        subject: &Subject,
        candidate: Candidate,
        place: ImportPlace,
    ) -> Result<RegisteredSchema> {
        if self.settings.mode(Some(subject)) != Mode::Import {
            let message = format!("Subject {subject} is not in import mode");
            return Err(refusal::not_permitted(message));
        }
        let space = self.spaces.entry(subject.context()).or_default();
        let known = space.id_like(&candidate.identity) == Some(place.id);
        let versions = space.subjects.get(subject).into_iter().flatten();
        let here = versions
            .rev()
            .find(|(_, entry)| entry.id == place.id && !entry.is_deleted);
        if let (true, None, Some((version, _))) = (known, place.version, here) {
            return space.registered(subject, *version, place.id);
        }
        let version = match place.version {
            Some(version) => version,
            None => space.next_version(subject)?,
        };
        space.keep_as(place.id, candidate)?;
        space.add(subject, version, place.id);
        self.revision += 1;
        space.registered(subject, version, place.id)
    }

    /// Gives a version another number.
    pub(super) fn renumber(&mut self, subject: &Subject, from: Version, to: Version) {
        let space = self.spaces.get_mut(&subject.context());
        if let Some(versions) = space.and_then(|space| space.subjects.get_mut(subject))
            && let Some(entry) = versions.remove(&from)
        {
            versions.insert(to, entry);
            self.revision += 1;
        }
    }

    /// Fails unless `subject` may be changed.
    pub(super) fn check_writable(&self, subject: &Subject) -> Result<()> {
        if self.settings.mode(Some(subject)).is_read_only() {
            return Err(refusal::read_only(Some(subject)));
        }
        Ok(())
    }

    /// Fails unless schemas may be registered under `subject`.
    pub(super) fn check_registrable(&self, subject: &Subject) -> Result<()> {
        self.check_writable(subject)?;
        if self.settings.mode(Some(subject)) != Mode::ReadWrite {
            let message = format!("Subject {subject} is not in read-write mode");
            return Err(refusal::not_permitted(message));
        }
        Ok(())
    }

    pub(super) fn level(&self, scope: Option<&Subject>) -> Level {
        self.settings.level(scope)
    }

    pub(super) fn own_level(&self, scope: Option<&Subject>) -> Result<Level> {
        self.settings.own_level(scope)
    }

    /// Sets a level, whatever the mode.
    pub(super) fn force_level(&mut self, scope: Option<&Subject>, level: Level) {
        self.revision += 1;
        self.settings.set_level(scope, Some(level));
    }

    pub(super) fn set_level(&mut self, scope: Option<&Subject>, level: Level) -> Result<()> {
        if self.settings.mode(scope).is_read_only() {
            return Err(refusal::read_only(scope));
        }
        self.force_level(scope, level);
        Ok(())
    }

    pub(super) fn clear_level(&mut self, scope: Option<&Subject>) -> Result<Level> {
        let mut own = self.settings.own_level(scope);
        if self.settings.own_normalizes(scope).is_some() {
            own = own.or_else(|_| Ok(self.settings.level(scope)));
        }
        let level = match scope {
            None => own?,
            Some(subject) => own.map_err(|_| refusal::subject_not_found(subject))?,
        };
        if self.settings.mode(scope).is_read_only() {
            return Err(refusal::read_only(scope));
        }
        self.revision += 1;
        self.settings.set_level(scope, None);
        self.settings.set_normalizes(scope, None);
        Ok(level)
    }

    /// The setting in force, or the scope's own.
    pub(super) fn normalizes(&self, scope: Option<&Subject>, inherit: bool) -> Option<bool> {
        if inherit {
            self.settings.normalizes(scope)
        } else {
            self.settings.own_normalizes(scope)
        }
    }

    pub(super) fn set_normalizes(
        &mut self,
        scope: Option<&Subject>,
        normalizes: bool,
    ) -> Result<()> {
        if self.settings.mode(scope).is_read_only() {
            return Err(refusal::read_only(scope));
        }
        self.settings.set_normalizes(scope, Some(normalizes));
        Ok(())
    }

    pub(super) fn mode(&self, scope: Option<&Subject>) -> Mode {
        self.settings.mode(scope)
    }

    pub(super) fn own_mode(&self, scope: Option<&Subject>) -> Result<Mode> {
        self.settings.own_mode(scope)
    }

    pub(super) fn set_mode(
        &mut self,
        scope: Option<&Subject>,
        mode: Mode,
        force: bool,
    ) -> Result<()> {
        let is_change = mode == Mode::Import && self.settings.mode(scope) != Mode::Import;
        if is_change && !force {
            self.make_room(scope)?;
        }
        self.revision += 1;
        self.settings.set_mode(scope, Some(mode));
        Ok(())
    }

    pub(super) fn clear_mode(&mut self, scope: &Subject) -> Result<Mode> {
        let own = self.settings.own_mode(Some(scope));
        let mode = own.map_err(|_| refusal::subject_not_found(scope))?;
        self.revision += 1;
        self.settings.set_mode(Some(scope), None);
        Ok(mode)
    }

    /// The version of `subject` that is this very schema; the newest, if there are several.
    pub(super) fn find(
        &self,
        subject: &Subject,
        identity: &Identity,
        include: Include,
    ) -> Result<RegisteredSchema> {
        let space = self.space(subject)?;
        let versions = space.versions(subject, include)?;
        let id = space.id_like(identity);
        let version = versions
            .iter()
            .rev()
            .find(|(_, entry)| Some(entry.id) == id && include.admits(entry.is_deleted));
        match version {
            Some((version, entry)) => space.registered(subject, *version, entry.id),
            None => Err(refusal::schema_not_found(None)),
        }
    }

    /// As [`find`](Self::find), in other contexts too if the subject names none.
    pub(super) fn find_anywhere(
        &self,
        subject: &Subject,
        identity: &Identity,
        include: Include,
    ) -> Result<RegisteredSchema> {
        self.in_contexts(subject, |_, subject| self.find(subject, identity, include))
    }

    /// Returns what a new version of `subject` must fit: nothing, the newest, or every version,
    /// newest first.
    pub(super) fn plan(&self, subject: &Subject) -> Plan {
        let level = self.level(Some(subject));
        let count = match level {
            Level::None => 0,
            _ if level.is_transitive() => usize::MAX,
            _ => 1,
        };
        let space = self.spaces.get(&subject.context());
        let versions = space.and_then(|space| space.subjects.get(subject));
        let live = versions.into_iter().flatten().rev();
        let live = live.filter(|(_, entry)| !entry.is_deleted).take(count);
        let earlier = live.filter_map(|(version, entry)| {
            let resolved = space?.schema(entry.id)?.resolved.clone();
            Some(Earlier {
                version: *version,
                resolved,
            })
        });
        Plan {
            level,
            earlier: earlier.collect(),
            revision: self.revision,
        }
    }

    /// Returns what a new version must fit if it is checked against `version` alone. The newest
    /// version of a subject that does not exist is nothing, as in Confluent's
    /// `CompatibilityResource`.
    pub(super) fn plan_against(&self, subject: &Subject, version: VersionRef) -> Result<Plan> {
        let found = self
            .space(subject)
            .and_then(|space| Ok((space, space.version(subject, version, Include::Live)?)));
        let earlier = match (found, version) {
            (Ok((space, (version, entry))), _) => space.schema(entry.id).map(|schema| Earlier {
                version,
                resolved: schema.resolved.clone(),
            }),
            (Err(_), VersionRef::Latest) => None,
            (Err(_), VersionRef::Number(_)) => return Err(refusal::version_not_found(version)),
        };
        Ok(Plan {
            level: self.level(Some(subject)),
            earlier: earlier.into_iter().collect(),
            revision: self.revision,
        })
    }

    /// The version that the next new schema of `subject` gets.
    pub(super) fn next_version(&self, subject: &Subject) -> Option<Version> {
        match self.spaces.get(&subject.context()) {
            Some(space) => space.next_version(subject).ok(),
            None => Version::new(1).ok(),
        }
    }

    /// `def` with all that it refers to. References without a context lead to `subject`'s.
    pub(super) fn resolve(&self, subject: &Subject, def: &SchemaDef) -> Result<ResolvedSchema> {
        let context = subject.context();
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
            let target = self.target(reference, def.kind, &context)?;
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

    fn target(
        &self,
        reference: &Reference,
        kind: SchemaKind,
        context: &Context,
    ) -> Result<&ResolvedSchema> {
        let Reference {
            name,
            subject,
            version,
        } = reference;
        let subject = context.qualify(subject);
        let target = self.spaces.get(&subject.context()).and_then(|space| {
            let entry = space.subjects.get(&subject)?.get(version)?;
            space.schema(entry.id)
        });
        let target = target.ok_or_else(|| {
            refusal::invalid_schema(format!(
                "reference {name:?}: No schema reference found for subject \"{subject}\" and \
                 version {version}"
            ))
        })?;
        if target.def.kind != kind {
            let message = format!("reference {name:?} leads to a schema of another type");
            return Err(refusal::invalid_schema(message));
        }
        Ok(&target.resolved)
    }

    /// Empties a scope that is to be imported into: nothing live may be there, and what was
    /// deleted softly goes for good.
    fn make_room(&mut self, scope: Option<&Subject>) -> Result<()> {
        let is_inside = |subject: &Subject| match scope {
            None => true,
            Some(scope) if scope.unqualified().is_empty() => subject.context() == scope.context(),
            Some(scope) => subject == scope,
        };
        for space in self.spaces.values() {
            let mut inside = space
                .subjects
                .iter()
                .filter(|(subject, _)| is_inside(subject));
            if inside.any(|(_, versions)| versions.values().any(|entry| !entry.is_deleted)) {
                let message = "Cannot import since found existing subjects".to_owned();
                return Err(refusal::not_permitted(message));
            }
        }
        for space in self.spaces.values_mut() {
            let inside: Vec<_> = space
                .subjects
                .iter()
                .filter(|(subject, _)| is_inside(subject))
                .map(|(subject, versions)| (subject.clone(), versions.keys().copied().collect()))
                .collect();
            for (subject, versions) in inside {
                let versions: Vec<Version> = versions;
                space.purge(&subject, &versions);
            }
        }
        Ok(())
    }

    fn space(&self, subject: &Subject) -> Result<&Space> {
        let space = self.spaces.get(&subject.context());
        space.ok_or_else(|| refusal::subject_not_found(subject))
    }
}

impl Identity {
    /// Returns a GUID that is the same for the same schema in every registry of this kind, as
    /// Confluent's are.
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

const MAX_REFERENCES: usize = 256;
/// A random UUID: GUIDs of this registry are not Confluent's for the same schema.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f1c_9a4e_3f0b_4d52_9d0a_5b1e_77c2_88ad);
