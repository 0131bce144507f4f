//! Writing and reading with `wireform.lock` alone.

use wireform::avro::SerdeAvro;
use wireform::{ErrorKind, Framed, NoHeaders, Reader, SerializerExt, Subject};
use wireform_registry::{LockFile, VersionRef};
use wireform_tests::order::{Order, SCHEMA_V1, SCHEMA_V2, sample};
use wireform_tests::rules;

fn v1() -> SerdeAvro<Order> {
    SerdeAvro::new(SCHEMA_V1).unwrap()
}

fn v2() -> SerdeAvro<Order> {
    SerdeAvro::new(SCHEMA_V2).unwrap()
}

/// Both versions as a registry has them, written and read as a file.
async fn lock() -> LockFile {
    let registry = rules::registry();
    let mut lock = LockFile::new();
    for codec in [v1(), v2()] {
        let subject = Subject::value("orders");
        let framed = Framed::register(codec, &registry, subject.clone());
        framed.await.unwrap();
        let newest = lock.lock(&registry, &subject, VersionRef::Latest);
        newest.await.unwrap();
    }
    lock.to_string().parse().unwrap()
}

#[tokio::test]
async fn no_registry_is_needed_to_write_and_to_read_what_evolved() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let lock = lock().await;
    let subject = Subject::value("orders");
    let writer = Framed::locked(v1(), &lock, subject.clone()).unwrap();
    let bytes = writer.to_vec(&sample()).unwrap();
    let reader = Reader::<Order>::locked(lock.clone()).with(v2()).build();
    let read = reader.decode(&NoHeaders, Some(&bytes)).unwrap().unwrap();
    assert_eq!(read.value, sample());

    let in_headers = Framed::locked(v1(), &lock, subject).unwrap().in_headers();
    in_headers.expect("the GUID is locked too");
    let unknown = [0, 0, 0, 0, 99, 0];
    let error = reader.decode(&NoHeaders, Some(&unknown)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnknownSchema(_)));
    assert!(error.to_string().contains("`wireform lock`"), "{error}");
}
