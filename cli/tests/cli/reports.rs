//! Reports as the machines read them that they are for.

use std::sync::OnceLock;

use roxmltree::Document;

use super::{Run, data, folder, run};

/// Schemas whose names and texts have everything that a report must escape: one that fits, one that
/// does not, one that is no schema.
fn nasty() -> [String; 4] {
    // Written once: tests run at the same time.
    static FILES: OnceLock<[String; 4]> = OnceLock::new();
    FILES.get_or_init(write_nasty).clone()
}

fn write_nasty() -> [String; 4] {
    let folder = folder("reports");
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let old = r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}"#;
    let fields = r#"[{"name":"a","type":{"type":"enum","name":"E","symbols":["X"]}}]"#;
    let new = format!(r#"{{"type":"record","name":"R","fields":{fields}}}"#);
    [
        write("100%, \"a\": <b> & 'c'.avsc", old),
        write("100%0A, \"a\": <b> & 'c'::d.avsc", &new),
        write("line\nbreak,x=y.avsc", &new),
        write(
            "none\u{1}\u{7f}.avsc",
            "{\"type\": \"<!--]]>%0A\u{1}&amp;\"}",
        ),
    ]
}

fn check(style: &str) -> Run {
    let files = nasty();
    let mut arguments = vec!["check", "--level", "backward_transitive", "--output", style];
    arguments.extend(files.iter().map(String::as_str));
    run(&arguments, "")
}

fn lint(style: &str) -> Run {
    let files = nasty();
    let mut arguments = vec!["lint", "--output", style];
    arguments.extend(files.iter().map(String::as_str));
    run(&arguments, "")
}

/// What Jenkins' schema of JUnit reports has, and GitLab's and CircleCI's documentation ask for.
#[track_caller]
fn expect_junit(text: &str) -> usize {
    let document = Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    let suites: Vec<_> = root
        .children()
        .filter(roxmltree::Node::is_element)
        .collect();
    let mut seen = 0;
    for suite in suites {
        assert_eq!(suite.tag_name().name(), "testsuite");
        let cases: Vec<_> = suite
            .children()
            .filter(roxmltree::Node::is_element)
            .collect();
        let has_failed = |case: &&roxmltree::Node<'_, '_>| case.has_children();
        let failed = cases.iter().filter(has_failed).count();
        for node in [root, suite] {
            assert_eq!(node.attribute("name"), Some("wireform"));
            assert_eq!(node.attribute("tests"), Some(&*cases.len().to_string()));
            assert_eq!(node.attribute("failures"), Some(&*failed.to_string()));
            assert_eq!(node.attribute("errors"), Some("0"));
        }
        let mut names = std::collections::HashSet::new();
        for case in cases {
            assert_eq!(case.tag_name().name(), "testcase");
            assert_eq!(case.attribute("classname"), Some("wireform"));
            assert!(names.insert(case.attribute("name").unwrap()), "{text}");
            assert_eq!(case.attribute("name"), case.attribute("file"));
            for failure in case.children() {
                assert_eq!(failure.tag_name().name(), "failure");
                let attributes = ["type", "message"].map(|name| failure.attribute(name).unwrap());
                let told = failure.text().unwrap();
                assert!(attributes.iter().all(|part| told.contains(part)), "{told}");
                seen += 1;
            }
        }
    }
    seen
}

#[test]
fn junit_is_xml_with_what_ci_systems_ask_for() {
    let (v1, v2) = (data("order_v1.avsc"), data("order_v2.avsc"));
    let fine = run(
        &["check", "--level", "full", "--output", "junit", &v1, &v1],
        "",
    );
    assert_eq!((expect_junit(&fine.out), fine.code), (0, Some(0)));
    let two = run(
        &["check", "--level", "full", "--output", "junit", &v1, &v2],
        "",
    );
    assert_eq!((expect_junit(&two.out), two.code), (2, Some(1)));
    // `check` blames readers, and files that are no schemas; `lint` finds something in each.
    for (run, blamed) in [(check("junit"), &nasty()[1..]), (lint("junit"), &nasty())] {
        assert!(expect_junit(&run.out) > 0, "{}", run.talk);
        let document = Document::parse(&run.out).unwrap();
        let cases = document
            .descendants()
            .filter(|node| node.has_tag_name("testcase"));
        let failed = cases.filter(roxmltree::Node::has_children);
        let names: Vec<_> = failed.map(|case| case.attribute("name").unwrap()).collect();
        // XML has no place for the control character, and another stands for it.
        let shown = |file: &String| file.replace('\u{1}', "\u{fffd}");
        let expected: Vec<String> = blamed.iter().map(shown).collect();
        assert_eq!(names, expected);
    }
}

/// A line as GitHub's runner reads it (`ActionCommand.TryParseV2`): its properties and its message.
#[track_caller]
fn annotation(line: &str) -> (Vec<(String, String)>, String) {
    let rest = line.strip_prefix("::").unwrap_or_else(|| panic!("{line}"));
    let (head, message) = rest.split_once("::").unwrap_or_else(|| panic!("{line}"));
    let (name, properties) = head.split_once(' ').unwrap_or_else(|| panic!("{line}"));
    assert!(["error", "warning", "notice"].contains(&name), "{line}");
    let unescaped = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n");
        text.replace("%3A", ":")
            .replace("%2C", ",")
            .replace("%25", "%")
    };
    let properties = properties.split(',').map(|property| {
        let (name, value) = property.split_once('=').unwrap_or_else(|| panic!("{line}"));
        let known = ["file", "line", "endLine", "col", "endColumn", "title"];
        assert!(known.contains(&name), "{line}");
        (name.to_owned(), unescaped(value))
    });
    let message = message.replace("%0D", "\r").replace("%0A", "\n");
    (properties.collect(), message.replace("%25", "%"))
}

#[test]
fn github_reads_what_was_meant() {
    let files = nasty();
    let known = |run: &Run| {
        let mut seen = std::collections::BTreeSet::new();
        for line in run.out.lines() {
            let (properties, message) = annotation(line);
            let of = |name: &str| {
                let mut properties = properties.iter();
                let found = properties.find(|property| property.0 == name);
                found.map(|property| property.1.clone()).unwrap_or_default()
            };
            assert!(files.contains(&of("file")), "{line}");
            assert!(of("line").parse::<u32>().unwrap() > 0, "{line}");
            assert!(of("col").parse::<u32>().unwrap() > 0, "{line}");
            assert!(!of("title").is_empty() && !message.is_empty(), "{line}");
            seen.insert(of("file"));
        }
        seen.len()
    };
    let checked = check("github");
    assert!(known(&checked) >= 1, "{}{}", checked.out, checked.talk);
    let linted = lint("github");
    assert_eq!(known(&linted), files.len(), "{}{}", linted.out, linted.talk);
}
