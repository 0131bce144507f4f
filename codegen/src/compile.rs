//! `.proto` files, and everything that they import, by protox.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use prost_types::FileDescriptorProto;
use protox::Compiler;
use protox::file::{
    ChainFileResolver, File, FileResolver, GoogleFileResolver, IncludeFileResolver,
};
use wireform::registry::read_text;

use crate::error::{Error, ErrorKind, Result};

/// A compiled file.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// Where it was read; `None` for the well-known files that protox brings.
    pub(crate) path: Option<PathBuf>,
    /// Its text, exactly as it was read for compiling.
    pub(crate) text: Option<String>,
    /// Its descriptor, types resolved, with source locations.
    pub(crate) proto: FileDescriptorProto,
    /// The same encoded, without source locations; custom options are still there.
    pub(crate) descriptor: Vec<u8>,
}

impl Source {
    /// The path by which others import it.
    pub(crate) fn name(&self) -> &str {
        self.proto.name()
    }
}

/// Where files are found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// Import paths of files that are elsewhere.
    pub(crate) imports: Vec<(String, PathBuf)>,
    pub(crate) includes: Vec<PathBuf>,
}

/// Compiles `files`; the result has each file after those that it imports.
pub(crate) fn compile(places: &Places, files: &[&Path]) -> Result<Vec<Source>> {
    let texts = Texts::default();
    let mut compiler = Compiler::with_file_resolver(resolver(places, &texts));
    compiler
        .include_imports(true)
        .open_files(files)
        .map_err(|error| Error::proto(&error))?;
    let encoded = compiler.encode_file_descriptor_set();
    let protos = compiler.include_source_info(true).file_descriptor_set();
    let mut texts = texts.0.borrow_mut();
    let sources = protos.file.into_iter().zip(compiler.files());
    sources
        .zip(Fields { rest: &encoded })
        .map(|((proto, metadata), descriptor)| {
            let (path, text) = texts.remove(metadata.name()).unzip();
            Ok(Source {
                path: metadata.path().map(Path::to_owned).or(path.flatten()),
                text,
                proto,
                descriptor: descriptor?.to_vec(),
            })
        })
        .collect()
}

/// Paths and texts by file name, kept while files are opened: what is embedded is what was
/// compiled, even if a file changes meanwhile.
#[derive(Clone, Default)]
struct Texts(Rc<RefCell<HashMap<String, (Option<PathBuf>, String)>>>);

struct KeepTexts<R> {
    inner: R,
    texts: Texts,
}

impl<R: FileResolver> FileResolver for KeepTexts<R> {
    fn resolve_path(&self, path: &Path) -> Option<String> {
        self.inner.resolve_path(path)
    }

    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        let file = self.inner.open_file(name)?;
        if let Some(text) = file.source() {
            let mut texts = self.texts.0.borrow_mut();
            let entry = texts.entry(name.to_owned()).or_default();
            text.clone_into(&mut entry.1);
        }
        Ok(file)
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

    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
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

    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        if name != self.name {
            return Err(protox::Error::file_not_found(name));
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
fn open(name: &str, path: &Path, texts: &Texts) -> Result<File, protox::Error> {
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

fn has_byte_order_mark(path: &Path) -> bool {
    let mut start = [0; 3];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == *b"\xef\xbb\xbf"
}

/// A file that was made of a text does not know its path.
fn keep_path(texts: &Texts, name: &str, path: &Path) {
    let mut texts = texts.0.borrow_mut();
    texts.entry(name.to_owned()).or_default().0 = Some(path.to_owned());
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
    }
}

/// The items of an encoded `FileDescriptorSet`, whose only field is `repeated
/// FileDescriptorProto file = 1`. Split and not decoded, since prost-types would drop custom
/// options.
struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<&'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        let (&key, rest) = self.rest.split_first()?;
        let field = match key {
            0x0a => split_delimited(rest),
            _ => None,
        };
        let Some((field, rest)) = field else {
            self.rest = &[];
            let message = "protox wrote a descriptor set that cannot be read";
            return Some(Err(Error::new(ErrorKind::InvalidProto, message)));
        };
        self.rest = rest;
        Some(Ok(field))
    }
}

fn split_delimited(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut rest = bytes;
    let len = protox::prost::encoding::decode_varint(&mut rest).ok()?;
    rest.split_at_checked(usize::try_from(len).ok()?)
}
