//! The generated code: prost's structs in one module for each package, with our items added.

use prost_build::Module;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, File, Ident, Item, ItemImpl, ItemMod, ItemStruct};

use crate::compile::Source;
use crate::error::{Error, ErrorKind, Result};
use crate::messages::{Messages, Statics};
use crate::rust_names::Renamed;

#[cfg(test)]
mod tests;

/// Generates the code of all `sources`, whose messages may be `renamed`.
pub(crate) fn generate(
    config: &mut prost_build::Config,
    sources: &[Source],
    renamed: &Renamed,
) -> Result<String> {
    let statics = Statics::new(sources);
    let messages = Messages::new(sources, &statics)?;
    let mut root = Vec::new();
    for (module, code) in packages(config, sources)? {
        let parts: Vec<&str> = module.parts().collect();
        insert(&mut root, &parts, parse(&code)?.items)?;
    }
    add_records(&mut root, &messages, renamed, 0)?;
    root.extend(parse(&statics.module(sources)?)?.items);
    for item in &mut root {
        allow_lints(item)?;
    }
    let file = File {
        shebang: None,
        frontmatter: None,
        attrs: Vec::new(),
        items: root,
    };
    Ok(format!(
        "{}{}",
        header(sources),
        prettyplease::unparse(&file)
    ))
}

/// Returns the code that prost-build writes for every package, outer packages first.
fn packages(config: &mut prost_build::Config, sources: &[Source]) -> Result<Vec<(Module, String)>> {
    let requests = sources.iter().map(|source| {
        let module = Module::from_protobuf_package_name(source.proto.package());
        (module, source.proto.clone())
    });
    let modules = config.generate(requests.collect()).map_err(|error| {
        let message = format!("the settings do not fit the messages: {error}");
        Error::new(ErrorKind::Config, message)
    })?;
    let mut modules: Vec<_> = modules.into_iter().collect();
    modules.sort_unstable();
    Ok(modules)
}

/// Adds `items` to the module at `path`.
fn insert(root: &mut Vec<Item>, path: &[&str], items: Vec<Item>) -> Result<()> {
    let Some((first, rest)) = path.split_first() else {
        return items.into_iter().try_for_each(|item| merge(root, item));
    };
    let module = parse(&format!("pub mod {first} {{}}"))?;
    module
        .items
        .into_iter()
        .try_for_each(|item| merge(root, item))?;
    let found = root.iter_mut().find_map(|item| match item {
        Item::Mod(module) if module.ident == first => module.content.as_mut(),
        _ => None,
    });
    match found {
        Some((_, content)) => insert(content, rest, items),
        None => Err(Error::new(
            ErrorKind::Unsupported,
            format!("no module {first:?}"),
        )),
    }
}

/// Adds an item. A module takes in the content of a module of the same name: package `a.b`, and
/// message `B` of package `a`, share one.
fn merge(root: &mut Vec<Item>, item: Item) -> Result<()> {
    let same = root.iter_mut().find_map(|old| match (old, &item) {
        (Item::Mod(old), Item::Mod(new)) if old.ident == new.ident => old.content.as_mut(),
        _ => None,
    });
    match (same, item) {
        (
            Some((_, content)),
            Item::Mod(ItemMod {
                content: Some((_, items)),
                ..
            }),
        ) => items.into_iter().try_for_each(|item| merge(content, item)),
        (_, item) => {
            check_type_name(root, &item)?;
            root.push(item);
            Ok(())
        }
    }
}

/// Refuses a second type with the same name: `ABc` and `aBc` have the same name in Rust.
fn check_type_name(items: &[Item], item: &Item) -> Result<()> {
    let Some(name) = type_name(item) else {
        return Ok(());
    };
    if items
        .iter()
        .filter_map(type_name)
        .any(|other| *other == *name)
    {
        let message = format!("two messages or enums would become one type \"{name}\"");
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    Ok(())
}

fn type_name(item: &Item) -> Option<&Ident> {
    match item {
        Item::Enum(item) => Some(&item.ident),
        Item::Struct(item) => Some(&item.ident),
        _ => None,
    }
}

/// Gives a message with a `BTreeMap` the standard `Debug`: what prost-derive 0.14 writes for such
/// a field names `::prost` whatever its `prost_path` says (`field/map.rs`, `MapTy::lib`), and the
/// program need not have a crate of that name.
fn derive_debug(message: &mut ItemStruct) -> Result<()> {
    let is_map = |attribute: &Attribute| {
        attribute.path().is_ident("prost")
            && attribute.parse_args_with(is_btree_map).unwrap_or(false)
    };
    let mut attributes = message.fields.iter().flat_map(|field| &field.attrs);
    if attributes.any(is_map) {
        let code = "#[derive(Debug)] #[prost(skip_debug)] struct X;";
        let with: ItemStruct = syn::parse_str(code).map_err(no_rust)?;
        message.attrs.extend(with.attrs);
    }
    Ok(())
}

/// Returns whether the arguments of a `prost` attribute begin with `btree_map`.
fn is_btree_map(arguments: ParseStream<'_>) -> syn::Result<bool> {
    let first = Ident::parse_any(arguments)?;
    while !arguments.is_empty() {
        arguments.step(|cursor| {
            let rest = cursor.token_tree().map(|(_, rest)| ((), rest));
            rest.ok_or_else(|| cursor.error("nothing left"))
        })?;
    }
    Ok(first == "btree_map")
}

/// Adds our `impl` after each `impl prost::Name`, which has the full name of a struct's message.
fn add_records(
    items: &mut Vec<Item>,
    messages: &Messages,
    renamed: &Renamed,
    depth: usize,
) -> Result<()> {
    let mut structs = 0_usize;
    let mut names = 0_usize;
    for mut item in std::mem::take(items) {
        if let Item::Mod(module) = &mut item
            && let Some((_, content)) = &mut module.content
        {
            add_records(content, messages, renamed, depth + 1)?;
        }
        if let Item::Struct(message) = &mut item {
            derive_debug(message)?;
            structs += 1;
        }
        let mut record = None;
        if let Item::Impl(found) = &mut item
            && let Some((ident, full_name)) = named(found)
        {
            names += 1;
            let original = renamed.original(&full_name);
            restore_name(found, &full_name, original);
            record = messages.record(&full_name, original, &ident, depth)?;
        }
        items.push(item);
        if let Some(record) = record {
            items.extend(parse(&record)?.items);
        }
    }
    if structs == names {
        return Ok(());
    }
    let message = format!(
        "prost-build wrote {structs} messages and {names} of their names: \
         this version of prost-build is not supported"
    );
    Err(Error::new(ErrorKind::Unsupported, message))
}

/// Writes the message's name in its `.proto` file into an `impl prost::Name`, where the struct has
/// another.
fn restore_name(found: &mut ItemImpl, full_name: &str, original: &str) {
    if full_name == original {
        return;
    }
    let simple = original.rsplit('.').next().unwrap_or(original);
    for item in &mut found.items {
        match item {
            syn::ImplItem::Const(name) if name.ident == "NAME" => {
                name.expr = syn::parse_quote!(#simple);
            }
            syn::ImplItem::Fn(function) => {
                if let Some(text) = text_of(&function.block)
                    && let Some(domain) = text.strip_suffix(full_name)
                {
                    let text = format!("{domain}{original}");
                    function.block = syn::parse_quote!({ #text.into() });
                }
            }
            _ => {}
        }
    }
}

/// Rust type and full name of an `impl prost::Name for X { fn full_name() -> … { "x.X".into() } }`.
fn named(found: &ItemImpl) -> Option<(String, String)> {
    let (path, _) = found.trait_.as_ref()?;
    let syn::Type::Path(of) = &*found.self_ty else {
        return None;
    };
    let ident = of.path.get_ident()?.to_string();
    if path.segments.last()?.ident != "Name" {
        return None;
    }
    let full_name = found.items.iter().find_map(|item| match item {
        syn::ImplItem::Fn(function) if function.sig.ident == "full_name" => {
            text_of(&function.block)
        }
        _ => None,
    });
    Some((ident, full_name?))
}

/// Returns the text in `{ "text".into() }`.
fn text_of(block: &syn::Block) -> Option<String> {
    let [syn::Stmt::Expr(syn::Expr::MethodCall(call), None)] = block.stmts.as_slice() else {
        return None;
    };
    match &*call.receiver {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    }
}

/// Turns lints off: those of the program are for its own code.
pub(crate) fn allow_lints(item: &mut Item) -> Result<()> {
    let attribute: ItemMod = syn::parse_str(&format!("{ALLOW} mod x {{}}")).map_err(no_rust)?;
    match item {
        Item::Enum(item) => item.attrs.splice(0..0, attribute.attrs),
        Item::Impl(item) => item.attrs.splice(0..0, attribute.attrs),
        Item::Mod(item) => item.attrs.splice(0..0, attribute.attrs),
        Item::Struct(item) => item.attrs.splice(0..0, attribute.attrs),
        _ => return Ok(()),
    };
    Ok(())
}

fn header(sources: &[Source]) -> String {
    let mut out =
        String::from("// This file is @generated by wireform-build. Do not edit it. From:\n");
    for source in sources.iter().filter(|source| source.text.is_some()) {
        out.push_str(&format!("//   {}\n", source.name().escape_debug()));
    }
    out
}

pub(crate) fn parse(code: &str) -> Result<File> {
    syn::parse_file(code).map_err(no_rust)
}

fn no_rust(error: syn::Error) -> Error {
    let message =
        "the generated code is not valid Rust: is an attribute malformed, or a name impossible?";
    Error::new(ErrorKind::Config, message).with_source(error)
}

const ALLOW: &str = "#[allow(clippy::all, clippy::pedantic, dead_code, missing_docs, \
                     nonstandard_style, rustdoc::all, unreachable_pub, unused_qualifications)]";
