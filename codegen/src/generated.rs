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
