//! Compiles `.proto` files and their imports, with protox or with the real protoc.

use std::path::{Path, PathBuf};

use ::protox::prost::encoding::{DecodeContext, decode_key, decode_varint, skip_field};
use prost_types::FileDescriptorProto;

use crate::error::{Error, ErrorKind, Result};

mod protoc;
mod protox;

/// A compiled file.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// The path of the file; `None` for the well-known files that protox brings.
    pub(crate) path: Option<PathBuf>,
    /// Its text, exactly as it was read for compiling.
    pub(crate) text: Option<String>,
    /// Its descriptor, types resolved, with source locations.
    pub(crate) proto: FileDescriptorProto,
    /// The encoded descriptor without source locations; custom options are kept.
    pub(crate) descriptor: Vec<u8>,
}

impl Source {
    /// Returns the path by which others import it.
    pub(crate) fn name(&self) -> &str {
        self.proto.name()
    }
}

/// The folders and files in which imports are found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// Import paths of files that are elsewhere.
    pub(crate) imports: Vec<(String, PathBuf)>,
    pub(crate) includes: Vec<PathBuf>,
}

impl Places {
    /// Returns the file that is imported as `name`; `None` for those that the compiler brings.
    fn find(&self, name: &str) -> Option<PathBuf> {
        let imports = self.imports.iter();
        let imports = imports.filter(|(import, _)| import == name);
        let includes = self.includes.iter().map(|include| include.join(name));
        imports
            .map(|(_, path)| path.clone())
            .chain(includes)
            .find(|path| path.is_file())
    }
}

/// Compiles `files`; the result has each file after those that it imports.
///
/// With `protoc`, that program compiles. Otherwise protox does, and what it refuses is given to the
/// program that the environment variable `PROTOC` names.
pub(crate) fn compile(
    protoc: Option<&Path>,
    places: &Places,
    files: &[&Path],
) -> Result<Vec<Source>> {
    if let Some(protoc) = protoc {
        return protoc::compile(protoc, places, files);
    }
    let refused = match protox::compile(places, files) {
        Ok(sources) => return Ok(sources),
        Err(error) if error.kind() == ErrorKind::Unsupported => return Err(error),
        Err(error) => error,
    };
    match std::env::var_os(PROTOC) {
        Some(protoc) if !protoc.is_empty() => protoc::compile(Path::new(&protoc), places, files),
        _ => Err(refused),
    }
}

fn unsupported_edition(name: &str, edition: &str) -> Error {
    let message = format!(
        "{name}: edition {edition} is not supported: use syntax = \"proto2\" or \"proto3\""
    );
    Error::new(ErrorKind::Unsupported, message)
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
            let message = "invalid descriptor set from the compiler";
            return Some(Err(Error::new(ErrorKind::InvalidProto, message)));
        };
        self.rest = rest;
        Some(Ok(field))
    }
}

fn split_delimited(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut rest = bytes;
    let len = decode_varint(&mut rest).ok()?;
    rest.split_at_checked(usize::try_from(len).ok()?)
}

/// Returns an encoded `FileDescriptorProto` without its last `imports` imports and without source
/// locations.
fn stripped(encoded: &[u8], imports: usize) -> Result<Vec<u8>> {
    let mut fields = Vec::new();
    let mut rest = encoded;
    while !rest.is_empty() {
        let start = rest;
        let mut skip = || {
            let (number, wire_type) = decode_key(&mut rest).ok()?;
            skip_field(wire_type, number, &mut rest, DecodeContext::default()).ok()?;
            Some((number, start.get(..start.len() - rest.len())?))
        };
        fields.push(skip().ok_or_else(|| {
            let message = "invalid descriptor from the compiler";
            Error::new(ErrorKind::InvalidProto, message)
        })?);
    }
    let all = fields.iter().filter(|(number, _)| *number == DEPENDENCY);
    let kept = all.count().saturating_sub(imports);
    let mut seen = 0_usize;
    fields.retain(|(number, _)| {
        seen += usize::from(*number == DEPENDENCY);
        *number != SOURCE_CODE_INFO && (*number != DEPENDENCY || seen <= kept)
    });
    Ok(fields
        .iter()
        .flat_map(|(_, bytes)| *bytes)
        .copied()
        .collect())
}

const PROTOC: &str = "PROTOC";
/// Fields of `FileDescriptorProto`, `google/protobuf/descriptor.proto`.
const DEPENDENCY: u32 = 3;
const SOURCE_CODE_INFO: u32 = 9;
