//! `plan` and `apply`: compare a registry with a folder, and change the registry.

mod actual;
mod apply;
mod lookup;
mod steps;
mod wanted;

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Args;
use wireform::registry::{Level, SchemaDef, Subject, Version};

use self::wanted::Wish;
use crate::Result;
use crate::encode::eprintln;
use crate::exit::{Error, Outcome};
use crate::registry::{Connection, Open};
use crate::report::counted;

/// Show what `apply` would change in a registry.
///
/// Compares the registry with a folder (<subject>/v<version>.<extension>) or a wireform.toml:
/// subjects, compatibility levels and schemas. Each new version is checked against the version
/// before it, or at a transitive level against all versions before it. Referenced schemas come
/// first. Changes nothing.
///
/// Exit status 1 if a change cannot be made, or with --check if anything would change.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wireform plan --registry http://localhost:8081 schemas/
  wireform plan --check wireform.toml

A wireform.toml:
  [subjects.\"orders-value\"]
  level = \"FULL\"
  schemas = [\"order_v1.avsc\", \"order_v2.avsc\"]
  references = [{ name = \"shop.Money\", subject = \"money-value\", version = 1 }]

A folder has the references of orders-value/v1.avsc in orders-value/v1.references:
  [{\"name\": \"shop.Money\", \"subject\": \"money-value\", \"version\": 1}]
Without that file a name is looked for in the folder.

The versions of these references are the numbers of files: version 1 of money-value is the schema of
money-value/v1.avsc. The reference is registered with the number that this schema has in the
registry, or will get as the next version; where that is another number, the plan shows both. A
version without a file in the folder is the registry's, and so are all versions in a wireform.toml.")]
pub(crate) struct Plan {
    #[command(flatten)]
    what: What,
    /// Exit status 1 if anything would change
    #[arg(long)]
    check: bool,
}

/// Make the changes that `plan` shows.
///
/// A change that cannot be made is reported, and the other changes are made; run the command again
/// to make the rest. If a version cannot be registered or a level cannot be set, no subject is
/// deleted.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wireform apply --registry http://localhost:8081 schemas/")]
pub(crate) struct Apply {
    #[command(flatten)]
    what: What,
}

#[derive(Args, Debug)]
struct What {
    #[command(flatten)]
    connection: Connection,
    /// A schemas folder, or a wireform.toml
    #[arg(value_name = "DIR|FILE", default_value = "wireform.toml")]
    from: PathBuf,
    /// Softly delete subjects that are not in it; refused if it has no subjects, or if one of its
    /// paths is ignored
    #[arg(long)]
    delete_others: bool,
}

/// One change. A change with a problem cannot be made.
enum Change {
    Level {
        subject: Subject,
        before: Option<Level>,
        after: Level,
    },
    Register {
        subject: Subject,
        file: String,
        /// The registration, or the reason why the schema cannot be registered.
        planned: std::result::Result<Registration, String>,
    },
    Delete {
        subject: Subject,
        problem: Option<String>,
    },
}

/// A schema that will be registered.
struct Registration {
    /// The version number that the schema will get.
    version: Version,
    /// The schema; its references have the version numbers that they have or will get in the
    /// registry.
    schema: SchemaDef,
    /// Notes on references whose version number differs from that in the folder.
    notes: Vec<String>,
}

impl Plan {
    pub(crate) fn run(&self) -> Result {
        let registry = self.what.connection.open()?;
        let changes = self.what.changes(&registry)?;
        let mut out = io::stdout().lock();
        let mut outcome = Outcome::Fine;
        for change in &changes {
            writeln!(out, "{}", change.shown())?;
            for note in change.notes() {
                writeln!(out, "    {note}")?;
            }
            if let Some(problem) = change.problem() {
                writeln!(out, "    {problem}")?;
                outcome = Outcome::Findings;
            }
        }
        writeln!(out, "{}", counted(changes.len(), "change"))?;
        Ok(if self.check && !changes.is_empty() {
            Outcome::Findings
        } else {
            outcome
        })
    }
}

impl Apply {
    pub(crate) fn run(&self) -> Result {
        let registry = self.what.connection.open()?;
        let changes = self.what.changes(&registry)?;
        apply::all(&registry, &changes)
    }
}

impl What {
    fn changes(&self, registry: &Open) -> Result<Vec<Change>> {
        let mut wish = wanted::read(&self.from)?;
        wish.qualify(registry)?;
        for file in &wish.skipped {
            eprintln(&format!(
                "warning: {}: ignored, expected <subject>/v<version>.<extension>",
                file.display()
            ));
        }
        if self.delete_others {
            self.check_deletion(&wish)?;
        }
        let actual = actual::ask(registry, &wish, self.delete_others)?;
        Ok(steps::changes(&wish.subjects, &actual))
    }

    /// Refuses deletions if the folder may be the wrong one.
    fn check_deletion(&self, wish: &Wish) -> Result<()> {
        let from = self.from.display();
        if wish.subjects.is_empty() {
            return Err(Error::Usage(format!(
                "{from} has no subjects: --delete-others would delete every subject"
            )));
        }
        if wish.skipped.is_empty() {
            return Ok(());
        }
        Err(Error::Usage(format!(
            "--delete-others is refused: {from} has {} (see above), so that a subject could be \
             deleted by mistake",
            counted(wish.skipped.len(), "ignored path")
        )))
    }
}

impl Change {
    fn subject(&self) -> &Subject {
        match self {
            Self::Level { subject, .. }
            | Self::Register { subject, .. }
            | Self::Delete { subject, .. } => subject,
        }
    }

    fn problem(&self) -> Option<&str> {
        match self {
            Self::Level { .. } => None,
            Self::Register { planned, .. } => planned.as_ref().err().map(String::as_str),
            Self::Delete { problem, .. } => problem.as_deref(),
        }
    }

    fn notes(&self) -> &[String] {
        match self {
            Self::Register {
                planned: Ok(planned),
                ..
            } => &planned.notes,
            _ => &[],
        }
    }

    /// Returns the change as text, with the number that a version will get.
    fn shown(&self) -> String {
        match self {
            Self::Register {
                planned: Ok(planned),
                ..
            } => self.numbered(planned.version),
            _ => self.name(),
        }
    }

    fn numbered(&self, version: Version) -> String {
        format!("{} as version {version}", self.name())
    }

    fn name(&self) -> String {
        match self {
            Self::Level {
                subject,
                before,
                after,
            } => {
                let before = before.map_or("the registry's", Level::as_str);
                format!("~ {subject}: level {before} -> {}", after.as_str())
            }
            Self::Register { subject, file, .. } => format!("+ {subject}: {file}"),
            Self::Delete { subject, .. } => format!("- {subject}"),
        }
    }
}
