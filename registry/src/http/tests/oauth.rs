//! Tokens that are requested, kept, renewed and never shown.

use super::*;
use crate::http::OAuth;

fn token(text: &str, life: u64) -> Reply {
    let body = format!(r#"{{"access_token":"{text}","token_type":"Bearer","expires_in":{life}}}"#);
    Reply::with(200, "application/json", "", &body)
}

fn registry(stub: &Stub, tokens: &Stub) -> HttpRegistry {
    let oauth = OAuth::client_credentials(format!("{}/token", tokens.url), "orders app", "s+cret")
        .scope("read write")
        .param("audience", "registry");
    assert!(!format!("{oauth:?}").contains("cret"));
    let builder = HttpRegistry::builder(&stub.url).header("X-Secret", "for-the-registry-alone");
    let builder = builder.oauth(oauth).timeout(Duration::from_secs(3));
    assert!(!format!("{builder:?}").contains("cret"));
    builder.build().unwrap()
}

fn bearer(request: &str) -> &str {
    let line = request
        .lines()
        .find(|line| line.starts_with("authorization: "));
    line.unwrap_or_default()
        .trim_start_matches("authorization: ")
}

#[test]
fn a_token_is_asked_for_once_and_sent_with_every_call() {
    block_on(async {
        let tokens = Stub::start([token("t1", 3600)]).await;
        let stub = Stub::start([Reply::json(200, STORED)]).await;
        let registry = registry(&stub, &tokens);
        for _ in 0..3 {
            registry.by_id(SchemaId::new(7)).await.unwrap();
        }
        let asked = tokens.requests();
        assert_eq!(asked.len(), 1);
        assert!(asked[0].starts_with("POST /token "), "{}", asked[0]);
        // `orders%20app:s%2Bcret`
        assert_eq!(bearer(&asked[0]), "Basic b3JkZXJzJTIwYXBwOnMlMkJjcmV0");
        let body = "\r\n\r\ngrant_type=client_credentials&scope=read%20write&audience=registry";
        assert!(asked[0].ends_with(body), "{}", asked[0]);
        assert!(!asked[0].contains("for-the-registry-alone"));
        for request in stub.requests() {
            assert_eq!(bearer(&request), "Bearer t1");
            assert!(request.contains("for-the-registry-alone"));
        }
    });
}

#[test]
fn a_token_that_ends_is_renewed() {
    block_on(async {
        let tokens = Stub::start([token("t1", 0), token("t2", 3600)]).await;
        let stub = Stub::start([Reply::json(200, STORED)]).await;
        let registry = registry(&stub, &tokens);
        for _ in 0..3 {
            registry.by_id(SchemaId::new(7)).await.unwrap();
        }
        let requests = stub.requests();
        let sent: Vec<&str> = requests.iter().map(|request| bearer(request)).collect();
        assert_eq!(sent, ["Bearer t1", "Bearer t2", "Bearer t2"]);
    });
}

#[test]
fn a_token_that_never_ends_is_kept() {
    block_on(async {
        let tokens = Stub::start([token("t1", u64::MAX)]).await;
        let stub = Stub::start([Reply::json(200, STORED)]).await;
        let registry = registry(&stub, &tokens);
        for _ in 0..2 {
            registry.by_id(SchemaId::new(7)).await.unwrap();
        }
        assert_eq!(tokens.count(), 1);
    });
}

#[test]
fn a_token_that_is_refused_is_replaced_once() {
    let refused = Reply::json(401, r#"{"error_code":40101,"message":"no"}"#);
    block_on(async {
        let tokens = Stub::start([token("t1", 3600), token("t2", 3600)]).await;
        let script = [
            Reply::json(200, STORED),
            refused.clone(),
            Reply::json(200, STORED),
        ];
        let stub = Stub::start(script).await;
        let registry = registry(&stub, &tokens);
        for _ in 0..2 {
            registry.by_id(SchemaId::new(7)).await.unwrap();
        }
        assert_eq!((stub.count(), tokens.count()), (3, 2));
    });
    block_on(async {
        let tokens = Stub::start([token("t1", 3600)]).await;
        let stub = Stub::start([refused]).await;
        let registry = registry(&stub, &tokens);
        let error = registry.by_id(SchemaId::new(7)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated);
        assert_eq!((stub.count(), tokens.count()), (1, 1), "it was new");
    });
}

#[test]
fn a_forbidden_call_keeps_its_token() {
    let forbidden = Reply::json(403, r#"{"error_code":40301,"message":"no"}"#);
    block_on(async {
        let tokens = Stub::start([token("t1", 3600), token("t2", 3600)]).await;
        let stub = Stub::start([Reply::json(200, STORED), forbidden]).await;
        let registry = registry(&stub, &tokens);
        registry.by_id(SchemaId::new(7)).await.unwrap();
        for _ in 0..2 {
            let error = registry.by_id(SchemaId::new(7)).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Forbidden);
        }
        assert_eq!((stub.count(), tokens.count()), (3, 1));
    });
}

#[test]
fn a_token_is_used_until_its_end_while_renewing_fails() {
    let failed = Reply::with(500, "text/plain", "", "");
    for failed in [failed, Reply::Hang] {
        block_on(async {
            let tokens = Stub::start([token("t1", 3600), failed, token("t2", 3600)]).await;
            let stub = Stub::start([Reply::json(200, STORED)]).await;
            let registry = registry(&stub, &tokens);
            registry.by_id(SchemaId::new(7)).await.unwrap();
            registry.transport.renew_soon().await;
            for _ in 0..2 {
                registry.by_id(SchemaId::new(7)).await.unwrap();
            }
            assert_eq!(tokens.count(), 2, "is not asked at once again");
            registry.transport.renew_soon().await;
            registry.by_id(SchemaId::new(7)).await.unwrap();
            let requests = stub.requests();
            let sent: Vec<&str> = requests.iter().map(|request| bearer(request)).collect();
            assert_eq!(sent, ["Bearer t1", "Bearer t1", "Bearer t1", "Bearer t2"]);
        });
    }
}

#[test]
fn a_token_is_not_used_beyond_its_end() {
    block_on(async {
        let failed = Reply::with(500, "text/plain", "", "");
        let tokens = Stub::start([token("t1", 0), failed]).await;
        let stub = Stub::start([Reply::json(200, STORED)]).await;
        let registry = registry(&stub, &tokens);
        registry.by_id(SchemaId::new(7)).await.unwrap();
        let error = registry.by_id(SchemaId::new(7)).await.unwrap_err();
        assert_eq!((error.kind(), stub.count()), (ErrorKind::Server, 1));
    });
}

#[track_caller]
fn check_no_token(reply: Reply, expected: ErrorKind) {
    block_on(async {
        let tokens = Stub::start([reply]).await;
        let stub = Stub::start([Reply::json(200, STORED)]).await;
        let registry = registry(&stub, &tokens);
        let error = registry.by_id(SchemaId::new(7)).await.unwrap_err();
        assert_eq!(error.kind(), expected, "{error}");
        assert!(!format!("{error} {error:?} {registry:?}").contains("cret"));
        assert_eq!(stub.count(), 0, "nothing is sent without a token");
    });
}

#[test]
fn without_a_token_nothing_is_sent() {
    let json = |status, body: &str| Reply::with(status, "application/json", "", body);
    check_no_token(
        json(401, r#"{"error":"invalid_client s+cret"}"#),
        ErrorKind::Unauthenticated,
    );
    check_no_token(
        json(400, r#"{"error":"invalid_scope"}"#),
        ErrorKind::Unauthenticated,
    );
    check_no_token(json(500, "s+cret"), ErrorKind::Server);
    check_no_token(json(200, "<html>s+cret"), ErrorKind::InvalidResponse);
    check_no_token(
        json(200, r#"{"access_token":""}"#),
        ErrorKind::InvalidResponse,
    );
    let mac = r#"{"access_token":"secret","token_type":"mac"}"#;
    check_no_token(json(200, mac), ErrorKind::InvalidResponse);
    let redirect = Reply::with(302, "text/html", "Location: http://127.0.0.1:9/\r\n", "");
    check_no_token(redirect, ErrorKind::InvalidResponse);
    check_no_token(Reply::Hang, ErrorKind::Timeout);
    check_no_token(Reply::Endless, ErrorKind::InvalidResponse);
}

#[test]
fn its_secret_does_not_travel_in_clear_text() {
    let far = || OAuth::client_credentials("http://id.example/token", "me", "secret");
    let near = || OAuth::client_credentials("http://127.0.0.1:1/token", "me", "secret");
    let no = Err(ErrorKind::Config);
    check_build(
        HttpRegistry::builder("http://127.0.0.1:1").oauth(near()),
        Ok(()),
    );
    check_build(HttpRegistry::builder("http://127.0.0.1:1").oauth(far()), no);
    check_build(
        HttpRegistry::builder("http://registry.example").oauth(near()),
        no,
    );
    let proxied = HttpRegistry::builder("http://127.0.0.1:1").proxy("http://proxy.example:3128");
    check_build(proxied.oauth(near()), no);
}
