//! Half an hour.

use std::mem::size_of;
use std::thread;
use std::time::Duration;

use wireform_producer::Preset;

use super::broker::Broker;
use super::check::Findings;
use super::journal::Sent;
use super::runs::{Size, builder, run_with};

const RECORDS_PER_MINUTE: u32 = 120_000;
/// Records in the queue at most: with more, the memory would tell how long the broker was away.
const ROOM: usize = 2000;

/// Sends while the broker is killed and starts again once a minute.
///
/// # Panics
/// If the process, without the journal, ever takes 8 MiB more than in the first three minutes.
#[must_use]
pub fn soak(minutes: u32) -> Findings {
    let mut broker = Broker::find();
    let size = Size {
        records: minutes * RECORDS_PER_MINUTE,
        times: minutes,
    };
    let each = Duration::from_secs(60);
    let mut seen = Vec::new();
    let preset = Preset::Durable;
    let narrow = (builder(preset).queue_records(ROOM), preset);
    let findings = run_with("soak", narrow, size, each, |_, journal| {
        thread::sleep(Duration::from_secs(52));
        broker.kill();
        broker.start();
        let kept = journal.len() * size_of::<Sent>() / 1024;
        let resident = resident().saturating_sub(kept);
        println!("  minute {}: {resident} KiB", seen.len() + 1);
        seen.push(resident);
    });
    let largest = |part: &[usize]| part.iter().copied().max().unwrap_or_default();
    let (first, all) = (largest(&seen[..seen.len().min(3)]), largest(&seen));
    assert!(all < first + 8 * 1024, "{first} KiB at first, then {all}");
    findings
}

/// Memory of this process, in KiB.
pub(super) fn resident() -> usize {
    status("VmRSS:")
}

/// The most that it ever was.
pub(super) fn peak() -> usize {
    status("VmHWM:")
}

fn status(name: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
