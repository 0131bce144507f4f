//! `registry`: reads, changes and serves schema registries.

mod admin;
mod auth;
mod download;
mod serve;
mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use wireform::registry::{Blocking, HttpRegistry, Reference, Subject, VersionRef};

use crate::Result;
use crate::exit::Error;
use crate::schema::Reading;

pub(crate) use self::auth::Connection;
pub(crate) use self::serve::Serve;
#[cfg(feature = "kafka")]
pub(crate) use self::serve::in_memory;

/// Read, change or serve a schema registry.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wireform registry list --registry http://localhost:8081
  wireform registry register orders-value order.avsc
  wireform registry serve --seed schemas/")]
pub(crate) struct Registry {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the subjects
    List {
        /// List only subjects that start with PREFIX
        #[arg(long, value_name = "TEXT")]
        prefix: Option<String>,
        /// Also list deleted subjects
        #[arg(long)]
        deleted: bool,
    },
    /// Print a schema, found by subject and version, id or GUID
    Get {
        /// A subject, a schema id (a number) or a GUID
        what: String,
        /// Version of the subject: a number or `latest`
        #[arg(default_value = "latest", value_parser = version)]
        version: VersionRef,
    },
    /// Register a schema
    Register {
        /// Subject to register the schema under
        subject: Subject,
        /// Schema to register
        file: PathBuf,
        #[command(flatten)]
        reading: Reading,
        #[command(flatten)]
        uses: Uses,
        /// Let the registry normalize the text of the schema
        #[arg(long)]
        normalize: bool,
    },
    /// Print the version of a schema in a subject
    Lookup {
        /// Subject to search
        subject: Subject,
        /// Schema to look up
        file: PathBuf,
        #[command(flatten)]
        reading: Reading,
        #[command(flatten)]
        uses: Uses,
    },
    /// List the versions of a subject
    Versions {
        /// Subject to list
        subject: Subject,
        /// Also list deleted versions
        #[arg(long)]
        deleted: bool,
    },
    /// Softly delete a subject or one of its versions; schema ids can still be read
    Delete {
        /// Subject to delete
        subject: Subject,
        /// Delete only this version
        #[arg(value_parser = version)]
        version: Option<VersionRef>,
        /// Delete permanently; the subject or version must be softly deleted before
        #[arg(long)]
        permanent: bool,
    },
    /// Show or set the compatibility level
    Config {
        /// Use the level of this subject [default: the level of subjects that have none of their
        /// own]
        #[arg(long)]
        subject: Option<Subject>,
        /// Set this level: backward, forward, full, ..._transitive or none
        #[arg(value_parser = crate::check::level)]
        level: Option<wireform::registry::Level>,
        /// Remove the level of the subject
        #[arg(long, conflicts_with = "level", requires = "subject")]
        clear: bool,
    },
    /// Show or set the mode
    Mode {
        /// Use the mode of this subject [default: the mode of subjects that have none of their own]
        #[arg(long)]
        subject: Option<Subject>,
        /// Set this mode: READWRITE, READONLY, READONLY_OVERRIDE or IMPORT
        mode: Option<String>,
    },
    /// List the schemas that refer to a version
    References {
        /// Subject of the version
        subject: Subject,
        /// Version: a number or `latest`
        #[arg(default_value = "latest", value_parser = version)]
        version: VersionRef,
    },
    /// Write every version of every subject into a folder, with its references
    ///
    /// Files are named <subject>/v<version>.<extension>, where the subject's name is
    /// percent-encoded. Version numbers are those of the registry, also in
    /// <subject>/v<version>.references. `plan` and `apply` translate them to the numbers of another
    /// registry.
    Download {
        /// Folder to write to
        dir: PathBuf,
        /// Write every version (this is the default)
        #[arg(long, hide = true)]
        all: bool,
        /// Write only the newest version of each subject, and the versions that these refer to
        #[arg(long, conflicts_with = "all")]
        latest: bool,
        /// Write only subjects that start with PREFIX
        #[arg(long, value_name = "TEXT")]
        prefix: Option<String>,
    },
    /// Serve a registry in memory, for development and tests
    Serve(Serve),
}

/// References of a schema.
#[derive(Args, Debug)]
pub(crate) struct Uses {
    /// A registered schema that the schema refers to; VERSION is a number or `latest`; repeatable
    #[arg(long = "use", value_name = "NAME=SUBJECT:VERSION", value_parser = used)]
    pub(crate) uses: Vec<Use>,
}

/// A registered schema, and the name by which a schema refers to it.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    name: String,
    subject: Subject,
    version: VersionRef,
}

impl Uses {
    /// Returns the references with their version numbers.
    pub(crate) fn resolve(&self, registry: &Open) -> Result<Vec<Reference>> {
        let reference = |used: &Use| {
            let version = match used.version {
                VersionRef::Number(version) => version,
                latest => {
                    let found = registry.by_version(&used.subject, latest);
                    found.map_err(|error| failed(&error))?.version
                }
            };
            Ok(Reference {
                name: used.name.clone(),
                subject: used.subject.clone(),
                version,
            })
        };
        self.uses.iter().map(reference).collect()
    }
}

fn used(text: &str) -> std::result::Result<Use, String> {
    let expected = || "expected NAME=SUBJECT:VERSION".to_owned();
    let (name, rest) = text.split_once('=').ok_or_else(expected)?;
    let (subject, number) = rest.rsplit_once(':').ok_or_else(expected)?;
    Ok(Use {
        name: name.to_owned(),
        subject: subject
            .parse()
            .map_err(|error: wireform::registry::Error| error.to_string())?,
        version: version(number)?,
    })
}

fn version(text: &str) -> std::result::Result<VersionRef, String> {
    if text == "latest" {
        return Ok(VersionRef::Latest);
    }
    let number: u32 = text.parse().map_err(|_| "expected a number or latest")?;
    let version = wireform::registry::Version::new(number).map_err(|error| error.to_string())?;
    Ok(version.into())
}

impl Registry {
    pub(crate) fn run(&self) -> Result {
        match &self.verb {
            Verb::Serve(serve) => serve.run(),
            verb => admin::run(&self.connection.open()?, verb),
        }
    }
}

pub(crate) type Open = Blocking<HttpRegistry>;

/// Returns the context of a subject, to which its schema ids belong; `None` for the default
/// context.
pub(crate) fn scope_of(subject: &Subject) -> Option<Subject> {
    let context = subject.context();
    let is_default = context.is_default();
    (!is_default).then(|| context.subject("").ok()).flatten()
}

pub(crate) type Answer<T> = std::result::Result<T, wireform::registry::Error>;

/// Waits for an answer of the registry.
pub(crate) fn ask<T>(registry: &Open, future: impl Future<Output = Answer<T>>) -> Result<T> {
    registry
        .wait(future)
        .and_then(|answer| answer)
        .map_err(|error| failed(&error))
}

/// Creates the error of a failed request: "not found" is a finding, any other error has exit status
/// 3.
pub(crate) fn failed(error: &wireform::registry::Error) -> Error {
    use wireform::registry::ErrorKind as Kind;
    match error.kind() {
        Kind::SchemaNotFound | Kind::SubjectNotFound | Kind::VersionNotFound => {
            Error::finding(error)
        }
        Kind::Incompatible | Kind::InvalidSchema => Error::finding(error),
        Kind::Config => Error::usage(error),
        _ => Error::io(error),
    }
}
