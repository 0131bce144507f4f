//! A registered schema with everything that it imports: names resolved, types checked.

use std::collections::{HashMap, HashSet};

use prost_reflect::{DescriptorPool, FileDescriptor, Kind, MessageDescriptor};
use prost_types::{EnumDescriptorProto, FileDescriptorProto};
use wireform_registry::{ResolvedSchema, SchemaKind};

#[cfg(feature = "protobuf-reflect")]
pub(super) use self::adapt::renamed_field;
use crate::error::{Error, ErrorKind, Result};

use super::descriptor::{self, Registered};
use super::{known, nesting};

pub(crate) mod adapt;
#[cfg(test)]
mod tests;

/// A schema whose names are all resolved.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    /// The file itself, under the name [`ROOT`].
    pub(super) file: FileDescriptor,
    /// The file as it was registered.
    pub(super) registered: Registered,
    /// Whether `file` is the descriptor that protoc makes from the text: some texts are changed so
    /// that prost-reflect takes them.
    pub(super) is_exact: bool,
    /// How deeply it, or what it imports, nests.
    pub(super) depth: usize,
}

/// Parses a schema and what it imports: by the names of its references, else from the files that
/// come with every client. Nothing else is looked for, on no disk and no network.
///
/// # Errors
/// `InvalidSchema` with the place or name; `LimitExceeded`.
pub(super) fn compile(schema: &ResolvedSchema) -> Result<Compiled> {
    if schema.kind != SchemaKind::Protobuf {
        let message = format!("expected a Protobuf schema, found {}", schema.kind);
        return Err(Error::new(ErrorKind::InvalidSchema, message));
    }
    let registered = descriptor::parse("schema", &schema.text)?;
    let files = Files {
        references: schema
            .references
            .iter()
            .map(|r| (&*r.name, &*r.text))
            .collect(),
        seen: HashSet::new(),
        pool: DescriptorPool::global(),
    };
    let depth = files.deepest(registered.depth);
    let (file, is_exact) = nesting::with_stack(depth, || files.compile(&registered))?;
    Ok(Compiled {
        file,
        registered,
        is_exact,
        depth,
    })
}

/// Reads the same files again, with their options known: a field's `packed` is an option, and
/// prost-reflect 0.16 asks for it before it reads those of a text.
fn with_options(first: &DescriptorPool) -> Result<DescriptorPool> {
    let mut pool = DescriptorPool::global();
    for file in first.files() {
        if pool.get_file_by_name(file.name()).is_none() {
            pool.decode_file_descriptor_proto(&*file.encode_to_vec())
                .map_err(|error| invalid(&error.to_string()))?;
        }
    }
    Ok(pool)
}

struct Files<'a> {
    references: HashMap<&'a str, &'a str>,
    /// Imports that were found, also those that are still being read.
    seen: HashSet<String>,
    pool: DescriptorPool,
}

impl Files<'_> {
    /// How deeply one of the files nests; what is too deep is refused when it is read.
    fn deepest(&self, root: usize) -> usize {
        let references = self.references.values();
        let depths = references.map(|text| match nesting::check(text) {
            // A descriptor has no brackets.
            Ok(0) | Err(_) => nesting::MAX_DEPTH,
            Ok(depth) => depth,
        });
        depths.fold(root, usize::max)
    }

    /// The file, and whether it is [exact](Compiled::is_exact).
    fn compile(mut self, registered: &Registered) -> Result<(FileDescriptor, bool)> {
        self.import_all(&registered.file, 0)?;
        let mut root = registered.file.clone();
        root.name = Some(ROOT.to_owned());
        let is_exact = self.add(root)?;
        let file = with_options(&self.pool)?.get_file_by_name(ROOT);
        let file = file.ok_or_else(|| invalid("the compiled schema has no file"))?;
        Ok((file, is_exact))
    }

    fn import_all(&mut self, file: &FileDescriptorProto, depth: usize) -> Result<()> {
        for name in &file.dependency {
            self.import(name, depth)?;
        }
        Ok(())
    }

    fn import(&mut self, name: &str, depth: usize) -> Result<()> {
        if name == ROOT {
            return Err(invalid("an import has no name"));
        }
        // Google's own files are known already; what else is built in gives way to a reference.
        if self.pool.get_file_by_name(name).is_some() {
            return Ok(());
        }
        if !self.seen.insert(name.to_owned()) {
            return Err(invalid(&format!("import {name:?} leads back to itself")));
        }
        if depth == MAX_DEPTH {
            let message = format!("imports nest deeper than {MAX_DEPTH}, at {name:?}");
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
        let text = self
            .references
            .get(name)
            .copied()
            .or_else(|| known::text(name));
        let Some(text) = text else {
            let message = format!("import {name:?} is not among the schema's references");
            return Err(Error::new(ErrorKind::InvalidSchema, message));
        };
        let mut file = descriptor::parse(name, text)?.file;
        file.name = Some(name.to_owned());
        self.import_all(&file, depth + 1)?;
        self.add(file).map(drop)
    }

    /// Returns whether the file was added unchanged.
    fn add(&mut self, mut file: FileDescriptorProto) -> Result<bool> {
        check_lists(&file)?;
        check_ranges(&file)?;
        adapt::complete(&mut file);
        let complete = file.clone();
        adapt::adapt(&mut file, &self.pool);
        let mut is_exact = file == complete;
        let name = file.name().to_owned();
        // A file is added whole or not at all.
        if self.pool.add_file_descriptor_proto(file.clone()).is_err() {
            adapt::drop_options(&mut file);
            is_exact = false;
            self.pool.add_file_descriptor_proto(file).map_err(|error| {
                let place = if name == ROOT {
                    String::new()
                } else {
                    format!("import {name:?}: ")
                };
                // Its Debug text has the place too, if there is one.
                Error::new(ErrorKind::InvalidSchema, format!("{place}{error}"))
            })?;
        }
        let added = self.pool.get_file_by_name(&name);
        if let Some(file) = added {
            file.messages().try_for_each(|m| check_entries(&m))?;
        }
        Ok(is_exact)
    }
}

/// Refuses a descriptor whose lists point at what is not there. A text never has such.
fn check_lists(file: &FileDescriptorProto) -> Result<()> {
    let mut messages: Vec<_> = file.message_type.iter().collect();
    while let Some(message) = messages.pop() {
        for field in &message.field {
            let oneof = field.oneof_index.map(usize::try_from);
            if oneof.is_some_and(|index| !index.is_ok_and(|i| i < message.oneof_decl.len())) {
                return Err(invalid(&format!("field {:?} is in no oneof", field.name())));
            }
        }
        messages.extend(&message.nested_type);
    }
    Ok(())
}

/// Refuses what would take minutes: numbers are looked for in ranges one by one.
fn check_ranges(file: &FileDescriptorProto) -> Result<()> {
    let in_enum = |e: &EnumDescriptorProto| e.value.len().saturating_mul(e.reserved_range.len());
    let mut work: usize = file.enum_type.iter().map(in_enum).sum();
    let mut messages: Vec<_> = file.message_type.iter().collect();
    while let Some(message) = messages.pop() {
        let ranges = message.reserved_range.len() + message.extension_range.len();
        let numbers = message
            .field
            .len()
            .saturating_mul(ranges + message.reserved_name.len());
        work = work.saturating_add(numbers);
        work = work.saturating_add(message.enum_type.iter().map(in_enum).sum());
        messages.extend(&message.nested_type);
    }
    if work <= MAX_RANGE_CHECKS {
        return Ok(());
    }
    let message = "the schema has too many numbers and reserved ranges";
    Err(Error::new(ErrorKind::LimitExceeded, message))
}

/// Refuses messages that set `map_entry` and are not map entries: what reads them relies on a key and a value.
fn check_entries(message: &MessageDescriptor) -> Result<()> {
    if message.is_map_entry() && !is_entry(message) {
        return Err(invalid(&format!(
            "{:?} has map_entry, but not the two fields of a map entry",
            message.full_name()
        )));
    }
    message
        .child_messages()
        .try_for_each(|nested| check_entries(&nested))
}

fn is_entry(message: &MessageDescriptor) -> bool {
    let (Some(key), Some(value)) = (message.get_field(1), message.get_field(2)) else {
        return false;
    };
    let is_key = !matches!(
        key.kind(),
        Kind::Bytes | Kind::Double | Kind::Enum(_) | Kind::Float | Kind::Message(_)
    );
    let is_single = |field: &prost_reflect::FieldDescriptor| !field.is_list() && !field.is_map();
    is_key && is_single(&key) && is_single(&value) && message.fields().len() == 2
}

fn invalid(what: &str) -> Error {
    Error::new(
        ErrorKind::InvalidSchema,
        format!("not a Protobuf schema: {what}"),
    )
}

/// The name of the schema's own file in its pool; no import can have it.
pub(super) const ROOT: &str = "";
const MAX_DEPTH: usize = 64;
/// A thousand fields and a thousand ranges in every one of four messages.
const MAX_RANGE_CHECKS: usize = 4_000_000;
