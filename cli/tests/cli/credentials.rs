//! Who asks the registry: what a server that we did not write sees of it.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Output;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, LazyLock};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use wireform_limits::{LIMIT, output};

use super::{command, folder};

/// Answers requests, and tells them: the path, and below it headers in lower case and the body.
pub(super) struct Recorder {
    pub(super) url: String,
    requests: Receiver<String>,
}

const ANSWER: &str = r#"["from-the-server"]"#;
const TOKEN: &str = r#"{"access_token": "CANARY-token", "token_type": "Bearer"}"#;

impl Recorder {
    fn plain() -> Self {
        Self::start("http", |stream, tell| serve(stream, tell))
    }

    /// Asks for a certificate of the authority.
    pub(super) fn tls() -> Self {
        let config = Arc::new(TLS.server.clone());
        Self::start("https", move |stream, tell| {
            let connection = ServerConnection::new(config.clone()).unwrap();
            serve(StreamOwned::new(connection, stream), tell)
        })
    }

    fn start(
        scheme: &str,
        serve: impl Fn(std::net::TcpStream, &dyn Fn(String)) -> std::io::Result<()> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!(
            "{scheme}://localhost:{}",
            listener.local_addr().unwrap().port()
        );
        let (sender, requests) = channel();
        thread::spawn(move || {
            // The test's end is the end of the process.
            while let Ok((stream, _)) = listener.accept() {
                // A client that is refused goes.
                let _ = serve(stream, &|request| drop(sender.send(request)));
            }
        });
        Self { url, requests }
    }

    fn seen(&self) -> Vec<String> {
        self.requests.try_iter().collect()
    }
}

/// One request, and the connection's end.
fn serve(stream: impl Read + Write, tell: &dyn Fn(String)) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let (mut request, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? <= 2 {
            break;
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        request += &format!("{}:{value}", name.to_ascii_lowercase());
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    request += &String::from_utf8_lossy(&body);
    let answer = match request.starts_with("post /token") {
        true => TOKEN,
        false => ANSWER,
    };
    tell(request);
    let stream = stream.get_mut();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
        answer.len()
    )?;
    stream.flush()
}

/// An authority, a server's configuration and a client's certificate, all of it new.
struct Tls {
    server: ServerConfig,
    authority: String,
    certificate: String,
    key: String,
}

static TLS: LazyLock<Tls> = LazyLock::new(|| {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let issue = |name: &str| {
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &authority).unwrap();
        (certificate.pem(), key.serialize_pem())
    };
    let (server, server_key) = issue("localhost");
    let (certificate, key) = issue("client");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(authority.der().clone()).unwrap();
    let clients = WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone());
    let server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(clients.build().unwrap())
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(server.as_bytes()).unwrap()],
            PrivateKeyDer::from_pem_slice(server_key.as_bytes()).unwrap(),
        );
    Tls {
        server: server.unwrap(),
        authority: authority.pem(),
        certificate,
        key,
    }
});

/// `registry list` with these variables of the environment.
fn list(url: &str, environment: &[(&str, &str)]) -> Output {
    let mut list = command(&["registry", "list", "--registry", url]);
    for (name, value) in environment {
        list.env(format!("WIREFORM_REGISTRY_{name}"), value);
    }
    output(&mut list, LIMIT)
}

#[track_caller]
fn check_listed(output: &Output) {
    let (out, talk) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert_eq!(output.status.code(), Some(0), "{talk}");
    assert_eq!(out, "from-the-server\n");
    assert!(!talk.contains("CANARY"), "{talk}");
}

#[test]
fn a_token_is_fetched_with_the_clients_secret() {
    let server = Recorder::plain();
    let token = format!("{}/token", server.url);
    let output = list(
        &server.url,
        &[
            ("OAUTH", &token),
            ("OAUTH_CLIENT", "orders"),
            ("OAUTH_SECRET", "CANARYsecret"),
            (
                "OAUTH_SCOPE",
                "schemas:read,schemas:write,audience=registry",
            ),
            ("HEADER", "Confluent-Identity-Pool-Id=pool=1"),
            ("TIMEOUT", "5"),
        ],
    );
    check_listed(&output);
    let seen = server.seen();
    let [asked, listed] = &seen[..] else {
        panic!("{seen:?}");
    };
    assert!(asked.starts_with("post /token"), "{asked}");
    // "orders:CANARYsecret"
    let basic = "authorization: Basic b3JkZXJzOkNBTkFSWXNlY3JldA==";
    assert!(asked.contains(basic), "{asked}");
    for part in [
        "grant_type=client_credentials",
        "scope=schemas%3Aread%20schemas%3Awrite",
        "audience=registry",
    ] {
        assert!(asked.replace('+', "%20").contains(part), "{asked}");
    }
    assert!(listed.starts_with("get /subjects"), "{listed}");
    assert!(
        listed.contains("authorization: Bearer CANARY-token"),
        "{listed}"
    );
    assert!(
        listed.contains("confluent-identity-pool-id: pool=1"),
        "{listed}"
    );
}

#[test]
fn a_certificate_is_shown_to_who_asks_for_it() {
    let folder = folder("credentials");
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let authority = file("ca.pem", &TLS.authority);
    let certificate = file("cert.pem", &TLS.certificate);
    let key = file("key.pem", &TLS.key);
    let server = Recorder::tls();
    let (ca, own) = (
        ("CA", &*authority),
        [("CERT", &*certificate), ("KEY", &*key)],
    );

    check_listed(&list(&server.url, &[ca, own[0], own[1]]));
    assert_eq!(server.seen().len(), 1);

    // Without ours, or without trust in theirs, nothing is asked.
    for (environment, status) in [(&[ca][..], 3), (&own[..], 3), (&[ca, own[0]][..], 2)] {
        let output = list(&server.url, environment);
        let talk = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{talk}");
        assert_eq!(server.seen(), Vec::<String>::new());
    }
    let nowhere = folder.join("nowhere.pem").display().to_string();
    let output = list(&server.url, &[("CA", &nowhere)]);
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn credentials_that_contradict_or_lack_a_part_are_usage() {
    let oauth = ("OAUTH", "http://localhost:1/token");
    let client = ("OAUTH_CLIENT", "orders");
    let secret = ("OAUTH_SECRET", "CANARY");
    for environment in [
        &[oauth, client][..],
        &[oauth, secret],
        &[oauth, client, secret, ("TOKEN", "CANARY")],
        &[oauth, client, secret, ("USER", "someone")],
        &[("HEADER", "CANARY")],
        &[("TIMEOUT", "0")],
        &[("PROXY", "no url CANARY")],
        // To another machine, in clear text.
        &[oauth, client, secret],
    ] {
        let url = match environment {
            [.., ("OAUTH_SECRET", _)] if environment.len() == 3 => "http://registry.example",
            _ => "http://localhost:1",
        };
        let output = list(url, environment);
        let talk = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{environment:?}: {talk}");
        assert!(!talk.contains("CANARY"), "{environment:?}: {talk}");
    }
}

/// Secrets of CI that are not set are empty.
#[test]
fn empty_variables_count_as_unset() {
    let server = Recorder::plain();
    let names = [
        "USER",
        "PASSWORD",
        "TOKEN",
        "OAUTH",
        "OAUTH_CLIENT",
        "OAUTH_SECRET",
        "OAUTH_SCOPE",
        "CA",
        "CERT",
        "KEY",
        "HEADER",
        "PROXY",
        "TIMEOUT",
    ];
    check_listed(&list(&server.url, &names.map(|name| (name, ""))));
    let seen = server.seen().concat();
    assert!(!seen.contains("authorization"), "{seen}");
    let mut list = command(&["registry", "list"]);
    list.env("WIREFORM_REGISTRY_URL", "");
    let output = output(&mut list, LIMIT);
    let talk = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{talk}");
    assert!(talk.contains("no registry: give --registry"), "{talk}");
    if cfg!(feature = "kafka") {
        let mut consume = command(&["consume", "--topic", "t"]);
        consume.env("WIREFORM_BROKERS", "");
        let output = wireform_limits::output(&mut consume, LIMIT);
        let talk = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{talk}");
        assert!(talk.contains("--brokers"), "{talk}");
    }
}

#[track_caller]
fn check_caused(url: &str, cause: &str) {
    let output = list(url, &[("TIMEOUT", "2")]);
    let talk = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{talk}");
    let causes = talk.split_once("\ncaused by: ").map(|(_, causes)| causes);
    assert!(
        causes.is_some_and(|causes| causes.contains(cause)),
        "{talk}"
    );
}

#[test]
fn why_a_registry_cannot_be_reached_is_said() {
    check_caused("http://127.0.0.1:1", "Connection refused");
    check_caused(&Recorder::tls().url, "certificate");
}
