//! `docs/evolution.md`: every row of its tables is what the rules say; and the checks that users
//! make of their own schemas, on whichever registry there is.

use std::fs;
use std::panic::catch_unwind;

use wireform::SchemaKind;
use wireform::avro::SerdeAvro;
use wireform::testing::{Drift, Level, assert_evolves, avro, history, json_schema, protobuf};
use wireform::{SchemaSource, Subject};
use wireform_registry::{
    Blocking, HttpRegistry, InMemoryRegistry, LockFile, RegisterOptions, Registry, SchemaDef,
    VersionRef,
};
use wireform_tests::order::{Order, SCHEMA_V1, SCHEMA_V2};
use wireform_tests::rules;
use wireform_tests::servers::{registry_url, unique};
use wireform_tests::workspace::root;

/// A row of a table, the schema before and after, in the short form of its format.
type Row = (&'static str, &'static str, &'static str);

#[tokio::test]
async fn the_table_of_avro_is_what_the_rules_say() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    check_table("Avro", SchemaKind::Avro, AVRO, |fields| {
        if fields.starts_with(r#"{"type":"record""#) {
            return fields.to_owned();
        }
        format!(r#"{{"type":"record","name":"R","fields":[{fields}]}}"#)
    })
    .await;
}

#[tokio::test]
async fn the_table_of_protobuf_is_what_the_rules_say() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    check_table("Protobuf", SchemaKind::Protobuf, PROTOBUF, |text| {
        if text.starts_with("syntax") {
            text.to_owned()
        } else {
            format!("syntax = \"proto3\"; {text}")
        }
    })
    .await;
}

#[tokio::test]
async fn the_table_of_json_schema_is_what_the_rules_say() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    check_table("JSON Schema", SchemaKind::Json, JSON, str::to_owned).await;
}

/// The orders of this repository, as a program's test would hold them to their level; on the
/// registry of `WIREFORM_REGISTRY_URL` if there is one.
#[test]
fn the_orders_follow_each_other() {
    let orders = history(root().join("schemas"), &Subject::value("orders")).unwrap();
    assert_eq!(orders.len(), 2);
    assert_evolves(&orders, Level::BackwardTransitive);
}

#[test]
#[ignore = "needs WIREFORM_REGISTRY_URL"]
fn a_real_registry_says_the_same_of_every_schema_type() {
    let _ = registry_url();
    let a = r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}"#;
    let long = a.replace("int", "long");
    follow(&[avro(a), avro(&*long)], Level::Backward);
    break_off(&[avro(a), avro(&*long)], Level::Forward);

    let json = |properties: &str| {
        json_schema(format!(
            r#"{{"type":"object","additionalProperties":false,"properties":{{{properties}}}}}"#
        ))
    };
    let (one, two) = (
        json(r#""a":{"type":"string"}"#),
        json(r#""a":{"type":"string"},"b":{"type":"string"}"#),
    );
    follow(&[one.clone(), two.clone()], Level::BackwardTransitive);
    break_off(&[one, two], Level::Full);

    let proto = |fields: &str| protobuf(format!("syntax = \"proto3\"; message M {{ {fields} }}"));
    let one = proto("int32 a = 1;");
    follow(
        &[one.clone(), proto("int32 a = 1; string b = 2;")],
        Level::Backward,
    );
    break_off(&[one, proto("string a = 1;")], Level::Backward);
}

#[test]
#[ignore = "needs WIREFORM_REGISTRY_URL"]
fn a_real_registry_that_moved_is_noticed() {
    let registry = Blocking::new(HttpRegistry::new(registry_url()).unwrap()).unwrap();
    let subject = Subject::value(&unique("drift"));
    let folder = std::env::temp_dir().join(unique("wireform-drift"));
    let files = folder.join("schemas").join(subject.as_str());
    fs::create_dir_all(&files).unwrap();
    fs::write(files.join("v1.avsc"), SCHEMA_V1).unwrap();
    let register = |text: &str| {
        let schema = SchemaDef::new(SchemaKind::Avro, text);
        registry
            .register(&subject, &schema, RegisterOptions::default())
            .unwrap();
    };
    register(SCHEMA_V1);
    let mut lock = LockFile::new();
    let locking = lock.lock(registry.inner(), &subject, VersionRef::Latest);
    registry.wait(locking).unwrap().unwrap();
    fs::write(folder.join("wireform.lock"), lock.to_string()).unwrap();

    let codec = SerdeAvro::<Order>::new(SCHEMA_V1).unwrap();
    let drift = Drift::new()
        .codec(subject.clone(), &codec)
        .schemas(folder.join("schemas"))
        .lock(folder.join("wireform.lock"));
    drift.assert_none();
    register(SCHEMA_V2);
    let moved = catch_unwind(|| drift.assert_none()).expect_err("it moved");
    let moved = moved.downcast_ref::<String>().unwrap();
    assert!(moved.contains("the registry moved: version 2"), "{moved}");
    assert!(moved.ends_with("run `wireform lock`"), "{moved}");
    fs::remove_dir_all(&folder).unwrap();
}

#[track_caller]
fn follow(versions: &[SchemaSource], level: Level) {
    assert_evolves(versions, level);
}

#[track_caller]
fn break_off(versions: &[SchemaSource], level: Level) {
    let outcome = catch_unwind(|| assert_evolves(versions, level));
    let message = outcome.expect_err("they do not follow each other");
    let message = message.downcast_ref::<String>().unwrap();
    assert!(message.contains("version 2 after version 1:"), "{message}");
}

/// Compares a table with what a registry answers at each level.
async fn check_table(
    heading: &str,
    kind: SchemaKind,
    rows: &[Row],
    whole: impl Fn(&str) -> String,
) {
    let mut expected = Vec::new();
    for (change, before, after) in rows {
        let mut row = format!("| {change} |");
        for level in [Level::Backward, Level::Forward, Level::Full] {
            let registry = rules::registry();
            let follows = follows(&registry, kind, level, &whole(before), &whole(after)).await;
            row += if follows { " yes |" } else { " **no** |" };
        }
        expected.push(row);
    }
    let document = fs::read_to_string(root().join("docs/evolution.md")).unwrap();
    let (_, section) = document.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let found = section.lines().filter(|line| line.starts_with("| "));
    let found: Vec<&str> = found
        .skip_while(|line| line.starts_with("| Change"))
        .collect();
    assert_eq!(found, expected, "{heading}:\n{}", expected.join("\n"));
}

async fn follows(
    registry: &InMemoryRegistry,
    kind: SchemaKind,
    level: Level,
    before: &str,
    after: &str,
) -> bool {
    let subject = Subject::value("table");
    registry.set_level(None, level);
    let options = RegisterOptions::default();
    let before = SchemaDef::new(kind, before);
    let registered = registry.register(&subject, &before, options).await;
    registered.unwrap_or_else(|error| panic!("{}: {error}", before.text));
    let after = SchemaDef::new(kind, after);
    let checked = registry.check(&subject, VersionRef::Latest, &after).await;
    let checked = checked.unwrap_or_else(|error| panic!("{}: {error}", after.text));
    checked.is_compatible
}

const AVRO: &[Row] = &[
    (
        r#"Add a field with a default"#,
        r#"{"name":"a","type":"int"}"#,
        r#"{"name":"a","type":"int"},{"name":"b","type":"int","default":0}"#,
    ),
    (
        r#"Add a field without a default"#,
        r#"{"name":"a","type":"int"}"#,
        r#"{"name":"a","type":"int"},{"name":"b","type":"int"}"#,
    ),
    (
        r#"Remove a field that has a default"#,
        r#"{"name":"a","type":"int"},{"name":"b","type":"int","default":0}"#,
        r#"{"name":"a","type":"int"}"#,
    ),
    (
        r#"Remove a field that has none"#,
        r#"{"name":"a","type":"int"},{"name":"b","type":"int"}"#,
        r#"{"name":"a","type":"int"}"#,
    ),
    (
        r#"Rename a field, the old name as an alias"#,
        r#"{"name":"a","type":"int"}"#,
        r#"{"name":"b","type":"int","aliases":["a"]}"#,
    ),
    (
        r#"Rename a field without an alias"#,
        r#"{"name":"a","type":"int"}"#,
        r#"{"name":"b","type":"int"}"#,
    ),
    (
        r#"Put fields in another order"#,
        r#"{"name":"a","type":"int"},{"name":"b","type":"int"}"#,
        r#"{"name":"b","type":"int"},{"name":"a","type":"int"}"#,
    ),
    (
        r#"Change or add a default"#,
        r#"{"name":"a","type":"int"}"#,
        r#"{"name":"a","type":"int","default":1}"#,
    ),
    (
        r#"Take a default away"#,
        r#"{"name":"b","type":"int","default":0}"#,
        r#"{"name":"b","type":"int"}"#,
    ),
    (
        r#"Change documentation, add attributes"#,
        r#"{"name":"a","type":"int"}"#,
        r#"{"name":"a","type":"int","doc":"x","x":1}"#,
    ),
    (
        r#"Rename a record, the old name as an alias"#,
        r#"{"type":"record","name":"R","fields":[]}"#,
        r#"{"type":"record","name":"S","aliases":["R"],"fields":[]}"#,
    ),
    (
        r#"Rename a record without an alias"#,
        r#"{"type":"record","name":"R","fields":[]}"#,
        r#"{"type":"record","name":"S","fields":[]}"#,
    ),
    (
        r#"Change the namespace of a record"#,
        r#"{"type":"record","name":"x.R","fields":[]}"#,
        r#"{"type":"record","name":"y.R","fields":[]}"#,
    ),
    (
        r#"Widen a number: `int` to `long`, `float` or `double`, `long` to `float` or `double`, `float` to `double`"#,
        r#"{"name":"a","type":"int"}"#,
        r#"{"name":"a","type":"long"}"#,
    ),
    (
        r#"Narrow a number: the other way round"#,
        r#"{"name":"a","type":"long"}"#,
        r#"{"name":"a","type":"int"}"#,
    ),
    (
        r#"`string` to `bytes`, `bytes` to `string`"#,
        r#"{"name":"a","type":"string"}"#,
        r#"{"name":"a","type":"bytes"}"#,
    ),
    (
        r#"Any other change of type, as `int` to `string`"#,
        r#"{"name":"a","type":"int"}"#,
        r#"{"name":"a","type":"string"}"#,
    ),
    (
        r#"Make optional: `T` to `["null", T]`"#,
        r#"{"name":"a","type":"int"}"#,
        r#"{"name":"a","type":["null","int"]}"#,
    ),
    (
        r#"Make required: `["null", T]` to `T`"#,
        r#"{"name":"a","type":["null","int"]}"#,
        r#"{"name":"a","type":"int"}"#,
    ),
    (
        r#"Add a branch to a union"#,
        r#"{"name":"a","type":["null","int"]}"#,
        r#"{"name":"a","type":["null","int","string"]}"#,
    ),
    (
        r#"Remove a branch of a union"#,
        r#"{"name":"a","type":["null","int","string"]}"#,
        r#"{"name":"a","type":["null","int"]}"#,
    ),
    (
        r#"Put the branches of a union in another order"#,
        r#"{"name":"a","type":["null","int"]}"#,
        r#"{"name":"a","type":["int","null"]}"#,
    ),
    (
        r#"Add a symbol to an enum without a default"#,
        r#"{"name":"a","type":{"type":"enum","name":"E","symbols":["X"]}}"#,
        r#"{"name":"a","type":{"type":"enum","name":"E","symbols":["X","Y"]}}"#,
    ),
    (
        r#"Add a symbol to an enum with a default"#,
        r#"{"name":"a","type":{"type":"enum","name":"E","symbols":["X"],"default":"X"}}"#,
        r#"{"name":"a","type":{"type":"enum","name":"E","symbols":["X","Y"],"default":"X"}}"#,
    ),
    (
        r#"Remove a symbol of an enum without a default"#,
        r#"{"name":"a","type":{"type":"enum","name":"E","symbols":["X","Y"]}}"#,
        r#"{"name":"a","type":{"type":"enum","name":"E","symbols":["X"]}}"#,
    ),
    (
        r#"Remove a symbol of an enum with a default"#,
        r#"{"name":"a","type":{"type":"enum","name":"E","symbols":["X","Y"],"default":"X"}}"#,
        r#"{"name":"a","type":{"type":"enum","name":"E","symbols":["X"],"default":"X"}}"#,
    ),
    (
        r#"Change the size of a `fixed`"#,
        r#"{"name":"a","type":{"type":"fixed","name":"F","size":4}}"#,
        r#"{"name":"a","type":{"type":"fixed","name":"F","size":8}}"#,
    ),
    (
        r#"Change a unit (`timestamp-millis` to `timestamp-micros`): read as another time"#,
        r#"{"name":"a","type":{"type":"long","logicalType":"timestamp-millis"}}"#,
        r#"{"name":"a","type":{"type":"long","logicalType":"timestamp-micros"}}"#,
    ),
    (
        r#"Change the scale of a decimal: read as another number"#,
        r#"{"name":"a","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}}"#,
        r#"{"name":"a","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":3}}"#,
    ),
];

const PROTOBUF: &[Row] = &[
    (
        r#"Add a field"#,
        r#"message M { int32 a = 1; }"#,
        r#"message M { int32 a = 1; int32 b = 2; }"#,
    ),
    (
        r#"Remove a field, its number reserved or not"#,
        r#"message M { int32 a = 1; int32 b = 2; }"#,
        r#"message M { int32 a = 1; reserved 2; }"#,
    ),
    (
        r#"Rename a field (ProtoJSON breaks)"#,
        r#"message M { int32 a = 1; }"#,
        r#"message M { int32 b = 1; }"#,
    ),
    (
        r#"Change the number of a field: its data is lost"#,
        r#"message M { int32 a = 1; }"#,
        r#"message M { int32 a = 2; }"#,
    ),
    (
        r#"Among `int32`, `int64`, `uint32`, `uint64`, `bool` and enums"#,
        r#"message M { int32 a = 1; }"#,
        r#"message M { int64 a = 1; }"#,
    ),
    (
        r#"Among `sint32` and `sint64`; `fixed32` and `sfixed32`; `fixed64` and `sfixed64`; `string` and `bytes`"#,
        r#"message M { sint32 a = 1; }"#,
        r#"message M { sint64 a = 1; }"#,
    ),
    (
        r#"Any other change of type, as `int32` to `sint32` or `string`"#,
        r#"message M { int32 a = 1; }"#,
        r#"message M { sint32 a = 1; }"#,
    ),
    (
        r#"A number to `repeated`, or back"#,
        r#"message M { int32 a = 1; }"#,
        r#"message M { repeated int32 a = 1; }"#,
    ),
    (
        r#"A `string` or a message to `repeated`"#,
        r#"message M { string a = 1; }"#,
        r#"message M { repeated string a = 1; }"#,
    ),
    (
        r#"A field to another message type"#,
        r#"message M { message N {} message O {} N a = 1; }"#,
        r#"message M { message N {} message O {} O a = 1; }"#,
    ),
    (
        r#"Add a `required` field (proto2)"#,
        r#"syntax = "proto2"; message M {}"#,
        r#"syntax = "proto2"; message M { required int32 a = 1; }"#,
    ),
    (
        r#"Remove a `required` field (proto2)"#,
        r#"syntax = "proto2"; message M { required int32 a = 1; }"#,
        r#"syntax = "proto2"; message M {}"#,
    ),
    (
        r#"Make a field `optional` (proto3)"#,
        r#"message M { int32 a = 1; }"#,
        r#"message M { optional int32 a = 1; }"#,
    ),
    (
        r#"Move one field into a new `oneof`"#,
        r#"message M { int32 a = 1; }"#,
        r#"message M { oneof o { int32 a = 1; } }"#,
    ),
    (
        r#"Move two fields into a `oneof`"#,
        r#"message M { int32 a = 1; int32 b = 2; }"#,
        r#"message M { oneof o { int32 a = 1; int32 b = 2; } }"#,
    ),
    (
        r#"Add a field to a `oneof`"#,
        r#"message M { oneof o { int32 a = 1; } }"#,
        r#"message M { oneof o { int32 a = 1; int32 b = 2; } }"#,
    ),
    (
        r#"Remove a field of a `oneof`"#,
        r#"message M { oneof o { int32 a = 1; int32 b = 2; } }"#,
        r#"message M { oneof o { int32 a = 1; } }"#,
    ),
    (
        r#"Add a message at the end of the file"#,
        r#"message M {}"#,
        r#"message M {} message N {}"#,
    ),
    (
        r#"Remove a message"#,
        r#"message M {} message N {}"#,
        r#"message M {}"#,
    ),
    (r#"Rename a message"#, r#"message M {}"#, r#"message N {}"#),
    (
        r#"Change the package"#,
        r#"package a; message M {}"#,
        r#"package b; message M {}"#,
    ),
    (
        r#"Add a constant to an enum"#,
        r#"message M { enum E { X = 0; } E e = 1; }"#,
        r#"message M { enum E { X = 0; Y = 1; } E e = 1; }"#,
    ),
    (
        r#"Remove a constant of an enum"#,
        r#"message M { enum E { X = 0; Y = 1; } E e = 1; }"#,
        r#"message M { enum E { X = 0; } E e = 1; }"#,
    ),
    (
        r#"Change a comment, an option, a service"#,
        r#"message M { int32 a = 1; }"#,
        r#"message M { /* x */ int32 a = 1 [deprecated = true]; }"#,
    ),
];

const JSON: &[Row] = &[
    (
        r#"Closed object (`additionalProperties: false`): add an optional property"#,
        r#"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#,
        r#"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"additionalProperties":false}"#,
    ),
    (
        r#"Closed object: remove an optional property"#,
        r#"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"additionalProperties":false}"#,
        r#"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#,
    ),
    (
        r#"Closed object: add a required property"#,
        r#"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#,
        r#"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"additionalProperties":false,"required":["b"]}"#,
    ),
    (
        r#"Closed object: add a required property with a default"#,
        r#"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#,
        r#"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string","default":""}},"additionalProperties":false,"required":["b"]}"#,
    ),
    (
        r#"Open object: add a property"#,
        r#"{"type":"object","properties":{"a":{"type":"string"}}}"#,
        r#"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}}"#,
    ),
    (
        r#"Open object: remove a property"#,
        r#"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}}"#,
        r#"{"type":"object","properties":{"a":{"type":"string"}}}"#,
    ),
    (
        r#"Open an object"#,
        r#"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#,
        r#"{"type":"object","properties":{"a":{"type":"string"}}}"#,
    ),
    (
        r#"Close an object"#,
        r#"{"type":"object","properties":{"a":{"type":"string"}}}"#,
        r#"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#,
    ),
    (
        r#"Make a property required"#,
        r#"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#,
        r#"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false,"required":["a"]}"#,
    ),
    (
        r#"Make a property optional"#,
        r#"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false,"required":["a"]}"#,
        r#"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#,
    ),
    (
        r#"Widen a type: `integer` to `number`, `T` to `[T, "null"]`"#,
        r#"{"type":"integer"}"#,
        r#"{"type":"number"}"#,
    ),
    (
        r#"Narrow a type"#,
        r#"{"type":"number"}"#,
        r#"{"type":"integer"}"#,
    ),
    (
        r#"Any other change of type"#,
        r#"{"type":"integer"}"#,
        r#"{"type":"string"}"#,
    ),
    (
        r#"Add a value to an `enum`"#,
        r#"{"enum":["x"]}"#,
        r#"{"enum":["x","y"]}"#,
    ),
    (
        r#"Remove a value of an `enum`"#,
        r#"{"enum":["x","y"]}"#,
        r#"{"enum":["x"]}"#,
    ),
    (
        r#"Loosen a bound: `maxLength` up, `minimum` down or gone"#,
        r#"{"type":"string","maxLength":5}"#,
        r#"{"type":"string","maxLength":9}"#,
    ),
    (
        r#"Tighten a bound, or add one"#,
        r#"{"type":"string"}"#,
        r#"{"type":"string","maxLength":9}"#,
    ),
    (
        r#"Add or change a `pattern`"#,
        r#"{"type":"string"}"#,
        r#"{"type":"string","pattern":"^x"}"#,
    ),
    (
        r#"Add a branch to `oneOf` or `anyOf`"#,
        r#"{"oneOf":[{"type":"string"}]}"#,
        r#"{"oneOf":[{"type":"string"},{"type":"integer"}]}"#,
    ),
    (
        r#"Remove a branch of `oneOf` or `anyOf`"#,
        r#"{"oneOf":[{"type":"string"},{"type":"integer"}]}"#,
        r#"{"oneOf":[{"type":"string"}]}"#,
    ),
    (
        r#"Change `title`, `description`, `default`, `examples`"#,
        r#"{"type":"string"}"#,
        r#"{"type":"string","title":"x","description":"y","default":"z"}"#,
    ),
];
