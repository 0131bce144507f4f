//! The changes between two schemas, and which of them break a reader, by the rules of Confluent's
//! server.
//!
//! Source of the kinds, and of which of them are compatible:
//! <https://github.com/confluentinc/schema-registry>, `protobuf-provider/…/protobuf/diff/`
//! (`SchemaDiff`, `MessageSchemaDiff`, `FieldSchemaDiff`, `OneOfDiff`, `EnumSchemaDiff`).
//!
//! Stricter than that, because a reader would fail or lose data:
//! - a number that is repeated on one side only, also where proto3 spells out no label
//!   (a packed list is not a number);
//! - a field that was not required and is now, whatever its type;
//! - fields of two oneofs that are in one now (a reader keeps the last one only);
//! - a group that became a message, and the other way around.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use prost_reflect::{EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor};

use self::change::Change;
use self::fields::local_name;
use super::pool::Compiled;
use super::shape::reserves;

pub(super) use self::change::Difference;

mod change;
mod fields;

/// All differences between what was written and what is read with, compatible ones too, in a
/// stable order.
pub(super) fn differences(reader: &Compiled, writer: &Compiled) -> Vec<Difference> {
    let mut comparison = Comparison::default();
    comparison.files(&writer.file, &reader.file);
    comparison.pending_pairs();
    comparison.report_broken_types();
    let mut seen = HashSet::new();
    let mut found = comparison.found;
    found.retain(|difference| seen.insert((difference.change, difference.path.clone())));
    found
}

#[derive(Default)]
struct Comparison {
    found: Vec<Difference>,
    path: Vec<String>,
    /// The pair of imported messages that is being compared; none in the schema's own file.
    current: Option<usize>,
    /// Pairs of imported messages, by their full names.
    known: HashMap<(String, String), usize>,
    pending: VecDeque<(usize, MessageDescriptor, MessageDescriptor)>,
    /// Whether something in a pair breaks a reader.
    broken: Vec<bool>,
    uses: Vec<Use>,
}

/// A field whose type is a pair of imported messages.
struct Use {
    within: Option<usize>,
    path: String,
    pair: usize,
    what: String,
}

impl Comparison {
    fn files(&mut self, old: &FileDescriptor, new: &FileDescriptor) {
        if old.package_name() != new.package_name() {
            let (old, new) = (old.package_name(), new.package_name());
            let what = format!("the package was {old:?} and is {new:?}");
            self.report(Change::PackageChanged, what);
        }
        self.messages(
            &old.messages().collect::<Vec<_>>(),
            &new.messages().collect::<Vec<_>>(),
        );
        self.enums(
            &old.enums().collect::<Vec<_>>(),
            &new.enums().collect::<Vec<_>>(),
        );
    }

    /// Compares messages of one scope; map entries and groups do not count as messages there.
    fn messages(&mut self, old: &[MessageDescriptor], new: &[MessageDescriptor]) {
        let (olds, news) = (places(old), places(new));
        for (place, message) in old.iter().enumerate() {
            let found = news
                .get(message.name())
                .and_then(|&at| Some((at, new.get(at)?)));
            self.at(message.name(), |here| match found {
                None => {
                    let what = format!("message {:?} was removed or renamed", message.full_name());
                    here.report(Change::MessageRemoved, what);
                }
                Some((new_place, other)) => {
                    here.message(message, other);
                    if place != new_place {
                        let what = format!("message {:?} was moved", message.full_name());
                        here.report(Change::MessageMoved, what);
                    }
                }
            });
        }
        for message in new
            .iter()
            .filter(|message| !olds.contains_key(message.name()))
        {
            let what = format!("message {:?} was added", message.full_name());
            self.at(message.name(), |here| {
                here.report(Change::MessageAdded, what);
            });
        }
    }

    fn message(&mut self, old: &MessageDescriptor, new: &MessageDescriptor) {
        self.oneofs(old, new);
        self.top_fields(old, new);
        self.moved_fields(old, new);
        self.reserved(old, new);
        self.messages(&nested(old), &nested(new));
        let (old_enums, new_enums) = (old.child_enums(), new.child_enums());
        self.enums(
            &old_enums.collect::<Vec<_>>(),
            &new_enums.collect::<Vec<_>>(),
        );
    }

    fn reserved(&mut self, old: &MessageDescriptor, new: &MessageDescriptor) {
        for (from, other) in [(old, new), (new, old)] {
            for field in from
                .fields()
                .filter(|field| reserves(other, field.number()))
            {
                let what = format!("number {} is reserved on one side", field.number());
                self.at(&field.number().to_string(), |here| {
                    here.report(Change::ReservedNumberUsed, what);
                });
            }
        }
    }

    /// Compares imported messages: a list and not recursion, since a chain of them may be long.
    fn pending_pairs(&mut self) {
        while let Some((pair, old, new)) = self.pending.pop_front() {
            self.current = Some(pair);
            self.path = local_name(&new).split('.').map(str::to_owned).collect();
            self.message(&old, &new);
        }
        self.path.clear();
    }

    /// A field whose type breaks a reader breaks one itself, and so on up to the schema's own.
    fn report_broken_types(&mut self) {
        let mut uses_of: Vec<Vec<Use>> = self.broken.iter().map(|_| Vec::new()).collect();
        for found in self.uses.drain(..) {
            if let Some(uses) = uses_of.get_mut(found.pair) {
                uses.push(found);
            }
        }
        let broken = self.broken.iter().enumerate();
        let mut pending: VecDeque<usize> = broken
            .filter_map(|(pair, broken)| broken.then_some(pair))
            .collect();
        while let Some(pair) = pending.pop_front() {
            for found in uses_of
                .get_mut(pair)
                .map(std::mem::take)
                .unwrap_or_default()
            {
                let within = found
                    .within
                    .and_then(|at| Some((at, self.broken.get_mut(at)?)));
                if let Some((at, broken)) = within
                    && !std::mem::replace(broken, true)
                {
                    pending.push_back(at);
                }
                self.found.push(Difference {
                    change: Change::FieldNamedTypeChanged,
                    path: found.path,
                    what: found.what,
                });
            }
        }
    }

    fn enums(&mut self, old: &[EnumDescriptor], new: &[EnumDescriptor]) {
        let by_name = |declared: &[EnumDescriptor]| -> HashMap<String, EnumDescriptor> {
            let declared = declared.iter();
            declared
                .map(|one| (one.name().to_owned(), one.clone()))
                .collect()
        };
        let (olds, news) = (by_name(old), by_name(new));
        for declared in old {
            self.at(declared.name(), |here| match news.get(declared.name()) {
                Some(other) => here.constants(declared, other),
                None => {
                    let what = format!("enum {:?} was removed", declared.full_name());
                    here.report(Change::EnumRemoved, what);
                }
            });
        }
        for declared in new
            .iter()
            .filter(|declared| !olds.contains_key(declared.name()))
        {
            let what = format!("enum {:?} was added", declared.full_name());
            self.at(declared.name(), |here| here.report(Change::EnumAdded, what));
        }
    }

    /// Compares constants by number; of several names for one number the last counts.
    fn constants(&mut self, old: &EnumDescriptor, new: &EnumDescriptor) {
        let (olds, news) = (constants(old), constants(new));
        let all: BTreeSet<i32> = olds.keys().chain(news.keys()).copied().collect();
        for number in all {
            let (change, what) = match (olds.get(&number), news.get(&number)) {
                (Some(old), Some(new)) if old == new => continue,
                (Some(old), Some(new)) => (
                    Change::EnumConstChanged,
                    format!("{old:?} is called {new:?}"),
                ),
                (Some(old), None) => (Change::EnumConstRemoved, format!("{old:?} was removed")),
                (None, new) => (Change::EnumConstAdded, format!("{new:?} was added")),
            };
            self.at(&number.to_string(), |here| here.report(change, what));
        }
    }

    fn at(&mut self, step: &str, inner: impl FnOnce(&mut Self)) {
        self.path.push(step.to_owned());
        inner(self);
        self.path.pop();
    }

    fn report(&mut self, change: Change, what: String) {
        if !change.is_compatible()
            && let Some(broken) = self.current.and_then(|pair| self.broken.get_mut(pair))
        {
            *broken = true;
        }
        let path = self.path_text();
        self.found.push(Difference { change, path, what });
    }

    fn path_text(&self) -> String {
        format!("#/{}", self.path.join("/"))
    }
}

fn places(messages: &[MessageDescriptor]) -> HashMap<&str, usize> {
    let messages = messages.iter().enumerate();
    messages
        .map(|(place, message)| (message.name(), place))
        .collect()
}

/// The messages within a message, but for entries of maps and bodies of groups.
fn nested(message: &MessageDescriptor) -> Vec<MessageDescriptor> {
    let groups: HashSet<String> = message
        .fields()
        .filter_map(|field| group_body(&field))
        .collect();
    let is_message =
        |inner: &MessageDescriptor| !inner.is_map_entry() && !groups.contains(inner.full_name());
    message.child_messages().filter(is_message).collect()
}

fn group_body(field: &FieldDescriptor) -> Option<String> {
    match field.kind() {
        Kind::Message(body) if field.is_group() => Some(body.full_name().to_owned()),
        _ => None,
    }
}

fn constants(declared: &EnumDescriptor) -> BTreeMap<i32, String> {
    let values = declared.values();
    values
        .map(|value| (value.number(), value.name().to_owned()))
        .collect()
}

#[cfg(test)]
mod tests;
