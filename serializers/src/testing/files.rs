use std::path::Path;

use wireform_registry::{
    BoxFuture, InMemoryRegistry, Include, Registry, RegistryAdmin, SchemaDef, Subject, VersionRef,
};

use crate::error::Result;
use crate::schema_codec::SchemaSource;

use super::place::Place;
use super::rules::unchecked;

/// The versions of `subject` in a folder of schemas, the oldest first, for
/// [`assert_evolves`](super::assert_evolves).
///
/// The folder is one of [`SchemaFolder`](wireform_registry::SchemaFolder), such as `wireform registry
/// download` writes: `<folder>/<subject>/v1.avsc`, `v2.avsc` and so on, with `.json` and `.proto` for
/// the other types, and what a version refers to in `v1.references` beside it. Without that file, a
/// name is looked for in the folder.
///
/// # Errors
/// As [`InMemoryRegistry::seed`]; `Registry(SubjectNotFound)` if the folder has no such subject.
pub fn history(folder: impl AsRef<Path>, subject: &Subject) -> Result<Vec<SchemaSource>> {
    let registry = read(folder.as_ref())?;
    Place::InMemory(registry.clone()).wait(async {
        let versions = registry.versions(subject, Include::Live).await?;
        let mut sources = Vec::with_capacity(versions.len());
        for version in versions {
            let found = registry.by_version(subject, version.into()).await?;
            sources.push(source(&registry, subject, &found.def).await?);
        }
        Ok(sources)
    })
}

/// The whole folder as a registry in memory. Whether versions follow each other is not asked.
pub(super) fn read(folder: &Path) -> Result<InMemoryRegistry> {
    let registry = unchecked();
    registry.seed(folder)?;
    Ok(registry)
}

/// A schema with what it refers to as texts.
fn source<'a>(
    registry: &'a InMemoryRegistry,
    subject: &'a Subject,
    def: &'a SchemaDef,
) -> BoxFuture<'a, Result<SchemaSource>> {
    Box::pin(async move {
        let mut source = SchemaSource::new(def.kind, def.text.clone());
        for reference in &def.references {
            let version = VersionRef::Number(reference.version);
            let subject = reference.subject_for(subject);
            let target = registry.by_version(&subject, version).await?;
            let import = self::source(registry, &subject, &target.def).await?;
            source = source.with_import(reference.name.clone(), import);
        }
        Ok(source)
    })
}
