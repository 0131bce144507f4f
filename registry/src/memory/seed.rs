use std::path::Path;

use crate::error::{Error, ErrorKind, Result};
use crate::folder::{FolderVersion, SchemaFolder};
use crate::memory::InMemoryRegistry;
use crate::registry::RegisterOptions;
use crate::rules::SchemaRules;
use crate::schema::{SchemaDef, SchemaKind};

impl InMemoryRegistry {
    /// Registers the schemas of a folder, as [`SchemaFolder`] reads it, and returns how many there
    /// are.
    ///
    /// Each version gets the number of its file; numbers may be missing, as where a version was
    /// deleted. Each must fit the older ones as the subject's level says. A schema without a file of
    /// references may refer to another one of the folder by name, if that is the only one of this
    /// name. Other files are ignored.
    ///
    /// # Errors
    /// `Config` for a folder that cannot be read, or references that lead nowhere or in a cycle;
    /// otherwise why the registry refuses a schema. The message names the file. What came before is
    /// registered then.
    pub fn seed(&self, folder: impl AsRef<Path>) -> Result<usize> {
        let mut folder = SchemaFolder::read(folder)?;
        let rules = |kind: SchemaKind| -> Option<&dyn SchemaRules> { self.shared.rules(kind).ok() };
        folder.find_references(rules);
        let mut left = Vec::new();
        for version in folder.versions() {
            match &version.schema {
                Ok(schema) => left.push((version, schema)),
                Err(error) => return Err(at(version, error, None)),
            }
        }
        let count = left.len();
        while !left.is_empty() {
            let before = left.len();
            left = self.seed_round(&folder, left)?;
            if left.len() == before {
                return Err(self.stuck(&left));
            }
        }
        Ok(count)
    }

    /// Registers every version whose references are there; returns the others.
    fn seed_round<'f>(
        &self,
        folder: &SchemaFolder,
        versions: Vec<Seed<'f>>,
    ) -> Result<Vec<Seed<'f>>> {
        let mut waiting: Vec<Seed<'f>> = Vec::new();
        for (version, schema) in versions {
            let follows = |(before, _): &Seed<'_>| before.subject == version.subject;
            if waiting.last().is_some_and(follows) || self.resolve(version, schema).is_err() {
                waiting.push((version, schema));
                continue;
            }
            self.seed_version(version, schema)
                .map_err(|error| at(version, &error, folder.hint(version)))?;
        }
        Ok(waiting)
    }

    fn resolve(&self, version: &FolderVersion, schema: &SchemaDef) -> Result<()> {
        let store = self.shared.store();
        store.resolve(&version.subject, schema).map(drop)
    }

    fn seed_version(&self, version: &FolderVersion, schema: &SchemaDef) -> Result<()> {
        let subject = &version.subject;
        let next = self.shared.store().next_version(subject);
        let options = RegisterOptions::default();
        let registered = self.shared.register(subject, schema, options)?;
        if Some(registered.version) == next {
            let subject = &registered.subject;
            self.shared
                .store()
                .renumber(subject, registered.version, version.version);
        }
        Ok(())
    }

    /// Why the first version that is left cannot be registered.
    fn stuck(&self, left: &[Seed<'_>]) -> Error {
        let is_left = |reference: &crate::Reference| {
            left.iter().any(|(version, _)| {
                version.version == reference.version && version.subject == reference.subject
            })
        };
        // One that waits for another of these is not the cause.
        let cause = left
            .iter()
            .find(|(_, schema)| !schema.references.iter().any(is_left));
        let Some((version, schema)) = cause.or(left.first()) else {
            return Error::new(ErrorKind::Config, "nothing is left to register");
        };
        let file = version.path.with_extension("references");
        let message = match (cause, self.resolve(version, schema)) {
            (Some(_), Err(error)) => format!("{error}: correct {}", file.display()),
            _ => format!("the references form a cycle: correct {}", file.display()),
        };
        at(version, &Error::new(ErrorKind::Config, message), None)
    }
}

/// A version of a folder and its schema.
type Seed<'f> = (&'f FolderVersion, &'f SchemaDef);

/// Adds the version and its file to the error.
fn at(version: &FolderVersion, error: &Error, hint: Option<String>) -> Error {
    let mut message = format!(
        "subject \"{}\", version {}, {}: {error}",
        version.subject,
        version.version,
        version.path.display()
    );
    if let Some(hint) = hint.filter(|_| error.kind() == ErrorKind::InvalidSchema) {
        message.push_str("; ");
        message.push_str(&hint);
    }
    let located = Error::new(error.kind(), message);
    match error.code() {
        Some(code) => located.with_code(code),
        None => located,
    }
}
