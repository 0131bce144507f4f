use std::panic::catch_unwind;

use wireform_registry::ErrorKind as Refused;

use super::*;
use crate::error::ErrorKind;
use crate::testing::rules::in_memory;
use crate::testing::{avro, json_schema, protobuf};

/// Which versions do not follow which, as pairs of newer and older.
#[track_caller]
fn check(versions: &[SchemaSource], level: Level, expected: &[(usize, usize)]) {
    let place = Place::InMemory(in_memory());
    let sources: Vec<&SchemaSource> = versions.iter().collect();
    let found = place.wait(findings(place.registry(), &sources, level));
    let found = found.unwrap();
    let pairs: Vec<_> = found
        .iter()
        .map(|found| (found.newer, found.older))
        .collect();
    assert_eq!(pairs, expected, "{level}: {found:?}");
    assert!(
        found.iter().all(|found| !found.messages.is_empty()),
        "{found:?}"
    );
    let left = place.wait(async { Ok(place.registry().subjects(&Default::default()).await?) });
    assert_eq!(left.unwrap(), [], "cleaned up");
}

fn record(fields: &str) -> SchemaSource {
    avro(format!(
        r#"{{"type":"record","name":"R","fields":[{fields}]}}"#
    ))
}

/// A field comes with a default, and goes again.
fn there_and_back() -> [SchemaSource; 3] {
    let a = r#"{"name":"a","type":"int"}"#;
    [
        record(a),
        record(&format!(r#"{a},{{"name":"b","type":"int","default":0}}"#)),
        record(r#"{"name":"b","type":"int"}"#),
    ]
}

#[test]
fn levels_say_who_must_read_whom() {
    // The third drops a and wants a b, which the first does not have.
    let versions = there_and_back();
    check(&versions, Level::None, &[]);
    check(&versions, Level::Backward, &[]);
    check(&versions, Level::BackwardTransitive, &[(3, 1)]);
    check(&versions, Level::Forward, &[(3, 2)]);
    check(&versions, Level::ForwardTransitive, &[(3, 1), (3, 2)]);
    check(&versions, Level::Full, &[(3, 2)]);
    check(&versions, Level::FullTransitive, &[(3, 1), (3, 2)]);
}

#[test]
fn every_schema_type_is_checked() {
    let json = |properties: &str| {
        json_schema(format!(
            r#"{{"type":"object","additionalProperties":false,"properties":{{{properties}}}}}"#
        ))
    };
    let (id, both) = (
        r#""id":{"type":"string"}"#,
        r#""id":{"type":"string"},"n":{}"#,
    );
    check(&[json(id), json(both)], Level::Backward, &[]);
    check(&[json(id), json(both)], Level::Forward, &[(2, 1)]);

    let proto = |field: &str| protobuf(format!("syntax = \"proto3\"; message M {{ {field} }}"));
    let versions = [proto("int32 a = 1;"), proto("int64 a = 1;")];
    check(&versions, Level::FullTransitive, &[]);
    let versions = [proto("int32 a = 1;"), proto("string a = 1;")];
    check(&versions, Level::Backward, &[(2, 1)]);
}

#[test]
fn imports_evolve_with_what_imports_them() {
    let money =
        |fields: &str| protobuf(format!("syntax = \"proto3\"; message Money {{ {fields} }}"));
    let order = |money: SchemaSource| {
        let text =
            "syntax = \"proto3\"; import \"money.proto\"; message Order { Money total = 1; }";
        protobuf(text).with_import("money.proto", money)
    };
    let first = order(money("int64 cents = 1;"));
    let second = order(money("int64 cents = 1; string currency = 2;"));
    check(&[first.clone(), second], Level::FullTransitive, &[]);
    let broken = order(money("string cents = 1;"));
    check(&[first, broken], Level::Full, &[(2, 1)]);
}

#[test]
fn versions_that_are_the_same_follow_each_other() {
    let [first, second, _] = there_and_back();
    check(&[], Level::FullTransitive, &[]);
    check(std::slice::from_ref(&first), Level::FullTransitive, &[]);
    check(&[first.clone(), second, first], Level::FullTransitive, &[]);
}

#[track_caller]
fn check_panic(versions: &[SchemaSource], expected: &[&str]) {
    let panicked = catch_unwind(|| assert_evolves(versions, Level::BackwardTransitive));
    let panicked = panicked.expect_err("they do not follow each other");
    let message = panicked.downcast_ref::<String>().unwrap();
    for part in expected {
        assert!(message.contains(part), "{part} in {message}");
    }
}

#[test]
fn the_message_names_versions_places_and_reasons() {
    check_panic(
        &there_and_back(),
        &[
            "do not follow each other by BACKWARD_TRANSITIVE",
            "\n  version 3 after version 1:",
            "READER_FIELD_MISSING_DEFAULT_VALUE",
            "/fields/0",
        ],
    );
    check_panic(&[avro("{")], &["version 1: "]);
}

#[test]
fn a_registry_that_fails_is_no_verdict() {
    let registry = in_memory();
    registry
        .faults()
        .always(Some(wireform_registry::Fault::Status(503)));
    let place = Place::InMemory(registry);
    let version = avro(r#""int""#);
    let error = place
        .wait(findings(place.registry(), &[&version], Level::Full))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Registry(Refused::Server));
}

#[test]
fn a_version_with_a_broken_default_is_refused() {
    let broken = record(r#"{"name":"a","type":"int","default":"x"}"#);
    let place = Place::InMemory(in_memory());
    let versions = [&record(""), &broken];
    let error = place
        .wait(findings(place.registry(), &versions, Level::None))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSchema);
    assert!(error.to_string().starts_with("version 2: "), "{error}");
}

#[test]
fn a_subject_is_deleted_for_good_before_what_it_imports() {
    let money = r#"{"type":"record","name":"n.Money","fields":[]}"#;
    let order = r#"{"type":"record","name":"Order","fields":[{"name":"a","type":"n.Money"}]}"#;
    let order = avro(order).with_import("n.Money", avro(money));
    let place = Place::InMemory(in_memory());
    let deletions = place.wait(async {
        let mut trial = Trial::new(place.registry())?;
        trial.run(&[&order], Level::Full).await?;
        Ok(trial.deletions())
    });
    let deletions = deletions.unwrap();
    let [order, order_again, money, money_again] = deletions.as_slice() else {
        panic!("{deletions:?}")
    };
    assert_eq!((&order.0, order.1), (&order_again.0, Deletion::Soft));
    assert_eq!((&money.0, money.1), (&money_again.0, Deletion::Soft));
    let permanent = [order_again.1, money_again.1];
    assert_eq!(permanent, [Deletion::Permanent; 2]);
    assert!(money.0.as_str().starts_with(order.0.as_str()));
}
