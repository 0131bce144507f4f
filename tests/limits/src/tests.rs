use std::os::unix::process::ExitStatusExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;

const SHORT: Duration = Duration::from_millis(500);

fn sh(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

/// The message of the panic of `run`.
#[track_caller]
fn failure<T>(run: impl FnOnce() -> T) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(run)) else {
        panic!("it did not fail");
    };
    *panic.downcast::<String>().unwrap()
}

fn is_alive(id: &str) -> bool {
    let sent = output(Command::new("kill").args(["-0", id]), LIMIT);
    sent.status.success()
}

#[test]
fn a_command_that_hangs_is_killed_with_what_it_started() {
    // The child's child holds the output open, too.
    let script = "sleep 1000 & echo $!; echo no end >&2; wait";
    let start = Instant::now();
    let message = failure(|| output(&mut sh(script), SHORT));
    assert!(start.elapsed() < LIMIT);
    assert!(message.starts_with("not ended within 500ms\n"), "{message}");
    assert!(message.contains("no end"), "{message}");
    let id = message.lines().nth(2).unwrap().to_owned();
    assert!(until(LIMIT, || !is_alive(&id)), "{id} runs");
}

#[test]
fn a_child_that_hangs_is_killed() {
    let child = sh("exec sleep 1000").spawn().unwrap();
    let id = child.id().to_string();
    let message = failure(|| ended(child, SHORT));
    assert!(message.starts_with("not ended within 500ms\n"), "{message}");
    assert!(!is_alive(&id), "{id} runs");
}

/// Such a child ends, but a reader of its output to the end waits for the other one.
#[test]
fn output_that_stays_open_has_a_limit() {
    let message = failure(|| output(&mut sh("sleep 1000 & echo said"), SHORT));
    assert!(message.contains("said"), "{message}");
}

#[test]
fn status_and_output_of_a_command_are_returned() {
    let ended = output(&mut sh("cat; seq 20000; echo talk >&2; exit 3"), LIMIT);
    assert_eq!(ended.status.code(), Some(3));
    assert_eq!(ended.stdout.len(), 108_894);
    assert_eq!(ended.stderr, b"talk\n");
}

#[test]
fn the_input_of_a_child_is_closed() {
    let mut command = sh("cat");
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    assert!(ended(command.spawn().unwrap(), LIMIT).status.success());
}

#[test]
fn a_signal_ends_a_child() {
    let child = sh("exec sleep 1000").spawn().unwrap();
    signal(&child, "-TERM");
    assert_eq!(ended(child, LIMIT).status.code(), None);
}

#[test]
fn a_thread_that_hangs_is_a_failure() {
    let (sender, receiver) = mpsc::channel::<()>();
    let thread = thread::spawn(move || receiver.recv_timeout(LIMIT));
    let message = failure(|| join(thread, SHORT));
    assert_eq!(message, "the thread did not end within 500ms");
    drop(sender);
}

#[test]
fn the_panic_of_a_thread_goes_on() {
    let thread = thread::spawn(|| panic!("of the {}", String::from("thread")));
    assert_eq!(failure(|| join(thread, LIMIT)), "of the thread");
    assert_eq!(join(thread::spawn(|| 7), LIMIT), 7);
}

const HANG: &str = "WIREFORM_LIMITS_HANG";

/// Hangs if it is run by [`a_test_that_hangs_is_aborted_with_its_name`].
#[test]
fn hangs_if_asked() {
    if std::env::var_os(HANG).is_some() {
        let _guard = guard(SHORT);
        thread::sleep(LIMIT * 2);
    }
}

#[test]
fn a_test_that_hangs_is_aborted_with_its_name() {
    let mut tests = Command::new(std::env::current_exe().unwrap());
    tests
        .args(["--exact", "tests::hangs_if_asked"])
        .env(HANG, "1");
    let ended = output(&mut tests, LIMIT);
    assert_eq!(ended.status.signal(), Some(6), "{ended:?}");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(
        said.contains("tests::hangs_if_asked did not end within 500ms"),
        "{said}"
    );
}

#[test]
fn a_guard_that_is_dropped_ends_nothing() {
    drop(guard(SHORT));
    thread::sleep(SHORT * 2);
}
