//! `produce`: JSON lines to a topic.

mod journal;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::value::RawValue;
use wireform::registry::{RegisterOptions, SchemaDef, SchemaKey, SchemaKind, Subject};
use wireform::{ContentType, Utf8, from_fn};
use wireform_producer::{Producer, Record, Topic};

use self::journal::Journal;
use crate::codec::{Codec, Options};
use crate::encode::{broken, eprintln};
use crate::exit::{Error, Outcome};
use crate::registry::{Connection, failed};
use crate::schema::Reading;
use crate::{Result, framing, input};

/// Sends JSON lines as records of a topic, written by a schema.
///
/// With a registry, the schema is registered as the topic's value, and records are framed with its id.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wireform produce --brokers localhost:9092 --topic orders --schema order.avsc --key id < orders.jsonl
  wireform produce --topic orders --schema order.avsc --journal sent.journal orders.jsonl")]
pub(crate) struct Produce {
    /// Kafka
    #[arg(long, value_name = "HOST:PORT,…", env = "WIREFORM_BROKERS")]
    brokers: String,
    /// The topic
    #[arg(long, value_name = "T")]
    topic: String,
    /// The schema
    #[arg(long, value_name = "FILE")]
    schema: PathBuf,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    connection: Connection,
    /// The Protobuf message [default: the first of the file]
    #[arg(long, value_name = "NAME")]
    message: Option<String>,
    /// The field of the JSON line that is the key, as text [default: no key]
    #[arg(long, value_name = "FIELD")]
    key: Option<String>,
    /// A header of every record; may be given more than once
    #[arg(long, value_name = "K=V", value_parser = pair)]
    header: Vec<(String, String)>,
    /// Expect values of Avro's unions as {"branch": value}
    #[arg(long)]
    branches: bool,
    /// Keep count of what is delivered in this file, and go on behind it when run again
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// A setting of librdkafka; may be given more than once
    #[arg(long = "set", value_name = "K=V", value_parser = pair)]
    settings: Vec<(String, String)>,
    /// Where the JSON lines are
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: PathBuf,
}

fn pair(text: &str) -> std::result::Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected K=V".to_owned()),
    }
}

/// How long the end may take.
const CLOSING: Duration = Duration::from_secs(130);

impl Produce {
    pub(crate) fn run(&self) -> Result {
        let schema = self.reading.load(&self.schema)?;
        let options = Options {
            message: self.message.as_deref(),
            is_readable: true,
            has_branches: self.branches,
        };
        let codec =
            Codec::new(&schema, None, options).map_err(|error| broken(&self.schema, &error))?;
        let key = self.register(&schema.text, schema.kind)?;
        let mut journal = self.journal.as_deref().map(Journal::open).transpose()?;
        let skipped = journal.as_ref().map_or(0, Journal::done);
        let producer = self.producer()?;
        let topic = self.topic(&producer, schema.kind)?;
        close_on_ctrl_c(&producer);
        let delivered = Arc::new(Mutex::new(Vec::new()));
        let (start, mut outcome, mut accepted) = (Instant::now(), Outcome::Fine, 0_u64);
        let mut body = Vec::new();
        input::each_line(&self.file, |number, line| {
            if number <= skipped || line.trim_ascii().is_empty() {
                return Ok(());
            }
            body.clear();
            match write(&codec, key, line, &mut body).and_then(|()| self.key_of(line)) {
                Ok(key) => {
                    accepted += 1;
                    self.send(&topic, number, key.as_deref(), &body, &delivered)?;
                }
                Err(error) => {
                    eprintln(&format!("line {number}: {error}"));
                    outcome = Outcome::Findings;
                    // It is dealt with: nothing is to be sent again.
                    note(&delivered, number);
                }
            }
            if let Some(journal) = &mut journal
                && accepted % 1000 == 999
            {
                journal.note(&delivered)?;
            }
            Ok(())
        })?;
        let report = producer
            .close_blocking(CLOSING)
            .map_err(|error| Error::Io(error.to_string()))?;
        if let Some(journal) = &mut journal {
            journal.note(&delivered)?;
        }
        #[allow(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = accepted as f64 / start.elapsed().as_secs_f64().max(0.001);
        eprintln(&format!(
            "{} delivered, {} not written, {} unknown; {rate:.0} a second",
            report.delivered, report.not_written, report.unknown
        ));
        match report.delivered == accepted {
            true => Ok(outcome),
            false => Err(Error::Io("not every record was delivered".to_owned())),
        }
    }

    fn send(
        &self,
        topic: &Topic<str, [u8]>,
        number: u64,
        key: Option<&str>,
        body: &[u8],
        delivered: &Delivered,
    ) -> Result<()> {
        let mut record = Record::new(body);
        if let Some(key) = key {
            record = record.key(key);
        }
        for (name, value) in &self.header {
            record = record.header(name, value);
        }
        let delivered = Arc::clone(delivered);
        let sent = topic.send_with(record, move |outcome| {
            if outcome.is_ok() {
                note(&delivered, number);
            }
        });
        sent.map_err(|error| Error::Io(format!("line {number}: {error}")))
    }

    /// The schema's id, where there is a registry.
    fn register(&self, text: &str, kind: SchemaKind) -> Result<Option<SchemaKey>> {
        if !self.connection.is_given() {
            return Ok(None);
        }
        let registry = self.connection.open()?;
        let schema = SchemaDef::new(kind, text);
        let subject = Subject::value(&self.topic);
        let registered = registry.register(&subject, &schema, RegisterOptions::default());
        registered
            .map(|schema| Some(SchemaKey::Id(schema.id)))
            .map_err(|error| failed(&error))
    }

    fn producer(&self) -> Result<Producer> {
        let mut builder = Producer::builder().brokers(&self.brokers);
        for (name, value) in &self.settings {
            builder = builder.config(name, value);
        }
        builder
            .build()
            .map_err(|error| Error::Usage(error.to_string()))
    }

    fn topic(&self, producer: &Producer, kind: SchemaKind) -> Result<Topic<str, [u8]>> {
        let content_type = match kind {
            SchemaKind::Avro => ContentType::AVRO,
            SchemaKind::Json => ContentType::JSON,
            _ => ContentType::PROTOBUF,
        };
        let write = |value: &[u8], out: &mut Vec<u8>| {
            out.extend_from_slice(value);
            Ok(())
        };
        let topic = producer.topic(&self.topic, Utf8, from_fn(content_type, write));
        topic.map_err(|error| Error::Usage(error.to_string()))
    }

    fn key_of(&self, line: &[u8]) -> wireform::Result<Option<String>> {
        let Some(field) = &self.key else {
            return Ok(None);
        };
        let error =
            |message: &str| wireform::Error::new(wireform::ErrorKind::Encode, message.to_owned());
        let object: std::collections::BTreeMap<String, &RawValue> =
            serde_json::from_slice(line).map_err(|_| error("no JSON object"))?;
        let value = object
            .get(field)
            .ok_or_else(|| error("the key's field is not there"))?;
        Ok(match serde_json::from_str::<Option<String>>(value.get()) {
            Ok(text) => text,
            Err(_) => Some(value.get().to_owned()),
        })
    }
}

/// The numbers of lines that are dealt with and not in the journal yet.
type Delivered = Arc<Mutex<Vec<u64>>>;

fn note(delivered: &Delivered, number: u64) {
    delivered
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(number);
}

fn write(
    codec: &Codec,
    key: Option<SchemaKey>,
    line: &[u8],
    out: &mut Vec<u8>,
) -> wireform::Result<()> {
    let text = std::str::from_utf8(line)
        .map_err(|_| wireform::Error::new(wireform::ErrorKind::Encode, "no UTF-8"))?;
    let Some(key) = key else {
        return codec.write(text, false, out).map(drop);
    };
    let mut body = Vec::new();
    let index = codec.write(text, true, &mut body)?;
    framing::write(key, codec.kind(), &index, out);
    out.append(&mut body);
    Ok(())
}

/// Closes the producer, says what became of everything, and ends the process.
fn close_on_ctrl_c(producer: &Producer) {
    let producer = producer.clone();
    let wait = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let Ok(runtime) = runtime else { return };
        if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
            if let Ok(report) = producer.close_blocking(CLOSING) {
                eprintln(&format!(
                    "interrupted: {} delivered, {} not written, {} unknown",
                    report.delivered, report.not_written, report.unknown
                ));
            }
            std::process::exit(1);
        }
    };
    let _ = std::thread::Builder::new().spawn(wait);
}
