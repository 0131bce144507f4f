//! `lint` over versions of a schema.

use super::{folder, run};

fn version(name: &str, of: &str) -> String {
    let fields = format!(r#"[{{"name":"at","type":{of}}}]"#);
    let text = format!(r#"{{"type":"record","name":"a.R","fields":{fields}}}"#);
    let path = folder(&format!("lint_{name}")).join("schema.avsc");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[track_caller]
fn check(old: &str, new: &str, expected: Option<&str>) {
    let place = std::panic::Location::caller().line();
    let old = version(&format!("{place}_old"), old);
    let new = version(&format!("{place}_new"), new);
    let run = run(&["lint", "--output", "github", &old, &new], "");
    let found = run.out.lines().find(|line| line.contains("UNIT_CHANGED"));
    assert_eq!(
        found.is_some(),
        expected.is_some(),
        "{}{}",
        run.out,
        run.talk
    );
    let (found, expected) = (found.unwrap_or_default(), expected.unwrap_or_default());
    assert!(found.contains(expected), "{found}");
}

#[test]
fn units_that_change_are_found() {
    let millis = r#"{"type":"long","logicalType":"timestamp-millis"}"#;
    let micros = r#"{"type":"long","logicalType":"timestamp-micros"}"#;
    let told = "it was timestamp-millis and is timestamp-micros";
    check(millis, micros, Some(told));
    check(millis, millis, None);
    check(millis, &format!("[\"null\",{micros}]"), Some(told));
    check(
        &format!(r#"{{"type":"array","items":{millis}}}"#),
        &format!(r#"{{"type":"array","items":{micros}}}"#),
        Some(told),
    );
    check("\"long\"", millis, Some("it was without a logical type"));
    check("\"string\"", millis, None);
    let decimal = |scale: u8| {
        format!(r#"{{"type":"bytes","logicalType":"decimal","precision":9,"scale":{scale}}}"#)
    };
    check(&decimal(2), &decimal(3), Some("is decimal(9, 3)"));
}

#[test]
fn a_draft_that_is_not_known_is_found() {
    let check = |name: &str, uri: &str, expected: bool| {
        let path = folder(&format!("lint_draft_{name}")).join("schema.json");
        std::fs::write(&path, format!("{{\"$schema\":\"{uri}\"}}")).unwrap();
        let run = run(&["lint", &path.display().to_string()], "");
        assert_eq!(
            run.code,
            Some(i32::from(expected)),
            "{}{}",
            run.out,
            run.talk
        );
        assert_eq!(run.out.contains("UNKNOWN_DRAFT"), expected, "{}", run.out);
    };
    check("own", "http://example.com/my-meta-schema", true);
    check(
        "known",
        "https://json-schema.org/draft/2020-12/schema",
        false,
    );
}

#[test]
fn verbs_that_take_a_schema_of_an_unknown_draft_warn_once() {
    let path = folder("warn_draft").join("schema.json");
    std::fs::write(&path, r#"{"$schema":"http://example.com/own"}"#).unwrap();
    let path = path.display().to_string();
    for arguments in [
        &["check", "--level", "backward", &path, &path][..],
        &["encode", "--schema", &path],
        &["decode", "--schema", &path],
    ] {
        let run = run(arguments, "");
        assert_eq!(run.code, Some(0), "{}{}", run.out, run.talk);
        let warnings = run.talk.matches("warning: ").count();
        let files = if arguments[0] == "check" { 2 } else { 1 };
        assert_eq!(warnings, files, "{}", run.talk);
        assert!(run.talk.contains("an unknown draft"), "{}", run.talk);
    }
    // It is a finding there.
    let run = run(&["lint", &path], "");
    assert!(!run.talk.contains("warning"), "{}", run.talk);
}
