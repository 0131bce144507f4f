//! `wireform`, the command: schemas in CI, records at a glance.
#![forbid(unsafe_code)]

mod exit;
mod fingerprint;
mod input;

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
    /// Print the fingerprints of Avro schemas
    Fingerprint(fingerprint::Fingerprint),
    /// Print the Parsing Canonical Form of Avro schemas
    Canonical(fingerprint::Canonical),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.verb {
        Verb::Fingerprint(verb) => verb.run(),
        Verb::Canonical(verb) => verb.run(),
    };
    match outcome {
        Ok(outcome) => outcome.code(),
        Err(error) => error.report(),
    }
}

/// What every verb gives back.
type Result<T = Outcome> = std::result::Result<T, exit::Error>;
