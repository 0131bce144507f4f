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
    let mut count = 0;
    for (number, bad) in BAD.iter().enumerate() {
        let file = |extension: &str| {
            let path = folder.join(format!("{number}.{extension}"));
            std::fs::write(&path, bad).unwrap();
            path.display().to_string()
        };
        let (avsc, wrong, lock) = (file("avsc"), file("proto"), file("lock"));
        let out = folder.join("out").display().to_string();
        let runs: [&[&str]; 13] = [
            &["check", "--reader", &avsc, "--writer", &schema],
            &["check", "--level", "full", &proto, &wrong],
            &["check", "--batch", "-"],
            &["fingerprint", &avsc],
            &["canonical", "-"],
            &["lint", &avsc, &wrong],
            &["encode", "--schema", &schema, "--id", "1"],
            &["encode", "--schema", &avsc],
            &["decode", "--schema", &proto],
            &["decode", "--batch", "-"],
            &["decode", "--lock", &lock],
            &["generate", "--out", &out, &avsc, &wrong],
            &["inspect", &avsc],
        ];
        for arguments in runs {
            let run = run(arguments, bad);
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
    assert!(count >= 100, "{count}");
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
