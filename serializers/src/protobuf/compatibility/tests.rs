use wireform_registry::{NamedText, ResolvedSchema, SchemaKind, SchemaRules};

use super::*;
use crate::protobuf::{ProtobufRules, pool};

use self::cases::{Case, ENUMS, FIELDS, IMPORTS, LABELS, MESSAGES, ONEOFS, TYPES};

mod cases;

fn schema(text: &str, imports: &[(&str, &str)]) -> ResolvedSchema {
    let with_syntax = |text: &str| match text.starts_with("syntax") {
        true => text.to_owned(),
        false => format!("syntax = \"proto3\"; {text}"),
    };
    let mut schema = ResolvedSchema::new(SchemaKind::Protobuf, with_syntax(text));
    schema.references = imports
        .iter()
        .map(|(name, text)| NamedText {
            name: (*name).to_owned(),
            text: with_syntax(text).into(),
        })
        .collect();
    schema
}

#[track_caller]
fn check(writer: &ResolvedSchema, reader: &ResolvedSchema, expected: &[&str]) {
    let compile = |schema| pool::compile(schema).unwrap_or_else(|e| panic!("{schema:?}: {e}"));
    let found = differences(&compile(reader), &compile(writer));
    let mut names: Vec<String> = found
        .iter()
        .map(|difference| format!("{} {}", difference.change.name(), difference.path))
        .collect();
    let mut expected: Vec<&str> = expected.to_vec();
    names.sort_unstable();
    expected.sort_unstable();
    assert_eq!(names, expected, "from {} to {}", writer.text, reader.text);
    let breaking = found
        .iter()
        .filter(|difference| !difference.is_compatible())
        .count();
    let findings = ProtobufRules.check(reader, writer).unwrap();
    assert_eq!(findings.len(), breaking);
    assert!(findings.iter().all(|finding| !finding.message.is_empty()));
}

fn check_all(cases: &[Case]) {
    for (writer, reader, expected) in cases {
        check(&schema(writer, &[]), &schema(reader, &[]), expected);
        let same = &schema(reader, &[]);
        check(same, same, &[]);
    }
}

#[test]
fn messages_and_packages() {
    check_all(MESSAGES);
}

#[test]
fn fields() {
    check_all(FIELDS);
}

#[test]
fn types() {
    check_all(TYPES);
}

#[test]
fn labels() {
    check_all(LABELS);
}

#[test]
fn oneofs_and_their_moves() {
    check_all(ONEOFS);
}

#[test]
fn enums_and_reserved_numbers() {
    check_all(ENUMS);
}

#[test]
fn imports() {
    for (writer, reader, expected, [old, new]) in IMPORTS {
        check(
            &schema(writer, &[("a.proto", old)]),
            &schema(reader, &[("a.proto", new)]),
            expected,
        );
    }
}

#[test]
fn there_are_enough_cases() {
    let count = [MESSAGES, FIELDS, TYPES, LABELS, ONEOFS, ENUMS].map(<[Case]>::len);
    assert!(
        count.iter().sum::<usize>() + IMPORTS.len() >= 80,
        "{count:?}"
    );
}

#[test]
fn a_long_chain_of_imported_messages_is_compared() {
    let chain = |last: &str| {
        let links = (0..3000).map(|n| format!("message M{n} {{ M{} next = 1; }}", n + 1));
        format!(
            "syntax = \"proto3\"; {} message M3000 {{ {last} }}",
            links.collect::<String>()
        )
    };
    let own = "import \"a.proto\"; message A { M0 m = 1; }";
    let (old, new) = (chain("int32 x = 1;"), chain("string x = 1;"));
    let (old, new) = (
        schema(own, &[("a.proto", &old)]),
        schema(own, &[("a.proto", &new)]),
    );
    let found = ProtobufRules.check(&new, &old).unwrap();
    assert_eq!(found.len(), 3002);
    assert_eq!(found[0].path, "#/M3000/1");
    assert_eq!(found[3001].path, "#/A/1");
}

#[test]
fn a_descriptor_is_compared_like_its_text() {
    use base64::Engine;
    use prost::Message;
    let text =
        "message A { map<string, int32> m = 1; optional int32 x = 2; B b = 3; } message B {}";
    let text = schema(text, &[]);
    let file = pool::compile(&text).unwrap().file;
    let bytes = file.file_descriptor_proto().encode_to_vec();
    let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
    let encoded = ResolvedSchema::new(SchemaKind::Protobuf, encoded);
    check(&text, &encoded, &[]);
    check(&encoded, &text, &[]);
}
