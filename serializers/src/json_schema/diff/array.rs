use jsonschema::Draft;
use serde_json::Value;

use super::shape::Node;
use super::{Diff, Kind};
use crate::error::Result;

/// The items of an array, whichever draft wrote them.
struct Items<'s> {
    /// Of every item, where none are listed.
    all: Option<Node<'s>>,
    listed: Vec<Node<'s>>,
    /// Of the items after the listed ones.
    rest: Option<Node<'s>>,
    is_unevaluated: bool,
}

impl<'s> Items<'s> {
    fn new(node: &Node<'s>) -> Result<Self> {
        let (list, rest) = match node.draft {
            Draft::Draft202012 => ("prefixItems", "items"),
            _ => ("items", "additionalItems"),
        };
        let listed = node.list(list)?;
        let has_list = node.get(list).is_some_and(Value::is_array);
        let all = match (has_list, node.draft) {
            (true, _) => None,
            (false, _) => node.child("items")?,
        };
        let rest = match (has_list, node.draft) {
            (false, Draft::Draft202012) => None,
            _ => node.child(rest)?,
        };
        let is_unevaluated = rest.is_none() && all.is_none();
        let rest = match is_unevaluated {
            true => node.child("unevaluatedItems")?,
            false => rest,
        };
        Ok(Self {
            all,
            listed,
            rest,
            is_unevaluated,
        })
    }

    /// Returns the schema of items after the listed ones; `None` allows any.
    fn rest(&self) -> Option<&Node<'s>> {
        self.rest
            .as_ref()
            .filter(|rest| !matches!(rest.value, Value::Bool(true)))
    }

    fn is_closed(&self) -> bool {
        self.rest()
            .is_some_and(|rest| rest.value == &Value::Bool(false))
    }
}

impl<'s> Diff<'s> {
    pub(super) fn arrays(&mut self, original: &Node<'s>, update: &Node<'s>) -> Result<()> {
        self.required_type(original.value, update.value)?;
        let (old, new) = (Items::new(original)?, Items::new(update)?);
        self.within("items", |diff| match (&old.all, &new.all) {
            (Some(before), Some(after)) => diff.nodes(before, after),
            (None, Some(_)) => diff.add(Kind::SchemaAdded),
            _ => Ok(()),
        })?;
        self.listed(&old, &new)?;
        self.rest(&old, &new)?;
        self.counts(original, update)?;
        self.opaque(original.value, update.value, &["contains"])
    }

    fn listed(&mut self, old: &Items<'s>, new: &Items<'s>) -> Result<()> {
        let count = old.listed.len().max(new.listed.len());
        for index in 0..count {
            self.within(format!("items/{index}"), |diff| {
                match (old.listed.get(index), new.listed.get(index)) {
                    (Some(before), Some(after)) => diff.nodes(before, after),
                    (Some(before), None) => diff.item_removed(before, new),
                    (None, Some(after)) => diff.item_added(old, after),
                    (None, None) => Ok(()),
                }
            })?;
        }
        Ok(())
    }

    fn item_removed(&mut self, before: &Node<'s>, new: &Items<'s>) -> Result<()> {
        match new.rest().or(new.all.as_ref()) {
            None => Ok(()),
            Some(_) if new.is_closed() && before.value == &Value::Bool(false) => Ok(()),
            Some(_) if new.is_closed() => self.add(Kind::ItemRemovedFromClosed),
            Some(rest) => self.item_covered(before, rest, Kind::ItemRemovedNotCovered),
        }
    }

    fn item_added(&mut self, old: &Items<'s>, after: &Node<'s>) -> Result<()> {
        let is_empty = matches!(after.value, Value::Bool(true))
            || after
                .value
                .as_object()
                .is_some_and(serde_json::Map::is_empty);
        match old.rest().or(old.all.as_ref()) {
            None if is_empty => Ok(()),
            None => self.add(Kind::ItemAddedToOpen),
            Some(_) if old.is_closed() => Ok(()),
            Some(rest) => self.item_covered(rest, after, Kind::ItemAddedNotCovered),
        }
    }

    fn item_covered(&mut self, old: &Node<'s>, new: &Node<'s>, otherwise: Kind) -> Result<()> {
        let found = self.aside(|diff| diff.nodes(old, new))?;
        let is_covered = found.iter().all(|finding| finding.kind.is_tolerated());
        self.extend(found)?;
        match is_covered {
            true => Ok(()),
            false => self.add(otherwise),
        }
    }

    fn rest(&mut self, old: &Items<'s>, new: &Items<'s>) -> Result<()> {
        let (keyword, removed, narrowed) = match new.is_unevaluated {
            true => (
                "unevaluatedItems",
                Kind::UnevaluatedItemsRemoved,
                Kind::UnevaluatedItemsNarrowed,
            ),
            false => (
                "additionalItems",
                Kind::AdditionalItemsRemoved,
                Kind::AdditionalItemsNarrowed,
            ),
        };
        self.within(keyword, |diff| match (old.rest(), new.rest()) {
            (_, None) => Ok(()),
            (Some(_), Some(_)) if old.is_closed() => Ok(()),
            (_, Some(_)) if new.is_closed() => diff.add(removed),
            (None, Some(_)) => diff.add(narrowed),
            (Some(before), Some(after)) => diff.nodes(before, after),
        })
    }

    fn counts(&mut self, original: &Node<'s>, update: &Node<'s>) -> Result<()> {
        let (added, decreased) = (Kind::MaxItemsAdded, Kind::MaxItemsDecreased);
        self.upper(original, update, "maxItems", added, decreased)?;
        let (added, increased) = (Kind::MinItemsAdded, Kind::MinItemsIncreased);
        self.lower(original, update, "minItems", added, increased)?;
        let (added, decreased) = (Kind::MaxContainsAdded, Kind::MaxContainsDecreased);
        self.upper(original, update, "maxContains", added, decreased)?;
        let (added, increased) = (Kind::MinContainsAdded, Kind::MinContainsIncreased);
        self.lower(original, update, "minContains", added, increased)?;
        let has = |node: &Node<'s>, keyword: &str| node.get(keyword).is_some();
        if has(original, "minContains") && !has(update, "minContains") && has(update, "contains") {
            self.add_at("minContains", Kind::MinContainsRemoved)?;
        }
        let is_unique = |node: &Node<'s>| node.get("uniqueItems") == Some(&Value::Bool(true));
        match is_unique(update) && !is_unique(original) {
            true => self.add_at("uniqueItems", Kind::UniqueItemsAdded),
            false => Ok(()),
        }
    }
}
