//! Which settings are refused, and what the errors say.

use wireform_producer::{EmbeddedCluster, ErrorKind, Producer, ProducerBuilder};

#[track_caller]
fn refused(builder: ProducerBuilder) -> String {
    let error = builder.build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    error.to_string()
}

#[test]
fn brokers_that_cannot_be_asked_are_refused() {
    assert_eq!(
        refused(Producer::builder().brokers("")),
        "no brokers are set"
    );
    for brokers in [
        " ",
        ",",
        "kafka:9092,",
        "kafka:9092,,other:9092",
        "http://kafka:9092",
        "kafka:abc",
        "kafka:0",
        "kafka:65536",
        "kafka:",
        ":9092",
        "two words:9092",
        "ssl://",
    ] {
        let text = refused(Producer::builder().brokers(brokers));
        assert!(
            text.contains("broker") && text.contains("host:port"),
            "{brokers:?}: {text}"
        );
    }
    for brokers in [
        "kafka",
        "kafka:9092",
        "kafka:9092, other:9093",
        "plaintext://kafka:9092",
        "PLAINTEXT://kafka:9092/path",
        "127.0.0.1:9092",
        "[::1]:9092",
        "[::1]",
        "::1",
    ] {
        let built = Producer::builder().brokers(brokers).build();
        assert!(built.is_ok(), "{brokers:?}: {built:?}");
    }
    let text = refused(Producer::builder().config("bootstrap.servers", "kafka:abc"));
    assert!(text.contains("kafka:abc"), "{text}");
}

#[test]
fn brokers_named_twice_are_refused() {
    let cluster = EmbeddedCluster::start().unwrap();
    for builder in [
        Producer::builder()
            .brokers("a:1")
            .config("bootstrap.servers", "b:1"),
        Producer::builder()
            .config("metadata.broker.list", "b:1")
            .brokers("a:1"),
        Producer::builder()
            .cluster(&cluster)
            .config("bootstrap.servers", "b:1"),
        Producer::builder()
            .embedded()
            .unsafe_config("metadata.broker.list", "b:1"),
    ] {
        let text = refused(builder);
        assert!(text.contains("set twice"), "{text}");
    }
    let only = Producer::builder().config("bootstrap.servers", "b:1");
    assert_eq!(only.build().unwrap().brokers(), "b:1");
}

#[test]
fn errors_name_the_setting_as_it_was_set() {
    let refused_ones = [
        ("acks", "1"),
        ("linger.ms", "x"),
        ("compression.type", "x"),
        ("compression.codec", "x"),
        ("retries", "-5"),
        ("sasl.mechanism", ""),
        ("delivery.timeout.ms", "0"),
    ];
    for (key, value) in refused_ones {
        let builder = Producer::builder().brokers("a:1").config(key, value);
        let text = refused(builder);
        assert!(text.contains(&format!("setting {key:?}")), "{key}: {text}");
        for other in [
            "request.required.acks",
            "queue.buffering.max.ms",
            "compression.codec",
            "compression.type",
            "message.send.max.retries",
            "sasl.mechanisms",
            "message.timeout.ms",
        ] {
            assert!(
                other == key || !text.contains(&format!("{other:?}")),
                "{key}: {text}"
            );
        }
    }
}

#[test]
fn harmless_values_are_in_errors() {
    let builder = Producer::builder().brokers("a:1");
    let text = refused(builder.config("linger.ms", "sometimes"));
    assert!(text.contains("sometimes"), "{text}");
}

#[test]
#[cfg(not(feature = "zstd"))]
fn missing_zstd_is_named_as_a_feature() {
    let builder = Producer::builder().brokers("a:1");
    let text = refused(builder.config("compression.type", "zstd"));
    assert!(
        text.contains("\"compression.type\"")
            && text.contains("libzstd")
            && text.contains("feature `zstd` of wireform-producer"),
        "{text}"
    );
}

#[test]
#[cfg(not(feature = "gzip"))]
fn missing_gzip_is_named_as_a_feature() {
    let builder = Producer::builder().brokers("a:1");
    let text = refused(builder.config("compression.type", "gzip"));
    assert!(
        text.contains("feature `gzip` of wireform-producer"),
        "{text}"
    );
}

#[test]
#[cfg(not(feature = "ssl"))]
fn missing_tls_is_named_as_a_feature() {
    for (key, value) in [
        ("security.protocol", "sasl_ssl"),
        ("ssl.ca.location", "/x"),
        ("sasl.mechanism", "SCRAM-SHA-512"),
    ] {
        let builder = Producer::builder()
            .brokers("a:1")
            .config("sasl.username", "u")
            .config("sasl.password", "hunter2");
        let builder = if key == "sasl.mechanism" {
            builder.config("security.protocol", "sasl_plaintext")
        } else {
            builder
        };
        let text = refused(builder.config(key, value));
        assert!(
            text.contains("feature `ssl` of wireform-producer"),
            "{key}: {text}"
        );
        assert!(!text.contains("hunter2"), "{text}");
    }
}

/// Nothing would answer librdkafka when it asks for a token, and nothing would ever be sent.
#[test]
fn oauth_without_a_token_source_is_refused() {
    for key in ["sasl.mechanism", "sasl.mechanisms"] {
        let builder = Producer::builder()
            .brokers("a:1")
            .config("security.protocol", "sasl_plaintext")
            .config(key, "OAUTHBEARER");
        let text = refused(builder);
        assert!(
            text.contains(key) && text.contains("sasl.oauthbearer.method"),
            "{text}"
        );
    }
}

/// Delivered records would never be reported, and keep their memory for ever.
#[test]
fn reports_of_errors_alone_are_refused_in_any_way() {
    let builder = Producer::builder().brokers("a:1");
    let text = refused(builder.unsafe_config("delivery.report.only.error", "true"));
    assert!(text.contains("delivery.report.only.error"), "{text}");
    let builder = Producer::builder().brokers("a:1");
    let builder = builder.unsafe_config("delivery.report.only.error", "false");
    assert!(builder.build().is_ok());
}
