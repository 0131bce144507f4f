//! Reports of findings, as text and in formats for CI systems.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write};
use std::path::{Component, Path, PathBuf};

use clap::ValueEnum;
use serde::Serialize;

use crate::exit::Outcome;
use crate::{Result, input};

/// The output format of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Style {
    /// Text, with the line of the schema
    Text,
    /// One JSON object
    Json,
    /// JUnit XML
    Junit,
    /// Annotations for GitHub Actions
    Github,
}

/// A problem of a schema.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Finding {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
    #[serde(skip)]
    pub(crate) snippet: String,
    pub(crate) path: String,
    pub(crate) kind: String,
    pub(crate) message: String,
    /// The effect: which schema cannot be used, or which data cannot be read.
    pub(crate) effect: String,
    /// The position for GitHub, if `file` is not a file of the working tree.
    #[serde(skip)]
    pub(crate) annotation: Option<Annotation>,
}

/// A position in a file of the working tree.
#[derive(Debug, PartialEq)]
pub(crate) struct Annotation {
    file: String,
    line: usize,
    column: usize,
}

impl Finding {
    /// Sets another position for GitHub.
    pub(crate) fn at(mut self, file: &str, line: usize, column: usize) -> Self {
        self.annotation = Some(Annotation {
            file: file.to_owned(),
            line,
            column,
        });
        self
    }

    /// Returns the whole finding as plain text.
    fn text(&self) -> String {
        let Self {
            file,
            line,
            column,
            kind,
            message,
            effect,
            path,
            ..
        } = self;
        let place = format!("{file}:{line}:{column} {path}");
        let mut text = format!("{}: {kind}: {message}", place.trim_end());
        if !effect.is_empty() {
            text.push('\n');
            text.push_str(effect);
        }
        text
    }
}

/// All findings of a run.
pub(crate) struct Report {
    style: Style,
    checked: Vec<String>,
    findings: Vec<Finding>,
    notes: Vec<String>,
    /// Number of checked files that were not compared with another.
    alone: usize,
}

impl Report {
    pub(crate) fn new(style: Style) -> Self {
        Self {
            style,
            checked: Vec::new(),
            findings: Vec::new(),
            notes: Vec::new(),
            alone: 0,
        }
    }

    /// Adds a note, which is not a finding.
    pub(crate) fn note(&mut self, file: &str, text: &str) {
        let note = format!("{file}: {text}");
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Records that `file` was checked without comparing it, and the reason.
    pub(crate) fn alone(&mut self, file: &str, why: &str) {
        self.checked(file);
        self.note(file, why);
        self.alone += 1;
    }

    /// Records that `file` was checked.
    pub(crate) fn checked(&mut self, file: &str) {
        if !self.checked.iter().any(|known| known == file) {
            self.checked.push(file.to_owned());
        }
    }

    /// Adds a finding; a repeated finding is added once.
    pub(crate) fn add(&mut self, finding: Finding) {
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    pub(crate) fn finish(&self, out: &mut impl Write) -> Result {
        match self.style {
            Style::Text => self.text(out)?,
            Style::Json => self.json(out)?,
            Style::Junit => self.junit(out)?,
            Style::Github => self.github(out)?,
        }
        Ok(match self.findings.is_empty() {
            true => Outcome::Fine,
            false => Outcome::Findings,
        })
    }

    fn text(&self, out: &mut impl Write) -> io::Result<()> {
        let is_colored = io::stdout().is_terminal()
            && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let (red, blue, plain) = match is_colored {
            true => ("\x1b[1;31m", "\x1b[1;34m", "\x1b[0m"),
            false => ("", "", ""),
        };
        for finding in &self.findings {
            let Finding {
                file,
                line,
                column,
                snippet,
                path,
                kind,
                message,
                effect,
                ..
            } = finding;
            let message = input::printable(message);
            let place = format!("{file}:{line}:{column} {}", input::printable(path));
            writeln!(out, "{red}{kind}{plain}: {message}")?;
            writeln!(out, "  {blue}-->{plain} {}", place.trim_end())?;
            let (start, shown) = input::window(snippet, *column, 72);
            if !shown.is_empty() {
                let margin = line.to_string().len();
                writeln!(out, "{:margin$} {blue}|{plain}", "")?;
                writeln!(out, "{line} {blue}|{plain} {shown}")?;
                let caret = column.saturating_sub(start);
                writeln!(
                    out,
                    "{:margin$} {blue}|{plain} {:caret$}{red}^{plain}",
                    "", ""
                )?;
            }
            if !effect.is_empty() {
                writeln!(out, "  {effect}")?;
            }
            writeln!(out)?;
        }
        for note in &self.notes {
            writeln!(out, "{}", input::printable(note))?;
        }
        let files = counted(self.checked.len(), "schema");
        match self.findings.len() {
            0 if self.alone > 0 && self.alone == self.checked.len() => {
                writeln!(out, "{files} checked: valid, nothing to compare with")
            }
            0 => writeln!(out, "{files} checked: compatible"),
            count => writeln!(out, "{files} checked: {}", counted(count, "finding")),
        }
    }

    fn json(&self, out: &mut impl Write) -> io::Result<()> {
        let mut report = serde_json::json!({
            "checked": self.checked,
            "compatible": self.findings.is_empty(),
            "findings": self.findings,
        });
        if let (Some(report), false) = (report.as_object_mut(), self.notes.is_empty()) {
            report.insert("notes".to_owned(), self.notes.clone().into());
        }
        writeln!(out, "{}", input::json(&report))
    }

    /// Writes a report that Jenkins, GitLab and others read: a test case for each schema, with a
    /// failure for each finding. Durations are left out, so that the same input gives the same
    /// report.
    fn junit(&self, out: &mut impl Write) -> io::Result<()> {
        let is_failed = |file: &&String| self.failed(file).next().is_some();
        let counts = format!(
            r#"name="wireform" tests="{}" failures="{}" errors="0""#,
            self.checked.len(),
            self.checked.iter().filter(is_failed).count(),
        );
        writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
        writeln!(out, "<testsuites {counts}>")?;
        writeln!(out, r#"<testsuite {counts} skipped="0">"#)?;
        for file in &self.checked {
            let name = xml(file);
            write!(
                out,
                r#"<testcase classname="wireform" name="{name}" file="{name}">"#
            )?;
            for finding in self.failed(file) {
                write!(
                    out,
                    r#"<failure type="{}" message="{}">{}</failure>"#,
                    xml(&finding.kind),
                    xml(&finding.message),
                    xml(&finding.text())
                )?;
            }
            writeln!(out, "</testcase>")?;
        }
        writeln!(out, "</testsuite>")?;
        writeln!(out, "</testsuites>")
    }

    fn failed<'a>(&'a self, file: &'a str) -> impl Iterator<Item = &'a Finding> {
        let blames = move |finding: &&Finding| self.blames(finding, file);
        self.findings.iter().filter(blames)
    }

    /// Returns whether a finding belongs to `file`. One of an unknown file belongs to the last
    /// checked file.
    fn blames(&self, finding: &Finding, file: &str) -> bool {
        match self.checked.contains(&finding.file) {
            true => finding.file == file,
            false => self.checked.last().is_some_and(|last| last == file),
        }
    }

    fn github(&self, out: &mut impl Write) -> io::Result<()> {
        let folder = Repository::here();
        for finding in &self.findings {
            let Finding {
                file,
                line,
                column,
                kind,
                message,
                effect,
                annotation,
                ..
            } = finding;
            let (file, line, column) = match annotation {
                Some(place) => (&place.file, &place.line, &place.column),
                None => (file, line, column),
            };
            let text = match effect.is_empty() {
                true => message.clone(),
                false => format!("{message} ({effect})"),
            };
            writeln!(
                out,
                "::error file={},line={line},col={column},title={}::{}",
                property(&folder.path(file)),
                property(kind),
                data(&text)
            )?;
        }
        for note in &self.notes {
            writeln!(out, "::notice title=wireform::{}", data(note))?;
        }
        Ok(())
    }
}

/// The folder of this process in its repository.
struct Repository(Option<PathBuf>);

impl Repository {
    fn here() -> Self {
        let here = std::env::current_dir().ok();
        let inside = here.as_deref().and_then(|here| {
            let root = here
                .ancestors()
                .find(|folder| folder.join(".git").exists())?;
            here.strip_prefix(root).ok()
        });
        Self(inside.map(Path::to_owned))
    }

    /// Returns a relative path from the root of the repository, as GitHub expects it.
    fn path(&self, file: &str) -> String {
        let inside = match &self.0 {
            Some(inside) if Path::new(file).is_relative() => inside.join(file),
            _ => return file.to_owned(),
        };
        let mut parts: Vec<Cow<'_, str>> = Vec::new();
        for part in inside.components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir if parts.pop().is_some() => {}
                Component::Normal(part) => parts.push(part.to_string_lossy()),
                _ => return file.to_owned(),
            }
        }
        parts.join("/")
    }
}

pub(crate) fn counted(count: usize, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {what}{s}")
}

fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            // XML 1.0 allows no other control characters.
            '\t' => out.push(character),
            character if character < ' ' || matches!(character, '\u{fffe}' | '\u{ffff}') => {
                out.push('\u{fffd}');
            }
            character => out.push(character),
        }
    }
    out
}

/// Escapes text for GitHub's runner.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
