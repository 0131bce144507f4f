//! What a registry should have, as a folder or a wireform.toml says.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use wireform::registry::{Level, Reference, SchemaDef, Subject, Version};

use crate::exit::Error;
use crate::registry::failed;
use crate::schema::Format;
use crate::{Result, input};

/// A subject.
pub(super) struct Wanted {
    pub(super) subject: Subject,
    pub(super) level: Option<Level>,
    /// The oldest first, each with the name of its file.
    pub(super) schemas: Vec<(String, SchemaDef)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    subjects: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    level: Option<String>,
    #[serde(default)]
    schemas: Vec<PathBuf>,
    #[serde(default)]
    references: Vec<Used>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Used {
    name: String,
    subject: String,
    version: u32,
}

pub(super) fn read(path: &Path) -> Result<Vec<Wanted>> {
    match path.is_dir() {
        true => folder(path),
        false => file(path),
    }
}

fn file(path: &Path) -> Result<Vec<Wanted>> {
    let text = input::text(path)?;
    let broken = |error: String| Error::Usage(format!("{}: {error}", path.display()));
    let file: File = toml::from_str(&text).map_err(|error| broken(error.to_string()))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let wanted = file.subjects.into_iter().map(|(name, entry)| {
        let subject: Subject = name.parse().map_err(|error| failed(&error))?;
        let level = entry
            .level
            .map(|level| crate::check::level(&level))
            .transpose();
        let references = entry
            .references
            .into_iter()
            .map(reference)
            .collect::<Result<Vec<_>>>()?;
        let schemas = entry.schemas.iter().map(|file| {
            let (name, schema) = schema(&folder.join(file))?;
            Ok((name, schema.with_references(references.clone())))
        });
        Ok(Wanted {
            subject,
            level: level.map_err(broken)?,
            schemas: schemas.collect::<Result<_>>()?,
        })
    });
    wanted.collect()
}

fn reference(used: Used) -> Result<Reference> {
    Ok(Reference {
        name: used.name,
        subject: used.subject.parse().map_err(|error| failed(&error))?,
        version: Version::new(used.version).map_err(|error| failed(&error))?,
    })
}

/// `<subject>/v<version>.<extension>`, as `registry download` writes it.
fn folder(path: &Path) -> Result<Vec<Wanted>> {
    let mut wanted = Vec::new();
    for subject in entries(path)?.into_iter().filter(|entry| entry.is_dir()) {
        let name = subject
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let mut versions: Vec<(u32, PathBuf)> = entries(&subject)?
            .into_iter()
            .filter_map(|file| Some((version(&file)?, file)))
            .collect();
        versions.sort();
        let schemas = versions
            .iter()
            .map(|(_, file)| schema(file))
            .collect::<Result<Vec<_>>>()?;
        if !schemas.is_empty() {
            let subject = name.parse().map_err(|error| failed(&error))?;
            wanted.push(Wanted {
                subject,
                level: None,
                schemas,
            });
        }
    }
    Ok(wanted)
}

fn version(file: &Path) -> Option<u32> {
    file.file_stem()?.to_str()?.strip_prefix('v')?.parse().ok()
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |error| Error::file(folder.display(), &error);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        found.push(entry.map_err(failed)?.path());
    }
    found.sort();
    Ok(found)
}

fn schema(file: &Path) -> Result<(String, SchemaDef)> {
    let text = input::text(file)?;
    let schema = SchemaDef::new(Format::of(file)?.kind(), text);
    Ok((file.display().to_string(), schema))
}
