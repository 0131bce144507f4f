//! The verbs that ask a registry.

use std::io::{self, Write as _};
use std::path::Path;

use wireform::registry::{
    Deletion, Include, RegisterOptions, RegistryAdmin as _, SchemaDef, SchemaGuid, SchemaId,
    StoredSchema, Subject, SubjectFilter, VersionRef,
};

use super::{Open, Uses, Verb, download, failed, scope_of, show};
use crate::Result;
use crate::exit::{Error, Outcome};
use crate::schema::Reading;

type Answer<T> = std::result::Result<T, wireform::registry::Error>;

/// Waits for an answer.
fn ask<T>(registry: &Open, future: impl Future<Output = Answer<T>>) -> Result<T> {
    registry
        .wait(future)
        .and_then(|answer| answer)
        .map_err(|error| failed(&error))
}

pub(super) fn run(registry: &Open, verb: &Verb) -> Result {
    let mut out = io::stdout().lock();
    let inner = registry.inner();
    match verb {
        Verb::List { prefix, deleted } => {
            let mut filter = SubjectFilter::default();
            filter.prefix.clone_from(prefix);
            filter.include = include(*deleted);
            for subject in ask(registry, inner.subjects(&filter))? {
                writeln!(out, "{subject}")?;
            }
        }
        Verb::Get { what, version } => writeln!(out, "{}", get(registry, what, *version)?)?,
        Verb::Register {
            subject,
            file,
            reading,
            uses,
            normalize,
        } => {
            let schema = definition(registry, file, reading, uses)?;
            let mut options = RegisterOptions::default();
            options.normalize = *normalize;
            let registered = registry.register(subject, &schema, options);
            writeln!(
                out,
                "{}",
                show::line(&registered.map_err(|error| failed(&error))?)
            )?;
        }
        Verb::Lookup {
            subject,
            file,
            reading,
            uses,
        } => {
            let schema = definition(registry, file, reading, uses)?;
            let found = registry
                .lookup(subject, &schema)
                .map_err(|error| failed(&error))?;
            writeln!(out, "{}", show::line(&found))?;
        }
        Verb::Versions { subject, deleted } => {
            for version in ask(registry, inner.versions(subject, include(*deleted)))? {
                writeln!(out, "{version}")?;
            }
        }
        Verb::Delete {
            subject,
            version,
            permanent,
        } => {
            let deletion = if *permanent {
                Deletion::Permanent
            } else {
                Deletion::Soft
            };
            let deleted = match version {
                Some(version) => vec![ask(
                    registry,
                    inner.delete_version(subject, *version, deletion),
                )?],
                None => ask(registry, inner.delete_subject(subject, deletion))?,
            };
            for version in deleted {
                writeln!(out, "{version}")?;
            }
        }
        Verb::Config {
            subject,
            level,
            clear,
        } => {
            let scope = subject.as_ref();
            match level {
                Some(level) => ask(registry, inner.set_compatibility_level(scope, *level))?,
                None if *clear => {
                    ask(registry, inner.clear_compatibility_level(scope)).map(drop)?;
                }
                None => {}
            }
            let level = ask(registry, inner.compatibility_level(scope, true))?;
            writeln!(out, "{}", level.as_str())?;
        }
        Verb::Mode { subject, mode } => {
            let scope = subject.as_ref();
            if let Some(mode) = mode {
                let parsed = mode.to_ascii_uppercase().parse();
                let parsed =
                    parsed.map_err(|_| Error::Usage(format!("there is no mode {mode:?}")))?;
                ask(registry, inner.set_mode(scope, parsed, false))?;
            }
            writeln!(out, "{}", ask(registry, inner.mode(scope, true))?)?;
        }
        Verb::References { subject, version } => {
            let scope = scope_of(subject);
            for id in ask(registry, inner.referenced_by(subject, *version))? {
                let places = inner.places_of(id, scope.as_ref(), Include::Live);
                for (subject, version) in ask(registry, places)? {
                    writeln!(out, "{subject} {version} {id}")?;
                }
            }
        }
        Verb::Download {
            dir,
            latest,
            prefix,
            ..
        } => return download::run(registry, dir, prefix.as_deref(), *latest),
        Verb::Serve(_) => {}
    }
    Ok(Outcome::Fine)
}

fn include(deleted: bool) -> Include {
    match deleted {
        true => Include::All,
        false => Include::Live,
    }
}

fn get(registry: &Open, what: &str, version: VersionRef) -> Result<String> {
    let text = |stored: StoredSchema| stored.def.text.to_string();
    let found = if let Ok(id) = what.parse::<u32>() {
        registry.by_id(SchemaId::new(id)).map(text)
    } else if let Ok(guid) = what.parse::<SchemaGuid>() {
        registry.by_guid(guid).map(text)
    } else {
        let subject: Subject = what.parse().map_err(|error| failed(&error))?;
        registry
            .by_version(&subject, version)
            .map(|schema| schema.def.text.to_string())
    };
    found.map_err(|error| failed(&error))
}

fn definition(registry: &Open, file: &Path, reading: &Reading, uses: &Uses) -> Result<SchemaDef> {
    let schema = reading.load(file)?;
    let is_named = |name: &str| uses.uses.iter().any(|used| used.name == name);
    if let Some(file) = schema.references.iter().find(|file| !is_named(&file.name)) {
        return Err(Error::Usage(format!(
            "--ref {0}: a registered schema must name what it refers to: give --use \
             {0}=SUBJECT:VERSION instead",
            file.name
        )));
    }
    let mut definition = SchemaDef::new(schema.kind, schema.text);
    definition.references = uses.resolve(registry)?;
    Ok(definition)
}
