//! Makes the changes of a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write as _};

use wireform::registry::{
    Deletion, RegisterOptions, RegistryAdmin as _, SchemaDef, Subject, Version,
};

use super::{Change, Registration};
use crate::Result;
use crate::encode::eprintln;
use crate::exit::Outcome;
use crate::registry::{Open, ask, failed};
use crate::report::counted;

/// Makes the changes in order. A change that cannot be made is reported, and the others are made.
pub(super) fn all(registry: &Open, changes: &[Change]) -> Result {
    let mut apply = Apply {
        registry,
        broken: BTreeSet::new(),
        is_deletion_safe: true,
        numbers: BTreeMap::new(),
    };
    let mut out = io::stdout().lock();
    let (mut done, mut left) = (0_usize, 0_usize);
    for change in changes {
        match apply.make(change) {
            Ok(line) => {
                done += 1;
                writeln!(out, "{line}")?;
            }
            Err(reason) => {
                left += 1;
                eprintln(&format!("{}: {reason}", change.name()));
            }
        }
    }
    writeln!(out, "{} made, {left} not", counted(done, "change"))?;
    Ok(match left {
        0 => Outcome::Fine,
        _ => Outcome::Findings,
    })
}

struct Apply<'a> {
    registry: &'a Open,
    /// Subjects of which a change failed.
    broken: BTreeSet<&'a Subject>,
    /// True if no change failed that may be needed before a deletion.
    is_deletion_safe: bool,
    /// Version numbers that the registry gave to planned versions; `None` if the registration
    /// failed.
    numbers: BTreeMap<(Subject, Version), Option<Version>>,
}

/// A description of the change, or the reason why it was not made.
type Made = std::result::Result<String, String>;

impl<'a> Apply<'a> {
    fn make(&mut self, change: &'a Change) -> Made {
        if let Change::Register {
            subject,
            planned: Ok(planned),
            ..
        } = change
        {
            self.numbers
                .insert((subject.clone(), planned.version), None);
        }
        let is_deletion = matches!(change, Change::Delete { .. });
        // The change that failed may be what replaces this subject.
        if is_deletion && !self.is_deletion_safe {
            return Err("not deleted: a change before it failed".to_owned());
        }
        // A version must not be registered before the version that it follows.
        if self.broken.contains(change.subject()) {
            return Err("not done: an earlier change of this subject failed".to_owned());
        }
        let made = self.attempt(change);
        if made.is_err() {
            self.is_deletion_safe &= is_deletion;
            if change.problem().is_none() {
                self.broken.insert(change.subject());
            }
        }
        made
    }

    fn attempt(&mut self, change: &Change) -> Made {
        if let Some(problem) = change.problem() {
            return Err(problem.to_owned());
        }
        let inner = self.registry.inner();
        let made = match change {
            Change::Level { subject, after, .. } => {
                let set = inner.set_compatibility_level(Some(subject), *after);
                ask(self.registry, set)
            }
            Change::Register {
                subject,
                planned: Ok(planned),
                ..
            } => {
                let version = self.register(subject, planned)?;
                return Ok(change.numbered(version));
            }
            Change::Register { .. } => Ok(()),
            Change::Delete { subject, .. } => {
                ask(self.registry, inner.delete_subject(subject, Deletion::Soft)).map(drop)
            }
        };
        made.map_err(|error| error.to_string())?;
        Ok(change.shown())
    }

    /// Registers a schema. Returns its version number, which may differ from the planned one.
    fn register(
        &mut self,
        subject: &Subject,
        planned: &Registration,
    ) -> std::result::Result<Version, String> {
        let schema = self.renumbered(subject, &planned.schema)?;
        let registered = self
            .registry
            .register(subject, &schema, RegisterOptions::default());
        let registered = registered.map_err(|error| failed(&error).to_string())?;
        let planned = (subject.clone(), planned.version);
        self.numbers.insert(planned, Some(registered.version));
        Ok(registered.version)
    }

    /// Returns the schema with the version numbers that the registry gave to its references.
    fn renumbered(
        &self,
        subject: &Subject,
        schema: &SchemaDef,
    ) -> std::result::Result<SchemaDef, String> {
        let mut schema = schema.clone();
        for reference in &mut schema.references {
            let planned = (reference.subject_for(subject), reference.version);
            match self.numbers.get(&planned) {
                Some(Some(version)) => reference.version = *version,
                Some(None) => {
                    let name = &reference.name;
                    return Err(format!("not done: reference {name:?} was not registered"));
                }
                None => {}
            }
        }
        Ok(schema)
    }
}
