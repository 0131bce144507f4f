//! References of schemas that have no file of references, found by name.
//!
//! The registry knows no language, so this asks the rules: a schema that is invalid alone, and valid
//! with other schemas of the folder whose names are quoted in its text, refers to these.

use std::collections::BTreeMap;

use super::{FolderVersion, SchemaTexts};
use crate::context::Context;
use crate::id::Version;
use crate::rules::SchemaRules;
use crate::schema::{Reference, SchemaDef, SchemaKind};
use crate::subject::Subject;

/// A schema that is valid, and the names that others can have for it.
struct Known {
    subject: Subject,
    version: Version,
    kind: SchemaKind,
    /// Of its types, the schema's own first.
    types: Vec<String>,
}

/// Adds references to the schemas that have no file of them and need some.
pub(super) fn references<'r>(
    versions: &mut [FolderVersion],
    rules: &dyn Fn(SchemaKind) -> Option<&'r dyn SchemaRules>,
) {
    let mut search = Search {
        texts: SchemaTexts::default(),
        known: Vec::new(),
        rules,
    };
    let mut left: Vec<&mut FolderVersion> = versions.iter_mut().collect();
    loop {
        let before = left.len();
        // What is valid now may be what others wait for.
        left.retain_mut(|version| !search.add(version));
        if left.len() == before || left.is_empty() {
            return;
        }
    }
}

struct Search<'s, 'r> {
    texts: SchemaTexts,
    known: Vec<Known>,
    rules: &'s dyn Fn(SchemaKind) -> Option<&'r dyn SchemaRules>,
}

impl Search<'_, '_> {
    /// Adds a version to the known ones if it is valid, with references that are found if need be.
    fn add(&mut self, version: &mut FolderVersion) -> bool {
        let Ok(schema) = &mut version.schema else {
            return true;
        };
        let Some(types) = self.types(&version.subject, schema).or_else(|| {
            if version.is_explicit {
                return None;
            }
            let found = self.found(&version.subject, schema)?;
            let types = self.types(&version.subject, &found)?;
            *schema = found;
            Some(types)
        }) else {
            return false;
        };
        let kind = schema.kind;
        self.texts
            .insert(version.subject.clone(), version.version, schema.clone());
        self.known.push(Known {
            subject: version.subject.clone(),
            version: version.version,
            kind,
            types,
        });
        true
    }

    /// The names of a schema's types; `None` if it is not valid.
    fn types(&self, subject: &Subject, schema: &SchemaDef) -> Option<Vec<String>> {
        let resolved = self.texts.resolve(subject, schema).ok()?;
        let parsed = (self.rules)(schema.kind)?.parse(&resolved).ok()?;
        Some(parsed.names)
    }

    /// The schema with references that make it valid, none of which it can do without.
    fn found(&self, subject: &Subject, schema: &SchemaDef) -> Option<SchemaDef> {
        let mut candidates: BTreeMap<String, Vec<&Known>> = BTreeMap::new();
        for known in &self.known {
            if known.kind == schema.kind
                && known.subject != *subject
                && let Some(name) = known.name_in(&schema.text)
            {
                candidates.entry(name.to_owned()).or_default().push(known);
            }
        }
        let only = candidates.into_iter().filter_map(|(name, known)| {
            let [known] = known.as_slice() else {
                return None;
            };
            Some(Reference {
                name,
                subject: relative(&subject.context(), &known.subject),
                version: known.version,
            })
        });
        let mut found = schema.clone().with_references(only.collect());
        self.types(subject, &found)?;
        for index in (0..found.references.len()).rev() {
            let mut fewer = found.clone();
            fewer.references.remove(index);
            if self.types(subject, &fewer).is_some() {
                found = fewer;
            }
        }
        Some(found)
    }
}

impl Known {
    /// The name by which `text` refers to this schema, if it does.
    fn name_in(&self, text: &str) -> Option<&str> {
        let subject = self.subject.unqualified();
        if is_quoted(text, subject) {
            return Some(subject);
        }
        let is_named = |name: &String| {
            let simple = name.rsplit('.').next().unwrap_or(name);
            is_quoted(text, name) || is_quoted(text, simple)
        };
        let first = self.types.first()?;
        self.types.iter().any(is_named).then_some(first)
    }
}

/// Returns whether a text has a name in quotation marks, as every language writes references. JSON
/// Schema may have a fragment after the name.
fn is_quoted(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(start, _)| {
        let before = text.get(..start).and_then(|text| text.chars().next_back());
        let after = text
            .get(start + name.len()..)
            .and_then(|text| text.chars().next());
        matches!(before, Some('"' | '\'')) && matches!(after, Some('"' | '\'' | '#'))
    })
}

/// A subject as schemas of `context` write it.
fn relative(context: &Context, subject: &Subject) -> Subject {
    match subject.context() == *context {
        true => Subject::new(subject.unqualified()).unwrap_or_else(|_| subject.clone()),
        false => subject.clone(),
    }
}

/// Returns a hint for a schema that refers to something that was not found.
pub(super) fn hint(versions: &[FolderVersion], of: &FolderVersion) -> Option<String> {
    let schema = of.schema.as_ref().ok()?;
    if of.is_explicit || !schema.references.is_empty() {
        return None;
    }
    let file = of.path.with_extension(super::REFERENCES);
    let mut meant: Vec<String> = Vec::new();
    for other in versions {
        let known = Known {
            subject: other.subject.clone(),
            version: other.version,
            kind: schema.kind,
            types: Vec::new(),
        };
        let is_alike = other.schema.as_ref().is_ok_and(|o| o.kind == schema.kind);
        if is_alike && other.subject != of.subject && known.name_in(&schema.text).is_some() {
            meant.push(format!("{} version {}", other.subject, other.version));
        }
    }
    let advice = format!(
        "if it refers to other schemas, list them in {}",
        file.display()
    );
    Some(match meant.as_slice() {
        [] | [_] => advice,
        several => format!("{advice}: it may mean {}", several.join(" or ")),
    })
}
