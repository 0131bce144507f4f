use std::collections::HashSet;

use crate::error::{Error, ErrorKind, Result};
use crate::id::VersionRef;
use crate::registry::{BoxFuture, Registry};
use crate::schema::{NamedText, Reference, ResolvedSchema, SchemaDef};

/// Fetches everything that `schema` refers to, directly or indirectly, each text once and after
/// what it needs itself.
///
/// # Errors
/// What the registry answers for a reference; `InvalidSchema` where a referenced schema is of
/// another type; `LimitExceeded` for more than 256 references or nesting deeper than 64
/// (a circle among them ends there or earlier).
pub async fn resolve(
    registry: &(impl Registry + ?Sized),
    schema: &SchemaDef,
) -> Result<ResolvedSchema> {
    let mut walk = Walk {
        registry: &registry,
        found: Vec::new(),
        seen: HashSet::new(),
    };
    walk.visit(schema, 0).await?;
    Ok(ResolvedSchema {
        kind: schema.kind,
        text: schema.text.clone(),
        references: walk.found,
    })
}

struct Walk<'r> {
    registry: &'r dyn Registry,
    found: Vec<NamedText>,
    seen: HashSet<String>,
}

impl Walk<'_> {
    fn visit<'a>(&'a mut self, schema: &'a SchemaDef, depth: usize) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            for reference in &schema.references {
                if !self.seen.insert(reference.name.clone()) {
                    continue;
                }
                self.check_limits(reference, depth)?;
                let version = VersionRef::Number(reference.version);
                let target = self
                    .registry
                    .by_version(&reference.subject, version)
                    .await?
                    .def;
                if target.kind != schema.kind {
                    return Err(Error::new(
                        ErrorKind::InvalidSchema,
                        format!(
                            "reference {:?} leads to a schema of another type",
                            reference.name
                        ),
                    ));
                }
                self.visit(&target, depth + 1).await?;
                self.found.push(NamedText {
                    name: reference.name.clone(),
                    text: target.text,
                });
            }
            Ok(())
        })
    }

    fn check_limits(&self, reference: &Reference, depth: usize) -> Result<()> {
        if self.seen.len() <= MAX_REFERENCES && depth < MAX_DEPTH {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::LimitExceeded,
            format!(
                "reference {:?}: too many references, or nested too deeply",
                reference.name
            ),
        ))
    }
}

const MAX_REFERENCES: usize = 256;
const MAX_DEPTH: usize = 64;
