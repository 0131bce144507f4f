//! `registry download`: writes the schemas of a registry to a folder.

use std::collections::{BTreeSet, VecDeque};
use std::io::{self, Write as _};
use std::path::Path;

use wireform::registry::{
    RegisteredSchema, Registry as _, RegistryAdmin as _, SchemaFilter, SchemaFolder, Subject,
    Version,
};

use super::{Open, failed};
use crate::Result;
use crate::encode::eprintln;
use crate::exit::Outcome;
use crate::report::counted;

/// Writes the schemas and their references. A schema that cannot be written is reported, and the
/// others are written.
pub(super) fn run(registry: &Open, dir: &Path, prefix: Option<&str>, latest: bool) -> Result {
    let mut filter = SchemaFilter::default();
    filter.prefix = prefix.map(str::to_owned);
    filter.latest_only = latest;
    let found = registry
        .wait(registry.inner().schemas(&filter))
        .and_then(|answer| answer)
        .map_err(|error| failed(&error))?;
    let mut download = Download {
        registry,
        seen: BTreeSet::new(),
        failures: 0,
    };
    let mut out = io::stdout().lock();
    let mut waiting = VecDeque::from(found);
    while let Some(schema) = waiting.pop_front() {
        if !download
            .seen
            .insert((schema.subject.clone(), schema.version))
        {
            continue;
        }
        match SchemaFolder::write(dir, &schema) {
            Ok(path) => writeln!(out, "{}", path.display())?,
            Err(error) => download.report(&schema.subject, schema.version, &error),
        }
        waiting.extend(download.referenced(&schema)?);
    }
    if download.failures == 0 {
        return Ok(Outcome::Fine);
    }
    eprintln(&format!(
        "{} could not be written",
        counted(download.failures, "schema")
    ));
    Ok(Outcome::Findings)
}

struct Download<'r> {
    registry: &'r Open,
    seen: BTreeSet<(Subject, Version)>,
    failures: usize,
}

impl Download<'_> {
    fn report(&mut self, subject: &Subject, version: Version, error: &wireform::registry::Error) {
        self.failures += 1;
        eprintln(&format!("{subject} version {version}: {error}"));
    }

    /// Returns the references of a schema that were left out by the filter.
    fn referenced(&mut self, schema: &RegisteredSchema) -> Result<Vec<RegisteredSchema>> {
        let mut found = Vec::new();
        for reference in &schema.def.references {
            let subject = reference.subject_for(&schema.subject);
            if self.seen.contains(&(subject.clone(), reference.version)) {
                continue;
            }
            let asked = self.registry.inner();
            let answer = self
                .registry
                .wait(asked.by_version(&subject, reference.version.into()));
            match answer.and_then(|answer| answer) {
                Ok(schema) => found.push(schema),
                Err(error) if error.is_not_found() => {
                    self.report(&subject, reference.version, &error);
                }
                Err(error) => return Err(failed(&error)),
            }
        }
        Ok(found)
    }
}
