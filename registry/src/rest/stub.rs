use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The stub's response to one request.
#[cfg_attr(
    not(feature = "http"),
    allow(dead_code, reason = "`http` tests them all")
)]
#[derive(Clone)]
pub(crate) enum Reply {
    /// Headers without a body's length, then bytes for ever.
    Endless,
    /// Nothing, with the connection left open.
    Hang,
    /// Half of the body that was announced, then the end.
    Reset,
    /// These bytes, whatever they are.
    Raw(String),
}

/// A registry on loopback that misbehaves by script: one reply a request, the last one for ever.
pub(crate) struct Stub {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::with(status, "application/vnd.schemaregistry.v1+json", "", body)
    }

    pub(crate) fn with(status: u16, content_type: &str, headers: &str, body: &str) -> Self {
        Self::Raw(format!(
            "HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\
             Connection: close\r\n{headers}\r\n{body}",
            body.len()
        ))
    }
}

impl Stub {
    pub(crate) async fn start(script: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let script: Vec<Reply> = script.into_iter().collect();
        tokio::spawn(serve(listener, script, requests.clone()));
        Self { url, requests }
    }

    /// Every request as it came, header names in lower case.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

async fn serve(listener: TcpListener, script: Vec<Reply>, requests: Arc<Mutex<Vec<String>>>) {
    loop {
        let Ok((mut stream, _)) = listener.accept().await else {
            return;
        };
        let request = read_request(&mut stream).await;
        let index = {
            let mut requests = requests.lock().unwrap();
            requests.push(request);
            requests.len() - 1
        };
        let reply = script.get(index).or(script.last()).unwrap().clone();
        tokio::spawn(answer(stream, reply));
    }
}

async fn answer(mut stream: TcpStream, reply: Reply) {
    match reply {
        Reply::Raw(text) => drop(stream.write_all(text.as_bytes()).await),
        Reply::Hang => std::future::pending().await,
        Reply::Reset => {
            let half = b"HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n{\"schema\":";
            drop(stream.write_all(half).await);
        }
        Reply::Endless => {
            let head = b"HTTP/1.1 200 X\r\nConnection: close\r\n\r\n";
            let mut result = stream.write_all(head).await;
            while result.is_ok() {
                result = stream.write_all(&[b' '; 64 * 1024]).await;
            }
        }
    }
}

pub(crate) async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return text;
            }
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(read) if read > 0 => bytes.extend_from_slice(&chunk[..read]),
            _ => return text,
        }
    }
}
