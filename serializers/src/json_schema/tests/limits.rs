use serde_json::Value;

use crate::json_schema::Validation;
use crate::{Deserializer, ErrorKind, JsonSchema, Limits};

#[track_caller]
fn check(limits: Limits, text: &str, expected: Result<(), ErrorKind>) {
    let codec = JsonSchema::<Value>::new("true")
        .unwrap()
        .on_read(Validation::Enforce);
    let read = codec.limits(limits).deserialize(text.as_bytes());
    assert_eq!(
        read.map(drop).map_err(|error| error.kind()),
        expected,
        "{text}"
    );
}

#[test]
fn limits_are_kept() {
    let limits = Limits::default();
    check(limits.payload(3), "[1]", Ok(()));
    check(limits.payload(3), "[12]", Err(ErrorKind::LimitExceeded));
    check(limits.depth(2), "[[1]]", Ok(()));
    check(limits.depth(2), "[[[1]]]", Err(ErrorKind::LimitExceeded));
    check(limits.depth(2), r#"[[], {}, {"a": 1}, 2]"#, Ok(()));
    for text in ["[[{}]]", r#"{"a":{"b":[]}}"#, r#"[{"a":{"b":1}}]"#] {
        check(limits.depth(3), text, Ok(()));
        check(limits.depth(2), text, Err(ErrorKind::LimitExceeded));
    }
    check(limits.heap(1000), "[1,2]", Ok(()));
    check(
        limits.heap(1000),
        &format!("[{}1]", "1,".repeat(100)),
        Err(ErrorKind::LimitExceeded),
    );
    check(
        limits.heap(1000),
        &format!("\"{}\"", "a".repeat(2000)),
        Err(ErrorKind::LimitExceeded),
    );
}

#[test]
fn depth_counts_without_validation_too() {
    let codec = JsonSchema::<Value>::new("true").unwrap();
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let error = codec.deserialize(nested(65).as_bytes()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    codec.deserialize(nested(64).as_bytes()).unwrap();
    // Brackets side by side, and in strings, are not deep.
    let many = format!("[{}, \"{}\"]", vec!["[]"; 100].join(", "), "[".repeat(100));
    codec.deserialize(many.as_bytes()).unwrap();
}
