//! Wireform against its peers and against plain hand-written code, in one process; see the README
//! beside this crate.
#![forbid(unsafe_code)]

mod avro;
mod clients;
mod datetime;
mod frames;
mod generated;
mod growth;
mod hand_written;
mod json;
mod json_schema;
mod json_schema_clients;
mod measure;
mod options;
mod order;
mod others;
mod protobuf;
mod protobuf_clients;
mod registry;
mod rows;
mod table;

use std::process::{Command, ExitCode};

use crate::measure::{Group, Results};
use crate::options::{Area, Options};

/// Counts the allocations of one call.
pub type CountAllocations = fn(&mut dyn FnMut()) -> u64;

/// What differs between the programs of this crate.
#[derive(Debug)]
pub struct Setting {
    /// The allocator that the program was linked with.
    pub allocator: &'static str,
    /// Counts the allocations of one call, in the program that does.
    pub count: Option<CountAllocations>,
}

/// Runs what the command line asks for.
pub fn main(setting: &Setting) -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.next_if_eq("producer").is_some() {
        return exit(run_producer(&arguments.collect::<Vec<_>>()));
    }
    let options = Options::parse(arguments);
    exit(options.and_then(|options| run(setting, &options)))
}

fn exit(result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run(setting: &Setting, options: &Options) -> Result<(), String> {
    if let Some(once) = &options.once {
        return measure::once(&mut groups(options), once);
    }
    if let Some(count) = setting.count {
        table::print_counts(&measure::count(&mut groups(options), count));
        return Ok(());
    }
    if options
        .allocator
        .as_deref()
        .is_some_and(|name| name != setting.allocator)
    {
        return run_program("with-mimalloc", &options.others());
    }
    if options.only_part() {
        return parts(options);
    }
    let results = tables(setting, options)?;
    if let Some(path) = &options.json {
        table::write_json(setting.allocator, &results, path)?;
    }
    // The rest is not for a glance.
    if options.quick {
        return Ok(());
    }
    if options.area == Area::Avro {
        growth::print(options);
    }
    // Nor for the program that was called for its tables.
    if options.allocator.is_some() {
        return Ok(());
    }
    run_program("count-allocations", &[options.area.name().to_owned()])?;
    run_program("with-mimalloc", &options.others())
}

fn parts(options: &Options) -> Result<(), String> {
    if options.growth {
        growth::print(options);
    }
    match options.allocations {
        true => run_program("count-allocations", &[options.area.name().to_owned()]),
        false => Ok(()),
    }
}

fn groups(options: &Options) -> Vec<Group> {
    let mut groups = groups_of(options.area);
    for group in &mut groups {
        let (name, limit) = (group.name, group.limit);
        group.rows.retain(|row| {
            row.name == limit || format!("{name} {}", row.name).contains(&options.filter)
        });
    }
    groups
}

fn groups_of(area: Area) -> Vec<Group> {
    match area {
        Area::None | Area::Avro => {
            // The registry comes first: with its thread the process is as a Kafka client's is, and
            // glibc's allocator works as it does there.
            let mut groups = frames::groups();
            groups.splice(0..0, avro::groups());
            groups
        }
        area => {
            // With a second thread, as above.
            registry::start(registry::Served::avro(order::SCHEMA));
            match area {
                Area::Datetime => datetime::groups(),
                Area::Json => json::groups(),
                Area::JsonSchema => json_schema::groups(),
                _ => protobuf::groups(),
            }
        }
    }
}

fn tables(setting: &Setting, options: &Options) -> Result<Vec<Results>, String> {
    let mut groups = groups(options);
    if options.area == Area::Avro {
        others::add(&mut groups, options)?;
    }
    println!(
        "allocator: {}; a process with two threads",
        setting.allocator
    );
    let results: Vec<_> = groups
        .iter_mut()
        .map(|group| measure::measure(group, options.rounds()))
        .collect();
    table::print(&results, options.area);
    Ok(results)
}

/// Runs the comparison of producers: a package of its own, since librdkafka is dear to build.
fn run_producer(arguments: &[String]) -> Result<(), String> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/producer/Cargo.toml");
    cargo_run(manifest, &[], arguments)
}

/// Runs another program of this crate: which allocator there is is settled when a program is
/// linked.
fn run_program(name: &str, arguments: &[String]) -> Result<(), String> {
    println!();
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    cargo_run(manifest, &["--bin", name], arguments)
}

fn cargo_run(manifest: &str, which: &[&str], arguments: &[String]) -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["run", "--quiet", "--release", "--manifest-path", manifest])
        .args(which)
        .arg("--")
        .args(arguments)
        .status()
        .map_err(|error| format!("{manifest}: {error}"))?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("{manifest} failed")),
    }
}
