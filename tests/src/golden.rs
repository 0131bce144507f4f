//! Frames that other implementations wrote: `tests/data/golden/<format>/<case>.{json,bin}`.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use wireform_registry::{NamedText, ResolvedSchema, SchemaGuid, SchemaId, SchemaKey, SchemaKind};

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
#[derive(Debug, Deserialize)]
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
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
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
        Self::all(format).into_iter().find(|golden| golden.name == name).unwrap()
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
            _ => self.guid.as_deref().unwrap().parse::<SchemaGuid>().unwrap().into(),
        }
    }

    /// The headers of the record.
    ///
    /// # Panics
    /// If a value is not hex.
    #[must_use]
    pub fn headers(&self) -> Vec<(String, Vec<u8>)> {
        self.headers.iter().map(|(name, value)| (name.clone(), from_hex(value))).collect()
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
