use wireform_registry::{NamedText, SchemaKind};

use super::*;
use crate::error::ErrorKind;

fn json_schema(text: &str, references: &[(&str, &str)]) -> ResolvedSchema {
    let mut schema = ResolvedSchema::new(SchemaKind::Json, text);
    let references = references.iter().map(|(name, text)| NamedText {
        name: (*name).to_owned(),
        text: (*text).into(),
    });
    schema.references = references.collect();
    schema
}

/// Records on a topic are read although nothing can validate them; none is written.
#[track_caller]
fn check_read_alone(schema: &ResolvedSchema) {
    let codec = DynamicCodec::new(schema, &DynamicOptions::default()).unwrap();
    let value = codec.decode(None, br#"{ "a": 1 }"#).unwrap();
    assert_eq!(value.json, r#"{"a":1}"#);
    let error = codec.decode(None, b"{").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let mut out = Vec::new();
    codec.encode(r#"{"a":1}"#, false, &mut out).unwrap_err();
    assert!(out.is_empty());
}

#[test]
fn json_is_read_whatever_its_references() {
    let text = r#"{"properties": {"a": {"$ref": "common types.json"}}}"#;
    check_read_alone(&json_schema(text, &[("common types.json", "{}")]));
    check_read_alone(&json_schema(text, &[]));
    let text = r#"{"$schema": "meta.json", "type": "object"}"#;
    check_read_alone(&json_schema(text, &[("meta.json", "{}")]));
    check_read_alone(&json_schema("{}", &[("other.json", "no JSON")]));
}

#[test]
fn a_text_that_is_not_json_is_not_a_json_schema() {
    for text in ["", "{", "7"] {
        let codec = DynamicCodec::new(&json_schema(text, &[]), &DynamicOptions::default());
        assert_eq!(
            codec.unwrap_err().kind(),
            ErrorKind::InvalidSchema,
            "{text:?}"
        );
    }
}
