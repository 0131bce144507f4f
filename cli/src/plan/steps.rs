//! From what is wanted and what is there to what must change: no registry is asked here.

use std::collections::{BTreeMap, BTreeSet};

use wireform::registry::{
    Incompatibility, Level, Reference, ResolvedSchema, SchemaDef, SchemaTexts, Subject, Version,
};

use super::Change;
use super::actual::{Actual, Held};
use super::wanted::{Wanted, WantedSchema};
use crate::schema::known_rules;

/// The changes, each after those that it needs. A change with a problem cannot be made.
pub(super) fn changes(wanted: &[Wanted], actual: &Actual) -> Vec<Change> {
    let mut planner = Planner {
        wanted: wanted
            .iter()
            .map(|wanted| (&wanted.subject, wanted))
            .collect(),
        actual,
        texts: actual.texts.clone(),
        levels: BTreeSet::new(),
        states: BTreeMap::new(),
        changes: Vec::new(),
    };
    for wanted in wanted {
        planner.subject(wanted);
    }
    let mut changes = planner.changes;
    changes.append(&mut deletions(&referrers(wanted, actual)));
    changes
}

/// The subjects that are not wanted, and which subjects refer to each, in the registry or in the
/// plan.
fn referrers(wanted: &[Wanted], actual: &Actual) -> BTreeMap<Subject, BTreeSet<Subject>> {
    let mut others = actual.others.clone();
    for Wanted {
        subject, schemas, ..
    } in wanted
    {
        let readable = schemas.iter().filter_map(|item| item.schema.as_ref().ok());
        for reference in readable.flat_map(|schema| &schema.references) {
            if let Some(referrers) = others.get_mut(&reference.subject_for(subject)) {
                referrers.insert(subject.clone());
            }
        }
    }
    others
}

struct Planner<'a> {
    wanted: BTreeMap<&'a Subject, &'a Wanted>,
    actual: &'a Actual,
    /// What will be registered at this point of the plan.
    texts: SchemaTexts,
    /// Subjects whose level is planned.
    levels: BTreeSet<&'a Subject>,
    states: BTreeMap<(&'a Subject, usize), State>,
    changes: Vec<Change>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Open,
    Fine,
    Failed,
}

impl<'a> Planner<'a> {
    fn subject(&mut self, wanted: &'a Wanted) {
        let Some(held) = self.actual.subjects.get(&wanted.subject) else {
            return;
        };
        match held.missing.last() {
            Some(last) => self.register(wanted, held, *last),
            None => self.level(wanted, held),
        }
    }

    /// Versions are registered at the level that the subject is to have.
    fn level(&mut self, wanted: &'a Wanted, held: &Held) {
        if let Some(after) = wanted.level
            && held.own_level != Some(after)
            && self.levels.insert(&wanted.subject)
        {
            self.changes.push(Change::Level {
                subject: wanted.subject.clone(),
                before: held.own_level,
                after,
            });
        }
    }

    /// Plans a version after the older ones of its subject and what it refers to.
    fn register(&mut self, wanted: &'a Wanted, held: &'a Held, index: usize) {
        let subject = &wanted.subject;
        let (Some(item), None) = (
            wanted.schemas.get(index),
            self.states.get(&(subject, index)),
        ) else {
            return;
        };
        self.states.insert((subject, index), State::Open);
        for older in held.missing.iter().take_while(|older| **older < index) {
            self.register(wanted, held, *older);
        }
        for reference in item.schema.iter().flat_map(|schema| &schema.references) {
            if let Some((far, held, index)) = self.pending(subject, reference) {
                self.register(far, held, index);
            }
        }
        self.level(wanted, held);
        let problem = self.problem(wanted, held, index, item).err();
        let state = match (&problem, &item.schema, number(held, index)) {
            (None, Ok(schema), Some(version)) => {
                self.texts.insert(subject.clone(), version, schema.clone());
                State::Fine
            }
            _ => State::Failed,
        };
        self.states.insert((subject, index), state);
        self.changes.push(Change::Register {
            subject: subject.clone(),
            file: item.file.clone(),
            schema: item.schema.clone().ok(),
            problem,
        });
    }

    /// The version of this plan that a reference leads to.
    fn pending(
        &self,
        subject: &Subject,
        reference: &Reference,
    ) -> Option<(&'a Wanted, &'a Held, usize)> {
        let far = reference.subject_for(subject);
        let wanted = *self.wanted.get(&far)?;
        let held = self.actual.subjects.get(&far)?;
        let is_meant = |index: &&usize| number(held, **index) == Some(reference.version);
        Some((wanted, held, *held.missing.iter().find(is_meant)?))
    }

    fn problem(
        &self,
        wanted: &'a Wanted,
        held: &Held,
        index: usize,
        item: &WantedSchema,
    ) -> Result<(), String> {
        let subject = &wanted.subject;
        let schema = item.schema.as_ref().map_err(Clone::clone)?;
        let older = held
            .missing
            .iter()
            .take_while(|older| **older < index)
            .last();
        if let Some(older) = older
            && self.states.get(&(subject, *older)) != Some(&State::Fine)
        {
            let file = wanted.schemas.get(*older).map_or("", |older| &older.file);
            return Err(format!("cannot be registered before {file}"));
        }
        self.references(subject, schema)?;
        let new = self
            .texts
            .resolve(subject, schema)
            .map_err(|error| error.to_string())?;
        let rules = known_rules(schema.kind).ok_or("its format has no rules here")?;
        rules.parse(&new).map_err(|error| match &item.hint {
            Some(hint) if schema.references.is_empty() => format!("is invalid: {error}; {hint}"),
            _ => format!("is invalid: {error}"),
        })?;
        self.compatible(wanted, held, index, &new)
    }

    /// Whether what the schema refers to is there, or planned.
    fn references(&self, subject: &Subject, schema: &SchemaDef) -> Result<(), String> {
        for reference in &schema.references {
            let far = reference.subject_for(subject);
            let Reference { name, version, .. } = reference;
            if self.texts.get(&far, *version).is_some() {
                continue;
            }
            let state = self
                .pending(subject, reference)
                .and_then(|(far, _, index)| self.states.get(&(&far.subject, index)));
            return Err(match state {
                Some(State::Open) => format!("reference {name:?} is part of a cycle"),
                Some(_) => {
                    format!("reference {name:?}: version {version} of {far} cannot be registered")
                }
                None => format!(
                    "reference {name:?}: there is no version {version} of {far}, neither in the \
                     registry nor in this plan"
                ),
            });
        }
        Ok(())
    }

    /// Whether a schema may follow the versions before it, at the level in force then.
    fn compatible(
        &self,
        wanted: &Wanted,
        held: &Held,
        index: usize,
        new: &ResolvedSchema,
    ) -> Result<(), String> {
        let answer = held
            .answer
            .as_ref()
            .filter(|_| held.missing.first() == Some(&index));
        let level = match (wanted.level.unwrap_or(held.level), answer) {
            (_, Some(answer)) if answer.is_compatible => return Ok(()),
            (Level::None, None) => return Ok(()),
            // Apicurio checks at its own level where it reports none for the subject.
            (Level::None, Some(_)) => Level::Backward,
            (level, _) => level,
        };
        let planned = held.missing.iter().take_while(|older| **older < index);
        let planned = planned.filter_map(|older| number(held, *older));
        let mut before: Vec<Version> = held.versions.iter().copied().chain(planned).collect();
        if !level.is_transitive() {
            before.drain(..before.len().saturating_sub(1));
        }
        let mut reasons = Vec::new();
        for version in before.into_iter().rev() {
            let Some(old) = self.texts.get(&wanted.subject, version) else {
                continue;
            };
            match self.texts.resolve(&wanted.subject, old) {
                Ok(old) => compare(level, new, &old, version, &mut reasons),
                Err(error) => reasons.push(format!("version {version}: {error}")),
            }
        }
        match (reasons.as_slice(), answer) {
            ([], None) => Ok(()),
            // Its own words, where our rules find nothing.
            ([], Some(answer)) if answer.messages.is_empty() => {
                Err("does not fit: the registry gives no reason".to_owned())
            }
            ([], Some(answer)) => Err(format!("does not fit: {}", answer.messages.join("; "))),
            (reasons, _) => Err(format!("does not fit: {}", reasons.join("; "))),
        }
    }
}

/// The number that a missing version will get.
fn number(held: &Held, index: usize) -> Option<Version> {
    let place = held.missing.iter().position(|missing| *missing == index)?;
    let place = u32::try_from(place).ok()?;
    Version::new(held.next.checked_add(place)?).ok()
}

fn compare(
    level: Level,
    new: &ResolvedSchema,
    old: &ResolvedSchema,
    version: Version,
    reasons: &mut Vec<String>,
) {
    if new.kind != old.kind {
        reasons.push(format!(
            "it is {}, and version {version} is {}",
            new.kind, old.kind
        ));
        return;
    }
    let Some(rules) = known_rules(new.kind) else {
        return;
    };
    let mut add = |reader, writer, direction: String| match rules.check(reader, writer) {
        Ok(found) => reasons.extend(found.iter().map(|found| reason(found, &direction))),
        Err(error) => reasons.push(format!("{error} ({direction})")),
    };
    if level.is_backward() {
        add(new, old, format!("it cannot read version {version}"));
    }
    if level.is_forward() {
        add(old, new, format!("version {version} cannot read it"));
    }
}

fn reason(found: &Incompatibility, direction: &str) -> String {
    format!("{found} ({direction})")
}

/// The subjects that are not wanted, each after those that refer to it.
fn deletions(others: &BTreeMap<Subject, BTreeSet<Subject>>) -> Vec<Change> {
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    for subject in others.keys() {
        delete(subject, others, &mut seen, &mut order);
    }
    order
}

fn delete<'a>(
    subject: &'a Subject,
    others: &'a BTreeMap<Subject, BTreeSet<Subject>>,
    seen: &mut BTreeSet<&'a Subject>,
    order: &mut Vec<Change>,
) {
    let Some(referrers) = others.get(subject).filter(|_| seen.insert(subject)) else {
        return;
    };
    for referrer in referrers {
        delete(referrer, others, seen, order);
    }
    let kept: Vec<&str> = referrers
        .iter()
        .filter(|referrer| is_kept(referrer, others, order))
        .map(Subject::as_str)
        .collect();
    let problem =
        (!kept.is_empty()).then(|| format!("cannot be deleted: {} refers to it", kept.join(", ")));
    order.push(Change::Delete {
        subject: subject.clone(),
        problem,
    });
}

/// Whether a subject stays: it is wanted, or cannot be deleted itself.
fn is_kept(
    subject: &Subject,
    others: &BTreeMap<Subject, BTreeSet<Subject>>,
    order: &[Change],
) -> bool {
    let stays = |change: &Change| matches!(change, Change::Delete { subject: other, problem: Some(_) } if other == subject);
    !others.contains_key(subject) || order.iter().any(stays)
}

#[cfg(test)]
mod tests;
