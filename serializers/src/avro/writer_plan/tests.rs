//! Schemas that data was written with are read as leniently as Java reads container files.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use wireform_registry::{ResolvedSchema, SchemaKind, SchemaRules};

use crate::avro::{Avro, AvroRules, Schema, SerdeAvro, check_compatibility};
use crate::error::{ErrorKind, Result};
use crate::frame::MessageIndex;
use crate::reader::ReadCodec;

/// Data of `writer`, read as `T` with `reader`.
fn read<T: DeserializeOwned + 'static>(writer: &str, reader: &str, datum: &[u8]) -> Result<T> {
    let codec = SerdeAvro::<T>::new(reader)?;
    let plan = codec.plan(&ResolvedSchema::new(SchemaKind::Avro, writer))?;
    plan.decode(&MessageIndex::default(), datum)
}

fn record(fields: &str) -> String {
    format!(r#"{{"type":"record","name":"R","fields":[{fields}]}}"#)
}

#[derive(Debug, PartialEq, Deserialize, Avro)]
#[avro(rename = "R")]
struct Kept {
    k: i32,
}

/// A type, a default that is not a value of it, and a datum of the type.
const BROKEN: &[(&str, &str, &[u8])] = &[
    ("\"int\"", "\"x\"", &[2]),
    ("\"int\"", "5000000000", &[2]),
    ("\"int\"", "1.5", &[2]),
    ("\"long\"", "null", &[2]),
    ("\"string\"", "7", &[2, b'a']),
    ("\"boolean\"", "0", &[1]),
    ("\"null\"", "0", &[]),
    ("\"float\"", "\"1\"", &[0, 0, 0, 0]),
    ("\"bytes\"", "\"\\u0100\"", &[2, 7]),
    ("\"string\"", "\"\\ud800\"", &[0]),
    (
        r#"{"type":"fixed","name":"F","size":2}"#,
        "\"abc\"",
        &[1, 2],
    ),
    (r#"{"type":"fixed","name":"F","size":2}"#, "\"\"", &[1, 2]),
    (
        r#"{"type":"enum","name":"E","symbols":["A"]}"#,
        "\"B\"",
        &[0],
    ),
    (r#"["null","int"]"#, "\"text\"", &[0]),
    ("[]", "null", &[]),
    (r#"{"type":"array","items":"int"}"#, "{}", &[0]),
    (r#"{"type":"array","items":"int"}"#, "[1,\"x\"]", &[2, 2, 0]),
    (r#"{"type":"map","values":"int"}"#, "[]", &[0]),
    (
        r#"{"type":"record","name":"I","fields":[{"name":"x","type":"int"}]}"#,
        "{}",
        &[2],
    ),
    (
        r#"{"type":"record","name":"I","fields":[{"name":"x","type":"int","default":""}]}"#,
        "{}",
        &[2],
    ),
];

/// A writer schema with such a field, and one after it.
fn broken(kind: &str, default: &str) -> String {
    record(&format!(
        r#"{{"name":"d","type":{kind},"default":{default}}},{{"name":"k","type":"int"}}"#
    ))
}

#[test]
fn a_broken_default_of_the_writer_does_not_hide_its_data() {
    for (kind, default, datum) in BROKEN.iter().filter(|(kind, ..)| *kind != "[]") {
        let datum = [*datum, &[14]].concat();
        let kept = record(r#"{"name":"k","type":"int"}"#);
        let found = read::<Kept>(&broken(kind, default), &kept, &datum);
        let found = found.unwrap_or_else(|error| panic!("{kind} {default}: {error}"));
        assert_eq!(found, Kept { k: 7 });
    }
}

#[test]
fn registries_take_schemas_with_broken_defaults_as_confluents_does() {
    for (kind, default, _) in BROKEN {
        let schema = ResolvedSchema::new(SchemaKind::Avro, broken(kind, default));
        let parsed = AvroRules.parse(&schema);
        let parsed = parsed.unwrap_or_else(|error| panic!("{kind} {default}: {error}"));
        assert!(parsed.names.contains(&"R".to_owned()));
        assert_eq!(AvroRules.check(&schema, &schema).unwrap(), []);
    }
}

#[test]
fn a_program_cannot_register_a_broken_default() {
    for (kind, default, _) in BROKEN {
        let text = broken(kind, default);
        let error = SerdeAvro::<()>::new(&text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidSchema, "{text}");
        assert!(Schema::parse(&text).is_err(), "{text}");
        assert!(error.to_string().contains("/fields/0/"), "{error}");
    }
}

#[test]
fn an_enum_whose_own_default_is_not_a_symbol_is_an_error() {
    let writer = record(
        r#"{"name":"e","type":{"type":"enum","name":"E","symbols":["A"],"default":"B"}},
           {"name":"k","type":"int"}"#,
    );
    let error = read::<Kept>(&writer, &record(r#"{"name":"k","type":"int"}"#), &[0, 2]);
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidSchema);
}

#[test]
fn names_that_are_no_names_of_the_specification_do_not_hide_data() {
    let writer = r#"{"type":"record","name":"my-record","namespace":"1st.space","fields":[
        {"name":"a-b","type":{"type":"enum","name":"e/f","symbols":["x y","ü-\"q\""]}},
        {"name":"k","type":"int"}]}"#;
    let kept = record(r#"{"name":"k","type":"int"}"#);
    assert_eq!(read::<Kept>(writer, &kept, &[2, 14]).unwrap().k, 7);
    assert!(Schema::parse(writer).is_err());
}

#[cfg(feature = "avro-file")]
fn broken_file() -> Vec<u8> {
    use crate::avro::write;
    let mut file = b"Obj\x01".to_vec();
    write::count(1, &mut file);
    write::bytes(b"avro.schema", &mut file);
    write::bytes(broken("\"int\"", "\"x\"").as_bytes(), &mut file);
    file.push(0);
    file.extend_from_slice(&[9; 16]);
    // One block of one record.
    file.extend_from_slice(&[2, 4, 2, 14]);
    file.extend_from_slice(&[9; 16]);
    file
}

#[cfg(feature = "avro-file")]
#[test]
fn a_container_file_with_a_broken_default_is_read() {
    use crate::avro::file::{RawReader, Reader};
    let file = broken_file();
    assert_eq!(
        RawReader::new(&*file).unwrap().next_datum().unwrap(),
        Some(&[2, 14][..])
    );
    let all: Result<Vec<Kept>> = Reader::new(&*file, &Avro::<Kept>::new()).unwrap().collect();
    assert_eq!(all.unwrap(), [Kept { k: 7 }]);
}

#[cfg(feature = "avro-file")]
#[test]
fn a_container_file_with_a_broken_default_is_copied() {
    use crate::avro::file::{Options, RawReader, RawWriter};
    let file = broken_file();
    let mut reader = RawReader::new(&*file).unwrap();
    let options = Options::new().sync_marker([9; 16]);
    let mut writer = RawWriter::new(Vec::new(), reader.schema(), &options).unwrap();
    let datum = reader.next_datum().unwrap().unwrap();
    writer.append_datum(datum).unwrap();
    let copy = writer.finish().unwrap();
    let mut copy = RawReader::new(&*copy).unwrap();
    assert_eq!(copy.next_datum().unwrap(), Some(&[2, 14][..]));
}

#[test]
fn comments_are_white_space() {
    let text = r#"// At the top: "name"
{"type": "record", /* the name
   // is short */ "name": "R", "doc": "// no /* comment */",
 "fields": [ // and here
   {"name": "k", "type": "int"} /**/
]} // at the end"#;
    let schema = Schema::parse(text).unwrap();
    assert_eq!(schema.text(), text);
    assert_eq!(
        schema.canonical_form(),
        r#"{"name":"R","type":"record","fields":[{"name":"k","type":"int"}]}"#
    );
    let files = Schema::parse_files(&[("a.avsc", text)]).unwrap();
    assert_eq!(files[0].text(), text);
    let root = schema.node(schema.root());
    let crate::avro::schema::Kind::Record(record) = &root.kind else {
        panic!("not a record");
    };
    assert_eq!(record.doc.as_deref(), Some("// no /* comment */"));
    // What is registered is what the program wrote.
    let codec = SerdeAvro::<Kept>::new(text).unwrap();
    use crate::schema_codec::SchemaFormat as _;
    assert_eq!(&*codec.source().text, text);
    assert_eq!(read::<Kept>(text, text, &[2]).unwrap().k, 1);
}

#[test]
fn errors_behind_comments_are_where_they_are_in_the_text() {
    let text = "/* one\n two */ {\"type\": // é\n  \"nope\"}";
    let error = Schema::parse(text).unwrap_err().to_string();
    assert!(error.contains("line 3 column 3"), "{error}");
    for broken in ["/* no end", "\"int\" /", "\"int\" / / x", "\"int\" # no"] {
        let error = Schema::parse(broken).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidSchema, "{broken}");
    }
}

#[test]
fn schemas_that_differ_in_comments_are_one_to_registries() {
    let canonical = |text: &str| {
        let schema = ResolvedSchema::new(SchemaKind::Avro, text);
        (
            AvroRules.parse(&schema).unwrap().canonical,
            AvroRules.normalize(&schema).unwrap(),
        )
    };
    let plain = r#"{"type":"array","items":"int"}"#;
    let commented = "// numbers\n{\"type\": \"array\", /* of */ \"items\": \"int\"}";
    assert_eq!(canonical(commented), canonical(plain));
}

#[test]
fn events_with_comments_share_a_union() {
    use crate::schema_codec::SchemaSource;
    let source = |name: &str| {
        let text =
            format!("// an event\n{{\"type\":\"record\",\"name\":\"{name}\",\"fields\":[]}}");
        SchemaSource::new(SchemaKind::Avro, text).with_record(name)
    };
    let union = crate::avro::union_source::union_source(&[&source("A"), &source("B")]).unwrap();
    assert_eq!(Schema::parse(&union.text).unwrap().names(), ["A", "B"]);
}

#[cfg(feature = "avro-value")]
#[test]
fn a_broken_default_is_an_error_where_it_is_needed() {
    let reader = Schema::parse_writer(&broken("\"int\"", "\"x\""), &[]).unwrap();
    let writer = Schema::parse(&record(r#"{"name":"k","type":"int"}"#)).unwrap();
    let error = crate::avro::Transcoder::new(&writer, &reader).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible);
    assert_eq!(error.path(), "d");
    assert!(error.to_string().contains("default"), "{error}");
    let json = crate::avro::json::AvroJson::new(&reader);
    let error = json.to_datum(r#"{"k":7}"#).unwrap_err();
    assert_eq!((error.kind(), &*error.path()), (ErrorKind::Encode, "d"));
    assert_eq!(json.to_datum(r#"{"k":7,"d":1}"#).unwrap(), [2, 14]);
    let codec = crate::avro::AvroValue::with_schema(&reader).unwrap();
    use crate::serializer::SerializerExt as _;
    let fields = vec![("k".to_owned(), crate::avro::Value::Int(7))];
    let error = codec
        .to_vec(&crate::avro::Value::Record(fields))
        .unwrap_err();
    assert_eq!((error.kind(), &*error.path()), (ErrorKind::Encode, "d"));
}

#[test]
fn a_schema_reads_its_own_data_whatever_its_aliases_are() {
    let text = record(
        r#"{"name":"a","type":"int","aliases":["b"]},
           {"name":"b","type":"int","aliases":["a","c"]},
           {"name":"c","type":"int","aliases":["a"]}"#,
    );
    #[derive(Debug, PartialEq, Deserialize)]
    struct Three {
        a: i32,
        b: i32,
        c: i32,
    }
    let codec = SerdeAvro::<Three>::new(&text).unwrap();
    use crate::serializer::Deserializer as _;
    let expected = Three { a: 1, b: 2, c: 3 };
    assert_eq!(codec.deserialize(&[2, 4, 6]).unwrap(), expected);
    assert_eq!(read::<Three>(&text, &text, &[2, 4, 6]).unwrap(), expected);
    let schema = Schema::parse(&text).unwrap();
    assert_eq!(check_compatibility(&schema, &schema), []);
}

#[test]
fn a_schema_reads_its_own_data_however_deep_its_types_are() {
    let mut text = r#""int""#.to_owned();
    for level in 0..20 {
        text = format!(
            r#"["null",{{"type":"record","name":"R{level}","fields":[{{"name":"f","type":{text}}}]}}]"#
        );
    }
    // By names, types nest deeper than a text may.
    let outer = (20..58).map(|level| {
        format!(
            r#"{{"type":"record","name":"R{level}","fields":[{{"name":"f","type":["null","R{}"]}}]}}"#,
            level - 1
        )
    });
    let references: Vec<String> = std::iter::once(text).chain(outer).collect();
    let references: Vec<&str> = references.iter().map(|text| &**text).collect();
    let schema = Schema::parse_with("\"R57\"", &references).unwrap();
    assert_eq!(check_compatibility(&schema, &schema), []);
    let mut out = Vec::new();
    let transcoder = crate::avro::Transcoder::new(&schema, &schema).unwrap();
    transcoder.transcode(&[0], &mut out).unwrap();
    assert_eq!(out, [0]);
}

#[test]
fn an_alias_counts_where_the_exact_name_is_missing() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct B {
        b: i32,
    }
    let reader = record(r#"{"name":"b","type":"int","aliases":["a"],"default":9}"#);
    let int = |name: &str| format!(r#"{{"name":"{name}","type":"int"}}"#);
    let both = record(&[int("a"), int("b")].join(","));
    assert_eq!(read::<B>(&both, &reader, &[2, 4]).unwrap().b, 2);
    let old = record(&int("a"));
    assert_eq!(read::<B>(&old, &reader, &[2]).unwrap().b, 1);
    let neither = record(&int("c"));
    assert_eq!(read::<B>(&neither, &reader, &[2]).unwrap().b, 9);
}

#[test]
fn a_field_that_is_read_by_its_name_is_not_read_by_an_alias_as_well() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Both {
        a: i32,
        b: i32,
    }
    let old = record(r#"{"name":"a","type":"int"}"#);
    let reader = record(
        r#"{"name":"b","type":"int","aliases":["a"],"default":9},{"name":"a","type":"int"}"#,
    );
    assert_eq!(
        read::<Both>(&old, &reader, &[2]).unwrap(),
        Both { a: 1, b: 9 }
    );
    // Two aliases of one field: the last takes it, as in Java.
    let aliases = record(
        r#"{"name":"a","type":"int","aliases":["x"],"default":8},
           {"name":"b","type":"int","aliases":["x"],"default":9}"#,
    );
    let old = record(r#"{"name":"x","type":"int"}"#);
    assert_eq!(
        read::<Both>(&old, &aliases, &[2]).unwrap(),
        Both { a: 8, b: 1 }
    );
}
