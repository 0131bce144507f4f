//! Resolves clashes of names in Rust: prost-build gets other names, while the registered and
//! embedded text keeps the names of the `.proto` file.
//!
//! prost-build turns names into `UpperCamelCase` and `snake_case`, so that `AS3935_config` and
//! `AS3935Config` are one type, and `ID` and `id` one field. The later one gets a number.

use std::collections::{BTreeMap, HashSet};

use heck::{ToSnakeCase, ToUpperCamelCase};
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto};

use crate::compile::Source;
use crate::error::{Error, ErrorKind, Result};

/// Full names of messages as prost-build reads them, with the names in the `.proto` file: only
/// those that differ.
#[derive(Debug, Default)]
pub(crate) struct Renamed {
    originals: BTreeMap<String, String>,
}

impl Renamed {
    /// Returns the name in the `.proto` file.
    pub(crate) fn original<'a>(&'a self, full_name: &'a str) -> &'a str {
        self.originals.get(full_name).map_or(full_name, |name| name)
    }
}

/// Gives everything in `sources` a Rust name of its own. `has_prefixes` says whether variants keep
/// the name of their enum in front.
///
/// # Errors
/// `Unsupported` if two values of an enum become one variant.
pub(crate) fn separate(sources: &mut [Source], has_prefixes: bool) -> Result<Renamed> {
    let mut types = Types::default();
    for source in sources.iter_mut() {
        let file = &mut source.proto;
        let package = file.package().to_owned();
        let module: Vec<String> = package
            .split('.')
            .filter(|part| !part.is_empty())
            .map(ToSnakeCase::to_snake_case)
            .collect();
        let scope = Scope {
            full_name: package.clone(),
            original: package,
            module,
        };
        types.level(&scope, &mut file.message_type, &mut file.enum_type);
    }
    for source in sources.iter_mut() {
        let file = &mut source.proto;
        let extensions = file.extension.iter_mut();
        extensions.for_each(|field| types.refer(field));
        file.message_type.iter_mut().for_each(|m| types.refer_in(m));
        check_variants(&file.enum_type, has_prefixes)?;
        for message in &mut file.message_type {
            separate_members(message, has_prefixes)?;
        }
    }
    Ok(types.renamed())
}

/// The scope of types: a package or a message.
struct Scope {
    full_name: String,
    original: String,
    module: Vec<String>,
}

impl Scope {
    fn inner(&self, name: &str, original: &str) -> Self {
        let module = [&*self.module, &[name.to_snake_case()]].concat();
        Self {
            full_name: join(&self.full_name, name),
            original: join(&self.original, original),
            module,
        }
    }
}

fn join(scope: &str, name: &str) -> String {
    match scope {
        "" => name.to_owned(),
        _ => format!("{scope}.{name}"),
    }
}

#[derive(Default)]
struct Types {
    /// Module and name of every Rust type.
    taken: HashSet<(Vec<String>, String)>,
    /// Full names in the `.proto` files, and their new names.
    new_names: BTreeMap<String, String>,
    messages: HashSet<String>,
}

impl Types {
    fn level(
        &mut self,
        scope: &Scope,
        messages: &mut [DescriptorProto],
        enums: &mut [EnumDescriptorProto],
    ) {
        for declared in enums {
            let name = self.claim(scope, declared.name());
            declared.name = Some(name);
        }
        for message in messages {
            if is_map_entry(message) {
                continue;
            }
            let original = message.name().to_owned();
            let name = self.claim(scope, &original);
            let inner = scope.inner(&name, &original);
            self.messages.insert(inner.original.clone());
            message.name = Some(name);
            self.claim_oneofs(&inner, message);
            self.level(&inner, &mut message.nested_type, &mut message.enum_type);
        }
    }

    /// Returns a name for the type `name`, whose Rust name is free.
    fn claim(&mut self, scope: &Scope, name: &str) -> String {
        let mut free = name.to_owned();
        let mut number = 1_usize;
        while !self.take(scope, free.to_upper_camel_case()) {
            number += 1;
            free = format!("{name}{number}");
        }
        if join(&scope.original, name) != join(&scope.full_name, &free) {
            let new = join(&scope.full_name, &free);
            self.new_names.insert(join(&scope.original, name), new);
        }
        free
    }

    fn take(&mut self, scope: &Scope, ident: String) -> bool {
        self.taken.insert((scope.module.clone(), ident))
    }

    /// Takes the names of the enums that oneofs become; prost-build adds `OneOf` to one that a
    /// nested type has.
    fn claim_oneofs(&mut self, scope: &Scope, message: &mut DescriptorProto) {
        let messages = message.nested_type.iter().map(DescriptorProto::name);
        let enums = message.enum_type.iter().map(EnumDescriptorProto::name);
        let nested: HashSet<String> = messages
            .chain(enums)
            .map(ToUpperCamelCase::to_upper_camel_case)
            .collect();
        let synthetic = synthetic_oneofs(message);
        for (index, oneof) in message.oneof_decl.iter_mut().enumerate() {
            if synthetic.contains(&index) {
                continue;
            }
            let name = oneof.name().to_owned();
            let mut number = 1_usize;
            loop {
                let mut ident = oneof.name().to_upper_camel_case();
                if nested.contains(&ident) {
                    ident.push_str("OneOf");
                }
                if self.take(scope, ident) {
                    break;
                }
                number += 1;
                oneof.name = Some(format!("{name}{number}"));
            }
        }
    }

    fn refer_in(&self, message: &mut DescriptorProto) {
        let extensions = message.extension.iter_mut();
        extensions.for_each(|field| self.refer(field));
        message.field.iter_mut().for_each(|field| self.refer(field));
        message
            .nested_type
            .iter_mut()
            .for_each(|m| self.refer_in(m));
    }

    /// Names the type of `field`, and what it extends, by their new names.
    fn refer(&self, field: &mut FieldDescriptorProto) {
        for name in [&mut field.type_name, &mut field.extendee] {
            let new = name
                .as_deref()
                .and_then(|name| self.new_names.get(name.trim_start_matches('.')));
            if let Some(new) = new {
                *name = Some(format!(".{new}"));
            }
        }
    }

    fn renamed(self) -> Renamed {
        let names = self.new_names.into_iter();
        let messages = names.filter(|(original, _)| self.messages.contains(original));
        Renamed {
            originals: messages.map(|(original, new)| (new, original)).collect(),
        }
    }
}

fn is_map_entry(message: &DescriptorProto) -> bool {
    message
        .options
        .as_ref()
        .is_some_and(prost_types::MessageOptions::map_entry)
}

/// Returns the oneofs that represent proto3's `optional`.
fn synthetic_oneofs(message: &DescriptorProto) -> HashSet<usize> {
    let fields = message.field.iter().filter(|field| field.proto3_optional());
    fields
        .filter_map(|field| usize::try_from(field.oneof_index?).ok())
        .collect()
}

/// Returns the names of the entries of maps whose values are enums.
fn enum_maps(message: &DescriptorProto) -> HashSet<String> {
    let entries = message
        .nested_type
        .iter()
        .filter(|nested| is_map_entry(nested));
    entries
        .filter(|entry| entry.field.iter().any(|f| f.r#type() == Type::Enum))
        .map(|entry| entry.name().to_owned())
        .collect()
}

/// Gives the fields, the methods and the variants of a message unique names.
fn separate_members(message: &mut DescriptorProto, has_prefixes: bool) -> Result<()> {
    check_variants(&message.enum_type, has_prefixes)?;
    for nested in &mut message.nested_type {
        separate_members(nested, has_prefixes)?;
    }
    let enum_maps = enum_maps(message);
    let synthetic = synthetic_oneofs(message);
    let is_synthetic = |field: &FieldDescriptorProto| {
        let index = field.oneof_index.and_then(|i| usize::try_from(i).ok());
        index.is_none_or(|index| synthetic.contains(&index))
    };

    let mut idents = HashSet::new();
    let mut methods = HashSet::new();
    let mut variants = HashSet::new();
    for (index, oneof) in message.oneof_decl.iter_mut().enumerate() {
        if !synthetic.contains(&index) {
            idents.insert(oneof.name().to_snake_case());
        }
    }
    for field in &mut message.field {
        if !is_synthetic(field) {
            let oneof = field.oneof_index;
            rename(field, |name| {
                variants.insert((oneof, name.to_upper_camel_case()))
            });
            continue;
        }
        let kind = Methods::of(field, &enum_maps);
        rename(field, |name| {
            let ident = name.to_snake_case();
            let names = kind.names(&ident);
            let is_taken = idents.contains(&ident)
                || names.iter().any(|name| methods.contains(name))
                || (kind == Methods::Map && is_keyword(&ident));
            if !is_taken {
                idents.insert(ident);
                methods.extend(names);
            }
            !is_taken
        });
    }
    Ok(())
}

/// Renames a field until `take` accepts its name.
fn rename(field: &mut FieldDescriptorProto, mut take: impl FnMut(&str) -> bool) {
    let name = field.name().to_owned();
    let mut number = 1_usize;
    while !take(field.name()) {
        number += 1;
        field.name = Some(format!("{name}{number}"));
    }
}

/// The methods that prost derives for a field (`methods` in prost-derive's `field/scalar.rs` and
/// `field/map.rs`).
#[derive(Clone, Copy, PartialEq)]
enum Methods {
    Enum,
    List,
    Map,
    None,
    Optional,
}

impl Methods {
    fn of(field: &FieldDescriptorProto, enum_maps: &HashSet<String>) -> Self {
        let is_list = field.label() == Label::Repeated;
        let entry = field.type_name().rsplit('.').next().unwrap_or_default();
        match field.r#type() {
            Type::Enum if is_list => Self::List,
            Type::Enum => Self::Enum,
            Type::Message if is_list && enum_maps.contains(entry) => Self::Map,
            Type::Message | Type::Group => Self::None,
            _ if is_list => Self::None,
            _ => Self::Optional,
        }
    }

    fn names(self, ident: &str) -> Vec<String> {
        match self {
            Self::Enum => vec![ident.to_owned(), format!("set_{ident}")],
            Self::List => vec![ident.to_owned(), format!("push_{ident}")],
            Self::Map => vec![format!("get_{ident}"), format!("insert_{ident}")],
            Self::None => Vec::new(),
            Self::Optional => vec![ident.to_owned()],
        }
    }
}

/// Returns whether a name is a keyword: prost-derive 0.14 makes `get_r#type` of it, and panics.
fn is_keyword(ident: &str) -> bool {
    syn::parse_str::<syn::Ident>(ident).is_err()
}

/// Refuses two values that become one variant, for which prost-build panics. protoc refuses such
/// values in proto3 and warns of them in proto2.
fn check_variants(enums: &[EnumDescriptorProto], has_prefixes: bool) -> Result<()> {
    for declared in enums {
        let prefix = declared.name().to_upper_camel_case();
        let mut numbers = HashSet::new();
        let mut variants: BTreeMap<String, &str> = BTreeMap::new();
        for value in &declared.value {
            // An alias of a number has no variant.
            if !numbers.insert(value.number()) {
                continue;
            }
            let variant = value.name().to_upper_camel_case();
            let variant = match has_prefixes {
                true => variant,
                false => without_prefix(&prefix, variant),
            };
            if let Some(other) = variants.insert(variant.clone(), value.name()) {
                let message = format!(
                    "enum {:?}: the values {other:?} and {:?} would become one variant {variant:?}",
                    declared.name(),
                    value.name()
                );
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
        }
    }
    Ok(())
}

fn without_prefix(prefix: &str, variant: String) -> String {
    match variant.strip_prefix(prefix) {
        Some(rest) if rest.starts_with(char::is_uppercase) => rest.to_owned(),
        _ => variant,
    }
}
