//! What is produced is consumed, as it was.

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use serde_json::{Value, json};

use super::super::{data, folder};
use super::{brokers, consume, produce, unique, wireform};

const PAYMENT: &str = r#"{"type": "record", "name": "Payment", "fields": [
  {"name": "id", "type": "string"},
  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
  {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 30, "scale": 2}},
  {"name": "by", "type": ["null", "long", "string",
    {"type": "record", "name": "Card", "fields": [{"name": "last", "type": "string"}]}]}]}"#;

const END: [&str; 1] = ["--until-end"];

/// A topic of one partition, so that records stand in the order they came.
fn topic(name: &str) -> String {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let topic = unique(name);
    let admin: AdminClient<DefaultClientContext> = ClientConfig::new()
        .set("bootstrap.servers", brokers())
        .create()
        .unwrap();
    let new = [NewTopic::new(&topic, 1, TopicReplication::Fixed(1))];
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let made = runtime.block_on(admin.create_topics(&new, &AdminOptions::new()));
    made.unwrap()[0].as_ref().unwrap();
    topic
}

/// Sends what no serializer would: any bytes, or none at all.
fn send_raw(topic: &str, records: &[(&str, Option<&[u8]>)]) {
    let producer: BaseProducer = ClientConfig::new()
        .set("bootstrap.servers", brokers())
        .create()
        .unwrap();
    for (key, payload) in records {
        let mut record: BaseRecord<'_, str, [u8]> = BaseRecord::to(topic).key(*key);
        if let Some(payload) = payload {
            record = record.payload(payload);
        }
        producer.send(record).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(std::time::Duration::from_secs(20)).unwrap();
}

#[track_caller]
fn parsed(lines: &str) -> Vec<Value> {
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    lines.lines().map(parse).collect()
}

/// Produces, and expects every line to be read again, with the id of the topic's subject.
#[track_caller]
fn round(topic: &str, schema: &str, more: &[&str], lines: &str) {
    let sent = produce(topic, schema, more, lines);
    let count = lines.lines().count();
    let said = format!("{count} delivered, 0 not written, 0 unknown");
    assert!(sent.talk.contains(&said), "{}", sent.talk);
    assert_eq!(sent.code, Some(0), "{}", sent.talk);
    let subject = format!("{topic}-value");
    let found = parsed(&wireform(&["registry"], &["lookup", &subject, schema], "").out);
    assert_eq!(found[0]["subject"], json!(subject));
    assert_eq!(found[0]["version"], json!(1));

    let read = consume(topic, &END);
    assert_eq!(read.code, Some(0), "{}{}", read.out, read.talk);
    let (records, values) = (parsed(&read.out), parsed(lines));
    assert_eq!(records.len(), values.len(), "{}", read.out);
    for (offset, (record, value)) in records.iter().zip(values).enumerate() {
        assert_eq!(record["value"], value);
        // The same schema may be another subject's, too.
        let places = record["registered"].as_array().unwrap();
        assert!(
            places.contains(&json!(format!("{subject} version 1"))),
            "{record}"
        );
        assert_eq!(
            record["schema"],
            json!(format!("schema id {}", found[0]["id"]))
        );
        assert_eq!(
            (&record["topic"], &record["partition"]),
            (&json!(topic), &json!(0))
        );
        assert_eq!(record["offset"], json!(offset));
    }
}

#[test]
#[ignore = "needs WIREFORM_BROKERS and WIREFORM_REGISTRY_URL"]
fn avro_with_its_types_keys_and_headers() {
    let topic = topic("avro");
    let schema = folder("servers-avro").join("payment.avsc");
    std::fs::write(&schema, PAYMENT).unwrap();
    let lines = r#"{"id":"p-1","at":"2026-11-23T16:45:01.500Z","amount":"12.30","by":null}
{"id":"p-2","at":"1969-12-31T23:59:59.999Z","amount":"-0.01","by":7}
{"id":"p-3","at":"2026-11-23T16:45:01.500Z","amount":"1234567890123456789012345678.90","by":"cash"}
{"id":"p-ü","at":"9999-12-31T23:59:59.999Z","amount":"0.00","by":{"last":"1234"}}
"#;
    let more = [
        "--key",
        "id",
        "--header",
        "source=test",
        "--header",
        "empty=",
    ];
    round(&topic, &schema.display().to_string(), &more, lines);
    for (record, value) in parsed(&consume(&topic, &END).out).iter().zip(parsed(lines)) {
        assert_eq!(record["key"], value["id"]);
        let headers = record["headers"].as_array().unwrap();
        assert!(headers.contains(&json!(["source", "test"])), "{record}");
        assert!(headers.contains(&json!(["empty", ""])), "{record}");
        assert!(
            headers.contains(&json!(["content-type", "application/avro"])),
            "{record}"
        );
    }
}

#[test]
#[ignore = "needs WIREFORM_BROKERS and WIREFORM_REGISTRY_URL"]
fn protobuf_with_its_messages() {
    let lines = "{\"y\":\"5\"}\n{\"y\":\"-9223372036854775808\"}\n{}\n";
    round(
        &topic("protobuf"),
        &data("nested.proto"),
        &["--message", "p.A.B"],
        lines,
    );
    round(
        &topic("protobuf"),
        &data("nested.proto"),
        &[],
        "{\"x\":\"text\"}\n",
    );
}

#[test]
#[ignore = "needs WIREFORM_BROKERS and WIREFORM_REGISTRY_URL"]
fn json_as_it_was_written() {
    let topic = topic("json");
    // More digits than a double has, and names in an order of their own.
    let line = r#"{"z":12345678901234567890123.45,"a":[1e300,null,{}]}"#;
    let schema = folder("servers-json").join("any.json");
    // Apicurio takes a JSON Schema for one by its `$schema`.
    let text = r#"{"$schema": "http://json-schema.org/draft-07/schema#", "required": ["z"]}"#;
    std::fs::write(&schema, text).unwrap();
    let schema = schema.display().to_string();
    let sent = produce(
        &topic,
        &schema,
        &["--header", "source=test"],
        &format!("{line}\n{{}}\n"),
    );
    assert_eq!(sent.code, Some(1), "{}", sent.talk);
    assert!(sent.talk.contains("line 2: "), "{}", sent.talk);
    let read = consume(&topic, &END);
    assert!(
        read.out.contains(&format!("\"value\":{line}")),
        "{}",
        read.out
    );
    assert_eq!(read.code, Some(0), "{}", read.talk);
}

#[test]
#[ignore = "needs WIREFORM_BROKERS and WIREFORM_REGISTRY_URL"]
fn poison_and_tombstones_are_shown_as_such() {
    let topic = topic("poison");
    let schema = data("order_v1.avsc");
    let order = "{\"id\":\"o-1\",\"quantity\":2}\n";
    assert_eq!(
        produce(&topic, &schema, &["--key", "id"], order).code,
        Some(0)
    );
    let unknown = [0, 0x7f, 0xff, 0xff, 0xff, 2];
    send_raw(
        &topic,
        &[
            ("raw", Some(b"\xff\xfe\x01")),
            ("unknown", Some(&unknown)),
            ("empty", Some(b"")),
            ("text", Some(b"1e400")),
            ("lines", Some(b"{\"a\":\n 1}")),
            ("o-1", None),
        ],
    );
    assert_eq!(
        produce(&topic, &schema, &["--key", "id"], order).code,
        Some(0)
    );
    let read = consume(&topic, &END);
    assert_eq!(read.code, Some(1), "{}{}", read.out, read.talk);
    assert!(read.out.contains("\"value\":1e400"), "{}", read.out);
    let all = parsed(&read.out.replace("1e400", "\"1e400\""));
    assert_eq!(all.len(), 8, "{}", read.out);
    assert_eq!(
        (&all[0]["value"], &all[7]["value"]),
        (&json!({"id": "o-1", "quantity": 2}), &all[0]["value"])
    );
    assert!(
        all[1]["error"].is_string() && all[1]["hex"] == "fffe01",
        "{}",
        all[1]
    );
    let error = all[2]["error"].as_str().unwrap();
    assert!(
        error.contains("2147483647") && error.contains("unknown schema id"),
        "{error}"
    );
    assert_eq!(all[3]["value"], json!(""));
    assert_eq!(all[5]["value"], json!({"a": 1}));
    // A record without a value names no schema, and is no error.
    assert_eq!(
        (&all[6]["key"], &all[6]["value"]),
        (&json!("o-1"), &json!(null))
    );
    assert!(
        all[6].get("error").is_none() && all[6].get("schema").is_none(),
        "{}",
        all[6]
    );
}
