//! Expectations are Confluent's own where they are public (`diff-schema-examples.json`,
//! `diff-combined-schema-examples.json` and their 2020-12 forms in confluentinc/schema-registry,
//! `json-schema-provider/src/test/resources/`: the facts, in words of our own); where this module
//! is stricter, the case is in `stricter_than_confluent` with the reason.
//!
//! The results of Apicurio for the same cases are in `tests/data/compatibility/json-apicurio.txt`.

mod cases;

use wireform_registry::{ResolvedSchema, SchemaKind, SchemaRules};

use crate::json_schema::JsonSchemaRules;

use self::cases::{
    ARRAYS, COMBINATIONS, Case, DRAFT_2020_12, ENUMS_AND_CONSTANTS, NUMBERS,
    OTHER_KEYWORDS_OF_OBJECTS, PROPERTIES_AND_CONTENT_MODELS, REFERENCES, STRICTER_THAN_CONFLUENT,
    STRINGS, TYPES, WHAT_CAN_BE_PROVEN_IS_COMPATIBLE, WHAT_SAYS_NOTHING_MAY_CHANGE,
};

/// Checks the findings for a reader with `update` and a writer with `original`, as `KIND path`
/// each.
#[track_caller]
fn check(original: &str, update: &str, expected: &[&str]) {
    let schema = |text: &str| ResolvedSchema::new(SchemaKind::Json, text);
    let found = JsonSchemaRules
        .check(&schema(update), &schema(original))
        .unwrap();
    let found: Vec<String> = found
        .iter()
        .map(|finding| format!("{} {}", finding.kind, finding.path))
        .collect();
    assert_eq!(found, expected, "{original} -> {update}");
}

fn check_all(cases: &[Case]) {
    for (original, update, expected) in cases {
        check(original, update, expected);
    }
}

/// The cases for draft 2020-12, whose text names the draft.
fn check_all_2020(cases: &[Case]) {
    let named = |text: &str| {
        let schema = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","#;
        text.replacen('{', schema, 1).replace(",}", "}")
    };
    for (original, update, expected) in cases {
        check(&named(original), &named(update), expected);
    }
}

#[test]
fn what_says_nothing_may_change() {
    check_all(WHAT_SAYS_NOTHING_MAY_CHANGE);
}

#[test]
fn types() {
    check_all(TYPES);
}

#[test]
fn strings() {
    check_all(STRINGS);
}

#[test]
fn numbers() {
    check_all(NUMBERS);
}

#[test]
fn enums_and_constants() {
    check_all(ENUMS_AND_CONSTANTS);
}

#[test]
fn properties_and_content_models() {
    check_all(PROPERTIES_AND_CONTENT_MODELS);
}

#[test]
fn other_keywords_of_objects() {
    check_all(OTHER_KEYWORDS_OF_OBJECTS);
}

#[test]
fn arrays() {
    check_all(ARRAYS);
}

#[test]
fn combinations() {
    check_all(COMBINATIONS);
}

#[test]
fn references() {
    check_all(REFERENCES);
}

#[test]
fn draft_2020_12() {
    check_all_2020(DRAFT_2020_12);
}

/// Confluent's registry takes these changes, though a record of the writer may be invalid.
#[test]
fn stricter_than_confluent() {
    check_all(STRICTER_THAN_CONFLUENT);
}

/// Changes that the rules do not cover may still be proven.
#[test]
fn what_can_be_proven_is_compatible() {
    check_all(WHAT_CAN_BE_PROVEN_IS_COMPATIBLE);
}

#[test]
fn a_circle_does_not_hide_a_change() {
    // The alternatives lead back to the root, which is being compared; it is not compatible.
    check(
        r##"{"properties":{"kids":{"oneOf":[{"type":"array","items":{"$ref":"#"}},{"type":"null"}]},"n":{"type":"number"}}}"##,
        r##"{"properties":{"kids":{"oneOf":[{"type":"array","items":{"$ref":"#"}},{"type":"null"}]},"n":{"type":"integer"}}}"##,
        &["TYPE_NARROWED #/properties/n"],
    );
}

/// JSON Schema compares numbers by value.
#[test]
fn numbers_that_are_written_differently_are_equal() {
    for keyword in ["enum", "const"] {
        let schema = |value: &str| match keyword {
            "enum" => format!(r#"{{"enum":[{value},"other"]}}"#),
            _ => format!(r#"{{"const":{value}}}"#),
        };
        for (one, other) in [
            ("1", "1.0"),
            ("1", "1e0"),
            ("0", "-0.0"),
            ("-7", "-7.0"),
            ("100", "1E2"),
            ("9007199254740992", "9007199254740992.0"),
            ("[1,{\"a\":2}]", "[1.0,{\"a\":2.0}]"),
        ] {
            check(&schema(one), &schema(other), &[]);
            check(&schema(other), &schema(one), &[]);
        }
        let changed = format!("ENUM_ARRAY_CHANGED #/{keyword}");
        for (one, other) in [
            ("1", "1.5"),
            ("1", "\"1\""),
            ("1", "true"),
            ("9007199254740993", "9007199254740992.0"),
        ] {
            check(&schema(one), &schema(other), &[&changed]);
        }
    }
}

#[test]
fn conditions_compare_numbers_by_value() {
    check(
        r#"{"if":{"const":1},"then":{"maximum":2}}"#,
        r#"{"if":{"const":1.0},"then":{"maximum":2.0}}"#,
        &[],
    );
}

/// A proof takes long for large schemas, so only small ones are proven: the length of the schemas
/// themselves counts, not only that of their references.
#[test]
fn large_schemas_are_not_proven() {
    let padded = |text: &str, len: usize| {
        let note = "x".repeat(len);
        text.replacen('{', &format!("{{\"description\":\"{note}\","), 1)
    };
    let (original, update, expected) = WHAT_CAN_BE_PROVEN_IS_COMPATIBLE[0];
    assert_eq!(expected, &[] as &[&str]);
    check(&padded(original, 1_000), &padded(update, 1_000), &[]);
    let schema = |text: &str| ResolvedSchema::new(SchemaKind::Json, padded(text, 20_000));
    let found = JsonSchemaRules.check(&schema(update), &schema(original));
    assert!(!found.unwrap().is_empty());
}
