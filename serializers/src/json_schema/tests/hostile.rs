//! Schemas and values that were made to hurt. Every one must end, soon, with an answer or a typed
//! error; the test suite as a whole would not end otherwise.

use std::fmt::Write as _;

use serde_json::Value;
use wireform_registry::{ResolvedSchema, SchemaKind, SchemaRules};

use crate::json_schema::{JsonSchemaRules, Validation};
use crate::{Deserializer, ErrorKind, JsonSchema};

/// The result for a schema, and for a text that is validated against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// The schema is refused.
    Schema(ErrorKind),
    /// The text is refused.
    Text(ErrorKind),
    Valid,
}

use Outcome::{Schema, Text, Valid};

const INVALID: Outcome = Text(ErrorKind::Decode);

#[track_caller]
fn check(name: &str, schema: &str, text: &str, expected: Outcome) {
    let found = match JsonSchema::<Value>::new(schema) {
        Err(error) => Schema(error.kind()),
        Ok(codec) => match codec
            .on_read(Validation::Enforce)
            .deserialize(text.as_bytes())
        {
            Err(error) => Text(error.kind()),
            Ok(_) => Valid,
        },
    };
    assert_eq!(found, expected, "{name}");
    // Rules see such texts too: an answer or an error, the same way.
    let resolved = ResolvedSchema::new(SchemaKind::Json, schema);
    let _ = JsonSchemaRules.parse(&resolved);
    let _ = JsonSchemaRules.check(&resolved, &resolved);
}

fn check_all(cases: &[(&str, &str, &str, Outcome)]) {
    for (name, schema, text, expected) in cases {
        check(name, schema, text, *expected);
    }
}

#[test]
fn patterns_that_backtrack() {
    let long = format!("\"{}!\"", "a".repeat(50_000));
    let words = format!("\"{}!\"", "ab ".repeat(20_000));
    check_all(&[
        ("nested plus", r#"{"pattern":"^(a+)+$"}"#, &long, INVALID),
        ("alternatives", r#"{"pattern":"^(a|a)*$"}"#, &long, INVALID),
        ("overlap", r#"{"pattern":"^(a|aa)+$"}"#, &long, INVALID),
        (
            "dots",
            r#"{"pattern":"(.*)(.*)(.*)(.*)x$"}"#,
            &long,
            INVALID,
        ),
        ("words", r#"{"pattern":"^(\\w+\\s?)*$"}"#, &words, INVALID),
        (
            "mail",
            r#"{"pattern":"^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@)$"}"#,
            &long,
            INVALID,
        ),
        (
            "counted",
            r#"{"pattern":"((a{1000}){1000}){1000}"}"#,
            "\"a\"",
            Schema(ErrorKind::InvalidSchema),
        ),
        (
            "unclosed",
            r#"{"pattern":"("}"#,
            "\"a\"",
            Schema(ErrorKind::InvalidSchema),
        ),
        (
            "names",
            r#"{"patternProperties":{"^(a+)+$":false}}"#,
            r#"{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!":1}"#,
            Valid,
        ),
        (
            "property names",
            r#"{"propertyNames":{"pattern":"^(a|a?)+$"}}"#,
            r#"{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!":1}"#,
            INVALID,
        ),
        (
            "regex format",
            r#"{"format":"regex"}"#,
            r#""((a{1000}){1000}){1000}""#,
            Valid,
        ),
    ]);
}

/// Patterns that need backtracking are matched within a budget.
#[test]
fn patterns_with_look_around() {
    let admin = r#"{"properties":{"name":{"type":"string","pattern":"^(?!admin$)[a-z]+$"}}}"#;
    let names = r#"{"propertyNames":{"pattern":"^(?!x-).*[a-z](?<!_id)$"}}"#;
    let properties = r#"{"patternProperties":{"^(?!x-)":{"type":"integer"}}}"#;
    let not = r#"{"not":{"pattern":"^(.)\\1"}}"#;
    let reference = r##"{"$ref":"#/definitions/n","definitions":{"n":{"pattern":"(?<=a)b"}}}"##;
    check_all(&[
        ("negative ahead", admin, r#"{"name":"bob"}"#, Valid),
        ("negative ahead, no", admin, r#"{"name":"admin"}"#, INVALID),
        ("longer", admin, r#"{"name":"administrator"}"#, Valid),
        ("the rest", admin, r#"{"name":"Bob"}"#, INVALID),
        ("no string", admin, r#"{"name":1}"#, INVALID),
        ("ahead", r#"{"pattern":"^(?=a)a"}"#, "\"a\"", Valid),
        ("ahead, no", r#"{"pattern":"^(?=a)a"}"#, "\"b\"", INVALID),
        ("behind", reference, "\"ab\"", Valid),
        ("behind, no", reference, "\"b\"", INVALID),
        ("reference", r#"{"pattern":"^(a*)\\1$"}"#, "\"aa\"", Valid),
        (
            "reference, no",
            r#"{"pattern":"^(a*)\\1$"}"#,
            "\"a\"",
            INVALID,
        ),
        ("names", names, r#"{"a":1}"#, Valid),
        ("names, behind", names, r#"{"a_id":1}"#, INVALID),
        ("names, ahead", names, r#"{"x-a":1}"#, INVALID),
        ("properties", properties, r#"{"x-a":"1","a":1}"#, Valid),
        ("properties, no", properties, r#"{"a":"1"}"#, INVALID),
        ("not", not, "\"ab\"", Valid),
        ("not, no", not, "\"aab\"", INVALID),
    ]);
}

/// Patterns that try 2ⁿ ways: the answer is an error, soon, whatever surrounds the pattern.
#[test]
fn patterns_that_backtrack_for_ever() {
    let over = Text(ErrorKind::LimitExceeded);
    let bombs = [
        r"^(?:(?=a)a|(?!b)a)*$",
        r"^(a|a)*\\1b$",
        r"^(?:(?=.*!)a+)+$",
        r"(x+x+)+(?=y)z|(?:a?(?=a|!)){40}a{40}",
        r"^((?!b)a+)+$",
        r"(?<=a)((a|aa)+(?!c))+b",
    ];
    let text = format!("{}!", "a".repeat(60));
    for bomb in bombs {
        let pattern = format!("{{\"pattern\":\"{bomb}\"}}");
        let string = format!("\"{text}\"");
        for (name, schema) in [
            ("alone", pattern.clone()),
            ("not", format!("{{\"not\":{pattern}}}")),
            (
                "any of",
                format!("{{\"anyOf\":[{pattern},{{\"type\":\"null\"}}]}}"),
            ),
            (
                "if",
                format!("{{\"if\":{pattern},\"then\":false,\"else\":false}}"),
            ),
        ] {
            check_bounded(&format!("{bomb} {name}"), &schema, &string);
        }
    }
    // One that is known to need more than any budget, wherever it is.
    let bomb = r#"{"pattern":"^(a|a)*\\1b$"}"#;
    let string = format!("\"{text}\"");
    check("alone", bomb, &string, over);
    check("not", &format!("{{\"not\":{bomb}}}"), &string, over);
    check(
        "any of",
        &format!("{{\"anyOf\":[{bomb},{{}}]}}"),
        &string,
        over,
    );
    let many: Vec<_> = (0..100).map(|n| format!("\"{text}{n}\"")).collect();
    let many = format!("[{}]", many.join(","));
    check("many", &format!("{{\"items\":{bomb}}}"), &many, over);
    let keys: Vec<_> = (0..100).map(|n| format!("\"{text}{n}\":1")).collect();
    let keys = format!("{{{}}}", keys.join(","));
    check(
        "many names",
        &format!("{{\"propertyNames\":{bomb}}}"),
        &keys,
        over,
    );
    let properties = r#"{"patternProperties":{"^(a|a)*\\1b$":false}}"#;
    check("many keys", properties, &keys, over);
    let keys: Vec<_> = (0..20_000).map(|n| format!("\"{n}\":1")).collect();
    let keys = format!("{{{}}}", keys.join(","));
    check("more keys than are tried", properties, &keys, over);
    let long = format!("\"{}\"", "a".repeat(4 << 20));
    check_bounded("long text", r#"{"pattern":"(?=.*b)(?=.*c)d"}"#, &long);
    check_bounded("long text, late", r#"{"pattern":"^(?:(?=.*!)a)*$"}"#, &long);
}

/// Patterns that take much memory when they are compiled.
#[test]
fn patterns_with_look_around_that_are_large() {
    let many = "(?=a{9999})".repeat(20_000);
    let schema = format!("{{\"pattern\":\"{many}\"}}");
    check_bounded("many large parts", &schema, "\"a\"");
    let nested = format!("{}a{}", "(?=".repeat(20_000), ")".repeat(20_000));
    check_bounded("nested", &format!("{{\"pattern\":\"{nested}\"}}"), "\"a\"");
    check_bounded(
        "repeated",
        r#"{"pattern":"(((?=a)a{1000}){1000}){1000}"}"#,
        "\"aa\"",
    );
    check(
        "unclosed",
        r#"{"pattern":"(?=a"}"#,
        "\"a\"",
        Schema(ErrorKind::InvalidSchema),
    );
}

/// Any typed answer will do: it is there soon.
#[track_caller]
fn check_bounded(name: &str, schema: &str, text: &str) {
    let read = JsonSchema::<Value>::new(schema).and_then(|codec| {
        codec
            .on_read(Validation::Enforce)
            .deserialize(text.as_bytes())
    });
    let is_typed = read.map_err(|error| error.kind()).map_or_else(
        |kind| {
            matches!(
                kind,
                ErrorKind::LimitExceeded | ErrorKind::Decode | ErrorKind::InvalidSchema
            )
        },
        |_| true,
    );
    assert!(is_typed, "{name}");
}

#[test]
fn references_that_run_in_circles() {
    check_all(&[
        (
            "itself",
            r##"{"$ref":"#"}"##,
            "1",
            Schema(ErrorKind::InvalidSchema),
        ),
        (
            "two",
            r##"{"$ref":"#/definitions/a","definitions":{"a":{"$ref":"#/definitions/b"},"b":{"$ref":"#/definitions/a"}}}"##,
            "1",
            Schema(ErrorKind::InvalidSchema),
        ),
        (
            "allOf",
            r##"{"allOf":[{"$ref":"#"}]}"##,
            "1",
            Schema(ErrorKind::InvalidSchema),
        ),
        (
            "anyOf",
            r##"{"anyOf":[{"type":"string"},{"$ref":"#"}]}"##,
            "1",
            Schema(ErrorKind::InvalidSchema),
        ),
        (
            "not",
            r##"{"not":{"$ref":"#"}}"##,
            "1",
            Schema(ErrorKind::InvalidSchema),
        ),
        (
            "if",
            r##"{"if":{"$ref":"#"}}"##,
            "1",
            Schema(ErrorKind::InvalidSchema),
        ),
        (
            "dependency",
            r##"{"dependencies":{"a":{"$ref":"#"}}}"##,
            r#"{"a":1}"#,
            Schema(ErrorKind::InvalidSchema),
        ),
        (
            "into the value",
            r##"{"properties":{"a":{"$ref":"#"}},"maxProperties":1}"##,
            r#"{"a":{"a":{"a":1}}}"#,
            Valid,
        ),
        (
            "dynamic",
            r##"{"$schema":"https://json-schema.org/draft/2020-12/schema","$dynamicAnchor":"a","$dynamicRef":"#a"}"##,
            "1",
            Schema(ErrorKind::InvalidSchema),
        ),
        (
            "recursive",
            r##"{"$schema":"https://json-schema.org/draft/2019-09/schema","$recursiveAnchor":true,"$recursiveRef":"#"}"##,
            "1",
            Schema(ErrorKind::InvalidSchema),
        ),
    ]);
}

#[test]
fn references_that_lead_out() {
    for target in [
        "http://127.0.0.1:1/a.json",
        "https://example.com/a.json",
        "file:///etc/passwd",
        "../../../etc/passwd",
        "/etc/passwd",
        "ftp://example.com/a",
        "a.json",
        "urn:uuid:00000000-0000-0000-0000-000000000000",
        "#/definitions/missing",
        "#missing",
        "\\u0000",
        "http://[::1",
        "%zz",
    ] {
        let schema = format!("{{\"$ref\":\"{target}\"}}");
        check(target, &schema, "1", Schema(ErrorKind::InvalidSchema));
    }
    // It is not looked for: the schema is of draft 7.
    let schema = r#"{"$schema":"http://127.0.0.1:1/my-meta-schema","type":"string"}"#;
    check("meta-schema", schema, "1", INVALID);
}

/// `levels` definitions, each of which uses the next one `times` times by `keyword`.
fn doubling(keyword: &str, levels: usize, times: usize, last: &str) -> String {
    let mut definitions = String::new();
    for level in 0..levels {
        let next = format!("{{\"$ref\":\"#/definitions/d{}\"}}", level + 1);
        let list = vec![next; times].join(",");
        let _ = write!(definitions, "\"d{level}\":{{\"{keyword}\":[{list}]}},");
    }
    let _ = write!(definitions, "\"d{levels}\":{last}");
    format!("{{\"$ref\":\"#/definitions/d0\",\"definitions\":{{{definitions}}}}}")
}

#[test]
fn schemas_that_double() {
    let too_often = Schema(ErrorKind::LimitExceeded);
    check("allOf", &doubling("allOf", 30, 2, "{}"), "1", too_often);
    check("anyOf", &doubling("anyOf", 30, 2, "false"), "1", too_often);
    check("oneOf", &doubling("oneOf", 60, 3, "{}"), "1", too_often);
    check(
        "a little",
        &doubling("allOf", 10, 2, "{\"type\":\"integer\"}"),
        "1",
        Valid,
    );
    check("long chain", &doubling("allOf", 3_000, 1, "{}"), "1", Valid);
}

/// A schema that looks at each part of the value twice as often as at what is around it.
const TWICE: &str = r##"{"$ref":"#/definitions/n","definitions":{"n":{"allOf":[
    {"properties":{"a":{"$ref":"#/definitions/n"}}},
    {"properties":{"a":{"$ref":"#/definitions/n"}}}],"not":{"const":"bad"}}}}"##;

fn nested(depth: usize, last: &str) -> String {
    format!("{}{last}{}", "{\"a\":".repeat(depth), "}".repeat(depth))
}

#[test]
fn values_that_double() {
    check("valid", TWICE, &nested(60, "1"), Valid);
    check("invalid", TWICE, &nested(60, "\"bad\""), INVALID);
    let late = TWICE.replacen('{', "{\"allOf\":[{\"$ref\":\"#/definitions/n\"},false],", 1);
    let late = late.replacen(
        "\"$ref\":\"#/definitions/n\",\"definitions\"",
        "\"definitions\"",
        1,
    );
    check("invalid at the end", &late, &nested(60, "1"), INVALID);
}

#[test]
fn texts_that_are_deep() {
    let over = Text(ErrorKind::LimitExceeded);
    check("arrays", "true", &"[".repeat(100_000), over);
    check("objects", "true", &"{\"a\":".repeat(100_000), over);
    check(
        "just within",
        "true",
        &format!("{}{}", "[".repeat(64), "]".repeat(64)),
        Valid,
    );
    check(
        "just over",
        "true",
        &format!("{}{}", "[".repeat(65), "]".repeat(65)),
        over,
    );
    check(
        "in a string",
        "true",
        &format!("\"{}\"", "[".repeat(1000)),
        Valid,
    );
    let schema = format!("{}true{}", "{\"not\":".repeat(100_000), "}".repeat(100_000));
    check("schema", &schema, "1", Schema(ErrorKind::LimitExceeded));
    let schema = format!("{}true{}", "{\"not\":".repeat(118), "}".repeat(118));
    check("schema within", &schema, "1", Valid);
}

#[test]
fn texts_that_are_wide() {
    let wide = format!("[{}1]", "1,".repeat(100_000));
    check("items", r#"{"items":{"type":"integer"}}"#, &wide, Valid);
    check("not unique", r#"{"uniqueItems":true}"#, &wide, INVALID);
    let mut objects = String::from("[");
    for n in 0..20_000 {
        let _ = write!(objects, "{{\"a\":{n}}},");
    }
    objects.push_str("{}]");
    check("unique objects", r#"{"uniqueItems":true}"#, &objects, Valid);
    let huge = format!("[{}1]", "1,".repeat(2_000_000));
    check("memory", "true", &huge, Text(ErrorKind::LimitExceeded));
    let names: String = (0..50_000).map(|n| format!("\"k{n}\":1,")).collect();
    check(
        "properties",
        r#"{"additionalProperties":{"type":"integer"}}"#,
        &format!("{{{names}\"z\":1}}"),
        Valid,
    );
    check(
        "unevaluated",
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","anyOf":[{"properties":{"z":{}}}],"unevaluatedProperties":{"type":"integer"}}"#,
        &format!("{{{names}\"z\":1}}"),
        Valid,
    );
}

#[test]
fn schemas_that_are_wide() {
    let many = (0..60_000)
        .map(|n| format!("\"d{n}\":{{}},"))
        .collect::<String>();
    let schema = format!("{{\"properties\":{{{many}\"z\":{{}}}}}}");
    check(
        "properties",
        &schema,
        "{}",
        Schema(ErrorKind::LimitExceeded),
    );
    let schema = format!("{{\"description\":\"{}\"}}", "x".repeat(3 << 20));
    check("text", &schema, "1", Schema(ErrorKind::LimitExceeded));
    let values = (0..50_000).map(|n| format!("{n},")).collect::<String>();
    check("enum", &format!("{{\"enum\":[{values}-1]}}"), "-1", Valid);
    let alternatives = (0..2_000)
        .map(|n| format!("{{\"const\":{n}}},"))
        .collect::<String>();
    check(
        "oneOf",
        &format!("{{\"oneOf\":[{alternatives}{{\"const\":-1}}]}}"),
        "-1",
        Valid,
    );
    let patterns = (0..3_000).map(|n| format!("{{\"pattern\":\"^(a|b){{0,9}}{n}$\"}},"));
    let patterns = patterns.collect::<String>();
    check(
        "patterns",
        &format!("{{\"anyOf\":[{patterns}{{}}]}}"),
        "\"x\"",
        Valid,
    );
}

#[test]
fn numbers_that_are_huge() {
    let number = r#"{"type":"number","multipleOf":0.01,"maximum":1e308}"#;
    let digits = "9".repeat(100_000);
    check("digits", r#"{"type":"integer"}"#, &digits, INVALID);
    check("exponent", r#"{"type":"number"}"#, "1e400", INVALID);
    check("tiny", r#"{"type":"number"}"#, "1e-400", Valid);
    check(
        "long exponent",
        r#"{"type":"number"}"#,
        &format!("1e{digits}"),
        INVALID,
    );
    check(
        "zero",
        r#"{"type":"number"}"#,
        &format!("0e{digits}"),
        Valid,
    );
    check(
        "fraction",
        r#"{"type":"number"}"#,
        &format!("0.{digits}"),
        Valid,
    );
    check("multiple", number, "1e300", Valid);
    check("limit", r#"{"maxLength":1e300}"#, "\"a\"", Valid);
    check(
        "zero divisor",
        r#"{"multipleOf":0}"#,
        "1",
        Schema(ErrorKind::InvalidSchema),
    );
    check(
        "negative length",
        r#"{"maxLength":-1}"#,
        "\"a\"",
        Schema(ErrorKind::InvalidSchema),
    );
    check(
        "limit too large",
        r#"{"maximum":1e999}"#,
        "1",
        Schema(ErrorKind::InvalidSchema),
    );
}

#[test]
fn texts_that_readers_take_differently() {
    check_all(&[
        ("key twice", "true", r#"{"a":1,"a":2}"#, INVALID),
        (
            "key twice, escaped",
            "true",
            r#"{"a":1,"\u0061":2}"#,
            INVALID,
        ),
        (
            "key twice, deep",
            "true",
            r#"[{"b":{"a":1,"a":1}}]"#,
            INVALID,
        ),
        (
            "keyword twice",
            r#"{"type":"string","type":"number"}"#,
            "1",
            Schema(ErrorKind::InvalidSchema),
        ),
        ("high surrogate", "true", r#""\ud800""#, INVALID),
        ("low surrogate", "true", r#""\udc00""#, INVALID),
        ("surrogate in a key", "true", r#"{"\ud800":1}"#, INVALID),
        (
            "surrogates in order",
            r#"{"maxLength":1}"#,
            r#""\ud83d\ude00""#,
            Valid,
        ),
        (
            "surrogate in a schema",
            r#"{"const":"\ud800"}"#,
            "1",
            Schema(ErrorKind::InvalidSchema),
        ),
        ("byte order mark", "true", "\u{feff}1", INVALID),
        ("after the end", "true", "1 2", INVALID),
        ("empty", "true", "", INVALID),
        ("NaN", "true", "NaN", INVALID),
        ("comment", "true", "/**/1", INVALID),
        ("trailing comma", "true", "[1,]", INVALID),
        ("single quotes", "true", "'a'", INVALID),
        ("zero first", "true", "01", INVALID),
        ("control character", "true", "\"\u{1}\"", INVALID),
        (
            "a number's own key",
            r#"{"type":"object"}"#,
            r#"{"$serde_json::private::Number":"1"}"#,
            Valid,
        ),
    ]);
}

#[test]
fn schemas_that_are_none() {
    for schema in [
        "",
        "1",
        "null",
        "[]",
        "\"a\"",
        "{",
        "{\"type\":\"strin\"}",
        "{\"type\":1}",
        "{\"properties\":[]}",
        "{\"required\":\"a\"}",
        "{\"allOf\":[]}",
        "{\"allOf\":{}}",
        "{\"items\":1}",
        "{\"enum\":1}",
        "{\"$ref\":1}",
        "{\"$id\":1}",
        "{\"pattern\":1}",
    ] {
        check(schema, schema, "1", Schema(ErrorKind::InvalidSchema));
    }
}
