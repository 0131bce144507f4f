//! A folder of schemas: what `seed`, the command and tests read, and what `download` writes.

mod find;
mod name;
mod texts;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use self::name::FileKind;
pub use self::texts::SchemaTexts;
use crate::error::{Error, ErrorKind, Result};
use crate::id::Version;
use crate::rules::SchemaRules;
use crate::schema::{Reference, RegisteredSchema, SchemaDef, SchemaKind};
use crate::subject::Subject;
use crate::text_file::{read_text, replace_file};

/// The schemas of a folder, by subject and version.
///
/// A file `<folder>/<subject>/v<version>.<type>` is a version of a subject: `.avsc` is Avro, `.json`
/// JSON Schema, `.proto` Protobuf. The name of a subject's folder is percent-encoded
/// (`shop%2Fmoney.proto`); a name that is not encoded is read too. What a version refers to is in
/// `v<version>.references` beside it, a JSON list of `{"name": …, "subject": …, "version": …}`.
///
/// A reference to a version that has a file in the folder means the schema of this file, whatever
/// number a registry gives to it; another version is the registry's.
#[derive(Debug)]
pub struct SchemaFolder {
    versions: Vec<FolderVersion>,
    skipped: Vec<PathBuf>,
}

/// A version of a subject in a [`SchemaFolder`].
#[derive(Debug)]
#[non_exhaustive]
pub struct FolderVersion {
    /// The subject.
    pub subject: Subject,
    /// The number in the file's name.
    pub version: Version,
    /// The file.
    pub path: PathBuf,
    /// The schema, or why it cannot be read.
    pub schema: Result<SchemaDef>,
    /// Whether the version has a file of references.
    is_explicit: bool,
}

/// Reads the text of a file.
type Read<'r> = &'r mut dyn FnMut(&Path) -> io::Result<String>;

/// One entry of a file of references.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ReferenceLine {
    name: String,
    subject: String,
    version: u32,
}

impl SchemaFolder {
    /// Reads a folder. A file that cannot be read is an error of its version, not of the folder.
    ///
    /// # Errors
    /// `Config` if the folder itself cannot be read.
    pub fn read(folder: impl AsRef<Path>) -> Result<Self> {
        let (mut versions, mut skipped) = (BTreeMap::new(), Vec::new());
        for (file_name, path) in entries(folder.as_ref())? {
            match file_name.to_str().map(name::subject) {
                Some(Ok(subject)) if path.is_dir() => {
                    let mut others = read_subject(&subject, &path, &mut versions)?;
                    // A hidden folder, such as `.git`, is not a misplaced subject.
                    others.retain(|_| !is_hidden(&file_name));
                    skipped.append(&mut others);
                }
                _ => skip(path, 0, &mut skipped),
            }
        }
        Ok(Self {
            versions: versions.into_values().collect(),
            skipped,
        })
    }

    /// Reads a folder that is not on the disk, such as one of an earlier revision. `paths` are those of
    /// files, `<folder>/<subject>/v<version>.<type>`; others are left out. `read` gives the text of a
    /// file, and a `NotFound` error for one that does not exist.
    #[must_use]
    pub fn from_files(
        paths: impl IntoIterator<Item = PathBuf>,
        mut read: impl FnMut(&Path) -> io::Result<String>,
    ) -> Self {
        let mut versions = BTreeMap::new();
        for path in paths {
            let Some((subject, version, kind)) = name::parts(&path) else {
                continue;
            };
            add_version(&subject, version, kind, path, &mut read, &mut versions);
        }
        Self {
            versions: versions.into_values().collect(),
            skipped: Vec::new(),
        }
    }

    /// Reads the folder of one subject, which has the subject's name: its versions in order.
    ///
    /// # Errors
    /// `Config` if the folder cannot be read, or its name is not the name of a subject.
    pub fn read_subject(folder: impl AsRef<Path>) -> Result<Vec<FolderVersion>> {
        let folder = folder.as_ref();
        let path = fs::canonicalize(folder).map_err(|error| unreadable(folder, error))?;
        let subject = name::subject(&path.file_name().unwrap_or_default().to_string_lossy())?;
        let mut versions = BTreeMap::new();
        read_subject(&subject, folder, &mut versions)?;
        Ok(versions.into_values().collect())
    }

    /// The versions, in the order of subjects and numbers.
    #[must_use]
    pub fn versions(&self) -> &[FolderVersion] {
        &self.versions
    }

    /// The versions, in the order of subjects and numbers.
    #[must_use]
    pub fn into_versions(self) -> Vec<FolderVersion> {
        self.versions
    }

    /// The version of a file, by its path as it was read.
    #[must_use]
    pub fn version_at(&self, path: impl AsRef<Path>) -> Option<&FolderVersion> {
        let path = path.as_ref();
        self.versions.iter().find(|version| version.path == path)
    }

    /// The schemas that can be read, to resolve references among them.
    #[must_use]
    pub fn texts(&self) -> SchemaTexts {
        let mut texts = SchemaTexts::default();
        for version in &self.versions {
            if let Ok(schema) = &version.schema {
                texts.insert(version.subject.clone(), version.version, schema.clone());
            }
        }
        texts
    }

    /// Paths that may be meant as a subject or as a version, and are not read as one: files that look
    /// like schemas (`.avsc`, `.json`, `.proto`) in other places, folders without a version, names
    /// that are not UTF-8, and links to nothing. Hidden ones are left out.
    #[must_use]
    pub fn skipped(&self) -> &[PathBuf] {
        &self.skipped
    }

    /// Finds what schemas without a file of references refer to: a schema of this folder that is the
    /// only one of its name. `rules` gives the rules of a language, if they are known.
    ///
    /// A name that has several versions in the folder is not chosen from: the schema keeps no
    /// references, and [`hint`](Self::hint) names them.
    pub fn find_references<'r>(
        &mut self,
        rules: impl Fn(SchemaKind) -> Option<&'r dyn SchemaRules>,
    ) {
        find::references(&mut self.versions, &rules);
    }

    /// Returns a hint for a schema that is invalid because something that it refers to is missing;
    /// `None` if it has a file of references, or if nothing in the folder could be meant.
    #[must_use]
    pub fn hint(&self, version: &FolderVersion) -> Option<String> {
        find::hint(&self.versions, version)
    }

    /// Writes a registered schema and what it refers to, each file in one step. Returns the path of
    /// the schema's file.
    ///
    /// # Errors
    /// `Config` if a file cannot be written.
    pub fn write(folder: impl AsRef<Path>, schema: &RegisteredSchema) -> Result<PathBuf> {
        let folder = subject_folder(folder.as_ref(), &schema.subject);
        let version = schema.version;
        let path = folder.join(format!("v{version}.{}", name::extension(schema.def.kind)));
        let unwritable = |error| {
            let message = format!("cannot write {}: {error}", path.display());
            Error::new(ErrorKind::Config, message).with_source(error)
        };
        fs::create_dir_all(&folder).map_err(unwritable)?;
        // References first: a schema without them would be another schema.
        write_references(&path, &schema.def.references).map_err(unwritable)?;
        replace_file(&path, schema.def.text.as_bytes()).map_err(unwritable)?;
        for kind in [SchemaKind::Avro, SchemaKind::Json, SchemaKind::Protobuf] {
            if kind != schema.def.kind {
                let other = path.with_extension(name::extension(kind));
                remove(&other).map_err(unwritable)?;
            }
        }
        Ok(path)
    }
}

/// The folder of a subject: one that is there without encoding stays in use.
fn subject_folder(folder: &Path, subject: &Subject) -> PathBuf {
    let encoded = folder.join(name::folder_name(subject));
    let plain = subject.as_str();
    let is_plain = !plain.contains(['/', '\\']) && !plain.starts_with('.');
    match is_plain && !encoded.is_dir() && folder.join(plain).is_dir() {
        true => folder.join(plain),
        false => encoded,
    }
}

fn write_references(schema: &Path, references: &[Reference]) -> io::Result<()> {
    let path = schema.with_extension(REFERENCES);
    if references.is_empty() {
        return remove(&path);
    }
    let lines: Vec<ReferenceLine> = references
        .iter()
        .map(|reference| ReferenceLine {
            name: reference.name.clone(),
            subject: reference.subject.to_string(),
            version: reference.version.as_u32(),
        })
        .collect();
    let mut text = serde_json::to_string_pretty(&lines)?;
    text.push('\n');
    replace_file(&path, text)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Reads the versions of a subject and returns the paths that may be meant as one. A folder without a
/// version is returned itself.
fn read_subject(
    subject: &Subject,
    folder: &Path,
    versions: &mut BTreeMap<(Subject, Version), FolderVersion>,
) -> Result<Vec<PathBuf>> {
    let mut skipped = Vec::new();
    let mut has_version = false;
    for (file_name, path) in entries(folder)? {
        match file_name.to_str().map(name::file_kind) {
            Some(FileKind::Companion) => {}
            Some(FileKind::Schema(version, kind)) if !path.is_dir() => {
                has_version = true;
                let read = &mut |path: &Path| read_text(path);
                add_version(subject, version, kind, path, read, versions);
            }
            _ => skip(path, 0, &mut skipped),
        }
    }
    if !has_version && skipped.is_empty() {
        skipped.push(folder.to_owned());
    }
    Ok(skipped)
}

fn add_version(
    subject: &Subject,
    version: Version,
    kind: SchemaKind,
    path: PathBuf,
    read: Read<'_>,
    versions: &mut BTreeMap<(Subject, Version), FolderVersion>,
) {
    let key = (subject.clone(), version);
    match versions.get_mut(&key) {
        Some(first) => first.schema = Err(two_files(first, &path)),
        None => drop(versions.insert(key, read_version(subject, version, kind, path, read))),
    }
}

fn read_version(
    subject: &Subject,
    version: Version,
    kind: SchemaKind,
    path: PathBuf,
    read: Read<'_>,
) -> FolderVersion {
    let references = read_references(&path.with_extension(REFERENCES), read);
    let is_explicit = !matches!(references, Ok(None));
    let schema = references.and_then(|references| {
        let text = read(&path).map_err(|error| unreadable(&path, error))?;
        Ok(SchemaDef::new(kind, text).with_references(references.unwrap_or_default()))
    });
    FolderVersion {
        subject: subject.clone(),
        version,
        path,
        schema,
        is_explicit,
    }
}

fn read_references(path: &Path, read: Read<'_>) -> Result<Option<Vec<Reference>>> {
    let text = match read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, error)),
    };
    let broken = |error: &dyn std::fmt::Display| {
        let message = format!(
            "{}: expected a JSON list of {{\"name\", \"subject\", \"version\"}}: {error}",
            path.display()
        );
        Error::new(ErrorKind::Config, message)
    };
    let lines: Vec<ReferenceLine> = serde_json::from_str(&text).map_err(|error| broken(&error))?;
    let references = lines.into_iter().map(|line| {
        Ok(Reference {
            name: line.name,
            subject: Subject::new(line.subject)?,
            version: Version::new(line.version)?,
        })
    });
    let references: Result<_> = references.collect();
    references.map(Some).map_err(|error| broken(&error))
}

/// Keeps a path that may be meant as a subject or as a version; the files of a folder one by one.
fn skip(path: PathBuf, depth: usize, skipped: &mut Vec<PathBuf>) {
    let name = path.file_name().unwrap_or_default();
    if is_hidden(name) || depth > MAX_DEPTH {
        return;
    }
    // A link to nothing does not exist.
    if name.to_str().is_none() || !path.exists() {
        skipped.push(path);
        return;
    }
    if path.is_dir() {
        // What cannot be listed has no schemas to report.
        for (_, inner) in entries(&path).unwrap_or_default() {
            skip(inner, depth + 1, skipped);
        }
        return;
    }
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    if extension.to_str().and_then(name::kind_of).is_some() {
        skipped.push(path);
    }
}

/// Names and paths of what is in a folder, in the order of names.
fn entries(folder: &Path) -> Result<Vec<(OsString, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let entry = entry.map_err(|error| unreadable(folder, error))?;
        found.push((entry.file_name(), entry.path()));
    }
    found.sort();
    Ok(found)
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

fn two_files(first: &FolderVersion, second: &Path) -> Error {
    let message = format!(
        "two files of version {}: {} and {}",
        first.version,
        first.path.display(),
        second.display()
    );
    Error::new(ErrorKind::Config, message)
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    let message = format!("cannot read {}: {error}", path.display());
    Error::new(ErrorKind::Config, message).with_source(error)
}

const REFERENCES: &str = "references";
/// Folders nest no deeper where skipped files are looked for.
const MAX_DEPTH: usize = 8;

#[cfg(test)]
mod tests;
