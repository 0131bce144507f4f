//! JSON Schema: golden frames, a registry that checks, and the official test suite.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use serde_json::Value;
use wireform::json_schema::{JsonSchemaRules, ReadSchema, Validation};
use wireform::{
    Deserializer, ErrorKind, Format, Framed, Import, JsonSchema, NoHeaders, Reader, SchemaFormat,
    SchemaId, SchemaKind, SchemaSource, SerializerExt, Subject, header,
};
use wireform_limits::{BUILD_LIMIT, ended};
use wireform_registry::{InMemoryRegistry, Level, Registry, RegistryExt, VersionRef};
use wireform_tests::conformance::check_damage;
use wireform_tests::golden::{Golden, GoldenRegistry};
use wireform_tests::workspace::root;

/// The codec of a golden case's own schema, validating both ways.
fn golden_codec(golden: &Golden) -> JsonSchema<Value> {
    let mut source = SchemaSource::new(SchemaKind::Json, &*golden.schema);
    source.imports = golden
        .references
        .iter()
        .map(|reference| Import {
            name: reference.name.clone(),
            source: SchemaSource::new(SchemaKind::Json, reference.schema.as_str()),
        })
        .collect();
    let codec = JsonSchema::with_source(source).unwrap();
    codec
        .on_read(Validation::Enforce)
        .read_schema(ReadSchema::Both)
}

#[tokio::test]
async fn golden_frames_are_read_and_written() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let cases = Golden::all("json");
    for golden in &cases {
        let codec = golden_codec(golden);
        let reader = Reader::offline().with(codec.clone()).build();
        reader.add(golden.key(), &golden.resolved()).unwrap();
        let decoded = reader.decode(&golden.headers(), Some(&golden.payload));
        let decoded = decoded.unwrap_or_else(|error| panic!("{}: {error}", golden.name));
        assert_eq!(decoded.unwrap().value, golden.value, "{}", golden.name);
        check_damage(&golden.payload, |payload| {
            reader.decode(&golden.headers(), Some(payload))
        });

        let registry = GoldenRegistry::new(golden);
        let subject = Subject::new(golden.subject.clone()).unwrap();
        let framed = Framed::lookup(codec, &registry, subject).await.unwrap();
        let framed = match &*golden.framing {
            "header" => framed.in_headers().unwrap(),
            _ => framed,
        };
        let frame = framed.to_vec(&golden.value).unwrap();
        // Python puts a space after commas and colons; the frame and the value are the same.
        let start = golden.payload.len() - body_of(golden).len();
        assert_eq!(frame[..start], golden.payload[..start], "{}", golden.name);
        let written: Value = serde_json::from_slice(&frame[start..]).unwrap();
        assert_eq!(written, golden.value, "{}", golden.name);
        let headers = header::codec_headers(&wireform::HeaderNames::plain(), None, Some(&framed));
        assert_eq!(headers, golden.headers(), "{}", golden.name);
    }
    assert!(cases.len() >= 10, "{} frames", cases.len());
}

fn body_of(golden: &Golden) -> &[u8] {
    match &*golden.framing {
        "header" => &golden.payload,
        _ => &golden.payload[5..],
    }
}

const V1: &str = r#"{"title":"Order","type":"object","required":["id"],"additionalProperties":false,
    "properties":{"id":{"type":"string"}}}"#;
const V2: &str = r#"{"title":"Order","type":"object","required":["id"],"additionalProperties":false,
    "properties":{"id":{"type":"string"},"note":{"type":"string"}}}"#;
const INCOMPATIBLE: &str = r#"{"title":"Order","type":"object","additionalProperties":false,
    "properties":{"id":{"type":"integer"}}}"#;

fn registry() -> InMemoryRegistry {
    let registry = InMemoryRegistry::builder().rules(JsonSchemaRules).build();
    registry.set_level(None, Level::Backward);
    registry
}

fn codec(schema: &str) -> JsonSchema<Value> {
    JsonSchema::new(schema).unwrap()
}

#[tokio::test]
async fn schema_lives_in_a_registry() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let registry = registry();
    let subject = Subject::value("orders");
    let first = Framed::register(codec(V1), &registry, subject.clone())
        .await
        .unwrap();
    let second = Framed::register(codec(V2), &registry, subject.clone())
        .await
        .unwrap();
    assert_eq!((first.version(), second.version()), (Some("1"), Some("2")));
    let error = Framed::register(codec(INCOMPATIBLE), &registry, subject.clone())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible);
    assert!(
        error.to_string().contains("TYPE_CHANGED") && error.to_string().contains("#/properties/id"),
        "{error}"
    );

    let record = first.to_vec(&serde_json::json!({"id": "7"})).unwrap();
    let codec = codec(V2).on_read(Validation::Enforce);
    let reader = Reader::builder(registry).with(codec).build();
    let decoded = reader.decode_or_fetch(&NoHeaders, Some(&record)).await;
    assert_eq!(decoded.unwrap().unwrap().value["id"], "7");
}

#[tokio::test]
async fn latest_must_take_what_the_codec_writes() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let registry = registry();
    let subject = Subject::value("orders");
    let newest = Framed::register(codec(V2), &registry, subject.clone()).await;
    newest.unwrap();
    let older = Framed::latest(codec(V1), &registry, subject.clone()).await;
    assert_eq!(older.unwrap().version(), Some("1"));
    let error = Framed::latest(codec(INCOMPATIBLE), &registry, subject).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Incompatible);
}

#[tokio::test]
async fn schema_with_references_comes_back_from_the_registry() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let registry = registry();
    let item = SchemaSource::new(SchemaKind::Json, r#"{"title":"Item","maximum":9}"#);
    let text = r#"{"title":"Order","properties":{"item":{"$ref":"item.json"}}}"#;
    let source = SchemaSource::new(SchemaKind::Json, text).with_import("item.json", item);
    let codec = JsonSchema::<Value>::with_source(source).unwrap();
    let subject = Subject::value("orders");
    Framed::register(codec, &registry, subject.clone())
        .await
        .unwrap();

    let stored = registry.latest(&subject).await.unwrap();
    assert_eq!(stored.def.references[0].name, "item.json");
    let latest = VersionRef::Latest;
    let fetched = JsonSchema::<Value>::from_registry(&registry, &subject, latest).await;
    let fetched = fetched.unwrap().on_read(Validation::Enforce);
    assert_eq!(fetched.source().text.as_ref(), text);
    let error = fetched.deserialize(b"{\"item\":10}").unwrap_err();
    assert_eq!(error.path(), "item");
    Framed::lookup(fetched, &registry, subject).await.unwrap();
}

#[tokio::test]
async fn invalid_schema_is_not_registered() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let registry = registry();
    for text in [
        "{",
        "[]",
        r#"{"type":"strin"}"#,
        r#"{"$ref":"http://127.0.0.1:1/a"}"#,
    ] {
        let def = wireform_registry::SchemaDef::new(SchemaKind::Json, text);
        let options = wireform_registry::RegisterOptions::default();
        let error = registry.register(&Subject::value("x"), &def, options).await;
        assert_eq!(
            error.unwrap_err().kind(),
            wireform_registry::ErrorKind::InvalidSchema,
            "{text}"
        );
    }
}

/// Schemas, with values of which some fit.
const JUDGED: &[(&str, &[&str])] = &[
    (
        r#"{"type":"integer"}"#,
        &["1", "1.0", "1.5", "-0", "\"1\"", "null", "1e2"],
    ),
    (
        r#"{"type":["string","null"],"maxLength":2}"#,
        &["\"ab\"", "\"abc\"", "\"\u{1f980}\u{1f980}\"", "null", "1"],
    ),
    (
        r#"{"minimum":0,"exclusiveMaximum":10,"multipleOf":0.5}"#,
        &["0", "9.5", "10", "-1", "0.3"],
    ),
    (
        r#"{"enum":[1,"a",null,[1],{"b":2}]}"#,
        &["1", "1.0", "\"a\"", "true", "[1.0]", "{\"b\":2}", "{}"],
    ),
    (
        r#"{"const":{"a":[1,2]}}"#,
        &["{\"a\":[1,2]}", "{\"a\":[2,1]}"],
    ),
    (
        r#"{"items":{"type":"string"},"uniqueItems":true,"minItems":1}"#,
        &["[]", "[\"a\"]", "[\"a\",\"a\"]", "[1]"],
    ),
    (
        r#"{"items":[{"type":"string"}],"additionalItems":false}"#,
        &["[\"a\"]", "[\"a\",1]", "[1]", "[]"],
    ),
    (
        r#"{"contains":{"const":1}}"#,
        &["[1]", "[2]", "[]", "[2,1]"],
    ),
    (
        r#"{"required":["a"],"properties":{"a":{"type":"number"}},"additionalProperties":{"type":"string"}}"#,
        &[
            "{}",
            "{\"a\":1}",
            "{\"a\":\"1\"}",
            "{\"a\":1,\"b\":2}",
            "{\"a\":1,\"b\":\"2\"}",
            "[]",
        ],
    ),
    (
        r#"{"patternProperties":{"^x-":{"type":"integer"}},"propertyNames":{"maxLength":4}}"#,
        &[
            "{\"x-1\":1}",
            "{\"x-1\":\"1\"}",
            "{\"x-1234\":1}",
            "{\"y\":\"1\"}",
        ],
    ),
    (
        r#"{"dependencies":{"a":["b"],"c":{"minProperties":2}}}"#,
        &[
            "{\"a\":1}",
            "{\"a\":1,\"b\":1}",
            "{\"c\":1}",
            "{\"c\":1,\"d\":1}",
        ],
    ),
    (
        r#"{"if":{"required":["a"]},"then":{"required":["b"]},"else":{"maxProperties":0}}"#,
        &["{}", "{\"a\":1}", "{\"a\":1,\"b\":1}", "{\"c\":1}"],
    ),
    (
        r#"{"oneOf":[{"type":"integer"},{"minimum":2}]}"#,
        &["1", "2.5", "3", "1.5"],
    ),
    (
        r#"{"anyOf":[{"type":"integer"},{"minimum":2}]}"#,
        &["1", "2.5", "3", "1.5"],
    ),
    (r#"{"not":{"type":"object"}}"#, &["1", "{}"]),
    (
        r##"{"type":"object","properties":{"next":{"$ref":"#"}},"additionalProperties":false}"##,
        &["{\"next\":{\"next\":{}}}", "{\"next\":{\"last\":{}}}"],
    ),
    (
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","prefixItems":[{"type":"string"}],"items":{"type":"number"}}"#,
        &["[\"a\",1]", "[\"a\",\"b\"]", "[1]"],
    ),
    (
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false}"#,
        &["{\"a\":1}", "{\"b\":1}"],
    ),
    (
        r#"{"$schema":"https://json-schema.org/draft/2019-09/schema","dependentRequired":{"a":["b"]},"minContains":2,"contains":{"const":1}}"#,
        &["{\"a\":1}", "{\"a\":1,\"b\":1}", "[1]", "[1,1]"],
    ),
    (
        r#"{"$schema":"http://json-schema.org/draft-04/schema#","maximum":3,"exclusiveMaximum":true}"#,
        &["2", "3"],
    ),
];

#[test]
#[ignore = "needs Python"]
fn python_agrees_on_what_is_valid() {
    let mut lines = String::new();
    let mut ours = Vec::new();
    for (schema, values) in JUDGED {
        // Python takes a schema that names no draft for 2020-12, Java and we for 7.
        let draft_7 = "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",";
        let schema = match schema.contains("$schema") {
            true => (*schema).to_owned(),
            false => schema.replacen('{', draft_7, 1),
        };
        let codec = JsonSchema::<Value>::new(&schema).unwrap();
        let framed = Framed::with_id(codec.clone().on_write(Validation::Off), SchemaId::new(7));
        let codec = codec.on_read(Validation::Enforce);
        for value in *values {
            let value: Value = serde_json::from_str(value).unwrap();
            let frame = framed.to_vec(&value).unwrap();
            let is_valid = codec.deserialize(&frame[5..]).is_ok();
            ours.push((schema.clone(), value, is_valid));
            let payload: String = frame.iter().map(|byte| format!("{byte:02x}")).collect();
            let line = serde_json::json!({"schema": schema, "payload": payload});
            lines.push_str(&format!("{line}\n"));
        }
    }
    let theirs = python("json_frames.py", &lines);
    assert_eq!(theirs.len(), ours.len());
    for ((schema, value, is_valid), answer) in ours.iter().zip(&theirs) {
        match is_valid {
            true => assert_eq!(answer["value"], *value, "{schema}"),
            false => assert_eq!(answer["error"], "SerializationError", "{schema} {value}"),
        }
    }
    assert!(ours.len() >= 70, "{} values", ours.len());
}

/// Runs a script of `tests/interop` on these lines.
fn python(script: &str, lines: &str) -> Vec<Value> {
    let mut child = Command::new(root().join("tests/interop/python"))
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .unwrap();
    let output = ended(child, BUILD_LIMIT);
    assert!(output.status.success(), "{script}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The required part of the JSON-Schema-Test-Suite, for the five drafts. Its files come with the
/// source package of PyPI's `jsonschema`: `tests/interop/schema-suite` downloads it.
#[test]
#[ignore = "needs WIREFORM_SCHEMA_SUITE"]
fn official_test_suite() {
    let suite =
        PathBuf::from(env::var_os("WIREFORM_SCHEMA_SUITE").expect("the folder of the suite"));
    let mut count = Count::default();
    for (folder, schema) in DRAFTS {
        let mut files: Vec<_> = fs::read_dir(suite.join("tests").join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "json")
            })
            .collect();
        files.sort();
        for file in files {
            run_file(&suite, &file, schema, &mut count);
        }
    }
    eprintln!(
        "{} passed, {} refused: {:#?}",
        count.passed,
        count.refused.len(),
        count.refused
    );
    assert!(count.wrong.is_empty(), "{:#?}", count.wrong);
    assert!(count.passed > 4_000, "{} passed", count.passed);
    let groups: Vec<&str> = count.refused.iter().map(String::as_str).collect();
    assert_eq!(groups, REFUSED, "schemas that are refused");
}

#[derive(Default)]
struct Count {
    passed: usize,
    refused: Vec<String>,
    wrong: Vec<String>,
}

fn run_file(root: &Path, file: &Path, schema: &str, count: &mut Count) {
    let groups: Vec<Value> = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let draft = file
        .parent()
        .unwrap()
        .file_name()
        .unwrap()
        .to_string_lossy();
    let name = format!("{draft}/{}", file.file_stem().unwrap().to_string_lossy());
    for group in groups {
        let name = format!("{name}: {}", group["description"].as_str().unwrap());
        let mut text = group["schema"].clone();
        if let Value::Object(keywords) = &mut text {
            keywords.entry("$schema").or_insert_with(|| schema.into());
        }
        let source = SchemaSource::new(SchemaKind::Json, text.to_string());
        let source = remotes(root, &draft, &text.to_string()).into_iter().fold(
            source,
            |source, (name, text)| {
                source.with_import(name, SchemaSource::new(SchemaKind::Json, text))
            },
        );
        let Ok(codec) = JsonSchema::<Value>::with_source(source) else {
            count.refused.push(name);
            continue;
        };
        let codec = codec.on_read(Validation::Enforce);
        for test in group["tests"].as_array().unwrap() {
            let valid = codec
                .deserialize(test["data"].to_string().as_bytes())
                .is_ok();
            match valid == test["valid"].as_bool().unwrap() {
                true => count.passed += 1,
                false => count.wrong.push(format!("{name}: {}", test["description"])),
            }
        }
    }
}

/// What the suite serves on `http://localhost:1234`, as references: only texts that name it.
fn remotes(root: &Path, draft: &str, text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    if text.contains("localhost:1234") {
        collect_remotes(
            &root.join("remotes"),
            "http://localhost:1234",
            draft,
            &mut found,
        );
    }
    found
}

fn collect_remotes(folder: &Path, uri: &str, draft: &str, out: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let uri = format!("{uri}/{name}");
        if path.is_dir() {
            // The other drafts' folders say other things under the same keywords.
            if !name.starts_with("draft") || name == draft {
                collect_remotes(&path, &uri, draft, out);
            }
        } else {
            out.insert(uri, fs::read_to_string(path).unwrap());
        }
    }
}

const DRAFTS: [(&str, &str); 5] = [
    ("draft4", "http://json-schema.org/draft-04/schema#"),
    ("draft6", "http://json-schema.org/draft-06/schema#"),
    ("draft7", "http://json-schema.org/draft-07/schema#"),
    (
        "draft2019-09",
        "https://json-schema.org/draft/2019-09/schema",
    ),
    (
        "draft2020-12",
        "https://json-schema.org/draft/2020-12/schema",
    ),
];

/// Groups whose schema is refused, on purpose: its `$schema` names a meta-schema of its own.
const REFUSED: &[&str] = &[
    "draft2019-09/vocabulary: schema that uses custom metaschema with with no validation vocabulary",
    "draft2019-09/vocabulary: ignore unrecognized optional vocabulary",
    "draft2020-12/vocabulary: schema that uses custom metaschema with with no validation vocabulary",
    "draft2020-12/vocabulary: ignore unrecognized optional vocabulary",
];
