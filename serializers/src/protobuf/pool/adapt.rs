//! Changes a file so that prost-reflect 0.16 takes it as protoc does. No change alters what the
//! messages read, write or are called.

use std::collections::HashSet;

use prost_reflect::{DescriptorPool, FileDescriptor};
#[cfg(feature = "protobuf-reflect")]
use prost_reflect::{FieldDescriptor, MessageDescriptor};
use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, UninterpretedOption,
};

/// Names what protoc names, and the parser does not.
pub(super) fn complete(file: &mut FileDescriptorProto) {
    if file.syntax() == "proto3" {
        file.message_type.iter_mut().for_each(complete_message);
    }
}

fn complete_message(message: &mut DescriptorProto) {
    rename_synthetic_oneofs(message);
    message.nested_type.iter_mut().for_each(complete_message);
}

/// Adapts imports and names of `file` before it is added to `pool`, which has what it imports.
pub(super) fn adapt(file: &mut FileDescriptorProto, pool: &DescriptorPool) {
    add_public_imports(file, pool);
    let is_proto3 = file.syntax() == "proto3";
    for message in &mut file.message_type {
        adapt_names(message, is_proto3);
    }
}

fn adapt_names(message: &mut DescriptorProto, is_proto3: bool) {
    if is_proto3 {
        separate_field_names(message);
    } else {
        separate_json_names(message);
    }
    for nested in &mut message.nested_type {
        adapt_names(nested, is_proto3);
    }
}

fn add_public_imports(file: &mut FileDescriptorProto, pool: &DescriptorPool) {
    let added = public_imports(&file.dependency, |name| {
        let import = pool.get_file_by_name(name);
        let public = import.iter().flat_map(FileDescriptor::public_dependencies);
        public.map(|public| public.name().to_owned()).collect()
    });
    file.dependency.extend(added);
}

/// Returns the files that `imports` import publicly, through any number of files, without those
/// that are in `imports`. `public_imports_of` returns what one file imports publicly.
///
/// prost-reflect 0.16 follows one step only, protoc any number: `resolve_public_dependencies`
/// recurses into what it has seen before, not into what is new.
pub fn public_imports(
    imports: &[String],
    mut public_imports_of: impl FnMut(&str) -> Vec<String>,
) -> Vec<String> {
    let mut seen: HashSet<String> = imports.iter().cloned().collect();
    let mut pending = imports.to_vec();
    let mut added = Vec::new();
    while let Some(name) = pending.pop() {
        for import in public_imports_of(&name) {
            if seen.insert(import.clone()) {
                added.push(import.clone());
                pending.push(import);
            }
        }
    }
    added
}

/// Drops the options of a text that change nothing for a reader: extensions of other programs,
/// whose files need not be at hand, and options that prost-reflect does not know or cannot resolve.
pub(super) fn drop_options(file: &mut FileDescriptorProto) {
    if let Some(options) = &mut file.options {
        options.uninterpreted_option.clear();
    }
    for service in &mut file.service {
        if let Some(options) = &mut service.options {
            options.uninterpreted_option.clear();
        }
        let methods = service.method.iter_mut();
        for options in methods.filter_map(|method| method.options.as_mut()) {
            options.uninterpreted_option.clear();
        }
    }
    file.extension.iter_mut().for_each(drop_field_options);
    file.enum_type.iter_mut().for_each(drop_enum_options);
    file.message_type.iter_mut().for_each(drop_message_options);
}

fn drop_message_options(message: &mut DescriptorProto) {
    if let Some(options) = &mut message.options {
        keep(
            &mut options.uninterpreted_option,
            &["map_entry", "message_set_wire_format"],
        );
    }
    for range in &mut message.extension_range {
        range.options = None;
    }
    for oneof in &mut message.oneof_decl {
        oneof.options = None;
    }
    message.field.iter_mut().for_each(drop_field_options);
    message.extension.iter_mut().for_each(drop_field_options);
    message.enum_type.iter_mut().for_each(drop_enum_options);
    message
        .nested_type
        .iter_mut()
        .for_each(drop_message_options);
}

fn drop_field_options(field: &mut FieldDescriptorProto) {
    if let Some(options) = &mut field.options {
        keep(&mut options.uninterpreted_option, &["packed"]);
    }
}

fn drop_enum_options(declared: &mut prost_types::EnumDescriptorProto) {
    if let Some(options) = &mut declared.options {
        keep(&mut options.uninterpreted_option, &["allow_alias"]);
    }
    let values = declared.value.iter_mut();
    for options in values.filter_map(|value| value.options.as_mut()) {
        options.uninterpreted_option.clear();
    }
}

fn keep(options: &mut Vec<UninterpretedOption>, names: &[&str]) {
    options.retain(|option| match option.name.as_slice() {
        [part] => !part.is_extension && names.contains(&&*part.name_part),
        _ => false,
    });
}

/// Gives the oneof of a proto3 `optional` field another name where a oneof or a field has it: the
/// name is made up, and protoc puts `X` in front until it is free.
fn rename_synthetic_oneofs(message: &mut DescriptorProto) {
    let synthetic: HashSet<usize> = message
        .field
        .iter()
        .filter(|field| field.proto3_optional())
        .filter_map(|field| usize::try_from(field.oneof_index?).ok())
        .collect();
    let fields = message.field.iter().map(|field| field.name().to_owned());
    let declared = message.oneof_decl.iter().enumerate();
    let mut taken: HashSet<String> = declared
        .filter(|(index, _)| !synthetic.contains(index))
        .map(|(_, oneof)| oneof.name().to_owned())
        .chain(fields)
        .collect();
    for (index, oneof) in message.oneof_decl.iter_mut().enumerate() {
        if synthetic.contains(&index) {
            let mut name = oneof.name().to_owned();
            while !taken.insert(name.clone()) {
                name.insert(0, 'X');
            }
            oneof.name = Some(name);
        }
    }
}

/// Gives fields that differ only in case and underscores other names, if their JSON names differ:
/// prost-reflect takes them for one, as protoc did until version 22. The number and the JSON name
/// of such a field stay; both of two fields with one JSON name stay too, and are refused.
///
/// The first field of each such name keeps it, and no other field's name is given.
fn separate_field_names(message: &mut DescriptorProto) {
    let fields = message.field.iter();
    let json_names: HashSet<String> = fields.map(json_name).collect();
    if json_names.len() < message.field.len() {
        return;
    }
    let mut taken = HashSet::new();
    let mut others = Vec::new();
    for field in &mut message.field {
        if !taken.insert(folded(field.name())) {
            others.push(field);
        }
    }
    for field in others {
        let json_name = json_name(field);
        let mut names = (2_usize..).map(|number| other_name(field.name(), number));
        field.name = names.find(|name| taken.insert(folded(name)));
        field.json_name = Some(json_name);
    }
}

fn other_name(name: &str, number: usize) -> String {
    format!("{name}_{number}")
}

/// The field that the schema calls `name` and that has [another name](separate_field_names) here.
#[cfg(feature = "protobuf-reflect")]
pub(in crate::protobuf) fn renamed_field(
    message: &MessageDescriptor,
    name: &str,
) -> Option<FieldDescriptor> {
    let is_renamed = |field: &FieldDescriptor| {
        let number = field.name().strip_prefix(name);
        let number = number.and_then(|rest| rest.strip_prefix('_'));
        number.is_some_and(|number| number.parse::<usize>().is_ok())
            && field.json_name() != derived_json_name(field.name())
    };
    let has_namesake = || {
        let mut fields = message.fields();
        fields.any(|field| folded(field.name()) == folded(name))
    };
    let renamed = message.fields().find(is_renamed)?;
    (has_namesake() && message.get_field_by_name(name).is_none()).then_some(renamed)
}

/// Makes a field's own name its JSON name, if another field has that: protoc only warns of it in
/// proto2. The field whose own name it is keeps it, else the first one.
fn separate_json_names(message: &mut DescriptorProto) {
    let fields = message.field.iter();
    let mut taken: HashSet<String> = fields
        .filter(|field| json_name(field) == field.name())
        .map(json_name)
        .collect();
    for field in &mut message.field {
        let name = json_name(field);
        if name != field.name() && !taken.insert(name) {
            taken.insert(field.name().to_owned());
            field.json_name = field.name.clone();
        }
    }
}

fn folded(name: &str) -> String {
    name.replace('_', "").to_ascii_lowercase()
}

/// The name in JSON: as declared, or the derived one.
fn json_name(field: &FieldDescriptorProto) -> String {
    let declared = field.json_name.clone();
    declared.unwrap_or_else(|| derived_json_name(field.name()))
}

/// The field's name with each underscore dropped and the letter after it in upper case
/// (`ToJsonName` in protoc's `descriptor.cc`).
fn derived_json_name(field_name: &str) -> String {
    let mut is_upper = false;
    let mut name = String::new();
    for letter in field_name.chars() {
        match letter {
            '_' => is_upper = true,
            _ if is_upper => {
                name.push(letter.to_ascii_uppercase());
                is_upper = false;
            }
            _ => name.push(letter),
        }
    }
    name
}
