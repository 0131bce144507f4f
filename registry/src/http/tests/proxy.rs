use super::*;

#[test]
fn requests_go_through_the_proxy() {
    block_on(async {
        let proxy = Stub::start([Reply::json(200, STORED)]).await;
        let url = proxy.url.replace("http://", "http://me:s%40cret@");
        let builder = HttpRegistry::builder("http://registry.example:8081/base").proxy(url);
        assert!(!format!("{builder:?}").contains("cret"));
        let registry = builder.build().unwrap();
        registry.by_id(SchemaId::new(7)).await.unwrap();
        assert!(!format!("{registry:?}").contains("cret"));
        let sent = &proxy.requests()[0];
        let line = "GET http://registry.example:8081/base/schemas/ids/7 HTTP/1.1\r\n";
        assert!(sent.starts_with(line), "{sent}");
        let user = "\r\nproxy-authorization: Basic bWU6c0BjcmV0\r\n";
        assert!(sent.contains(user), "{sent}");
    });
}

#[test]
fn a_proxy_is_no_way_around_the_rules_for_credentials() {
    let no = Err(ErrorKind::Config);
    let near = || HttpRegistry::builder("http://127.0.0.1:8081");
    check_build(near().proxy("http://proxy.example:3128"), Ok(()));
    check_build(
        near().proxy("http://127.0.0.1:3128").bearer("secret"),
        Ok(()),
    );
    check_build(
        near().proxy("http://proxy.example:3128").bearer("secret"),
        no,
    );
    let with_header = near().header("X-Api-Key", "secret");
    check_build(with_header.proxy("http://proxy.example:3128"), no);
    check_build(near().proxy("http://me:secret@proxy.example:3128"), no);
    check_build(near().proxy("socks5://secret.example"), no);
    check_build(near().proxy("secret"), no);
}
