use super::*;
use crate::id::Version;
use crate::rest::stub::{Reply, Stub};
use crate::schema::{Reference, SchemaKind};

const STORED: &str = r#"{"schema":"\"string\""}"#;
const REGISTERED: &str = r#"{"subject":"a/b?","version":3,"id":7,"schema":"\"string\""}"#;

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(future)
}

/// The client takes rustls from a global where nothing else does TLS.
fn settings(url: String) -> SrSettings {
    #[cfg(feature = "rustls")]
    let _ = rustls::crypto::ring::default_provider().install_default();
    SrSettings::new(url)
}

fn registry(stub: &Stub) -> ConverterRegistry {
    ConverterRegistry::new(settings(stub.url.clone())).timeout(Duration::from_secs(5))
}

fn subject() -> Subject {
    Subject::new("a/b?").unwrap()
}

fn text() -> SchemaDef {
    SchemaDef::new(SchemaKind::Avro, "\"string\"")
}

/// The outcome of one `by_id(7)`, and how many requests it took.
#[track_caller]
fn check(script: Vec<Reply>, expected: Result<(), ErrorKind>, requests: usize) {
    let (outcome, count) = block_on(async {
        let stub = Stub::start(script).await;
        let outcome = registry(&stub).by_id(SchemaId::new(7)).await;
        (outcome, stub.count())
    });
    if let Err(error) = &outcome {
        let shown = format!("{error} {error:?}");
        assert!(
            !shown.contains("secret") && !shown.contains("127.0.0.1"),
            "{shown}"
        );
    }
    let outcome = outcome.map(drop).map_err(|error| error.kind());
    assert_eq!((outcome, count), (expected, requests));
}

#[test]
fn an_error_is_not_remembered() {
    let failed = Reply::with(500, "text/html", "", "secret");
    check(vec![failed.clone(), Reply::json(200, STORED)], Ok(()), 2);
    check(vec![failed], Err(ErrorKind::Server), 4);
}

#[test]
fn errors_have_their_kinds() {
    let missing = r#"{"error_code":40403,"message":"Schema 7 not found"}"#;
    check(
        vec![Reply::json(404, missing)],
        Err(ErrorKind::SchemaNotFound),
        1,
    );
    check(
        vec![Reply::with(404, "text/html", "", "secret")],
        Err(ErrorKind::InvalidResponse),
        1,
    );
    check(
        vec![Reply::with(200, "text/html", "", "secret")],
        Err(ErrorKind::InvalidResponse),
        1,
    );
    check(
        vec![Reply::json(200, r#"{"schema":7,"x":"secret"}"#)],
        Err(ErrorKind::InvalidResponse),
        1,
    );
    check(
        vec![Reply::json(200, r#"{"id":8,"schema":"x"}"#)],
        Err(ErrorKind::InvalidResponse),
        1,
    );
    check(
        vec![Reply::with(401, "text/html", "", "secret")],
        Err(ErrorKind::Unauthenticated),
        1,
    );
    check(vec![Reply::Reset, Reply::json(200, STORED)], Ok(()), 2);
}

#[test]
fn a_registry_that_hangs_is_a_timeout() {
    block_on(async {
        let stub = Stub::start([Reply::Hang]).await;
        let registry = registry(&stub).timeout(Duration::from_millis(300));
        let error = registry.by_id(SchemaId::new(7)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
    });
}

#[test]
fn registering_asks_for_the_version() {
    block_on(async {
        let stub = Stub::start([
            Reply::json(200, r#"{"id":7}"#),
            Reply::json(200, REGISTERED),
        ])
        .await;
        let options = RegisterOptions::default();
        let found = registry(&stub)
            .register(&subject(), &text(), options)
            .await
            .unwrap();
        assert_eq!((found.version.as_u32(), found.id.as_u32()), (3, 7));
        let sent = stub.requests();
        assert!(
            sent[0].starts_with("POST /subjects/a%2Fb%3F/versions "),
            "{sent:?}"
        );
        assert!(
            sent[0].ends_with("\r\n\r\n{\"schema\":\"\\\"string\\\"\"}"),
            "{sent:?}"
        );
        assert!(
            sent[1].starts_with("POST /subjects/a%2Fb%3F?deleted=false "),
            "{sent:?}"
        );
    });
}

#[test]
fn versions_and_guids_are_asked_for() {
    block_on(async {
        let stub = Stub::start([Reply::json(200, REGISTERED)]).await;
        let registry = registry(&stub);
        let third = Version::new(3).unwrap();
        registry.by_version(&subject(), third.into()).await.unwrap();
        registry
            .by_version(&subject(), VersionRef::Latest)
            .await
            .unwrap();
        let stored = registry
            .by_guid(SchemaGuid::from_bytes([0; 16]))
            .await
            .unwrap();
        assert_eq!(stored.id, Some(SchemaId::new(7)));
        let sent = stub.requests();
        assert!(
            sent[0].starts_with("GET /subjects/a%2Fb%3F/versions/3 "),
            "{sent:?}"
        );
        assert!(
            sent[1].starts_with("GET /subjects/a%2Fb%3F/versions/latest "),
            "{sent:?}"
        );
    });
}

#[test]
fn references_travel_both_ways() {
    let answer = r#"{"subject":"a/b?","version":1,"id":1,"schema":"x","schemaType":"PROTOBUF",
        "references":[{"name":"a.proto","subject":"a","version":2}]}"#;
    block_on(async {
        let reference = Reference {
            name: "a.proto".into(),
            subject: Subject::new("a").unwrap(),
            version: Version::new(2).unwrap(),
        };
        let schema = SchemaDef::new(SchemaKind::Protobuf, "x").with_references(vec![reference]);
        let stub = Stub::start([Reply::json(200, answer)]).await;
        let found = registry(&stub).lookup(&subject(), &schema).await.unwrap();
        assert_eq!(found.def, schema);
        let sent = &stub.requests()[0];
        assert!(sent.contains(r#""references":[{"name":"a.proto","subject":"a","version":2}]"#));
    });
}

#[test]
fn what_that_crate_cannot_do_is_said() {
    block_on(async {
        let stub = Stub::start([Reply::json(200, REGISTERED)]).await;
        let registry = registry(&stub);
        let checked = registry
            .check(&subject(), VersionRef::Latest, &text())
            .await;
        assert_eq!(checked.unwrap_err().kind(), ErrorKind::Unsupported);
        let options = RegisterOptions { normalize: true };
        let registered = registry.register(&subject(), &text(), options).await;
        assert_eq!(registered.unwrap_err().kind(), ErrorKind::Unsupported);
        assert_eq!(stub.count(), 0);
    });
}

/// Everything that it can do, over a served registry, as the registry itself answers.
#[cfg(feature = "server")]
mod served {
    use super::*;
    use crate::admin::{Deletion, RegistryAdmin};
    use crate::fault::Fault;
    use crate::memory::InMemoryRegistry;
    use crate::memory::tests::Toy;
    use crate::registry::RegistryExt;
    use crate::server::{Server, serve};

    async fn scene() -> (InMemoryRegistry, Server, ConverterRegistry) {
        let memory = InMemoryRegistry::builder().rules(Toy).build();
        let server = serve(memory.clone(), ([127, 0, 0, 1], 0).into());
        let server = server.await.unwrap();
        let settings = settings(server.url());
        let registry = ConverterRegistry::new(settings).timeout(Duration::from_secs(5));
        (memory, server, registry)
    }

    fn name(name: &str) -> Subject {
        Subject::new(name).unwrap()
    }

    fn def(text: &str) -> SchemaDef {
        SchemaDef::new(SchemaKind::Avro, text)
    }

    async fn register(
        registry: &impl Registry,
        subject: &str,
        schema: &SchemaDef,
    ) -> Result<RegisteredSchema> {
        let options = RegisterOptions::default();
        registry.register(&name(subject), schema, options).await
    }

    /// Asserts the same answer, or the same kind and code.
    #[track_caller]
    fn same<T: fmt::Debug + PartialEq>(theirs: Result<T>, ours: Result<T>) {
        let plain = |answer: Result<T>| answer.map_err(|error| (error.kind(), error.code()));
        assert_eq!(plain(theirs), plain(ours));
    }

    #[test]
    fn what_is_there_is_found_every_way() {
        block_on(async {
            let (memory, _server, registry) = scene().await;
            for subject in ["orders-value", "a/b?c#d%e", ":.blue:orders", "ä ö"] {
                let first = register(&registry, subject, &def("a")).await.unwrap();
                let again = register(&registry, subject, &def("a")).await.unwrap();
                assert_eq!(first, again);
                let second = register(&registry, subject, &def("a b?")).await.unwrap();
                assert_eq!(second.version.as_u32(), 2);

                let subject = name(subject);
                same(
                    registry.latest(&subject).await,
                    memory.latest(&subject).await,
                );
                let version = first.version.into();
                let ours = memory.by_version(&subject, version).await;
                same(registry.by_version(&subject, version).await, ours);
                let ours = memory.lookup(&subject, &def("a")).await;
                same(registry.lookup(&subject, &def("a")).await, ours);
                let guid = first.guid.unwrap();
                let by_guid = registry.by_guid(guid).await.unwrap();
                assert_eq!(by_guid.def, def("a"));
            }
            let id = SchemaId::new(1);
            let stored = registry.by_id(id).await.unwrap();
            assert_eq!(stored, memory.by_id(id).await.unwrap());
        });
    }

    #[test]
    fn what_is_refused_is_refused_alike() {
        block_on(async {
            let (memory, _server, registry) = scene().await;
            register(&memory, "orders", &def("a")).await.unwrap();
            let (orders, others) = (name("orders"), name("others"));
            let far = SchemaId::new(99);
            same(registry.by_id(far).await, memory.by_id(far).await);
            let guid = SchemaGuid::from_bytes([7; 16]);
            same(registry.by_guid(guid).await, memory.by_guid(guid).await);
            same(registry.latest(&others).await, memory.latest(&others).await);
            let third = Version::new(3).unwrap().into();
            let ours = memory.by_version(&orders, third).await;
            same(registry.by_version(&orders, third).await, ours);
            for subject in [&orders, &others] {
                let ours = memory.lookup(subject, &def("x")).await;
                same(registry.lookup(subject, &def("x")).await, ours);
            }
            for text in ["b", "!", ""] {
                let ours = register(&memory, "orders", &def(text)).await;
                same(register(&registry, "orders", &def(text)).await, ours);
            }
        });
    }

    #[test]
    fn references_are_followed() {
        block_on(async {
            let (_memory, _server, registry) = scene().await;
            let parts = register(&registry, "parts", &def("p")).await.unwrap();
            let whole = def("a").with_references(vec![Reference {
                name: "part".to_owned(),
                subject: parts.subject,
                version: parts.version,
            }]);
            let registered = register(&registry, "whole", &whole).await.unwrap();
            let stored = registry.by_id(registered.id).await.unwrap();
            assert_eq!(stored.def, whole);
            let resolved = crate::resolve::resolve(&registry, &stored.def)
                .await
                .unwrap();
            assert_eq!(&*resolved.references[0].text, "p");
        });
    }

    #[test]
    fn what_was_deleted_is_still_read_by_its_id() {
        block_on(async {
            let (memory, _server, registry) = scene().await;
            let orders = register(&registry, "orders", &def("a")).await.unwrap();
            let deleted = memory.delete_subject(&orders.subject, Deletion::Soft);
            deleted.await.unwrap();
            assert_eq!(registry.by_id(orders.id).await.unwrap().def, def("a"));
            let gone = registry.latest(&orders.subject).await.unwrap_err();
            assert_eq!(gone.kind(), ErrorKind::SubjectNotFound);
        });
    }

    #[test]
    fn a_server_that_fails_is_asked_again() {
        block_on(async {
            let (memory, server, registry) = scene().await;
            let orders = register(&memory, "orders", &def("a")).await.unwrap();
            server.faults().push(Fault::Status(503));
            server.faults().push(Fault::Status(429));
            registry.by_id(orders.id).await.unwrap();
            server
                .faults()
                .always(Some(Fault::Garbage("<html>".to_owned())));
            let error = registry.by_id(orders.id).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse);
            server.faults().clear();
            registry.by_id(orders.id).await.unwrap();
        });
    }
}
