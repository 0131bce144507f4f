//! Dates and times without a time zone.

use std::fmt::Debug;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use jiff::civil;
use serde_json::{from_str, from_value, json, to_value};

use crate::datetime::{Auto, Civil, CivilDatetime, Micros, Millis, Nanos, Seconds};

/// Reads as chrono's, jiff's and time's types do, which write it again.
#[track_caller]
fn check<C, J, T>(text: &str, expected: Result<&str, &str>)
where
    C: CivilDatetime + Debug,
    J: CivilDatetime + Debug,
    T: CivilDatetime + Debug,
{
    let json = json!(text);
    let (expected, is_read) = match expected {
        Ok(text) => (text.to_owned(), true),
        Err(error) => (error.to_owned(), false),
    };
    for said in [
        from_value::<Civil<C, Auto>>(json.clone()).map(|value| to_value(value).unwrap()),
        from_value::<Civil<J, Auto>>(json.clone()).map(|value| to_value(value).unwrap()),
        from_value::<Civil<T, Auto>>(json).map(|value| to_value(value).unwrap()),
    ] {
        match said {
            Ok(value) => assert!(is_read && value == expected, "{text}: {value}, {expected}"),
            Err(error) => assert!(
                !is_read && error.to_string().contains(&expected),
                "{text}: {error}, {expected}"
            ),
        }
    }
}

#[track_caller]
fn check_date(text: &str, expected: Result<&str, &str>) {
    check::<NaiveDate, civil::Date, time::Date>(text, expected);
}

#[track_caller]
fn check_time(text: &str, expected: Result<&str, &str>) {
    check::<NaiveTime, civil::Time, time::Time>(text, expected);
}

#[track_caller]
fn check_datetime(text: &str, expected: Result<&str, &str>) {
    check::<NaiveDateTime, civil::DateTime, time::PrimitiveDateTime>(text, expected);
}

const SHAPE: Result<&str, &str> = Err("not a date, time or datetime without a zone");
const FIELD: Result<&str, &str> = Err("has a month, day, hour, minute or second that is not");

#[test]
fn dates_are_read_strictly() {
    for text in [
        "0000-01-01",
        "1969-12-31",
        "1970-01-01",
        "2024-02-29",
        "9999-12-31",
    ] {
        check_date(text, Ok(text));
    }
    for text in [
        "",
        "2024",
        "2024-01",
        "2024-1-2",
        "20240102",
        "2024-01-02T00:00:00",
        "2024-01-02 ",
        " 2024-01-02",
        "+2024-01-02",
        "-2024-01-02",
        "12024-01-02",
        "2024-01-02Z",
        "2024/01/02",
        "２０２４-01-02",
        "2024-W01-1",
        "2024-002",
    ] {
        check_date(text, SHAPE);
    }
    for text in [
        "2023-02-29",
        "1900-02-29",
        "2024-00-01",
        "2024-13-01",
        "2024-04-31",
        "2024-01-00",
    ] {
        check_date(text, FIELD);
    }
}

#[test]
fn times_are_read_strictly() {
    for (text, expected) in [
        ("00:00:00", "00:00:00"),
        ("23:59:59.999999999", "23:59:59.999999999"),
        ("03:04:05.000", "03:04:05"),
        ("03:04:05.1", "03:04:05.100"),
        ("03:04:05.000006", "03:04:05.000006"),
        ("03:04:05.123456789000", "03:04:05.123456789"),
    ] {
        check_time(text, Ok(expected));
    }
    for text in [
        "",
        "03:04",
        "3:04:05",
        "030405",
        "03:04:05.",
        "03:04:05,5",
        "T03:04:05",
        "03:04:05 ",
        "03:04:05PM",
        "1970-01-01T03:04:05",
    ] {
        check_time(text, SHAPE);
    }
    for text in ["24:00:00", "23:60:00", "25:00:00", "23:59:61"] {
        check_time(text, FIELD);
    }
    for text in ["03:04:05Z", "03:04:05.5z", "03:04:05+01:00"] {
        check_time(text, Err("has a zone"));
    }
    check_time("23:59:60", Err("leap second"));
    check_time("03:04:05.0000000001", Err("digits below the nanosecond"));
}

#[test]
fn datetimes_are_read_strictly() {
    for (text, expected) in [
        (
            "1969-12-31T23:59:59.999999999",
            "1969-12-31T23:59:59.999999999",
        ),
        ("0000-01-01T00:00:00", "0000-01-01T00:00:00"),
        ("9999-12-31t23:59:59", "9999-12-31T23:59:59"),
        ("2024-01-02T03:04:05.5", "2024-01-02T03:04:05.500"),
    ] {
        check_datetime(text, Ok(expected));
    }
    for text in [
        "2024-01-02",
        "03:04:05",
        "2024-01-02 03:04:05",
        "2024-01-02T03:04",
        "2024-01-02T",
        "2024-01-02T03:04:05+0100",
        "2024-01-02T03:04:05[UTC]",
    ] {
        check_datetime(text, SHAPE);
    }
    for text in ["2024-01-02T03:04:05Z", "2024-01-02T03:04:05-00:00"] {
        check_datetime(text, Err("has a zone"));
    }
    check_datetime("2024-02-30T03:04:05", FIELD);
    check_datetime("2024-01-02T24:00:00", FIELD);
    check_datetime("2016-12-31T23:59:60", Err("leap second"));
}

#[test]
fn digits_that_do_not_fit_are_cut_off() {
    let at = civil::date(1969, 12, 31).at(23, 59, 59, 987_654_321);
    let written = (
        Civil::<_, Seconds>::new(at),
        Civil::<_, Millis>::new(at),
        Civil::<_, Micros>::new(at.time()),
        Civil::<_, Nanos>::new(at.time()),
        Civil::<_, Nanos>::new(at.date()),
    );
    let expected = json!([
        "1969-12-31T23:59:59",
        "1969-12-31T23:59:59.987",
        "23:59:59.987654",
        "23:59:59.987654321",
        "1969-12-31",
    ]);
    assert_eq!(to_value(written).unwrap(), expected);
}

#[test]
fn what_the_text_cannot_tell_is_an_error() {
    #[track_caller]
    fn check(value: impl CivilDatetime, expected: &str) {
        let error = serde_json::to_string(&Civil::<_, Seconds>::new(value)).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    check(
        NaiveDate::from_ymd_opt(10_000, 1, 1).unwrap(),
        "0000 to 9999",
    );
    check(NaiveDate::MIN, "0000 to 9999");
    check(civil::date(-1, 12, 31).at(23, 59, 59, 0), "0000 to 9999");
    check(
        NaiveTime::from_hms_nano_opt(23, 59, 59, 1_500_000_000).unwrap(),
        "leap second",
    );
}

/// Every day and second that is not special is the same as in the crates' own text.
#[test]
fn clocks_are_those_of_the_crates() {
    let mut state = 7_u64;
    for _ in 0..20_000 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let days = i32::try_from(state >> 33).unwrap() % 3_652_059 + 1;
        let seconds = u32::try_from(state >> 16 & 0xffff_ffff).unwrap() % 86_400;
        let nanos = u32::try_from(state >> 34).unwrap() % 1_000_000_000;
        let date = NaiveDate::from_num_days_from_ce_opt(days).unwrap();
        let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanos).unwrap();
        let text = format!("{}", date.and_time(time).format("%Y-%m-%dT%H:%M:%S%.9f"));
        let json = format!("{text:?}");
        let (day, clock) = text.split_once('T').unwrap();

        let chrono: Civil<NaiveDateTime, Nanos> = from_str(&json).unwrap();
        assert_eq!(*chrono, date.and_time(time));
        let jiff: Civil<civil::DateTime, Nanos> = from_str(&json).unwrap();
        assert_eq!(*jiff, text.parse().unwrap());
        let other: Civil<time::PrimitiveDateTime, Nanos> = from_str(&json).unwrap();
        assert_eq!((other.year(), i32::from(other.ordinal())), {
            use chrono::Datelike as _;
            (date.year(), i32::try_from(date.ordinal()).unwrap())
        });
        for written in [to_value(chrono), to_value(jiff), to_value(other)] {
            assert_eq!(written.unwrap(), json!(text));
        }
        for written in [
            to_value(Civil::<_, Seconds>::new(jiff.date())),
            to_value(Civil::<_, Seconds>::new(other.date())),
            to_value(Civil::<_, Seconds>::new(chrono.date())),
        ] {
            assert_eq!(written.unwrap(), json!(day));
        }
        for written in [
            to_value(Civil::<_, Nanos>::new(jiff.time())),
            to_value(Civil::<_, Nanos>::new(other.time())),
            to_value(Civil::<_, Nanos>::new(chrono.time())),
        ] {
            assert_eq!(written.unwrap(), json!(clock));
        }
    }
}

#[test]
fn modules_say_it_for_fields() {
    #[derive(Debug, PartialEq, serde::Deserialize, serde::Serialize)]
    struct Shift {
        #[serde(with = "wireform::datetime::civil::date")]
        day: time::Date,
        #[serde(with = "wireform::datetime::civil::date::option")]
        until: Option<civil::Date>,
        #[serde(with = "wireform::datetime::civil::millis::option")]
        none: Option<NaiveTime>,
        #[serde(with = "wireform::datetime::civil::micros")]
        at: civil::DateTime,
    }
    let json = r#"{"day":"2024-01-02","until":"2024-02-29","none":null,"at":"2024-01-02T03:04:05.000006"}"#;
    let shift: Shift = from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&shift).unwrap(), json);
    assert_eq!(shift.until, Some(civil::date(2024, 2, 29)));
}

#[cfg(feature = "schemars")]
#[test]
fn json_schemas_say_what_they_are() {
    use crate::SchemaFormat as _;

    #[derive(serde::Serialize, schemars::JsonSchema)]
    struct Shift {
        day: Civil<civil::Date>,
        begin: Civil<civil::Time, Millis>,
        end: Civil<civil::DateTime, Seconds>,
    }
    let codec = crate::JsonSchema::<Shift>::derived().unwrap();
    let schema = to_value(from_str::<serde_json::Value>(&codec.source().text).unwrap()).unwrap();
    let property = |name: &str| schema["properties"][name].clone();
    assert_eq!(property("day"), json!({"type": "string", "format": "date"}));
    assert_eq!(property("begin")["format"], "time-local");
    assert_eq!(property("end")["format"], "date-time-local");

    // What is written fits, and what has a zone does not.
    let at = civil::date(2024, 1, 2).at(3, 4, 5, 6_000_000);
    let shift = Shift {
        day: at.date().into(),
        begin: at.time().into(),
        end: at.into(),
    };
    let written = crate::SerializerExt::to_vec(&codec, &shift).unwrap();
    let any = crate::JsonSchema::<serde_json::Value>::new(&codec.source().text).unwrap();
    let mut value: serde_json::Value = serde_json::from_slice(&written).unwrap();
    assert_eq!(value["begin"], "03:04:05.006");
    crate::SerializerExt::to_vec(&any, &value).unwrap();
    for (name, text) in [
        ("day", "2024-02-30"),
        ("begin", "03:04:05Z"),
        ("end", "2024-01-02"),
    ] {
        let right = std::mem::replace(&mut value[name], json!(text));
        let error = crate::SerializerExt::to_vec(&any, &value).unwrap_err();
        assert_eq!(error.path(), name);
        value[name] = right;
    }
}

#[cfg(all(feature = "avro", feature = "derive"))]
mod avro {
    use super::*;
    use crate::avro::typed::{AvroBorrow, Cursor};
    use crate::avro::{
        Avro, AvroDecode, AvroEncode, Date, LocalTimestampMicros, LocalTimestampMillis,
        LocalTimestampNanos, TimeMicros, TimeMillis,
    };
    use crate::{Deserializer as _, ErrorKind, SerializerExt as _};

    #[derive(Debug, PartialEq, Avro)]
    #[avro(rename = "Times")]
    struct Plain {
        date: Date,
        millis: TimeMillis,
        micros: TimeMicros,
        local_millis: Option<LocalTimestampMillis>,
        local_micros: LocalTimestampMicros,
        local_nanos: Vec<LocalTimestampNanos>,
    }

    #[derive(Debug, PartialEq, Avro)]
    #[avro(rename = "Times")]
    struct Times {
        date: Civil<civil::Date>,
        #[avro(with = "wireform::datetime::civil::millis")]
        millis: NaiveTime,
        micros: Civil<time::Time, Micros>,
        local_millis: Option<Civil<NaiveDateTime, Millis>>,
        #[avro(with = "wireform::datetime::civil::micros")]
        local_micros: time::PrimitiveDateTime,
        local_nanos: Vec<Civil<civil::DateTime, Nanos>>,
    }

    #[test]
    fn numbers_are_those_of_avro() {
        let (codec, plain) = (Avro::<Times>::new(), Avro::<Plain>::new());
        assert_eq!(codec.avro_schema().text(), plain.avro_schema().text());
        let expected = Plain {
            date: Date(-1),
            millis: TimeMillis(86_399_999),
            micros: TimeMicros(1),
            local_millis: Some(LocalTimestampMillis(-1)),
            local_micros: LocalTimestampMicros(1_704_164_645_000_006),
            local_nanos: vec![LocalTimestampNanos(-1), LocalTimestampNanos(0)],
        };
        let datum = plain.to_vec(&expected).unwrap();
        let times = codec.deserialize(&datum).unwrap();
        assert_eq!(*times.date, civil::date(1969, 12, 31));
        assert_eq!(times.millis.to_string(), "23:59:59.999");
        let local = times.local_millis.unwrap();
        assert_eq!(local.to_string(), "1969-12-31 23:59:59.999");
        assert_eq!(times.local_micros.to_string(), "2024-01-02 3:04:05.000006");
        assert_eq!(
            times.local_nanos[0].to_string(),
            "1969-12-31T23:59:59.999999999"
        );
        assert_eq!(codec.to_vec(&times).unwrap(), datum);
    }

    #[track_caller]
    #[allow(clippy::needless_pass_by_value, reason = "shorter cases")]
    fn check<P, T>(number: P, expected: Result<T, ErrorKind>)
    where
        P: AvroEncode,
        T: AvroEncode + for<'de> AvroDecode<'de> + AvroBorrow<For<'static> = T>,
        T: Debug + PartialEq + 'static,
    {
        let datum = Avro::<P>::new().to_vec(&number).unwrap();
        let codec = Avro::<T>::new();
        let mut cursor = Cursor::new(&datum, &crate::Limits::default()).unwrap();
        match (T::decode(&mut cursor), expected) {
            (Ok(value), Ok(expected)) => {
                assert_eq!(value, expected);
                assert_eq!(codec.to_vec(&value).unwrap(), datum);
            }
            (Err(error), Err(kind)) => assert_eq!(error.kind(), kind),
            (read, expected) => panic!("{read:?}, {expected:?}"),
        }
    }

    #[test]
    fn the_ends_are_held_and_what_is_behind_is_an_error() {
        let jiff = |year, month, day| Ok(Civil::<_, Micros>::new(civil::date(year, month, day)));
        check(Date(2_932_896), jiff(9999, 12, 31));
        check(Date(-4_371_587), jiff(-9999, 1, 1));
        check(Date(-719_529), jiff(-1, 12, 31));
        type Jiff = Civil<civil::Date>;
        for days in [2_932_897, -4_371_588, i32::MAX, i32::MIN] {
            check::<_, Jiff>(Date(days), Err(ErrorKind::Decode));
        }
        check(
            Date(95_026_236),
            Ok(Civil::<_, Micros>::new(NaiveDate::MAX)),
        );
        check::<_, Civil<NaiveDate>>(Date(i32::MAX), Err(ErrorKind::Decode));
        check(
            Date(-4_371_587),
            Ok(Civil::<_, Micros>::new(
                time::Date::from_calendar_date(-9999, time::Month::January, 1).unwrap(),
            )),
        );
        check::<_, Civil<time::Date>>(Date(i32::MIN), Err(ErrorKind::Decode));
        for millis in [-1, 86_400_000, i32::MAX, i32::MIN] {
            check::<_, Civil<NaiveTime, Millis>>(TimeMillis(millis), Err(ErrorKind::Decode));
            check::<_, Civil<civil::Time, Millis>>(TimeMillis(millis), Err(ErrorKind::Decode));
            check::<_, Civil<time::Time, Millis>>(TimeMillis(millis), Err(ErrorKind::Decode));
        }
        check::<_, Civil<time::Time, Micros>>(TimeMicros(i64::MIN), Err(ErrorKind::Decode));
        check::<_, Civil<civil::DateTime, Millis>>(
            LocalTimestampMillis(i64::MAX),
            Err(ErrorKind::Decode),
        );
        let late = Civil::<_, Nanos>::new(civil::date(2300, 1, 1).at(0, 0, 0, 0));
        let error = Avro::new().to_vec(&late).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Encode);
    }
}
