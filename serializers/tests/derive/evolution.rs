//! What another schema wrote, read as today's type.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use wireform::avro::{Avro, AvroDecode, AvroEncode, SerdeAvro};
use wireform::registry::{ResolvedSchema, SchemaKind};
use wireform::{ErrorKind, ReadCodec, SerializerExt};

#[derive(Avro, Clone, Debug, Deserialize, PartialEq)]
struct Row {
    id: i64,
    #[avro(default = "nobody")]
    name: String,
    #[avro(default)]
    parts: Vec<Part>,
    note: Option<String>,
    #[avro(default)]
    tags: BTreeMap<String, f64>,
}

#[derive(Avro, Clone, Debug, Deserialize, PartialEq)]
struct Part {
    sku: String,
    #[avro(alias = "amount")]
    quantity: i64,
    #[avro(default = 1.5)]
    weight: f64,
}

fn row() -> Row {
    Row {
        id: 7,
        name: "nobody".to_owned(),
        parts: Vec::new(),
        note: None,
        tags: BTreeMap::new(),
    }
}

fn part(sku: &str, quantity: i64, weight: f64) -> Part {
    Part {
        sku: sku.to_owned(),
        quantity,
        weight,
    }
}

/// Reads what `written` is as `expected`, also through serde, whose way through the plan is
/// another one; whatever is cut off or put behind is an error.
#[track_caller]
fn check<W, R>(written: &W, expected: &R)
where
    W: AvroEncode,
    R: for<'de> AvroDecode<'de> + DeserializeOwned + PartialEq + Debug + 'static,
{
    let (writer, reader) = (Avro::<W>::new(), Avro::<R>::new());
    let datum = writer.to_vec(written).unwrap();
    let plan = reader.plan_for(writer.avro_schema()).unwrap();
    assert_eq!(plan.decode(&datum).unwrap(), *expected);

    let serde = SerdeAvro::<R>::new(reader.avro_schema().text()).unwrap();
    let schema = ResolvedSchema::new(SchemaKind::Avro, writer.avro_schema().text());
    let through_serde = serde.plan(&schema).unwrap();
    let decoded = through_serde.decode(&Default::default(), &datum).unwrap();
    assert_eq!(decoded, *expected);

    for end in 0..datum.len() {
        let error = plan.decode(&datum[..end]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "cut at {end}");
    }
    let longer = [&datum[..], &[0]].concat();
    let error = plan.decode(&longer).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "a byte more");
}

#[test]
fn missing_fields_take_their_defaults() {
    #[derive(Avro)]
    #[avro(rename = "Row")]
    struct Old {
        id: i32,
    }
    check(&Old { id: 7 }, &row());
}

/// Where `null` is not first, or the type is no `Option` and no standard collection, defaults are
/// read as data are.
#[derive(Avro, Clone, Debug, PartialEq)]
#[avro(rename = "Row")]
struct Unusual {
    id: i64,
    #[avro(map, default)]
    pairs: Vec<(String, i64)>,
    #[avro(null_last, default = 7)]
    count: Option<i64>,
    #[avro(default)]
    shared: Arc<str>,
    #[avro(default)]
    boxed: Box<[u8]>,
    #[avro(default)]
    either: Option<Either>,
    #[avro(default)]
    bytes: Vec<u8>,
    #[avro(default)]
    last: String,
}

#[derive(Avro, Clone, Debug, PartialEq)]
#[avro(null_at = 0)]
enum Either {
    Long(i64),
    Text(String),
}

#[derive(Avro)]
#[avro(rename = "Row")]
struct OnlyId {
    id: i64,
}

#[test]
fn unusual_types_take_empty_defaults_too() {
    let datum = Avro::<OnlyId>::new().to_vec(&OnlyId { id: 7 }).unwrap();
    let plan = Avro::<Unusual>::new()
        .plan_for(Avro::<OnlyId>::new().avro_schema())
        .unwrap();
    let expected = Unusual {
        id: 7,
        pairs: Vec::new(),
        count: Some(7),
        shared: "".into(),
        boxed: Box::default(),
        either: None,
        bytes: Vec::new(),
        last: String::new(),
    };
    assert_eq!(plan.decode(&datum).unwrap(), expected);
}

#[test]
fn missing_fields_between_others_take_their_defaults() {
    #[derive(Avro)]
    #[avro(rename = "Row")]
    struct Old {
        id: i64,
        note: Option<String>,
    }
    let note = Some("at the door".to_owned());
    let expected = Row {
        note: note.clone(),
        ..row()
    };
    check(&Old { id: 7, note }, &expected);
}

#[test]
fn a_first_field_may_be_missing() {
    #[derive(Avro, Debug, Deserialize, PartialEq)]
    #[avro(rename = "Row")]
    struct New {
        #[avro(default = 3)]
        version: i32,
        id: i64,
    }
    #[derive(Avro)]
    #[avro(rename = "Row")]
    struct Old {
        id: i32,
    }
    check(&Old { id: 7 }, &New { version: 3, id: 7 });
}

#[test]
fn unknown_fields_are_read_over_wherever_they_stand() {
    #[derive(Avro)]
    #[avro(rename = "Row")]
    struct Other {
        before: Vec<String>,
        id: i32,
        between: BTreeMap<String, Option<i64>>,
        also: f64,
        name: String,
        behind: Option<Vec<u8>>,
    }
    let written = Other {
        before: vec!["a".to_owned(), String::new()],
        id: 7,
        between: BTreeMap::from([("k".to_owned(), Some(-1)), ("l".to_owned(), None)]),
        also: 0.5,
        name: "Alice".to_owned(),
        behind: Some(vec![1, 2, 3]),
    };
    let expected = Row {
        name: "Alice".to_owned(),
        ..row()
    };
    check(&written, &expected);
}

#[test]
fn the_order_of_fields_may_differ() {
    #[derive(Avro)]
    #[avro(rename = "Row")]
    struct Other {
        tags: BTreeMap<String, f32>,
        unknown: bool,
        note: Option<String>,
        id: i32,
    }
    let written = Other {
        tags: BTreeMap::from([("half".to_owned(), 0.5)]),
        unknown: true,
        note: Some(String::new()),
        id: -7,
    };
    let expected = Row {
        id: -7,
        note: Some(String::new()),
        tags: BTreeMap::from([("half".to_owned(), 0.5)]),
        ..row()
    };
    check(&written, &expected);
}

#[test]
fn items_are_read_as_their_plan_says() {
    #[derive(Avro)]
    #[avro(rename = "Part")]
    struct OldPart {
        sku: String,
        amount: i32,
    }
    #[derive(Avro)]
    #[avro(rename = "Row")]
    struct Old {
        id: i64,
        parts: Vec<OldPart>,
    }
    let parts = [
        ("cable", 2),
        ("", -3),
        (
            "ünïcödé, and longer than one byte tells: this text here",
            64,
        ),
    ];
    let written = Old {
        id: 7,
        parts: parts
            .map(|(sku, amount)| OldPart {
                sku: sku.to_owned(),
                amount,
            })
            .into(),
    };
    let expected = Row {
        parts: parts
            .map(|(sku, amount)| part(sku, amount.into(), 1.5))
            .into(),
        ..row()
    };
    check(&written, &expected);
}

#[test]
fn items_in_another_order_are_too() {
    #[derive(Avro)]
    #[avro(rename = "Part")]
    struct OtherPart {
        weight: f32,
        quantity: i32,
        color: Option<String>,
        sku: String,
    }
    #[derive(Avro)]
    #[avro(rename = "Row")]
    struct Other {
        id: i64,
        parts: Vec<OtherPart>,
    }
    let written = Other {
        id: 7,
        parts: vec![OtherPart {
            weight: 0.25,
            quantity: 200,
            color: Some("red".to_owned()),
            sku: "lamp".to_owned(),
        }],
    };
    let expected = Row {
        parts: vec![part("lamp", 200, 0.25)],
        ..row()
    };
    check(&written, &expected);
}

#[test]
fn a_record_leaves_and_enters_unions() {
    #[derive(Avro)]
    #[avro(rename = "Part")]
    struct OldPart {
        sku: String,
        amount: i32,
    }
    #[derive(Avro)]
    #[avro(rename = "Holder")]
    struct InUnion {
        part: Option<OldPart>,
    }
    #[derive(Avro)]
    #[avro(rename = "Holder")]
    struct Bare {
        part: OldPart,
    }
    #[derive(Avro, Debug, Deserialize, PartialEq)]
    #[avro(rename = "Holder")]
    struct Required {
        part: Part,
    }
    #[derive(Avro, Debug, Deserialize, PartialEq)]
    #[avro(rename = "Holder")]
    struct Optional {
        part: Option<Part>,
    }
    let old = || OldPart {
        sku: "x".to_owned(),
        amount: 1,
    };
    let new = || part("x", 1, 1.5);
    check(&InUnion { part: Some(old()) }, &Required { part: new() });
    check(&Bare { part: old() }, &Optional { part: Some(new()) });
    check(
        &InUnion { part: Some(old()) },
        &Optional { part: Some(new()) },
    );
    check(&InUnion { part: None }, &Optional { part: None });
}

#[test]
fn numbers_are_promoted() {
    #[derive(Avro)]
    #[avro(rename = "Numbers")]
    struct Old {
        a: i32,
        b: i32,
        c: i64,
        d: i32,
        e: i64,
        f: f32,
    }
    #[derive(Avro, Debug, Deserialize, PartialEq)]
    #[avro(rename = "Numbers")]
    struct New {
        a: i64,
        b: f32,
        c: f32,
        d: f64,
        e: f64,
        f: f64,
    }
    let old = Old {
        a: i32::MIN,
        b: 1 << 20,
        c: -3,
        d: i32::MAX,
        e: 1 << 40,
        f: 0.1,
    };
    let new = New {
        a: i32::MIN.into(),
        b: 1_048_576.0,
        c: -3.0,
        d: i32::MAX.into(),
        e: 1_099_511_627_776.0,
        f: 0.1_f32.into(),
    };
    check(&old, &new);
}

#[test]
fn an_int_of_too_many_bits_is_an_error_also_when_promoted() {
    #[derive(Avro)]
    #[avro(rename = "Row")]
    struct Old {
        id: i32,
    }
    let reader = Avro::<Row>::new();
    let plan = reader.plan_for(Avro::<Old>::new().avro_schema()).unwrap();
    let error = plan.decode(&[0x80, 0x80, 0x80, 0x80, 0x20]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.path(), "id");
}

#[test]
fn an_error_tells_its_place() {
    #[derive(Avro)]
    #[avro(rename = "Part")]
    struct OldPart {
        sku: String,
        amount: i32,
    }
    #[derive(Avro)]
    #[avro(rename = "Row")]
    struct Old {
        unknown: i32,
        id: i32,
        parts: Vec<OldPart>,
    }
    let reader = Avro::<Row>::new();
    let plan = reader.plan_for(Avro::<Old>::new().avro_schema()).unwrap();
    let error = plan
        .decode(&[2, 2, 4, 2, b'a', 2, 2, 0xff, 2, 0])
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.path(), "parts[1].sku");
}
