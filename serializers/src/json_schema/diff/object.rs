use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::shape::Node;
use super::{Diff, Kind};
use crate::error::Result;

/// The properties that an object may have besides those that are listed.
enum Content<'s> {
    Closed,
    Open,
    /// Properties whose values fit this schema.
    Schema(Node<'s>),
}

impl<'s> Diff<'s> {
    pub(super) fn objects(&mut self, original: &Node<'s>, update: &Node<'s>) -> Result<()> {
        self.required_type(original.value, update.value)?;
        self.required(original, update)?;
        self.within("properties", |diff| diff.properties(original, update))?;
        self.within("patternProperties", |diff| diff.patterns(original, update))?;
        self.dependencies(original, update)?;
        self.additional_properties(original, update)?;
        self.opaque(original.value, update.value, &["propertyNames"])?;
        let (added, decreased) = (Kind::MaxPropertiesAdded, Kind::MaxPropertiesDecreased);
        self.upper(original, update, "maxProperties", added, decreased)?;
        let (added, increased) = (Kind::MinPropertiesAdded, Kind::MinPropertiesIncreased);
        self.lower(original, update, "minProperties", added, increased)
    }

    /// Confluent's rules look only at properties that both list; here every name counts.
    fn required(&mut self, original: &Node<'s>, update: &Node<'s>) -> Result<()> {
        let old = names(original.get("required"));
        for name in names(update.get("required")).difference(&old) {
            let (before, after) = (property(original, name), property(update, name));
            let is_new_and_closed = before.is_none() && after.is_some() && !is_open(original)?;
            if is_new_and_closed {
                continue;
            }
            let kind = match has_default(after) {
                true => Kind::RequiredAttributeWithDefaultAdded,
                false => Kind::RequiredAttributeAdded,
            };
            self.within("required", |diff| diff.add_at(&escape(name), kind))?;
        }
        Ok(())
    }

    fn properties(&mut self, original: &Node<'s>, update: &Node<'s>) -> Result<()> {
        let keys = |node: &Node<'s>| node.map("properties").into_iter().flat_map(Map::keys);
        let all: BTreeSet<&String> = keys(original).chain(keys(update)).collect();
        for name in all {
            self.within(escape(name), |diff| {
                match (property(original, name), property(update, name)) {
                    (Some(before), Some(after)) => {
                        diff.nodes(&original.at(before)?, &update.at(after)?)
                    }
                    (Some(before), None) => diff.removed(name, &original.at(before)?, update),
                    (None, Some(after)) => diff.added(name, original, update, &update.at(after)?),
                    (None, None) => Ok(()),
                }
            })?;
        }
        Ok(())
    }

    fn removed(&mut self, name: &str, before: &Node<'s>, update: &Node<'s>) -> Result<()> {
        let mut is_matched = false;
        for (pattern, schema) in update.map("patternProperties").into_iter().flatten() {
            if self.matches(pattern, name)? {
                is_matched = true;
                let schema = update.at(schema)?;
                self.covered(before, &schema, Kind::PropertyRemovedNotCovered)?;
            }
        }
        if is_matched {
            return Ok(());
        }
        match content(update)? {
            Content::Open => Ok(()),
            Content::Closed if before.value == &Value::Bool(false) => Ok(()),
            Content::Closed => self.add(Kind::PropertyRemovedFromClosed),
            Content::Schema(schema) => {
                self.covered(before, &schema, Kind::PropertyRemovedNotCovered)
            }
        }
    }

    fn added(
        &mut self,
        name: &str,
        original: &Node<'s>,
        update: &Node<'s>,
        after: &Node<'s>,
    ) -> Result<()> {
        match self.content_for(original, name)? {
            Content::Open if is_empty(after.value) => return Ok(()),
            Content::Open => return self.add(Kind::PropertyAddedToOpen),
            Content::Closed => {}
            Content::Schema(schema) => {
                self.covered(&schema, after, Kind::PropertyAddedNotCovered)?;
            }
        }
        if !names(update.get("required")).contains(name) {
            return Ok(());
        }
        self.add(match has_default(Some(after.value)) {
            true => Kind::RequiredPropertyWithDefaultAdded,
            false => Kind::RequiredPropertyAdded,
        })
    }

    fn covered(&mut self, original: &Node<'s>, update: &Node<'s>, otherwise: Kind) -> Result<()> {
        let found = self.aside(|diff| diff.nodes(original, update))?;
        let is_covered = found.iter().all(|finding| finding.kind.is_tolerated());
        self.extend(found)?;
        match is_covered {
            true => Ok(()),
            false => self.add(otherwise),
        }
    }

    /// Returns what the property `name` may hold if it is not listed.
    fn content_for(&mut self, node: &Node<'s>, name: &str) -> Result<Content<'s>> {
        for (pattern, schema) in node.map("patternProperties").into_iter().flatten() {
            if self.matches(pattern, name)? {
                return Ok(Content::Schema(node.at(schema)?));
            }
        }
        content(node)
    }

    fn patterns(&mut self, original: &Node<'s>, update: &Node<'s>) -> Result<()> {
        let none = Map::new();
        let old = original.map("patternProperties");
        let new = update.map("patternProperties");
        for (pattern, before) in old.into_iter().flatten() {
            let before = original.at(before)?;
            let after = new.unwrap_or(&none).get(pattern);
            self.within(escape(pattern), |diff| match (after, content(update)?) {
                (Some(_), _) | (None, Content::Open) => Ok(()),
                (None, Content::Closed) if before.value == &Value::Bool(false) => Ok(()),
                (None, Content::Closed) => diff.add(Kind::PatternPropertyRemoved),
                (None, Content::Schema(schema)) => {
                    diff.covered(&before, &schema, Kind::PatternPropertyRemoved)
                }
            })?;
        }
        for (pattern, after) in update.map("patternProperties").into_iter().flatten() {
            let after = update.at(after)?;
            let before = old.and_then(|old| old.get(pattern));
            self.within(escape(pattern), |diff| match before {
                Some(before) => diff.nodes(&original.at(before)?, &after),
                None => diff.pattern_added(pattern, original, &after),
            })?;
        }
        Ok(())
    }

    /// Compares a new pattern with the original. If that was closed, names that match can only be
    /// properties that it listed.
    fn pattern_added(
        &mut self,
        pattern: &'s str,
        original: &Node<'s>,
        after: &Node<'s>,
    ) -> Result<()> {
        if is_empty(after.value) {
            return Ok(());
        }
        let has_patterns = original
            .map("patternProperties")
            .is_some_and(|old| !old.is_empty());
        match content(original)? {
            _ if has_patterns => return self.add(Kind::PatternPropertyAdded),
            Content::Open => return self.add(Kind::PatternPropertyAdded),
            Content::Closed => {}
            Content::Schema(schema) => {
                self.covered(&schema, after, Kind::PatternPropertyAdded)?;
            }
        }
        for (name, before) in original.map("properties").into_iter().flatten() {
            if self.matches(pattern, name)? {
                let before = original.at(before)?;
                self.covered(&before, after, Kind::PatternPropertyAdded)?;
            }
        }
        Ok(())
    }

    fn dependencies(&mut self, original: &Node<'s>, update: &Node<'s>) -> Result<()> {
        for keyword in ["dependencies", "dependentRequired", "dependentSchemas"] {
            let old = original.map(keyword);
            let new = update.map(keyword).into_iter().flatten();
            for (name, after) in new {
                let before = old.and_then(|old| old.get(name));
                self.within(keyword, |diff| {
                    diff.within(escape(name), |diff| {
                        diff.dependency((original, before), (update, after))
                    })
                })?;
            }
        }
        Ok(())
    }

    fn dependency(
        &mut self,
        (original, before): (&Node<'s>, Option<&'s Value>),
        (update, after): (&Node<'s>, &'s Value),
    ) -> Result<()> {
        let is_list = |value: &Value| value.is_array();
        match (before, after) {
            (Some(before), Value::Array(_)) if is_list(before) => {
                let (old, new) = (names(Some(before)), names(Some(after)));
                match (new.is_subset(&old), old.is_subset(&new)) {
                    (true, _) => Ok(()),
                    (false, true) => self.add(Kind::DependencyArrayExtended),
                    (false, false) => self.add(Kind::DependencyArrayChanged),
                }
            }
            (_, Value::Array(names)) if names.is_empty() => Ok(()),
            (_, Value::Array(_)) => self.add(Kind::DependencyArrayAdded),
            (Some(before), _) if !is_list(before) => {
                self.nodes(&original.at(before)?, &update.at(after)?)
            }
            _ => self.add(Kind::DependencySchemaAdded),
        }
    }

    fn additional_properties(&mut self, original: &Node<'s>, update: &Node<'s>) -> Result<()> {
        let keyword = match update.get("additionalProperties") {
            None if update.get("unevaluatedProperties").is_some() => "unevaluatedProperties",
            _ => "additionalProperties",
        };
        let (removed, narrowed) = match keyword {
            "additionalProperties" => (
                Kind::AdditionalPropertiesRemoved,
                Kind::AdditionalPropertiesNarrowed,
            ),
            _ => (
                Kind::UnevaluatedPropertiesRemoved,
                Kind::UnevaluatedPropertiesNarrowed,
            ),
        };
        self.within(keyword, |diff| {
            match (content(original)?, content(update)?) {
                (_, Content::Open) | (Content::Closed, _) => Ok(()),
                (_, Content::Closed) => diff.add(removed),
                (Content::Open, Content::Schema(_)) => diff.add(narrowed),
                (Content::Schema(before), Content::Schema(after)) => diff.nodes(&before, &after),
            }
        })
    }
}

/// Returns what a property that is not listed may hold, whatever its name.
fn content<'s>(node: &Node<'s>) -> Result<Content<'s>> {
    let keyword = match node.get("additionalProperties") {
        Some(_) => "additionalProperties",
        None => "unevaluatedProperties",
    };
    Ok(match node.get(keyword) {
        None | Some(Value::Bool(true)) => Content::Open,
        Some(Value::Bool(false)) => Content::Closed,
        Some(schema) => Content::Schema(node.at(schema)?),
    })
}

/// Nothing is said about properties that are not listed.
fn is_open(node: &Node<'_>) -> Result<bool> {
    let has_patterns = node
        .map("patternProperties")
        .is_some_and(|map| !map.is_empty());
    Ok(!has_patterns && matches!(content(node)?, Content::Open))
}

fn property<'s>(node: &Node<'s>, name: &str) -> Option<&'s Value> {
    node.map("properties")?.get(name)
}

fn has_default(schema: Option<&Value>) -> bool {
    schema.is_some_and(|schema| schema.get("default").is_some())
}

fn is_empty(schema: &Value) -> bool {
    match schema {
        Value::Object(keywords) => keywords.is_empty(),
        other => *other == Value::Bool(true),
    }
}

fn names(list: Option<&Value>) -> BTreeSet<&str> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).collect()
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
