//! No test waits without a limit: what can hang goes through `wireform-limits`.
//!
//! Not read here: models, whose checker notices a deadlock, and the lab, which CI runs with a limit.

use std::fs;
use std::path::Path;

use wireform_tests::workspace::root;

const CRATES: [&str; 7] = [
    "cli",
    "codegen",
    "examples/orders",
    "producer",
    "registry",
    "serializers",
    "tests",
];

/// Calls without a limit of their own.
const WAITS: [&str; 9] = [
    ".block_on(",
    ".join()",
    ".output()",
    ".recv()",
    ".status();",
    ".status().unwrap()",
    ".wait()",
    ".wait_with_output()",
    TASK,
];

/// Its function waits for a task.
const TASK: &str = "#[tokio::test";

#[test]
fn waits_of_tests_have_limits() {
    let mut checked = 0;
    let mut wrong = Vec::new();
    for (path, text) in CRATES
        .iter()
        .flat_map(|folder| sources(&root().join(folder)))
    {
        checked += 1;
        for (line, wait) in unlimited(&text) {
            wrong.push(format!("{path}:{line}: {wait}"));
        }
    }
    assert!(checked > 100, "only {checked} files were found");
    let wrong = wrong.join("\n");
    assert!(
        wrong.is_empty(),
        "call wireform_limits instead, or its guard first:\n{wrong}"
    );
}

#[test]
fn waits_in_a_function_with_a_guard_have_a_limit() {
    let guard = "let _guard = wireform_limits::guard(LIMIT);";
    let lines = |text: &str| {
        unlimited(text)
            .into_iter()
            .map(|(line, _)| line)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        lines("fn a() {\n x.join();\n}\nfn b() {\n x.wait();\n}"),
        [2, 5]
    );
    assert_eq!(
        lines(&format!(
            "fn a() {{\n {guard}\n x.join();\n}}\nfn b() {{\n x.join();\n}}"
        )),
        [6]
    );
    assert_eq!(lines("#[tokio::test]\nasync fn a() {\n}"), [1]);
    assert_eq!(
        lines(&format!("#[tokio::test]\nasync fn a() {{\n {guard}\n}}")),
        [0; 0]
    );
    assert_eq!(lines("mod models {\n fn a() { x.join(); }\n}"), [0; 0]);
}

/// Line numbers and names of the waits in functions that have no guard.
fn unlimited(text: &str) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    // The waits of the function so far, and whether a guard limits them.
    let mut open = Vec::new();
    let mut is_limited = false;
    for (line, number) in text.lines().zip(1..) {
        let code = line.trim_start();
        if line.starts_with("mod models {") {
            break;
        }
        if is_function(code) || code.starts_with(TASK) {
            let task = open.pop_if(|(_, wait)| *wait == TASK);
            found.append(&mut open);
            open.extend(task);
            is_limited = false;
        }
        if code.starts_with("let _guard = wireform_limits::guard(") {
            is_limited = true;
            open.clear();
        }
        let waits = WAITS.iter().filter(|wait| line.contains(**wait));
        if !is_limited && !code.starts_with("//") {
            open.extend(waits.map(|wait| (number, *wait)));
        }
    }
    found.append(&mut open);
    found
}

fn is_function(code: &str) -> bool {
    let starts = ["fn ", "async fn ", "pub ", "pub("];
    code.contains("fn ") && starts.iter().any(|start| code.starts_with(start))
}

/// Paths and texts of the files with tests, or for tests.
fn sources(folder: &Path) -> Vec<(String, String)> {
    const OTHERS: [&str; 9] = [
        "compare",
        "data",
        "fuzz",
        "golden_json",
        "interop",
        "lab",
        "limits",
        "models.rs",
        "target",
    ];
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if OTHERS.contains(&&*name) || name == "waits.rs" {
            continue;
        }
        let shown = path
            .strip_prefix(root())
            .unwrap()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if name.ends_with(".rs") && shown.contains("tests") {
            found.push((shown, fs::read_to_string(&path).unwrap()));
        }
    }
    found
}
