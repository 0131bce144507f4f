//! What Apicurio says to the cases of `ProtobufRules`, and where it disagrees.

use wireform::protobuf::ProtobufRules;
use wireform::registry::{NamedText, ResolvedSchema, SchemaRules};
use wireform::{SchemaKind, Subject};
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

#[tokio::test]
#[ignore = "needs WIREFORM_REGISTRY_URL"]
async fn apicurio_disagrees_where_it_is_known_to() {
    let registry = HttpRegistry::builder(registry_url()).build().unwrap();
    let tables: [&[Case]; 6] = [MESSAGES, FIELDS, TYPES, LABELS, ONEOFS, ENUMS];
    let plain = tables.iter().copied().flatten();
    let plain = plain.map(|(writer, reader, _)| (*writer, *reader, ["", ""]));
    let imported = IMPORTS
        .iter()
        .map(|(writer, reader, _, imports)| (*writer, *reader, *imports));
    let (mut agreed, mut found) = (0, REASONS.to_owned());
    for (writer, reader, imports) in plain.chain(imported) {
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
    let path = root().join("tests/data/compatibility/protobuf-apicurio.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    assert!(agreed >= 70, "{agreed}");
    let expected = std::fs::read_to_string(&path).unwrap();
    assert!(
        found == expected,
        "other disagreements than in {}:\n{found}",
        path.display()
    );
}

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
