use wireform_producer::EmbeddedCluster;

use super::{data, folder, run};

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
    ];
    let orders = "{\"id\":\"o-1\",\"quantity\":2}\n{\"id\":7}\n{\"id\":\"o-2\",\"quantity\":3}\n";
    let sent = run(&produce, orders);
    assert_eq!(sent.code, Some(1), "{}", sent.talk);
    assert!(sent.talk.contains("line 2: "), "{}", sent.talk);
    assert!(
        sent.talk.contains("2 delivered, 0 not written, 0 unknown"),
        "{}",
        sent.talk
    );
    assert_eq!(std::fs::read_to_string(&journal).unwrap(), "3\n");
    // Again, with one more line: only that is sent.
    let sent = run(
        &produce,
        format!("{orders}{{\"id\":\"o-3\",\"quantity\":4}}\n"),
    );
    assert!(
        sent.talk.contains("1 delivered, 0 not written, 0 unknown"),
        "{}",
        sent.talk
    );
    assert_eq!(sent.code, Some(0), "{}", sent.talk);

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
