//! `check --against registry`: the versions that a registry has.

use wireform::registry::{
    ErrorKind, Include, Level, RegistryAdmin as _, ResolvedSchema, Subject, VersionRef, resolve_for,
};

use crate::Result;
use crate::registry::{Connection, failed};

/// The state of a subject in a registry.
pub(super) struct Registered {
    /// The level of the command line, otherwise the level of the subject in the registry.
    pub(super) level: Level,
    /// Names and schemas of the versions to compare with, the oldest first; empty for a new
    /// subject.
    pub(super) versions: Vec<(String, ResolvedSchema)>,
}

/// Reads the subject from a registry.
pub(super) fn ask(
    connection: &Connection,
    subject: &Subject,
    level: Option<Level>,
) -> Result<Registered> {
    let open = connection.open()?;
    let registry = open.inner();
    let asked = async {
        let level = match level {
            Some(level) => level,
            None => registry.compatibility_level(Some(subject), true).await?,
        };
        let mut numbers = match registry.versions(subject, Include::default()).await {
            Err(error) if error.kind() == ErrorKind::SubjectNotFound => Vec::new(),
            numbers => numbers?,
        };
        if !level.is_transitive() {
            numbers.drain(..numbers.len().saturating_sub(1));
        }
        let mut versions = Vec::new();
        for number in numbers {
            use wireform::registry::Registry as _;
            let found = registry
                .by_version(subject, VersionRef::from(number))
                .await?;
            let name = format!("{subject} version {number}");
            versions.push((name, resolve_for(registry, subject, &found.def).await?));
        }
        Ok(Registered { level, versions })
    };
    open.wait(asked)
        .and_then(|asked| asked)
        .map_err(|error| failed(&error))
}
