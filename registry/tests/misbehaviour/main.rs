//! Everything that a server can do wrong, and what becomes of the calls: the right kind of error,
//! at most four attempts, within the deadline, in little memory, and nothing is left behind: the
//! next good answer is taken.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod cases;
mod heap;
mod memory;
mod server;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;
use wireform_registry::{
    Cached, ErrorKind, HttpRegistry, RegisterOptions, Registry, RegistryAdmin, RegistryExt, Result,
    SchemaDef, SchemaId, SchemaKind, Subject, SubjectFilter, VersionRef, resolve,
};

use self::cases::{Case, cases};
use self::server::{Mood, Server};

/// The calls that a case is tried with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    ById,
    Check,
    Latest,
    Lookup,
    Register,
    /// A schema, and everything that it refers to.
    Resolve,
    Subjects,
}

const ALL: &[Call] = &[
    Call::ById,
    Call::Check,
    Call::Latest,
    Call::Lookup,
    Call::Register,
    Call::Subjects,
];

impl Call {
    async fn make(self, registry: &Cached<HttpRegistry>) -> Result<()> {
        let orders = Subject::value("orders");
        let schema = SchemaDef::new(SchemaKind::Avro, "\"string\"");
        let id = SchemaId::new(7);
        match self {
            Self::ById => registry.by_id(id).await.map(drop),
            Self::Check => {
                let check = registry.check(&orders, VersionRef::Latest, &schema);
                check.await.map(drop)
            }
            Self::Latest => registry.latest(&orders).await.map(drop),
            Self::Lookup => registry.lookup(&orders, &schema).await.map(drop),
            Self::Register => {
                let options = RegisterOptions::default();
                let register = registry.register(&orders, &schema, options);
                register.await.map(drop)
            }
            Self::Resolve => {
                // A cache would keep what the schema refers to: an id never changes its meaning.
                let registry = registry.inner();
                let stored = registry.by_id(id).await?;
                resolve(registry, &stored.def).await.map(drop)
            }
            Self::Subjects => {
                let filter = SubjectFilter::default();
                registry.inner().subjects(&filter).await.map(drop)
            }
        }
    }
}

/// What became of one call.
#[derive(Debug)]
struct Outcome {
    kind: Option<ErrorKind>,
    attempts: usize,
    /// What a good server was answered by the same registry afterwards.
    after: Option<ErrorKind>,
}

async fn try_out(case: &Case, call: Call) -> Outcome {
    let mut server = Server::start(case.mood.clone()).await;
    let registry = HttpRegistry::builder(server.url()).timeout(case.timeout);
    let registry = Cached::new(registry.build().unwrap());
    let outcome = timeout(case.timeout + GRACE, call.make(&registry)).await;
    let outcome = outcome.unwrap_or_else(|_| panic!("{}, {call:?}: over its time", case.name));
    let attempts = server.attempts();
    if let Err(error) = &outcome {
        let shown = format!("{error} {error:?}");
        assert!(shown.len() < 10_000, "{}: {} bytes", case.name, shown.len());
    }
    server.become_good().await;
    let after = timeout(case.timeout + GRACE, call.make(&registry)).await;
    let after = after.unwrap_or_else(|_| panic!("{}, {call:?}: not taken up again", case.name));
    Outcome {
        kind: outcome.err().map(|error| error.kind()),
        attempts,
        after: after.err().map(|error| error.kind()),
    }
}

/// Every call of a case: at once, but for those whose memory counts.
async fn try_all(case: &'static Case) -> Vec<(Call, Outcome)> {
    let mut outcomes = Vec::new();
    let mut tasks = Vec::new();
    for call in case.calls {
        if case.is_big {
            outcomes.push((*call, try_out(case, *call).await));
        } else {
            tasks.push((*call, tokio::spawn(try_out(case, *call))));
        }
    }
    for (call, task) in tasks {
        let outcome = task.await;
        outcomes.push((call, outcome.unwrap_or_else(|error| panic!("{error}"))));
    }
    outcomes
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// The heap is everybody's: one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn a_server_that_misbehaves_gets_a_typed_error_and_leaves_nothing_behind() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let cases: &'static [Case] = cases().leak();
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name).collect();
    let mut failures = Vec::new();
    let mut calls = 0;
    let mut most = (0, "");
    for case in cases {
        let before = heap::start();
        let outcomes = runtime().block_on(try_all(case));
        let heap = heap::peak_over(before);
        most = most.max((heap, case.name));
        calls += outcomes.len();
        if heap > HEAP_LIMIT {
            failures.push(format!("{}: {heap} bytes of heap", case.name));
        }
        for (call, outcome) in outcomes {
            let is_right = outcome.kind == case.kind
                && case.attempts.contains(&outcome.attempts)
                && outcome.after.is_none();
            if !is_right {
                failures.push(format!(
                    "{}, {call:?}: {outcome:?}, expected {:?} in {:?} attempts",
                    case.name, case.kind, case.attempts
                ));
            }
        }
    }
    println!(
        "{} misbehaviours, {calls} calls, at most {} bytes ({})",
        names.len(),
        most.0,
        most.1
    );
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    assert!(names.len() >= 34, "{}", names.len());
}

#[test]
fn a_redirect_leads_nobody_anywhere() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    runtime().block_on(async {
        let bait = Server::start(Mood::Answer(Arc::new(server::good))).await;
        for status in [300, 301, 302, 303, 305, 307, 308] {
            let location = format!("Location: {}/schemas/ids/7\r\n", bait.url());
            let act = move |_: &str| server::Reaction {
                bytes: server::answer(status, &location, b""),
                then: server::Then::Continue,
            };
            let redirecting = Server::start(Mood::Answer(Arc::new(act))).await;
            let registry = HttpRegistry::builder(redirecting.url()).bearer("secret");
            let registry = Cached::new(registry.build().unwrap());
            for call in ALL {
                let error = call.make(&registry).await.unwrap_err();
                assert_eq!(
                    error.kind(),
                    ErrorKind::InvalidResponse,
                    "{status}, {call:?}"
                );
            }
            assert_eq!(redirecting.attempts(), ALL.len(), "{status}");
        }
        assert_eq!(bait.attempts(), 0);
    });
}

#[test]
fn a_schema_that_changes_is_asked_for_once() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    runtime().block_on(async {
        let count = AtomicUsize::new(0);
        let act = move |_: &str| {
            let text = format!(
                r#"{{"schema":"text {}"}}"#,
                count.fetch_add(1, Ordering::SeqCst)
            );
            server::Reaction {
                bytes: server::answer(200, "", text.as_bytes()),
                then: server::Then::Continue,
            }
        };
        let changing = Server::start(Mood::Answer(Arc::new(act))).await;
        let registry = Cached::new(HttpRegistry::new(changing.url()).unwrap());
        for _ in 0..3 {
            let found = registry.by_id(SchemaId::new(7)).await.unwrap();
            assert_eq!(&*found.def.text, "text 0");
        }
        let other = registry.by_id(SchemaId::new(8)).await.unwrap();
        assert_eq!((&*other.def.text, changing.attempts()), ("text 1", 2));
    });
}

/// Beyond the deadline.
const GRACE: Duration = Duration::from_secs(1);
/// The cap on a body, and a MiB for all else.
const HEAP_LIMIT: usize = 9 * 1024 * 1024;
