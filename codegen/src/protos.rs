use std::path::{Path, PathBuf};

use crate::compile::{Source, compile};
use crate::error::{Error, ErrorKind, Result};
use crate::{comments, modules};

/// Starts the settings for generating code from `.proto` files.
#[must_use]
pub fn protos() -> Protos {
    Protos {
        includes: Vec::new(),
        file_name: "wireform_protos.rs".to_owned(),
        type_attributes: Vec::new(),
        field_attributes: Vec::new(),
        extern_paths: Vec::new(),
        bytes: Vec::new(),
        btree_map: vec![".".to_owned()],
    }
}

/// Settings for generating code from `.proto` files, see [`protos`].
///
/// Paths of messages and fields are as prost-build has them: `.` is everything,
/// `.shop.orders.v1` a package, `.shop.orders.v1.Order.tags` a field; without a leading dot they
/// match the end of a name.
#[derive(Clone, Debug)]
pub struct Protos {
    includes: Vec<PathBuf>,
    file_name: String,
    type_attributes: Vec<(String, String)>,
    field_attributes: Vec<(String, String)>,
    extern_paths: Vec<(String, String)>,
    bytes: Vec<String>,
    btree_map: Vec<String>,
}

/// Generated code, and what it was generated from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    file_name: String,
    text: String,
    inputs: Vec<PathBuf>,
}

impl Protos {
    /// Adds a directory in which files and their imports are looked up, the first one first. None
    /// given means the current directory, which for a build script is its package's.
    #[must_use]
    pub fn include(mut self, directory: impl Into<PathBuf>) -> Self {
        self.includes.push(directory.into());
        self
    }

    /// Names the file that is written; `wireform_protos.rs` if not called.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = name.into();
        self
    }

    /// Puts an attribute on messages, oneofs and enums: `("Order", "#[derive(serde::Serialize)]")`.
    #[must_use]
    pub fn type_attribute(mut self, path: impl Into<String>, attribute: impl Into<String>) -> Self {
        self.type_attributes.push((path.into(), attribute.into()));
        self
    }

    /// Puts an attribute on fields.
    #[must_use]
    pub fn field_attribute(
        mut self,
        path: impl Into<String>,
        attribute: impl Into<String>,
    ) -> Self {
        self.field_attributes.push((path.into(), attribute.into()));
        self
    }

    /// Takes an existing Rust type for a message or package, instead of generating it.
    #[must_use]
    pub fn extern_path(mut self, proto: impl Into<String>, rust: impl Into<String>) -> Self {
        self.extern_paths.push((proto.into(), rust.into()));
        self
    }

    /// Makes `bytes` fields `prost::bytes::Bytes` instead of `Vec<u8>`.
    #[must_use]
    pub fn bytes(mut self, paths: &[&str]) -> Self {
        self.bytes.extend(paths.iter().map(|&path| path.to_owned()));
        self
    }

    /// Which maps are `BTreeMap` and not `HashMap`: all of them if this is not called.
    ///
    /// A `HashMap` has an order of its own each time: the same message then gives other bytes, so
    /// that neither its hash nor a compacted topic can tell that nothing changed.
    #[must_use]
    pub fn btree_map(mut self, paths: &[&str]) -> Self {
        self.btree_map = paths.iter().map(|&path| path.to_owned()).collect();
        self
    }

    /// Generates the code of `files` and writes it to `OUT_DIR`, for a build script; tells Cargo
    /// which files it depends on, imports included.
    ///
    /// # Errors
    /// `InvalidProto` with file, line and column if a file does not compile, or an import is not
    /// found; `Unsupported` if there is no Rust for it; `Config` if an attribute does not parse or
    /// there is no `OUT_DIR`; `Io` if a file cannot be read or written.
    #[allow(clippy::print_stdout, reason = "how a build script talks to Cargo")]
    pub fn compile(&self, files: &[impl AsRef<Path>]) -> Result<()> {
        let out_dir = std::env::var_os("OUT_DIR").ok_or_else(|| {
            let message = "no OUT_DIR: `compile` is for build scripts, `generate` for the rest";
            Error::new(ErrorKind::Config, message)
        })?;
        let generated = self.generate(files)?;
        for input in generated.inputs() {
            println!("cargo:rerun-if-changed={}", input.display());
        }
        let path = Path::new(&out_dir).join(generated.file_name());
        std::fs::write(&path, generated.text())
            .map_err(|error| Error::io("cannot write", &path, error))
    }

    /// Generates the code of `files`, writing nothing.
    ///
    /// # Errors
    /// As [`compile`](Self::compile).
    pub fn generate(&self, files: &[impl AsRef<Path>]) -> Result<Generated> {
        let files: Vec<&Path> = files.iter().map(AsRef::as_ref).collect();
        let mut sources = match self.includes.as_slice() {
            [] => compile(&[PathBuf::from(".")], &files)?,
            includes => compile(includes, &files)?,
        };
        for source in &mut sources {
            comments::defuse(&mut source.proto);
        }
        Ok(Generated {
            file_name: self.file_name.clone(),
            text: modules::generate(&mut self.config(), &sources)?,
            inputs: inputs(sources),
        })
    }

    fn config(&self) -> prost_build::Config {
        let mut config = prost_build::Config::new();
        config
            .prost_path("::wireform::protobuf::prost")
            .prost_types_path("::wireform::protobuf::prost_types")
            .enable_type_names()
            .type_name_domain(["."], "type.googleapis.com")
            .bytes(&self.bytes)
            .btree_map(&self.btree_map);
        for (path, attribute) in &self.type_attributes {
            config.type_attribute(path, attribute);
        }
        for (path, attribute) in &self.field_attributes {
            config.field_attribute(path, attribute);
        }
        for (proto, rust) in &self.extern_paths {
            config.extern_path(proto, rust);
        }
        config
    }
}

impl Generated {
    /// The name of the file that the text is meant for.
    #[must_use]
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// The code: formatted, and the same each time.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Every file that was read.
    #[must_use]
    pub fn inputs(&self) -> &[PathBuf] {
        &self.inputs
    }
}

fn inputs(sources: Vec<Source>) -> Vec<PathBuf> {
    let paths = sources.into_iter().filter_map(|source| source.path);
    paths.collect()
}
