use apache_avro::types::Value as V;
use apache_avro::writer::datum::GenericDatumWriter;
use apache_avro::{BigDecimal, Days, Decimal, Duration, Millis, Months};
use wireform_registry::{SchemaId, SchemaKey};

use super::*;
use crate::error::ErrorKind;
use crate::serializer::SerializerExt;
use crate::{ContentType, Framed, NoHeaders, Reader, SchemaFormat};

fn record(fields: &str) -> String {
    format!(r#"{{"type":"record","name":"a.R","fields":[{fields}]}}"#)
}

fn logical(kind: &str, name: &str) -> String {
    format!(r#"{{"type":"{kind}","logicalType":"{name}"}}"#)
}

fn fields<const N: usize>(fields: [(&str, V); N]) -> V {
    V::Record(fields.map(|(name, value)| (name.to_owned(), value)).into())
}

fn text(text: &str) -> V {
    V::String(text.to_owned())
}

fn union(index: u32, value: V) -> V {
    V::Union(index, Box::new(value))
}

/// Both ways; apache-avro writes the same; every part of it and every flipped bit is a value or
/// an error.
#[track_caller]
fn check(schema: &str, value: &V, datum: &[u8]) {
    check_ours(schema, value, datum);
    let theirs = apache_avro::Schema::parse_str(schema).unwrap();
    let writer = GenericDatumWriter::builder(&theirs).build().unwrap();
    let theirs = writer.write_value_to_vec(value.clone()).unwrap();
    assert_eq!(theirs, datum, "apache-avro writes something else");
}

#[track_caller]
fn check_ours(schema: &str, value: &V, datum: &[u8]) {
    let codec = AvroValue::new(schema).unwrap();
    assert_eq!(codec.to_vec(value).unwrap(), datum);
    assert_eq!(codec.deserialize(datum).unwrap(), *value);
    for end in 0..datum.len() {
        assert!(
            codec.deserialize(&datum[..end]).is_err(),
            "prefix of {end} bytes"
        );
    }
    for (index, bit) in (0..datum.len()).flat_map(|i| (0..8).map(move |bit| (i, bit))) {
        let mut flipped = datum.to_vec();
        flipped[index] ^= 1 << bit;
        if let Ok(value) = codec.deserialize(&flipped) {
            // What was read fits the schema, but for decimals that are too long for it.
            let again = codec.to_vec(&value);
            assert!(again.is_ok() || schema.contains("decimal"), "{value:?}");
        }
    }
    let longer = [datum, &[0]].concat();
    assert_eq!(
        codec.deserialize(&longer).unwrap_err().kind(),
        ErrorKind::Decode
    );
}

#[track_caller]
fn check_written(schema: &str, value: &V, datum: &[u8]) {
    assert_eq!(
        AvroValue::new(schema).unwrap().to_vec(value).unwrap(),
        datum
    );
}

#[track_caller]
fn check_refused(schema: &str, value: &V, message: &str) {
    let codec = AvroValue::new(schema).unwrap();
    let mut out = vec![7];
    let error = codec.serialize(value, &mut out).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Encode, "{error}");
    assert!(error.to_string().contains(message), "{error}");
    assert_eq!(out, [7], "out is restored on error");
}

#[track_caller]
fn evolve(writer: &str, reader: &str, datum: &[u8]) -> Result<V> {
    let codec = AvroValue::new(reader).unwrap();
    codec
        .plan_for(&Schema::parse(writer).unwrap())?
        .decode(datum)
}

#[test]
fn primitives_are_themselves() {
    check("\"null\"", &V::Null, &[]);
    check("\"boolean\"", &V::Boolean(true), &[1]);
    check(
        "\"int\"",
        &V::Int(i32::MIN),
        &[0xff, 0xff, 0xff, 0xff, 0x0f],
    );
    check("\"long\"", &V::Long(-1), &[1]);
    check("\"float\"", &V::Float(1.5), &1.5_f32.to_le_bytes());
    check("\"double\"", &V::Double(-0.0), &(-0.0_f64).to_le_bytes());
    check("\"bytes\"", &V::Bytes(vec![0, 255]), &[4, 0, 255]);
    check("\"string\"", &text("é"), &[4, 0xc3, 0xa9]);
    let fixed = r#"{"type":"fixed","name":"F","size":2}"#;
    check(fixed, &V::Fixed(2, vec![1, 2]), &[1, 2]);
    check_written(fixed, &V::Bytes(vec![1, 2]), &[1, 2]);
    check_refused(
        fixed,
        &V::Fixed(2, vec![1]),
        "expected a fixed of 2 bytes, found 1",
    );
    let symbols = r#"{"type":"enum","name":"E","symbols":["A","B"]}"#;
    check(symbols, &V::Enum(1, "B".to_owned()), &[2]);
    check_written(symbols, &text("B"), &[2]);
    check_refused(symbols, &V::Enum(0, "B".to_owned()), "another number");
    check_refused(symbols, &text("C"), "the enum E has no such symbol");
}

#[test]
fn containers_hold_what_fits() {
    let array = r#"{"type":"array","items":"int"}"#;
    check(array, &V::Array(vec![]), &[0]);
    check(array, &V::Array(vec![V::Int(1), V::Int(2)]), &[4, 2, 4, 0]);
    let map = r#"{"type":"map","values":"int"}"#;
    check(
        map,
        &V::Map([("k".to_owned(), V::Int(3))].into()),
        &[2, 2, b'k', 6, 0],
    );
    check(map, &V::Map([].into()), &[0]);
    let nested =
        record(r#"{"name":"a","type":"int"},{"name":"b","type":{"type":"array","items":"a.R"}}"#);
    let inner = fields([("a", V::Int(2)), ("b", V::Array(vec![]))]);
    let value = fields([("a", V::Int(1)), ("b", V::Array(vec![inner]))]);
    check(&nested, &value, &[2, 2, 4, 0, 0]);
    check_refused(array, &V::Map([].into()), "expected array, found Map");
    check_refused(&nested, &V::Map([].into()), "expected a.R, found Map");
}

#[test]
fn fields_go_by_name_and_take_defaults() {
    let schema = record(r#"{"name":"a","type":"int"},{"name":"b","type":"string","default":"x"}"#);
    check_written(
        &schema,
        &fields([("b", text("y")), ("a", V::Int(1))]),
        &[2, 2, b'y'],
    );
    check_written(&schema, &fields([("a", V::Int(1))]), &[2, 2, b'x']);
    check_refused(
        &schema,
        &fields([("b", text("y"))]),
        "field \"a\": the value leaves the field out",
    );
    check_refused(
        &schema,
        &fields([("a", V::Int(1)), ("c", V::Null)]),
        "field \"c\": the record a.R",
    );
    check_refused(
        &schema,
        &fields([("a", V::Int(1)), ("a", V::Int(1))]),
        "twice",
    );
}

#[test]
fn numbers_are_widened_without_loss() {
    check_written("\"long\"", &V::Int(-1), &[1]);
    check_written("\"float\"", &V::Int(2), &2_f32.to_le_bytes());
    check_written(
        "\"float\"",
        &V::Long(1 << 40),
        &1_099_511_627_776_f32.to_le_bytes(),
    );
    check_written(
        "\"double\"",
        &V::Float(0.1),
        &f64::from(0.1_f32).to_le_bytes(),
    );
    check_written(
        "\"double\"",
        &V::Int(i32::MAX),
        &2_147_483_647_f64.to_le_bytes(),
    );
    check_written(
        "\"double\"",
        &V::Long(1 << 53),
        &9_007_199_254_740_992_f64.to_le_bytes(),
    );
    check_refused("\"float\"", &V::Int(16_777_217), "too long for a float");
    check_refused(
        "\"double\"",
        &V::Long((1 << 53) + 1),
        "too long for a float or double",
    );
    check_refused(
        "\"double\"",
        &V::Long(i64::MAX),
        "too long for a float or double",
    );
    check_refused("\"int\"", &V::Long(1), "expected int, found Long");
    check_refused("\"float\"", &V::Double(1.0), "expected float, found Double");
    check_refused(
        "\"string\"",
        &V::Bytes(vec![]),
        "expected string, found Bytes",
    );
}

#[test]
fn unions_are_named_or_chosen() {
    let schema = r#"["null","long","string"]"#;
    check(schema, &union(0, V::Null), &[0]);
    check(schema, &union(1, V::Long(3)), &[2, 6]);
    check(schema, &union(2, text("x")), &[4, 2, b'x']);
    check_written(schema, &V::Null, &[0]);
    check_written(schema, &V::Int(3), &[2, 6]);
    check_written(schema, &text("x"), &[4, 2, b'x']);
    check_written(r#"["double","long"]"#, &V::Int(3), &[2, 6]);
    check_written(r#"["long","int"]"#, &V::Int(3), &[2, 6]);
    check_refused(schema, &union(3, V::Null), "branch 3 of a union of 3");
    check_refused(schema, &union(1, text("x")), "expected long, found String");
    check_refused(
        schema,
        &V::Boolean(true),
        "no branch of the union takes Boolean",
    );
    check_refused(r#"["null","int"]"#, &V::Long(3), "expected int, found Long");
    check_refused("\"int\"", &union(0, V::Int(1)), "expected int, found Union");
}

#[test]
fn records_in_unions_are_told_apart_by_their_fields() {
    let schema = r#"[{"type":"record","name":"A","fields":[{"name":"x","type":"int"}]},
        {"type":"record","name":"B","fields":[{"name":"x","type":"int"},
                                              {"name":"y","type":"int"}]},
        {"type":"record","name":"C","fields":[{"name":"z","type":"int","default":1}]},
        {"type":"record","name":"D","fields":[{"name":"z","type":"int"}]}]"#;
    check_written(schema, &fields([("x", V::Int(1))]), &[0, 2]);
    check_written(
        schema,
        &fields([("x", V::Int(1)), ("y", V::Int(2))]),
        &[2, 2, 4],
    );
    check_written(schema, &fields([]), &[4, 2]);
    check_refused(schema, &fields([("z", V::Int(1))]), "several branches");
    check_written(schema, &union(3, fields([("z", V::Int(1))])), &[6, 2]);
}

#[test]
fn logical_types_have_their_variants() {
    check(&logical("int", "date"), &V::Date(1), &[2]);
    check(&logical("int", "time-millis"), &V::TimeMillis(1), &[2]);
    check(&logical("long", "time-micros"), &V::TimeMicros(1), &[2]);
    check(
        &logical("long", "timestamp-millis"),
        &V::TimestampMillis(1),
        &[2],
    );
    check(
        &logical("long", "timestamp-micros"),
        &V::TimestampMicros(1),
        &[2],
    );
    check(
        &logical("long", "timestamp-nanos"),
        &V::TimestampNanos(1),
        &[2],
    );
    check(
        &logical("long", "local-timestamp-millis"),
        &V::LocalTimestampMillis(1),
        &[2],
    );
    check(
        &logical("long", "local-timestamp-micros"),
        &V::LocalTimestampMicros(1),
        &[2],
    );
    check(
        &logical("long", "local-timestamp-nanos"),
        &V::LocalTimestampNanos(1),
        &[2],
    );
    check_written(&logical("long", "timestamp-millis"), &V::Long(1), &[2]);
    check_written(&logical("int", "date"), &V::Int(1), &[2]);
    let schema = logical("long", "timestamp-millis");
    check_refused(
        &schema,
        &V::TimestampMicros(1),
        "long (timestamp-millis), found TimestampMicros",
    );
    check_refused(
        "\"long\"",
        &V::TimestampMillis(1),
        "expected long, found TimestampMillis",
    );
    check_written(
        &format!(r#"["null",{schema}]"#),
        &V::TimestampMillis(1),
        &[2, 2],
    );
}

#[test]
fn decimals_are_checked_against_their_precision() {
    let bytes = r#"{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}"#;
    check(
        bytes,
        &V::Decimal(Decimal::from([0x04, 0xd2])),
        &[4, 0x04, 0xd2],
    );
    check_written(
        bytes,
        &V::Decimal(Decimal::from([0xff, 0xff, 0x80])),
        &[2, 0x80],
    );
    check_written(bytes, &V::Bytes(vec![0x04, 0xd2]), &[4, 0x04, 0xd2]);
    check_refused(
        bytes,
        &V::Decimal(Decimal::from([0x27, 0x10])),
        "more than 4 digits",
    );
    check_written(
        bytes,
        &V::Decimal(Decimal::from([0x27, 0x0f])),
        &[4, 0x27, 0x0f],
    );
    check_written(
        bytes,
        &V::Decimal(Decimal::from([0xd8, 0xf1])),
        &[4, 0xd8, 0xf1],
    );
    check_refused(
        bytes,
        &V::Decimal(Decimal::from([0xd8, 0xf0])),
        "more than 4 digits",
    );
    check_refused(bytes, &V::Bytes(vec![1; 600]), "more than 4 digits");
    check_refused(bytes, &V::Bytes(vec![]), "without bytes");
    check_refused(bytes, &V::Decimal(Decimal::from([])), "without bytes");
    assert!(AvroValue::new(bytes).unwrap().deserialize(&[0]).is_err());
    let fixed = r#"{"type":"fixed","name":"F","size":4,"logicalType":"decimal","precision":9}"#;
    check(
        fixed,
        &V::Decimal(Decimal::from([0xff, 0xff, 0xff, 0xfe])),
        &[0xff, 0xff, 0xff, 0xfe],
    );
    check_written(
        fixed,
        &V::Decimal(Decimal::from([0xfe])),
        &[0xff, 0xff, 0xff, 0xfe],
    );
    let big = logical("bytes", "big-decimal");
    let value = V::BigDecimal("-12.34".parse::<BigDecimal>().unwrap());
    check(&big, &value, &[8, 4, 0xfb, 0x2e, 4]);
}

#[test]
fn uuids_and_durations_have_their_variants() {
    let uuid = uuid::Uuid::from_u128(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10);
    let fixed = r#"{"type":"fixed","name":"U","size":16,"logicalType":"uuid"}"#;
    check(fixed, &V::Uuid(uuid), uuid.as_bytes());
    let string = logical("string", "uuid");
    let datum = [vec![72], uuid.to_string().into_bytes()].concat();
    check(&string, &V::Uuid(uuid), &datum);
    // A text that is none stays text; apache-avro fails.
    check_ours(&string, &text("none"), &[8, b'n', b'o', b'n', b'e']);
    let duration = r#"{"type":"fixed","name":"D","size":12,"logicalType":"duration"}"#;
    let value = Duration::new(Months::new(1), Days::new(2), Millis::new(3));
    check(
        duration,
        &V::Duration(value),
        &[1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0],
    );
}

#[test]
fn evolved_data_has_the_reader_s_shape() {
    let writer = record(
        r#"{"name":"q","type":"int"},{"name":"gone","type":"string"},{"name":"old","type":"string"}"#,
    );
    let reader = record(
        r#"{"name":"new","type":["null","string"],"default":null},
           {"name":"name","type":"string","aliases":["old"]},
           {"name":"q","type":{"type":"long","logicalType":"timestamp-millis"}}"#,
    );
    let value = evolve(&writer, &reader, &[14, 2, b'z', 2, b'n']).unwrap();
    let expected = fields([
        ("new", union(0, V::Null)),
        ("name", text("n")),
        ("q", V::TimestampMillis(7)),
    ]);
    assert_eq!(value, expected);
}

#[test]
fn unions_of_writers_are_resolved() {
    assert_eq!(
        evolve(r#"["null","int"]"#, r#"["long","null"]"#, &[2, 8]).unwrap(),
        union(0, V::Long(4))
    );
    assert_eq!(
        evolve("\"int\"", r#"["null","double"]"#, &[8]).unwrap(),
        union(1, V::Double(4.0))
    );
    assert_eq!(
        evolve(r#"["null","int"]"#, "\"int\"", &[2, 8]).unwrap(),
        V::Int(4)
    );
    let error = evolve(r#"["null","int"]"#, "\"int\"", &[0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible);
    assert_eq!(
        evolve("\"string\"", "\"int\"", &[]).unwrap_err().kind(),
        ErrorKind::Incompatible
    );
}

#[test]
fn deep_values_are_refused_both_ways() {
    let schema = record(r#"{"name":"n","type":["null","a.R"]}"#);
    let codec = AvroValue::new(&schema).unwrap();
    let deep = |levels: usize| {
        let end = fields([("n", union(0, V::Null))]);
        (1..levels).fold(end, |inner, _| fields([("n", union(1, inner))]))
    };
    let bytes = codec.to_vec(&deep(64)).unwrap();
    assert_eq!(codec.deserialize(&bytes).unwrap(), deep(64));
    assert_eq!(
        codec.to_vec(&deep(65)).unwrap_err().kind(),
        ErrorKind::LimitExceeded
    );
    let deeper = [vec![2; 64], vec![0]].concat();
    assert_eq!(
        codec.deserialize(&deeper).unwrap_err().kind(),
        ErrorKind::LimitExceeded
    );
}

#[test]
fn little_data_does_not_become_much_memory() {
    let nulls = AvroValue::new(r#"{"type":"array","items":"null"}"#).unwrap();
    // 65,536 items that take no bytes.
    let error = nulls.deserialize(&[0x80, 0x80, 0x08, 0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    let error = nulls.deserialize(&[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]);
    assert_eq!(error.unwrap_err().kind(), ErrorKind::LimitExceeded);
    let writer = r#"{"type":"array","items":{"type":"record","name":"a.R","fields":[]}}"#;
    let field = format!(
        r#"{{"name":"d","type":"string","default":"{}"}}"#,
        "x".repeat(1 << 20)
    );
    let reader = format!(r#"{{"type":"array","items":{}}}"#, record(&field));
    let error = evolve(writer, &reader, &[200, 1, 0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
}

#[test]
fn errors_name_the_place_and_not_the_value() {
    let schema =
        record(r#"{"name":"items","type":{"type":"array","items":{"type":"map","values":"int"}}}"#);
    let entries = V::Map([("secret".to_owned(), text("secret"))].into());
    let value = fields([("items", V::Array(vec![V::Map([].into()), entries]))]);
    let error = AvroValue::new(&schema).unwrap().to_vec(&value).unwrap_err();
    assert_eq!(error.path(), "items[1][\"\"]");
    assert!(!format!("{error:?}").contains("secret"));
}

#[test]
fn framed_values_are_read_back_by_a_reader() {
    for (schema, value) in [
        (r#"["null","string"]"#, union(1, text("x"))),
        // Behind a frame, bytes have no length.
        ("\"bytes\"", V::Bytes(vec![1, 2])),
    ] {
        let codec = AvroValue::new(schema).unwrap();
        let id = SchemaId::new(7);
        let payload = Framed::with_id(codec.clone(), id).to_vec(&value).unwrap();
        if let V::Bytes(bytes) = &value {
            assert_eq!(payload[5..], **bytes);
        }
        let reader = Reader::<V>::offline().with(codec).build();
        let writer = ResolvedSchema::new(SchemaKind::Avro, schema);
        reader.add(SchemaKey::Id(id), &writer).unwrap();
        let decoded = reader.decode(&NoHeaders, Some(&payload)).unwrap().unwrap();
        assert_eq!(decoded.value, value);
    }
}

#[test]
fn codec_tells_its_schema() {
    let codec = AvroValue::new(&record("")).unwrap();
    assert_eq!(codec.source().record.as_deref(), Some("a.R"));
    assert_eq!(Format::content_type(&codec), ContentType::AVRO);
    assert!(Format::schema(&codec).unwrap().fingerprint().is_some());
    let other = ResolvedSchema::new(SchemaKind::Avro, "\"int\"");
    assert_eq!(
        codec.check_writes(&other).unwrap_err().kind(),
        ErrorKind::Incompatible
    );
    let parsed = AvroValue::with_schema(codec.avro_schema()).unwrap();
    assert_eq!(parsed.source(), codec.source());
}

/// As deep as data may be, in a thread with little stack.
#[test]
fn depth_of_the_limit_needs_little_stack() {
    let deep = || {
        let codec = AvroValue::new(&record(
            r#"{"name":"n","type":{"type":"map","values":{"type":"array","items":["null","a.R"]}}}"#,
        ));
        let codec = codec.unwrap();
        // Three levels each, and the innermost record has an empty map.
        let level = [2, 2, b'k', 2, 2];
        let datum = [level.repeat(20), vec![0], [0, 0].repeat(20)].concat();
        let value = codec.deserialize(&datum).unwrap();
        assert_eq!(codec.to_vec(&value).unwrap(), datum);
        let deeper = [level.repeat(1000), vec![0], [0, 0].repeat(1000)].concat();
        let error = codec.deserialize(&deeper).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    };
    let small = std::thread::Builder::new().stack_size(256 << 10);
    wireform_limits::join(small.spawn(deep).unwrap(), wireform_limits::LIMIT);
}
