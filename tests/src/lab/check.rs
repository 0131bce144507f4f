//! A journal against the log.

use std::collections::HashMap;
use std::fmt;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::journal::{Id, Sent, Verdict};
use crate::workspace::root;

/// What must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// As many verdicts as records were accepted, one each.
    OneVerdict,
    /// Delivered records are in the log, at their offsets, with the same bytes and headers.
    DeliveredIsThere,
    /// Records that were not written are not there.
    NotWrittenIsAbsent,
    /// Nothing else is in the log than what was delivered or unknown.
    NothingElse,
    /// Each value is there once. With more in flight than one, duplicates are only counted.
    Once,
    /// The records of a key are in order.
    InOrder,
    /// No verdict is late.
    InTime,
}

/// A record as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// The partition.
    pub partition: i32,
    /// The place in it.
    pub offset: i64,
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
    /// The headers, `name=value` with tabs between.
    pub headers: String,
}

/// What a comparison found.
#[derive(Debug, Default)]
pub struct Findings {
    /// Broken rules; up to [`SHOWN`] of each have a text.
    pub broken: HashMap<Rule, Vec<String>>,
    /// How often each was broken.
    pub counts: HashMap<Rule, usize>,
    /// Records by verdict.
    pub delivered: usize,
    /// Records by verdict.
    pub not_written: usize,
    /// Records by verdict.
    pub unknown: usize,
    /// Records whose verdict was unknown, and that are in the log.
    pub unknown_but_there: usize,
    /// Records that are in the log once more.
    pub duplicates: usize,
}

/// Texts of each broken rule that are kept.
pub const SHOWN: usize = 5;

impl Findings {
    /// Whether everything holds.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.counts.is_empty()
    }

    fn note(&mut self, rule: Rule, text: impl FnOnce() -> String) {
        *self.counts.entry(rule).or_default() += 1;
        let texts = self.broken.entry(rule).or_default();
        if texts.len() < SHOWN {
            texts.push(text());
        }
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |rule| self.counts.get(&rule).copied().unwrap_or_default();
        write!(
            f,
            "{} delivered, {} not written, {} unknown ({} of them in the log); {} lost, {} \
             duplicated, {} reordered, {} late",
            self.delivered,
            self.not_written,
            self.unknown,
            self.unknown_but_there,
            count(Rule::DeliveredIsThere),
            self.duplicates,
            count(Rule::InOrder),
            count(Rule::InTime),
        )?;
        for (rule, texts) in &self.broken {
            write!(
                f,
                "\n  {rule:?}, {} times: {}",
                count(*rule),
                texts.join("; ")
            )?;
        }
        Ok(())
    }
}

/// The headers of every record of a run, but for its `number`.
pub const HEADERS: &str = "content-type=text/plain; charset=utf-8\tsource=lab\tnumber=";

/// Compares what was accepted with the log, in the log's order by partition. A verdict may take
/// `limit`; duplicates are an error where `once`.
#[must_use]
pub fn check(sent: &[Sent], log: &[Logged], limit: Duration, once: bool) -> Findings {
    let mut findings = Findings::default();
    let journal: HashMap<Id, &Sent> = sent.iter().map(|entry| (entry.id, entry)).collect();
    let mut places: HashMap<Id, Vec<&Logged>> = HashMap::with_capacity(log.len());
    let mut last: HashMap<(i32, u32), u32> = HashMap::new();
    for record in log {
        let id = Id::from_value(&record.value);
        let entry = id.and_then(|id| journal.get(&id));
        let Some(entry) = entry else {
            findings.note(Rule::NothingElse, || format!("{record:?}"));
            continue;
        };
        let places = places.entry(entry.id).or_default();
        places.push(record);
        if places.len() > 1 {
            findings.duplicates += 1;
            if once {
                findings.note(Rule::Once, || entry.id.to_string());
            }
        } else if let Some(before) =
            last.insert((record.partition, entry.id.key), entry.id.sequence)
            && before > entry.id.sequence
        {
            findings.note(Rule::InOrder, || format!("{} after {before}", entry.id));
        }
    }
    for entry in sent {
        let places = places.get(&entry.id).map_or(&[][..], Vec::as_slice);
        check_entry(entry, places, limit, &mut findings);
    }
    findings
}

fn check_entry(entry: &Sent, places: &[&Logged], limit: Duration, findings: &mut Findings) {
    let id = entry.id;
    if entry.verdicts != 1 {
        findings.note(Rule::OneVerdict, || {
            format!("{id} has {} verdicts", entry.verdicts)
        });
    }
    if entry.took.is_some_and(|took| took > limit) {
        findings.note(Rule::InTime, || format!("{id} took {:?}", entry.took));
    }
    for place in places {
        let is_same = place.key == id.key()
            && place.value == id.value()
            && place.headers == format!("{HEADERS}{}", id.header());
        if !is_same {
            findings.note(Rule::DeliveredIsThere, || format!("{id} reads {place:?}"));
        }
    }
    match entry.verdict {
        None => {}
        Some(Verdict::Placed { partition, offset }) => {
            findings.delivered += 1;
            let is_there = places.iter().any(|place| {
                place.partition == partition && offset.is_none_or(|offset| place.offset == offset)
            });
            if !is_there {
                findings.note(Rule::DeliveredIsThere, || {
                    format!("{id} is not at [{partition}]@{offset:?}")
                });
            }
        }
        Some(Verdict::NotWritten) => {
            findings.not_written += 1;
            if !places.is_empty() {
                findings.note(Rule::NotWrittenIsAbsent, || id.to_string());
            }
        }
        Some(Verdict::Unknown) => {
            findings.unknown += 1;
            findings.unknown_but_there += usize::from(!places.is_empty());
        }
    }
}

/// The log of `topic` as the Java client reads it from offset 0.
///
/// # Panics
/// If it cannot.
#[must_use]
pub fn java_log(brokers: &str, topic: &str) -> Vec<Logged> {
    let output = Command::new(root().join("tests/interop/log-dump"))
        .args(["--brief", "--brokers", brokers, "--topic", topic])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "log-dump failed");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(logged).collect()
}

fn logged(line: &str) -> Logged {
    let mut parts = line.splitn(5, '\t');
    let mut next = || parts.next().unwrap_or_default();
    Logged {
        partition: next().parse().unwrap(),
        offset: next().parse().unwrap(),
        key: next().to_owned(),
        value: next().to_owned(),
        headers: next().to_owned(),
    }
}
