use super::{data, folder, run};

const BAD: &[&[u8]] = &[
    b"",
    b"\n\n\n",
    b"\0",
    b"\xff\xfe",
    b"null",
    b"{",
    b"[[[[[[[[[[[[[[[[",
    b"\"",
    b"{\"type\":\"record\"}",
    b"{\"type\":{\"type\":{\"type\":7}}}",
    b"{\"name\":7}",
    b"{\"name\":\"x\",\"format\":\"avro\",\"schema\":\"\",\"hex\":\"\"}",
    b"{\"name\":\"x\",\"format\":\"thrift\",\"schema\":\"\",\"hex\":\"\"}",
    b"{\"name\":\"x\",\"format\":\"protobuf\",\"schema\":\"AAAA\",\"hex\":\"00\",\"id\":1}",
    b"{\"name\":\"x\",\"format\":\"json\",\"schema\":\"{\\\"$ref\\\":\\\"file:///etc/passwd\\\"}\",\"hex\":\"7b7d\"}",
    b"{\"name\":\"x\",\"format\":\"avro\",\"schema\":\"\\\"bytes\\\"\",\"hex\":\"feffffffff0f\",\"framing\":\"none\"}",
    b"{\"name\":\"x\",\"format\":\"avro\",\"reader\":\"{}\",\"writer\":\"[]\"}",
    b"{\"name\":\"x\",\"format\":\"protobuf\",\"reader\":\"message\",\"writer\":\"syntax = 'proto9';\"}",
    b"000000000",
    b"00000000ffff",
];

#[test]
fn no_input_makes_any_verb_panic() {
    let folder = folder("malformed");
    let schema = data("order_v1.avsc");
    let proto = data("nested.proto");
    let served = super::registry::Served::start();
    let mut count = 0;
    for (number, bad) in BAD.iter().enumerate() {
        let file = |extension: &str| {
            let path = folder.join(format!("{number}.{extension}"));
            std::fs::write(&path, bad).unwrap();
            path.display().to_string()
        };
        let (avsc, wrong, lock) = (file("avsc"), file("proto"), file("lock"));
        let out = folder.join("out").display().to_string();
        let text = String::from_utf8_lossy(bad).replace('\0', "");
        let headers = format!("__value_schema_id={text}");
        let toml = file("toml");
        let url = served.url();
        let mut runs: Vec<Vec<&str>> = vec![
            vec!["check", "--reader", &avsc, "--writer", &schema],
            vec!["check", "--level", "full", &proto, &wrong],
            vec!["check", "--batch", "-"],
            vec!["check", "--against", &text, "--level", "full", &schema],
            vec!["check", "--level", "full", "--ref", &text, &schema, &avsc],
            vec!["fingerprint", &avsc],
            vec!["fingerprint", "--algorithm", "md5", "-"],
            vec!["canonical", "-"],
            vec!["lint", &avsc, &wrong],
            vec!["lint", "--format", "json", "--output", "junit", &lock],
            vec!["encode", "--schema", &schema, "--id", "1"],
            vec!["encode", "--schema", &avsc],
            vec!["encode", "--schema", &schema, "--guid", &text],
            vec!["decode", "--schema", &proto],
            vec!["decode", "--schema", &schema, "--headers", &headers],
            vec!["decode", "--schema", &schema, "--reader", &avsc, "--raw"],
            vec!["decode", "--batch", "-"],
            vec!["decode", "--lock", &lock],
            vec!["decode", "--registry", url],
            vec!["generate", "--out", &out, &avsc, &wrong],
            vec!["generate", "--check", "--out", &out, &avsc],
            vec!["inspect", &avsc],
            vec!["inspect", "--explain", "--schema", &schema, "--", &text],
            vec!["plan", "--registry", url, &toml],
            vec!["apply", "--registry", url, &toml],
            vec!["lock", "--check", "--registry", url, "--file", &lock],
            vec!["registry", "--registry", url, "register", "s", &avsc],
            vec![
                "registry",
                "--registry",
                url,
                "lookup",
                "--",
                &text,
                &schema,
            ],
            vec!["registry", "--registry", url, "get", "--", &text],
            vec!["registry", "--registry", url, "versions", "--", &text],
            vec!["registry", "--registry", url, "mode", "--", &text],
            vec!["registry", "--registry", url, "config", "--", &text],
            vec!["registry", "--registry", &text, "list"],
            vec!["completions", "--", &text],
            vec!["man", &avsc],
        ];
        // No broker is there: what is wrong is said before it is missed.
        if cfg!(feature = "kafka") {
            runs.extend([
                vec![
                    "produce",
                    "--brokers",
                    "127.0.0.1:1",
                    "--topic",
                    "t",
                    "--schema",
                    &avsc,
                    "--header",
                    &text,
                ],
                vec![
                    "produce",
                    "--brokers",
                    "127.0.0.1:1",
                    "--topic",
                    "t",
                    "--schema",
                    &schema,
                    "--journal",
                    &lock,
                    "--set",
                    &text,
                ],
                vec![
                    "consume",
                    "--brokers",
                    "127.0.0.1:1",
                    "--topic",
                    "t",
                    "--from",
                    &text,
                    "--schema",
                    &avsc,
                ],
                vec![
                    "consume",
                    "--brokers",
                    "127.0.0.1:1",
                    "--topic",
                    "t",
                    "--schema",
                    &schema,
                    "--set",
                    &text,
                ],
            ]);
        }
        for arguments in runs {
            let run = run(&arguments, bad);
            count += 1;
            assert!(
                matches!(run.code, Some(0..=3)),
                "{arguments:?}: {:?} {}",
                run.code,
                run.talk
            );
            assert!(
                !run.talk.contains("panicked"),
                "{arguments:?}: {}",
                run.talk
            );
        }
    }
    assert!(count >= 700, "{count}");
}

#[test]
fn usage_is_status_2_and_io_status_3() {
    for (arguments, code) in [
        (&["nonsense"][..], 2),
        (&["check"], 2),
        (&["decode"], 2),
        (&["encode", "--schema", "x.avsc", "--framing", "prefix"], 3),
        (&["fingerprint", "/nowhere/x.avsc"], 3),
        (&["registry", "list"], 2),
        (&["lint", "x.txt"], 2),
    ] {
        let run = run(arguments, "");
        assert_eq!(run.code, Some(code), "{arguments:?}: {}", run.talk);
    }
}
