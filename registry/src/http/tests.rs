mod failover;
#[cfg(feature = "server")]
mod lost;
mod oauth;
mod proxy;
#[cfg(feature = "tracing")]
mod secrets;
#[cfg(feature = "rustls")]
mod tls;

use std::time::Duration;

use super::*;
use crate::admin::{RegistryAdmin, SubjectFilter};
use crate::error::ErrorKind;
use crate::id::Version;
use crate::rest::stub::{Reply, Stub};
use crate::schema::{Reference, SchemaKind};

const STORED: &str = r#"{"id":7,"schema":"\"string\""}"#;
const REGISTERED: &str = r#"{"subject":"orders-value","version":3,"id":7,"schema":"\"string\"","guid":"0190f1a0-0000-8000-8000-000000000001"}"#;
const NOT_FOUND: &str = r#"{"error_code":40403,"message":"Schema 7 not found"}"#;

fn quick(stub: &Stub) -> HttpRegistry {
    let timeout = Duration::from_secs(5);
    let builder = HttpRegistry::builder(&stub.url).timeout(timeout);
    builder.build().unwrap()
}

async fn register(registry: &HttpRegistry) -> Result<RegisteredSchema> {
    let options = RegisterOptions::default();
    registry.register(&orders(), &text(), options).await
}

fn orders() -> Subject {
    Subject::value("orders")
}

fn text() -> SchemaDef {
    SchemaDef::new(SchemaKind::Avro, "\"string\"")
}

/// The outcome of one `by_id(7)`, and how many requests it took.
#[track_caller]
fn check(script: Vec<Reply>, expected: Result<(), ErrorKind>, requests: usize) {
    let (outcome, count) = block_on(async {
        let stub = Stub::start(script).await;
        let outcome = quick(&stub).by_id(SchemaId::new(7)).await;
        (outcome, stub.count())
    });
    let outcome = outcome.map(drop).map_err(|error| error.kind());
    assert_eq!((outcome, count), (expected, requests));
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(future)
}

#[test]
fn a_good_answer_is_asked_for_once() {
    check(vec![Reply::json(200, STORED)], Ok(()), 1);
}

#[test]
fn a_failing_registry_is_asked_again() {
    let failed = Reply::with(500, "text/html", "", "<html>oops</html>");
    check(vec![failed.clone(), Reply::json(200, STORED)], Ok(()), 2);
    check(vec![failed], Err(ErrorKind::Server), 4);
}

#[test]
fn too_many_requests_waits_as_told() {
    let limited = Reply::with(429, "text/plain", "Retry-After: 0\r\n", "slow down");
    check(vec![limited, Reply::json(200, STORED)], Ok(()), 2);
    let too_long = Reply::with(429, "text/plain", "Retry-After: 3600\r\n", "");
    check(vec![too_long], Err(ErrorKind::RateLimited), 1);
}

#[test]
fn a_broken_answer_is_asked_for_again() {
    check(vec![Reply::Reset, Reply::json(200, STORED)], Ok(()), 2);
    check(
        vec![Reply::Raw(String::new()), Reply::json(200, STORED)],
        Ok(()),
        2,
    );
    check(
        vec![Reply::Raw("SSH-2.0-x\r\n".into())],
        Err(ErrorKind::Unreachable),
        4,
    );
}

#[test]
fn what_is_not_there_is_asked_for_once() {
    check(
        vec![Reply::json(404, NOT_FOUND)],
        Err(ErrorKind::SchemaNotFound),
        1,
    );
    let proxy = Reply::with(404, "text/html", "", "<html>nginx</html>");
    check(vec![proxy], Err(ErrorKind::InvalidResponse), 1);
}

#[test]
fn an_answer_that_is_no_registrys_is_refused() {
    let no = Err(ErrorKind::InvalidResponse);
    let html = Reply::with(200, "text/html", "", "<html>log in</html>");
    check(vec![html], no, 1);
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "7",
        r#"{"schema":7}"#,
        r#"{"id":7}"#,
        "{\"schema\"",
    ] {
        check(vec![Reply::json(200, body)], no, 1);
    }
    check(vec![Reply::json(200, r#"{"id":8,"schema":"x"}"#)], no, 1);
}

#[test]
fn a_redirect_is_not_followed() {
    let redirect = Reply::with(302, "text/html", "Location: http://127.0.0.1:9/\r\n", "");
    check(vec![redirect], Err(ErrorKind::InvalidResponse), 1);
}

#[test]
fn a_prefix_holds_even_if_the_server_does_not_know_it() {
    let names = r#"["a-1", "b-1", ":.a:c"]"#;
    let ask = |prefix: &str| {
        let filter = SubjectFilter::default().prefix(prefix);
        block_on(async {
            let stub = Stub::start([Reply::json(200, names)]).await;
            let found = quick(&stub).subjects(&filter).await.unwrap();
            let found: Vec<String> = found.iter().map(ToString::to_string).collect();
            found.join(" ")
        })
    };
    assert_eq!(ask("a-"), "a-1");
    assert_eq!(ask(""), "a-1 b-1 :.a:c");
    assert_eq!(ask(":*:"), "a-1 b-1 :.a:c");
}

#[test]
fn deeply_nested_json_is_refused_or_skipped() {
    let deep = "[".repeat(200_000);
    check(
        vec![Reply::json(200, &deep)],
        Err(ErrorKind::InvalidResponse),
        1,
    );
    let inside = format!(r#"{{"schema":{deep}"#);
    check(
        vec![Reply::json(200, &inside)],
        Err(ErrorKind::InvalidResponse),
        1,
    );
    let ignored = format!(r#"{{"x":{deep}{},"schema":"x"}}"#, "]".repeat(200_000));
    check(vec![Reply::json(200, &ignored)], Ok(()), 1);
}

#[test]
fn an_endless_body_is_cut() {
    check(vec![Reply::Endless], Err(ErrorKind::LimitExceeded), 1);
    let announced = "HTTP/1.1 500 X\r\nContent-Length: 9\r\nConnection: close\r\n\r\n".to_owned();
    check(
        vec![Reply::Raw(announced), Reply::json(200, STORED)],
        Ok(()),
        2,
    );
}

#[test]
fn a_registry_that_hangs_is_a_timeout() {
    block_on(async {
        let stub = Stub::start([Reply::Hang]).await;
        let builder = HttpRegistry::builder(&stub.url).timeout(Duration::from_millis(300));
        let error = builder.build().unwrap().by_id(SchemaId::new(7)).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Timeout);
        assert!(stub.count() > 1, "asked again while time was left");
    });
}

/// The URL of a port without a listener, taken so that no other test gets it.
fn refusing_url() -> String {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    std::mem::forget(socket);
    url
}

#[test]
fn a_refused_connection_is_unreachable() {
    block_on(async {
        let registry = HttpRegistry::new(refusing_url()).unwrap();
        let error = registry.by_id(SchemaId::new(7)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreachable);
        assert!(error.is_retryable());
    });
}

#[test]
fn the_next_node_takes_over_and_stays() {
    block_on(async {
        let good = Stub::start([Reply::json(200, STORED)]).await;
        let builder = HttpRegistry::builder(refusing_url()).url(&good.url);
        let registry = builder.build().unwrap();
        for expected in 1..=3 {
            registry.by_id(SchemaId::new(7)).await.unwrap();
            assert_eq!(good.count(), expected);
        }
        assert_eq!(registry.transport.current(), Some(1));
    });
}

#[test]
fn a_refusal_does_not_move_to_the_next_node() {
    block_on(async {
        let first = Stub::start([Reply::json(404, NOT_FOUND)]).await;
        let second = Stub::start([Reply::json(200, STORED)]).await;
        let builder = HttpRegistry::builder(&first.url).url(&second.url);
        let error = builder.build().unwrap().by_id(SchemaId::new(7)).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::SchemaNotFound);
        assert_eq!((first.count(), second.count()), (1, 0));
    });
}

#[test]
fn outside_of_a_runtime_is_an_error() {
    let registry = HttpRegistry::new("http://127.0.0.1:9").unwrap();
    let mut future = registry.by_id(SchemaId::new(7));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(Err(error)) => assert_eq!(error.kind(), ErrorKind::Config),
        other => panic!("{other:?}"),
    }
}

/// Checks what one call sends: its request line and body.
#[track_caller]
fn check_sent(
    answer: &str,
    call: impl AsyncFnOnce(&HttpRegistry) -> Result<()>,
    expected: &[(&str, &str)],
) {
    let sent = block_on(async {
        let stub = Stub::start([Reply::json(200, answer)]).await;
        call(&quick(&stub)).await.unwrap();
        stub.requests()
    });
    let sent: Vec<(&str, &str)> = sent
        .iter()
        .map(|request| {
            let line = request
                .lines()
                .next()
                .unwrap()
                .trim_end_matches(" HTTP/1.1");
            (line, request.split_once("\r\n\r\n").unwrap().1)
        })
        .collect();
    assert_eq!(sent, expected);
}

#[test]
fn each_call_asks_its_question() {
    check_sent(
        STORED,
        async |r| r.by_id(SchemaId::new(7)).await.map(drop),
        &[("GET /schemas/ids/7", "")],
    );
    let guid: SchemaGuid = "0190f1a0-0000-8000-8000-000000000001".parse().unwrap();
    check_sent(
        STORED,
        async |r| r.by_guid(guid).await.map(drop),
        &[(
            "GET /schemas/guids/0190f1a0-0000-8000-8000-000000000001",
            "",
        )],
    );
    check_sent(
        REGISTERED,
        async |r| r.by_version(&orders(), VersionRef::Latest).await.map(drop),
        &[("GET /subjects/orders-value/versions/latest", "")],
    );
    let third = Version::new(3).unwrap();
    check_sent(
        REGISTERED,
        async |r| r.by_version(&orders(), third.into()).await.map(drop),
        &[("GET /subjects/orders-value/versions/3", "")],
    );
    let body = r#"{"schema":"\"string\""}"#;
    check_sent(
        REGISTERED,
        async |r| r.lookup(&orders(), &text()).await.map(drop),
        &[("POST /subjects/orders-value", body)],
    );
    check_sent(
        r#"{"is_compatible":true}"#,
        async |r| {
            r.check(&orders(), VersionRef::Latest, &text())
                .await
                .map(drop)
        },
        &[(
            "POST /compatibility/subjects/orders-value/versions/latest?verbose=true",
            body,
        )],
    );
}

#[test]
fn registering_asks_for_the_version_where_the_answer_lacks_it() {
    let body = r#"{"schema":"\"string\""}"#;
    check_sent(
        REGISTERED,
        async |r| {
            r.register(&orders(), &text(), RegisterOptions::default())
                .await
                .map(drop)
        },
        &[("POST /subjects/orders-value/versions", body)],
    );
    block_on(async {
        let stub = Stub::start([
            Reply::json(200, r#"{"id":7}"#),
            Reply::json(200, REGISTERED),
        ])
        .await;
        let options = RegisterOptions { normalize: true };
        let found = quick(&stub)
            .register(&orders(), &text(), options)
            .await
            .unwrap();
        assert_eq!((found.version.as_u32(), found.id.as_u32()), (3, 7));
        let lines: Vec<String> = stub.requests();
        assert!(lines[0].starts_with("POST /subjects/orders-value/versions?normalize=true "));
        assert!(lines[1].starts_with("POST /subjects/orders-value?normalize=true "));
    });
}

#[test]
fn two_ids_for_one_schema_are_refused() {
    block_on(async {
        let stub = Stub::start([
            Reply::json(200, r#"{"id":8}"#),
            Reply::json(200, REGISTERED),
        ])
        .await;
        let registered = register(&quick(&stub)).await;
        assert_eq!(registered.unwrap_err().kind(), ErrorKind::InvalidResponse);
    });
}

#[test]
fn a_subject_cannot_change_the_path() {
    for (name, path) in [
        ("a/b?c#d%e", "/subjects/a%2Fb%3Fc%23d%25e/versions/latest"),
        (":.ctx:orders", "/subjects/%3A.ctx%3Aorders/versions/latest"),
        ("../config", "/subjects/..%2Fconfig/versions/latest"),
        ("%2e%2e", "/subjects/%252e%252e/versions/latest"),
    ] {
        let answer = format!(r#"{{"subject":{name:?},"version":1,"id":1,"schema":"x"}}"#);
        let subject = Subject::new(name).unwrap();
        check_sent(
            &answer,
            async |r| r.by_version(&subject, VersionRef::Latest).await.map(drop),
            &[(&format!("GET {path}"), "")],
        );
    }
    let registry = HttpRegistry::new("http://127.0.0.1:9").unwrap();
    let error = block_on(registry.lookup(&Subject::new("..").unwrap(), &text()));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Config);
}

#[test]
fn references_and_types_travel() {
    let reference = Reference {
        name: "a.proto".into(),
        subject: Subject::new("a").unwrap(),
        version: Version::new(2).unwrap(),
    };
    let schema = SchemaDef::new(SchemaKind::Protobuf, "x").with_references(vec![reference]);
    let answer = r#"{"subject":"orders-value","version":1,"id":1,"schema":"x","schemaType":"PROTOBUF",
        "references":[{"name":"a.proto","subject":"a","version":2}]}"#;
    block_on(async {
        let stub = Stub::start([Reply::json(200, answer)]).await;
        let found = quick(&stub).lookup(&orders(), &schema).await.unwrap();
        assert_eq!(found.def, schema);
        let error = quick(&stub).lookup(&orders(), &text()).await.unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::InvalidResponse,
            "another schema type"
        );
    });
}

#[test]
fn an_incompatible_schema_keeps_the_registrys_reason() {
    block_on(async {
        let body =
            r#"{"error_code":409,"message":"Schema being registered is incompatible: no default"}"#;
        let stub = Stub::start([Reply::json(409, body)]).await;
        let registered = register(&quick(&stub)).await;
        let error = registered.unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::Incompatible, Some(409))
        );
        assert!(error.to_string().contains("no default"), "{error}");
        assert!(
            error.to_string().starts_with("subject \"orders-value\": "),
            "{error}"
        );
    });
}

#[test]
fn a_check_tells_the_reasons() {
    block_on(async {
        let body = r#"{"is_compatible":false,"messages":["a\nb","c"]}"#;
        let stub = Stub::start([Reply::json(200, body)]).await;
        let found = quick(&stub)
            .check(&orders(), VersionRef::Latest, &text())
            .await
            .unwrap();
        assert!(!found.is_compatible);
        assert_eq!(found.messages, ["a b", "c"]);
    });
}

#[test]
fn headers_and_credentials_are_sent_and_never_shown() {
    block_on(async {
        let stub = Stub::start([Reply::json(401, r#"{"error_code":40101,"message":"no"}"#)]).await;
        let url = stub.url.replace("http://", "http://alice:s%40cret@");
        let builder = HttpRegistry::builder(url)
            .header("X-Tenant", "shop")
            .context("blue");
        assert!(!format!("{builder:?}").contains("cret"));
        let registry = builder.build().unwrap();
        let error = registry.by_id(SchemaId::new(7)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated);
        for shown in [
            format!("{registry:?}"),
            format!("{error:?}"),
            format!("{error}"),
        ] {
            assert!(
                !shown.contains("cret") && !shown.contains("alice"),
                "{shown}"
            );
        }
        let sent = &stub.requests()[0];
        assert!(
            sent.starts_with("GET /contexts/.blue/schemas/ids/7 "),
            "{sent}"
        );
        for line in [
            "authorization: Basic YWxpY2U6c0BjcmV0",
            "accept: application/vnd.schemaregistry.v1+json, application/json; q=0.9",
            "content-type: application/vnd.schemaregistry.v1+json",
            "x-tenant: shop",
        ] {
            assert!(
                sent.contains(&format!("\r\n{line}\r\n")),
                "{line} in {sent}"
            );
        }
    });
}

#[track_caller]
fn check_build(builder: HttpRegistryBuilder, expected: Result<(), ErrorKind>) {
    let built = builder.build();
    if let Err(error) = &built {
        assert!(
            !format!("{error} {error:?}").contains("secret"),
            "{error:?}"
        );
    }
    assert_eq!(built.map(drop).map_err(|error| error.kind()), expected);
}

#[test]
fn credentials_do_not_travel_in_clear_text() {
    let no = Err(ErrorKind::Config);
    let far = || HttpRegistry::builder("http://registry.example:8081");
    check_build(far(), Ok(()));
    check_build(far().basic_auth("me", "secret"), no);
    check_build(far().bearer("secret"), no);
    check_build(far().header("Authorization", "secret"), no);
    check_build(far().header("X-Api-Key", "secret"), no);
    check_build(far().header("cookie", "secret"), no);
    check_build(far().header("X-Tenant", "shop"), Ok(()));
    check_build(
        HttpRegistry::builder("http://me:secret@registry.example"),
        no,
    );
    for near in ["http://localhost:1", "http://127.0.0.2:1", "http://[::1]:1"] {
        check_build(HttpRegistry::builder(near).bearer("secret"), Ok(()));
        check_build(
            HttpRegistry::builder(near)
                .url("http://registry.example")
                .bearer("secret"),
            no,
        );
    }
    check_build(
        HttpRegistry::builder("http://127.0.0.1.example").bearer("secret"),
        no,
    );
}

#[test]
fn urls_that_cannot_work_are_refused_unquoted() {
    for url in [
        "",
        "127.0.0.1:8081",
        "ftp://127.0.0.1",
        "http://me:secret",
        "http://me:12/secret@127.0.0.1",
        "http://127.0.0.1?secret",
        "http://127.0.0.1#secret",
    ] {
        check_build(HttpRegistry::builder(url), Err(ErrorKind::Config));
    }
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let near = || HttpRegistry::builder("http://127.0.0.1");
    let no = Err(ErrorKind::Config);
    check_build(near().timeout(Duration::ZERO), no);
    check_build(near().timeout(Duration::MAX), no);
    check_build(near().header("a b", "secret"), no);
    check_build(near().header("a", "sec\nret secret"), no);
    check_build(near().context(""), no);
    check_build(near().context(":.a:"), no);
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
#[test]
fn https_without_tls_names_the_features() {
    let error = HttpRegistry::new("https://127.0.0.1").unwrap_err();
    assert!(error.to_string().contains("`rustls`"), "{error}");
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[test]
fn https_is_not_spoken_in_clear_text() {
    block_on(async {
        let stub = Stub::start([Reply::json(200, STORED)]).await;
        let url = stub.url.replace("http://", "https://");
        let builder = HttpRegistry::builder(url).bearer("secret");
        let builder = builder.timeout(Duration::from_millis(500));
        let error = builder.build().unwrap().by_id(SchemaId::new(7)).await;
        assert!(error.unwrap_err().is_retryable());
        for request in stub.requests() {
            assert!(!request.contains("secret"), "{request}");
        }
    });
}
