//! Schemas that point at the network and at files: nobody follows them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use wireform::avro::{AvroRules, Schema};
use wireform::json_schema::JsonSchemaRules;
use wireform::protobuf::{ProtobufDynamic, ProtobufRules};
use wireform::testing::{Level, assert_evolves};
use wireform::{JsonSchema, SchemaKind, SchemaSource, Subject, Version};
use wireform_limits::{LIMIT, output};
use wireform_registry::{
    LockFile, NamedText, Reference, RegisterOptions, RegisteredSchema, Registry, ResolvedSchema,
    SchemaDef, SchemaId, SchemaRules, VersionRef, resolve,
};
use wireform_tests::rules;

/// A port that counts who comes, and a pipe that keeps whoever opens it.
struct Bait {
    port: u16,
    visits: Arc<AtomicUsize>,
    folder: PathBuf,
}

impl Bait {
    fn new() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let visits = Arc::new(AtomicUsize::new(0));
        let counted = visits.clone();
        thread::spawn(move || {
            for _ in listener.incoming() {
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        let name = format!("wireform-bait-{}-{port}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        let made = output(Command::new("mkfifo").arg(folder.join("pipe")), LIMIT);
        assert!(made.status.success(), "{made:?}");
        Self {
            port,
            visits,
            folder,
        }
    }

    fn targets(&self) -> Vec<String> {
        let pipe = self.folder.join("pipe");
        let pipe = pipe.display();
        let up = "..".to_owned() + &"/..".repeat(16);
        vec![
            format!("http://127.0.0.1:{}/a", self.port),
            format!("http://127.0.0.1:{}/a.json#/definitions/a", self.port),
            format!("http://localhost:{}/a.proto", self.port),
            format!("https://127.0.0.1:{}/a", self.port),
            format!("//127.0.0.1:{}/a", self.port),
            format!("file://{pipe}"),
            format!("file:{pipe}"),
            format!("{pipe}"),
            format!("{up}{pipe}"),
            format!("..%2F..{pipe}"),
        ]
    }
}

impl Drop for Bait {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// A schema of each type that uses `target` in every way there is.
fn schemas(target: &str) -> Vec<(SchemaKind, String)> {
    vec![
        (SchemaKind::Avro, format!("{target:?}")),
        (
            SchemaKind::Avro,
            format!(
                r#"{{"type":"record","name":"R","namespace":{target:?},"fields":[
                    {{"name":"a","type":{target:?}}}]}}"#
            ),
        ),
        (SchemaKind::Json, format!(r#"{{"$ref":{target:?}}}"#)),
        (SchemaKind::Json, format!(r#"{{"$schema":{target:?}}}"#)),
        (SchemaKind::Json, format!(r#"{{"$dynamicRef":{target:?}}}"#)),
        (
            SchemaKind::Json,
            format!(r#"{{"$id":{target:?},"properties":{{"a":{{"$ref":"b"}}}}}}"#),
        ),
        (
            SchemaKind::Json,
            format!(
                r#"{{"id":{target:?},"$schema":"http://json-schema.org/draft-04/schema#","allOf":[{{"$ref":"b"}}]}}"#
            ),
        ),
        (
            SchemaKind::Protobuf,
            format!("syntax = \"proto3\"; import {target:?}; message M {{}}"),
        ),
        (
            SchemaKind::Protobuf,
            format!("syntax = \"proto3\"; import public {target:?}; message M {{}}"),
        ),
    ]
}

/// A schema of the type that is in order, to stand behind a reference.
fn harmless(kind: SchemaKind) -> &'static str {
    match kind {
        SchemaKind::Json => r#"{"type":"string"}"#,
        SchemaKind::Protobuf => "syntax = \"proto3\"; message A {}",
        _ => r#"{"type":"record","name":"a.R","fields":[]}"#,
    }
}

/// Every door that takes schema texts. What comes of it does not count here.
fn try_everything(target: &str) {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let all: [&dyn SchemaRules; 3] = [&AvroRules, &JsonSchemaRules, &ProtobufRules];
    for (kind, text) in schemas(target) {
        let rules = all.into_iter().find(|rules| rules.kind() == kind).unwrap();
        let alone = ResolvedSchema::new(kind, &*text);
        let mut named = alone.clone();
        named.references.push(NamedText {
            name: target.to_owned(),
            text: harmless(kind).into(),
        });
        for schema in [&alone, &named] {
            drop(rules.parse(schema));
            drop(rules.normalize(schema));
            drop(rules.check(schema, schema));
        }
        drop(Schema::parse(&text));
        drop(JsonSchema::<serde_json::Value>::new(&text));
        drop(ProtobufDynamic::new(&*text, None));
        let source = SchemaSource::new(kind, &*text);
        let source = source.with_import(target, SchemaSource::new(kind, harmless(kind)));
        drop(std::panic::catch_unwind(|| {
            assert_evolves(&[source], Level::Full);
        }));
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(register(kind, &text, target));
        lock(kind, &text, target);
    }
}

/// Registers `text`, alone and with a reference called `target`.
async fn register(kind: SchemaKind, text: &str, target: &str) {
    let registry = rules::registry();
    let options = RegisterOptions::default();
    let far = Subject::new(target).unwrap();
    let behind = SchemaDef::new(kind, harmless(kind));
    registry.register(&far, &behind, options).await.unwrap();
    let reference = Reference {
        name: target.to_owned(),
        subject: far,
        version: Version::new(1).unwrap(),
    };
    let alone = SchemaDef::new(kind, text);
    let referring = alone.clone().with_references(vec![reference]);
    let subject = Subject::value("bait");
    for schema in [alone, referring] {
        drop(registry.check(&subject, VersionRef::Latest, &schema).await);
        drop(registry.register(&subject, &schema, options).await);
        drop(resolve(&registry, &schema).await);
    }
}

fn lock(kind: SchemaKind, text: &str, target: &str) {
    let mut lock = LockFile::new();
    let subject = Subject::new(target).unwrap();
    let def = SchemaDef::new(kind, text).with_references(vec![Reference {
        name: target.to_owned(),
        subject: subject.clone(),
        version: Version::new(1).unwrap(),
    }]);
    let schema = RegisteredSchema {
        subject,
        version: Version::new(1).unwrap(),
        id: SchemaId::new(1),
        guid: None,
        def: def.clone(),
    };
    lock.insert(schema).unwrap();
    let read: LockFile = lock.to_string().parse().unwrap();
    drop(read.resolve(&def));
}

#[test]
fn nothing_in_a_schema_opens_a_connection_or_a_file() {
    let bait = Bait::new();
    let targets = bait.targets();
    let (done, waiting) = mpsc::channel();
    thread::spawn(move || {
        for target in &targets {
            try_everything(target);
            done.send(target.clone()).unwrap();
        }
    });
    for target in bait.targets() {
        // Whoever opens the pipe waits for ever.
        let next = waiting.recv_timeout(Duration::from_secs(60));
        assert_eq!(next.as_ref(), Ok(&target), "opened, or panicked");
    }
    assert_eq!(bait.visits.load(Ordering::SeqCst), 0);
}

#[test]
fn the_bait_is_noticed() {
    let bait = Bait::new();
    let _ = std::net::TcpStream::connect(("127.0.0.1", bait.port)).unwrap();
    let end = std::time::Instant::now() + Duration::from_secs(60);
    while bait.visits.load(Ordering::SeqCst) == 0 {
        assert!(std::time::Instant::now() < end, "no visit in 60 seconds");
        thread::yield_now();
    }
}
