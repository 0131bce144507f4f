//! `plan` and `apply`: what a registry should have, against what it has.

mod reason;
mod wanted;

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Args;
use wireform::registry::{
    Deletion, Level, RegisterOptions, Registry as _, RegistryAdmin as _, SchemaDef, Subject,
    SubjectFilter, VersionRef,
};

use self::wanted::Wanted;
use crate::Result;
use crate::encode::eprintln;
use crate::exit::{Error, Outcome};
use crate::registry::{Connection, Open, failed};
use crate::report::counted;

/// Show what would change in a registry.
///
/// So that it has the subjects, levels and schemas of a folder (<subject>/v<version>.<extension>) or
/// of a wireform.toml. Changes nothing. Exit status 1 if a schema does not fit, or with --check if anything would change.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wireform plan --registry http://localhost:8081 schemas/
  wireform plan --check wireform.toml

A wireform.toml:
  [subjects.\"orders-value\"]
  level = \"FULL\"
  schemas = [\"order_v1.avsc\", \"order_v2.avsc\"]")]
pub(crate) struct Plan {
    #[command(flatten)]
    what: What,
    /// Exit status 1 if anything would change
    #[arg(long)]
    check: bool,
}

/// Change a registry as `plan` shows.
///
/// What fails is told for each subject, and the others are done; running it again does the rest.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wireform apply --registry http://localhost:8081 schemas/")]
pub(crate) struct Apply {
    #[command(flatten)]
    what: What,
}

#[derive(Args, Debug)]
struct What {
    #[command(flatten)]
    connection: Connection,
    /// A folder, or a wireform.toml
    #[arg(value_name = "DIR|FILE", default_value = "wireform.toml")]
    from: PathBuf,
    /// Delete the subjects, softly, that are not in it
    #[arg(long)]
    delete_others: bool,
}

/// One thing to do.
enum Change {
    Level {
        subject: Subject,
        before: Option<Level>,
        after: Level,
    },
    Register {
        subject: Subject,
        file: String,
        schema: SchemaDef,
        problem: Option<String>,
    },
    Delete(Subject),
}

impl Plan {
    pub(crate) fn run(&self) -> Result {
        let registry = self.what.connection.open()?;
        let changes = self.what.changes(&registry)?;
        let mut out = io::stdout().lock();
        let mut outcome = Outcome::Fine;
        for change in &changes {
            writeln!(out, "{}", change.shown())?;
            if let Change::Register {
                problem: Some(problem),
                ..
            } = change
            {
                writeln!(out, "    {problem}")?;
                outcome = Outcome::Findings;
            }
        }
        writeln!(out, "{}", counted(changes.len(), "change"))?;
        Ok(if self.check && !changes.is_empty() {
            Outcome::Findings
        } else {
            outcome
        })
    }
}

impl Apply {
    pub(crate) fn run(&self) -> Result {
        let registry = self.what.connection.open()?;
        let changes = self.what.changes(&registry)?;
        let mut out = io::stdout().lock();
        let (mut done, mut left) = (0_usize, 0_usize);
        let mut broken: Vec<&Subject> = Vec::new();
        for change in &changes {
            // A version must not come before the one that it follows.
            if broken.contains(&change.subject()) {
                left += 1;
                continue;
            }
            match change.make(&registry) {
                Ok(()) => {
                    done += 1;
                    writeln!(out, "{}", change.shown())?;
                }
                Err(error) => {
                    left += 1;
                    broken.push(change.subject());
                    eprintln(&format!("{}: {error}", change.shown()));
                }
            }
        }
        writeln!(out, "{} made, {left} not", counted(done, "change"))?;
        Ok(if left == 0 {
            Outcome::Fine
        } else {
            Outcome::Findings
        })
    }
}

impl What {
    fn changes(&self, registry: &Open) -> Result<Vec<Change>> {
        let wanted = wanted::read(&self.from)?;
        let mut changes = Vec::new();
        for subject in &wanted {
            of_subject(registry, subject, &mut changes)?;
        }
        if self.delete_others {
            let filter = SubjectFilter::default();
            let all = ask(registry, registry.inner().subjects(&filter))?;
            let others = all
                .into_iter()
                .filter(|subject| !wanted.iter().any(|wanted| wanted.subject == *subject));
            changes.extend(others.map(Change::Delete));
        }
        Ok(changes)
    }
}

fn of_subject(registry: &Open, wanted: &Wanted, changes: &mut Vec<Change>) -> Result<()> {
    let (inner, subject) = (registry.inner(), &wanted.subject);
    let mut level = None;
    if let Some(after) = wanted.level {
        let before = answered(registry, inner.compatibility_level(Some(subject), false))?;
        if before != Some(after) {
            level = Some(Change::Level {
                subject: subject.clone(),
                before,
                after,
            });
        }
    }
    let mut has_one = answered(registry, inner.by_version(subject, VersionRef::Latest))?.is_some();
    for (file, schema) in &wanted.schemas {
        if answered(registry, inner.lookup(subject, schema))?.is_some() {
            has_one = true;
            continue;
        }
        let problem = match has_one {
            true => problem(registry, wanted, schema)?,
            false => None,
        };
        changes.push(Change::Register {
            subject: subject.clone(),
            file: file.clone(),
            schema: schema.clone(),
            problem,
        });
    }
    // Versions are registered at the level that the subject is to have.
    if let Some(level) = level {
        let at = changes
            .iter()
            .position(|change| change.subject() == subject)
            .unwrap_or(changes.len());
        changes.insert(at, level);
    }
    Ok(())
}

/// Why a schema may not follow the subject's latest version.
fn problem(registry: &Open, wanted: &Wanted, schema: &SchemaDef) -> Result<Option<String>> {
    let (inner, subject) = (registry.inner(), &wanted.subject);
    let checked = ask(registry, inner.check(subject, VersionRef::Latest, schema))?;
    if checked.is_compatible || wanted.level == Some(Level::None) {
        return Ok(None);
    }
    let said = checked.messages.join("; ");
    let why = match said.is_empty() {
        true => reason::of_rules(registry, subject, wanted.level, schema)
            .map_err(|error| failed(&error))?,
        false => said,
    };
    Ok(Some(format!("does not fit: {why}")))
}

type Answer<T> = std::result::Result<T, wireform::registry::Error>;

fn ask<T>(registry: &Open, future: impl Future<Output = Answer<T>>) -> Result<T> {
    registry
        .wait(future)
        .and_then(|answer| answer)
        .map_err(|error| failed(&error))
}

/// `None` where the registry has no such thing.
fn answered<T>(registry: &Open, future: impl Future<Output = Answer<T>>) -> Result<Option<T>> {
    match registry.wait(future).and_then(|answer| answer) {
        Ok(found) => Ok(Some(found)),
        // 40408: the subject has no level of its own.
        Err(error) if error.is_not_found() || error.code() == Some(40408) => Ok(None),
        Err(error) => Err(failed(&error)),
    }
}

impl Change {
    fn subject(&self) -> &Subject {
        match self {
            Self::Level { subject, .. }
            | Self::Register { subject, .. }
            | Self::Delete(subject) => subject,
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Level {
                subject,
                before,
                after,
            } => {
                let before = before.map_or("the registry's", Level::as_str);
                format!("~ {subject}: level {before} -> {}", after.as_str())
            }
            Self::Register { subject, file, .. } => format!("+ {subject}: {file}"),
            Self::Delete(subject) => format!("- {subject}"),
        }
    }

    fn make(&self, registry: &Open) -> std::result::Result<(), Error> {
        let inner = registry.inner();
        match self {
            Self::Level { subject, after, .. } => ask(
                registry,
                inner.set_compatibility_level(Some(subject), *after),
            ),
            Self::Register {
                subject, schema, ..
            } => registry
                .register(subject, schema, RegisterOptions::default())
                .map(drop)
                .map_err(|error| failed(&error)),
            Self::Delete(subject) => {
                ask(registry, inner.delete_subject(subject, Deletion::Soft)).map(drop)
            }
        }
    }
}
