//! `lock`: creates and checks wireform.lock.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Args;
use wireform::registry::{
    LockFile, RegistryAdmin as _, Subject, SubjectFilter, VersionRef, replace_file,
};

use crate::exit::{Error, Outcome};
use crate::registry::{Connection, failed};
use crate::report::counted;
use crate::{Result, input};

/// Create or update wireform.lock, the schemas that a program is built with.
///
/// Writes the latest schema of each subject with its id, as the registry has it. Without SUBJECT,
/// updates the subjects in the file; if the file does not exist, takes all subjects of the
/// registry.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wireform lock --registry http://localhost:8081 orders-value
  wireform lock --check")]
pub(crate) struct Lock {
    #[command(flatten)]
    connection: Connection,
    /// Subjects to lock
    subjects: Vec<Subject>,
    /// Path of the lock file
    #[arg(long, value_name = "FILE", default_value = "wireform.lock")]
    file: PathBuf,
    /// Write nothing; exit status 1 if the lock file is out of date
    #[arg(long)]
    check: bool,
}

impl Lock {
    pub(crate) fn run(&self) -> Result {
        let registry = self.connection.open()?;
        let before = match self.file.exists() {
            true => Some(input::text(&self.file)?),
            false if self.check => {
                return Err(Error::Io(format!(
                    "{} not found: run `wireform lock`",
                    self.file.display()
                )));
            }
            false => None,
        };
        let mut subjects = self.subjects.clone();
        if subjects.is_empty() {
            subjects = match &before {
                Some(text) => subjects_of(text).map_err(|error| failed(&error))?,
                None => registry
                    .wait(registry.inner().subjects(&SubjectFilter::default()))
                    .and_then(|answer| answer)
                    .map_err(|error| failed(&error))?,
            };
        }
        let mut lock = LockFile::new();
        for subject in &subjects {
            let locked = registry.wait(lock.lock(registry.inner(), subject, VersionRef::Latest));
            locked
                .and_then(|answer| answer)
                .map_err(|error| failed(&error))?;
        }
        let after = lock.to_string();
        let is_same = before.as_deref() == Some(&after);
        let mut out = io::stdout().lock();
        if self.check {
            if !is_same {
                writeln!(
                    out,
                    "{} is out of date: run `wireform lock` and review the difference",
                    self.file.display()
                )?;
            }
            return Ok(if is_same {
                Outcome::Fine
            } else {
                Outcome::Findings
            });
        }
        if !is_same {
            replace_file(&self.file, after)
                .map_err(|error| Error::file(self.file.display(), &error))?;
        }
        let subjects = counted(subjects.len(), "subject");
        writeln!(out, "{}: {subjects}", self.file.display())?;
        Ok(Outcome::Fine)
    }
}

fn subjects_of(text: &str) -> wireform::registry::Result<Vec<Subject>> {
    let lock: LockFile = text.parse()?;
    let mut subjects: Vec<Subject> = lock
        .schemas()
        .map(|schema| schema.subject.clone())
        .collect();
    subjects.dedup();
    Ok(subjects)
}
