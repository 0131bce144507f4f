//! `check --against git:REV` in repositories of several schemas.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::{Run, command, folder, run};

struct Repository(PathBuf);

impl Repository {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let this = Self(folder(name));
        this.write(files);
        this.git(&["init", "-q"]);
        this.commit();
        this
    }

    fn write(&self, files: &[(&str, &str)]) {
        for (name, text) in files {
            let path = self.0.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }

    fn git(&self, arguments: &[&str]) {
        let run = Command::new("git")
            .current_dir(&self.0)
            .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
            .args(arguments)
            .output()
            .unwrap();
        let talk = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success(), "{arguments:?}: {talk}");
    }

    fn commit(&self) {
        self.git(&["add", "."]);
        self.git(&["commit", "-qm", "one"]);
    }

    /// `check` in a folder of the repository.
    fn check(&self, inside: &str, arguments: &[&str]) -> Run {
        let against = ["check", "--level", "full", "--against", "git:HEAD"];
        let output = command(&[&against, arguments].concat())
            .current_dir(self.0.join(inside))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Run {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            talk: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

const ORDER: &str = r#"{"type":"record","name":"Order","namespace":"n","fields":[{"name":"total","type":"n.Money"}]}"#;

fn money(kind: &str) -> String {
    format!(
        r#"{{"type":"record","name":"Money","namespace":"n",
  "doc":"an amount of money, in the smallest unit of its currency",
  "fields":[
    {{"name":"amount","type":"long"}},
    {{"name":"scale","type":"int","doc":"how many digits are behind the point"}},
    {{"name":"currency","type":"{kind}"}}]}}
"#
    )
}

fn orders(name: &str) -> Repository {
    let files = [
        ("schemas/order/v1.avsc", ORDER),
        ("schemas/money/v1.avsc", &money("string")),
        (
            "schemas/id.proto",
            "syntax = \"proto3\"; message Id { string v = 1; }",
        ),
    ];
    Repository::new(name, &files)
}

const REF: [&str; 2] = ["--ref", "n.Money=schemas/money/v1.avsc"];
const ORDER_FILE: &str = "schemas/order/v1.avsc";
const MONEY_FILE: &str = "schemas/money/v1.avsc";

#[test]
fn references_are_taken_from_the_revision() {
    let repository = orders("git-references");
    let order = [REF[0], REF[1], ORDER_FILE];
    assert_eq!(repository.check(".", &order).code, Some(0));
    repository.write(&[(MONEY_FILE, &money("int"))]);
    let run = repository.check(".", &order);
    assert_eq!(run.code, Some(1), "{}{}", run.out, run.talk);
    assert!(run.out.contains("TYPE_MISMATCH"), "{}", run.out);
}

#[test]
fn a_file_that_is_a_reference_too_is_checked() {
    let repository = orders("git-self");
    repository.write(&[(MONEY_FILE, &money("int"))]);
    let all = [
        REF[0],
        REF[1],
        "--ref",
        "n.Order=schemas/order/v1.avsc",
        "--ref",
        "id.proto=schemas/id.proto",
        MONEY_FILE,
    ];
    for arguments in [&[REF[0], REF[1], MONEY_FILE][..], &all] {
        let run = repository.check(".", arguments);
        assert_eq!(run.code, Some(1), "{}{}", run.out, run.talk);
        assert!(run.out.contains("TYPE_MISMATCH"), "{}", run.out);
        assert!(!run.out.contains("INVALID_SCHEMA"), "{}", run.out);
    }
    let linted = run(
        &[
            "lint",
            "--ref",
            &format!("n.Money={}", repository.0.join(MONEY_FILE).display()),
            &repository.0.join(MONEY_FILE).display().to_string(),
        ],
        "",
    );
    assert!(!linted.out.contains("INVALID_SCHEMA"), "{}", linted.out);
}

#[test]
fn a_new_file_has_nothing_to_be_compared_with() {
    let repository = orders("git-new");
    repository.write(&[("schemas/new/v1.avsc", "\"int\"")]);
    let new = repository.check(".", &["schemas/new/v1.avsc"]);
    assert_eq!(new.code, Some(0), "{}", new.talk);
    assert!(
        new.out.contains("not at HEAD, nothing to compare"),
        "{}",
        new.out
    );
    assert!(!new.out.contains(": compatible"), "{}", new.out);
    repository.write(&[("schemas/new/v1.avsc", "{\"type\":\"recor\"}")]);
    assert_eq!(
        repository.check(".", &["schemas/new/v1.avsc"]).code,
        Some(1)
    );
}

#[test]
fn a_renamed_file_is_compared_with_its_old_name() {
    let repository = orders("git-renamed");
    repository.git(&["mv", "schemas/money", "schemas/amount"]);
    repository.write(&[("schemas/amount/v1.avsc", &money("int"))]);
    let renamed = ["--output", "json", "schemas/amount/v1.avsc"];
    let run = repository.check(".", &renamed);
    assert_eq!(run.code, Some(1), "{}{}", run.out, run.talk);
    assert!(run.out.contains("TYPE_MISMATCH"), "{}", run.out);
    assert!(
        run.out.contains("schemas/money/v1.avsc at HEAD"),
        "{}",
        run.out
    );
}

#[test]
fn a_removed_schema_is_reported() {
    let repository = orders("git-removed");
    std::fs::remove_dir_all(repository.0.join("schemas/money")).unwrap();
    let everything = repository.check(".", &["schemas"]);
    assert_eq!(everything.code, Some(1), "{}", everything.talk);
    assert!(
        everything.out.contains("SCHEMA_REMOVED"),
        "{}",
        everything.out
    );
    assert!(everything.out.contains(MONEY_FILE), "{}", everything.out);
    let named = repository.check(".", &[MONEY_FILE]);
    assert_eq!(named.code, Some(1), "{}", named.talk);
    assert!(named.out.contains("SCHEMA_REMOVED"), "{}", named.out);
    std::fs::remove_file(repository.0.join("schemas/id.proto")).unwrap();
    repository.write(&[("schemas/other.avsc", "\"int\"")]);
    let beside = repository.check(".", &["schemas/other.avsc"]);
    assert_eq!(beside.code, Some(0), "{}", beside.talk);
    assert!(
        beside.out.contains("schemas/id.proto: removed"),
        "{}",
        beside.out
    );
}

#[test]
fn annotations_name_files_of_the_repository() {
    let repository = orders("git-annotations");
    repository.write(&[(MONEY_FILE, &money("int"))]);
    let run = repository.check("schemas/money", &["--output", "github", "v1.avsc"]);
    assert_eq!(run.code, Some(1), "{}", run.talk);
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines.len(), 2, "both directions: {}", run.out);
    for line in lines {
        let start = format!("::error file={MONEY_FILE},line=6,");
        assert!(line.starts_with(&start), "{line}");
    }
}

#[test]
fn what_keeps_git_from_answering_is_said() {
    let repository = orders("git-usage");
    let file = repository.0.join(ORDER_FILE).display().to_string();
    let without = run(&["check", "--against", "git:HEAD", &file], "");
    assert_eq!(without.code, Some(2));
    assert!(
        without.talk.contains("--against git:REV needs --level"),
        "{}",
        without.talk
    );
    let outside = std::env::temp_dir().join(format!("wireform-no-git-{}", std::process::id()));
    std::fs::create_dir_all(&outside).unwrap();
    let alone = outside.join("a.avsc");
    std::fs::write(&alone, "\"int\"").unwrap();
    let against = ["check", "--level", "full", "--against", "git:HEAD"];
    let refused = run(
        &[&against[..], &[&alone.display().to_string()]].concat(),
        "",
    );
    std::fs::remove_dir_all(&outside).unwrap();
    assert_eq!(refused.code, Some(2), "{}", refused.talk);
    assert!(
        refused.talk.contains("not in a git repository"),
        "{}",
        refused.talk
    );
    repository.write(&[("more.avsc", "\"int\"")]);
    repository.commit();
    let clone = folder("git-shallow").join("clone");
    let from = format!("file://{}", repository.0.display());
    repository.git(&[
        "clone",
        "-q",
        "--depth",
        "1",
        &from,
        &clone.display().to_string(),
    ]);
    let file = clone.join(ORDER_FILE).display().to_string();
    let shallow = run(
        &["check", "--level", "full", "--against", "git:HEAD~1", &file],
        "",
    );
    assert_eq!(shallow.code, Some(2), "{}", shallow.talk);
    assert!(shallow.talk.contains("shallow"), "{}", shallow.talk);
}
