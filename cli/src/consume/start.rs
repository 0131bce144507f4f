//! The range of a topic that is read: first and last offset of each partition.

use std::collections::HashMap;
use std::str::FromStr;
use std::time::Duration;

use rdkafka::consumer::Consumer as _;
use rdkafka::error::KafkaError;
use rdkafka::metadata::MetadataPartition;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::moment;
use crate::Result;
use crate::exit::Error;
use crate::kafka::{Consumer, ask, is_transient};

/// The longest time to wait for an answer of a broker.
const PATIENCE: Duration = Duration::from_secs(20);

/// The first offset to read, in every partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// The oldest record.
    Beginning,
    /// The end of the partition: only new records.
    End,
    /// The last N records.
    Last(i64),
    /// This offset.
    Offset(i64),
    /// The first record at or after this time, in milliseconds since 1970-01-01T00:00:00Z.
    Time(i64),
}

impl FromStr for Start {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let expected = || {
            "expected beginning, end, an offset, -N for the last N, or a time \
             such as 2026-11-23T16:45:00Z, 2026-11-23 or @MILLISECONDS"
                .to_owned()
        };
        let number = |text: &str| -> std::result::Result<i64, String> {
            let is_number = text.starts_with(|c: char| c.is_ascii_digit());
            let number = text.parse().ok().filter(|_| is_number);
            number.ok_or_else(expected)
        };
        match text {
            "beginning" => Ok(Self::Beginning),
            "end" => Ok(Self::End),
            _ => match (text.strip_prefix('-'), text.strip_prefix('@')) {
                (Some(count), _) => number(count).map(Self::Last),
                (_, Some(time)) => match moment::parse(time) {
                    Some(millis) => Ok(Self::Time(millis)),
                    None => number(time).map(Self::Time),
                },
                _ => match moment::parse(text) {
                    Some(millis) => Ok(Self::Time(millis)),
                    None => number(text).map(Self::Offset),
                },
            },
        }
    }
}

/// The part of a topic that is read.
pub(super) struct Scope<'a> {
    pub(super) topic: &'a str,
    /// One partition; `None` for all.
    pub(super) partition: Option<i32>,
    pub(super) start: Start,
}

impl Scope<'_> {
    /// Assigns the partitions. Returns the end offsets of those with records to read.
    pub(super) fn assign(&self, consumer: &Consumer) -> Result<HashMap<i32, i64>> {
        let failed = |error| failed(consumer, error);
        let ids = self.partitions(consumer)?;
        let mut watermarks = HashMap::new();
        for id in ids {
            let marks = ask(consumer, PATIENCE, |patience| {
                consumer.fetch_watermarks(self.topic, id, patience)
            });
            watermarks.insert(id, marks.map_err(failed)?);
        }
        let times = match self.start {
            Start::Time(millis) => self.at_time(consumer, &watermarks, millis)?,
            _ => HashMap::new(),
        };
        let (mut assignment, mut ends) = (TopicPartitionList::new(), HashMap::new());
        for (id, (first, end)) in watermarks {
            let wanted = match self.start {
                Start::Beginning => first,
                Start::End => end,
                Start::Last(count) => end.saturating_sub(count),
                Start::Offset(offset) => offset,
                Start::Time(_) => times.get(&id).copied().unwrap_or(end),
            };
            // The first offsets may be deleted already, and new records have no offset yet.
            let start = wanted.clamp(first, end);
            let place = assignment.add_partition_offset(self.topic, id, Offset::Offset(start));
            place.map_err(failed)?;
            if start < end {
                ends.insert(id, end);
            }
        }
        consumer.assign(&assignment).map_err(failed)?;
        Ok(ends)
    }

    fn partitions(&self, consumer: &Consumer) -> Result<Vec<i32>> {
        let metadata = ask(consumer, PATIENCE, |patience| {
            consumer.fetch_metadata(Some(self.topic), patience)
        });
        let metadata = metadata.map_err(|error| failed(consumer, error))?;
        let topic = metadata
            .topics()
            .iter()
            .find(|topic| topic.name() == self.topic && topic.error().is_none());
        let ids = topic.map(|topic| topic.partitions().iter().map(MetadataPartition::id));
        let ids: Vec<i32> = ids.into_iter().flatten().collect();
        match self.partition {
            _ if ids.is_empty() => Err(Error::Io(format!("topic {:?} not found", self.topic))),
            None => Ok(ids),
            Some(id) if ids.contains(&id) => Ok(vec![id]),
            Some(id) => Err(Error::Io(format!(
                "topic {:?} has no partition {id}, only 0 to {}",
                self.topic,
                ids.len() - 1
            ))),
        }
    }

    /// Returns the offsets of a time; none if all records are older.
    fn at_time(
        &self,
        consumer: &Consumer,
        watermarks: &HashMap<i32, (i64, i64)>,
        millis: i64,
    ) -> Result<HashMap<i32, i64>> {
        let failed = |error| failed(consumer, error);
        let mut asked = TopicPartitionList::new();
        for id in watermarks.keys() {
            let place = asked.add_partition_offset(self.topic, *id, Offset::Offset(millis));
            place.map_err(failed)?;
        }
        let found = ask(consumer, PATIENCE, |patience| {
            consumer.offsets_for_times(asked.clone(), patience)
        });
        let found = found.map_err(failed)?;
        let elements = found.elements();
        let offsets = elements.iter().filter_map(|place| match place.offset() {
            Offset::Offset(offset) => Some((place.partition(), offset)),
            _ => None,
        });
        Ok(offsets.collect())
    }
}

#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
fn failed(consumer: &Consumer, error: KafkaError) -> Error {
    match error.rdkafka_error_code() {
        Some(code) if is_transient(code) => consumer.context().unreachable(&error),
        _ => Error::Io(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<Start>) {
        assert_eq!(text.parse::<Start>().ok(), expected, "{text}");
    }

    #[test]
    fn a_start_is_a_word_a_number_or_a_time() {
        check("beginning", Some(Start::Beginning));
        check("end", Some(Start::End));
        check("0", Some(Start::Offset(0)));
        check("42", Some(Start::Offset(42)));
        check("-3", Some(Start::Last(3)));
        check("@1700000000000", Some(Start::Time(1_700_000_000_000)));
        check("2023-11-14T22:13:20Z", Some(Start::Time(1_700_000_000_000)));
        check(
            "2023-11-15T00:13:20.5+02:00",
            Some(Start::Time(1_700_000_000_500)),
        );
        check(
            "@2023-11-14T22:13:20Z",
            Some(Start::Time(1_700_000_000_000)),
        );
        check("2023-11-14", Some(Start::Time(1_699_920_000_000)));
    }

    #[test]
    fn nothing_else_is_a_start() {
        for text in [
            "",
            "-",
            "@",
            "--1",
            "-+1",
            "@-5",
            "+5",
            "now",
            "5s",
            "99999999999999999999",
            "2023-02-30",
            "2023-11-14T22:13:20",
            "2023-11-14T25:00:00Z",
        ] {
            check(text, None);
        }
    }
}
