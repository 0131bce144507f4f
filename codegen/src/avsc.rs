use std::path::Path;

use crate::error::{Error, ErrorKind, Result};
use crate::generated::{Generated, attributes, compile_to_out_dir, read_texts};

mod defaults;
mod files;
mod items;
mod module;
mod shape;
mod types;

/// Starts the settings for generating code from `.avsc` files.
#[must_use]
pub fn avsc() -> Avsc {
    Avsc {
        file_name: "wireform_avro.rs".to_owned(),
        strings: Strings::String,
        bytes: Bytes::Vec,
        maps: Maps::HashMap,
        borrowed: false,
        type_attributes: Vec::new(),
        field_attributes: Vec::new(),
    }
}

/// Settings for generating code from `.avsc` files, see [`avsc`].
///
/// Paths of types and fields are full names: `.` matches everything, `shop.orders.Order` a type,
/// `shop.orders.Order.tags` a field. A path without its first parts matches the end of a name.
#[derive(Clone, Debug)]
pub struct Avsc {
    file_name: String,
    pub(crate) strings: Strings,
    pub(crate) bytes: Bytes,
    pub(crate) maps: Maps,
    pub(crate) borrowed: bool,
    pub(crate) type_attributes: Vec<(String, String)>,
    pub(crate) field_attributes: Vec<(String, String)>,
}

/// The Rust type of Avro's `string`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Strings {
    /// `std::sync::Arc<str>`: clones share the text.
    ArcStr,
    /// `compact_str::CompactString`: up to 24 bytes without an allocation, which is the largest
    /// cost of reading. Needs `wireform`'s feature `compact_str`.
    CompactString,
    /// `std::string::String`
    #[default]
    String,
}

/// The Rust type of Avro's `bytes`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bytes {
    /// `bytes::Bytes`: clones share the memory. Needs `wireform`'s feature `bytes`.
    Bytes,
    /// `Vec<u8>`
    #[default]
    Vec,
}

/// The Rust type of Avro's `map`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Maps {
    /// `std::collections::BTreeMap`: the same value always gives the same bytes.
    BTreeMap,
    /// `std::collections::HashMap`
    #[default]
    HashMap,
    /// `std::collections::HashMap` with the hasher at this path: `::ahash::RandomState`.
    HashMapWith(String),
    /// A `Vec` of pairs: keeps their order, and is the fastest to read.
    Pairs,
}

impl Avsc {
    /// Sets the name of the output file; `wireform_avro.rs` by default.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = name.into();
        self
    }

    /// Sets the type of strings, and of the keys of maps.
    #[must_use]
    pub fn strings(mut self, strings: Strings) -> Self {
        self.strings = strings;
        self
    }

    /// Sets the type of bytes.
    #[must_use]
    pub fn bytes(mut self, bytes: Bytes) -> Self {
        self.bytes = bytes;
        self
    }

    /// Sets the type of maps.
    #[must_use]
    pub fn maps(mut self, maps: Maps) -> Self {
        self.maps = maps;
        self
    }

    /// Also generates a type `OrderRef<'a>` for every record `Order` with text or bytes in it. Read
    /// by `Avro::<OrderRef>::decode_ref`, it borrows them from the payload.
    #[must_use]
    pub fn borrowed(mut self, borrowed: bool) -> Self {
        self.borrowed = borrowed;
        self
    }

    attributes! {
        /// Adds an attribute to types: `("Order", "#[derive(serde::Serialize)]")`.
        type_attribute: type_attributes;

        /// Adds an attribute to fields.
        field_attribute: field_attributes;
    }

    compile_to_out_dir! {
        /// Generates the code of `files` and writes it to `OUT_DIR`, for a build script; tells Cargo
        /// which files it depends on.
        ///
        /// Files may refer to each other's types, in any order.
        ///
        /// # Errors
        /// `InvalidSchema` with file, line, column and path if a file is not a schema, or a name is
        /// defined nowhere or twice; `Unsupported` if Rust has no type for a schema, and for `.avdl` and
        /// `.avpr` files; `Config` if an attribute does not parse or `OUT_DIR` is not set; `Io` if a
        /// file cannot be read or written.
    }

    /// Generates the code of `files` without writing a file.
    ///
    /// # Errors
    /// As [`compile`](Self::compile).
    pub fn generate(&self, files: &[impl AsRef<Path>]) -> Result<Generated> {
        for file in files {
            check_extension(file.as_ref())?;
        }
        let generated = self.generate_texts(&read_texts(files)?)?;
        Ok(generated.with_inputs(files))
    }

    /// Generates the code of schema texts, each with the name for error messages.
    ///
    /// # Errors
    /// As [`compile`](Self::compile).
    pub fn generate_texts(&self, texts: &[(String, String)]) -> Result<Generated> {
        let files = files::parse(texts)?;
        let text = module::generate(self, &files)?;
        Ok(Generated::new(&self.file_name, text, Vec::new()))
    }
}

/// Refuses protocols, which are written in other languages: avro-tools converts them.
fn check_extension(path: &Path) -> Result<()> {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    let advice = match extension.to_str() {
        Some("avdl") => "an IDL file: convert it to .avsc files with `avro-tools idl2schemata`",
        Some("avpr") => "a protocol, not a schema: move its types to .avsc files",
        _ => return Ok(()),
    };
    let message = format!("{}: {advice}", path.display());
    Err(Error::new(ErrorKind::Unsupported, message))
}
