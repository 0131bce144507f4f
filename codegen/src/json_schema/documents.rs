//! The parsed documents, and the resolution of a `$ref` between them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::Path;

use serde_json::Value;

use super::draft::Draft;
use super::plan::shortened;
use super::uri::{join, split_fragment};
use crate::error::{Error, ErrorKind, Result};

/// All documents of one run of the generator.
#[derive(Debug, Default)]
pub(super) struct Documents {
    all: Vec<Document>,
    /// The targets of `$ref` in documents that were not given.
    missing: RefCell<BTreeSet<String>>,
}

#[derive(Debug)]
pub(super) struct Document {
    /// The name for error messages.
    pub(super) name: String,
    pub(super) text: String,
    pub(super) draft: Draft,
    root: Value,
    uri: String,
    /// The pointers of what has an `$id` or an anchor, by absolute URI.
    identified: BTreeMap<String, String>,
}

/// A place in a document: where a schema is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) document: usize,
    /// A JSON pointer (RFC 6901).
    pub(super) pointer: String,
}

impl Place {
    pub(super) fn child(&self, token: &str) -> Self {
        let token = token.replace('~', "~0").replace('/', "~1");
        Self {
            document: self.document,
            pointer: format!("{}/{token}", self.pointer),
        }
    }

    pub(super) fn at(&self, index: usize) -> Self {
        self.child(&index.to_string())
    }

    /// Returns the name of a definition, if this is one.
    pub(super) fn definition(&self) -> Option<String> {
        let mut tokens = self.pointer.rsplit('/');
        let name = tokens.next()?;
        let folder = tokens.next()?;
        let is_definition = matches!(folder, "$defs" | "definitions");
        is_definition.then(|| name.replace("~1", "/").replace("~0", "~"))
    }
}

impl Documents {
    /// Adds a document.
    ///
    /// # Errors
    /// `InvalidSchema` if `text` is not a JSON Schema.
    pub(super) fn add(&mut self, name: &str, text: &str) -> Result<usize> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let failed = |why: &str| Error::new(ErrorKind::InvalidSchema, format!("{name}: {why}"));
        let root: Value = serde_json::from_str(text)
            .map_err(|error| failed(&format!("not JSON: {error}")).with_source(error))?;
        if !matches!(root, Value::Bool(_) | Value::Object(_)) {
            return Err(failed("not a JSON Schema: expected an object or a boolean"));
        }
        let draft = Draft::of(&root);
        let path = name.replace('\\', "/");
        let uri = join("json-schema:///", &path.replace('#', "%23"));
        let mut document = Document {
            name: name.to_owned(),
            text: text.to_owned(),
            draft,
            root,
            uri,
            identified: BTreeMap::new(),
        };
        document.identify();
        self.all.push(document);
        Ok(self.all.len() - 1)
    }

    pub(super) fn document(&self, number: usize) -> Option<&Document> {
        self.all.get(number)
    }

    /// Returns the schema at a place.
    pub(super) fn get(&self, place: &Place) -> Option<&Value> {
        let document = self.all.get(place.document)?;
        document.root.pointer(&place.pointer)
    }

    pub(super) fn draft(&self, place: &Place) -> Draft {
        self.all
            .get(place.document)
            .map_or(Draft::Seven, |found| found.draft)
    }

    /// Returns the place that the `$ref` at `from` names; `None` if it is in a document that was
    /// not given.
    ///
    /// # Errors
    /// `InvalidSchema` if the document has no such place.
    pub(super) fn resolve(&self, from: &Place, reference: &str) -> Result<Option<Place>> {
        let Some(own) = self.all.get(from.document) else {
            return Ok(None);
        };
        let resources = own.resources(&from.pointer);
        let base = resources.last().map_or(&*own.uri, |(uri, _)| uri);
        let target = join(base, reference);
        let (document, fragment) = split_fragment(&target);
        for (uri, pointer) in resources.iter().rev() {
            if uri == document
                && let Some(found) = self.inside(from.document, document, pointer, &fragment)
            {
                return Ok(Some(found));
            }
        }
        let by_path = join(&own.uri, reference);
        let by_name = join("json-schema:///", reference);
        let candidates = [
            document,
            split_fragment(&by_path).0,
            split_fragment(&by_name).0,
        ];
        let others = (0..self.all.len()).filter(|number| *number != from.document);
        for number in std::iter::once(from.document).chain(others) {
            for uri in candidates {
                if let Some(found) = self.in_document(number, uri, &fragment) {
                    return Ok(Some(found));
                }
            }
        }
        let is_known = |uri| self.all.iter().any(|document| document.knows(uri));
        if candidates.into_iter().any(is_known) {
            let place = format!("{}, {}", own.name, shown(&from.pointer));
            let message = format!("{place}: \"$ref\" {reference:?}: target not found");
            return Err(Error::new(ErrorKind::InvalidSchema, message));
        }
        if !is_metaschema(document) {
            self.missing.borrow_mut().insert(document.to_owned());
        }
        Ok(None)
    }

    /// Returns the documents that a `$ref` names and that were not given.
    pub(super) fn missing(&self) -> Vec<String> {
        self.missing.borrow().iter().cloned().collect()
    }

    fn in_document(&self, number: usize, uri: &str, fragment: &str) -> Option<Place> {
        let document = self.all.get(number)?;
        let pointer = match document.identified.get(uri) {
            Some(pointer) => pointer.clone(),
            None if document.uri == uri => String::new(),
            None => return None,
        };
        self.inside(number, uri, &pointer, fragment)
    }

    /// Resolves `fragment` in the resource `uri`, whose root is at `root`.
    fn inside(&self, number: usize, uri: &str, root: &str, fragment: &str) -> Option<Place> {
        let document = self.all.get(number)?;
        let pointer = match fragment {
            "" => root.to_owned(),
            _ if fragment.starts_with('/') => format!("{root}{fragment}"),
            _ => document
                .identified
                .get(&format!("{uri}#{fragment}"))?
                .clone(),
        };
        document.root.pointer(&pointer)?;
        let document = number;
        Some(Place { document, pointer })
    }
}

impl Document {
    /// Returns the name of the outermost type: its `title`, or its file.
    pub(super) fn title(&self) -> String {
        let title = self.root.get("title").and_then(Value::as_str);
        let title = title.filter(|title| title.contains(|c: char| c.is_ascii_alphabetic()));
        let stem = Path::new(&self.name).file_stem().and_then(OsStr::to_str);
        let stem = stem.unwrap_or_default();
        shortened(title.unwrap_or_else(|| stem.strip_suffix(".schema").unwrap_or(stem)))
    }

    fn knows(&self, uri: &str) -> bool {
        self.uri == uri || self.identified.contains_key(uri)
    }

    /// Returns the URIs of the schemas with an `$id` around a pointer, and their pointers;
    /// outermost first.
    fn resources(&self, pointer: &str) -> Vec<(String, String)> {
        let mut value = &self.root;
        let mut found = vec![(self.uri.clone(), String::new())];
        let mut reached = String::new();
        let mut tokens = pointer.split('/').skip(1);
        loop {
            if let Some(id) = self.draft.id(value)
                && !id.starts_with('#')
            {
                let base = found.last().map_or(&*self.uri, |(uri, _)| uri);
                let uri = join(base, id);
                found.push((split_fragment(&uri).0.to_owned(), reached.clone()));
            }
            let Some(token) = tokens.next() else {
                return found;
            };
            let step = format!("/{token}");
            let Some(next) = value.pointer(&step) else {
                return found;
            };
            reached.push_str(&step);
            value = next;
        }
    }

    /// Collects all ids and anchors.
    fn identify(&mut self) {
        let mut identified = BTreeMap::new();
        let mut open = vec![(&self.root, String::new(), self.uri.clone())];
        while let Some((value, pointer, mut base)) = open.pop() {
            if let Some(id) = self.draft.id(value) {
                let uri = join(&base, id);
                if id.starts_with('#') {
                    identified.entry(uri).or_insert(pointer.clone());
                } else {
                    base = split_fragment(&uri).0.to_owned();
                    identified.entry(base.clone()).or_insert(pointer.clone());
                }
            }
            for anchor in ["$anchor", "$dynamicAnchor"] {
                if let Some(anchor) = value.get(anchor).and_then(Value::as_str) {
                    identified
                        .entry(format!("{base}#{anchor}"))
                        .or_insert(pointer.clone());
                }
            }
            open.extend(children(value).map(|(token, child)| {
                let token = token.replace('~', "~0").replace('/', "~1");
                (child, format!("{pointer}/{token}"), base.clone())
            }));
        }
        self.identified = identified;
    }
}

/// Returns the parts of a value that may hold schemas.
fn children(value: &Value) -> Box<dyn Iterator<Item = (String, &Value)> + '_> {
    const DATA: [&str; 4] = ["const", "default", "enum", "examples"];
    match value {
        Value::Object(members) => Box::new(
            members
                .iter()
                .filter(|(key, _)| !DATA.contains(&&***key))
                .map(|(key, child)| (key.clone(), child)),
        ),
        Value::Array(items) => Box::new(
            items
                .iter()
                .enumerate()
                .map(|(number, child)| (number.to_string(), child)),
        ),
        _ => Box::new(std::iter::empty()),
    }
}

/// Returns whether a URI is that of a metaschema: its values are any JSON.
fn is_metaschema(uri: &str) -> bool {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    rest.starts_with("json-schema.org/")
}

/// Returns a pointer for error messages: `/` for the empty pointer of a whole document.
pub(super) fn shown(pointer: &str) -> &str {
    match pointer {
        "" => "/",
        _ => pointer,
    }
}
