//! The contract of every backend, tested on the registry in memory and on the same one over HTTP.

use std::sync::Arc;

use crate::admin::{
    Deletion, ImportPlace, Include, LookupOptions, RegistryAdmin, SchemaFilter, SubjectFilter,
};
use crate::context::Context;
use crate::error::{ErrorKind, Result};
use crate::http::HttpRegistry;
use crate::id::{SchemaId, Version, VersionRef};
use crate::level::Level;
use crate::memory::InMemoryRegistry;
use crate::memory::tests::Toy;
use crate::mode::Mode;
use crate::registry::{RegisterOptions, RegistryExt};
use crate::schema::{Reference, RegisteredSchema, SchemaDef, SchemaKind};
use crate::server::serve;
use crate::subject::Subject;

type Backend = Arc<dyn RegistryAdmin>;

/// Runs `test` over each backend.
#[track_caller]
#[allow(
    clippy::needless_pass_by_value,
    reason = "tests read better without a &"
)]
fn check(test: impl AsyncFn(&Backend)) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let memory: Backend = Arc::new(toy());
        test(&memory).await;
        let server = serve(toy(), ([127, 0, 0, 1], 0).into()).await.unwrap();
        let http: Backend = Arc::new(HttpRegistry::new(server.url()).unwrap());
        test(&http).await;
        server.stop().await;
    });
}

fn toy() -> InMemoryRegistry {
    InMemoryRegistry::builder().rules(Toy).build()
}

fn subject(name: &str) -> Subject {
    Subject::new(name).unwrap()
}

fn def(text: &str) -> SchemaDef {
    SchemaDef::new(SchemaKind::Avro, text)
}

fn v(number: u32) -> Version {
    Version::new(number).unwrap()
}

async fn register(registry: &Backend, name: &str, text: &str) -> Result<RegisteredSchema> {
    let options = RegisterOptions::default();
    registry.register(&subject(name), &def(text), options).await
}

/// A subject with these versions.
async fn subject_with(registry: &Backend, name: &str, texts: &[&str]) {
    for text in texts {
        register(registry, name, text).await.unwrap();
    }
}

/// The registry's code of a failure; `None` for a success.
fn code<T>(result: Result<T>) -> Option<u32> {
    result.err().and_then(|error| error.code())
}

async fn versions(registry: &Backend, name: &str, include: Include) -> Vec<u32> {
    let found = registry.versions(&subject(name), include).await;
    numbers(found.unwrap_or_default())
}

fn numbers(versions: Vec<Version>) -> Vec<u32> {
    versions.into_iter().map(Version::as_u32).collect()
}

async fn names(registry: &Backend, filter: SubjectFilter) -> Vec<String> {
    let found = registry.subjects(&filter).await.unwrap();
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn what_was_registered_is_found_every_way() {
    check(async |registry| {
        let new = register(registry, "a", "x  y?").await.unwrap();
        assert_eq!((new.id.as_u32(), new.version.as_u32()), (1, 1));
        assert_eq!(new.def, def("x  y?"), "the text as it was given");
        assert_eq!(register(registry, "a", "x y?").await.unwrap().id, new.id);
        let found = registry.lookup(&subject("a"), &def("x y?")).await.unwrap();
        assert_eq!((found.id, found.version), (new.id, new.version));
        assert_eq!(registry.latest(&subject("a")).await.unwrap(), new);
        assert_eq!(registry.by_id(new.id).await.unwrap().def, new.def);
        let guid = new.guid.unwrap();
        assert_eq!(registry.by_guid(guid).await.unwrap().def, new.def);
        assert_eq!(
            registry.ids_of(guid).await.unwrap(),
            [(Context::default(), new.id)]
        );
        let all = registry.schemas(&SchemaFilter::default()).await.unwrap();
        assert_eq!(all, [new]);
    });
}

#[test]
fn an_id_is_shared_by_subjects() {
    check(async |registry| {
        subject_with(registry, "b", &["x"]).await;
        subject_with(registry, "a", &["y"]).await;
        let shared = register(registry, "a", "x").await;
        assert_eq!(code(shared), Some(409), "not compatible with the newest");
        let a = subject("a");
        let level = registry.set_compatibility_level(Some(&a), Level::None);
        level.await.unwrap();
        let shared = register(registry, "a", "x").await.unwrap();
        assert_eq!((shared.id.as_u32(), shared.version.as_u32()), (1, 2));
        let places = registry
            .places_of(shared.id, None, Include::Live)
            .await
            .unwrap();
        assert_eq!(places, [(subject("a"), v(2)), (subject("b"), v(1))]);
        let b = subject("b");
        let places = registry.places_of(shared.id, Some(&b), Include::Live);
        assert_eq!(places.await.unwrap(), [(subject("b"), v(1))]);
        assert_eq!(
            code(
                registry
                    .places_of(SchemaId::new(9), None, Include::Live)
                    .await
            ),
            Some(40403)
        );
    });
}

#[test]
fn lists_are_in_order_and_filtered() {
    check(async |registry| {
        for name in ["orders", "b", "a-key", ":.blue:a"] {
            subject_with(registry, name, &["x", "x y?"]).await;
        }
        let all = SubjectFilter::default;
        assert_eq!(
            names(registry, all()).await,
            [":.blue:a", "a-key", "b", "orders"]
        );
        assert_eq!(names(registry, all().prefix("a")).await, ["a-key"]);
        assert_eq!(names(registry, all().prefix(":.blue:")).await, [":.blue:a"]);
        assert_eq!(
            names(registry, all().prefix("")).await,
            ["a-key", "b", "orders"]
        );
        assert_eq!(
            names(registry, all().prefix(":*:a")).await,
            [":.blue:a", "a-key"]
        );
        let latest = SchemaFilter::default().prefix("a").latest_only();
        let latest = registry.schemas(&latest).await.unwrap();
        assert_eq!(latest.len(), 1);
        assert_eq!(latest[0].version, v(2));
        let contexts = registry.contexts().await.unwrap();
        assert_eq!(contexts, [Context::default(), ".blue".parse().unwrap()]);
        assert_eq!(registry.schema_types().await.unwrap(), [SchemaKind::Avro]);
    });
}

#[test]
fn a_version_is_deleted_softly_then_for_good() {
    check(async |registry| {
        subject_with(registry, "a", &["x", "x y?", "x y? z?"]).await;
        let a = subject("a");
        let second = VersionRef::Number(v(2));
        let delete = |deletion| registry.delete_version(&a, second, deletion);
        assert_eq!(code(delete(Deletion::Permanent).await), Some(40407));
        assert_eq!(delete(Deletion::Soft).await.unwrap(), v(2));
        assert_eq!(code(delete(Deletion::Soft).await), Some(40406));
        assert_eq!(versions(registry, "a", Include::Live).await, [1, 3]);
        assert_eq!(versions(registry, "a", Include::All).await, [1, 2, 3]);
        assert_eq!(versions(registry, "a", Include::DeletedOnly).await, [2]);
        assert_eq!(code(registry.by_version(&a, second).await), Some(40402));
        let deleted = registry.version(&a, second, Include::All).await.unwrap();
        assert_eq!(deleted.def, def("x y?"));
        registry
            .by_id(SchemaId::new(2))
            .await
            .expect("still answers");
        assert_eq!(code(registry.lookup(&a, &def("x y?")).await), Some(40403));
        let options = LookupOptions::default().include(Include::All);
        let found = registry.lookup_with(&a, &def("x y?"), options).await;
        assert_eq!(found.unwrap().version, v(2));

        assert_eq!(delete(Deletion::Permanent).await.unwrap(), v(2));
        assert_eq!(code(delete(Deletion::Permanent).await), Some(40402));
        assert_eq!(versions(registry, "a", Include::All).await, [1, 3]);
        assert_eq!(code(registry.by_id(SchemaId::new(2)).await), Some(40403));
    });
}

#[test]
fn a_subject_is_deleted_softly_then_for_good() {
    check(async |registry| {
        subject_with(registry, "a", &["x", "x y?"]).await;
        let a = subject("a");
        let delete = |deletion| registry.delete_subject(&a, deletion);
        let level = registry.set_compatibility_level(Some(&a), Level::Full);
        level.await.unwrap();
        assert_eq!(code(delete(Deletion::Permanent).await), Some(40405));
        assert_eq!(numbers(delete(Deletion::Soft).await.unwrap()), [1, 2]);
        assert_eq!(code(delete(Deletion::Soft).await), Some(40404));
        assert_eq!(
            code(registry.versions(&a, Include::Live).await),
            Some(40401)
        );
        assert_eq!(code(registry.latest(&a).await), Some(40401));
        assert_eq!(names(registry, SubjectFilter::default()).await, [""; 0]);
        for include in [Include::All, Include::DeletedOnly] {
            let filter = SubjectFilter::default().include(include);
            assert_eq!(names(registry, filter).await, ["a"]);
        }
        let level = registry.compatibility_level(Some(&a), false).await;
        assert_eq!(code(level), Some(40408), "went with the subject");
        assert_eq!(numbers(delete(Deletion::Permanent).await.unwrap()), [1, 2]);
        assert_eq!(code(delete(Deletion::Permanent).await), Some(40401));
        assert_eq!(code(registry.by_id(SchemaId::new(1)).await), Some(40403));
    });
}

#[test]
fn versions_that_were_deleted_softly_are_not_given_again() {
    check(async |registry| {
        subject_with(registry, "a", &["x", "x y?"]).await;
        let a = subject("a");
        let newest = registry.delete_version(&a, VersionRef::Latest, Deletion::Soft);
        assert_eq!(newest.await.unwrap(), v(2));
        let third = register(registry, "a", "x z?").await.unwrap();
        assert_eq!((third.version, third.id.as_u32()), (v(3), 3));
        let again = register(registry, "a", "x y?").await.unwrap();
        assert_eq!((again.version, again.id.as_u32()), (v(4), 2), "its old id");
        assert_eq!(versions(registry, "a", Include::All).await, [1, 3, 4]);
    });
}

#[test]
fn a_subject_deleted_for_good_starts_again() {
    check(async |registry| {
        subject_with(registry, "a", &["x"]).await;
        for deletion in [Deletion::Soft, Deletion::Permanent] {
            registry
                .delete_subject(&subject("a"), deletion)
                .await
                .unwrap();
        }
        let again = register(registry, "a", "x").await.unwrap();
        assert_eq!(
            (again.version, again.id.as_u32()),
            (v(1), 2),
            "ids are not given again"
        );
    });
}

#[test]
fn what_is_not_there_has_its_own_code() {
    check(async |registry| {
        subject_with(registry, "a", &["x"]).await;
        let (a, b) = (subject("a"), subject("b"));
        let ninth = VersionRef::Number(v(9));
        assert_eq!(code(registry.by_version(&b, ninth).await), Some(40401));
        assert_eq!(code(registry.by_version(&a, ninth).await), Some(40402));
        assert_eq!(code(registry.by_id(SchemaId::new(9)).await), Some(40403));
        let guid = "0190f1a0-0000-8000-8000-000000000001".parse().unwrap();
        assert_eq!(code(registry.by_guid(guid).await), Some(40403));
        assert_eq!(code(registry.lookup(&b, &def("x")).await), Some(40401));
        assert_eq!(code(registry.lookup(&a, &def("y")).await), Some(40403));
        assert_eq!(
            code(registry.delete_subject(&b, Deletion::Soft).await),
            Some(40401)
        );
        let version = registry.delete_version(&b, ninth, Deletion::Soft).await;
        assert_eq!(code(version), Some(40401));
        let version = registry.delete_version(&a, ninth, Deletion::Soft).await;
        assert_eq!(code(version), Some(40402));
        assert_eq!(code(registry.referenced_by(&a, ninth).await), Some(40402));
        assert_eq!(
            code(registry.check(&a, ninth, &def("x")).await),
            Some(40402)
        );
        let check = registry.check(&b, VersionRef::Latest, &def("x")).await;
        assert!(check.unwrap().is_compatible, "nothing to break");
    });
}

#[test]
fn schemas_that_are_none_are_refused() {
    check(async |registry| {
        for text in ["!", "", "  "] {
            let refused = register(registry, "a", text).await;
            assert_eq!(code(refused), Some(42201), "{text:?}");
        }
        let other = SchemaDef::new(SchemaKind::Json, "{}");
        let a = subject("a");
        let refused = registry.register(&a, &other, RegisterOptions::default());
        assert!(refused.await.is_err(), "no rules for it");
    });
}

#[test]
fn levels_are_of_the_subject_the_context_or_the_registry() {
    check(async |registry| {
        let (a, blue) = (subject(":.blue:a"), subject(":.blue:"));
        let level = async |scope: Option<&Subject>| {
            registry.compatibility_level(scope, true).await.unwrap()
        };
        let set = async |scope: Option<&Subject>, level| {
            registry
                .set_compatibility_level(scope, level)
                .await
                .unwrap();
        };
        assert_eq!(level(None).await, Level::Backward);
        set(None, Level::Forward).await;
        assert_eq!(level(Some(&a)).await, Level::Forward);
        set(Some(&blue), Level::Full).await;
        assert_eq!(level(Some(&a)).await, Level::Full);
        assert_eq!(level(Some(&subject("a"))).await, Level::Forward);
        set(Some(&a), Level::None).await;
        assert_eq!(level(Some(&a)).await, Level::None);
        let own = registry.compatibility_level(Some(&a), false).await;
        assert_eq!(own.unwrap(), Level::None);

        let clear = async |scope: Option<&Subject>| registry.clear_compatibility_level(scope).await;
        assert_eq!(clear(Some(&a)).await.unwrap(), Level::None);
        assert_eq!(code(clear(Some(&a)).await), Some(40401));
        let own = registry.compatibility_level(Some(&a), false).await;
        assert_eq!(code(own), Some(40408));
        assert_eq!(level(Some(&a)).await, Level::Full);
        assert_eq!(clear(None).await.unwrap(), Level::Forward);
        assert_eq!(level(None).await, Level::Backward);
    });
}

#[test]
fn levels_decide_what_is_registered() {
    // Fields of the versions, then of the new one; `?` has a default.
    for (level, new, expected) in [
        (Level::Backward, "x y", Some(409)),
        (Level::Backward, "x", None),
        (Level::Forward, "y", Some(409)),
        (Level::Forward, "x y z", None),
        (Level::Full, "x y?", None),
        (Level::Full, "x y", Some(409)),
        (Level::None, "q", None),
    ] {
        check(async move |registry| {
            subject_with(registry, "a", &["x"]).await;
            registry.set_compatibility_level(None, level).await.unwrap();
            let fits = registry.check_all(&subject("a"), &def(new)).await.unwrap();
            assert_eq!(fits.is_compatible, expected.is_none(), "{level} {new}");
            assert_eq!(
                fits.messages.is_empty(),
                expected.is_none(),
                "{level} {new}"
            );
            let registered = register(registry, "a", new).await;
            assert_eq!(code(registered), expected, "{level} {new}");
        });
    }
}

#[test]
fn modes_refuse_what_they_forbid() {
    check(async |registry| {
        subject_with(registry, "a", &["x"]).await;
        let a = subject("a");
        let set = async |scope: Option<&Subject>, mode| registry.set_mode(scope, mode, false).await;
        assert_eq!(
            registry.mode(Some(&a), true).await.unwrap(),
            Mode::ReadWrite
        );
        assert_eq!(code(registry.mode(Some(&a), false).await), Some(40409));
        set(Some(&a), Mode::ReadOnly).await.unwrap();
        assert_eq!(code(register(registry, "a", "x y?").await), Some(42205));
        register(registry, "a", "x")
            .await
            .expect("is there already");
        assert_eq!(
            code(registry.delete_subject(&a, Deletion::Soft).await),
            Some(42205)
        );
        let delete = registry
            .delete_version(&a, VersionRef::Latest, Deletion::Soft)
            .await;
        assert_eq!(code(delete), Some(42205));
        let level = registry
            .set_compatibility_level(Some(&a), Level::None)
            .await;
        assert_eq!(code(level), Some(42205));
        register(registry, "b", "x").await.expect("another subject");

        set(None, Mode::ReadOnlyOverride).await.unwrap();
        set(Some(&a), Mode::ReadWrite).await.unwrap();
        assert_eq!(
            registry.mode(Some(&a), false).await.unwrap(),
            Mode::ReadOnlyOverride
        );
        assert_eq!(code(register(registry, "a", "x y?").await), Some(42205));
        set(None, Mode::ReadWrite).await.unwrap();
        register(registry, "a", "x y?").await.unwrap();
        assert_eq!(registry.clear_mode(&a).await.unwrap(), Mode::ReadWrite);
        assert_eq!(code(registry.clear_mode(&a).await), Some(40401));
    });
}

#[test]
fn imports_keep_their_ids_and_versions() {
    check(async |registry| {
        let a = subject("a");
        let place = |id, version| ImportPlace {
            id: SchemaId::new(id),
            version: Some(v(version)),
        };
        let early = registry.import(&a, &def("x"), place(7, 3)).await;
        assert_eq!(code(early), Some(42205), "not in the mode");
        registry
            .set_mode(Some(&a), Mode::Import, false)
            .await
            .unwrap();
        let found = registry.import(&a, &def("x"), place(7, 3)).await.unwrap();
        assert_eq!((found.id.as_u32(), found.version), (7, v(3)));
        assert_eq!(registry.latest(&a).await.unwrap(), found);
        let other = registry.import(&a, &def("y"), place(7, 4)).await;
        assert_eq!(code(other), Some(42205), "the id is taken");
        registry
            .import(&a, &def("y"), place(8, 1))
            .await
            .expect("unchecked");
        assert_eq!(versions(registry, "a", Include::Live).await, [1, 3]);
        assert_eq!(code(register(registry, "a", "z").await), Some(42205));

        registry
            .set_mode(Some(&a), Mode::ReadWrite, false)
            .await
            .unwrap();
        let again = registry.set_mode(Some(&a), Mode::Import, false).await;
        assert_eq!(code(again), Some(42205), "there are subjects");
        registry
            .set_mode(Some(&a), Mode::Import, true)
            .await
            .expect("forced");
    });
}

#[test]
fn what_is_referred_to_is_not_deleted() {
    check(async |registry| {
        subject_with(registry, "base", &["x", "x y?"]).await;
        let reference = Reference {
            name: "Base".into(),
            subject: subject("base"),
            version: v(1),
        };
        let schema = def("z").with_references(vec![reference]);
        let options = RegisterOptions::default();
        let user = registry
            .register(&subject("user"), &schema, options)
            .await
            .unwrap();
        assert_eq!(registry.by_id(user.id).await.unwrap().def, schema);
        let base = subject("base");
        let first = VersionRef::Number(v(1));
        assert_eq!(
            registry.referenced_by(&base, first).await.unwrap(),
            [user.id]
        );
        let second = registry.referenced_by(&base, VersionRef::Latest).await;
        assert_eq!(second.unwrap(), []);
        let delete = registry.delete_version(&base, first, Deletion::Soft).await;
        assert_eq!(code(delete), Some(42206));
        assert_eq!(
            code(registry.delete_subject(&base, Deletion::Soft).await),
            Some(42206)
        );
        registry
            .delete_subject(&subject("user"), Deletion::Soft)
            .await
            .unwrap();
        registry
            .delete_subject(&base, Deletion::Soft)
            .await
            .unwrap();
        let missing = registry.register(&subject("c"), &def("q"), options).await;
        missing.expect("needs nothing");
        let unknown = Reference {
            name: "No".into(),
            subject: subject("no"),
            version: v(1),
        };
        let schema = def("z").with_references(vec![unknown]);
        let refused = registry.register(&subject("c"), &schema, options).await;
        assert_eq!(code(refused), Some(42201));
    });
}

#[test]
fn contexts_have_ids_of_their_own() {
    check(async |registry| {
        register(registry, "a", "x").await.unwrap();
        let blue = register(registry, ":.blue:a", "q").await.unwrap();
        assert_eq!(blue.id.as_u32(), 1);
        assert_eq!(registry.by_id(blue.id).await.unwrap().def, def("x"));
        let scope = subject(":.blue:");
        let found = registry.by_id_in(blue.id, Some(&scope)).await.unwrap();
        assert_eq!(found.def, def("q"));
        let only = register(registry, ":.blue:only", "w").await.unwrap();
        let found = registry.latest(&subject("only")).await.unwrap();
        assert_eq!(found.id, only.id, "found without its context");
        assert_eq!(code(registry.by_id(only.id).await), Some(40403));
        assert_eq!(
            code(registry.latest(&subject(":.red:only")).await),
            Some(40401)
        );
        let found = registry
            .by_id_in(only.id, Some(&subject("only")))
            .await
            .unwrap();
        assert_eq!(found.def, def("w"));
        let same = registry.latest(&subject(":.:a")).await.unwrap();
        assert_eq!(same.def, def("x"), "the default one");
    });
}

#[test]
fn a_schema_comes_in_another_form() {
    check(async |registry| {
        let base = register(registry, ":.blue:base", "q").await.unwrap();
        let reference = Reference {
            name: "base".into(),
            subject: base.subject,
            version: v(1),
        };
        let schema = def("w").with_references(vec![reference]);
        let (user, options) = (subject(":.blue:user"), RegisterOptions::default());
        let new = registry.register(&user, &schema, options).await.unwrap();
        let formatted = async |scope: Option<&Subject>, format| {
            let text = registry.formatted(new.id, scope, format).await;
            text.map_err(|error| error.code())
        };
        assert_eq!(formatted(Some(&user), "loud").await, Ok("Q W".to_owned()));
        assert_eq!(formatted(Some(&user), "odd").await, Ok("w".to_owned()));
        assert_eq!(formatted(None, "loud").await, Err(Some(40403)));
    });
}

#[test]
fn normalizing_finds_what_is_written_otherwise() {
    check(async |registry| {
        let options = RegisterOptions { normalize: true };
        let a = subject("a");
        let new = registry.register(&a, &def("y x"), options).await.unwrap();
        assert_eq!(new.def, def("x y"));
        assert_eq!(code(registry.lookup(&a, &def("y x")).await), Some(40403));
        let options = LookupOptions::default().normalize(true);
        let found = registry
            .lookup_with(&a, &def("y x"), options)
            .await
            .unwrap();
        assert_eq!(found.id, new.id);
    });
}

#[test]
fn a_scope_may_normalize_always() {
    check(async |registry| {
        let (a, b) = (subject("a"), subject("b"));
        assert_eq!(registry.normalizes(Some(&a), true).await.unwrap(), None);
        registry.set_normalizes(Some(&a), true).await.unwrap();
        let own = registry.compatibility_level(Some(&a), false).await;
        assert_eq!(code(own), Some(40408));
        let normalizes = async |scope, inherit| registry.normalizes(scope, inherit).await.unwrap();
        assert_eq!(normalizes(Some(&a), false).await, Some(true));
        assert_eq!(normalizes(Some(&b), true).await, None);
        let new = register(registry, "a", "y x").await.unwrap();
        assert_eq!(new.def, def("x y"));
        assert_eq!(registry.lookup(&a, &def("y x")).await.unwrap(), new);
        let plain = register(registry, "b", "y x").await.unwrap();
        assert_eq!(plain.def, def("y x"));

        registry.set_normalizes(None, false).await.unwrap();
        assert_eq!(normalizes(Some(&b), false).await, None);
        assert_eq!(normalizes(Some(&b), true).await, Some(false));
        let cleared = registry.clear_compatibility_level(Some(&a)).await;
        assert_eq!(cleared.unwrap(), Level::Backward, "the one in force");
        assert_eq!(normalizes(Some(&a), false).await, None);
    });
}

#[test]
fn a_subject_may_hold_anything_that_is_printable() {
    check(async |registry| {
        for name in ["a/b?c#d%e", "%2e%2e", "a b+c", "ü;x\\y", "a..b", "versions"] {
            let new = register(registry, name, "x").await.unwrap();
            assert_eq!(new.subject.as_str(), name);
            assert_eq!(registry.latest(&subject(name)).await.unwrap(), new);
            let level = registry.set_compatibility_level(Some(&new.subject), Level::None);
            level.await.unwrap();
            let filter = SubjectFilter::default().prefix(name);
            assert_eq!(names(registry, filter).await, [name]);
        }
    });
}

#[test]
fn the_kinds_are_the_same_behind_http() {
    check(async |registry| {
        subject_with(registry, "a", &["x"]).await;
        let kind = |result: Result<RegisteredSchema>| result.map_err(|error| error.kind()).err();
        let refused = register(registry, "a", "x y").await;
        assert_eq!(kind(refused), Some(ErrorKind::Incompatible));
        let refused = register(registry, "a", "!").await;
        assert_eq!(kind(refused), Some(ErrorKind::InvalidSchema));
        let missing = registry.latest(&subject("b")).await;
        assert_eq!(kind(missing), Some(ErrorKind::SubjectNotFound));
    });
}
