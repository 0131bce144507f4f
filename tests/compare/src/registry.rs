//! A registry on loopback that knows one schema: for the clients, which ask it once.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

/// The id of the one schema.
pub const ID: u32 = 7;

/// The one schema.
#[derive(Clone, Copy)]
pub struct Served {
    /// As the registry calls its type.
    pub kind: &'static str,
    pub text: &'static str,
    /// In base64, for those who ask for a descriptor.
    pub serialized: Option<&'static str>,
}

impl Served {
    pub fn avro(text: &'static str) -> Self {
        let kind = "AVRO";
        let serialized = None;
        Self {
            kind,
            text,
            serialized,
        }
    }

    pub fn json(text: &'static str) -> Self {
        let kind = "JSON";
        Self {
            kind,
            ..Self::avro(text)
        }
    }
}

/// Starts it on a thread of its own; returns its URL.
pub fn start(schema: Served) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = listener.local_addr().expect("bound");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that went away is no concern of ours.
            let _ = answer(&stream, schema);
        }
    });
    format!("http://{address}")
}

fn answer(stream: &TcpStream, schema: Served) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut len = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let header = header.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            len = value.trim().parse().unwrap_or(0);
        }
    }
    reader.take(len).read_to_end(&mut Vec::new())?;
    let path = request.split(' ').nth(1).unwrap_or_default();
    let (status, body) = body(path, schema);
    write!(
        &mut &*stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/vnd.schemaregistry.v1+json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn body(path: &str, schema: Served) -> (&'static str, String) {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let text = match schema.serialized {
        Some(serialized) if query.contains("format=serialized") => serialized,
        _ => schema.text,
    };
    let registered = serde_json::json!({
        "subject": "orders-value", "version": 1, "id": ID, "schemaType": schema.kind, "schema": text,
    });
    if path.starts_with(&format!("/schemas/ids/{ID}")) || path.starts_with("/subjects/orders-value")
    {
        return ("200 OK", registered.to_string());
    }
    let error = serde_json::json!({"error_code": 40401, "message": "not found"});
    ("404 Not Found", error.to_string())
}
