mod identity;
mod sentence;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use wireform_registry::{
    InMemoryRegistry, LockFile, Registry, RegistryAdmin, Subject, SubjectFilter, Version,
};

use crate::error::Result;
use crate::schema_codec::{SchemaFormat, SchemaSource};

use self::identity::{Identity, Known, versions};
use self::sentence::{compared, written};
use super::files;
use super::place::Place;

/// Compares the schemas that a program writes, its schema files, its lock file and its registry:
/// whether they are still the same, and if not, which of them changed.
///
/// ```no_run
/// # #[cfg(feature = "json-schema")] {
/// use wireform::testing::Drift;
/// use wireform::{JsonSchema, Subject};
///
/// #[test]
/// fn schemas_have_not_moved() {
///     let orders = JsonSchema::<serde_json::Value>::new(r#"{"type": "object"}"#).unwrap();
///     Drift::new()
///         .codec(Subject::value("orders"), &orders)
///         .schemas("schemas")
///         .lock("wireform.lock")
///         .assert_none();
/// }
/// # }
/// ```
/// Only what is named is compared. Texts may differ in what a registry does not keep, such as white
/// space.
#[derive(Debug, Default)]
#[must_use = "`assert_none` compares"]
pub struct Drift {
    codecs: Vec<(Subject, SchemaSource)>,
    schemas: Option<PathBuf>,
    lock: Option<PathBuf>,
}

/// Where schemas are kept, the first of them first changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keeper<'a> {
    Files(&'a Path),
    Lock(&'a Path),
    Registry,
}

impl Drift {
    /// Nothing to compare yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Compares what `codec` writes with the newest version of `subject`.
    pub fn codec(mut self, subject: Subject, codec: &(impl SchemaFormat + ?Sized)) -> Self {
        self.codecs.push((subject, codec.source().clone()));
        self
    }

    /// Compares the files of a folder of schemas, `<folder>/<subject>/v<version>.avsc`, as
    /// [`InMemoryRegistry::seed`] has it.
    pub fn schemas(mut self, folder: impl Into<PathBuf>) -> Self {
        self.schemas = Some(folder.into());
        self
    }

    /// Compares a lock file.
    pub fn lock(mut self, path: impl Into<PathBuf>) -> Self {
        self.lock = Some(path.into());
        self
    }

    /// Compares all of them, and with the feature `testing-http` the registry that
    /// `WIREFORM_REGISTRY_URL` names, if it is set.
    ///
    /// # Panics
    /// If something moved, saying what and what to run. If a file, or the registry, cannot be
    /// read.
    #[track_caller]
    #[allow(clippy::panic, reason = "documented: a test fails by panicking")]
    pub fn assert_none(&self) {
        let sentences = Place::real().and_then(|real| match real {
            Some(real) => real.wait(self.find(Some(real.registry()))),
            None => Place::InMemory(InMemoryRegistry::new()).wait(self.find(None)),
        });
        match sentences {
            Ok(sentences) if sentences.is_empty() => {}
            Ok(sentences) => panic!("schemas have moved apart:\n  {}", sentences.join("\n  ")),
            Err(error) => panic!("{error}"),
        }
    }

    /// Compares all of them with `registry` and returns a sentence for each that changed.
    ///
    /// # Errors
    /// `Registry(Config)` for a folder or a lock file that cannot be read, `InvalidSchema` for an
    /// invalid schema, `Registry` if the registry fails.
    pub async fn against(&self, registry: &(impl Registry + ?Sized)) -> Result<Vec<String>> {
        self.find(Some(&registry)).await
    }

    async fn find(&self, registry: Option<&dyn Registry>) -> Result<Vec<String>> {
        let files = self.schemas.as_deref().map(files::read).transpose()?;
        let lock = self.lock.as_deref().map(LockFile::read).transpose()?;
        let mut keepers: Vec<(Keeper<'_>, &dyn Registry)> = Vec::new();
        if let (Some(files), Some(folder)) = (&files, &self.schemas) {
            keepers.push((Keeper::Files(folder), files));
        }
        if let (Some(lock), Some(path)) = (&lock, &self.lock) {
            keepers.push((Keeper::Lock(path), lock));
        }
        keepers.extend(registry.map(|registry| (Keeper::Registry, registry)));

        let mut subjects: BTreeMap<Subject, BTreeSet<Version>> = BTreeMap::new();
        for (subject, _) in &self.codecs {
            subjects.entry(subject.clone()).or_default();
        }
        if let Some(files) = &files {
            for subject in files.subjects(&SubjectFilter::default()).await? {
                let versions = files.versions(&subject, Default::default()).await?;
                subjects.entry(subject).or_default().extend(versions);
            }
        }
        for schema in lock.iter().flat_map(LockFile::schemas) {
            let subject = subjects.entry(schema.subject.clone());
            subject.or_default().insert(schema.version);
        }
        let mut sentences = Vec::new();
        for (subject, wanted) in &subjects {
            let mut kept = Vec::with_capacity(keepers.len());
            for (keeper, registry) in &keepers {
                kept.push((*keeper, versions(*registry, subject, wanted).await?));
            }
            sentences.extend(self.compare(subject, &kept)?);
        }
        Ok(sentences)
    }

    /// Returns the sentences about one subject.
    fn compare(
        &self,
        subject: &Subject,
        kept: &[(Keeper<'_>, BTreeMap<Version, Known>)],
    ) -> Result<Vec<String>> {
        let mut sentences = Vec::new();
        let codecs = self.codecs.iter().filter(|(named, _)| named == subject);
        for (_, source) in codecs {
            let identity = Identity::of_source(source).map_err(|e| e.for_subject(subject))?;
            if let Some((keeper, versions)) = kept.first() {
                sentences.extend(written(subject, &identity, *keeper, versions));
            }
        }
        for (one, next) in kept.iter().zip(kept.iter().skip(1)) {
            sentences.extend(compared(subject, (one.0, &one.1), (next.0, &next.1)));
        }
        Ok(sentences)
    }
}

impl fmt::Display for Keeper<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files(path) | Self::Lock(path) => path.display().fmt(f),
            Self::Registry => f.write_str("the registry"),
        }
    }
}

#[cfg(test)]
#[cfg(feature = "avro")]
mod tests;
