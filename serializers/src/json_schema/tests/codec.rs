use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wireform_registry::{NamedText, ResolvedSchema, SchemaKind, SchemaRules};

use crate::json_schema::{JsonSchemaRules, ReadSchema, Validation};
use crate::{
    Deserializer, ErrorKind, JsonSchema, NoHeaders, Reader, Result, SchemaFormat, SchemaId,
    SchemaSource, Serializer, SerializerExt,
};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Ping {
    n: u64,
}

const AT_MOST_9: &str = r#"{"title":"Ping","properties":{"n":{"maximum":9}}}"#;
const AT_MOST_5: &str = r#"{"title":"Ping","properties":{"n":{"maximum":5}}}"#;

fn pings() -> JsonSchema<Ping> {
    JsonSchema::new(AT_MOST_9).unwrap()
}

fn resolved(text: &str) -> ResolvedSchema {
    ResolvedSchema::new(SchemaKind::Json, text)
}

/// A hook, and the messages that it received.
fn listener() -> (Validation, Arc<Mutex<Vec<String>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let hook = Arc::clone(&told);
    let warn = Validation::warn(move |error| hook.lock().unwrap().push(error.to_string()));
    (warn, told)
}

#[test]
fn what_does_not_fit_is_not_written() {
    let mut out = b"before".to_vec();
    let error = pings().serialize(&Ping { n: 10 }, &mut out).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Encode);
    assert_eq!(error.path(), "n");
    assert_eq!(out, b"before");
}

#[test]
fn policies_of_writing() {
    let off = pings().on_write(Validation::Off);
    assert_eq!(off.to_vec(&Ping { n: 10 }).unwrap(), b"{\"n\":10}");
    let (warn, told) = listener();
    let codec = pings().on_write(warn);
    assert_eq!(codec.to_vec(&Ping { n: 10 }).unwrap(), b"{\"n\":10}");
    assert_eq!(codec.to_vec(&Ping { n: 9 }).unwrap(), b"{\"n\":9}");
    let told = told.lock().unwrap();
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("\"maximum\""), "{told:?}");
}

#[test]
fn policies_of_reading() {
    let text = b"{\"n\":10}";
    assert_eq!(pings().deserialize(text).unwrap(), Ping { n: 10 });
    let enforce = pings().on_read(Validation::Enforce);
    assert_eq!(
        enforce.deserialize(text).unwrap_err().kind(),
        ErrorKind::Decode
    );
    let (warn, told) = listener();
    assert_eq!(
        pings().on_read(warn).deserialize(text).unwrap(),
        Ping { n: 10 }
    );
    assert_eq!(told.lock().unwrap().len(), 1);
}

/// Reads `{"n":7}`, framed with the schema of at most 5, by a codec of at most 9.
fn read(codec: JsonSchema<Ping>, writer: &str) -> Result<Ping> {
    let reader = Reader::offline().with(codec).build();
    reader.add(SchemaId::new(1), &resolved(writer))?;
    let read = reader.decode(&NoHeaders, Some(b"\0\0\0\0\x01{\"n\":7}"))?;
    Ok(read.unwrap().value)
}

#[test]
fn framed_records_are_validated_against_the_writer_schema() {
    let enforce = || pings().on_read(Validation::Enforce);
    let check = |schema, expected: bool| {
        let read = read(enforce().read_schema(schema), AT_MOST_5);
        assert_eq!(read.is_ok(), expected, "{schema:?}");
    };
    check(ReadSchema::Writer, false);
    check(ReadSchema::Reader, true);
    check(ReadSchema::Both, false);
    let looser = |schema| {
        read(
            JsonSchema::new(AT_MOST_5)
                .unwrap()
                .on_read(Validation::Enforce)
                .read_schema(schema),
            AT_MOST_9,
        )
    };
    assert!(looser(ReadSchema::Writer).is_ok());
    assert!(looser(ReadSchema::Reader).is_err());
    assert!(looser(ReadSchema::Both).is_err());
}

#[test]
fn writer_schema_that_does_not_compile_matters_only_when_it_is_used() {
    let bad = r#"{"pattern":"(?=a"}"#;
    assert!(read(pings(), bad).is_ok());
    let error = read(pings().on_read(Validation::Enforce), bad).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSchema);
    let (warn, told) = listener();
    assert!(read(pings().on_read(warn), bad).is_ok());
    assert_eq!(told.lock().unwrap().len(), 1);
}

#[test]
fn validation_changes_no_byte_and_no_value() {
    #[derive(Serialize, Deserialize)]
    struct Odd {
        small: f32,
        wide: u128,
        raw: Box<serde_json::value::RawValue>,
    }
    let text = r#"{"small":0.1,"wide":340282366920938463463374607431768211455,"raw":{ "b": 1 }}"#;
    let odd: Odd = serde_json::from_str(text).unwrap();
    let codec = JsonSchema::<Odd>::new(r#"{"required":["wide"]}"#).unwrap();
    assert_eq!(codec.to_vec(&odd).unwrap(), text.as_bytes());
    let read = codec
        .on_read(Validation::Enforce)
        .deserialize(text.as_bytes())
        .unwrap();
    assert_eq!((read.wide, read.raw.get()), (u128::MAX, r#"{ "b": 1 }"#));
    assert_eq!(read.small.to_bits(), 0.1_f32.to_bits());
}

#[test]
fn every_draft_is_known() {
    let check = |name: &str, keyword: &str| {
        let schema = format!("{{\"$schema\":\"{name}\",{keyword}}}");
        let codec = JsonSchema::<Value>::new(&schema)
            .unwrap()
            .on_read(Validation::Enforce);
        assert!(codec.deserialize(b"5").is_err(), "{schema}");
        assert!(codec.deserialize(b"4").is_ok(), "{schema}");
    };
    check(
        "http://json-schema.org/draft-04/schema#",
        "\"maximum\":5,\"exclusiveMaximum\":true",
    );
    check(
        "http://json-schema.org/draft-06/schema#",
        "\"exclusiveMaximum\":5",
    );
    check(
        "http://json-schema.org/draft-07/schema#",
        "\"if\":{\"const\":5},\"then\":false",
    );
    check(
        "https://json-schema.org/draft/2019-09/schema",
        "\"$defs\":{\"a\":{\"const\":4}},\"$ref\":\"#/$defs/a\"",
    );
    check(
        "https://json-schema.org/draft/2020-12/schema",
        "\"$defs\":{\"a\":{\"const\":4}},\"$ref\":\"#/$defs/a\"",
    );
    // Without a name it is draft 7, which knows no `$defs` keywords such as `prefixItems`.
    let codec = JsonSchema::<Value>::new(r#"{"prefixItems":[false]}"#).unwrap();
    assert!(
        codec
            .on_read(Validation::Enforce)
            .deserialize(b"[1]")
            .is_ok()
    );
}

#[test]
fn a_draft_that_is_not_known_is_read_as_draft_7() {
    for name in [
        "http://example.com/my-meta-schema",
        "http://json-schema.org/draft-03/schema#",
        "https://schemas.example.com/events/1.0#",
    ] {
        let schema = format!(
            r#"{{"$schema":"{name}","if":{{"const":5}},"then":false,"prefixItems":[false]}}"#
        );
        let codec = JsonSchema::<Value>::new(&schema).unwrap();
        let codec = codec.on_read(Validation::Enforce);
        assert!(codec.deserialize(b"5").is_err(), "{schema}");
        assert!(codec.deserialize(b"[1]").is_ok(), "{schema}");
        assert_eq!(codec.source().text.as_ref(), schema);
        // The registry's rules take it too, and so do those of compatibility.
        let resolved = resolved(&schema);
        assert!(JsonSchemaRules.parse(&resolved).is_ok(), "{name}");
        assert_eq!(JsonSchemaRules.check(&resolved, &resolved).unwrap(), []);
    }
    // A text that is referred to may name one, too.
    let source = SchemaSource::new(SchemaKind::Json, r#"{"$ref":"a.json"}"#).with_import(
        "a.json",
        SchemaSource::new(
            SchemaKind::Json,
            r#"{"$schema":"http://example.com/mine","type":"integer"}"#,
        ),
    );
    let codec = JsonSchema::<Value>::with_source(source).unwrap();
    let codec = codec.on_read(Validation::Enforce);
    assert!(codec.deserialize(b"1").is_ok());
    assert!(codec.deserialize(b"\"1\"").is_err());
}

/// In draft 7 they may be asserted, in later ones they must not be.
#[test]
fn content_is_an_annotation() {
    for draft in [
        "http://json-schema.org/draft-06/schema#",
        "http://json-schema.org/draft-07/schema#",
        "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema",
    ] {
        let schema = |keywords: &str| format!("{{\"$schema\":\"{draft}\",{keywords}}}");
        for keywords in [
            r#""contentMediaType":"application/json""#,
            r#""contentEncoding":"base64""#,
            r#""contentEncoding":"base32""#,
            r#""contentEncoding":"base64","contentMediaType":"application/json""#,
        ] {
            let codec = JsonSchema::<Value>::new(&schema(keywords)).unwrap();
            let codec = codec.on_read(Validation::Enforce);
            assert!(codec.deserialize(b"\"{:\"").is_ok(), "{draft} {keywords}");
        }
    }
}

#[test]
fn references_are_found_by_name() {
    let check = |root: &str, name: &str, target: &str| {
        let source = SchemaSource::new(SchemaKind::Json, root)
            .with_import(name, SchemaSource::new(SchemaKind::Json, target));
        let codec = JsonSchema::<Value>::with_source(source).unwrap();
        let codec = codec.on_read(Validation::Enforce);
        assert!(codec.deserialize(b"{\"a\":1}").is_ok(), "{root}");
        let error = codec.deserialize(b"{\"a\":\"x\"}").unwrap_err();
        assert_eq!(error.path(), "a", "{root}");
    };
    let integer = r#"{"type":"integer"}"#;
    check(
        r#"{"properties":{"a":{"$ref":"a.json"}}}"#,
        "a.json",
        integer,
    );
    check(
        r#"{"$id":"http://x.test/r.json","properties":{"a":{"$ref":"a.json"}}}"#,
        "a.json",
        integer,
    );
    check(
        r#"{"$id":"http://x.test/r.json","properties":{"a":{"$ref":"a.json"}}}"#,
        "http://x.test/a.json",
        integer,
    );
    check(
        r#"{"properties":{"a":{"$ref":"http://x.test/a.json"}}}"#,
        "http://x.test/a.json",
        integer,
    );
    check(r#"{"properties":{"a":{"$ref":"urn:a"}}}"#, "urn:a", integer);
    check(
        r#"{"properties":{"a":{"$ref":"a.json#/definitions/n"}}}"#,
        "a.json",
        r#"{"definitions":{"n":{"type":"integer"}}}"#,
    );
    check(
        r#"{"properties":{"a":{"$ref":"a.json"}}}"#,
        "a.json",
        r#"{"$id":"http://x.test/a.json","type":"integer"}"#,
    );
}

#[test]
fn references_may_refer_to_each_other() {
    let mut schema = resolved(r#"{"properties":{"a":{"$ref":"lib/a.json"}}}"#);
    let named = |name: &str, text: &str| NamedText {
        name: name.to_owned(),
        text: text.into(),
    };
    schema.references = vec![
        named("b.json", r#"{"type":"integer"}"#),
        named("lib/a.json", r#"{"$ref":"b.json"}"#),
    ];
    let codec = pings().on_read(Validation::Enforce);
    let reader = Reader::offline().with(codec).build();
    reader.add(SchemaId::new(1), &schema).unwrap();
    let text = |a: &str| format!("\0\0\0\0\x01{{\"n\":7,\"a\":{a}}}");
    assert!(
        reader
            .decode(&NoHeaders, Some(text("1").as_bytes()))
            .is_ok()
    );
    assert!(
        reader
            .decode(&NoHeaders, Some(text("\"1\"").as_bytes()))
            .is_err()
    );
}

#[test]
fn errors_tell_place_and_keyword_but_no_value() {
    let schema = r#"{"properties":{"cards":{"items":{"required":["iban"],"properties":{
        "iban":{"pattern":"^[A-Z]+$"},"kind":{"enum":["a","b"]}},"additionalProperties":false}}}}"#;
    let codec = JsonSchema::<Value>::new(schema)
        .unwrap()
        .on_read(Validation::Enforce);
    let check = |value: Value, path: &str, keyword: &str| {
        let error = codec.deserialize(value.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.path(), path);
        let all = format!("{error} {error:?} {:?}", std::error::Error::source(&error));
        assert!(
            all.contains(&format!("{keyword:?}")) || all.contains(keyword),
            "{all}"
        );
        assert!(!all.contains("4111"), "{all}");
    };
    check(
        json!({"cards": [{"iban": "4111"}]}),
        "cards[0].iban",
        "pattern",
    );
    check(
        json!({"cards": [{"iban": "A"}, {"iban": "A", "kind": "4111"}]}),
        "cards[1].kind",
        "enum",
    );
    check(
        json!({"cards": [{"iban": "A", "4111": 1}]}),
        "cards[0]",
        "additionalProperties",
    );
    check(json!({"cards": [{"kind": "a"}]}), "cards[0]", "required");
}

#[test]
fn names_that_the_schema_does_not_have_are_not_in_the_text() {
    let check = |schema: &str, text: &str, path: &str| {
        let codec = JsonSchema::<Value>::new(schema).unwrap();
        let codec = codec.on_read(Validation::Enforce);
        let error = codec.deserialize(text.as_bytes()).unwrap_err();
        assert_eq!(error.path(), path, "{schema}");
        assert!(!format!("{error:?}").contains("4111"), "{error:?}");
    };
    let integer = r#"{"additionalProperties":{"type":"integer"}}"#;
    check(integer, r#"{"4111":"x"}"#, "[\"\"]");
    let inner = format!(r#"{{"properties":{{"cards":{integer}}}}}"#);
    check(&inner, r#"{"cards":{"4111":"x"}}"#, "cards[\"\"]");
    check(
        r#"{"patternProperties":{"^[0-9]+$":{"properties":{"n":{"type":"integer"}}}}}"#,
        r#"{"4111":{"n":"x"}}"#,
        "[\"\"].n",
    );
    check(
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","unevaluatedProperties":false}"#,
        r#"{"4111":1}"#,
        "",
    );
    check(r#"{"propertyNames":{"maxLength":3}}"#, r#"{"4111":1}"#, "");
    check(
        r#"{"dependentRequired":{"a":["b"]},"dependencies":{"a":{"additionalProperties":{"type":"null"}}}}"#,
        r#"{"a":null,"4111":1}"#,
        "[\"\"]",
    );
}

#[test]
fn title_names_the_record() {
    assert_eq!(pings().source().record.as_deref(), Some("Ping"));
}

#[test]
fn bytes_fit_a_schema_that_takes_as_much() {
    let check = |own: &str, other: &str, expected: bool| {
        let codec = JsonSchema::<Value>::new(own).unwrap();
        assert_eq!(
            codec.check_writes(&resolved(other)).is_ok(),
            expected,
            "{own} {other}"
        );
    };
    check(AT_MOST_5, AT_MOST_9, true);
    check(AT_MOST_9, AT_MOST_5, false);
    check(AT_MOST_9, AT_MOST_9, true);
    check(AT_MOST_9, "true", true);
    // What Confluent's rules tolerate does not help: the bytes would not be valid.
    check(
        r#"{"properties":{"a":{}}}"#,
        r#"{"properties":{"a":{"default":1}},"required":["a"]}"#,
        false,
    );
    let avro = ResolvedSchema::new(SchemaKind::Avro, "\"string\"");
    assert!(pings().check_writes(&avro).is_err());
}
