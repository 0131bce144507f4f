use serde_json::Value;

use super::shape::Node;
use super::{Diff, Kind};
use crate::error::Result;

impl<'s> Diff<'s> {
    pub(super) fn strings(&mut self, original: &Node<'s>, update: &Node<'s>) -> Result<()> {
        self.required_type(original.value, update.value)?;
        self.upper(
            original,
            update,
            "maxLength",
            Kind::MaxLengthAdded,
            Kind::MaxLengthDecreased,
        )?;
        self.lower(
            original,
            update,
            "minLength",
            Kind::MinLengthAdded,
            Kind::MinLengthIncreased,
        )?;
        self.text(
            original,
            update,
            "pattern",
            Kind::PatternAdded,
            Kind::PatternChanged,
        )?;
        // From 2019-09 on these say something about a string, but assert nothing.
        if update.is_up_to_draft_7() {
            let name = update
                .get("format")
                .and_then(Value::as_str)
                .unwrap_or_default();
            if jsonschema::options().is_known_format(update.draft, name) {
                let (added, changed) = (Kind::FormatAdded, Kind::FormatChanged);
                self.text(original, update, "format", added, changed)?;
            }
            self.opaque(
                original.value,
                update.value,
                &["contentEncoding", "contentMediaType"],
            )?;
        }
        Ok(())
    }

    fn text(
        &mut self,
        original: &Node<'s>,
        update: &Node<'s>,
        keyword: &str,
        added: Kind,
        changed: Kind,
    ) -> Result<()> {
        match (original.get(keyword), update.get(keyword)) {
            (None, Some(_)) => self.add_at(keyword, added),
            (Some(old), Some(new)) if old != new => self.add_at(keyword, changed),
            _ => Ok(()),
        }
    }

    /// A keyword that sets an upper limit.
    pub(super) fn upper(
        &mut self,
        original: &Node<'s>,
        update: &Node<'s>,
        keyword: &str,
        added: Kind,
        decreased: Kind,
    ) -> Result<()> {
        match (limit(original, keyword), limit(update, keyword)) {
            (None, Some(_)) => self.add_at(keyword, added),
            (Some(old), Some(new)) if new < old => self.add_at(keyword, decreased),
            _ => Ok(()),
        }
    }

    /// A keyword that sets a lower limit.
    pub(super) fn lower(
        &mut self,
        original: &Node<'s>,
        update: &Node<'s>,
        keyword: &str,
        added: Kind,
        increased: Kind,
    ) -> Result<()> {
        match (limit(original, keyword), limit(update, keyword)) {
            (None, Some(_)) => self.add_at(keyword, added),
            (Some(old), Some(new)) if new > old => self.add_at(keyword, increased),
            _ => Ok(()),
        }
    }
}

/// A limit of lengths and counts, which may be written as `2.0`.
fn limit(node: &Node<'_>, keyword: &str) -> Option<f64> {
    node.get(keyword).and_then(Value::as_f64)
}
