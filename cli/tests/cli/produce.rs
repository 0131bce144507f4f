//! What `produce` makes of each line, and of its journal.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use wireform_limits::{LIMIT, output, signal};
use wireform_producer::EmbeddedCluster;

use super::{Run, command, folder, lines, run};

/// A cluster with the topics `t` and `other`, and a folder with a schema that takes any JSON value.
struct Place {
    cluster: EmbeddedCluster,
    folder: PathBuf,
}

impl Place {
    fn new(name: &str) -> Self {
        let cluster = EmbeddedCluster::start().unwrap();
        for topic in ["t", "other"] {
            cluster.create_topic(topic, 1).unwrap();
        }
        let folder = folder(&format!("produce-{name}"));
        std::fs::write(folder.join("any.json"), "true").unwrap();
        let ids = r#"{"type": "object", "required": ["id"]}"#;
        std::fs::write(folder.join("ids.json"), ids).unwrap();
        Self { cluster, folder }
    }

    fn file(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// The arguments of a run with the schema of this file, to `t` unless `more` says otherwise.
    fn arguments(&self, schema: &str, more: &[&str]) -> Vec<String> {
        let schema = self.file(schema);
        let mut all = vec!["produce", "--brokers", self.cluster.brokers()];
        all.extend(["--schema", &schema]);
        if !more.contains(&"--topic") {
            all.extend(["--topic", "t"]);
        }
        all.extend(more);
        all.into_iter().map(str::to_owned).collect()
    }

    fn produce(&self, schema: &str, more: &[&str], input: impl AsRef<[u8]>) -> Run {
        run(&strs(&self.arguments(schema, more)), input)
    }

    fn spawn(&self, schema: &str, more: &[&str], input: Stdio) -> Child {
        let arguments = self.arguments(schema, more);
        let mut command = command(&strs(&arguments));
        command.stdin(input).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The values of a topic.
    fn values(&self, topic: &str) -> Vec<String> {
        let brokers = self.cluster.brokers();
        let arguments = ["consume", "--brokers", brokers, "--topic", topic];
        let read = run(&[&arguments[..], &["--until-end"]].concat(), "");
        assert_eq!(read.code, Some(0), "{}", read.talk);
        let value = |line: &str| {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            record["value"].to_string()
        };
        read.out.lines().map(value).collect()
    }

    /// Waits until `t` has so many records.
    fn wait_for(&self, count: usize) {
        let patience = Instant::now();
        while self.values("t").len() < count {
            assert!(patience.elapsed() < Duration::from_secs(30));
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn strs(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

#[track_caller]
fn check(run: &Run, code: i32, said: &[&str]) {
    assert_eq!(run.code, Some(code), "{}", run.talk);
    for said in said {
        assert!(run.talk.contains(said), "{said:?} in {}", run.talk);
    }
}

/// How a run ended.
#[track_caller]
fn ended(child: Child) -> Run {
    wireform_limits::ended(child, LIMIT).into()
}

#[test]
fn a_record_over_the_size_limit_is_refused_and_the_others_are_sent() {
    let place = Place::new("large");
    let large = format!("\"{}\"", "x".repeat(2_000_000));
    let sent = place.produce("any.json", &[], format!("1\n2\n{large}\n4\n"));
    check(
        &sent,
        1,
        &["line 3: ", "4 lines: 3 delivered, 1 refused, 0 not written"],
    );
    assert_eq!(place.values("t"), ["1", "2", "4"]);
}

#[test]
fn a_line_over_64_mib_is_refused_and_the_others_are_sent() {
    let place = Place::new("long");
    let mut input = b"1\n\"".to_vec();
    input.resize(input.len() + (64 << 20) + 17, b'x');
    input.extend_from_slice(b"\"\n3\n");
    let sent = place.produce("any.json", &[], input);
    check(
        &sent,
        1,
        &[
            "line 2: the line is over 64 MiB",
            "3 lines: 2 delivered, 1 refused, 0 not written",
        ],
    );
    assert_eq!(place.values("t"), ["1", "3"]);
}

#[test]
fn lines_that_do_not_fit_are_counted() {
    let place = Place::new("count");
    let input = b"{\"id\":1}\nnonsense\n{\"id\":2}\n\xff\n\n{}\n";
    let sent = place.produce("ids.json", &[], input);
    check(
        &sent,
        1,
        &[
            "line 2: ",
            "line 4: ",
            "line 6: ",
            "6 lines: 2 delivered, 3 refused, 1 empty, 0 not written, 0 unknown",
        ],
    );
}

/// A socket whose other end is reset: its data comes first, then an error.
fn failing_input(text: &str) -> (OwnedFd, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut input = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut other, _) = listener.accept().unwrap();
    other.write_all(text.as_bytes()).unwrap();
    // A socket that is closed before it read everything sends a reset.
    input.write_all(b"unread").unwrap();
    (input.into(), other)
}

#[test]
fn a_read_error_of_the_input_is_reported_after_what_was_read_is_delivered() {
    let place = Place::new("read-error");
    let (input, other) = failing_input("1\n2\n");
    let child = place.spawn("any.json", &[], Stdio::from(input));
    place.wait_for(2);
    drop(other);
    let ended = ended(child);
    check(
        &ended,
        3,
        &[
            "2 lines: 2 delivered, 0 not written, 0 unknown",
            "error: ",
            "reset",
        ],
    );
}

/// The numbers and the reason, whatever refused the record.
#[test]
fn what_the_broker_refuses_has_its_line_and_reason() {
    let cluster = MockCluster::<DefaultProducerContext>::new(1).unwrap();
    let brokers = cluster.bootstrap_servers();
    cluster.create_topic("t", 1, 1).unwrap();
    let too_large = RDKafkaRespErr::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
    cluster.request_errors(RDKafkaApiKey::Produce, &[too_large; 1]);
    let schema = folder("produce-refused").join("any.json");
    std::fs::write(&schema, "true").unwrap();
    let schema = schema.display().to_string();
    let arguments = ["produce", "--brokers", &brokers, "--topic", "t"];
    let sent = run(&[&arguments[..], &["--schema", &schema]].concat(), "1\n");
    check(
        &sent,
        1,
        &[
            "line 1: ",
            "message size too large",
            "1 line: 0 delivered, 1 refused, 0 not written, 0 unknown",
        ],
    );
}

#[test]
fn a_journal_that_cannot_be_written_is_an_error_before_the_first_record() {
    let place = Place::new("unwritable");
    let journal = place.file("nowhere/sent");
    let sent = place.produce("any.json", &["--journal", &journal], "1\n2\n");
    check(&sent, 3, &[&journal]);
    assert_eq!(place.values("t"), [""; 0]);
}

#[test]
fn a_journal_of_another_topic_is_refused() {
    let place = Place::new("other-topic");
    let journal = place.file("sent");
    check(
        &place.produce("any.json", &["--journal", &journal], "1\n2\n"),
        0,
        &["2 delivered"],
    );
    let other = place.produce(
        "any.json",
        &["--journal", &journal, "--topic", "other"],
        "1\n2\n3\n",
    );
    check(&other, 2, &[&journal, "topic \"t\"", "\"other\""]);
    assert_eq!(place.values("other"), [""; 0]);
}

#[test]
fn a_journal_of_another_cluster_is_refused() {
    let (place, other) = (Place::new("other-cluster-a"), Place::new("other-cluster-b"));
    let journal = place.file("sent");
    check(
        &place.produce("any.json", &["--journal", &journal], "1\n"),
        0,
        &["1 delivered"],
    );
    let refused = other.produce("any.json", &["--journal", &journal], "1\n2\n");
    check(&refused, 2, &[&journal, "cluster"]);
    assert_eq!(other.values("t"), [""; 0]);
}

#[test]
fn a_journal_of_another_input_is_refused() {
    let place = Place::new("other-input");
    let journal = place.file("sent");
    check(
        &place.produce("any.json", &["--journal", &journal], "1\n2\n"),
        0,
        &["2 delivered"],
    );
    for input in ["1\n7\n3\n", "1\n\n2\n3\n", "7\n2\n3\n"] {
        let refused = place.produce("any.json", &["--journal", &journal], input);
        check(&refused, 2, &[&journal, "another input"]);
    }
    assert_eq!(place.values("t"), ["1", "2"]);
    // The same input, longer, goes on.
    let sent = place.produce("any.json", &["--journal", &journal], "1\n2\n3\n");
    check(&sent, 0, &["1 line: 1 delivered"]);
    assert_eq!(place.values("t"), ["1", "2", "3"]);
}

#[test]
fn a_journal_ahead_of_the_input_is_refused() {
    let place = Place::new("ahead");
    let journal = place.file("sent");
    check(
        &place.produce("any.json", &["--journal", &journal], "1\n2\n3\n"),
        0,
        &["3 delivered"],
    );
    for input in ["", "1\n", "1\n2\n"] {
        let refused = place.produce("any.json", &["--journal", &journal], input);
        check(&refused, 2, &[&journal, "3 lines"]);
    }
}

#[test]
fn two_runs_at_once_with_one_journal_are_refused() {
    let place = Place::new("locked");
    let journal = place.file("sent");
    let journal = ["--journal", &*journal];
    let mut first = place.spawn("any.json", &journal, Stdio::piped());
    let mut input = first.stdin.take().unwrap();
    input.write_all(b"1\n").unwrap();
    place.wait_for(1);
    let second = place.produce("any.json", &journal, "1\n2\n");
    check(&second, 3, &[journal[1], "in use"]);
    drop(input);
    check(&ended(first), 0, &["1 delivered"]);
    assert_eq!(place.values("t"), ["1"]);
    let third = place.produce("any.json", &journal, "1\n2\n");
    check(&third, 0, &["1 line: 1 delivered"]);
}

/// What was refused is not forgotten: the next run tries it again, and says how that ended.
#[test]
fn refused_lines_are_tried_again_by_the_next_run() {
    let place = Place::new("again");
    let journal = place.file("sent");
    let journal = ["--journal", &*journal];
    let input = "{\"id\":1}\n{}\n{\"id\":3}\n";
    for _ in 0..2 {
        let sent = place.produce("ids.json", &journal, input);
        check(&sent, 1, &["line 2: ", "1 refused"]);
        assert_eq!(place.values("t").len(), 2);
    }
    let sent = place.produce("any.json", &journal, format!("{input}4\n"));
    check(&sent, 0, &["2 lines: 2 delivered"]);
    assert_eq!(place.values("t").len(), 4);
    let sent = place.produce("any.json", &journal, format!("{input}4\n"));
    check(&sent, 0, &["0 lines: 0 delivered"]);
}

#[test]
fn a_journal_of_the_old_format_or_another_file_is_refused_and_left_as_it_is() {
    let place = Place::new("formats");
    for (text, said) in [("1\n", "earlier version"), ("not a journal\n", "journal")] {
        let journal = place.file("old");
        std::fs::write(&journal, text).unwrap();
        let refused = place.produce("any.json", &["--journal", &journal], "1\n2\n");
        check(&refused, 2, &[&journal, said]);
        assert_eq!(std::fs::read_to_string(&journal).unwrap(), text);
    }
    assert_eq!(place.values("t"), [""; 0]);
}

/// A power cut may leave half of the last line.
#[test]
fn half_a_line_at_the_journals_end_is_left_out() {
    let place = Place::new("half");
    let journal = place.file("sent");
    let arguments = ["--journal", &*journal];
    check(
        &place.produce("any.json", &arguments, "1\n2\n"),
        0,
        &["2 delivered"],
    );
    let text = std::fs::read_to_string(&journal).unwrap();
    std::fs::write(&journal, format!("{text}{{\"line\":3,\"ha")).unwrap();
    check(
        &place.produce("any.json", &arguments, "1\n2\n3\n"),
        0,
        &["1 line: 1 delivered"],
    );
    check(
        &place.produce("any.json", &arguments, "1\n2\n3\n4\n"),
        0,
        &["1 line: 1 delivered"],
    );
    assert_eq!(place.values("t"), ["1", "2", "3", "4"]);
}

/// No file may grow, as on a full disk.
#[test]
fn a_journal_on_a_full_disk_is_an_error_before_the_first_record() {
    let place = Place::new("full");
    let journal = place.file("sent");
    let arguments = place.arguments("any.json", &["--journal", &journal]);
    let script = "trap '' XFSZ; ulimit -f 0; printf '1\n2\n' | exec \"$@\"";
    let mut shell = Command::new("sh");
    shell
        .args(["-c", script, "sh", env!("CARGO_BIN_EXE_wireform")])
        .args(arguments);
    let output = output(&mut shell, LIMIT);
    let talk = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{talk}");
    assert!(talk.contains(&journal), "{talk}");
    assert_eq!(place.values("t"), [""; 0]);
}

#[test]
fn a_terminated_run_delivers_what_it_took_and_reports() {
    let place = Place::new("terminated");
    for name in ["-TERM", "-INT"] {
        let before = place.values("t").len();
        let mut child = place.spawn("any.json", &[], Stdio::piped());
        let mut input = child.stdin.take().unwrap();
        input.write_all(b"1\n2\n").unwrap();
        place.wait_for(before + 2);
        signal(&child, name);
        let ended = ended(child);
        check(&ended, 1, &["interrupted: ", "2 lines: 2 delivered"]);
        drop(input);
    }
}

/// With a broker that does not answer, the first signal says what is waited for, and the second one
/// ends the run with its report.
#[test]
fn a_second_signal_ends_the_wait_with_a_report() {
    let place = Place::new("given-up");
    // While the input is waited for, and after its end.
    for has_more in [true, false] {
        check_given_up(&place, has_more);
    }
}

#[track_caller]
fn check_given_up(place: &Place, has_more: bool) {
    let schema = place.file("any.json");
    let arguments = ["produce", "--brokers", "127.0.0.1:1", "--topic", "t"];
    let mut child = command(&[&arguments[..], &["--schema", &schema]].concat())
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"1\n2\n").unwrap();
    let input = Some(input).filter(|_| has_more);
    std::thread::sleep(Duration::from_millis(1500));
    signal(&child, "-INT");
    let talk = lines(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("waiting for 2 records") {
        said += &talk.recv_timeout(LIMIT).unwrap();
    }
    signal(&child, "-INT");
    assert_eq!(ended(child).code, Some(1), "{said}");
    said.extend(talk.iter());
    assert!(
        said.contains("2 lines: 0 delivered, 0 not written, 2 unknown"),
        "{said}"
    );
    drop(input);
}

/// What a broker did not write is not delivered for the journal: the next run sends it.
#[test]
fn records_that_are_not_written_are_sent_by_the_next_run() {
    let cluster = MockCluster::<DefaultProducerContext>::new(1).unwrap();
    let brokers = cluster.bootstrap_servers();
    cluster.create_topic("t", 1, 1).unwrap();
    let forbidden = RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    let folder = folder("produce-not-written");
    let file = |name: &str| folder.join(name).display().to_string();
    std::fs::write(folder.join("any.json"), "true").unwrap();
    let (schema, journal) = (file("any.json"), file("sent"));
    let all = ["produce", "--brokers", &brokers, "--topic", "t"];
    let arguments = [&all[..], &["--schema", &schema, "--journal", &journal]].concat();
    check(&run(&arguments, "1\n"), 0, &["1 line: 1 delivered"]);
    cluster.request_errors(RDKafkaApiKey::Produce, &[forbidden]);
    let input = "1\n\n3\n";
    let failed = run(&arguments, input);
    check(
        &failed,
        3,
        &[
            "line 3: ",
            "topic authorization failed",
            "2 lines: 0 delivered, 1 empty, 1 not written, 0 unknown",
        ],
    );
    check(&run(&arguments, input), 0, &["1 line: 1 delivered"]);
    check(&run(&arguments, input), 0, &["0 lines: 0 delivered"]);
}
