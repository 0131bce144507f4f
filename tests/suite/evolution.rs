//! A schema's life: registered, evolved, refused; in memory and on the real registry.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wireform::avro::{AvroRules, SerdeAvro};
use wireform::{ErrorKind, Format, Framed, NoHeaders, Reader, SerializerExt, Subject};
use wireform_registry::{
    HttpRegistry, InMemoryRegistry, Level, Registry, RegistryExt, SchemaDef, SchemaKind, VersionRef,
};
use wireform_tests::order::{Order, SCHEMA_V1, SCHEMA_V2, sample};
use wireform_tests::servers::{registry_url, unique};

/// The order as version 2 has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct OrderV2 {
    #[serde(flatten)]
    order: Order,
    currency: String,
}

fn in_memory() -> Arc<dyn Registry> {
    let registry = InMemoryRegistry::builder().rules(AvroRules).build();
    registry.set_level(None, Level::Backward);
    Arc::new(registry)
}

fn real() -> Arc<dyn Registry> {
    Arc::new(HttpRegistry::builder(registry_url()).build().unwrap())
}

async fn check_evolution(registry: Arc<dyn Registry>) {
    let subject = Subject::value(&unique("evolution"));
    let v1 = SerdeAvro::<Order>::new(SCHEMA_V1).unwrap();
    let first = Framed::register(v1.clone(), &registry, subject.clone())
        .await
        .unwrap();
    let old_record = first.to_vec(&sample()).unwrap();
    assert_eq!(first.version(), Some("1"));

    let v2 = SerdeAvro::<OrderV2>::new(SCHEMA_V2).unwrap();
    let second = Framed::register(v2.clone(), &registry, subject.clone())
        .await
        .unwrap();
    assert_eq!(second.version(), Some("2"));
    let new = OrderV2 {
        order: sample(),
        currency: "CHF".to_owned(),
    };
    let new_record = second.to_vec(&new).unwrap();

    let reader = Reader::builder(registry.clone()).with(v2).build();
    let old = reader
        .decode_or_fetch(&NoHeaders, Some(&old_record))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        old.value,
        OrderV2 {
            order: sample(),
            currency: "EUR".to_owned()
        }
    );
    let read = reader
        .decode_or_fetch(&NoHeaders, Some(&new_record))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read.value, new);

    let old_reader = Reader::builder(registry.clone()).with(v1.clone()).build();
    let read = old_reader
        .decode_or_fetch(&NoHeaders, Some(&new_record))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read.value, sample());

    let again = Framed::lookup(v1, &registry, subject.clone())
        .await
        .unwrap();
    assert_eq!(again.version(), Some("1"));
    assert_eq!(again.schema().unwrap().id(), first.schema().unwrap().id());
    check_refused(&registry, subject).await;
}

/// A third version that breaks readers is refused, with the registry's reason.
async fn check_refused(registry: &Arc<dyn Registry>, subject: Subject) {
    let breaking = SCHEMA_V1.replace(
        r#""total", "type": "double""#,
        r#""total", "type": "boolean""#,
    );
    assert_ne!(breaking, SCHEMA_V1);
    let v3 = SerdeAvro::<Order>::new(&breaking).unwrap();
    let error = Framed::register(v3.clone(), registry, subject.clone())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible, "{error}");
    let text = error.to_string();
    assert!(text.contains(subject.as_str()), "{text}");
    // Confluent names the rule and the field, Apicurio says it in words, with the path.
    assert!(
        text.contains("TYPE_MISMATCH") || text.contains("/fields/3/type"),
        "{text}"
    );

    let def = SchemaDef::new(SchemaKind::Avro, breaking.as_str());
    let verdict = registry
        .check(&subject, VersionRef::Latest, &def)
        .await
        .unwrap();
    assert!(!verdict.is_compatible);
    assert_eq!(registry.latest(&subject).await.unwrap().version.as_u32(), 2);

    let error = Framed::lookup(v3, registry, subject).await.unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::Registry(wireform_registry::ErrorKind::SchemaNotFound)
    ));
}

#[tokio::test]
async fn schemas_evolve_in_memory() {
    check_evolution(in_memory()).await;
}

#[tokio::test]
#[ignore = "needs WIREFORM_REGISTRY_URL"]
async fn schemas_evolve_on_the_real_registry() {
    check_evolution(real()).await;
}

#[tokio::test]
async fn latest_is_used_only_if_its_bytes_are_the_same() {
    let registry = in_memory();
    let subject = Subject::value("orders");
    let v1 = SerdeAvro::<Order>::new(SCHEMA_V1).unwrap();
    Framed::register(v1.clone(), &registry, subject.clone())
        .await
        .unwrap();
    Framed::latest(v1.clone(), &registry, subject.clone())
        .await
        .unwrap();
    let v2 = SerdeAvro::<OrderV2>::new(SCHEMA_V2).unwrap();
    Framed::register(v2, &registry, subject.clone())
        .await
        .unwrap();
    let error = Framed::latest(v1, &registry, subject).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible);
}

#[tokio::test]
async fn unreachable_registry_is_a_typed_error() {
    // Nobody listens on a port that was just free.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let registry = HttpRegistry::builder(format!("http://127.0.0.1:{port}"))
        .timeout(std::time::Duration::from_secs(2))
        .build()
        .unwrap();
    let avro = SerdeAvro::<Order>::new(SCHEMA_V1).unwrap();
    let error = Framed::lookup(avro, &registry, Subject::value("orders"))
        .await
        .unwrap_err();
    let kind = error.kind();
    assert!(matches!(
        kind,
        ErrorKind::Registry(
            wireform_registry::ErrorKind::Unreachable | wireform_registry::ErrorKind::Timeout
        )
    ));
    assert!(error.is_retryable());
    assert!(error.to_string().contains("orders-value"), "{error}");
}

#[tokio::test]
async fn header_frame_needs_a_guid() {
    let avro = SerdeAvro::<Order>::new(SCHEMA_V1).unwrap();
    let framed = Framed::with_id(avro, wireform::SchemaId::new(1));
    assert_eq!(framed.in_headers().unwrap_err().kind(), ErrorKind::Config);
}
