//! The `.avsc` files: parsed together, each with its references.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::Path;

use wireform::avro::schema::{Kind, NodeId, Schema};

use crate::error::{Error, ErrorKind, Result};

/// A file and its definitions.
#[derive(Debug)]
pub(crate) struct File {
    /// The name for error messages.
    pub(crate) path: String,
    pub(crate) schema: Schema,
    /// A name of another file that this file uses, and the number of that file; each file once.
    pub(crate) imports: Vec<(String, usize)>,
}

/// Parses all texts. The order of the result does not depend on the order of the texts.
pub(crate) fn parse(texts: &[(String, String)]) -> Result<Vec<File>> {
    let named: Vec<(&str, &str)> = texts
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    let schemas = Schema::parse_files(&named)
        .map_err(|error| Error::new(ErrorKind::InvalidSchema, error.to_string()))?;
    let files = texts.iter().zip(schemas).map(|((path, _), schema)| File {
        path: path.clone(),
        schema,
        imports: Vec::new(),
    });
    let mut files: Vec<File> = files.collect();
    files.sort_by(|a, b| a.order().cmp(&b.order()));
    let owners = owners(&files);
    let imports: Vec<_> = files.iter().map(|file| imports(file, &owners)).collect();
    for (file, imports) in files.iter_mut().zip(imports) {
        file.imports = imports;
    }
    check_cycles(&files)?;
    Ok(files)
}

impl File {
    /// Returns the sort key of files.
    fn order(&self) -> (&str, &str, &str) {
        let name = self.schema.full_name().unwrap_or_default();
        (name, self.schema.text(), &self.path)
    }

    /// Returns the name of the outermost type: that of the file, if the schema has none.
    pub(crate) fn name(&self) -> &str {
        let stem = || Path::new(&self.path).file_stem().and_then(OsStr::to_str);
        let name = self.schema.full_name().or_else(stem);
        name.unwrap_or_default()
    }
}

/// Returns the file that defines each name: the first one that does.
fn owners(files: &[File]) -> BTreeMap<String, usize> {
    let mut owners = BTreeMap::new();
    for (number, file) in files.iter().enumerate() {
        for name in file.schema.own_names() {
            owners.entry(name.to_owned()).or_insert(number);
        }
    }
    owners
}

fn imports(file: &File, owners: &BTreeMap<String, usize>) -> Vec<(String, usize)> {
    let own: BTreeSet<&str> = file.schema.own_names().collect();
    let mut imports: Vec<(String, usize)> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![file.schema.root()];
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        match file.schema.node(id).kind.full_name() {
            Some(name) if !own.contains(name) => {
                if let Some(&owner) = owners.get(name)
                    && imports.iter().all(|(_, known)| *known != owner)
                {
                    imports.push((name.to_owned(), owner));
                }
            }
            _ => open.extend(children(&file.schema.node(id).kind).into_iter().rev()),
        }
    }
    imports
}

/// Returns the types that a type holds directly.
pub(crate) fn children(kind: &Kind) -> Vec<NodeId> {
    match kind {
        Kind::Array(inner) | Kind::Map(inner) => vec![*inner],
        Kind::Union(branches) => branches.to_vec(),
        Kind::Record(record) => record.fields.iter().map(|field| field.schema).collect(),
        _ => Vec::new(),
    }
}

/// Refuses cycles: a registry takes a schema only after its references.
fn check_cycles(files: &[File]) -> Result<()> {
    let mut done: BTreeSet<usize> = BTreeSet::new();
    while done.len() < files.len() {
        let is_ready = |(number, file): &(usize, &File)| {
            !done.contains(number) && file.imports.iter().all(|(_, other)| done.contains(other))
        };
        let ready: Vec<usize> = files
            .iter()
            .enumerate()
            .filter(is_ready)
            .map(|(number, _)| number)
            .collect();
        if ready.is_empty() {
            let left = files.iter().enumerate().filter(|(n, _)| !done.contains(n));
            let paths: Vec<&str> = left.map(|(_, file)| &*file.path).collect();
            let message = format!(
                "{}: these files refer to each other in a cycle, so none can be registered first",
                paths.join(", ")
            );
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        done.extend(ready);
    }
    Ok(())
}
