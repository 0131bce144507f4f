//! The cache in every order of threads that a bounded search finds; see `crate::sync`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use shuttle::future::{block_on, yield_now};
use shuttle::rand::{Rng, thread_rng};
use shuttle::thread;

use super::*;
use crate::id::SchemaId;
use crate::registry::RegistryExt;
use crate::schema::SchemaKind;

/// A registry with one subject, whose versions are numbered from 1. It answers with what was there
/// when the request came, a while later.
#[derive(Debug, Default)]
struct Remote {
    newest: AtomicU32,
    requests: AtomicU32,
}

impl Remote {
    async fn asked(&self) -> u32 {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let newest = self.newest.load(Ordering::SeqCst);
        yield_now().await;
        newest
    }
}

fn orders() -> Subject {
    Subject::value("orders")
}

fn schema() -> SchemaDef {
    SchemaDef::new(SchemaKind::Avro, "x")
}

fn registered(number: u32) -> Result<RegisteredSchema> {
    let Ok(version) = Version::new(number) else {
        return Err(Error::new(
            ErrorKind::SubjectNotFound,
            "nothing is registered",
        ));
    };
    Ok(RegisteredSchema {
        subject: orders(),
        version,
        id: SchemaId::new(number),
        guid: None,
        def: schema(),
    })
}

fn stored(number: u32) -> Result<StoredSchema> {
    registered(number).map(|found| StoredSchema {
        id: Some(found.id),
        guid: None,
        def: found.def,
    })
}

impl Registry for Remote {
    fn by_id(&self, id: SchemaId) -> BoxFuture<'_, Result<StoredSchema>> {
        Box::pin(async move {
            let newest = self.asked().await;
            stored(if id.as_u32() <= newest {
                id.as_u32()
            } else {
                0
            })
        })
    }

    fn by_guid(&self, _: SchemaGuid) -> BoxFuture<'_, Result<StoredSchema>> {
        Box::pin(async { stored(0) })
    }

    fn by_version<'a>(
        &'a self,
        _: &'a Subject,
        _: VersionRef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(async { registered(self.asked().await) })
    }

    fn lookup<'a>(
        &'a self,
        _: &'a Subject,
        _: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(async { registered(self.asked().await) })
    }

    fn register<'a>(
        &'a self,
        _: &'a Subject,
        _: &'a SchemaDef,
        _: RegisterOptions,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(async {
            let number = self.newest.fetch_add(1, Ordering::SeqCst) + 1;
            yield_now().await;
            registered(number)
        })
    }

    fn check<'a>(
        &'a self,
        _: &'a Subject,
        _: VersionRef,
        _: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<Compatibility>> {
        Box::pin(async { Err(Error::new(ErrorKind::Unsupported, "checks nothing")) })
    }
}

/// Registers at a random moment of what other threads do.
fn register(cached: &Cached<Remote>) -> RegisteredSchema {
    for _ in 0..thread_rng().gen_range(0..STEPS) {
        thread::yield_now();
    }
    let options = RegisterOptions::default();
    block_on(cached.register(&orders(), &schema(), options)).unwrap()
}

/// Runs `model` in random orders, and in orders with few changes between threads.
fn explore(model: impl Fn() + Copy + Send + Sync + 'static) {
    shuttle::check_random(model, SCHEDULES);
    shuttle::check_pct(model, SCHEDULES, CHANGES);
}

#[test]
fn the_newest_version_is_not_older_than_what_was_registered() {
    explore(|| {
        let cached = Cached::new(Remote::default());
        cached.inner().newest.store(1, Ordering::SeqCst);
        let other = cached.clone();
        let asking = thread::spawn(move || block_on(other.latest(&orders())).map(drop));
        let version = register(&cached).version;
        for _ in 0..2 {
            let latest = block_on(cached.latest(&orders())).unwrap();
            assert_eq!(latest.version, version);
            thread::yield_now();
        }
        asking.join().unwrap().unwrap();
        let latest = block_on(cached.latest(&orders())).unwrap();
        assert_eq!(latest.version, version);
    });
}

#[test]
fn what_was_registered_is_found() {
    explore(|| {
        let cached = Cached::new(Remote::default());
        let other = cached.clone();
        let asking = thread::spawn(move || {
            drop(block_on(other.lookup(&orders(), &schema())));
            drop(block_on(other.by_id(SchemaId::new(1))));
        });
        let id = register(&cached).id;
        for _ in 0..2 {
            block_on(cached.lookup(&orders(), &schema())).unwrap();
            block_on(cached.by_id(id)).unwrap();
            block_on(cached.latest(&orders())).unwrap();
        }
        asking.join().unwrap();
        block_on(cached.lookup(&orders(), &schema())).unwrap();
        block_on(cached.by_id(id)).unwrap();
    });
}

#[test]
fn those_who_ask_at_once_make_one_request() {
    explore(|| {
        let cached = Cached::new(Remote::default());
        cached.inner().newest.store(1, Ordering::SeqCst);
        let threads: Vec<_> = (0..3)
            .map(|_| {
                let cached = cached.clone();
                thread::spawn(move || block_on(cached.by_id(SchemaId::new(1))).map(drop))
            })
            .collect();
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
        assert_eq!(cached.inner().requests.load(Ordering::SeqCst), 1);
    });
}

/// Polls once, and goes: the others get their answer.
#[test]
fn one_who_leaves_stops_nobody() {
    explore(|| {
        let cached = Arc::new(Cached::new(Remote::default()));
        cached.inner().newest.store(1, Ordering::SeqCst);
        let other = cached.clone();
        let leaving = thread::spawn(move || {
            let mut asking = other.by_id(SchemaId::new(1));
            block_on(std::future::poll_fn(|context| {
                let _ = asking.as_mut().poll(context);
                std::task::Poll::Ready(())
            }));
        });
        let other = cached.clone();
        let staying = thread::spawn(move || block_on(other.by_id(SchemaId::new(1))).map(drop));
        block_on(cached.by_id(SchemaId::new(1))).unwrap();
        staying.join().unwrap().unwrap();
        leaving.join().unwrap();
        assert!(cached.inner().requests.load(Ordering::SeqCst) <= 2);
    });
}

/// Registers something while an answer is on its way.
fn keep_late() {
    let id = SchemaId::new(1);
    let remote = Arc::new(AtomicU32::new(1));
    let table = Arc::new(Table::<SchemaId, StoredSchema>::new(10));
    let (other, theirs) = (table.clone(), remote.clone());
    let asking = thread::spawn(move || {
        let generation = other.generation();
        let number = theirs.load(Ordering::SeqCst);
        thread::yield_now();
        other.put_since(generation, id, stored(number).unwrap());
    });
    thread::yield_now();
    remote.store(2, Ordering::SeqCst);
    thread::yield_now();
    table.outdate();
    table.remove(&id);
    asking.join().unwrap();
    let life = Life {
        ttl: None,
        stale: Duration::ZERO,
        missing: Duration::ZERO,
    };
    let found = table.find(&id, life, |_| Box::pin(async { stored(0) }));
    if let Found::Fresh(kept) = found {
        assert_eq!(
            kept.id,
            Some(SchemaId::new(2)),
            "an outdated answer is kept"
        );
    }
}

#[test]
fn an_answer_is_kept_in_the_generation_of_its_request_only() {
    explore(keep_late);
}

const SCHEDULES: usize = 2000;
const CHANGES: usize = 3;
/// More than a call makes on its way.
const STEPS: usize = 30;
