//! Regular expressions of schemas: linear in the length of the text where that is possible, else
//! by backtracking within a budget.
//!
//! Look-around and back-references can only be matched by backtracking, which may try 2ⁿ ways for
//! a text of n characters. Each match may take so many steps, and all matches of one value share
//! a budget; what goes beyond is [`ErrorKind::LimitExceeded`], whatever the schema makes of it.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Keyword, PatternOptions, ValidationError, Validator};
use serde_json::{Value, json};

use crate::error::{Error, ErrorKind, Result};

/// A compiled regular expression.
#[derive(Debug)]
pub(super) enum Pattern {
    /// A pattern that does not compile, and matches nothing.
    Invalid,
    Linear(Validator),
    Backtracking {
        /// Gives up after a few steps, which is enough for nearly every text.
        quick: Validator,
        thorough: Validator,
    },
}

impl Pattern {
    /// Compiles `pattern` in at most `size` bytes of memory for each part of it.
    pub(super) fn new(pattern: &str, size: usize) -> Self {
        if !needs_backtracking(pattern) {
            let options = PatternOptions::regex().size_limit(size);
            return options.compile(pattern).map_or(Self::Invalid, Self::Linear);
        }
        let options = |steps| {
            PatternOptions::fancy_regex()
                .size_limit(size)
                .backtrack_limit(steps)
        };
        match (
            options(QUICK_STEPS).compile(pattern),
            options(THOROUGH_STEPS).compile(pattern),
        ) {
            (Some(quick), Some(thorough)) => Self::Backtracking { quick, thorough },
            _ => Self::Invalid,
        }
    }

    /// Returns whether the pattern matches somewhere in `text`; in doubt, `false`.
    pub(super) fn is_match(&self, text: &str) -> bool {
        let text = json!(text);
        within_budget(|| self.is_valid(&text)).unwrap_or(false)
    }

    /// Returns whether the pattern matches somewhere in a string; other values are valid. Past the
    /// budget, a pattern that needs backtracking matches no string.
    fn is_valid(&self, instance: &Value) -> bool {
        let Value::String(text) = instance else {
            return true;
        };
        match self {
            Self::Invalid => false,
            Self::Linear(compiled) => compiled.is_valid(instance),
            Self::Backtracking { quick, thorough } => {
                if text.len() > MAX_TEXT {
                    exhaust();
                    return false;
                }
                // A step may look at all of the text.
                let scale = 1 + text.len() as u64 / LONG_TEXT;
                let attempts = [(quick, QUICK_COST), (thorough, THOROUGH_COST)];
                for (compiled, cost) in attempts {
                    if !spend(cost.saturating_mul(scale)) {
                        return false;
                    }
                    if let Some(is_match) = finish(compiled, instance) {
                        return is_match;
                    }
                }
                exhaust();
                false
            }
        }
    }
}

trait Compile {
    fn compile(self, pattern: &str) -> Option<Validator>;
}

impl<E> Compile for PatternOptions<E> {
    fn compile(self, pattern: &str) -> Option<Validator> {
        let options = jsonschema::draft7::options()
            .with_pattern_options(self)
            .offline();
        options.build(&json!({ "pattern": pattern })).ok()
    }
}

/// Returns whether the pattern matches; `None` if the engine gave up.
fn finish(compiled: &Validator, instance: &Value) -> Option<bool> {
    match compiled.validate(instance) {
        Ok(()) => Some(true),
        Err(error) => (!gave_up(&error)).then_some(false),
    }
}

/// Returns whether a validator could not finish a match.
pub(super) fn gave_up(error: &ValidationError<'_>) -> bool {
    matches!(
        error.kind(),
        ValidationErrorKind::BacktrackLimitExceeded { .. }
            | ValidationErrorKind::RegexEngineFailure { .. }
    )
}

/// Returns whether the pattern may need backtracking. For a pattern that only looks as if it did,
/// the results are the same.
pub(super) fn needs_backtracking(pattern: &str) -> bool {
    let marks = ["(?=", "(?!", "(?<=", "(?<!", "(?>", "(?(", "\\k"];
    let is_number = |pair: &[u8]| matches!(pair, [b'\\', b'1'..=b'9']);
    marks.iter().any(|mark| pattern.contains(mark)) || pattern.as_bytes().windows(2).any(is_number)
}

/// How many parts a pattern may have that are compiled apart.
pub(super) fn parts(pattern: &str) -> usize {
    1 + pattern.matches(['(', '|', '\\']).count()
}

/// The keyword `pattern` for schemas in which some pattern needs backtracking.
pub(super) fn keyword(
    size: usize,
) -> impl for<'a> Fn(
    &'a serde_json::Map<String, Value>,
    &'a Value,
    jsonschema::paths::Location,
) -> Built<'a>
+ Send
+ Sync
+ 'static {
    let known = Mutex::new(HashMap::<String, Arc<Pattern>>::new());
    move |_, value, _| {
        let text = value.as_str().unwrap_or_default();
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let pattern = match known.get(text) {
            Some(pattern) => Arc::clone(pattern),
            None => {
                let pattern = Arc::new(Pattern::new(text, size));
                known.insert(text.to_owned(), Arc::clone(&pattern));
                pattern
            }
        };
        match &*pattern {
            Pattern::Invalid => Err(ValidationError::custom(INVALID)),
            _ => Ok(Box::new(PatternKeyword(pattern))),
        }
    }
}

/// The result of a factory of keywords.
type Built<'a> = Result<Box<dyn for<'i> Keyword<'i>>, ValidationError<'a>>;

struct PatternKeyword(Arc<Pattern>);

impl<'i> Keyword<'i> for PatternKeyword {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        match self.0.is_valid(instance) {
            true => Ok(()),
            false => Err(ValidationError::custom("the pattern does not match")),
        }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        self.0.is_valid(instance)
    }
}

thread_local! {
    /// The remaining budget of the value that this thread validates.
    static BUDGET: Cell<u64> = const { Cell::new(0) };
}

/// Runs a validation with a budget for its matches.
///
/// # Errors
/// `LimitExceeded` if the budget was used up: what `validate` returned is not sure then.
pub(super) fn within_budget<T>(validate: impl FnOnce() -> T) -> Result<T> {
    let outer = BUDGET.replace(MAX_COST);
    let result = validate();
    match BUDGET.replace(outer) {
        0 => Err(too_much()),
        _ => Ok(result),
    }
}

#[cold]
pub(super) fn too_much() -> Error {
    let message = "JSON Schema: matching patterns with look-around or back-references takes too \
                   many steps";
    Error::new(ErrorKind::LimitExceeded, message)
}

fn spend(cost: u64) -> bool {
    let left = BUDGET.get().saturating_sub(cost);
    BUDGET.set(left);
    left > 0
}

fn exhaust() {
    BUDGET.set(0);
}

/// The message of the factory's errors.
const INVALID: &str = "invalid regular expression";

const QUICK_STEPS: usize = 1_000;
const THOROUGH_STEPS: usize = 100_000;
/// The cost of a quick match: fewer steps than it may take, as nearly all take far fewer.
const QUICK_COST: u64 = 100;
const THOROUGH_COST: u64 = 100_000;
/// The highest total cost of all matches of one value: 50,000 quick ones, or 50 thorough ones.
const MAX_COST: u64 = 5_000_000;
/// A match costs once more for so many bytes of text.
const LONG_TEXT: u64 = 64;
/// The longest text, in bytes.
const MAX_TEXT: usize = 64 << 10;
