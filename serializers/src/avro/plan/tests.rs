use wireform_registry::{ResolvedSchema, SchemaKind};

use crate::avro::{Avro, SerdeAvro, Transcoder, check_compatibility};
use crate::error::{ErrorKind, Result};
use crate::frame::MessageIndex;
use crate::reader::ReadCodec;

use super::*;

mod agreement;

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
fn branches_of_one_short_name_are_told_apart_by_their_full_names() {
    let own = record("orders.Cancelled", ID);
    let other = record("returns.Cancelled", ID);
    let writer = format!("[{own},{other}]");
    let refused = |reader: &str| {
        let error = transcode(&writer, reader, &[2, 2, b'r']).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Incompatible, "{reader}: {error}");
    };
    assert_eq!(transcode(&writer, &own, &[0, 2, b'o']).unwrap(), [2, b'o']);
    refused(&own);
    let optional = format!(r#"["null",{own}]"#);
    let read = transcode(&writer, &optional, &[0, 2, b'o']).unwrap();
    assert_eq!(read, [2, 2, b'o']);
    refused(&optional);
    // An alias names one of them; a third namespace names neither.
    let alias = format!(r#""aliases":["orders.Cancelled"],{ID}"#);
    refused(&record("Cancelled", &alias));
    refused(&record("shop.Cancelled", ID));
    refused(&format!(r#"["null",{}]"#, record("shop.Cancelled", ID)));
}

#[test]
fn enums_and_fixed_of_one_short_name_are_told_apart_by_their_full_names() {
    let color = |space: &str| format!(r#"{{"type":"enum","name":"{space}.E","symbols":["A"]}}"#);
    let hash = |space: &str| format!(r#"{{"type":"fixed","name":"{space}.F","size":1}}"#);
    for (own, other) in [(color("a"), color("b")), (hash("a"), hash("b"))] {
        let writer = format!("[{own},{other}]");
        for reader in [own.clone(), format!(r#"["null",{own}]"#)] {
            transcode(&writer, &reader, &[0, 0]).unwrap();
            let error = transcode(&writer, &reader, &[2, 0]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Incompatible, "{reader}: {error}");
        }
    }
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

/// A record whose field `x` the data lacks, in every place where there may be none of it.
#[test]
fn types_that_do_not_fit_are_an_error_where_a_value_of_them_is_met() {
    let old = record("I", r#""fields":[]"#);
    let new = record("I", r#""fields":[{"name":"x","type":"int"}]"#);
    for (writer, reader, without, with) in [
        (&*old, &*new, &[0][..], &[2, 0][..]),
        ("\"long\"", "\"int\"", &[0], &[2, 2, 0]),
    ] {
        let check = |around: &str, without: &[u8], with: &[u8]| {
            let [writer, reader] = [writer, reader].map(|inner| around.replace('T', inner));
            assert_eq!(
                transcode(&writer, &reader, without).unwrap(),
                without,
                "{writer}"
            );
            let error = transcode(&writer, &reader, with).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Incompatible, "{writer}: {error}");
            assert!(error.to_string().contains("[0]") || !around.contains("array"));
        };
        check(r#"{"type":"array","items":T}"#, without, with);
        check(r#"["null",T]"#, &[0], &[2, 2]);
        check(
            r#"{"type":"map","values":T}"#,
            without,
            &[&[2, 2, b'k'], &with[1..]].concat(),
        );
        check(
            r#"["null",{"type":"array","items":T}]"#,
            &[&[2], without].concat(),
            &[&[2], with].concat(),
        );
    }
    // Where there is always one, it is an error at once.
    let outer = |inner: &str| record("O", &format!(r#""fields":[{{"name":"i","type":{inner}}}]"#));
    let error = Transcoder::new(&parse(&outer(&old)), &parse(&outer(&new))).unwrap_err();
    assert_eq!(error.path(), "i.x");
}

#[derive(Clone, Debug, PartialEq, Avro)]
#[avro(rename = "I")]
struct WithX {
    x: i32,
}

#[test]
fn typed_readers_take_an_empty_list_of_records_that_lack_a_field() {
    let old = record("I", r#""fields":[]"#);
    let writer = format!(r#"{{"type":"array","items":{old}}}"#);
    let codec = Avro::<Vec<WithX>>::new();
    let plan = codec.plan_for(&parse(&writer)).unwrap();
    assert_eq!(plan.decode(&[0]).unwrap(), []);
    let error = plan.decode(&[2, 0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible);
    assert!(error.to_string().contains("\"x\""), "{error}");
}

#[test]
fn an_array_of_records_without_end_can_be_empty() {
    let place = record(
        "Place",
        r#""fields":[{"name":"n","type":"int"},{"name":"inner","type":"Place"}]"#,
    );
    let places = format!(r#"{{"type":"array","items":{place}}}"#);
    assert_eq!(transcode(&places, &places, &[0]).unwrap(), [0]);
    let error = transcode(&places, &places, &[2, 2, 2, 2, 0]).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Decode | ErrorKind::LimitExceeded),
        "{error}"
    );
    assert_eq!(check_compatibility(&parse(&places), &parse(&places)), []);
}

/// `R1` fits `W` by name but not by its last field, and what is tried of it must not be believed.
#[test]
fn what_was_assumed_while_a_branch_was_tried_is_forgotten_if_it_fails() {
    let inner = |name: &str, of: &str| {
        record(
            name,
            &format!(r#""aliases":["Q"],"fields":[{{"name":"w","type":["null","{of}"]}}]"#),
        )
    };
    let writer = format!(
        r#"{{"type":"record","name":"Top","fields":[
            {{"name":"u","type":{{"type":"record","name":"W","fields":[
                {{"name":"q","type":{}}},{{"name":"x","type":"long"}}]}}}},
            {{"name":"other","type":"Q"}}]}}"#,
        inner("Q", "W")
    );
    let reader = format!(
        r#"{{"type":"record","name":"Top","fields":[
            {{"name":"u","type":[
                {{"type":"record","name":"R1","aliases":["W"],"fields":[
                    {{"name":"q","type":{}}},{{"name":"x","type":"int"}}]}},
                {{"type":"record","name":"R2","aliases":["W"],"fields":[
                    {{"name":"x","type":"long"}}]}}]}},
            {{"name":"other","type":"QR"}}]}}"#,
        inner("QR", "R1")
    );
    let found = check_compatibility(&parse(&reader), &parse(&writer));
    let found: Vec<_> = (found.iter())
        .map(|found| (&*found.kind, &*found.path))
        .collect();
    assert_eq!(
        found,
        [("MISSING_UNION_BRANCH", "/fields/1/type/fields/0/type/1")]
    );
}

/// The same for the plan: the branch that fits is taken, not the one that was being tried.
#[test]
fn a_branch_that_was_being_tried_is_not_taken_where_it_turned_out_not_to_fit() {
    let writer = r#"{"type":"record","name":"Top","fields":[
        {"name":"u","type":{"type":"record","name":"W","fields":[
            {"name":"q","type":{"type":"record","name":"Q","fields":[
                {"name":"w","type":["null","W"]}]}},
            {"name":"x","type":"long"}]}},
        {"name":"other","type":"Q"}]}"#;
    let reader = r#"{"type":"record","name":"Top","fields":[
        {"name":"u","type":[
            {"type":"record","name":"R1","aliases":["W"],"fields":[
                {"name":"q","type":{"type":"record","name":"Q","fields":[
                    {"name":"w","type":["null","R1",
                        {"type":"record","name":"R2","fields":[{"name":"x","type":"long"}]}]}]}},
                {"name":"x","type":"int"}]},
            "R2"]},
        {"name":"other","type":"Q"}]}"#;
    // `u`: `q` holds nothing, `x` is 1; `other` holds a `W` of the same.
    let datum = [0, 2, 2, 0, 2];
    let expected = [2, 2, 4, 2];
    assert_eq!(transcode(writer, reader, &datum).unwrap(), expected);
}

/// As many steps as a plan may have, each of which holds the next: that the last one differs makes
/// all of them differ. Round by round over all steps this takes hours.
#[test]
fn a_long_chain_of_types_is_compared_in_one_pass() {
    const STEPS: usize = 1 << 17;
    let mut steps: Vec<Step> = (1..=STEPS)
        .map(|next| Step::Array {
            items: StepId(next),
            min_size: 1,
        })
        .collect();
    steps.push(Step::IntToLong);
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(same::same_bytes(&steps, &parse("\"int\""))));
    let same = receiver.recv_timeout(std::time::Duration::from_secs(60));
    assert!(same.expect("one pass ends soon").iter().all(|same| !same));
}

/// Keys are data: no error of any codec repeats one.
#[test]
fn keys_of_maps_are_not_in_errors() {
    use std::collections::HashMap;

    use crate::serializer::{Deserializer as _, SerializerExt as _};

    let map = r#"{"type":"map","values":"string"}"#;
    // A value that is no UTF-8, and one that ends too early.
    let broken = [2, 12, b's', b'e', b'c', b'r', b'e', b't', 2, 0xff, 0];
    let bytes = r#"{"type":"map","values":"bytes"}"#;
    type Strings = HashMap<String, String>;
    let typed = Avro::<Strings>::new();
    let serde = SerdeAvro::<Strings>::new(map).unwrap();
    let numbers = r#"{"type":"map","values":"int"}"#;
    let large = HashMap::from([("secret", u64::MAX)]);
    let serde_numbers = SerdeAvro::<HashMap<&str, u64>>::new(numbers).unwrap();
    let json = crate::avro::json::AvroJson::new(&parse(map));
    let mut errors = vec![
        typed.deserialize(&broken).unwrap_err(),
        typed
            .plan_for(&parse(bytes))
            .unwrap()
            .decode(&broken)
            .unwrap_err(),
        serde.deserialize(&broken).unwrap_err(),
        serde_numbers.to_vec(&large).unwrap_err(),
        transcode(bytes, map, &broken).unwrap_err(),
        json.to_text(&broken).unwrap_err(),
        json.to_datum(r#"{"secret":7}"#).unwrap_err(),
    ];
    #[cfg(feature = "avro-value")]
    errors.push(
        crate::avro::AvroValue::new(map)
            .unwrap()
            .deserialize(&broken)
            .unwrap_err(),
    );
    for error in errors {
        assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
    }
}
