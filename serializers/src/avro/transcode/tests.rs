use super::*;

#[track_caller]
fn transcode(writer: &str, reader: &str, datum: &[u8]) -> Result<Vec<u8>> {
    let writer = Schema::parse(writer).unwrap();
    let reader = Schema::parse(reader).unwrap();
    let transcoder = Transcoder::new(&writer, &reader)?;
    let mut out = vec![7];
    let result = transcoder.transcode(datum, &mut out);
    assert_eq!(out[0], 7);
    assert!(result.is_ok() || out.len() == 1, "out is restored on error");
    for end in 0..datum.len() {
        assert!(transcoder.transcode(&datum[..end], &mut out).is_err());
    }
    for (index, bit) in (0..datum.len()).flat_map(|i| (0..8).map(move |bit| (i, bit))) {
        let mut flipped = datum.to_vec();
        flipped[index] ^= 1 << bit;
        let _ = transcoder.transcode(&flipped, &mut Vec::new());
    }
    result.map(|()| out.split_off(1))
}

#[track_caller]
fn check(writer: &str, reader: &str, datum: &[u8], expected: &[u8]) {
    assert_eq!(transcode(writer, reader, datum).unwrap(), expected);
}

#[track_caller]
fn check_error(writer: &str, reader: &str, datum: &[u8], kind: ErrorKind, message: &str) {
    let error = transcode(writer, reader, datum).unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(message), "{error}");
}

fn record(fields: &str) -> String {
    format!(r#"{{"type":"record","name":"R","fields":[{fields}]}}"#)
}

#[test]
fn scalars_are_promoted() {
    check("\"int\"", "\"long\"", &[3], &[3]);
    check("\"int\"", "\"float\"", &[4], &2_f32.to_le_bytes());
    check("\"int\"", "\"double\"", &[3], &(-2_f64).to_le_bytes());
    check("\"long\"", "\"float\"", &[4], &2_f32.to_le_bytes());
    check("\"long\"", "\"double\"", &[4], &2_f64.to_le_bytes());
    check(
        "\"float\"",
        "\"double\"",
        &1.5_f32.to_le_bytes(),
        &1.5_f64.to_le_bytes(),
    );
    check("\"string\"", "\"bytes\"", &[2, b'x'], &[2, b'x']);
    check("\"bytes\"", "\"string\"", &[2, b'x'], &[2, b'x']);
    check("\"null\"", "\"null\"", &[], &[]);
    check("\"boolean\"", "\"boolean\"", &[1], &[1]);
    check_error(
        "\"bytes\"",
        "\"string\"",
        &[2, 0xff],
        ErrorKind::Decode,
        "UTF-8",
    );
}

#[test]
fn nan_keeps_its_bits() {
    let nan = 0x7ff8_dead_beef_0001_u64.to_le_bytes();
    check("\"double\"", "\"double\"", &nan, &nan);
}

#[test]
fn fields_are_reordered_dropped_renamed_and_filled_in() {
    let writer = record(
        r#"{"name":"a","type":"int"},{"name":"gone","type":{"type":"array","items":"string"}},
           {"name":"b","type":"string"}"#,
    );
    let reader = record(
        r#"{"name":"new","type":"int","default":5},{"name":"c","type":"string","aliases":["b"]},
           {"name":"a","type":"long"}"#,
    );
    let datum = [2, 2, 2, b'z', 0, 4, b'h', b'i'];
    check(&writer, &reader, &datum, &[10, 4, b'h', b'i', 2]);
}

#[test]
fn unions_are_renumbered_entered_and_left() {
    check(r#"["null","int"]"#, r#"["long","null"]"#, &[2, 8], &[0, 8]);
    check(r#"["null","int"]"#, r#"["long","null"]"#, &[0], &[2]);
    check("\"int\"", r#"["null","long"]"#, &[8], &[2, 8]);
    check(r#"["null","int"]"#, "\"int\"", &[2, 8], &[8]);
    check_error(
        r#"["null","int"]"#,
        "\"int\"",
        &[0],
        ErrorKind::Incompatible,
        "expected int",
    );
}

#[test]
fn record_of_a_union_is_not_read_as_another_one() {
    // As Java: of the reader's records the one with the name is meant, even if it does not fit.
    let writer = r#"[{"type":"record","name":"A","fields":[{"name":"x","type":"int"}]},"null"]"#;
    let reader = r#"[{"type":"record","name":"B","fields":[]},"null",
        {"type":"record","name":"A","fields":[{"name":"y","type":"int"}]}]"#;
    check(writer, reader, &[2], &[2]);
    check_error(
        writer,
        reader,
        &[0, 4],
        ErrorKind::Incompatible,
        "field \"y\"",
    );
    // Without one of that name, one of the same fields will do.
    let other = r#"["null",{"type":"record","name":"B","fields":[{"name":"x","type":"int"}]}]"#;
    check(writer, other, &[0, 4], &[2, 4]);
}

#[test]
fn enum_symbols_are_renumbered() {
    let writer = r#"{"type":"enum","name":"E","symbols":["A","B","C"]}"#;
    let reader = r#"{"type":"enum","name":"E","symbols":["C","A"]}"#;
    let with_default = r#"{"type":"enum","name":"E","symbols":["C","A"],"default":"A"}"#;
    check(writer, reader, &[4], &[0]);
    check(writer, with_default, &[2], &[2]);
    check_error(writer, reader, &[2], ErrorKind::Decode, "number 1");
}

#[test]
fn blocks_become_one_and_maps_keep_their_order() {
    let ints = r#"{"type":"array","items":"int"}"#;
    // One block with a byte size, one without.
    check(ints, ints, &[3, 4, 2, 4, 2, 6, 0], &[6, 2, 4, 6, 0]);
    check(ints, ints, &[0], &[0]);
    let map = r#"{"type":"map","values":"int"}"#;
    let longs = r#"{"type":"map","values":"long"}"#;
    let entries = [6, 2, b'z', 2, 2, b'a', 4, 2, b'z', 6, 0];
    check(map, longs, &entries, &entries);
}

#[test]
fn recursive_types_are_followed() {
    let list = record(r#"{"name":"v","type":"int"},{"name":"next","type":["null","R"]}"#);
    let reader = record(r#"{"name":"next","type":["null","R"]},{"name":"v","type":"long"}"#);
    check(&list, &reader, &[2, 2, 4, 0], &[2, 0, 4, 2]);
}

#[test]
fn errors_name_the_place() {
    let writer = record(r#"{"name":"a","type":{"type":"array","items":["null","int"]}}"#);
    let reader = record(r#"{"name":"a","type":{"type":"array","items":"int"}}"#);
    let error = transcode(&writer, &reader, &[4, 2, 2, 0, 0]).unwrap_err();
    assert_eq!(error.path(), "a[1]");
}

#[test]
fn deep_data_is_refused() {
    let list = record(r#"{"name":"next","type":["null","R"]}"#);
    let datum = [vec![2; 63], vec![0]].concat();
    check(&list, &list, &datum, &datum);
    let deeper = [vec![2; 64], vec![0]].concat();
    check_error(&list, &list, &deeper, ErrorKind::LimitExceeded, "deep");
}

#[test]
fn defaults_cannot_make_a_datum_grow_without_end() {
    let writer = r#"{"type":"array","items":{"type":"record","name":"R","fields":[]}}"#;
    let long = "x".repeat(100_000);
    let field = format!(r#"{{"name":"d","type":"string","default":"{long}"}}"#);
    let reader = format!(r#"{{"type":"array","items":{}}}"#, record(&field));
    let datum = [vec![0x80, 0x80, 0x08], vec![0]].concat();
    check_error(writer, &reader, &datum, ErrorKind::LimitExceeded, "longer");
}

#[test]
fn what_can_never_fit_is_refused_at_once() {
    let writer = Schema::parse("\"string\"").unwrap();
    let reader = Schema::parse("\"int\"").unwrap();
    let error = Transcoder::new(&writer, &reader).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible);
}

/// As deep as data may be, in a thread with little stack.
#[test]
fn depth_of_the_limit_needs_little_stack() {
    let deep = || {
        let schema = Schema::parse(&record(
            r#"{"name":"n","type":{"type":"map","values":{"type":"array","items":["null","R"]}}}"#,
        ));
        let schema = schema.unwrap();
        let limits = Limits::default().depth(64);
        // Three levels each, and the innermost record has an empty map.
        let level = [2, 2, b'k', 2, 2];
        let datum = [level.repeat(20), vec![0], [0, 0].repeat(20)].concat();
        let mut out = Vec::new();
        let transcoder = Transcoder::new(&schema, &schema).unwrap().limits(limits);
        transcoder.transcode(&datum, &mut out).unwrap();
        assert_eq!(out, datum);
        let json = crate::avro::json::AvroJson::new(&schema)
            .limits(limits)
            .plain();
        let text = json.to_text(&datum).unwrap();
        assert_eq!(json.to_datum(&text).unwrap(), datum);
        let deeper = [level.repeat(1000), vec![0], [0, 0].repeat(1000)].concat();
        let error = transcoder.transcode(&deeper, &mut out).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LimitExceeded);
        assert_eq!(
            json.to_text(&deeper).unwrap_err().kind(),
            ErrorKind::LimitExceeded
        );
        let text = r#"{"n":{"k":["#.repeat(1000);
        assert_eq!(
            json.to_datum(&text).unwrap_err().kind(),
            ErrorKind::LimitExceeded
        );
    };
    let small = std::thread::Builder::new().stack_size(256 << 10);
    wireform_limits::join(small.spawn(deep).unwrap(), wireform_limits::LIMIT);
}
