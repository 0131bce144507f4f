use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::admin::{Deletion, RegistryAdmin};
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
fn what_does_not_exist_is_asked_for_once_in_a_while() {
    let registry = registry();
    for _ in 0..1_000_000 {
        let error = now(registry.by_id(SchemaId::new(1))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SchemaNotFound);
        assert_eq!(error.code(), Some(40403));
    }
    // A machine that takes longer than 5 seconds for them asks again.
    assert!(counts(&registry).by_id <= 15);
    let registry = registry.not_found_ttl(Duration::ZERO);
    behind(&registry, "a");
    now(registry.by_id(SchemaId::new(1))).unwrap();
}

#[test]
#[ignore = "takes a minute"]
fn a_million_who_ask_for_it_within_a_minute_make_fifteen_requests() {
    let registry = registry();
    let start = std::time::Instant::now();
    for _ in 0..1000 {
        for _ in 0..1000 {
            now(registry.by_id(SchemaId::new(1))).unwrap_err();
        }
        std::thread::sleep(Duration::from_millis(59));
    }
    let asked = counts(&registry).by_id;
    println!("{asked} requests in {:?}", start.elapsed());
    assert!(asked <= 15, "{asked} requests in {:?}", start.elapsed());
}

#[test]
fn registering_ends_what_does_not_exist() {
    let registry = registry();
    for _ in 0..2 {
        let error = now(registry.latest(&orders())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SubjectNotFound);
        assert!(now(registry.lookup(&orders(), &def("a"))).is_err());
        assert!(now(registry.by_id(SchemaId::new(1))).is_err());
    }
    let calls = counts(&registry);
    assert_eq!((calls.by_version, calls.lookup, calls.by_id), (1, 1, 1));
    let other = Subject::value("others");
    let options = RegisterOptions::default();
    now(registry.register(&other, &def("a"), options)).unwrap();
    behind(&registry, "a");
    now(registry.latest(&orders())).unwrap();
    now(registry.lookup(&orders(), &def("a"))).unwrap();
    now(registry.by_id(SchemaId::new(1))).unwrap();
}

#[test]
fn ids_of_another_context_are_not_ours() {
    let registry = registry();
    let blue = Subject::new(":.blue:orders-value").unwrap();
    let options = RegisterOptions::default();
    now(registry.inner().register(&blue, &def("blue"), options)).unwrap();
    let theirs = now(registry.latest(&blue)).unwrap();
    now(registry.lookup(&blue, &def("blue"))).unwrap();
    now(registry.register(&blue, &def("blue"), options)).unwrap();
    let found = now(registry.by_id(theirs.id));
    assert_eq!(found.unwrap_err().kind(), ErrorKind::SchemaNotFound);
    let ours = now(registry.register(&orders(), &def("ours"), options)).unwrap();
    assert_eq!(ours.id, theirs.id);
    assert_eq!(now(registry.by_id(ours.id)).unwrap().def, def("ours"));
}

#[test]
fn memory_is_bounded() {
    let registry = registry();
    for id in 0..100_000 {
        assert!(now(registry.by_id(SchemaId::new(id))).is_err());
    }
    assert_eq!(registry.counts().entries, DEFAULT_CAPACITY);
    assert_eq!(registry.counts().evicted, 100_000 - 1000);
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

/// A registry that can be made to wait, fail or panic before it answers.
#[derive(Clone, Debug)]
struct Slow {
    inner: InMemoryRegistry,
    trouble: Arc<Mutex<Trouble>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Trouble {
    None,
    /// One more turn.
    Slow,
    /// Until the trouble is `None` again.
    Closed,
    /// The next call, and nothing more.
    Panic,
    /// A timer of the runtime that polls first.
    #[cfg(any(feature = "blocking", feature = "http", feature = "server"))]
    Sleep,
    Fail(ErrorKind),
}

impl Slow {
    fn new(inner: &Cached<InMemoryRegistry>, trouble: Trouble) -> Cached<Self> {
        let trouble = Arc::new(Mutex::new(trouble));
        let inner = inner.inner().clone();
        Cached::new(Self { inner, trouble })
    }

    fn set(&self, trouble: Trouble) -> Trouble {
        std::mem::replace(&mut *self.trouble.lock(), trouble)
    }

    fn trouble(&self) -> Trouble {
        *self.trouble.lock()
    }

    async fn happen<T>(&self, answer: Result<T>) -> Result<T> {
        while self.trouble() == Trouble::Closed {
            tokio::task::yield_now().await;
        }
        match self.trouble() {
            Trouble::None | Trouble::Closed => {}
            Trouble::Slow => tokio::task::yield_now().await,
            #[cfg(any(feature = "blocking", feature = "http", feature = "server"))]
            Trouble::Sleep => tokio::time::sleep(Duration::from_millis(10)).await,
            Trouble::Panic => {
                self.set(Trouble::None);
                panic!("as it was told");
            }
            Trouble::Fail(kind) => return Err(Error::new(kind, "as it was told")),
        }
        answer
    }
}

impl Registry for Slow {
    fn by_id(&self, id: SchemaId) -> BoxFuture<'_, Result<StoredSchema>> {
        Box::pin(async move { self.happen(self.inner.by_id(id).await).await })
    }

    fn by_guid(&self, guid: SchemaGuid) -> BoxFuture<'_, Result<StoredSchema>> {
        self.inner.by_guid(guid)
    }

    fn by_version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(async move {
            self.happen(self.inner.by_version(subject, version).await)
                .await
        })
    }

    fn lookup<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(async move { self.happen(self.inner.lookup(subject, schema).await).await })
    }

    fn register<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
        options: RegisterOptions,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(async move {
            let registered = self.inner.register(subject, schema, options).await;
            while self.trouble() == Trouble::Closed {
                tokio::task::yield_now().await;
            }
            match self.trouble() {
                Trouble::Fail(kind) => Err(Error::new(kind, "as scripted")),
                _ => registered,
            }
        })
    }

    fn check<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
        schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<Compatibility>> {
        self.inner.check(subject, version, schema)
    }
}

fn poll_once<T>(future: &mut BoxFuture<'_, T>) -> Poll<T> {
    future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
}

async fn until_joined(registry: &Cached<Slow>, count: u64) {
    let end = std::time::Instant::now() + Duration::from_secs(120);
    while registry.counts().joined < count {
        assert!(std::time::Instant::now() < end, "{:?}", registry.counts());
        tokio::task::yield_now().await;
    }
}

#[test]
fn an_answer_overtaken_by_registering_is_not_kept() {
    let registry = registry();
    behind(&registry, "a");
    let registry = Slow::new(&registry, Trouble::Slow);
    let subject = orders();
    let mut old = registry.latest(&subject);
    assert!(poll_once(&mut old).is_pending());
    let options = RegisterOptions::default();
    let second = now(registry.register(&subject, &def("b"), options)).unwrap();
    assert_ne!(now(old).unwrap(), second);
    let mut newest = registry.latest(&subject);
    assert!(poll_once(&mut newest).is_pending(), "is asked");
    assert_eq!(now(newest).unwrap(), second);
}

#[test]
fn ten_thousand_who_ask_at_once_make_one_request() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let inner = registry();
    let schema = behind(&inner, "a");
    let registry = Slow::new(&inner, Trouble::Closed);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut tasks = Vec::new();
        for _ in 0..10_000 {
            let registry = registry.clone();
            let ask = async move { registry.by_id(schema.id).await };
            tasks.push(tokio::spawn(ask));
        }
        // All but a few are waiting by then; those that are not find it known.
        until_joined(&registry, 9_000).await;
        registry.inner().set(Trouble::None);
        for task in tasks {
            assert_eq!(task.await.unwrap().unwrap().def, schema.def);
        }
    });
    assert_eq!(counts(&inner).by_id, 1);
    let counts = registry.counts();
    assert_eq!(counts.requests, 1);
    assert_eq!(counts.joined + counts.hits, 9_999);
}

#[test]
fn a_cancelled_leader_does_not_stop_its_followers() {
    let inner = registry();
    let schema = behind(&inner, "a");
    let registry = Slow::new(&inner, Trouble::Closed);
    let mut last = registry.by_id(schema.id);
    for _ in 0..1000 {
        let mut leader = registry.by_id(schema.id);
        assert!(poll_once(&mut leader).is_pending());
        assert!(poll_once(&mut last).is_pending());
        drop(leader);
    }
    registry.inner().set(Trouble::None);
    assert_eq!(now(last).unwrap().def, schema.def);
    assert_eq!(counts(&inner).by_id, 1);
}

#[test]
fn the_follower_is_woken_when_its_leader_is_cancelled() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let inner = registry();
    let schema = behind(&inner, "a");
    let registry = Slow::new(&inner, Trouble::Closed);
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    runtime.block_on(async {
        let mut tasks = Vec::new();
        for _ in 0..1001 {
            let registry = registry.clone();
            let ask = async move { registry.by_id(schema.id).await };
            tasks.push(tokio::spawn(ask));
        }
        until_joined(&registry, 1000).await;
        let last = tasks.pop().unwrap();
        for task in tasks {
            task.abort();
        }
        registry.inner().set(Trouble::None);
        assert_eq!(last.await.unwrap().unwrap().def, schema.def);
    });
    assert!(counts(&inner).by_id <= 2);
}

#[test]
fn when_all_have_gone_the_request_is_given_up() {
    let inner = registry();
    let schema = behind(&inner, "a");
    let registry = Slow::new(&inner, Trouble::Closed);
    let mut first = registry.by_id(schema.id);
    assert!(poll_once(&mut first).is_pending());
    drop(first);
    registry.inner().set(Trouble::None);
    now(registry.by_id(schema.id)).unwrap();
    assert_eq!(registry.counts().requests, 2);
}

#[test]
fn a_panic_is_the_leaders_alone() {
    let inner = registry();
    let schema = behind(&inner, "a");
    let registry = Slow::new(&inner, Trouble::Closed);
    let mut leader = registry.by_id(schema.id);
    let mut follower = registry.by_id(schema.id);
    assert!(poll_once(&mut leader).is_pending());
    assert!(poll_once(&mut follower).is_pending());
    registry.inner().set(Trouble::Panic);
    let polled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        drop(poll_once(&mut leader));
    }));
    assert!(polled.is_err());
    drop(leader);
    assert_eq!(now(follower).unwrap().def, schema.def);
    assert_eq!(registry.counts().requests, 2);
}

#[test]
fn followers_share_the_failure() {
    let inner = registry();
    let registry = Slow::new(&inner, Trouble::Closed);
    let mut both = [(); 2].map(|()| registry.by_id(SchemaId::new(9)));
    for one in &mut both {
        assert!(poll_once(one).is_pending());
    }
    registry.inner().set(Trouble::None);
    for one in both {
        let error = now(one).unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::SchemaNotFound, Some(40403))
        );
    }
    assert_eq!(counts(&inner).by_id, 1);
}

#[test]
fn the_newest_version_survives_a_registry_that_fails() {
    let inner = registry();
    let schema = behind(&inner, "a");
    for (kind, survives) in [
        (ErrorKind::Unreachable, true),
        (ErrorKind::Timeout, true),
        (ErrorKind::Server, true),
        (ErrorKind::RateLimited, true),
        (ErrorKind::InvalidResponse, true),
        (ErrorKind::Unauthenticated, false),
        (ErrorKind::Forbidden, false),
        (ErrorKind::SubjectNotFound, false),
    ] {
        let registry = Slow::new(&inner, Trouble::None).latest_ttl(Duration::ZERO);
        now(registry.latest(&orders())).unwrap();
        registry.inner().set(Trouble::Fail(kind));
        let found = now(registry.latest(&orders()));
        assert_eq!(found.is_ok(), survives, "{kind:?}");
        assert_eq!(registry.counts().stale, u64::from(survives));
        let requests = registry.counts().requests;
        let again = now(registry.latest(&orders()));
        assert_eq!(again.is_ok(), survives, "{kind:?}");
        if survives {
            assert_eq!(again.unwrap(), schema);
            assert_eq!(registry.counts().requests, requests, "left in peace");
        }
        let registry = registry.stale_for(Duration::ZERO);
        assert!(now(registry.latest(&orders())).is_err(), "{kind:?}");
    }
}

#[test]
fn failures_are_not_kept() {
    let inner = registry();
    let schema = behind(&inner, "a");
    let registry = Slow::new(&inner, Trouble::None);
    for kind in [
        ErrorKind::Server,
        ErrorKind::Unauthenticated,
        ErrorKind::Config,
    ] {
        registry.inner().set(Trouble::Fail(kind));
        let error = now(registry.by_id(SchemaId::new(77))).unwrap_err();
        assert_eq!(error.kind(), kind);
    }
    registry.inner().set(Trouble::None);
    now(registry.by_id(schema.id)).unwrap();
}

#[test]
fn a_version_whose_number_is_given_again_is_asked_for_again() {
    let registry = registry().latest_ttl(Duration::ZERO);
    let first = behind(&registry, "a");
    let version = VersionRef::Number(first.version);
    assert_eq!(now(registry.by_version(&orders(), version)).unwrap(), first);
    let inner = registry.inner();
    for deletion in [Deletion::Soft, Deletion::Permanent] {
        now(inner.delete_subject(&orders(), deletion)).unwrap();
    }
    let again = behind(&registry, "b");
    assert_eq!(again.version, first.version);
    assert_eq!(now(registry.by_version(&orders(), version)).unwrap(), again);
}

#[test]
fn registering_that_is_given_up_forgets_the_newest_version() {
    let inner = registry();
    let first = behind(&inner, "a");
    let registry = Slow::new(&inner, Trouble::None);
    assert_eq!(now(registry.latest(&orders())).unwrap(), first);
    registry.inner().set(Trouble::Closed);
    let (orders, second) = (orders(), def("b"));
    let mut registering = registry.register(&orders, &second, RegisterOptions::default());
    assert!(poll_once(&mut registering).is_pending());
    drop(registering);
    registry.inner().set(Trouble::None);
    assert_eq!(now(registry.latest(&orders)).unwrap().def, second);
}

#[test]
fn a_call_after_registering_joins_no_older_request() {
    let inner = registry();
    let registry = Slow::new(&inner, Trouble::Closed);
    let id = SchemaId::new(1);
    let mut older = registry.by_id(id);
    assert!(poll_once(&mut older).is_pending());
    registry.inner().set(Trouble::Fail(ErrorKind::Unreachable));
    let options = RegisterOptions::default();
    now(registry.register(&orders(), &def("a"), options)).unwrap_err();
    registry.inner().set(Trouble::None);
    assert_eq!(now(registry.by_id(id)).unwrap().def, def("a"), "is stored");
    assert!(now(older).is_err());
    assert_eq!(now(registry.by_id(id)).unwrap().def, def("a"), "is kept");
}

/// The timers of a runtime stop with it: they panic after it is dropped, and never fire while it is
/// not driven.
#[cfg(any(feature = "blocking", feature = "http", feature = "server"))]
#[test]
fn the_request_of_another_runtime_is_not_joined() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let inner = registry();
    let schema = behind(&inner, "a");
    for is_gone in [true, false] {
        let registry = Slow::new(&inner, Trouble::Sleep);
        let runtime = || {
            let mut builder = tokio::runtime::Builder::new_current_thread();
            builder.enable_time().build().unwrap()
        };
        let (one, other) = (runtime(), runtime());
        let mut first = registry.by_id(schema.id);
        one.block_on(async { assert!(poll_once(&mut first).is_pending()) });
        let one = (!is_gone).then_some(one);
        let asked = async {
            let limit = Duration::from_secs(10);
            tokio::time::timeout(limit, registry.by_id(schema.id)).await
        };
        let found = other.block_on(asked);
        assert_eq!(found.expect("in time").unwrap().def, schema.def);
        drop((first, one));
    }
}
