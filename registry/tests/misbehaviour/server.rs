//! A registry on loopback that misbehaves as it is told, byte by byte.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What is done with a request, whose first line it is told.
pub(super) type Act = Arc<dyn Fn(&str) -> Reaction + Send + Sync>;

/// These bytes, and then something else.
pub(super) struct Reaction {
    pub(super) bytes: Vec<u8>,
    pub(super) then: Then,
}

#[derive(Clone)]
pub(super) enum Then {
    Close,
    /// The connection goes on.
    Continue,
    /// One byte of these every while.
    Drip(&'static [u8]),
    /// These bytes for ever.
    Forever(&'static [u8]),
    /// The connection stays open, and nothing comes.
    Hang,
    /// The connection breaks.
    Reset,
}

/// What happens to a connection.
#[derive(Clone)]
pub(super) enum Mood {
    Answer(Act),
    /// Closed without a look at what was sent.
    CloseAtOnce,
    /// What was sent is never read.
    Ignore,
    /// Nobody listens.
    Refuse,
}

pub(super) struct Server {
    addr: SocketAddr,
    mood: Arc<Mutex<Mood>>,
    attempts: Arc<AtomicUsize>,
    listening: Option<JoinHandle<()>>,
}

impl Server {
    pub(super) async fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut server = Self {
            addr: listener.local_addr().unwrap(),
            mood: Arc::new(Mutex::new(mood.clone())),
            attempts: Arc::default(),
            listening: None,
        };
        if !matches!(mood, Mood::Refuse) {
            server.listen(listener);
        }
        server
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Requests that came, and connections that came for nothing.
    pub(super) fn attempts(&self) -> usize {
        self.attempts.load(Ordering::SeqCst)
    }

    /// Connections made before are closed: what they would bring belongs to the old mood.
    pub(super) async fn become_good(&mut self) {
        *self.mood.lock().unwrap() = Mood::Answer(Arc::new(good));
        if self.listening.is_none() {
            let listener = TcpListener::bind(self.addr).await.unwrap();
            self.listen(listener);
        }
    }

    fn listen(&mut self, listener: TcpListener) {
        let (mood, attempts) = (self.mood.clone(), self.attempts.clone());
        self.listening = Some(tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, mood.clone(), attempts.clone()));
            }
        }));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(listening) = &self.listening {
            listening.abort();
        }
    }
}

async fn serve(mut stream: TcpStream, mood: Arc<Mutex<Mood>>, attempts: Arc<AtomicUsize>) {
    let now = || mood.lock().unwrap().clone();
    match now() {
        Mood::CloseAtOnce => {
            attempts.fetch_add(1, Ordering::SeqCst);
            return;
        }
        Mood::Ignore => {
            attempts.fetch_add(1, Ordering::SeqCst);
            return std::future::pending().await;
        }
        Mood::Answer(_) | Mood::Refuse => {}
    }
    while let Ok((line, length)) = peek_request(&stream).await {
        attempts.fetch_add(1, Ordering::SeqCst);
        let Mood::Answer(act) = now() else { return };
        let reaction = act(&line);
        // What is left unread when a socket closes makes the system send a reset.
        let unread = usize::from(matches!(reaction.then, Then::Reset));
        if take(&mut stream, length - unread).await.is_err() {
            return;
        }
        let written = stream.write_all(&reaction.bytes).await;
        if written.is_err() || go_on(&mut stream, &reaction.then).await.is_err() {
            return;
        }
    }
}

/// An error ends the connection.
async fn go_on(stream: &mut TcpStream, then: &Then) -> io::Result<()> {
    match then {
        Then::Close | Then::Reset => Err(io::ErrorKind::Other.into()),
        Then::Continue => Ok(()),
        Then::Hang => std::future::pending().await,
        Then::Forever(bytes) => loop {
            stream.write_all(bytes).await?;
        },
        Then::Drip(bytes) => {
            for byte in bytes.iter().cycle() {
                stream.write_all(&[*byte]).await?;
                tokio::time::sleep(DRIP).await;
            }
            Ok(())
        }
    }
}

/// The first line of a request, and how long all of it is.
async fn peek_request(stream: &TcpStream) -> io::Result<(String, usize)> {
    let mut bytes = [0; 4096];
    loop {
        let read = stream.peek(&mut bytes).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let text = String::from_utf8_lossy(&bytes[..read]);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let sent = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            if body.len() >= sent {
                let line = head.lines().next().unwrap_or_default();
                return Ok((line.to_owned(), head.len() + 4 + sent));
            }
        }
        // Peeking shows the same bytes at once.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

async fn take(stream: &mut TcpStream, length: usize) -> io::Result<()> {
    let mut bytes = [0; 4096];
    let wanted = bytes.get_mut(..length).unwrap();
    stream.read_exact(wanted).await.map(drop)
}

/// An answer with a body.
pub(super) fn answer(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{headers}\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// What a registry answers that is in order.
pub(super) fn good(line: &str) -> Reaction {
    let body = if line.contains("/compatibility/") {
        r#"{"is_compatible":true}"#
    } else if line.starts_with("GET /subjects ") || line.starts_with("GET /subjects?") {
        r#"["orders-value"]"#
    } else if line.contains("/schemas/ids/") {
        STORED
    } else {
        REGISTERED
    };
    Reaction {
        bytes: answer(200, "", body.as_bytes()),
        then: Then::Continue,
    }
}

pub(super) const STORED: &str = r#"{"schema":"\"string\""}"#;
pub(super) const REGISTERED: &str =
    r#"{"subject":"orders-value","version":3,"id":7,"schema":"\"string\""}"#;

const DRIP: Duration = Duration::from_secs(1);
