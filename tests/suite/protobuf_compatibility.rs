//! What Apicurio and buf say to the cases of `ProtobufRules`, and where they disagree.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use wireform::protobuf::ProtobufRules;
use wireform::registry::{NamedText, ResolvedSchema, SchemaRules};
use wireform::{SchemaKind, Subject};
use wireform_limits::{BUILD_LIMIT, ended};
use wireform_registry::{
    HttpRegistry, Reference, RegisterOptions, Registry, SchemaDef, VersionRef,
};
use wireform_tests::servers::{registry_url, unique};
use wireform_tests::workspace::root;

use self::cases::{Case, ENUMS, FIELDS, IMPORTS, LABELS, MESSAGES, ONEOFS, TYPES};

#[path = "../../serializers/src/protobuf/compatibility/tests/cases.rs"]
mod cases;

fn with_syntax(text: &str) -> String {
    match text.starts_with("syntax") {
        true => text.to_owned(),
        false => format!("syntax = \"proto3\"; {text}"),
    }
}

/// Whether our rules let `reader` follow `writer`.
fn ours(writer: &str, reader: &str, imports: [&str; 2]) -> bool {
    let schema = |text: &str, import: &str| {
        let mut schema = ResolvedSchema::new(SchemaKind::Protobuf, with_syntax(text));
        schema.references.push(NamedText {
            name: "a.proto".to_owned(),
            text: with_syntax(import).into(),
        });
        schema
    };
    let [old, new] = imports;
    let found = ProtobufRules.check(&schema(reader, new), &schema(writer, old));
    found.unwrap().is_empty()
}

/// Whether the registry does.
async fn theirs(registry: &HttpRegistry, writer: &str, reader: &str, imports: [&str; 2]) -> bool {
    let name = unique("protobuf");
    let subject = Subject::new(name.clone()).unwrap();
    let mut defs = Vec::new();
    for (index, (text, import)) in [writer, reader].into_iter().zip(imports).enumerate() {
        let mut references = Vec::new();
        if text.contains("a.proto") {
            let far = Subject::new(format!("{name}-{index}")).unwrap();
            let def = SchemaDef::new(SchemaKind::Protobuf, with_syntax(import));
            let options = RegisterOptions::default();
            let version = registry
                .register(&far, &def, options)
                .await
                .unwrap()
                .version;
            references.push(Reference {
                name: "a.proto".to_owned(),
                subject: far,
                version,
            });
        }
        let def = SchemaDef::new(SchemaKind::Protobuf, with_syntax(text));
        defs.push(def.with_references(references));
    }
    let options = RegisterOptions::default();
    registry
        .register(&subject, &defs[0], options)
        .await
        .unwrap();
    let verdict = registry.check(&subject, VersionRef::Latest, &defs[1]).await;
    verdict.is_ok_and(|verdict| verdict.is_compatible)
}

/// Every case: what was written, what is read with, and what each imports.
fn all_cases() -> impl Iterator<Item = (&'static str, &'static str, [&'static str; 2])> {
    let tables: [&[Case]; 6] = [MESSAGES, FIELDS, TYPES, LABELS, ONEOFS, ENUMS];
    let plain = tables.into_iter().flatten();
    let plain = plain.map(|(writer, reader, _)| (*writer, *reader, ["", ""]));
    let imported = IMPORTS
        .iter()
        .map(|(writer, reader, _, imports)| (*writer, *reader, *imports));
    plain.chain(imported)
}

#[tokio::test]
#[ignore = "needs WIREFORM_REGISTRY_URL"]
async fn apicurio_disagrees_where_it_is_known_to() {
    let _guard = wireform_limits::guard(BUILD_LIMIT);
    let registry = HttpRegistry::builder(registry_url()).build().unwrap();
    let (mut agreed, mut found) = (0, REASONS.to_owned());
    for (writer, reader, imports) in all_cases() {
        let theirs = theirs(&registry, writer, reader, imports).await;
        let who = match (ours(writer, reader, imports), theirs) {
            (ours, theirs) if ours == theirs => {
                agreed += 1;
                continue;
            }
            (true, _) => "Apicurio refuses",
            (false, _) => "Apicurio takes",
        };
        let [old, new] = imports;
        found.push_str(&format!("{who}: {writer} {old}\n  -> {reader} {new}\n"));
    }
    assert!(agreed >= 70, "{agreed}");
    check_list("protobuf-apicurio.txt", &found);
}

/// Compares disagreements with those that are written down.
#[track_caller]
fn check_list(file: &str, found: &str) {
    let path = root().join("tests/data/compatibility").join(file);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "other disagreements than in {}:\n{found}",
        path.display()
    );
}

/// The rules of buf that each change breaks; `None` where it cannot read a schema.
fn buf(changes: &str) -> Vec<Option<Vec<String>>> {
    let mut child = Command::new(root().join("tests/interop/buf/breaking"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(changes.as_bytes()).unwrap();
    drop(input);
    let output = ended(child, BUILD_LIMIT);
    assert!(output.status.success());
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers = answers
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    answers.collect()
}

#[test]
#[ignore = "needs npm"]
fn buf_disagrees_where_it_is_known_to() {
    let files = |text: &str, import: &str| -> Value {
        let mut files = json!({"m.proto": with_syntax(text)});
        if text.contains("a.proto") {
            files["a.proto"] = with_syntax(import).into();
        }
        files
    };
    let mut changes = String::new();
    for (writer, reader, [old, new]) in all_cases() {
        let change = json!({"old": files(writer, old), "new": files(reader, new)});
        changes.push_str(&format!("{change}\n"));
    }
    let theirs = buf(&changes);
    assert_eq!(theirs.len(), all_cases().count());
    let (mut agreed, mut found) = (0, BUFS_REASONS.to_owned());
    for ((writer, reader, imports), theirs) in all_cases().zip(theirs) {
        let who = match (ours(writer, reader, imports), theirs) {
            (true, Some(rules)) if rules.is_empty() => None,
            (false, Some(rules)) if rules.is_empty() => Some("buf takes".to_owned()),
            (true, Some(rules)) => Some(format!("buf refuses ({})", rules.join(", "))),
            (false, Some(_)) => None,
            (_, None) => Some("buf cannot read".to_owned()),
        };
        let Some(who) = who else {
            agreed += 1;
            continue;
        };
        let [old, new] = imports;
        found.push_str(&format!("{who}: {writer} {old}\n  -> {reader} {new}\n"));
    }
    assert!(agreed >= 80, "{agreed}");
    check_list("protobuf-buf.txt", &found);
}

const BUFS_REASONS: &str = "\
Where buf 1.75 (its category WIRE) and ProtobufRules (the rules of Confluent's server) disagree, and
why.

buf watches over a repository, Confluent's server over what a reader can read. So buf refuses, and
the server takes: a field, an enum constant or a reservation that goes while its number may be given
again; a string or a message that becomes repeated or single again (the last one is read); a number
as an enum, or one type as another with the same fields; bytes as a string (read if they are UTF-8);
another default; fields that move into a new oneof, or out of one.
buf's WIRE does not look at messages that are removed or renamed, where a registry's reader finds
its message by name.
It cannot read a `map_entry` that is written out, nor `google/type`, which it does not have.

";

const REASONS: &str = "\
Where Apicurio 3.3.3 and ProtobufRules (the rules of Confluent's server) disagree, and why.

Apicurio follows protolock (https://github.com/nilslice/protolock), which watches over sources:
no field may go without its number and name being reserved, nothing may be renamed, no type may
change (an int32 to an int64 neither), enums may not lose constants, services may not lose methods.
Confluent's server watches over bytes: all of that is read. An import that stays the same but for
its subject is refused by Apicurio too.
On the other hand Apicurio does not look at packages, removed messages, groups and oneofs, whose
data a reader loses.

";
