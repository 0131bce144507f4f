use super::{data, expect, folder, run};

const ORDERS: &str = "{\"id\":\"o-1\",\"quantity\":2}\n{\"id\":\"o-2\",\"quantity\":-3}\n";

#[test]
fn what_is_encoded_is_decoded() {
    let schema = data("order_v1.avsc");
    for options in [
        &[][..],
        &["--id", "7"],
        &[
            "--guid",
            "89791762-2336-186f-9674-299b90a8e2ae",
            "--framing",
            "prefix",
        ],
    ] {
        let mut encode = vec!["encode", "--schema", &schema];
        encode.extend(options);
        let encoded = run(&encode, ORDERS);
        assert_eq!(encoded.code, Some(0), "{}", encoded.talk);
        let framing = if options.is_empty() { "none" } else { "auto" };
        expect(
            &["decode", "--schema", &schema, "--framing", framing],
            &encoded.out,
            0,
            ORDERS,
        );
    }
    expect(
        &["encode", "--schema", &schema, "--id", "7"],
        ORDERS,
        0,
        "0000000007066f2d3104\n0000000007066f2d3205\n",
    );
}

/// A registry in Java takes patterns that cannot be compiled here: its records can be read, but
/// nothing can be written that would have to be valid.
#[test]
fn json_is_decoded_whatever_the_patterns_of_its_schema() {
    let schema = |name: &str, pattern: &str| {
        let text = format!(r#"{{"properties":{{"name":{{"pattern":"{pattern}"}}}}}}"#);
        let path = folder("json_patterns").join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (bob, admin) = ("{\"name\":\"bob\"}\n", "{\"name\":\"admin\"}\n");
    let hex = "7b226e616d65223a22626f62227d\n";
    let look_around = schema("look_around.json", "^(?!admin$)[a-z]+$");
    let decode = ["decode", "--framing", "none", "--schema"];
    expect(&[&decode[..], &[&look_around]].concat(), hex, 0, bob);
    expect(&["encode", "--schema", &look_around], bob, 0, hex);
    assert_eq!(
        run(&["encode", "--schema", &look_around], admin).code,
        Some(1)
    );

    let invalid = schema("invalid.json", "[a-z+$");
    expect(&[&decode[..], &[&invalid]].concat(), hex, 0, bob);
    let encoded = run(&["encode", "--schema", &invalid], bob);
    assert_ne!(encoded.code, Some(0));
    assert!(encoded.talk.contains("pattern"), "{}", encoded.talk);
}

#[test]
fn a_bad_record_is_a_line_of_its_own() {
    let schema = data("order_v1.avsc");
    let encoded = run(
        &["encode", "--schema", &schema],
        format!("{{\"id\":7}}\n{ORDERS}nonsense\n"),
    );
    assert_eq!(encoded.code, Some(1));
    assert_eq!(encoded.out, "066f2d3104\n066f2d3205\n");
    assert!(
        encoded.talk.starts_with("line 1: ") && encoded.talk.contains("\nline 4: "),
        "{}",
        encoded.talk
    );
    let decoded = run(
        &["decode", "--schema", &schema, "--framing", "none"],
        "zz\n066f2d3104\n06\n",
    );
    assert_eq!(decoded.code, Some(1));
    assert_eq!(decoded.out, "{\"id\":\"o-1\",\"quantity\":2}\n");
}

#[test]
fn protobuf_goes_by_message() {
    let schema = data("nested.proto");
    let message = [
        "encode",
        "--schema",
        &schema,
        "--message",
        "p.A.B",
        "--id",
        "3",
    ];
    expect(&message, "{\"y\":\"5\"}", 0, "00000000030400000805\n");
    let decoded = run(&["decode", "--schema", &schema], "00000000030400000805\n");
    assert_eq!(decoded.out, "{\"y\":\"5\"}\n", "{}", decoded.talk);
}

#[test]
fn batches_answer_with_value_and_bytes() {
    let cases = r#"{"name":"evolved","format":"avro","schema":"\"int\"","reader":"[\"null\",\"long\"]","id":7,"hex":"000000000704"}
{"name":"another id","format":"avro","schema":"\"int\"","id":8,"framing":"prefix","hex":"000000000704"}
{"name":"bare","format":"protobuf","schema":"syntax=\"proto3\"; message A{string x=1;}","hex":"0a0162","framing":"none","headers":null}
{"name":"header","format":"json","schema":"{\"type\":\"object\"}","hex":"7b2261223a20317d","role":"key","framing":"header","headers":{"__key_schema_id":"0189791762233618 6f9674299b90a8e2ae"}}
{"name":"truncated","format":"avro","schema":"\"string\"","hex":"0461","framing":"none"}
"#
    .replace("3618 6f", "36186f");
    let expected = r#"{"name":"evolved","value":2,"hex":"0204"}
{"name":"another id","error":"the record names schema id 7, expected schema id 8"}
{"name":"bare","value":{"x":"b"},"hex":"0a0162"}
{"name":"header","value":{"a":1},"hex":"7b2261223a317d"}
"#;
    let run = run(&["decode", "--batch", "-"], cases);
    assert_eq!(run.code, Some(1));
    let (last, lines) = (run.out.lines().last().unwrap(), &run.out);
    assert!(lines.starts_with(expected), "{lines}");
    assert!(
        last.starts_with("{\"name\":\"truncated\",\"error\":\""),
        "{last}"
    );
}

#[test]
fn fingerprints_and_canonical_forms_are_javas() {
    let folder = folder("fingerprint");
    let file = folder.join("int.avsc");
    std::fs::write(&file, "{\"type\": \"int\"}").unwrap();
    let file = file.display().to_string();
    expect(&["canonical", &file], "", 0, "\"int\"\n");
    // Avro's own test vector.
    expect(&["fingerprint", &file], "", 0, "7275d51a3f395c8f\n");
    expect(
        &["fingerprint", "--algorithm", "md5", &file],
        "",
        0,
        "ef524ea1b91e73173d938ade36c1db32\n",
    );
}

#[test]
fn inspect_says_what_bytes_are() {
    for (hex, expected) in [
        ("000000000704", "Confluent's frame: schema id 7\n"),
        (
            "c3018f5c393f1ad5757204",
            "Avro's single-object encoding, schema with the fingerprint 7275d51a3f395c8f\n",
        ),
        ("4f626a01", "an Avro object container file"),
        ("7b7d", "JSON of 2 bytes"),
    ] {
        let run = run(&["inspect", hex], "");
        assert_eq!(run.code, Some(0), "{hex}");
        assert!(run.out.starts_with(expected), "{hex}: {}", run.out);
    }
}

#[test]
fn generated_code_is_held_fresh() {
    let folder = folder("generate");
    let out = folder.join("events").display().to_string();
    let files = [data("order_v1.avsc"), data("nested.proto")];
    let generate = ["generate", "--out", &out, &files[0], &files[1]];
    let first = run(&generate, "");
    assert_eq!(first.code, Some(0), "{}", first.talk);
    let check = ["generate", "--check", "--out", &out, &files[0], &files[1]];
    expect(&check, "", 0, "");
    std::fs::write(folder.join("events/avro.rs"), "").unwrap();
    assert_eq!(run(&check, "").code, Some(1));
}

#[test]
fn decode_goes_on_after_a_schema_that_cannot_be_had() {
    let url = super::stand_in::start(super::stand_in::with_faults);
    let lines = "00000000020278\n00000000030278\n00000000040278\n00000000050278\n00000000010278\n";
    let read = run(&["decode", "--registry", &url], lines);
    assert_eq!(read.out, "\"x\"\n", "{}", read.talk);
    assert_eq!(read.code, Some(1), "{}", read.talk);
    let said: Vec<&str> = read
        .talk
        .lines()
        .filter(|line| line.starts_with("line "))
        .collect();
    assert_eq!(said.len(), 4, "{}", read.talk);
    assert!(said[0].contains("money"), "{}", read.talk);
}

#[test]
fn decode_goes_on_where_the_registry_does_not_answer() {
    let arguments = ["decode", "--framing", "prefix", "--registry-timeout", "1"];
    let registry = ["--registry", "http://127.0.0.1:1"];
    let read = run(
        &[&arguments[..], &registry].concat(),
        "00000000010278\nff\n",
    );
    assert_eq!(read.code, Some(3), "{}", read.talk);
    assert!(read.talk.contains("line 1: "), "{}", read.talk);
    assert!(read.talk.contains("line 2: "), "{}", read.talk);
    assert!(read.talk.contains("error: "), "{}", read.talk);
}

/// References that name no context are in that of the schema, which the GUID alone does not name.
#[test]
fn decode_resolves_a_guid_in_the_context_of_its_schema() {
    let url = super::stand_in::start(super::stand_in::with_context);
    let header = "__value_schema_id=01897917622336186f9674299b90a8e2ae";
    let arguments = ["decode", "--registry", &url, "--headers", header];
    expect(&arguments, "78\n", 0, "\"x\"\n");
}
