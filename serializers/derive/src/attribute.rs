use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Path, Result, Token};

use crate::json::to_json;
use crate::name::{Case, check_full};

/// What `#[avro(…)]` and the doc comment say of a type.
#[derive(Default)]
pub(crate) struct Container {
    pub(crate) root: Option<Path>,
    pub(crate) rename: Option<LitStr>,
    pub(crate) rename_all: Option<Case>,
    pub(crate) namespace: Option<String>,
    pub(crate) aliases: Vec<String>,
    pub(crate) doc: Option<String>,
    pub(crate) no_doc: bool,
    /// The static that holds the file of which the type is the outermost one.
    pub(crate) file: Option<Path>,
    /// Which branch of the union is the `null` that the enum has no variant for.
    pub(crate) null_at: Option<usize>,
    /// Whether an enum without data is a union all the same.
    pub(crate) is_union: bool,
}

/// What they say of a field, or of the value of a variant.
#[derive(Default)]
pub(crate) struct Field {
    pub(crate) rename: Option<LitStr>,
    pub(crate) aliases: Vec<String>,
    pub(crate) doc: Option<String>,
    pub(crate) default_json: Option<String>,
    pub(crate) default_empty: bool,
    pub(crate) no_default: bool,
    pub(crate) logical: Option<String>,
    pub(crate) fixed: Option<String>,
    pub(crate) with: Option<With>,
}

/// What they say of a variant.
#[derive(Default)]
pub(crate) struct Variant {
    pub(crate) rename: Option<LitStr>,
    pub(crate) is_default: bool,
    /// For the value that it holds.
    pub(crate) field: Field,
}

/// The module that writes and reads a field.
pub(crate) enum With {
    Endless,
    Map,
    NullLast,
    Path(Path),
    UuidFixed,
}

impl With {
    pub(crate) fn path(&self, private: &TokenStream) -> TokenStream {
        match self {
            Self::Endless => quote!(#private::with::endless),
            Self::Map => quote!(#private::with::map),
            Self::NullLast => quote!(#private::with::null_last),
            Self::UuidFixed => quote!(#private::with::uuid_fixed),
            Self::Path(path) => quote!(#path),
        }
    }

    pub(crate) fn is_map(&self) -> bool {
        matches!(self, Self::Map)
    }
}

impl Container {
    pub(crate) fn parse(attributes: &[Attribute]) -> Result<Self> {
        let mut out = Self::default();
        for_each(attributes, |meta| {
            match key(&meta).as_str() {
                "alias" => out.aliases.push(check_full(&text(&meta)?)?),
                "crate" => out.root = Some(text(&meta)?.parse()?),
                "file" => out.file = Some(text(&meta)?.parse()?),
                "namespace" => out.namespace = Some(namespace(&text(&meta)?)?),
                "no_doc" => out.no_doc = true,
                "null_at" => {
                    let place: syn::LitInt = meta.value()?.parse()?;
                    out.null_at = Some(place.base10_parse()?);
                }
                "rename" => out.rename = Some(text(&meta)?),
                "rename_all" => out.rename_all = Some(Case::parse(&text(&meta)?)?),
                "union" => out.is_union = true,
                _ => return Err(meta.error(CONTAINER_KEYS)),
            }
            Ok(())
        })?;
        out.doc = doc(attributes).filter(|_| !out.no_doc);
        Ok(out)
    }
}

impl Field {
    pub(crate) fn parse(attributes: &[Attribute]) -> Result<Self> {
        let mut out = Self::default();
        for_each(attributes, |meta| out.take(&meta, FIELD_KEYS))?;
        out.doc = doc(attributes);
        Ok(out)
    }

    fn take(&mut self, meta: &ParseNestedMeta<'_>, expected: &str) -> Result<()> {
        match key(meta).as_str() {
            // Any text, as in Java: what a writer without Avro's rules called the field.
            "alias" => self.aliases.push(text(meta)?.value()),
            "default" if meta.input.peek(Token![=]) => {
                self.default_json = Some(to_json(until_comma(meta.value()?)?)?);
            }
            "default" => self.default_empty = true,
            "default_json" => self.default_json = Some(text(meta)?.value()),
            "no_default" => self.no_default = true,
            "rename" => self.rename = Some(text(meta)?),
            _ => return self.take_type(meta, expected),
        }
        Ok(())
    }

    /// What changes the type of the value.
    fn take_type(&mut self, meta: &ParseNestedMeta<'_>, expected: &str) -> Result<()> {
        match key(meta).as_str() {
            "endless" => self.set_with(With::Endless, meta)?,
            "fixed" => self.fixed = Some(fixed_name(&text(meta)?)?),
            "logical" => self.logical = Some(logical(&text(meta)?)?),
            "map" => self.set_with(With::Map, meta)?,
            "null_last" => self.set_with(With::NullLast, meta)?,
            "uuid_fixed" => self.set_with(With::UuidFixed, meta)?,
            "with" => self.set_with(With::Path(text(meta)?.parse()?), meta)?,
            _ => return Err(meta.error(expected)),
        }
        Ok(())
    }

    fn set_with(&mut self, with: With, meta: &ParseNestedMeta<'_>) -> Result<()> {
        if self.with.replace(with).is_some() {
            return Err(meta.error("only one of map, null_last, uuid_fixed and with"));
        }
        Ok(())
    }
}

impl Variant {
    pub(crate) fn parse(attributes: &[Attribute]) -> Result<Self> {
        let mut out = Self::default();
        for_each(attributes, |meta| {
            match key(&meta).as_str() {
                "default" => out.is_default = true,
                "rename" => out.rename = Some(text(&meta)?),
                _ => {
                    return out.field.take_type(
                        &meta,
                        "of a variant: default, rename, endless, fixed, logical, map, null_last, uuid_fixed or with",
                    );
                }
            }
            Ok(())
        })?;
        Ok(out)
    }
}

fn for_each(
    attributes: &[Attribute],
    mut each: impl FnMut(ParseNestedMeta<'_>) -> Result<()>,
) -> Result<()> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("avro"))
        .try_for_each(|attribute| attribute.parse_nested_meta(&mut each))
}

fn key(meta: &ParseNestedMeta<'_>) -> String {
    meta.path
        .get_ident()
        .map_or_else(String::new, ToString::to_string)
}

/// `key = "text"`
fn text(meta: &ParseNestedMeta<'_>) -> Result<LitStr> {
    meta.value()?.parse()
}

fn until_comma(input: ParseStream<'_>) -> Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.extend([input.parse::<TokenTree>()?]);
    }
    match tokens.is_empty() {
        true => Err(input.error("expected a value, as JSON")),
        false => Ok(tokens),
    }
}

/// The empty namespace is one, too.
fn namespace(text: &LitStr) -> Result<String> {
    match text.value().is_empty() {
        true => Ok(String::new()),
        false => check_full(text),
    }
}

/// With a dot first in no namespace, whatever is around it.
fn fixed_name(text: &LitStr) -> Result<String> {
    match text.value().strip_prefix('.') {
        None => check_full(text),
        Some(name) => {
            let name = check_full(&LitStr::new(name, text.span()))?;
            Ok(format!(".{name}"))
        }
    }
}

fn logical(text: &LitStr) -> Result<String> {
    let name = text.value();
    if LOGICAL.contains(&name.as_str()) {
        return Ok(name);
    }
    let message = format!(
        "expected one of {}; a decimal is `wireform::avro::Decimal`",
        LOGICAL.join(", ")
    );
    Err(syn::Error::new(text.span(), message))
}

/// The doc comment: lines without the space that follows the slashes.
fn doc(attributes: &[Attribute]) -> Option<String> {
    let lines: Vec<String> = attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
                Expr::Lit(ExprLit {
                    lit: Lit::Str(text),
                    ..
                }) => Some(text.value()),
                _ => None,
            },
            _ => None,
        })
        .map(|line| {
            line.strip_prefix(' ')
                .unwrap_or(&line)
                .trim_end()
                .to_owned()
        })
        .collect();
    let doc = lines.join("\n").trim().to_owned();
    (!doc.is_empty()).then_some(doc)
}

const CONTAINER_KEYS: &str = "of a type: alias, crate, file, namespace, no_doc, null_at, rename, \
                              rename_all or union";
const FIELD_KEYS: &str = "of a field: alias, default, default_json, endless, fixed, logical, map, \
                          no_default, null_last, rename, uuid_fixed or with";
/// <https://avro.apache.org/docs/1.12.0/specification/#logical-types>, those on numbers and text.
const LOGICAL: [&str; 10] = [
    "date",
    "local-timestamp-micros",
    "local-timestamp-millis",
    "local-timestamp-nanos",
    "time-micros",
    "time-millis",
    "timestamp-micros",
    "timestamp-millis",
    "timestamp-nanos",
    "uuid",
];
