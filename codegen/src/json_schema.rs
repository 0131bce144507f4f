use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::generated::{Generated, attributes, compile_to_out_dir, read_text, read_texts};

mod clause;
mod documents;
mod draft;
mod graph;
mod items;
mod kinds;
mod module;
mod objects;
mod plan;
mod settle;
mod shape;
mod uri;
mod variants;

/// Starts the settings for generating code from JSON Schemas.
#[must_use]
pub fn json_schema() -> JsonSchema {
    JsonSchema {
        file_name: "wireform_json.rs".to_owned(),
        integers: Integers::Exact,
        numbers: Numbers::Exact,
        references: Vec::new(),
        type_attributes: Vec::new(),
        field_attributes: Vec::new(),
    }
}

/// Settings for generating code from JSON Schemas, see [`json_schema`].
///
/// Paths of types and fields are their names in Rust: `.` matches everything, `Order` a type,
/// `Order.tags` a field.
#[derive(Clone, Debug)]
pub struct JsonSchema {
    file_name: String,
    integers: Integers,
    numbers: Numbers,
    references: Vec<(String, Source)>,
    type_attributes: Vec<(String, String)>,
    field_attributes: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
enum Source {
    File(PathBuf),
    Text(String),
}

/// The Rust type of `integer`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Integers {
    /// `i64` or `u64` where `minimum` and `maximum` keep the values in its range,
    /// `serde_json::Number` elsewhere: every whole number is read.
    #[default]
    Exact,
    /// `u64` where `minimum` is 0 or more, `i64` elsewhere. A number that is out of range is an
    /// error when it is read.
    Plain,
}

/// The Rust type of `number`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Numbers {
    /// `f64` where `minimum` and `maximum` keep the values between -2^53 and 2^53,
    /// `serde_json::Number` elsewhere: no digits of whole numbers are lost.
    #[default]
    Exact,
    /// `f64`: whole numbers beyond 2^53 are rounded.
    Float,
}

impl JsonSchema {
    /// Sets the name of the output file; `wireform_json.rs` by default.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = name.into();
        self
    }

    /// Sets the type of whole numbers.
    #[must_use]
    pub fn integers(mut self, integers: Integers) -> Self {
        self.integers = integers;
        self
    }

    /// Sets the type of numbers that may have a fraction.
    #[must_use]
    pub fn numbers(mut self, numbers: Numbers) -> Self {
        self.numbers = numbers;
        self
    }

    /// Adds a file that a `$ref` names as `name`, as the registry does with the references of a
    /// schema. Types are generated only for the parts that are referred to.
    #[must_use]
    pub fn reference(mut self, name: impl Into<String>, file: impl Into<PathBuf>) -> Self {
        self.references
            .push((name.into(), Source::File(file.into())));
        self
    }

    /// Adds a schema that a `$ref` names as `name`, as [`reference`](Self::reference) does a file.
    #[must_use]
    pub fn reference_text(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.references
            .push((name.into(), Source::Text(text.into())));
        self
    }

    attributes! {
        /// Adds an attribute to types: `("Order", "#[derive(Eq)]")`.
        type_attribute: type_attributes;

        /// Adds an attribute to fields.
        field_attribute: field_attributes;
    }

    compile_to_out_dir! {
        /// Generates the code of `files` and writes it to `OUT_DIR`, for a build script; tells Cargo
        /// which files it depends on.
        ///
        /// Files may refer to each other by `$id`, or by their paths. A reference to a file that was
        /// not given becomes `serde_json::Value`; the first lines of the code name such files.
        ///
        /// # Errors
        /// `InvalidSchema` with the file if it is not a JSON Schema, or a `$ref` names a place
        /// that does not exist; `Unsupported` if there would be too many types;
        /// `Config` if an attribute does not parse or `OUT_DIR` is not set; `Io` if a file cannot be
        /// read or written.
    }

    /// Generates the code of `files` without writing a file.
    ///
    /// # Errors
    /// As [`compile`](Self::compile).
    pub fn generate(&self, files: &[impl AsRef<Path>]) -> Result<Generated> {
        let inputs = files.iter().map(|file| file.as_ref().to_owned());
        self.generated(&read_texts(files)?, inputs.collect())
    }

    /// Generates the code of schema texts, each with the name for error messages.
    ///
    /// # Errors
    /// As [`compile`](Self::compile).
    pub fn generate_texts(&self, texts: &[(String, String)]) -> Result<Generated> {
        self.generated(texts, Vec::new())
    }

    fn generated(&self, texts: &[(String, String)], mut inputs: Vec<PathBuf>) -> Result<Generated> {
        let mut references = Vec::with_capacity(self.references.len());
        for (name, source) in &self.references {
            let text = match source {
                Source::File(path) => {
                    inputs.push(path.clone());
                    read_text(path)?
                }
                Source::Text(text) => text.clone(),
            };
            references.push((name.clone(), text));
        }
        let text = module::generate(self, texts, &references)?;
        Ok(Generated::new(&self.file_name, text, inputs))
    }

    fn type_attributes(&self, path: &str, out: &mut String) {
        push_attributes(&self.type_attributes, path, out);
    }

    fn field_attributes(&self, path: &str, out: &mut String) {
        push_attributes(&self.field_attributes, path, out);
    }
}

fn push_attributes(all: &[(String, String)], path: &str, out: &mut String) {
    for (wanted, attribute) in all {
        if wanted == "." || path == wanted {
            out.push_str(attribute);
        }
    }
}
