use std::pin::pin;
use std::task::{Context, Poll, Waker};

use wireform_registry::{
    InMemoryRegistry, LockFile, ResolvedSchema, SchemaKind, Unchecked, VersionRef,
};

use super::*;
use crate::frame::MessageIndex;

/// A codec whose schema imports others.
#[derive(Debug)]
struct Importing(SchemaSource);

impl Format for Importing {
    fn content_type(&self) -> ContentType {
        ContentType::PROTOBUF
    }

    fn version(&self) -> Option<&str> {
        None
    }

    fn schema(&self) -> Option<&SchemaRef> {
        None
    }
}

impl SchemaFormat for Importing {
    fn source(&self) -> &SchemaSource {
        &self.0
    }

    fn message_index(&self) -> MessageIndex {
        MessageIndex::default()
    }

    fn check_writes(&self, _schema: &ResolvedSchema) -> Result<()> {
        Ok(())
    }
}

/// The in-memory registry is always ready.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the in-memory registry made somebody wait"),
    }
}

fn text(name: &str) -> SchemaSource {
    SchemaSource::new(SchemaKind::Protobuf, format!("// {name}"))
}

#[test]
fn an_import_of_several_texts_is_registered_once() {
    let base = text("base");
    let left = text("left").with_import("base.proto", base.clone());
    let right = text("right").with_import("base.proto", base);
    let source = text("top")
        .with_import("left.proto", left)
        .with_import("right.proto", right);
    let registry = InMemoryRegistry::builder()
        .rules(Unchecked(SchemaKind::Protobuf))
        .build();
    let subject = Subject::value("orders");
    let framed = now(Framed::register(
        Importing(source),
        &registry,
        subject.clone(),
    ))
    .unwrap();
    assert_eq!(framed.schema().unwrap().version().unwrap().as_u32(), 1);
    assert_eq!(registry.call_counts().register, 4);
    let top = now((&registry as &dyn Registry).latest(&subject)).unwrap();
    let names: Vec<&str> = top.def.references.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(names, ["left.proto", "right.proto"]);
}

#[test]
fn lookup_registers_nothing() {
    let source = text("top").with_import("base.proto", text("base"));
    let registry = InMemoryRegistry::builder()
        .rules(Unchecked(SchemaKind::Protobuf))
        .build();
    let error = now(Framed::lookup(
        Importing(source),
        &registry,
        Subject::value("orders"),
    ))
    .unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Registry(kind) if format!("{kind:?}").contains("NotFound"))
    );
    assert_eq!(registry.call_counts().register, 0);
    assert_eq!(error.subject().unwrap().as_str(), "orders-value");
}

#[test]
fn a_lock_file_is_enough() {
    let source = text("top").with_import("base.proto", text("base"));
    let registry = InMemoryRegistry::builder()
        .rules(Unchecked(SchemaKind::Protobuf))
        .build();
    let subject = Subject::value("orders");
    let codec = || Importing(source.clone());
    let registered = now(Framed::register(codec(), &registry, subject.clone())).unwrap();
    let mut lock = LockFile::new();
    let error = Framed::locked(codec(), &lock, subject.clone()).unwrap_err();
    assert!(error.to_string().contains("`wireform lock`"), "{error}");
    now(lock.lock(&registry, &subject, VersionRef::Latest)).unwrap();
    let framed = Framed::locked(codec(), &lock, subject).unwrap();
    assert_eq!(framed.schema(), registered.schema());
    assert_eq!(framed.prefix, registered.prefix);
}

/// Confluent's server hands out what Java prints, rather than the text that was registered.
#[cfg(feature = "avro")]
#[test]
fn a_schema_is_found_in_a_lock_file_as_java_prints_it() {
    const NAME: &str = r#"{"namespace":"n","type":"record","name":"n.Name","fields":[]}"#;
    const PRINTED_NAME: &str = r#"{"type":"record","name":"Name","namespace":"n","fields":[]}"#;
    const OWN: &str = r#"{"namespace":"n","type":"record","name":"n.A","fields":[
        {"order":"ascending","name":"a","type":{"type":"string"}}, {"name":"b","type":"n.Name"}]}"#;
    const PRINTED: &str = r#"{"type":"record","name":"A","namespace":"n","fields":[{"name":"a","type":"string"},{"name":"b","type":"Name"}]}"#;
    let source = |text: &str, name: &str| {
        let name = SchemaSource::new(SchemaKind::Avro, name);
        Importing(SchemaSource::new(SchemaKind::Avro, text).with_import("n.Name", name))
    };
    let registry = InMemoryRegistry::builder()
        .rules(Unchecked(SchemaKind::Avro))
        .build();
    let subject = Subject::value("orders");
    let printed = source(PRINTED, PRINTED_NAME);
    let registered = now(Framed::register(printed, &registry, subject.clone())).unwrap();
    let mut lock = LockFile::new();
    now(lock.lock(&registry, &subject, VersionRef::Latest)).unwrap();
    let framed = Framed::locked(source(OWN, NAME), &lock, subject.clone()).unwrap();
    assert_eq!(framed.schema(), registered.schema());
    // A doc and a default are parts of a schema, and so is what it refers to.
    let with_doc = OWN.replace("\"a\",", "\"a\",\"doc\":\"x\",");
    let other_name = NAME.replace("[]", r#"[{"name":"c","type":"int"}]"#);
    for other in [source(&with_doc, NAME), source(OWN, &other_name)] {
        let error = Framed::locked(other, &lock, subject.clone()).unwrap_err();
        assert!(error.to_string().contains("`wireform lock`"), "{error}");
    }
}
