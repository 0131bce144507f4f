//! Container files, generic values and JSON against fastavro, by `tests/interop/avro_files.py`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot read its data fails"
)]

use std::fs;
use std::path::PathBuf;

use serde_json::Value as Json;
use serde_json::value::RawValue;
use wireform::avro::file::{Compression, Options, RawReader, RawWriter, Reader};
use wireform::avro::json::AvroJson;
use wireform::avro::{AvroValue, Schema, Transcoder};
use wireform::{Deserializer, ErrorKind, SerializerExt};

const COMPRESSIONS: [Compression; 5] = [
    Compression::None,
    Compression::Deflate,
    Compression::Bzip2,
    Compression::Snappy,
    Compression::Zstandard,
];

struct Golden {
    schema: Schema,
    /// The datum, and its JSON.
    records: Vec<(Vec<u8>, Json)>,
}

fn path(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    folder.join("tests").join("data").join("avro").join(name)
}

fn hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    let digits = digits.map(|pair| std::str::from_utf8(pair).unwrap());
    digits
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

fn golden() -> Golden {
    let text = fs::read_to_string(path("fastavro.json")).unwrap();
    let golden: Json = serde_json::from_str(&text).unwrap();
    let records = golden["records"].as_array().unwrap().iter();
    Golden {
        schema: Schema::parse(&golden["schema"].to_string()).unwrap(),
        records: records
            .map(|record| {
                (
                    hex(record["datum"].as_str().unwrap()),
                    record["json"].clone(),
                )
            })
            .collect(),
    }
}

/// The same JSON, but for how numbers are written.
#[track_caller]
fn assert_same(ours: &str, theirs: &Json) {
    let ours: Json = serde_json::from_str(ours).unwrap();
    assert_eq!(ours, *theirs);
}

#[test]
fn files_of_fastavro_are_read() {
    for compression in COMPRESSIONS {
        check_file("fastavro", compression);
    }
}

#[test]
fn files_of_java_are_read() {
    for compression in [Compression::None, Compression::Deflate, Compression::Bzip2] {
        check_file("java", compression);
    }
}

#[track_caller]
fn check_file(writer: &str, compression: Compression) {
    let golden = golden();
    let file = fs::read(path(&format!("{writer}-{}.avro", compression.as_str()))).unwrap();
    let values = AvroValue::with_schema(&golden.schema).unwrap();
    let mut reader = RawReader::new(&*file).unwrap();
    assert_eq!(reader.compression(), compression);
    let json = AvroJson::new(reader.schema());
    for (datum, theirs) in &golden.records {
        let found = reader.next_datum().unwrap().unwrap();
        // Java's maps have no order.
        assert_eq!(
            values.deserialize(found).unwrap(),
            values.deserialize(datum).unwrap()
        );
        assert_same(&json.to_text(found).unwrap(), theirs);
    }
    assert!(reader.next_datum().unwrap().is_none());
    let records = Reader::new(&*file, &values).unwrap();
    for (record, (datum, _)) in records.zip(&golden.records) {
        assert_eq!(record.unwrap(), values.deserialize(datum).unwrap());
    }
}

/// `avro_files.py check` reads them with fastavro, `avro-files check` with Java.
#[test]
fn files_of_ours_are_as_they_were_when_fastavro_read_them() {
    let golden = golden();
    for compression in COMPRESSIONS {
        let options = Options::new()
            .compression(compression)
            .block_size(300)
            .metadata("made.by", "wireform")
            .sync_marker(*b"0123456789abcdef");
        let mut writer = RawWriter::new(Vec::new(), &golden.schema, &options).unwrap();
        for (datum, _) in &golden.records {
            writer.append_datum(datum).unwrap();
        }
        let file = writer.finish().unwrap();
        let path = path(&format!("wireform-{}.avro", compression.as_str()));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&path, &file).unwrap();
        }
        // Another version of a compressor may find other bytes: what counts is what they hold.
        let old = fs::read(&path).unwrap();
        let mut old = RawReader::new(&*old).unwrap();
        let mut new = RawReader::new(&*file).unwrap();
        for (datum, _) in &golden.records {
            assert_eq!(old.next_datum().unwrap(), Some(&**datum));
            assert_eq!(new.next_datum().unwrap(), Some(&**datum));
        }
        assert!(old.next_datum().unwrap().is_none());
        if compression == Compression::None {
            assert_eq!(file, fs::read(&path).unwrap());
        }
    }
}

#[test]
fn json_of_fastavro_is_read_back_and_readable_json_too() {
    let golden = golden();
    let json = AvroJson::new(&golden.schema);
    let readable = json.clone().readable();
    for (datum, theirs) in &golden.records {
        let text = serde_json::to_string(theirs).unwrap();
        let found = json.to_datum(&text).unwrap();
        assert_same(&json.to_text(&found).unwrap(), theirs);
        assert_eq!(
            json.to_datum(&json.to_text(datum).unwrap()).unwrap(),
            *datum
        );
        let text = readable.to_text(datum).unwrap();
        assert_eq!(readable.to_datum(&text).unwrap(), *datum, "{text}");
    }
    let most = readable.to_text(&golden.records[1].0).unwrap();
    for expected in [
        r#""date":"9999-12-31""#,
        r#""time_millis":"23:59:59.999""#,
        r#""timestamp_millis":"2026-11-23T16:44:49.123Z""#,
        r#""timestamp_micros":"9999-12-31T23:59:59.999999Z""#,
        r#""local_timestamp_millis":"2026-11-23T16:44:49.123""#,
        r#""decimal":"99999999.99""#,
        r#""decimal_fixed":"999999999999999.999""#,
    ] {
        assert!(most.contains(expected), "{expected} in {most}");
    }
}

/// Every shape, both ways: data that fastavro wrote, of random schemas; JSON by fastavro or Java.
#[test]
#[ignore = "needs WIREFORM_AVRO_CASES, a file that `avro_files.py random` wrote"]
fn random_data_come_back() {
    let cases = std::env::var("WIREFORM_AVRO_CASES").expect("WIREFORM_AVRO_CASES");
    let cases = fs::read_to_string(cases).unwrap();
    let (mut count, mut with_json) = (0, 0);
    for line in cases.lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        check_random(case.schema.get(), &hex(&case.datum), case.json.as_deref());
        count += 1;
        with_json += usize::from(case.json.is_some());
    }
    println!("{count} data, {with_json} with JSON");
}

#[derive(serde::Deserialize)]
struct Case {
    schema: Box<RawValue>,
    datum: String,
    /// As text: serde_json's numbers are not exact.
    json: Option<Box<RawValue>>,
}

/// The same JSON, but for its numbers.
fn shape(text: &str) -> Json {
    fn without_numbers(json: Json) -> Json {
        match json {
            Json::Array(items) => items.into_iter().map(without_numbers).collect(),
            Json::Object(entries) => (entries.into_iter())
                .map(|(key, value)| (key, without_numbers(value)))
                .collect(),
            Json::Number(_) => 0.into(),
            other => other,
        }
    }
    without_numbers(serde_json::from_str(text).unwrap())
}

#[track_caller]
fn check_random(schema: &str, datum: &[u8], theirs: Option<&RawValue>) {
    let schema = Schema::parse(schema).unwrap();
    let values = AvroValue::with_schema(&schema).unwrap();
    let value = values.deserialize(datum).unwrap();
    let again = values.to_vec(&value).unwrap();
    assert_eq!(again.len(), datum.len(), "{schema:?}");
    assert_eq!(values.deserialize(&again).unwrap(), value, "{schema:?}");

    let mut copy = Vec::new();
    let transcoder = Transcoder::new(&schema, &schema).unwrap();
    transcoder.transcode(datum, &mut copy).unwrap();
    assert_eq!(copy, datum, "{schema:?}");

    let json = AvroJson::new(&schema);
    let text = json.to_text(datum).unwrap();
    assert_eq!(json.to_datum(&text).unwrap(), datum, "{text}");
    if let Some(theirs) = theirs {
        assert_eq!(shape(&text), shape(theirs.get()));
        // Java's maps have no order.
        let back = json.to_datum(theirs.get()).unwrap();
        assert_eq!(values.deserialize(&back).unwrap(), value, "{theirs}");
    }
    let plain = json.plain();
    let text = plain.to_text(datum).unwrap();
    // Another branch may take it, and then writes the same.
    let back = plain.to_datum(&text).unwrap();
    assert_eq!(plain.to_text(&back).unwrap(), text);
}

#[derive(serde::Deserialize)]
struct Evolution {
    writer: Box<RawValue>,
    reader: Box<RawValue>,
    datum: String,
    /// The datum of the reader's schema; without it Java refuses.
    resolved: Option<String>,
}

/// What Java's resolution makes of random data of random schemas.
#[test]
#[ignore = "needs WIREFORM_AVRO_EVOLUTIONS, a file that `avro-files resolve` wrote"]
fn random_data_are_resolved_as_java_does() {
    let cases = std::env::var("WIREFORM_AVRO_EVOLUTIONS").expect("WIREFORM_AVRO_EVOLUTIONS");
    let cases = fs::read_to_string(cases).unwrap();
    let (mut resolved, mut refused, mut stricter, mut differences) = (0, 0, 0, 0);
    for line in cases.lines() {
        let case: Evolution = serde_json::from_str(line).unwrap();
        match (resolve(&case), case.resolved.as_deref().map(hex)) {
            (Ok(ours), Some(theirs)) if is_same_value(&case, &ours, &theirs) => resolved += 1,
            (Err(_), None) => refused += 1,
            (Err(error), Some(_)) if is_stricter(&case, &error) => stricter += 1,
            (ours, theirs) => {
                differences += 1;
                println!("{line}\n  ours {ours:?}\n  theirs {theirs:?}");
            }
        }
    }
    println!("{resolved} resolved, {refused} refused, {stricter} by us alone");
    assert_eq!(differences, 0);
}

/// Where we refuse what Java takes, and mean to: strings that are no UTF-8, and schemas that fit
/// only as long as an array, a map or a union has nothing of what does not.
fn is_stricter(case: &Evolution, error: &wireform::Error) -> bool {
    let writer = Schema::parse(case.writer.get()).unwrap();
    let reader = Schema::parse(case.reader.get()).unwrap();
    let is_inside_container =
        error.kind() == ErrorKind::Incompatible && error.to_string().contains('[');
    error.to_string().contains("UTF-8")
        || is_inside_container
        || Transcoder::new(&writer, &reader).is_err()
}

fn resolve(case: &Evolution) -> wireform::Result<Vec<u8>> {
    let writer = Schema::parse(case.writer.get()).unwrap();
    let reader = Schema::parse(case.reader.get()).unwrap();
    let datum = hex(&case.datum);
    let mut out = Vec::new();
    let transcoded = Transcoder::new(&writer, &reader)
        .and_then(|transcoder| transcoder.transcode(&datum, &mut out));
    let values = AvroValue::with_schema(&reader).unwrap();
    let value = values
        .plan_for(&writer)
        .and_then(|plan| plan.decode(&datum));
    // Both ways of reading say the same.
    assert_eq!(transcoded.is_ok(), value.is_ok());
    if let Ok(value) = &value {
        assert_eq!(values.deserialize(&out).unwrap(), *value);
    }
    transcoded.map(|()| out)
}

/// Java's maps have no order.
fn is_same_value(case: &Evolution, ours: &[u8], theirs: &[u8]) -> bool {
    let values = AvroValue::new(case.reader.get()).unwrap();
    values.deserialize(ours).unwrap() == values.deserialize(theirs).unwrap()
}
