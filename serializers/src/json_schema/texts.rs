//! Schema texts, parsed, and how one of them finds another: by the name of a reference only.

use std::collections::HashMap;
use std::sync::Arc;

use jsonschema::{Draft, Registry, RegistryBuilder, Retrieve, Uri, uri};
use referencing::Resolver;
use serde_json::Value;
use wireform_registry::{NamedText, ResolvedSchema, SchemaKind};

use super::tree;
use crate::error::{Error, ErrorKind, Result};

/// A schema and everything that it refers to, parsed.
#[derive(Clone, Debug)]
pub(super) struct Texts {
    size: usize,
    pub(super) root: Value,
    pub(super) draft: Draft,
    unknown_draft: Option<String>,
    pub(super) references: References,
}

/// Referenced schemas by absolute URI. Any other reference is an error; nothing is fetched.
#[derive(Clone, Debug, Default)]
pub(super) struct References(Arc<HashMap<String, Value>>);

impl Texts {
    pub(super) fn parse(schema: &ResolvedSchema) -> Result<Self> {
        if schema.kind != SchemaKind::Json {
            let message = format!("expected a JSON Schema, found {}", schema.kind);
            return Err(Error::new(ErrorKind::InvalidSchema, message));
        }
        let references = schema.references.iter().map(|named| named.text.len());
        let size = references.fold(schema.text.len(), usize::saturating_add);
        if size > MAX_TEXT {
            let message = format!("the schema and its references are longer than {MAX_TEXT} bytes");
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
        let mut root = parse_text(&schema.text, None)?;
        let (draft, unknown_draft) = draft_of(&mut root, &schema.references)?;
        let references = References::new(&root, draft, &schema.references)?;
        Ok(Self {
            size,
            root,
            draft,
            unknown_draft,
            references,
        })
    }

    /// Returns the `$schema` of the schema if it is not a known draft. The schema is then read as
    /// draft 7.
    pub(super) fn unknown_draft(&self) -> Option<&str> {
        self.unknown_draft.as_deref()
    }

    /// The length of the schema and its references, in bytes.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Returns the base URI of the schema: `$id`, or a URI that no reference can name.
    pub(super) fn base_uri(&self) -> String {
        base_of(&self.root, self.draft, None).map_or_else(
            || "json-schema:///".to_owned(),
            |uri| uri.as_str().to_owned(),
        )
    }

    /// Indexes the texts by id and anchor. Any other reference is an error; nothing is fetched.
    pub(super) fn registry(&self) -> Result<Registry<'static>> {
        let root = self.draft.create_resource(self.root.clone());
        let builder = Registry::new()
            .draft(self.draft)
            .retriever(self.references.clone());
        let prepared = builder
            .add(self.base_uri(), root)
            .and_then(RegistryBuilder::prepare);
        prepared.map_err(|error| unresolved(&error))
    }

    /// The schema itself in its registry.
    pub(super) fn resolve_root<'r>(
        &self,
        registry: &'r Registry<'static>,
    ) -> Result<(&'r Value, Resolver<'r>, Draft)> {
        let base = uri::from_str(&self.base_uri()).map_err(|error| unresolved(&error))?;
        let resolved = registry
            .resolver(base)
            .lookup("")
            .map_err(|error| unresolved(&error))?;
        Ok(resolved.into_inner())
    }

    /// The schema and every referenced one, some of them more than once.
    pub(super) fn values(&self) -> impl Iterator<Item = &Value> {
        std::iter::once(&self.root).chain(self.references.values())
    }

    /// `title`, which Confluent's clients take as the record's name (`JsonSchema.name()`).
    pub(super) fn title(&self) -> Option<&str> {
        title(&self.root)
    }
}

/// See [`Texts::title`].
pub(super) fn title(root: &Value) -> Option<&str> {
    root.get("title").and_then(Value::as_str)
}

impl References {
    /// A name may be resolved against the root's base or that of the text that uses it.
    fn new(root: &Value, draft: Draft, named: &[NamedText]) -> Result<Self> {
        let mut known = HashMap::new();
        let mut parsed = Vec::with_capacity(named.len());
        for reference in named {
            let mut value = parse_text(&reference.text, Some(&reference.name))?;
            // A reference without a known draft has the draft of the schema.
            if draft_of(&mut value, named).is_ok_and(|found| found.1.is_some()) {
                name_draft(&mut value, draft);
            }
            parsed.push((reference, value));
        }
        let base = base_of(root, draft, None);
        for (reference, value) in &parsed {
            add(&mut known, &reference.name, None, value)?;
            add(&mut known, &reference.name, base.as_ref(), value)?;
        }
        for (user, value) in &parsed {
            let place = reference_uri(&user.name, base.as_ref());
            let draft = known_draft(value).unwrap_or(draft);
            let own = base_of(value, draft, place.as_ref()).or(place);
            for (reference, target) in &parsed {
                if user.text.contains(reference.name.as_str()) {
                    add(&mut known, &reference.name, own.as_ref(), target)?;
                }
            }
        }
        Ok(Self(Arc::new(known)))
    }

    pub(super) fn get(&self, uri: &str) -> Option<&Value> {
        let document = uri.split('#').next().unwrap_or(uri);
        self.0.get(document)
    }
}

impl References {
    /// Every referenced schema, some of them more than once.
    pub(super) fn values(&self) -> impl Iterator<Item = &Value> {
        self.0.values()
    }
}

impl Retrieve for References {
    fn retrieve(
        &self,
        uri: &Uri<String>,
    ) -> std::result::Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        match self.get(uri.as_str()) {
            Some(value) => Ok(value.clone()),
            None => Err("no reference of the schema has this name, and nothing is fetched".into()),
        }
    }
}

fn add(
    known: &mut HashMap<String, Value>,
    name: &str,
    base: Option<&Uri<String>>,
    value: &Value,
) -> Result<()> {
    let Some(uri) = reference_uri(name, base) else {
        let message = format!("the reference name {name:?} is not a URI");
        return Err(Error::new(ErrorKind::InvalidSchema, message));
    };
    let document = uri.as_str().split('#').next().unwrap_or_default();
    if !known.contains_key(document) {
        if known.len() >= MAX_DOCUMENTS {
            let message = "the references can be called in too many ways";
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
        known.insert(document.to_owned(), value.clone());
    }
    Ok(())
}

/// `name` as an absolute URI; without a base it is `json-schema:///name`.
fn reference_uri(name: &str, base: Option<&Uri<String>>) -> Option<Uri<String>> {
    match base {
        Some(base) => uri::resolve_against(&base.borrow(), name).ok(),
        None => uri::from_str(name).ok(),
    }
}

/// The base that a text gives itself.
fn base_of(value: &Value, draft: Draft, outer: Option<&Uri<String>>) -> Option<Uri<String>> {
    let keyword = match draft {
        Draft::Draft4 => "id",
        _ => "$id",
    };
    reference_uri(value.get(keyword)?.as_str()?, outer)
}

/// Returns the error of a reference that cannot be found or is not a URI. The message quotes the
/// schema, never a value.
pub(super) fn unresolved(error: &referencing::Error) -> Error {
    Error::new(ErrorKind::InvalidSchema, format!("JSON Schema: {error}"))
}

pub(super) fn parse_text(text: &str, name: Option<&str>) -> Result<Value> {
    let named = |error: &Error| match name {
        Some(name) => format!("reference {name:?}: {error}"),
        None => format!("JSON Schema: {error}"),
    };
    let value = tree::read(text.as_bytes(), MAX_DEPTH, MAX_HEAP).map_err(|error| {
        let kind = match error.kind() {
            ErrorKind::LimitExceeded => ErrorKind::LimitExceeded,
            _ => ErrorKind::InvalidSchema,
        };
        Error::new(kind, named(&error))
    })?;
    match value {
        Value::Bool(_) | Value::Object(_) => Ok(value),
        _ => {
            let error = Error::new(ErrorKind::InvalidSchema, "neither an object nor a boolean");
            Err(Error::new(ErrorKind::InvalidSchema, named(&error)))
        }
    }
}

/// The draft that `$schema` names; 7 without one, as in Confluent's clients (`JsonSchema.java`:
/// `SpecificationVersion.DRAFT_7`).
fn known_draft(schema: &Value) -> Option<Draft> {
    match Draft::Draft7.detect(schema) {
        draft @ (Draft::Draft4
        | Draft::Draft6
        | Draft::Draft7
        | Draft::Draft201909
        | Draft::Draft202012) => Some(draft),
        _ => None,
    }
}

/// Returns the draft of a text. If its `$schema` is not a known draft, the draft is 7, and the
/// `$schema` is removed from the text and returned.
///
/// # Errors
/// `InvalidSchema` if the `$schema` is one of the references: a meta-schema may take keywords away,
/// and would be ignored.
fn draft_of(schema: &mut Value, named: &[NamedText]) -> Result<(Draft, Option<String>)> {
    if let Some(draft) = known_draft(schema) {
        return Ok((draft, None));
    }
    let name = match schema.get("$schema").and_then(Value::as_str) {
        Some(name) => name.to_owned(),
        None => return Ok((Draft::Draft7, None)),
    };
    let is_own =
        |reference: &NamedText| reference.name.trim_end_matches('#') == name.trim_end_matches('#');
    if named.iter().any(is_own) {
        let message =
            format!("JSON Schema: the meta-schema {name:?} of \"$schema\" is not supported");
        return Err(Error::new(ErrorKind::InvalidSchema, message));
    }
    if let Value::Object(keywords) = schema {
        keywords.remove("$schema");
    }
    Ok((Draft::Draft7, Some(name)))
}

/// Sets the `$schema` of a text to this draft.
fn name_draft(schema: &mut Value, draft: Draft) {
    let uri = match draft {
        Draft::Draft4 => "http://json-schema.org/draft-04/schema#",
        Draft::Draft6 => "http://json-schema.org/draft-06/schema#",
        Draft::Draft201909 => "https://json-schema.org/draft/2019-09/schema",
        Draft::Draft202012 => "https://json-schema.org/draft/2020-12/schema",
        _ => "http://json-schema.org/draft-07/schema#",
    };
    if let Value::Object(keywords) = schema {
        keywords.insert("$schema".to_owned(), uri.into());
    }
}

/// The longest schema with all its references, in bytes.
const MAX_TEXT: usize = 2 << 20;
/// The deepest nesting of a schema text.
const MAX_DEPTH: usize = 120;
/// The most memory that the tree of one text may take.
const MAX_HEAP: usize = 64 << 20;
const MAX_DOCUMENTS: usize = 1 << 12;
