//! Puts the producer to the test on a real broker that is ill-treated; see `wireform_tests::lab`.
//!
//! `tests/servers/with cargo run -p wireform-tests --release --bin lab -- kill`
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use wireform_producer::Preset;
use wireform_tests::lab::check::Findings;
use wireform_tests::lab::runs::{self, Size};
use wireform_tests::lab::{copy, leaders, pressure, soak};

/// Sends records to a broker that is ill-treated, and compares what the producer said of them with
/// the log.
#[derive(Debug, Parser)]
struct Args {
    #[command(subcommand)]
    run: Run,
    /// A small form of the run, for CI.
    #[arg(long, global = true)]
    short: bool,
}

#[derive(Debug, Subcommand)]
enum Run {
    /// Cancel sends at random moments.
    Cancel,
    /// What `clients` kills.
    #[command(hide = true)]
    Child { topic: String, name: String },
    /// Kill the client.
    Clients,
    /// Copy a topic in transactions, with copiers that die.
    Copy,
    /// Drop and close producers with records queued.
    Drop,
    /// Fourteen faults of the network.
    Faults,
    /// Kill the broker.
    Kill,
    /// Kill leaders of a cluster; with WIREFORM_NODES=3.
    Leaders,
    /// Send faster than a broker that stands still, and look at the memory.
    Memory,
    /// Let the broker stand still.
    Pause,
    /// Send from 64 tasks through a queue of 100.
    Pressure,
    /// Half an hour with a restart of the broker each minute.
    Soak,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let size = |records, times, short: (u32, u32)| match args.short {
        false => Size { records, times },
        true => Size {
            records: short.0,
            times: short.1,
        },
    };
    match args.run {
        Run::Cancel => runs::cancel(if args.short { 10_000 } else { 100_000 }),
        Run::Child { topic, name } => runs::child(&topic, &name),
        Run::Clients => runs::kill_clients(if args.short { 5 } else { 100 }),
        Run::Copy => copy::copy(if args.short { 2_000 } else { 20_000 }),
        Run::Drop => {
            runs::close_queued(10_000);
            runs::drop_queued(10_000);
        }
        Run::Faults => return both(runs::faults, size(280_000, 10, (14_000, 2))),
        Run::Kill => return both(runs::kill, size(1_000_000, 20, (60_000, 3))),
        Run::Leaders => return both(leaders::kill_leaders, size(1_500_000, 30, (30_000, 2))),
        Run::Memory => pressure::memory(if args.short { 300_000 } else { 1_000_000 }),
        Run::Pressure => pressure::push(if args.short { 200 } else { 10_000 }),
        Run::Pause => return both(runs::pause, size(400_000, 40, (30_000, 3))),
        Run::Soak => return verdict(&soak::soak(if args.short { 1 } else { 30 })),
    }
    ExitCode::SUCCESS
}

fn both(run: fn(Size, Preset) -> Findings, size: Size) -> ExitCode {
    let codes = [Preset::Strict, Preset::Durable].map(|preset| verdict(&run(size, preset)));
    match codes.iter().all(|code| *code == ExitCode::SUCCESS) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn verdict(findings: &Findings) -> ExitCode {
    match findings.is_clean() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
