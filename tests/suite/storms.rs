//! Many who want to know the same at once, over a registry that is served on loopback.

use std::sync::Arc;
use std::time::{Duration, Instant};

use wireform::avro::SerdeAvro;
use wireform::{Decoded, ErrorKind, Framed, NoHeaders, Reader, Result, SerializerExt, Subject};
use wireform_registry::{
    Cached, Deletion, ErrorKind as Refused, Fault, HttpRegistry, ImportPlace, InMemoryRegistry,
    Mode, RegisterOptions, Registry, RegistryAdmin, SchemaDef, SchemaId, SchemaKind, Server,
    StoredSchema, Unchecked, serve,
};
use wireform_tests::order::{Order, SCHEMA_V1, sample};
use wireform_tests::rules;

type Asked = Cached<HttpRegistry>;
type Found = wireform_registry::Result<StoredSchema>;

/// A served registry with the schema of one record, and a reader that has not met it yet.
struct Scene {
    registry: InMemoryRegistry,
    server: Server,
    cached: Asked,
    reader: Arc<Reader<Order>>,
    record: Arc<Vec<u8>>,
    id: SchemaId,
}

impl Scene {
    async fn new() -> Self {
        let registry = rules::registry();
        let server = serve(registry.clone(), ([127, 0, 0, 1], 0).into());
        let server = server.await.unwrap();
        let codec = SerdeAvro::<Order>::new(SCHEMA_V1).unwrap();
        let framed = Framed::register(codec.clone(), &registry, Subject::value("orders"));
        let record = framed.await.unwrap().to_vec(&sample()).unwrap();
        let id = u32::from_be_bytes(record[1..5].try_into().unwrap());
        let cached = Cached::new(HttpRegistry::new(server.url()).unwrap());
        let reader = Reader::builder(cached.clone()).with(codec).build();
        Self {
            registry,
            server,
            cached,
            reader: Arc::new(reader),
            record: Arc::new(record),
            id: SchemaId::new(id),
        }
    }

    fn decode(&self) -> tokio::task::JoinHandle<Result<Option<Decoded<Order>>>> {
        let (reader, record) = (self.reader.clone(), self.record.clone());
        tokio::spawn(async move { reader.decode_or_fetch(&NoHeaders, Some(&record)).await })
    }

    /// Looks up the schema of the record in the cache.
    fn lookup(&self) -> tokio::task::JoinHandle<Found> {
        let (cached, id) = (self.cached.clone(), self.id);
        tokio::spawn(async move { cached.by_id(id).await })
    }

    /// Waits until this many calls have joined the request of another one.
    async fn joined(&self, count: u64) {
        let end = Instant::now() + LIMIT;
        loop {
            let counts = self.cached.counts();
            if counts.joined >= count {
                return;
            }
            assert!(Instant::now() < end, "{counts:?}");
            tokio::task::yield_now().await;
        }
    }
}

/// Of every wait: far more than it takes.
const LIMIT: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_cold_decodes_at_once_make_one_request() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let scene = Scene::new().await;
    // Long enough for all to come while the first one is under way.
    scene
        .server
        .faults()
        .push(Fault::Delay(Duration::from_secs(1)));
    let decodes: Vec<_> = (0..10_000).map(|_| scene.decode()).collect();
    for decode in decodes {
        let decoded = decode.await.unwrap().unwrap().unwrap();
        assert_eq!(decoded.value, sample());
    }
    assert_eq!(scene.registry.call_counts().by_id, 1);
    assert_eq!(scene.cached.counts().requests, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_who_asked_first_and_left_stop_nobody() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let scene = Scene::new().await;
    // Long enough for all to join the request.
    scene
        .server
        .faults()
        .push(Fault::Delay(Duration::from_secs(5)));
    let leaders: Vec<_> = (0..1000).map(|_| scene.lookup()).collect();
    scene.joined(999).await;
    let followers: Vec<_> = (0..1000).map(|_| scene.lookup()).collect();
    scene.joined(1999).await;
    let decode = scene.decode();
    scene.joined(2000).await;
    for leader in leaders {
        leader.abort();
    }
    for follower in followers {
        let found = follower.await.unwrap().unwrap();
        assert_eq!(&*found.def.text, SCHEMA_V1);
    }
    let decoded = decode.await.unwrap().unwrap().unwrap();
    assert_eq!(decoded.value, sample());
    assert!(scene.registry.call_counts().by_id <= 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_storm_of_one_unknown_id_asks_once_in_a_while() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let scene = Scene::new().await;
    let ttl = Duration::from_millis(500);
    let cached = scene.cached.clone().not_found_ttl(ttl);
    let start = Instant::now();
    let storms: Vec<_> = (0..8)
        .map(|_| {
            let reader = scene.reader.clone();
            tokio::spawn(async move {
                for _ in 0..125_000 {
                    let error = reader.fetch(SchemaId::new(666)).await.unwrap_err();
                    assert_eq!(error.kind(), ErrorKind::Registry(Refused::SchemaNotFound));
                }
            })
        })
        .collect();
    for storm in storms {
        storm.await.unwrap();
    }
    let spans = start.elapsed().as_millis() / ttl.as_millis();
    let asked = scene.registry.call_counts().by_id;
    assert!(
        u128::from(asked) <= spans + 1,
        "{asked} requests in {spans} times {ttl:?}"
    );
    assert_eq!(asked, cached.counts().requests);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "takes a minute"]
async fn a_million_lookups_of_one_unknown_id_in_a_minute_make_few_requests() {
    let _guard = wireform_limits::guard(wireform_limits::BUILD_LIMIT);
    let scene = Scene::new().await;
    let start = Instant::now();
    let mut lookups = 0;
    for second in 1..=60 {
        for _ in 0..16_667 {
            let error = scene.reader.fetch(SchemaId::new(666)).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Registry(Refused::SchemaNotFound));
            lookups += 1;
        }
        tokio::time::sleep_until((start + Duration::from_secs(second)).into()).await;
    }
    let asked = scene.registry.call_counts().by_id;
    println!("{lookups} lookups, {asked} requests");
    assert!(lookups >= 1_000_000 && asked <= 15, "{asked} requests");
}

#[tokio::test]
async fn a_schema_that_is_none_does_not_stay() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let unchecked = InMemoryRegistry::builder().rules(Unchecked(SchemaKind::Avro));
    let registry = unchecked.build();
    let server = serve(registry.clone(), ([127, 0, 0, 1], 0).into());
    let server = server.await.unwrap();
    let orders = Subject::value("orders");
    let none = SchemaDef::new(SchemaKind::Avro, r#"{"type":"record"}"#);
    let options = RegisterOptions::default();
    let wrong = registry.register(&orders, &none, options).await.unwrap();

    let codec = SerdeAvro::<Order>::new(SCHEMA_V1).unwrap();
    let record = Framed::with_id(codec.clone(), wrong.id)
        .to_vec(&sample())
        .unwrap();
    let asked = HttpRegistry::new(server.url()).unwrap();
    let reader = Reader::<Order>::builder(asked).with(codec).build();
    for _ in 0..2 {
        let error = reader
            .decode_or_fetch(&NoHeaders, Some(&record))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidSchema);
    }
    // Put right, as an administrator would.
    for deletion in [Deletion::Soft, Deletion::Permanent] {
        registry.delete_subject(&orders, deletion).await.unwrap();
    }
    registry
        .set_mode(Some(&orders), Mode::Import, true)
        .await
        .unwrap();
    let right = SchemaDef::new(SchemaKind::Avro, SCHEMA_V1);
    let place = ImportPlace {
        id: wrong.id,
        version: Some(wrong.version),
    };
    registry.import(&orders, &right, place).await.unwrap();
    // The failure is remembered for a second.
    let start = Instant::now();
    let decoded = loop {
        match reader.decode_or_fetch(&NoHeaders, Some(&record)).await {
            Err(error) if start.elapsed() < Duration::from_secs(20) => {
                assert_eq!(error.kind(), ErrorKind::InvalidSchema);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            decoded => break decoded,
        }
    };
    assert_eq!(decoded.unwrap().unwrap().value, sample());
}
