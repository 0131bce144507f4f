//! Schema files of the command line, with format and references.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Deserialize;
use serde::de::IgnoredAny;
use wireform::JsonSchema;
use wireform::avro::AvroRules;
use wireform::json_schema::JsonSchemaRules;
use wireform::protobuf::ProtobufRules;
use wireform::registry::{NamedText, ResolvedSchema, SchemaKind, SchemaRules};

use crate::exit::Error;
use crate::folder::Folders;
use crate::{Result, input};

/// The format of a schema.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// Apache Avro
    #[serde(alias = "AVRO")]
    Avro,
    /// JSON Schema
    #[serde(alias = "JSON")]
    Json,
    /// Protocol Buffers
    #[serde(alias = "PROTOBUF")]
    Protobuf,
}

impl Format {
    pub(crate) fn kind(self) -> SchemaKind {
        match self {
            Self::Avro => SchemaKind::Avro,
            Self::Json => SchemaKind::Json,
            Self::Protobuf => SchemaKind::Protobuf,
        }
    }

    /// Returns the format by the extension of a file.
    pub(crate) fn of(path: &Path) -> Result<Self> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("avsc") => Ok(Self::Avro),
            Some("json") => Ok(Self::Json),
            Some("proto") => Ok(Self::Protobuf),
            _ => {
                let message = "unknown schema format: give --format avro, json or protobuf";
                Err(Error::Usage(format!("{}: {message}", path.display())))
            }
        }
    }
}

/// Options for reading schemas.
#[derive(Args, Debug)]
pub(crate) struct Reading {
    /// Schema format [default: by extension .avsc, .json or .proto]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// A schema that other schemas refer to by NAME; repeatable
    #[arg(long = "ref", value_name = "NAME=FILE", value_parser = reference)]
    references: Vec<(String, PathBuf)>,
    #[arg(skip)]
    folders: Folders,
}

fn reference(text: &str) -> std::result::Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => {
            Ok((name.to_owned(), file.into()))
        }
        _ => Err("expected NAME=FILE".to_owned()),
    }
}

/// Reads a referenced file; `None` if it does not exist.
type Read<'r> = &'r mut dyn FnMut(&Path) -> Result<Option<String>>;

impl Reading {
    /// Reads the schema of a file. Warns if its draft is unknown.
    pub(crate) fn load(&self, path: &Path) -> Result<ResolvedSchema> {
        let schema = self.read(path)?;
        warn_of_draft(path, &schema);
        Ok(schema)
    }

    fn read(&self, path: &Path) -> Result<ResolvedSchema> {
        self.format_of(path)?;
        let text = input::text(path)?;
        self.with_text(path, text, &mut |file| input::text(file).map(Some))
    }

    /// Reads the schema of a file with its references, from its schemas folder if it is in one.
    pub(crate) fn load_version(&self, path: &Path) -> Result<ResolvedSchema> {
        let mut schema = self.read(path)?;
        self.folders.add_references(path, &mut schema)?;
        Ok(schema)
    }

    fn format_of(&self, path: &Path) -> Result<Format> {
        self.format.map_or_else(|| Format::of(path), Ok)
    }

    /// Returns a schema from its text. `path` is the name of its file. Takes the references of the
    /// same format, without the schema itself.
    pub(crate) fn with_text(
        &self,
        path: &Path,
        text: String,
        read: Read<'_>,
    ) -> Result<ResolvedSchema> {
        let format = self.format_of(path)?;
        let mut schema = ResolvedSchema::new(format.kind(), text);
        let mut own_names = Vec::new();
        for (name, file) in &self.references {
            let is_other = Format::of(file).is_ok_and(|other| other != format);
            if self.format.is_none() && is_other {
                continue;
            }
            if is_same(path, file) {
                own_names.push(name.clone());
            } else if let Some(text) = read(file)? {
                schema.references.push(NamedText {
                    name: name.clone(),
                    text: text.into(),
                });
            }
        }
        if !own_names.is_empty() && rules(schema.kind)?.parse(&schema).is_err() {
            leave_out(own_names, &mut schema.references);
        }
        Ok(schema)
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    let canonical = |path: &Path| path.canonicalize().ok();
    one == other || canonical(one).is_some_and(|one| canonical(other) == Some(one))
}

/// Removes references that need the schema itself.
fn leave_out(mut names: Vec<String>, references: &mut Vec<NamedText>) {
    while let Some(name) = names.pop() {
        let simple = name.rsplit('.').next().unwrap_or(&name);
        let quoted = [format!("\"{name}\""), format!("\"{simple}\"")];
        references.retain(|reference| {
            let is_user = quoted.iter().any(|quoted| reference.text.contains(quoted));
            if is_user {
                names.push(reference.name.clone());
            }
            !is_user
        });
    }
}

/// Returns a message if the `$schema` of a JSON Schema names an unknown draft.
pub(crate) fn unknown_draft(schema: &ResolvedSchema) -> Option<String> {
    if schema.kind != SchemaKind::Json {
        return None;
    }
    let parsed = JsonSchema::<IgnoredAny>::for_reading(schema.into()).ok()?;
    let draft = parsed.unknown_draft()?;
    Some(format!(
        "\"$schema\" names {draft:?}, an unknown draft: it is read as draft 7"
    ))
}

/// Warns on standard error if the draft of a JSON Schema is unknown.
pub(crate) fn warn_of_draft(path: &Path, schema: &ResolvedSchema) {
    if let Some(message) = unknown_draft(schema) {
        eprintln!("warning: {}: {message}", path.display());
    }
}

/// Returns the rules of a format.
pub(crate) fn rules(kind: SchemaKind) -> Result<&'static dyn SchemaRules> {
    known_rules(kind)
        .ok_or_else(|| Error::Usage(format!("schemas of type {kind} are not supported")))
}

/// Returns the rules of a format; `None` if the format is not supported.
pub(crate) fn known_rules(kind: SchemaKind) -> Option<&'static dyn SchemaRules> {
    match kind {
        SchemaKind::Avro => Some(&AvroRules),
        SchemaKind::Json => Some(&JsonSchemaRules),
        SchemaKind::Protobuf => Some(&ProtobufRules),
        _ => None,
    }
}
