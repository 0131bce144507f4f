use wireform::registry::{Compatibility, SchemaKind};

use super::*;

fn subject(name: &str) -> Subject {
    Subject::new(name).unwrap()
}

fn version(number: usize) -> Version {
    Version::new(u32::try_from(number).unwrap()).unwrap()
}

fn avro(text: &str) -> SchemaDef {
    SchemaDef::new(SchemaKind::Avro, text)
}

fn record(name: &str, fields: &str) -> SchemaDef {
    avro(&format!(
        r#"{{"type":"record","name":"{name}","fields":[{fields}]}}"#
    ))
}

fn wanted(name: &str, level: Option<Level>, schemas: Vec<SchemaDef>) -> Wanted {
    let schemas = schemas
        .into_iter()
        .enumerate()
        .map(|(index, schema)| WantedSchema {
            file: format!("v{}", index + 1),
            version: Some(version(index + 1)),
            schema: Ok(schema),
            hint: None,
        });
    Wanted {
        subject: subject(name),
        level,
        schemas: schemas.collect(),
    }
}

/// Nothing of the wanted is there, but for the first `registered` of each.
fn actual(wanted: &[Wanted], registered: usize, level: Level) -> Actual {
    let mut actual = Actual::default();
    for wanted in wanted {
        let versions: Vec<Version> = (1..=registered).map(version).collect();
        for (version, item) in versions.iter().zip(&wanted.schemas) {
            let schema = item.schema.clone().unwrap();
            actual
                .texts
                .insert(wanted.subject.clone(), *version, schema);
        }
        let held = Held {
            own_level: None,
            level,
            next: u32::try_from(versions.len()).unwrap() + 1,
            registered: versions.iter().copied().enumerate().collect(),
            versions,
            missing: (registered..wanted.schemas.len()).collect(),
            answer: None,
        };
        actual.subjects.insert(wanted.subject.clone(), held);
    }
    actual
}

#[track_caller]
fn check(wanted: &[Wanted], actual: &Actual, expected: &[(&str, Option<&str>)]) {
    let changes = changes(wanted, actual);
    let found: Vec<(String, Option<&str>)> = changes
        .iter()
        .map(|change| (change.name(), change.problem()))
        .collect();
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for ((shown, problem), (expected, part)) in found.iter().zip(expected) {
        assert_eq!(shown, expected, "{found:?}");
        match part {
            Some(part) => assert!(problem.unwrap().contains(part), "{found:?}"),
            None => assert_eq!(*problem, None, "{found:?}"),
        }
    }
}

const INT: &str = r#"{"name":"x","type":"int"}"#;
const LONG: &str = r#"{"name":"x","type":"long"}"#;
const TEXT: &str = r#"{"name":"x","type":"string"}"#;

#[test]
fn a_version_is_checked_against_the_one_before_it_in_the_plan() {
    let versions = [INT, LONG, INT].map(|field| record("R", field));
    let wish = [wanted("r", None, versions.to_vec())];
    let there = actual(&wish, 1, Level::Backward);
    let expected = [
        ("+ r: v2", None),
        ("+ r: v3", Some("cannot read version 2")),
    ];
    check(&wish, &there, &expected);
}

#[test]
fn what_follows_a_failed_version_is_not_planned() {
    let versions = [INT, TEXT, INT].map(|field| record("R", field));
    let wish = [wanted("r", None, versions.to_vec())];
    let there = actual(&wish, 1, Level::Backward);
    let expected = [
        ("+ r: v2", Some("incompatible: ")),
        ("+ r: v3", Some("before v2")),
    ];
    check(&wish, &there, &expected);
}

#[test]
fn the_level_of_the_plan_counts() {
    let versions = [INT, LONG].map(|field| record("R", field));
    for (level, problem) in [
        (Level::None, None),
        (Level::Backward, None),
        (Level::Forward, Some("version 1 cannot read it")),
    ] {
        let wish = [wanted("r", Some(level), versions.to_vec())];
        let there = actual(&wish, 1, Level::Full);
        let change = format!("~ r: level the registry's -> {}", level.as_str());
        check(&wish, &there, &[(&change, None), ("+ r: v2", problem)]);
    }
}

#[test]
fn transitive_levels_look_at_all_versions_before() {
    let with_default = r#"{"name":"y","type":"int","default":0}"#;
    let without = r#"{"name":"y","type":"int"}"#;
    let versions = ["", with_default, without].map(|field| record("R", field));
    let wish = [wanted("r", None, versions.to_vec())];
    let there = actual(&wish, 1, Level::Backward);
    check(&wish, &there, &[("+ r: v2", None), ("+ r: v3", None)]);
    let there = actual(&wish, 1, Level::BackwardTransitive);
    let expected = [
        ("+ r: v2", None),
        ("+ r: v3", Some("cannot read version 1")),
    ];
    check(&wish, &there, &expected);
}

#[test]
fn the_answer_of_the_registry_counts_where_it_can_be_asked() {
    let versions = [INT, TEXT].map(|field| record("R", field));
    let wish = [wanted("r", None, versions.to_vec())];
    for (is_compatible, problem) in [(true, None), (false, Some("incompatible: "))] {
        let mut there = actual(&wish, 1, Level::Backward);
        let held = there.subjects.get_mut(&subject("r")).unwrap();
        held.answer = Some(Compatibility {
            is_compatible,
            messages: Vec::new(),
        });
        check(&wish, &there, &[("+ r: v2", problem)]);
    }
}

fn referring(field: &str, to: &str, version: u32) -> SchemaDef {
    let reference = Reference {
        name: to.to_owned(),
        subject: subject(to),
        version: Version::new(version).unwrap(),
    };
    let field = format!(r#"{{"name":"x","type":"{to}"}}"#) + field;
    record("Outer", &field).with_references(vec![reference])
}

#[test]
fn references_come_first_and_cycles_are_a_problem() {
    let wish = [
        wanted("a", None, vec![referring("", "z", 1)]),
        wanted("b", None, vec![referring("", "z", 3)]),
        wanted("z", None, vec![record("z", "")]),
    ];
    let there = actual(&wish, 0, Level::Backward);
    let expected = [
        ("+ z: v1", None),
        ("+ a: v1", None),
        ("+ b: v1", Some("version 3 of z not found")),
    ];
    check(&wish, &there, &expected);
    let wish = [
        wanted("a", None, vec![referring("", "b", 1)]),
        wanted("b", None, vec![referring("", "a", 1)]),
    ];
    let there = actual(&wish, 0, Level::Backward);
    let expected = [
        ("+ b: v1", Some("cycle")),
        ("+ a: v1", Some("cannot be registered")),
    ];
    check(&wish, &there, &expected);
}

#[test]
fn deletions_go_from_referrers_to_what_they_refer_to() {
    let mut there = Actual::default();
    let set = |names: &[&str]| names.iter().map(|name| subject(name)).collect();
    there.others.insert(subject("a"), set(&["m"]));
    there.others.insert(subject("k"), set(&["kept"]));
    there.others.insert(subject("l"), set(&["m"]));
    there.others.insert(subject("m"), set(&[]));
    there.others.insert(subject("i"), set(&["k"]));
    let expected = [
        ("- m", None),
        ("- a", None),
        ("- k", Some("kept refers to it")),
        ("- i", Some("k refers to it")),
        ("- l", None),
    ];
    check(&[], &there, &expected);
}

#[test]
fn what_the_plan_refers_to_is_not_deleted() {
    let refers = wanted("order", None, vec![referring("", "money", 1)]);
    // The registry has no version of order yet.
    let wish = [refers, wanted("plain", None, vec![record("R", "")])];
    let mut there = actual(&wish, 0, Level::Backward);
    let version = Version::new(1).unwrap();
    there
        .texts
        .insert(subject("money"), version, record("money", ""));
    there.others.insert(subject("money"), BTreeSet::new());
    there.others.insert(subject("old"), BTreeSet::new());
    let expected = [
        ("+ order: v1", None),
        ("+ plain: v1", None),
        ("- money", Some("order refers to it")),
        ("- old", None),
    ];
    check(&wish, &there, &expected);
}
