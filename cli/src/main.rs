//! The command `wireform`: schemas in CI, and records as text.
#![forbid(unsafe_code)]
#![allow(
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "clap shows the comments of arguments as they are"
)]

mod check;
mod check_batch;
#[cfg(feature = "kafka")]
mod consume;
mod decode;
mod decode_batch;
#[cfg(feature = "kafka")]
mod demo;
mod encode;
mod exit;
mod fingerprint;
mod folder;
mod framing;
mod generate;
mod hex;
mod input;
mod inspect;
#[cfg(feature = "kafka")]
mod kafka;
mod lint;
mod lock;
mod pages;
mod plan;
#[cfg(feature = "kafka")]
mod produce;
mod progress;
mod registry;
mod report;
mod schema;
#[cfg(feature = "kafka")]
mod signals;
mod source;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::builder::Resettable;
use clap::{Arg, Command, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::exit::Outcome;

/// Check schemas, and read and write records, for Kafka with Avro, Protobuf and JSON Schema.
#[derive(Debug, Parser)]
#[command(
    name = "wireform",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "Examples:
  wireform demo
  wireform check --level full v1.avsc v2.avsc
  wireform decode --schema order.avsc < records.hex

Each verb has its own: wireform help VERB. Data goes to standard output, talk to standard error.
Exit status: 0 fine, 1 findings, 2 usage, 3 registry or I/O."
)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Check(check::Check),
    Encode(encode::Encode),
    Decode(decode::Decode),
    Lint(lint::Lint),
    Fingerprint(fingerprint::Fingerprint),
    Canonical(fingerprint::Canonical),
    Generate(generate::Generate),
    Inspect(inspect::Inspect),
    Registry(registry::Registry),
    #[cfg(feature = "kafka")]
    Demo(demo::Demo),
    #[cfg(feature = "kafka")]
    Produce(produce::Produce),
    #[cfg(feature = "kafka")]
    Consume(consume::Consume),
    Plan(plan::Plan),
    Apply(plan::Apply),
    Lock(lock::Lock),
    Completions(pages::Completions),
    Man(pages::Man),
    /// Print docs/cli.md
    #[command(hide = true)]
    Markdown,
}

fn main() -> ExitCode {
    let cli = Cli::from_line(std::env::args_os()).unwrap_or_else(|error| error.exit());
    match cli.run() {
        Ok(outcome) => outcome.code(),
        Err(error) => error.report(),
    }
}

impl Cli {
    /// Parses a command line. Empty environment variables count as unset.
    fn from_line(
        line: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    ) -> std::result::Result<Self, clap::Error> {
        let mut matches = without_empty_variables(Self::command()).try_get_matches_from(line)?;
        Self::from_arg_matches_mut(&mut matches)
    }

    fn run(&self) -> Result {
        match &self.verb {
            Verb::Check(verb) => verb.run(),
            Verb::Encode(verb) => verb.run(),
            Verb::Decode(verb) => verb.run(),
            Verb::Lint(verb) => verb.run(),
            Verb::Generate(verb) => verb.run(),
            Verb::Inspect(verb) => verb.run(),
            Verb::Registry(verb) => verb.run(),
            #[cfg(feature = "kafka")]
            Verb::Demo(verb) => verb.run(),
            #[cfg(feature = "kafka")]
            Verb::Produce(verb) => verb.run(),
            #[cfg(feature = "kafka")]
            Verb::Consume(verb) => verb.run(),
            Verb::Plan(verb) => verb.run(),
            Verb::Apply(verb) => verb.run(),
            Verb::Lock(verb) => verb.run(),
            Verb::Completions(verb) => verb.run(),
            Verb::Man(verb) => verb.run(),
            Verb::Markdown => pages::markdown(),
            Verb::Fingerprint(verb) => verb.run(),
            Verb::Canonical(verb) => verb.run(),
        }
    }
}

/// Returns the command without the empty environment variables of its options: CI systems set those
/// for secrets that do not exist.
fn without_empty_variables(command: Command) -> Command {
    let is_empty = |argument: &Arg| {
        let value = argument.get_env().and_then(std::env::var_os);
        value.is_some_and(|value| value.is_empty())
    };
    command
        .mut_args(|argument| match is_empty(&argument) {
            true => argument.env(Resettable::Reset),
            false => argument,
        })
        .mut_subcommands(without_empty_variables)
}

/// The result of every verb.
type Result<T = Outcome> = std::result::Result<T, exit::Error>;
