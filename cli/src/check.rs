//! `check`: checks whether schemas are compatible.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use wireform::registry::{Incompatibility, Level, ResolvedSchema, Subject, decode_text};

use crate::exit::Error;
use crate::registry::Connection;
use crate::report::{Finding, Report, Style};
use crate::schema::{Reading, rules, warn_of_draft};
use crate::{Result, check_batch, input};

mod git;
mod registered;

use self::git::Revision;

/// Check whether schemas are compatible.
///
/// Checks whether data written with one schema can be read with another. Works offline, except with
/// --against registry. References of a version in a schemas folder are read from that folder, as
/// `plan` does. Each finding names the place in the schema, the kind of error and the schemas that
/// it affects.
///
/// With --against git:REV, each file is compared with its own text at that revision; renamed files
/// are found, and references are read from the revision too. A version (v2.avsc) that does not
/// exist at the revision is compared with the version before it, or at a transitive level with all
/// versions before it. A schema that was removed from a folder since the revision is a finding.
///
/// Exit status 1 if there are findings.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wireform check --reader new.avsc --writer old.avsc
  wireform check --level full_transitive v1.avsc v2.avsc v3.avsc
  wireform check --level backward --against git:main schemas/order.avsc
  wireform check --level backward --against git:main schemas/
  wireform check --against registry --subject orders-value schemas/order.avsc
  wireform check --batch cases.jsonl")]
pub(crate) struct Check {
    /// The reader schema
    #[arg(long, value_name = "NEW", requires = "writer", conflicts_with_all = ["files", "batch"])]
    reader: Option<PathBuf>,
    /// The writer schema
    #[arg(long, value_name = "OLD", requires = "reader")]
    writer: Option<PathBuf>,
    /// Compatibility level that each file must meet against the earlier ones
    #[arg(long, value_parser = level, requires = "files")]
    level: Option<Level>,
    /// Compare with the versions in git (git:REV), or in the registry (needs --subject)
    #[arg(long, value_name = "git:REV|registry", requires = "files")]
    against: Option<String>,
    /// The subject in the registry [default of --level: the subject's configured level]
    #[arg(long, value_name = "NAME", requires = "against")]
    subject: Option<Subject>,
    #[command(flatten)]
    connection: Connection,
    /// Schema files, the oldest first; with --against git:REV also folders
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Read cases from FILE, one JSON object a line
    /// {"name","format","reader","writer","references"}, with schemas as text; print a line
    /// {"name","compatible","findings"} for each; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["files", "writer"])]
    batch: Option<PathBuf>,
    #[command(flatten)]
    reading: Reading,
    /// Output format
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
                let new = self.named(reader, &mut report)?;
                let old = self.named(writer, &mut report)?;
                if let (Some(new), Some(old)) = (new, old) {
                    compare(&new, &old, &new, &mut report)?;
                }
            }
            (_, _, level) if self.against.as_deref() == Some("registry") => {
                self.against_registry(level, &mut report)?;
            }
            (_, _, Some(level)) if self.against.is_some() => {
                self.against_git(level, &mut report)?;
            }
            (_, _, Some(level)) => self.in_order(level, &mut report)?,
            _ if self.against.is_some() => {
                return Err(Error::Usage(
                    "--against git:REV needs --level: backward, forward, full, …_transitive or none"
                        .to_owned(),
                ));
            }
            _ => {
                return Err(Error::Usage(
                    "nothing to check: give --reader and --writer, --level and files, or --batch"
                        .to_owned(),
                ));
            }
        }
        report.finish(&mut io::stdout().lock())
    }

    /// Returns the schema of a file. Reports a file whose text cannot be read, and returns `None`.
    fn named(&self, path: &Path, report: &mut Report) -> Result<Option<Named>> {
        let name = path.display().to_string();
        match self.reading.load_version(path) {
            Ok(schema) => {
                warn_of_draft(path, &schema);
                Ok(Some(Named {
                    name,
                    schema,
                    is_file: true,
                }))
            }
            Err(Error::Finding(message)) => {
                report.checked(&name);
                report.add(invalid(&name, "", &message));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Compares every file with those before it.
    fn in_order(&self, level: Level, report: &mut Report) -> Result<()> {
        let mut schemas = Vec::new();
        for file in &self.files {
            schemas.extend(self.named(file, report)?);
        }
        if let [only] = &*schemas {
            report.checked(&only.name);
            is_valid(only, only, report)?;
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

    /// Compares the files, as future versions, with the registered versions and with each other.
    fn against_registry(&self, level: Option<Level>, report: &mut Report) -> Result<()> {
        let subject = self
            .subject
            .as_ref()
            .ok_or_else(|| Error::Usage("--against registry needs the --subject".to_owned()))?;
        let found = registered::ask(&self.connection, subject, level)?;
        let mut known: Vec<Named> = found
            .versions
            .into_iter()
            .map(|(name, schema)| Named {
                name,
                schema,
                is_file: false,
            })
            .collect();
        for file in &self.files {
            let Some(new) = self.named(file, report)? else {
                continue;
            };
            report.checked(&new.name);
            is_valid(&new, &new, report)?;
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

    /// Compares every file with its text at the revision.
    fn against_git(&self, level: Level, report: &mut Report) -> Result<()> {
        let against = self.against.as_deref().unwrap_or_default();
        let revision = against
            .strip_prefix("git:")
            .filter(|revision| !revision.is_empty() && !revision.starts_with('-'));
        let revision =
            revision.ok_or_else(|| Error::Usage("--against is git:REV or registry".to_owned()))?;
        let Some(first) = self.files.first() else {
            return Ok(());
        };
        let mut revision = Revision::open(revision, first)?;
        for file in &self.files {
            if !file.is_dir() {
                self.against_revision(level, file, &mut revision, report)?;
                continue;
            }
            for file in input::schema_files(file)? {
                self.against_revision(level, &file, &mut revision, report)?;
            }
            let folder = revision.path(file).unwrap_or_default();
            for path in revision.removed_in(&folder).filter(|path| is_schema(path)) {
                let inside = path.strip_prefix(&folder).unwrap_or(path);
                let gone = file.join(inside.trim_start_matches('/'));
                report.add(removed(&gone, &revision.name));
            }
        }
        self.note_removed(&revision, report);
        Ok(())
    }

    /// Compares a file with its text at the revision.
    fn against_revision(
        &self,
        level: Level,
        file: &Path,
        revision: &mut Revision,
        report: &mut Report,
    ) -> Result<()> {
        let path = revision.path(file).ok_or_else(|| {
            Error::Usage(format!("{}: not in this git repository", file.display()))
        })?;
        let old_path = revision.old_path(&path).to_owned();
        let old = revision.read(&old_path)?;
        if !file.exists() && old.is_some() {
            report.add(removed(file, &revision.name));
            return Ok(());
        }
        let Some(new) = self.named(file, report)? else {
            return Ok(());
        };
        let Some(old) = old else {
            return self.against_older(level, &new, file, revision, report);
        };
        let mut name = format!("{} at {}", file.display(), revision.name);
        if old_path != path {
            name = format!("{old_path} at {}", revision.name);
            report.note(&new.name, &format!("renamed, compared with {name}"));
        }
        if let Some(old) = self.at_revision(file, name, old, &new, revision, report)? {
            both_ways(level, &new, &old, report)?;
        }
        Ok(())
    }

    /// Compares a file that is not at the revision with the versions before it.
    fn against_older(
        &self,
        level: Level,
        new: &Named,
        file: &Path,
        revision: &mut Revision,
        report: &mut Report,
    ) -> Result<()> {
        let mut older = match level {
            Level::None => Vec::new(),
            _ => revision.older_versions(file)?,
        };
        if !level.is_transitive() {
            older.truncate(1);
        }
        if older.is_empty() {
            let why = format!("not at {}, nothing to compare", revision.name);
            report.alone(&new.name, &why);
            is_valid(new, new, report)?;
        }
        for file in &older {
            let path = revision.path(file).unwrap_or_default();
            let old_path = revision.old_path(&path).to_owned();
            let old = match revision.read(&old_path)? {
                Some(old) => {
                    let name = match old_path == path {
                        true => format!("{} at {}", file.display(), revision.name),
                        false => format!("{old_path} at {}", revision.name),
                    };
                    self.at_revision(file, name, old, new, revision, report)?
                }
                None => self.named(file, report)?,
            };
            if let Some(old) = old {
                both_ways(level, new, &old, report)?;
            }
        }
        Ok(())
    }

    /// Returns a file at the revision. Reports a text that cannot be read at `new`, and returns
    /// `None`.
    fn at_revision(
        &self,
        file: &Path,
        name: String,
        old: Vec<u8>,
        new: &Named,
        revision: &mut Revision,
        report: &mut Report,
    ) -> Result<Option<Named>> {
        let text = match decode_text(old) {
            Ok(text) => text,
            Err(error) => {
                unreadable(&name, &error, new, report);
                return Ok(None);
            }
        };
        let mut schema =
            self.reading.with_text(
                file,
                text,
                &mut |reference| match revision.path(reference) {
                    Some(path) => {
                        let old_path = revision.old_path(&path).to_owned();
                        let found = revision.read(&old_path)?;
                        found
                            .map(|bytes| input::decoded(reference, bytes))
                            .transpose()
                    }
                    None => input::text(reference).map(Some),
                },
            )?;
        match revision.add_references(file, &mut schema) {
            Err(Error::Finding(message)) => {
                unreadable(&name, &message, new, report);
                return Ok(None);
            }
            added => added?,
        }
        Ok(Some(Named {
            name,
            schema,
            is_file: false,
        }))
    }

    /// Reports schemas that were removed from the folders of the files and are not among the files.
    fn note_removed(&self, revision: &Revision, report: &mut Report) {
        for file in self.files.iter().filter(|file| !file.is_dir()) {
            let path = revision.path(file).unwrap_or_default();
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            for path in revision.removed_in(folder).filter(|path| is_schema(path)) {
                let inside = path.strip_prefix(folder).unwrap_or(path);
                let inside = inside.trim_start_matches('/');
                let gone = file.with_file_name(inside);
                if !inside.contains('/') && !self.files.contains(&gone) {
                    let name = gone.display().to_string();
                    report.note(&name, &format!("removed, it is at {}", revision.name));
                }
            }
        }
    }
}

fn is_schema(path: &str) -> bool {
    input::is_schema(Path::new(path))
}

/// Reports an older schema that cannot be read, at `new`.
fn unreadable(name: &str, error: &impl std::fmt::Display, new: &Named, report: &mut Report) {
    report.checked(&new.name);
    report.add(invalid(name, "", error).at(&new.name, 1, 1));
}

/// Returns the finding that a schema was removed.
fn removed(file: &Path, revision: &str) -> Finding {
    let name = file.display().to_string();
    Finding {
        message: format!("the schema was removed; it is at {revision}"),
        effect: String::new(),
        kind: "SCHEMA_REMOVED".to_owned(),
        ..invalid(&name, "", &"")
    }
}

/// A schema and its name in reports.
struct Named {
    name: String,
    schema: ResolvedSchema,
    /// True if the name is that of a file of the working tree.
    is_file: bool,
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
    if !(is_valid(reader, blamed, report)? & is_valid(writer, blamed, report)?) {
        return Ok(());
    }
    match rules(reader.schema.kind)?.check(&reader.schema, &writer.schema) {
        Ok(found) => found.into_iter().for_each(|found| {
            report.add(reader.located(finding(reader, writer, found), blamed));
        }),
        Err(error) => {
            let found = invalid(&reader.name, &reader.schema.text, &error);
            report.add(reader.located(found, blamed));
        }
    }
    Ok(())
}

/// Returns whether the schema is valid; reports the error if it is not.
fn is_valid(schema: &Named, blamed: &Named, report: &mut Report) -> Result<bool> {
    let parsed = rules(schema.schema.kind)?.parse(&schema.schema);
    if let Err(error) = &parsed {
        let found = invalid(&schema.name, &schema.schema.text, error);
        report.add(schema.located(found, blamed));
    }
    Ok(parsed.is_ok())
}

impl Named {
    /// Returns the finding, annotated at `blamed` if this schema is not a file of the working tree.
    fn located(&self, finding: Finding, blamed: &Named) -> Finding {
        if self.is_file {
            return finding;
        }
        let place = input::place(&blamed.schema.text, &finding.path);
        finding.at(&blamed.name, place.line, place.column)
    }
}

/// Returns the finding that a file holds no valid schema.
pub(crate) fn invalid(name: &str, text: &str, error: &impl std::fmt::Display) -> Finding {
    let message = error.to_string();
    let place = input::place_in_message(text, &message);
    Finding {
        file: name.to_owned(),
        line: place.line,
        column: place.column,
        snippet: place.snippet,
        path: String::new(),
        kind: "INVALID_SCHEMA".to_owned(),
        message,
        effect: format!("{name} cannot be used"),
        annotation: None,
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
        effect: format!("{} cannot read what {} wrote", reader.name, writer.name),
        annotation: None,
    }
}
