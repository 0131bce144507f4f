//! A folder of schemas and a registry, from the first plan to the last deletion.

use std::path::{Path, PathBuf};

use super::registry::Served;
use super::{Run, data, folder, run};

const JSON: &str = r#"{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
  "properties": {"a": {"type": "string", "maxLength": 5}}}"#;

#[test]
fn on_our_registry() {
    let served = Served::start();
    whole_life(served.url(), "life", &folder("life"));
}

struct At<'a> {
    url: &'a str,
    folder: String,
}

impl At<'_> {
    fn verb(&self, verb: &str, more: &[&str]) -> Run {
        run(&[&[verb, "--registry", self.url][..], more].concat(), "")
    }

    fn registry(&self, more: &[&str]) -> Run {
        self.verb("registry", more)
    }

    #[track_caller]
    fn expect(&self, arguments: &[&str], code: i32, out: &str) {
        let run = self.registry(arguments);
        assert_eq!(run.out, out, "{arguments:?}: {}", run.talk);
        assert_eq!(run.code, Some(code), "{arguments:?}: {}", run.talk);
    }

    #[track_caller]
    fn folder(&self, verb: &str, more: &[&str], code: i32) -> Run {
        let run = self.verb(verb, &[more, &[&*self.folder]].concat());
        assert_eq!(run.code, Some(code), "{verb}: {}{}", run.out, run.talk);
        run
    }
}

/// What `url` has of subjects that start with `name` is only this.
pub(super) fn whole_life(url: &str, name: &str, dir: &Path) {
    let subjects = ["avro", "json", "protobuf"].map(|kind| format!("{name}-{kind}"));
    let file = |subject: &str, file: &str| dir.join("schemas").join(subject).join(file);
    let [avro, json, protobuf] = &subjects;
    let write = |path: PathBuf, text: String| {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let text = |name: &str| std::fs::read_to_string(data(name)).unwrap();
    write(file(avro, "v1.avsc"), text("order_v1.avsc"));
    write(file(json, "v1.json"), JSON.to_owned());
    write(file(protobuf, "v1.proto"), text("nested.proto"));
    let at = At {
        url,
        folder: dir.join("schemas").display().to_string(),
    };
    let first = at.folder("plan", &[], 0).out;
    for subject in &subjects {
        assert!(first.contains(&format!("+ {subject}: ")), "{first}");
    }
    assert!(first.ends_with("\n3 changes\n"), "{first}");
    assert_eq!(at.folder("plan", &["--check"], 1).out, first);
    at.expect(&["list", "--prefix", name], 0, "");
    let applied = at.folder("apply", &[], 0);
    assert!(
        applied.out.ends_with("3 changes made, 0 not\n"),
        "{}",
        applied.out
    );
    assert_eq!(at.folder("plan", &["--check"], 0).out, "0 changes\n");
    assert_eq!(at.folder("apply", &[], 0).out, "0 changes made, 0 not\n");
    at.expect(
        &["list", "--prefix", name],
        0,
        &format!("{avro}\n{json}\n{protobuf}\n"),
    );
    for (subject, file_name) in [(avro, "v1.avsc"), (json, "v1.json"), (protobuf, "v1.proto")] {
        registered(&at, subject, &file(subject, file_name));
    }
    let lock = dir.join("wireform.lock").display().to_string();
    let locked = |more: &[&str]| at.verb("lock", &[&["--file", &lock], more].concat());
    let all: Vec<&str> = subjects.iter().map(String::as_str).collect();
    assert_eq!(locked(&all).code, Some(0));
    assert_eq!(locked(&["--check"]).code, Some(0));

    // Two subjects do not take their second version, one does.
    write(file(avro, "v2.avsc"), text("order_v2.avsc"));
    write(file(json, "v2.json"), JSON.replace('5', "10"));
    write(
        file(protobuf, "v2.proto"),
        text("nested.proto").replace("string x", "double x"),
    );
    unfit(&at, &subjects, &file(avro, "v2.avsc"));
    at.expect(&["versions", json], 0, "1\n2\n");
    at.expect(&["versions", avro], 0, "1\n");
    let stale = locked(&["--check"]);
    assert_eq!(stale.code, Some(1), "{}", stale.talk);
    assert!(stale.out.contains("is out of date"), "{}", stale.out);
    assert_eq!(locked(&[]).code, Some(0));
    assert_eq!(locked(&["--check"]).code, Some(0));

    at.expect(&["delete", json, "1"], 0, "1\n");
    at.expect(&["versions", json], 0, "2\n");
    at.expect(&["delete", protobuf], 0, "1\n");
    at.expect(&["list", "--prefix", name], 0, &format!("{avro}\n{json}\n"));
    for arguments in [
        &["get", protobuf][..],
        &["versions", protobuf],
        &["delete", protobuf],
    ] {
        let gone = at.registry(arguments);
        assert_eq!(
            gone.code,
            Some(1),
            "{arguments:?}: {}{}",
            gone.out,
            gone.talk
        );
        assert!(gone.talk.contains(&**protobuf), "{}", gone.talk);
    }
}

/// A subject of one version is found by each of its names.
fn registered(at: &At<'_>, subject: &str, file: &Path) {
    let text = std::fs::read_to_string(file).unwrap();
    let name = file.display().to_string();
    at.expect(&["versions", subject], 0, "1\n");
    let found = at.registry(&["lookup", subject, &name]);
    assert_eq!(found.code, Some(0), "{}", found.talk);
    let found: serde_json::Value = serde_json::from_str(&found.out).unwrap();
    assert_eq!(
        (&found["subject"], &found["version"]),
        (&subject.into(), &1.into())
    );
    for names in [&[subject][..], &[subject, "1"], &[&found["id"].to_string()]] {
        let got = at.registry(&[&["get"], names].concat());
        // Apicurio keeps Avro's schemas without their blanks.
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(bare(&got.out), bare(&text), "{names:?}: {}", got.talk);
    }
    let check = ["--against", "registry", "--subject", subject, &name];
    let check = at.verb("check", &check);
    assert_eq!(check.code, Some(0), "{}{}", check.out, check.talk);
}

/// The Avro and the Protobuf subject do not take what the folder has now.
fn unfit(at: &At<'_>, [avro, json, protobuf]: &[String; 3], file: &Path) {
    let plan = at.folder("plan", &[], 1).out;
    let mut lines = plan.lines();
    for (subject, fits) in [(avro, false), (json, true), (protobuf, false)] {
        let line = lines.next().unwrap();
        assert!(line.starts_with(&format!("+ {subject}: ")), "{plan}");
        if !fits {
            let why = lines.next().unwrap().trim_start();
            assert!(
                why.strip_prefix("incompatible: ")
                    .is_some_and(|why| !why.is_empty()),
                "{plan}"
            );
        }
    }
    assert_eq!(lines.collect::<Vec<_>>(), ["3 changes"], "{plan}");
    let name = file.display().to_string();
    let check = at.verb(
        "check",
        &["--against", "registry", "--subject", avro, &name],
    );
    assert_eq!(check.code, Some(1), "{}{}", check.out, check.talk);
    let lookup = at.registry(&["lookup", avro, &name]);
    assert_eq!(lookup.code, Some(1), "{}{}", lookup.out, lookup.talk);
    let applied = at.folder("apply", &[], 1);
    assert!(
        applied.out.ends_with("1 change made, 2 not\n"),
        "{}",
        applied.out
    );
    for subject in [avro, protobuf] {
        assert!(
            applied.talk.contains(&format!("+ {subject}: ")),
            "{}",
            applied.talk
        );
    }
    assert!(
        !applied.talk.contains(&format!("+ {json}: ")),
        "{}",
        applied.talk
    );
}
