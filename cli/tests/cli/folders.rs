//! A folder of schemas, as the verbs that read and write one have it.

mod contexts;
mod offline;
mod versions;

use std::path::Path;

use super::registry::Served;
use super::{Run, folder, run};

const MONEY: &str = r#"{"type":"record","name":"Money","namespace":"n","fields":[]}"#;
const ORDER: &str = r#"{"type":"record","name":"Order","namespace":"n","fields":[{"name":"total","type":"Money"}]}"#;
const IDS: &str = "syntax = \"proto3\"; package c; message Id { string v = 1; }";
const ORD: &str =
    "syntax = \"proto3\"; package o; import \"common/ids.proto\"; message Ord { c.Id id = 1; }";

fn write(folder: &Path, files: &[(&str, &str)]) -> String {
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder.display().to_string()
}

/// A verb that asks `served`.
fn at(served: &Served, arguments: &[&str]) -> Run {
    let (verb, rest) = arguments.split_first().unwrap();
    run(&[&[verb, "--registry", served.url()], rest].concat(), "")
}

#[track_caller]
fn fine(run: &Run) -> &str {
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.talk);
    &run.out
}

fn list(served: &Served) -> String {
    fine(&at(served, &["registry", "list"])).replace('\n', " ")
}

/// A registry with references of two formats, a subject with a slash and one with a gap.
fn registry_with_references(name: &str) -> Served {
    let served = Served::start();
    let folder = folder(name);
    let file = |name: &str, text: &str| {
        write(&folder, &[(name, text)]);
        folder.join(name).display().to_string()
    };
    let register = |subject: &str, file: &str, uses: &[&str]| {
        let uses = uses.iter().flat_map(|uses| ["--use", uses]);
        let uses: Vec<&str> = uses.collect();
        let arguments = [&["registry", "register", subject, file], &*uses].concat();
        fine(&at(&served, &arguments));
    };
    register("a-value", &file("a.avsc", "\"string\""), &[]);
    register("Money", &file("money.avsc", MONEY), &[]);
    let with_doc = MONEY.replace("\"fields\"", "\"doc\":\"x\",\"fields\"");
    register("Money", &file("money2.avsc", &with_doc), &[]);
    fine(&at(&served, &["registry", "delete", "Money", "1"]));
    register(
        "order-value",
        &file("order.avsc", ORDER),
        &["n.Money=Money:2"],
    );
    register("common/ids.proto", &file("ids.proto", IDS), &[]);
    let uses = ["common/ids.proto=common/ids.proto:1"];
    register("ord-value", &file("ord.proto", ORD), &uses);
    register("z-value", &file("z.avsc", "\"long\""), &[]);
    served
}

#[test]
fn a_downloaded_registry_is_planned_served_and_downloaded_again() {
    let served = registry_with_references("folders-round-trip");
    let place = folder("folders-round-trip-out");
    let [first, second] = ["first", "second"].map(|name| place.join(name));
    let download = |served: &Served, to: &Path| {
        let to = to.display().to_string();
        fine(&at(served, &["registry", "download", &to]));
        to
    };
    let dir = download(&served, &first);
    for name in [
        "common%2Fids.proto/v1.proto",
        "ord-value/v1.references",
        "order-value/v1.references",
        "Money/v2.avsc",
        "z-value/v1.avsc",
    ] {
        assert!(first.join(name).is_file(), "{name}");
    }
    assert_eq!(
        fine(&at(&served, &["plan", "--check", &dir])),
        "0 changes\n"
    );
    let copy = Served::with(&["--seed", &dir]);
    assert_eq!(list(&copy), list(&served));
    let versions = at(&copy, &["registry", "versions", "Money"]);
    assert_eq!(fine(&versions), "2\n", "numbers are kept");
    let again = download(&copy, &second);
    for name in ["ord-value/v1.references", "order-value/v1.avsc"] {
        let text = |folder: &Path| std::fs::read_to_string(folder.join(name)).unwrap();
        assert_eq!(text(&first), text(&second), "{name}");
    }
    assert_eq!(
        fine(&at(&served, &["plan", "--check", &again])),
        "0 changes\n"
    );
}

#[test]
fn the_latest_versions_are_downloaded_with_what_they_refer_to() {
    let served = Served::start();
    let place = folder("folders-latest");
    let file = |name: &str, text: &str| {
        write(&place, &[(name, text)]);
        place.join(name).display().to_string()
    };
    let wider = MONEY.replace("\"fields\"", "\"doc\":\"x\",\"fields\"");
    for text in [MONEY, &wider] {
        let money = file("money.avsc", text);
        fine(&at(&served, &["registry", "register", "money", &money]));
    }
    let order = file("order.avsc", ORDER);
    let register = [
        "registry",
        "register",
        "order",
        &order,
        "--use",
        "n.Money=money:1",
    ];
    fine(&at(&served, &register));
    let out = place.join("out");
    let dir = out.display().to_string();
    fine(&at(&served, &["registry", "download", "--latest", &dir]));
    assert!(out.join("money/v1.avsc").is_file(), "what order refers to");
    assert!(out.join("money/v2.avsc").is_file(), "the newest");
}

#[test]
fn one_subject_that_cannot_be_written_does_not_end_a_download() {
    let served = Served::start();
    let place = folder("folders-odd");
    let schema = place.join("a.avsc").display().to_string();
    write(&place, &[("a.avsc", "\"string\"")]);
    // Too long for the name of a folder.
    let long = "l".repeat(400);
    for subject in ["a-value", &long, "z-value"] {
        fine(&at(&served, &["registry", "register", subject, &schema]));
    }
    let out = place.join("out");
    let ran = at(
        &served,
        &["registry", "download", &out.display().to_string()],
    );
    assert_eq!(ran.code, Some(1), "{}", ran.talk);
    assert!(ran.talk.contains(&long), "{}", ran.talk);
    for subject in ["a-value", "z-value"] {
        assert!(out.join(subject).join("v1.avsc").is_file(), "{subject}");
    }
}

#[test]
fn subjects_are_applied_in_the_order_of_their_references() {
    let toml = r#"
[subjects."a-ord"]
schemas = ["ord.proto"]
references = [{name = "common/ids.proto", subject = "ids", version = 1}]

[subjects."ids"]
schemas = ["ids.proto"]

[subjects."plain-value"]
schemas = ["plain.avsc"]
"#;
    let place = folder("folders-order");
    let files = [
        ("ids.proto", IDS),
        ("ord.proto", ORD),
        ("plain.avsc", "\"string\""),
        ("wireform.toml", toml),
    ];
    let file = format!("{}/wireform.toml", write(&place, &files));
    let served = Served::start();
    let plan = at(&served, &["plan", &file]);
    let lines: Vec<&str> = fine(&plan).lines().collect();
    assert!(lines[0].starts_with("+ ids: "), "{}", plan.out);
    assert!(lines[1].starts_with("+ a-ord: "), "{}", plan.out);
    assert_eq!(lines.len(), 4, "{}", plan.out);
    let applied = at(&served, &["apply", &file]);
    assert!(fine(&applied).ends_with("3 changes made, 0 not\n"));
    assert_eq!(list(&served), "a-ord ids plain-value ");
    assert_eq!(
        fine(&at(&served, &["plan", "--check", &file])),
        "0 changes\n"
    );
}

#[test]
fn a_folder_with_references_is_applied_and_served() {
    let references = r#"[{"name":"n.Money","subject":"z-money","version":1}]"#;
    for (name, references) in [("file", Some(references)), ("found", None)] {
        let place = folder(&format!("folders-references-{name}"));
        write(
            &place,
            &[("order/v1.avsc", ORDER), ("z-money/v1.avsc", MONEY)],
        );
        if let Some(references) = references {
            write(&place, &[("order/v1.references", references)]);
        }
        let dir = place.display().to_string();
        let served = Served::start();
        assert_eq!(at(&served, &["plan", &dir]).code, Some(0), "{name}");
        fine(&at(&served, &["apply", &dir]));
        assert_eq!(list(&served), "order z-money ");
        assert_eq!(
            fine(&at(&served, &["plan", "--check", &dir])),
            "0 changes\n"
        );
        let seeded = Served::with(&["--seed", &dir]);
        assert_eq!(list(&seeded), "order z-money ");
        let referrer = at(&seeded, &["registry", "references", "z-money", "1"]);
        assert!(fine(&referrer).starts_with("order 1 "), "{name}");
    }
}

#[test]
fn a_missing_reference_is_reported_with_its_file() {
    let place = folder("folders-missing");
    let dir = write(
        &place,
        &[("order/v1.avsc", ORDER), ("plain/v1.avsc", "\"int\"")],
    );
    let served = Served::start();
    let applied = at(&served, &["apply", &dir]);
    assert_eq!(applied.code, Some(1), "{}", applied.talk);
    let seed = run(
        &[
            "registry",
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--seed",
            &dir,
        ],
        "",
    );
    for talk in [&applied.talk, &seed.talk] {
        for part in ["order", "v1.avsc", "v1.references"] {
            assert!(talk.contains(part), "{part}: {talk}");
        }
    }
    assert_eq!(list(&served), "plain ", "the others are done");
}

#[test]
fn one_invalid_file_is_reported_and_the_others_are_done() {
    let place = folder("folders-invalid");
    let dir = write(
        &place,
        &[
            ("a-value/v1.avsc", "\"string\""),
            ("b-value/v1.avsc", "{\"type\":\"recor\"}"),
            ("d-value/v1.avsc", "\"long\""),
        ],
    );
    std::fs::create_dir_all(place.join("c-value")).unwrap();
    std::fs::write(place.join("c-value/v1.avsc"), b"\"caf\xe9\"").unwrap();
    let served = Served::start();
    let plan = at(&served, &["plan", &dir]);
    assert_eq!(plan.code, Some(1), "{}{}", plan.out, plan.talk);
    assert!(plan.out.ends_with("4 changes\n"), "{}", plan.out);
    let applied = at(&served, &["apply", &dir]);
    assert_eq!(applied.code, Some(1), "{}", applied.talk);
    for subject in ["b-value", "c-value"] {
        let line = format!("+ {subject}: ");
        assert!(applied.talk.contains(&line), "{}", applied.talk);
    }
    assert!(applied.out.ends_with("2 changes made, 2 not\n"));
    assert_eq!(list(&served), "a-value d-value ");
}

fn record(fields: &str) -> String {
    format!(r#"{{"type":"record","name":"R","namespace":"n","fields":[{fields}]}}"#)
}

#[test]
fn a_plan_checks_each_version_against_the_one_before_it() {
    let int = r#"{"name":"x","type":"int","default":0}"#;
    let text = r#"{"name":"x","type":"string","default":""}"#;
    // The third does not fit the second, which is not registered yet.
    let place = folder("folders-steps");
    let files = [("r/v1.avsc", record("")), ("r/v2.avsc", record(int))];
    for (name, text) in &files {
        write(&place, &[(name, text)]);
    }
    let dir = write(&place, &[("r/v3.avsc", &record(text))]);
    let served = Served::start();
    let plan = at(&served, &["plan", &dir]);
    assert_eq!(plan.code, Some(1), "{}", plan.out);
    assert!(plan.out.contains("incompatible: "), "{}", plan.out);
    assert!(!plan.out.contains("errorType"), "{}", plan.out);
    assert_eq!(at(&served, &["apply", &dir]).code, Some(1));
    assert_eq!(fine(&at(&served, &["registry", "versions", "r"])), "1\n2\n");
}

#[test]
fn a_version_that_follows_the_planned_one_fits() {
    // Each only fits the version right before it.
    let [a, b, c] = ["int", "long", "double"].map(|kind| {
        let field = format!(r#"{{"name":"x","type":"{kind}"}}"#);
        record(&field)
    });
    let b_too = b.replace("\"long\"", "[\"long\",\"null\"]");
    let place = folder("folders-chain");
    let dir = write(&place, &[("r/v1.avsc", &a), ("r/v2.avsc", &b)]);
    let served = Served::start();
    fine(&at(&served, &["apply", &dir]));
    write(&place, &[("r/v3.avsc", &b_too)]);
    fine(&at(&served, &["plan", &dir]));
    fine(&at(&served, &["apply", &dir]));
    // Against all before it by a transitive level, which the plan itself sets.
    let toml = "[subjects.r]\nlevel = \"FULL_TRANSITIVE\"\nschemas = [\"r/v1.avsc\", \"r/v2.avsc\", \"r/v3.avsc\", \"r/v4.avsc\"]\n";
    write(&place, &[("wireform.toml", toml), ("r/v4.avsc", &c)]);
    let file = place.join("wireform.toml").display().to_string();
    let plan = at(&served, &["plan", &file]);
    assert_eq!(plan.code, Some(1), "{}", plan.out);
    assert!(plan.out.contains("version 1"), "{}", plan.out);
    assert_eq!(at(&served, &["apply", &file]).code, Some(1));
}

#[test]
fn others_are_deleted_after_those_that_refer_to_them_and_never_for_a_wrong_folder() {
    let served = registry_with_references("folders-delete");
    let place = folder("folders-delete-wish");
    let [empty, flat, one] = ["empty", "flat", "one"].map(|name| place.join(name));
    for folder in [&empty, &flat, &one] {
        std::fs::create_dir_all(folder).unwrap();
    }
    let empty = empty.display().to_string();
    let flat = write(
        &flat,
        &[("a-value.avsc", "\"string\""), ("b/v1.avsc", "\"int\"")],
    );
    let one = write(
        &one,
        &[("a-value/v1.avsc", "\"string\""), ("NOTES.md", "x")],
    );
    for (dir, part) in [(&empty, "no subjects"), (&flat, "a-value.avsc")] {
        for verb in ["plan", "apply"] {
            let refused = at(&served, &[verb, "--delete-others", dir]);
            assert_eq!(refused.code, Some(2), "{verb} {dir}: {}", refused.out);
            assert!(refused.talk.contains(part), "{}", refused.talk);
        }
    }
    let plan = at(&served, &["plan", &flat]);
    assert!(plan.talk.contains("a-value.avsc"), "{}", plan.talk);
    let all = list(&served);
    let plan = at(&served, &["plan", "--delete-others", &one]);
    let lines: Vec<&str> = fine(&plan).lines().collect();
    let place_of = |subject: &str| {
        let line = format!("- {subject}");
        lines.iter().position(|found| **found == line).unwrap()
    };
    assert!(place_of("order-value") < place_of("Money"), "{}", plan.out);
    assert!(
        place_of("ord-value") < place_of("common/ids.proto"),
        "{}",
        plan.out
    );
    assert_eq!(list(&served), all, "a plan deletes nothing");
    fine(&at(&served, &["apply", "--delete-others", &one]));
    assert_eq!(list(&served), "a-value ");
}

#[test]
fn what_a_kept_subject_refers_to_is_not_deleted() {
    let place = folder("folders-kept");
    let references = r#"[{"name":"n.Money","subject":"money","version":1}]"#;
    let files = [
        ("all/money/v1.avsc", MONEY),
        ("all/order/v1.avsc", ORDER),
        ("all/order/v1.references", references),
        ("some/order/v1.avsc", ORDER),
        ("some/order/v1.references", references),
    ];
    let dir = write(&place, &files);
    let served = Served::start();
    fine(&at(&served, &["apply", &format!("{dir}/all")]));
    let some = format!("{dir}/some");
    let plan = at(&served, &["plan", "--delete-others", &some]);
    assert_eq!(plan.code, Some(1), "{}", plan.out);
    assert!(plan.out.contains("order refers to it"), "{}", plan.out);
    let applied = at(&served, &["apply", "--delete-others", &some]);
    assert_eq!(applied.code, Some(1), "{}", applied.out);
    assert_eq!(list(&served), "money order ");
}

#[test]
fn a_subject_folder_without_a_version_refuses_deletion() {
    for (name, file) in [
        ("extension", "orders-value/v1.avro"),
        ("case", "orders-value/v1.AVSC"),
        ("empty", "orders-value/README.md"),
    ] {
        let place = folder(&format!("folders-no-version-{name}"));
        let text = "\"string\"";
        let files = [
            ("all/orders-value/v1.avsc", text),
            ("all/a-value/v1.avsc", text),
            ("some/a-value/v1.avsc", text),
            (&format!("some/{file}"), text),
        ];
        let dir = write(&place, &files);
        let served = Served::start();
        fine(&at(&served, &["apply", &format!("{dir}/all")]));
        let some = format!("{dir}/some");
        let refused = at(&served, &["apply", "--delete-others", &some]);
        assert_eq!(refused.code, Some(2), "{name}: {}", refused.out);
        assert!(refused.talk.contains("orders-value"), "{}", refused.talk);
        assert_eq!(list(&served), "a-value orders-value ", "{name}");
    }
}

#[test]
fn nothing_is_deleted_once_a_registration_failed() {
    let place = folder("folders-failed");
    let files = [
        ("all/old-value/v1.avsc", "\"string\""),
        ("some/a-value/v1.avsc", "\"string\""),
        ("some/b-value/v1.avsc", "{\"type\":\"recor\"}"),
    ];
    let dir = write(&place, &files);
    let served = Served::start();
    fine(&at(&served, &["apply", &format!("{dir}/all")]));
    let some = format!("{dir}/some");
    let applied = at(&served, &["apply", "--delete-others", &some]);
    assert_eq!(applied.code, Some(1), "{}", applied.out);
    assert!(applied.talk.contains("- old-value: "), "{}", applied.talk);
    assert!(applied.out.ends_with("1 change made, 2 not\n"));
    assert_eq!(list(&served), "a-value old-value ");
}
