//! The codec of the values, and the registered schema that frames name.

use clap::ValueEnum;
use wireform::dynamic::{DynamicCodec, DynamicOptions};
use wireform::registry::{
    ErrorKind, Reference, RegisterOptions, RegisteredSchema, ResolvedSchema, SchemaDef, SchemaKey,
    SchemaKind, Subject, SubjectNaming as _, TopicName, resolve_for,
};
use wireform::{Role, frame::MessageIndex};

use super::Produce;
use crate::encode::{broken, eprintln};
use crate::exit::Error;
use crate::registry::{Open, failed};
use crate::{Result, framing};

/// Position of the schema id in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Written {
    /// Write the schema id before the payload
    Prefix,
    /// Send the value without a schema id
    None,
}

/// Encodes values.
pub(super) struct Writer {
    codec: DynamicCodec,
    /// The key in the frame; `None` without a frame.
    key: Option<SchemaKey>,
    pub(super) version: Option<String>,
}

/// A schema that was read and looked up; with `--register` it may not be registered yet.
pub(super) struct Loaded {
    codec: DynamicCodec,
    schema: ResolvedSchema,
    named: Vec<Reference>,
    /// Number of references that are files.
    files: usize,
    /// `None` without a registry.
    registry: Option<Open>,
    is_framed: bool,
    found: Option<RegisteredSchema>,
}

impl Loaded {
    /// Reads the schema, and looks it up without `--register`. Changes nothing in the registry.
    pub(super) fn read(produce: &Produce) -> Result<Self> {
        let mut schema = produce.reading.load(&produce.schema)?;
        let is_framed = produce.is_framed(schema.kind)?;
        let needs_registry = is_framed || !produce.uses.uses.is_empty();
        if needs_registry && !produce.connection.is_given() {
            let text = "--use needs a registry: --registry, or WIREFORM_REGISTRY_URL";
            return Err(Error::Usage(text.to_owned()));
        }
        let registry = needs_registry.then(|| produce.connection.open());
        let registry = registry.transpose()?;
        let files = schema.references.len();
        let mut named = Vec::new();
        if let Some(registry) = &registry {
            named = produce.uses.resolve(registry)?;
            let def = SchemaDef::new(schema.kind, schema.text.clone());
            let def = def.with_references(named.clone());
            // Before the files, which may refer to them.
            let files = std::mem::take(&mut schema.references);
            let subject = produce.subject()?;
            schema.references = resolved(registry, &subject, &def)?.references;
            let is_named = |name: &str| named.iter().any(|reference| reference.name == name);
            if let Some(file) = files.iter().find(|file| is_named(&file.name)) {
                let text = format!(
                    "{:?} is given by --ref and by --use: remove one of them",
                    file.name
                );
                return Err(Error::Usage(text));
            }
            schema.references.extend(files);
        }
        let codec = DynamicCodec::new(&schema, &produce.options());
        let codec = codec.map_err(|error| broken(&produce.schema, &error))?;
        let mut loaded = Self {
            codec,
            schema,
            named,
            files,
            registry,
            is_framed,
            found: None,
        };
        if !produce.register {
            loaded.find(produce)?;
        }
        Ok(loaded)
    }

    pub(super) fn kind(&self) -> SchemaKind {
        self.codec.kind()
    }

    /// Registers the schema with `--register`, and returns the encoder of values.
    pub(super) fn writer(mut self, produce: &Produce) -> Result<Writer> {
        if produce.register {
            self.find(produce)?;
        }
        Ok(Writer {
            codec: self.codec,
            key: self.found.as_ref().map(|found| SchemaKey::Id(found.id)),
            version: self.found.map(|found| found.version.to_string()),
        })
    }

    /// Looks the schema up or registers it, if records are framed.
    fn find(&mut self, produce: &Produce) -> Result<()> {
        if let (true, Some(registry)) = (self.is_framed, &self.registry) {
            let named = std::mem::take(&mut self.named);
            let found = produce.find(registry, &self.schema, named, self.files)?;
            self.found = Some(found);
        }
        Ok(())
    }
}

impl Writer {
    pub(super) fn kind(&self) -> SchemaKind {
        self.codec.kind()
    }

    /// Appends the payload of a line to `out`.
    pub(super) fn write(&self, line: &[u8], out: &mut Vec<u8>) -> wireform::Result<()> {
        let text = std::str::from_utf8(line).map_err(|_| {
            wireform::Error::new(wireform::ErrorKind::Encode, "the line is not UTF-8")
        })?;
        let Some(key) = self.key else {
            return self.codec.encode(text, false, out).map(drop);
        };
        let mut body = Vec::new();
        let index: MessageIndex = self.codec.encode(text, true, &mut body)?;
        framing::write(key, self.kind(), &index, out);
        out.append(&mut body);
        Ok(())
    }
}

impl Produce {
    fn options(&self) -> DynamicOptions {
        DynamicOptions::default()
            .with_message(self.message.as_deref())
            .with_readable(true)
            .with_branch_names(self.branches)
    }

    /// Returns the subject of the values.
    fn subject(&self) -> Result<Subject> {
        let subject = TopicName.subject(&self.topic, Role::Value, None);
        subject.map_err(|error| Error::usage(&error))
    }

    /// Returns whether records name their schema. Without a registry, only JSON is sent without a
    /// frame by default: consumers can read it without a schema.
    fn is_framed(&self, kind: SchemaKind) -> Result<bool> {
        let no_registry = "no registry is given, so records cannot name their schema: give --registry \
                           (or WIREFORM_REGISTRY_URL), or --framing none to send bare values";
        match (self.framing, self.connection.is_given()) {
            (Some(Written::None), _) if self.register => Err(Error::Usage(
                "--register needs a frame: remove --framing none".to_owned(),
            )),
            (Some(Written::None), _) => Ok(false),
            (_, true) => Ok(true),
            (None, false) if kind == SchemaKind::Json && !self.register => Ok(false),
            (_, false) => Err(Error::Usage(no_registry.to_owned())),
        }
    }

    /// Returns the registered schema. With `--register`, registers a missing one. The last `files`
    /// of its references are files.
    fn find(
        &self,
        registry: &Open,
        schema: &ResolvedSchema,
        named: Vec<Reference>,
        files: usize,
    ) -> Result<RegisteredSchema> {
        let subject = self.subject()?;
        let references = self.references(registry, schema, named, files)?;
        let def = SchemaDef::new(schema.kind, schema.text.clone()).with_references(references);
        find_or_register(registry, &subject, &def, self.register)?.ok_or_else(|| {
            Error::Finding(format!(
                "{}: not registered as a version of subject \"{subject}\": add --register to \
                 register it",
                self.schema.display()
            ))
        })
    }

    /// Returns the references of the schema: registered ones, and with `--register` the files of
    /// `--ref`, which are registered under their names.
    fn references(
        &self,
        registry: &Open,
        schema: &ResolvedSchema,
        mut named: Vec<Reference>,
        files: usize,
    ) -> Result<Vec<Reference>> {
        let known = schema.references.len().saturating_sub(files);
        // Before the first of them is registered.
        for file in schema.references.iter().skip(known) {
            Subject::new(file.name.clone()).map_err(|error| failed(&error))?;
        }
        for place in known..schema.references.len() {
            let Some((before, [file, ..])) = schema.references.split_at_checked(place) else {
                break;
            };
            if !self.register {
                return Err(Error::Usage(format!(
                    "--ref {0}: a registered schema must name what it refers to: give --use \
                     {0}=SUBJECT:VERSION instead, or add --register to register the file as \
                     subject {0:?}",
                    file.name
                )));
            }
            let own = ResolvedSchema {
                kind: schema.kind,
                text: file.text.clone(),
                references: before.to_vec(),
            };
            let subject = Subject::new(file.name.clone()).map_err(|error| failed(&error))?;
            let def =
                SchemaDef::new(schema.kind, file.text.clone()).with_references(used(&own, &named));
            let found = find_or_register(registry, &subject, &def, true)?;
            named.extend(found.map(|found| Reference {
                name: file.name.clone(),
                subject,
                version: found.version,
            }));
        }
        match files {
            0 => Ok(named),
            _ => Ok(used(schema, &named)),
        }
    }
}

/// Returns the references that a schema needs, directly or indirectly.
fn used(schema: &ResolvedSchema, named: &[Reference]) -> Vec<Reference> {
    let mut schema = schema.clone();
    let is_needed = |reference: &&Reference| {
        let all = schema.references.clone();
        schema.references.retain(|text| text.name != reference.name);
        let is_needed = DynamicCodec::new(&schema, &DynamicOptions::default()).is_err();
        if is_needed {
            schema.references = all;
        }
        is_needed
    };
    // From the last one to the first: an earlier one may be needed only by a later one.
    let mut used: Vec<Reference> = named.iter().rev().filter(is_needed).cloned().collect();
    used.reverse();
    used
}

/// Returns the version of a schema in its subject, and prints it; `None` if it is not registered
/// and must not be.
fn find_or_register(
    registry: &Open,
    subject: &Subject,
    def: &SchemaDef,
    is_registered: bool,
) -> Result<Option<RegisteredSchema>> {
    let (found, how) = match registry.lookup(subject, def) {
        Ok(found) => (found, "using"),
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::SchemaNotFound | ErrorKind::SubjectNotFound
            ) =>
        {
            if !is_registered {
                return Ok(None);
            }
            let registered = registry.register(subject, def, RegisterOptions::default());
            (registered.map_err(|error| failed(&error))?, "registered")
        }
        Err(error) => return Err(failed(&error)),
    };
    let (version, id) = (found.version, found.id.as_u32());
    eprintln(&format!(
        "{how} {subject} version {version}, schema id {id}"
    ));
    Ok(Some(found))
}

fn resolved(registry: &Open, subject: &Subject, def: &SchemaDef) -> Result<ResolvedSchema> {
    registry
        .wait(resolve_for(registry.inner(), subject, def))
        .and_then(|answer| answer)
        .map_err(|error| failed(&error))
}
