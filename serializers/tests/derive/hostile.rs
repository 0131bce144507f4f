//! Data that nobody honest wrote.

use std::collections::HashMap;

use wireform::avro::Avro;
use wireform::{Deserializer, ErrorKind, Limits, SerializerExt};

#[derive(Avro, Debug, PartialEq)]
struct Texts {
    first: String,
    all: Vec<String>,
    by_key: HashMap<String, i32>,
}

#[derive(Avro, Debug, PartialEq)]
struct Chain {
    next: Option<Box<Chain>>,
}

#[derive(Avro, Clone, Copy, Debug, PartialEq)]
struct Empty {}

#[track_caller]
fn check(datum: &[u8], expected: ErrorKind) {
    let error = Avro::<Texts>::new().deserialize(datum).unwrap_err();
    assert_eq!(error.kind(), expected, "{error}");
}

#[test]
fn a_length_without_its_bytes_is_an_error() {
    check(&[], ErrorKind::Decode);
    check(&[2], ErrorKind::Decode);
    check(&[126], ErrorKind::Decode);
    check(&[0x80, 1], ErrorKind::Decode);
    check(
        &[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
        ErrorKind::Decode,
    );
}

#[test]
fn a_negative_length_is_an_error() {
    check(&[1, b'a', 0, 0], ErrorKind::Decode);
    check(
        &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
        ErrorKind::Decode,
    );
}

#[test]
fn text_that_is_no_utf8_is_an_error() {
    check(&[2, 0xff, 0, 0], ErrorKind::Decode);
    check(&[0, 2, 4, 0xc3, b'a', 0, 0], ErrorKind::Decode);
    check(&[0, 0, 2, 2, 0x80, 0, 0], ErrorKind::Decode);
}

#[test]
fn more_items_than_bytes_are_an_error() {
    check(&[0, 126, 0], ErrorKind::Decode);
    check(
        &[
            0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0,
        ],
        ErrorKind::Decode,
    );
    check(&[0, 0, 4, 0, 0, 0], ErrorKind::Decode);
}

#[test]
fn blocks_that_tell_their_size_are_read() {
    let avro = Avro::<Texts>::new();
    let datum = [0, 3, 8, 2, b'a', 2, b'b', 2, 0, 0, 1, 6, 2, b'k', 14, 0];
    let texts = avro.deserialize(&datum).unwrap();
    assert_eq!(texts.all, ["a", "b", ""]);
    assert_eq!(texts.by_key, HashMap::from([("k".to_owned(), 7)]));
}

#[test]
fn a_number_of_too_many_bytes_is_an_error() {
    check(&[0x80; 11], ErrorKind::Decode);
    check(
        &[0, 0, 2, 0, 0x80, 0x80, 0x80, 0x80, 0x20, 0],
        ErrorKind::Decode,
    );
}

#[test]
fn lengths_around_one_byte_are_read_and_written() {
    let avro = Avro::<Texts>::new();
    for len in [0, 1, 62, 63, 64, 65, 8191, 8192] {
        let texts = Texts {
            first: "x".repeat(len),
            all: vec!["y".to_owned(); len],
            by_key: HashMap::from([("ü".repeat(len), i32::MIN)]),
        };
        let datum = avro.to_vec(&texts).unwrap();
        assert_eq!(avro.deserialize(&datum).unwrap(), texts, "{len}");
        for end in [datum.len() - 1, datum.len() / 2, len.min(datum.len() - 1)] {
            assert!(
                avro.deserialize(&datum[..end]).is_err(),
                "{len}, cut at {end}"
            );
        }
    }
}

#[test]
fn a_chain_without_end_is_an_error() {
    let avro = Avro::<Chain>::new();
    let mut datum = vec![2; 100_000];
    datum.push(0);
    let error = avro.deserialize(&datum).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    let deep = avro.limits(Limits::default().depth(20));
    let chain = (0..30).fold(None, |next, _| Some(Box::new(Chain { next })));
    let error = deep.to_vec(&Chain { next: chain }).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
}

#[test]
fn items_without_bytes_are_limited() {
    #[derive(Avro, Debug, PartialEq)]
    struct Many {
        all: Vec<Empty>,
    }
    let avro = Avro::<Many>::new();
    let many = avro.deserialize(&[6, 0]).unwrap();
    assert_eq!(many.all, [Empty {}; 3]);
    let error = avro.deserialize(&[0x82, 0x80, 8, 0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
}

#[test]
fn memory_is_limited_before_it_is_taken() {
    let limits = Limits::default().heap(1000);
    let avro = Avro::<Texts>::new().limits(limits);
    let texts = Texts {
        first: String::new(),
        all: vec![String::new(); 60],
        by_key: HashMap::new(),
    };
    let datum = avro.to_vec(&texts).unwrap();
    let error = avro.deserialize(&datum).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
}
