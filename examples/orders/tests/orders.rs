//! The main job, as a newcomer runs it.
#![forbid(unsafe_code)]
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::process::Command;

use wireform_limits::{LIMIT, output};

#[test]
fn the_example_places_and_reads_three_orders_in_every_codec() {
    let said = run(&[]);
    for codec in ["json", "datetime-json", "avro", "protobuf"] {
        for order in ["ORD-001", "ORD-002", "ORD-003"] {
            let start = format!("{codec}: order {order} sent to partition ");
            let line = said.lines().find(|line| line.starts_with(&start)).unwrap();
            let (partition, offset) = line[start.len()..]
                .split_once(", offset ")
                .unwrap_or_else(|| panic!("{line}"));
            assert!(
                partition.parse::<u32>().is_ok() && offset.parse::<u64>().is_ok(),
                "{line}"
            );
        }
    }
    for header in [
        "header content-type: application/json",
        "header content-type: application/avro",
        "header content-type: application/protobuf",
        "header version: 1.0",
        "header version: 1",
        "header source: order-service",
        "header trace-id: trace-ORD-003",
    ] {
        assert!(said.contains(header), "{header} is missing in\n{said}");
    }
    assert_eq!(said.matches("\n  value ").count(), 12, "{said}");
    assert!(
        said.contains("closed: 12 delivered, 0 not written, 0 unknown"),
        "{said}"
    );
}

#[test]
fn one_codec_can_be_picked() {
    let said = run(&["--codec", "json"]);
    assert_eq!(said.matches(" sent to partition ").count(), 3, "{said}");
}

#[test]
fn unreachable_broker_fails_and_names_the_order() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let brokers = format!("127.0.0.1:{port}");
    let mut orders = command(&[
        "--codec",
        "json",
        "--brokers",
        &brokers,
        "--delivery-timeout",
        "2",
    ]);
    let output = output(&mut orders, LIMIT);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains("json: order ORD-001 was not sent"), "{said}");
}

fn run(args: &[&str]) -> String {
    let output = output(&mut command(args), LIMIT);
    let said = String::from_utf8(output.stdout).unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complaint}");
    said
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orders"));
    command.args(args);
    command
}
