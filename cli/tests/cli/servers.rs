//! On a real Kafka and a real registry: `tests/servers/with cargo test -p wireform-cli -- --ignored`.

mod journal;
mod plans;
mod records;

use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wireform_limits::{LIMIT, ended, signal};
use wireform_producer::{Producer, Record};

use super::kafka::noted;
use super::{Run, command, data, folder, run};

fn environment(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: use tests/servers/with"))
}

fn brokers() -> String {
    environment("WIREFORM_BROKERS")
}

fn registry() -> String {
    environment("WIREFORM_REGISTRY_URL")
}

/// A name that no other run has.
fn unique(name: &str) -> String {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    format!("cli-{name}-{}-{}", std::process::id(), since.subsec_nanos())
}

fn wireform(verb: &[&str], more: &[&str], input: &str) -> Run {
    let registry = registry();
    let mut arguments = verb.to_vec();
    arguments.extend(["--registry", &registry]);
    arguments.extend(more);
    run(&arguments, input)
}

fn produce(topic: &str, schema: &str, more: &[&str], lines: &str) -> Run {
    let (brokers, schema) = (brokers(), data(schema));
    let mut arguments = vec!["--brokers", &brokers, "--topic", topic, "--schema", &schema];
    arguments.push("--register");
    arguments.extend(more);
    wireform(&["produce"], &arguments, lines)
}

fn consume(topic: &str, more: &[&str]) -> Run {
    let brokers = brokers();
    let mut arguments = vec!["--brokers", &brokers, "--topic", topic];
    arguments.extend(more);
    wireform(&["consume"], &arguments, "")
}

fn records(read: &Run) -> Vec<Value> {
    let lines = read.out.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[track_caller]
fn check_round_trip(name: &str, schema: &str, lines: &[Value]) {
    let topic = unique(name);
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let options = ["--key", "id", "--header", "source=cli"];
    let sent = produce(&topic, schema, &options, &text);
    assert_eq!(sent.code, Some(0), "{}", sent.talk);
    let read = consume(&topic, &["--until-end"]);
    assert_eq!(read.code, Some(0), "{}", read.talk);
    let mut found = records(&read);
    found.sort_by_key(|record| record["key"].to_string());
    let values: Vec<&Value> = found.iter().map(|record| &record["value"]).collect();
    assert_eq!(values, lines.iter().collect::<Vec<_>>());
    for (record, line) in found.iter().zip(lines) {
        assert_eq!(record["key"], line["id"]);
        // The same schema may be another subject's, too.
        let places = record["registered"].as_array().unwrap();
        let place = json!(format!("{topic}-value version 1"));
        assert!(places.contains(&place), "{record}");
        let headers = record["headers"].as_array().unwrap();
        assert!(headers.contains(&json!(["source", "cli"])), "{record}");
        assert!(headers.contains(&json!(["version", "1"])), "{record}");
    }
    let listed = wireform(&["registry", "list"], &[], "");
    assert!(
        listed.out.contains(&format!("{topic}-value\n")),
        "{}",
        listed.out
    );
}

#[test]
#[ignore = "needs WIREFORM_BROKERS and WIREFORM_REGISTRY_URL"]
fn avro_with_its_types_goes_through_kafka() {
    let at = "2024-01-02T03:04:05.000006Z";
    let lines = [
        json!({"id": "a", "at": at, "price": "12.50", "by": null}),
        json!({"id": "b", "at": "1969-12-31T23:59:59.999999Z", "price": "-0.01", "by": 7}),
        json!({"id": "c", "at": at, "price": "0.00", "by": "somebody"}),
    ];
    check_round_trip("avro", "typed.avsc", &lines);
}

#[test]
#[ignore = "needs WIREFORM_BROKERS and WIREFORM_REGISTRY_URL"]
fn protobuf_and_json_go_through_kafka() {
    let (schemas, topic) = (folder("servers-formats"), unique("formats"));
    let proto = schemas.join("order.proto").display().to_string();
    let text = "syntax = \"proto3\"; package shop; message Order { string id = 1; int64 total = 2; repeated string tags = 3; }";
    std::fs::write(&proto, text).unwrap();
    let json = schemas.join("order.json").display().to_string();
    let text = r#"{"title": "Order", "type": "object", "required": ["id"], "properties": {"total": {"maximum": 9}}}"#;
    std::fs::write(&json, text).unwrap();
    // `data` of an absolute path is that path.
    let order = json!({"id": "a", "total": "7", "tags": ["x"]});
    let sent = produce(&topic, &proto, &[], &format!("{order}\n"));
    assert_eq!(sent.code, Some(0), "{}", sent.talk);
    assert_eq!(
        records(&consume(&topic, &["--until-end"]))[0]["value"],
        order
    );

    let topic = unique("json");
    let lines = "{\"id\":\"a\",\"total\":9}\n{\"id\":\"b\",\"total\":10}\n";
    let sent = produce(&topic, &json, &[], lines);
    assert_eq!(sent.code, Some(1), "{}", sent.talk);
    assert!(
        sent.talk.contains("line 2: ") && sent.talk.contains("\"maximum\""),
        "{}",
        sent.talk
    );
    let read = consume(&topic, &["--until-end"]);
    assert_eq!(records(&read).len(), 1, "{}", read.out);
}

#[tokio::test]
#[ignore = "needs WIREFORM_BROKERS and WIREFORM_REGISTRY_URL"]
async fn poison_and_tombstones_are_shown() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let topic = unique("poison");
    let order = "{\"id\":\"o-1\",\"quantity\":2}\n";
    assert_eq!(
        produce(&topic, "order_v1.avsc", &["--key", "id"], order).code,
        Some(0)
    );
    let producer = Producer::builder().brokers(brokers()).build().unwrap();
    let handle = producer
        .topic(&topic, wireform::Utf8, wireform::Bytes)
        .unwrap();
    let unknown: &[u8] = &[0, 0x7f, 0, 0, 1, 2];
    let cut: &[u8] = &[0xff, 0xfe];
    for poison in [unknown, cut] {
        let record = Record::new(poison).key("o-1");
        handle.send(record).await.unwrap().await.unwrap();
    }
    handle
        .send(Record::tombstone().key("o-1"))
        .await
        .unwrap()
        .await
        .unwrap();
    producer.close(Duration::from_secs(20)).await.unwrap();

    let read = consume(&topic, &["--until-end"]);
    assert_eq!(read.code, Some(1), "{}", read.talk);
    let found = records(&read);
    assert_eq!(found.len(), 4, "{}", read.out);
    assert_eq!(found[0]["value"], json!({"id": "o-1", "quantity": 2}));
    for (record, hex) in found[1..3].iter().zip(["007f00000102", "fffe"]) {
        assert!(
            record["error"].is_string() && record["hex"] == hex,
            "{record}"
        );
    }
    assert_eq!(found[3]["value"], Value::Null);
    let block = consume(&topic, &["--from", "-2", "--until-end", "--output", "text"]);
    for part in [
        "offset 2, 20",
        "error   ",
        "hex     000000  fffe ",
        "value   none: a tombstone",
    ] {
        assert!(block.out.contains(part), "{}", block.out);
    }
    let one = consume(&topic, &["--from", "3", "--until-end"]);
    assert_eq!((one.code, records(&one).len()), (Some(0), 1), "{}", one.out);
    let since = found[0]["timestamp"].as_u64().unwrap();
    let all = consume(&topic, &["--from", &format!("@{since}"), "--until-end"]);
    assert_eq!(records(&all).len(), 4);
    let none = consume(&topic, &["--from", "@2100-01-01T00:00:00Z", "--until-end"]);
    assert_eq!((none.code, none.out.as_str()), (Some(0), ""));
}

/// Interrupted between lines and started again: every line is there once.
#[test]
#[ignore = "needs WIREFORM_BROKERS and WIREFORM_REGISTRY_URL"]
fn an_interrupted_run_sends_every_line_once() {
    let topic = unique("journal");
    let journal = folder("servers-journal").join("sent");
    let lines: String = (0..3_000)
        .map(|n| format!("{{\"id\":\"o-{n}\",\"quantity\":{n}}}\n"))
        .collect();
    let (brokers, registry, schema) = (brokers(), registry(), data("order_v1.avsc"));
    let path = journal.display().to_string();
    let arguments = [
        "produce",
        "--register",
        "--brokers",
        &brokers,
        "--registry",
        &registry,
        "--topic",
        &topic,
        "--schema",
        &schema,
        "--key",
        "id",
        "--journal",
        &path,
    ];
    let mut child = command(&arguments)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let half = lines.len() / 2;
    stdin.write_all(&lines.as_bytes()[..half]).unwrap();
    stdin.flush().unwrap();
    let patience = Instant::now();
    while noted(&journal) == 0 && patience.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
    }
    signal(&child, "-INT");
    let ended = ended(child, LIMIT);
    drop(stdin);
    let talk = String::from_utf8_lossy(&ended.stderr);
    assert!(talk.contains("0 not written, 0 unknown"), "{talk}");
    let sent = run(&arguments, &lines);
    assert_eq!(sent.code, Some(0), "{}", sent.talk);
    let mut keys: Vec<String> = records(&consume(&topic, &["--until-end"]))
        .iter()
        .map(|record| record["key"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        keys.len(),
        3_000,
        "first run: {talk}second run: {}",
        sent.talk
    );
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 3_000);
}

#[test]
#[ignore = "needs WIREFORM_REGISTRY_URL"]
fn a_plan_is_applied_to_a_real_registry_once() {
    let (folder, a, b) = (folder("servers-plan"), unique("a"), unique("b"));
    for (name, to) in [("order_v1.avsc", "v1.avsc"), ("order_v2.avsc", "v2.avsc")] {
        std::fs::copy(data(name), folder.join(to)).unwrap();
    }
    let file = folder.join("wireform.toml");
    let path = file.display().to_string();
    let wanted = |level: &str| {
        let text = format!(
            "[subjects.\"{a}\"]\nlevel = \"{level}\"\nschemas = [\"v1.avsc\", \"v2.avsc\"]\n[subjects.\"{b}\"]\nschemas = [\"v1.avsc\"]\n"
        );
        std::fs::write(&file, text).unwrap();
    };
    wanted("FULL");
    let plan = wireform(&["plan"], &[&path], "");
    assert!(
        plan.out.ends_with("4 changes\n"),
        "{}{}",
        plan.out,
        plan.talk
    );
    let applied = wireform(&["apply"], &[&path], "");
    assert_eq!(applied.code, Some(1), "{}", applied.out);
    assert!(
        applied.out.ends_with("3 changes made, 1 not\n"),
        "{}",
        applied.out
    );
    assert!(
        applied.talk.contains(&format!("+ {a}: ")),
        "{}",
        applied.talk
    );
    wanted("NONE");
    assert_eq!(wireform(&["apply"], &[&path], "").code, Some(0));
    let again = wireform(&["plan"], &["--check", &path], "");
    assert_eq!(
        (again.code, again.out.as_str()),
        (Some(0), "0 changes\n"),
        "{}",
        again.talk
    );
    let versions = wireform(&["registry", "versions"], &[&a], "");
    assert_eq!(versions.out, "1\n2\n", "{}", versions.talk);

    let lock = folder.join("wireform.lock").display().to_string();
    let locks = |more: &[&str]| {
        let arguments = [&["--file", &lock, &b][..], more].concat();
        wireform(&["lock"], &arguments, "")
    };
    let locked = locks(&[]);
    assert_eq!(locked.code, Some(0), "{}", locked.talk);
    assert_eq!(locks(&["--check"]).code, Some(0));
    let against = |schema: &str| {
        let schema = data(schema);
        let arguments = [
            "--against",
            "registry",
            "--subject",
            &b,
            "--level",
            "backward",
            &schema,
        ];
        wireform(&["check"], &arguments, "")
    };
    assert_eq!(against("order_v1.avsc").code, Some(0));
    let refused = against("order_v2.avsc");
    assert_eq!(refused.code, Some(1), "{}", refused.talk);
    assert!(
        refused.out.contains(&format!("{b} version 1")),
        "{}",
        refused.out
    );
}
