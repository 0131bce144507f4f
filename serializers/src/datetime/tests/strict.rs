//! Text that is read as RFC 3339, and text that is not.

use std::time::SystemTime;

use crate::datetime::{Auto, Rfc3339};

type At = Rfc3339<SystemTime, Auto>;

/// `expected` is how it is written again, or a part of the error.
#[track_caller]
fn check(text: &str, expected: Result<&str, &str>) {
    let json = serde_json::to_string(text).unwrap();
    match (serde_json::from_str::<At>(&json), expected) {
        (Ok(at), Ok(expected)) => {
            let again = serde_json::to_string(&at).unwrap();
            assert_eq!(again, format!("\"{expected}\""), "{text}");
        }
        (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
        (read, expected) => panic!("{text}: {read:?}, expected {expected:?}"),
    }
}

#[test]
fn what_the_grammar_has_is_read() {
    for (text, expected) in [
        ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z"),
        ("2024-01-02t03:04:05z", "2024-01-02T03:04:05Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
        ("2024-01-02T03:04:05+00:00", "2024-01-02T03:04:05Z"),
        ("2024-01-02T03:04:05-00:00", "2024-01-02T03:04:05Z"),
        ("2024-01-02T03:04:05+01:30", "2024-01-02T01:34:05Z"),
        ("2024-01-02T03:04:05-18:01", "2024-01-02T21:05:05Z"),
        ("2024-01-02T03:04:05+23:59", "2024-01-01T03:05:05Z"),
        ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.9Z", "9999-12-31T23:59:59.900Z"),
    ] {
        check(text, Ok(expected));
    }
}

#[test]
fn fractions_up_to_the_nanosecond_are_read() {
    for len in 1..=9_usize {
        let digits = &"123456789"[..len];
        let padded = len.div_ceil(3) * 3;
        let expected = format!("2024-01-02T03:04:05.{digits:0<padded$}Z");
        check(&format!("2024-01-02T03:04:05.{digits}Z"), Ok(&expected));
    }
    let nano = "2024-01-02T03:04:05.123456789Z";
    check("2024-01-02T03:04:05.123456789000Z", Ok(nano));
    check(
        "2024-01-02T03:04:05.000000000000Z",
        Ok("2024-01-02T03:04:05Z"),
    );
    for finer in ["1234567891", "00000000001", "123456789001"] {
        let text = format!("2024-01-02T03:04:05.{finer}Z");
        check(&text, Err("below the nanosecond"));
    }
}

#[test]
fn what_the_grammar_lacks_is_an_error() {
    for text in [
        "",
        "2024-01-02",
        "03:04:05Z",
        "2024-01-02T03:04Z",
        "2024-01-02 03:04:05Z",
        "2024-01-02_03:04:05Z",
        "20240102T030405Z",
        "2024-001T03:04:05Z",
        "2024-W01-2T03:04:05Z",
        "2024-1-2T03:04:05Z",
        "24-01-02T03:04:05Z",
        "10000-01-01T00:00:00Z",
        "+2024-01-02T03:04:05Z",
        "+10000-01-01T00:00:00Z",
        "-0001-01-01T00:00:00Z",
        "-024-01-02T03:04:05Z",
        "2024-01-02T03:04:05.Z",
        "2024-01-02T03:04:05,1Z",
        "2024-01-02T03:04:05.1 Z",
        "2024-01-02T03:04:05 Z",
        "2024-01-02T03:04:05+01",
        "2024-01-02T03:04:05+0100",
        "2024-01-02T03:04:05+1:00",
        "2024-01-02T03:04:05+01:00:00",
        "2024-01-02T03:04:05\u{2212}01:00",
        "2024-01-02T03:04:05ZZ",
        "2024-01-02T03:04:05Z ",
        " 2024-01-02T03:04:05Z",
        "2024-01-02T03:04:05Z\0",
        "2024-01-02T03:04:05+01:00[Europe/Berlin]",
        "2024-01-02T03:04:0aZ",
        "2024-01-02T03:04:+5Z",
    ] {
        check(text, Err("not an RFC 3339 datetime"));
    }
    check("2024-01-02T03:04:05", Err("no zone"));
}

#[test]
fn what_does_not_exist_is_an_error() {
    for text in [
        "2024-00-02T03:04:05Z",
        "2024-13-02T03:04:05Z",
        "2024-01-00T03:04:05Z",
        "2024-01-32T03:04:05Z",
        "2023-02-29T03:04:05Z",
        "1900-02-29T03:04:05Z",
        "2024-01-02T24:00:00Z",
        "2024-01-02T03:60:05Z",
        "2024-01-02T03:04:61Z",
    ] {
        check(text, Err("month, day, hour, minute or second that is not"));
    }
    for offset in ["+24:00", "-24:00", "-99:00", "+01:60"] {
        let text = format!("2024-01-02T03:04:05{offset}");
        check(&text, Err("offset"));
    }
}

#[test]
fn leap_seconds_are_errors() {
    check("2016-12-31T23:59:60Z", Err("leap second"));
    check("1990-12-31T15:59:60-08:00", Err("leap second"));
    check("2024-01-02T03:04:60Z", Err("leap second"));
}

#[test]
fn only_strings_are_read() {
    for json in ["1", "null", "true", "[]", "{}", "1.5"] {
        assert!(serde_json::from_str::<At>(json).is_err(), "{json}");
    }
}

/// Checks that a value that is read is written as text that reads as the same value.
fn check_no_panic(text: &str) {
    let json = serde_json::to_string(text).unwrap();
    if let Ok(at) = serde_json::from_str::<At>(&json)
        && let Ok(again) = serde_json::to_string(&at)
    {
        assert_eq!(serde_json::from_str::<At>(&again).unwrap(), at);
    }
}

#[test]
fn every_flipped_and_missing_byte_is_a_value_or_an_error() {
    let text = "2024-01-02T03:04:05.123456789+01:00";
    for cut in 0..text.len() {
        check_no_panic(&text[..cut]);
        for byte in 0..128_u8 {
            let mut bytes = text.as_bytes().to_vec();
            bytes[cut] = byte;
            check_no_panic(std::str::from_utf8(&bytes).unwrap());
        }
    }
}
