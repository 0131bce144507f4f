//! `registry`: what a schema registry has, and what it should have.

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

/// Ask and change a schema registry, or serve one.
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
        /// Only those that start with this
        #[arg(long, value_name = "TEXT")]
        prefix: Option<String>,
        /// Those that were deleted, too
        #[arg(long)]
        deleted: bool,
    },
    /// Print a schema, by subject and version, id or GUID
    Get {
        /// A subject, an id (a number) or a GUID
        what: String,
        /// Of a subject: a number or `latest`
        #[arg(default_value = "latest", value_parser = version)]
        version: VersionRef,
    },
    /// Register a schema
    Register {
        /// The subject
        subject: Subject,
        /// The schema
        file: PathBuf,
        #[command(flatten)]
        reading: Reading,
        #[command(flatten)]
        uses: Uses,
        /// Let the registry bring the text into its normal form
        #[arg(long)]
        normalize: bool,
    },
    /// Find out which version of a subject a schema is
    Lookup {
        /// The subject
        subject: Subject,
        /// The schema
        file: PathBuf,
        #[command(flatten)]
        reading: Reading,
        #[command(flatten)]
        uses: Uses,
    },
    /// List the versions of a subject
    Versions {
        /// The subject
        subject: Subject,
        /// Those that were deleted, too
        #[arg(long)]
        deleted: bool,
    },
    /// Delete a subject, or a version of it: softly, so that ids can still be read
    Delete {
        /// The subject
        subject: Subject,
        /// Only this version
        #[arg(value_parser = version)]
        version: Option<VersionRef>,
        /// For good, after it was deleted softly
        #[arg(long)]
        permanent: bool,
    },
    /// Show the compatibility level, or set it
    Config {
        /// Of this subject [default: of all that have none of their own]
        #[arg(long)]
        subject: Option<Subject>,
        /// backward, forward, full, ..._transitive or none
        #[arg(value_parser = crate::check::level)]
        level: Option<wireform::registry::Level>,
        /// Take the subject's own level away
        #[arg(long, conflicts_with = "level", requires = "subject")]
        clear: bool,
    },
    /// Show the mode, or set it
    Mode {
        /// Of this subject [default: of all that have none of their own]
        #[arg(long)]
        subject: Option<Subject>,
        /// READWRITE, READONLY, READONLY_OVERRIDE or IMPORT
        mode: Option<String>,
    },
    /// List the schemas that refer to a version
    References {
        /// The subject
        subject: Subject,
        /// A number or `latest`
        #[arg(default_value = "latest", value_parser = version)]
        version: VersionRef,
    },
    /// Write every version of every subject into a folder, with its references:
    /// <subject>/v<version>.<extension>, where the subject's name is percent-encoded
    ///
    /// Files have the numbers of the registry, and so have references, in
    /// <subject>/v<version>.references. `plan` and `apply` find the numbers of another registry.
    Download {
        /// The folder
        dir: PathBuf,
        /// Write every version: what happens without it, too
        #[arg(long, hide = true)]
        all: bool,
        /// Write only the newest version of each subject, and the versions that these refer to
        #[arg(long, conflicts_with = "all")]
        latest: bool,
        /// Only subjects that start with this
        #[arg(long, value_name = "TEXT")]
        prefix: Option<String>,
    },
    /// Serve a registry in memory, for development and tests
    Serve(Serve),
}

/// What a schema refers to.
#[derive(Args, Debug)]
pub(crate) struct Uses {
    /// A registered schema that the text refers to, VERSION a number or `latest`; may be given more
    /// than once
    #[arg(long = "use", value_name = "NAME=SUBJECT:VERSION", value_parser = used)]
    pub(crate) uses: Vec<Use>,
}

/// A registered schema, by the name that a text refers to it by.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    name: String,
    subject: Subject,
    version: VersionRef,
}

impl Uses {
    /// The references, with the numbers of their versions.
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

/// The context of a subject, in which its schema ids count; `None` for the default one.
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

/// A registry that says no is exit status 3; that a schema is not there is a finding.
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
