//! Datetimes of any serde type, by the policy.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, FixedOffset, NaiveDateTime, Utc};
use jiff::{Timestamp, ZonedDateTime, civil};
use serde::Serialize;

use super::written;
use crate::datetime::DatetimeFormat::{EpochMicros, EpochMillis, EpochNanos, EpochSeconds};
use crate::datetime::{DatetimeFormat, DatetimePolicy, Naive, Precision, Zone};

#[track_caller]
fn check<T: Serialize + ?Sized>(policy: DatetimePolicy, value: &T, expected: &str) {
    assert_eq!(written(policy, value).as_deref(), Ok(expected));
}

#[track_caller]
fn check_refused<T: Serialize + ?Sized>(policy: DatetimePolicy, value: &T, expected: &str) {
    let error = written(policy, value).unwrap_err();
    assert!(error.contains(expected), "{error}");
}

fn default() -> DatetimePolicy {
    DatetimePolicy::new()
}

fn epoch(format: DatetimeFormat) -> DatetimePolicy {
    DatetimePolicy::new().format(format)
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn fixed(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

fn timestamp(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn zoned(text: &str) -> ZonedDateTime {
    text.parse().unwrap()
}

#[test]
fn the_default_is_six_digits_and_z() {
    let at = utc("2024-01-02T03:04:05Z");
    check(default(), &at, r#""2024-01-02T03:04:05.000000Z""#);
    let at = fixed("2024-01-02T04:04:05.5+01:00");
    check(default(), &at, r#""2024-01-02T03:04:05.500000Z""#);
    let at = timestamp("2024-01-02T03:04:05.123456789Z");
    check(default(), &at, r#""2024-01-02T03:04:05.123456Z""#);
    let at = zoned("2024-06-15T12:00:00+02:00[Europe/Berlin]");
    check(default(), &at, r#""2024-06-15T10:00:00.000000Z""#);
}

#[test]
fn every_precision_cuts_towards_the_past() {
    for (precision, fraction) in [
        (Precision::Seconds, ""),
        (Precision::Millis, ".999"),
        (Precision::Micros, ".999999"),
        (Precision::Nanos, ".999999999"),
        (Precision::Auto, ".999999999"),
    ] {
        let policy = DatetimePolicy::rfc3339(precision);
        for second in ["2024-01-02T03:04:05", "1969-12-31T23:59:59"] {
            let at = format!("{second}.999999999Z");
            let expected = format!("\"{second}{fraction}Z\"");
            check(policy, &utc(&at), &expected);
            check(policy, &timestamp(&at), &expected);
        }
    }
}

#[test]
fn auto_writes_as_few_groups_as_lose_nothing() {
    let policy = DatetimePolicy::rfc3339(Precision::Auto);
    for (fraction, expected) in [
        ("", ""),
        (".1", ".100"),
        (".0001", ".000100"),
        (".0000001", ".000000100"),
    ] {
        let at = timestamp(&format!("2024-01-02T03:04:05{fraction}Z"));
        check(policy, &at, &format!("\"2024-01-02T03:04:05{expected}Z\""));
    }
}

#[test]
fn offsets_are_kept_if_asked() {
    let policy = DatetimePolicy::rfc3339(Precision::Seconds).zone(Zone::KeepOffset);
    for text in [
        "2024-01-02T04:04:05+01:00",
        "2024-01-01T23:34:05-03:30",
        "2024-01-01T23:34:05-00:30",
        "2024-01-02T03:04:05+23:59",
        "0000-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "2024-01-02T03:04:05Z",
    ] {
        check(policy, &fixed(text), &format!("\"{text}\""));
    }
    let at = fixed("2024-01-02T03:04:05-00:00");
    check(policy, &at, r#""2024-01-02T03:04:05Z""#);
    let at = zoned("2024-06-15T12:00:00+02:00[Europe/Berlin]");
    check(policy, &at, r#""2024-06-15T12:00:00+02:00""#);
    let at = zoned("2024-06-15T12:00:00+00:00[UTC]");
    check(policy, &at, r#""2024-06-15T12:00:00Z""#);
}

#[test]
fn an_offset_of_a_day_is_an_error_where_it_would_be_written() {
    let at = zoned("2024-06-15T12:00:00+24:30[+24:30]");
    check(default(), &at, r#""2024-06-14T11:30:00.000000Z""#);
    check_refused(default().zone(Zone::KeepOffset), &at, "a whole day or more");
}

#[test]
fn epochs_are_integers_rounded_down() {
    for (format, after) in [
        (EpochSeconds, "1704164645"),
        (EpochMillis, "1704164645999"),
        (EpochMicros, "1704164645999999"),
        (EpochNanos, "1704164645999999999"),
    ] {
        check(epoch(format), &utc("2024-01-02T03:04:05.999999999Z"), after);
        let before = fixed("1970-01-01T00:59:59.999999999+01:00");
        check(epoch(format), &before, "-1");
        check(epoch(format), &timestamp("1970-01-01T00:00:00Z"), "0");
    }
}

#[test]
fn epoch_nanos_end_where_64_bits_do() {
    let policy = epoch(EpochNanos);
    let last = utc("2262-04-11T23:47:16.854775807Z");
    check(policy, &last, "9223372036854775807");
    let first = utc("1677-09-21T00:12:43.145224192Z");
    check(policy, &first, "-9223372036854775808");
    let nano = chrono::TimeDelta::nanoseconds(1);
    check_refused(policy, &(last + nano), "outside of what its type");
    check_refused(policy, &(first - nano), "outside of what its type");
}

#[test]
fn years_that_rfc3339_lacks_are_errors_there_alone() {
    for at in [DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC] {
        check_refused(default(), &at, "year is outside of 0000 to 9999");
        let millis = at.timestamp_millis().to_string();
        check(epoch(EpochMillis), &at, &millis);
    }
    check_refused(default(), &timestamp("-000001-01-01T00:00:00Z"), "year is");
    check_refused(default(), &fixed("0000-01-01T00:00:00+01:00"), "year is");
    check_refused(default(), &fixed("9999-12-31T23:59:59-01:00"), "year is");
    let at = utc("0000-01-01T00:00:00Z");
    check(default(), &at, r#""0000-01-01T00:00:00.000000Z""#);
    let at = utc("9999-12-31T23:59:59.999999999Z");
    check(default(), &at, r#""9999-12-31T23:59:59.999999Z""#);
}

#[test]
fn leap_seconds_are_errors() {
    let leap = utc("2016-12-31T23:59:60.5Z");
    check_refused(default(), &leap, "leap second");
    check_refused(epoch(EpochMillis), &leap, "leap second");
    check_refused(
        default().naive(Naive::Keep),
        &leap.naive_utc(),
        "leap second",
    );
}

#[test]
fn naive_datetimes_follow_the_policy() {
    let chrono: NaiveDateTime = "2024-01-02T03:04:05.5".parse().unwrap();
    let jiff: civil::DateTime = "2024-01-02T03:04:05.5".parse().unwrap();
    check_refused(default(), &chrono, "no zone");
    check_refused(default(), &jiff, "no zone");
    check_refused(epoch(EpochMillis), &jiff, "no zone");
    let utc = r#"["2024-01-02T03:04:05.500000Z","2024-01-02T03:04:05.500000Z"]"#;
    check(default().naive(Naive::AssumeUtc), &(chrono, jiff), utc);
    let millis = epoch(EpochMillis).naive(Naive::AssumeUtc);
    check(millis, &(chrono, jiff), "[1704164645500,1704164645500]");
    let kept = r#"["2024-01-02T03:04:05.500","2024-01-02T03:04:05.500"]"#;
    for policy in [default(), epoch(EpochMillis)] {
        let policy = policy.naive(Naive::Keep).precision(Precision::Auto);
        check(policy, &(chrono, jiff), kept);
    }
}

#[test]
fn zone_names_tell_the_instant_where_offsets_had_seconds() {
    // Berlin was at +00:53:28, and the text says +00:53.
    let berlin = zoned("1890-01-01T00:00:00[Europe/Berlin]");
    assert!(berlin.to_string().contains("+00:53["));
    check(default(), &berlin, r#""1889-12-31T23:06:32.000000Z""#);
    let keep = DatetimePolicy::rfc3339(Precision::Seconds).zone(Zone::KeepOffset);
    check(keep, &berlin, r#""1889-12-31T23:59:32+00:53""#);
    // The last ones to have seconds.
    let monrovia = zoned("1972-01-06T23:59:59[Africa/Monrovia]");
    check(default(), &monrovia, r#""1972-01-07T00:44:29.000000Z""#);
    let fixed = zoned("1950-01-01T00:00:00+01:00[+01:00]");
    check(default(), &fixed, r#""1949-12-31T23:00:00.000000Z""#);
}

#[test]
fn the_longest_zone_names_are_recognised() {
    let at = zoned("2024-06-15T12:00:00.123456789-03:00[America/Argentina/ComodRivadavia]");
    check(default(), &at, r#""2024-06-15T15:00:00.123456Z""#);
}

#[test]
fn system_times_are_datetimes() {
    let at = SystemTime::UNIX_EPOCH + Duration::new(1_704_164_645, 6_007_008);
    check(default(), &at, r#""2024-01-02T03:04:05.006007Z""#);
    check(
        epoch(EpochNanos),
        &[Some(at), None],
        "[1704164645006007008,null]",
    );
    check(epoch(EpochSeconds), &SystemTime::UNIX_EPOCH, "0");
}

#[derive(Serialize)]
enum Event {
    At(Timestamp),
    Between(Timestamp, Timestamp),
    Named { at: Option<Timestamp> },
}

#[derive(Serialize)]
#[serde(tag = "kind")]
enum Tagged {
    Named { at: Timestamp },
    Buffered(Event),
}

#[derive(Serialize)]
struct All {
    events: Vec<Event>,
    tagged: Tagged,
    #[serde(flatten)]
    more: std::collections::BTreeMap<String, Timestamp>,
}

#[test]
fn datetimes_are_found_wherever_they_stand() {
    let at = timestamp("2024-01-02T03:04:05.006Z");
    let all = All {
        events: vec![
            Event::At(at),
            Event::Between(at, at),
            Event::Named { at: Some(at) },
        ],
        tagged: Tagged::Named { at },
        more: [("x".to_owned(), at)].into(),
    };
    let expected = "{'events':[{'At':7},{'Between':[7,7]},{'Named':{'at':7}}],\
                    'tagged':{'kind':'Named','at':7},'x':7}";
    let expected = expected.replace('\'', "\"").replace('7', "1704164645");
    check(epoch(EpochSeconds), &all, &expected);
}

/// serde itself makes plain strings of these, before they get here.
#[test]
fn what_serde_buffers_stays_as_it_was() {
    let at = timestamp("2024-01-02T03:04:05Z");
    let value = Tagged::Buffered(Event::Named { at: Some(at) });
    let expected = r#"{"kind":"Buffered","Named":{"at":"2024-01-02T03:04:05Z"}}"#;
    check(default(), &value, expected);
}
