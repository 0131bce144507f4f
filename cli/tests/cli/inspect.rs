//! `inspect` with a schema.

use super::{data, expect, folder, run};

const SCHEMA: &str = r#"{"type":"record","name":"a.Order","fields":[
    {"name":"id","type":"string"},
    {"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},
    {"name":"note","type":["null","string"]},
    {"name":"tags","type":{"type":"map","values":"int"}},
    {"name":"codes","type":{"type":"array","items":{"type":"fixed","name":"F","size":2}}}]}"#;
const RECORD: &str = "0000000007066f2d3180a0abfef962020468690202780200026162\
                      00";

#[track_caller]
fn check(name: &str, schema: &str, hex: &str, code: i32, out: &str) {
    let file = folder("inspect").with_file_name(name);
    std::fs::write(&file, schema).unwrap();
    let file = file.display().to_string();
    expect(
        &["inspect", "--explain", "--schema", &file, hex],
        "",
        code,
        out,
    );
}

#[test]
fn every_field_of_avro_is_drawn() {
    let drawing = r#"     0  0000000007                 Confluent's frame: schema id 7
     5  066f2d3180a0abfef9620204…  AVRO a.Order, 23 bytes
     5  066f2d31                   a.Order.id: string "o-1"
     9  80a0abfef962               a.Order.at: long 1700000000000 (timestamp-millis)
    15  02                         a.Order.note: union, branch 1: string
    16  046869                     a.Order.note: string "hi"
    19  02                         a.Order.tags: map, block of 1
    20  0278                       a.Order.tags[0]: key "x"
    22  02                         a.Order.tags["x"]: int 1
    23  00                         a.Order.tags: map, end
    24  02                         a.Order.codes: array, block of 1
    25  6162                       a.Order.codes[0]: fixed a.F, 2 bytes
    27  00                         a.Order.codes: array, end
"#;
    check("drawn.avsc", SCHEMA, RECORD, 0, drawing);
}

#[test]
fn every_field_of_protobuf_is_drawn() {
    let schema = r#"syntax = "proto3"; message No {} message Yes {
        string id = 1; repeated int32 n = 2; In in = 3; message In { sint32 s = 2; } }"#;
    let drawing = r#"     0  00000000070202             Confluent's frame: schema id 7, message index [1]
     7  0a036f2d311202010a1a0210…  PROTOBUF Yes, 15 bytes
     7  0a036f2d31                 Yes.id: string "o-1"
    12  1202010a                   Yes.n: int32, packed in 2 bytes
    16  1a02                       Yes.in: message Yes.In, 2 bytes
    18  1005                       Yes.in.s: sint -3
    20  4001                       Yes.8, which the schema does not know: varint 1
"#;
    let record = "000000000702020a036f2d311202010a1a0210054001";
    check("drawn.proto", schema, record, 0, drawing);
}

#[test]
fn what_is_cut_short_or_too_long_is_said() {
    let long = r#"{"type":"array","items":"null"}"#;
    let drawing = "     0                             no frame
     0  02000000                   AVRO array, 4 bytes
     0  02                         value: array, block of 1
     1                             value[0]: nothing
     1  00                         value: array, end
     2  0000                       2 bytes too many
";
    check("long.avsc", long, "02000000", 1, drawing);
    let drawing = "     0                             no frame
     0  0a61                       AVRO string, 2 bytes
     1  61                         value: cut short, 5 bytes expected and 1 left
";
    check("short.avsc", "\"string\"", "0a61", 1, drawing);
}

#[test]
fn bombs_are_cut() {
    let nulls = r#"{"type":"array","items":"null"}"#;
    let file = folder("bombs").join("nulls.avsc");
    std::fs::write(&file, nulls).unwrap();
    let file = file.display().to_string();
    let run = run(
        &[
            "inspect",
            "--explain",
            "--schema",
            &file,
            "feffffffffffffffff01",
        ],
        "",
    );
    assert_eq!(run.code, Some(1));
    assert!(run.out.lines().count() < 10_010);
    assert!(
        run.out
            .ends_with("and so on: there are more parts than are drawn\n")
    );
}

#[test]
fn without_explain_two_lines_are_enough() {
    let file = data("order_v1.avsc");
    let run = run(&["inspect", "--schema", &file, "0000000001"], "");
    assert!(
        run.out.starts_with("Confluent's frame: schema id 1\nAVRO "),
        "{}",
        run.out
    );
}
