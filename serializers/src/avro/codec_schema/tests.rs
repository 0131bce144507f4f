//! What a codec writes against what a registry holds.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use wireform_registry::{
    InMemoryRegistry, Registry, ResolvedSchema, SchemaDef, SchemaKind, Subject,
};

use crate::avro::{Avro, AvroRules, SerdeAvro, TimestampMillis};
use crate::error::{Error, ErrorKind, Result};
use crate::framed::Framed;
use crate::schema_codec::SchemaFormat;

#[derive(Clone, Debug, PartialEq, Avro)]
#[avro(rename = "R")]
struct Stay {
    from: TimestampMillis,
    until: Option<TimestampMillis>,
}

/// The schema of [`Stay`], with these types for its two times.
fn stay(from: &str, until: &str) -> String {
    format!(
        r#"{{"type":"record","name":"R","fields":[
            {{"name":"from","type":{from}}},{{"name":"until","type":["null",{until}]}}]}}"#
    )
}

fn time(unit: &str) -> String {
    format!(r#"{{"type":"long","logicalType":"{unit}"}}"#)
}

fn decimal(precision: u32, scale: u32) -> String {
    format!(r#"{{"type":"bytes","logicalType":"decimal","precision":{precision},"scale":{scale}}}"#)
}

fn record(field: &str) -> String {
    format!(r#"{{"type":"record","name":"R","fields":[{{"name":"a","type":{field}}}]}}"#)
}

fn resolved(text: &str) -> ResolvedSchema {
    ResolvedSchema::new(SchemaKind::Avro, text)
}

#[track_caller]
fn check_refused(result: Result<()>, expected: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible, "{error}");
    assert!(error.to_string().contains(expected), "{error}");
}

/// Whether codecs without types of their own write what `latest` means.
fn writes(own: &str, latest: &str) -> Result<()> {
    let serde = SerdeAvro::<()>::new(own)?.check_writes(&resolved(latest));
    #[cfg(feature = "avro-value")]
    {
        let value = crate::avro::AvroValue::new(own)?.check_writes(&resolved(latest));
        let kinds = [&serde, &value].map(|result| result.as_ref().err().map(Error::kind));
        assert_eq!(kinds[0], kinds[1], "serde {serde:?}, value {value:?}");
    }
    serde
}

/// Everything here is ready at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the in-memory registry is always ready"),
    }
}

#[test]
fn other_units_in_the_registry_are_refused() {
    let millis = record(&time("timestamp-millis"));
    let micros = record(&time("timestamp-micros"));
    writes(&millis, &millis).unwrap();
    check_refused(
        writes(&millis, &micros),
        "expected timestamp-micros, found timestamp-millis",
    );
    check_refused(writes(&micros, &millis), "field \"a\"");
    let local = record(&time("local-timestamp-millis"));
    check_refused(writes(&millis, &local), "local-timestamp-millis");
}

#[test]
fn another_scale_in_the_registry_is_refused() {
    let (two, four) = (record(&decimal(9, 2)), record(&decimal(9, 4)));
    writes(&two, &two).unwrap();
    check_refused(writes(&two, &four), "scale");
}

/// Java's `DecimalConversion` refuses to write more digits than the schema's precision.
#[test]
fn a_precision_over_the_registered_one_is_refused() {
    let (four, nine) = (decimal(4, 2), decimal(9, 2));
    let fixed = |precision: u32| {
        format!(
            r#"{{"type":"fixed","name":"F","size":4,"logicalType":"decimal","precision":{precision},"scale":2}}"#
        )
    };
    for (small, large) in [
        (record(&four), record(&nine)),
        (record(&fixed(4)), record(&fixed(9))),
        (format!(r#"["null",{four}]"#), format!(r#"["null",{nine}]"#)),
        (
            record(&format!(r#"{{"type":"map","values":["null",{four}]}}"#)),
            record(&format!(r#"{{"type":"map","values":["null",{nine}]}}"#)),
        ),
    ] {
        writes(&small, &small).unwrap();
        writes(&small, &large).unwrap();
        check_refused(writes(&large, &small), "precision 9");
    }
    // Fewer digits fit; bytes without a precision are not limited.
    writes(&record(&nine), &record("\"bytes\"")).unwrap();
    writes(&record("\"bytes\""), &record(&four)).unwrap();
}

#[test]
fn typed_codecs_refuse_a_precision_over_the_registered_one() {
    #[derive(Clone, Debug, PartialEq, Avro)]
    #[avro(rename = "R")]
    struct Price {
        a: crate::avro::Decimal<9, 2>,
    }
    let codec = Avro::<Price>::new();
    let check = |precision| codec.check_writes(&resolved(&record(&decimal(precision, 2))));
    check(9).unwrap();
    check(12).unwrap();
    check_refused(check(4), "field \"a\"");
}

#[test]
fn units_are_compared_inside_unions_arrays_and_maps() {
    let (millis, micros) = (time("timestamp-millis"), time("timestamp-micros"));
    for around in [
        r#"["null",T]"#,
        r#"{"type":"array","items":T}"#,
        r#"{"type":"map","values":T}"#,
        r#"["null",{"type":"array","items":["string",T]}]"#,
    ] {
        let [own, latest] = [&millis, &micros].map(|time| record(&around.replace('T', time)));
        writes(&own, &own).unwrap();
        check_refused(writes(&own, &latest), "timestamp-mi");
    }
}

#[test]
fn a_logical_type_on_one_side_alone_contradicts_nothing() {
    let (millis, long) = (record(&time("timestamp-millis")), record("\"long\""));
    writes(&millis, &long).unwrap();
    writes(&long, &millis).unwrap();
    // Documentation, aliases and defaults are not part of the data either.
    let documented = r#"{"type":"record","name":"R","doc":"d","fields":[
        {"name":"a","type":"long","default":7,"aliases":["b"]}]}"#;
    writes(&long, documented).unwrap();
    check_refused(writes(&long, &record("\"int\"")), "bytes differ");
}

#[test]
fn typed_codecs_refuse_other_units_too() {
    let (millis, micros) = (time("timestamp-millis"), time("timestamp-micros"));
    let codec = Avro::<Stay>::new();
    let check = |latest: &str| codec.check_writes(&resolved(latest));
    check(&stay(&millis, &millis)).unwrap();
    check_refused(check(&stay(&micros, &millis)), "field \"from\"");
    check_refused(check(&stay(&millis, &micros)), "timestamp-micros");
}

#[test]
fn a_type_and_a_text_of_other_units_are_no_codec() {
    let (millis, micros) = (time("timestamp-millis"), time("timestamp-micros"));
    let check = |text: &str| Avro::<Stay>::with_schema(text).map(drop);
    check(&stay(&millis, &millis)).unwrap();
    check_refused(check(&stay(&micros, &millis)), "timestamp-micros");
    check_refused(check(&stay(&millis, &micros)), "timestamp-micros");
}

#[test]
fn the_newest_version_with_another_unit_is_refused() {
    let registry = InMemoryRegistry::builder().rules(AvroRules).build();
    let subject = Subject::value("stays");
    let millis = time("timestamp-millis");
    let register = |text: String| {
        let def = SchemaDef::new(SchemaKind::Avro, text);
        now(registry.register(&subject, &def, Default::default())).unwrap();
    };
    let latest = || {
        let codec = Avro::<Stay>::new();
        now(Framed::latest(codec, &registry, subject.clone())).map(drop)
    };
    register(stay(&millis, &millis));
    latest().unwrap();
    register(stay(&millis, &time("timestamp-micros")));
    check_refused(latest(), "timestamp-micros");
}
