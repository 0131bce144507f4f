use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::{Deserialize, Serialize};

use super::*;
use crate::error::ErrorKind;
use crate::serializer::SerializerExt;

#[track_caller]
fn check<T>(schema: &str, value: &T, expected: &[u8])
where
    T: Serialize + DeserializeOwned + PartialEq + Debug + 'static,
{
    let codec = SerdeAvro::<T>::new(schema).unwrap();
    let bytes = codec.to_vec(value).unwrap();
    assert_eq!(bytes, expected);
    assert_eq!(codec.deserialize(&bytes).unwrap(), *value);
    for end in 0..bytes.len() {
        assert!(
            codec.deserialize(&bytes[..end]).is_err(),
            "prefix of {end} bytes"
        );
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(
        codec.deserialize(&longer).unwrap_err().kind(),
        ErrorKind::Decode
    );
}

#[track_caller]
fn check_write_error<T: Serialize>(schema: &str, value: &T, expected: &str) {
    let codec = SerdeAvro::<T>::new(schema).unwrap();
    let mut out = vec![1, 2];
    let error = codec.serialize(value, &mut out).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Encode);
    assert!(error.to_string().contains(expected), "{error}");
    assert_eq!(out, [1, 2]);
}

#[track_caller]
fn check_read_error<T: DeserializeOwned + Debug>(schema: &str, datum: &[u8], expected: &str) {
    let codec = SerdeAvro::<T>::new(schema).unwrap();
    let error = Deserializer::<T>::deserialize(&codec, datum).unwrap_err();
    assert!(error.to_string().contains(expected), "{error}");
}

/// Reads `datum` of `writer` as `T` with `reader`.
#[track_caller]
fn evolve<T: DeserializeOwned + 'static>(writer: &str, reader: &str, datum: &[u8]) -> Result<T> {
    let codec = SerdeAvro::<T>::new(reader).unwrap();
    let plan = codec.plan(&ResolvedSchema::new(SchemaKind::Avro, writer))?;
    plan.decode(&MessageIndex::default(), datum)
}

fn record(fields: &str) -> String {
    format!(r#"{{"type":"record","name":"R","fields":[{fields}]}}"#)
}

#[test]
fn primitives_are_as_the_specification_has_them() {
    check("\"boolean\"", &true, &[1]);
    check("\"int\"", &-1_i32, &[1]);
    check("\"int\"", &i32::MIN, &[0xff, 0xff, 0xff, 0xff, 0x0f]);
    check(
        "\"long\"",
        &i64::MAX,
        &[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
    );
    check(
        "\"long\"",
        &i64::MIN,
        &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
    );
    check("\"long\"", &64_u64, &[0x80, 1]);
    check("\"float\"", &1.5_f32, &[0, 0, 0xc0, 0x3f]);
    check("\"double\"", &-0.0_f64, &[0, 0, 0, 0, 0, 0, 0, 0x80]);
    check("\"string\"", &"é".to_owned(), &[4, 0xc3, 0xa9]);
    check("\"string\"", &'x', &[2, b'x']);
    check("\"bytes\"", &vec![1_u8, 2], &[4, 1, 2]);
    check(
        r#"{"type":"fixed","name":"F","size":2}"#,
        &[1_u8, 2],
        &[1, 2],
    );
    check("\"null\"", &(), &[]);
}

#[test]
fn uuid_is_text_or_sixteen_bytes() {
    let uuid = uuid::Uuid::from_u128(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10);
    let text = uuid.to_string();
    let fixed = r#"{"type":"fixed","name":"U","size":16,"logicalType":"uuid"}"#;
    check(fixed, &text, uuid.as_bytes());
    let mut expected = vec![72];
    expected.extend_from_slice(text.as_bytes());
    check(
        r#"{"type":"string","logicalType":"uuid"}"#,
        &text,
        &expected,
    );
}

#[test]
fn collections_are_one_block() {
    check(
        r#"{"type":"array","items":"int"}"#,
        &vec![1, 2, 3],
        &[6, 2, 4, 6, 0],
    );
    check(
        r#"{"type":"array","items":"int"}"#,
        &Vec::<i32>::new(),
        &[0],
    );
    let map = BTreeMap::from([("a".to_owned(), 1_i64), ("b".to_owned(), 2)]);
    check(
        r#"{"type":"map","values":"long"}"#,
        &map,
        &[4, 2, b'a', 2, 2, b'b', 4, 0],
    );
}

#[test]
fn option_is_a_union_wherever_null_stands() {
    check(r#"["null","long"]"#, &Some(1_i64), &[2, 2]);
    check(r#"["null","long"]"#, &None::<i64>, &[0]);
    check(r#"["long","null"]"#, &Some(1_i64), &[0, 2]);
    check(r#"["long","null"]"#, &None::<i64>, &[2]);
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Status {
    Pending,
    Paid,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Either {
    Null,
    String(String),
    Long(i64),
    R { a: i32 },
}

#[test]
fn enums_are_symbols() {
    let schema = r#"{"type":"enum","name":"Status","symbols":["Paid","Pending"]}"#;
    check(schema, &Status::Pending, &[2]);
    check(
        &format!(r#"["null",{schema}]"#),
        &Some(Status::Paid),
        &[2, 0],
    );
    check("\"string\"", &Status::Paid, b"\x08Paid");
    let other = r#"{"type":"enum","name":"Status","symbols":["Other"]}"#;
    check_write_error(other, &Status::Paid, "expected Status, found an enum");
}

#[test]
fn other_unions_are_enums_named_like_the_branches() {
    let schema = format!(
        r#"["null","string","long",{}]"#,
        record(r#"{"name":"a","type":"int"}"#)
    );
    check(&schema, &Either::Null, &[0]);
    check(&schema, &Either::String("x".into()), &[2, 2, b'x']);
    check(&schema, &Either::Long(-1), &[4, 1]);
    check(&schema, &Either::R { a: 1 }, &[6, 2]);
    check(&schema, &Some(Either::Long(1)), &[4, 2]);
}

#[test]
fn branch_is_never_guessed() {
    let enums = r#"[{"type":"enum","name":"A","symbols":["x"]},
                    {"type":"enum","name":"B","symbols":["x"]}]"#;
    check_write_error(enums, &"x", "fits several branches");
    check_write_error(
        r#"["null","string"]"#,
        &1_i32,
        "expected union, found an integer",
    );
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Pair {
    a: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    b: Option<String>,
    c: i64,
}

#[test]
fn fields_go_by_name_in_any_order() {
    let fields = r#"{"name":"c","type":"long"},{"name":"b","type":["null","string"]},
                    {"name":"a","type":"int"}"#;
    let pair = Pair {
        a: 1,
        b: Some("x".into()),
        c: 2,
    };
    check(&record(fields), &pair, &[4, 2, 2, b'x', 2]);
}

#[test]
fn field_left_out_takes_its_default() {
    let fields = |default: &str| {
        format!(
            r#"{{"name":"a","type":"int"}},{{"name":"b","type":["null","string"]{default}}},
               {{"name":"c","type":"long"}}"#
        )
    };
    let pair = Pair {
        a: 1,
        b: None,
        c: 2,
    };
    check(&record(&fields(r#","default":null"#)), &pair, &[2, 0, 4]);
    check_write_error(
        &record(&fields("")),
        &pair,
        "field \"b\": the value leaves the field out",
    );
}

#[test]
fn unknown_field_is_an_error() {
    let pair = Pair {
        a: 1,
        b: None,
        c: 2,
    };
    let schema = record(r#"{"name":"a","type":"int"}"#);
    check_write_error(
        &schema,
        &pair,
        "field \"c\": the record R has no such field",
    );
}

#[test]
fn numbers_out_of_range_are_errors() {
    check_write_error("\"int\"", &(1_i64 << 40), "out of the range of int");
    check_write_error("\"long\"", &u64::MAX, "out of the range of long");
    check_write_error("\"float\"", &1.5_f64, "expected float");
}

#[test]
fn hostile_data_are_errors() {
    check_read_error::<Vec<i32>>(
        r#"{"type":"array","items":"int"}"#,
        &[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
        "more than the datum can hold",
    );
    check_read_error::<String>("\"string\"", &[1], "a length of -1");
    check_read_error::<String>("\"string\"", &[2, 0xff], "not UTF-8");
    check_read_error::<bool>("\"boolean\"", &[2], "neither 0 nor 1");
    check_read_error::<i64>("\"long\"", &[0xff; 11], "more than 64 bits");
    check_read_error::<i32>(
        "\"int\"",
        &[0xff, 0xff, 0xff, 0xff, 0x7f],
        "more than 32 bits",
    );
    check_read_error::<Option<i64>>(r#"["null","long"]"#, &[4], "index 2 of 2");
    check_read_error::<Vec<()>>(
        r#"{"type":"array","items":"null"}"#,
        &[0x80, 0x80, 0x80, 0x80, 8, 0],
        "65536 items",
    );
}

#[test]
fn deep_nesting_is_an_error() {
    #[derive(Debug, Deserialize)]
    struct List {
        #[allow(dead_code)]
        next: Option<Box<List>>,
    }
    let schema = record(r#"{"name":"next","type":["null","R"]}"#);
    check_read_error::<List>(&schema, &[2; 100_000], "nested too deeply");
}

#[test]
fn records_without_bytes_end_too() {
    let mut schema = record("");
    for level in 0..40 {
        schema = format!(
            r#"{{"type":"record","name":"L{level}","fields":[{{"name":"a","type":{schema}}},
               {{"name":"b","type":"{}"}}]}}"#,
            if level == 0 {
                "R".to_owned()
            } else {
                format!("L{}", level - 1)
            }
        );
    }
    check_read_error::<de_any::Any>(&schema, &[], "too many empty fields");
}

mod de_any {
    #[derive(Debug)]
    pub(super) struct Any;

    impl<'de> serde::Deserialize<'de> for Any {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self)
        }
    }
}

#[test]
fn blocks_with_sizes_are_read() {
    let codec = SerdeAvro::<Vec<i32>>::new(r#"{"type":"array","items":"int"}"#).unwrap();
    // Two items in a block of two bytes, then one, then the end.
    assert_eq!(
        codec.deserialize(&[3, 4, 2, 4, 2, 6, 0]).unwrap(),
        [1, 2, 3]
    );
}

#[test]
fn evolved_records_are_read() {
    let old = record(
        r#"{"name":"gone","type":{"type":"array","items":"string"}},{"name":"x","type":"int"}"#,
    );
    let new = record(
        r#"{"name":"b","type":["null","string"],"default":null},
           {"name":"c","type":"long","default":7},{"name":"a","aliases":["x"],"type":"int"}"#,
    );
    let pair: Pair = evolve(&old, &new, &[2, 2, b'x', 0, 2]).unwrap();
    assert_eq!(
        pair,
        Pair {
            a: 1,
            b: None,
            c: 7
        }
    );
}

#[test]
fn promotions_follow_the_reader() {
    assert_eq!(evolve::<f64>("\"int\"", "\"double\"", &[3]).unwrap(), -2.0);
    assert_eq!(evolve::<f32>("\"long\"", "\"float\"", &[4]).unwrap(), 2.0);
    assert_eq!(
        evolve::<String>("\"bytes\"", "\"string\"", b"x").unwrap(),
        "x"
    );
    assert_eq!(
        evolve::<Option<i64>>("\"int\"", r#"["null","long"]"#, &[2]).unwrap(),
        Some(1)
    );
    assert_eq!(
        evolve::<i64>(r#"["null","int"]"#, "\"long\"", &[2, 2]).unwrap(),
        1
    );
}

#[test]
fn what_can_never_be_read_is_an_error_of_the_plan() {
    let old = record(r#"{"name":"a","type":"string"}"#);
    let new = record(r#"{"name":"a","type":"int"}"#);
    let error = evolve::<Pair>(&old, &new, &[0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible);
    assert_eq!(error.to_string(), "field \"a\": expected int, found string");
}

#[test]
fn unreadable_branch_is_an_error_of_the_data() {
    let error = evolve::<i64>(r#"["null","int"]"#, "\"long\"", &[0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible);
}

#[test]
fn unknown_symbol_takes_the_reader_s_default() {
    let enumeration = |symbols: &str, default: &str| {
        format!(r#"{{"type":"enum","name":"E","symbols":[{symbols}]{default}}}"#)
    };
    let old = enumeration(r#""New","Paid""#, "");
    let with = enumeration(r#""Paid","Pending""#, r#","default":"Pending""#);
    let without = enumeration(r#""Paid","Pending""#, "");
    assert_eq!(
        evolve::<Status>(&old, &with, &[0]).unwrap(),
        Status::Pending
    );
    assert_eq!(evolve::<Status>(&old, &with, &[2]).unwrap(), Status::Paid);
    assert_eq!(
        evolve::<Status>(&old, &without, &[0]).unwrap_err().kind(),
        ErrorKind::Decode
    );
}

#[test]
fn borrowed_strings_point_into_the_datum() {
    #[derive(Deserialize)]
    struct Borrowed<'a> {
        name: &'a str,
    }
    let codec = SerdeAvro::<()>::new(&record(r#"{"name":"name","type":"string"}"#)).unwrap();
    let datum = [4, b'h', b'i'];
    let borrowed: Borrowed<'_> = codec.decode_ref(&datum).unwrap();
    assert_eq!(borrowed.name.as_ptr(), datum[1..].as_ptr());
}

#[test]
fn raw_bytes_have_no_length_behind_a_frame() {
    let codec = SerdeAvro::<Vec<u8>>::new("\"bytes\"").unwrap();
    let mut body = vec![];
    codec.serialize_body(&vec![1, 2, 3], &mut body).unwrap();
    assert_eq!(body, [1, 2, 3]);
    assert_eq!(
        evolve::<Vec<u8>>("\"bytes\"", "\"bytes\"", &body).unwrap(),
        [1, 2, 3]
    );
}

#[test]
fn defaults_are_paid_for() {
    let writer = r#"{"type":"array","items":{"type":"record","name":"R","fields":[]}}"#;
    let reader = |len: usize| {
        let field = format!(
            r#"{{"name":"d","type":"string","default":"{}"}}"#,
            "x".repeat(len)
        );
        format!(r#"{{"type":"array","items":{}}}"#, record(&field))
    };
    let datum = [vec![0x80, 0x80, 0x08], vec![0]].concat();
    type Rows = Vec<BTreeMap<String, String>>;
    let error = evolve::<Rows>(writer, &reader(100_000), &datum).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    let rows = evolve::<Rows>(writer, &reader(100_000), &[200, 1, 0]).unwrap();
    assert_eq!(rows.len(), 100);
}

#[test]
fn what_is_as_deep_as_may_be_can_be_written_and_read() {
    #[derive(Debug, Default, PartialEq, Deserialize, Serialize)]
    struct Deep {
        next: Option<Box<Deep>>,
    }
    let schema = r#"{"type": "record", "name": "Deep", "fields": [
        {"name": "next", "type": ["null", "Deep"]}]}"#;
    let codec = SerdeAvro::<Deep>::new(schema).unwrap();
    let nested = |levels: usize| {
        (1..levels).fold(Deep::default(), |deep, _| Deep {
            next: Some(Box::new(deep)),
        })
    };
    let deepest = nested(64);
    let datum = codec.to_vec(&deepest).unwrap();
    assert_eq!(codec.deserialize(&datum).unwrap(), deepest);
    let error = codec.to_vec(&nested(65)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
}
