use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::shape::{Node, NumberShape};
use super::{Diff, Kind};
use crate::error::Result;

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
        let (added, decreased) = (Kind::MaximumAdded, Kind::MaximumDecreased);
        self.bound(
            "maximum",
            old.maximum,
            new.maximum,
            Ordering::Less,
            added,
            decreased,
        )?;
        let (added, increased) = (Kind::MinimumAdded, Kind::MinimumIncreased);
        self.bound(
            "minimum",
            old.minimum,
            new.minimum,
            Ordering::Greater,
            added,
            increased,
        )?;
        let (added, decreased) = (Kind::ExclusiveMaximumAdded, Kind::ExclusiveMaximumDecreased);
        let (before, after) = (old.exclusive_maximum, new.exclusive_maximum);
        self.bound(
            "exclusiveMaximum",
            before,
            after,
            Ordering::Less,
            added,
            decreased,
        )?;
        let (added, increased) = (Kind::ExclusiveMinimumAdded, Kind::ExclusiveMinimumIncreased);
        let (before, after) = (old.exclusive_minimum, new.exclusive_minimum);
        self.bound(
            "exclusiveMinimum",
            before,
            after,
            Ordering::Greater,
            added,
            increased,
        )?;
        self.multiples(&original.node, &update.node)
    }

    fn bound(
        &mut self,
        keyword: &str,
        original: Option<&Number>,
        update: Option<&Number>,
        narrower: Ordering,
        added: Kind,
        narrowed: Kind,
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

/// Whether every multiple of `large` is one of `small`. A ratio too large to be exact is not.
fn is_multiple(large: f64, small: f64) -> bool {
    let ratio = large / small;
    large == small || (ratio.abs() < MAX_EXACT && ratio.fract() == 0.0)
}

const MAX_EXACT: f64 = 4_503_599_627_370_496.0;
