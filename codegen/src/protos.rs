use std::path::{Path, PathBuf};

use crate::compile::{Places, Source, compile};
use crate::error::Result;
use crate::generated::{Generated, attributes, compile_to_out_dir};
use crate::{comments, messages, modules, rename, rust_names};

/// Starts the settings for generating code from `.proto` files.
#[must_use]
pub fn protos() -> Protos {
    Protos {
        places: Places::default(),
        protoc: None,
        file_name: "wireform_protos.rs".to_owned(),
        type_attributes: Vec::new(),
        message_attributes: Vec::new(),
        enum_attributes: Vec::new(),
        field_attributes: Vec::new(),
        renames: Vec::new(),
        boxed: Vec::new(),
        without_comments: Vec::new(),
        keeps_enum_prefix: false,
        extern_paths: Vec::new(),
        bytes: Vec::new(),
        btree_map: vec![".".to_owned()],
    }
}

/// Settings for generating code from `.proto` files, see [`protos`].
///
/// Paths of messages and fields are those of prost-build: `.` matches everything, `.shop.orders.v1`
/// a package, `.shop.orders.v1.Order.tags` a field; without a leading dot they match the end of a
/// name.
#[derive(Clone, Debug)]
pub struct Protos {
    places: Places,
    protoc: Option<PathBuf>,
    file_name: String,
    type_attributes: Vec<(String, String)>,
    message_attributes: Vec<(String, String)>,
    enum_attributes: Vec<(String, String)>,
    field_attributes: Vec<(String, String)>,
    renames: Vec<(String, String)>,
    boxed: Vec<String>,
    without_comments: Vec<String>,
    keeps_enum_prefix: bool,
    extern_paths: Vec<(String, String)>,
    bytes: Vec<String>,
    btree_map: Vec<String>,
}

impl Protos {
    /// Adds a directory in which files and their imports are looked up, the first one first. The
    /// default is the current directory, which for a build script is that of its package.
    #[must_use]
    pub fn include(mut self, directory: impl Into<PathBuf>) -> Self {
        self.places.includes.push(directory.into());
        self
    }

    /// Uses the file at `path` for imports of `name`, for files that are not at their import path,
    /// such as those of a schemas folder. The file is called `name` in the generated code, too.
    #[must_use]
    pub fn import(mut self, name: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        self.places.imports.push((name.into(), path.into()));
        self
    }

    /// Compiles with the program `protoc` instead of protox, which comes with this crate: the path
    /// of an installed protoc, or the result of `protoc_bin_vendored::protoc_bin_path()`.
    ///
    /// Without this setting protox compiles, and files that it refuses are given to the program
    /// that the environment variable `PROTOC` names, if it is set.
    #[must_use]
    pub fn protoc(mut self, protoc: impl Into<PathBuf>) -> Self {
        self.protoc = Some(protoc.into());
        self
    }

    /// Sets the name of the output file; `wireform_protos.rs` by default.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = name.into();
        self
    }

    attributes! {
        /// Adds an attribute to messages, oneofs and enums: `("Order", "#[derive(serde::Serialize)]")`.
        type_attribute: type_attributes;

        /// Adds an attribute to messages, but not to their oneofs or to enums.
        message_attribute: message_attributes;

        /// Adds an attribute to enums and oneofs, but not to messages.
        enum_attribute: enum_attributes;

        /// Adds an attribute to fields.
        field_attribute: field_attributes;
    }

    /// Sets the Rust name of a field or a oneof: `(".shop.v1.Order.type", "kind")`.
    ///
    /// The path is the full name, with a leading dot. Bytes and the registered text are unchanged;
    /// other settings use the new name of the field.
    #[must_use]
    pub fn rename_field(mut self, path: impl Into<String>, name: impl Into<String>) -> Self {
        self.renames.push((path.into(), name.into()));
        self
    }

    /// Puts fields, or variants of oneofs, into a `Box`; those that need one have it anyway.
    #[must_use]
    pub fn boxed(mut self, paths: &[&str]) -> Self {
        self.boxed.extend(paths.iter().map(|&path| path.to_owned()));
        self
    }

    /// Omits the comments of messages and fields.
    #[must_use]
    pub fn disable_comments(mut self, paths: &[&str]) -> Self {
        let paths = paths.iter().map(|&path| path.to_owned());
        self.without_comments.extend(paths);
        self
    }

    /// Keeps the name of an enum in front of its variants: `Status::StatusPaid`, not
    /// `Status::Paid`.
    #[must_use]
    pub fn retain_enum_prefix(mut self) -> Self {
        self.keeps_enum_prefix = true;
        self
    }

    /// Uses an existing Rust type for a message or package, instead of generating it.
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

    /// Sets the maps that are `BTreeMap` and not `HashMap`: by default all of them.
    ///
    /// A `HashMap` has another order each time: the same message then has other bytes, so that
    /// neither a hash nor a compacted topic can detect that nothing changed.
    #[must_use]
    pub fn btree_map(mut self, paths: &[&str]) -> Self {
        self.btree_map = paths.iter().map(|&path| path.to_owned()).collect();
        self
    }

    compile_to_out_dir! {
        /// Generates the code of `files` and writes it to `OUT_DIR`, for a build script; tells Cargo
        /// which files it depends on, imports included.
        ///
        /// # Errors
        /// `InvalidProto` with file, line and column if a file does not compile, or an import is not
        /// found; `Unsupported` if a file has no equivalent in Rust; `Config` if an attribute does not parse or
        /// `OUT_DIR` is not set; `Io` if a file cannot be read or written.
    }

    /// Generates the code of `files` without writing a file.
    ///
    /// # Errors
    /// As [`compile`](Self::compile).
    pub fn generate(&self, files: &[impl AsRef<Path>]) -> Result<Generated> {
        let files: Vec<&Path> = files.iter().map(AsRef::as_ref).collect();
        let mut places = self.places.clone();
        if places.includes.is_empty() {
            places.includes.push(PathBuf::from("."));
        }
        let mut sources = compile(self.protoc.as_deref(), &places, &files)?;
        rename::fields(&mut sources, &self.renames)?;
        for source in &mut sources {
            comments::defuse(&mut source.proto);
        }
        messages::check_values(&sources)?;
        let renamed = rust_names::separate(&mut sources, self.keeps_enum_prefix)?;
        let text = modules::generate(&mut self.config(), &sources, &renamed)?;
        Ok(Generated::new(&self.file_name, text, inputs(sources)))
    }

    fn config(&self) -> prost_build::Config {
        let mut config = prost_build::Config::new();
        config
            .prost_path("::wireform::protobuf::prost")
            .prost_types_path("::wireform::protobuf::prost_types")
            .enable_type_names()
            .type_name_domain(["."], "type.googleapis.com")
            .bytes(&self.bytes)
            .btree_map(&self.btree_map)
            .disable_comments(&self.without_comments);
        if self.keeps_enum_prefix {
            config.retain_enum_prefix();
        }
        for path in &self.boxed {
            config.boxed(path);
        }
        for (path, attribute) in &self.type_attributes {
            config.type_attribute(path, attribute);
        }
        for (path, attribute) in &self.message_attributes {
            config.message_attribute(path, attribute);
        }
        for (path, attribute) in &self.enum_attributes {
            config.enum_attribute(path, attribute);
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

fn inputs(sources: Vec<Source>) -> Vec<PathBuf> {
    let paths = sources.into_iter().filter_map(|source| source.path);
    paths.collect()
}
