//! The command as a user has it: arguments and standard input in; lines, talk and an exit status out.
#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod against_git;
#[cfg(feature = "kafka")]
mod brokers;
mod check;
#[cfg(feature = "kafka")]
mod consume;
mod credentials;
mod empty;
mod folders;
mod generate;
mod inspect;
#[cfg(feature = "kafka")]
mod journals;
#[cfg(feature = "kafka")]
mod kafka;
mod life;
mod lint;
mod malformed;
mod pages;
#[cfg(feature = "kafka")]
mod produce;
mod readme;
mod records;
#[cfg(feature = "kafka")]
mod registering;
mod registry;
mod reports;
#[cfg(feature = "kafka")]
mod servers;
mod stand_in;
mod texts;
mod tour;

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};

use wireform_limits::{LIMIT, ended, join};

/// How a run ended.
struct Run {
    code: Option<i32>,
    out: String,
    talk: String,
}

fn data(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    folder.join(name).display().to_string()
}

/// A folder of this test's own, which goes when the build's folder goes.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wireform"));
    command.args(arguments);
    for name in ["WIREFORM_BROKERS", "WIREFORM_REGISTRY_URL"] {
        command.env_remove(name);
    }
    command
}

#[track_caller]
fn run(arguments: &[&str], input: impl AsRef<[u8]>) -> Run {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.as_ref().to_vec();
    // It may have ended before it read all of it.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = ended(child, LIMIT);
    join(writer, LIMIT);
    output.into()
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            talk: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The lines of an output, as they come.
fn lines(output: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

#[track_caller]
fn expect(arguments: &[&str], input: impl AsRef<[u8]>, code: i32, out: &str) {
    let run = run(arguments, input);
    assert_eq!(run.out, out, "{arguments:?}: {}", run.talk);
    assert_eq!(run.code, Some(code), "{arguments:?}: {}", run.talk);
}
