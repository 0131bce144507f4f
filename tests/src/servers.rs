//! Real servers, as `tests/servers/with` names them.

use std::env;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;

/// The bootstrap servers in `WIREFORM_BROKERS`.
///
/// # Panics
/// If it is not set: tests that call this are ignored unless servers are there.
#[must_use]
pub fn brokers() -> String {
    variable("WIREFORM_BROKERS")
}

/// The registry in `WIREFORM_REGISTRY_URL`.
///
/// # Panics
/// As [`brokers`].
#[must_use]
pub fn registry_url() -> String {
    variable("WIREFORM_REGISTRY_URL")
}

/// A name that no other test or run uses, for a topic or a subject.
#[must_use]
pub fn unique(name: &str) -> String {
    let nanos = std::time::SystemTime::UNIX_EPOCH
        .elapsed()
        .map_or(0, |since| since.as_nanos());
    format!("{name}-{}-{nanos:x}", std::process::id())
}

/// Creates a topic of three partitions with settings of its own, on all brokers.
///
/// # Panics
/// If that fails.
pub async fn create_topic(topic: &str, settings: &[(&str, &str)]) {
    let admin: AdminClient<DefaultClientContext> = ClientConfig::new()
        .set("bootstrap.servers", brokers())
        .create()
        .unwrap();
    let replicas = brokers().split(',').count().try_into().unwrap();
    let mut new = NewTopic::new(topic, 3, TopicReplication::Fixed(replicas));
    for (key, value) in settings {
        new = new.set(key, value);
    }
    let created = admin
        .create_topics(&[new], &AdminOptions::new())
        .await
        .unwrap();
    assert!(created.iter().all(Result::is_ok), "{created:?}");
}

fn variable(name: &str) -> String {
    match env::var(name) {
        Ok(value) => value,
        Err(_) => panic!("{name} is not set: run `tests/servers/with cargo test …`"),
    }
}
