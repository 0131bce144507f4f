//! `wireform`, the command: schemas in CI, records at a glance.
#![forbid(unsafe_code)]
#![allow(
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "clap shows the comments of arguments as they are"
)]

mod check;
mod check_batch;
mod codec;
mod compact;
#[cfg(feature = "kafka")]
mod consume;
mod decode;
mod decode_batch;
#[cfg(feature = "kafka")]
mod demo;
mod encode;
mod exit;
mod explain;
mod fingerprint;
mod framing;
mod generate;
mod input;
mod inspect;
mod lint;
mod lock;
mod pages;
mod plan;
#[cfg(feature = "kafka")]
mod produce;
#[cfg(feature = "kafka")]
mod progress;
mod registry;
mod report;
mod schema;
mod source;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::exit::Outcome;

/// Schemas in CI, records at a glance: Avro, Protobuf and JSON Schema for Kafka.
#[derive(Debug, Parser)]
#[command(
    name = "wireform",
    version,
    max_term_width = 100,
    arg_required_else_help = true
)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Say whether a schema may follow another
    Check(check::Check),
    /// Write JSON lines as records
    Encode(encode::Encode),
    /// Write records as JSON lines
    Decode(decode::Decode),
    /// Look for what makes schemas hard to evolve
    Lint(lint::Lint),
    /// Write Rust types for schema files
    Generate(generate::Generate),
    /// Say what bytes are
    Inspect(inspect::Inspect),
    /// Ask and change a schema registry, or serve one
    Registry(registry::Registry),
    /// Show it all at once, in this process
    #[cfg(feature = "kafka")]
    Demo(demo::Demo),
    /// Send JSON lines to a topic
    #[cfg(feature = "kafka")]
    Produce(produce::Produce),
    #[cfg(feature = "kafka")]
    Consume(consume::Consume),
    /// Show what would change in a registry
    Plan(plan::Plan),
    /// Change a registry as `plan` shows
    Apply(plan::Apply),
    /// Write down the schemas that a program is built with
    Lock(lock::Lock),
    /// Print completions for a shell
    Completions(pages::Completions),
    /// Write man pages
    Man(pages::Man),
    /// Print docs/cli.md
    #[command(hide = true)]
    Markdown,
    /// Print the fingerprints of Avro schemas
    Fingerprint(fingerprint::Fingerprint),
    /// Print the Parsing Canonical Form of Avro schemas
    Canonical(fingerprint::Canonical),
}

fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(outcome) => outcome.code(),
        Err(error) => error.report(),
    }
}

impl Cli {
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

/// What every verb gives back.
type Result<T = Outcome> = std::result::Result<T, exit::Error>;
