//! `.proto` files, and everything that they import, by protox.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use prost_types::FileDescriptorProto;
use protox::Compiler;
use protox::file::{
    ChainFileResolver, File, FileResolver, GoogleFileResolver, IncludeFileResolver,
};

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

/// Compiles `files`; the result has each file after those that it imports.
pub(crate) fn compile(includes: &[PathBuf], files: &[&Path]) -> Result<Vec<Source>> {
    let texts = Texts::default();
    let mut compiler = Compiler::with_file_resolver(resolver(includes, &texts));
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
            Ok(Source {
                path: metadata.path().map(Path::to_owned),
                text: texts.remove(metadata.name()),
                proto,
                descriptor: descriptor?.to_vec(),
            })
        })
        .collect()
}

/// Texts by file name, kept while files are opened: what is embedded is what was compiled, even
/// if a file changes meanwhile.
#[derive(Clone, Default)]
struct Texts(Rc<RefCell<HashMap<String, String>>>);

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
            texts.insert(name.to_owned(), text.to_owned());
        }
        Ok(file)
    }
}

fn resolver(includes: &[PathBuf], texts: &Texts) -> impl FileResolver + use<> {
    let mut chain = ChainFileResolver::new();
    for include in includes {
        chain.add(IncludeFileResolver::new(include.clone()));
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
