use std::io::{self, Read, Write};

use super::*;
use crate::avro::{Schema, SerdeAvro};
use crate::limits::Limits;
use crate::{Error, Result};

const SYNC: [u8; 16] = *b"0123456789abcdef";

fn strings() -> SerdeAvro<String> {
    SerdeAvro::new("\"string\"").unwrap()
}

fn file(options: Options, values: &[&str]) -> Vec<u8> {
    let options = options.sync_marker(SYNC);
    let mut writer = Writer::with_options(Vec::new(), strings(), options).unwrap();
    for value in values {
        writer.append(&(*value).to_owned()).unwrap();
    }
    writer.finish().unwrap()
}

fn read(file: &[u8]) -> Result<Vec<String>> {
    Reader::new(file, &strings())?.collect()
}

/// A file by hand: metadata, then blocks as they are.
fn by_hand(schema: &str, codec: &str, blocks: &[u8]) -> Vec<u8> {
    let mut out = b"Obj\x01\x04".to_vec();
    for part in ["avro.schema", schema, "avro.codec", codec] {
        crate::avro::write::bytes(part.as_bytes(), &mut out);
    }
    out.push(0);
    out.extend_from_slice(&SYNC);
    out.extend_from_slice(blocks);
    out
}

#[track_caller]
fn check_error(file: &[u8], kind: ErrorKind, message: &str) {
    let error = read(file).unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(message), "{error}");
}

fn compressions() -> Vec<Compression> {
    let mut all = vec![Compression::None, Compression::Deflate];
    if cfg!(feature = "avro-file-bzip2") {
        all.push(Compression::Bzip2);
    }
    if cfg!(feature = "avro-file-snappy") {
        all.push(Compression::Snappy);
    }
    if cfg!(feature = "avro-file-zstandard") {
        all.push(Compression::Zstandard);
    }
    all
}

#[test]
fn file_is_as_the_specification_has_it() {
    let found = file(Options::new(), &["a", "bc"]);
    let block = [&b"\x04\x0a\x02a\x04bc"[..], &SYNC].concat();
    let mut expected = b"Obj\x01\x04".to_vec();
    // Metadata in the order of the keys.
    for part in ["avro.codec", "null", "avro.schema", "\"string\""] {
        crate::avro::write::bytes(part.as_bytes(), &mut expected);
    }
    expected.push(0);
    expected.extend_from_slice(&SYNC);
    expected.extend_from_slice(&block);
    assert_eq!(found, expected);
    assert_eq!(
        read(&by_hand("\"string\"", "null", &block)).unwrap(),
        ["a", "bc"]
    );
}

#[test]
fn every_compression_comes_back() {
    let long = "x".repeat(1000);
    let values = ["a", &long, "", "é"];
    for compression in compressions() {
        let options = Options::new().compression(compression).block_size(500);
        let bytes = file(options, &values);
        assert_eq!(read(&bytes).unwrap(), values, "{compression:?}");
        let raw = RawReader::new(&*bytes).unwrap();
        assert_eq!(raw.compression(), compression);
        assert!(bytes.len() < 1000 || compression == Compression::None);
        // Blocks of nothing at all, too.
        assert_eq!(
            read(&file(Options::new().compression(compression), &[""])).unwrap(),
            [""]
        );
    }
}

#[test]
fn every_prefix_is_an_error_or_ends_with_a_block() {
    for compression in compressions() {
        let options = || Options::new().compression(compression).block_size(1);
        let whole = file(options(), &["a", "bcd"]);
        let ends = [
            file(options(), &[]).len(),
            file(options(), &["a"]).len(),
            whole.len(),
        ];
        for end in 0..=whole.len() {
            match read(&whole[..end]) {
                Ok(values) => assert_eq!(ends.get(values.len()), Some(&end)),
                Err(error) => {
                    let expected = if end < 4 {
                        ErrorKind::Framing
                    } else {
                        ErrorKind::Decode
                    };
                    assert_eq!(error.kind(), expected);
                    assert!(!ends.contains(&end));
                }
            }
        }
    }
}

#[test]
fn every_flipped_bit_is_a_value_or_an_error() {
    for compression in compressions() {
        let whole = file(
            Options::new().compression(compression),
            &["a", "bcd", "aaaaaaaaaaaaaaa"],
        );
        for (index, bit) in (0..whole.len()).flat_map(|i| (0..8).map(move |bit| (i, bit))) {
            let mut flipped = whole.clone();
            flipped[index] ^= 1 << bit;
            let _ = read(&flipped);
        }
    }
}

#[test]
fn broken_files_say_where() {
    let good = [&b"\x02\x04\x02a"[..], &SYNC].concat();
    let with = |block: &[u8]| by_hand("\"string\"", "null", block);
    assert_eq!(read(&with(&good)).unwrap(), ["a"]);
    check_error(b"", ErrorKind::Framing, "Obj 01");
    check_error(b"{\"json\": 1}", ErrorKind::Framing, "Obj 01");
    let mut wrong_sync = good.clone();
    wrong_sync[19] ^= 1;
    check_error(&with(&wrong_sync), ErrorKind::Decode, "sync marker");
    check_error(
        &with(&[&b"\x01\x04\x02a"[..], &SYNC].concat()),
        ErrorKind::Decode,
        "negative count",
    );
    check_error(
        &with(&[&b"\x02\x03\x02a"[..], &SYNC].concat()),
        ErrorKind::Decode,
        "negative size",
    );
    check_error(
        &with(&[&b"\x06\x04\x02a"[..], &SYNC].concat()),
        ErrorKind::Decode,
        "3 records",
    );
    check_error(
        &with(&[&b"\x02\x06\x02ab"[..], &SYNC].concat()),
        ErrorKind::Decode,
        "holds more",
    );
    check_error(
        &with(&[&b"\x00\x04\x02a"[..], &SYNC].concat()),
        ErrorKind::Decode,
        "0 records",
    );
    check_error(
        &with(&[&b"\x04\x06\x02a\x09"[..], &SYNC].concat()),
        ErrorKind::Decode,
        "[1]",
    );
    check_error(
        &by_hand("{", "null", &good),
        ErrorKind::InvalidSchema,
        "line 1",
    );
    check_error(
        &by_hand("\"string\"", "lzma", &good),
        ErrorKind::UnsupportedContent,
        "\"lzma\"",
    );
    check_error(
        &by_hand("\"string\"", "deflate", &good),
        ErrorKind::Decode,
        "DEFLATE",
    );
    check_error(b"Obj\x01\x00", ErrorKind::Decode, "no schema");
}

#[test]
fn hostile_sizes_take_no_memory() {
    let huge = b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01";
    let with = |parts: &[&[u8]]| by_hand("\"string\"", "null", &parts.concat());
    check_error(
        &with(&[b"\x02", huge]),
        ErrorKind::LimitExceeded,
        "over 67108864",
    );
    check_error(
        &with(&[b"\x02\x80\x80\x80\x41"]),
        ErrorKind::LimitExceeded,
        "over 67108864",
    );
    // Within the limit, but not there.
    check_error(
        &with(&[b"\x02\x80\x80\x80\x20"]),
        ErrorKind::Decode,
        "ends too early",
    );
    check_error(
        &with(&[huge, b"\x04\x02a", &SYNC]),
        ErrorKind::Decode,
        "records",
    );
    check_error(
        &[&b"Obj\x01"[..], huge, huge].concat(),
        ErrorKind::LimitExceeded,
        "metadata",
    );
    check_error(
        &[&b"Obj\x01\x02"[..], huge].concat(),
        ErrorKind::LimitExceeded,
        "metadata",
    );
    let empty = [&b"Obj\x01"[..], huge, &[0; 1 << 20]].concat();
    check_error(&empty, ErrorKind::LimitExceeded, "metadata");
    check_error(
        b"Obj\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        ErrorKind::Decode,
        "64 bits",
    );
    let nulls = by_hand("\"null\"", "null", &[&huge[..], b"\x00", &SYNC].concat());
    let error = Reader::new(&*nulls, &SerdeAvro::<()>::new("\"null\"").unwrap());
    let error = error.unwrap().collect::<Result<Vec<()>>>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
}

#[test]
fn bombs_are_bounded() {
    for compression in compressions().into_iter().skip(1) {
        let mut data = Vec::new();
        compression.compress(&vec![0; 1 << 20], &mut data).unwrap();
        let limits = Limits::default().heap(1 << 19);
        let error = compression
            .decompress(data.clone(), limits.heap)
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LimitExceeded, "{compression:?}");
        assert_eq!(
            compression.decompress(data, 1 << 20).unwrap().len(),
            1 << 20
        );
    }
}

#[test]
fn records_are_resolved_and_bad_ones_skipped() {
    let writer = SerdeAvro::<Option<i32>>::new(r#"["null","int"]"#).unwrap();
    let mut out = Writer::new(Vec::new(), writer).unwrap();
    for value in [Some(1), None, Some(3)] {
        out.append(&value).unwrap();
    }
    let bytes = out.finish().unwrap();
    let reader = Reader::new(&*bytes, &SerdeAvro::<i64>::new("\"long\"").unwrap()).unwrap();
    let found: Vec<Result<i64>> = reader.collect();
    assert_eq!(found.len(), 3);
    assert_eq!(*found[0].as_ref().unwrap(), 1);
    let error = found[1].as_ref().unwrap_err();
    assert_eq!(
        (error.kind(), &*error.path()),
        (ErrorKind::Incompatible, "[1]")
    );
    assert_eq!(*found[2].as_ref().unwrap(), 3);
    let error = Reader::new(&*bytes, &strings()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible);
}

#[test]
fn nothing_follows_a_broken_block() {
    let block = [&b"\x02\x04\x02a"[..], &SYNC].concat();
    let broken = [&b"\x02\x04\x09a"[..], &SYNC].concat();
    let bytes = by_hand(
        "\"string\"",
        "null",
        &[&block[..], &broken, &block].concat(),
    );
    let mut reader = Reader::new(&*bytes, &strings()).unwrap();
    assert!(reader.next().unwrap().is_ok());
    assert!(reader.next().unwrap().is_err());
    assert!(reader.next().is_none());
}

#[test]
fn bytes_keep_their_length() {
    let codec = SerdeAvro::<Vec<u8>>::new("\"bytes\"").unwrap();
    let mut writer = Writer::new(Vec::new(), codec.clone()).unwrap();
    writer.append(&vec![1, 2]).unwrap();
    writer.append(&Vec::new()).unwrap();
    let bytes = writer.finish().unwrap();
    let found: Result<Vec<Vec<u8>>> = Reader::new(&*bytes, &codec).unwrap().collect();
    assert_eq!(found.unwrap(), [vec![1, 2], vec![]]);
}

#[test]
fn metadata_is_kept_but_avro_s_own_is_avro_s() {
    let bytes = file(Options::new().metadata("made.by", "us"), &["a"]);
    let reader = RawReader::new(&*bytes).unwrap();
    assert!(
        reader
            .metadata()
            .any(|entry| entry == ("made.by", &b"us"[..]))
    );
    let options = Options::new().metadata("avro.codec", "x");
    let error = Writer::with_options(Vec::new(), strings(), options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[test]
fn blocks_end_by_size_by_count_and_by_flush() {
    let sizes = |bytes: &[u8]| {
        let mut markers = bytes.windows(16).filter(|window| **window == SYNC);
        markers.by_ref().count() - 1
    };
    assert_eq!(
        sizes(&file(Options::new().block_size(4), &["a", "b", "c"])),
        2
    );
    assert_eq!(sizes(&file(Options::new(), &[])), 0);
    let options = Options::new().sync_marker(SYNC);
    let mut writer = Writer::with_options(Vec::new(), strings(), options).unwrap();
    for _ in 0..2 {
        writer.append(&"a".to_owned()).unwrap();
        writer.flush().unwrap();
        writer.flush().unwrap();
    }
    assert_eq!(sizes(&writer.finish().unwrap()), 2);
    let nulls = SerdeAvro::<()>::new("\"null\"").unwrap();
    let mut writer = Writer::new(Vec::new(), nulls.clone()).unwrap();
    for _ in 0..100_000 {
        writer.append(&()).unwrap();
    }
    let bytes = writer.finish().unwrap();
    assert_eq!(Reader::new(&*bytes, &nulls).unwrap().count(), 100_000);
}

#[test]
fn failed_record_is_not_in_the_file() {
    let codec = SerdeAvro::<u64>::new("\"long\"").unwrap();
    let mut writer = Writer::new(Vec::new(), codec.clone()).unwrap();
    writer.append(&1).unwrap();
    assert_eq!(
        writer.append(&u64::MAX).unwrap_err().kind(),
        ErrorKind::Encode
    );
    writer.append(&2).unwrap();
    let bytes = writer.finish().unwrap();
    let found: Result<Vec<u64>> = Reader::new(&*bytes, &codec).unwrap().collect();
    assert_eq!(found.unwrap(), [1, 2]);
}

#[test]
fn raw_data_are_checked() {
    let schema = Schema::parse("\"string\"").unwrap();
    let mut writer = RawWriter::new(Vec::new(), &schema, &Options::new()).unwrap();
    writer.append_datum(b"\x02a").unwrap();
    for bad in [&b"\x04a"[..], b"\x02ab", b""] {
        assert_eq!(
            writer.append_datum(bad).unwrap_err().kind(),
            ErrorKind::Encode
        );
    }
    assert_eq!(read(&writer.finish().unwrap()).unwrap(), ["a"]);
}

#[test]
fn schema_of_several_texts_is_refused() {
    let schema = Schema::parse_with(
        r#"{"type":"array","items":"a.F"}"#,
        &[r#"{"type":"fixed","name":"a.F","size":1}"#],
    )
    .unwrap();
    let error = RawWriter::new(Vec::new(), &schema, &Options::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[test]
fn sync_markers_differ_from_file_to_file() {
    let file = || {
        Writer::new(Vec::new(), strings())
            .unwrap()
            .finish()
            .unwrap()
    };
    assert_ne!(file(), file());
}

/// Fails, or gives one byte at a time.
struct Slow<'a>(&'a [u8], bool);

impl Read for Slow<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.0.split_first() {
            Some((byte, rest)) if !out.is_empty() => {
                out[0] = *byte;
                self.0 = rest;
                Ok(1)
            }
            _ if self.1 => Err(io::ErrorKind::ConnectionReset.into()),
            _ => Ok(0),
        }
    }
}

struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.checked_sub(bytes.len()) {
            Some(left) => {
                self.0 = left;
                Ok(bytes.len())
            }
            None => Err(io::ErrorKind::StorageFull.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn failures_of_input_and_output_are_told() {
    let bytes = file(Options::new(), &["a"]);
    let collect =
        |input: Slow<'_>| -> Result<Vec<String>> { Reader::new(input, &strings())?.collect() };
    assert_eq!(collect(Slow(&bytes, false)).unwrap(), ["a"]);
    let error = collect(Slow(&bytes, true)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(std::error::Error::source(&error).is_some());
    let mut writer = Writer::new(Full(100), strings()).unwrap();
    writer.append(&"a".repeat(100)).unwrap();
    let error: Error = writer.flush().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    writer.append(&"a".to_owned()).unwrap();
    assert_eq!(writer.flush().unwrap_err().kind(), ErrorKind::Io);
}

#[test]
fn a_file_that_cannot_be_read_is_not_of_another_type() {
    for kind in [io::ErrorKind::ConnectionReset, io::ErrorKind::TimedOut] {
        struct Failing(io::ErrorKind);
        impl Read for Failing {
            fn read(&mut self, _out: &mut [u8]) -> io::Result<usize> {
                Err(self.0.into())
            }
        }
        let error = RawReader::new(Failing(kind)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{error}");
        // Some of the first four bytes are there, the rest cannot be read.
        let error = RawReader::new((&b"Ob"[..]).chain(Failing(kind))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    }
    for short in [&b""[..], b"Ob", b"Obj\x02", b"{\"a\":1}"] {
        let error = RawReader::new(short).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Framing, "{error}");
    }
}
