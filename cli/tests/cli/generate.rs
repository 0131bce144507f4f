//! `generate` for JSON Schemas.

use super::{data, folder, run};

/// The types, without the text of the schema.
const TYPES: &str = include_str!("../data/order_json.rs.txt");

#[test]
fn json_schemas_become_types_of_serde() {
    let out = folder("generate_json");
    let run = run(
        &[
            "generate",
            "--out",
            &out.display().to_string(),
            &data("order.json"),
        ],
        "",
    );
    assert_eq!(run.code, Some(0), "{}", run.talk);
    let code = std::fs::read_to_string(out.join("json.rs")).unwrap();
    let (types, schema) = code.split_once("\nimpl Order {").unwrap();
    assert_eq!(types, TYPES);
    assert!(
        schema.contains("pub const SCHEMA: &'static str = r##\"{\n  \"$schema\""),
        "{schema}"
    );
}

#[track_caller]
fn check(schema: &str, code: i32, expected: &str) {
    let place = folder(&format!(
        "generate_{}",
        std::panic::Location::caller().line()
    ));
    let file = place.join("some.json");
    std::fs::write(&file, schema).unwrap();
    let (out, file) = (place.display().to_string(), file.display().to_string());
    let run = run(&["generate", "--out", &out, &file], "");
    assert_eq!(run.code, Some(code), "{}", run.talk);
    let text = match code {
        0 => std::fs::read_to_string(place.join("json.rs")).unwrap(),
        _ => run.talk,
    };
    assert!(text.contains(expected), "{text}");
}

#[test]
fn what_is_no_object_has_a_type_too() {
    check(
        r##"{"type":"array","items":{"$ref":"#"}}"##,
        0,
        "pub struct Some2(pub ::std::vec::Vec<Some2>);",
    );
    check(
        r#"{"title":"String","enum":["a","A"]}"#,
        0,
        "pub enum String2 {",
    );
    check(
        r#"{"enum":["a","A"]}"#,
        0,
        "\"a\" => ::core::option::Option::Some(Self::A2)",
    );
    check("true", 0, "pub struct Some2(pub ::serde_json::Value);");
    check(
        r#"{"properties":{"9 a":{},"":{}}}"#,
        0,
        "pub _9_a: ::core::option::Option<::serde_json::Value>,",
    );
}

#[test]
fn what_is_no_schema_is_refused() {
    check("{", 1, "some.json: not JSON: EOF");
    let deep = format!(
        "{}{{}}{}",
        r#"{"type":"array","items":"#.repeat(200),
        "}".repeat(200)
    );
    check(&deep, 1, "recursion limit exceeded");
}

#[test]
fn nullable_objects_are_options() {
    let schema = r##"{"title": "Cust", "type": "object", "properties": {
        "addr": {"type": ["object", "null"], "properties": {"zip": {"type": "string"}}},
        "lines": {"type": "array", "items": {"type": ["null", "object"], "properties": {"n": {}}}},
        "again": {"$ref": "#/properties/addr"}}, "required": ["addr", "again", "lines"]}"##;
    check(schema, 0, "pub addr: ::core::option::Option<CustAddr>,");
    check(schema, 0, "pub again: ::core::option::Option<CustAddr>,");
    check(schema, 0, "::core::option::Option<CustLinesItem>>,");
    let root = r#"{"title": "Cust", "type": ["null", "object"], "properties": {"a": {}}}"#;
    check(root, 0, "pub struct Cust(pub ::core::option::Option<");
}

#[test]
fn branches_beside_properties_are_kept() {
    let schema = r#"{"title": "Pay", "type": "object", "properties": {"id": {"type": "string"}},
        "oneOf": [{"properties": {"card": {"type": "string"}}, "required": ["card"]},
                  {"properties": {"iban": {"type": "string"}}, "required": ["iban"]}]}"#;
    check(schema, 0, "pub card: ::std::string::String,");
    check(schema, 0, "pub iban: ::std::string::String,");
}

#[test]
fn open_objects_keep_other_members() {
    check(
        r#"{"type": "object", "properties": {"a": {}}}"#,
        0,
        "#[serde(flatten)]",
    );
    check(
        r#"{"type": "object", "properties": {"a": {}}, "patternProperties": {"^x-": {"type": "string"}},
            "additionalProperties": false}"#,
        0,
        "::std::collections::BTreeMap<",
    );
}

#[test]
fn whole_numbers_of_any_size_are_read() {
    let schema =
        r#"{"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}"#;
    check(schema, 0, "pub n: ::serde_json::Number,");
}

#[test]
fn the_newest_version_of_each_subject_is_generated() {
    let repository = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas");
    let out = folder("generate-newest");
    let generate = |folder: &str| {
        let to = out.display().to_string();
        let ran = run(&["generate", "--out", &to, folder], "");
        assert_eq!(ran.code, Some(0), "{folder}: {}", ran.talk);
        std::fs::read_to_string(out.join("avro.rs")).unwrap()
    };
    let code = generate(repository);
    assert_eq!(code.matches("pub struct Order ").count(), 1, "{code}");
    assert_eq!(code, generate(&format!("{repository}/orders-value")));
}

#[test]
fn protobuf_imports_are_found_by_the_names_of_references() {
    let place = folder("generate-imports");
    let write = |name: &str, text: &str| {
        let path = place.join("schemas").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let money = "syntax = \"proto3\"; package shop; message Money { int64 units = 1; }";
    write(
        "money-value/v1.proto",
        "syntax = \"proto3\"; package shop; message Money {}",
    );
    write("money-value/v2.proto", money);
    let ids = "syntax = \"proto3\"; package shop; message Id { string v = 1; }";
    write("common%2Fids.proto/v1.proto", ids);
    let order = "syntax = \"proto3\"; package shop; import \"common/money.proto\"; import \"common/ids.proto\"; message Order { Money total = 1; Id id = 2; }";
    write("order-value/v1.proto", order);
    let references = r#"[{"name":"common/money.proto","subject":"money-value","version":2},
      {"name":"common/ids.proto","subject":"common/ids.proto","version":1}]"#;
    write("order-value/v1.references", references);
    let (out, schemas) = (place.join("out"), place.join("schemas"));
    let [to, from] = [&out, &schemas].map(|path| path.display().to_string());
    let ran = run(&["generate", "--out", &to, &from], "");
    assert_eq!(ran.code, Some(0), "{}", ran.talk);
    let code = std::fs::read_to_string(out.join("protobuf.rs")).unwrap();
    for name in ["Money", "Id", "Order"] {
        let declared = format!("pub struct {name} ");
        assert_eq!(code.matches(&declared).count(), 1, "{name}: {code}");
    }
    assert!(code.contains("units"), "{code}");
}
