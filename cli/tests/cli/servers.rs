//! Against a real Kafka and a real registry, which `tests/servers/with` starts.

mod journal;
mod plans;
mod records;

use std::time::{SystemTime, UNIX_EPOCH};

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use serde_json::Value;

use super::{Run, run};

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

fn brokers() -> String {
    variable("WIREFORM_BROKERS")
}

fn url() -> String {
    variable("WIREFORM_REGISTRY_URL")
}

/// A name that no other test and no other run has.
fn unique(name: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    format!("cli-{name}-{}-{}", std::process::id(), now.as_nanos())
}

/// A topic of one partition, so that records stand in the order they came.
fn topic(name: &str) -> String {
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

fn produce(topic: &str, schema: &str, more: &[&str], lines: &str) -> Run {
    let (brokers, url) = (brokers(), url());
    let mut arguments = vec!["produce", "--brokers", &brokers, "--registry", &url];
    arguments.extend(["--topic", topic, "--schema", schema]);
    arguments.extend(more);
    run(&arguments, lines)
}

fn consume(topic: &str) -> Run {
    let (brokers, url) = (brokers(), url());
    let arguments = ["consume", "--brokers", &brokers, "--registry", &url];
    run(
        &[&arguments[..], &["--topic", topic, "--until-end"]].concat(),
        "",
    )
}

fn registry(arguments: &[&str]) -> Run {
    let url = url();
    run(
        &[&["registry", "--registry", &url][..], arguments].concat(),
        "",
    )
}

#[track_caller]
fn parsed(lines: &str) -> Vec<Value> {
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    lines.lines().map(parse).collect()
}
