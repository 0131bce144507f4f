//! The generated file: a module for each part of a namespace, and the files themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::Avsc;
use super::files::File;
use super::items;
use super::types::Types;
use crate::error::Result;
use crate::literal;
use crate::modules::{allow_lints, parse};
use crate::names::{FILES, escape, unique};

/// Returns the code for all `files`.
pub(crate) fn generate(settings: &Avsc, files: &[File]) -> Result<String> {
    let mut types = Types::new(settings, files.iter().map(|file| &file.schema));
    let statics = statics(files);
    let mut root = Module::default();
    for item in items(&mut types, files, &statics)? {
        root.at(&item.module).code.push_str(&item.code);
    }
    let mut code = String::new();
    root.write(&mut code);
    write_files(files, &statics, &mut code);
    let mut parsed = parse(&code)?;
    for item in &mut parsed.items {
        allow_lints(item)?;
    }
    Ok(format!(
        "{}{}",
        header(files),
        prettyplease::unparse(&parsed)
    ))
}

/// The code of one named type and of the unnamed types in it.
#[derive(Debug, Default)]
struct Item {
    module: Vec<String>,
    code: String,
}

/// Returns the items in the order of the files, and of the definitions in them.
fn items(types: &mut Types<'_>, files: &[File], statics: &[String]) -> Result<Vec<Item>> {
    let mut out = Vec::new();
    let mut with_default = Vec::new();
    let mut done = BTreeSet::new();
    for (file, ident) in files.iter().zip(statics) {
        let File { schema, path, .. } = file;
        let names = schema
            .own_names()
            .filter(|name| done.insert(name.to_owned()));
        for (name, id) in names.filter_map(|name| Some((name, schema.named(name)?))) {
            let module = types.named(name)?.module.clone();
            let way = format!("{}{FILES}::{ident}", "super::".repeat(module.len()));
            let way = (schema.full_name() == Some(name)).then_some(way);
            let mut code = String::new();
            items::write(types, schema, id, way.as_deref(), &mut code)
                .map_err(|error| error.in_file(path))?;
            items::write_pending(types, &mut code);
            with_default.push((out.len(), file, id));
            out.push(Item { module, code });
        }
        if schema.full_name().is_none() {
            let mut item = Item::default();
            let way = format!("{FILES}::{ident}");
            items::write_unnamed(types, schema, file.name(), &way, &mut item.code)
                .map_err(|error| error.in_file(path))?;
            out.push(item);
        }
    }
    for (number, file, id) in with_default {
        if let Some(item) = out.get_mut(number) {
            items::write_default(types, &file.schema, id, &mut item.code)
                .map_err(|error| error.in_file(&file.path))?;
        }
    }
    Ok(out)
}

#[derive(Debug, Default)]
struct Module {
    code: String,
    inner: BTreeMap<String, Module>,
}

impl Module {
    fn at(&mut self, path: &[String]) -> &mut Self {
        match path.split_first() {
            None => self,
            Some((first, rest)) => self.inner.entry(first.clone()).or_default().at(rest),
        }
    }

    fn write(&self, out: &mut String) {
        out.push_str(&self.code);
        for (name, module) in &self.inner {
            let _ = write!(out, "pub mod {} {{", escape(name));
            module.write(out);
            out.push('}');
        }
    }
}

/// Returns a name for each file, by its outermost type.
fn statics(files: &[File]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let ident = |file: &File| {
        let is_word = |c: char| c.is_ascii_alphanumeric();
        let name = file.name().replace(|c| !is_word(c), "_");
        unique(&format!("FILE_{}", name.to_ascii_uppercase()), &mut taken)
    };
    files.iter().map(ident).collect()
}

fn write_files(files: &[File], statics: &[String], out: &mut String) {
    let _ = write!(out, "#[doc(hidden)] pub mod {FILES} {{");
    for (file, ident) in files.iter().zip(statics) {
        let imports = file.imports.iter().filter_map(|(name, number)| {
            let other = statics.get(*number)?;
            Some(format!("({name:?}, &{other}),"))
        });
        let _ = write!(
            out,
            "pub static {ident}: ::wireform::__private::AvscFile = ::wireform::__private::AvscFile::new(
                {text},
                {name:?},
                ::wireform::avro::Fingerprint::from_u64({fingerprint:#018x}),
                &[{imports}],
            );",
            text = literal::string(file.schema.text()),
            name = file.schema.full_name().unwrap_or_default(),
            fingerprint = file.schema.fingerprint().as_u64(),
            imports = imports.collect::<String>(),
        );
    }
    out.push('}');
}

fn header(files: &[File]) -> String {
    let mut out =
        String::from("// This file is @generated by wireform-build. Do not edit it. From:\n");
    for file in files {
        let _ = writeln!(out, "//   {}", file.name().escape_debug());
    }
    out
}
