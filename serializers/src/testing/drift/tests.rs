use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};

use wireform_registry::{Level, RegisterOptions, SchemaDef, SchemaKind};

use super::*;
use crate::avro::SerdeAvro;
use crate::testing::rules::unchecked;

/// A version of the subject `carts-value`, by one letter.
fn text(letter: char) -> String {
    format!(r#"{{"type":"record","name":"{letter}","fields":[]}}"#)
}

fn carts() -> Subject {
    Subject::value("carts")
}

/// A registry whose subject `carts-value` has a version for each letter.
fn registry(letters: &str) -> InMemoryRegistry {
    let registry = unchecked();
    Place::InMemory(registry.clone())
        .wait(async {
            for letter in letters.chars() {
                let def = SchemaDef::new(SchemaKind::Avro, text(letter));
                let options = RegisterOptions::default();
                registry.register(&carts(), &def, options).await?;
            }
            Ok(())
        })
        .unwrap();
    registry
}

/// A folder that is gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("wireform-drift-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(path.join("schemas/carts-value")).unwrap();
        Self(path)
    }

    fn write_schemas(&self, letters: &str) {
        for (index, letter) in letters.chars().enumerate() {
            let file = format!("schemas/carts-value/v{}.avsc", index + 1);
            // White space is not a difference.
            fs::write(self.0.join(file), text(letter).replace(',', ",\n  ")).unwrap();
        }
    }

    fn write_lock(&self, registry: &InMemoryRegistry) {
        let mut lock = LockFile::new();
        let place = Place::InMemory(registry.clone());
        let locked = place.wait(async {
            for version in registry.versions(&carts(), Default::default()).await? {
                lock.lock(registry, &carts(), version.into()).await?;
            }
            Ok(())
        });
        locked.unwrap();
        fs::write(self.0.join("wireform.lock"), lock.to_string()).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Compares a program that writes the version `program`, and places with these versions; `-` for
/// one that is not compared.
fn compare(program: char, schemas: &str, lock: &str, real: &str) -> Vec<String> {
    let folder = Folder::new();
    let codec = SerdeAvro::<()>::new(&text(program)).unwrap();
    let mut drift = Drift::new().codec(carts(), &codec);
    if schemas != "-" {
        folder.write_schemas(schemas);
        drift = drift.schemas(folder.0.join("schemas"));
    }
    if lock != "-" {
        folder.write_lock(&registry(lock));
        drift = drift.lock(folder.0.join("wireform.lock"));
    }
    let real = (real != "-").then(|| registry(real));
    let found = drift.find(real.as_ref().map(|real| real as &dyn Registry));
    let found = Place::InMemory(InMemoryRegistry::new())
        .wait(found)
        .unwrap();
    let here = format!("{}/", folder.0.display());
    found
        .iter()
        .map(|sentence| sentence.replace(&here, ""))
        .collect()
}

#[track_caller]
fn check(places: [&str; 3], program: char, expected: &[&str]) {
    let [schemas, lock, real] = places;
    let found = compare(program, schemas, lock, real);
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_is_the_same_everywhere_has_not_moved() {
    for places in [
        ["ab", "ab", "ab"],
        ["ab", "-", "-"],
        ["-", "ab", "-"],
        ["-", "-", "ab"],
        ["ab", "-", "ab"],
        ["-", "-", "-"],
    ] {
        check(places, 'b', &[]);
    }
}

#[test]
fn a_type_that_changed_has_moved() {
    check(
        ["ab", "ab", "ab"],
        'c',
        &[
            "subject \"carts-value\": the program moved: what it writes is no version in schemas, \
           whose newest is 2; write it to schemas/carts-value/v3.* and run `wireform apply` and \
           `wireform lock`, or take the change back",
        ],
    );
    check(
        ["-", "ab", "ab"],
        'c',
        &[
            "subject \"carts-value\": the program moved: what it writes is no version in \
           wireform.lock, whose newest is 2; run `wireform apply` and `wireform lock`, or take \
           the change back",
        ],
    );
}

#[test]
fn files_that_went_ahead_of_the_program_have_moved() {
    check(
        ["ab", "ab", "ab"],
        'a',
        &[
            "subject \"carts-value\": schemas moved: its newest version is 2, and the program \
           still writes version 1; change the program's type, or run `wireform generate`",
        ],
    );
}

#[test]
fn files_that_are_not_locked_have_moved() {
    check(
        ["ab", "a", "a"],
        'b',
        &[
            "subject \"carts-value\": schemas moved: version 2 is in schemas and not in \
           wireform.lock; run `wireform apply`, if it is not registered, and `wireform lock`",
        ],
    );
}

#[test]
fn a_version_that_was_rewritten_has_moved() {
    check(
        ["ac", "ab", "ab"],
        'c',
        &[
            "subject \"carts-value\", version 2 is not the same in schemas and in wireform.lock: \
           schemas/carts-value/v2.* moved, and a version never changes: put back what it was, \
           and write the change to v3.*",
        ],
    );
}

#[test]
fn a_registry_that_went_ahead_has_moved() {
    check(
        ["ab", "ab", "abc"],
        'b',
        &[
            "subject \"carts-value\": the registry moved: version 3 is in the registry and not in \
           wireform.lock; run `wireform lock`",
        ],
    );
    check(
        ["ab", "abc", "abc"],
        'b',
        &[
            "subject \"carts-value\": wireform.lock moved: version 3 is in wireform.lock and not \
           in schemas; run `wireform registry download`, and change the program's type",
        ],
    );
}

#[test]
fn another_registry_is_told_from_the_locked_one() {
    let [lost] = &compare('b', "ab", "ab", "a")[..] else {
        panic!("one sentence")
    };
    assert!(
        lost.contains("the registry moved: version 2 is in wireform.lock and not"),
        "{lost}"
    );
    let [other] = &compare('b', "ab", "ab", "xb")[..] else {
        panic!("one sentence")
    };
    assert!(
        other.contains("version 1 is not the same in wireform.lock and in the"),
        "{other}"
    );
}

#[test]
fn an_id_of_another_registry_has_moved() {
    let folder = Folder::new();
    folder.write_lock(&registry("ab"));
    let other = unchecked();
    let drift = Drift::new().lock(folder.0.join("wireform.lock"));
    let found = Place::InMemory(other.clone()).wait(async {
        let elsewhere = Subject::value("others");
        for (subject, letter) in [(elsewhere, 'x'), (carts(), 'a'), (carts(), 'b')] {
            let def = SchemaDef::new(SchemaKind::Avro, text(letter));
            other
                .register(&subject, &def, RegisterOptions::default())
                .await?;
        }
        drift.against(&other).await
    });
    let [sentence] = &found.unwrap()[..] else {
        panic!("one sentence")
    };
    assert!(sentence.contains("its id is 2, and 1 in"), "{sentence}");
    assert!(sentence.ends_with("run `wireform lock`"), "{sentence}");
}

#[test]
fn a_subject_that_nothing_has_is_named() {
    check(
        ["", "-", "-"],
        'a',
        &[
            "subject \"carts-value\": the program moved: it writes a schema, and schemas has none; \
           write it to schemas/carts-value/v1.* and run `wireform apply` and `wireform lock`",
        ],
    );
}

#[test]
fn what_moved_fails_the_test_with_what_to_run() {
    let folder = Folder::new();
    folder.write_schemas("ab");
    let codec = SerdeAvro::<()>::new(&text('a')).unwrap();
    let drift = Drift::new()
        .codec(carts(), &codec)
        .schemas(folder.0.join("schemas"));
    let panicked = std::panic::catch_unwind(|| drift.assert_none()).unwrap_err();
    let message = panicked.downcast_ref::<String>().unwrap();
    assert!(
        message.starts_with("schemas have moved apart:\n  subject"),
        "{message}"
    );
    folder.write_schemas("ba");
    drift.assert_none();
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let drift = Drift::new().schemas("no/such/folder");
    let found = Place::InMemory(InMemoryRegistry::new()).wait(drift.find(None));
    assert!(found.unwrap_err().to_string().contains("no/such/folder"));
}

#[test]
fn a_folder_is_read_whatever_its_levels_would_say() {
    let folder = Folder::new();
    folder.write_schemas("ab");
    let history = crate::testing::history(folder.0.join("schemas"), &carts()).unwrap();
    assert_eq!(history.len(), 2);
    let follows = std::panic::catch_unwind(|| {
        crate::testing::assert_evolves(&history, Level::Backward);
    });
    assert!(follows.is_err(), "another name is another record");
}
