//! What `golden_json/` holds is what is generated from `json_schema/*.json`; compiled, it reads and
//! writes every document of `json_schema/*.jsonl` without a change.
#![deny(warnings)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    reason = "a test"
)]

use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wireform_build::{ErrorKind, Integers, JsonSchema, Numbers, json_schema};

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

fn schema(case: &str) -> PathBuf {
    folder("json_schema").join(format!("{case}.json"))
}

/// The settings of a case.
fn settings(case: &str) -> JsonSchema {
    let beside = |name: &str| folder("json_schema").join(name);
    match case {
        "order" => json_schema()
            .reference(
                "https://example.com/shop/common.json",
                beside("common.json.txt"),
            )
            .reference("customer_of.json", beside("customer_of.json.txt"))
            .reference("money", beside("money.json.txt")),
        "numbers_plain" => json_schema()
            .integers(Integers::Plain)
            .numbers(Numbers::Float)
            .type_attribute("NumbersPlain", "#[must_use]")
            .field_attribute("NumbersPlain.any", "#[doc = \" Any number.\"]"),
        _ => json_schema(),
    }
}

macro_rules! golden {
    ($($case:ident: $root:ident;)+) => {
        $(#[allow(dead_code)]
        mod $case {
            include!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/golden_json/",
                stringify!($case),
                ".rs"
            ));

            #[test]
            fn documents_go_through_unchanged() {
                crate::go_through::<$root>(stringify!($case));
                let text = ::std::fs::read_to_string(crate::schema(stringify!($case))).unwrap();
                assert_eq!($root::SCHEMA, text);
            }
        })+

        const CASES: &[&str] = &[$(stringify!($case)),+];
    };
}

golden! {
    closed: Shape;
    combined: Combined;
    customer: Customer;
    documentation: Documented;
    listed: Listed;
    literals: Literals;
    maps: Maps;
    names: String2;
    nullable_root: Maybe;
    numbers: Numbers;
    numbers_plain: NumbersPlain;
    order: Order;
    payment: Pay;
    recursion: Node;
    tuples: Tuples;
    untyped: Untyped;
}

#[test]
fn golden_files_are_fresh() {
    let mut stale = Vec::new();
    for case in CASES {
        let generated = settings(case)
            .generate(&[schema(case)])
            .unwrap_or_else(|error| panic!("{case}: {error}"));
        let path = folder("golden_json").join(format!("{case}.rs"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, generated.text()).unwrap();
        }
        if std::fs::read_to_string(&path).unwrap_or_default() != generated.text() {
            stale.push(case);
        }
    }
    assert!(
        stale.is_empty(),
        "{stale:?}: run again with UPDATE_GOLDEN=1 and read the diff"
    );
}

/// Each document, read as text and as a value, and written again.
#[track_caller]
fn go_through<T: DeserializeOwned + Serialize>(case: &str) {
    let documents = folder("json_schema").join(format!("{case}.jsonl"));
    for text in std::fs::read_to_string(documents).unwrap().lines() {
        let expected: Value = serde_json::from_str(text).unwrap();
        let typed: T =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{case}: {text}: {error}"));
        let written = serde_json::to_value(&typed).unwrap();
        assert!(
            is_equal(&expected, &written),
            "{case}: {text} became {written}"
        );
        let typed: T = serde_json::from_value(expected.clone()).unwrap();
        let written = serde_json::to_string(&typed).unwrap();
        let written: Value = serde_json::from_str(&written).unwrap();
        assert!(
            is_equal(&expected, &written),
            "{case}: {text} became {written}"
        );
    }
}

/// As in JSON Schema: `1` and `1.0` are equal.
fn is_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || ((a.is_f64() || b.is_f64()) && a.as_f64() == b.as_f64())
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let is_same = |(key, a): (&String, &Value)| b.get(key).is_some_and(|b| is_equal(a, b));
            a.len() == b.len() && a.iter().all(is_same)
        }
        _ => a == b,
    }
}

#[track_caller]
fn check_refused<T: DeserializeOwned>(text: &str, why: &str) {
    let error = match serde_json::from_str::<T>(text) {
        Ok(_) => panic!("{text} was read"),
        Err(error) => error.to_string(),
    };
    assert!(error.contains(why), "{error}");
}

/// A value that a type cannot keep is an error, never another value.
#[test]
fn what_does_not_fit_is_refused() {
    check_refused::<customer::Customer>("{}", "missing field `addr`");
    check_refused::<customer::Customer>(r#"{"addr":null,"lines":null}"#, "expected an array");
    check_refused::<closed::Circle>(r#"{"r":1,"x":2}"#, "unknown member \"x\"");
    check_refused::<closed::Circle>("[1]", "expected an object (Circle)");
    check_refused::<closed::Point>("[]", "expected an object (Point)");
    check_refused::<closed::Shape>("1", "fits no variant of Shape");
    check_refused::<numbers::Numbers>(r#"{"byte":1.5}"#, "1.5 is out of the range");
    check_refused::<numbers::Numbers>(r#"{"big":-1}"#, "-1 is out of the range");
    check_refused::<numbers_plain::NumbersPlain>(
        r#"{"any":9223372036854775808}"#,
        "9223372036854775808 is out of the range",
    );
    check_refused::<literals::LiteralsStatus>(r#"{"NEW":null}"#, "expected a text");
    check_refused::<literals::LiteralsStatus>("\"old\"", "old");
    check_refused::<tuples::Tuples>(r#"{"pair":["a",1,2]}"#, "too long");
    check_refused::<tuples::Tuples>(r#"{"pair":["a"]}"#, "too short");
}

#[test]
fn absent_and_null_stay_apart() {
    let note = |text: &str| {
        serde_json::from_str::<customer::Customer>(text)
            .unwrap()
            .note
    };
    assert_eq!(note(r#"{"addr":null}"#), None);
    assert_eq!(note(r#"{"addr":null,"note":null}"#), Some(None));
    assert_eq!(
        note(r#"{"addr":null,"note":"n"}"#),
        Some(Some("n".to_owned()))
    );
}

#[test]
fn branches_are_chosen_by_what_they_require() {
    let read = |text: &str| serde_json::from_str::<payment::Pay>(text).unwrap();
    assert!(matches!(
        read(r#"{"id":"1","card":"c"}"#),
        payment::Pay::Card(_)
    ));
    let iban = read(r#"{"id":"1","iban":"i","card":5}"#);
    assert!(matches!(iban, payment::Pay::Iban(iban) if iban.additional_properties["card"] == 5));
    let read = |text: &str| {
        serde_json::from_str::<literals::Literals>(text)
            .unwrap()
            .events
    };
    let events = read(r#"{"events":[{"kind":"placed"},{"kind":"moved"},{"kind":3.0}]}"#).unwrap();
    assert!(matches!(events[0], literals::LiteralsEventsItem::Placed(_)));
    assert!(matches!(events[1], literals::LiteralsEventsItem::Moved(_)));
    assert!(!matches!(
        events[2],
        literals::LiteralsEventsItem::Placed(_) | literals::LiteralsEventsItem::Moved(_)
    ));
}

#[test]
fn symbols_have_their_texts() {
    use literals::LiteralsStatus;
    for text in ["NEW", "in-transit", "done", "", "NEW!", "new"] {
        let status = LiteralsStatus::from_text(text).unwrap();
        assert_eq!(
            (status.as_str(), status.to_string()),
            (text, text.to_owned())
        );
    }
    assert_eq!(LiteralsStatus::from_text("old"), None);
}

#[track_caller]
fn check_error(text: &str, kind: ErrorKind, message: &str) {
    let texts = [("shop/some.json".to_owned(), text.to_owned())];
    let error = json_schema().generate_texts(&texts).unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(message), "{error}");
}

#[test]
fn what_is_not_a_schema_is_refused_with_its_file() {
    check_error(
        "{",
        ErrorKind::InvalidSchema,
        "shop/some.json: not JSON: EOF",
    );
    check_error(
        "[]",
        ErrorKind::InvalidSchema,
        "shop/some.json: not a JSON Schema",
    );
    check_error(
        r##"{"items": {"$ref": "#/nothing"}}"##,
        ErrorKind::InvalidSchema,
        r##"shop/some.json, /items: "$ref" "#/nothing": target not found"##,
    );
}

#[test]
fn what_is_in_a_missing_file_is_any_value() {
    let text = r##"{"type": "array", "items": {"$ref": "other.json#/a"}}"##;
    let texts = [("shop/some.json".to_owned(), text.to_owned())];
    let generated = json_schema().generate_texts(&texts).unwrap();
    let text = generated.text();
    assert!(text.contains("// Not found, so any value: json-schema:///shop/other.json\n"));
    assert!(text.contains("pub struct Some2(pub ::std::vec::Vec<::serde_json::Value>);"));
}

#[test]
fn files_refer_to_each_other_by_their_paths() {
    let texts = [
        (
            "shop/a.json",
            r##"{"title": "A", "type": "object", "properties": {"b": {"$ref": "../b.json#/definitions/b"}}}"##,
        ),
        (
            "b.json",
            r##"{"title": "Others", "definitions": {"b": {"type": "object", "properties": {"a": {"$ref": "shop/a.json"}}}}}"##,
        ),
    ];
    let texts = texts.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let generated = json_schema().generate_texts(&texts).unwrap();
    assert!(
        generated
            .text()
            .contains("pub a: ::core::option::Option<::std::boxed::Box<A>>,")
    );
}

/// Two versions of a schema have one `$id`, and each its own definitions.
#[test]
fn a_reference_stays_in_its_document() {
    let text = |kind: &str| {
        format!(
            r##"{{"$id": "https://example.com/a", "title": "V", "type": "object",
            "properties": {{"a": {{"$ref": "#/definitions/a"}}}}, "definitions": {{"a": {{"type": "{kind}"}}}}}}"##
        )
    };
    let texts = [("v1.json", text("string")), ("v2.json", text("boolean"))];
    let texts = texts.map(|(name, text)| (name.to_owned(), text));
    let generated = json_schema().generate_texts(&texts).unwrap();
    assert!(
        generated
            .text()
            .contains("pub a: ::core::option::Option<::std::string::String>,")
    );
    assert!(
        generated
            .text()
            .contains("pub a: ::core::option::Option<bool>,")
    );
}

#[test]
fn the_same_input_gives_the_same_text() {
    let all: Vec<PathBuf> = CASES
        .iter()
        .filter(|case| **case != "order")
        .map(|case| schema(case))
        .collect();
    let first = json_schema().generate(&all).unwrap();
    assert_eq!(json_schema().generate(&all).unwrap(), first);
}

/// A variant is chosen by the names and values of its members before it is read: otherwise the time
/// would double with each level.
#[test]
fn unions_in_unions_are_read_once() {
    let depth = 60;
    let text = format!(
        "{}1{}",
        r#"{"op":"+","b":0,"a":"#.repeat(depth),
        "}".repeat(depth)
    );
    let text = format!(r#"{{"expression":{text}}}"#);
    let node: recursion::Node = serde_json::from_str(&text).unwrap();
    assert_eq!(
        serde_json::to_value(node).unwrap(),
        serde_json::from_str::<Value>(&text).unwrap()
    );
}
