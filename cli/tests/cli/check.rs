use super::against_git::git;
use super::{data, expect, folder, run};

#[test]
fn findings_show_where_and_for_whom() {
    let (new, old) = (data("order_v2.avsc"), data("order_v1.avsc"));
    let run = run(&["check", "--reader", &new, "--writer", &old], "");
    assert_eq!(run.code, Some(1));
    let expected = format!(
        "TYPE_MISMATCH: reader type: INT not compatible with writer type: LONG
  --> {new}:3:29 /fields/1/type
  |
3 |   {{\"name\":\"quantity\",\"type\":\"int\"}},
  |                             ^
  {new} cannot read what {old} wrote
"
    );
    assert!(run.out.starts_with(&expected), "{}", run.out);
    assert!(
        run.out.ends_with("1 schema checked: 2 findings\n"),
        "{}",
        run.out
    );
}

#[test]
fn levels_look_both_ways_and_back() {
    let (v1, v2) = (data("order_v1.avsc"), data("order_v2.avsc"));
    for (level, files, code) in [
        ("backward", vec![&v1, &v1], 0),
        ("backward", vec![&v1, &v2], 1),
        ("forward", vec![&v1, &v2], 0),
        ("full", vec![&v1, &v2], 1),
        ("backward", vec![&v2, &v1, &v1], 0),
        ("forward", vec![&v2, &v1, &v1], 1),
        ("backward_transitive", vec![&v1, &v2, &v2], 1),
        ("none", vec![&v1, &v2], 0),
    ] {
        let mut arguments = vec!["check", "--level", level];
        arguments.extend(files.iter().map(|file| file.as_str()));
        let run = run(&arguments, "");
        assert_eq!(
            run.code,
            Some(code),
            "{level} {files:?}: {}{}",
            run.out,
            run.talk
        );
    }
}

#[test]
fn batches_answer_line_by_line() {
    let cases = r#"{"name":"a","format":"avro","reader":"\"long\"","writer":"\"int\""}
{"name":"b","format":"avro","reader":"\"int\"","writer":"\"long\"","references":null}
{"name":"c","format":"avro","reader":"\"x.F\"","writer":"\"x.F\"","references":[{"name":"x.F","schema":"{\"type\":\"fixed\",\"name\":\"x.F\",\"size\":2}"}]}
{"name":"d","format":"protobuf","reader":"syntax=\"proto3\"; message A { string x = 1; }","writer":"syntax=\"proto3\"; message A { int32 x = 1; }"}
{"name":"e","format":"json","reader":"{\"type\":\"string\"}","writer":"{\"type\":[\"string\",\"null\"]}"}
{"name":"f","format":"avro","reader":"\"nothing\"","writer":"\"int\""}
no json
"#;
    let run = run(&["check", "--batch", "-"], cases);
    assert_eq!(run.code, Some(1), "{}", run.talk);
    let answers: Vec<serde_json::Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let compatible: Vec<_> = answers
        .iter()
        .map(|answer| answer["compatible"].as_bool())
        .collect();
    let expected = [true, false, true, false, false, false, false].map(Some);
    assert_eq!(compatible, expected, "{}", run.out);
    assert_eq!(answers[1]["findings"][0]["kind"], "TYPE_MISMATCH");
    assert!(answers[5]["error"].is_string());
}

#[test]
fn reports_for_machines_are_what_these_read() {
    let (v1, v2) = (data("order_v1.avsc"), data("order_v2.avsc"));
    let github = run(
        &[
            "check", "--level", "backward", "--output", "github", &v1, &v2,
        ],
        "",
    );
    let lines: Vec<_> = github.out.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(
        lines
            .iter()
            .all(|line| line.starts_with("::error file=") && line.contains(",line="))
    );
    let junit = run(
        &[
            "check", "--level", "backward", "--output", "junit", &v1, &v2,
        ],
        "",
    );
    assert!(
        junit
            .out
            .starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites ")
    );
    assert!(junit.out.contains("tests=\"1\" failures=\"1\""));
    let json = run(
        &["check", "--level", "backward", "--output", "json", &v1, &v2],
        "",
    );
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["findings"][0]["line"], 3);
}

#[test]
fn git_knows_what_was_before() {
    let folder = folder("git");
    let git = |arguments: &[&str]| git(&folder, arguments);
    let file = folder.join("order.avsc");
    std::fs::copy(data("order_v1.avsc"), &file).unwrap();
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "one"]);
    let file = file.display().to_string();
    let check = [
        "check",
        "--level",
        "backward",
        "--against",
        "git:HEAD",
        &file,
    ];
    expect(&check, "", 0, "1 schema checked: compatible\n");
    std::fs::copy(data("order_v2.avsc"), &file).unwrap();
    assert_eq!(run(&check, "").code, Some(1));
    let unknown = [
        "check",
        "--level",
        "backward",
        "--against",
        "git:nowhere",
        &file,
    ];
    assert_eq!(run(&unknown, "").code, Some(2));
}

#[test]
fn lint_finds_what_hurts_later() {
    let run = run(&["lint", &data("order_v1.avsc")], "");
    assert_eq!(run.code, Some(1));
    assert!(run.out.starts_with("NO_NAMESPACE: "), "{}", run.out);
}
