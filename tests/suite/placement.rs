//! Keys go where Java's producer puts them.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use wireform::{Bytes, Utf8};
use wireform_limits::{BUILD_LIMIT, LIMIT, ended, join};
use wireform_producer::{EmbeddedCluster, Producer, Record, Topic, java_partition};
use wireform_tests::workspace::root;

const PARTITIONS: i32 = 97;

/// Lengths from none to 1 KiB, and bytes that are no text.
fn keys(count: u32) -> Vec<Vec<u8>> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let key = |number: u32| {
        let length = match number {
            0 => 0,
            1 => 1024,
            _ if number.is_multiple_of(1000) => next() % 1025,
            _ => next() % 33,
        };
        (0..length).map(|_| next().to_le_bytes()[3]).collect()
    };
    (0..count).map(key).collect()
}

fn java_places(keys: &[Vec<u8>]) -> Vec<i32> {
    let mut child = Command::new(root().join("tests/interop/key-places"))
        .arg(PARTITIONS.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = String::new();
    for key in keys {
        for byte in key {
            write!(lines, "{byte:02x}").unwrap();
        }
        lines.push('\n');
    }
    let mut input = child.stdin.take().unwrap();
    let writing = thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = ended(child, BUILD_LIMIT);
    join(writing, LIMIT);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line.parse().unwrap()).collect()
}

#[test]
#[ignore = "needs a JDK and Maven Central"]
fn hundred_thousand_keys_go_where_java_puts_them() {
    let keys = keys(100_000);
    let java = java_places(&keys);
    assert_eq!(java.len(), keys.len());
    let ours: Vec<_> = keys
        .iter()
        .map(|key| java_partition(key, PARTITIONS))
        .collect();
    assert!(ours == java, "java_partition differs");

    let cluster = EmbeddedCluster::start().unwrap();
    cluster.create_topic("keys", PARTITIONS).unwrap();
    let producer = Producer::builder().cluster(&cluster).build().unwrap();
    let topic: Topic<[u8], str> = producer.topic("keys", Bytes, Utf8).unwrap();
    let records = keys.iter().map(|key| Record::new("x").key(&**key));
    let placed: Vec<_> = topic
        .send_all_blocking(records)
        .unwrap()
        .into_iter()
        .map(|outcome| outcome.unwrap().partition)
        .collect();
    assert!(placed == java, "the producer differs");
    let report = producer.close_blocking(Duration::from_secs(30)).unwrap();
    println!("{} keys where Java puts them", report.delivered);
}
