//! Modules by path and newtypes, with `SystemTime`, which needs no feature.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::written;
use crate::datetime::{
    Auto, DatetimeFormat, DatetimePolicy, Epoch, Micros, Millis, Nanos, Rfc3339, Seconds,
};

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Texts {
    #[serde(with = "crate::datetime::rfc3339::seconds")]
    seconds: SystemTime,
    #[serde(with = "crate::datetime::rfc3339::millis")]
    millis: SystemTime,
    #[serde(with = "crate::datetime::rfc3339::micros")]
    micros: SystemTime,
    #[serde(with = "crate::datetime::rfc3339::nanos")]
    nanos: SystemTime,
    #[serde(with = "crate::datetime::rfc3339::auto")]
    auto: SystemTime,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Integers {
    #[serde(with = "crate::datetime::epoch::seconds")]
    seconds: SystemTime,
    #[serde(with = "crate::datetime::epoch::millis")]
    millis: SystemTime,
    #[serde(with = "crate::datetime::epoch::micros")]
    micros: SystemTime,
    #[serde(with = "crate::datetime::epoch::nanos")]
    nanos: SystemTime,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Options {
    #[serde(with = "crate::datetime::rfc3339::millis::option", default)]
    text: Option<SystemTime>,
    #[serde(with = "crate::datetime::epoch::millis::option", default)]
    millis: Option<SystemTime>,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Newtypes {
    text: Option<Rfc3339<SystemTime, Seconds>>,
    texts: Vec<Rfc3339<SystemTime>>,
    keys: BTreeMap<Epoch<SystemTime>, Rfc3339<SystemTime, Auto>>,
    text_keys: BTreeMap<Rfc3339<SystemTime, Millis>, Epoch<SystemTime, Seconds>>,
    numbers: (Epoch<SystemTime, Micros>, Epoch<SystemTime, Nanos>),
}

/// `value` gives `json` (with `'` for `"`) by serde_json and under any policy, and that gives
/// `back`.
#[track_caller]
fn check<T>(value: &T, json: &str, back: &T)
where
    T: for<'a> Deserialize<'a> + Serialize + PartialEq + Debug,
{
    let json = json.replace('\'', "\"");
    assert_eq!(serde_json::to_string(value).unwrap(), json);
    for format in [DatetimeFormat::Rfc3339, DatetimeFormat::EpochSeconds] {
        let policy = DatetimePolicy::new().format(format);
        assert_eq!(written(policy, value).as_ref(), Ok(&json));
    }
    assert_eq!(&serde_json::from_str::<T>(&json).unwrap(), back);
    // Through serde_json's tree too, which has other doors.
    let tree: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(&serde_json::from_value::<T>(tree).unwrap(), back);
}

/// 2024-01-02T03:04:05Z and that many nanoseconds.
fn at(nanos: u32) -> SystemTime {
    UNIX_EPOCH + Duration::new(1_704_164_645, nanos)
}

fn before_1970(nanos: u64) -> SystemTime {
    UNIX_EPOCH - Duration::from_nanos(nanos)
}

fn texts([seconds, millis, micros, nanos, auto]: [SystemTime; 5]) -> Texts {
    Texts {
        seconds,
        millis,
        micros,
        nanos,
        auto,
    }
}

fn integers([seconds, millis, micros, nanos]: [SystemTime; 4]) -> Integers {
    Integers {
        seconds,
        millis,
        micros,
        nanos,
    }
}

#[test]
fn each_text_module_writes_its_digits_and_reads_them() {
    check(
        &texts([at(987_654_321); 5]),
        "{'seconds':'2024-01-02T03:04:05Z','millis':'2024-01-02T03:04:05.987Z',\
         'micros':'2024-01-02T03:04:05.987654Z','nanos':'2024-01-02T03:04:05.987654321Z',\
         'auto':'2024-01-02T03:04:05.987654321Z'}",
        &texts([0, 987_000_000, 987_654_000, 987_654_321, 987_654_321].map(at)),
    );
    check(
        &texts([before_1970(1); 5]),
        "{'seconds':'1969-12-31T23:59:59Z','millis':'1969-12-31T23:59:59.999Z',\
         'micros':'1969-12-31T23:59:59.999999Z','nanos':'1969-12-31T23:59:59.999999999Z',\
         'auto':'1969-12-31T23:59:59.999999999Z'}",
        &texts([1_000_000_000, 1_000_000, 1_000, 1, 1].map(before_1970)),
    );
}

#[test]
fn each_epoch_module_writes_its_unit_and_reads_it() {
    check(
        &integers([at(987_654_321); 4]),
        "{'seconds':1704164645,'millis':1704164645987,'micros':1704164645987654,\
         'nanos':1704164645987654321}",
        &integers([0, 987_000_000, 987_654_000, 987_654_321].map(at)),
    );
    check(
        &integers([before_1970(1); 4]),
        "{'seconds':-1,'millis':-1,'micros':-1,'nanos':-1}",
        &integers([1_000_000_000, 1_000_000, 1_000, 1].map(before_1970)),
    );
}

#[test]
fn options_are_null_or_missing() {
    let at = Some(UNIX_EPOCH + Duration::from_millis(1_500));
    let both = Options {
        text: at,
        millis: at,
    };
    check(
        &both,
        "{'text':'1970-01-01T00:00:01.500Z','millis':1500}",
        &both,
    );
    let none = Options {
        text: None,
        millis: None,
    };
    check(&none, "{'text':null,'millis':null}", &none);
    assert_eq!(serde_json::from_str::<Options>("{}").unwrap(), none);
}

#[test]
fn newtypes_go_anywhere() {
    let at = UNIX_EPOCH + Duration::from_secs(1);
    let value = Newtypes {
        text: Some(at.into()),
        texts: vec![at.into()],
        keys: BTreeMap::from([(at.into(), at.into())]),
        text_keys: BTreeMap::from([(at.into(), at.into())]),
        numbers: (at.into(), at.into()),
    };
    let json = "{'text':'1970-01-01T00:00:01Z','texts':['1970-01-01T00:00:01.000000Z'],\
                'keys':{'1000':'1970-01-01T00:00:01Z'},\
                'text_keys':{'1970-01-01T00:00:01.000Z':1},'numbers':[1000000,1000000000]}";
    let json = json.replace('\'', "\"");
    assert_eq!(serde_json::to_string(&value).unwrap(), json);
    assert_eq!(written(DatetimePolicy::new(), &value).as_ref(), Ok(&json));
    assert_eq!(serde_json::from_str::<Newtypes>(&json).unwrap(), value);
    assert_eq!(value.texts[0].into_inner(), at);
    assert_eq!(
        value.texts[0].duration_since(UNIX_EPOCH).unwrap().as_secs(),
        1
    );
    assert_eq!(format!("{:?}", Epoch::<u8>::new(1)), "Epoch(1)");
}

#[test]
fn text_is_read_to_the_nanosecond_whatever_the_unit() {
    let json = r#""1970-01-01T00:00:00.000000001Z""#;
    let at: Rfc3339<SystemTime, Seconds> = serde_json::from_str(json).unwrap();
    assert_eq!(*at, UNIX_EPOCH + Duration::from_nanos(1));
}

#[test]
fn epochs_are_integers_of_64_bits() {
    for json in [
        "1.0",
        "1.5",
        "\"1\"",
        "null",
        "[1]",
        "1e3",
        "9223372036854775808",
    ] {
        let read = serde_json::from_str::<Epoch<SystemTime, Nanos>>(json);
        assert!(read.is_err(), "{json}");
    }
    for json in ["9223372036854775807", "-9223372036854775808", "0"] {
        let at: Epoch<SystemTime, Nanos> = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&at).unwrap(), json);
    }
    let read = serde_json::from_str::<Epoch<SystemTime, Seconds>>("9223372036854775807");
    assert!(read.unwrap_err().to_string().contains("outside of what"));
}
