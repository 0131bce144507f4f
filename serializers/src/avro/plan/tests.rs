use wireform_registry::{ResolvedSchema, SchemaKind};

use crate::avro::{Avro, SerdeAvro, Transcoder, check_compatibility};
use crate::error::{ErrorKind, Result};
use crate::frame::MessageIndex;
use crate::reader::ReadCodec;

use super::*;

fn parse(text: &str) -> Schema {
    Schema::parse(text).unwrap()
}

fn transcode(writer: &str, reader: &str, datum: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    Transcoder::new(&parse(writer), &parse(reader))?.transcode(datum, &mut out)?;
    Ok(out)
}

fn record(name: &str, fields: &str) -> String {
    format!(r#"{{"type":"record","name":"{name}",{fields}}}"#)
}

const ID: &str = r#""fields":[{"name":"id","type":"string"}]"#;
const ID_AND_TOTAL: &str =
    r#""fields":[{"name":"id","type":"string"},{"name":"total","type":"long"}]"#;

#[derive(Clone, Debug, PartialEq, Avro, serde::Deserialize)]
struct Cancelled {
    id: String,
}

/// `Placed`, then `Cancelled`; a datum of each.
fn orders() -> (String, [&'static [u8]; 2]) {
    let placed = record("Placed", ID_AND_TOTAL);
    let cancelled = record("Cancelled", ID);
    (
        format!("[{placed},{cancelled}]"),
        [&[0, 2, b'p', 14], &[2, 2, b'c']],
    )
}

#[track_caller]
fn check_incompatible<T: std::fmt::Debug>(result: Result<T>) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible, "{error}");
    assert!(error.to_string().contains("Placed"), "{error}");
}

#[test]
fn a_record_of_several_is_not_read_as_another_one_by_any_reader() {
    let (writer, [placed, cancelled]) = orders();
    let reader = record("Cancelled", ID);
    check_incompatible(transcode(&writer, &reader, placed));
    transcode(&writer, &reader, cancelled).unwrap();

    let expected = Cancelled { id: "c".to_owned() };
    let typed = Avro::<Cancelled>::new();
    let plan = typed.plan_for(&parse(&writer)).unwrap();
    check_incompatible(plan.decode(placed));
    assert_eq!(plan.decode(cancelled).unwrap(), expected);

    let serde = SerdeAvro::<Cancelled>::new(&reader).unwrap();
    let resolved = ResolvedSchema::new(SchemaKind::Avro, writer.clone());
    let plan = serde.plan(&resolved).unwrap();
    check_incompatible(plan.decode(&MessageIndex::default(), placed));
    let found = plan.decode(&MessageIndex::default(), cancelled);
    assert_eq!(found.unwrap(), expected);

    #[cfg(feature = "avro-value")]
    {
        let value = crate::avro::AvroValue::new(&reader).unwrap();
        let plan = value.plan_for(&parse(&writer)).unwrap();
        check_incompatible(plan.decode(placed));
        plan.decode(cancelled).unwrap();
    }
}

#[test]
fn a_record_of_several_is_not_read_as_another_branch_of_the_readers_union() {
    let (writer, [placed, cancelled]) = orders();
    let reader = format!(r#"["null",{}]"#, record("Cancelled", ID));
    check_incompatible(transcode(&writer, &reader, placed));
    assert_eq!(
        transcode(&writer, &reader, cancelled).unwrap(),
        [2, 2, b'c']
    );
    // Inside other types, too; one that is met outside of the union first changes nothing.
    let placed_alone = record("Placed", ID_AND_TOTAL);
    let outer = |first: &str, then: &str| {
        record(
            "Outer",
            &format!(
                r#""fields":[{{"name":"first","type":{first}}},
                    {{"name":"then","type":{{"type":"array","items":{then}}}}}]"#
            ),
        )
    };
    let writer = outer(
        &placed_alone,
        &format!(r#"["Placed",{}]"#, record("Cancelled", ID)),
    );
    let reader = outer(&reader, r#"["null","Cancelled"]"#);
    let datum = [2, b'f', 2, 2, 0, 2, b'p', 14, 0];
    check_incompatible(transcode(&writer, &reader, &datum));
    let datum = [2, b'f', 2, 2, 2, 2, b'c', 0];
    let expected = [2, 2, b'f', 2, 2, 2, b'c', 0];
    assert_eq!(transcode(&writer, &reader, &datum).unwrap(), expected);
}

#[test]
fn a_record_of_several_is_read_by_an_alias_or_in_another_namespace() {
    let (writer, [placed, cancelled]) = orders();
    let alias = record("Ordered", &format!(r#""aliases":["Placed"],{ID}"#));
    assert_eq!(transcode(&writer, &alias, placed).unwrap(), [2, b'p']);
    assert!(transcode(&writer, &alias, cancelled).is_err());
    let other = record("shop.Cancelled", ID);
    assert_eq!(transcode(&writer, &other, cancelled).unwrap(), [2, b'c']);
}

#[test]
fn the_only_record_of_a_union_may_have_another_name() {
    let placed = record("Placed", ID_AND_TOTAL);
    let reader = record("Cancelled", ID);
    assert_eq!(
        transcode(&placed, &reader, &[2, b'p', 14]).unwrap(),
        [2, b'p']
    );
    let writer = format!(r#"["null",{placed},"string"]"#);
    assert_eq!(
        transcode(&writer, &reader, &[2, 2, b'p', 14]).unwrap(),
        [2, b'p']
    );
    let nullable = format!(r#"["null",{reader}]"#);
    assert_eq!(
        transcode(&writer, &nullable, &[2, 2, b'p', 14]).unwrap(),
        [2, 2, b'p']
    );
}

#[test]
fn compatibility_rules_judge_records_of_a_union_as_readers_do() {
    let (writer, _) = orders();
    let cancelled = record("Cancelled", ID);
    let nullable = format!(r#"["null",{cancelled}]"#);
    for reader in [&cancelled, &nullable] {
        let found = check_compatibility(&parse(reader), &parse(&writer));
        assert!(!found.is_empty(), "{reader}");
    }
    let ordered = record("Ordered", &format!(r#""aliases":["Placed"],{ID}"#));
    let both = format!("[{ordered},{cancelled}]");
    assert_eq!(check_compatibility(&parse(&both), &parse(&writer)), []);
}
