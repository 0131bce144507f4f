//! Empty bodies: a message without a field that is set, a record without fields, null.

use super::{expect, folder, run};

const MESSAGE: &str = "syntax = \"proto3\"; package w; message W { string a = 1; }";
const NO_FIELDS: &str = r#"{"type": "record", "name": "No", "fields": []}"#;

fn file(name: &str, text: &str) -> String {
    let path = folder(&format!("empty-{name}")).join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[track_caller]
fn check_round_trip(name: &str, schema: &str, lines: &str) {
    let schema = file(name, schema);
    let encode = ["encode", "--schema", &schema, "--framing", "none"];
    let encoded = run(&encode, lines);
    assert_eq!(encoded.code, Some(0), "{}", encoded.talk);
    assert_eq!(encoded.out.lines().count(), lines.lines().count());
    let decode = ["decode", "--schema", &schema, "--framing", "none"];
    expect(&decode, &encoded.out, 0, lines);
    // The last line may have no end, unless it is empty.
    let cut = encoded.out.trim_end_matches('\n');
    if !cut.is_empty() && !encoded.out.ends_with("\n\n") {
        expect(&decode, cut, 0, lines);
    }
}

#[test]
fn decode_writes_a_line_for_an_empty_body() {
    check_round_trip("w.proto", MESSAGE, "{\"a\":\"x\"}\n{}\n{\"a\":\"y\"}\n");
    check_round_trip("first.proto", MESSAGE, "{}\n{\"a\":\"y\"}\n{}\n");
    check_round_trip("no.avsc", NO_FIELDS, "{}\n{}\n");
    check_round_trip("null.avsc", "\"null\"", "null\nnull\n");
}

#[test]
fn decode_reports_an_empty_line_that_is_no_body() {
    let schema = file("long.avsc", "\"long\"");
    let decode = ["decode", "--schema", &schema, "--framing", "none"];
    let decoded = run(&decode, "02\n\n04\n");
    assert_eq!(decoded.code, Some(1), "{}", decoded.talk);
    assert_eq!(decoded.out, "1\n2\n");
    assert!(decoded.talk.starts_with("line 2: "), "{}", decoded.talk);
}

#[test]
fn inspect_knows_an_empty_body() {
    let schema = file("inspected.proto", MESSAGE);
    let out = "no frame\nPROTOBUF w.W, 0 bytes\n";
    expect(&["inspect", "--schema", &schema, ""], "", 0, out);
}

#[cfg(feature = "kafka")]
#[test]
fn an_empty_body_goes_through_kafka() {
    let cluster = wireform_producer::EmbeddedCluster::start().unwrap();
    cluster.create_topic("t", 1).unwrap();
    let at = ["--brokers", cluster.brokers(), "--topic", "t"];
    for (name, schema, lines) in [
        ("kafka.proto", MESSAGE, "{\"a\":\"x\"}\n{}\n{\"a\":\"y\"}\n"),
        ("kafka.avsc", NO_FIELDS, "{}\n{}\n"),
    ] {
        let schema = file(name, schema);
        let produce = ["produce", "--schema", &schema, "--framing", "none"];
        let sent = run(&[&produce[..], &at].concat(), lines);
        assert_eq!(sent.code, Some(0), "{}", sent.talk);
        let count = lines.lines().count();
        let from = format!("-{count}");
        let consume = [
            "consume",
            "--schema",
            &schema,
            "--until-end",
            "--from",
            &from,
        ];
        let read = run(&[&consume[..], &at].concat(), "");
        assert_eq!(read.code, Some(0), "{}{}", read.out, read.talk);
        let values = read.out.lines().map(|line| {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            format!("{}\n", record["value"])
        });
        assert_eq!(values.collect::<String>(), lines);
        let text = run(&[&consume[..], &at, &["--output", "text"]].concat(), "");
        assert!(!text.out.contains("tombstone"), "{}", text.out);
    }
}
