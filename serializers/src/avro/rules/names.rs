//! The names in a schema's text: where they are defined, and which one a reference means.

use std::collections::{HashMap, HashSet};
use std::ptr;

use super::json_tree::Value;
use super::layout::{Members, is_primitive, member, text};

/// A full name, taken apart; the namespace may be empty.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Name<'n> {
    pub(super) space: Option<&'n str>,
    pub(super) simple: &'n str,
}

impl<'n> Name<'n> {
    /// The name that `text` is inside the namespace `space`.
    pub(super) fn new(text: &'n str, space: Option<&'n str>) -> Self {
        let (space, simple) = match text.rsplit_once('.') {
            Some((space, simple)) => (Some(space), simple),
            None => (space, text),
        };
        Self {
            space: space.filter(|space| !space.is_empty()),
            simple,
        }
    }

    /// The name of the type that `members` define inside the namespace `space`.
    pub(super) fn defined_by(members: &'n Members, space: Option<&'n str>) -> Self {
        let space = text(members, "namespace").or(space);
        Self::new(text(members, "name").unwrap_or_default(), space)
    }

    pub(super) fn full(self) -> String {
        match self.space {
            Some(space) => format!("{space}.{}", self.simple),
            None => self.simple.to_owned(),
        }
    }
}

/// The names in a schema's text.
pub(super) struct Names<'v> {
    /// The first definition of each name.
    pub(super) definitions: HashMap<String, &'v Members>,
    /// What the references mean, by their addresses in the tree.
    references: HashMap<*const Value, Name<'v>>,
}

impl<'v> Names<'v> {
    /// `others` are the full names that the text does not define itself.
    pub(super) fn of(schema: &'v Value, others: &HashSet<&str>) -> Self {
        let mut names = Self {
            definitions: HashMap::new(),
            references: HashMap::new(),
        };
        let mut later = Vec::new();
        names.schema(schema, None, &mut later);
        for (reference, inside, bare) in later {
            let is_known = |name: &Name<'_>| {
                let name = name.full();
                names.definitions.contains_key(&name) || others.contains(&*name)
            };
            let name = if !is_known(&inside) && is_known(&bare) {
                bare
            } else {
                inside
            };
            names.references.insert(reference, name);
        }
        names
    }

    /// The name that the reference `value` means.
    pub(super) fn meant(&self, value: &Value) -> Option<Name<'v>> {
        self.references.get(&ptr::from_ref(value)).copied()
    }

    /// Follows the order of the text: as in Java, a reference means a name that is defined before
    /// it, if there is one.
    fn schema(&mut self, schema: &'v Value, space: Option<&'v str>, later: &mut Later<'v>) {
        match schema {
            Value::Text(name) if !is_primitive(name) => {
                let (inside, bare) = (Name::new(name, space), Name::new(name, None));
                let mut names = [inside, bare].into_iter();
                let known = names.find(|name| self.definitions.contains_key(&name.full()));
                match known {
                    Some(known) => drop(self.references.insert(schema, known)),
                    None => later.push((schema, inside, bare)),
                }
            }
            Value::Array(branches) => {
                for branch in branches {
                    self.schema(branch, space, later);
                }
            }
            Value::Object(members) => self.object(members, space, later),
            Value::Raw(_) | Value::Text(_) => {}
        }
    }

    fn object(&mut self, members: &'v Members, space: Option<&'v str>, later: &mut Later<'v>) {
        let inner = match text(members, "type") {
            Some("record" | "error" | "enum" | "fixed") => {
                let name = Name::defined_by(members, space);
                self.definitions.entry(name.full()).or_insert(members);
                if let Some(Value::Array(fields)) = member(members, "fields") {
                    for field in fields {
                        if let Value::Object(field) = field
                            && let Some(schema) = member(field, "type")
                        {
                            self.schema(schema, name.space, later);
                        }
                    }
                }
                return;
            }
            Some("array") => member(members, "items"),
            Some("map") => member(members, "values"),
            _ => member(members, "type"),
        };
        if let Some(inner) = inner {
            self.schema(inner, space, later);
        }
    }
}

/// References to names that are not defined before them: inside the namespace around them, and
/// without one.
type Later<'v> = Vec<(*const Value, Name<'v>, Name<'v>)>;
