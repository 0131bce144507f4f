//! What nothing is generated from, and what is said then.

use wireform_build::{ErrorKind, avsc};

/// Files `a.avsc`, `b.avsc`, …
#[track_caller]
fn check(texts: &[&str], kind: ErrorKind, message: &str) {
    let name = |(number, text): (u8, &&str)| {
        (
            format!("{}.avsc", char::from(b'a' + number)),
            (*text).to_owned(),
        )
    };
    let texts: Vec<_> = (0..).zip(texts).map(name).collect();
    let error = avsc().generate_texts(&texts).unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert_eq!(error.to_string(), message);
}

#[test]
fn a_broken_schema_is_told_with_its_place() {
    check(
        &["\"int\"", "{\n  \"type\": \"record\",\n  oops"],
        ErrorKind::InvalidSchema,
        "b.avsc, line 3 column 3: not JSON: key must be a string",
    );
    check(
        &[
            r#"{"type": "record", "name": "A", "fields": [{"name": "n", "type": "int", "default": "x"}]}"#,
        ],
        ErrorKind::InvalidSchema,
        "a.avsc, line 1 column 84, /fields/0/default: the default value is not valid for int",
    );
    check(
        &[r#"{"type": "record", "name": "A", "fields": [{"name": "b", "type": "shop.B"}]}"#],
        ErrorKind::InvalidSchema,
        r#"a.avsc, line 1 column 66, /fields/0/type: unknown type "shop.B""#,
    );
}

#[test]
fn a_name_with_two_meanings_is_an_error() {
    let first = r#"{"type": "fixed", "name": "shop.Id", "size": 4}"#;
    check(
        &[first, r#"{"type": "fixed", "name": "shop.Id", "size": 8}"#],
        ErrorKind::InvalidSchema,
        r#"b.avsc, line 1 column 1, /: "shop.Id" is defined twice, otherwise at a.avsc, line 1 column 1, /"#,
    );
}

#[test]
fn files_in_a_circle_are_an_error() {
    let file = |name: &str, other: &str| {
        format!(
            r#"{{"type": "record", "name": "{name}", "fields": [{{"name": "other", "type": ["null", "{other}"]}}]}}"#
        )
    };
    check(
        &[&file("A", "B"), &file("B", "A")],
        ErrorKind::Unsupported,
        "a.avsc, b.avsc: these files refer to each other in a cycle, so none can be registered \
         first",
    );
}

#[test]
fn types_without_values_are_an_error() {
    check(
        &[r#"{"type": "enum", "name": "A", "symbols": []}"#],
        ErrorKind::Unsupported,
        "a.avsc: A: an enum without symbols has no values",
    );
    check(
        &["[]"],
        ErrorKind::Unsupported,
        "a.avsc: a: a union without branches has no values",
    );
}

#[test]
fn a_fixed_too_large_for_the_stack_is_an_error() {
    check(
        &[r#"{"type": "fixed", "name": "A", "size": 2147483647}"#],
        ErrorKind::Unsupported,
        "a.avsc: A: a fixed of 2147483647 bytes is too large for an array",
    );
}

#[test]
fn an_attribute_that_does_not_parse_is_an_error() {
    let settings = avsc().type_attribute(".", "#[derive(");
    let texts = [(
        "a.avsc".to_owned(),
        r#"{"type": "record", "name": "A", "fields": []}"#.to_owned(),
    )];
    let error = settings.generate_texts(&texts).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
}

/// They need not even be there.
#[track_caller]
fn check_file(path: &str, kind: ErrorKind, message: &str) {
    let error = avsc().generate(&[path]).unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert_eq!(error.to_string(), message);
}

#[test]
fn protocols_are_refused() {
    check_file(
        "shop.avdl",
        ErrorKind::Unsupported,
        "shop.avdl: an IDL file: convert it to .avsc files with `avro-tools idl2schemata`",
    );
    check_file(
        "SHOP.AVPR",
        ErrorKind::Unsupported,
        "SHOP.AVPR: a protocol, not a schema: move its types to .avsc files",
    );
}

#[test]
fn a_missing_file_is_named() {
    check_file("no_such.avsc", ErrorKind::Io, "cannot read no_such.avsc");
}
