//! The kinds of JSON values that schemas allow, and the constraints of each kind.

use std::ops::{BitAnd, BitOr};

use serde_json::{Number, Value};

use super::draft::Draft;
use super::shape::Shape;
use super::{Integers, JsonSchema, Numbers};

/// A set of kinds of values. Whole numbers are a kind of their own: `integer` is one of the two
/// kinds of `number`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kinds(u8);

impl Kinds {
    pub(super) const NONE: Self = Self(0);
    pub(super) const NULL: Self = Self(1);
    pub(super) const BOOLEAN: Self = Self(2);
    pub(super) const INTEGER: Self = Self(4);
    pub(super) const FRACTION: Self = Self(8);
    pub(super) const STRING: Self = Self(16);
    pub(super) const ARRAY: Self = Self(32);
    pub(super) const OBJECT: Self = Self(64);
    pub(super) const NUMBER: Self = Self(4 | 8);
    pub(super) const ALL: Self = Self(127);

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOLEAN,
            Value::Number(number) if is_whole(number) => Self::INTEGER,
            Value::Number(_) => Self::FRACTION,
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Object(_) => Self::OBJECT,
        }
    }

    /// Returns the kinds that `type` allows.
    pub(super) fn of_type(schema: &Value) -> Self {
        match schema.get("type") {
            Some(Value::String(name)) => Self::named(name),
            Some(Value::Array(names)) => names
                .iter()
                .map(|name| name.as_str().map_or(Self::ALL, Self::named))
                .fold(Self::NONE, |all, one| all | one),
            _ => Self::ALL,
        }
    }

    fn named(name: &str) -> Self {
        match name {
            "array" => Self::ARRAY,
            "boolean" => Self::BOOLEAN,
            "integer" => Self::INTEGER,
            "null" => Self::NULL,
            "number" => Self::NUMBER,
            "object" => Self::OBJECT,
            "string" => Self::STRING,
            _ => Self::ALL,
        }
    }
}

impl BitAnd for Kinds {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOr for Kinds {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Returns the values that `enum` and `const` list.
pub(super) fn literals(schema: &Value, draft: Draft) -> Option<Vec<Value>> {
    let constant = schema.get("const").filter(|_| draft.has_const());
    match (constant, schema.get("enum").and_then(Value::as_array)) {
        (Some(constant), _) => Some(vec![constant.clone()]),
        (None, Some(values)) => Some(values.clone()),
        (None, None) => None,
    }
}

/// Returns whether two values are equal in JSON Schema, where `1` and `1.0` are.
pub(super) fn is_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        _ => a == b,
    }
}

/// Returns the type of numbers within the bounds of all `schemas`.
pub(super) fn number(
    settings: &JsonSchema,
    kinds: Kinds,
    schemas: &[&Value],
    literals: Option<&[Value]>,
) -> Shape {
    let bounds = |keywords: [&'static str; 2]| {
        let bounds = keywords.into_iter().flat_map(|keyword| {
            let bounds = schemas.iter().map(move |schema| schema.get(keyword));
            bounds.flatten()
        });
        bounds.filter_map(Value::as_number).filter_map(whole_part)
    };
    let numbers = literals.unwrap_or_default().iter();
    let numbers = numbers.filter_map(Value::as_number).filter_map(whole_part);
    let least = bounds(["exclusiveMinimum", "minimum"]).max();
    let least = least.or_else(|| numbers.clone().min());
    let greatest = bounds(["exclusiveMaximum", "maximum"]).min();
    let greatest = greatest.or_else(|| numbers.max());
    let fits = |low: i128, high: i128| {
        least.is_some_and(|least| least >= low) && greatest.is_some_and(|most| most <= high)
    };
    if kinds.has(Kinds::FRACTION) {
        let is_plain = settings.numbers == Numbers::Float || fits(-EXACT, EXACT);
        return if is_plain {
            Shape::Float
        } else {
            Shape::Number
        };
    }
    let is_positive = least.is_some_and(|least| least >= 0);
    if fits(i128::from(i64::MIN), i128::from(i64::MAX)) {
        Shape::Signed
    } else if is_positive && (settings.integers == Integers::Plain || fits(0, u64::MAX.into())) {
        Shape::Unsigned
    } else if settings.integers == Integers::Plain {
        Shape::Signed
    } else {
        Shape::Number
    }
}

fn is_whole(number: &Number) -> bool {
    number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|n| n.fract() == 0.0)
}

/// Returns the number without its fraction; the nearest `i128` if it is too large.
#[allow(clippy::cast_possible_truncation, reason = "`as` gives the nearest")]
fn whole_part(number: &Number) -> Option<i128> {
    if let Some(number) = number.as_i64() {
        return Some(number.into());
    }
    if let Some(number) = number.as_u64() {
        return Some(number.into());
    }
    number.as_f64().map(|number| number as i128)
}

/// Up to here, all whole numbers are values of `f64`.
const EXACT: i128 = 1 << 53;
