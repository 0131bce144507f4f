//! Three brokers, whose leaders are killed.

use std::thread;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::metadata::MetadataPartition;
use wireform_producer::Preset;

use super::broker::Broker;
use super::check::Findings;
use super::proxy::random;
use super::runs::{Size, run};
use crate::servers::brokers;

/// The leader of one of the topic's partitions is killed, and comes back once another leads.
///
/// # Panics
/// If the cluster does not recover.
#[must_use]
pub fn kill_leaders(size: Size, preset: Preset) -> Findings {
    let watch: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers())
        .create()
        .unwrap();
    let mut nodes: Vec<_> = (1..=3).map(Broker::of_cluster).collect();
    let mut unchanged = 0;
    let findings = run(
        "leaders",
        preset,
        size,
        Duration::from_secs(12),
        |topic, _| {
            until(&watch, topic, |partition| partition.isr().len() == 3);
            thread::sleep(Duration::from_millis(random() % 1500));
            let leader = leader(&watch, topic);
            let node = &mut nodes[usize::try_from(leader - 1).unwrap()];
            node.kill();
            // Now and then it is back before anybody has noticed.
            if random().is_multiple_of(4) {
                unchanged += 1;
            } else {
                until(&watch, topic, |partition| {
                    ![leader, -1].contains(&partition.leader())
                });
            }
            node.start();
        },
    );
    println!("  {unchanged} of the leaders came back at once");
    findings
}

/// Who leads one partition or another.
fn leader(watch: &BaseConsumer, topic: &str) -> i32 {
    let end = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < end, "nobody leads {topic}");
        let leaders = look(watch, topic, MetadataPartition::leader);
        let leaders: Vec<_> = leaders.into_iter().filter(|leader| *leader > 0).collect();
        if !leaders.is_empty() {
            let index = usize::try_from(random() % 3).unwrap();
            return leaders[index % leaders.len()];
        }
    }
}

fn until(watch: &BaseConsumer, topic: &str, is_so: impl Fn(&MetadataPartition) -> bool) {
    let end = Instant::now() + PATIENCE;
    loop {
        let partitions = look(watch, topic, &is_so);
        if !partitions.is_empty() && partitions.iter().all(|is_so| *is_so) {
            return;
        }
        assert!(Instant::now() < end, "the cluster did not recover");
        thread::sleep(Duration::from_millis(200));
    }
}

/// Of each partition; empty while no broker answers.
fn look<T>(watch: &BaseConsumer, topic: &str, see: impl Fn(&MetadataPartition) -> T) -> Vec<T> {
    let Ok(metadata) = watch.fetch_metadata(Some(topic), Duration::from_secs(2)) else {
        return Vec::new();
    };
    let topics = metadata.topics();
    topics
        .iter()
        .flat_map(|topic| topic.partitions().iter().map(&see))
        .collect()
}

const PATIENCE: Duration = Duration::from_secs(120);
