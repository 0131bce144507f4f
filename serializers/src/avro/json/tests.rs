use super::*;
use crate::avro::Transcoder;

fn standard(schema: &str) -> AvroJson {
    AvroJson::new(&Schema::parse(schema).unwrap())
}

fn plain(schema: &str) -> AvroJson {
    standard(schema).plain()
}

fn readable(schema: &str) -> AvroJson {
    plain(schema).readable()
}

fn record(fields: &str) -> String {
    format!(r#"{{"type":"record","name":"a.R","fields":[{fields}]}}"#)
}

fn logical(kind: &str, name: &str) -> String {
    format!(r#"{{"type":"{kind}","logicalType":"{name}"}}"#)
}

/// Both ways, and nothing but errors for parts of either.
#[track_caller]
fn check(json: &AvroJson, datum: &[u8], text: &str) {
    assert_eq!(json.to_text(datum).unwrap(), text);
    assert_eq!(json.to_datum(text).unwrap(), datum);
    let spaced = text.replace(',', " ,\n\t").replace('{', "{ ");
    if !text.contains('"') {
        assert_eq!(json.to_datum(&format!(" {spaced}\r\n")).unwrap(), datum);
    }
    hostile(json, datum, text);
}

#[track_caller]
fn hostile(json: &AvroJson, datum: &[u8], text: &str) {
    for end in 0..datum.len() {
        assert!(
            json.to_text(&datum[..end]).is_err(),
            "prefix of {end} bytes"
        );
    }
    for (index, bit) in (0..datum.len()).flat_map(|i| (0..8).map(move |bit| (i, bit))) {
        let mut flipped = datum.to_vec();
        flipped[index] ^= 1 << bit;
        if let Ok(text) = json.to_text(&flipped) {
            serde_json::from_str::<serde_json::Value>(&text).unwrap();
        }
    }
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
        let mut out = vec![7];
        // The prefix of a number may be a number.
        let _ = json.write_datum(&text[..end], &mut out);
        let _ = json.write_datum(&text[end..], &mut out);
    }
    for (index, byte) in (0..text.len()).flat_map(|i| b"\"\\{}[]:,0e-n \0".map(move |b| (i, b))) {
        let mut changed = text.as_bytes().to_vec();
        changed[index] = byte;
        if let Ok(changed) = String::from_utf8(changed) {
            let ours = json.to_datum(&changed);
            let is_json = serde_json::from_str::<serde_json::Value>(&changed).is_ok();
            assert!(is_json || ours.is_err(), "{changed}");
        }
    }
}

#[track_caller]
fn check_read(json: &AvroJson, text: &str, datum: &[u8]) {
    assert_eq!(json.to_datum(text).unwrap(), datum);
}

#[track_caller]
fn check_refused(json: &AvroJson, text: &str, kind: ErrorKind, message: &str) {
    let mut out = vec![7];
    let error = json.write_datum(text, &mut out).unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(message), "{error}");
    assert_eq!(out, [7], "out is restored on error");
}

#[test]
fn primitives_are_json_s_own() {
    check(&standard("\"null\""), &[], "null");
    check(&standard("\"boolean\""), &[1], "true");
    check(&standard("\"boolean\""), &[0], "false");
    check(&standard("\"int\""), &[1], "-1");
    check(
        &standard("\"int\""),
        &[0xff, 0xff, 0xff, 0xff, 0x0f],
        "-2147483648",
    );
    let max = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
    check(&standard("\"long\""), &max, "9223372036854775807");
    check(&standard("\"float\""), &0.1_f32.to_le_bytes(), "0.1");
    check(
        &standard("\"float\""),
        &f32::MAX.to_le_bytes(),
        "3.4028235e38",
    );
    check(&standard("\"double\""), &(-0.0_f64).to_le_bytes(), "-0.0");
    check(&standard("\"double\""), &5e-324_f64.to_le_bytes(), "5e-324");
    check(&standard("\"double\""), &1e300_f64.to_le_bytes(), "1e300");
    check(&standard("\"string\""), b"\x04hi", "\"hi\"");
}

#[test]
fn numbers_without_json_are_java_s_strings() {
    for (value, text) in [
        (f64::NAN, "\"NaN\""),
        (f64::INFINITY, "\"Infinity\""),
        (f64::NEG_INFINITY, "\"-Infinity\""),
    ] {
        check(&standard("\"double\""), &value.to_le_bytes(), text);
        #[allow(clippy::cast_possible_truncation, reason = "floats have them too")]
        let float = value as f32;
        check(&standard("\"float\""), &float.to_le_bytes(), text);
    }
    check_read(
        &standard("\"double\""),
        "\"-INF\"",
        &f64::NEG_INFINITY.to_le_bytes(),
    );
    check_refused(
        &standard("\"double\""),
        "\"1\"",
        ErrorKind::Encode,
        "a number",
    );
}

#[test]
fn strings_are_escaped_where_json_or_a_terminal_needs_it() {
    let text = "\u{1f980}\"\\/\n\r\t\u{0}\u{1b}\u{7f}\u{9b}é";
    let mut datum = Vec::new();
    crate::avro::write::bytes(text.as_bytes(), &mut datum);
    let expected = "\"\u{1f980}\\\"\\\\/\\n\\r\\t\\u0000\\u001b\\u007f\\u009bé\"";
    check(&standard("\"string\""), &datum, expected);
    let escapes = r#""\uD83e\udd80\"\\\/\n\r\t\u0000\u001B\u007F\u009bé""#;
    check_read(&standard("\"string\""), escapes, &datum);
    check_read(&standard("\"string\""), r#""\b\f""#, &[4, 8, 12]);
}

#[test]
fn bytes_are_code_points() {
    check(
        &standard("\"bytes\""),
        &[8, 0, 0x41, 0x9f, 0xff],
        "\"\\u0000A\\u009fÿ\"",
    );
    let fixed = standard(r#"{"type":"fixed","name":"F","size":2}"#);
    check(&fixed, &[0x22, 0xe9], "\"\\\"é\"");
    check_refused(
        &fixed,
        "\"a\"",
        ErrorKind::Encode,
        "expected 2 bytes, found 1",
    );
    check_refused(
        &standard("\"bytes\""),
        "\"\u{100}\"",
        ErrorKind::Encode,
        "over 255",
    );
}

#[test]
fn containers_nest_and_maps_keep_their_order() {
    check(
        &standard(r#"{"type":"array","items":"int"}"#),
        &[6, 2, 4, 6, 0],
        "[1,2,3]",
    );
    check(&standard(r#"{"type":"array","items":"int"}"#), &[0], "[]");
    let map = standard(r#"{"type":"map","values":{"type":"array","items":"int"}}"#);
    check(
        &map,
        &[4, 2, b'z', 2, 2, 0, 2, b'a', 0, 0],
        r#"{"z":[1],"a":[]}"#,
    );
    // Duplicates of a map are kept, too.
    check(&map, &[4, 2, b'z', 0, 2, b'z', 0, 0], r#"{"z":[],"z":[]}"#);
    let enumeration = standard(r#"{"type":"enum","name":"E","symbols":["A","B"]}"#);
    check(&enumeration, &[2], "\"B\"");
    check_refused(&enumeration, "\"C\"", ErrorKind::Encode, "no such symbol");
    let blocks = standard(r#"{"type":"array","items":"int"}"#);
    assert_eq!(blocks.to_text(&[3, 4, 2, 4, 2, 6, 0]).unwrap(), "[1,2,3]");
}

#[test]
fn fields_are_read_in_any_order_and_defaults_filled_in() {
    let json = standard(&record(
        r#"{"name":"a","type":"int"},{"name":"b","type":"string","default":"x"}"#,
    ));
    check(&json, &[2, 2, b'y'], r#"{"a":1,"b":"y"}"#);
    check_read(&json, r#"{"b":"y","a":1}"#, &[2, 2, b'y']);
    check_read(&json, r#"{"a":1}"#, &[2, 2, b'x']);
    check_refused(
        &json,
        r#"{"b":"y"}"#,
        ErrorKind::Encode,
        "field \"a\": the field is left out",
    );
    check_refused(
        &json,
        r#"{"a":1,"c":2}"#,
        ErrorKind::Encode,
        "field \"c\": the record a.R has no",
    );
    check_refused(&json, r#"{"a":1,"a":2}"#, ErrorKind::Encode, "twice");
}

#[test]
fn unions_name_their_branch() {
    let json = standard(&format!(
        r#"["null","int",{},{{"type":"map","values":"int"}},"string"]"#,
        record("")
    ));
    check(&json, &[0], "null");
    check(&json, &[2, 10], r#"{"int":5}"#);
    check(&json, &[4], r#"{"a.R":{}}"#);
    check(&json, &[6, 0], r#"{"map":{}}"#);
    check(&json, &[8, 2, b'x'], r#"{"string":"x"}"#);
    check_refused(
        &json,
        r#"{"R":{}}"#,
        ErrorKind::Encode,
        "one of the branches null, int, a.R",
    );
    check_refused(&json, "5", ErrorKind::Encode, "names a branch");
    check_refused(&json, "{}", ErrorKind::Encode, "name a branch");
    check_refused(
        &json,
        r#"{"int":5,"string":""}"#,
        ErrorKind::Encode,
        "one branch",
    );
    check_refused(
        &standard(r#"["int"]"#),
        "null",
        ErrorKind::Encode,
        "branches int",
    );
}

#[test]
fn plain_unions_take_the_first_branch_that_fits() {
    let json = plain(r#"["null","int","long","double","string","bytes"]"#);
    check(&json, &[0], "null");
    check(&json, &[2, 10], "5");
    check(&json, &[4, 0x80, 0x80, 0x80, 0x80, 0x20], "4294967296");
    check(
        &json,
        &[[6].as_slice(), &1.5_f64.to_le_bytes()].concat(),
        "1.5",
    );
    check(&json, &[8, 2, b'x'], "\"x\"");
    check_read(
        &json,
        "1e3",
        &[[6].as_slice(), &1000_f64.to_le_bytes()].concat(),
    );
    check_refused(&json, "true", ErrorKind::Encode, "found a boolean");
    let floats = plain(r#"["float","double"]"#);
    check(
        &floats,
        &[[0].as_slice(), &0.1_f32.to_le_bytes()].concat(),
        "0.1",
    );
    for value in [5e-324_f64, 1e300, 0.123_456_789_012] {
        let datum = [[2].as_slice(), &value.to_le_bytes()].concat();
        check(&floats, &datum, &format!("{value:?}"));
    }
    // 2^53 + 1 is no double.
    let exact = plain(r#"["float","double","long"]"#);
    check_read(
        &exact,
        "9007199254740993",
        &[4, 0x82, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20],
    );
    check_read(
        &floats,
        "16777216",
        &[[0].as_slice(), &16_777_216_f32.to_le_bytes()].concat(),
    );
    check_read(
        &floats,
        "16777217",
        &[[2].as_slice(), &16_777_217_f64.to_le_bytes()].concat(),
    );
    check_read(&exact, "5", &[4, 10]);
    check_read(
        &exact,
        "5.0",
        &[[0].as_slice(), &5_f32.to_le_bytes()].concat(),
    );
    let beyond = [[0].as_slice(), &2_f32.powi(63).to_le_bytes()].concat();
    check_read(&exact, "9223372036854775808", &beyond);
    let long = "0.12345678901234567";
    let float = 0.123_456_79_f32.to_le_bytes();
    check_read(
        &plain(r#"["null","float"]"#),
        long,
        &[[2].as_slice(), &float].concat(),
    );
    // Of one branch that could take it, the reason.
    let pair = r#"["null",{"type":"enum","name":"E","symbols":["A"]}]"#;
    check_refused(&plain(pair), "\"B\"", ErrorKind::Encode, "no such symbol");
}

#[test]
fn plain_unions_tell_records_apart() {
    let json = plain(
        r#"[{"type":"record","name":"A","fields":[{"name":"x","type":"int"}]},
            {"type":"record","name":"B","fields":[{"name":"x","type":"string"}]},
            {"type":"map","values":"boolean"}]"#,
    );
    check(&json, &[0, 2], r#"{"x":1}"#);
    check(&json, &[2, 2, b'y'], r#"{"x":"y"}"#);
    check(&json, &[4, 2, 2, b'x', 1, 0], r#"{"x":true}"#);
    check_refused(
        &json,
        r#"{"x":null}"#,
        ErrorKind::Encode,
        "one of the union's branches",
    );
    check_refused(&json, r#"{"x":?}"#, ErrorKind::Decode, "line 1, column 6");
}

#[test]
fn plain_unions_do_not_try_without_end() {
    let schema = r#"{"type":"record","name":"A","fields":[{"name":"n","type":["null","A",
        {"type":"record","name":"B","fields":[{"name":"n","type":["null","A","B"]},
                                              {"name":"z","type":"int","default":0}]}]}]}"#;
    let deep = format!("{}5{}", r#"{"n":"#.repeat(40), "}".repeat(40));
    check_refused(&plain(schema), &deep, ErrorKind::LimitExceeded, "in vain");
}

#[test]
fn numbers_must_fit_their_type() {
    check_refused(
        &standard("\"int\""),
        "2147483648",
        ErrorKind::Encode,
        "not valid for int",
    );
    check_refused(
        &standard("\"int\""),
        "1.0",
        ErrorKind::Encode,
        "not valid for int",
    );
    check_refused(
        &standard("\"long\""),
        "9223372036854775808",
        ErrorKind::Encode,
        "not valid for long",
    );
    check_refused(
        &standard("\"double\""),
        "1e999",
        ErrorKind::Encode,
        "out of range",
    );
    check_refused(
        &standard("\"float\""),
        "1e39",
        ErrorKind::Encode,
        "out of range",
    );
    check_refused(
        &standard("\"int\""),
        "\"1\"",
        ErrorKind::Encode,
        "found a string",
    );
}

#[test]
fn what_is_no_json_is_an_error_with_its_place() {
    let json = standard(r#"{"type":"array","items":"string"}"#);
    for text in [
        "",
        "[",
        "[\"",
        "[\"a\",]",
        "[\"a\" \"b\"]",
        "[\"\\x\"]",
        "[\"\\ud800\"]",
        "[\"\\udc00\"]",
        "[\"\\ud800\\u0041\"]",
        "[\"\\u12\"]",
        "[\"\\u12é4\"]",
        "[\"\u{1}\"]",
        "[]x",
        "[,]",
        "[\"\\é\"]",
    ] {
        check_refused(&json, text, ErrorKind::Decode, "line 1, column ");
    }
    for text in ["01", "+1", "-", "1.", ".5", "1e", "--1", "0x1", "NaN"] {
        check_refused(
            &standard("\"double\""),
            text,
            ErrorKind::Decode,
            "line 1, column ",
        );
    }
    check_refused(
        &json,
        "[\n  tru]",
        ErrorKind::Encode,
        "field \"[0]\": expected string",
    );
    check_refused(
        &standard("\"boolean\""),
        "\n tru",
        ErrorKind::Decode,
        "line 2, column 2",
    );
}

#[test]
fn logical_types_are_readable_by_option() {
    check(&readable(&logical("int", "date")), &[2], "\"1970-01-02\"");
    check(
        &readable(&logical("int", "time-millis")),
        &[2],
        "\"00:00:00.001\"",
    );
    check(
        &readable(&logical("long", "time-micros")),
        &[2],
        "\"00:00:00.000001\"",
    );
    for (name, digits) in [
        ("millis", "001"),
        ("micros", "000001"),
        ("nanos", "000000001"),
    ] {
        let text = format!("\"1970-01-01T00:00:00.{digits}Z\"");
        check(
            &readable(&logical("long", &format!("timestamp-{name}"))),
            &[2],
            &text,
        );
        let text = format!("\"1970-01-01T00:00:00.{digits}\"");
        check(
            &readable(&logical("long", &format!("local-timestamp-{name}"))),
            &[2],
            &text,
        );
    }
    let millis = logical("long", "timestamp-millis");
    check(&plain(&millis), &[2], "1");
    check_read(&readable(&millis), "1", &[2]);
    check_read(
        &readable(&millis),
        "\"1970-01-01T01:00:00.001+01:00\"",
        &[2],
    );
    check_refused(
        &readable(&millis),
        "\"yesterday\"",
        ErrorKind::Encode,
        "timestamp-millis",
    );
    check_refused(
        &plain(&millis),
        "\"1970-01-01T00:00:00Z\"",
        ErrorKind::Encode,
        "expected long",
    );
    // Years that RFC 3339 does not have stay numbers.
    let max = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
    check(&readable(&millis), &max, "9223372036854775807");
    check(&readable(&logical("int", "time-millis")), &[1], "-1");
}

#[test]
fn decimals_are_texts() {
    let bytes = readable(r#"{"type":"bytes","logicalType":"decimal","precision":6,"scale":2}"#);
    check(&bytes, &[4, 0x04, 0xd2], "\"12.34\"");
    check(&bytes, &[2, 0xff], "\"-0.01\"");
    check_read(&bytes, "12.340", &[4, 0x04, 0xd2]);
    check_read(&bytes, "12", &[4, 0x04, 0xb0]);
    check_refused(&bytes, "\"1.234\"", ErrorKind::Encode, "behind the point");
    check_refused(
        &bytes,
        "\"12345.67\"",
        ErrorKind::Encode,
        "more than 6 digits",
    );
    check_refused(&bytes, "\"ten\"", ErrorKind::Encode, "decimal number");
    assert!(bytes.to_text(&[0]).is_err());
    let long = [vec![0x82, 0x08], vec![1; 513]].concat();
    assert!(bytes.to_text(&long).is_err());
    let fixed = readable(
        r#"{"type":"fixed","name":"F","size":4,"logicalType":"decimal","precision":9,"scale":3}"#,
    );
    check(&fixed, &[0xff, 0xff, 0xfc, 0x18], "\"-1.000\"");
    let big = readable(&logical("bytes", "big-decimal"));
    check(&big, &[8, 4, 0x04, 0xd2, 4], "\"12.34\"");
    check(&big, &[6, 2, 12, 5], "\"12E3\"");
    assert!(big.to_text(&[8, 4, 0x04, 0xd2, 0x80]).is_err());
}

#[test]
fn uuids_and_durations_are_readable() {
    let fixed = r#"{"type":"fixed","name":"U","size":16,"logicalType":"uuid"}"#;
    let uuid: Vec<u8> = (1..=16).collect();
    let text = "\"01020304-0506-0708-090a-0b0c0d0e0f10\"";
    check(&readable(fixed), &uuid, text);
    let raw = plain(fixed).to_text(&uuid).unwrap();
    check_read(&readable(fixed), &raw, &uuid);
    let string = [vec![72], text.trim_matches('"').as_bytes().to_vec()].concat();
    check(&readable(&logical("string", "uuid")), &string, text);
    let duration = r#"{"type":"fixed","name":"D","size":12,"logicalType":"duration"}"#;
    let datum = [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0];
    check(
        &readable(duration),
        &datum,
        r#"{"months":1,"days":2,"millis":3}"#,
    );
    let raw = plain(duration).to_text(&datum).unwrap();
    check_read(&readable(duration), &raw, &datum);
    check_read(
        &readable(duration),
        r#"{"days":2,"millis":3,"months":1}"#,
        &datum,
    );
    for text in [
        "{}",
        r#"{"days":2,"days":2,"months":1}"#,
        r#"{"days":2,"millis":3,"x":1}"#,
        r#"{"days":-2,"millis":3,"months":1}"#,
        r#"{"days":"2","millis":3,"months":1}"#,
    ] {
        check_refused(&readable(duration), text, ErrorKind::Encode, "expected");
    }
}

#[test]
fn readable_types_work_inside_unions() {
    let schema = r#"["null",{"type":"long","logicalType":"timestamp-millis"},
        {"type":"bytes","logicalType":"decimal","precision":4,"scale":2},"string"]"#;
    check(&readable(schema), &[2, 2], "\"1970-01-01T00:00:00.001Z\"");
    check(&readable(schema), &[4, 2, 1], "\"0.01\"");
    check(&readable(schema), &[6, 2, b'x'], "\"x\"");
    let tagged = standard(schema).readable();
    check(&tagged, &[2, 2], r#"{"long":"1970-01-01T00:00:00.001Z"}"#);
}

#[test]
fn deep_values_are_refused_both_ways() {
    let json = standard(&record(r#"{"name":"n","type":["null","a.R"]}"#));
    let deep = |levels: usize| {
        let text = format!(
            "{}null{}",
            r#"{"n":{"a.R":"#.repeat(levels) + r#"{"n":"#,
            "}".repeat(2 * levels + 1)
        );
        ([vec![2; levels], vec![0]].concat(), text)
    };
    let (datum, text) = deep(63);
    check_read(&json, &text, &datum);
    assert_eq!(json.to_text(&datum).unwrap(), text);
    let (datum, text) = deep(64);
    check_refused(&json, &text, ErrorKind::LimitExceeded, "deep");
    assert_eq!(
        json.to_text(&datum).unwrap_err().kind(),
        ErrorKind::LimitExceeded
    );
    let brackets = "[".repeat(1 << 20);
    check_refused(&json, &brackets, ErrorKind::Encode, "found an array");
    let json = standard(
        r#"{"type":"record","name":"T","fields":[
        {"name":"c","type":{"type":"array","items":"T"}}]}"#,
    );
    check_refused(
        &json,
        &r#"{"c":["#.repeat(100_000),
        ErrorKind::LimitExceeded,
        "deep",
    );
}

#[test]
fn little_data_does_not_become_much_text() {
    let symbol = "S".repeat(1000);
    let json = standard(&format!(
        r#"{{"type":"array","items":{{"type":"enum","name":"E","symbols":["{symbol}"]}}}}"#
    ));
    let datum = [vec![0x80, 0x80, 0x08], vec![0; 65_536], vec![0]].concat();
    assert_eq!(
        json.to_text(&datum).unwrap_err().kind(),
        ErrorKind::LimitExceeded
    );
    let default = "x".repeat(1 << 20);
    let json = standard(&format!(
        r#"{{"type":"array","items":{}}}"#,
        record(&format!(
            r#"{{"name":"d","type":"string","default":"{default}"}}"#
        ))
    ));
    let text = format!("[{}{{}}]", "{},".repeat(100));
    check_refused(&json, &text, ErrorKind::LimitExceeded, "more room");
}

#[test]
fn errors_name_the_place() {
    let json = standard(&record(
        r#"{"name":"items","type":{"type":"array","items":{"type":"map","values":"int"}}}"#,
    ));
    let error = json
        .to_datum(r#"{"items":[{},{"secret":"x"}]}"#)
        .unwrap_err();
    assert_eq!(error.path(), "items[1][\"\"]");
    assert!(!format!("{error} {error:?}").contains("secret"));
    let error = json.to_text(&[4, 0, 2, 2, b's']).unwrap_err();
    assert_eq!(error.path(), "items[1][\"\"]");
    let error = json.to_text(&[0, 0]).unwrap_err();
    assert!(error.to_string().contains("left over"));
}

#[test]
fn transcoded_data_is_the_reader_s_json() {
    let writer = Schema::parse(&record(r#"{"name":"n","type":"int"}"#)).unwrap();
    let reader = Schema::parse(&record(
        r#"{"name":"m","type":{"type":"map","values":"int"},"default":{"z":1,"a":2}},
           {"name":"n","type":["null","long"]}"#,
    ))
    .unwrap();
    let mut datum = Vec::new();
    Transcoder::new(&writer, &reader)
        .unwrap()
        .transcode(&[2], &mut datum)
        .unwrap();
    assert_eq!(
        to_json(&reader, &datum).unwrap().len(),
        r#"{"m":{"z":1,"a":2},"n":{"long":1}}"#.len()
    );
    let mut again = Vec::new();
    from_json(&reader, &to_json(&reader, &datum).unwrap(), &mut again).unwrap();
    assert_eq!(again, datum);
}
