//! Runs that end early, and go on.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use wireform_limits::{LIMIT, ended, join};

use super::super::kafka::noted;
use super::super::{Run, command, data, folder, run};
use super::{brokers, consume, records, registry, unique};

const LINES: usize = 60_000;

fn line(number: usize) -> String {
    format!("{{\"id\":\"o-{number}\",\"quantity\":{number}}}\n")
}

fn arguments(topic: &str, journal: &Path) -> Vec<String> {
    let (brokers, url, schema) = (brokers(), registry(), data("order_v1.avsc"));
    let journal = journal.display().to_string();
    [
        ["--brokers", &brokers],
        ["--registry", &url],
        ["--topic", topic],
        ["--schema", &schema],
        ["--key", "id"],
        ["--journal", &journal],
    ]
    .iter()
    .fold(
        vec!["produce".to_owned(), "--register".to_owned()],
        |mut all, pair| {
            all.extend(pair.map(str::to_owned));
            all
        },
    )
}

/// Sends the lines, from the first on, slowly; and a signal amid them, when the journal has grown.
fn broken_off(topic: &str, journal: &Path, signal: &str) -> (Option<i32>, String) {
    let before = noted(journal);
    let arguments = arguments(topic, journal);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut child = command(&arguments)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        for number in 0..LINES {
            if stdin.write_all(line(number).as_bytes()).is_err() {
                return;
            }
            if number > before && number % 100 == 0 {
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    });
    let patience = Instant::now();
    while noted(journal) <= before && patience.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(10));
    }
    // Between two notes.
    std::thread::sleep(Duration::from_millis(300));
    wireform_limits::signal(&child, signal);
    let Run { code, talk, .. } = ended(child, LIMIT).into();
    join(writer, LIMIT);
    let noted = noted(journal);
    assert!(before < noted && noted < LINES, "{noted}: {talk}");
    (code, talk)
}

/// Sends the rest; how often each key stands in the topic.
fn resumed(topic: &str, journal: &Path) -> BTreeMap<String, usize> {
    let (before, all) = (noted(journal), (0..LINES).map(line).collect::<String>());
    let arguments = arguments(topic, journal);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let sent = run(&arguments, all);
    assert_eq!(sent.code, Some(0), "{}", sent.talk);
    let said = format!("{} delivered, 0 not written, 0 unknown", LINES - before);
    assert!(sent.talk.contains(&said), "{said}: {}", sent.talk);
    assert_eq!(noted(journal), LINES);
    let mut counts = BTreeMap::new();
    for record in records(&consume(topic, &["--until-end"])) {
        assert_eq!(record["key"], record["value"]["id"]);
        let key = record["key"].as_str().unwrap();
        *counts.entry(key.to_owned()).or_default() += 1;
    }
    counts
}

#[test]
#[ignore = "needs WIREFORM_BROKERS and WIREFORM_REGISTRY_URL"]
fn interrupted_twice_every_line_is_sent_once() {
    let (topic, journal) = (unique("interrupted"), folder("servers-int").join("sent"));
    for _ in 0..2 {
        let (code, talk) = broken_off(&topic, &journal, "-INT");
        assert_eq!(code, Some(1), "{talk}");
        assert!(talk.contains("interrupted: "), "{talk}");
        assert!(talk.contains(" 0 not written, 0 unknown"), "{talk}");
    }
    let counts = resumed(&topic, &journal);
    assert_eq!(counts.len(), LINES);
    assert_eq!(counts.values().max(), Some(&1));
}

/// What was sent since the last note is sent again; nothing is left out.
#[test]
#[ignore = "needs WIREFORM_BROKERS and WIREFORM_REGISTRY_URL"]
fn killed_no_line_is_left_out() {
    let (topic, journal) = (unique("killed"), folder("servers-kill").join("sent"));
    assert_eq!(broken_off(&topic, &journal, "-KILL").0, None);
    let counts = resumed(&topic, &journal);
    assert_eq!(counts.len(), LINES);
    assert!(counts.values().all(|count| *count <= 2));
}
