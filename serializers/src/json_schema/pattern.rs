//! Regular expressions of schemas, as the validator reads them: linear in the length of the text.

use jsonschema::PatternOptions;
use serde_json::json;

/// Whether `pattern` matches somewhere in `text`; never, if it cannot be read.
pub(super) fn is_match(pattern: &str, text: &str) -> bool {
    let schema = json!({"pattern": pattern});
    let patterns = PatternOptions::regex().size_limit(MAX_SIZE);
    jsonschema::draft7::options()
        .with_pattern_options(patterns)
        .offline()
        .build(&schema)
        .is_ok_and(|compiled| compiled.is_valid(&json!(text)))
}

const MAX_SIZE: usize = 1 << 20;
