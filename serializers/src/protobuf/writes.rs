//! Checks that the bytes of a generated message are valid for a registered schema.

use std::collections::{HashMap, HashSet};

use prost::Message;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
};
use wireform_registry::ResolvedSchema;

use crate::error::{Error, ErrorKind, Result};
use crate::frame::MessageIndex;

use super::descriptor::{self, MessageNames, join};
use super::record::ProtoFile;

/// Checks that the message at `index` of `schema` is named `full_name`, and that every field of the
/// message in `file` is there with the same number and a type of the same bytes; so on for the
/// messages in its fields.
///
/// Additional fields of the schema do not matter, except for `required` ones. Names of fields and
/// the values of enums are not in the bytes and are not compared.
pub(super) fn check(
    file: &'static ProtoFile,
    full_name: &str,
    index: &MessageIndex,
    schema: &ResolvedSchema,
) -> Result<()> {
    let main = descriptor::parse("schema", &schema.text)?;
    check_name(&MessageNames::new(&main), full_name, index)?;
    let mut theirs = Types::default();
    for reference in &schema.references {
        theirs.add(&descriptor::parse(&reference.name, &reference.text)?.file);
    }
    theirs.add(&main.file);
    Comparison {
        ours: Types::of(file)?,
        theirs,
    }
    .run(full_name)
}

/// Checks a message without generated code.
#[cfg(feature = "protobuf-reflect")]
pub(super) fn check_dynamic(
    file: &prost_reflect::FileDescriptor,
    full_name: &str,
    index: &MessageIndex,
    schema: &ResolvedSchema,
) -> Result<()> {
    let writer = super::pool::compile(schema)?;
    check_name(&MessageNames::new(&writer.registered), full_name, index)?;
    Comparison {
        ours: Types::of_compiled(file),
        theirs: Types::of_compiled(&writer.file),
    }
    .run(full_name)
}

fn check_name(names: &MessageNames, full_name: &str, index: &MessageIndex) -> Result<()> {
    let path = index.path();
    let message = match names.at(index) {
        Some(found) if found == full_name => return Ok(()),
        Some(found) => {
            format!("the schema's message {path:?} is \"{found}\", expected \"{full_name}\"")
        }
        None => format!("the schema has no message {path:?}, expected \"{full_name}\" there"),
    };
    Err(Error::new(ErrorKind::Incompatible, message))
}

/// The types of some files by their full names.
#[derive(Debug, Default)]
struct Types {
    messages: HashMap<String, DescriptorProto>,
    enums: HashSet<String>,
}

/// The kind of value in the bytes of a field.
#[derive(Debug, PartialEq, Eq)]
enum Wire {
    Scalar(Type),
    Enum,
    Group(String),
    Message(String),
}

impl Types {
    fn of(file: &'static ProtoFile) -> Result<Self> {
        let mut types = Self::default();
        for file in file.with_imports() {
            let decoded = FileDescriptorProto::decode(file.descriptor()).map_err(|error| {
                let message = format!("the embedded descriptor of {:?} is broken", file.path());
                Error::new(ErrorKind::Config, message).with_source(error)
            })?;
            types.add(&decoded);
        }
        Ok(types)
    }

    #[cfg(feature = "protobuf-reflect")]
    fn of_compiled(file: &prost_reflect::FileDescriptor) -> Self {
        let mut types = Self::default();
        let mut seen = HashSet::new();
        let mut pending = vec![file.clone()];
        while let Some(file) = pending.pop() {
            if seen.insert(file.name().to_owned()) {
                types.add(file.file_descriptor_proto());
                pending.extend(file.dependencies());
            }
        }
        types
    }

    fn add(&mut self, file: &FileDescriptorProto) {
        self.add_enums(&file.enum_type, file.package());
        self.add_messages(&file.message_type, file.package());
    }

    fn add_messages(&mut self, messages: &[DescriptorProto], scope: &str) {
        for message in messages {
            let full_name = join(scope, message.name());
            self.add_enums(&message.enum_type, &full_name);
            self.add_messages(&message.nested_type, &full_name);
            let without_nested = DescriptorProto {
                nested_type: Vec::new(),
                enum_type: Vec::new(),
                ..message.clone()
            };
            self.messages.insert(full_name, without_nested);
        }
    }

    fn add_enums(&mut self, enums: &[EnumDescriptorProto], scope: &str) {
        let names = enums.iter().map(|declared| join(scope, declared.name()));
        self.enums.extend(names);
    }

    /// Returns the kind of a field of the message `scope`; the type names of a parsed text are
    /// relative.
    fn wire(&self, field: &FieldDescriptorProto, scope: &str) -> Result<Wire> {
        let Some(name) = &field.type_name else {
            return Ok(Wire::Scalar(field.r#type()));
        };
        let full_name = self.resolve(name, scope).ok_or_else(|| {
            let message = format!("type {name:?} is not defined");
            Error::new(ErrorKind::InvalidSchema, message)
        })?;
        Ok(match field.r#type {
            Some(t) if t == i32::from(Type::Group) => Wire::Group(full_name),
            _ if self.enums.contains(&full_name) || is_known_enum(&full_name) => Wire::Enum,
            _ => Wire::Message(full_name),
        })
    }

    /// From the innermost scope outwards, as C++ does:
    /// <https://protobuf.dev/programming-guides/proto3/#name-resolution>.
    fn resolve(&self, name: &str, scope: &str) -> Option<String> {
        if let Some(full_name) = name.strip_prefix('.') {
            return Some(full_name.to_owned());
        }
        let mut scope = Some(scope);
        while let Some(within) = scope {
            let candidate = join(within, name);
            if self.has(&candidate) || is_known_type(&candidate) {
                return Some(candidate);
            }
            scope = match within.rsplit_once('.') {
                Some((outer, _)) => Some(outer),
                None => (!within.is_empty()).then_some(""),
            };
        }
        None
    }

    fn has(&self, full_name: &str) -> bool {
        self.messages.contains_key(full_name) || self.enums.contains(full_name)
    }
}

struct Comparison {
    ours: Types,
    theirs: Types,
}

/// Two messages to compare, and the field that led there. A list and not recursion: a schema's
/// chain of messages may be long.
struct Pair {
    ours: String,
    theirs: String,
    parent: Option<usize>,
    field: String,
}

impl Comparison {
    fn run(&self, full_name: &str) -> Result<()> {
        let mut seen = HashSet::new();
        let mut pairs = vec![Pair {
            ours: full_name.to_owned(),
            theirs: full_name.to_owned(),
            parent: None,
            field: String::new(),
        }];
        let mut next = 0;
        while let Some(pair) = pairs.get(next) {
            let mut found = Vec::new();
            if seen.insert((pair.ours.clone(), pair.theirs.clone())) {
                found = self
                    .message(pair)
                    .map_err(|error| at_path(error, &pairs, next))?;
            }
            pairs.extend(found.into_iter().map(|(field, ours, theirs)| Pair {
                ours,
                theirs,
                parent: Some(next),
                field,
            }));
            next += 1;
        }
        Ok(())
    }

    /// Compares the fields of two messages; returns those that hold messages to compare.
    fn message(&self, pair: &Pair) -> Result<Vec<(String, String, String)>> {
        let (ours, theirs) = match (
            self.ours.messages.get(&pair.ours),
            self.theirs.messages.get(&pair.theirs),
        ) {
            (Some(ours), Some(theirs)) => (ours, theirs),
            _ if pair.ours == pair.theirs && is_known_type(&pair.ours) => return Ok(Vec::new()),
            _ => return Err(differs(&pair.ours, &pair.theirs)),
        };
        let mut inner = Vec::new();
        for field in &ours.field {
            let deeper = self.field(pair, field, theirs);
            inner.extend(deeper.map_err(|error| error.at(field.name().to_owned()))?);
        }
        check_required(ours, theirs)?;
        check_oneofs(ours, theirs)?;
        Ok(inner)
    }

    fn field(
        &self,
        pair: &Pair,
        field: &FieldDescriptorProto,
        theirs: &DescriptorProto,
    ) -> Result<Option<(String, String, String)>> {
        let Some(other) = by_number(theirs, field.number()) else {
            let message = format!("the schema has no field number {}", field.number());
            return Err(incompatible(message));
        };
        let is_repeated = |f: &FieldDescriptorProto| f.label() == Label::Repeated;
        if is_repeated(field) != is_repeated(other) {
            return Err(incompatible("repeated on one side only"));
        }
        let ours = self.ours.wire(field, &pair.ours)?;
        let theirs = self.theirs.wire(other, &pair.theirs)?;
        match (ours, theirs) {
            (Wire::Message(ours), Wire::Message(theirs))
            | (Wire::Group(ours), Wire::Group(theirs)) => {
                Ok(Some((field.name().to_owned(), ours, theirs)))
            }
            (ours, theirs) if ours == theirs => Ok(None),
            (ours, theirs) => Err(differs(ours.name(), theirs.name())),
        }
    }
}

impl Wire {
    fn name(&self) -> &str {
        match self {
            Self::Scalar(scalar) => scalar.as_str_name(),
            Self::Enum => Type::Enum.as_str_name(),
            Self::Group(name) | Self::Message(name) => name,
        }
    }
}

fn check_required(ours: &DescriptorProto, theirs: &DescriptorProto) -> Result<()> {
    let missing = theirs.field.iter().find(|field| {
        field.label() == Label::Required && by_number(ours, field.number()).is_none()
    });
    missing.map_or(Ok(()), |field| {
        Err(incompatible("required by the schema").at(field.name().to_owned()))
    })
}

/// Fields that exclude each other in the schema must do so here: of two in the bytes, a reader
/// keeps the last.
fn check_oneofs(ours: &DescriptorProto, theirs: &DescriptorProto) -> Result<()> {
    let mut group_of = HashMap::new();
    for field in &ours.field {
        let Some(oneof) = by_number(theirs, field.number()).and_then(real_oneof) else {
            continue;
        };
        let own = real_oneof(field).ok_or(field.number());
        if *group_of.entry(oneof).or_insert(own) != own {
            let message = "in one oneof with others in the schema only";
            return Err(incompatible(message).at(field.name().to_owned()));
        }
    }
    Ok(())
}

/// The oneof that a field is in, but for those that only stand for `optional`.
fn real_oneof(field: &FieldDescriptorProto) -> Option<i32> {
    field.oneof_index.filter(|_| !field.proto3_optional())
}

fn by_number(message: &DescriptorProto, number: i32) -> Option<&FieldDescriptorProto> {
    message.field.iter().find(|field| field.number() == number)
}

fn differs(ours: &str, theirs: &str) -> Error {
    incompatible(format!("{theirs} in the schema, {ours} here"))
}

fn incompatible(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Incompatible, message)
}

fn at_path(error: Error, pairs: &[Pair], leaf: usize) -> Error {
    let mut error = error;
    let mut place = pairs.get(leaf);
    while let Some(pair) = place {
        if pair.parent.is_some() {
            error = error.at(pair.field.clone());
        }
        place = pair.parent.and_then(|parent| pairs.get(parent));
    }
    error
}

/// Returns whether the type comes with every client, so that no reference contains it, see
/// [`ProtoFile::is_known_type`].
fn is_known_type(full_name: &str) -> bool {
    ["confluent.", "google.protobuf.", "google.type."]
        .iter()
        .any(|package| full_name.starts_with(package))
}

/// Returns whether the type is an enum that no reference contains.
fn is_known_enum(full_name: &str) -> bool {
    is_known_type(full_name) && super::known::is_enum(full_name)
}
