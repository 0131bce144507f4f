//! Pseudo-random datetimes, held against chrono's, jiff's and time's own renderers and parsers.

use std::fmt::Debug;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use jiff::{SignedDuration, Timestamp};
use time::format_description::well_known::Rfc3339 as TimeRfc3339;
use time::{OffsetDateTime, UtcDateTime, UtcOffset};

use super::{Numbers, written};
use crate::datetime::{
    Auto, Datetime, DatetimeFormat, DatetimePolicy, Epoch, Micros, Moment, Nanos, Precision,
    Rfc3339, Seconds, Zone,
};

/// 0000-01-03 and 9999-12-29, in seconds: any offset leaves the year within four digits.
const FIRST: i64 = -62_167_046_400;
const LAST: i64 = 253_402_041_599;
const ROUNDS: usize = 10_000;

/// Instants and offsets in minutes; half of them in the years that most records are from.
fn moments() -> impl Iterator<Item = (i64, u32, i32)> {
    let mut numbers = Numbers(7);
    (0..ROUNDS).map(move |round| {
        let seconds = match round % 2 {
            0 => numbers.within(FIRST, LAST),
            _ => numbers.within(-100_000_000, 4_000_000_000),
        };
        let offset = numbers.within(-23 * 60 - 59, 23 * 60 + 59);
        (seconds, numbers.nanos(), i32::try_from(offset).unwrap())
    })
}

fn chrono((seconds, nanos, offset): (i64, u32, i32)) -> DateTime<FixedOffset> {
    let offset = FixedOffset::east_opt(offset * 60).unwrap();
    let utc = DateTime::<Utc>::from_timestamp(seconds, nanos).unwrap();
    utc.with_timezone(&offset)
}

fn jiff((seconds, nanos, _): (i64, u32, i32)) -> Timestamp {
    Timestamp::from_second(seconds).unwrap() + SignedDuration::from_nanos(nanos.into())
}

fn time((seconds, nanos, offset): (i64, u32, i32)) -> OffsetDateTime {
    let offset = UtcOffset::from_whole_seconds(offset * 60).unwrap();
    let utc = UtcDateTime::from_unix_timestamp(seconds).unwrap();
    utc.replace_nanosecond(nanos).unwrap().to_offset(offset)
}

#[test]
fn text_is_what_chrono_writes() {
    for moment in moments() {
        let at = chrono(moment);
        for (precision, as_chrono) in [
            (Precision::Seconds, SecondsFormat::Secs),
            (Precision::Millis, SecondsFormat::Millis),
            (Precision::Micros, SecondsFormat::Micros),
            (Precision::Nanos, SecondsFormat::Nanos),
            (Precision::Auto, SecondsFormat::AutoSi),
        ] {
            let utc = DatetimePolicy::rfc3339(precision);
            let expected = format!("\"{}\"", at.to_utc().to_rfc3339_opts(as_chrono, true));
            assert_eq!(written(utc, &at).unwrap(), expected);
            let keep = utc.zone(Zone::KeepOffset);
            let expected = format!("\"{}\"", at.to_rfc3339_opts(as_chrono, true));
            assert_eq!(written(keep, &at).unwrap(), expected);
        }
    }
}

#[test]
fn epochs_are_what_chrono_counts() {
    for moment in moments() {
        let at = chrono(moment);
        for (format, expected) in [
            (DatetimeFormat::EpochSeconds, Some(at.timestamp())),
            (DatetimeFormat::EpochMillis, Some(at.timestamp_millis())),
            (DatetimeFormat::EpochMicros, Some(at.timestamp_micros())),
            (DatetimeFormat::EpochNanos, at.timestamp_nanos_opt()),
        ] {
            let written = written(DatetimePolicy::new().format(format), &at).ok();
            assert_eq!(written, expected.map(|units| units.to_string()));
        }
    }
}

#[test]
fn jiff_and_system_times_are_written_as_chrono_is() {
    let policy = DatetimePolicy::rfc3339(Precision::Auto);
    for moment in moments() {
        let expected = written(policy, &chrono(moment)).unwrap();
        assert_eq!(written(policy, &jiff(moment)).unwrap(), expected);
        let offset = jiff::tz::Offset::from_seconds(moment.2 * 60).unwrap();
        let zoned = jiff(moment).to_zoned_datetime(offset.to_time_zone());
        assert_eq!(written(policy, &zoned).unwrap(), expected);
        if let Ok(seconds) = u64::try_from(moment.0) {
            let at = UNIX_EPOCH + Duration::new(seconds, moment.1);
            assert_eq!(written(policy, &at).unwrap(), expected);
        }
    }
}

#[test]
fn what_is_written_the_oracles_read() {
    for moment in moments() {
        let at = chrono(moment);
        let json = serde_json::to_string(&Rfc3339::<_, Auto>::new(at)).unwrap();
        let text = json.trim_matches('"');
        assert_eq!(DateTime::parse_from_rfc3339(text).unwrap(), at);
        assert_eq!(text.parse::<Timestamp>().unwrap(), jiff(moment));
        assert_eq!(
            OffsetDateTime::parse(text, &TimeRfc3339).unwrap(),
            time(moment)
        );
    }
}

#[test]
fn what_the_oracles_write_is_read() {
    for moment in moments() {
        let at = chrono(moment);
        let by_time = time(moment).format(&TimeRfc3339).unwrap();
        for text in [at.to_rfc3339(), by_time] {
            let json = format!("\"{text}\"");
            let read: Rfc3339<DateTime<FixedOffset>> = serde_json::from_str(&json).unwrap();
            assert_eq!((*read, read.offset()), (at, at.offset()), "{text}");
        }
        let json = format!("\"{}\"", jiff(moment));
        let read: Rfc3339<Timestamp> = serde_json::from_str(&json).unwrap();
        assert_eq!(*read, jiff(moment));
    }
}

#[track_caller]
fn check_exact<T: Datetime + Clone + PartialEq + Debug>(value: &T) {
    let moment = value.to_moment().unwrap();
    assert_eq!(&T::from_moment(moment).unwrap(), value);
    let text = serde_json::to_string(&Rfc3339::<_, Nanos>::new(value.clone())).unwrap();
    let back: Rfc3339<T, Seconds> = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&*back, back.to_moment().unwrap()),
        (value, moment),
        "{text}"
    );
    if let Ok(number) = serde_json::to_string(&Epoch::<_, Nanos>::new(value.clone())) {
        let back: Epoch<T, Nanos> = serde_json::from_str(&number).unwrap();
        assert_eq!(&*back, value, "{number}");
    }
}

#[test]
fn every_type_reads_back_what_it_was() {
    for moment in moments() {
        check_exact(&chrono(moment));
        check_exact(&chrono(moment).to_utc());
        check_exact(&jiff(moment));
        check_exact(&time(moment));
        check_exact(&UtcDateTime::from(time(moment)));
        let moment = Moment::new(moment.0, moment.1).unwrap();
        check_exact(&SystemTime::from_moment(moment).unwrap());
    }
}

#[test]
fn chrono_reads_what_the_default_policy_writes() {
    for (seconds, nanos, offset) in moments() {
        let at = chrono((seconds, nanos / 1_000 * 1_000, offset));
        let json = written(DatetimePolicy::new(), &at).unwrap();
        assert_eq!(serde_json::from_str::<DateTime<Utc>>(&json).unwrap(), at);
        let json = serde_json::to_string(&Epoch::<_, Micros>::new(at)).unwrap();
        let read: Epoch<DateTime<Utc>, Micros> = serde_json::from_str(&json).unwrap();
        assert_eq!(*read, at);
    }
}

#[test]
fn a_moment_that_a_type_cannot_hold_is_an_error() {
    let late = Moment::new(400_000 * 31_556_952, 0).unwrap();
    assert!(DateTime::<Utc>::from_moment(late).is_err());
    assert!(DateTime::<FixedOffset>::from_moment(late).is_err());
    assert!(Timestamp::from_moment(late).is_err());
    assert!(UtcDateTime::from_moment(late).is_err());
    assert!(OffsetDateTime::from_moment(late).is_err());
    let edge = DateTime::<Utc>::MAX_UTC.to_moment().unwrap();
    assert!(DateTime::<Utc>::from_moment(edge).is_ok());
    let edge = edge.with_offset(23 * 60).unwrap();
    let _ = DateTime::<FixedOffset>::from_moment(edge).map(|at| at.to_rfc3339());
    let edge = UtcDateTime::MAX.to_moment().unwrap();
    assert!(UtcDateTime::from_moment(edge).is_ok());
    assert!(OffsetDateTime::from_moment(edge.with_offset(60).unwrap()).is_err());
}

#[test]
fn leap_seconds_of_chrono_are_errors() {
    let leap: DateTime<Utc> = "2016-12-31T23:59:60Z".parse().unwrap();
    assert!(leap.to_moment().is_err());
    assert!(leap.fixed_offset().to_moment().is_err());
}

#[test]
fn seconds_of_an_offset_go_and_the_instant_stays() {
    for (offset, minutes) in [(53 * 60 + 28, 53), (-44 * 60 - 30, -45)] {
        let zone = FixedOffset::east_opt(offset).unwrap();
        let at = DateTime::<Utc>::UNIX_EPOCH.with_timezone(&zone);
        let moment = at.to_moment().unwrap();
        assert_eq!((moment.seconds(), moment.offset_minutes()), (0, minutes));
    }
}
