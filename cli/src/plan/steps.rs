//! Computes the changes from the wanted and the actual state, without asking the registry.

use std::collections::{BTreeMap, BTreeSet};

use wireform::registry::{
    Incompatibility, Level, Reference, ResolvedSchema, SchemaDef, SchemaTexts, Subject, Version,
};

use super::actual::{Actual, Held};
use super::wanted::{Wanted, WantedSchema};
use super::{Change, Registration};
use crate::schema::known_rules;

/// Returns the changes, each after those that it needs. A change with a problem cannot be made.
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

/// Returns the subjects that are not wanted, with the subjects that refer to each, in the registry
/// or in the plan.
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
    /// The schemas that exist at this point of the plan.
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

    /// Plans a change of the level, which comes before the versions of the subject.
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
        if !held.missing.contains(&index) {
            return;
        }
        self.states.insert((subject, index), State::Open);
        for older in held.missing.iter().take_while(|older| **older < index) {
            self.register(wanted, held, *older);
        }
        for reference in item.schema.iter().flat_map(|schema| &schema.references) {
            if let Some((far, held, index)) = self.wanted_by(subject, reference) {
                self.register(far, held, index);
            }
        }
        self.level(wanted, held);
        let planned = self.registration(wanted, held, index, item);
        let state = match &planned {
            Ok(Registration {
                version, schema, ..
            }) => {
                self.texts.insert(subject.clone(), *version, schema.clone());
                State::Fine
            }
            Err(_) => State::Failed,
        };
        self.states.insert((subject, index), state);
        self.changes.push(Change::Register {
            subject: subject.clone(),
            file: item.file.clone(),
            planned,
        });
    }

    /// Returns the wanted schema that a reference names. Its version is the number of a file, or in
    /// a wireform.toml the number that the schema has or will get in the registry.
    fn wanted_by(
        &self,
        subject: &Subject,
        reference: &Reference,
    ) -> Option<(&'a Wanted, &'a Held, usize)> {
        let wanted = *self.wanted.get(&reference.subject_for(subject))?;
        let held = self.actual.subjects.get(&wanted.subject)?;
        let mut items = wanted.schemas.iter().enumerate();
        let index = items.position(|(index, item)| {
            let version = item.version.or_else(|| number(held, index));
            version == Some(reference.version)
        })?;
        Some((wanted, held, index))
    }

    /// Returns the registration, or the reason why the schema cannot be registered.
    fn registration(
        &self,
        wanted: &'a Wanted,
        held: &Held,
        index: usize,
        item: &WantedSchema,
    ) -> Result<Registration, String> {
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
        let version = number(held, index).ok_or("no higher version number is left")?;
        let (schema, notes) = self.renumbered(subject, item, schema)?;
        let new = self
            .texts
            .resolve(subject, &schema)
            .map_err(|error| error.to_string())?;
        let rules = known_rules(schema.kind).ok_or("its format is not supported")?;
        rules.parse(&new).map_err(|error| match &item.hint {
            Some(hint) if schema.references.is_empty() => format!("is invalid: {error}; {hint}"),
            _ => format!("is invalid: {error}"),
        })?;
        self.compatible(wanted, held, index, &new)?;
        Ok(Registration {
            version,
            schema,
            notes,
        })
    }

    /// Returns the schema with the version numbers that its references have or will get in the
    /// registry, and a note for each number that differs from that in the folder.
    fn renumbered(
        &self,
        subject: &Subject,
        item: &WantedSchema,
        schema: &SchemaDef,
    ) -> Result<(SchemaDef, Vec<String>), String> {
        let (mut schema, mut notes) = (schema.clone(), Vec::new());
        for reference in &mut schema.references {
            let version = self.reference(subject, item, reference)?;
            if version != reference.version {
                notes.push(format!(
                    "reference {:?}: version {version} of {} in the registry, version {} in the folder",
                    reference.name, reference.subject, reference.version
                ));
            }
            reference.version = version;
        }
        Ok((schema, notes))
    }

    /// Returns the version number that a reference has or will get in the registry.
    fn reference(
        &self,
        subject: &Subject,
        item: &WantedSchema,
        reference: &Reference,
    ) -> Result<Version, String> {
        let far = reference.subject_for(subject);
        let Reference { name, version, .. } = reference;
        let found = self.wanted_by(subject, reference);
        let state = found.and_then(|(far, _, index)| self.states.get(&(&far.subject, index)));
        match state {
            Some(State::Open) => return Err(format!("reference {name:?} is part of a cycle")),
            Some(State::Failed) => {
                return Err(format!(
                    "reference {name:?}: version {version} of {far} cannot be registered"
                ));
            }
            Some(State::Fine) | None => {}
        }
        let number = match found {
            Some((_, held, index)) => number(held, index),
            None => Some(*version),
        };
        let is_known = |number: &Version| self.texts.get(&far, *number).is_some();
        number.filter(is_known).ok_or_else(|| {
            let places = match item.version {
                Some(_) => "neither in the folder nor in the registry",
                None => "neither in the registry nor in this plan",
            };
            format!("reference {name:?}: version {version} of {far} not found, {places}")
        })
    }

    /// Returns whether a schema may follow the versions before it, at the level in force then.
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
            // Apicurio checks at its own level if it reports none for the subject.
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
            // The registry's own messages, if our rules find nothing.
            ([], Some(answer)) if answer.messages.is_empty() => {
                Err("incompatible: the registry gives no reason".to_owned())
            }
            ([], Some(answer)) => Err(format!("incompatible: {}", answer.messages.join("; "))),
            (reasons, _) => Err(format!("incompatible: {}", reasons.join("; "))),
        }
    }
}

/// Returns the version number that a wanted schema has or will get in the registry.
fn number(held: &Held, index: usize) -> Option<Version> {
    if let Some(number) = held.registered.get(&index) {
        return Some(*number);
    }
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

/// Returns the subjects that are not wanted, each after those that refer to it.
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

/// Returns whether a subject stays: it is wanted, or it cannot be deleted.
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
