use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::{Error, ErrorKind, Result};
use crate::id::Version;
use crate::memory::InMemoryRegistry;
use crate::registry::RegisterOptions;
use crate::schema::{Reference, SchemaDef, SchemaKind};
use crate::subject::Subject;

/// A schema file: its subject, its version there, and what is in it.
struct Seed {
    subject: Subject,
    version: Version,
    schema: SchemaDef,
}

/// One entry of a file of references.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReferenceLine {
    name: String,
    subject: String,
    version: u32,
}

impl InMemoryRegistry {
    /// Registers the schemas of a folder, and says how many those are.
    ///
    /// A file `<folder>/<subject>/v<version>.<type>` is a version of a subject: `.avsc` is Avro,
    /// `.json` JSON Schema, `.proto` Protobuf. What it refers to stands beside it in
    /// `v<version>.references`, a JSON list of `{"name": …, "subject": …, "version": …}`. Versions
    /// count up from 1, and each must fit the older ones as the subject's level says. Other files
    /// are passed over.
    ///
    /// # Errors
    /// `Config` for a folder that cannot be read, a version that is missing, or references that
    /// lead nowhere or in a circle; else why the registry refuses a schema. What came before is
    /// registered then.
    pub fn seed(&self, folder: impl AsRef<Path>) -> Result<usize> {
        let mut left = read_folder(folder.as_ref())?;
        let count = left.len();
        while !left.is_empty() {
            let before = left.len();
            left = self.seed_round(left)?;
            if left.len() == before {
                return Err(stuck(&left));
            }
        }
        Ok(count)
    }

    /// Registers what everything is there for; the rest waits.
    fn seed_round(&self, seeds: Vec<Seed>) -> Result<Vec<Seed>> {
        let mut waiting = Vec::new();
        for seed in seeds {
            if self.is_next(&seed) {
                let options = RegisterOptions::default();
                self.shared.register(&seed.subject, &seed.schema, options)?;
            } else {
                waiting.push(seed);
            }
        }
        Ok(waiting)
    }

    fn is_next(&self, seed: &Seed) -> bool {
        let store = self.shared.store();
        store.next_version(&seed.subject) == Some(seed.version)
            && store.resolve(&seed.subject, &seed.schema).is_ok()
    }
}

/// All schema files, in the order of subjects and versions.
fn read_folder(folder: &Path) -> Result<Vec<Seed>> {
    let mut seeds = BTreeMap::new();
    for (name, path) in entries(folder)? {
        if !path.is_dir() {
            continue;
        }
        let subject = Subject::new(name)?;
        for (name, path) in entries(&path)? {
            if let Some((version, kind)) = version_and_kind(&name) {
                let schema = read_schema(&path, kind)?;
                let key = (subject.clone(), version);
                if seeds.insert(key, schema).is_some() {
                    let message = format!("subject \"{subject}\" has two files of v{version}");
                    return Err(Error::new(ErrorKind::Config, message));
                }
            }
        }
    }
    let seeds = seeds.into_iter().map(|((subject, version), schema)| Seed {
        subject,
        version,
        schema,
    });
    Ok(seeds.collect())
}

fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let entry = entry.map_err(|error| unreadable(folder, error))?;
        // A name that is not UTF-8 is none of ours.
        if let Ok(name) = entry.file_name().into_string() {
            found.push((name, entry.path()));
        }
    }
    Ok(found)
}

/// What `v12.avsc` says.
fn version_and_kind(name: &str) -> Option<(Version, SchemaKind)> {
    let (number, extension) = name.strip_prefix('v')?.split_once('.')?;
    let kind = match extension {
        "avsc" => SchemaKind::Avro,
        "json" => SchemaKind::Json,
        "proto" => SchemaKind::Protobuf,
        _ => return None,
    };
    Some((Version::new(number.parse().ok()?).ok()?, kind))
}

fn read_schema(path: &Path, kind: SchemaKind) -> Result<SchemaDef> {
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, error))?;
    let beside = path.with_extension("references");
    let references = match fs::read(&beside) {
        Ok(text) => parse_references(&beside, &text)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(unreadable(&beside, error)),
    };
    Ok(SchemaDef::new(kind, text).with_references(references))
}

fn parse_references(path: &Path, text: &[u8]) -> Result<Vec<Reference>> {
    let lines: Vec<ReferenceLine> = serde_json::from_slice(text).map_err(|error| {
        let message = format!("{} is not a JSON list of references", path.display());
        Error::new(ErrorKind::Config, message).with_source(error)
    })?;
    let references = lines.into_iter().map(|line| {
        Ok(Reference {
            name: line.name,
            subject: Subject::new(line.subject)?,
            version: Version::new(line.version)?,
        })
    });
    references.collect()
}

fn stuck(left: &[Seed]) -> Error {
    let names: Vec<String> = left
        .iter()
        .map(|seed| format!("{} v{}", seed.subject, seed.version))
        .collect();
    let message = format!(
        "cannot be registered, for a version or a reference is missing: {}",
        names.join(", ")
    );
    Error::new(ErrorKind::Config, message)
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::Config, format!("cannot read {}", path.display())).with_source(error)
}
