//! Answers that get lost after the registry has acted: what is asked again, and what is not.

use std::sync::{Arc, LazyLock, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::admin::{Deletion, ImportPlace, Include};
use crate::level::Level;
use crate::memory::InMemoryRegistry;
use crate::mode::Mode;
use crate::rest::stub::read_request;
use crate::unchecked::Unchecked;

static ORDERS: LazyLock<Subject> = LazyLock::new(orders);

/// A registry behind a proxy that loses answers to everything but GET.
struct Scene {
    client: HttpRegistry,
    memory: InMemoryRegistry,
    /// The first lines of the requests that change or send something.
    sent: Arc<Mutex<Vec<String>>>,
    _server: crate::Server,
}

impl Scene {
    /// Three versions of `orders-value`; the first `lost` answers get lost.
    async fn new(lost: usize) -> Self {
        let rules = Unchecked(SchemaKind::Avro);
        let memory = InMemoryRegistry::builder().rules(rules).build();
        memory.set_level(None, Level::None);
        for text in ["a", "b", "c"] {
            let options = RegisterOptions::default();
            memory
                .register(&ORDERS, &avro(text), options)
                .await
                .unwrap();
        }
        let server = crate::serve(memory.clone(), ([127, 0, 0, 1], 0).into());
        let server = server.await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let sent = Arc::new(Mutex::new(Vec::new()));
        tokio::spawn(forward(listener, server.addr(), sent.clone(), lost));
        let client = HttpRegistry::builder(url).timeout(Duration::from_secs(10));
        Self {
            client: client.build().unwrap(),
            memory,
            sent,
            _server: server,
        }
    }

    fn requests(&self) -> usize {
        self.sent.lock().unwrap().len()
    }

    async fn versions(&self, include: Include) -> Vec<u32> {
        let versions = self.memory.versions(&ORDERS, include).await;
        let versions = versions.unwrap_or_default();
        versions.iter().map(|version| version.as_u32()).collect()
    }
}

async fn forward(
    listener: TcpListener,
    server: std::net::SocketAddr,
    sent: Arc<Mutex<Vec<String>>>,
    mut lost: usize,
) {
    while let Ok((mut client, _)) = listener.accept().await {
        let request = read_request(&mut client).await;
        let Some((line, rest)) = request.split_once("\r\n") else {
            continue;
        };
        let mut upstream = TcpStream::connect(server).await.unwrap();
        let request = format!("{line}\r\nconnection: close\r\n{rest}");
        upstream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        upstream.read_to_end(&mut answer).await.unwrap();
        if !line.starts_with("GET") {
            sent.lock().unwrap().push(line.to_owned());
            if lost > 0 {
                lost -= 1;
                continue;
            }
        }
        // The proxy ignores a client that has disconnected.
        let _ = client.write_all(&answer).await;
    }
}

fn avro(text: &str) -> SchemaDef {
    SchemaDef::new(SchemaKind::Avro, text)
}

fn number(number: u32) -> Version {
    Version::new(number).unwrap()
}

fn kind<T>(outcome: Result<T>) -> Result<(), ErrorKind> {
    outcome.map(drop).map_err(|error| error.kind())
}

#[test]
fn deleting_the_newest_version_deletes_one_version() {
    for lost in 0..=2 {
        block_on(async {
            let scene = Scene::new(lost).await;
            let newest = VersionRef::Latest;
            let deleted = scene.client.delete_version(&ORDERS, newest, Deletion::Soft);
            assert_eq!(deleted.await.unwrap(), number(3), "{lost} answers lost");
            assert_eq!(scene.versions(Include::Live).await, [1, 2]);
        });
    }
}

#[test]
fn a_version_that_the_lost_request_deleted_counts_as_deleted() {
    block_on(async {
        for lost in 0..=2 {
            let scene = Scene::new(lost).await;
            let second = VersionRef::Number(number(2));
            let delete = |deletion| scene.client.delete_version(&ORDERS, second, deletion);
            assert_eq!(delete(Deletion::Soft).await.unwrap(), number(2));
            assert_eq!(scene.versions(Include::Live).await, [1, 3]);
            assert_eq!(scene.requests(), lost + 1);
        }
        let scene = Scene::new(0).await;
        let second = VersionRef::Number(number(2));
        let soft = scene.memory.delete_version(&ORDERS, second, Deletion::Soft);
        soft.await.unwrap();
        let again = scene.client.delete_version(&ORDERS, second, Deletion::Soft);
        assert_eq!(
            again.await.unwrap_err().code(),
            Some(40406),
            "nothing got lost"
        );
        let hard = |scene: &Scene| {
            let client = scene.client.clone();
            async move {
                client
                    .delete_version(&ORDERS, second, Deletion::Permanent)
                    .await
            }
        };
        let scene = Scene::new(1).await;
        let soft = scene.memory.delete_version(&ORDERS, second, Deletion::Soft);
        soft.await.unwrap();
        assert_eq!(hard(&scene).await.unwrap(), number(2));
        assert_eq!(scene.versions(Include::All).await, [1, 3]);
        let scene = Scene::new(1).await;
        let refused = hard(&scene).await.unwrap_err();
        assert_eq!(refused.code(), Some(40407), "it is not deleted softly");
    });
}

/// Sends `call` through a proxy that loses its first answer.
#[allow(clippy::needless_pass_by_value, reason = "a table of closures")]
#[track_caller]
fn check<T>(
    call: impl AsyncFn(&HttpRegistry) -> Result<T>,
    expected: Result<(), ErrorKind>,
    requests: usize,
) {
    block_on(async {
        let scene = Scene::new(1).await;
        assert_eq!(kind(call(&scene.client).await), expected);
        assert_eq!(scene.requests(), requests, "{:?}", scene.sent);
    });
}

/// A second request could delete what was registered after the first one.
#[test]
fn deleting_a_subject_is_not_repeated() {
    let lost = Err(ErrorKind::Unreachable);
    for deletion in [Deletion::Soft, Deletion::Permanent] {
        check(
            async |client| {
                if deletion == Deletion::Permanent {
                    // Its answer would get lost instead.
                    return client
                        .delete_subject(&Subject::value("none"), deletion)
                        .await;
                }
                client.delete_subject(&ORDERS, deletion).await
            },
            lost,
            1,
        );
    }
}

/// The answer says what was taken away, and only the first one does.
#[test]
fn clearing_a_setting_is_not_repeated() {
    let lost = Err(ErrorKind::Unreachable);
    check(
        async |client| client.clear_compatibility_level(Some(&*ORDERS)).await,
        lost,
        1,
    );
    check(async |client| client.clear_mode(&ORDERS).await, lost, 1);
}

#[test]
fn what_only_reads_or_sets_is_repeated() {
    check(
        async |client| {
            client
                .register(&ORDERS, &avro("d"), RegisterOptions::default())
                .await
        },
        Ok(()),
        2,
    );
    check(
        async |client| client.lookup(&ORDERS, &avro("b")).await,
        Ok(()),
        2,
    );
    check(
        async |client| client.check(&ORDERS, VersionRef::Latest, &avro("d")).await,
        Ok(()),
        2,
    );
    check(
        async |client| client.check_all(&ORDERS, &avro("d")).await,
        Ok(()),
        2,
    );
    check(
        async |client| client.set_compatibility_level(None, Level::Full).await,
        Ok(()),
        2,
    );
    check(
        async |client| client.set_normalizes(Some(&*ORDERS), true).await,
        Ok(()),
        2,
    );
    check(
        async |client| client.set_mode(Some(&*ORDERS), Mode::ReadOnly, false).await,
        Ok(()),
        2,
    );
}

#[test]
fn a_repeated_registration_or_import_adds_one_version() {
    block_on(async {
        let scene = Scene::new(1).await;
        let options = RegisterOptions::default();
        let registered = scene.client.register(&ORDERS, &avro("d"), options).await;
        assert_eq!(registered.unwrap().version, number(4));
        assert_eq!(scene.versions(Include::All).await, [1, 2, 3, 4]);

        for version in [None, Some(number(9))] {
            let scene = Scene::new(1).await;
            let mode = scene.memory.set_mode(Some(&*ORDERS), Mode::Import, true);
            mode.await.unwrap();
            let id = SchemaId::new(70);
            let place = ImportPlace { id, version };
            let imported = scene.client.import(&ORDERS, &avro("d"), place).await;
            let expected = version.unwrap_or(number(4));
            assert_eq!(imported.unwrap().version, expected);
            let all = scene.versions(Include::All).await;
            assert_eq!(all, [1, 2, 3, expected.as_u32()]);
        }
    });
}

#[test]
fn a_request_that_was_refused_or_never_sent_is_repeated() {
    let limited = Reply::with(429, "text/plain", "Retry-After: 0\r\n", "slow down");
    block_on(async {
        let stub = Stub::start([limited, Reply::json(200, "[1,2]")]).await;
        let deleted = quick(&stub).delete_subject(&ORDERS, Deletion::Soft).await;
        assert_eq!((deleted.unwrap().len(), stub.count()), (2, 2));

        let stub = Stub::start([Reply::json(200, "[1,2]")]).await;
        let client = HttpRegistry::builder(refusing_url()).url(&stub.url);
        let client = client.build().unwrap();
        let deleted = client.delete_subject(&ORDERS, Deletion::Soft).await;
        assert_eq!((deleted.unwrap().len(), stub.count()), (2, 1));

        let failed = Reply::with(503, "text/html", "", "");
        let stub = Stub::start([failed, Reply::json(200, "[1,2]")]).await;
        let deleted = quick(&stub).delete_subject(&ORDERS, Deletion::Soft).await;
        assert_eq!((kind(deleted), stub.count()), (Err(ErrorKind::Server), 1));
    });
}
