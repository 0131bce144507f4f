//! The check of the lab's journals finds what is wrong with a log.

use std::time::{Duration, Instant};

use wireform_tests::lab::check::{Findings, HEADERS, Logged, Rule, check};
use wireform_tests::lab::journal::{Id, Sent, Verdict};

const LIMIT: Duration = Duration::from_secs(122);

/// Two keys with three records each, all delivered, but the last of either: not written, unknown.
fn good() -> (Vec<Sent>, Vec<Logged>) {
    let (mut sent, mut log) = (Vec::new(), Vec::new());
    for (sequence, key) in [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)] {
        let (id, partition) = (Id { key, sequence }, i32::try_from(key).unwrap());
        let offset = i64::from(sequence);
        let verdict = match (key, sequence) {
            (0, 2) => Verdict::NotWritten,
            (1, 2) => Verdict::Unknown,
            _ => Verdict::Placed {
                partition,
                offset: Some(offset),
            },
        };
        sent.push(Sent {
            id,
            verdict: Some(verdict),
            verdicts: 1,
            accepted: Instant::now(),
            took: Some(Duration::from_millis(7)),
        });
        if verdict != Verdict::NotWritten {
            log.push(Logged {
                partition,
                offset,
                key: id.key(),
                value: id.value(),
                headers: format!("{HEADERS}{}", id.header()),
            });
        }
    }
    (sent, log)
}

fn findings(doctor: impl FnOnce(&mut Vec<Sent>, &mut Vec<Logged>), once: bool) -> Findings {
    let (mut sent, mut log) = good();
    doctor(&mut sent, &mut log);
    check(&sent, &log, LIMIT, once)
}

#[track_caller]
fn check_doctored(doctor: impl FnOnce(&mut Vec<Sent>, &mut Vec<Logged>), rule: Rule) {
    let findings = findings(doctor, true);
    assert_eq!(findings.counts.get(&rule), Some(&1), "{findings}");
    assert_eq!(findings.counts.len(), 1, "{findings}");
}

#[test]
fn good_log_is_clean() {
    let findings = findings(|_, _| {}, true);
    assert!(findings.is_clean(), "{findings}");
    let counts = (findings.delivered, findings.not_written, findings.unknown);
    assert_eq!((counts, findings.unknown_but_there), ((4, 1, 1), 1));
}

#[test]
fn unknown_record_may_be_absent() {
    let findings = findings(|_, log| drop(log.pop()), true);
    assert!(findings.is_clean(), "{findings}");
}

#[test]
fn missing_verdict_is_found() {
    let doctor = |sent: &mut Vec<Sent>, _: &mut _| {
        (sent[0].verdict, sent[0].verdicts, sent[0].took) = (None, 0, None);
    };
    check_doctored(doctor, Rule::OneVerdict);
}

#[test]
fn second_verdict_is_found() {
    check_doctored(|sent, _| sent[1].verdicts = 2, Rule::OneVerdict);
}

#[test]
fn lost_record_is_found() {
    check_doctored(|_, log| drop(log.remove(0)), Rule::DeliveredIsThere);
}

#[test]
fn other_offset_is_found() {
    check_doctored(|_, log| log[3].offset = 9, Rule::DeliveredIsThere);
}

#[test]
fn other_key_is_found() {
    check_doctored(|_, log| log[0].key.push('0'), Rule::DeliveredIsThere);
}

#[test]
fn other_bytes_are_found() {
    check_doctored(|_, log| log[0].value.push('!'), Rule::DeliveredIsThere);
}

#[test]
fn other_header_is_found() {
    check_doctored(|_, log| log[0].headers.push('0'), Rule::DeliveredIsThere);
}

#[test]
fn record_that_was_not_written_is_found() {
    let doctor = |sent: &mut Vec<Sent>, log: &mut Vec<Logged>| {
        let id = sent[4].id;
        let mut record = log[0].clone();
        (record.offset, record.value) = (2, id.value());
        record.headers = format!("{HEADERS}{}", id.header());
        log.push(record);
    };
    check_doctored(doctor, Rule::NotWrittenIsAbsent);
}

#[test]
fn stranger_is_found() {
    let doctor = |_: &mut _, log: &mut Vec<Logged>| log[4].value = "stranger".to_owned();
    // Its verdict was unknown: that it is gone is no news.
    check_doctored(doctor, Rule::NothingElse);
}

#[test]
fn record_that_was_never_accepted_is_found() {
    let doctor = |sent: &mut Vec<Sent>, _: &mut _| sent.truncate(5);
    check_doctored(doctor, Rule::NothingElse);
}

#[test]
fn duplicate_is_found_where_there_must_be_none() {
    let doctor = |_: &mut Vec<Sent>, log: &mut Vec<Logged>| {
        let mut again = log[0].clone();
        again.offset = 7;
        log.push(again);
    };
    check_doctored(doctor, Rule::Once);
    let reported = findings(doctor, false);
    assert!(
        reported.is_clean() && reported.duplicates == 1,
        "{reported}"
    );
}

#[test]
fn other_order_is_found() {
    let doctor = |sent: &mut Vec<Sent>, log: &mut Vec<Logged>| {
        log.swap(0, 2);
        (log[0].offset, log[2].offset) = (0, 1);
        for (index, offset) in [(0, 1), (2, 0)] {
            let offset = Some(offset);
            sent[index].verdict = Some(Verdict::Placed {
                partition: 0,
                offset,
            });
        }
    };
    check_doctored(doctor, Rule::InOrder);
}

#[test]
fn late_verdict_is_found() {
    let doctor = |sent: &mut Vec<Sent>, _: &mut _| sent[0].took = Some(LIMIT * 2);
    check_doctored(doctor, Rule::InTime);
}
