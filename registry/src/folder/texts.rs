use std::collections::BTreeMap;

use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::id::Version;
use crate::schema::{NamedText, Reference, ResolvedSchema, SchemaDef};
use crate::subject::Subject;

/// Schemas by subject and version, to resolve references without a registry.
#[derive(Clone, Debug, Default)]
pub struct SchemaTexts(BTreeMap<(Subject, Version), SchemaDef>);

impl SchemaTexts {
    /// Adds a schema, or replaces the one of this subject and version.
    pub fn insert(&mut self, subject: Subject, version: Version, schema: SchemaDef) {
        self.0.insert((subject, version), schema);
    }

    /// Returns the schema of a version.
    #[must_use]
    pub fn get(&self, subject: &Subject, version: Version) -> Option<&SchemaDef> {
        self.0.get(&(subject.clone(), version))
    }

    /// Adds the texts of everything that a schema of `subject` refers to, directly or indirectly,
    /// each once and after what it needs itself.
    ///
    /// # Errors
    /// `InvalidSchema` for a reference that leads nowhere or to a schema of another type;
    /// `LimitExceeded` for more than 256 references or a cycle among them.
    pub fn resolve(&self, subject: &Subject, schema: &SchemaDef) -> Result<ResolvedSchema> {
        let mut resolved = ResolvedSchema::new(schema.kind, schema.text.clone());
        self.collect(&subject.context(), schema, 0, &mut resolved.references)?;
        Ok(resolved)
    }

    fn collect(
        &self,
        context: &Context,
        schema: &SchemaDef,
        depth: usize,
        found: &mut Vec<NamedText>,
    ) -> Result<()> {
        for reference in &schema.references {
            if found.iter().any(|known| known.name == reference.name) {
                continue;
            }
            let target_subject = context.qualify(&reference.subject);
            let Some(target) = self.get(&target_subject, reference.version) else {
                return Err(missing(reference));
            };
            if target.kind != schema.kind {
                let message = format!(
                    "reference {:?} leads to a schema of another type",
                    reference.name
                );
                return Err(Error::new(ErrorKind::InvalidSchema, message));
            }
            if depth >= MAX_DEPTH || found.len() >= MAX_REFERENCES {
                let message = format!(
                    "reference {:?}: a cycle of references, or more than {MAX_REFERENCES}",
                    reference.name
                );
                return Err(Error::new(ErrorKind::LimitExceeded, message));
            }
            self.collect(&target_subject.context(), target, depth + 1, found)?;
            found.push(NamedText {
                name: reference.name.clone(),
                text: target.text.clone(),
            });
        }
        Ok(())
    }
}

fn missing(reference: &Reference) -> Error {
    let Reference {
        name,
        subject,
        version,
    } = reference;
    let message = format!("reference {name:?}: there is no version {version} of \"{subject}\"");
    Error::new(ErrorKind::InvalidSchema, message)
}

const MAX_REFERENCES: usize = 256;
const MAX_DEPTH: usize = 64;
