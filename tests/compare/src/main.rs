//! Wireform against its peers and against plain hand-written code, in one process.
//!
//! `cargo run --release --manifest-path tests/compare/Cargo.toml -- avro [--json FILE]
//! [--filter TEXT] [--once ROW]`; `--features mimalloc` for the other allocator, `--features
//! allocations` to count allocations instead.
#![forbid(unsafe_code)]

mod avro;
mod hand_written;
mod measure;
mod order;
mod table;

use std::process::ExitCode;

#[cfg(all(feature = "mimalloc", not(feature = "allocations")))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ALLOCATOR_NAME: &str = if cfg!(feature = "allocations") {
    "the system's, counting"
} else if cfg!(feature = "mimalloc") {
    "mimalloc"
} else {
    "the system's"
};

/// What the command line asks for.
#[derive(Debug, Default)]
struct Options {
    areas: Vec<String>,
    json: Option<String>,
    filter: String,
    /// Runs one operation some times and measures nothing: for callgrind.
    once: Option<String>,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--json" => options.json = Some(value()?),
                "--filter" => options.filter = value()?,
                "--once" => options.once = Some(value()?),
                "avro" => options.areas.push(argument),
                _ => return Err(format!("unknown argument {argument:?}; areas: avro")),
            }
        }
        Ok(options)
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let options = Options::parse(std::env::args().skip(1))?;
    let mut groups = avro::groups();
    for group in &mut groups {
        group
            .rows
            .retain(|row| format!("{} {}", group.name, row.name).contains(&options.filter)
                || row.name == group.limit);
    }
    if let Some(once) = &options.once {
        return measure::once(&mut groups, once);
    }
    println!("allocator: {ALLOCATOR_NAME}");
    let results: Vec<_> = groups.iter_mut().map(measure::measure).collect();
    table::print(&results);
    match options.json {
        Some(path) => table::write_json(&results, &path),
        None => Ok(()),
    }
}
