use super::*;
use crate::error::ErrorKind;

#[track_caller]
fn check_canonical(text: &str, expected: &str) {
    let schema = Schema::parse(text).unwrap();
    assert_eq!(schema.canonical_form(), expected);
    assert_eq!(schema.text(), text);
    assert_eq!(
        Schema::parse(expected).unwrap().fingerprint(),
        schema.fingerprint()
    );
}

#[track_caller]
fn check_error(text: &str, expected: &str) {
    let error = Schema::parse(text).unwrap_err();
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn canonical_form_strips_what_bytes_do_not_need() {
    check_canonical(
        r#"{"type": "record", "name": "R", "namespace": "a.b", "doc": "x", "fields": [
            {"name": "f", "doc": "y", "type": {"type": "int", "logicalType": "date"}, "default": 1},
            {"name": "g", "type": ["null", "R"], "order": "ignore"}]}"#,
        r#"{"name":"a.b.R","type":"record","fields":[{"name":"f","type":"int"},{"name":"g","type":["null","a.b.R"]}]}"#,
    );
    check_canonical(
        r#"{"type":"enum","name":"E","symbols":["A","B"],"default":"A"}"#,
        r#"{"name":"E","type":"enum","symbols":["A","B"]}"#,
    );
    check_canonical(
        r#"{"type":"array","items":{"type":"map","values":"long"}}"#,
        r#"{"type":"array","items":{"type":"map","values":"long"}}"#,
    );
}

#[test]
fn names_take_the_enclosing_namespace() {
    let schema = Schema::parse(
        r#"{"type":"record","name":"a.R","namespace":"ignored","fields":[
            {"name":"x","type":{"type":"fixed","name":"F","size":1}},
            {"name":"y","type":{"type":"fixed","name":"G","namespace":"","size":1}},
            {"name":"z","type":"F"},{"name":"w","type":"G"}]}"#,
    )
    .unwrap();
    assert_eq!(schema.names(), ["G", "a.F", "a.R"]);
}

#[test]
fn names_may_be_used_before_they_are_defined() {
    let schema = Schema::parse_with(
        r#"{"type":"record","name":"R","fields":[{"name":"x","type":"shop.Item"}]}"#,
        &[
            r#"{"type":"record","name":"shop.Other","fields":[{"name":"i","type":{
                "type":"fixed","name":"Item","size":3}}]}"#,
        ],
    )
    .unwrap();
    let item = schema.named("shop.Item").unwrap();
    assert!(matches!(
        schema.kind(item),
        Kind::Fixed(Fixed { size: 3, .. })
    ));
    assert!(schema.canonical_form().contains(r#""size":3"#));
}

#[test]
fn mistakes_say_where_they_are() {
    check_error(
        "{\"type\":\n  \"recrd\"}",
        "line 2 column 3, /type: unknown type \"recrd\"",
    );
    check_error("", "line 1 column 1: not JSON");
    check_error("{\"type\": \"int\",}", "not JSON");
    check_error("12", "expected a type");
    check_error("[\"int\",[\"int\"]]", "must not directly hold a union");
    check_error("[\"int\",\"int\"]", "holds \"int\" twice");
    check_error(r#"{"type":"record","name":"R"}"#, "\"fields\" is missing");
    check_error(
        r#"{"type":"record","name":"1R","fields":[]}"#,
        "invalid name \"1R\"",
    );
    check_error(
        r#"{"type":"enum","name":"E","symbols":["A","A"]}"#,
        "second symbol \"A\"",
    );
    check_error(
        r#"{"type":"enum","name":"E","symbols":["A"],"default":"B"}"#,
        "not a symbol",
    );
    check_error(
        r#"{"type":"fixed","name":"F","size":-1}"#,
        "expected a size",
    );
    check_error(
        r#"{"type":"fixed","name":"F","size":2147483648}"#,
        "expected a size",
    );
    check_error(
        r#"{"type":"fixed","name":"long","size":1}"#,
        "name of a primitive",
    );
    check_error(
        r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}"#,
        "/fields/1: second field \"a\"",
    );
}

#[test]
fn defaults_are_checked() {
    let record = |field: &str| {
        format!(r#"{{"type":"record","name":"R","fields":[{{"name":"a",{field}}}]}}"#)
    };
    for good in [
        r#""type":"int","default":-3"#,
        r#""type":"double","default":1"#,
        r#""type":"double","default":"NaN""#,
        r#""type":["null","string"],"default":null"#,
        r#""type":["null","string"],"default":"x""#,
        r#""type":"bytes","default":"\u00ff""#,
        r#""type":{"type":"map","values":"long"},"default":{"x":1}"#,
    ] {
        Schema::parse(&record(good)).unwrap();
    }
    check_error(
        &record(r#""type":"int","default":"1""#),
        "/fields/0/default: the default value is not valid for int",
    );
    check_error(
        &record(r#""type":"int","default":2147483648"#),
        "not valid for int",
    );
    check_error(
        &record(r#""type":"bytes","default":"\u0100""#),
        "code point over 255",
    );
    check_error(
        &record(r#""type":["null","string"],"default":1"#),
        "not valid for any branch",
    );
}

#[test]
fn deep_and_large_schemas_are_refused() {
    let deep = format!(
        "{}\"int\"{}",
        r#"{"type":"array","items":"#.repeat(65),
        "}".repeat(65)
    );
    assert_eq!(
        Schema::parse(&deep).unwrap_err().kind(),
        ErrorKind::LimitExceeded
    );
    let deep = format!(
        "{}\"int\"{}",
        r#"{"type":"array","items":"#.repeat(200),
        "}".repeat(200)
    );
    assert!(Schema::parse(&deep).is_err());
    let brackets = "[".repeat(100_000);
    assert!(Schema::parse(&brackets).is_err());
}

#[test]
fn logical_type_that_does_not_fit_is_an_attribute() {
    let schema = Schema::parse(r#"{"type":"string","logicalType":"date","x":{"y": 1}}"#).unwrap();
    let node = schema.node(schema.root());
    assert_eq!(node.logical, None);
    let expected = [
        ("logicalType".to_owned(), "\"date\"".into()),
        ("x".to_owned(), "{\"y\": 1}".into()),
    ];
    assert_eq!(node.attributes, expected);
    let decimal = r#"{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}"#;
    let schema = Schema::parse(decimal).unwrap();
    let expected = Some(LogicalType::Decimal {
        precision: 4,
        scale: 2,
    });
    assert_eq!(schema.node(schema.root()).logical, expected);
}

#[test]
fn errors_name_the_text_that_they_are_in() {
    let good = r#"{"type": "fixed", "name": "Good", "size": 1}"#;
    for (broken, expected) in [
        ("{", "b.avsc, line 1 column 1"),
        (
            "[\n  \"x.Y\"]",
            "b.avsc, line 2 column 3, /0: unknown type \"x.Y\"",
        ),
        (
            "[\"int\",\n  [\"int\"]]",
            "b.avsc, line 2 column 3, /1: a union must not directly hold a union",
        ),
        (
            "{\"type\": \"array\", \"items\":\n [\"int\", \"int\"]}",
            "b.avsc, line 2 column 2, /items: a union holds \"int\" twice",
        ),
        (
            "{\"type\": \"record\", \"name\": \"R\", \"fields\": [\n{\"name\": \"f\", \"type\": \"int\", \"default\": \"\"}]}",
            "b.avsc, line 2 column 41, /fields/0/default: the default value is not valid for int",
        ),
    ] {
        let error = Schema::parse_files(&[("a.avsc", good), ("b.avsc", broken)]).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        let error = Schema::parse_with(good, &[broken]).unwrap_err();
        let expected = expected.replace("b.avsc", "reference 1");
        assert!(error.to_string().contains(&expected), "{error}");
    }
    let other = good.replace('1', "2");
    let error = Schema::parse_files(&[("a.avsc", good), ("b.avsc", &other)]).unwrap_err();
    assert!(error.to_string().contains("b.avsc, line 1"), "{error}");
}

#[test]
fn a_definition_may_stand_in_several_files_laid_out_otherwise() {
    let id = r#"{"type": "fixed", "name": "Id", "size": 4, "p": "a \"b\" c\\"}"#;
    let user = r#"{"type": "array", "items": "Id"}"#;
    let same = id.replace(", ", ",\r\n    ");
    assert!(Schema::parse_files(&[("a.avsc", id), ("b.avsc", &same), ("c", user)]).is_ok());
    // Documentation does not count; white space in the value of an attribute does.
    let documented = id.replace("\"size\"", "\"doc\": \"d\", \"size\"");
    assert!(Schema::parse_files(&[("a.avsc", id), ("b.avsc", &documented)]).is_ok());
    let other = id.replace("a \\", "a  \\");
    let error = Schema::parse_files(&[("a.avsc", id), ("b.avsc", &other)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "b.avsc, line 1 column 1, /: \"Id\" is defined twice, otherwise at a.avsc, line 1 column 1, /"
    );
}

#[test]
fn each_file_knows_those_that_it_needs() {
    let texts = [
        ("list", r#"{"type": "array", "items": "shop.Order"}"#),
        ("id", r#"{"type": "fixed", "name": "shop.Id", "size": 4}"#),
        (
            "order",
            r#"{"type": "record", "name": "Order", "namespace": "shop", "fields": [
                {"name": "id", "type": "Id"}, {"name": "next", "type": ["null", "Order"]}]}"#,
        ),
        ("other", r#"{"type": "map", "values": "shop.Id"}"#),
    ];
    let schemas = Schema::parse_files(&texts).unwrap();
    let names: Vec<_> = schemas.iter().map(Schema::names).collect();
    assert_eq!(
        names,
        [
            vec!["shop.Id", "shop.Order"],
            vec!["shop.Id"],
            vec!["shop.Id", "shop.Order"],
            vec!["shop.Id"]
        ]
    );
}

/// A record with fields `x` and `y` of these types.
fn two_fields(x: &str, y: &str) -> String {
    format!(
        r#"{{"type":"record","name":"R","fields":[{{"name":"x","type":{x}}},{{"name":"y","type":{y}}}]}}"#
    )
}

#[test]
fn a_second_definition_that_java_finds_equal_is_accepted() {
    for (one, other) in [
        (
            r#"{"type":"fixed","name":"F","size":4}"#,
            r#"{"size":4,"type":"fixed","name":"F","doc":"d"}"#,
        ),
        (
            r#"{"type":"enum","name":"E","symbols":["A"],"p":1,"q":{"a":1,"b":2}}"#,
            r#"{"type":"enum","name":"E","q":{"b":2, "a":1},"p":1,"symbols":["A"],"default":"A"}"#,
        ),
        (
            r#"{"type":"record","name":"S","fields":[{"name":"a","type":["null","S"],"default":null}]}"#,
            r#"{"type":"error","name":"S","aliases":["T"],"fields":[
                {"name":"a","type":["null",{"type":"S"}],"doc":"d","aliases":["b"],"default":null}]}"#,
        ),
    ] {
        let text = two_fields(one, other);
        let schema = Schema::parse(&text).unwrap();
        let name = schema
            .names()
            .into_iter()
            .find(|name| *name != "R")
            .unwrap();
        let plain = Schema::parse(&two_fields(one, &format!("{name:?}"))).unwrap();
        assert_eq!(schema.fingerprint(), plain.fingerprint());
    }
}

#[test]
fn a_second_definition_that_differs_is_refused() {
    let fixed = r#"{"type":"fixed","name":"F","size":4}"#;
    let record = |field: &str| format!(r#"{{"type":"record","name":"F","fields":[{field}]}}"#);
    let field = record(r#"{"name":"a","type":"int"}"#);
    for (one, other) in [
        (fixed, r#"{"type":"fixed","name":"F","size":5}"#),
        (fixed, r#"{"type":"enum","name":"F","symbols":["A"]}"#),
        (
            fixed,
            r#"{"type":"fixed","name":"F","size":4,"logicalType":"decimal","precision":4}"#,
        ),
        (fixed, r#"{"type":"fixed","name":"F","size":4,"p":"a b"}"#),
        (&field, &record(r#"{"name":"b","type":"int"}"#)),
        (&field, &record(r#"{"name":"a","type":"long"}"#)),
        (&field, &record(r#"{"name":"a","type":"int","default":1}"#)),
        (
            &field,
            &record(r#"{"name":"a","type":"int","order":"ignore"}"#),
        ),
        (&field, &record(r#"{"name":"a","type":"int","p":1}"#)),
        (&field, &record(r#"{"name":"a","type":["int"]}"#)),
        (&field, &record("")),
    ] {
        check_error(&two_fields(one, other), "\"F\" is defined twice");
    }
}

/// Java 1.12.1 reads `x` as the type of 4 bytes: that is the `F` it knows there.
#[test]
fn a_name_means_the_type_that_is_defined_before_it() {
    let schema = Schema::parse(
        r#"{"type":"record","name":"a.R","fields":[
            {"name":"w","type":{"type":"fixed","name":"F","namespace":"","size":4}},
            {"name":"x","type":"F"},
            {"name":"y","type":{"type":"fixed","name":"F","size":5}},
            {"name":"z","type":"F"}]}"#,
    )
    .unwrap();
    let Kind::Record(record) = schema.kind(schema.root()) else {
        panic!("not a record");
    };
    let names = record.fields.iter();
    let names = names.map(|field| schema.kind(field.schema).full_name().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), ["F", "F", "a.F", "a.F"]);
}

/// The datum of the default of the one field.
#[track_caller]
fn check_default(kind: &str, default: &str, expected: Option<&[u8]>) {
    let text = format!(
        r#"{{"type":"record","name":"R","fields":[{{"name":"a","type":{kind},"default":{default}}}]}}"#
    );
    let schema = Schema::parse_writer(&text, &[]).unwrap();
    let Kind::Record(record) = schema.kind(schema.root()) else {
        panic!("not a record");
    };
    let default = record.fields[0].default.as_ref().unwrap();
    assert_eq!(default.datum().ok(), expected, "{text}");
}

#[test]
fn numbers_beyond_a_double_are_infinite_in_defaults() {
    let (double, float) = (f64::INFINITY.to_le_bytes(), f32::INFINITY.to_le_bytes());
    check_default(r#""double""#, "1e999", Some(&double));
    check_default(r#""float""#, "1e999", Some(&float));
    check_default(
        r#"["null","double"]"#,
        "1e999",
        Some(&[&[2], &double[..]].concat()),
    );
    let list = [&[2], &f64::NEG_INFINITY.to_le_bytes()[..], &[0]].concat();
    check_default(
        r#"{"type":"array","items":"double"}"#,
        "[-1e999]",
        Some(&list),
    );
    check_default(r#""long""#, "1e999", None);
    check_default(r#""string""#, "1e999", None);
    check_default(r#""int""#, "-0", Some(&[0]));
}

/// Java reads the text with `Double.valueOf` where the field itself is a number.
#[test]
fn schemas_of_writers_may_have_numbers_in_strings_as_defaults() {
    for text in ["1.5", " 1.5 ", "15e-1", "+1.5d", "1.5F"] {
        let text = format!("{text:?}");
        check_default(r#""double""#, &text, Some(&1.5_f64.to_le_bytes()));
        check_default(r#""float""#, &text, Some(&1.5_f32.to_le_bytes()));
        check_default(
            r#"{"type":"array","items":"double"}"#,
            &format!("[{text}]"),
            None,
        );
        check_default(r#""int""#, &text, None);
    }
    check_default(
        r#""double""#,
        r#""1e999""#,
        Some(&f64::INFINITY.to_le_bytes()),
    );
    check_default(
        r#""double""#,
        r#""-Infinity""#,
        Some(&f64::NEG_INFINITY.to_le_bytes()),
    );
    for text in ["", "inf", "nan", "infinity", "1_0", "x"] {
        check_default(r#""double""#, &format!("{text:?}"), None);
    }
}
