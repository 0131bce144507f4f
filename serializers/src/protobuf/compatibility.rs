//! What changed between two schemas, and what of it breaks a reader, by the rules of Confluent's
//! server.
//!
//! Source of the kinds, and of which of them are compatible:
//! <https://github.com/confluentinc/schema-registry>, `protobuf-provider/…/protobuf/diff/`
//! (`SchemaDiff`, `MessageSchemaDiff`, `FieldSchemaDiff`, `OneOfDiff`, `EnumSchemaDiff`).
//!
//! Stricter than that, because a reader would fail or lose data:
//! - a number that is repeated on one side only, also where proto3 spells out no label
//!   (a packed list is no number);
//! - a field that was not required and is now, whatever its type;
//! - fields of two oneofs that are in one now (a reader keeps the last one only);
//! - a group that became a message, and the other way around.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use prost_reflect::{EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor};
use wireform_registry::Incompatibility;

use super::pool::{Compiled, ROOT};
use super::shape::{Label, Number, Shape, label, oneof_of, reserves, shape, top_fields};

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

/// One thing that is not the same in both schemas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) change: Change,
    /// As Confluent's server has it: `#/Order/Item/3`.
    pub(super) path: String,
    what: String,
}

impl Difference {
    pub(super) fn is_compatible(&self) -> bool {
        self.change.is_compatible()
    }
}

impl From<Difference> for Incompatibility {
    fn from(difference: Difference) -> Self {
        Self::new(difference.path, difference.change.name(), difference.what)
    }
}

macro_rules! changes {
    ($($variant:ident $name:literal $verdict:ident,)+) => {
        /// Confluent's `Difference.Type`; the two of `reserved` are ours.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(super) enum Change { $($variant,)+ }

        impl Change {
            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            fn is_compatible(self) -> bool {
                enum Verdict { Breaks, Fits }
                use Verdict::{Breaks, Fits};
                matches!(match self { $(Self::$variant => $verdict,)+ }, Fits)
            }
        }
    };
}

changes! {
    // Since February 2024 (pull request 3004, versions 7.6.1 and 7.7).
    PackageChanged "PACKAGE_CHANGED" Breaks,
    MessageAdded "MESSAGE_ADDED" Fits,
    MessageRemoved "MESSAGE_REMOVED" Breaks,
    // A message index counts in the schema of its own id.
    MessageMoved "MESSAGE_MOVED" Fits,
    EnumAdded "ENUM_ADDED" Fits,
    EnumRemoved "ENUM_REMOVED" Fits,
    EnumConstAdded "ENUM_CONST_ADDED" Fits,
    EnumConstChanged "ENUM_CONST_CHANGED" Fits,
    EnumConstRemoved "ENUM_CONST_REMOVED" Fits,
    FieldAdded "FIELD_ADDED" Fits,
    FieldRemoved "FIELD_REMOVED" Fits,
    FieldNameChanged "FIELD_NAME_CHANGED" Fits,
    FieldKindChanged "FIELD_KIND_CHANGED" Breaks,
    FieldScalarKindChanged "FIELD_SCALAR_KIND_CHANGED" Breaks,
    FieldNamedTypeChanged "FIELD_NAMED_TYPE_CHANGED" Breaks,
    FieldNumericLabelChanged "FIELD_NUMERIC_LABEL_CHANGED" Breaks,
    FieldStringOrBytesLabelChanged "FIELD_STRING_OR_BYTES_LABEL_CHANGED" Fits,
    RequiredFieldAdded "REQUIRED_FIELD_ADDED" Breaks,
    RequiredFieldRemoved "REQUIRED_FIELD_REMOVED" Breaks,
    OneofAdded "ONEOF_ADDED" Fits,
    OneofRemoved "ONEOF_REMOVED" Fits,
    OneofFieldAdded "ONEOF_FIELD_ADDED" Fits,
    OneofFieldRemoved "ONEOF_FIELD_REMOVED" Breaks,
    MultipleFieldsMovedToOneof "MULTIPLE_FIELDS_MOVED_TO_ONEOF" Breaks,
    FieldMovedToExistingOneof "FIELD_MOVED_TO_EXISTING_ONEOF" Breaks,
    // A number that is reserved on one side and used on the other. No finding: seen from the other
    // side it is what one should do, a field removed and its number reserved.
    ReservedNumberUsed "RESERVED_NUMBER_USED" Fits,
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
        let (old_messages, new_messages) = (old.messages().collect(), new.messages().collect());
        self.messages(old_messages, new_messages);
        self.enums(
            &old.enums().collect::<Vec<_>>(),
            &new.enums().collect::<Vec<_>>(),
        );
    }

    /// Compares messages of one scope; entries of maps and groups are no messages there.
    fn messages(&mut self, old: Vec<MessageDescriptor>, new: Vec<MessageDescriptor>) {
        let (old, new) = (declared(old), declared(new));
        for (place, message) in old.iter().enumerate() {
            let found = new.iter().position(|other| other.name() == message.name());
            self.at(message.name(), |here| {
                match found.and_then(|at| Some((at, new.get(at)?))) {
                    None => {
                        let what =
                            format!("message {:?} was removed or renamed", message.full_name());
                        here.report(Change::MessageRemoved, what);
                    }
                    Some((new_place, other)) => {
                        here.message(message, other);
                        if place != new_place {
                            let what = format!("message {:?} was moved", message.full_name());
                            here.report(Change::MessageMoved, what);
                        }
                    }
                }
            });
        }
        for message in new
            .iter()
            .filter(|m| !old.iter().any(|o| o.name() == m.name()))
        {
            let what = format!("message {:?} was added", message.full_name());
            self.at(message.name(), |here| {
                here.report(Change::MessageAdded, what)
            });
        }
    }

    fn message(&mut self, old: &MessageDescriptor, new: &MessageDescriptor) {
        self.oneofs(old, new);
        self.top_fields(old, new);
        self.moved_fields(old, new);
        self.reserved(old, new);
        self.messages(
            old.child_messages().collect(),
            new.child_messages().collect(),
        );
        let (old_enums, new_enums) = (old.child_enums(), new.child_enums());
        self.enums(
            &old_enums.collect::<Vec<_>>(),
            &new_enums.collect::<Vec<_>>(),
        );
    }

    fn oneofs(&mut self, old: &MessageDescriptor, new: &MessageDescriptor) {
        let (olds, news) = (oneofs(old), oneofs(new));
        for (name, fields) in &news {
            self.at(name, |here| here.exclusions(old, fields));
        }
        for (name, fields) in &olds {
            self.at(name, |here| match news.get(name) {
                Some(others) => here.oneof(fields, others, new),
                None => here.report(Change::OneofRemoved, format!("oneof {name:?} was removed")),
            });
        }
        for name in news.keys().filter(|name| !olds.contains_key(*name)) {
            let what = format!("oneof {name:?} was added");
            self.at(name, |here| here.report(Change::OneofAdded, what));
        }
    }

    /// Fields that exclude each other now: what did they do before?
    fn exclusions(&mut self, old: &MessageDescriptor, fields: &[FieldDescriptor]) {
        let before = fields
            .iter()
            .filter_map(|field| old.get_field(field.number()));
        let (mut outside, mut inside, mut homes) = (0, 0, BTreeSet::new());
        for field in before {
            match oneof_of(&field) {
                None => outside += 1,
                Some(home) => {
                    inside += 1;
                    homes.insert(home);
                }
            }
        }
        if outside > 1 || (outside == 0 && homes.len() > 1) {
            let what = "fields that could be set together exclude each other now";
            self.report(Change::MultipleFieldsMovedToOneof, what.to_owned());
        } else if outside == 1 && inside > 0 {
            let what = "a field that could be set beside a oneof is in it now";
            self.report(Change::FieldMovedToExistingOneof, what.to_owned());
        }
    }

    /// Compares the fields of a oneof that is there on both sides.
    fn oneof(&mut self, old: &[FieldDescriptor], new: &[FieldDescriptor], all: &MessageDescriptor) {
        let (olds, news) = (
            by_number(old.iter().cloned()),
            by_number(new.iter().cloned()),
        );
        for number in numbers(&olds, &news) {
            self.at(&number.to_string(), |here| {
                match (olds.get(&number), news.get(&number)) {
                    (Some(old), Some(new)) => here.field(old, new),
                    // One that only left the oneof is no less readable.
                    (Some(_), None) if all.get_field(number).is_some() => {}
                    (Some(old), None) => {
                        let what = format!("field {:?} of a oneof was removed", old.name());
                        here.report(Change::OneofFieldRemoved, what);
                    }
                    (None, Some(new)) => {
                        let what = format!("field {:?} is new in a oneof", new.name());
                        here.report(Change::OneofFieldAdded, what);
                    }
                    (None, None) => {}
                }
            });
        }
    }

    /// Compares the fields outside of oneofs; one that moved into a oneof is no removed one.
    fn top_fields(&mut self, old: &MessageDescriptor, new: &MessageDescriptor) {
        let still = |field: &FieldDescriptor| {
            new.get_field(field.number())
                .is_none_or(|now| oneof_of(&now).is_none())
        };
        let (olds, news) = (
            by_number(top_fields(old).filter(still)),
            by_number(top_fields(new)),
        );
        for number in numbers(&olds, &news) {
            self.at(&number.to_string(), |here| {
                match (olds.get(&number), news.get(&number)) {
                    (Some(old), Some(new)) => here.field(old, new),
                    (Some(old), None) => {
                        let change = match label(old) {
                            Some(Label::Required) => Change::RequiredFieldRemoved,
                            _ => Change::FieldRemoved,
                        };
                        here.report(change, format!("field {:?} was removed", old.name()));
                    }
                    (None, Some(new)) => {
                        let change = match label(new) {
                            Some(Label::Required) => Change::RequiredFieldAdded,
                            _ => Change::FieldAdded,
                        };
                        here.report(change, format!("field {:?} was added", new.name()));
                    }
                    (None, None) => {}
                }
            });
        }
    }

    /// Compares fields that went into a oneof, out of one, or from one to another.
    fn moved_fields(&mut self, old: &MessageDescriptor, new: &MessageDescriptor) {
        let mut fields: Vec<_> = old.fields().collect();
        fields.sort_unstable_by_key(FieldDescriptor::number);
        for field in fields {
            let Some(now) = new.get_field(field.number()) else {
                continue;
            };
            if oneof_of(&field) != oneof_of(&now) {
                self.at(&field.number().to_string(), |here| here.field(&field, &now));
            }
        }
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

    fn field(&mut self, old: &FieldDescriptor, new: &FieldDescriptor) {
        if old.name() != new.name() {
            let what = format!("field {:?} is called {:?}", old.name(), new.name());
            self.report(Change::FieldNameChanged, what);
        }
        let (old_label, new_label) = (label(old), label(new));
        if new_label == Some(Label::Required) && old_label != Some(Label::Required) {
            let what = format!("field {:?} was not required and is now", new.name());
            self.report(Change::RequiredFieldAdded, what);
        }
        self.types(
            &shape(old),
            &shape(new),
            Some((old_label, new_label)),
            new.name(),
        );
    }

    fn types(&mut self, old: &Shape, new: &Shape, labels: Option<Labels>, field: &str) {
        match (old, new) {
            (Shape::Number(old), Shape::Number(new)) => self.numbers(*old, *new, labels, field),
            (Shape::Message(old), Shape::Message(new)) | (Shape::Group(old), Shape::Group(new)) => {
                self.named_types(old, new, field);
            }
            (Shape::Map(old_key, old_value), Shape::Map(new_key, new_value)) => {
                self.numbers(*old_key, *new_key, None, field);
                self.types(old_value, new_value, None, field);
            }
            _ => {
                let what = format!("field {field:?} was {old} and is {new}");
                self.report(Change::FieldKindChanged, what);
            }
        }
    }

    fn numbers(&mut self, old: Number, new: Number, labels: Option<Labels>, field: &str) {
        if old.group != new.group {
            let what = format!("field {field:?} was {} and is {}", old.name, new.name);
            return self.report(Change::FieldScalarKindChanged, what);
        }
        let Some((old_label, new_label)) = labels else {
            return;
        };
        let is_list = |label| label == Some(Label::Repeated);
        let both_differ = old_label.is_some() && new_label.is_some() && old_label != new_label;
        if both_differ || is_list(old_label) != is_list(new_label) {
            let change = match old.is_text() {
                true => Change::FieldStringOrBytesLabelChanged,
                false => Change::FieldNumericLabelChanged,
            };
            let (old, new) = (Label::name(old_label), Label::name(new_label));
            self.report(change, format!("field {field:?} was {old} and is {new}"));
        }
    }

    /// Compares messages by their names within their packages; imported ones by their fields too.
    /// Those of the schema's own file are compared where they are declared.
    fn named_types(&mut self, old: &MessageDescriptor, new: &MessageDescriptor, field: &str) {
        if local_name(old) != local_name(new) {
            let (old, new) = (old.full_name(), new.full_name());
            let what = format!("the type of field {field:?} was {old:?} and is {new:?}");
            return self.report(Change::FieldNamedTypeChanged, what);
        }
        let is_own = |message: &MessageDescriptor| message.parent_file().name() == ROOT;
        let is_declared = |message: &MessageDescriptor| is_own(message) && !is_group(message);
        if is_declared(old) && is_declared(new) {
            return;
        }
        let names = (old.full_name().to_owned(), new.full_name().to_owned());
        let pair = *self.known.entry(names).or_insert_with(|| {
            self.broken.push(false);
            self.pending
                .push_back((self.broken.len() - 1, old.clone(), new.clone()));
            self.broken.len() - 1
        });
        self.uses.push(Use {
            within: self.current,
            path: self.path_text(),
            pair,
            what: format!(
                "the type of field {field:?}, {:?}, is another now",
                new.full_name()
            ),
        });
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
        let mut changed = true;
        let mut reported = vec![false; self.uses.len()];
        while std::mem::take(&mut changed) {
            for (found, done) in self.uses.iter().zip(&mut reported) {
                if *done || !self.broken.get(found.pair).is_some_and(|broken| *broken) {
                    continue;
                }
                (*done, changed) = (true, true);
                if let Some(broken) = found.within.and_then(|pair| self.broken.get_mut(pair)) {
                    *broken = true;
                }
                self.found.push(Difference {
                    change: Change::FieldNamedTypeChanged,
                    path: found.path.clone(),
                    what: found.what.clone(),
                });
            }
        }
    }

    fn enums(&mut self, old: &[EnumDescriptor], new: &[EnumDescriptor]) {
        for declared in old {
            let found = new.iter().find(|other| other.name() == declared.name());
            self.at(declared.name(), |here| match found {
                Some(other) => here.constants(declared, other),
                None => {
                    let what = format!("enum {:?} was removed", declared.full_name());
                    here.report(Change::EnumRemoved, what);
                }
            });
        }
        for declared in new
            .iter()
            .filter(|n| !old.iter().any(|o| o.name() == n.name()))
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

type Labels = (Option<Label>, Option<Label>);

fn declared(messages: Vec<MessageDescriptor>) -> Vec<MessageDescriptor> {
    let is_message = |message: &MessageDescriptor| !message.is_map_entry() && !is_group(message);
    messages.into_iter().filter(is_message).collect()
}

/// Whether the message is the body of a group: declared by a field in its own scope.
fn is_group(message: &MessageDescriptor) -> bool {
    let Some(parent) = message.parent_message() else {
        return false;
    };
    let is_body = |field: FieldDescriptor| {
        field.is_group() && matches!(field.kind(), Kind::Message(body) if body == *message)
    };
    parent.fields().any(is_body)
}

fn oneofs(message: &MessageDescriptor) -> BTreeMap<String, Vec<FieldDescriptor>> {
    let mut found: BTreeMap<String, Vec<FieldDescriptor>> = BTreeMap::new();
    for field in message.fields() {
        if let Some(oneof) = oneof_of(&field) {
            found.entry(oneof).or_default().push(field);
        }
    }
    found
}

type ByNumber = BTreeMap<u32, FieldDescriptor>;

fn by_number(fields: impl Iterator<Item = FieldDescriptor>) -> ByNumber {
    fields.map(|field| (field.number(), field)).collect()
}

fn numbers(one: &ByNumber, other: &ByNumber) -> BTreeSet<u32> {
    one.keys().chain(other.keys()).copied().collect()
}

fn constants(declared: &EnumDescriptor) -> BTreeMap<i32, String> {
    let values = declared.values();
    values
        .map(|value| (value.number(), value.name().to_owned()))
        .collect()
}

/// The name within the package, which may change.
fn local_name(message: &MessageDescriptor) -> &str {
    let name = message.full_name();
    let local = name.strip_prefix(message.package_name());
    local.map_or(name, |local| local.strip_prefix('.').unwrap_or(name))
}

#[cfg(test)]
mod tests;
