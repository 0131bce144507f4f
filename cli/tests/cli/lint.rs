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
