//! The real protoc, for files that protox refuses.

use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering};

use ::protox::prost::Message;
use prost_types::FileDescriptorProto;
use wireform::__private::edition;
use wireform::registry::read_text;

use super::{Fields, Places, Source, stripped, unsupported_edition};
use crate::error::{Error, ErrorKind, Result};

/// Compiles `files` with the program `protoc`.
pub(super) fn compile(protoc: &Path, places: &Places, files: &[&Path]) -> Result<Vec<Source>> {
    let set = run(protoc, places, files)?;
    let descriptors = Fields { rest: &set };
    descriptors
        .map(|descriptor| source(descriptor?, places))
        .collect()
}

fn source(descriptor: &[u8], places: &Places) -> Result<Source> {
    let proto = FileDescriptorProto::decode(descriptor).map_err(|error| {
        let message = "invalid descriptor from protoc";
        Error::new(ErrorKind::InvalidProto, message).with_source(error)
    })?;
    let path = places.find(proto.name());
    let text = path
        .as_ref()
        .map(|path| read_text(path).map_err(|error| Error::io("cannot read", path, error)))
        .transpose()?;
    if proto.syntax() == "editions" {
        let edition = text.as_deref().and_then(edition).unwrap_or_default();
        return Err(unsupported_edition(proto.name(), edition));
    }
    Ok(Source {
        path,
        text,
        descriptor: stripped(descriptor, 0)?,
        proto,
    })
}

/// Returns the encoded `FileDescriptorSet` of `files` and their imports.
fn run(protoc: &Path, places: &Places, files: &[&Path]) -> Result<Vec<u8>> {
    let out = Output::new();
    let mut command = Command::new(protoc);
    command
        .arg("--include_imports")
        .arg("--include_source_info")
        .arg(out.argument());
    for (name, path) in &places.imports {
        command.arg(format!("--proto_path={name}={}", path.display()));
    }
    for include in &places.includes {
        command.arg(format!("--proto_path={}", include.display()));
    }
    let output = command.args(files).output();
    let output = output.map_err(|error| Error::io("cannot run protoc:", protoc, error))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(Error::new(ErrorKind::InvalidProto, text.trim().to_owned()));
    }
    std::fs::read(&out.0).map_err(|error| Error::io("cannot read", &out.0, error))
}

/// A temporary file for what protoc writes; removed in the end.
struct Output(PathBuf);

impl Output {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("wireform-build-{}-{number}.bin", process::id());
        let folder = std::env::var_os("OUT_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
        Self(folder.join(name))
    }

    fn argument(&self) -> String {
        format!("--descriptor_set_out={}", self.0.display())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
