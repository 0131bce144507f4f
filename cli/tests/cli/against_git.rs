//! `check --against git:REV` in repositories of several schemas.

use std::path::{Path, PathBuf};
use std::process::Command;

use wireform_limits::{LIMIT, output};

use super::{Run, command, folder, run};

/// Runs git in a folder, with an author for commits.
#[track_caller]
pub(super) fn git(folder: &Path, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.current_dir(folder)
        .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
        .args(arguments);
    let run = output(&mut git, LIMIT);
    let talk = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{arguments:?}: {talk}");
}

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
        git(&self.0, arguments);
    }

    fn commit(&self) {
        self.git(&["add", "."]);
        self.git(&["commit", "-qm", "one"]);
    }

    /// `check` in a folder of the repository.
    fn check(&self, inside: &str, arguments: &[&str]) -> Run {
        let against = ["check", "--level", "full", "--against", "git:HEAD"];
        let mut check = command(&[&against, arguments].concat());
        check.current_dir(self.0.join(inside));
        output(&mut check, LIMIT).into()
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
fn references_of_a_folder_are_taken_from_the_revision() {
    let references = r#"[{"name":"n.Money","subject":"money","version":1}]"#;
    for file in [true, false] {
        let repository = orders(&format!("git-references-folder-{file}"));
        if file {
            repository.write(&[("schemas/order/v1.references", references)]);
            repository.commit();
        }
        assert_eq!(repository.check(".", &[ORDER_FILE]).code, Some(0));
        repository.write(&[(MONEY_FILE, &money("int"))]);
        for (inside, order) in [(".", ORDER_FILE), ("schemas/order", "v1.avsc")] {
            let run = repository.check(inside, &[order]);
            assert_eq!(run.code, Some(1), "{}{}", run.out, run.talk);
            assert!(run.out.contains("TYPE_MISMATCH"), "{}", run.out);
        }
    }
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
fn a_new_version_is_compared_with_the_one_before_it() {
    let repository = orders("git-version");
    repository.write(&[("schemas/money/v2.avsc", &money("string"))]);
    let fits = repository.check(".", &["schemas/money/v2.avsc"]);
    assert_eq!(fits.code, Some(0), "{}{}", fits.out, fits.talk);
    assert!(!fits.out.contains("nothing to compare"), "{}", fits.out);
    repository.write(&[("schemas/money/v2.avsc", &money("int"))]);
    for path in ["schemas/money/v2.avsc", "schemas/money"] {
        let run = repository.check(".", &[path]);
        assert_eq!(run.code, Some(1), "{}{}", run.out, run.talk);
        assert!(run.out.contains("TYPE_MISMATCH"), "{}", run.out);
        assert!(
            run.out.contains("schemas/money/v1.avsc at HEAD"),
            "{}",
            run.out
        );
    }
}

#[test]
fn new_versions_are_compared_with_each_other() {
    let repository = orders("git-versions");
    let wider = money("string").replace("\"long\"", "\"double\"");
    let (v2, v10) = ("schemas/new/v2.avsc", "schemas/new/v10.avsc");
    repository.write(&[(v2, &money("string")), (v10, &wider)]);
    let run = repository.check(".", &[v2, v10]);
    assert_eq!(run.code, Some(1), "{}{}", run.out, run.talk);
    let alone = format!("{v2}: not at HEAD, nothing to compare");
    assert!(run.out.contains(&alone), "{}", run.out);
    let finding = format!("{v2} cannot read what {v10} wrote");
    assert!(run.out.contains(&finding), "{}", run.out);
}

#[test]
fn a_transitive_level_compares_a_new_version_with_all_before_it() {
    let repository = orders("git-transitive");
    let v2 = money("string").replace("\"int\",\"doc\"", "\"int\",\"default\":0,\"doc\"");
    repository.write(&[("schemas/money/v2.avsc", &v2)]);
    repository.commit();
    let v3 = money("string").replace(
        "{\"name\":\"scale\",\"type\":\"int\"",
        "{\"name\":\"rest\",\"type\":\"int\"",
    );
    repository.write(&[("schemas/money/v3.avsc", &v3)]);
    for (level, code) in [("forward", 0), ("forward_transitive", 1), ("none", 0)] {
        let file = repository.0.join("schemas/money/v3.avsc");
        let file = file.display().to_string();
        let against = ["check", "--level", level, "--against", "git:HEAD", &file];
        let run = run(&against, "");
        assert_eq!(run.code, Some(code), "{level}: {}{}", run.out, run.talk);
    }
}

#[test]
fn a_removed_companion_is_not_a_removed_schema() {
    let repository = orders("git-companion");
    let companions = [
        "schemas/money/v1.metadata.json",
        "schemas/money/v1.rules.json",
    ];
    for companion in companions {
        repository.write(&[(companion, "{}")]);
    }
    repository.commit();
    for companion in companions {
        std::fs::remove_file(repository.0.join(companion)).unwrap();
    }
    for path in ["schemas/money", MONEY_FILE] {
        let run = repository.check(".", &[path]);
        assert_eq!(run.code, Some(0), "{}{}", run.out, run.talk);
        assert!(!run.out.contains("removed"), "{}", run.out);
    }
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
