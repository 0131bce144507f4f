use crate::admin::{Deletion, Include};
use crate::error::Result;
use crate::id::{SchemaId, Version, VersionRef};
use crate::memory::store::{Store, refusal};
use crate::subject::Subject;

impl Store {
    pub(in crate::memory) fn delete_subject(
        &mut self,
        subject: &Subject,
        deletion: Deletion,
    ) -> Result<Vec<Version>> {
        let space = self.space(subject)?;
        let all = space.versions(subject, Include::All)?;
        let is_live = all.values().any(|entry| !entry.is_deleted);
        if deletion == Deletion::Soft && !is_live {
            return Err(refusal::subject_deleted(subject));
        }
        self.check_writable(subject)?;
        let gone: Vec<Version> = all
            .iter()
            .filter(|(_, entry)| deletion == Deletion::Permanent || !entry.is_deleted)
            .map(|(version, _)| *version)
            .collect();
        for version in &gone {
            self.check_unreferenced(subject, *version)?;
        }
        if deletion == Deletion::Permanent && is_live {
            return Err(refusal::subject_not_deleted(subject));
        }
        self.take_out(subject, &gone, deletion);
        Ok(gone)
    }

    pub(in crate::memory) fn delete_version(
        &mut self,
        subject: &Subject,
        version: VersionRef,
        deletion: Deletion,
    ) -> Result<Version> {
        let (version, entry) = self.deletable(subject, version, deletion)?;
        if deletion == Deletion::Soft && entry {
            return Err(refusal::version_deleted(subject, version));
        }
        self.check_writable(subject)?;
        self.check_unreferenced(subject, version)?;
        if deletion == Deletion::Permanent && !entry {
            return Err(refusal::version_not_deleted(subject, version));
        }
        self.take_out(subject, &[version], deletion);
        Ok(version)
    }

    /// The ids of the live schemas that refer to a version.
    pub(in crate::memory) fn referenced_by(
        &self,
        subject: &Subject,
        version: VersionRef,
    ) -> Result<Vec<SchemaId>> {
        let space = self.space(subject)?;
        let (version, _) = space.version(subject, version, Include::All)?;
        Ok(self.referrers(subject, version))
    }

    /// The version to delete, and whether it is deleted already. `latest` is the newest that can
    /// be deleted so.
    fn deletable(
        &self,
        subject: &Subject,
        version: VersionRef,
        deletion: Deletion,
    ) -> Result<(Version, bool)> {
        let space = self.space(subject)?;
        if version == VersionRef::Latest
            && deletion == Deletion::Soft
            && let Ok((version, _)) = space.version(subject, version, Include::Live)
        {
            return Ok((version, false));
        }
        let (version, entry) = space.version(subject, version, Include::All)?;
        Ok((version, entry.is_deleted))
    }

    fn take_out(&mut self, subject: &Subject, gone: &[Version], deletion: Deletion) {
        self.revision += 1;
        let Some(space) = self.spaces.get_mut(&subject.context()) else {
            return;
        };
        if deletion == Deletion::Permanent {
            space.purge(subject, gone);
            return;
        }
        let Some(versions) = space.subjects.get_mut(subject) else {
            return;
        };
        for (version, entry) in versions.iter_mut() {
            entry.is_deleted |= gone.contains(version);
        }
        if versions.values().all(|entry| entry.is_deleted) {
            self.settings.clear(subject);
        }
    }

    fn check_unreferenced(&self, subject: &Subject, version: Version) -> Result<()> {
        if self.referrers(subject, version).is_empty() {
            Ok(())
        } else {
            Err(refusal::referenced(subject, version))
        }
    }

    fn referrers(&self, subject: &Subject, version: Version) -> Vec<SchemaId> {
        let mut ids = Vec::new();
        for (context, space) in &self.spaces {
            for (id, schema) in space.schemas() {
                let refers = schema.def.references.iter().any(|reference| {
                    reference.version == version && context.qualify(&reference.subject) == *subject
                });
                let is_live = || {
                    let mut entries = space.subjects.values().flat_map(|v| v.values());
                    entries.any(|entry| entry.id == id && !entry.is_deleted)
                };
                if refers && is_live() {
                    ids.push(id);
                }
            }
        }
        ids
    }
}
