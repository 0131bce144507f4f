use std::collections::HashSet;

use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::id::VersionRef;
use crate::registry::{BoxFuture, Registry};
use crate::schema::{NamedText, Reference, ResolvedSchema, SchemaDef};
use crate::subject::Subject;

/// Fetches everything that `schema` refers to, directly or indirectly, each text once and after
/// what it needs itself.
///
/// A reference that names no context leads to the registry's default one: use this for schemas that
/// were found by id. For the schema of a subject, use [`resolve_for`].
///
/// # Errors
/// What the registry answers for a reference; `InvalidSchema` where a referenced schema is of
/// another type; `LimitExceeded` for more than 256 references or nesting deeper than 64
/// (a circle among them ends there or earlier).
pub async fn resolve(
    registry: &(impl Registry + ?Sized),
    schema: &SchemaDef,
) -> Result<ResolvedSchema> {
    resolve_from(&registry, &Context::default(), schema).await
}

/// As [`resolve`], for a schema that is registered, or to be registered, under `subject`: references
/// that name no context lead to the one of their referrer, as in Confluent's server.
///
/// # Errors
/// As [`resolve`].
pub async fn resolve_for(
    registry: &(impl Registry + ?Sized),
    subject: &Subject,
    schema: &SchemaDef,
) -> Result<ResolvedSchema> {
    resolve_from(&registry, &subject.context(), schema).await
}

async fn resolve_from(
    registry: &dyn Registry,
    context: &Context,
    schema: &SchemaDef,
) -> Result<ResolvedSchema> {
    let mut walk = Walk {
        registry,
        found: Vec::new(),
        seen: HashSet::new(),
    };
    walk.visit(schema, context, 0).await?;
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
    fn visit<'a>(
        &'a mut self,
        schema: &'a SchemaDef,
        context: &'a Context,
        depth: usize,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            for reference in &schema.references {
                if !self.seen.insert(reference.name.clone()) {
                    continue;
                }
                self.check_limits(reference, depth)?;
                let version = VersionRef::Number(reference.version);
                let subject = context.qualify(&reference.subject);
                let target = self.registry.by_version(&subject, version).await?.def;
                if target.kind != schema.kind {
                    return Err(Error::new(
                        ErrorKind::InvalidSchema,
                        format!(
                            "reference {:?} leads to a schema of another type",
                            reference.name
                        ),
                    ));
                }
                self.visit(&target, &subject.context(), depth + 1).await?;
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

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{self, Poll, Waker};

    use super::*;
    use crate::id::Version;
    use crate::memory::InMemoryRegistry;
    use crate::registry::RegisterOptions;
    use crate::schema::SchemaKind;
    use crate::unchecked::Unchecked;

    #[track_caller]
    fn now<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut task::Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("waits for something"),
        }
    }

    fn refers_to(text: &str, subjects: &[&str]) -> SchemaDef {
        let references = subjects.iter().map(|subject| Reference {
            name: (*subject).to_owned(),
            subject: Subject::new(*subject).unwrap(),
            version: Version::new(1).unwrap(),
        });
        SchemaDef::new(SchemaKind::Avro, text).with_references(references.collect())
    }

    #[test]
    fn references_lead_to_the_context_of_their_referrer() {
        let registry = InMemoryRegistry::builder()
            .rules(Unchecked(SchemaKind::Avro))
            .build();
        let add = |subject: &str, references: &[&str]| {
            let schema = refers_to(subject, references);
            let subject = Subject::new(subject).unwrap();
            now(registry.register(&subject, &schema, RegisterOptions::default())).unwrap();
        };
        add("base", &[]);
        add("top", &["base"]);
        add(":.blue:base", &[]);
        add(":.blue:middle", &["base"]);
        let texts = |subject: &str, references: &[&str]| {
            let schema = refers_to("x", references);
            let subject = Subject::new(subject).unwrap();
            let resolved = now(resolve_for(&registry, &subject, &schema)).unwrap();
            let texts = resolved
                .references
                .iter()
                .map(|named| named.text.to_string());
            texts.collect::<Vec<_>>()
        };
        let blue = [":.blue:base", ":.blue:middle"];
        assert_eq!(texts(":.blue:orders", &["middle"]), blue);
        assert_eq!(texts("orders", &[":.blue:middle"]), blue);
        assert_eq!(texts("orders", &["top"]), ["base", "top"]);
        assert_eq!(texts(":.blue:orders", &[":.:top"]), ["base", "top"]);
        let default = now(resolve(&registry, &refers_to("x", &["top"]))).unwrap();
        assert_eq!(default.references.len(), 2);
    }
}
