//! The numbers of a folder's files, and the numbers that a registry gives their schemas.

use super::super::registry::Served;
use super::super::{Run, folder};
use super::{MONEY, ORDER, at, fine, list, write};

/// A version of the money schema.
fn money(doc: &str) -> String {
    MONEY.replace("\"fields\"", &format!("\"doc\":\"{doc}\",\"fields\""))
}

/// The text of a file of references: name, subject, version.
fn references(of: &[(&str, &str, u32)]) -> String {
    let lines = of.iter().map(|(name, subject, version)| {
        format!("{{\"name\":\"{name}\",\"subject\":\"{subject}\",\"version\":{version}}}")
    });
    format!("[{}]", lines.collect::<Vec<_>>().join(","))
}

fn to_money(version: u32) -> String {
    references(&[("n.Money", "money", version)])
}

fn register(served: &Served, place: &std::path::Path, subject: &str, text: &str, uses: &[&str]) {
    write(place, &[("registered.avsc", text)]);
    let file = place.join("registered.avsc").display().to_string();
    let uses = uses.iter().flat_map(|uses| ["--use", uses]);
    let uses: Vec<&str> = uses.collect();
    let arguments = [&["registry", "register", subject, &file], &*uses].concat();
    fine(&at(served, &arguments));
}

/// The subjects and versions that refer to a version.
fn referrers(served: &Served, subject: &str, version: &str) -> Vec<String> {
    let found = at(served, &["registry", "references", subject, version]);
    let place = |line: &str| line.rsplit_once(' ').unwrap().0.to_owned();
    fine(&found).lines().map(place).collect()
}

#[track_caller]
fn nothing_changes(served: &Served, dir: &str) {
    assert_eq!(fine(&at(served, &["plan", "--check", dir])), "0 changes\n");
}

#[track_caller]
fn says(run: &Run, parts: &[&str]) {
    for part in parts {
        let is_said = run.out.contains(part) || run.talk.contains(part);
        assert!(is_said, "{part:?} in {}{}", run.out, run.talk);
    }
}

#[test]
fn the_newest_versions_are_downloaded_and_applied_to_an_empty_registry() {
    let place = folder("folder-versions-latest");
    let served = Served::start();
    for doc in ["a", "b", "c"] {
        register(&served, &place, "money", &money(doc), &[]);
    }
    register(&served, &place, "order", ORDER, &["n.Money=money:3"]);
    let out = place.join("out");
    let dir = out.display().to_string();
    fine(&at(&served, &["registry", "download", "--latest", &dir]));
    assert!(!out.join("money/v1.avsc").exists());
    nothing_changes(&served, &dir);
    let empty = Served::start();
    let plan = at(&empty, &["plan", &dir]);
    fine(&plan);
    says(
        &plan,
        &[
            "money/v3.avsc as version 1\n",
            "order/v1.avsc as version 1\n",
        ],
    );
    says(
        &plan,
        &[
            "    reference \"n.Money\": version 1 of money in the registry, version 3 in the folder\n",
        ],
    );
    let applied = at(&empty, &["apply", &dir]);
    fine(&applied);
    says(&applied, &["money/v3.avsc as version 1\n"]);
    assert_eq!(referrers(&empty, "money", "1"), ["order 1"]);
    nothing_changes(&empty, &dir);
}

#[test]
fn a_registry_with_a_deleted_version_gives_the_reference_its_number() {
    for permanent in [false, true] {
        let place = folder(&format!("folder-versions-deleted-{permanent}"));
        let served = Served::start();
        for doc in ["old", "new"] {
            register(&served, &place, "money", &money(doc), &[]);
        }
        fine(&at(&served, &["registry", "delete", "money", "1"]));
        if permanent {
            let delete = ["registry", "delete", "money", "1", "--permanent"];
            fine(&at(&served, &delete));
        }
        let dir = write(
            &place.join("in"),
            &[
                ("money/v1.avsc", &money("new")),
                ("order/v1.avsc", ORDER),
                ("order/v1.references", &to_money(1)),
            ],
        );
        let plan = at(&served, &["plan", &dir]);
        fine(&plan);
        says(&plan, &["version 2 of money in the registry", "1 change\n"]);
        fine(&at(&served, &["apply", &dir]));
        assert_eq!(referrers(&served, "money", "2"), ["order 1"]);
        nothing_changes(&served, &dir);
    }
}

#[test]
fn a_reference_means_the_schema_of_the_file() {
    let place = folder("folder-versions-shifted");
    let served = Served::start();
    for doc in ["registered first", "of the file"] {
        register(&served, &place, "money", &money(doc), &[]);
    }
    // Both have a version 1, of different schemas.
    let dir = write(
        &place.join("in"),
        &[
            ("money/v1.avsc", &money("of the file")),
            ("order/v1.avsc", ORDER),
            ("order/v1.references", &to_money(1)),
        ],
    );
    fine(&at(&served, &["apply", &dir]));
    assert!(referrers(&served, "money", "1").is_empty());
    assert_eq!(referrers(&served, "money", "2"), ["order 1"]);
    nothing_changes(&served, &dir);
}

#[test]
fn a_version_that_the_folder_lacks_is_the_registrys() {
    let place = folder("folder-versions-lacking");
    let served = Served::start();
    for doc in ["a", "b"] {
        register(&served, &place, "money", &money(doc), &[]);
    }
    let dir = write(
        &place.join("in"),
        &[
            ("money/v7.avsc", &money("c")),
            ("order/v1.avsc", ORDER),
            ("order/v1.references", &to_money(2)),
        ],
    );
    let applied = at(&served, &["apply", &dir]);
    fine(&applied);
    says(&applied, &["money/v7.avsc as version 3\n"]);
    assert_eq!(referrers(&served, "money", "2"), ["order 1"]);
    nothing_changes(&served, &dir);
}

#[test]
fn two_versions_of_one_subject_are_referred_to() {
    let place = folder("folder-versions-two");
    let served = Served::start();
    fine(&at(&served, &["registry", "config", "none"]));
    let both = r#"{"type":"record","name":"Both","namespace":"n","fields":[{"name":"a","type":"Money"},{"name":"b","type":"Coin"}]}"#;
    let coin = MONEY.replace("Money", "Coin");
    let to_both = references(&[("n.Money", "money", 2), ("n.Coin", "money", 5)]);
    let dir = write(
        &place,
        &[
            ("money/v2.avsc", MONEY),
            ("money/v5.avsc", &coin),
            ("both/v1.avsc", both),
            ("both/v1.references", &to_both),
            ("order/v1.avsc", ORDER),
            ("order/v1.references", &to_money(2)),
        ],
    );
    fine(&at(&served, &["apply", &dir]));
    assert_eq!(referrers(&served, "money", "1"), ["both 1", "order 1"]);
    assert_eq!(referrers(&served, "money", "2"), ["both 1"]);
    nothing_changes(&served, &dir);
    // In a context, a reference leads to a subject of the context.
    let blue = write(
        &place.join("blue"),
        &[
            ("%3A.blue%3Amoney/v3.avsc", MONEY),
            ("%3A.blue%3Aorder/v1.avsc", ORDER),
            ("%3A.blue%3Aorder/v1.references", &to_money(3)),
        ],
    );
    fine(&at(&served, &["apply", &blue]));
    nothing_changes(&served, &blue);
}

#[test]
fn a_cycle_or_a_missing_version_is_an_error_of_its_subject() {
    let place = folder("folder-versions-wrong");
    let record = |name: &str, of: &str| {
        ORDER
            .replace("Order", name)
            .replace("\"Money\"", &format!("\"{of}\""))
    };
    let dir = write(
        &place,
        &[
            ("a/v4.avsc", &record("A", "B")),
            ("a/v4.references", &references(&[("n.B", "b", 6)])),
            ("b/v6.avsc", &record("B", "A")),
            ("b/v6.references", &references(&[("n.A", "a", 4)])),
            ("c/v1.avsc", &record("C", "Money")),
            ("c/v1.references", &to_money(7)),
            // The file v3 gets the number 1, and is not what 1 means.
            ("d/v1.avsc", &record("D", "Money")),
            ("d/v1.references", &to_money(1)),
            ("money/v3.avsc", MONEY),
            ("order/v1.avsc", ORDER),
            ("order/v1.references", &to_money(3)),
        ],
    );
    let served = Served::start();
    for verb in ["plan", "apply"] {
        let ran = at(&served, &[verb, &dir]);
        assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.talk);
        says(
            &ran,
            &[
                "is part of a cycle",
                "version 7 of money not found, neither in the folder nor in the registry",
                "version 1 of money not found, neither in the folder nor in the registry",
            ],
        );
    }
    assert_eq!(list(&served), "money order ");
    assert_eq!(referrers(&served, "money", "1"), ["order 1"]);
}

#[test]
fn a_reference_has_the_number_that_the_registry_answers() {
    let place = folder("folder-versions-answer");
    let served = Served::start();
    fine(&at(&served, &["registry", "config", "none"]));
    // The third is the first once more, so that the registry numbers them 1, 2, 1, 3.
    let [a, b, c] = ["a", "b", "c"].map(money);
    let dir = write(
        &place,
        &[
            ("money/v1.avsc", &a),
            ("money/v2.avsc", &b),
            ("money/v3.avsc", &a),
            ("money/v4.avsc", &c),
            ("order/v1.avsc", ORDER),
            ("order/v1.references", &to_money(4)),
            ("third/v1.avsc", &ORDER.replace("Order", "Third")),
            ("third/v1.references", &to_money(3)),
        ],
    );
    let applied = at(&served, &["apply", &dir]);
    fine(&applied);
    let said = [
        "money/v3.avsc as version 1\n",
        "money/v4.avsc as version 3\n",
    ];
    says(&applied, &said);
    assert_eq!(referrers(&served, "money", "3"), ["order 1"]);
    assert_eq!(referrers(&served, "money", "1"), ["third 1"]);
    nothing_changes(&served, &dir);
}

#[test]
fn what_refers_to_a_version_that_failed_is_not_registered() {
    let place = folder("folder-versions-failed");
    let served = Served::start();
    let readonly = ["registry", "mode", "--subject", "money", "READONLY"];
    fine(&at(&served, &readonly));
    let dir = write(
        &place,
        &[
            ("money/v3.avsc", MONEY),
            ("order/v1.avsc", ORDER),
            ("order/v1.references", &to_money(3)),
            ("plain/v1.avsc", "\"int\""),
        ],
    );
    let applied = at(&served, &["apply", &dir]);
    assert_eq!(applied.code, Some(1), "{}", applied.out);
    says(
        &applied,
        &["order/v1.avsc: not done: reference \"n.Money\" was not registered"],
    );
    assert!(applied.out.ends_with("1 change made, 2 not\n"));
    assert_eq!(list(&served), "plain ");
}

#[test]
fn referrers_in_a_context_are_found() {
    let place = folder("folder-versions-context");
    let served = Served::start();
    // The same ids in the default context are other schemas.
    register(&served, &place, "other", "\"int\"", &[]);
    register(&served, &place, "another", "\"long\"", &[]);
    let files = [
        ("all/%3A.blue%3Amoney/v1.avsc", MONEY),
        ("all/%3A.blue%3Aorder/v1.avsc", ORDER),
        ("all/%3A.blue%3Aorder/v1.references", &to_money(1)),
        ("some/other/v1.avsc", "\"int\""),
    ];
    let dir = write(&place, &files);
    fine(&at(&served, &["apply", &format!("{dir}/all")]));
    assert_eq!(referrers(&served, ":.blue:money", "1"), [":.blue:order 1"]);
    let plan = at(
        &served,
        &["plan", "--delete-others", &format!("{dir}/some")],
    );
    let order: Vec<&str> = fine(&plan).lines().collect();
    let changes = ["- :.blue:order", "- :.blue:money", "- another", "3 changes"];
    assert_eq!(order, changes);
}
