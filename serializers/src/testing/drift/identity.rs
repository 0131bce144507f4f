use std::collections::{BTreeMap, BTreeSet};

use wireform_registry::{
    RegisteredSchema, Registry, ResolvedSchema, SchemaKind, Subject, Version, VersionRef,
    resolve_for,
};

use crate::error::{Error, Result};
use crate::language::language;
use crate::schema_codec::SchemaSource;

/// The identity of a schema, however its text is laid out: the canonical text, as a registry
/// compares it, and those of everything that it refers to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Identity {
    kind: SchemaKind,
    canonical: String,
    references: BTreeMap<String, String>,
}

/// A version of a subject in one place.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) schema: RegisteredSchema,
    pub(super) identity: Identity,
}

impl Identity {
    /// Of what a program's codec writes.
    pub(super) fn of_source(source: &SchemaSource) -> Result<Self> {
        Self::new(&source.resolve()?)
    }

    fn new(schema: &ResolvedSchema) -> Result<Self> {
        let rules = language(schema.kind)?;
        let mut references = BTreeMap::new();
        // Each comes after what it needs itself.
        let mut before = ResolvedSchema::new(schema.kind, "");
        for reference in &schema.references {
            before.text = reference.text.clone();
            let canonical = rules.parse(&before)?.canonical;
            references.insert(reference.name.clone(), canonical);
            before.references.push(reference.clone());
        }
        Ok(Self {
            kind: schema.kind,
            canonical: rules.parse(schema)?.canonical,
            references,
        })
    }
}

/// The newest version of `subject` in `registry`, and those of `wanted` that it has.
pub(super) async fn versions(
    registry: &dyn Registry,
    subject: &Subject,
    wanted: &BTreeSet<Version>,
) -> Result<BTreeMap<Version, Known>> {
    let mut found = BTreeMap::new();
    let wanted = wanted.iter().copied().map(VersionRef::Number);
    for version in [VersionRef::Latest].into_iter().chain(wanted) {
        let schema = match registry.by_version(subject, version).await {
            Ok(schema) => schema,
            Err(error) if error.is_not_found() => continue,
            Err(error) => return Err(Error::from(error).for_subject(subject)),
        };
        let resolved = resolve_for(registry, subject, &schema.def).await?;
        let identity = Identity::new(&resolved).map_err(|error| error.for_subject(subject))?;
        found.insert(schema.version, Known { schema, identity });
    }
    Ok(found)
}
