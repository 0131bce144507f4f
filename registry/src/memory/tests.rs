use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::admin::{Deletion, RegistryAdmin};
use crate::fault::Fault;
use crate::id::Version;
use crate::registry::RegistryExt;
use crate::rules::{Incompatibility, ParsedSchema};
use crate::schema::{Reference, ResolvedSchema};
use crate::unchecked::Unchecked;

/// A toy language: field names with spaces between them, `name?` has a default, `!` is an error.
#[derive(Debug)]
pub(crate) struct Toy;

impl SchemaRules for Toy {
    fn kind(&self) -> SchemaKind {
        SchemaKind::Avro
    }

    fn parse(&self, schema: &ResolvedSchema) -> Result<ParsedSchema> {
        if schema.text.contains('!') {
            return Err(Error::new(ErrorKind::InvalidSchema, "a `!`"));
        }
        let referenced = schema.references.iter().map(|text| text.name.clone());
        Ok(ParsedSchema {
            names: referenced.collect(),
            canonical: words(&schema.text).join(" "),
        })
    }

    fn normalize(&self, schema: &ResolvedSchema) -> Result<String> {
        let mut words = words(&schema.text);
        words.sort_unstable();
        Ok(words.join(" "))
    }

    /// Knows `loud`, with what it refers to in front.
    fn format(&self, schema: &ResolvedSchema, format: &str) -> Result<Option<String>> {
        let mut texts: Vec<&str> = schema.references.iter().map(|text| &*text.text).collect();
        texts.push(&schema.text);
        Ok((format == "loud").then(|| texts.join(" ").to_uppercase()))
    }

    fn check(
        &self,
        reader: &ResolvedSchema,
        writer: &ResolvedSchema,
    ) -> Result<Vec<Incompatibility>> {
        let writes = |field: &str| {
            words(&writer.text)
                .iter()
                .any(|w| w.trim_end_matches('?') == field)
        };
        let missing = words(&reader.text)
            .into_iter()
            .filter(|field| !field.ends_with('?') && !writes(field));
        let finding =
            |field| Incompatibility::new(format!("/{field}"), "MISSING", "has no default");
        Ok(missing.map(finding).collect())
    }
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

fn toy() -> InMemoryRegistry {
    InMemoryRegistry::builder().rules(Toy).build()
}

fn orders() -> Subject {
    Subject::value("orders")
}

fn def(text: &str) -> SchemaDef {
    SchemaDef::new(SchemaKind::Avro, text)
}

/// The registry never waits, so its futures are ready at once.
#[track_caller]
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("waits for something"),
    }
}

#[track_caller]
fn register(
    registry: &InMemoryRegistry,
    subject: &Subject,
    schema: &SchemaDef,
) -> Result<RegisteredSchema> {
    now(registry.register(subject, schema, RegisterOptions::default()))
}

fn code<T>(result: Result<T>) -> Option<(ErrorKind, Option<u32>)> {
    result.err().map(|error| (error.kind(), error.code()))
}

#[test]
fn what_was_registered_is_found_every_way() {
    let registry = toy();
    let new = register(&registry, &orders(), &def("a  b")).unwrap();
    assert_eq!((new.id.as_u32(), new.version.as_u32()), (1, 1));
    assert_eq!(new.def, def("a  b"), "the text as it was given");
    assert_eq!(register(&registry, &orders(), &def("a b")).unwrap(), new);
    assert_eq!(now(registry.lookup(&orders(), &def("a b"))).unwrap(), new);
    assert_eq!(now(registry.latest(&orders())).unwrap(), new);
    assert_eq!(
        now(registry.by_version(&orders(), new.version.into())).unwrap(),
        new
    );
    let stored = StoredSchema {
        id: Some(new.id),
        guid: new.guid,
        def: new.def,
    };
    assert_eq!(now(registry.by_id(new.id)).unwrap(), stored);
    assert_eq!(now(registry.by_guid(new.guid.unwrap())).unwrap(), stored);
}

#[test]
fn the_same_schema_has_one_id_in_every_subject() {
    let registry = toy();
    let key = Subject::key("orders");
    let first = register(&registry, &orders(), &def("a")).unwrap();
    let other = register(&registry, &orders(), &def("a b?")).unwrap();
    let same = register(&registry, &key, &def("a")).unwrap();
    assert_eq!((same.id, same.guid), (first.id, first.guid));
    assert_eq!(same.version.as_u32(), 1);
    assert_eq!((other.id.as_u32(), other.version.as_u32()), (2, 2));
    assert_ne!(other.guid, first.guid);
    let elsewhere = register(&toy(), &key, &def("a")).unwrap();
    assert_eq!(elsewhere.guid, first.guid, "the same in every registry");
}

#[test]
fn what_is_not_there_has_confluents_code() {
    let registry = toy();
    let subject = Some((ErrorKind::SubjectNotFound, Some(40401)));
    let version = Some((ErrorKind::VersionNotFound, Some(40402)));
    let schema = Some((ErrorKind::SchemaNotFound, Some(40403)));
    let second = VersionRef::Number(Version::new(2).unwrap());
    assert_eq!(code(now(registry.latest(&orders()))), subject);
    assert_eq!(code(now(registry.by_version(&orders(), second))), subject);
    assert_eq!(code(now(registry.lookup(&orders(), &def("a")))), subject);
    registry.set_level(Some(&orders()), Level::Full);
    assert_eq!(
        code(now(registry.latest(&orders()))),
        subject,
        "a level is no version"
    );
    register(&registry, &orders(), &def("a")).unwrap();
    assert_eq!(code(now(registry.by_version(&orders(), second))), version);
    assert_eq!(
        code(now(registry.check(&orders(), second, &def("a")))),
        version
    );
    assert_eq!(code(now(registry.lookup(&orders(), &def("b")))), schema);
    for id in [0, 2, u32::MAX] {
        assert_eq!(code(now(registry.by_id(SchemaId::new(id)))), schema);
    }
    assert_eq!(
        code(now(registry.by_guid(SchemaGuid::from_bytes([0; 16])))),
        schema
    );
}

/// Registers `versions` at `NONE`, then `new` at `level`.
#[track_caller]
fn check_level(level: Level, versions: &[&str], new: &str, fits: bool) {
    let registry = toy();
    registry.set_level(None, Level::None);
    for text in versions {
        register(&registry, &orders(), &def(text)).unwrap();
    }
    registry.set_level(Some(&orders()), level);
    let result = register(&registry, &orders(), &def(new));
    assert_eq!(
        result.is_ok(),
        fits,
        "{level} {versions:?} {new}: {result:?}"
    );
    if !fits {
        assert_eq!(code(result), Some((ErrorKind::Incompatible, Some(409))));
    }
}

#[test]
fn levels_say_who_must_read_whom() {
    // A new field without default: old data lacks it. A dropped one: old readers miss it.
    for (level, added, dropped) in [
        (Level::None, true, true),
        (Level::Backward, false, true),
        (Level::BackwardTransitive, false, true),
        (Level::Forward, true, false),
        (Level::ForwardTransitive, true, false),
        (Level::Full, false, false),
        (Level::FullTransitive, false, false),
    ] {
        check_level(level, &["a"], "a b", added);
        check_level(level, &["a b"], "a", dropped);
        check_level(level, &["a"], "a b?", true);
        check_level(level, &[], "a", true);
    }
}

#[test]
fn transitive_levels_look_beyond_the_newest_version() {
    check_level(Level::Backward, &["a", "a b?"], "a b", true);
    check_level(Level::BackwardTransitive, &["a", "a b?"], "a b", false);
    check_level(Level::Forward, &["a b", "a b?"], "a", true);
    check_level(Level::ForwardTransitive, &["a b", "a b?"], "a", false);
    check_level(Level::FullTransitive, &["a b", "a b?"], "a", false);
}

#[test]
fn backward_is_the_default() {
    assert_eq!(toy().level(None), Level::Backward);
    let registry = toy();
    register(&registry, &orders(), &def("a")).unwrap();
    assert!(register(&registry, &orders(), &def("a b")).is_err());
}

#[test]
fn a_refusal_lists_every_finding_and_registers_nothing() {
    let registry = toy();
    register(&registry, &orders(), &def("a")).unwrap();
    let error = register(&registry, &orders(), &def("b c")).unwrap_err();
    let text = error.to_string();
    let start = "Schema being registered is incompatible with an earlier schema for subject \
                 \"orders-value\", details: [{errorType:'MISSING', description:'has no default', \
                 additionalInfo:'/b', reader:'new', writer:'version 1'}, {errorType:'MISSING'";
    assert!(text.starts_with(start), "{text}");
    assert!(text.ends_with("{compatibility: 'BACKWARD'}]"), "{text}");
    assert_eq!(now(registry.latest(&orders())).unwrap().version.as_u32(), 1);
}

#[test]
fn a_check_measures_against_one_version() {
    let registry = toy();
    let check = |version: VersionRef, text: &str| {
        now(registry.check(&orders(), version, &def(text))).map(|found| found.messages.len())
    };
    assert_eq!(check(VersionRef::Latest, "x").unwrap(), 0, "no version yet");
    register(&registry, &orders(), &def("a")).unwrap();
    register(&registry, &orders(), &def("a b?")).unwrap();
    let first = VersionRef::Number(Version::new(1).unwrap());
    assert_eq!(
        check(first, "a b c").unwrap(),
        3,
        "two reasons and the level"
    );
    assert_eq!(check(VersionRef::Latest, "a b c").unwrap(), 2);
    registry.set_level(None, Level::None);
    assert_eq!(check(first, "a b c").unwrap(), 0);
}

#[test]
fn a_type_without_rules_is_refused() {
    let registry = InMemoryRegistry::new();
    let refused = Some((ErrorKind::Unsupported, None));
    assert_eq!(code(register(&registry, &orders(), &def("a"))), refused);
    assert_eq!(
        code(now(registry.check(
            &orders(),
            VersionRef::Latest,
            &def("a")
        ))),
        refused
    );
    registry.set_level(None, Level::None);
    assert_eq!(code(register(&registry, &orders(), &def("a"))), refused);
}

#[test]
fn an_unchecked_type_has_first_versions_and_none() {
    let registry = InMemoryRegistry::builder()
        .rules(Unchecked(SchemaKind::Avro))
        .build();
    register(&registry, &orders(), &def("a")).unwrap();
    register(&registry, &orders(), &def("a")).unwrap();
    let error = register(&registry, &orders(), &def("b")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible);
    assert!(error.to_string().contains("cannot be decided"), "{error}");
    assert!(
        !now(registry.check(&orders(), VersionRef::Latest, &def("b")))
            .unwrap()
            .is_compatible
    );
    registry.set_level(Some(&orders()), Level::None);
    assert_eq!(
        register(&registry, &orders(), &def("b"))
            .unwrap()
            .version
            .as_u32(),
        2
    );
}

#[test]
fn another_schema_type_does_not_fit() {
    let registry = InMemoryRegistry::builder()
        .rules(Toy)
        .rules(Unchecked(SchemaKind::Json))
        .build();
    register(&registry, &orders(), &def("a")).unwrap();
    let json = SchemaDef::new(SchemaKind::Json, "a");
    let error = register(&registry, &orders(), &json).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the schema type was AVRO and is JSON now"),
        "{error}"
    );
    registry.set_level(None, Level::None);
    assert_eq!(
        register(&registry, &orders(), &json).unwrap().id.as_u32(),
        2
    );
}

#[test]
fn an_invalid_schema_is_refused() {
    let invalid = Some((ErrorKind::InvalidSchema, Some(42201)));
    assert_eq!(code(register(&toy(), &orders(), &def("!"))), invalid);
    assert_eq!(code(now(toy().lookup(&orders(), &def("!")))), invalid);
    assert_eq!(
        code(now(toy().check(&orders(), VersionRef::Latest, &def("!")))),
        invalid
    );
}

fn referring(text: &str, to: &[(&str, u32)]) -> SchemaDef {
    let references = to.iter().map(|(subject, version)| Reference {
        name: (*subject).to_owned(),
        subject: Subject::new(*subject).unwrap(),
        version: Version::new(*version).unwrap(),
    });
    def(text).with_references(references.collect())
}

#[test]
fn references_must_exist_and_come_in_order() {
    let registry = toy();
    let subject = |name: &str| Subject::new(name).unwrap();
    let missing = register(&registry, &subject("b"), &referring("x", &[("a", 1)]));
    assert_eq!(code(missing), Some((ErrorKind::InvalidSchema, Some(42201))));
    register(&registry, &subject("a"), &def("w")).unwrap();
    register(&registry, &subject("b"), &referring("x", &[("a", 1)])).unwrap();
    let both = referring("y", &[("b", 1), ("a", 1)]);
    let resolved = registry.shared.store().resolve(&orders(), &both).unwrap();
    let names: Vec<&str> = resolved.references.iter().map(|text| &*text.name).collect();
    assert_eq!(names, ["a", "b"], "each after what it needs, and once");
    let with = register(&registry, &subject("c"), &both).unwrap();
    let without = register(&registry, &subject("d"), &def("y")).unwrap();
    assert_ne!(with.id, without.id, "references are part of the schema");
    assert_eq!(with.def, both);
}

#[test]
fn a_reference_to_another_type_is_refused() {
    let registry = InMemoryRegistry::builder()
        .rules(Toy)
        .rules(Unchecked(SchemaKind::Json))
        .build();
    let a = Subject::new("a").unwrap();
    register(&registry, &a, &SchemaDef::new(SchemaKind::Json, "{}")).unwrap();
    let refused = register(&registry, &orders(), &referring("x", &[("a", 1)]));
    assert_eq!(code(refused), Some((ErrorKind::InvalidSchema, Some(42201))));
}

#[test]
fn normalize_stores_the_normal_form() {
    let options = RegisterOptions { normalize: true };
    let registered = now(toy().register(&orders(), &def("b a"), options)).unwrap();
    assert_eq!(registered.def, def("a b"));
}

#[test]
fn calls_are_counted_on_all_clones() {
    let registry = toy();
    register(&registry.clone(), &orders(), &def("a")).unwrap();
    let _ = now(registry.latest(&orders()));
    let _ = now(registry.by_id(SchemaId::new(9)));
    let expected = CallCounts {
        register: 1,
        by_version: 1,
        by_id: 1,
        ..CallCounts::default()
    };
    assert_eq!(registry.call_counts(), expected);
}

#[test]
fn registering_at_once_gives_every_version_once() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let registry = toy();
    registry.set_level(None, Level::None);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let registry = &registry;
            scope.spawn(move || {
                for number in 0..50 {
                    register(registry, &orders(), &def(&format!("f{thread}x{number}"))).unwrap();
                }
            });
        }
    });
    let newest = now(registry.latest(&orders())).unwrap();
    assert_eq!((newest.version.as_u32(), newest.id.as_u32()), (200, 200));
}

/// The folder's files by name and text; what seeding says, and the subjects that are there then.
#[track_caller]
fn check_seed(files: &[(&str, &str)], expected: Result<usize, ErrorKind>) {
    let folder = std::env::temp_dir().join(format!(
        "wireform-seed-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    ));
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let registry = InMemoryRegistry::builder().rules(Toy).build();
    let seeded = registry.seed(&folder);
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(seeded.map_err(|error| error.kind()), expected, "{files:?}");
}

#[test]
fn a_folder_of_schemas_is_registered() {
    check_seed(
        &[
            ("b/v2.avsc", "x y?"),
            ("b/v1.avsc", "x"),
            ("b/v10.txt", "notes"),
            ("README.md", "notes"),
        ],
        Ok(2),
    );
    // `a` comes first and refers to what comes later.
    let reference = r#"[{"name":"B","subject":"b","version":2}]"#;
    check_seed(
        &[
            ("a/v1.avsc", "z"),
            ("a/v1.references", reference),
            ("b/v1.avsc", "x"),
            ("b/v2.avsc", "x y?"),
        ],
        Ok(3),
    );
    check_seed(
        &[("a/v1.avsc", "z"), ("a/v1.references", reference)],
        Err(ErrorKind::Config),
    );
    // A version that was deleted leaves a gap.
    check_seed(&[("a/v2.avsc", "z"), ("a/v4.avsc", "z y?")], Ok(2));
    check_seed(
        &[("a/v1.avsc", "z"), ("a/v1.json", "z")],
        Err(ErrorKind::Config),
    );
    check_seed(
        &[("a/v1.avsc", "x"), ("a/v2.avsc", "x y")],
        Err(ErrorKind::Incompatible),
    );
    check_seed(&[("a/v1.json", "{}")], Err(ErrorKind::Unsupported));
}

#[test]
fn faults_happen_to_calls_in_turn() {
    let registry = InMemoryRegistry::builder().rules(Toy).build();
    let faults = registry.clone().faults().clone();
    let latest = || {
        let found = now(registry.by_id(SchemaId::new(1)));
        found.map(drop).map_err(|error| error.kind())
    };
    faults.push(Fault::Status(503));
    faults.push(Fault::Garbage("<html>".to_owned()));
    faults.push(Fault::Nothing);
    faults.push(Fault::Status(429));
    let found = [(); 4].map(|()| latest());
    let expected = [
        ErrorKind::Server,
        ErrorKind::InvalidResponse,
        ErrorKind::SchemaNotFound,
        ErrorKind::RateLimited,
    ];
    assert_eq!(found, expected.map(Err));
    faults.always(Some(Fault::Hang));
    let orders = orders();
    for mut hanging in [
        Box::pin(async { registry.by_id(SchemaId::new(1)).await.map(drop) }) as BoxFuture<'_, _>,
        Box::pin(async { registry.lookup(&orders, &def("a")).await.map(drop) }),
        Box::pin(async {
            registry
                .delete_version(&orders, VersionRef::Latest, Deletion::Soft)
                .await
                .map(drop)
        }),
    ] {
        let mut context = Context::from_waker(Waker::noop());
        assert!(hanging.as_mut().poll(&mut context).is_pending());
    }
    faults.clear();
    assert_eq!(latest(), Err(ErrorKind::SchemaNotFound));
    assert_eq!(registry.call_counts().by_id, 6);
}

#[test]
fn a_delay_is_slept() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let registry = InMemoryRegistry::builder().rules(Toy).build();
    registry
        .faults()
        .push(Fault::Delay(std::time::Duration::from_millis(20)));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let start = std::time::Instant::now();
    let found = runtime.block_on(registry.by_id(SchemaId::new(1)));
    assert_eq!(found.unwrap_err().kind(), ErrorKind::SchemaNotFound);
    assert!(start.elapsed() >= std::time::Duration::from_millis(20));
}

#[test]
fn a_call_that_fails_changes_nothing() {
    let registry = toy();
    register(&registry, &orders(), &def("a")).unwrap();
    for fault in [Fault::Status(500), Fault::Garbage(String::new())] {
        registry.faults().push(fault.clone());
        let other = Subject::value("others");
        register(&registry, &other, &def("b")).unwrap_err();
        registry.faults().push(fault);
        now(registry.delete_subject(&orders(), Deletion::Soft)).unwrap_err();
        let subjects = now(registry.subjects(&crate::SubjectFilter::default()));
        assert_eq!(subjects.unwrap(), [orders()]);
    }
}
