use std::pin::pin;
use std::task::{Context, Waker};

use prost_reflect::Value;
use wireform_registry::{
    InMemoryRegistry, RegisterOptions, Registry, SchemaDef, SchemaId, SchemaRules, Subject,
};

use super::*;
use crate::{Framed, NoHeaders, Reader, SerializerExt};

const TEXT: &str = r#"syntax = "proto3"; package p;
import "google/protobuf/any.proto"; import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto"; import "google/protobuf/wrappers.proto";
message All {
  int32 i32 = 1; int64 i64 = 2; uint64 u64 = 3; sint32 s32 = 4; fixed32 f32 = 5; bool b = 6;
  float f = 7; double d = 8; string s = 9; bytes y = 10; Kind kind = 11;
  repeated int32 numbers = 12; repeated All all = 13; map<string, All> tags = 14;
  map<int64, string> names = 15; oneof one { string text = 16; All other = 17; }
  google.protobuf.Any any = 18; google.protobuf.Struct struct = 19;
  google.protobuf.Timestamp at = 20; google.protobuf.Int64Value wrapped = 21;
  google.protobuf.Value value = 22; optional string maybe = 23; map<bool, bytes> flags = 24;
}
enum Kind { NONE = 0; SOME = 1; }
message Other { message Inner { string id = 1; } Inner inner = 1; }
"#;

fn resolved(text: &str) -> ResolvedSchema {
    ResolvedSchema::new(SchemaKind::Protobuf, text)
}

fn schema() -> ProtobufSchema {
    ProtobufSchema::parse(&resolved(TEXT)).unwrap()
}

/// JSON to bytes and back gives `expected`, and the same bytes again.
#[track_caller]
fn check_json(json: &str, expected: &str) {
    let schema = schema();
    let written = schema.from_json(json, None).unwrap();
    let read = schema.decode(Payload::Body(&written.body), None).unwrap();
    assert_eq!(read.json, expected);
    assert_eq!(read.body, written.body);
    let again = schema.from_json(&read.json, None).unwrap();
    let again = schema.decode(Payload::Body(&again.body), None).unwrap();
    assert_eq!(again.json, expected);
}

#[test]
fn json_is_protojson() {
    let same = [
        "{}",
        r#"{"i32":-1,"i64":"-9007199254740993","u64":"18446744073709551615","s32":-3,"f32":4}"#,
        r#"{"b":true,"f":1.1,"d":-0.5,"s":"ü","y":"AP8=","kind":"SOME"}"#,
        r#"{"f":"NaN","d":"-Infinity","kind":7}"#,
        r#"{"numbers":[1,-2],"all":[{},{"s":"x"}]}"#,
        r#"{"tags":{"":{},"a":{"tags":{"b":{}}}},"names":{"-1":"x","5":"y"}}"#,
        r#"{"flags":{"false":"","true":"AA=="}}"#,
        r#"{"other":{"text":""}}"#,
        r#"{"struct":{"a":[1.0,null,"x",true,{"b":{}}],"c":1.5},"value":null}"#,
        r#"{"at":"2026-11-23T12:34:56.789Z","wrapped":"-7","maybe":""}"#,
        r#"{"any":{"@type":"type.googleapis.com/p.Other","inner":{"id":"7"}}}"#,
        r#"{"any":{"@type":"x/google.protobuf.Timestamp","value":"1970-01-01T00:00:00Z"}}"#,
        r#"{"any":{"@type":"x/p.All","names":{"1":"a","2":"b"}}}"#,
    ];
    for json in same {
        check_json(json, json);
    }
    check_json(
        r#"{"i64":1,"s":null,"kind":1,"i32":"4"}"#,
        r#"{"i32":4,"i64":"1","kind":"SOME"}"#,
    );
}

#[test]
fn entries_of_maps_stay_in_their_order() {
    let entry = |key: &str| {
        let inner = [&[0x0a, u8::try_from(key.len()).unwrap()], key.as_bytes()].concat();
        let inner = [&inner[..], &[0x12, 2, 8, 1]].concat();
        [&[0x72, u8::try_from(inner.len()).unwrap()], &inner[..]].concat()
    };
    let bytes = ["z", "a", "m", "b"].map(entry).concat();
    let read = schema().decode(Payload::Body(&bytes), None).unwrap();
    assert_eq!(read.body, bytes);
    let item = r#"{"i32":1}"#;
    let expected = format!(r#"{{"tags":{{"z":{item},"a":{item},"m":{item},"b":{item}}}}}"#);
    assert_eq!(read.json, expected);

    // Of one key, the last entry counts, at the place of the first; also in lists.
    let bytes = ["z", "a", "z"].map(entry).concat();
    let list = [&[0x6a, u8::try_from(bytes.len()).unwrap()], &bytes[..]].concat();
    let list = [&list[..], &[0x6a, 18], &["b", "a"].map(entry).concat()].concat();
    let read = schema().decode(Payload::Body(&list), None).unwrap();
    let expected = format!(
        r#"{{"all":[{{"tags":{{"z":{item},"a":{item}}}}},{{"tags":{{"b":{item},"a":{item}}}}}]}}"#
    );
    assert_eq!(read.json, expected);
}

#[test]
fn a_codec_writes_maps_by_their_keys() {
    let codec = ProtobufDynamic::new(TEXT, None).unwrap();
    let json = r#"{"names":{"3":"c","1":"a","2":"b","-5":"e"}}"#;
    let first = schema().from_json(json, None).unwrap().body;
    for _ in 0..20 {
        let value = codec.deserialize(&first).unwrap();
        assert_eq!(codec.to_vec(&value).unwrap(), first);
    }
    let read = schema().decode(Payload::Body(&first), None).unwrap();
    assert_eq!(read.json, r#"{"names":{"-5":"e","1":"a","2":"b","3":"c"}}"#);
}

#[test]
fn unknown_fields_are_kept() {
    let bytes = [
        8, 1, 0xd8, 0x3e, 5, 0xc2, 0x3e, 1, 9, 0xcb, 0x3e, 8, 1, 0xcc, 0x3e,
    ];
    let read = schema().decode(Payload::Body(&bytes), None).unwrap();
    assert_eq!(read.json, r#"{"i32":1}"#);
    assert_eq!(read.body.len(), bytes.len());
    let codec = ProtobufDynamic::new(TEXT, None).unwrap();
    let value = codec.deserialize(&bytes).unwrap();
    assert_eq!(codec.to_vec(&value).unwrap(), read.body);
}

#[test]
fn the_frames_index_says_which_message_it_is() {
    let schema = schema();
    assert_eq!(schema.messages(), ["p.All", "p.Other", "p.Other.Inner"]);
    let payload = [0, 0, 0, 0, 9, 4, 2, 0, 10, 1, b'x'];
    let read = schema.decode(Payload::Framed(&payload), None).unwrap();
    assert_eq!(
        (&*read.message, &*read.json),
        ("p.Other.Inner", r#"{"id":"x"}"#)
    );
    assert_eq!(read.index.path(), [1, 0]);
    let check = |payload: &[u8], expected, kind, text: &str| {
        let error = schema
            .decode(Payload::Framed(payload), expected)
            .unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(text), "{error}");
    };
    check(
        &payload,
        Some("p.All"),
        ErrorKind::WrongType,
        "\"p.Other.Inner\", expected \"p.All\"",
    );
    check(
        &[0, 0, 0, 0, 9, 2, 8],
        None,
        ErrorKind::Framing,
        "no message [4]",
    );
    check(&[0, 0], None, ErrorKind::Framing, "");
    let error = schema
        .decode(Payload::Body(&[]), Some("p.None"))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[test]
fn readers_honour_the_writers_index() {
    let dynamic = ProtobufDynamic::new(TEXT, Some("p.Other")).unwrap();
    let reader = Reader::offline().with(dynamic.clone()).build();
    let any = Reader::offline().with(AnyProtobuf::new()).build();
    for reader in [&reader, &any] {
        reader.add(SchemaId::new(7), &resolved(TEXT)).unwrap();
    }
    let mut other = dynamic.message();
    let inner = other
        .get_field_by_name_mut("inner")
        .unwrap()
        .as_message_mut()
        .unwrap();
    inner.set_field_by_name("id", Value::String("x".to_owned()));
    let payload = Framed::with_id(dynamic.clone(), SchemaId::new(7))
        .to_vec(&other)
        .unwrap();
    assert_eq!(payload, [0, 0, 0, 0, 7, 2, 2, 10, 3, 10, 1, b'x']);
    let read = |reader: &Reader<DynamicMessage>| reader.decode(&NoHeaders, Some(&payload));
    assert_eq!(read(&reader).unwrap().unwrap().value, other);
    let found = read(&any).unwrap().unwrap().value;
    assert_eq!(found.descriptor().full_name(), "p.Other");
    // What another schema's message holds is written under this one.
    assert_eq!(dynamic.to_vec(&found).unwrap(), payload[7..]);

    let all = Reader::offline()
        .with(ProtobufDynamic::new(TEXT, None).unwrap())
        .build();
    all.add(SchemaId::new(7), &resolved(TEXT)).unwrap();
    assert_eq!(read(&all).unwrap_err().kind(), ErrorKind::WrongType);
    let error = ProtobufDynamic::new(TEXT, None)
        .unwrap()
        .to_vec(&other)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongType);
    let unframed = any.decode(
        &[("content-type", "application/protobuf")],
        Some(b"\x08\x01"),
    );
    assert!(unframed.is_err());
}

#[test]
fn a_schema_may_be_written_if_its_bytes_are_the_same() {
    let codec = ProtobufDynamic::new(TEXT, Some("p.Other")).unwrap();
    codec.check_writes(&resolved(TEXT)).unwrap();
    let other = TEXT.replace("string id = 1", "int32 id = 1");
    let error = codec.check_writes(&resolved(&other)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible);
    assert!(error.to_string().contains("inner.id"), "{error}");
}

#[test]
fn errors_name_the_field_and_no_value() {
    let check = |bytes: &[u8], text: &str| {
        let error = schema().decode(Payload::Body(bytes), None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert!(error.to_string().contains(text), "{error}");
    };
    check(
        &[0x6a, 4, 0x4a, 2, b'x', 0xff],
        "field \"all.s\": invalid UTF-8 after 1 bytes",
    );
    check(&[0x4a, 9], "field \"s\": cut short");
    check(&[0x0d, 0, 0, 0, 0], "field \"i32\": unexpected wire type");
    check(&[0x0f], "");
    check(&[0], "");
    let error = schema()
        .from_json(r#"{"s": "secret", "no": "secret"}"#, None)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Encode);
    assert!(!format!("{error:?}").contains("secret"));
    assert!(error.to_string().contains("line 1 column"), "{error}");
}

/// Nests `inner` `times` in a field with this key.
fn nest(key: &[u8], times: usize, inner: &[u8]) -> Vec<u8> {
    nest_in(&[key], times, inner)
}

/// Nests `inner` `times` in fields with each of these keys, the last one innermost.
fn nest_in(keys: &[&[u8]], times: usize, inner: &[u8]) -> Vec<u8> {
    // From the inside out, so that each length is known; written backwards.
    let mut reversed: Vec<u8> = inner.iter().rev().copied().collect();
    for _ in 0..times {
        for key in keys.iter().rev() {
            let mut head = key.to_vec();
            prost::encoding::encode_varint(reversed.len() as u64, &mut head);
            reversed.extend(head.iter().rev());
        }
    }
    reversed.reverse();
    reversed
}

fn any_of(value: &[u8]) -> Vec<u8> {
    let mut out = b"\x92\x01".to_vec();
    let mut any = b"\x0a\x05x/p.A\x12".to_vec();
    any.splice(0..7, *b"\x0a\x07x/p.All");
    any.push(0x12);
    prost::encoding::encode_varint(value.len() as u64, &mut any);
    any.extend_from_slice(value);
    prost::encoding::encode_varint(any.len() as u64, &mut out);
    out.extend(any);
    out
}

/// Runs on a small stack, as a thread of a program may have.
fn on_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(256 << 10);
    wireform_limits::join(thread.spawn(run).unwrap(), wireform_limits::LIMIT);
}

/// `fields`, the value of an entry, and `struct_value` in it.
const STRUCT: &[&[u8]] = &[&[0x0a], &[0x12], &[0x2a]];

#[test]
fn hostile_bytes_are_typed_errors_on_a_small_stack() {
    on_small_stack(|| {
        let mut any = Vec::new();
        for _ in 0..2000 {
            any = any_of(&any);
        }
        let many = |n: usize, part: &[u8]| part.repeat(n);
        let packed = [&[0x62, 0xff, 0xff, 0xff, 0xff, 0x07][..], &[1; 100]].concat();
        let cases = [
            ("messages", nest(&[0x6a], 100_000, &[])),
            ("oneof messages", nest(&[0x8a, 0x01], 100_000, &[])),
            ("maps", nest_in(&[&[0x72], &[0x12]], 50_000, &[])),
            (
                "structs",
                nest(&[0x9a, 1], 1, &nest_in(STRUCT, 30_000, &[])),
            ),
            (
                "values",
                nest(&[0xb2, 1], 1, &nest_in(&[&[0x32], &[0x0a]], 50_000, &[])),
            ),
            ("groups", many(100_000, &[0xc3, 0x3e])),
            ("end of groups", many(100_000, &[0xc4, 0x3e])),
            ("any in any", any),
            ("packed 2^31", packed),
            (
                "long string",
                vec![0x4a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
            ),
            (
                "long varint",
                vec![
                    0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
                ],
            ),
            ("empty messages", many(2_000_000, &[0x6a, 0x00])),
            ("unknown fields", many(2_000_000, &[0xd8, 0x3e, 1])),
            ("big number", vec![0xff, 0xff, 0xff, 0xff, 0x7f]),
        ];
        let codec = ProtobufDynamic::new(TEXT, None).unwrap();
        let deep = ProtobufDynamic::new(TEXT, None).unwrap();
        let deep = deep.limits(Limits::default().depth(256));
        for (name, bytes) in cases {
            let kind = |result: Result<()>| result.map_err(|error| error.kind());
            let is_typed = |found: Result<(), ErrorKind>| {
                matches!(found, Err(ErrorKind::Decode | ErrorKind::LimitExceeded))
            };
            let read = schema().decode(Payload::Body(&bytes), None).map(drop);
            let found = kind(read);
            assert!(is_typed(found), "{name}: {found:?}");
            // To the codec an `Any` is bytes.
            if name != "any in any" {
                assert!(
                    is_typed(kind(codec.deserialize(&bytes).map(drop))),
                    "{name}"
                );
                assert!(is_typed(kind(deep.deserialize(&bytes).map(drop))), "{name}");
            }
        }
    });
}

#[test]
fn hostile_json_is_a_typed_error_on_a_small_stack() {
    on_small_stack(|| {
        let nested = |open: &str, close: &str, n: usize| {
            format!("{}null{}", open.repeat(n), close.repeat(n))
        };
        for json in [
            nested(r#"{"all":["#, "]}", 100_000),
            nested(r#"{"other":"#, "}", 100_000),
            nested(r#"{"tags":{"a":"#, "}}", 100_000),
            format!(r#"{{"struct":{}}}"#, nested(r#"{"a":"#, "}", 100_000)),
            format!(r#"{{"struct":{}}}"#, nested(r#"{"a":"#, "}", 60)),
            format!(r#"{{"value":{}}}"#, nested("[", "]", 60)),
            nested(r#"{"any":{"@type":"x/p.All","any":"#, "}}", 100_000),
            nested(r#"{"any":{"@type":"x/p.All","any":"#, "}}", 31),
            nested("[", "]", 1_000_000),
            "[".repeat(1_000_000),
            r#"{"s":"\ud800"}"#.to_owned(),
            r#"{"i32":1e400}"#.to_owned(),
            r#"{"i32":4294967296}"#.to_owned(),
            r#"{"s":"a","s":"b","unknown":1}"#.to_owned(),
            r#"{"text":"a","other":{}}"#.to_owned(),
            r#"{"y":"*"}"#.to_owned(),
            r#"{"kind":"NO"}"#.to_owned(),
            r#"{"names":{"x":"y"}}"#.to_owned(),
            r#"{"any":{"@type":"x/no.Such"}}"#.to_owned(),
            r#"{"at":"10000-01-01T00:00:00Z"}"#.to_owned(),
            r#"{"at":"2026-02-30T00:00:00Z"}"#.to_owned(),
            "{} {}".to_owned(),
            "".to_owned(),
        ] {
            let start: String = json.chars().take(60).collect();
            let found = schema()
                .from_json(&json, None)
                .map_err(|error| error.kind());
            let is_typed = matches!(found, Err(ErrorKind::Encode | ErrorKind::LimitExceeded));
            assert!(is_typed, "{start}: {found:?}");
        }
    });
}

#[test]
fn what_is_within_the_limits_is_read_on_a_small_stack() {
    on_small_stack(|| {
        let limits = Limits::default().depth(99);
        let codec = ProtobufDynamic::new(TEXT, None).unwrap().limits(limits);
        let bytes = nest(&[0x8a, 0x01], 99, &[8, 1]);
        let value = codec.deserialize(&bytes).unwrap();
        assert_eq!(codec.to_vec(&value).unwrap(), bytes);
        let read = schema()
            .limits(limits)
            .decode(Payload::Body(&bytes), None)
            .unwrap();
        assert_eq!(read.body, bytes);
        let json = format!("{}{}", "{\"other\":".repeat(63), "{\"s\":\"x\"}") + &"}".repeat(63);
        let written = schema().from_json(&json, None).unwrap();
        assert_eq!(
            schema()
                .decode(Payload::Body(&written.body), None)
                .unwrap()
                .json,
            json
        );
    });
}

#[test]
fn cut_and_flipped_bytes_are_values_or_errors() {
    let json = r#"{"i32":-1,"s":"ü","numbers":[1,2],"tags":{"a":{"b":true}},"names":{"1":"x"},
        "any":{"@type":"x/p.Other","inner":{"id":"7"}},"struct":{"a":[1,{"b":null}]},
        "at":"2026-11-23T12:34:56Z"}"#;
    let bytes = schema().from_json(json, None).unwrap().body;
    let schema = schema();
    for end in 0..bytes.len() {
        let _ = schema.decode(Payload::Body(&bytes[..end]), None);
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[end] ^= 1 << bit;
            if let Ok(read) = schema.decode(Payload::Body(&damaged), None) {
                let again = schema.decode(Payload::Body(&read.body), None).unwrap();
                assert_eq!((again.json, again.body), (read.json, read.body));
            }
        }
    }
}

#[test]
fn options_of_a_text_count() {
    let text = "syntax = \"proto3\"; message A { repeated int32 a = 1 [packed = false]; }";
    let schema = ProtobufSchema::parse(&resolved(text)).unwrap();
    let written = schema.from_json(r#"{"a":[1,2]}"#, None).unwrap();
    assert_eq!(written.body, [8, 1, 8, 2]);
    let text = "syntax = \"proto2\"; message A { repeated int32 a = 1 [packed = true]; }";
    let schema = ProtobufSchema::parse(&resolved(text)).unwrap();
    let written = schema.from_json(r#"{"a":[1,2]}"#, None).unwrap();
    assert_eq!(written.body, [10, 2, 1, 2]);
}

#[test]
fn an_empty_any_is_read_and_written() {
    let text = r#"syntax = "proto3"; import "google/protobuf/any.proto";
        message M { google.protobuf.Any one = 1; repeated google.protobuf.Any many = 2;
            map<string, google.protobuf.Any> named = 3; M inner = 4; }"#;
    let schema = ProtobufSchema::parse(&resolved(text)).unwrap();
    for (json, body) in [
        (r#"{"one":{}}"#, &[10, 0][..]),
        (r#"{"many":[{},{}]}"#, &[18, 0, 18, 0]),
        (r#"{"named":{"":{}}}"#, &[26, 0]),
        (r#"{"inner":{"one":{},"inner":{}}}"#, &[34, 4, 10, 0, 34, 0]),
        ("{}", &[]),
    ] {
        let written = schema.from_json(json, None).unwrap();
        let read = schema.decode(Payload::Body(&written.body), None).unwrap();
        assert_eq!(read.json, json);
        let same = schema.decode(Payload::Body(body), None).unwrap();
        assert_eq!((same.json.as_str(), &same.value), (json, &read.value));
    }
    // What is wrong stays wrong.
    for json in [
        r#"{"one":{},"other":1}"#,
        r#"{"one":{"@type":"x/Unknown"},"many":[{}]}"#,
        r#"{"one":{},"many":{}}"#,
    ] {
        let error = schema.from_json(json, None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Encode, "{json}");
    }
}

#[test]
fn an_empty_any_inside_an_any_is_read_and_written() {
    let text = r#"syntax = "proto3"; package p; import "google/protobuf/any.proto";
        message M { google.protobuf.Any one = 1; repeated google.protobuf.Any many = 2;
            double d = 3; map<string, int32> counts = 4; }"#;
    let schema = ProtobufSchema::parse(&resolved(text)).unwrap();
    for json in [
        r#"{"one":{"@type":"x/p.M","one":{}}}"#,
        r#"{"one":{"@type":"x/p.M","many":[{},{"@type":"x/p.M","one":{},"d":1.5}]}}"#,
        r#"{"one":{"@type":"x/google.protobuf.Any","value":{}}}"#,
        r#"{"one":{"@type":"x/google.protobuf.Any","value":{"@type":"x/p.M","one":{}}}}"#,
    ] {
        let written = schema.from_json(json, None).unwrap();
        assert!(!written.body.windows(8).any(|part| part == b"wireform"));
        let read = schema.decode(Payload::Body(&written.body), None).unwrap();
        assert_eq!(read.json, json);
    }
    for json in [
        r#"{"one":{"@type":"x/p.M","one":{},"other":1}}"#,
        r#"{"one":{"@type":"x/p.Unknown","one":{}}}"#,
    ] {
        let error = schema.from_json(json, None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Encode, "{json}");
    }
}

#[test]
fn json_names_fields_that_differ_only_in_case_as_the_schema_does() {
    let text = r#"syntax = "proto3"; message M { int32 foobar = 1; int32 foo_bar = 2; M inner = 3;
        int32 ID = 4; int32 id = 5; int32 foo_bar_2 = 6; }"#;
    let schema = ProtobufSchema::parse(&resolved(text)).unwrap();
    for (json, body) in [
        (r#"{"foobar":1,"fooBar":2}"#, &[8, 1, 16, 2][..]),
        (r#"{"foobar":1,"foo_bar":2}"#, &[8, 1, 16, 2]),
        (r#"{"foo_bar":2,"foo_bar_2":3}"#, &[16, 2, 48, 3]),
        (
            r#"{"inner":{"foo_bar":2,"ID":3,"id":4}}"#,
            &[26, 6, 16, 2, 32, 3, 40, 4],
        ),
    ] {
        assert_eq!(schema.from_json(json, None).unwrap().body, body, "{json}");
    }
    for json in [r#"{"fooBar":1,"foo_bar":2}"#, r#"{"FOO_BAR":2}"#] {
        let error = schema.from_json(json, None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Encode, "{json}");
    }
}

#[test]
fn a_negative_zero_is_no_default() {
    let text = r#"syntax = "proto3";
        message M { float f = 1; double d = 2; M inner = 3; repeated M many = 4;
            map<string, double> named = 5; optional double maybe = 6; repeated double plain = 7;
            string s = 8; }"#;
    let schema = ProtobufSchema::parse(&resolved(text)).unwrap();
    let codec = ProtobufDynamic::new(text, None).unwrap();
    for json in [
        r#"{"f":-0.0}"#,
        r#"{"d":-0.0,"s":"x"}"#,
        r#"{"f":1.0,"d":-0.0,"inner":{"d":-0.0,"s":"y"},"s":"x"}"#,
        r#"{"inner":{"inner":{"f":-0.0}}}"#,
        r#"{"many":[{},{"d":-0.0},{"s":"x"}]}"#,
        r#"{"named":{"a":1.0,"b":-0.0}}"#,
        r#"{"maybe":-0.0}"#,
        r#"{"plain":[-0.0,0.0]}"#,
    ] {
        let written = schema.from_json(json, None).unwrap();
        let read = schema.decode(Payload::Body(&written.body), None).unwrap();
        assert_eq!(read.json, json);
        assert_eq!(read.body, written.body, "{json}");
        assert_eq!(codec.to_vec(&read.value).unwrap(), written.body, "{json}");
    }
    let zero = schema.from_json(r#"{"f":0.0,"d":0,"s":""}"#, None).unwrap();
    assert!(zero.body.is_empty());
    // Fields that the schema does not have stay.
    let bytes = [&[17, 0, 0, 0, 0, 0, 0, 0, 0x80][..], &[0xa0, 6, 1]].concat();
    let read = codec.deserialize(&bytes).unwrap();
    assert_eq!(codec.to_vec(&read).unwrap(), bytes);
}

/// A descriptor counts the entries of maps among the nested messages, a text does not.
#[test]
fn a_message_has_the_same_index_in_the_form_that_is_registered() {
    let text = "syntax = \"proto3\"; message Order { map<string, int32> c = 1; message Line {} \
                message Note {} }";
    let rules = crate::protobuf::ProtobufRules;
    let descriptor = rules.format(&resolved(text), "serialized").unwrap();
    let def = SchemaDef::new(SchemaKind::Protobuf, descriptor.unwrap());
    let registry = InMemoryRegistry::builder().rules(rules).build();
    let subject = Subject::value("orders");
    let notes = || ProtobufDynamic::new(text, Some("Order.Note")).unwrap();
    let check = async {
        let options = RegisterOptions::default();
        registry.register(&subject, &def, options).await.unwrap();
        for found in [
            Framed::lookup(notes(), &registry, subject.clone()).await,
            Framed::register(notes(), &registry, subject.clone()).await,
        ] {
            let error = found.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Incompatible, "{error}");
        }
        let orders = ProtobufDynamic::new(text, Some("Order")).unwrap();
        Framed::lookup(orders, &registry, subject).await.unwrap();
    };
    let mut context = Context::from_waker(Waker::noop());
    assert!(pin!(check).poll(&mut context).is_ready());
}
