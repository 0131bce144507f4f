//! A registry that answers as a test says.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Answers requests for paths with a status and a body, until the process ends. Returns its URL.
pub(super) fn start(answer: fn(&str) -> (u16, &'static str)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            // A client may close the connection early.
            let _ = serve(stream, answer);
        }
    });
    url
}

/// Answers one request and closes the connection.
fn serve(stream: TcpStream, answer: fn(&str) -> (u16, &'static str)) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut first = String::new();
    stream.read_line(&mut first)?;
    let mut line = String::new();
    while stream.read_line(&mut line)? > 2 {
        line.clear();
    }
    let target = first.split(' ').nth(1).unwrap_or_default();
    let (status, body) = answer(target.split('?').next().unwrap_or_default());
    let stream = stream.get_mut();
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )?;
    stream.flush()
}

/// A registry in which one schema of many is at fault: 1 is a string, 2 refers to a version that is
/// not there, 3 may not be read, 4 is not a schema, and others are not there.
pub(super) fn with_faults(path: &str) -> (u16, &'static str) {
    match path {
        "/schemas/ids/1" => (200, r#"{"schema":"\"string\""}"#),
        "/schemas/ids/2" => (
            200,
            r#"{"schema":"\"n.Money\"","references":[{"name":"n.Money","subject":"money","version":1}]}"#,
        ),
        "/subjects/money/versions/1" => (
            404,
            r#"{"error_code":40402,"message":"Version 1 not found."}"#,
        ),
        "/schemas/ids/3" => (403, r#"{"error_code":40301,"message":"Not for you."}"#),
        "/schemas/ids/4" => (200, r#"{"schema":"{"}"#),
        _ => (404, r#"{"error_code":40403,"message":"Schema not found"}"#),
    }
}

/// A registry with a schema in the context `.blue`, which refers to another one there.
pub(super) fn with_context(path: &str) -> (u16, &'static str) {
    match path {
        "/schemas/guids/89791762-2336-186f-9674-299b90a8e2ae" => (
            200,
            r#"{"schema":"\"n.Id\"","references":[{"name":"n.Id","subject":"id","version":1}]}"#,
        ),
        "/schemas/guids/89791762-2336-186f-9674-299b90a8e2ae/ids" => {
            (200, r#"[{"context":".blue","id":7}]"#)
        }
        "/subjects/:.blue:id/versions/1" | "/subjects/%3A.blue%3Aid/versions/1" => (
            200,
            r#"{"subject":":.blue:id","version":1,"id":8,"schema":"{\"type\":\"fixed\",\"name\":\"Id\",\"namespace\":\"n\",\"size\":1}"}"#,
        ),
        _ => (404, r#"{"error_code":40401,"message":"Subject not found"}"#),
    }
}
