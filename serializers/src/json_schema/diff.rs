//! Compares a new JSON Schema with an old one, by the rules of Confluent's registry.
//!
//! Facts from confluentinc/schema-registry, `json-schema-provider/src/main/java/io/confluent/kafka/
//! schemaregistry/json/diff/`: the kinds of changes (`Difference.Type`), which of them are
//! compatible (`SchemaDiff.COMPATIBLE_CHANGES`), and what is compared with what. Only incompatible
//! changes are collected here. Where those rules overlook an assertion (formats, pattern
//! properties, `required` without a property, conditions, …), it is compared too, and what cannot
//! be decided is a finding.

mod array;
mod combined;
mod finding;
mod number;
mod object;
mod shape;
mod string;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use wireform_registry::Incompatibility;

pub(super) use self::finding::{Finding, Kind};
use self::number::same_text;
use self::shape::{Node, Part, Shape};
use super::pattern::Pattern;
use super::texts::Texts;
use crate::error::{Error, ErrorKind, Result};

/// Every reason why what is valid by `original` might not be valid by `update`.
pub(super) fn compare(original: &Texts, update: &Texts) -> Result<Vec<Finding>> {
    let original_registry = original.registry()?;
    let update_registry = update.registry()?;
    let mut diff = Diff {
        lowest: usize::MAX,
        ..Diff::default()
    };
    let root = Node::root(original, &original_registry)?;
    diff.nodes(&root, &Node::root(update, &update_registry)?)?;
    Ok(diff.findings)
}

/// One run of the comparison.
#[derive(Default)]
struct Diff<'s> {
    findings: Vec<Finding>,
    path: Vec<String>,
    /// Pairs of nodes that were compared.
    known: HashMap<Pair, Known>,
    /// Pairs that are being compared, with their level. A circle is taken as compatible until the
    /// pair that it leads back to is known.
    running: HashMap<Pair, usize>,
    /// For each level the known pairs that rest on its being compatible.
    resting: Vec<Vec<Pair>>,
    /// The lowest level that what is compared now rests on.
    lowest: usize,
    patterns: HashMap<&'s str, Pattern>,
    steps: usize,
    depth: usize,
}

type Pair = (*const Value, *const Value);

struct Known {
    findings: Vec<Finding>,
    /// The level that they rest on, while that runs.
    lowest: usize,
}

impl<'s> Diff<'s> {
    /// Compares two schemas at the current path; a pair is looked at once.
    fn nodes(&mut self, original: &Node<'s>, update: &Node<'s>) -> Result<()> {
        let original = original.follow()?;
        let update = update.follow()?;
        let pair = (original.address(), update.address());
        if let Some(known) = self.known.get(&pair) {
            let prefix = self.place();
            let rebased: Vec<_> = known.findings.iter().map(|f| f.below(&prefix)).collect();
            self.lowest = self.lowest.min(known.lowest);
            return self.extend(rebased);
        }
        if let Some(level) = self.running.get(&pair) {
            self.lowest = self.lowest.min(*level);
            return Ok(());
        }
        let path = std::mem::take(&mut self.path);
        let found = self.pair(pair, |diff| {
            let (original, update) = (original.shape()?, update.shape()?);
            diff.shapes(&original, &update)
        });
        self.path = path;
        let prefix = self.place();
        self.extend(
            found?
                .iter()
                .map(|finding| finding.below(&prefix))
                .collect(),
        )
    }

    /// Compares a pair that was not met before, and remembers what was found.
    fn pair(
        &mut self,
        pair: Pair,
        compare: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<Vec<Finding>> {
        let level = self.resting.len();
        let outer = std::mem::replace(&mut self.lowest, usize::MAX);
        self.running.insert(pair, level);
        self.resting.push(vec![pair]);
        let found = self.aside(|diff| diff.stepping(compare));
        self.running.remove(&pair);
        let resting = self.resting.pop().unwrap_or_default();
        let findings = found?;
        let lowest = Some(self.lowest).filter(|lowest| *lowest < level);
        let lowest = lowest.unwrap_or(usize::MAX);
        let known = Known {
            findings: findings.clone(),
            lowest,
        };
        self.known.insert(pair, known);
        self.settle(pair, resting, findings.is_empty(), lowest);
        self.lowest = outer.min(lowest);
        Ok(findings)
    }

    /// Settles the results that depended on `pair`: removes them if it is incompatible; otherwise,
    /// they depend on what `pair` depends on, if anything.
    fn settle(&mut self, pair: Pair, resting: Vec<Pair>, is_compatible: bool, lowest: usize) {
        for other in &resting {
            if !is_compatible && *other != pair {
                self.known.remove(other);
            } else if let Some(known) = self.known.get_mut(other) {
                known.lowest = lowest;
            }
        }
        if let Some(below) = self.resting.get_mut(lowest) {
            below.extend(resting);
        }
    }

    fn stepping(&mut self, compare: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        self.steps += 1;
        self.depth += 1;
        let compared = match self.steps > MAX_STEPS || self.depth > MAX_DEPTH {
            true => Err(too_large("too large or too deep to be compared")),
            false => compare(self),
        };
        self.depth -= 1;
        compared
    }

    fn parts(&mut self, original: &Part<'s>, update: &Part<'s>) -> Result<()> {
        match (original, update) {
            (Part::Node(original), Part::Node(update)) => self.nodes(original, update),
            _ => self.stepping(|diff| {
                let (original, update) = (original.shape()?, update.shape()?);
                diff.shapes(&original, &update)
            }),
        }
    }

    fn shapes(&mut self, original: &Shape<'s>, update: &Shape<'s>) -> Result<()> {
        if self.is_singleton_or_member(original, update)? {
            return Ok(());
        }
        match (original, update) {
            (Shape::False, _) | (_, Shape::Empty) => Ok(()),
            (Shape::Boolean, Shape::Boolean) | (Shape::Null, Shape::Null) => Ok(()),
            (Shape::Array(original), Shape::Array(update)) => self.arrays(original, update),
            (Shape::Combined(original), Shape::Combined(update)) => self.combined(original, update),
            (Shape::Condition(original), Shape::Condition(update)) => {
                self.opaque(original.value, update.value, &["if", "then", "else"])
            }
            (Shape::Const(original), Shape::Const(update)) => {
                if same_text(original) != same_text(update) {
                    self.add_at("const", Kind::EnumArrayChanged)?;
                }
                Ok(())
            }
            (Shape::Dynamic(original), Shape::Dynamic(update)) => self.opaque(
                original.value,
                update.value,
                &["$dynamicRef", "$recursiveRef"],
            ),
            (Shape::Enum(original), Shape::Enum(update)) => self.enums(original, update),
            (Shape::Not(original), Shape::Not(update)) => self.negations(original, update),
            (Shape::Number(original), Shape::Number(update)) => self.numbers(original, update),
            (Shape::Object(original), Shape::Object(update)) => self.objects(original, update),
            (Shape::String(original), Shape::String(update)) => self.strings(original, update),
            _ => self.add(Kind::TypeChanged),
        }
    }

    /// Compares in the opposite direction: a value that was rejected must still be rejected.
    fn negations(&mut self, original: &Node<'s>, update: &Node<'s>) -> Result<()> {
        let found = self.aside(|diff| diff.nodes(update, original))?;
        match found.is_empty() {
            true => Ok(()),
            false => self.add_at("not", Kind::NotTypeExtended),
        }
    }

    fn enums(&mut self, original: &[Value], update: &[Value]) -> Result<()> {
        let known: HashSet<String> = update.iter().map(same_text).collect();
        let old: HashSet<String> = original.iter().map(same_text).collect();
        if old.is_subset(&known) {
            return Ok(());
        }
        let kind = match known.is_subset(&old) {
            true => Kind::EnumArrayNarrowed,
            false => Kind::EnumArrayChanged,
        };
        self.add_at("enum", kind)
    }

    /// Keywords that no rule looks into: the update must drop them or leave them as they are.
    fn opaque(&mut self, original: &Value, update: &Value, keywords: &[&str]) -> Result<()> {
        for keyword in keywords {
            let new = update.get(keyword);
            let old = original.get(keyword);
            if new.is_some() && new.map(same_text) != old.map(same_text) {
                self.add_at(keyword, Kind::Undecided)?;
            }
        }
        Ok(())
    }

    /// The schema requires its type where it did not before.
    fn required_type(&mut self, original: &Value, update: &Value) -> Result<()> {
        if original.get("type").is_none() && update.get("type").is_some() {
            return self.add(Kind::TypeNarrowed);
        }
        Ok(())
    }

    /// The findings of `compare` alone, at the current path.
    fn aside(&mut self, compare: impl FnOnce(&mut Self) -> Result<()>) -> Result<Vec<Finding>> {
        let before = std::mem::take(&mut self.findings);
        let compared = compare(self);
        let found = std::mem::replace(&mut self.findings, before);
        compared.map(|()| found)
    }

    fn within(
        &mut self,
        segment: impl Into<String>,
        compare: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        self.path.push(segment.into());
        let compared = compare(self);
        self.path.pop();
        compared
    }

    fn add(&mut self, kind: Kind) -> Result<()> {
        let finding = Finding::new(self.place(), kind);
        self.extend(vec![finding])
    }

    fn add_at(&mut self, segment: &str, kind: Kind) -> Result<()> {
        self.within(segment, |diff| diff.add(kind))
    }

    fn extend(&mut self, findings: Vec<Finding>) -> Result<()> {
        self.findings.extend(findings);
        match self.findings.len() > MAX_FINDINGS {
            true => Err(too_large("more differences than can be told")),
            false => Ok(()),
        }
    }

    /// Returns whether a pattern of a schema matches a name.
    fn matches(&mut self, pattern: &'s str, name: &str) -> Result<bool> {
        self.steps += 1;
        if self.steps > MAX_STEPS || self.patterns.len() > MAX_PATTERNS {
            return Err(too_large("too many patterns and names to be compared"));
        }
        let pattern = self
            .patterns
            .entry(pattern)
            .or_insert_with(|| Pattern::new(pattern, MAX_PATTERN));
        Ok(pattern.is_match(name))
    }

    fn place(&self) -> String {
        self.path.iter().fold(String::new(), |mut place, segment| {
            place.push('/');
            place.push_str(segment);
            place
        })
    }
}

fn too_large(what: &str) -> Error {
    Error::new(ErrorKind::LimitExceeded, format!("JSON Schema: {what}"))
}

/// As Confluent's registry shows it.
pub(super) fn incompatibility(finding: &Finding) -> Incompatibility {
    Incompatibility::new(
        finding.pointer(),
        finding.kind.as_str(),
        finding.kind.sentence(),
    )
}

const MAX_DEPTH: usize = 150;
const MAX_STEPS: usize = 200_000;
const MAX_FINDINGS: usize = 10_000;
const MAX_PATTERNS: usize = 500;
/// The most memory for one part of a compiled pattern, in bytes.
const MAX_PATTERN: usize = 1 << 18;
