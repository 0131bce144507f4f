use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use wireform::datetime::{
    Auto, DatetimePolicy, Epoch, Micros, Millis, Moment, Nanos, Precision, Rfc3339, Seconds, Zone,
};
use wireform::{DatetimeJson, SerializerExt};

use super::{Any, Reading, instant, lines, with_offset};

/// What the witnesses write; see `datetimes.py`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    seconds: i64,
    nanos: u32,
    /// In minutes.
    offset: i16,
    /// As Java's `Instant` writes itself.
    auto: String,
    /// With 0, 3, 6 and 9 digits.
    utc: [String; 4],
    at_offset: [String; 4],
    millis: i64,
    orjson: Option<String>,
    orjson_seconds: Option<String>,
    orjson_offset: Option<String>,
}

impl Written {
    fn utc(&self) -> Any {
        Any(Moment::new(self.seconds, self.nanos).unwrap())
    }

    fn at_offset(&self) -> Any {
        Any(self.utc().0.with_offset(self.offset).unwrap())
    }

    /// The instant cut off below so many nanoseconds.
    fn cut(&self, unit: u32) -> Moment {
        Moment::new(self.seconds, self.nanos / unit * unit).unwrap()
    }
}

/// Ours with 0, 3, 6 and 9 digits, and with as many as it takes; none where the year is no RFC 3339.
fn texts(any: Any) -> Option<[String; 5]> {
    let texts = [
        serde_json::to_value(Rfc3339::<_, Seconds>::new(any)),
        serde_json::to_value(Rfc3339::<_, Millis>::new(any)),
        serde_json::to_value(Rfc3339::<_, Micros>::new(any)),
        serde_json::to_value(Rfc3339::<_, Nanos>::new(any)),
        serde_json::to_value(Rfc3339::<_, Auto>::new(any)),
    ];
    if let Err(error) = &texts[0] {
        assert!(error.to_string().contains("outside of 0000 to 9999"));
        assert!(texts.iter().all(Result::is_err));
        return None;
    }
    Some(texts.map(|text| text.unwrap().as_str().unwrap().to_owned()))
}

/// Java writes years that RFC 3339 lacks with a sign.
fn is_rfc3339(text: &str) -> bool {
    text.as_bytes()[0].is_ascii_digit()
}

#[test]
fn text_is_what_java_writes() {
    let mut count = 0;
    for written in lines::<Written>("written.jsonl") {
        let utc = texts(written.utc());
        assert_eq!(utc.is_some(), is_rfc3339(&written.auto), "{written:?}");
        if let Some([fixed @ .., auto]) = utc {
            assert_eq!((fixed, auto), (written.utc, written.auto));
            count += 5;
        }
    }
    assert!(count >= 800, "{count} texts");
}

#[test]
fn text_at_an_offset_is_what_java_writes() {
    let mut count = 0;
    for written in lines::<Written>("written.jsonl") {
        let ours = texts(written.at_offset());
        assert_eq!(ours.is_some(), is_rfc3339(&written.at_offset[0]));
        if let Some([fixed @ .., _]) = ours {
            assert_eq!(fixed, written.at_offset);
            count += 4;
        }
    }
    assert!(count >= 600, "{count} texts");
}

#[test]
fn milliseconds_are_what_java_counts() {
    for written in lines::<Written>("written.jsonl") {
        let epoch = serde_json::to_value(Epoch::<_, Millis>::new(written.utc())).unwrap();
        assert_eq!(epoch, json!(written.millis), "{written:?}");
        let read: Epoch<Any, Millis> = serde_json::from_value(epoch).unwrap();
        assert_eq!(read.0, written.cut(1_000_000), "{written:?}");
    }
}

#[test]
fn a_policy_writes_what_java_writes() {
    let precisions = [
        Precision::Seconds,
        Precision::Millis,
        Precision::Micros,
        Precision::Nanos,
    ];
    for written in lines::<Written>("written.jsonl") {
        let utc = chrono::DateTime::from_timestamp(written.seconds, written.nanos).unwrap();
        let offset = chrono::FixedOffset::east_opt(i32::from(written.offset) * 60).unwrap();
        for (place, precision) in precisions.into_iter().enumerate() {
            let policy = DatetimePolicy::rfc3339(precision);
            check_policy(policy, &utc, &written.utc[place]);
            let policy = policy.zone(Zone::KeepOffset);
            let at = utc.with_timezone(&offset);
            check_policy(policy, &at, &written.at_offset[place]);
        }
    }
}

#[track_caller]
fn check_policy<T: serde::Serialize>(policy: DatetimePolicy, at: &T, java: &str) {
    match DatetimeJson::new(policy).to_vec(at) {
        Ok(json) => assert_eq!(serde_json::from_slice::<Value>(&json).unwrap(), json!(java)),
        Err(error) => assert!(!is_rfc3339(java), "{java}: {error}"),
    }
}

/// orjson has six digits of a second or, where they are zeros, none; and `+00:00` for `Z` unless it
/// is told otherwise.
#[test]
fn text_is_what_orjson_writes() {
    let mut count = 0;
    for written in lines::<Written>("written.jsonl") {
        let Some(orjson) = &written.orjson else {
            continue;
        };
        let [seconds, _, micros, ..] = texts(written.utc()).unwrap();
        let whole = written.nanos < 1_000;
        assert_eq!(*orjson, if whole { &seconds } else { &micros }.as_str());
        assert_eq!(written.orjson_seconds, Some(seconds));
        let [seconds, _, micros, ..] = texts(written.at_offset()).unwrap();
        let at_offset = if whole { seconds } else { micros };
        let at_offset = match at_offset.strip_suffix('Z') {
            Some(clock) => format!("{clock}+00:00"),
            None => at_offset,
        };
        assert_eq!(written.orjson_offset, Some(at_offset));
        count += 3;
    }
    assert!(count >= 450, "{count} texts");
}

/// Every text of ours is one that the witnesses were asked about, and what they read is what was
/// written; and so is what we read of it.
#[test]
fn all_read_what_is_written() {
    let asked = lines::<Reading>("read_again.jsonl");
    let asked: BTreeMap<_, _> = asked
        .iter()
        .map(|read| (read.text.as_str(), read))
        .collect();
    for written in lines::<Written>("written.jsonl") {
        for any in [written.utc(), written.at_offset()] {
            let Some([fixed @ .., _]) = texts(any) else {
                continue;
            };
            for (text, unit) in fixed.iter().zip([1_000_000_000, 1_000_000, 1_000, 1]) {
                let cut = written.cut(unit).with_offset(any.0.offset_minutes());
                check_read(asked[text.as_str()], cut.unwrap());
            }
        }
        let of_orjson = [&written.orjson, &written.orjson_offset];
        for (text, any) in of_orjson
            .into_iter()
            .zip([written.utc(), written.at_offset()])
        {
            let Some(text) = text else { continue };
            let cut = written.cut(1_000).with_offset(any.0.offset_minutes());
            check_read(asked[text.as_str()], cut.unwrap());
        }
    }
}

/// Python's datetime begins with the year 1, ends with 9999 and holds microseconds.
#[track_caller]
fn check_read(reading: &Reading, expected: Moment) {
    let text = &reading.text;
    let ours: Rfc3339<Any> = serde_json::from_value(json!(text)).unwrap();
    assert_eq!(ours.0, expected, "{text}");
    assert_eq!(reading.instant, Some(instant(expected)), "{text}");
    assert_eq!(reading.offset, Some(with_offset(expected)), "{text}");
    let nanos = expected.nanos() / 1_000 * 1_000;
    let in_micros = Moment::new(expected.seconds(), nanos).unwrap();
    let in_micros = in_micros.with_offset(expected.offset_minutes()).unwrap();
    let in_python = !text.starts_with("0000");
    let python = in_python.then(|| with_offset(in_micros));
    assert_eq!(reading.python, python, "{text}");
}
