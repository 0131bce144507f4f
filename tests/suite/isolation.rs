//! What a feature brings, and what it must not.

use wireform_tests::workspace::{cargo, tree};

#[track_caller]
fn check_absent(package: &str, features: &str, absent: &[&str]) {
    let packages = tree(package, features);
    assert_eq!(packages.first().map(String::as_str), Some(package));
    for name in &packages {
        let found = absent.iter().find(|prefix| name.starts_with(**prefix));
        assert!(found.is_none(), "{package} with [{features}] has {name}");
    }
}

const AVRO: &[&str] = &["apache-avro", "serde_avro"];
const PROTOBUF: &[&str] = &["prost", "protox"];
const NETWORK: &[&str] = &[
    "reqwest",
    "hyper",
    "tokio",
    "rustls",
    "native-tls",
    "openssl",
];
const KAFKA: &[&str] = &["rdkafka"];
const DATETIME: &[&str] = &["chrono", "jiff", "time"];

#[test]
fn json_alone_is_light() {
    for absent in [AVRO, PROTOBUF, NETWORK, KAFKA, DATETIME] {
        check_absent("wireform", "json", absent);
    }
}

#[test]
fn no_feature_brings_no_serde_of_formats() {
    check_absent(
        "wireform",
        "",
        &["apache-avro", "prost", "chrono", "jiff", "reqwest", "tokio"],
    );
}

#[test]
fn codecs_bring_no_network_and_no_kafka() {
    let files = "avro-value,avro-file-bzip2,avro-file-snappy,avro-file-zstandard";
    for features in [
        "avro",
        files,
        "protobuf",
        "schemars",
        "datetime,chrono,jiff,time",
        "testing",
    ] {
        check_absent("wireform", features, NETWORK);
        check_absent("wireform", features, KAFKA);
    }
}

#[test]
fn codecs_do_not_bring_each_other() {
    check_absent("wireform", "avro", PROTOBUF);
    check_absent("wireform", "avro", &["apache-avro"]);
    check_absent("wireform", "protobuf", AVRO);
    check_absent("wireform", "datetime", PROTOBUF);
    for absent in [AVRO, PROTOBUF, DATETIME] {
        check_absent("wireform", "schemars", absent);
    }
}

#[test]
fn registry_alone_has_no_network() {
    check_absent("wireform-registry", "", NETWORK);
}

#[test]
fn producer_brings_no_codec() {
    for absent in [AVRO, PROTOBUF, DATETIME, &["reqwest", "serde_json_"]] {
        check_absent("wireform-producer", "", absent);
    }
}

#[test]
fn no_dependency_needs_a_newer_rust() {
    let metadata: serde_json::Value =
        serde_json::from_str(&cargo(&["metadata", "--locked", "--format-version", "1"])).unwrap();
    let number = |version: &str| -> Vec<u32> {
        version
            .split('.')
            .take(2)
            .map(|part| part.parse().unwrap())
            .collect()
    };
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100);
    for package in packages {
        let Some(needed) = package["rust_version"].as_str() else {
            continue;
        };
        assert!(
            number(needed) <= vec![1, 88],
            "{} needs Rust {needed}",
            package["name"]
        );
    }
}
