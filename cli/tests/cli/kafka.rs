use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use wireform_limits::{LIMIT, ended, signal};
use wireform_producer::EmbeddedCluster;

use super::{Run, command, data, folder, run};

/// How many lines a journal has as dealt with.
pub(super) fn noted(journal: impl AsRef<std::path::Path>) -> usize {
    let text = std::fs::read_to_string(journal).unwrap_or_default();
    let entries = text.lines().rev().map_while(|line| {
        let entry: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(entry["line"]["number"].as_u64())
    });
    let last = entries.flatten().next().unwrap_or_default();
    usize::try_from(last).unwrap()
}

#[test]
fn what_is_produced_is_consumed() {
    let cluster = EmbeddedCluster::start().unwrap();
    cluster.create_topic("orders", 3).unwrap();
    let schema = data("order_v1.avsc");
    let journal = folder("journal").join("sent").display().to_string();
    let produce = [
        "produce",
        "--brokers",
        cluster.brokers(),
        "--topic",
        "orders",
        "--schema",
        &schema,
        "--key",
        "id",
        "--header",
        "source=test",
        "--journal",
        &journal,
        "--framing",
        "none",
    ];
    // An empty line is no record, and is not waited for.
    let orders = "{\"id\":\"o-1\",\"quantity\":2}\n{\"id\":7}\n\n{\"id\":\"o-2\",\"quantity\":3}\n";
    let sent = run(&produce, orders);
    assert_eq!(sent.code, Some(1), "{}", sent.talk);
    assert!(sent.talk.contains("line 2: "), "{}", sent.talk);
    assert!(
        sent.talk
            .contains("4 lines: 2 delivered, 1 refused, 1 empty, 0 not written, 0 unknown"),
        "{}",
        sent.talk
    );
    assert_eq!(noted(&journal), 4);
    // Again, with one more line: only that is sent, and what was refused is tried again.
    let sent = run(
        &produce,
        format!("{orders}{{\"id\":\"o-3\",\"quantity\":4}}\n"),
    );
    assert!(
        sent.talk
            .contains("2 lines: 1 delivered, 1 refused, 0 not written, 0 unknown"),
        "{}",
        sent.talk
    );
    assert_eq!(sent.code, Some(1), "{}", sent.talk);
    assert_eq!(noted(&journal), 5);

    let consume = [
        "consume",
        "--brokers",
        cluster.brokers(),
        "--topic",
        "orders",
        "--until-end",
        "--hex",
    ];
    let read = run(&consume, "");
    let mut keys = Vec::new();
    for line in read.out.lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        keys.push(record["key"].as_str().unwrap().to_owned());
        let headers = record["headers"].to_string();
        assert!(headers.contains("[\"source\",\"test\"]"), "{headers}");
        assert!(
            headers.contains("[\"content-type\",\"application/avro\"]"),
            "{headers}"
        );
    }
    keys.sort();
    assert_eq!(keys, ["o-1", "o-2", "o-3"], "{}{}", read.out, read.talk);
    let two = run(
        &[
            "consume",
            "--brokers",
            cluster.brokers(),
            "--topic",
            "orders",
            "--count",
            "2",
        ],
        "",
    );
    assert_eq!(two.out.lines().count(), 2);
}

/// Values are shown as they were written: more digits than a double has, and names in their order.
#[test]
fn json_is_shown_as_it_was_written() {
    let cluster = EmbeddedCluster::start().unwrap();
    cluster.create_topic("any", 1).unwrap();
    let to = ["--brokers", cluster.brokers(), "--topic", "any"];
    let schema = folder("written").join("any.json");
    std::fs::write(&schema, "true").unwrap();
    let schema = schema.display().to_string();
    let lines = "{\"z\": 12345678901234567890123.45, \"a\": [1e300]}\n1E5\n";
    let sent = run(
        &[&["produce", "--schema", &schema][..], &to].concat(),
        lines,
    );
    assert_eq!(sent.code, Some(0), "{}", sent.talk);
    let read = run(&[&["consume", "--until-end"][..], &to].concat(), "");
    assert_eq!(read.code, Some(0), "{}", read.talk);
    let mut records = read.out.lines();
    for value in ["{\"z\":12345678901234567890123.45,\"a\":[1e300]}", "1E5"] {
        let record = records.next().unwrap();
        assert!(record.contains(&format!("\"value\":{value}")), "{record}");
    }
}

/// Ctrl-C delivers what was taken, writes the journal and says so.
#[test]
fn an_interrupted_run_goes_on_where_it_was() {
    let cluster = EmbeddedCluster::start().unwrap();
    cluster.create_topic("orders", 1).unwrap();
    let journal = folder("interrupted").join("sent");
    let produce = [
        "produce",
        "--brokers",
        cluster.brokers(),
        "--topic",
        "orders",
        "--schema",
        &data("order_v1.avsc"),
        "--journal",
        &journal.display().to_string(),
        "--framing",
        "none",
    ];
    let mut child = command(&produce)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let order = "{\"id\":\"o-1\",\"quantity\":2}\n";
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(order.repeat(1500).as_bytes()).unwrap();
    stdin.flush().unwrap();
    // It is at the end of what came, and waits for more.
    let patience = Instant::now();
    while noted(&journal) < 1500 && patience.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
    }
    signal(&child, "-INT");
    let Run { code, talk, .. } = ended(child, LIMIT).into();
    assert_eq!(code, Some(1), "{talk}");
    drop(stdin);
    assert!(
        talk.contains("interrupted: 1500 lines: 1500 delivered, 0 not written, 0 unknown"),
        "{talk}"
    );
    assert_eq!(noted(&journal), 1500);

    let again = run(&produce, order.repeat(1502));
    assert_eq!(again.code, Some(0), "{}", again.talk);
    assert!(
        again.talk.contains("2 delivered, 0 not written"),
        "{}",
        again.talk
    );
    assert!(
        again.talk.contains("the first 1500 lines"),
        "{}",
        again.talk
    );
}

#[test]
fn records_name_their_schema_and_the_registry_reads_them() {
    let cluster = EmbeddedCluster::start().unwrap();
    cluster.create_topic("orders", 1).unwrap();
    let served = super::registry::Served::start();
    let schema = data("order_v1.avsc");
    let sent = run(
        &[
            "produce",
            "--brokers",
            cluster.brokers(),
            "--topic",
            "orders",
            "--schema",
            &schema,
            "--registry",
            served.url(),
            "--register",
        ],
        "{\"id\":\"o-1\",\"quantity\":2}\n",
    );
    assert_eq!(sent.code, Some(0), "{}", sent.talk);
    let read = run(
        &[
            "consume",
            "--brokers",
            cluster.brokers(),
            "--topic",
            "orders",
            "--until-end",
            "--registry",
            served.url(),
        ],
        "",
    );
    assert_eq!(read.code, Some(0), "{}", read.talk);
    let record: serde_json::Value = serde_json::from_str(&read.out).unwrap();
    assert_eq!(
        record["value"],
        serde_json::json!({"id": "o-1", "quantity": 2})
    );
    assert_eq!(record["schema"], "schema id 1");
    let unknown = run(
        &[
            "consume",
            "--brokers",
            cluster.brokers(),
            "--topic",
            "nowhere",
            "--until-end",
        ],
        "",
    );
    assert_eq!(unknown.code, Some(3), "{}", unknown.talk);
}

#[test]
fn the_demo_writes_three_orders_and_reads_them() {
    let demo = run(&["demo"], "");
    assert_eq!(demo.code, Some(0), "{}", demo.talk);
    for expected in [
        "\"id\":\"ORD-001\"",
        "\"note\":\"a gift\"",
        "2026-11-23T16:45:01.500Z",
        "orders-value\n",
    ] {
        assert!(demo.out.contains(expected), "{expected}: {}", demo.out);
    }
    assert!(
        demo.talk.contains("3 delivered, 0 not written, 0 unknown"),
        "{}",
        demo.talk
    );
}
