//! A schema, compiled once.

use std::collections::{BTreeSet, HashSet};
use std::fmt;

use jsonschema::paths::LocationSegment;
use jsonschema::{PatternOptions, ValidationError, Validator as Compiled};
use serde_json::Value;

use super::bounds::Bounds;
use super::pattern::{self, needs_backtracking};
use super::texts::Texts;
use super::tree;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;

/// A compiled schema.
pub(super) struct Validator {
    compiled: Compiled,
    bounds: Bounds,
    /// How many patterns of `patternProperties` need backtracking.
    backtracking_names: usize,
    /// The names of properties that stand in the schema. Any other one is payload.
    names: HashSet<String>,
}

/// The meaning of `contentMediaType` and `contentEncoding`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Content {
    /// Nothing for validation.
    #[default]
    Annotated,
    /// A string that does not fit them is not valid.
    Asserted,
}

impl Validator {
    pub(super) fn new(texts: &Texts, content: Content) -> Result<Self> {
        let bounds = Bounds::new(texts)?;
        let patterns = Patterns::of(texts);
        let names = patterns.names.iter();
        let backtracking_names = names.filter(|name| needs_backtracking(name)).count();
        let size = patterns.size();
        let mut options = jsonschema::options()
            .with_draft(texts.draft)
            .with_retriever(texts.references.clone());
        options = match backtracking_names {
            0 => options.with_pattern_options(PatternOptions::regex().size_limit(size)),
            _ => options.with_pattern_options(
                PatternOptions::fancy_regex()
                    .size_limit(size)
                    .backtrack_limit(NAME_STEPS),
            ),
        };
        if patterns.values.iter().any(|text| needs_backtracking(text)) {
            options = options.with_keyword("pattern", pattern::keyword(size));
        }
        // Both are annotations from 2019-09 on, and optional to assert before.
        if content == Content::Annotated {
            options = options.without_content_media_type_support("application/json");
            for encoding in ["base64", "base64url", "base32", "base32hex", "base16"] {
                options = options.without_content_encoding_support(encoding);
            }
        }
        let compiled = options
            .build(&texts.root)
            .map_err(|error| invalid_schema(&error))?;
        let mut names = HashSet::new();
        texts
            .values()
            .for_each(|text| collect_names(text, &mut names));
        Ok(Self {
            compiled,
            bounds,
            backtracking_names,
            names,
        })
    }

    /// Checks a JSON text.
    ///
    /// An error of `kind` with place and keyword if it is not valid; never with its values.
    pub(super) fn check(&self, kind: ErrorKind, text: &[u8], limits: &Limits) -> Result<()> {
        let instance = tree::read(text, limits.depth, limits.heap_for(text.len()))?;
        if self.backtracking_names > 0
            && count_names(&instance).saturating_mul(self.backtracking_names) > MAX_NAMES
        {
            return Err(pattern::too_much());
        }
        // This answer is memoized, so it comes first: the place is asked for only in the bad case.
        match pattern::within_budget(|| self.compiled.is_valid(&instance))? {
            true => Ok(()),
            false => Err(self.violation(kind, &instance)),
        }
    }

    #[cold]
    fn violation(&self, kind: ErrorKind, instance: &Value) -> Error {
        let without_place = || Error::new(kind, "the value does not fit its JSON Schema");
        // The search for the place caches nothing, so it may take far longer than the validation.
        if !self.bounds.allow(instance) {
            return without_place();
        }
        match pattern::within_budget(|| self.compiled.validate(instance)) {
            // The value is invalid, but finding the place takes too long.
            Err(_) | Ok(Ok(())) => without_place(),
            Ok(Err(error)) if pattern::gave_up(&error) => pattern::too_much(),
            Ok(Err(error)) => self.at_place(kind, instance, &error),
        }
    }

    /// Place, keyword and place of the keyword in the schema; nothing of the value.
    fn at_place(&self, kind: ErrorKind, instance: &Value, error: &ValidationError<'_>) -> Error {
        let message = format!(
            "the value does not satisfy {:?} of its JSON Schema, at {}",
            error.kind().keyword(),
            error.schema_path().as_str(),
        );
        let mut place = Some(instance);
        let mut path = Vec::new();
        for segment in error.instance_path().segments() {
            // A key that looks like a number is reported as an index.
            let (name, index) = match segment {
                LocationSegment::Index(index) => (index.to_string(), index),
                LocationSegment::Property(name) => (name.into_owned(), usize::MAX),
            };
            let (shown, inner) = match place {
                Some(Value::Array(items)) => (format!("[{name}]"), items.get(index)),
                Some(Value::Object(entries)) if self.names.contains(&name) => {
                    let inner = entries.get(&name);
                    (name, inner)
                }
                Some(Value::Object(entries)) => ("[\"\"]".to_owned(), entries.get(&name)),
                _ => ("[\"\"]".to_owned(), None),
            };
            path.push(shown);
            place = inner;
        }
        let error = Error::new(kind, message);
        path.into_iter().rev().fold(error, Error::at)
    }
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validator")
            .field("draft", &self.compiled.draft())
            .finish_non_exhaustive()
    }
}

fn invalid_schema(error: &ValidationError<'_>) -> Error {
    use jsonschema::error::ValidationErrorKind as Kind;
    let place = error.instance_path();
    let message = match error.kind() {
        Kind::Referencing(error) => format!("JSON Schema: {error}"),
        Kind::Custom { .. } => invalid_pattern(error.schema_path().as_str()),
        Kind::Format { format } if format == "regex" => invalid_pattern(place.as_str()),
        kind => format!(
            "JSON Schema: {place} does not satisfy {:?} of its draft",
            kind.keyword()
        ),
    };
    Error::new(ErrorKind::InvalidSchema, message)
}

fn invalid_pattern(place: &str) -> String {
    format!("JSON Schema: the pattern at {place} is not a valid regular expression, or too large")
}

/// The patterns of a schema and its references, each once.
#[derive(Default)]
struct Patterns<'t> {
    /// Of `pattern`.
    values: BTreeSet<&'t str>,
    /// Of `patternProperties`.
    names: BTreeSet<&'t str>,
}

impl<'t> Patterns<'t> {
    fn of(texts: &'t Texts) -> Self {
        let mut patterns = Self::default();
        texts.values().for_each(|text| patterns.collect(text));
        patterns
    }

    fn collect(&mut self, value: &'t Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.collect(item)),
            Value::Object(entries) => {
                for (key, value) in entries {
                    match value {
                        Value::String(pattern) if key == "pattern" => {
                            self.values.insert(pattern);
                        }
                        Value::Object(patterns) if key == "patternProperties" => {
                            self.names.extend(patterns.keys().map(String::as_str));
                        }
                        _ => {}
                    }
                    self.collect(value);
                }
            }
            _ => {}
        }
    }

    /// How large one part of a pattern may be compiled: all of them together have a limit.
    fn size(&self) -> usize {
        let all = self.values.union(&self.names);
        let parts: usize = all
            .map(|text| match needs_backtracking(text) {
                true => pattern::parts(text),
                false => 1,
            })
            .sum();
        (MAX_PATTERNS / parts.max(1)).min(MAX_PATTERN)
    }
}

/// The names that the schema gives to properties.
fn collect_names(value: &Value, out: &mut HashSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_names(item, out)),
        Value::Object(entries) => {
            for (key, value) in entries {
                match (key.as_str(), value) {
                    (
                        "properties" | "dependencies" | "dependentRequired" | "dependentSchemas",
                        Value::Object(properties),
                    ) => out.extend(properties.keys().cloned()),
                    ("required", Value::Array(required)) => {
                        let names = required.iter().filter_map(Value::as_str);
                        out.extend(names.map(str::to_owned));
                    }
                    _ => {}
                }
                collect_names(value, out);
            }
        }
        _ => {}
    }
}

/// How many keys there are in all objects.
fn count_names(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(count_names).sum(),
        Value::Object(entries) => entries.len() + entries.values().map(count_names).sum::<usize>(),
        _ => 0,
    }
}

/// The most memory for one compiled pattern, in bytes; also bounds the time that each byte of a
/// string takes.
const MAX_PATTERN: usize = 1 << 20;
/// The most memory for all compiled patterns of a schema, in bytes.
const MAX_PATTERNS: usize = 128 << 20;
/// The most keys, times the patterns of `patternProperties` that need backtracking.
const MAX_NAMES: usize = 10_000;
/// The most steps for one key.
const NAME_STEPS: usize = 1_000;
