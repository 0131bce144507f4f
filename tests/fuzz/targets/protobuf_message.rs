//! Protobuf messages and ProtoJSON of a schema with everything in it.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use wireform::ErrorKind;
use wireform::protobuf::{DecodedMessage, Payload, ProtobufSchema};
use wireform::registry::{ResolvedSchema, SchemaKind};

const TEXT: &str = r#"syntax = "proto2"; package p;
import "google/protobuf/any.proto"; import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto"; import "google/protobuf/duration.proto";
import "google/protobuf/wrappers.proto"; import "google/protobuf/field_mask.proto";
message All {
  optional int32 i32 = 1; optional int64 i64 = 2; optional uint64 u64 = 3;
  optional sint32 s32 = 4; optional fixed32 f32 = 5; optional bool b = 6; optional float f = 7;
  optional double d = 8; optional string s = 9; optional bytes y = 10; optional Kind kind = 11;
  repeated int32 packed = 12 [packed = true]; repeated All all = 13; map<string, All> tags = 14;
  map<int64, string> names = 15; oneof one { string text = 16; All other = 17; }
  optional google.protobuf.Any any = 18; optional google.protobuf.Struct struct = 19;
  optional google.protobuf.Timestamp at = 20; optional google.protobuf.Duration lasts = 21;
  optional google.protobuf.Value value = 22; optional google.protobuf.Int64Value wrapped = 23;
  optional google.protobuf.FieldMask mask = 24; map<bool, Kind> flags = 25;
  repeated group Group = 26 { optional All all = 1; }
  extensions 100 to 200;
}
extend All { repeated All more = 100; }
enum Kind { NONE = 0; SOME = 1; }
"#;

fn schema() -> &'static ProtobufSchema {
    static SCHEMA: OnceLock<ProtobufSchema> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        ProtobufSchema::parse(&ResolvedSchema::new(SchemaKind::Protobuf, TEXT)).unwrap()
    })
}

fuzz_target!(|input: &[u8]| {
    let _ = schema().decode(Payload::Framed(input), None);
    if let Ok(read) = schema().decode(Payload::Body(input), None)
        && let Some(again) = again(&read.body)
    {
        assert_eq!((again.body, again.json), (read.body, read.json));
    }
    if let Ok(json) = std::str::from_utf8(input)
        && let Ok(written) = schema().from_json(json, None)
        && let Some(read) = again(&written.body)
    {
        assert_eq!(read.body, written.body);
    }
});

/// Reads what we wrote. Memory is limited by the length of the bytes, which may be fewer when they
/// are written again: fields of which the last counts are one then.
fn again(body: &[u8]) -> Option<DecodedMessage> {
    match schema().decode(Payload::Body(body), None) {
        Ok(read) => Some(read),
        Err(error) if error.kind() == ErrorKind::LimitExceeded => None,
        Err(error) => panic!("{error}"),
    }
}
