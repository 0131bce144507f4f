//! Which of the writer's fields a reader reads, by name and alias.

use std::collections::HashMap;

use super::schema::{Field, Record};

/// What a reader's field is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldMatch {
    /// Nothing: the writer has no such field.
    Missing,
    /// The writer's field of this number.
    One(usize),
    /// Its aliases are the names of several of the writer's fields.
    Several,
}

/// For each field of the reader, what it is read from. No field of the writer is read twice.
///
/// A field of the same name is always taken, so that a schema reads its own data. An alias counts
/// only where there is none, and only for a field that is not read by its name. Of two fields that
/// are read by an alias from one, the last takes it, as in Java.
pub(super) fn match_fields(writer: &Record, reader: &Record) -> Vec<FieldMatch> {
    let names: HashMap<&str, usize> = (writer.fields.iter())
        .map(|field| &*field.name)
        .zip(0..)
        .collect();
    let mut read_by: HashMap<usize, usize> = HashMap::with_capacity(reader.fields.len());
    let mut matches = vec![FieldMatch::Missing; reader.fields.len()];
    for ((index, field), found) in reader.fields.iter().enumerate().zip(&mut matches) {
        if let Some(&source) = names.get(&*field.name) {
            read_by.insert(source, index);
            *found = FieldMatch::One(source);
        }
    }
    let by_name = read_by.clone();
    for (index, field) in reader.fields.iter().enumerate() {
        if names.contains_key(&*field.name) {
            continue;
        }
        let sources = by_alias(field, &names, &by_name);
        let found = match *sources {
            [] => continue,
            [source] => {
                if let Some(other) = read_by.insert(source, index)
                    && let Some(other) = matches.get_mut(other)
                {
                    *other = FieldMatch::Missing;
                }
                FieldMatch::One(source)
            }
            _ => FieldMatch::Several,
        };
        if let Some(place) = matches.get_mut(index) {
            *place = found;
        }
    }
    matches
}

/// The writer's fields that an alias of `field` names, without those that are read by their names.
fn by_alias(
    field: &Field,
    names: &HashMap<&str, usize>,
    by_name: &HashMap<usize, usize>,
) -> Vec<usize> {
    let aliases = field.aliases.iter();
    let mut sources: Vec<usize> = aliases
        .filter_map(|alias| names.get(&**alias).copied())
        .filter(|source| !by_name.contains_key(source))
        .collect();
    sources.sort_unstable();
    sources.dedup();
    sources
}
