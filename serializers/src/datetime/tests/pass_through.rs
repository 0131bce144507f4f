//! Values that are not datetimes are written exactly as serde_json writes them.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::net::{IpAddr, SocketAddr};

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeStruct};

use super::written;
use crate::datetime::{DatetimeFormat, DatetimePolicy, Naive};

#[track_caller]
fn check<T: Serialize + ?Sized>(value: &T) {
    let expected = serde_json::to_string(value).map_err(|_| ());
    for policy in [
        DatetimePolicy::new(),
        DatetimePolicy::new().format(DatetimeFormat::EpochMillis),
        DatetimePolicy::new().naive(Naive::AssumeUtc),
    ] {
        assert_eq!(written(policy, value).map_err(|_| ()), expected);
    }
}

#[derive(Serialize)]
enum Shape {
    Unit,
    Newtype(i32),
    Tuple(u8, Option<&'static str>),
    Struct { a: u64, b: Vec<Shape> },
}

#[derive(Serialize)]
#[serde(tag = "kind")]
enum Internal {
    Unit,
    Struct { a: u8 },
    Newtype(Fields),
}

#[derive(Serialize)]
#[serde(tag = "kind", content = "body")]
enum Adjacent {
    Unit,
    Newtype(Fields),
    Tuple(u8, u8),
    Struct { a: u8 },
}

#[derive(Serialize)]
#[serde(untagged)]
enum Untagged {
    Number(u8),
    Fields(Fields),
    Unit,
}

#[derive(Clone, Serialize)]
struct Fields {
    #[serde(rename = "with \"quotes\"")]
    quoted: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<u8>,
}

#[derive(Serialize)]
struct Flat {
    first: u8,
    #[serde(flatten)]
    fields: Fields,
    #[serde(flatten)]
    rest: BTreeMap<String, Vec<u8>>,
}

#[derive(Serialize)]
struct UnitStruct;

#[derive(Serialize)]
struct Newtype(Option<f64>);

#[derive(Serialize)]
struct TupleStruct(u8, String, ());

/// Comes through `collect_str` with any text.
struct Shown<'a>(&'a str);

impl Serialize for Shown<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // In pieces, as most `Display` implementations write.
        let (head, tail) = self
            .0
            .split_at(usize::from(self.0.is_ascii()) * self.0.len() / 2);
        serializer.collect_str(&format_args!("{head}{tail}"))
    }
}

struct Bytes(&'static [u8]);

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

#[test]
fn numbers() {
    check(&(i8::MIN, i16::MIN, i32::MIN, i64::MIN, i128::MIN));
    check(&(u8::MAX, u16::MAX, u32::MAX, u64::MAX, u128::MAX));
    check(&[0.0, -0.0, 0.1, 1e300, 5e-324, f64::NAN, f64::INFINITY]);
    check(&[0.1_f32, f32::MAX, f32::NAN]);
}

#[test]
fn text_units_and_bytes() {
    check("plain");
    check("\"\\/\u{8}\u{c}\n\r\t\u{1}\u{7f}ä\u{2028}😀");
    check(&('a', '\'', '"', '\u{0}', '😀'));
    check(&((), UnitStruct, true, false, None::<u8>, Some(Some(1))));
    check(&Bytes(b"\x00\xff"));
}

#[test]
fn sequences_tuples_and_structs() {
    check::<[u8]>(&[]);
    check(&vec![vec![1], vec![], vec![2, 3]]);
    check(&(1, ("two", [3, 4], TupleStruct(5, "6".into(), ()))));
    check(&[Newtype(Some(1.5)), Newtype(None)]);
    check(&Box::new(Some(7)));
}

#[test]
fn enums_of_every_kind() {
    check(&[
        Shape::Unit,
        Shape::Newtype(-1),
        Shape::Tuple(1, Some("x")),
        Shape::Struct {
            a: 1,
            b: vec![Shape::Unit, Shape::Struct { a: 2, b: vec![] }],
        },
    ]);
    let fields = Fields {
        quoted: "q".into(),
        missing: None,
    };
    check(&[
        Internal::Unit,
        Internal::Struct { a: 1 },
        Internal::Newtype(fields.clone()),
    ]);
    check(&[
        Adjacent::Unit,
        Adjacent::Newtype(fields.clone()),
        Adjacent::Tuple(1, 2),
        Adjacent::Struct { a: 1 },
    ]);
    check(&[
        Untagged::Number(1),
        Untagged::Fields(fields),
        Untagged::Unit,
    ]);
}

#[test]
fn maps_and_flattened_structs() {
    check(&BTreeMap::from([("b", 1), ("a", 2)]));
    check(&BTreeMap::from([(2_u64, Some("x")), (10, None)]));
    check(&BTreeMap::from([(false, 'a'), (true, 'b')]));
    check(&HashMap::<String, u8>::new());
    check(&Flat {
        first: 1,
        fields: Fields {
            quoted: "q".into(),
            missing: Some(2),
        },
        rest: BTreeMap::from([("x".to_owned(), vec![1, 2]), ("y".to_owned(), vec![])]),
    });
}

#[test]
fn what_serde_json_refuses_is_refused() {
    check(&BTreeMap::from([(vec![1], 1)]));
    check(&BTreeMap::from([((1, 2), 1)]));
}

#[test]
fn values_and_raw_values() {
    check(&serde_json::json!({"a": [1, -2, 1.5, null, true, "2024-01-02T03:04:05Z"], "b": {}}));
    let raw = serde_json::value::RawValue::from_string("[ 1 , \"2024-01-02T03:04:05\" ]".into());
    check(&[raw.unwrap()]);
}

#[test]
fn ready_strings_are_never_touched() {
    check("2024-01-02T03:04:05Z");
    check("2024-01-02T03:04:05");
    check(&["2024-01-02T03:04:05.123456789+01:00".to_owned()]);
    check(&BTreeMap::from([(
        "2024-01-02T03:04:05Z",
        "2024-01-02T03:04:05.1Z",
    )]));
}

#[test]
fn shown_text_that_is_not_wholly_a_datetime_is_never_touched() {
    for text in [
        "",
        "T",
        "2024-01-02",
        "03:04:05",
        "2024-01-02T03:04",
        "2024-01-02 03:04:05Z",
        "2024-01-02 03:04:05 UTC",
        "2024-01-02T03:04:05Z ",
        " 2024-01-02T03:04:05Z",
        "2024-01-02T03:04:05ZZ",
        "2024-01-02T03:04:05Z[",
        "2024-01-02T03:04:05Z[]",
        "2024-01-02T03:04:05Z[a]b",
        "2024-01-02T03:04:05Z[a][b]",
        "2024-01-02T03:04:05Z/P1D",
        "2024-01-02T03:04:05[Europe/Berlin]",
        "2024-01-02T03:04:60 and more",
        "2024-01-02T03:04:05.Z",
        "2024-01-02T03:04:05.1234567891Z",
        "2024-01-02T03:04:05+0100",
        "2024-01-02T03:04:05+01",
        "2024-01-02T03:04:05+26:00",
        "2024-01-02t03:04:05z",
        "2024-13-02T03:04:05Z",
        "2024-02-30T03:04:05Z",
        "2024-01-02T24:00:00Z",
        "2024-01-02T03:60:05Z",
        "24-01-02T03:04:05.0000Z",
        "02024-01-02T03:04:05Z",
        "+1234567-01-02T03:04:05Z",
        "2024-01-02T03:04:0\u{665}Z",
        "ä024-01-02T03:04:05Z",
        "P1DT2H3M4S, which is no datetime",
        "a \"text\"\nto be escaped, longer than what is kept on the stack: \
         ..............................................................................",
    ] {
        check(&Shown(text));
        check(&BTreeMap::from([(0, Shown(text))]));
    }
}

#[test]
fn types_that_are_shown() {
    check(&["127.0.0.1", "::1"].map(|text| text.parse::<IpAddr>().unwrap()));
    check(&"[::1]:80".parse::<SocketAddr>().unwrap());
    check(&std::time::Duration::new(1, 2));
    check(&jiff::Span::new().hours(25));
    check(&(chrono::NaiveDate::MAX, chrono::NaiveTime::MIN));
    check(&(jiff::civil::date(2024, 1, 2), jiff::civil::time(3, 4, 5, 6)));
}

#[test]
fn datetimes_of_the_time_crate_come_through_other_doors() {
    check(&time::OffsetDateTime::UNIX_EPOCH);
}

#[test]
fn keys_stay_what_they_are() {
    let at: jiff::Timestamp = "2024-01-02T03:04:05.123456789Z".parse().unwrap();
    check(&BTreeMap::from([(at, 1)]));
}

/// A struct that is like serde's `SystemTime`, up to one thing.
struct Like<A, B> {
    name: &'static str,
    first: (&'static str, A),
    second: (&'static str, B),
}

impl<A: Serialize, B: Serialize> Serialize for Like<A, B> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct(self.name, 2)?;
        out.serialize_field(self.first.0, &self.first.1)?;
        out.serialize_field(self.second.0, &self.second.1)?;
        out.end()
    }
}

#[test]
fn what_is_only_like_a_system_time_is_a_struct() {
    #[track_caller]
    fn like<A: Serialize, B: Serialize>(
        name: &'static str,
        first: (&'static str, A),
        second: (&'static str, B),
    ) {
        check(&Like {
            name,
            first,
            second,
        });
    }
    let (name, secs, nanos) = ("SystemTime", "secs_since_epoch", "nanos_since_epoch");
    like("Clock", (secs, 1), (nanos, 2));
    like(name, (nanos, 1), (secs, 2));
    like(name, (secs, 1), (secs, 2));
    like(name, ("hour", 1), ("minute", 2));
    like(name, (secs, "1"), (nanos, 2));
    like(name, (secs, 1), (nanos, -2));
    like(name, (secs, 1.5), (nanos, 2));
    like(name, (secs, 1), (nanos, 1_000_000_000));
    like(name, (secs, u64::MAX), (nanos, u64::MAX));
    like(
        name,
        (secs, vec!["a text that is longer than a number"]),
        (nanos, ()),
    );
}

/// Skips a field or ends early, as a derive may.
struct Partial(u8);

impl Serialize for Partial {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("SystemTime", 2)?;
        if self.0 > 0 {
            out.serialize_field("secs_since_epoch", &1)?;
        }
        if self.0 > 1 {
            out.skip_field("nanos_since_epoch")?;
        }
        out.end()
    }
}

#[test]
fn a_system_time_that_ends_early_is_a_struct() {
    check(&[Partial(0), Partial(1), Partial(2)]);
}

/// Keys and values apart, as a hand-written map may.
struct ByHand;

impl Serialize for ByHand {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(None)?;
        out.serialize_key("a")?;
        out.serialize_value(&1)?;
        out.serialize_entry(&'b', &())?;
        out.end()
    }
}

#[test]
fn a_map_by_hand() {
    check(&ByHand);
}

struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Err(fmt::Error)
    }
}

impl Serialize for Broken {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// serde_json panics there.
#[test]
fn a_display_that_fails_is_an_error() {
    assert!(written(DatetimePolicy::new(), &Broken).is_err());
}

/// A `Display` that ignores the errors of what it writes to, as many do.
struct Careless(String);

impl fmt::Display for Careless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in self.0.as_bytes().chunks(50) {
            let _ = f.write_str(std::str::from_utf8(part).unwrap_or_default());
        }
        Ok(())
    }
}

impl Serialize for Careless {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[test]
fn text_of_a_display_that_ignores_errors_is_whole() {
    for len in [1, 127, 128, 129, 150, 151, 1_000] {
        check(&Careless("a".repeat(len)));
    }
    // The start is a datetime, the whole is not.
    check(&Careless(format!(
        "2024-01-02T03:04:05Z{}",
        " ".repeat(300)
    )));
}
