//! The text of a lock file, line by line. It has no grammar of anybody else's, so that a schema
//! stands in it as its author wrote it.

use std::fmt;
use std::iter::Peekable;
use std::str::{FromStr, Lines};

use crate::error::{Error, ErrorKind, Result};
use crate::id::{SchemaGuid, SchemaId, Version};
use crate::schema::{Reference, RegisteredSchema, SchemaDef, SchemaKind};
use crate::subject::Subject;

pub(super) fn write<'a>(
    f: &mut fmt::Formatter<'_>,
    schemas: impl Iterator<Item = &'a RegisteredSchema>,
) -> fmt::Result {
    writeln!(f, "{HEAD}\n{FORMAT}")?;
    schemas
        .into_iter()
        .try_for_each(|schema| write_one(f, schema))
}

fn write_one(f: &mut fmt::Formatter<'_>, schema: &RegisteredSchema) -> fmt::Result {
    let subject = quoted(schema.subject.as_str());
    writeln!(f, "\nsubject {subject} version {}", schema.version)?;
    writeln!(f, "id {}", schema.id)?;
    if let Some(guid) = schema.guid {
        writeln!(f, "guid {guid}")?;
    }
    writeln!(f, "type {}", schema.def.kind)?;
    for reference in &schema.def.references {
        let (name, subject) = (quoted(&reference.name), quoted(reference.subject.as_str()));
        let version = reference.version;
        writeln!(f, "reference {name} subject {subject} version {version}")?;
    }
    let text = &schema.def.text;
    // A carriage return would not survive every checkout.
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
    {
        return writeln!(f, "text {}", quoted(text));
    }
    writeln!(f, "text")?;
    text.split('\n').try_for_each(|line| writeln!(f, "|{line}"))
}

/// As a JSON string.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

pub(super) fn parse(text: &str) -> Result<Vec<RegisteredSchema>> {
    check_length(text.len() as u64)?;
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let mut parser = Parser {
        lines: text.lines().peekable(),
        number: 0,
    };
    if parser.next() != Some(FORMAT) {
        return Err(parser.error("expected `format 1`: another version wrote this lock file"));
    }
    let mut schemas = Vec::new();
    while let Some(line) = parser.next() {
        if schemas.len() == MAX_SCHEMAS {
            return Err(too_much("more than 10000 schemas"));
        }
        schemas.push(parser.schema(line)?);
    }
    Ok(schemas)
}

pub(super) fn check_length(length: u64) -> Result<()> {
    if length <= MAX_LENGTH {
        return Ok(());
    }
    Err(too_much("more than 16 MiB"))
}

fn too_much(what: &str) -> Error {
    let message = format!("the lock file holds {what}");
    Error::new(ErrorKind::LimitExceeded, message)
}

struct Parser<'a> {
    lines: Peekable<Lines<'a>>,
    /// Of the line that was read last.
    number: usize,
}

impl<'a> Parser<'a> {
    /// The next line that says something.
    fn next(&mut self) -> Option<&'a str> {
        loop {
            self.number += 1;
            let line = self.lines.next()?;
            if !line.trim().is_empty() && !line.starts_with('#') {
                return Some(line);
            }
        }
    }

    /// A schema that begins with `line`.
    fn schema(&mut self, line: &'a str) -> Result<RegisteredSchema> {
        let mut line = Words::new(line);
        let subject = self.named(&mut line, "subject", Words::string)?;
        let subject = self.valid(Subject::new(subject))?;
        let version = self.named(&mut line, "version", Words::plain)?;
        let version = self.version(version)?;
        self.end(&line)?;
        let id = self.line("id", Words::plain)?;
        let id = SchemaId::new(self.parsed(id, "id")?);
        let guid = self.optional("guid", Words::plain)?;
        let guid = guid.map(|guid| self.parsed::<SchemaGuid>(guid, "guid"));
        let guid = guid.transpose()?;
        let kind = self.line("type", Words::plain)?;
        let kind = self.parsed::<SchemaKind>(kind, "type")?;
        let mut references = Vec::new();
        while self.is_next("reference") {
            if references.len() == MAX_REFERENCES {
                return Err(too_much("a schema with more than 256 references"));
            }
            references.push(self.reference()?);
        }
        let def = SchemaDef::new(kind, self.text()?).with_references(references);
        Ok(RegisteredSchema {
            subject,
            version,
            id,
            guid,
            def,
        })
    }

    fn reference(&mut self) -> Result<Reference> {
        let mut line = Words::new(self.next().unwrap_or_default());
        let name = self.named(&mut line, "reference", Words::string)?;
        let subject = self.named(&mut line, "subject", Words::string)?;
        let version = self.named(&mut line, "version", Words::plain)?;
        self.end(&line)?;
        Ok(Reference {
            name,
            subject: self.valid(Subject::new(subject))?,
            version: self.version(version)?,
        })
    }

    fn text(&mut self) -> Result<String> {
        let mut line = Words::new(self.next().unwrap_or_default());
        if line.rest != "text" {
            let text = self.named(&mut line, "text", Words::string)?;
            self.end(&line)?;
            return Ok(text);
        }
        let mut text: Option<String> = None;
        while let Some(line) = self.lines.next_if(|line| line.starts_with('|')) {
            self.number += 1;
            let line = line.get(1..).unwrap_or_default();
            match &mut text {
                None => text = Some(line.to_owned()),
                Some(text) => {
                    text.push('\n');
                    text.push_str(line);
                }
            }
        }
        text.ok_or_else(|| self.error("expected the lines of the text, each behind a `|`"))
    }

    fn is_next(&mut self, name: &str) -> bool {
        let line = self.lines.peek().copied().unwrap_or_default();
        line.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(' '))
    }

    /// The value in a line of its own.
    fn line<T>(&mut self, name: &str, value: Value<'a, T>) -> Result<T> {
        let mut line = Words::new(self.next().unwrap_or_default());
        let value = self.named(&mut line, name, value)?;
        self.end(&line)?;
        Ok(value)
    }

    fn optional<T>(&mut self, name: &str, value: Value<'a, T>) -> Result<Option<T>> {
        if self.is_next(name) {
            self.line(name, value).map(Some)
        } else {
            Ok(None)
        }
    }

    /// The value behind `name`.
    fn named<T>(&self, line: &mut Words<'a>, name: &str, value: Value<'a, T>) -> Result<T> {
        let found = line.plain().filter(|word| *word == name);
        let value = found.and_then(|_| value(line));
        value.ok_or_else(|| self.error(&format!("expected `{name}` and its value")))
    }

    fn end(&self, line: &Words<'_>) -> Result<()> {
        if line.rest.is_empty() {
            return Ok(());
        }
        Err(self.error("there is more in this line than there should be"))
    }

    fn version(&self, text: &str) -> Result<Version> {
        let number = self.parsed(text, "version")?;
        self.valid(Version::new(number))
    }

    fn parsed<T: FromStr>(&self, text: &str, name: &str) -> Result<T> {
        text.parse()
            .map_err(|_| self.error(&format!("this is no `{name}`")))
    }

    fn valid<T>(&self, value: Result<T>) -> Result<T> {
        value.map_err(|error| self.error(&error.to_string()))
    }

    fn error(&self, what: &str) -> Error {
        let message = format!("the lock file, line {}: {what}", self.number);
        Error::new(ErrorKind::Config, message)
    }
}

/// How to read a value off a line.
type Value<'a, T> = fn(&mut Words<'a>) -> Option<T>;

/// What is left of a line: words with a space between them.
struct Words<'a> {
    rest: &'a str,
}

impl<'a> Words<'a> {
    fn new(line: &'a str) -> Self {
        Self {
            rest: line.trim_end(),
        }
    }

    /// Up to the next space.
    fn plain(&mut self) -> Option<&'a str> {
        let (word, rest) = self.rest.split_once(' ').unwrap_or((self.rest, ""));
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    /// A JSON string.
    fn string(&mut self) -> Option<String> {
        let mut values = serde_json::Deserializer::from_str(self.rest).into_iter::<String>();
        let text = values.next()?.ok()?;
        let rest = self.rest.get(values.byte_offset()..)?;
        self.rest = match rest.strip_prefix(' ') {
            Some(rest) => rest,
            None if rest.is_empty() => rest,
            None => return None,
        };
        Some(text)
    }
}

const HEAD: &str =
    "# Schemas with the ids their registry gave them. Written by `wireform lock`; do not edit.";
const BYTE_ORDER_MARK: char = '\u{feff}';
const FORMAT: &str = "format 1";
const MAX_LENGTH: u64 = 16 * 1024 * 1024;
const MAX_SCHEMAS: usize = 10_000;
pub(super) const MAX_REFERENCES: usize = 256;
