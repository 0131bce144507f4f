use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::shape::{Node, NumberShape};
use super::{Diff, Kind};
use crate::error::Result;
use crate::json_schema::rules::write_sorted;

/// The limits of a number, whichever draft wrote them.
struct Limits<'s> {
    maximum: Option<&'s Number>,
    exclusive_maximum: Option<&'s Number>,
    minimum: Option<&'s Number>,
    exclusive_minimum: Option<&'s Number>,
}

impl<'s> Limits<'s> {
    fn new(node: &Node<'s>) -> Self {
        let (maximum, exclusive_maximum) = limit(node, "maximum", "exclusiveMaximum");
        let (minimum, exclusive_minimum) = limit(node, "minimum", "exclusiveMinimum");
        Self {
            maximum,
            exclusive_maximum,
            minimum,
            exclusive_minimum,
        }
    }
}

/// In draft 4 `exclusiveMaximum` is a boolean that makes `maximum` exclusive.
fn limit<'s>(
    node: &Node<'s>,
    inclusive: &str,
    exclusive: &str,
) -> (Option<&'s Number>, Option<&'s Number>) {
    let bound = node.get(inclusive).and_then(Value::as_number);
    match node.get(exclusive) {
        Some(Value::Bool(true)) => (None, bound),
        other => (bound, other.and_then(Value::as_number)),
    }
}

impl<'s> Diff<'s> {
    pub(super) fn numbers(
        &mut self,
        original: &NumberShape<'s>,
        update: &NumberShape<'s>,
    ) -> Result<()> {
        if update.is_integer && !original.is_integer {
            self.add(Kind::TypeNarrowed)?;
        } else {
            self.required_type(original.node.value, update.node.value)?;
        }
        let old = Limits::new(&original.node);
        let new = Limits::new(&update.node);
        let at_most = |keyword| (keyword, Ordering::Less);
        let at_least = |keyword| (keyword, Ordering::Greater);
        self.bound(
            at_most("maximum"),
            (old.maximum, new.maximum),
            (Kind::MaximumAdded, Kind::MaximumDecreased),
        )?;
        self.bound(
            at_least("minimum"),
            (old.minimum, new.minimum),
            (Kind::MinimumAdded, Kind::MinimumIncreased),
        )?;
        self.bound(
            at_most("exclusiveMaximum"),
            (old.exclusive_maximum, new.exclusive_maximum),
            (Kind::ExclusiveMaximumAdded, Kind::ExclusiveMaximumDecreased),
        )?;
        self.bound(
            at_least("exclusiveMinimum"),
            (old.exclusive_minimum, new.exclusive_minimum),
            (Kind::ExclusiveMinimumAdded, Kind::ExclusiveMinimumIncreased),
        )?;
        self.multiples(&original.node, &update.node)
    }

    fn bound(
        &mut self,
        (keyword, narrower): (&str, Ordering),
        (original, update): (Option<&Number>, Option<&Number>),
        (added, narrowed): (Kind, Kind),
    ) -> Result<()> {
        match (original, update) {
            (None, Some(_)) => self.add_at(keyword, added),
            (Some(old), Some(new)) if order(new, old) == narrower => self.add_at(keyword, narrowed),
            _ => Ok(()),
        }
    }

    fn multiples(&mut self, original: &Node<'s>, update: &Node<'s>) -> Result<()> {
        let number = |node: &Node<'s>| node.get("multipleOf").and_then(Value::as_f64);
        match (number(original), number(update)) {
            (None, Some(_)) => self.add_at("multipleOf", Kind::MultipleOfAdded),
            (Some(old), Some(new)) if is_multiple(old, new) => Ok(()),
            (Some(old), Some(new)) if is_multiple(new, old) => {
                self.add_at("multipleOf", Kind::MultipleOfExpanded)
            }
            (Some(_), Some(_)) => self.add_at("multipleOf", Kind::MultipleOfChanged),
            _ => Ok(()),
        }
    }
}

/// Exact for integers; those over 2⁵³ must not be compared as floating point.
fn order(left: &Number, right: &Number) -> Ordering {
    let exact = |number: &Number| {
        number
            .as_i64()
            .map(i128::from)
            .or_else(|| number.as_u64().map(i128::from))
    };
    match (exact(left), exact(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        _ => left
            .as_f64()
            .partial_cmp(&right.as_f64())
            .unwrap_or(Ordering::Equal),
    }
}

/// A text that two values share if and only if JSON Schema takes them as equal: `1`, `1.0` and `1e0`
/// are the same number, and the order of keys does not matter.
pub(super) fn same_text(value: &Value) -> String {
    let mut out = String::new();
    write_sorted(&with_plain_numbers(value), &mut out);
    out
}

/// The value with every whole number written as an integer.
fn with_plain_numbers(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(with_plain_numbers).collect(),
        Value::Number(number) => whole(number).map_or_else(|| value.clone(), Value::Number),
        Value::Object(entries) => {
            let entries = entries.iter();
            Value::Object(
                entries
                    .map(|(key, value)| (key.clone(), with_plain_numbers(value)))
                    .collect(),
            )
        }
        _ => value.clone(),
    }
}

/// The number as an integer, if it is a float that is one. Larger ones have only one form.
#[allow(clippy::cast_possible_truncation, reason = "below 2^63 and whole")]
fn whole(number: &Number) -> Option<Number> {
    let float = number.as_f64().filter(|_| number.is_f64())?;
    (float.fract() == 0.0 && float.abs() < MAX_WHOLE).then(|| Number::from(float as i64))
}

/// Returns whether every multiple of `large` is one of `small`; `false` if the ratio is too large
/// to be exact.
fn is_multiple(large: f64, small: f64) -> bool {
    let ratio = large / small;
    large == small || (ratio.abs() < MAX_EXACT && ratio.fract() == 0.0)
}

/// 2^63.
const MAX_WHOLE: f64 = 9_223_372_036_854_775_808.0;
const MAX_EXACT: f64 = 4_503_599_627_370_496.0;
