//! Several nodes, some of which are no good.

use super::*;

#[derive(Clone, Copy, Debug)]
enum Bad {
    Dead,
    Hangs,
    Fails,
    Limits,
}

async fn bad_url(bad: Bad) -> String {
    let reply = match bad {
        Bad::Dead => return refusing_url().await,
        Bad::Hangs => Reply::Hang,
        Bad::Fails => Reply::with(500, "text/html", "", "<h1>oops</h1>"),
        Bad::Limits => Reply::with(429, "text/html", "Retry-After: 3600\r\n", ""),
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

#[test]
fn a_healthy_node_is_found_wherever_it_is() {
    let all = [Bad::Dead, Bad::Hangs, Bad::Fails, Bad::Limits];
    block_on(async {
        for bad in all {
            for place in 0..3 {
                let good = Stub::start([Reply::json(200, STORED)]).await;
                let mut urls = vec![bad_url(bad).await, bad_url(bad).await];
                urls.insert(place, good.url.clone());
                let registry = over(&urls);
                for _ in 0..2 {
                    let found = registry.by_id(SchemaId::new(7)).await;
                    assert!(found.is_ok(), "{bad:?}, healthy at {place}: {found:?}");
                }
                assert_eq!(good.count(), 2, "{bad:?}: it stays in use");
            }
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
