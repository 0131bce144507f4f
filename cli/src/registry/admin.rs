//! The verbs that send requests to a registry.

use std::io::{self, Write as _};
use std::path::Path;

use wireform::registry::{
    Deletion, Include, Level, RegisterOptions, RegisteredSchema, RegistryAdmin as _, SchemaDef,
    SchemaGuid, SchemaId, StoredSchema, Subject, SubjectFilter, VersionRef,
};

use super::{Answer, Open, Uses, Verb, ask, download, failed, scope_of, show};
use crate::Result;
use crate::exit::{Error, Outcome};
use crate::schema::Reading;

pub(super) fn run(registry: &Open, verb: &Verb) -> Result {
    let inner = registry.inner();
    match verb {
        Verb::List { prefix, deleted } => {
            let mut filter = SubjectFilter::default();
            filter.prefix.clone_from(prefix);
            filter.include = include(*deleted);
            print(ask(registry, inner.subjects(&filter))?)
        }
        Verb::Get { what, version } => print([get(registry, what, *version)?]),
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
            found(registry.register(subject, &schema, options))
        }
        Verb::Lookup {
            subject,
            file,
            reading,
            uses,
        } => {
            let schema = definition(registry, file, reading, uses)?;
            found(registry.lookup(subject, &schema))
        }
        Verb::Versions { subject, deleted } => {
            print(ask(registry, inner.versions(subject, include(*deleted)))?)
        }
        Verb::Delete {
            subject,
            version,
            permanent,
        } => delete(registry, subject, *version, *permanent),
        Verb::Config {
            subject,
            level,
            clear,
        } => set_level(registry, subject.as_ref(), *level, *clear),
        Verb::Mode { subject, mode } => set_mode(registry, subject.as_ref(), mode.as_deref()),
        Verb::References { subject, version } => referrers(registry, subject, *version),
        Verb::Download {
            dir,
            latest,
            prefix,
            ..
        } => download::run(registry, dir, prefix.as_deref(), *latest),
        Verb::Serve(_) => Ok(Outcome::Fine),
    }
}

/// Writes one line for each item.
fn print<T: std::fmt::Display>(lines: impl IntoIterator<Item = T>) -> Result {
    let mut out = io::stdout().lock();
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(Outcome::Fine)
}

fn found(schema: Answer<RegisteredSchema>) -> Result {
    print([show::line(&schema.map_err(|error| failed(&error))?)])
}

fn delete(
    registry: &Open,
    subject: &Subject,
    version: Option<VersionRef>,
    permanent: bool,
) -> Result {
    let inner = registry.inner();
    let deletion = match permanent {
        true => Deletion::Permanent,
        false => Deletion::Soft,
    };
    let deleted = match version {
        Some(version) => vec![ask(
            registry,
            inner.delete_version(subject, version, deletion),
        )?],
        None => ask(registry, inner.delete_subject(subject, deletion))?,
    };
    print(deleted)
}

/// Sets or clears a compatibility level if requested, and prints the level in force.
fn set_level(
    registry: &Open,
    scope: Option<&Subject>,
    level: Option<Level>,
    clear: bool,
) -> Result {
    let inner = registry.inner();
    match level {
        Some(level) => ask(registry, inner.set_compatibility_level(scope, level))?,
        None if clear => ask(registry, inner.clear_compatibility_level(scope)).map(drop)?,
        None => {}
    }
    let level = ask(registry, inner.compatibility_level(scope, true))?;
    print([level.as_str()])
}

/// Sets a mode if requested, and prints the mode in force.
fn set_mode(registry: &Open, scope: Option<&Subject>, mode: Option<&str>) -> Result {
    let inner = registry.inner();
    if let Some(mode) = mode {
        let parsed = mode.to_ascii_uppercase().parse();
        let parsed = parsed.map_err(|_| {
            Error::Usage(format!(
                "unknown mode {mode:?}: expected READWRITE, READONLY, READONLY_OVERRIDE or IMPORT"
            ))
        })?;
        ask(registry, inner.set_mode(scope, parsed, false))?;
    }
    print([ask(registry, inner.mode(scope, true))?])
}

fn referrers(registry: &Open, subject: &Subject, version: VersionRef) -> Result {
    let (inner, scope) = (registry.inner(), scope_of(subject));
    let mut lines = Vec::new();
    for id in ask(registry, inner.referenced_by(subject, version))? {
        let places = inner.places_of(id, scope.as_ref(), Include::Live);
        for (subject, version) in ask(registry, places)? {
            lines.push(format!("{subject} {version} {id}"));
        }
    }
    print(lines)
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
