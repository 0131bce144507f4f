//! The requests of a reader, their number, and the errors of records that it cannot read.

use std::fmt;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use wireform_registry::{
    BoxFuture, Compatibility, Error as RegistryError, ErrorKind as RegistryErrorKind,
    InMemoryRegistry, Incompatibility, LockFile, ParsedSchema, RegisterOptions, RegisteredSchema,
    Registry, ResolvedSchema, SchemaDef, SchemaGuid, SchemaId, SchemaKind, SchemaRules,
    StoredSchema, Subject, VersionRef,
};

use crate::content_type::ContentType;
use crate::error::{Error, ErrorKind, Result};
use crate::frame::MessageIndex;
use crate::header::NoHeaders;
use crate::reader::{ReadCodec, ReadPlan, Reader};

/// Reads the length of a body, and counts the plans.
#[derive(Clone, Debug, Default)]
struct Lengths {
    plans: Arc<AtomicUsize>,
    /// The error with which making a plan fails.
    fault: Option<ErrorKind>,
    content: Option<&'static str>,
    /// How long making a plan takes.
    delay: Duration,
}

impl Lengths {
    fn failing(fault: ErrorKind) -> Self {
        Self {
            fault: Some(fault),
            ..Self::default()
        }
    }

    fn plans(&self) -> usize {
        self.plans.load(Ordering::Relaxed)
    }
}

impl ReadCodec<usize> for Lengths {
    fn reads_schema(&self, _kind: SchemaKind) -> bool {
        true
    }

    fn reads_content(&self, content_type: &ContentType) -> bool {
        self.content == Some(content_type.essence())
    }

    fn plan(&self, _writer: &ResolvedSchema) -> Result<Box<dyn ReadPlan<usize>>> {
        self.plans.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(self.delay);
        match self.fault {
            Some(fault) => Err(Error::new(fault, "the plan fails").at("total")),
            None => Ok(Box::new(Self::default())),
        }
    }

    fn decode_unframed(&self, payload: &[u8]) -> Result<usize> {
        Ok(payload.len())
    }
}

impl ReadPlan<usize> for Lengths {
    fn decode(&self, _message: &MessageIndex, body: &[u8]) -> Result<usize> {
        Ok(body.len())
    }
}

/// Answers once it is opened; counts the requests, and fails as often as configured.
#[derive(Clone, Default)]
struct Gate(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    is_open: bool,
    requests: usize,
    failures: usize,
    waiting: Vec<Waker>,
}

impl Gate {
    fn opened() -> Self {
        let gate = Self::default();
        gate.open();
        gate
    }

    fn open(&self) {
        let mut state = self.0.lock().unwrap();
        state.is_open = true;
        state.waiting.drain(..).for_each(Waker::wake);
    }

    fn fail(&self, times: usize) {
        self.0.lock().unwrap().failures = times;
    }

    fn requests(&self) -> usize {
        self.0.lock().unwrap().requests
    }

    async fn answer(&self) -> wireform_registry::Result<StoredSchema> {
        self.0.lock().unwrap().requests += 1;
        std::future::poll_fn(|context| {
            let mut state = self.0.lock().unwrap();
            match state.is_open {
                true => Poll::Ready(()),
                false => {
                    state.waiting.push(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await;
        let mut state = self.0.lock().unwrap();
        if state.failures > 0 {
            state.failures -= 1;
            let kind = RegistryErrorKind::Unreachable;
            return Err(RegistryError::new(kind, "connection refused"));
        }
        Ok(StoredSchema {
            id: None,
            guid: None,
            def: SchemaDef::new(SchemaKind::Json, "{}"),
        })
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gate")
    }
}

impl Registry for Gate {
    fn by_id(&self, _id: SchemaId) -> BoxFuture<'_, wireform_registry::Result<StoredSchema>> {
        Box::pin(self.answer())
    }

    fn by_guid(&self, _guid: SchemaGuid) -> BoxFuture<'_, wireform_registry::Result<StoredSchema>> {
        Box::pin(self.answer())
    }

    fn by_version<'a>(
        &'a self,
        _subject: &'a Subject,
        _version: VersionRef,
    ) -> BoxFuture<'a, wireform_registry::Result<RegisteredSchema>> {
        panic!("a reader asks for ids")
    }

    fn lookup<'a>(
        &'a self,
        _subject: &'a Subject,
        _schema: &'a SchemaDef,
    ) -> BoxFuture<'a, wireform_registry::Result<RegisteredSchema>> {
        panic!("a reader asks for ids")
    }

    fn register<'a>(
        &'a self,
        _subject: &'a Subject,
        _schema: &'a SchemaDef,
        _options: RegisterOptions,
    ) -> BoxFuture<'a, wireform_registry::Result<RegisteredSchema>> {
        panic!("a reader asks for ids")
    }

    fn check<'a>(
        &'a self,
        _subject: &'a Subject,
        _version: VersionRef,
        _schema: &'a SchemaDef,
    ) -> BoxFuture<'a, wireform_registry::Result<Compatibility>> {
        panic!("a reader asks for ids")
    }
}

fn poll<F: Future + ?Sized>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
}

fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the future waits"),
    }
}

/// A body of 2 bytes, framed with id 7.
const RECORD: &[u8] = b"\0\0\0\0\x07ab";

fn id() -> SchemaId {
    SchemaId::new(7)
}

fn writer() -> ResolvedSchema {
    ResolvedSchema::new(SchemaKind::Json, "{}")
}

/// Rules that allow everything.
#[derive(Debug)]
struct Unchecked;

impl SchemaRules for Unchecked {
    fn kind(&self) -> SchemaKind {
        SchemaKind::Json
    }

    fn parse(&self, schema: &ResolvedSchema) -> wireform_registry::Result<ParsedSchema> {
        Ok(ParsedSchema {
            names: Vec::new(),
            canonical: schema.text.to_string(),
        })
    }

    fn normalize(&self, schema: &ResolvedSchema) -> wireform_registry::Result<String> {
        Ok(schema.text.to_string())
    }

    fn format(
        &self,
        _schema: &ResolvedSchema,
        _format: &str,
    ) -> wireform_registry::Result<Option<String>> {
        Ok(None)
    }

    fn check(
        &self,
        _reader: &ResolvedSchema,
        _writer: &ResolvedSchema,
    ) -> wireform_registry::Result<Vec<Incompatibility>> {
        Ok(Vec::new())
    }
}

/// A lock file with a schema of id 1.
fn lock() -> LockFile {
    let mut lock = LockFile::new();
    let registry = InMemoryRegistry::builder().rules(Unchecked).build();
    let subject = Subject::value("lengths");
    let def = SchemaDef::new(SchemaKind::Json, "{}");
    let options = RegisterOptions::default();
    let registered = now(registry.register(&subject, &def, options)).unwrap();
    now(lock.lock(&registry, &subject, VersionRef::Latest)).unwrap();
    let text = lock.to_string();
    assert_eq!(registered.id.as_u32(), 1, "{text}");
    lock
}

/// As [`RECORD`], for the id in [`lock`].
const LOCKED_RECORD: &[u8] = b"\0\0\0\0\x01ab";

#[test]
fn ten_thousand_first_reads_make_one_request_and_one_plan() {
    let (gate, codec) = (Gate::default(), Lengths::default());
    let reader = Reader::builder(gate.clone()).with(codec.clone()).build();
    let mut reads: Vec<_> = (0..10_000)
        .map(|_| Box::pin(reader.decode_or_fetch(&NoHeaders, Some(RECORD))))
        .collect();
    assert!(reads.iter_mut().all(|read| poll(read).is_pending()));
    assert_eq!(gate.requests(), 1);
    gate.open();
    // The first one finishes the request; the others find its plan, in whatever order they come.
    let (first, others) = reads.split_first_mut().unwrap();
    let done = |read: &mut Pin<Box<_>>| match poll(read) {
        Poll::Ready(read) => {
            let read: Result<Option<super::Decoded<usize>>> = read;
            assert_eq!(read.unwrap().unwrap().value, 2);
        }
        Poll::Pending => panic!("a read waits although the plan is there"),
    };
    done(first);
    others.iter_mut().rev().for_each(done);
    assert_eq!((gate.requests(), codec.plans()), (1, 1));
}

#[test]
fn threads_that_meet_a_locked_schema_at_once_make_one_plan() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let codec = Lengths {
        delay: Duration::from_millis(100),
        ..Lengths::default()
    };
    let reader = Reader::locked(lock()).with(codec.clone()).build();
    let start = Barrier::new(8);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                start.wait();
                let read = reader.decode(&NoHeaders, Some(LOCKED_RECORD));
                assert_eq!(read.unwrap().unwrap().value, 2);
            });
        }
    });
    assert_eq!(codec.plans(), 1);
}

#[test]
fn a_fetch_ends_although_an_earlier_one_is_not_polled_again() {
    let (gate, codec) = (Gate::default(), Lengths::default());
    let reader = Reader::builder(gate.clone()).with(codec.clone()).build();
    let mut first = Box::pin(reader.fetch(id()));
    let mut second = Box::pin(reader.fetch(id()));
    assert!(poll(&mut first).is_pending());
    assert!(poll(&mut second).is_pending());
    gate.open();
    assert!(matches!(poll(&mut second), Poll::Ready(Ok(()))));
    assert!(matches!(poll(&mut first), Poll::Ready(Ok(()))));
    assert_eq!((gate.requests(), codec.plans()), (1, 1));
}

#[test]
fn a_fetch_that_is_dropped_leaves_its_request_to_the_next_one() {
    let (gate, codec) = (Gate::default(), Lengths::default());
    let reader = Reader::builder(gate.clone()).with(codec.clone()).build();
    let mut first = Box::pin(reader.fetch(id()));
    let mut second = Box::pin(reader.fetch(id()));
    assert!(poll(&mut first).is_pending());
    assert!(poll(&mut second).is_pending());
    drop(first);
    gate.open();
    assert!(matches!(poll(&mut second), Poll::Ready(Ok(()))));
    assert_eq!((gate.requests(), codec.plans()), (1, 1));
    // Dropping the later of two fetches does not affect the earlier one.
    let gate = Gate::default();
    let reader = Reader::builder(gate.clone()).with(codec).build();
    let mut first = Box::pin(reader.fetch(id()));
    let mut second = Box::pin(reader.fetch(id()));
    assert!(poll(&mut first).is_pending() && poll(&mut second).is_pending());
    drop(second);
    gate.open();
    assert!(matches!(poll(&mut first), Poll::Ready(Ok(()))));
}

#[test]
fn a_waiting_fetch_is_woken() {
    struct Count(AtomicUsize);
    impl std::task::Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let gate = Gate::default();
    let reader = Reader::builder(gate.clone())
        .with(Lengths::default())
        .build();
    let woken = Arc::new(Count(AtomicUsize::new(0)));
    let waker = Waker::from(Arc::clone(&woken));
    let mut first = Box::pin(reader.fetch(id()));
    let mut second = Box::pin(reader.fetch(id()));
    assert!(poll(&mut first).is_pending());
    let mut context = Context::from_waker(&waker);
    assert!(second.as_mut().poll(&mut context).is_pending());
    gate.open();
    assert!(poll(&mut first).is_ready());
    assert_eq!(woken.0.load(Ordering::Relaxed), 1);
    assert!(matches!(poll(&mut second), Poll::Ready(Ok(()))));
}

#[track_caller]
fn check_plan_failure(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Incompatible);
    assert_eq!(error.path(), "total");
    assert!(error.to_string().ends_with("the plan fails"), "{error}");
}

#[test]
fn a_plan_that_failed_is_not_made_again_for_every_record() {
    let codec = Lengths::failing(ErrorKind::Incompatible);
    let reader = Reader::locked(lock()).with(codec.clone()).build();
    for _ in 0..1_000 {
        check_plan_failure(&reader.decode(&NoHeaders, Some(LOCKED_RECORD)).unwrap_err());
        check_plan_failure(
            &now(reader.decode_or_fetch(&NoHeaders, Some(LOCKED_RECORD))).unwrap_err(),
        );
    }
    assert_eq!(codec.plans(), 1);

    let (gate, codec) = (Gate::opened(), Lengths::failing(ErrorKind::Incompatible));
    let reader = Reader::builder(gate.clone()).with(codec.clone()).build();
    for _ in 0..1_000 {
        check_plan_failure(&now(reader.decode_or_fetch(&NoHeaders, Some(RECORD))).unwrap_err());
        check_plan_failure(&reader.decode(&NoHeaders, Some(RECORD)).unwrap_err());
    }
    assert_eq!((gate.requests(), codec.plans()), (1, 1));
}

/// Such as a thread that could not be started.
#[test]
fn an_io_error_is_not_remembered_for_ever() {
    let codec = Lengths::failing(ErrorKind::Io);
    let reader = Reader::locked(lock()).with(codec.clone()).build();
    let (start, mut errors) = (Instant::now(), 0_usize);
    while codec.plans() < 2 {
        let error = reader.decode(&NoHeaders, Some(LOCKED_RECORD)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        errors += 1;
        assert!(start.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(errors > 2);
}

#[test]
fn a_schema_that_is_added_replaces_the_failure() {
    let gate = Gate::opened();
    gate.fail(1);
    let reader = Reader::builder(gate).with(Lengths::default()).build();
    now(reader.fetch(id())).unwrap_err();
    reader.add(id(), &writer()).unwrap();
    now(reader.fetch(id())).unwrap();
    let read = reader.decode(&NoHeaders, Some(RECORD)).unwrap();
    assert_eq!(read.unwrap().value, 2);
}

#[test]
fn a_registry_that_failed_is_asked_again_after_a_while() {
    let gate = Gate::opened();
    gate.fail(1);
    let reader = Reader::builder(gate.clone())
        .with(Lengths::default())
        .build();
    let start = Instant::now();
    let mut errors = 0_usize;
    // One second, and never more than ten.
    while let Err(error) = now(reader.decode_or_fetch(&NoHeaders, Some(RECORD))) {
        let unreachable = RegistryErrorKind::Unreachable;
        assert_eq!(error.kind(), ErrorKind::Registry(unreachable));
        assert!(error.is_retryable());
        assert!(std::error::Error::source(&error).is_some());
        assert_eq!(gate.requests(), 1);
        let known = reader.decode(&NoHeaders, Some(RECORD)).unwrap_err();
        assert_eq!(known.kind(), ErrorKind::UnknownSchema(id().into()));
        errors += 1;
        assert!(start.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(errors > 1);
    assert_eq!(gate.requests(), 2);
}

#[test]
fn a_reader_without_a_registry_says_what_to_do() {
    let unknown = ErrorKind::UnknownSchema(id().into());
    let check = |reader: Reader<usize>, expected: &str| {
        let errors = [
            reader.decode(&NoHeaders, Some(RECORD)).unwrap_err(),
            now(reader.decode_or_fetch(&NoHeaders, Some(RECORD))).unwrap_err(),
            now(reader.fetch(id())).unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), unknown);
            assert!(error.to_string().contains(expected), "{error}");
        }
    };
    let locked = Reader::locked(lock()).with(Lengths::default()).build();
    check(locked, "not in wireform.lock: run `wireform lock`");
    let offline = Reader::offline().with(Lengths::default()).build();
    check(offline, "no registry");

    // What is in the lock file needs no registry.
    let locked = Reader::locked(lock()).with(Lengths::default()).build();
    now(locked.fetch(SchemaId::new(1))).unwrap();
    let read = now(locked.decode_or_fetch(&NoHeaders, Some(LOCKED_RECORD)));
    assert_eq!(read.unwrap().unwrap().value, 2);
}

/// Text never starts with the bytes of a frame, so that the frame counts.
#[test]
fn a_frame_before_json_is_not_taken_as_json() {
    let codec = Lengths {
        content: Some("application/json"),
        ..Lengths::default()
    };
    let headers = [("content-type", "application/json")];
    for reader in [
        Reader::offline().with(codec.clone()).build(),
        Reader::locked(lock()).with(codec).build(),
    ] {
        let error = now(reader.decode_or_fetch(&headers, Some(RECORD))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownSchema(id().into()));
        let read = reader.decode(&headers, Some(b"[1]")).unwrap();
        assert_eq!(read.unwrap().value, 3);
    }
}

/// In a header or before the body, with the same content type: the same outcome.
#[test]
fn ids_of_apicurio_in_a_header_and_in_the_payload_are_treated_alike() {
    let codec = || Lengths {
        content: Some("application/json"),
        ..Lengths::default()
    };
    let id = 258_u64.to_be_bytes();
    let json = ("content-type", &b"application/json"[..]);
    let in_header = [json, ("apicurio.value.contentId", &id[..])];
    let body = b"{}";
    let payload = [&[0], &id[..], body].concat();

    let reader = Reader::offline().with(codec()).build();
    let named = reader.decode(&in_header, Some(body)).unwrap_err();
    let prefixed = reader.decode(&[json], Some(&payload)).unwrap_err();
    assert_eq!(named.kind(), prefixed.kind());
    assert_eq!(named.to_string(), prefixed.to_string());
}

/// A record of which nothing is left but its frame is a value all the same.
#[test]
fn a_body_that_is_empty_is_a_value() {
    let codec = Lengths {
        content: Some("application/x-protobuf"),
        ..Lengths::default()
    };
    let reader = Reader::offline().with(codec).build();
    reader.add(id(), &writer()).unwrap();
    let guid = SchemaGuid::from_bytes([9; 16]);
    reader.add(guid, &writer()).unwrap();
    let in_header = [[1].as_slice(), &[9; 16]].concat();
    let check = |headers: &[(&str, &[u8])], payload: &[u8]| {
        let read = reader.decode(headers, Some(payload)).unwrap();
        assert_eq!(read.expect("not a tombstone").value, 0, "{headers:?}");
    };
    check(&[], &RECORD[..5]);
    check(&[], &in_header);
    check(&[("__value_schema_id", &in_header)], b"");
    check(&[("content-type", b"application/x-protobuf")], b"");
}
