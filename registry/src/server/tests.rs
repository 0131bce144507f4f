use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::fault::Fault;
use crate::memory::InMemoryRegistry;
use crate::memory::tests::Toy;

const MEDIA: &str = "Content-Type: application/vnd.schemaregistry.v1+json\r\n";

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(future)
}

async fn start() -> Server {
    let registry = InMemoryRegistry::builder().rules(Toy).build();
    serve(registry, ([127, 0, 0, 1], 0).into()).await.unwrap()
}

/// Returns the whole answer to a request, byte for byte.
async fn send(server: &Server, line: &str, headers: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    let length = body.len();
    let request = format!(
        "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// Runs `script`: request line and body, expected status and body.
#[track_caller]
fn check(script: &[(&str, &str, u16, &str)]) {
    block_on(async {
        let server = start().await;
        for (line, body, status, expected) in script {
            let answer = send(&server, line, MEDIA, body).await;
            let (head, found) = answer.split_once("\r\n\r\n").unwrap();
            assert!(
                head.starts_with(&format!("HTTP/1.1 {status} ")),
                "{line} {body}: {answer}"
            );
            if expected.ends_with('…') {
                let expected = expected.trim_end_matches('…');
                assert!(found.starts_with(expected), "{line} {body}: {found}");
            } else {
                assert_eq!(found, *expected, "{line} {body}");
            }
        }
    });
}

#[test]
fn the_whole_api_answers_as_confluents() {
    check(&[
        ("GET /", "", 200, "{}"),
        ("GET /subjects", "", 200, "[]"),
        ("GET /schemas", "", 200, "[]"),
        ("GET /schemas/types", "", 200, r#"["AVRO"]"#),
        ("GET /contexts", "", 200, r#"["."]"#),
        (
            "GET /config",
            "",
            200,
            r#"{"compatibilityLevel":"BACKWARD"}"#,
        ),
        ("GET /mode", "", 200, r#"{"mode":"READWRITE"}"#),
        (
            "GET /v1/metadata/id",
            "",
            200,
            r#"{"id":"","scope":{"clusters":{"kafka-cluster":…"#,
        ),
        (
            "GET /v1/metadata/version",
            "",
            200,
            r#"{"commitId":"","version":"…"#,
        ),
        (
            "POST /subjects/a/versions",
            r#"{"schema":"x"}"#,
            200,
            r#"{"version":1,"id":1,"guid":"…"#,
        ),
        ("GET /subjects", "", 200, r#"["a"]"#),
        ("GET /subjects/a/versions", "", 200, "[1]"),
        ("GET /subjects/a/versions/1/schema", "", 200, "x"),
        ("GET /subjects/a/versions/latest/schema", "", 200, "x"),
        ("GET /subjects/a/versions/-1/schema", "", 200, "x"),
        ("GET /subjects/a/versions/1/referencedby", "", 200, "[]"),
        ("GET /schemas/ids/1/schema", "", 200, "x"),
        ("GET /schemas/ids/1/subjects", "", 200, r#"["a"]"#),
        (
            "GET /schemas/ids/1/versions",
            "",
            200,
            r#"[{"subject":"a","version":1}]"#,
        ),
        (
            "PUT /config/a",
            r#"{"compatibility":"full"}"#,
            200,
            r#"{"compatibility":"full"}"#,
        ),
        ("GET /config/a", "", 200, r#"{"compatibilityLevel":"FULL"}"#),
        (
            "DELETE /config/a",
            "",
            200,
            r#"{"compatibilityLevel":"FULL"}"#,
        ),
        (
            "GET /config/a?defaultToGlobal=true",
            "",
            200,
            r#"{"compatibilityLevel":"BACKWARD"}"#,
        ),
        (
            "PUT /config/b",
            r#"{"compatibility":"NONE","validateFields":false,"alias":null}"#,
            200,
            r#"{"compatibility":"NONE"}"#,
        ),
        (
            "PUT /mode/a",
            r#"{"mode":"READONLY"}"#,
            200,
            r#"{"mode":"READONLY"}"#,
        ),
        ("DELETE /mode/a", "", 200, r#"{"mode":"READONLY"}"#),
        (
            "POST /compatibility/subjects/a/versions/latest",
            r#"{"schema":"x y"}"#,
            200,
            r#"{"is_compatible":false}"#,
        ),
        (
            "POST /compatibility/subjects/a/versions?verbose=true",
            r#"{"schema":"x y?"}"#,
            200,
            r#"{"is_compatible":true,"messages":[]}"#,
        ),
        ("DELETE /subjects/a/versions/1", "", 200, "1"),
        ("GET /subjects?deleted=true", "", 200, r#"["a"]"#),
        ("DELETE /subjects/a?permanent=true", "", 200, "[1]"),
        ("GET /subjects?deleted=true", "", 200, "[]"),
    ]);
}

#[test]
fn refusals_are_worded_as_confluents() {
    check(&[
        (
            "GET /subjects/a/versions",
            "",
            404,
            r#"{"error_code":40401,"message":"Subject 'a' not found."}"#,
        ),
        (
            "GET /schemas/ids/5",
            "",
            404,
            r#"{"error_code":40403,"message":"Schema 5 not found"}"#,
        ),
        ("POST /subjects/a/versions", r#"{"schema":"x"}"#, 200, "{…"),
        (
            "GET /subjects/a/versions/9",
            "",
            404,
            r#"{"error_code":40402,"message":"Version 9 not found."}"#,
        ),
        (
            "POST /subjects/a",
            r#"{"schema":"q"}"#,
            404,
            r#"{"error_code":40403,"message":"Schema not found"}"#,
        ),
        (
            "DELETE /subjects/a?permanent=true",
            "",
            404,
            r#"{"error_code":40405,"message":"Subject 'a' was not deleted first before being permanently deleted"}"#,
        ),
        ("DELETE /subjects/a", "", 200, "[1]"),
        (
            "DELETE /subjects/a",
            "",
            404,
            r#"{"error_code":40404,"message":"Subject 'a' was soft deleted.Set permanent=true to delete permanently"}"#,
        ),
        (
            "GET /config/a",
            "",
            404,
            r#"{"error_code":40408,"message":"Subject 'a' does not have subject-level compatibility configured"}"#,
        ),
        (
            "GET /subjects/a/versions/zero",
            "",
            422,
            r#"{"error_code":42202,"message":"The specified version 'zero' is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\""}"#,
        ),
        (
            "GET /subjects/a/versions/0",
            "",
            422,
            r#"{"error_code":42202,…"#,
        ),
        (
            "PUT /config",
            r#"{"compatibility":"SOME"}"#,
            422,
            r#"{"error_code":42203,…"#,
        ),
        (
            "PUT /config",
            r#"{"compatibility":null}"#,
            422,
            r#"{"error_code":42203,…"#,
        ),
        (
            "PUT /mode",
            r#"{"mode":"SOME"}"#,
            422,
            r#"{"error_code":42204,…"#,
        ),
        (
            "GET /subjects/%00/versions",
            "",
            422,
            r#"{"error_code":42208,…"#,
        ),
        (
            "POST /subjects/a/versions",
            r#"{"schema":"x","schemaType":"THRIFT"}"#,
            422,
            r#"{"error_code":42201,"message":"Invalid schema type THRIFT"}"#,
        ),
        (
            "POST /subjects/a/versions",
            r#"{"schema":"x","metadata":{"properties":{"a":"b"}}}"#,
            422,
            r#"{"error_code":42201,…"#,
        ),
    ]);
}

#[test]
fn what_never_reaches_the_registry_is_refused_as_jersey_does() {
    let deep = "[".repeat(200_000);
    check(&[
        (
            "GET /nope",
            "",
            404,
            r#"{"error_code":404,"message":"HTTP 404 Not Found"}"#,
        ),
        (
            "GET /subjects/a/b/c",
            "",
            404,
            r#"{"error_code":404,"message":"HTTP 404 Not Found"}"#,
        ),
        (
            "GET /schemas/ids/x",
            "",
            404,
            r#"{"error_code":404,"message":"HTTP 404 Not Found"}"#,
        ),
        (
            "PATCH /subjects",
            "",
            405,
            r#"{"error_code":405,"message":"HTTP 405 Method Not Allowed"}"#,
        ),
        ("GET /subjects/a", "", 405, "{…"),
        ("DELETE /mode", "", 405, "{…"),
        ("POST /subjects/a", "", 422, r#"{"error_code":422,…"#),
        ("POST /subjects/a", "null", 422, r#"{"error_code":422,…"#),
        ("POST /subjects/a", "{", 400, r#"{"error_code":400,…"#),
        ("POST /subjects/a", "[]", 400, r#"{"error_code":400,…"#),
        ("POST /subjects/a", &deep, 400, r#"{"error_code":400,…"#),
        (
            "POST /subjects/a",
            r#"{"schema":{}}"#,
            400,
            r#"{"error_code":400,…"#,
        ),
        (
            "POST /subjects/a",
            r#"{"schema":"x","more":1}"#,
            404,
            r#"{"error_code":40401,…"#,
        ),
        ("GET /subjects/", "", 200, "[]"),
    ]);
}

#[test]
fn a_body_over_the_limit_is_refused() {
    block_on(async {
        let server = start().await;
        let mut stream = TcpStream::connect(server.addr()).await.unwrap();
        let head = "POST /subjects/a HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 413");
    });
}

#[test]
fn types_are_negotiated() {
    block_on(async {
        let server = start().await;
        let answer = send(&server, "GET /subjects", "Accept: application/json\r\n", "").await;
        assert!(
            answer.contains("content-type: application/json\r\n"),
            "{answer}"
        );
        let answer = send(&server, "GET /subjects", "", "").await;
        let media = "content-type: application/vnd.schemaregistry.v1+json\r\n";
        assert!(answer.contains(media), "{answer}");
        let answer = send(&server, "GET /subjects", "Accept: text/html\r\n", "").await;
        assert!(answer.starts_with("HTTP/1.1 406 "), "{answer}");
        let html = "Content-Type: text/html\r\n";
        let answer = send(&server, "POST /subjects/a", html, "{}").await;
        assert!(answer.starts_with("HTTP/1.1 415 "), "{answer}");
        let json = "Content-Type: application/json; charset=utf-8\r\n";
        let answer = send(
            &server,
            "POST /subjects/a/versions",
            json,
            r#"{"schema":"x"}"#,
        )
        .await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    });
}

#[test]
fn paths_lead_into_contexts() {
    check(&[
        (
            "POST /subjects/:.blue:a/versions",
            r#"{"schema":"q"}"#,
            200,
            "{…",
        ),
        (
            "POST /contexts/.blue/subjects/b/versions",
            r#"{"schema":"w"}"#,
            200,
            "{…",
        ),
        ("POST /subjects/c/versions", r#"{"schema":"x"}"#, 200, "{…"),
        ("GET /contexts", "", 200, r#"[".",".blue"]"#),
        (
            "GET /contexts/.blue/subjects",
            "",
            200,
            r#"[":.blue:a",":.blue:b"]"#,
        ),
        ("GET /contexts/.blue/schemas/ids/2/schema", "", 200, "w"),
        ("GET /schemas/ids/2/schema?subject=:.blue:", "", 200, "w"),
        ("GET /schemas/ids/1/schema", "", 200, "x"),
        (
            "GET /contexts/.blue/subjects/a/versions/1/schema",
            "",
            200,
            "q",
        ),
        (
            "PUT /contexts/.blue/config",
            r#"{"compatibility":"NONE"}"#,
            200,
            "{…",
        ),
        (
            "GET /config/:.blue:",
            "",
            200,
            r#"{"compatibilityLevel":"NONE"}"#,
        ),
        (
            "GET /config",
            "",
            200,
            r#"{"compatibilityLevel":"BACKWARD"}"#,
        ),
        ("GET /contexts/.blue/nope", "", 404, "{…"),
    ]);
}

#[test]
fn lists_come_in_pages() {
    check(&[
        ("POST /subjects/b/versions", r#"{"schema":"x"}"#, 200, "{…"),
        ("POST /subjects/c/versions", r#"{"schema":"x"}"#, 200, "{…"),
        ("POST /subjects/a/versions", r#"{"schema":"x"}"#, 200, "{…"),
        ("GET /subjects?limit=2", "", 200, r#"["a","b"]"#),
        ("GET /subjects?limit=2&offset=2", "", 200, r#"["c"]"#),
        ("GET /subjects?limit=-1", "", 200, r#"["a","b","c"]"#),
        ("GET /subjects?subjectPrefix=%63", "", 200, r#"["c"]"#),
    ]);
}

#[test]
fn what_is_configured_for_a_scope_is_merged() {
    check(&[
        (
            "PUT /config/a",
            r#"{"normalize":true}"#,
            200,
            r#"{"normalize":true}"#,
        ),
        ("GET /config/a", "", 200, r#"{"normalize":true}"#),
        (
            "GET /config/a?defaultToGlobal=true",
            "",
            200,
            r#"{"normalize":true,"compatibilityLevel":"BACKWARD"}"#,
        ),
        (
            "PUT /config/a",
            r#"{"compatibility":"none"}"#,
            200,
            r#"{"compatibility":"none"}"#,
        ),
        (
            "GET /config/a",
            "",
            200,
            r#"{"normalize":true,"compatibilityLevel":"NONE"}"#,
        ),
        (
            "POST /subjects/a/versions",
            r#"{"schema":"y x"}"#,
            200,
            "{…",
        ),
        ("GET /schemas/ids/1/schema", "", 200, "x y"),
        (
            "DELETE /config/a",
            "",
            200,
            r#"{"normalize":true,"compatibilityLevel":"NONE"}"#,
        ),
        ("GET /config/a", "", 404, r#"{"error_code":40408,…"#),
        ("DELETE /config/a", "", 404, r#"{"error_code":40401,…"#),
        (
            "PUT /config",
            r#"{"normalize":true,"compatibility":"FULL"}"#,
            200,
            r#"{"normalize":true,"compatibility":"FULL"}"#,
        ),
        (
            "GET /config",
            "",
            200,
            r#"{"normalize":true,"compatibilityLevel":"FULL"}"#,
        ),
        (
            "DELETE /config",
            "",
            200,
            r#"{"normalize":true,"compatibilityLevel":"FULL"}"#,
        ),
        (
            "GET /config",
            "",
            200,
            r#"{"compatibilityLevel":"BACKWARD"}"#,
        ),
        (
            "PUT /config",
            r#"{"normalize":"perhaps"}"#,
            400,
            r#"{"error_code":400,…"#,
        ),
    ]);
}

#[test]
fn texts_come_in_the_form_that_is_asked_for() {
    check(&[
        (
            "POST /subjects/:.blue:a/versions?format=loud",
            r#"{"schema":"x"}"#,
            200,
            r#"{"version":1,"id":1,"guid":"c14ed9a7-16f3-5b0f-883c-9fdaa4be3b9f","schemaType":"AVRO","schema":"X"}"#,
        ),
        (
            "GET /schemas/ids/1/schema?subject=a&format=loud",
            "",
            200,
            "X",
        ),
        (
            "GET /schemas/ids/1/schema?subject=a&format=odd",
            "",
            200,
            "x",
        ),
        ("GET /schemas/ids/1/schema?subject=a&format=", "", 200, "x"),
        (
            "GET /schemas/guids/c14ed9a7-16f3-5b0f-883c-9fdaa4be3b9f?format=loud",
            "",
            200,
            r#"{"guid":"c14ed9a7-16f3-5b0f-883c-9fdaa4be3b9f","schemaType":"AVRO","schema":"X"}"#,
        ),
        (
            "GET /subjects/a/versions/1/schema?format=loud",
            "",
            200,
            "X",
        ),
        (
            "POST /contexts/.blue/subjects/a?format=loud",
            r#"{"schema":"x"}"#,
            200,
            r#"{"subject":":.blue:a","version":1,"id":1,"guid":"c14ed9a7-16f3-5b0f-883c-9fdaa4be3b9f","schemaType":"AVRO","schema":"X"}"#,
        ),
    ]);
}

#[test]
fn a_stopped_server_frees_its_port() {
    block_on(async {
        let server = start().await;
        let addr = server.addr();
        server.stop().await;
        assert!(TcpStream::connect(addr).await.is_err());
        drop(TcpListener::bind(addr).await.expect("free"));
    });
}

#[test]
fn faults_happen_once_or_always() {
    block_on(async {
        let server = start().await;
        server.faults().push(Fault::Status(503));
        server.faults().push(Fault::Garbage("<html>".into()));
        server.faults().push(Fault::Delay(Duration::from_millis(1)));
        let mut starts = Vec::new();
        for _ in 0..4 {
            let answer = send(&server, "GET /subjects", "", "").await;
            starts.push((answer[9..12].to_owned(), answer.ends_with("[]")));
        }
        let expected = [("503", false), ("200", false), ("200", true), ("200", true)];
        let expected = expected.map(|(status, good)| (status.to_owned(), good));
        assert_eq!(starts, expected);
        server.faults().always(Some(Fault::Status(500)));
        for _ in 0..2 {
            let answer = send(&server, "GET /subjects", "", "").await;
            assert!(answer.starts_with("HTTP/1.1 500 "));
        }
        server.faults().clear();
        let answer = send(&server, "GET /subjects", "", "").await;
        assert!(answer.ends_with("[]"));
    });
}
