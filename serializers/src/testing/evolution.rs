use std::borrow::Borrow;
use std::fmt::Write;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use wireform_registry::{
    BoxFuture, Deletion, Level, Reference, RegisterOptions, RegistryAdmin, SchemaDef, Subject,
    Version,
};

use crate::error::{Error, Result};
use crate::language;
use crate::schema_codec::SchemaSource;

use super::place::Place;

/// Asserts that versions of a schema, the oldest first, keep a compatibility level: each is checked
/// against the one before it, or for a transitive level against all before it.
///
/// They are registered in an empty registry in memory, or with the feature `testing-http` in the
/// one that `WIREFORM_REGISTRY_URL` names, and that registry is asked. What a change means at each
/// level is a table in the project's `docs/evolution.md`.
/// ```should_panic
/// # #[cfg(not(feature = "avro"))] panic!();
/// use wireform::testing::{Level, assert_evolves, avro};
///
/// // A reader of "long" reads an "int", but not the other way round.
/// assert_evolves(&[avro(r#""int""#), avro(r#""long""#)], Level::Full);
/// ```
///
/// # Panics
/// If a version does not follow the ones before it, with everything that is wrong; if a version is
/// not a valid schema, or of a type whose feature is off; if the registry fails.
#[track_caller]
#[allow(clippy::panic, reason = "documented: a test fails by panicking")]
pub fn assert_evolves<S: Borrow<SchemaSource>>(versions: &[S], level: Level) {
    let versions: Vec<&SchemaSource> = versions.iter().map(Borrow::borrow).collect();
    let place = match Place::chosen() {
        Ok(place) => place,
        Err(error) => panic!("{error}"),
    };
    match place.wait(findings(place.registry(), &versions, level)) {
        Ok(findings) if findings.is_empty() => {}
        Ok(findings) => panic!("{}", report(&findings, level, place.name())),
        Err(error) => panic!("{}: {error}", place.name()),
    }
}

/// The reasons why one version cannot follow another.
#[derive(Debug, PartialEq)]
struct Finding {
    /// Places in the list, counted from 1.
    newer: usize,
    older: usize,
    messages: Vec<String>,
}

fn report(findings: &[Finding], level: Level, place: &str) -> String {
    let mut out = format!("the versions do not follow each other by {level}, says {place}:");
    for finding in findings {
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "\n  version {} after version {}:",
            finding.newer, finding.older
        );
        if finding.messages.is_empty() {
            out.push_str("\n    no reason is given");
        }
        for message in &finding.messages {
            let _ = write!(out, "\n    {message}");
        }
    }
    out
}

async fn findings(
    registry: &dyn RegistryAdmin,
    versions: &[&SchemaSource],
    level: Level,
) -> Result<Vec<Finding>> {
    let mut trial = Trial::new(registry)?;
    let found = trial.run(versions, level).await;
    trial.clean_up().await;
    found
}

/// Subjects of one assertion.
struct Trial<'r> {
    registry: &'r dyn RegistryAdmin,
    subject: Subject,
    /// The imports of the versions, each after its own imports.
    imports: Vec<Subject>,
    /// How many subjects of imports were named.
    count: usize,
}

impl<'r> Trial<'r> {
    fn new(registry: &'r dyn RegistryAdmin) -> Result<Self> {
        Ok(Self {
            registry,
            subject: Subject::new(unique_name())?,
            imports: Vec::new(),
            count: 0,
        })
    }

    async fn run(&mut self, versions: &[&SchemaSource], level: Level) -> Result<Vec<Finding>> {
        let mut registered: Vec<(SchemaDef, Version)> = Vec::with_capacity(versions.len());
        for (index, source) in versions.iter().enumerate() {
            let subject = self.subject.clone();
            let added = match language::check_strictly(source) {
                Ok(()) => self.register(&subject, source).await,
                Err(error) => Err(error),
            };
            registered.push(added.map_err(|error| {
                Error::new(error.kind(), format!("version {}: {error}", index + 1))
            })?);
            if index == 0 {
                // The first one is measured against nothing; some registries know no level of a
                // subject that does not exist.
                self.set_level(Level::None).await?;
            }
        }
        self.set_level(level).await?;
        let mut findings = Vec::new();
        for (index, (newer, _)) in registered.iter().enumerate() {
            let first = if level.is_transitive() {
                0
            } else {
                index.saturating_sub(1)
            };
            for (older, (_, version)) in registered.iter().enumerate().take(index).skip(first) {
                let checked = self.registry.check(&self.subject, (*version).into(), newer);
                let checked = checked.await?;
                if !checked.is_compatible {
                    findings.push(Finding {
                        newer: index + 1,
                        older: older + 1,
                        messages: checked.messages,
                    });
                }
            }
        }
        Ok(findings)
    }

    async fn set_level(&self, level: Level) -> Result<()> {
        let set = self
            .registry
            .set_compatibility_level(Some(&self.subject), level);
        Ok(set.await?)
    }

    /// Registers `source` under `subject`, and what it imports before it.
    fn register<'a>(
        &'a mut self,
        subject: &'a Subject,
        source: &'a SchemaSource,
    ) -> BoxFuture<'a, Result<(SchemaDef, Version)>> {
        Box::pin(async move {
            let mut def = SchemaDef::new(source.kind, source.text.clone());
            for import in &source.imports {
                // Each has a subject of its own, so that none follows another.
                self.count += 1;
                let far = Subject::new(format!("{}-{}", self.subject, self.count))?;
                let (_, version) = self.register(&far, &import.source).await?;
                self.imports.push(far.clone());
                def.references.push(Reference {
                    name: import.name.clone(),
                    subject: far,
                    version,
                });
            }
            let options = RegisterOptions::default();
            let registered = self.registry.register(subject, &def, options).await?;
            Ok((def, registered.version))
        })
    }

    /// Deletes what was registered. A subject that a registry keeps disturbs no other test: its name
    /// is used once.
    async fn clean_up(self) {
        for (subject, deletion) in self.deletions() {
            drop(self.registry.delete_subject(&subject, deletion).await);
        }
    }

    /// Each subject softly and then for good, before what it imports: Apicurio keeps an import while
    /// something refers to it that was deleted softly alone.
    fn deletions(&self) -> Vec<(Subject, Deletion)> {
        let subjects = [&self.subject].into_iter().chain(self.imports.iter().rev());
        let deletions = [Deletion::Soft, Deletion::Permanent];
        subjects
            .flat_map(|subject| deletions.map(|deletion| (subject.clone(), deletion)))
            .collect()
    }
}

/// A name that no other test has, in this process or another.
fn unique_name() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    format!(
        "wireform-testing-{}-{:x}-{count}",
        process::id(),
        since.as_nanos()
    )
}

#[cfg(test)]
#[cfg(all(feature = "avro", feature = "json-schema", feature = "protobuf"))]
mod tests;
