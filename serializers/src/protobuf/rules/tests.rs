use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use prost::Message;
use prost_types::field_descriptor_proto::Type;
use prost_types::{DescriptorProto, FileDescriptorProto};
use wireform_registry::NamedText;

use super::*;

fn schema(text: &str, references: &[(&str, &str)]) -> ResolvedSchema {
    let mut schema = ResolvedSchema::new(SchemaKind::Protobuf, text);
    schema.references = references
        .iter()
        .map(|(name, text)| NamedText {
            name: (*name).to_owned(),
            text: (*text).into(),
        })
        .collect();
    schema
}

fn parse(text: &str) -> ParsedSchema {
    ProtobufRules.parse(&schema(text, &[])).unwrap()
}

#[track_caller]
fn check_error(schema: &ResolvedSchema, kind: ErrorKind, message: &str) {
    let error = ProtobufRules.parse(schema).unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(message), "{error}");
}

#[track_caller]
fn check_invalid(text: &str, message: &str) {
    check_error(&schema(text, &[]), ErrorKind::InvalidSchema, message);
}

#[test]
fn names_are_messages_in_the_order_of_their_indexes_then_enums() {
    let text = "package p; enum E { Z = 0; } message B { message C {} enum F { Y = 0; } } \
                message A { map<string, B> m = 1; }";
    let text = format!("syntax = \"proto3\"; {text}");
    assert_eq!(parse(&text).names, ["p.B", "p.B.C", "p.A", "p.B.F", "p.E"]);
}

#[test]
fn layout_and_comments_are_no_other_schema() {
    let one = parse("syntax=\"proto3\";message A{int32 x=1;}").canonical;
    let other = "syntax = \"proto3\";\n\n// An A.\nmessage A {\n  int32 x = 1; /* ! */\n}\n";
    assert_eq!(parse(other).canonical, one);
    let more = parse("syntax=\"proto3\";message A{int32 x=1[deprecated=true];}").canonical;
    assert_ne!(more, one);
    let text = ProtobufRules.normalize(&schema(other, &[])).unwrap();
    assert_eq!(
        text,
        "syntax = \"proto3\";\nmessage A {\n  int32 x = 1;\n}\n"
    );
    assert_eq!(parse(&text).canonical, one);
}

#[test]
fn what_does_not_compile_is_refused() {
    check_invalid("message A { x }", "schema:1:15");
    check_invalid("message A { optional B b = 1; }", "'B'");
    check_invalid("message A {} message A {}", "'A'");
    check_invalid(
        "message A { optional int32 a = 1; optional int32 b = 1; }",
        "1",
    );
    check_invalid("syntax = \"proto3\"; enum E { ONE = 1; }", "");
    check_invalid("not a schema", "");
    check_invalid("AAAA", "base64");
    let avro = ResolvedSchema::new(SchemaKind::Avro, "\"int\"");
    check_error(
        &avro,
        ErrorKind::InvalidSchema,
        "expected a Protobuf schema, found AVRO",
    );
}

#[test]
fn imports_come_from_references_and_from_nowhere_else() {
    let text = "syntax = \"proto3\"; import \"a.proto\"; message B { A a = 1; }";
    let a = "syntax = \"proto3\"; message A {}";
    assert!(
        ProtobufRules
            .parse(&schema(text, &[("a.proto", a)]))
            .is_ok()
    );
    check_invalid(
        text,
        "import \"a.proto\" is not among the schema's references",
    );
    for name in [
        "/etc/passwd",
        "../a.proto",
        "http://127.0.0.1:1/a.proto",
        "file:///a.proto",
    ] {
        check_invalid(&format!("import \"{name}\"; message B {{}}"), "");
    }
    check_invalid("import \"\"; message B {}", "");
    let broken = schema(text, &[("a.proto", "message A { x }")]);
    check_error(&broken, ErrorKind::InvalidSchema, "a.proto:1:15");
}

#[test]
fn a_circle_of_imports_is_an_error() {
    let text = "syntax = \"proto3\"; import \"a.proto\";";
    for a in ["import \"b.proto\";", "import \"a.proto\";"] {
        let circle = schema(text, &[("a.proto", a), ("b.proto", "import \"a.proto\";")]);
        check_error(&circle, ErrorKind::InvalidSchema, "leads back to itself");
    }
    let names: Vec<String> = (0..100).map(|n| format!("{n}.proto")).collect();
    let texts: Vec<String> = (1..=100)
        .map(|n| format!("import \"{n}.proto\";"))
        .collect();
    let chain: Vec<(&str, &str)> = names
        .iter()
        .zip(&texts)
        .map(|(name, text)| (&**name, &**text))
        .collect();
    let deep = schema("import \"0.proto\";", &chain);
    check_error(
        &deep,
        ErrorKind::LimitExceeded,
        "imports nest deeper than 64",
    );
}

#[test]
fn only_visible_imports_are_seen() {
    let text = "syntax = \"proto3\"; import \"a.proto\"; message C { B b = 1; }";
    let b = ("b.proto", "syntax = \"proto3\"; message B {}");
    let hidden = "syntax = \"proto3\"; import \"b.proto\"; message A { B b = 1; }";
    let public = hidden.replace("import", "import public");
    check_error(
        &schema(text, &[("a.proto", hidden), b]),
        ErrorKind::InvalidSchema,
        "B",
    );
    assert!(
        ProtobufRules
            .parse(&schema(text, &[("a.proto", &public), b]))
            .is_ok()
    );
}

#[test]
fn broken_descriptors_are_errors() {
    use prost::Message;
    use prost_types::field_descriptor_proto::{Label, Type};
    use prost_types::{
        DescriptorProto, FieldDescriptorProto, FileDescriptorProto, MessageOptions,
        OneofDescriptorProto,
    };

    let field = |number, kind: Type| FieldDescriptorProto {
        name: Some(format!("f{number}")),
        number: Some(number),
        label: Some(Label::Optional.into()),
        r#type: Some(kind.into()),
        ..FieldDescriptorProto::default()
    };
    let message = |fields: &[FieldDescriptorProto]| DescriptorProto {
        name: Some("A".to_owned()),
        field: fields.to_vec(),
        ..DescriptorProto::default()
    };
    let entry = |fields: &[FieldDescriptorProto]| DescriptorProto {
        options: Some(MessageOptions {
            map_entry: Some(true),
            ..MessageOptions::default()
        }),
        ..message(fields)
    };
    let in_oneof = |index| FieldDescriptorProto {
        oneof_index: Some(index),
        ..field(1, Type::Int32)
    };
    let with_oneof = |index| DescriptorProto {
        oneof_decl: vec![OneofDescriptorProto::default()],
        ..message(&[in_oneof(index)])
    };
    for broken in [
        entry(&[]),
        entry(&[field(1, Type::Int32)]),
        entry(&[field(1, Type::Float), field(2, Type::Int32)]),
        entry(&[field(1, Type::Int32), field(3, Type::Int32)]),
        message(&[in_oneof(0)]),
        with_oneof(1),
        with_oneof(-1),
        message(&[field(0, Type::Int32)]),
        message(&[field(-4, Type::Int32)]),
        message(&[field(1, Type::Message)]),
    ] {
        let file = FileDescriptorProto {
            message_type: vec![broken.clone()],
            ..FileDescriptorProto::default()
        };
        let text = STANDARD.encode(file.encode_to_vec());
        let found = ProtobufRules
            .parse(&schema(&text, &[]))
            .map_err(|error| error.kind());
        assert_eq!(found, Err(ErrorKind::InvalidSchema), "{broken:?}");
    }
}

#[test]
fn numbers_times_ranges_are_limited() {
    use std::fmt::Write;
    let mut text = "syntax = \"proto3\"; message A {".to_owned();
    for number in 20_000..23_000 {
        write!(
            text,
            "int32 a{number} = {number}; reserved {};",
            100_000 + number
        )
        .unwrap();
    }
    text.push('}');
    check_error(
        &schema(&text, &[]),
        ErrorKind::LimitExceeded,
        "too many numbers",
    );
}

/// A thread of a program may have no more.
#[test]
fn deep_schemas_are_values_or_errors_on_a_small_stack() {
    use prost::Message;
    use prost_types::{DescriptorProto, FileDescriptorProto};

    let nested = |open: &str, depth| format!("{}{}", open.repeat(depth), "}".repeat(depth));
    let mut message = DescriptorProto::default();
    for depth in 0..200 {
        message = DescriptorProto {
            name: Some(format!("A{depth}")),
            nested_type: vec![message],
            ..DescriptorProto::default()
        };
    }
    let mut texts = Vec::new();
    for depth in [30, 60, 64, 1000] {
        let messages = (0..depth).map(|n| format!("message A{n} {{"));
        texts.push(messages.collect::<String>() + &"}".repeat(depth));
        let groups = (0..depth).map(|n| format!("optional group G{n} = 1 {{"));
        let groups = groups.collect::<String>() + &"}".repeat(depth);
        texts.push(format!("message A {{ {groups} }}"));
        let value = nested("a {", depth - 1);
        texts.push(format!("option (x) = {{ {value} }};"));
        texts.push(format!(
            "message A {{ {} }}",
            nested("oneof o {", depth - 1)
        ));
    }
    while message.encoded_len() > 0 {
        let file = FileDescriptorProto {
            message_type: vec![message.clone()],
            ..FileDescriptorProto::default()
        };
        texts.push(STANDARD.encode(file.encode_to_vec()));
        message = message.nested_type.pop().unwrap_or_default();
    }
    let thread = std::thread::Builder::new().stack_size(256 << 10);
    let parsed = thread.spawn(move || {
        let parsed = texts.iter().filter(|text| {
            let schema = schema(text, &[]);
            let parsed = ProtobufRules.parse(&schema).is_ok();
            assert_eq!(ProtobufRules.check(&schema, &schema).is_ok(), parsed);
            parsed
        });
        parsed.count()
    });
    assert!(wireform_limits::join(parsed.unwrap(), wireform_limits::LIMIT) > 30);
}

#[test]
fn a_text_is_handed_out_as_a_descriptor() {
    let text = "syntax = \"proto3\"; package shop; import \"item.proto\"; \
                import \"google/protobuf/descriptor.proto\"; \
                extend google.protobuf.FieldOptions { string unit = 50001; } \
                message Order { repeated Item items = 1; int64 total = 2 [(unit) = \"cent\"]; }";
    let item = "syntax = \"proto3\"; package shop; message Item { string sku = 1; }";
    let schema = schema(text, &[("item.proto", item)]);
    let encoded = ProtobufRules.format(&schema, "serialized").unwrap();
    let bytes = STANDARD.decode(encoded.unwrap()).unwrap();
    let file = FileDescriptorProto::decode(&*bytes).unwrap();
    assert_eq!(file.name(), "default");
    let items = &file.message_type[0].field[0];
    assert_eq!(items.type_name(), ".shop.Item");
    assert_eq!(items.r#type(), Type::Message);
    let option = b"\x8a\xb5\x18\x04cent";
    let is_kept = bytes.windows(option.len()).any(|part| part == option);
    assert!(is_kept, "a custom option is lost");
}

/// The descriptor of a text, as clients make it: with another name, and with or without JSON names.
#[test]
fn a_text_and_its_descriptor_are_one_schema() {
    let text = "syntax = \"proto3\"; package shop; import \"item.proto\"; \
                import \"google/protobuf/descriptor.proto\"; \
                extend google.protobuf.FieldOptions { string unit = 50001; } \
                message Order { repeated Item line_items = 1; map<string, int32> counts = 3; \
                optional int64 total = 2 [(unit) = \"cent\"]; enum State { NEW = 0; } \
                State state = 4; oneof by { string a = 5; string b_c = 6 [json_name = \"x\"]; } }";
    let item = "syntax = \"proto3\"; package shop; message Item { string sku = 1; }";
    let canonical = |text: &str| {
        let parsed = ProtobufRules.parse(&schema(text, &[("item.proto", item)]));
        parsed.unwrap().canonical
    };
    let expected = canonical(text);
    let encoded = ProtobufRules.format(&schema(text, &[("item.proto", item)]), "serialized");
    let encoded = encoded.unwrap().unwrap();
    assert_eq!(canonical(&encoded), expected);
    let other = text.replace("cent", "euro");
    assert_ne!(canonical(&other), expected, "a custom option counts");

    let plain = |text: &str| ProtobufRules.parse(&schema(text, &[])).unwrap().canonical;
    for text in [
        "syntax = \"proto3\"; message A { int32 b_c = 1; A a = 2; }",
        "message A { optional int32 b_c = 1; extensions 5 to 9; } extend A { optional int32 x = 5; }",
    ] {
        let encoded = ProtobufRules.format(&schema(text, &[]), "serialized");
        let bytes = STANDARD.decode(encoded.unwrap().unwrap()).unwrap();
        let mut file = FileDescriptorProto::decode(&*bytes).unwrap();
        file.name = Some("shop/a.proto".to_owned());
        for field in &mut file.message_type[0].field {
            field.json_name = None;
        }
        let bare = STANDARD.encode(file.encode_to_vec());
        assert_eq!(plain(&bare), plain(text));
        file.message_type[0].field[0].json_name = Some("other".to_owned());
        let renamed = STANDARD.encode(file.encode_to_vec());
        assert_ne!(plain(&renamed), plain(text));
    }
}

#[test]
fn a_descriptor_is_handed_out_as_it_is() {
    let order = DescriptorProto {
        name: Some("Order".to_owned()),
        ..DescriptorProto::default()
    };
    let file = FileDescriptorProto {
        message_type: vec![order],
        ..FileDescriptorProto::default()
    };
    let text = STANDARD.encode(file.encode_to_vec());
    let found = ProtobufRules.format(&schema(&text, &[]), "serialized");
    assert_eq!(found.unwrap(), Some(text));
}

#[test]
fn other_forms_are_not_known() {
    let schema = schema("syntax = \"proto3\";", &[]);
    let found = ProtobufRules.format(&schema, "ignore_extensions");
    assert_eq!(found.unwrap(), None);
}

#[test]
fn a_thread_that_cannot_be_started_is_not_an_invalid_schema() {
    let error = |kind| from_codec(&crate::Error::new(kind, "could not start a thread"));
    let failed = error(crate::ErrorKind::Io);
    assert_eq!(failed.kind(), ErrorKind::Server);
    assert!(failed.is_retryable());
    assert!(!error(crate::ErrorKind::InvalidSchema).is_retryable());
}

/// prost-reflect takes no two fields whose names differ in case alone: one has another name there.
#[test]
fn a_descriptor_with_other_names_is_not_handed_out() {
    let text = "syntax = \"proto3\"; message A { string user_id = 1; string userid = 2; }";
    let error = ProtobufRules
        .format(&schema(text, &[]), "serialized")
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    ProtobufRules.parse(&schema(text, &[])).unwrap();
}

#[test]
fn options_that_cannot_be_resolved_count() {
    let text = "syntax = \"proto3\"; message A { string a = 1 [(far.unit) = \"cent\"]; }";
    let canonical = |text: &str| ProtobufRules.parse(&schema(text, &[])).unwrap().canonical;
    assert_eq!(canonical(text), canonical(&text.replace("; }", ";\n}")));
    assert_ne!(canonical(text), canonical(&text.replace("cent", "euro")));
}
