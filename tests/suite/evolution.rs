//! A schema's life: registered, evolved, refused; in memory and on the real registry.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wireform::avro::{AvroRules, SerdeAvro};
use wireform::protobuf::{Protobuf, ProtobufRules};
use wireform::{ErrorKind, Format, Framed, NoHeaders, Reader, SerializerExt, Subject};
use wireform_registry::{
    HttpRegistry, InMemoryRegistry, Level, Reference, RegisterOptions, Registry, RegistryExt,
    SchemaDef, SchemaKind, Version, VersionRef,
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
    let registry = InMemoryRegistry::builder()
        .rules(AvroRules)
        .rules(ProtobufRules)
        .build();
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
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    check_evolution(in_memory()).await;
}

#[tokio::test]
#[ignore = "needs WIREFORM_REGISTRY_URL"]
async fn schemas_evolve_on_the_real_registry() {
    let _guard = wireform_limits::guard(wireform_limits::BUILD_LIMIT);
    check_evolution(real()).await;
}

/// A file and one that it imports: added to, then broken from within the import.
#[tokio::test]
async fn protobuf_schemas_evolve_in_memory() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let registry = InMemoryRegistry::builder().rules(ProtobufRules).build();
    let subject = Subject::value("homes");
    let far = Subject::new("far.proto").unwrap();
    let register = async |subject: &Subject, text: &str, far: Option<u32>| {
        let references = far.map(|version| Reference {
            name: "far.proto".to_owned(),
            subject: Subject::new("far.proto").unwrap(),
            version: Version::new(version).unwrap(),
        });
        let def = SchemaDef::new(SchemaKind::Protobuf, text);
        let def = def.with_references(references.into_iter().collect());
        let options = RegisterOptions::default();
        registry.register(subject, &def, options).await
    };
    let homes = "syntax = \"proto3\"; import \"far.proto\"; message A { far.Home home = 1; }";
    let home = "syntax = \"proto3\"; package far; message Home { int32 id = 1; }";
    register(&far, home, None).await.unwrap();
    let first = register(&subject, homes, Some(1)).await.unwrap();
    let same = register(&subject, &format!("// A.\n{homes}"), Some(1))
        .await
        .unwrap();
    assert_eq!(same, first);

    let added = home.replace("}", "string street = 2; }");
    register(&far, &added, None).await.unwrap();
    let second = register(&subject, homes, Some(2)).await.unwrap();
    assert_eq!(second.version.as_u32(), 2);

    let broken = added.replace("int32 id", "string id");
    let error = register(&far, &broken, None).await.unwrap_err();
    assert_eq!(error.kind(), wireform_registry::ErrorKind::Incompatible);
    assert!(
        error.to_string().contains("FIELD_SCALAR_KIND_CHANGED"),
        "{error}"
    );
    registry.set_level(Some(&far), Level::None);
    register(&far, &broken, None).await.unwrap();
    let error = register(&subject, homes, Some(3)).await.unwrap_err();
    for part in [
        "FIELD_SCALAR_KIND_CHANGED",
        "#/Home/1",
        "FIELD_NAMED_TYPE_CHANGED",
        "#/A/1",
    ] {
        assert!(error.to_string().contains(part), "{error}");
    }
}

/// What `wireform-build` generated may be registered, imports first, once each.
#[tokio::test]
async fn generated_protobuf_is_registered_and_read() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let registry = in_memory();
    let subject = Subject::value("orders");
    let codec = Protobuf::<crate::proto::Order>::new();
    let framed = Framed::register(codec.clone(), &registry, subject.clone())
        .await
        .unwrap();
    let value = crate::proto::Order::from(sample());
    let payload = framed.to_vec(&value).unwrap();
    let reader = Reader::builder(registry).with(codec).build();
    let read = reader
        .decode_or_fetch(&NoHeaders, Some(&payload))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read.value, value);
}

#[tokio::test]
async fn latest_is_used_only_if_its_bytes_are_the_same() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
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
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
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
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let avro = SerdeAvro::<Order>::new(SCHEMA_V1).unwrap();
    let framed = Framed::with_id(avro, wireform::SchemaId::new(1));
    assert_eq!(framed.in_headers().unwrap_err().kind(), ErrorKind::Config);
}
