//! `consume`: records of a topic as JSON lines, or to look at.

mod block;
mod start;

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::io::{self, Write as _};
use std::time::Duration;

use clap::{Args, ValueEnum};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use wireform::frame::Frame;
use wireform::registry::SchemaKey;

use crate::codec::{Codec, Options};
use crate::exit::{Error, Outcome};
use crate::framing::{self, Framing};
use crate::registry::Connection;
use crate::source::Source;
use crate::{Result, compact, input};

use start::From;

/// Prints the records of a topic, a JSON line each: place, key, headers, schema and value.
///
/// What cannot be read is shown with its error and its bytes; the exit status is 1 then.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wireform consume --brokers localhost:9092 --topic orders --registry http://localhost:8081 --until-end
  wireform consume --topic orders --from end --count 10
  wireform consume --topic orders --from -20 --until-end --output text
  wireform consume --topic orders --from @2026-11-24T09:30:00Z --count 1")]
pub(crate) struct Consume {
    /// Kafka
    #[arg(long, value_name = "HOST:PORT,…", env = "WIREFORM_BROKERS")]
    brokers: String,
    /// The topic
    #[arg(long, value_name = "T")]
    topic: String,
    #[command(flatten)]
    connection: Connection,
    /// Where to begin in each partition: beginning, end, an offset, -N for the last N records, or
    /// @TIME for the first record since then, RFC 3339 or milliseconds since 1970
    #[arg(
        long,
        value_name = "PLACE",
        default_value = "beginning",
        allow_hyphen_values = true
    )]
    from: From,
    /// How records are shown
    #[arg(long, value_enum, default_value = "json")]
    output: Output,
    /// End after so many records
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// End where the topic ends now
    #[arg(long)]
    until_end: bool,
    /// Show the bytes of every value, too
    #[arg(long)]
    hex: bool,
    /// A setting of librdkafka; may be given more than once
    #[arg(long = "set", value_name = "K=V")]
    settings: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// A line each
    Json,
    /// A block of lines each, to look at
    Text,
}

const PATIENCE: Duration = Duration::from_secs(20);

impl Consume {
    pub(crate) fn run(&self) -> Result {
        let failed = |error: KafkaError| Error::Io(error.to_string());
        let consumer = self.consumer()?;
        let ends = self.assign(&consumer)?;
        let mut open: HashSet<i32> = ends.keys().copied().collect();
        let source = self
            .connection
            .is_given()
            .then(|| self.connection.open().map(Source::Registry));
        let mut values = Values {
            source: source.transpose()?,
            known: HashMap::new(),
            places: HashMap::new(),
        };
        let mut out = io::BufWriter::new(io::stdout().lock());
        let (mut outcome, mut seen) = (Outcome::Fine, 0);
        while self.count.is_none_or(|count| seen < count) && !(self.until_end && open.is_empty()) {
            let Some(message) = consumer.poll(Duration::from_millis(200)) else {
                out.flush()?;
                continue;
            };
            let message = match message {
                Err(KafkaError::PartitionEOF(partition)) => {
                    open.remove(&partition);
                    continue;
                }
                message => message.map_err(failed)?,
            };
            let end = ends.get(&message.partition());
            let is_within = end.is_some_and(|end| message.offset() < *end);
            if !self.until_end || is_within {
                seen += 1;
                let (line, is_read) = self.line(&message, &mut values)?;
                match self.output {
                    Output::Json => writeln!(out, "{}", input::json(&line))?,
                    Output::Text => block::write(&line.to_value(), &mut out)?,
                }
                if !is_read {
                    outcome = Outcome::Findings;
                }
            }
            if end.is_some_and(|end| message.offset() + 1 >= *end) {
                open.remove(&message.partition());
            }
        }
        out.flush()?;
        Ok(outcome)
    }

    fn consumer(&self) -> Result<BaseConsumer> {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.brokers)
            .set("group.id", "wireform-consume")
            .set("enable.auto.commit", "false")
            // Behind what a transaction leaves there may be no record at all.
            .set("enable.partition.eof", "true");
        for setting in &self.settings {
            let (name, value) = setting
                .split_once('=')
                .ok_or_else(|| Error::Usage(format!("--set {setting}: expected K=V")))?;
            config.set(name, value);
        }
        config
            .create()
            .map_err(|error| Error::Usage(error.to_string()))
    }

    /// Takes all partitions; where those end that have anything to read.
    fn assign(&self, consumer: &BaseConsumer) -> Result<HashMap<i32, i64>> {
        let failed = |error: KafkaError| Error::Io(error.to_string());
        let metadata = consumer
            .fetch_metadata(Some(&self.topic), PATIENCE)
            .map_err(failed)?;
        let topic = metadata
            .topics()
            .iter()
            .find(|topic| topic.name() == self.topic);
        let partitions = topic
            .filter(|topic| topic.error().is_none())
            .map(rdkafka::metadata::MetadataTopic::partitions);
        let partitions = partitions
            .filter(|partitions| !partitions.is_empty())
            .ok_or_else(|| Error::Io(format!("there is no topic {:?}", self.topic)))?;
        let (mut assignment, mut ends) = (TopicPartitionList::new(), HashMap::new());
        for partition in partitions {
            let (first, end) = consumer
                .fetch_watermarks(&self.topic, partition.id(), PATIENCE)
                .map_err(failed)?;
            let start = match self.from {
                From::Time(millis) => self.since(consumer, partition.id(), millis)?.unwrap_or(end),
                from => from.offset(first, end),
            };
            let place =
                assignment.add_partition_offset(&self.topic, partition.id(), Offset::Offset(start));
            place.map_err(failed)?;
            if self.until_end && start < end {
                ends.insert(partition.id(), end);
            }
        }
        consumer.assign(&assignment).map_err(failed)?;
        Ok(ends)
    }

    /// The offset of the first record that is not older; `None` if there is none.
    fn since(&self, consumer: &BaseConsumer, partition: i32, millis: i64) -> Result<Option<i64>> {
        let failed = |error: KafkaError| Error::Io(error.to_string());
        let mut wanted = TopicPartitionList::new();
        wanted
            .add_partition_offset(&self.topic, partition, Offset::Offset(millis))
            .map_err(failed)?;
        let found = consumer
            .offsets_for_times(wanted, PATIENCE)
            .map_err(failed)?;
        let found = found.find_partition(&self.topic, partition);
        Ok(found.and_then(|place| match place.offset() {
            Offset::Offset(offset) if offset >= 0 => Some(offset),
            _ => None,
        }))
    }

    fn line(&self, message: &BorrowedMessage<'_>, values: &mut Values) -> Result<(Line, bool)> {
        let mut headers = Vec::new();
        let mut id = None;
        for header in message
            .headers()
            .into_iter()
            .flat_map(|headers| headers.iter())
        {
            if header.key == "__value_schema_id" {
                id = header.value;
            }
            headers.push(json!([header.key, header.value.map(text)]));
        }
        let mut line = json!({
            "topic": message.topic(),
            "partition": message.partition(),
            "offset": message.offset(),
            "timestamp": message.timestamp().to_millis(),
            "key": message.key().map(text),
            "headers": headers,
        });
        let (mut is_read, mut shown) = (true, None);
        let mut add = |name: &str, value: Value| {
            if let Some(object) = line.as_object_mut() {
                object.insert(name.to_owned(), value);
            }
        };
        let Some(payload) = message.payload() else {
            let value = Some(RawValue::NULL.to_owned());
            return Ok((Line { place: line, value }, true));
        };
        match values.read(id, payload)? {
            Ok((key, value)) => {
                if let Some(key) = key {
                    add("schema", Value::String(key.to_string()));
                    add("registered", values.places(key).into());
                }
                shown = Some(value);
            }
            Err(error) => {
                is_read = false;
                add("error", Value::String(error));
            }
        }
        if self.hex || !is_read {
            let mut hex = Vec::new();
            framing::to_hex(payload, &mut hex);
            add(
                "hex",
                Value::String(String::from_utf8(hex).unwrap_or_default()),
            );
        }
        let line = Line {
            place: line,
            value: shown,
        };
        Ok((line, is_read))
    }
}

/// A record, as it is shown: the value as it was written, for its numbers may have more digits than
/// any type here.
#[derive(Serialize)]
struct Line {
    #[serde(flatten)]
    place: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Box<RawValue>>,
}

impl Line {
    /// For people: what no type here holds is text.
    fn to_value(&self) -> Value {
        let mut line = self.place.clone();
        if let (Some(object), Some(value)) = (line.as_object_mut(), &self.value) {
            let text = value.get();
            let value = serde_json::from_str(text).unwrap_or_else(|_| text.into());
            object.insert("value".to_owned(), value);
        }
        line
    }
}

/// Text as it is, other bytes as hex digits.
fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            let mut hex = b"0x".to_vec();
            framing::to_hex(bytes, &mut hex);
            String::from_utf8(hex).unwrap_or_default()
        }
    }
}

struct Values {
    source: Option<Source>,
    known: HashMap<SchemaKey, std::result::Result<Codec, String>>,
    /// The subjects and versions of each schema, asked for once.
    places: HashMap<SchemaKey, Vec<String>>,
}

type Shown = (Option<SchemaKey>, Box<RawValue>);

impl Values {
    fn places(&mut self, key: SchemaKey) -> Vec<String> {
        let Some(source) = &self.source else {
            return Vec::new();
        };
        let places = self.places.entry(key);
        places.or_insert_with(|| source.places(key)).clone()
    }

    fn read(
        &mut self,
        id: Option<&[u8]>,
        payload: &[u8],
    ) -> Result<std::result::Result<Shown, String>> {
        let frame = match id {
            Some(id) => Frame::from_header(id, payload),
            None => Frame::from_payload(payload),
        };
        let (Ok(frame), Some(source)) = (frame, &self.source) else {
            return Ok(unframed(payload));
        };
        let key = frame.schema();
        let codec = match self.known.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let options = Options {
                    is_readable: true,
                    ..Options::default()
                };
                place.insert(match source.schema(key)? {
                    Some(schema) => {
                        Codec::new(&schema, None, options).map_err(|error| error.to_string())
                    }
                    None => Err(format!("{key} is not known to the registry")),
                })
            }
        };
        let read = match codec {
            Ok(codec) => framing::take_apart(Framing::Auto, codec.kind(), id, payload, &[key])
                .and_then(|record| codec.read(record.index.as_ref(), record.body))
                .map_err(|error| error.to_string()),
            Err(error) => Err(error.clone()),
        };
        Ok(read.and_then(|read| Ok((Some(key), raw(read.json)?))))
    }
}

/// JSON is shown as what it is, text as text.
fn unframed(payload: &[u8]) -> std::result::Result<Shown, String> {
    let text = std::str::from_utf8(payload)
        .map_err(|_| "no schema is named, and it is no text".to_owned())?;
    match RawValue::from_string(text.to_owned()) {
        Ok(value) => Ok((None, raw(compact::compact(value.get()))?)),
        Err(_) => Ok((None, raw(input::json(&text))?)),
    }
}

fn raw(json: String) -> std::result::Result<Box<RawValue>, String> {
    RawValue::from_string(json).map_err(|error| error.to_string())
}
