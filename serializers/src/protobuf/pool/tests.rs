use prost_reflect::prost::Message;
use prost_types::FileDescriptorProto;
use wireform_registry::{NamedText, ResolvedSchema, SchemaKind};

use super::compile;
use crate::error::ErrorKind;

fn schema(text: &str, references: &[(&str, &str)]) -> ResolvedSchema {
    let mut schema = ResolvedSchema::new(SchemaKind::Protobuf, text);
    for &(name, text) in references {
        let (name, text) = (name.into(), text.into());
        schema.references.push(NamedText { name, text });
    }
    schema
}

/// The fields of the message `x.M`, as `name/JSON name`.
#[track_caller]
fn check(text: &str, references: &[(&str, &str)], expected: &[&str]) {
    let compiled = compile(&schema(text, references)).unwrap();
    let message = compiled.file.messages().next().unwrap();
    let found: Vec<_> = message
        .fields()
        .map(|field| format!("{} {}", field.number(), field.json_name()))
        .collect();
    assert_eq!(found, expected);
}

#[track_caller]
fn check_refused(text: &str, message: &str) {
    let error = compile(&schema(text, &[])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSchema);
    assert!(error.to_string().contains(message), "{error}");
}

#[test]
fn public_imports_are_followed_through_several_files() {
    let references = [
        (
            "d.proto",
            "syntax = \"proto3\"; package x; message D { int32 d = 1; }",
        ),
        (
            "c.proto",
            "syntax = \"proto3\"; package x; import public \"d.proto\"; message C {}",
        ),
        (
            "b.proto",
            "syntax = \"proto3\"; package x; import public \"c.proto\";",
        ),
        (
            "a.proto",
            "syntax = \"proto3\"; package x; import public \"b.proto\";",
        ),
    ];
    let text =
        "syntax = \"proto3\"; package x; import \"a.proto\"; message M { C c = 1; D d = 2; }";
    check(text, &references, &["1 c", "2 d"]);
}

#[test]
fn private_imports_of_imports_stay_unknown() {
    let references = [
        (
            "b.proto",
            "syntax = \"proto3\"; package x; message B { int32 b = 1; }",
        ),
        (
            "a.proto",
            "syntax = \"proto3\"; package x; import \"b.proto\"; message A { B b = 1; }",
        ),
    ];
    let text = "syntax = \"proto3\"; package x; import \"a.proto\"; message M { B b = 1; }";
    let error = compile(&schema(text, &references)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSchema);
}

#[test]
fn fields_whose_json_names_differ_only_seem_to_collide() {
    let text = "syntax = \"proto3\"; package x; message M { int32 ID = 1; int32 id = 2; }";
    check(text, &[], &["1 ID", "2 id"]);
    let text = "syntax = \"proto3\"; package x; message M { int32 foobar = 1; int32 foo_bar = 2; }";
    check(text, &[], &["1 foobar", "2 fooBar"]);
}

#[test]
fn fields_whose_json_names_are_equal_collide() {
    check_refused(
        "syntax = \"proto3\"; package x; message M { int32 fooBar = 1; int32 foo_bar = 2; }",
        "fooBar",
    );
}

#[test]
fn fields_of_proto2_may_share_a_json_name() {
    // protoc warns of it.
    let text = "package x; message M { optional int32 fooBar = 1; optional int32 foo_bar = 2; }";
    check(text, &[], &["1 fooBar", "2 foo_bar"]);
}

#[test]
fn a_field_of_proto2_keeps_its_own_name_in_any_order() {
    let text = "package x; message M { optional int32 foo_bar = 2; optional int32 fooBar = 1; }";
    check(text, &[], &["1 fooBar", "2 foo_bar"]);
    let text = "package x; message M { optional int32 foo_bar = 1; optional int32 foo__bar = 2; }";
    check(text, &[], &["1 fooBar", "2 foo__bar"]);
}

#[test]
fn a_oneof_may_have_the_name_that_optional_makes_up() {
    let text = "syntax = \"proto3\"; package x;
        message M { optional string oo = 1; oneof _oo { string X_oo = 2; } }";
    check(text, &[], &["1 oo", "2 XOo"]);
}

#[test]
fn options_that_only_other_programs_understand_are_left_out() {
    let text = "syntax = \"proto2\"; package x;
        import \"google/protobuf/descriptor.proto\";
        message Opt { optional int32 foo = 1; extensions 100 to 200; }
        extend Opt { optional string ext = 100; }
        extend google.protobuf.MessageOptions { optional Opt opt = 50001; }";
    let used = "syntax = \"proto2\"; package x; import \"x.proto\";
        message M {
            option (opt) = { [ext]: \"x\" };
            option (nowhere.known).part = 3;
            repeated int32 a = 1 [packed = true, (nowhere.field) = \"y\"];
            extensions 4 to 1000 [
                verification = DECLARATION,
                declaration = { number: 4, full_name: \".x.e\", type: \".x.M\" }
            ];
        }";
    check(used, &[("x.proto", text)], &["1 a"]);
    let compiled = compile(&schema(used, &[("x.proto", text)])).unwrap();
    let message = compiled.file.messages().next().unwrap();
    assert!(message.get_field(1).unwrap().is_packed());
}

#[test]
fn editions_are_refused_by_name() {
    check_refused(
        "// A comment.\nedition = \"2023\"; package x; message M { int32 a = 1; }",
        "edition \"2023\" is not supported",
    );
    let file = FileDescriptorProto {
        name: Some("m.proto".to_owned()),
        syntax: Some("editions".to_owned()),
        ..FileDescriptorProto::default()
    };
    let engine = base64::engine::general_purpose::STANDARD;
    let text = base64::Engine::encode(&engine, file.encode_to_vec());
    check_refused(&text, "editions are not supported");
}
