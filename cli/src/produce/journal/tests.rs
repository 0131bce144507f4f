use std::path::PathBuf;

use super::*;

/// Returns a path for a journal; there is no file yet.
fn path(name: &str) -> PathBuf {
    let name = format!("wireform-journal-{name}-{}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let _ = std::fs::remove_file(&path);
    path
}

fn begun(path: &Path) -> Journal {
    let journal = Journal::open(path).unwrap();
    journal.bind("t", None).unwrap();
    journal
}

fn read_to(journal: &Journal, last: u64) {
    for number in 1..=last {
        journal.read(number, Some(b"x")).unwrap();
    }
}

fn refused(path: &Path) -> (u64, Vec<u64>) {
    let journal = Journal::open(path).unwrap();
    let (done, refused) = journal.earlier();
    (done, refused.iter().copied().collect())
}

#[test]
fn an_error_of_the_file_is_returned_by_every_later_call() {
    let path = path("failed");
    let journal = begun(&path);
    read_to(&journal, 2);
    journal.is_done(1);
    // Cannot be written.
    journal.target().file = File::open(&path).unwrap();
    assert!(journal.note().is_err());
    assert!(journal.note().is_err());
    journal.is_done(2);
    assert!(journal.note().is_err());
    std::fs::remove_file(path).unwrap();
}

#[test]
fn the_greatest_line_counts() {
    let path = path("greatest");
    drop(begun(&path));
    let mut text = std::fs::read_to_string(&path).unwrap();
    for number in [5, 3] {
        let hash = "00".repeat(32);
        text += &format!("{{\"line\":{{\"number\":{number},\"hash\":\"{hash}\"}}}}\n");
    }
    std::fs::write(&path, text).unwrap();
    assert_eq!(refused(&path), (5, vec![]));
    std::fs::remove_file(path).unwrap();
}

/// A refused line of a batch that was not written to its end does not count, also not later.
#[test]
fn half_a_batch_is_removed() {
    let path = path("half");
    let journal = begun(&path);
    read_to(&journal, 2);
    journal.is_refused(1, "reason");
    journal.is_done(2);
    journal.note().unwrap();
    drop(journal);
    let whole = std::fs::read_to_string(&path).unwrap();
    for half in ["{\"line\":{\"num", ""] {
        let stray = "{\"refused\":{\"line\":3,\"reason\":\"r\"}}\n";
        std::fs::write(&path, format!("{whole}{stray}{half}")).unwrap();
        assert_eq!(refused(&path), (2, vec![1]));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), whole);
    }
    let journal = Journal::open(&path).unwrap();
    read_to(&journal, 4);
    journal.is_done(3);
    journal.is_done(4);
    journal.note().unwrap();
    drop(journal);
    assert_eq!(refused(&path), (4, vec![1]));
    std::fs::remove_file(path).unwrap();
}

/// The next run resumes before them, as after an outage.
#[test]
fn lost_lines_are_noted_only_before_a_line_that_is_done() {
    let path = path("lost");
    let journal = begun(&path);
    read_to(&journal, 5);
    journal.is_lost(1, "reason");
    journal.is_done(2);
    journal.is_lost(3, "reason");
    journal.is_lost(4, "reason");
    journal.note().unwrap();
    drop(journal);
    assert_eq!(refused(&path), (2, vec![1]));
    let journal = Journal::open(&path).unwrap();
    read_to(&journal, 5);
    // Line 1 is lost again, and has its entry.
    journal.is_lost(1, "reason");
    journal.is_lost(3, "reason");
    journal.note().unwrap();
    journal.is_done(5);
    journal.note().unwrap();
    journal.is_done(4);
    journal.note().unwrap();
    drop(journal);
    assert_eq!(refused(&path), (5, vec![1, 3]));
    std::fs::remove_file(path).unwrap();
}
