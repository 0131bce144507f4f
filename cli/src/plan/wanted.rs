//! The wanted state of a registry, from a folder or a wireform.toml.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use wireform::registry::{
    FolderVersion, Level, Reference, SchemaDef, SchemaFolder, Subject, Version,
};

use crate::exit::Error;
use crate::registry::{Open, failed};
use crate::schema::{Format, known_rules};
use crate::{Result, input};

/// All subjects.
pub(super) struct Wish {
    pub(super) subjects: Vec<Wanted>,
    /// Paths that look like a subject or a version, but are ignored.
    pub(super) skipped: Vec<PathBuf>,
}

/// A wanted subject.
pub(super) struct Wanted {
    pub(super) subject: Subject,
    pub(super) level: Option<Level>,
    /// Schemas, the oldest first.
    pub(super) schemas: Vec<WantedSchema>,
}

pub(super) struct WantedSchema {
    pub(super) file: String,
    /// The number in the file's name, which the references of a folder use; `None` in a
    /// wireform.toml, whose references use the numbers of the registry.
    pub(super) version: Option<Version>,
    /// The schema, or the error of its file.
    pub(super) schema: std::result::Result<SchemaDef, String>,
    /// Advice for an invalid schema.
    pub(super) hint: Option<String>,
}

impl Wish {
    /// Spells every subject as the registry does: the default context may be written explicitly,
    /// and the registry's URL may name a context.
    pub(super) fn qualify(&mut self, registry: &Open) -> Result<()> {
        let mut known = BTreeMap::new();
        for wanted in &mut self.subjects {
            let spelled = wanted.subject.clone();
            wanted.subject = registry.inner().qualify(&spelled);
            if let Some(other) = known.insert(wanted.subject.clone(), spelled.clone()) {
                return Err(Error::Usage(format!(
                    "{other} and {spelled} are one subject: leave one of them out"
                )));
            }
        }
        Ok(())
    }
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

pub(super) fn read(path: &Path) -> Result<Wish> {
    match path.is_dir() {
        true => folder(path),
        false => file(path),
    }
}

fn file(path: &Path) -> Result<Wish> {
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
            let file = folder.join(file);
            let schema = schema(&file).map(|found| found.with_references(references.clone()));
            WantedSchema {
                file: file.display().to_string(),
                version: None,
                schema: schema.map_err(|error| error.to_string()),
                hint: None,
            }
        });
        Ok(Wanted {
            subject,
            level: level.map_err(broken)?,
            schemas: schemas.collect(),
        })
    });
    Ok(Wish {
        subjects: wanted.collect::<Result<_>>()?,
        skipped: Vec::new(),
    })
}

fn reference(used: Used) -> Result<Reference> {
    Ok(Reference {
        name: used.name,
        subject: used.subject.parse().map_err(|error| failed(&error))?,
        version: Version::new(used.version).map_err(|error| failed(&error))?,
    })
}

fn schema(file: &Path) -> Result<SchemaDef> {
    let format = Format::of(file)?;
    Ok(SchemaDef::new(format.kind(), input::text(file)?))
}

fn folder(path: &Path) -> Result<Wish> {
    let mut folder = SchemaFolder::read(path).map_err(|error| Error::Io(error.to_string()))?;
    folder.find_references(known_rules);
    let mut subjects: Vec<Wanted> = Vec::new();
    for version in folder.versions() {
        let schema = WantedSchema {
            file: version.path.display().to_string(),
            version: Some(version.version),
            schema: version
                .schema
                .as_ref()
                .map(Clone::clone)
                .map_err(ToString::to_string),
            hint: hint(&folder, version),
        };
        match subjects.last_mut() {
            Some(last) if last.subject == version.subject => last.schemas.push(schema),
            _ => subjects.push(Wanted {
                subject: version.subject.clone(),
                level: None,
                schemas: vec![schema],
            }),
        }
    }
    Ok(Wish {
        subjects,
        skipped: folder.skipped().to_vec(),
    })
}

/// Returns advice for a schema that is invalid without references.
fn hint(folder: &SchemaFolder, version: &FolderVersion) -> Option<String> {
    let schema = version.schema.as_ref().ok()?;
    let alone = wireform::registry::ResolvedSchema::new(schema.kind, schema.text.clone());
    match known_rules(schema.kind)?.parse(&alone) {
        Ok(_) => None,
        Err(_) => folder.hint(version),
    }
}
