use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};

/// Generated code, and the files that it was generated from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    file_name: String,
    text: String,
    inputs: Vec<PathBuf>,
}

impl Generated {
    pub(crate) fn new(file_name: &str, text: String, inputs: Vec<PathBuf>) -> Self {
        Self {
            file_name: file_name.to_owned(),
            text,
            inputs,
        }
    }

    pub(crate) fn with_inputs(self, files: &[impl AsRef<Path>]) -> Self {
        let inputs = files.iter().map(|file| file.as_ref().to_owned()).collect();
        Self { inputs, ..self }
    }

    /// Returns the name of the output file.
    #[must_use]
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// Returns the code: formatted, and always the same for the same input.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns every file that was read.
    #[must_use]
    pub fn inputs(&self) -> &[PathBuf] {
        &self.inputs
    }

    /// Writes the text to `OUT_DIR`, and tells Cargo which files it depends on.
    #[allow(
        clippy::print_stdout,
        reason = "the protocol between a build script and Cargo"
    )]
    pub(crate) fn write_to_out_dir(&self) -> Result<()> {
        let out_dir = std::env::var_os("OUT_DIR").ok_or_else(|| {
            let message = "OUT_DIR is not set: call `generate` outside of a build script";
            Error::new(ErrorKind::Config, message)
        })?;
        for input in &self.inputs {
            println!("cargo:rerun-if-changed={}", input.display());
        }
        println!("cargo:rerun-if-env-changed=PROTOC");
        let path = Path::new(&out_dir).join(&self.file_name);
        std::fs::write(&path, &self.text).map_err(|error| Error::io("cannot write", &path, error))
    }
}

/// Reads the files of a build script, each with the name that errors call it by.
pub(crate) fn read_texts(files: &[impl AsRef<Path>]) -> Result<Vec<(String, String)>> {
    let named = files.iter().map(|file| {
        let path = file.as_ref();
        Ok((path.display().to_string(), read_text(path)?))
    });
    named.collect()
}

pub(crate) fn read_text(path: &Path) -> Result<String> {
    wireform::registry::read_text(path).map_err(|error| Error::io("cannot read", path, error))
}

/// Methods of settings that put attributes on items: the name of the method, and the field that
/// holds the pairs of a path and an attribute.
macro_rules! attributes {
    ($($(#[$doc:meta])+ $method:ident: $field:ident;)+) => {$(
        $(#[$doc])+
        #[must_use]
        pub fn $method(mut self, path: impl Into<String>, attribute: impl Into<String>) -> Self {
            self.$field.push((path.into(), attribute.into()));
            self
        }
    )+};
}
pub(crate) use attributes;

/// The method of settings that is called by build scripts.
macro_rules! compile_to_out_dir {
    ($(#[$doc:meta])+) => {
        $(#[$doc])+
        pub fn compile(&self, files: &[impl AsRef<::std::path::Path>]) -> $crate::Result<()> {
            self.generate(files)?.write_to_out_dir()
        }
    };
}
pub(crate) use compile_to_out_dir;
