use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::error::ErrorKind;
use crate::level::Level;
use crate::memory::{CallCounts, InMemoryRegistry};
use crate::registry::RegistryExt;
use crate::schema::SchemaKind;
use crate::unchecked::Unchecked;

fn registry() -> Cached<InMemoryRegistry> {
    let rules = Unchecked(SchemaKind::Avro);
    let inner = InMemoryRegistry::builder().rules(rules).build();
    inner.set_level(None, Level::None);
    Cached::new(inner)
}

/// The registry inside never waits, so its futures are ready at once.
#[track_caller]
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("waits for something"),
    }
}

fn orders() -> Subject {
    Subject::value("orders")
}

fn def(text: &str) -> SchemaDef {
    SchemaDef::new(SchemaKind::Avro, text)
}

/// Puts a schema into the registry inside, past the cache.
fn behind(registry: &Cached<InMemoryRegistry>, text: &str) -> RegisteredSchema {
    let options = RegisterOptions::default();
    now(registry.inner().register(&orders(), &def(text), options)).unwrap()
}

fn counts(registry: &Cached<InMemoryRegistry>) -> CallCounts {
    registry.inner().call_counts()
}

#[test]
fn each_answer_is_asked_for_once() {
    let registry = registry();
    let schema = behind(&registry, "a");
    for _ in 0..3 {
        now(registry.by_id(schema.id)).unwrap();
    }
    assert_eq!(counts(&registry).by_id, 1);
    now(registry.by_guid(schema.guid.unwrap())).unwrap();
    assert_eq!(counts(&registry).by_guid, 0, "came with the id");
    for _ in 0..3 {
        let found = now(registry.by_version(&orders(), schema.version.into()));
        assert_eq!(found.unwrap(), schema);
        assert_eq!(now(registry.lookup(&orders(), &def("a"))).unwrap(), schema);
    }
    assert_eq!(counts(&registry).by_version, 1);
    assert_eq!(counts(&registry).lookup, 1);
}

#[test]
fn registering_asks_and_fills_the_cache() {
    let registry = registry();
    for _ in 0..2 {
        let options = RegisterOptions::default();
        let schema = now(registry.register(&orders(), &def("a"), options)).unwrap();
        now(registry.by_id(schema.id)).unwrap();
        now(registry.by_guid(schema.guid.unwrap())).unwrap();
        now(registry.by_version(&orders(), schema.version.into())).unwrap();
        now(registry.lookup(&orders(), &def("a"))).unwrap();
    }
    let calls = counts(&registry);
    assert_eq!(calls.register, 2);
    assert_eq!(
        (calls.by_id, calls.by_guid, calls.by_version, calls.lookup),
        (0, 0, 0, 0)
    );
}

#[test]
fn the_newest_version_is_kept_for_a_while() {
    let registry = registry();
    let first = behind(&registry, "a");
    assert_eq!(now(registry.latest(&orders())).unwrap(), first);
    let second = behind(&registry, "b");
    assert_eq!(
        now(registry.latest(&orders())).unwrap(),
        first,
        "still fresh"
    );
    let registry = registry.latest_ttl(Duration::ZERO);
    assert_eq!(
        now(registry.latest(&orders())).unwrap(),
        second,
        "stale at once"
    );
}

#[test]
fn registering_forgets_the_newest_version() {
    let registry = registry();
    behind(&registry, "a");
    now(registry.latest(&orders())).unwrap();
    let options = RegisterOptions::default();
    let second = now(registry.register(&orders(), &def("b"), options)).unwrap();
    assert_eq!(now(registry.latest(&orders())).unwrap(), second);
}

#[test]
fn failures_are_asked_again() {
    let registry = registry();
    for _ in 0..2 {
        let error = now(registry.latest(&orders())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SubjectNotFound);
        assert!(now(registry.lookup(&orders(), &def("a"))).is_err());
        assert!(now(registry.by_id(SchemaId::new(1))).is_err());
    }
    behind(&registry, "a");
    now(registry.latest(&orders())).unwrap();
    now(registry.lookup(&orders(), &def("a"))).unwrap();
    now(registry.by_id(SchemaId::new(1))).unwrap();
}

#[test]
fn only_so_many_answers_are_kept() {
    let registry = registry().capacity(2);
    let schemas = ["a", "b", "c"].map(|text| behind(&registry, text));
    for schema in &schemas {
        now(registry.by_id(schema.id)).unwrap();
    }
    now(registry.by_id(schemas[2].id)).unwrap();
    assert_eq!(counts(&registry).by_id, 3);
    now(registry.by_id(schemas[0].id)).unwrap();
    assert_eq!(counts(&registry).by_id, 4, "the oldest was driven out");
}

#[test]
fn a_check_always_asks() {
    let registry = registry();
    for _ in 0..2 {
        now(registry.check(&orders(), VersionRef::Latest, &def("a"))).unwrap();
    }
    assert_eq!(counts(&registry).check, 2);
}

/// Its answers take one more turn to arrive after they were made.
#[derive(Debug)]
struct Slow(InMemoryRegistry);

impl Registry for Slow {
    fn by_id(&self, id: SchemaId) -> BoxFuture<'_, Result<StoredSchema>> {
        self.0.by_id(id)
    }

    fn by_guid(&self, guid: SchemaGuid) -> BoxFuture<'_, Result<StoredSchema>> {
        self.0.by_guid(guid)
    }

    fn by_version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(async move {
            let found = self.0.by_version(subject, version).await;
            tokio::task::yield_now().await;
            found
        })
    }

    fn lookup<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        self.0.lookup(subject, schema)
    }

    fn register<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
        options: RegisterOptions,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        self.0.register(subject, schema, options)
    }

    fn check<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
        schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<Compatibility>> {
        self.0.check(subject, version, schema)
    }
}

#[test]
fn an_answer_overtaken_by_registering_is_not_kept() {
    let registry = registry();
    behind(&registry, "a");
    let registry = Cached::new(Slow(registry.inner().clone()));
    let subject = orders();
    let mut context = Context::from_waker(Waker::noop());
    let mut old = registry.latest(&subject);
    assert!(old.as_mut().poll(&mut context).is_pending());
    let options = RegisterOptions::default();
    let second = now(registry.register(&subject, &def("b"), options)).unwrap();
    assert_ne!(now(old).unwrap(), second);
    let mut newest = registry.latest(&subject);
    assert!(newest.as_mut().poll(&mut context).is_pending(), "is asked");
    assert_eq!(now(newest).unwrap(), second);
}
