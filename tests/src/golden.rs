//! Frames that other implementations wrote: `tests/data/golden/<format>/<case>.{json,bin}`.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use wireform_registry::{
    BoxFuture, Compatibility, NamedText, Reference, RegisterOptions, RegisteredSchema, Registry,
    ResolvedSchema, Result, SchemaDef, SchemaGuid, SchemaId, SchemaKey, SchemaKind, StoredSchema,
    Subject, Version, VersionRef,
};

use crate::workspace;

/// One frame, with everything that is known of it.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Golden {
    #[serde(skip)]
    pub name: String,
    #[serde(skip)]
    pub payload: Vec<u8>,
    pub source: String,
    pub format: String,
    pub framing: String,
    pub subject: String,
    pub id: u32,
    pub guid: Option<String>,
    pub version: u32,
    pub schema: String,
    pub references: Vec<GoldenReference>,
    pub message: Option<String>,
    pub value: serde_json::Value,
    /// Values in hex.
    pub headers: BTreeMap<String, String>,
}

/// A schema that a golden schema refers to.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs)]
pub struct GoldenReference {
    pub name: String,
    pub subject: String,
    pub version: u32,
    pub schema: String,
}

impl Golden {
    /// All cases of one format, by name.
    ///
    /// # Panics
    /// If there are none, or one cannot be read.
    #[must_use]
    pub fn all(format: &str) -> Vec<Self> {
        let folder = workspace::root().join("tests/data/golden").join(format);
        let mut paths: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "json")
            })
            .collect();
        paths.sort();
        assert!(!paths.is_empty(), "no golden cases in {}", folder.display());
        paths
            .iter()
            .map(|path| {
                let mut golden: Self = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
                golden.name = format!("{format}/{}", path.file_stem().unwrap().to_string_lossy());
                golden.payload = fs::read(path.with_extension("bin")).unwrap();
                golden
            })
            .collect()
    }

    /// One case of a format.
    ///
    /// # Panics
    /// If there is no such case.
    #[must_use]
    pub fn one(format: &str, case: &str) -> Self {
        let name = format!("{format}/{case}");
        Self::all(format)
            .into_iter()
            .find(|golden| golden.name == name)
            .unwrap()
    }

    /// The schema with its references.
    ///
    /// # Panics
    /// If the format is unknown.
    #[must_use]
    pub fn resolved(&self) -> ResolvedSchema {
        let kind: SchemaKind = self.format.parse().unwrap();
        let mut resolved = ResolvedSchema::new(kind, &*self.schema);
        resolved.references = self
            .references
            .iter()
            .map(|reference| NamedText {
                name: reference.name.clone(),
                text: reference.schema.as_str().into(),
            })
            .collect();
        resolved
    }

    /// How the frame names its schema.
    ///
    /// # Panics
    /// If a header frame has no GUID.
    #[must_use]
    pub fn key(&self) -> SchemaKey {
        match &*self.framing {
            "prefix" => SchemaId::new(self.id).into(),
            _ => self
                .guid
                .as_deref()
                .unwrap()
                .parse::<SchemaGuid>()
                .unwrap()
                .into(),
        }
    }

    /// The headers of the record.
    ///
    /// # Panics
    /// If a value is not hex.
    #[must_use]
    pub fn headers(&self) -> Vec<(String, Vec<u8>)> {
        self.headers
            .iter()
            .map(|(name, value)| (name.clone(), from_hex(value)))
            .collect()
    }
}

/// Bytes of hex digits.
///
/// # Panics
/// If they are not.
#[must_use]
pub fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(16).unwrap()).collect();
    digits
        .chunks_exact(2)
        .map(|pair| u8::try_from(pair.iter().fold(0, |byte, digit| byte * 16 + digit)).unwrap())
        .collect()
}

/// A registry that knows one golden schema, with the id, GUID and version of the case.
#[derive(Debug)]
pub struct GoldenRegistry(RegisteredSchema);

impl GoldenRegistry {
    /// The registry of one case.
    ///
    /// # Panics
    /// If the case is not valid.
    #[must_use]
    pub fn new(golden: &Golden) -> Self {
        let references = golden.references.iter().map(|reference| Reference {
            name: reference.name.clone(),
            subject: Subject::new(reference.subject.clone()).unwrap(),
            version: Version::new(reference.version).unwrap(),
        });
        let kind: SchemaKind = golden.format.parse().unwrap();
        Self(RegisteredSchema {
            subject: Subject::new(golden.subject.clone()).unwrap(),
            version: Version::new(golden.version).unwrap(),
            id: SchemaId::new(golden.id),
            guid: golden.guid.as_deref().map(|guid| guid.parse().unwrap()),
            def: SchemaDef::new(kind, &*golden.schema).with_references(references.collect()),
        })
    }

    fn answer<'a, T: Send + 'a>(&self, answer: T) -> BoxFuture<'a, Result<T>> {
        Box::pin(async { Ok(answer) })
    }
}

impl Registry for GoldenRegistry {
    fn by_id(&self, id: SchemaId) -> BoxFuture<'_, Result<StoredSchema>> {
        let RegisteredSchema { guid, def, .. } = self.0.clone();
        self.answer(StoredSchema {
            id: Some(id),
            guid,
            def,
        })
    }

    fn by_guid(&self, _guid: SchemaGuid) -> BoxFuture<'_, Result<StoredSchema>> {
        self.by_id(self.0.id)
    }

    fn by_version<'a>(
        &'a self,
        _subject: &'a Subject,
        _version: VersionRef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        self.answer(self.0.clone())
    }

    /// Knows its one schema by any text: Python registers Protobuf as a descriptor.
    fn lookup<'a>(
        &'a self,
        _subject: &'a Subject,
        _schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        self.answer(self.0.clone())
    }

    fn register<'a>(
        &'a self,
        _subject: &'a Subject,
        _schema: &'a SchemaDef,
        _options: RegisterOptions,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        self.answer(self.0.clone())
    }

    fn check<'a>(
        &'a self,
        _subject: &'a Subject,
        _version: VersionRef,
        _schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<Compatibility>> {
        self.answer(Compatibility {
            is_compatible: true,
            messages: Vec::new(),
        })
    }
}
