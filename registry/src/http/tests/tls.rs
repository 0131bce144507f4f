//! Servers with one fault each in how they speak TLS: none of them is sent a request.

use std::error::Error as StdError;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, date_time_ymd,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;

/// A certificate with the intermediate certificates, and its key, in PEM.
struct Shown {
    chain: String,
    key: String,
}

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for `names` by `authority`, after `change`.
fn issued(
    authority: &Authority,
    names: &[&str],
    change: impl FnOnce(&mut CertificateParams),
) -> Shown {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    Shown {
        chain: certificate.pem(),
        key: key.serialize_pem(),
    }
}

/// A server, and how many requests it could read.
struct TlsServer {
    url: String,
    requests: Arc<AtomicUsize>,
}

impl TlsServer {
    /// Shows `shown`; with `clients`, wants a certificate of that authority.
    async fn start(shown: &Shown, clients: Option<&Authority>) -> Self {
        let chain = CertificateDer::pem_slice_iter(shown.chain.as_bytes());
        let chain: Vec<_> = chain.collect::<Result<_, _>>().unwrap();
        let key = PrivateKeyDer::from_pem_slice(shown.key.as_bytes()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .unwrap();
        let config = match clients {
            None => config.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.der().clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
                config.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let config = config.with_single_cert(chain, key).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        tokio::spawn(serve(
            listener,
            TlsAcceptor::from(Arc::new(config)),
            requests.clone(),
        ));
        Self { url, requests }
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, requests: Arc<AtomicUsize>) {
    while let Ok((stream, _)) = listener.accept().await {
        let Ok(mut stream) = acceptor.accept(stream).await else {
            continue;
        };
        let mut bytes = [0; 4096];
        if matches!(stream.read(&mut bytes).await, Ok(read) if read > 0) {
            requests.fetch_add(1, Ordering::SeqCst);
            let Reply::Raw(answer) = Reply::json(200, STORED) else {
                continue;
            };
            drop(stream.write_all(answer.as_bytes()).await);
            drop(stream.shutdown().await);
        }
    }
}

/// The outcome of one call, with the reasons that the error gives.
async fn call(builder: HttpRegistryBuilder) -> Result<(), (ErrorKind, String)> {
    let registry = builder.timeout(Duration::from_secs(5)).build().unwrap();
    let found = registry.by_id(SchemaId::new(7)).await;
    found.map(drop).map_err(|error| {
        let mut reasons = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            reasons += &format!(": {cause}");
            source = cause.source();
        }
        (error.kind(), reasons)
    })
}

/// Refused for `reason`, before a request was sent.
async fn check(fault: &str, server: &TlsServer, trusted: &Authority, reason: &str) {
    let builder = HttpRegistry::builder(&server.url)
        .ca_pem(trusted.pem())
        .bearer("secret");
    let (kind, reasons) = call(builder).await.expect_err(fault);
    assert_eq!(kind, ErrorKind::Unreachable, "{fault}: {reasons}");
    assert!(reasons.contains(reason), "{fault}: {reasons}");
    assert_eq!(server.requests.load(Ordering::SeqCst), 0, "{fault}");
}

#[test]
fn a_certificate_with_a_fault_is_refused() {
    let here = ["localhost", "127.0.0.1"];
    let trusted = authority("trusted");
    let leaf = issued(&trusted, &here, |_| {});
    // Issued by a certificate that is not an authority's.
    let between = {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.is_ca = IsCa::ExplicitNoCa;
        let key = KeyPair::generate().unwrap();
        CertifiedIssuer::signed_by(params, key, &trusted).unwrap()
    };
    let mut by_a_leaf = issued(&between, &here, |_| {});
    by_a_leaf.chain += &between.pem();
    let own = CertificateParams::new(here.map(str::to_owned)).unwrap();
    let own_key = KeyPair::generate().unwrap();
    let faults = [
        (
            "unknown authority",
            issued(&authority("unknown"), &here, |_| {}),
            "UnknownIssuer",
        ),
        (
            "self-signed",
            Shown {
                chain: own.self_signed(&own_key).unwrap().pem(),
                key: own_key.serialize_pem(),
            },
            "invalid peer certificate",
        ),
        (
            "expired",
            issued(&trusted, &here, |params| {
                params.not_after = date_time_ymd(2020, 1, 1);
            }),
            "expired",
        ),
        (
            "not valid yet",
            issued(&trusted, &here, |params| {
                params.not_before = date_time_ymd(4000, 1, 1);
            }),
            "not valid yet",
        ),
        (
            "for another name",
            issued(&trusted, &["registry.example"], |_| {}),
            "not valid for name",
        ),
        (
            "for no name",
            issued(&trusted, &[], |_| {}),
            "not valid for name",
        ),
        (
            "issued by no authority",
            by_a_leaf,
            "invalid peer certificate",
        ),
        (
            "for clients",
            issued(&trusted, &here, |params| {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            }),
            "invalid peer certificate",
        ),
    ];
    block_on(async {
        for (fault, shown, reason) in &faults {
            let server = TlsServer::start(shown, None).await;
            check(fault, &server, &trusted, reason).await;
        }
        let server = TlsServer::start(&leaf, None).await;
        let builder = HttpRegistry::builder(&server.url).ca_pem(trusted.pem());
        assert_eq!(call(builder).await, Ok(()), "without a fault");
        assert_eq!(server.requests.load(Ordering::SeqCst), 1);
        let builder = HttpRegistry::builder(&server.url);
        assert!(call(builder).await.is_err(), "the system does not trust it");
    });
}

#[test]
fn a_server_that_speaks_no_tls_of_today_is_refused() {
    let trusted = authority("trusted");
    // RFC 5246 §7.4.1.3: a server's hello of TLS 1.1, with a cipher suite of its time.
    let mut old = vec![22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
    old.extend([7; 32]);
    old.extend([0, 0xc0, 0x13, 0]);
    let faults: [(&str, Vec<u8>); 3] = [
        (
            "clear text",
            b"HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\n{}".to_vec(),
        ),
        ("TLS 1.1", old),
        ("an end within the handshake", vec![22, 3, 3, 0, 99, 2]),
    ];
    block_on(async {
        for (fault, bytes) in faults {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("https://{}", listener.local_addr().unwrap());
            let serving = tokio::spawn(async move {
                while let Ok((mut stream, _)) = listener.accept().await {
                    let mut hello = [0; 4096];
                    let read = stream.read(&mut hello).await.unwrap_or_default();
                    assert!(!String::from_utf8_lossy(&hello[..read]).contains("secret"));
                    drop(stream.write_all(&bytes).await);
                    drop(stream.shutdown().await);
                }
            });
            let builder = HttpRegistry::builder(url)
                .ca_pem(trusted.pem())
                .bearer("secret");
            let (kind, reasons) = call(builder).await.expect_err(fault);
            assert_eq!(kind, ErrorKind::Unreachable, "{fault}: {reasons}");
            assert!(
                !serving.is_finished(),
                "{fault}: the token came in clear text"
            );
            serving.abort();
        }
    });
}

#[test]
fn a_server_that_asks_who_we_are_is_told() {
    let (trusted, ours) = (authority("trusted"), authority("ours"));
    let leaf = issued(&trusted, &["127.0.0.1"], |_| {});
    let us = issued(&ours, &[], |params| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    });
    let strangers = issued(&authority("unknown"), &[], |_| {});
    block_on(async {
        let server = TlsServer::start(&leaf, Some(&ours)).await;
        check("without a certificate of ours", &server, &trusted, "").await;
        let client = || HttpRegistry::builder(&server.url).ca_pem(trusted.pem());
        let stranger = client().client_certificate_pem(strangers.chain, strangers.key);
        assert!(call(stranger).await.is_err());
        assert_eq!(server.requests.load(Ordering::SeqCst), 0);
        let known = client().client_certificate_pem(us.chain, us.key);
        assert_eq!(call(known).await, Ok(()));
    });
}
