//! The places of messages in their files, and the items that describe them in the generated code.

use std::collections::{BTreeMap, BTreeSet};

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto, MessageOptions};

use crate::compile::Source;
use crate::error::{Error, ErrorKind, Result};
use crate::literal;

/// The messages that can be records, by full name, with the static of their file.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    by_name: BTreeMap<String, Place>,
    /// Full names of all messages, those in `by_name` and those that cannot be records.
    names: BTreeSet<String>,
}

#[derive(Debug)]
struct Place {
    file: String,
    index: Vec<u32>,
}

impl Messages {
    pub(crate) fn new(sources: &[Source], statics: &Statics) -> Result<Self> {
        let mut messages = Self::default();
        for source in sources {
            messages.add_file(&source.proto, statics.of(source.name())?)?;
        }
        Ok(messages)
    }

    /// Returns the `impl ProtobufRecord` of the message `full_name` for the Rust type `ident`,
    /// which is `depth` modules below the root; `None` for a group, which is not a message of its
    /// own. `original` is the name in the `.proto` file. A name that no message has is an error.
    pub(crate) fn record(
        &self,
        full_name: &str,
        original: &str,
        ident: &str,
        depth: usize,
    ) -> Result<Option<String>> {
        if !self.names.contains(full_name) {
            let text = format!(
                "prost-build wrote a message {full_name:?}, which is not in the .proto files: \
                 this version of prost-build is not supported"
            );
            return Err(Error::new(ErrorKind::Unsupported, text));
        }
        let Some(place) = self.by_name.get(full_name) else {
            return Ok(None);
        };
        let root = match depth {
            0 => "self::".to_owned(),
            _ => "super::".repeat(depth),
        };
        Ok(Some(format!(
            "impl ::wireform::protobuf::ProtobufRecord for {ident} {{
                const FULL_NAME: &'static str = {original:?};
                const MESSAGE_INDEX: &'static [u32] = &{index:?};
                fn file() -> &'static ::wireform::__private::ProtoFile {{
                    &{root}{FILES}::{file}
                }}
            }}",
            index = place.index,
            file = place.file,
        )))
    }

    pub(crate) fn add_file(&mut self, file: &FileDescriptorProto, ident: &str) -> Result<()> {
        self.add_names(&file.message_type, file.package());
        let messages = counted(&file.message_type, &file.extension, &[]);
        self.add(messages, file.package(), &[], ident)
    }

    fn add_names(&mut self, messages: &[DescriptorProto], scope: &str) {
        for message in messages {
            let full_name = full_name(scope, message);
            self.add_names(&message.nested_type, &full_name);
            self.names.insert(full_name);
        }
    }

    fn add<'a>(
        &mut self,
        messages: impl Iterator<Item = &'a DescriptorProto>,
        scope: &str,
        parent: &[u32],
        file: &str,
    ) -> Result<()> {
        for (step, message) in (0..).zip(messages) {
            let full_name = full_name(scope, message);
            let index = [parent, &[step]].concat();
            if index.len() > MAX_INDEX {
                let text = format!("message {full_name:?} is nested deeper than {MAX_INDEX}");
                return Err(Error::new(ErrorKind::Unsupported, text));
            }
            let nested = counted(&message.nested_type, &message.extension, &message.field);
            self.add(nested, &full_name, &index, file)?;
            let file = file.to_owned();
            self.by_name.insert(full_name, Place { file, index });
        }
        Ok(())
    }
}

fn full_name(scope: &str, message: &DescriptorProto) -> String {
    match scope {
        "" => message.name().to_owned(),
        _ => format!("{scope}.{}", message.name()),
    }
}

/// Returns the messages that a message index counts in a registered text: without the entry types
/// of maps, and without groups, which are not messages in the text. `wireform` counts in the same
/// way.
fn counted<'a>(
    messages: &'a [DescriptorProto],
    extensions: &'a [FieldDescriptorProto],
    fields: &'a [FieldDescriptorProto],
) -> impl Iterator<Item = &'a DescriptorProto> {
    let is_group = move |message: &DescriptorProto| {
        let mut fields = fields.iter().chain(extensions);
        fields.any(|field| {
            field.r#type() == Type::Group
                && field.type_name().rsplit('.').next() == Some(message.name())
        })
    };
    messages.iter().filter(move |message| {
        let is_entry = message
            .options
            .as_ref()
            .is_some_and(MessageOptions::map_entry);
        !is_entry && !is_group(message)
    })
}

/// Refuses a message that requires itself: it has no value, and prost's code for it never ends.
pub(crate) fn check_values(sources: &[Source]) -> Result<()> {
    let mut required = BTreeMap::new();
    for source in sources {
        let file = &source.proto;
        add_required(&file.message_type, file.package(), &mut required);
    }
    let mut has_value = BTreeSet::new();
    for name in required.keys() {
        check_value(name, &required, &mut Vec::new(), &mut has_value)?;
    }
    Ok(())
}

/// Full names of the messages that each message requires.
type Required<'a> = BTreeMap<String, Vec<&'a str>>;

fn add_required<'a>(messages: &'a [DescriptorProto], scope: &str, required: &mut Required<'a>) {
    for message in messages {
        let full_name = full_name(scope, message);
        add_required(&message.nested_type, &full_name, required);
        let fields = message.field.iter().filter(|field| {
            field.label() == Label::Required
                && matches!(field.r#type(), Type::Group | Type::Message)
        });
        let types = fields.map(|field| field.type_name().trim_start_matches('.'));
        required.insert(full_name, types.collect());
    }
}

fn check_value<'a>(
    name: &'a str,
    required: &'a Required<'a>,
    path: &mut Vec<&'a str>,
    has_value: &mut BTreeSet<&'a str>,
) -> Result<()> {
    if has_value.contains(name) {
        return Ok(());
    }
    if let Some(start) = path.iter().position(|&outer| outer == name) {
        let steps = path.iter().skip(start).chain([&name]);
        let steps: Vec<String> = steps.map(|name| format!("{name:?}")).collect();
        let steps = steps.join(" requires ");
        let message = format!("message {steps}: it has no finite value, since it requires itself");
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    path.push(name);
    for inner in required.get(name).into_iter().flatten() {
        check_value(inner, required, path, has_value)?;
    }
    path.pop();
    has_value.insert(name);
    Ok(())
}

/// The statics that hold the files: their names by the files' names.
#[derive(Debug)]
pub(crate) struct Statics {
    by_file: BTreeMap<String, String>,
}

impl Statics {
    pub(crate) fn new(sources: &[Source]) -> Self {
        let mut taken = BTreeSet::new();
        let mut by_file = BTreeMap::new();
        for source in sources {
            let wanted = ident_of(source.name());
            let numbered = (2_u32..).map(|n| format!("{wanted}_{n}"));
            let free = std::iter::once(wanted.clone())
                .chain(numbered)
                .find(|ident| taken.insert(ident.clone()));
            by_file.insert(source.name().to_owned(), free.unwrap_or(wanted));
        }
        Self { by_file }
    }

    fn of(&self, file: &str) -> Result<&str> {
        self.by_file.get(file).map(String::as_str).ok_or_else(|| {
            let message = format!("{file}: not one of the compiled files");
            Error::new(ErrorKind::InvalidProto, message)
        })
    }

    /// Returns the module with a static for every file.
    pub(crate) fn module(&self, sources: &[Source]) -> Result<String> {
        let mut out = format!("#[doc(hidden)] pub mod {FILES} {{");
        for source in sources {
            let text = match &source.text {
                Some(text) => format!("::core::option::Option::Some({})", literal::string(text)),
                None => "::core::option::Option::None".to_owned(),
            };
            let imports = source.proto.dependency.iter().map(|file| self.of(file));
            let imports: Vec<&str> = imports.collect::<Result<_>>()?;
            let imports: String = imports.iter().map(|ident| format!("&{ident},")).collect();
            out.push_str(&format!(
                "pub static {ident}: ::wireform::__private::ProtoFile =
                    ::wireform::__private::ProtoFile::new({name:?}, {text}, &[{imports}], {bytes});",
                ident = self.of(source.name())?,
                name = source.name(),
                bytes = literal::bytes(&source.descriptor),
            ));
        }
        out.push('}');
        Ok(out)
    }
}

/// `shop/orders/v1/order.proto` is `SHOP_ORDERS_V1_ORDER_PROTO`.
fn ident_of(file: &str) -> String {
    let upper = file.chars().map(|c| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => c.to_ascii_uppercase(),
        _ => '_',
    });
    let ident: String = upper.collect();
    match ident.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("_{ident}"),
        false => ident,
    }
}

const FILES: &str = "__wireform";
/// As many steps as `wireform::frame::MessageIndex` takes.
const MAX_INDEX: usize = 32;
