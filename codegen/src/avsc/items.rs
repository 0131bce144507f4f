//! The code of one type.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use wireform::avro::schema::{Enum, Field, Fixed, Kind, LogicalType, NodeId, Record, Schema};

use super::defaults::Defaults;
use super::shape::borrows;
use super::types::{Flavour, Named, Place, Shape, Typed, Types, UUID, Unnamed, field_type_ident};
use crate::comments::write_documentation;
use crate::error::{Error, ErrorKind, Result};
use crate::literal;
use crate::names::{escape, field_ident, type_ident, unique_all};

/// Writes the code of the named type `id`, except its default; `file` is the static that holds its
/// file, if the type is the outermost one in it.
pub(crate) fn write(
    types: &mut Types<'_>,
    schema: &Schema,
    id: NodeId,
    file: Option<&str>,
    out: &mut String,
) -> Result<()> {
    let node = schema.node(id);
    let full_name = node.kind.full_name().unwrap_or_default();
    let named = types.named(full_name)?.clone();
    match &node.kind {
        Kind::Record(record) => {
            write_record(types, schema, record, &named, file, Flavour::Owned, out)?;
            if named.ref_ident.is_some() {
                write_record(types, schema, record, &named, file, Flavour::Borrowed, out)?;
            }
        }
        Kind::Enum(enumeration) => write_enum(types, enumeration, &named, file, out)?,
        Kind::Fixed(fixed) => write_fixed(types, fixed, node.logical, &named, file, out)?,
        _ => {}
    }
    Ok(())
}

/// Writes the outermost type of a file, if the schema gives it no name.
pub(crate) fn write_unnamed(
    types: &mut Types<'_>,
    schema: &Schema,
    name: &str,
    file: &str,
    out: &mut String,
) -> Result<()> {
    let mut flavours = vec![Flavour::Owned];
    if types.settings.borrowed && borrows(schema, schema.root()) {
        flavours.push(Flavour::Borrowed);
    }
    for flavour in flavours {
        let place = Place {
            record: file,
            module: &[],
            seen_from: &[],
            ident: type_ident(name),
            path: name.to_owned(),
            is_by_value: false,
            flavour,
        };
        let text = unnamed_type(types, schema, &place)?;
        let ident = text.trim_end_matches("<'a>");
        for unnamed in &mut types.pending {
            if unnamed.ident == ident {
                unnamed.file = Some(file.to_owned());
            }
        }
        write_pending(types, out);
    }
    Ok(())
}

/// Returns the enum of the union, or a struct around a type that is not a union.
fn unnamed_type(types: &mut Types<'_>, schema: &Schema, place: &Place<'_>) -> Result<String> {
    let id = schema.root();
    let mut inner = Place {
        path: format!("{}.value", place.path),
        ..place.clone()
    };
    if let Kind::Union(branches) = &schema.node(id).kind {
        let is_null = |id: &NodeId| matches!(schema.node(*id).kind, Kind::Null);
        if branches.len() == 1 || !branches.iter().any(is_null) {
            return Ok(types.union(schema, branches, place)?.text);
        }
        inner.ident.push_str("Value");
    }
    let typed = types.of(schema, id, &inner)?;
    let has_lifetime = place.flavour == Flavour::Borrowed;
    Ok(types.unnamed(place, Shape::Newtype(typed), has_lifetime))
}

/// Writes the unnamed types that are still to be written.
pub(crate) fn write_pending(types: &mut Types<'_>, out: &mut String) {
    for unnamed in std::mem::take(&mut types.pending) {
        let lifetime = if unnamed.borrows { "<'a>" } else { "" };
        let Unnamed { ident, path, .. } = &unnamed;
        attributes_of(&types.settings.type_attributes, path, out);
        let file = unnamed.file.as_ref();
        let mut head: Vec<String> = file
            .map(|file| format!("file = {file:?}"))
            .into_iter()
            .collect();
        match &unnamed.shape {
            Shape::Newtype(typed) => {
                let _ = write!(
                    out,
                    "{DERIVE}{} pub struct {ident}{lifetime}({}pub {});",
                    avro(&head),
                    avro(&owned(&typed.attributes)),
                    typed.text
                );
            }
            Shape::Union { variants, null } => {
                head.extend(null.map(|null| format!("null_at = {null}")));
                if variants.is_empty() {
                    head.push("union".to_owned());
                }
                let _ = write!(out, "{DERIVE}{} pub enum {ident}{lifetime} {{", avro(&head));
                write_variants(variants, out);
                out.push('}');
            }
        }
    }
}

fn write_variants(variants: &[(String, Typed)], out: &mut String) {
    if variants.is_empty() {
        out.push_str("Null,");
    }
    for (name, typed) in variants {
        let attributes = avro(&owned(&typed.attributes));
        let _ = write!(out, "{attributes}{name}({}),", typed.text);
    }
}

fn owned(attributes: &[&str]) -> Vec<String> {
    attributes
        .iter()
        .map(|&attribute| attribute.to_owned())
        .collect()
}

fn write_record(
    types: &mut Types<'_>,
    schema: &Schema,
    record: &Record,
    named: &Named,
    file: Option<&str>,
    flavour: Flavour,
    out: &mut String,
) -> Result<()> {
    let (ident, lifetime) = match (&named.ref_ident, flavour) {
        (Some(ident), Flavour::Borrowed) => (ident, "<'a>"),
        _ => (&named.ident, ""),
    };
    match flavour {
        Flavour::Borrowed => {
            let text = format!("As [`{}`], borrowed from the payload.", named.ident);
            let _ = write!(out, "#[doc = {}]", literal::string(&format!(" {text}")));
        }
        Flavour::Owned => write_documentation(record.doc.as_deref(), out),
    }
    attributes_of(&types.settings.type_attributes, &record.name, out);
    let head = head(ident, &record.name, &record.aliases, file);
    let _ = write!(
        out,
        "{DERIVE}{} pub struct {ident}{lifetime} {{",
        avro(&head)
    );
    for (field, rust) in record.fields.iter().zip(field_idents(record)) {
        let place = place(record, field, named, flavour);
        let typed = types.of(schema, field.schema, &place)?;
        write_documentation(field.doc.as_deref(), out);
        attributes_of(&types.settings.field_attributes, &place.path, out);
        let attributes = avro(&field_attributes(field, &rust, &typed));
        let _ = write!(out, "{attributes}pub {}: {},", escape(&rust), typed.text);
    }
    out.push('}');
    Ok(())
}

/// Writes a `Default` for the type `id`, if it is a record all of whose fields have one.
///
/// A default may hold values of any type, all of which are written already.
pub(crate) fn write_default(
    types: &mut Types<'_>,
    schema: &Schema,
    id: NodeId,
    out: &mut String,
) -> Result<()> {
    let Kind::Record(record) = &schema.node(id).kind else {
        return Ok(());
    };
    let named = &types.named(&record.name)?.clone();
    let mut fields = String::new();
    for (field, rust) in record.fields.iter().zip(field_idents(record)) {
        let Some(default) = &field.default else {
            return Ok(());
        };
        let place = place(record, field, named, Flavour::Owned);
        let datum = (default.datum())
            .map_err(|error| Error::new(ErrorKind::InvalidSchema, error.to_string()))?;
        let value = Defaults::new(types, schema, datum).value(field.schema, &place)?;
        let _ = write!(fields, "{}: {value},", escape(&rust));
    }
    let _ = write!(
        out,
        "impl ::core::default::Default for {ident} {{
            #[doc = \" The defaults of the schema.\"]
            fn default() -> Self {{ Self {{ {fields} }} }}
        }}",
        ident = named.ident
    );
    Ok(())
}

/// Returns the place of the value of a field.
pub(crate) fn place<'p>(
    record: &'p Record,
    field: &Field,
    named: &'p Named,
    flavour: Flavour,
) -> Place<'p> {
    Place {
        record: &record.name,
        module: &named.module,
        seen_from: &named.module,
        ident: field_type_ident(named.ident.trim_start_matches("r#"), &field.name),
        path: format!("{}.{}", record.name, field.name),
        is_by_value: true,
        flavour,
    }
}

/// Returns the names of a record's fields in Rust, not escaped.
pub(crate) fn field_idents(record: &Record) -> Vec<String> {
    let names = record.fields.iter().map(|field| &*field.name);
    unique_all(names, field_ident, &mut BTreeSet::new())
}

/// Returns the names of an enum's symbols in Rust.
pub(crate) fn symbol_idents(enumeration: &Enum) -> Vec<String> {
    let names = enumeration.symbols.iter().map(|symbol| &**symbol);
    let idents = unique_all(names, type_ident, &mut BTreeSet::new());
    idents.iter().map(|ident| escape(ident)).collect()
}

fn write_enum(
    types: &Types<'_>,
    enumeration: &Enum,
    named: &Named,
    file: Option<&str>,
    out: &mut String,
) -> Result<()> {
    let ident = &named.ident;
    if enumeration.symbols.is_empty() {
        let message = format!(
            "{}: an enum without symbols has no values",
            enumeration.name
        );
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    write_documentation(enumeration.doc.as_deref(), out);
    attributes_of(&types.settings.type_attributes, &enumeration.name, out);
    let head = head(ident, &enumeration.name, &enumeration.aliases, file);
    let default = match enumeration.default {
        Some(_) => "#[derive(Default)]",
        None => "",
    };
    let _ = write!(
        out,
        "{DERIVE_ENUM}{default}{} pub enum {ident} {{",
        avro(&head)
    );
    let idents = symbol_idents(enumeration);
    for (number, (symbol, rust)) in enumeration.symbols.iter().zip(&idents).enumerate() {
        let mut attributes = Vec::new();
        if enumeration.default == Some(number) {
            out.push_str("#[default]");
            attributes.push("default".to_owned());
        }
        if rust.trim_start_matches("r#") != &**symbol {
            attributes.push(format!("rename = {symbol:?}"));
        }
        let _ = write!(out, "{}{rust},", avro(&attributes));
    }
    out.push('}');
    Ok(())
}

fn write_fixed(
    types: &Types<'_>,
    fixed: &Fixed,
    logical: Option<LogicalType>,
    named: &Named,
    file: Option<&str>,
    out: &mut String,
) -> Result<()> {
    if fixed.size > MAX_FIXED {
        let message = format!(
            "{}: a fixed of {} bytes is too large for an array",
            fixed.name, fixed.size
        );
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    // A leading dot separates a name without a namespace from the namespace around it.
    let dot = if fixed.name.contains('.') { "" } else { "." };
    let name = format!("fixed = \"{dot}{}\"", fixed.name);
    let (inner, attributes, derive) = match logical {
        Some(LogicalType::Duration) => {
            let inner = "::wireform::avro::Duration".to_owned();
            (inner, vec![name], DERIVE_FIXED)
        }
        Some(LogicalType::Uuid) => {
            let attributes = vec![name, "uuid_fixed".to_owned()];
            (UUID.to_owned(), attributes, DERIVE_FIXED)
        }
        _ => (format!("[u8; {}]", fixed.size), vec![name], DERIVE_FIXED),
    };
    write_documentation(fixed.doc.as_deref(), out);
    attributes_of(&types.settings.type_attributes, &fixed.name, out);
    let ident = &named.ident;
    let head: Vec<String> = file
        .map(|file| format!("file = {file:?}"))
        .into_iter()
        .collect();
    let _ = write!(
        out,
        "{derive}{} pub struct {ident}({}pub {inner});",
        avro(&head),
        avro(&attributes)
    );
    Ok(())
}

/// Returns the attribute arguments of a named type.
fn head(ident: &str, full_name: &str, aliases: &[String], file: Option<&str>) -> Vec<String> {
    let (namespace, simple) = full_name.rsplit_once('.').unwrap_or(("", full_name));
    let mut head = vec![format!("namespace = {namespace:?}")];
    if ident.trim_start_matches("r#") != simple {
        head.push(format!("rename = {simple:?}"));
    }
    head.extend(aliases.iter().map(|alias| format!("alias = {alias:?}")));
    if let Some(file) = file {
        head.push(format!("file = {file:?}"));
    }
    // The documentation here is limited to what rustdoc accepts; the file has the original.
    head.push("no_doc".to_owned());
    head
}

fn field_attributes(field: &Field, rust: &str, typed: &Typed) -> Vec<String> {
    let mut out = Vec::new();
    if rust != &*field.name {
        out.push(format!("rename = {:?}", &*field.name));
    }
    out.extend(
        field
            .aliases
            .iter()
            .map(|alias| format!("alias = {alias:?}")),
    );
    out.extend(typed.attributes.iter().map(|a| (*a).to_owned()));
    match &field.default {
        // The derive does the rest for an `Option`, unless null is not first.
        Some(default) if &*default.json == "null" && typed.attributes.is_empty() => {}
        Some(default) => out.push(format!("default_json = {}", literal::string(&default.json))),
        None if typed.text.starts_with("::core::option::Option") => {
            out.push("no_default".to_owned());
        }
        None => {}
    }
    out
}

fn avro(arguments: &[String]) -> String {
    match arguments {
        [] => String::new(),
        arguments => format!("#[avro({})]", arguments.join(", ")),
    }
}

/// Writes the attributes that the program set.
fn attributes_of(all: &[(String, String)], path: &str, out: &mut String) {
    for (wanted, attribute) in all {
        let matches = wanted == "."
            || path == wanted
            || path
                .strip_suffix(&**wanted)
                .is_some_and(|start| start.ends_with('.'));
        if matches {
            out.push_str(attribute);
        }
    }
}

const DERIVE: &str = "#[derive(Clone, Debug, PartialEq, ::wireform::Avro)]";
const DERIVE_ENUM: &str =
    "#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::wireform::Avro)]";
const DERIVE_FIXED: &str = "#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ::wireform::Avro)]";
/// The largest fixed in bytes: larger arrays would be moved on the stack.
const MAX_FIXED: usize = 65_536;
