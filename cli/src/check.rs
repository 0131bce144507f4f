//! `check`: whether schemas can follow each other.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use wireform::registry::{Incompatibility, Level, ResolvedSchema, Subject};

use crate::exit::Error;
use crate::registry::Connection;
use crate::report::{Finding, Report, Style};
use crate::schema::{Reading, rules};
use crate::{Result, check_batch, input};

mod registered;

/// Say whether a schema may follow another.
///
/// Whether data written with one schema can be read with another: all of it offline. Each finding says
/// where it stands, what it breaks and for whom. Exit status 1 if there is any.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wireform check --reader new.avsc --writer old.avsc
  wireform check --level full_transitive v1.avsc v2.avsc v3.avsc
  wireform check --level backward --against git:main schemas/order.avsc
  wireform check --against registry --subject orders-value schemas/order.avsc
  wireform check --batch cases.jsonl")]
pub(crate) struct Check {
    /// The schema that reads
    #[arg(long, value_name = "NEW", requires = "writer", conflicts_with_all = ["files", "batch"])]
    reader: Option<PathBuf>,
    /// The schema that the data was written with
    #[arg(long, value_name = "OLD", requires = "reader")]
    writer: Option<PathBuf>,
    /// What the last of the files must keep to, towards those before it
    #[arg(long, value_parser = level, requires = "files")]
    level: Option<Level>,
    /// Where the versions before the files are: git:REV, or registry with --subject
    #[arg(long, value_name = "git:REV|registry", requires = "files")]
    against: Option<String>,
    /// The subject in the registry; without --level it is held to its own
    #[arg(long, value_name = "NAME", requires = "against")]
    subject: Option<Subject>,
    #[command(flatten)]
    connection: Connection,
    /// Schemas, the oldest first
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Lines {"name","format","reader","writer","references"}, with the texts of schemas: prints a
    /// line {"name","compatible","findings"} for each; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["files", "writer"])]
    batch: Option<PathBuf>,
    #[command(flatten)]
    reading: Reading,
    /// How findings are shown
    #[arg(long, value_enum, default_value = "text")]
    output: Style,
}

pub(crate) fn level(text: &str) -> std::result::Result<Level, String> {
    text.to_ascii_uppercase()
        .parse()
        .map_err(|_| "expected backward, forward, full, …_transitive or none".to_owned())
}

impl Check {
    pub(crate) fn run(&self) -> Result {
        if let Some(batch) = &self.batch {
            return check_batch::run(batch);
        }
        let mut report = Report::new(self.output);
        match (&self.reader, &self.writer, self.level) {
            (Some(reader), Some(writer), _) => {
                let (new, old) = (self.named(reader)?, self.named(writer)?);
                compare(&new, &old, &new, &mut report)?;
            }
            (_, _, level) if self.against.as_deref() == Some("registry") => {
                self.against_registry(level, &mut report)?;
            }
            (_, _, Some(level)) if self.against.is_some() => {
                self.against_git(level, &mut report)?;
            }
            (_, _, Some(level)) => self.in_order(level, &mut report)?,
            _ => {
                return Err(Error::Usage(
                    "give --reader and --writer, --level and files, or --batch".to_owned(),
                ));
            }
        }
        report.finish(&mut io::stdout().lock())
    }

    fn named(&self, path: &Path) -> Result<Named> {
        let schema = self.reading.load(path)?;
        Ok(Named {
            name: path.display().to_string(),
            schema,
        })
    }

    /// Every file towards those before it.
    fn in_order(&self, level: Level, report: &mut Report) -> Result<()> {
        let schemas: Vec<Named> = self
            .files
            .iter()
            .map(|file| self.named(file))
            .collect::<Result<_>>()?;
        if let [only] = &*schemas {
            report.checked(&only.name);
            is_valid(only, report)?;
        }
        for (number, new) in schemas.iter().enumerate().skip(1) {
            let first = if level.is_transitive() { 0 } else { number - 1 };
            let before = schemas.get(first..number).unwrap_or_default();
            for old in before.iter().rev() {
                both_ways(level, new, old, report)?;
            }
        }
        Ok(())
    }

    /// The files, versions to be, towards those that are registered and each other.
    fn against_registry(&self, level: Option<Level>, report: &mut Report) -> Result<()> {
        let subject = self
            .subject
            .as_ref()
            .ok_or_else(|| Error::Usage("--against registry needs the --subject".to_owned()))?;
        let found = registered::ask(&self.connection, subject, level)?;
        let mut known: Vec<Named> = found
            .versions
            .into_iter()
            .map(|(name, schema)| Named { name, schema })
            .collect();
        for file in &self.files {
            let new = self.named(file)?;
            report.checked(&new.name);
            is_valid(&new, report)?;
            let first = match found.level.is_transitive() {
                true => 0,
                false => known.len().saturating_sub(1),
            };
            for old in known.iter().skip(first).rev() {
                both_ways(found.level, &new, old, report)?;
            }
            known.push(new);
        }
        Ok(())
    }

    /// Every file towards itself as it was.
    fn against_git(&self, level: Level, report: &mut Report) -> Result<()> {
        let against = self.against.as_deref().unwrap_or_default();
        let revision = against
            .strip_prefix("git:")
            .filter(|revision| !revision.is_empty() && !revision.starts_with('-'));
        let revision =
            revision.ok_or_else(|| Error::Usage("--against is git:REV or registry".to_owned()))?;
        for file in &self.files {
            let new = self.named(file)?;
            match at_revision(revision, file)? {
                None => report.checked(&new.name),
                Some(text) => {
                    let old = Named {
                        name: format!("{} at {revision}", file.display()),
                        schema: self.reading.with_text(file, text)?,
                    };
                    both_ways(level, &new, &old, report)?;
                }
            }
        }
        Ok(())
    }
}

/// A schema, and what it is called.
struct Named {
    name: String,
    schema: ResolvedSchema,
}

fn both_ways(level: Level, new: &Named, old: &Named, report: &mut Report) -> Result<()> {
    if level.is_backward() {
        compare(new, old, new, report)?;
    }
    if level.is_forward() {
        compare(old, new, new, report)?;
    }
    Ok(())
}

/// Reports what `reader` cannot read of `writer`, at `blamed`, the newer one.
fn compare(reader: &Named, writer: &Named, blamed: &Named, report: &mut Report) -> Result<()> {
    report.checked(&blamed.name);
    if reader.schema.kind != writer.schema.kind {
        let message = format!(
            "{} and {} are of different formats",
            reader.name, writer.name
        );
        return Err(Error::Usage(message));
    }
    if !(is_valid(reader, report)? & is_valid(writer, report)?) {
        return Ok(());
    }
    match rules(reader.schema.kind)?.check(&reader.schema, &writer.schema) {
        Ok(found) => found
            .into_iter()
            .for_each(|found| report.add(finding(reader, writer, found))),
        Err(error) => report.add(invalid(&reader.name, &reader.schema.text, &error)),
    }
    Ok(())
}

/// Whether it is a schema; reports why it is none.
fn is_valid(schema: &Named, report: &mut Report) -> Result<bool> {
    let parsed = rules(schema.schema.kind)?.parse(&schema.schema);
    if let Err(error) = &parsed {
        report.add(invalid(&schema.name, &schema.schema.text, error));
    }
    Ok(parsed.is_ok())
}

/// The finding that a file holds no schema.
pub(crate) fn invalid(name: &str, text: &str, error: &impl std::fmt::Display) -> Finding {
    let message = error.to_string();
    let place = input::place_said(text, &message);
    Finding {
        file: name.to_owned(),
        line: place.line,
        column: place.column,
        snippet: place.snippet,
        path: String::new(),
        kind: "INVALID_SCHEMA".to_owned(),
        message,
        whom: format!("nobody can use {name}"),
    }
}

fn finding(reader: &Named, writer: &Named, found: Incompatibility) -> Finding {
    let place = input::place(&reader.schema.text, &found.path);
    Finding {
        file: reader.name.clone(),
        line: place.line,
        column: place.column,
        snippet: place.snippet,
        path: found.path,
        kind: found.kind.into_owned(),
        message: found.message,
        whom: format!("{} cannot read what {} wrote", reader.name, writer.name),
    }
}

/// The file as it was; `None` if it was not there.
fn at_revision(revision: &str, file: &Path) -> Result<Option<String>> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let git = |arguments: &[&str]| {
        Command::new("git")
            .current_dir(folder.unwrap_or(Path::new(".")))
            .args(arguments)
            .output()
            .map_err(|error| Error::Io(format!("git: {error}")))
    };
    let known = git(&[
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        &format!("{revision}^{{commit}}"),
    ])?;
    if !known.status.success() {
        return Err(Error::Usage(format!(
            "git knows no revision {revision:?} here"
        )));
    }
    let listed = git(&["cat-file", "-e", &format!("{revision}:./{name}")])?;
    if !listed.status.success() {
        return Ok(None);
    }
    let shown = git(&["show", &format!("{revision}:./{name}")])?;
    let text = String::from_utf8(shown.stdout);
    text.map(Some)
        .map_err(|_| Error::Io(format!("{} at {revision} is no text", file.display())))
}
