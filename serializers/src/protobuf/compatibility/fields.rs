use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{FieldDescriptor, MessageDescriptor};

use super::super::pool::ROOT;
use super::super::shape::{Label, Number, Shape, label, oneof_of, shape, top_fields};
use super::change::Change;
use super::{Comparison, Use};

/// A field that only one of two messages has.
enum OneSided<'a> {
    Added(&'a FieldDescriptor),
    Removed(&'a FieldDescriptor),
}

impl Comparison {
    pub(super) fn oneofs(&mut self, old: &MessageDescriptor, new: &MessageDescriptor) {
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
        self.each(&olds, &news, |here, one_sided| match one_sided {
            // One that only left the oneof is as readable as before.
            OneSided::Removed(old) if all.get_field(old.number()).is_some() => {}
            OneSided::Removed(old) => {
                let what = format!("field {:?} of a oneof was removed", old.name());
                here.report(Change::OneofFieldRemoved, what);
            }
            OneSided::Added(new) => {
                let what = format!("field {:?} is new in a oneof", new.name());
                here.report(Change::OneofFieldAdded, what);
            }
        });
    }

    /// Compares the fields that are on both sides, and reports the others by `one_sided`.
    fn each(
        &mut self,
        olds: &ByNumber,
        news: &ByNumber,
        one_sided: impl Fn(&mut Self, OneSided<'_>),
    ) {
        let numbers: BTreeSet<u32> = olds.keys().chain(news.keys()).copied().collect();
        for number in numbers {
            self.at(&number.to_string(), |here| {
                match (olds.get(&number), news.get(&number)) {
                    (Some(old), Some(new)) => here.field(old, new),
                    (Some(old), None) => one_sided(here, OneSided::Removed(old)),
                    (None, Some(new)) => one_sided(here, OneSided::Added(new)),
                    (None, None) => {}
                }
            });
        }
    }

    /// Compares the fields outside of oneofs; one that moved into a oneof is not removed.
    pub(super) fn top_fields(&mut self, old: &MessageDescriptor, new: &MessageDescriptor) {
        let still = |field: &FieldDescriptor| {
            new.get_field(field.number())
                .is_none_or(|now| oneof_of(&now).is_none())
        };
        let (olds, news) = (
            by_number(top_fields(old).filter(still)),
            by_number(top_fields(new)),
        );
        self.each(&olds, &news, |here, one_sided| match one_sided {
            OneSided::Removed(old) => {
                let change = match label(old) {
                    Some(Label::Required) => Change::RequiredFieldRemoved,
                    _ => Change::FieldRemoved,
                };
                here.report(change, format!("field {:?} was removed", old.name()));
            }
            OneSided::Added(new) => {
                let change = match label(new) {
                    Some(Label::Required) => Change::RequiredFieldAdded,
                    _ => Change::FieldAdded,
                };
                here.report(change, format!("field {:?} was added", new.name()));
            }
        });
    }

    /// Compares fields that went into a oneof, out of one, or from one to another.
    pub(super) fn moved_fields(&mut self, old: &MessageDescriptor, new: &MessageDescriptor) {
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
            (Shape::Message(old), Shape::Message(new)) => {
                let is_own = |message: &MessageDescriptor| message.parent_file().name() == ROOT;
                self.named_types(old, new, field, is_own(old) && is_own(new));
            }
            (Shape::Group(old), Shape::Group(new)) => self.named_types(old, new, field, false),
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
    fn named_types(
        &mut self,
        old: &MessageDescriptor,
        new: &MessageDescriptor,
        field: &str,
        are_declared: bool,
    ) {
        if local_name(old) != local_name(new) {
            let (old, new) = (old.full_name(), new.full_name());
            let what = format!("the type of field {field:?} was {old:?} and is {new:?}");
            return self.report(Change::FieldNamedTypeChanged, what);
        }
        if are_declared {
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
}

type Labels = (Option<Label>, Option<Label>);

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

/// The name within the package, which may change.
pub(super) fn local_name(message: &MessageDescriptor) -> &str {
    let name = message.full_name();
    let local = name.strip_prefix(message.package_name());
    local.map_or(name, |local| local.strip_prefix('.').unwrap_or(name))
}
