//! The differences between the drafts of JSON Schema that affect types.

use serde_json::Value;

/// A draft of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Draft {
    Four,
    Six,
    Seven,
    Year2019,
    Year2020,
}

impl Draft {
    /// Returns the draft that `$schema` names; draft 7 if it is missing or unknown, as in
    /// `wireform::JsonSchema`.
    pub(super) fn of(root: &Value) -> Self {
        let name = root.get("$schema").and_then(Value::as_str);
        let name = name.unwrap_or_default();
        let known = [
            ("draft-04", Self::Four),
            ("draft-06", Self::Six),
            ("2019-09", Self::Year2019),
            ("2020-12", Self::Year2020),
        ];
        let found = known.iter().find(|(part, _)| name.contains(part));
        found.map_or(Self::Seven, |(_, draft)| *draft)
    }

    /// Returns whether keywords beside a `$ref` are ignored.
    pub(super) fn ref_is_alone(self) -> bool {
        self <= Self::Seven
    }

    pub(super) fn has_const(self) -> bool {
        self >= Self::Six
    }

    /// Returns whether tuples use `prefixItems` instead of an array of `items`.
    pub(super) fn has_prefix_items(self) -> bool {
        self >= Self::Year2020
    }

    /// Returns the id of a schema.
    pub(super) fn id(self, schema: &Value) -> Option<&str> {
        let keyword = match self {
            Self::Four => "id",
            _ => "$id",
        };
        if self.ref_is_alone() && schema.get("$ref").is_some_and(Value::is_string) {
            return None;
        }
        schema.get(keyword)?.as_str()
    }
}
