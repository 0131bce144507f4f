//! Regular expressions of schemas, as the validator reads them: linear in the length of the text.

use jsonschema::{PatternOptions, Validator};
use serde_json::json;

/// A compiled regular expression. One that cannot be read matches nothing.
#[derive(Debug)]
pub(super) struct Pattern(Option<Validator>);

impl Pattern {
    pub(super) fn new(pattern: &str) -> Self {
        let patterns = PatternOptions::regex().size_limit(MAX_SIZE);
        let options = jsonschema::draft7::options()
            .with_pattern_options(patterns)
            .offline();
        Self(options.build(&json!({"pattern": pattern})).ok())
    }

    /// Whether it matches somewhere in `text`.
    pub(super) fn is_match(&self, text: &str) -> bool {
        self.0
            .as_ref()
            .is_some_and(|compiled| compiled.is_valid(&json!(text)))
    }
}

const MAX_SIZE: usize = 1 << 18;
