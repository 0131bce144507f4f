//! `produce`: sends JSON lines to a topic.

mod journal;
mod run;
mod schema;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::value::RawValue;
use wireform::registry::SchemaKind;
use wireform::{ContentType, Utf8, from_fn};
use wireform_producer::{BrokerErrorKind, ErrorKind, Producer, Record, Topic};

use self::journal::{Journal, Step};
use self::run::Run;
use self::schema::{Loaded, Writer, Written};
use crate::exit::{Error, with_causes};
use crate::kafka::Brokers;
use crate::progress::{Progress, say};
use crate::registry::{Connection, Uses};
use crate::schema::Reading;
use crate::signals::Signals;
use crate::{Result, input};

/// Send JSON lines to a topic.
///
/// Each line is the value of a record, in the form of the schema: datetimes and decimals are text,
/// values of unions are plain. With a registry, the schema must be a registered version of the
/// subject TOPIC-value, and records are framed with its id; --register registers a missing one.
/// Without a registry, JSON is sent without a frame, and Avro and Protobuf need --framing none.
///
/// A line that cannot be encoded, or that a broker refuses, is reported on standard error with its
/// line number; the other lines are still sent. At the end of the input, at Ctrl-C and at SIGTERM,
/// the command waits for all accepted records and prints the counts. Exit status 1 if lines were
/// refused, 3 if records were not written or the input could not be read to its end.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wireform produce --brokers localhost:9092 --topic orders --schema order.avsc --key id < orders.jsonl
  wireform produce --topic orders --schema order.avsc --register --journal sent.journal orders.jsonl
  wireform produce --topic orders --schema order.proto --use common/money.proto=money:latest orders.jsonl
  wireform produce --topic raw --schema order.avsc --framing none orders.jsonl")]
pub(crate) struct Produce {
    #[command(flatten)]
    brokers: Brokers,
    /// Topic to send to
    #[arg(long, value_name = "T")]
    topic: String,
    /// Schema of the values
    #[arg(long, value_name = "FILE")]
    schema: PathBuf,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    uses: Uses,
    /// Register the schema if the subject does not have it, after the files of --ref, whose names
    /// are their subjects [default: the schema must be registered]
    #[arg(long)]
    register: bool,
    /// Position of the schema id [default: prefix; for JSON without a registry none]
    #[arg(long, value_enum)]
    framing: Option<Written>,
    /// The Protobuf message [default: the first of the file]
    #[arg(long, value_name = "NAME")]
    message: Option<String>,
    /// Use this field of the JSON line as the key, as text [default: no key]
    #[arg(long, value_name = "FIELD")]
    key: Option<String>,
    /// A header of every record; repeatable
    #[arg(long, value_name = "K=V", value_parser = pair)]
    header: Vec<(String, String)>,
    /// Read values of Avro's unions from {"branch": value}
    #[arg(long)]
    branches: bool,
    /// Record progress in this file and resume from it. The file belongs to one input and one
    /// topic. If the command is killed, the next run may send the records of up to the last half
    /// second again. Refused lines and lines that were not written are sent again
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Seconds until a record that is not delivered fails, including retries
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: u64,
    /// JSON lines to send [default: standard input]
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: PathBuf,
}

fn pair(text: &str) -> std::result::Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected K=V".to_owned()),
    }
}

impl Produce {
    pub(crate) fn run(&self) -> Result {
        // The settings, the journal, the topic and the input are checked before a schema is
        // registered.
        let journal = self.journal.as_deref().map(Journal::open).transpose()?;
        let schema = Loaded::read(self)?;
        let producer = self.producer()?;
        self.topic(&producer, schema.kind(), None)?;
        input::check(&self.file)?;
        if let Some(journal) = &journal {
            let cluster = self.brokers.cluster(self.timeout())?;
            journal.bind(&self.topic, cluster.as_deref())?;
        }
        let writer = schema.writer(self)?;
        // Until here a signal ends the process: no record is sent yet.
        let signals = Signals::new().map_err(|error| Error::io(&error))?;
        let run = Run::new(producer, journal, self.timeout());
        let topic = self.topic(run.producer(), writer.kind(), writer.version.as_deref())?;
        run.note_from_time_to_time();
        run.end_at_signals(signals);
        let sent = Lines {
            produce: self,
            writer,
            topic,
            run: &run,
            payload: Vec::new(),
        }
        .send_all();
        run.end(sent)
    }

    fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }

    fn producer(&self) -> Result<Producer> {
        let errors = self.brokers.errors();
        let mut builder = Producer::builder()
            .brokers(self.brokers.addresses())
            .delivery_timeout(self.timeout())
            .on_broker_error(move |error| {
                // The error of each broker was printed already.
                if error.kind != BrokerErrorKind::AllDown {
                    errors.report(&error.to_string());
                }
            });
        for (name, value) in self.brokers.settings()? {
            builder = builder.config(name, value);
        }
        builder.build().map_err(|error| Error::usage(&error))
    }

    fn topic(
        &self,
        producer: &Producer,
        kind: SchemaKind,
        version: Option<&str>,
    ) -> Result<Topic<str, [u8]>> {
        let content_type = match kind {
            SchemaKind::Avro => ContentType::AVRO,
            SchemaKind::Json => ContentType::JSON,
            _ => ContentType::PROTOBUF,
        };
        let write = |value: &[u8], out: &mut Vec<u8>| {
            out.extend_from_slice(value);
            Ok(())
        };
        let serializer = from_fn(content_type, write);
        let topic = match version {
            Some(version) => {
                producer.topic(&self.topic, Utf8, serializer.version(version.to_owned()))
            }
            None => producer.topic(&self.topic, Utf8, serializer),
        };
        topic.map_err(|error| Error::usage(&error))
    }

    fn key_of(&self, line: &[u8]) -> wireform::Result<Option<String>> {
        let Some(field) = &self.key else {
            return Ok(None);
        };
        let error = |message: String| wireform::Error::new(wireform::ErrorKind::Encode, message);
        let object: BTreeMap<String, &RawValue> = serde_json::from_slice(line)
            .map_err(|_| error("--key: expected a JSON object".to_owned()))?;
        let value = object
            .get(field)
            .ok_or_else(|| error(format!("--key: the line has no field {field:?}")))?;
        Ok(match serde_json::from_str::<Option<String>>(value.get()) {
            Ok(text) => text,
            Err(_) => Some(value.get().to_owned()),
        })
    }
}

/// Sends the lines of the input.
struct Lines<'a> {
    produce: &'a Produce,
    writer: Writer,
    topic: Topic<str, [u8]>,
    run: &'a Run,
    payload: Vec<u8>,
}

impl Lines<'_> {
    /// Sends every line. An error means that the rest of the input is not sent.
    fn send_all(mut self) -> Result<()> {
        let run = self.run;
        let mut progress = Progress::of_silent();
        let mut kept: Vec<(u64, Option<Vec<u8>>)> = Vec::new();
        if let Some((done, refused)) = run.journal().map(Journal::earlier) {
            say_resumed(done, refused.len());
        }
        input::each_line_of_any_length(&self.produce.file, |number, line| {
            let step = match run.journal() {
                Some(journal) => journal.read(number, line)?,
                None => Step::Send,
            };
            if matches!(step, Step::Keep | Step::Resume { is_kept: true }) {
                kept.push((number, line.map(<[u8]>::to_vec)));
            }
            match step {
                Step::Send => self.send(number, line)?,
                Step::Resume { .. } => {
                    for (number, line) in kept.drain(..) {
                        self.send(number, line.as_deref())?;
                    }
                }
                Step::Keep | Step::Skip => {}
            }
            progress.at(number);
            Ok(())
        })?;
        run.journal().map_or(Ok(()), Journal::end)
    }

    /// Sends a line, or counts it as refused or empty.
    fn send(&mut self, number: u64, line: Option<&[u8]>) -> Result<()> {
        self.run.begin_line()?;
        let Some(line) = line else {
            self.run.refused(number, "the line is over 64 MiB");
            return Ok(());
        };
        if line.trim_ascii().is_empty() {
            self.run.empty(number);
            return Ok(());
        }
        self.payload.clear();
        let written = self.writer.write(line, &mut self.payload);
        match written.and_then(|()| self.produce.key_of(line)) {
            Ok(key) => self.post(number, key.as_deref()),
            Err(error) => {
                self.run.refused(number, &with_causes(&error));
                Ok(())
            }
        }
    }

    fn post(&self, number: u64, key: Option<&str>) -> Result<()> {
        let mut record = Record::new(&*self.payload);
        if let Some(key) = key {
            record = record.key(key);
        }
        for (name, value) in &self.produce.header {
            record = record.header(name, value);
        }
        let run = self.run.clone();
        // Counted first: the record may be delivered at once.
        self.run.accepted();
        let sent = self
            .topic
            .send_with(record, move |outcome| run.settle(number, outcome));
        let Err(error) = sent else {
            return Ok(());
        };
        self.run.not_accepted();
        match error.kind() {
            ErrorKind::Serialize | ErrorKind::TooLarge => {
                self.run.refused(number, &with_causes(&error));
                Ok(())
            }
            _ => Err(Error::Io(format!("line {number}: {}", with_causes(&error)))),
        }
    }
}

fn say_resumed(done: u64, refused: usize) {
    if done == 0 {
        return;
    }
    let of_them = match refused {
        0 => String::new(),
        1 => ", except 1 that was refused or not written and is tried again".to_owned(),
        refused => {
            format!(", except {refused} that were refused or not written and are tried again")
        }
    };
    say(&format!(
        "skipping the first {done} lines, which an earlier run dealt with{of_them}"
    ));
}
