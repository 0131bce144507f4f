//! How records are shown, and which.

mod contexts;

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use wireform_limits::{LIMIT, ended, signal};
use wireform_producer::{EmbeddedCluster, Producer, Record, Timestamp};

use super::{Run, command, data, folder, lines, run};

/// A cluster with one topic, `t`, of one partition.
fn cluster() -> EmbeddedCluster {
    let cluster = EmbeddedCluster::start().unwrap();
    cluster.create_topic("t", 1).unwrap();
    cluster
}

/// Sends keys and values as they are.
fn send(cluster: &EmbeddedCluster, records: &[(&[u8], Option<&[u8]>)]) {
    let producer = Producer::builder().brokers(cluster.brokers()).build();
    let producer = producer.unwrap();
    let topic = producer
        .topic::<[u8], [u8]>("t", wireform::Bytes, wireform::Bytes)
        .unwrap();
    for (key, value) in records {
        let record = match value {
            Some(value) => Record::new(*value),
            None => Record::tombstone(),
        };
        let at = Timestamp::from_millis(1_700_000_000_123).unwrap();
        let record = record.key(*key).timestamp(at).header("source", "test\x1b");
        topic
            .send_with(record, |sent| assert!(sent.is_ok()))
            .unwrap();
    }
    let report = producer.close_blocking(Duration::from_secs(20)).unwrap();
    assert_eq!(report.not_written + report.unknown, 0);
}

fn consume(cluster: &EmbeddedCluster, more: &[&str]) -> Run {
    let all = ["consume", "--brokers", cluster.brokers(), "--topic", "t"];
    run(&[&all[..], more].concat(), "")
}

fn records(run: &Run) -> Vec<Value> {
    let lines = run.out.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_block_shows_a_record_to_people() {
    let cluster = cluster();
    let order = br#"{"total":1.50,"tags":[]}"#;
    send(
        &cluster,
        &[
            (b"o-1", Some(order)),
            (b"\xff", Some(b"\xff\xfe 0123456789 0123")),
            (b"o-1", None),
        ],
    );
    let shown = consume(&cluster, &["--until-end", "--output", "text"]);
    let expected = "\
t partition 0 offset 0, 2023-11-14T22:13:20.123Z
  key     o-1
  header  content-type: application/octet-stream
  header  source: test\u{fffd}
  value   {
            \"total\": 1.50,
            \"tags\": []
          }

t partition 0 offset 1, 2023-11-14T22:13:20.123Z
  key     0xff
  header  content-type: application/octet-stream
  header  source: test\u{fffd}
  error   the payload has no schema id and is not UTF-8 text
  hex     000000  fffe 2030 3132 3334 3536 3738 3920 3031  .. 0123456789 01
          000010  3233                                     23

t partition 0 offset 2, 2023-11-14T22:13:20.123Z
  key     o-1
  header  source: test\u{fffd}
  value   none: a tombstone

";
    assert_eq!(shown.out, expected);
    assert_eq!(shown.code, Some(1));
    assert_eq!(shown.talk, "3 records, 1 of them not readable\n");
    assert!(expected.lines().all(|line| line.chars().count() < 80));
    let hex = consume(
        &cluster,
        &["--until-end", "--output", "text", "--hex", "--count", "1"],
    );
    let dump = "  hex     000000  7b22 746f 7461 6c22 3a31 2e35 302c 2274  {\"total\":1.50,\"t\n";
    assert!(hex.out.contains(dump), "{}", hex.out);
}

/// More digits than a double has, and fields in their order; a record stays one line.
#[test]
fn json_is_shown_as_it_was_written() {
    let cluster = cluster();
    let long = b"{\"z\": 12345678901234567890123.45,\n \"a\": 1e400}";
    send(&cluster, &[(b"k", Some(long)), (b"k", Some(b"null"))]);
    let read = consume(&cluster, &["--until-end"]);
    let lines: Vec<&str> = read.out.lines().collect();
    let value = ",\"value\":{\"z\":12345678901234567890123.45,\"a\":1e400}}";
    assert_eq!(lines.len(), 2, "{}", read.out);
    assert!(lines[0].ends_with(value), "{}", read.out);
    assert!(lines[1].ends_with(",\"value\":null}"), "{}", read.out);
}

#[test]
fn reading_begins_where_it_is_told() {
    let cluster = cluster();
    let values = [b"0", b"1", b"2", b"3"];
    let all: Vec<(&[u8], Option<&[u8]>)> = values
        .iter()
        .map(|value| (&b"k"[..], Some(&value[..])))
        .collect();
    send(&cluster, &all);
    for (from, expected) in [
        ("beginning", &[0, 1, 2, 3][..]),
        ("0", &[0, 1, 2, 3]),
        ("2", &[2, 3]),
        ("99", &[]),
        ("-1", &[3]),
        ("-99", &[0, 1, 2, 3]),
        ("end", &[]),
    ] {
        let read = consume(&cluster, &["--from", from, "--until-end"]);
        let offsets: Vec<i64> = records(&read)
            .iter()
            .map(|record| record["offset"].as_i64().unwrap())
            .collect();
        assert_eq!(offsets, expected, "--from {from}: {}", read.talk);
        assert_eq!(read.code, Some(0));
    }
    let one = consume(&cluster, &["--partition", "0", "--count", "1"]);
    assert_eq!((records(&one).len(), &*one.talk), (1, "1 record\n"));
    let none = consume(&cluster, &["--partition", "7", "--until-end"]);
    assert_eq!(none.code, Some(3), "{}", none.talk);
    let wrong = consume(&cluster, &["--from", "yesterday"]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.talk);
}

#[test]
fn a_schema_reads_values_that_name_none() {
    let cluster = cluster();
    let values: [&[u8]; 3] = [b"\x06o-1\x04", b"\0\0\0\0\x09\x06o-1\x04", b"\x06o"];
    let all: Vec<_> = values
        .iter()
        .map(|value| (&b"k"[..], Some(*value)))
        .collect();
    send(&cluster, &all);
    let schema = data("order_v1.avsc");
    let read = consume(&cluster, &["--schema", &schema, "--until-end"]);
    let found = records(&read);
    let order = json!({"id": "o-1", "quantity": 2});
    assert_eq!([&found[0]["value"], &found[1]["value"]], [&order, &order]);
    assert_eq!(found[2]["hex"], "066f");
    assert_eq!(read.code, Some(1));
}

/// A key that begins with zeros is no frame unless the topic's keys have that schema.
#[test]
fn keys_are_read_by_the_schema_of_the_topics_keys() {
    let cluster = cluster();
    let served = super::registry::Served::start();
    let schema = folder("keys").join("key.avsc").display().to_string();
    std::fs::write(&schema, "\"long\"").unwrap();
    let key: &[u8] = b"\0\0\0\0\x01\x54";
    send(
        &cluster,
        &[(key, Some(b"1")), (b"\0\0\0\0\0\0\0\x01", Some(b"2"))],
    );
    let options = ["--registry", served.url(), "--until-end"];
    let register = |subject: &str| {
        let arguments = [
            "registry",
            "--registry",
            served.url(),
            "register",
            subject,
            &schema,
        ];
        assert_eq!(run(&arguments, "").code, Some(0));
    };
    register("other-key");
    let read = records(&consume(&cluster, &options));
    assert_eq!(read[0]["key"], "\0\0\0\0\u{1}T");
    register("t-key");
    let read = records(&consume(&cluster, &options));
    assert_eq!(read[0]["key"], 42);
    assert_eq!(
        read[0]["key_schema"],
        "schema id 1, t-key version 1, other-key version 1"
    );
    assert_eq!(read[1]["key"], "\0\0\0\0\0\0\0\u{1}");
}

#[test]
fn ctrl_c_says_how_many_were_read() {
    let cluster = cluster();
    send(&cluster, &[(b"k", Some(b"1")), (b"k", Some(b"2"))]);
    let mut child = command(&["consume", "--brokers", cluster.brokers(), "--topic", "t"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let out = lines(child.stdout.take().unwrap());
    for _ in 0..2 {
        out.recv_timeout(LIMIT).unwrap();
    }
    signal(&child, "-INT");
    let ended = ended(child, LIMIT);
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "2 records\n");
    assert_eq!(ended.status.code(), Some(0));
}

/// Without a registry, what names a schema is not shown as if it was text.
#[test]
fn a_schema_id_without_a_registry_is_an_error_of_the_value_and_of_the_key() {
    let cluster = cluster();
    let framed: &[u8] = b"\0\0\0\0\x02\x06p-2\x04eu";
    send(
        &cluster,
        &[
            (b"k", Some(framed)),
            (b"k", Some(b"\0\0\0\0\x01\xff")),
            (framed, Some(b"1")),
            (b"\0\0\0\0\0\0\0\x01", Some(b"2")),
        ],
    );
    let read = consume(&cluster, &["--until-end"]);
    let found = records(&read);
    let error = |place: usize| found[place]["error"].as_str().unwrap_or_default();
    for (place, id) in [(0, "schema id 2"), (1, "schema id 1"), (2, "schema id 2")] {
        assert!(error(place).contains(id), "{}", read.out);
        assert!(error(place).contains("--registry"), "{}", read.out);
    }
    assert_eq!(
        found[0]["hex"],
        "00000000 02 06702d32 04 6575".replace(' ', "")
    );
    assert!(error(2).starts_with("key: "), "{}", read.out);
    assert_eq!(found[2]["value"], 1);
    // A number of eight bytes begins with zeros, too.
    assert_eq!(error(3), "");
    assert_eq!(read.talk, "4 records, 3 of them not readable\n");
    assert_eq!(read.code, Some(1));
    // A registry that does not have the id reads neither.
    let served = super::registry::Served::start();
    let read = consume(&cluster, &["--until-end", "--registry", served.url()]);
    let found = records(&read);
    assert!(found[2]["error"].as_str().unwrap().starts_with("key: "));
    assert_eq!(read.talk, "4 records, 3 of them not readable\n");
}

/// A record whose schema cannot be had does not end the run, whatever is wrong with the schema.
#[test]
fn one_schema_that_cannot_be_had_does_not_end_the_run() {
    let cluster = cluster();
    let url = super::stand_in::start(super::stand_in::with_faults);
    let values: Vec<Vec<u8>> = (2..6)
        .chain([1])
        .map(|id| vec![0, 0, 0, 0, id, 2, b'x'])
        .collect();
    let all: Vec<_> = values
        .iter()
        .map(|value| (&b"k"[..], Some(&**value)))
        .collect();
    send(&cluster, &all);
    let read = consume(&cluster, &["--registry", &url, "--until-end"]);
    let found = records(&read);
    assert_eq!(found.len(), 5, "{}{}", read.out, read.talk);
    for (record, part) in
        found
            .iter()
            .zip(["money", "Not for you", "", "not found in the registry"])
    {
        let error = record["error"].as_str().unwrap();
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(found[4]["value"], "x");
    assert_eq!(read.talk, "5 records, 4 of them not readable\n");
    assert_eq!(read.code, Some(1));
}

/// A registry that does not answer is an error of the run, and no record is left out.
#[test]
fn a_registry_that_does_not_answer_leaves_no_record_out() {
    let cluster = cluster();
    send(
        &cluster,
        &[
            (b"k", Some(b"1")),
            (b"k", Some(b"\0\0\0\0\x07\x02")),
            (b"k", Some(b"2")),
        ],
    );
    let registry = [
        "--registry",
        "http://127.0.0.1:1",
        "--registry-timeout",
        "1",
    ];
    let read = consume(&cluster, &[&registry[..], &["--until-end"]].concat());
    assert_eq!(read.code, Some(3), "{}", read.talk);
    let found = records(&read);
    assert_eq!(found.len(), 3, "{}", read.out);
    let error = found[1]["error"].as_str().unwrap();
    assert!(error.contains("127.0.0.1:1"), "{error}");
    assert_eq!(found[1]["hex"], "000000000702");
    assert_eq!(found[2]["value"], 2);
    let (counted, error) = read.talk.split_once('\n').unwrap();
    assert_eq!(counted, "3 records, 1 of them not readable");
    assert!(error.starts_with("error: "), "{error}");
}
