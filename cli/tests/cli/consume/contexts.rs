//! Schemas that are registered in a context of the registry.

use serde_json::json;
use wireform_producer::{Producer, Record};

use super::super::registry::Served;
use super::{Duration, cluster, consume, folder, records, run, send};

/// Registers a schema, and returns the line that the command prints for it.
fn register(url: &str, subject: &str, text: &str, more: &[&str]) -> serde_json::Value {
    let name: String = subject
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let schema = folder(&format!("contexts-{name}")).join("schema.avsc");
    std::fs::write(&schema, text).unwrap();
    let schema = schema.display().to_string();
    let arguments = ["registry", "--registry", url, "register", subject, &schema];
    let registered = run(&[&arguments[..], more].concat(), "");
    assert_eq!(registered.code, Some(0), "{}", registered.talk);
    serde_json::from_str(&registered.out).unwrap()
}

/// The registry answers with `:.blue:t-key`.
#[test]
fn keys_are_read_where_the_url_names_a_context() {
    let cluster = cluster();
    let served = Served::start();
    let url = format!("{}/contexts/.blue", served.url());
    register(&url, "t-key", "\"long\"", &[]);
    send(&cluster, &[(b"\0\0\0\0\x01\x54", Some(b"1"))]);
    let read = consume(&cluster, &["--registry", &url, "--until-end"]);
    let found = records(&read);
    assert_eq!(found[0]["key"], 42, "{}", read.out);
    assert_eq!(
        found[0]["key_schema"],
        "schema id 1, :.blue:t-key version 1"
    );
}

/// The GUID is known everywhere, but the subject that the schema refers to is in the context only.
#[test]
fn a_guid_is_resolved_in_the_context_of_its_schema() {
    const MONEY: &str = r#"{"type":"record","name":"Money","namespace":"n","fields":[{"name":"cents","type":"long"}]}"#;
    const BILL: &str =
        r#"{"type":"record","name":"Bill","fields":[{"name":"total","type":"n.Money"}]}"#;
    let cluster = cluster();
    let served = Served::start();
    register(served.url(), ":.blue:money", MONEY, &[]);
    let uses = ["--use", "n.Money=money:1"];
    let bill = register(served.url(), ":.blue:t-value", BILL, &uses);
    let guid = bill["guid"].as_str().unwrap().replace('-', "");
    let digits = guid.as_bytes().chunks(2);
    let digits = digits.map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16));
    let mut header = vec![1];
    header.extend(digits.map(Result::unwrap));
    let producer = Producer::builder()
        .brokers(cluster.brokers())
        .build()
        .unwrap();
    let topic = producer
        .topic::<[u8], [u8]>("t", wireform::Bytes, wireform::Bytes)
        .unwrap();
    let record = Record::new(&b"\x54"[..]).header("__value_schema_id", &header);
    topic
        .send_with(record, |sent| assert!(sent.is_ok()))
        .unwrap();
    let report = producer.close_blocking(Duration::from_secs(20)).unwrap();
    assert_eq!(report.delivered, 1);
    let read = consume(&cluster, &["--registry", served.url(), "--until-end"]);
    assert_eq!(read.code, Some(0), "{}{}", read.out, read.talk);
    let found = records(&read);
    assert_eq!(found[0]["value"], json!({"total": {"cents": 42}}));
    assert_eq!(found[0]["registered"], json!([":.blue:t-value version 1"]));
}
