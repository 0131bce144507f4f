use super::*;
use crate::id::Version;
use crate::rest::stub::{Reply, Stub};
use crate::schema::{Reference, SchemaKind};

const STORED: &str = r#"{"schema":"\"string\""}"#;
const REGISTERED: &str = r#"{"subject":"a/b?","version":3,"id":7,"schema":"\"string\""}"#;

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(future)
}

fn registry(stub: &Stub) -> ConverterRegistry {
    ConverterRegistry::new(SrSettings::new(stub.url.clone())).timeout(Duration::from_secs(5))
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
        Err(ErrorKind::Unauthorized),
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
