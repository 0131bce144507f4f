//! Looks up which of the wanted schemas are registered, and their version numbers.

use std::collections::BTreeMap;

use wireform::registry::{ErrorKind, Reference, SchemaDef, Subject, Version};

use super::wanted::Wanted;
use crate::Result;
use crate::registry::{Open, failed};

/// The version numbers of registered schemas.
///
/// A reference of a folder names a version by the number of its file. The registry may have the
/// schema of this file as another version, so each number is replaced before the registry is asked.
pub(super) struct Lookup<'w> {
    wanted: BTreeMap<&'w Subject, &'w Wanted>,
    /// By subject and index in its list.
    numbers: BTreeMap<(&'w Subject, usize), Version>,
}

impl<'w> Lookup<'w> {
    /// Looks up each schema after its references. A schema that refers to an unregistered file is
    /// not registered either.
    pub(super) fn of(registry: &Open, wanted: &'w [Wanted]) -> Result<Self> {
        let mut lookup = Self {
            wanted: wanted.iter().map(|of| (&of.subject, of)).collect(),
            numbers: BTreeMap::new(),
        };
        let mut waiting = readable(wanted);
        loop {
            let known = lookup.numbers.len();
            let mut later = Vec::new();
            for (subject, index, schema) in waiting {
                match lookup.renumbered(subject, schema) {
                    Some(schema) => {
                        let number = registered(registry, subject, &schema)?;
                        let number = number.map(|number| ((subject, index), number));
                        lookup.numbers.extend(number);
                    }
                    None => later.push((subject, index, schema)),
                }
            }
            if lookup.numbers.len() == known {
                return Ok(lookup);
            }
            waiting = later;
        }
    }

    /// Returns the version numbers of a subject's schemas, by their index in its list.
    pub(super) fn registered(&self, wanted: &Wanted) -> BTreeMap<usize, Version> {
        let number = |index| Some((index, *self.numbers.get(&(&wanted.subject, index))?));
        (0..wanted.schemas.len()).filter_map(number).collect()
    }

    /// Returns the schema with the registry's version numbers in its references; `None` if one of
    /// them is a file that is not registered.
    pub(super) fn renumbered(&self, subject: &Subject, schema: &SchemaDef) -> Option<SchemaDef> {
        let references = self.references(subject, schema);
        let is_complete = references.len() == schema.references.len();
        is_complete.then(|| schema.clone().with_references(references))
    }

    /// Returns the references with the registry's version numbers, without those to unregistered
    /// files.
    pub(super) fn references(&self, subject: &Subject, schema: &SchemaDef) -> Vec<Reference> {
        let renumbered = |reference: &Reference| {
            let version = match self.file(subject, reference) {
                Some(file) => *self.numbers.get(&file)?,
                None => reference.version,
            };
            Some(Reference {
                version,
                ..reference.clone()
            })
        };
        schema.references.iter().filter_map(renumbered).collect()
    }

    /// Returns the file of the folder that a reference names.
    fn file(&self, referrer: &Subject, reference: &Reference) -> Option<(&'w Subject, usize)> {
        let wanted = *self.wanted.get(&reference.subject_for(referrer))?;
        let mut versions = wanted.schemas.iter().map(|item| item.version);
        let index = versions.position(|version| version == Some(reference.version))?;
        Some((&wanted.subject, index))
    }
}

/// Returns the valid schemas, with their subjects and indexes.
fn readable(wanted: &[Wanted]) -> Vec<(&Subject, usize, &SchemaDef)> {
    let mut found = Vec::new();
    for of in wanted {
        for (index, item) in of.schemas.iter().enumerate() {
            found.extend(
                item.schema
                    .as_ref()
                    .map(|schema| (&of.subject, index, schema)),
            );
        }
    }
    found
}

fn registered(registry: &Open, subject: &Subject, schema: &SchemaDef) -> Result<Option<Version>> {
    match registry.lookup(subject, schema) {
        Ok(found) => Ok(Some(found.version)),
        Err(error) if error.is_not_found() => Ok(None),
        // A reference may not exist yet, and an invalid schema is not registered.
        Err(error) if matches!(error.kind(), ErrorKind::InvalidSchema | ErrorKind::Rejected) => {
            Ok(None)
        }
        Err(error) => Err(failed(&error)),
    }
}
