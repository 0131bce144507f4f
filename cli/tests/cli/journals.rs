//! The journal of `produce` when a broker does not write a record.

use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use wireform_limits::{LIMIT, ended};

use super::brokers::PATIENCE;
use super::kafka::noted;
use super::{command, folder, lines, run};

#[test]
fn only_the_line_that_was_not_written_is_sent_again() {
    let cluster = MockCluster::<DefaultProducerContext>::new(1).unwrap();
    let brokers = cluster.bootstrap_servers();
    cluster.create_topic("t", 1, 1).unwrap();
    let folder = folder("journals-not-written");
    let file = |name: &str| folder.join(name).display().to_string();
    std::fs::write(folder.join("any.json"), "true").unwrap();
    let (schema, journal) = (file("any.json"), file("sent"));
    let mut arguments = vec!["produce", "--brokers", &brokers, "--topic", "t"];
    arguments.extend(["--schema", &schema, "--journal", &journal]);
    let invalid = RDKafkaRespErr::RD_KAFKA_RESP_ERR_INVALID_RECORD;
    let input = "1\n2\n3\n4\n";
    let mut child = command(&arguments)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let talk = lines(child.stderr.take().unwrap());
    stdin.write_all(b"1\n").unwrap();
    let start = Instant::now();
    while noted(&journal) < 1 {
        assert!(start.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(20));
    }
    cluster.request_errors(RDKafkaApiKey::Produce, &[invalid]);
    stdin.write_all(b"2\n").unwrap();
    let said = talk.recv_timeout(PATIENCE).unwrap();
    assert!(said.starts_with("line 2: "), "{said}");
    stdin.write_all(b"3\n4\n").unwrap();
    drop(stdin);
    let said = talk.recv_timeout(PATIENCE).unwrap();
    let expected = "4 lines: 3 delivered, 1 not written, 0 unknown";
    assert!(said.starts_with(expected), "{said}");
    assert_eq!(ended(child, LIMIT).status.code(), Some(3));
    // It is refused again, and the lines after it are not sent again.
    cluster.request_errors(RDKafkaApiKey::Produce, &[invalid]);
    let second = run(&arguments, input);
    assert_eq!(second.code, Some(3), "{}", second.talk);
    let said = "1 line: 0 delivered, 1 not written";
    assert!(second.talk.contains(said), "{}", second.talk);
    let third = run(&arguments, input);
    assert_eq!(third.code, Some(0), "{}", third.talk);
    assert!(third.talk.contains("1 line: 1 delivered"), "{}", third.talk);
    let fourth = run(&arguments, input);
    assert_eq!(fourth.code, Some(0), "{}", fourth.talk);
    assert!(fourth.talk.contains("0 lines: "), "{}", fourth.talk);
}
