//! 545 datetime texts and instants that `tests/interop/datetimes` had Java and Python read and write:
//! where we see them otherwise, there is a reason.

use std::collections::BTreeMap;

use serde::Deserialize;
use wireform::datetime::{Auto, Datetime, Micros, Millis, Moment, Nanos, Rfc3339, TextPrecision};

/// A text, and what the others read of it: seconds and nanoseconds since 1970.
#[derive(Deserialize)]
struct Text {
    text: String,
    /// Java's `Instant.parse`.
    instant: Option<(i64, u32)>,
    /// Java's `OffsetDateTime.parse`, with the offset in seconds.
    offset: Option<(i64, u32, i32)>,
    /// Python's `datetime.fromisoformat`.
    python: Option<Python>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Python {
    Instant(i64, u32),
    Naive(serde::de::IgnoredAny),
}

/// An instant, and what the others write.
#[derive(Deserialize)]
struct Instant {
    seconds: i64,
    nanos: u32,
    /// Java: as few digits as needed, 3, 6 and 9.
    java: [String; 4],
    orjson: Option<String>,
}

/// As it was read, without the limits of a type.
#[derive(Debug, PartialEq)]
struct At(Moment);

impl Datetime for At {
    fn to_moment(&self) -> wireform::Result<Moment> {
        Ok(self.0)
    }

    fn from_moment(moment: Moment) -> wireform::Result<Self> {
        Ok(Self(moment))
    }
}

fn lines<T: for<'de> Deserialize<'de>>(text: &str) -> Vec<T> {
    let parse = |line| serde_json::from_str(line).unwrap();
    text.lines().map(parse).collect()
}

fn read(text: &str) -> Option<Moment> {
    let json = serde_json::to_string(text).unwrap();
    let read: Rfc3339<At, Nanos> = serde_json::from_str(&json).ok()?;
    Some(read.into_inner().0)
}

fn write<P: TextPrecision>(moment: Moment) -> Option<String> {
    let json = serde_json::to_string(&Rfc3339::<At, P>::new(At(moment))).ok()?;
    serde_json::from_str(&json).ok()
}

/// An answer that is not ours.
struct Case<'t> {
    who: &'t str,
    text: &'t str,
}

impl Case<'_> {
    fn is_python(&self) -> bool {
        self.who == "Python"
    }

    /// With a 9 for each digit.
    fn shape(&self) -> String {
        let digit = |char: char| if char.is_ascii_digit() { '9' } else { char };
        self.text.chars().map(digit).collect()
    }

    /// How many digits a second has.
    fn digits(&self) -> usize {
        let fraction = self
            .text
            .split_once('.')
            .map_or("", |(_, fraction)| fraction);
        fraction.chars().take_while(char::is_ascii_digit).count()
    }

    /// What follows the seconds, without a fraction.
    fn zone(&self) -> &str {
        let after = self.text.get(19..).unwrap_or_default();
        after.trim_start_matches(|char: char| char == '.' || char.is_ascii_digit())
    }
}

type Reason = (&'static str, fn(&Case<'_>) -> bool);

/// Why we see a text otherwise than somebody; the first that holds counts.
const REASONS: [Reason; 14] = [
    ("Python cuts off what is below a microsecond", |case| {
        case.is_python() && case.digits() > 6
    }),
    ("below the nanosecond we read zeros, Java nothing", |case| {
        !case.is_python() && case.digits() > 9
    }),
    ("Python has no year 0", |case| {
        case.is_python() && case.text.starts_with("0000")
    }),
    (
        "RFC 3339 has years of four digits, without a sign",
        |case| case.text.starts_with(['+', '-']),
    ),
    ("RFC 3339 has dates as yyyy-mm-dd only", |case| {
        !case.shape().starts_with("9999-99-99")
    }),
    ("RFC 3339 has a T before the time", |case| {
        !case.shape().starts_with("9999-99-99T")
    }),
    ("RFC 3339 has no 24:00", |case| {
        case.text.contains("T24:00:00")
    }),
    (
        "a leap second is no instant of the epoch, and is not smeared",
        |case| case.text.contains(":60") && case.text.contains("T23:59:60"),
    ),
    ("RFC 3339 has times as hh:mm:ss only", |case| {
        let shape = case.shape();
        let time = shape.get(11..).unwrap_or_default();
        !time.starts_with("99:99:99") || time.starts_with("99:99:99:")
    }),
    ("RFC 3339 has a point, and digits behind it", |case| {
        case.text.contains(',') || case.digits() == 0 && case.text.contains('.')
    }),
    ("the grammar has no case, Python has", |case| {
        case.is_python() && case.text.ends_with('z')
    }),
    ("Java's offsets end at 18 hours, ours at a day", |case| {
        let hours = case.zone().get(1..3).and_then(|hours| hours.parse().ok());
        !case.is_python() && hours.is_some_and(|hours: u8| (18..24).contains(&hours))
    }),
    ("RFC 3339 has nothing before the offset", |case| {
        case.zone().starts_with(' ')
    }),
    (
        "RFC 3339 has offsets as hh:mm only, of real minutes",
        |case| {
            let zone = case.zone();
            let minutes = zone.get(4..6).and_then(|minutes| minutes.parse().ok());
            zone.starts_with(['+', '-'])
                && (zone.len() != 6 || minutes.is_some_and(|minutes: u8| minutes > 59))
        },
    ),
];

#[test]
fn texts_are_read_as_others_read_them_or_for_a_reason() {
    let texts: Vec<Text> = lines(include_str!("../data/golden/datetime/strings.jsonl"));
    let mut reasons: BTreeMap<&str, usize> = REASONS.map(|(name, _)| (name, 0)).into();
    let mut unexplained = Vec::new();
    let mut agreed = 0;
    for row in &texts {
        let ours = read(&row.text).map(|at| (at.seconds(), at.nanos()));
        let python = match row.python {
            Some(Python::Instant(seconds, nanos)) => Some((seconds, nanos)),
            Some(Python::Naive(_)) | None => None,
        };
        let offset = row.offset.map(|(seconds, nanos, _)| (seconds, nanos));
        for (who, theirs) in [
            ("Instant", row.instant),
            ("OffsetDateTime", offset),
            ("Python", python),
        ] {
            let case = Case {
                who,
                text: &row.text,
            };
            if ours == theirs {
                agreed += 1;
                continue;
            }
            match REASONS.iter().find(|(_, holds)| holds(&case)) {
                Some((name, _)) => *reasons.get_mut(name).unwrap() += 1,
                None => {
                    unexplained.push(format!("{who} {:?}: {theirs:?}, ours {ours:?}", row.text));
                }
            }
        }
        if let (Some(at), Some((.., seconds))) = (read(&row.text), row.offset) {
            assert_eq!(i32::from(at.offset_minutes()) * 60, seconds, "{}", row.text);
        }
    }
    println!("{agreed} answers agree; {reasons:#?}");
    assert!(
        unexplained.is_empty(),
        "{} of them:\n{}",
        unexplained.len(),
        unexplained.join("\n")
    );
    let idle: Vec<_> = reasons.iter().filter(|(_, count)| **count == 0).collect();
    assert!(idle.is_empty(), "reasons for nothing: {idle:?}");
}

#[test]
fn instants_are_written_as_others_write_them_and_read_back() {
    let instants: Vec<Instant> = lines(include_str!("../data/golden/datetime/instants.jsonl"));
    let mut outside = 0;
    for row in &instants {
        let at = Moment::new(row.seconds, row.nanos).unwrap();
        let ours = [
            write::<Auto>(at),
            write::<Millis>(at),
            write::<Micros>(at),
            write::<Nanos>(at),
        ];
        // Java writes five digits, and signs; RFC 3339 has years of four.
        if row.java[0].starts_with(['+', '-']) {
            outside += 1;
            assert_eq!(ours, [const { None }; 4], "{:?}", row.java);
            assert_eq!(read(&row.java[0]), None);
            continue;
        }
        for (ours, java) in ours.iter().zip(&row.java) {
            assert_eq!(ours.as_ref(), Some(java));
        }
        assert_eq!(read(&row.java[3]), Some(at));
        assert_eq!(read(&row.java[0]), Some(at));
        let micros = Moment::new(row.seconds, row.nanos / 1_000 * 1_000).unwrap();
        if let Some(orjson) = &row.orjson {
            assert_eq!(read(orjson), Some(micros), "{orjson}");
        }
    }
    assert_eq!((instants.len(), outside), (154, 14));
}
