//! Limits for what a test waits for: a hang is a failed test, not a test that never ends.
#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::io::{self, Read, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

#[cfg(test)]
mod tests;

/// Longer than any single step of a test takes, also on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(120);

/// Longer than any other test takes as a whole.
pub const TEST_LIMIT: Duration = Duration::from_secs(10 * 60);

/// Longer than a test takes that builds packages or installs them, or that takes minutes by itself.
pub const BUILD_LIMIT: Duration = Duration::from_secs(15 * 60);

/// Polls until `is_done`. Returns `false` if that takes longer than `limit`.
#[must_use]
pub fn until(limit: Duration, mut is_done: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while !is_done() {
        if start.elapsed() >= limit {
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
    true
}

/// Runs a command without input, and returns its status and output.
///
/// The command is the leader of a process group, so that all it starts can be ended with it.
///
/// # Panics
/// If it does not start, or does not end within `limit`. Then its process group is killed, and the
/// message has the output so far.
#[track_caller]
pub fn output(command: &mut Command, limit: Duration) -> Output {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    let child = command.spawn();
    let child = child.unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    ended(child, limit)
}

/// Closes the input of `child` and waits for its end. Returns its status, and what it wrote to the
/// outputs that are pipes.
///
/// # Panics
/// If it does not end within `limit`. Then it is killed, and the message has the output so far.
#[track_caller]
pub fn ended(mut child: Child, limit: Duration) -> Output {
    drop(child.stdin.take());
    let stdout = child.stdout.take().map(Collected::new);
    let stderr = child.stderr.take().map(Collected::new);
    let is_read = |output: &Option<Collected>| output.as_ref().is_none_or(Collected::is_complete);
    let is_over = until(limit, || {
        child.try_wait().unwrap().is_some() && is_read(&stdout) && is_read(&stderr)
    });
    let bytes = |output: Option<Collected>| output.map(|output| output.bytes());
    if !is_over {
        kill(&mut child);
    }
    let (stdout, stderr) = (bytes(stdout), bytes(stderr));
    let (stdout, stderr) = (stdout.unwrap_or_default(), stderr.unwrap_or_default());
    if !is_over {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (stdout, stderr) = (text(&stdout), text(&stderr));
        panic!("not ended within {limit:?}\nstdout:\n{stdout}\nstderr:\n{stderr}");
    }
    // It is over: the status is known.
    let status = child.wait().unwrap();
    Output {
        status,
        stdout,
        stderr,
    }
}

/// Kills `child`, and its process group if it leads one.
pub fn kill(child: &mut Child) {
    // There is no group of this number if the child is in the group of the test.
    let group = format!("-{}", child.id());
    let killed = Command::new("kill").args(["-KILL", "--", &group]).output();
    drop(killed);
    let _ = child.kill();
    let _ = until(LIMIT, || !matches!(child.try_wait(), Ok(None)));
}

/// Sends a signal, `-TERM` for example, to `child`.
///
/// # Panics
/// If it cannot be sent.
#[track_caller]
pub fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    let sent = output(Command::new("kill").args([name, &id]), LIMIT);
    assert!(sent.status.success(), "kill {name} {id}: {sent:?}");
}

/// Waits for the end of a thread, and returns its result. A panic of the thread goes on here.
///
/// # Panics
/// If it does not end within `limit`.
#[track_caller]
pub fn join<T>(thread: JoinHandle<T>, limit: Duration) -> T {
    let is_over = until(limit, || thread.is_finished());
    assert!(is_over, "the thread did not end within {limit:?}");
    let result = thread.join();
    result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// The limit of a whole test, as long as this is not dropped; see [`guard`].
#[derive(Debug)]
#[must_use = "the limit ends when the guard is dropped"]
pub struct Guard {
    _is_alive: mpsc::Sender<()>,
}

/// Limits the time from here to the end of the test, for waits that cannot be limited one by one:
/// of tasks, of scoped threads, of calls that may block.
///
/// After `limit` the process is aborted, and so are all tests in it: a thread cannot be ended from
/// outside. The message has the name of the test.
pub fn guard(limit: Duration) -> Guard {
    let (alive, ended) = mpsc::channel();
    let test = thread::current();
    thread::spawn(move || {
        if ended.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
            let name = test.name().unwrap_or("a test");
            // Not `eprintln`, which the test harness would keep.
            let _ = writeln!(io::stderr(), "{name} did not end within {limit:?}: aborted");
            std::process::abort();
        }
    });
    Guard { _is_alive: alive }
}

/// What a pipe has given so far, read by a thread.
struct Collected {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Collected {
    fn new(mut pipe: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&bytes);
        let reader = thread::spawn(move || {
            let mut some = [0; 8192];
            while let Ok(length @ 1..) = pipe.read(&mut some) {
                let read = some.get(..length).unwrap_or_default();
                all.lock().unwrap().extend_from_slice(read);
            }
        });
        Self { bytes, reader }
    }

    fn is_complete(&self) -> bool {
        self.reader.is_finished()
    }

    fn bytes(&self) -> Vec<u8> {
        self.bytes.lock().unwrap().clone()
    }
}
