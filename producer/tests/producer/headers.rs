use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use wireform::HeaderList as _;
use wireform::frame::MessageIndex;
use wireform::registry::{
    BoxFuture, Compatibility, Error, ErrorKind as Kind, RegisterOptions, RegisteredSchema,
    Registry, ResolvedSchema, Result, SchemaDef, StoredSchema, VersionRef,
};
use wireform::{
    ContentType, Format, Framed, HeaderNames, Json, Reader, SchemaCodec, SchemaFormat, SchemaGuid,
    SchemaId, SchemaKind, SchemaRef, SchemaSource, Serializer, Subject, Utf8, Version,
};
use wireform_consumer::MessageHeaders;
use wireform_producer::{EmbeddedCluster, ErrorKind, Producer, ProducerBuilder, Record, Topic};

use crate::{SOON, orders, read};

#[track_caller]
fn check(
    build: impl FnOnce(ProducerBuilder) -> ProducerBuilder,
    record: Record<'_, str, u32>,
    expected: &[(&str, &str)],
) {
    let cluster = EmbeddedCluster::start().unwrap();
    cluster.create_topic("orders", 1).unwrap();
    let producer = build(Producer::builder().cluster(&cluster))
        .build()
        .unwrap();
    let codec = Json::<u32>::new().version("1.0");
    let orders: Topic<str, u32> = producer.topic("orders", Utf8, codec).unwrap();
    let mut delivery = orders.send_blocking(record).unwrap();
    delivery.wait(SOON).unwrap().unwrap();
    let found = &read(cluster.brokers(), 1, 1)[0].headers;
    let found: Vec<_> = found
        .iter()
        .map(|(name, value)| (&**name, std::str::from_utf8(value).unwrap()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn codec_then_producer_then_record() {
    check(
        |builder| builder.header("source", "order-service"),
        Record::new(&7).key("k").header("trace-id", "abc"),
        &[
            ("content-type", "application/json"),
            ("version", "1.0"),
            ("source", "order-service"),
            ("trace-id", "abc"),
        ],
    );
}

#[test]
fn nearer_header_replaces_the_farther_one() {
    check(
        |builder| builder.header("VERSION", "2").header("source", "shop"),
        Record::new(&7).header("Source", "till"),
        &[
            ("content-type", "application/json"),
            ("VERSION", "2"),
            ("Source", "till"),
        ],
    );
}

#[cfg(feature = "cloudevents")]
#[test]
fn events_have_their_attributes_as_headers() {
    let attributes = wireform::cloudevents::EventAttributes::new("A-1", "/shop", "placed").unwrap();
    check(
        |builder| builder,
        Record::new(&7).event(&attributes),
        &[
            ("content-type", "application/json"),
            ("version", "1.0"),
            ("ce_specversion", "1.0"),
            ("ce_id", "A-1"),
            ("ce_source", "/shop"),
            ("ce_type", "placed"),
        ],
    );
}

#[test]
fn names_can_be_others() {
    check(
        |builder| builder.header_names(HeaderNames::spring()),
        Record::new(&7),
        &[("contentType", "application/json"), ("version", "1.0")],
    );
}

#[test]
fn tombstone_keeps_only_the_programs_headers() {
    check(
        |builder| builder.header("source", "shop"),
        Record::tombstone().key("k").header("reason", "paid"),
        &[("source", "shop"), ("reason", "paid")],
    );
}

#[test]
fn reader_decodes_what_was_sent() {
    let cluster = EmbeddedCluster::start().unwrap();
    cluster.create_topic("orders", 1).unwrap();
    let producer = Producer::builder().cluster(&cluster).build().unwrap();
    let orders: Topic<str, u32> = producer.topic("orders", Utf8, Json::<u32>::new()).unwrap();
    let mut delivery = orders.send_blocking(Record::new(&7)).unwrap();
    delivery.wait(SOON).unwrap().unwrap();
    let record = &read(cluster.brokers(), 1, 1)[0];
    let reader = Reader::<u32>::offline().with(Json::<u32>::new()).build();
    let payload = record.value.as_deref().map(str::as_bytes);
    let decoded = reader.decode(&record.headers, payload).unwrap();
    assert_eq!(decoded.unwrap().value, 7);
}

#[tokio::test]
async fn schema_ids_in_headers_are_written_once_and_protected() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let cluster = EmbeddedCluster::start().unwrap();
    cluster.create_topic("orders", 1).unwrap();
    let producer = Producer::builder().cluster(&cluster).build().unwrap();
    let (key, value) = (framed("orders-key").await, framed("orders-value").await);
    let orders: Topic<str, str> = producer.topic("orders", key, value).unwrap();

    for name in ["__value_schema_id", "__KEY_schema_id"] {
        let record = Record::new("v").key("k").header(name, "mine");
        let error = orders.send_blocking(record).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains(name), "{error}");
    }
    let mut both = orders.send_blocking(Record::new("v").key("k")).unwrap();
    both.wait(SOON).unwrap().unwrap();
    let mut gone = orders.send_blocking(Record::tombstone().key("k")).unwrap();
    gone.wait(SOON).unwrap().unwrap();

    let names: Vec<Vec<_>> = read(cluster.brokers(), 1, 2)
        .into_iter()
        .map(|record| record.headers.into_iter().map(|(name, _)| name).collect())
        .collect();
    let whole = [
        "content-type",
        "version",
        "__value_schema_id",
        "__key_schema_id",
    ];
    assert_eq!(names[0], whole);
    // What is left is what makes the key readable.
    assert_eq!(names[1], ["__key_schema_id"]);
}

async fn framed(subject: &str) -> Framed<ToyCodec> {
    let subject = Subject::new(subject.to_owned()).unwrap();
    let codec = ToyCodec(SchemaSource::new(SchemaKind::Avro, "\"string\""));
    let framed = Framed::lookup(codec, &ToyRegistry, subject).await.unwrap();
    framed.in_headers().unwrap()
}

/// Text, which claims to have a schema.
#[derive(Debug)]
struct ToyCodec(SchemaSource);

impl Format for ToyCodec {
    fn content_type(&self) -> ContentType {
        ContentType::AVRO
    }

    fn version(&self) -> Option<&str> {
        None
    }

    fn schema(&self) -> Option<&SchemaRef> {
        None
    }
}

impl SchemaFormat for ToyCodec {
    fn source(&self) -> &SchemaSource {
        &self.0
    }

    fn message_index(&self) -> MessageIndex {
        MessageIndex::default()
    }

    fn check_writes(&self, _schema: &ResolvedSchema) -> wireform::Result<()> {
        Ok(())
    }
}

impl Serializer<str> for ToyCodec {
    fn format(&self, _value: &str) -> &dyn Format {
        self
    }

    fn serialize(&self, value: &str, out: &mut Vec<u8>) -> wireform::Result<()> {
        Utf8.serialize(value, out)
    }
}

impl SchemaCodec<str> for ToyCodec {
    fn serialize_body(&self, value: &str, out: &mut Vec<u8>) -> wireform::Result<()> {
        self.serialize(value, out)
    }
}

/// Finds every schema, and nothing else.
#[derive(Debug)]
struct ToyRegistry;

fn refuse<T: Send + 'static>() -> BoxFuture<'static, Result<T>> {
    Box::pin(async { Err(Error::new(Kind::Unsupported, "not in this test")) })
}

impl Registry for ToyRegistry {
    fn by_id(&self, _id: SchemaId) -> BoxFuture<'_, Result<StoredSchema>> {
        refuse()
    }

    fn by_guid(&self, _guid: SchemaGuid) -> BoxFuture<'_, Result<StoredSchema>> {
        refuse()
    }

    fn by_version<'a>(
        &'a self,
        _subject: &'a Subject,
        _version: VersionRef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        refuse()
    }

    fn lookup<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        let registered = RegisteredSchema {
            subject: subject.clone(),
            version: Version::new(3).unwrap(),
            id: SchemaId::new(7),
            guid: Some(SchemaGuid::from_bytes([9; 16])),
            def: schema.clone(),
        };
        Box::pin(async { Ok(registered) })
    }

    fn register<'a>(
        &'a self,
        _subject: &'a Subject,
        _schema: &'a SchemaDef,
        _options: RegisterOptions,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        refuse()
    }

    fn check<'a>(
        &'a self,
        _subject: &'a Subject,
        _version: VersionRef,
        _schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<Compatibility>> {
        refuse()
    }
}

/// librdkafka parses them into the message when they are first asked for, without a lock: two
/// threads that do so at once get two lists, one of which is lost.
#[test]
fn threads_that_share_a_message_share_its_headers() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    const RECORDS: usize = 500;
    let (cluster, producer, orders) = orders(1);
    for _ in 0..RECORDS {
        let record = (0..20).fold(Record::new("x"), |record, _| record.header("name", "value"));
        orders.post(record).unwrap();
    }
    producer.flush_blocking(SOON).unwrap();
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", cluster.brokers())
        .set("group.id", "tests")
        .create()
        .unwrap();
    let mut assignment = TopicPartitionList::new();
    assignment
        .add_partition_offset("orders", 0, Offset::Beginning)
        .unwrap();
    consumer.assign(&assignment).unwrap();
    let deadline = Instant::now() + SOON * 6;
    let mut read = 0;
    let mut differing = 0;
    while read < RECORDS {
        assert!(Instant::now() < deadline, "only {read} records");
        let Some(message) = consumer.poll(Duration::from_millis(100)) else {
            continue;
        };
        let message = message.unwrap();
        read += 1;
        let ready = AtomicUsize::new(0);
        let address = || {
            ready.fetch_add(1, Ordering::SeqCst);
            let mut spins = 0_u32;
            while ready.load(Ordering::SeqCst) < 2 && Instant::now() < deadline {
                spins += 1;
                if spins.is_multiple_of(1000) {
                    thread::yield_now();
                }
            }
            let headers = MessageHeaders::new(&message);
            let (name, _) = headers.headers().next().unwrap();
            name.as_ptr().addr()
        };
        let (one, other) = thread::scope(|scope| {
            let other = scope.spawn(address);
            (address(), other.join().unwrap())
        });
        differing += usize::from(one != other);
    }
    assert_eq!(differing, 0);
}
