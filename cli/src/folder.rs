//! Schemas folders that files are in: `<folder>/<subject>/v<version>.<extension>`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf, absolute};
use std::rc::Rc;

use wireform::registry::{NamedText, ResolvedSchema, SchemaFolder};

use crate::Result;
use crate::exit::Error;
use crate::input::version_number;
use crate::schema::known_rules;

/// Schemas folders, each read once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Folders(RefCell<BTreeMap<PathBuf, Rc<SchemaFolder>>>);

impl Folders {
    /// Adds the references of a version from its schemas folder, if the file is in one.
    pub(crate) fn add_references(&self, path: &Path, schema: &mut ResolvedSchema) -> Result<()> {
        let Some(path) = full_path(path) else {
            return Ok(());
        };
        let Some(folder) = folder_of(&path) else {
            return Ok(());
        };
        if !path.with_extension("references").exists() && is_valid(schema) {
            return Ok(());
        }
        let read = || {
            SchemaFolder::read(&folder)
                .map(with_references)
                .map_err(|error| Error::Io(error.to_string()))
        };
        let folder = self.get(&folder, read)?;
        add_references(&folder, &path, schema)
    }

    /// Returns a folder, which is read on the first call.
    fn get(
        &self,
        path: &Path,
        read: impl FnOnce() -> Result<SchemaFolder>,
    ) -> Result<Rc<SchemaFolder>> {
        if let Some(folder) = self.0.borrow().get(path) {
            return Ok(Rc::clone(folder));
        }
        let folder = Rc::new(read()?);
        let mut folders = self.0.borrow_mut();
        folders.insert(path.to_owned(), Rc::clone(&folder));
        Ok(folder)
    }
}

/// Returns a path whose parents are the folders above the file.
fn full_path(path: &Path) -> Option<PathBuf> {
    let is_up = |part| part == Component::ParentDir;
    match path.components().any(is_up) {
        true => path.canonicalize().ok(),
        false => absolute(path).ok(),
    }
}

/// Returns the schemas folder of a file whose name is that of a version.
pub(crate) fn folder_of(path: &Path) -> Option<PathBuf> {
    version_number(path)?;
    path.parent()?.parent().map(Path::to_owned)
}

/// Returns the folder, with references by name for schemas without a file of references.
pub(crate) fn with_references(mut folder: SchemaFolder) -> SchemaFolder {
    folder.find_references(known_rules);
    folder
}

pub(crate) fn is_valid(schema: &ResolvedSchema) -> bool {
    known_rules(schema.kind).is_some_and(|rules| rules.parse(schema).is_ok())
}

/// Adds the references of a version from its folder, except for names that the schema has already.
pub(crate) fn add_references(
    folder: &SchemaFolder,
    path: &Path,
    schema: &mut ResolvedSchema,
) -> Result<()> {
    let Some(version) = folder.version_at(path) else {
        return Ok(());
    };
    let def = version.schema.as_ref();
    let mut def = def.map_err(|error| Error::finding(error))?.clone();
    let is_new = |name: &str| !schema.references.iter().any(|known| known.name == name);
    def.references.retain(|reference| is_new(&reference.name));
    let resolved = folder.texts().resolve(&version.subject, &def);
    let resolved = resolved.map_err(|error| {
        let folder = folder_of(path).unwrap_or_default();
        let folder = folder.display();
        Error::Finding(format!(
            "{error} in {folder}; --ref NAME=FILE gives what it lacks"
        ))
    })?;
    let found = resolved.references.into_iter();
    let mut found: Vec<NamedText> = found.filter(|found| is_new(&found.name)).collect();
    found.append(&mut schema.references);
    schema.references = found;
    Ok(())
}
