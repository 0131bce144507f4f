//! `fingerprint` and `canonical`: what identifies an Avro schema.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use wireform::avro::Schema;

use crate::exit::{Error, Outcome};
use crate::{Result, hex, input};

/// Print the fingerprints of Avro schemas.
///
/// Prints one line of lower-case hex digits for each file. CRC-64-AVRO is printed big-endian.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wireform fingerprint --algorithm sha256 schemas/order.avsc")]
pub(crate) struct Fingerprint {
    /// Avro schemas; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Fingerprint algorithm, applied to the Parsing Canonical Form
    #[arg(long, default_value = "crc64")]
    algorithm: Algorithm,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Algorithm {
    /// CRC-64-AVRO, 8 bytes in big-endian order
    Crc64,
    /// MD5
    Md5,
    /// SHA-256
    Sha256,
}

/// Print the Parsing Canonical Form of Avro schemas.
///
/// Prints one line for each file.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wireform canonical schemas/order.avsc")]
pub(crate) struct Canonical {
    /// Avro schemas; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Fingerprint {
    pub(crate) fn run(&self) -> Result {
        each(&self.files, |schema| match self.algorithm {
            Algorithm::Crc64 => hex::text(&schema.fingerprint().to_be_bytes()),
            Algorithm::Md5 => hex::text(&schema.fingerprint_md5()),
            Algorithm::Sha256 => hex::text(&schema.fingerprint_sha256()),
        })
    }
}

impl Canonical {
    pub(crate) fn run(&self) -> Result {
        each(&self.files, Schema::canonical_form)
    }
}

fn each(files: &[PathBuf], line: impl Fn(&Schema) -> String) -> Result {
    let mut out = io::stdout().lock();
    for file in files {
        writeln!(out, "{}", line(&parse(file)?))?;
    }
    Ok(Outcome::Fine)
}

fn parse(file: &Path) -> Result<Schema> {
    let text = input::text(file)?;
    Schema::parse(&text).map_err(|error| Error::Finding(format!("{}: {error}", file.display())))
}
