use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use serde_json::json;
use wireform::datetime::{Auto, Datetime, Moment, Rfc3339};

use super::{Any, Reading, golden, instant, lines, with_offset};

/// What we say to a text: an instant, or a word for why it is refused.
fn ours<T: Datetime>(text: &str) -> Result<T, &'static str> {
    match serde_json::from_value::<Rfc3339<T, Auto>>(json!(text)) {
        Ok(at) => Ok(at.into_inner()),
        Err(error) => Err(word(&error.to_string())),
    }
}

fn word(error: &str) -> &'static str {
    let words = [
        ("is not an RFC 3339", "shape"),
        ("no zone", "naive"),
        ("that is not", "field"),
        ("below the nanosecond", "fraction"),
        ("is a leap second", "leap"),
        ("offset is a whole day", "offset"),
        ("outside of what", "range"),
    ];
    let found = words.iter().find(|(sentence, _)| error.contains(sentence));
    found.unwrap_or_else(|| panic!("{error}")).1
}

/// Every witness that does not say what we say: its name, what we say, what it says.
fn disagreements(reading: &Reading) -> Vec<[String; 3]> {
    let ours = ours::<Any>(&reading.text).map(|any| any.0);
    let said = |tell: fn(Moment) -> String| match ours {
        Ok(moment) => tell(moment),
        Err(word) => word.to_owned(),
    };
    let mut found = Vec::new();
    let mut check = |witness: &str, said: &str, theirs: &Option<String>, agrees: bool| {
        if !agrees {
            let theirs = theirs.clone().unwrap_or("refused".to_owned());
            found.push([witness.to_owned(), said.to_owned(), theirs]);
        }
    };
    for (witness, said, theirs) in [
        ("Instant", said(instant), &reading.instant),
        ("OffsetDateTime", said(with_offset), &reading.offset),
        ("datetime", said(with_offset), &reading.python),
    ] {
        let agrees = match theirs {
            Some(theirs) => said == *theirs,
            None => ours.is_err(),
        };
        check(witness, &said, theirs, agrees);
    }
    // What is read without a zone is no instant, and we say so.
    for (witness, theirs) in [
        ("LocalDateTime", &reading.local),
        ("naive datetime", &reading.python_naive),
    ] {
        let agrees = theirs.is_some() == (ours == Err("naive"));
        check(witness, &said(with_offset), theirs, agrees);
    }
    for (witness, theirs) in [("LocalDate", &reading.date), ("LocalTime", &reading.time)] {
        let agrees = theirs.is_none() || ours.is_err();
        check(witness, &said(with_offset), theirs, agrees);
    }
    found
}

/// The lines of `disagreements.txt`, by the reason over them.
fn explained() -> BTreeMap<String, BTreeSet<String>> {
    let mut explained = BTreeMap::<String, BTreeSet<String>>::new();
    let mut reason = String::new();
    for line in golden("disagreements.txt").lines() {
        match line.strip_prefix("# ") {
            Some(told) => reason = told.to_owned(),
            None if line.is_empty() => {}
            None => {
                let fresh = explained
                    .entry(reason.clone())
                    .or_default()
                    .insert(line.to_owned());
                assert!(fresh, "twice: {line}");
            }
        }
    }
    explained
}

#[test]
fn every_disagreement_has_a_reason() {
    let readings = lines::<Reading>("read.jsonl");
    assert!(readings.len() >= 500, "{} texts", readings.len());
    let mut found = BTreeSet::new();
    for reading in &readings {
        for [witness, ours, theirs] in disagreements(reading) {
            let text = json!(reading.text);
            found.insert(format!("{witness}\t{ours}\t{theirs}\t{text}"));
        }
    }
    let explained = explained();
    let mut listed = BTreeSet::new();
    for (reason, lines) in &explained {
        assert!(!reason.is_empty(), "lines without a reason");
        listed.extend(lines.iter().cloned());
    }
    let count: usize = explained.values().map(BTreeSet::len).sum();
    assert_eq!(listed.len(), count, "a line has two reasons");
    let unexplained: Vec<_> = found.difference(&listed).map(String::as_str).collect();
    let stale: Vec<_> = listed.difference(&found).map(String::as_str).collect();
    assert!(
        unexplained.is_empty() && stale.is_empty(),
        "without a reason in disagreements.txt:\n{}\nno disagreements any more:\n{}",
        unexplained.join("\n"),
        stale.join("\n"),
    );
}

#[test]
fn most_texts_are_read_by_all_or_by_none() {
    let readings = lines::<Reading>("read.jsonl");
    let agreed = |reading: &&Reading| disagreements(reading).is_empty();
    let (read, refused): (Vec<_>, Vec<_>) = readings
        .iter()
        .filter(agreed)
        .partition(|reading| ours::<Any>(&reading.text).is_ok());
    assert!(read.len() >= 150, "{} texts are read by all", read.len());
    assert!(refused.len() >= 100, "{} by none", refused.len());
}

/// The same instant in a type of another crate, or an error that its range is to blame for.
#[track_caller]
fn check_type<T: Datetime>(reading: &Reading, holds_offset: bool) {
    let text = &reading.text;
    match (ours::<Any>(text), ours::<T>(text)) {
        (Ok(any), Ok(typed)) => {
            let (any, typed) = (any.0, typed.to_moment().unwrap());
            assert_eq!(instant(any), instant(typed), "{text}");
            let offset = if holds_offset {
                any.offset_minutes()
            } else {
                0
            };
            assert_eq!(typed.offset_minutes(), offset, "{text}");
        }
        (Ok(any), Err(word)) => {
            assert_eq!(word, "range", "{text}");
            let seconds = any.0.seconds();
            assert!(!(FIRST..LAST).contains(&seconds), "{text}");
        }
        (Err(any), typed) => assert_eq!(typed.err(), Some(any), "{text}"),
    }
}

#[test]
fn every_type_reads_the_same() {
    for reading in lines::<Reading>("read.jsonl") {
        check_type::<SystemTime>(&reading, false);
        check_type::<chrono::DateTime<chrono::Utc>>(&reading, false);
        check_type::<chrono::DateTime<chrono::FixedOffset>>(&reading, true);
        check_type::<jiff::Timestamp>(&reading, false);
        check_type::<time::UtcDateTime>(&reading, false);
        check_type::<time::OffsetDateTime>(&reading, true);
    }
}

/// 0000-01-01T00:00:00Z; and 9999-12-30T22:00:01Z, where jiff's `Timestamp` ends.
const FIRST: i64 = -62_167_219_200;
const LAST: i64 = 253_402_207_201;
