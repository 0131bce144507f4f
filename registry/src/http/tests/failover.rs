//! Several nodes, some of which fail.

use tokio::io::AsyncWriteExt;

use super::*;
use crate::rest::stub::read_request;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Node {
    Dead,
    Fails,
    Good,
    Hangs,
    Limits,
    /// Answers, and does not have what is asked for.
    Lacks,
}

const NODES: [Node; 6] = [
    Node::Dead,
    Node::Fails,
    Node::Good,
    Node::Hangs,
    Node::Limits,
    Node::Lacks,
];

async fn url(node: Node) -> String {
    let reply = match node {
        Node::Dead => return refusing_url(),
        Node::Fails => Reply::with(500, "text/html", "", "<h1>oops</h1>"),
        Node::Good => Reply::json(200, STORED),
        Node::Hangs => Reply::Hang,
        Node::Limits => Reply::with(429, "text/html", "Retry-After: 3600\r\n", ""),
        Node::Lacks => Reply::json(404, NOT_FOUND),
    };
    // The stub goes on serving when its handle is gone.
    Stub::start([reply]).await.url
}

fn over(urls: &[String]) -> HttpRegistry {
    let mut builder = HttpRegistry::builder(&urls[0]).timeout(Duration::from_secs(4));
    for url in &urls[1..] {
        builder = builder.url(url);
    }
    builder.build().unwrap()
}

/// Asks three nodes twice: what comes of it is the same, since the one that answered stays in use.
async fn check_nodes(nodes: [Node; 3]) {
    let mut urls = Vec::new();
    for node in nodes {
        urls.push(url(node).await);
    }
    let registry = over(&urls);
    let answers = |node: &Node| matches!(node, Node::Good | Node::Lacks);
    let answering = nodes.into_iter().find(answers);
    for _ in 0..2 {
        let found = registry.by_id(SchemaId::new(7)).await;
        let kind = found.map(drop).map_err(|error| error.kind());
        match answering {
            Some(Node::Good) => assert_eq!(kind, Ok(()), "{nodes:?}"),
            // Not looked for elsewhere, healthy as the others may be.
            Some(_) => assert_eq!(kind, Err(ErrorKind::SchemaNotFound), "{nodes:?}"),
            None => {
                let failed = kind.expect_err("nobody answers");
                let is_failure = matches!(
                    failed,
                    ErrorKind::RateLimited
                        | ErrorKind::Server
                        | ErrorKind::Timeout
                        | ErrorKind::Unreachable
                );
                assert!(is_failure, "{nodes:?}: {failed:?}");
                return;
            }
        }
    }
    let place = nodes.iter().position(answers);
    assert_eq!(registry.transport.current(), place, "{nodes:?}");
}

#[test]
fn the_first_node_that_answers_is_found_among_any_three() {
    block_on(async {
        let mut checks = Vec::new();
        for first in NODES {
            for second in NODES {
                for third in NODES {
                    let nodes = [first, second, third];
                    checks.push((nodes, tokio::spawn(check_nodes(nodes))));
                }
            }
        }
        assert_eq!(checks.len(), 216);
        for (nodes, check) in checks {
            check
                .await
                .unwrap_or_else(|error| panic!("{nodes:?}: {error}"));
        }
    });
}

#[test]
fn what_is_not_there_is_not_looked_for_elsewhere() {
    block_on(async {
        for place in 0..3 {
            let good = Reply::json(200, STORED);
            let missing = Reply::json(404, NOT_FOUND);
            let mut stubs = Vec::new();
            for other in 0..3 {
                let reply = if other == place { &missing } else { &good };
                stubs.push(Stub::start([reply.clone()]).await);
            }
            let urls: Vec<String> = stubs.iter().map(|stub| stub.url.clone()).collect();
            let found = over(&urls).by_id(SchemaId::new(7)).await;
            let expected = (place == 0).then_some(ErrorKind::SchemaNotFound);
            assert_eq!(found.err().map(|error| error.kind()), expected);
            assert_eq!(stubs[1].count() + stubs[2].count(), 0);
        }
    });
}

#[test]
fn when_all_fail_no_more_than_four_are_asked() {
    block_on(async {
        let failing = Reply::with(503, "text/html", "", "");
        let mut stubs = Vec::new();
        for _ in 0..3 {
            stubs.push(Stub::start([failing.clone()]).await);
        }
        let urls: Vec<String> = stubs.iter().map(|stub| stub.url.clone()).collect();
        let error = over(&urls).by_id(SchemaId::new(7)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Server);
        assert_eq!(stubs.iter().map(Stub::count).sum::<usize>(), 4);
        assert!(stubs.iter().all(|stub| stub.count() > 0));
    });
}

/// Takes one request on a connection, keeps it, and closes it when the next one comes.
async fn tiring() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                read_request(&mut stream).await;
                let answer = format!(
                    "HTTP/1.1 200 X\r\nContent-Length: {}\r\n\r\n{STORED}",
                    STORED.len()
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
                read_request(&mut stream).await;
            });
        }
    });
    url
}

#[test]
fn a_kept_connection_that_was_closed_is_made_again() {
    block_on(async {
        let other = Stub::start([Reply::json(200, STORED)]).await;
        let registry = over(&[tiring().await, other.url.clone()]);
        for _ in 0..4 {
            registry.by_id(SchemaId::new(7)).await.unwrap();
        }
        assert_eq!(registry.transport.current(), Some(0));
        assert_eq!(other.count(), 0);
    });
}
