//! protox: a compiler in Rust.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use ::protox::file::{
    ChainFileResolver, File, FileResolver, GoogleFileResolver, IncludeFileResolver,
};
use ::protox::{Compiler, Error};
use prost_types::FileDescriptorProto;
use wireform::__private::{edition, public_imports};
use wireform::registry::read_text;

use super::{Fields, Places, Source, stripped, unsupported_edition};

/// Compiles `files`; the result has each file after those that it imports.
pub(super) fn compile(places: &Places, files: &[&Path]) -> crate::Result<Vec<Source>> {
    let texts = Texts::default();
    let mut compiler = Compiler::with_file_resolver(resolver(places, &texts));
    compiler
        .include_imports(true)
        .open_files(files)
        .map_err(|error| refused(&error, places))?;
    let encoded = compiler.encode_file_descriptor_set();
    let protos = compiler.include_source_info(true).file_descriptor_set();
    let mut texts = texts.0.borrow_mut();
    let sources = protos.file.into_iter().zip(compiler.files());
    sources
        .zip(Fields { rest: &encoded })
        .map(|((mut proto, metadata), descriptor)| {
            let kept = texts.remove(metadata.name()).unwrap_or_default();
            let len = proto.dependency.len().saturating_sub(kept.imports);
            proto.dependency.truncate(len);
            Ok(Source {
                path: metadata.path().map(Path::to_owned).or(kept.path),
                text: kept.text,
                proto,
                descriptor: stripped(descriptor?, kept.imports)?,
            })
        })
        .collect()
}

/// The texts of the files, by name; kept when they are opened, so that the embedded text is the
/// compiled one, even if a file changes meanwhile.
#[derive(Clone, Default)]
struct Texts(Rc<RefCell<HashMap<String, Kept>>>);

#[derive(Default)]
struct Kept {
    /// The path of the file.
    path: Option<PathBuf>,
    text: Option<String>,
    /// Number of imports that were added to its own.
    imports: usize,
}

struct KeepTexts<R> {
    inner: R,
    texts: Texts,
    /// The public imports of each file, by name.
    public: RefCell<HashMap<String, Vec<String>>>,
}

impl<R: FileResolver> FileResolver for KeepTexts<R> {
    fn resolve_path(&self, path: &Path) -> Option<String> {
        self.inner.resolve_path(path)
    }

    fn open_file(&self, name: &str) -> Result<File, Error> {
        let file = self.inner.open_file(name)?;
        let Some(text) = file.source() else {
            return Ok(file);
        };
        let added = self.public_imports(file.file_descriptor_proto());
        let mut texts = self.texts.0.borrow_mut();
        let kept = texts.entry(name.to_owned()).or_default();
        kept.text = Some(text.to_owned());
        kept.imports = added.len();
        if added.is_empty() {
            return Ok(file);
        }
        kept.path = kept.path.take().or(file.path().map(Path::to_owned));
        // At the end, so that places in the text stay.
        let imports = added.iter().map(|import| format!("import {import:?};\n"));
        File::from_source(name, &format!("{text}\n{}", imports.collect::<String>()))
    }
}

impl<R: FileResolver> KeepTexts<R> {
    /// Returns the files that the imports of `file` import publicly, and which it does not import
    /// itself.
    fn public_imports(&self, file: &FileDescriptorProto) -> Vec<String> {
        public_imports(&file.dependency, |name| self.public_imports_of(name))
    }

    fn public_imports_of(&self, name: &str) -> Vec<String> {
        if let Some(known) = self.public.borrow().get(name) {
            return known.clone();
        }
        // The compiler reports a missing file itself.
        let file = self.inner.open_file(name).ok();
        let found = file.iter().map(File::file_descriptor_proto);
        let found: Vec<String> = found
            .flat_map(|file| {
                let indexes = file.public_dependency.iter();
                indexes.filter_map(|&index| file.dependency.get(usize::try_from(index).ok()?))
            })
            .cloned()
            .collect();
        self.public
            .borrow_mut()
            .insert(name.to_owned(), found.clone());
        found
    }
}

/// Files in a directory.
struct Include {
    directory: PathBuf,
    texts: Texts,
}

impl FileResolver for Include {
    fn resolve_path(&self, path: &Path) -> Option<String> {
        IncludeFileResolver::new(self.directory.clone()).resolve_path(path)
    }

    fn open_file(&self, name: &str) -> Result<File, Error> {
        open(name, &self.directory.join(name), &self.texts)
    }
}

/// A file with an import path of its own.
struct Import {
    name: String,
    path: PathBuf,
    texts: Texts,
}

impl FileResolver for Import {
    fn resolve_path(&self, path: &Path) -> Option<String> {
        (path == self.path).then(|| self.name.clone())
    }

    fn open_file(&self, name: &str) -> Result<File, Error> {
        if name != self.name {
            return Err(Error::file_not_found(name));
        }
        let opened = open(name, &self.path, &self.texts)?;
        // protox expects a file at a path that ends with its name.
        let Some(text) = opened.source() else {
            return Ok(opened);
        };
        keep_path(&self.texts, name, &self.path);
        File::from_source(name, text)
    }
}

/// Opens a file and skips a byte order mark, as protoc does and protox does not.
fn open(name: &str, path: &Path, texts: &Texts) -> Result<File, Error> {
    if !has_byte_order_mark(path) {
        return File::open(name, path);
    }
    match read_text(path) {
        Ok(text) => {
            keep_path(texts, name, path);
            File::from_source(name, &text)
        }
        Err(_) => File::open(name, path),
    }
}

/// Returns the error of protox. An edition is refused by its name, and not as an unexpected word.
fn refused(error: &Error, places: &Places) -> crate::Error {
    let file = error
        .file()
        .and_then(|name| Some((name, places.find(name)?)));
    if let Some((name, path)) = file
        && let Ok(text) = read_text(path)
        && let Some(edition) = edition(&text)
    {
        return unsupported_edition(name, edition);
    }
    crate::Error::proto(error)
}

fn has_byte_order_mark(path: &Path) -> bool {
    let mut start = [0; 3];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == *b"\xef\xbb\xbf"
}

/// Keeps the path of a file: protox does not know it for a text.
fn keep_path(texts: &Texts, name: &str, path: &Path) {
    let mut texts = texts.0.borrow_mut();
    texts.entry(name.to_owned()).or_default().path = Some(path.to_owned());
}

fn resolver(places: &Places, texts: &Texts) -> impl FileResolver + use<> {
    let mut chain = ChainFileResolver::new();
    for (name, path) in &places.imports {
        chain.add(Import {
            name: name.clone(),
            path: path.clone(),
            texts: texts.clone(),
        });
    }
    for include in &places.includes {
        chain.add(Include {
            directory: include.clone(),
            texts: texts.clone(),
        });
    }
    chain.add(GoogleFileResolver::new());
    KeepTexts {
        inner: chain,
        texts: texts.clone(),
        public: RefCell::default(),
    }
}
