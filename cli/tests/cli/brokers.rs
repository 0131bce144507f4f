//! Brokers that cannot be reached, refuse, or come and go.

use std::io::Write as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use wireform_limits::{LIMIT, ended, kill, signal};
use wireform_producer::EmbeddedCluster;

use super::credentials::Recorder;
use super::{Run, command, folder, lines, run};

pub(super) const PATIENCE: Duration = Duration::from_secs(30);

fn any_schema(name: &str) -> String {
    let schema = folder(&format!("brokers-{name}")).join("any.json");
    std::fs::write(&schema, "true").unwrap();
    schema.display().to_string()
}

/// Waits until a run says this while it still tries.
#[track_caller]
fn expect_said(mut child: Child, said: &str) {
    let talk = lines(child.stderr.take().unwrap());
    let start = Instant::now();
    let mut all = Vec::new();
    let found = loop {
        let line = talk.recv_timeout(PATIENCE.saturating_sub(start.elapsed()));
        let Ok(line) = line else { break false };
        let is_found = line.contains(said);
        all.push(line);
        if is_found {
            break child.try_wait().unwrap().is_none();
        }
    };
    kill(&mut child);
    assert!(found, "{said}: {all:?}");
}

fn consume(brokers: &str, more: &[&str]) -> Child {
    let all = ["consume", "--brokers", brokers, "--topic", "t"];
    let mut command = command(&[&all[..], more].concat());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn produce(name: &str, brokers: &str, more: &[&str]) -> Child {
    let schema = any_schema(name);
    let all = ["produce", "--brokers", brokers, "--topic", "t", "--schema"];
    let mut command = command(&[&all[..], &[&schema], more].concat());
    command.stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"1\n").unwrap();
    child
}

#[test]
fn consume_says_that_a_connection_is_refused_while_it_tries() {
    expect_said(consume("127.0.0.1:1", &[]), "Connection refused");
}

#[test]
fn produce_says_that_a_connection_is_refused_while_it_tries() {
    let child = produce("refused", "127.0.0.1:1", &[]);
    expect_said(child, "Connection refused");
}

#[test]
fn an_unknown_host_is_said() {
    let brokers = "nowhere.invalid:9092";
    expect_said(consume(brokers, &[]), "nowhere.invalid");
    expect_said(produce("host", brokers, &[]), "nowhere.invalid");
}

/// A server whose certificate no authority of this machine signed.
#[test]
fn a_certificate_that_is_not_trusted_is_said() {
    let server = Recorder::tls();
    let brokers = server.url.trim_start_matches("https://");
    let tls = ["--set", "security.protocol=ssl"];
    expect_said(consume(brokers, &tls), "certificate");
    expect_said(produce("trust", brokers, &tls), "certificate");
}

#[test]
fn settings_of_secured_brokers_are_accepted() {
    let secured = [
        "--set",
        "security.protocol=sasl_ssl",
        "--set",
        "sasl.mechanism=SCRAM-SHA-512",
        "--set",
        "sasl.username=user",
        "--set",
        "sasl.password=CANARY",
    ];
    expect_said(consume("127.0.0.1:1", &secured), "Connection refused");
    let sent = produce(
        "secured",
        "127.0.0.1:1",
        &[&secured[..], &["--timeout", "1"]].concat(),
    );
    let ended = ended(sent, LIMIT);
    let talk = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(3), "{talk}");
    assert!(
        talk.contains("1 line: 0 delivered, 1 not written"),
        "{talk}"
    );
    assert!(
        talk.contains("line 1: ") && talk.contains("timed out"),
        "{talk}"
    );
    assert!(!talk.contains("CANARY"), "{talk}");
}

#[test]
fn a_setting_that_does_not_exist_or_has_no_value_shows_no_secret() {
    for setting in ["sasl.passwrd=CANARY", "sasl.password CANARY", "=CANARY"] {
        for verb in [
            &["consume"][..],
            &["produce", "--schema", &any_schema("secrets")],
        ] {
            let more = ["--brokers", "127.0.0.1:1", "--topic", "t", "--set", setting];
            let refused = run(&[verb, &more].concat(), "");
            assert_eq!(refused.code, Some(2), "{}", refused.talk);
            assert!(!refused.talk.contains("CANARY"), "{}", refused.talk);
        }
    }
}

#[test]
fn topics_of_every_compression_are_read() {
    for codec in ["gzip", "lz4", "snappy", "zstd"] {
        let cluster = EmbeddedCluster::start().unwrap();
        cluster.create_topic("t", 1).unwrap();
        let schema = any_schema(codec);
        let all = ["produce", "--brokers", cluster.brokers(), "--topic", "t"];
        let setting = format!("compression.type={codec}");
        let more = ["--schema", &schema, "--set", &setting];
        let value = "\"x\"\n".repeat(200);
        let sent = run(&[&all[..], &more].concat(), value);
        assert_eq!(sent.code, Some(0), "{codec}: {}", sent.talk);
        let all = ["consume", "--brokers", cluster.brokers(), "--topic", "t"];
        let read = run(&[&all[..], &["--until-end"]].concat(), "");
        assert_eq!(read.code, Some(0), "{codec}: {}", read.talk);
        assert_eq!(read.out.lines().count(), 200, "{codec}");
    }
}

/// A tail of a topic goes on when its broker was away.
#[test]
fn consume_goes_on_when_the_broker_comes_back() {
    let cluster = MockCluster::<DefaultProducerContext>::new(1).unwrap();
    let brokers = cluster.bootstrap_servers();
    cluster.create_topic("t", 1, 1).unwrap();
    let send = |name: &str| {
        let sent = ended(produce(name, &brokers, &[]), LIMIT);
        assert_eq!(sent.status.code(), Some(0));
    };
    send("before");
    let mut child = consume(&brokers, &["--count", "2"]);
    let out = lines(child.stdout.take().unwrap());
    let talk = lines(child.stderr.take().unwrap());
    assert!(out.recv_timeout(PATIENCE).unwrap().contains("\"value\":1"));
    cluster.broker_down(1).unwrap();
    // It is said, and the run does not end.
    let said = talk.recv_timeout(PATIENCE).unwrap();
    assert!(said.starts_with("broker 127.0.0.1:"), "{said}");
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(child.try_wait().unwrap(), None);
    cluster.broker_up(1).unwrap();
    send("after");
    let next = out.recv_timeout(PATIENCE);
    kill(&mut child);
    assert!(next.is_ok_and(|line| line.contains("\"offset\":1")));
}

#[test]
fn a_terminated_consumer_says_how_many_it_read() {
    let cluster = EmbeddedCluster::start().unwrap();
    cluster.create_topic("t", 1).unwrap();
    let sent = produce("terminated", cluster.brokers(), &[]);
    assert_eq!(ended(sent, LIMIT).status.code(), Some(0));
    let mut child = consume(cluster.brokers(), &[]);
    let out = lines(child.stdout.take().unwrap());
    out.recv_timeout(PATIENCE).unwrap();
    signal(&child, "-TERM");
    let run = Run::from(ended(child, LIMIT));
    assert_eq!(run.code, Some(0), "{}", run.talk);
    assert_eq!(run.talk, "1 record\n");
}

/// There is nothing to be waited for before a broker answered.
#[test]
fn the_first_signal_ends_a_run_that_no_broker_answered() {
    let journal = folder("brokers-interrupted").join("sent");
    let journal = journal.display().to_string();
    let nowhere = "127.0.0.1:1";
    for mut child in [
        consume(nowhere, &[]),
        produce("interrupted", nowhere, &["--journal", &journal]),
    ] {
        let talk = lines(child.stderr.take().unwrap());
        talk.recv_timeout(PATIENCE).unwrap();
        signal(&child, "-TERM");
        let start = Instant::now();
        let mut status = None;
        // Consume gives up after 20 s by itself.
        while status.is_none() && start.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(20));
            status = child.try_wait().unwrap();
        }
        kill(&mut child);
        assert!(status.is_some_and(|status| !status.success()));
    }
}
