//! A schema, compiled once.

use std::collections::BTreeSet;
use std::fmt;

use jsonschema::paths::LocationSegment;
use jsonschema::{PatternOptions, ValidationError, Validator as Compiled};
use serde_json::Value;

use super::bounds::Bounds;
use super::texts::Texts;
use super::tree;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;

/// A compiled schema.
pub(super) struct Validator {
    compiled: Compiled,
    bounds: Bounds,
}

impl Validator {
    pub(super) fn new(texts: &Texts) -> Result<Self> {
        let bounds = Bounds::new(texts)?;
        let patterns = PatternOptions::regex().size_limit(pattern_size(texts));
        let compiled = jsonschema::options()
            .with_draft(texts.draft)
            .with_retriever(texts.references.clone())
            .with_pattern_options(patterns)
            .build(&texts.root)
            .map_err(|error| invalid_schema(&error))?;
        Ok(Self { compiled, bounds })
    }

    /// Checks a JSON text.
    ///
    /// An error of `kind` with place and keyword if it is not valid; never with its values.
    pub(super) fn check(&self, kind: ErrorKind, text: &[u8], limits: &Limits) -> Result<()> {
        let instance = tree::read(text, limits.depth, limits.heap_for(text.len()))?;
        // This answer is memoized, so it comes first: the place is asked for only in the bad case.
        if self.compiled.is_valid(&instance) {
            return Ok(());
        }
        Err(self.violation(kind, &instance))
    }

    #[cold]
    fn violation(&self, kind: ErrorKind, instance: &Value) -> Error {
        let untold = || Error::new(kind, "the value does not fit its JSON Schema");
        // Looking for the place remembers nothing, so it may take far longer than the answer.
        if !self.bounds.allow(instance) {
            return untold();
        }
        match self.compiled.validate(instance) {
            Err(error) => violation(kind, &error),
            Ok(()) => untold(),
        }
    }
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validator")
            .field("draft", &self.compiled.draft())
            .finish_non_exhaustive()
    }
}

/// Place, keyword and place of the keyword in the schema; nothing of the value.
fn violation(kind: ErrorKind, error: &ValidationError<'_>) -> Error {
    let message = format!(
        "the value does not satisfy {:?} of its JSON Schema, at {}",
        error.kind().keyword(),
        error.schema_path().as_str(),
    );
    let segments: Vec<_> = error.instance_path().segments().collect();
    segments
        .into_iter()
        .rev()
        .fold(Error::new(kind, message), |error, segment| match segment {
            LocationSegment::Index(index) => error.at(format!("[{index}]")),
            LocationSegment::Property(name) => error.at(name.into_owned()),
        })
}

fn invalid_schema(error: &ValidationError<'_>) -> Error {
    use jsonschema::error::ValidationErrorKind as Kind;
    let place = error.instance_path();
    let message = match error.kind() {
        Kind::Referencing(error) => format!("JSON Schema: {error}"),
        Kind::Format { format } if format == "regex" => format!(
            "JSON Schema: the pattern at {place} is no regular expression, too large, or needs \
             look-around or back-references, which take unbounded time"
        ),
        kind => format!(
            "JSON Schema: {place} does not satisfy {:?} of its draft",
            kind.keyword()
        ),
    };
    Error::new(ErrorKind::InvalidSchema, message)
}

/// How large one pattern may be compiled: all of them together have a limit.
fn pattern_size(texts: &Texts) -> usize {
    let mut patterns = BTreeSet::new();
    collect_patterns(&texts.root, &mut patterns);
    for value in texts.references.values() {
        collect_patterns(value, &mut patterns);
    }
    (MAX_PATTERNS / patterns.len().max(1)).min(MAX_PATTERN)
}

fn collect_patterns<'v>(value: &'v Value, out: &mut BTreeSet<&'v str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_patterns(item, out)),
        Value::Object(entries) => {
            for (key, value) in entries {
                match value {
                    Value::String(pattern) if key == "pattern" => drop(out.insert(pattern)),
                    Value::Object(patterns) if key == "patternProperties" => {
                        out.extend(patterns.keys().map(String::as_str));
                    }
                    _ => {}
                }
                collect_patterns(value, out);
            }
        }
        _ => {}
    }
}

/// The most memory for one compiled pattern, in bytes; also bounds the time that each byte of a
/// string takes.
const MAX_PATTERN: usize = 1 << 20;
/// The most memory for all compiled patterns of a schema, in bytes.
const MAX_PATTERNS: usize = 128 << 20;
