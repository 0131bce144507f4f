//! `produce`: JSON lines to a topic.

mod journal;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::value::RawValue;
use wireform::registry::{
    RegisterOptions, RegisteredSchema, ResolvedSchema, SchemaDef, SchemaKey, SchemaKind,
    SubjectNaming as _, TopicName, resolve,
};
use wireform::{ContentType, Role, Utf8, from_fn};
use wireform_producer::{CloseReport, Producer, Record, Topic};

use self::journal::Journal;
use crate::codec::{Codec, Options};
use crate::encode::{broken, eprintln};
use crate::exit::{Error, Outcome};
use crate::progress::{Progress, rate};
use crate::registry::{Connection, Open, Uses, failed};
use crate::schema::Reading;
use crate::{Result, framing, input};

/// Send JSON lines to a topic.
///
/// Each line is a record, written by the schema: datetimes and decimals are text, unions plain values.
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
    #[command(flatten)]
    uses: Uses,
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

/// How often the journal is brought up to date.
const NOTING: Duration = Duration::from_millis(500);

impl Produce {
    pub(crate) fn run(&self) -> Result {
        let registry = self.connection.is_given();
        let registry = registry.then(|| self.connection.open()).transpose()?;
        let (definition, schema) = self.schema(registry.as_ref())?;
        let options = Options {
            message: self.message.as_deref(),
            is_readable: true,
            has_branches: self.branches,
        };
        let codec =
            Codec::new(&schema, None, options).map_err(|error| broken(&self.schema, &error))?;
        let registered = registry
            .map(|registry| self.register(&registry, &definition))
            .transpose()?;
        let key = registered.as_ref().map(|schema| SchemaKey::Id(schema.id));
        let run = Run::new(
            self.producer()?,
            self.journal.as_deref().map(Journal::open).transpose()?,
        );
        let version = registered.map(|schema| schema.version.to_string());
        let topic = self.topic(&run.producer, schema.kind, version)?;
        run.note_from_time_to_time();
        run.close_on_ctrl_c();
        let sent = self.send_all(&codec, key, &topic, &run);
        let refused = match sent {
            // Who closed the producer says what became of it all, and ends the process.
            Err(_) if run.is_interrupted() => loop {
                std::thread::park();
            },
            sent => sent?,
        };
        let report = run.close("")?;
        let is_whole = report.not_written == 0 && report.unknown == 0;
        match (is_whole, refused) {
            (false, _) => Err(Error::Io("not every record was delivered".to_owned())),
            (true, 0) => Ok(Outcome::Fine),
            (true, _) => Ok(Outcome::Findings),
        }
    }

    /// Sends every line; how many were none.
    fn send_all(
        &self,
        codec: &Codec,
        key: Option<SchemaKey>,
        topic: &Topic<str, [u8]>,
        run: &Run,
    ) -> Result<u64> {
        let (skipped, mut refused, mut body) = (run.done(), 0, Vec::new());
        if skipped > 0 {
            eprintln(&format!("the first {skipped} lines were dealt with before"));
        }
        let mut progress = Progress::of_silent();
        input::each_line(&self.file, |number, line| {
            if number <= skipped {
                return Ok(());
            }
            body.clear();
            if line.trim_ascii().is_empty() {
                run.dealt_with(number);
            } else {
                match write(codec, key, line, &mut body).and_then(|()| self.key_of(line)) {
                    Ok(key) => self.send(topic, number, key.as_deref(), &body, run)?,
                    Err(error) => {
                        progress.say(&format!("line {number}: {error}"));
                        refused += 1;
                        // It is dealt with: nothing is to be sent again.
                        run.dealt_with(number);
                    }
                }
            }
            progress.at(number - skipped);
            Ok(())
        })?;
        Ok(refused)
    }

    fn send(
        &self,
        topic: &Topic<str, [u8]>,
        number: u64,
        key: Option<&str>,
        body: &[u8],
        run: &Run,
    ) -> Result<()> {
        let mut record = Record::new(body);
        if let Some(key) = key {
            record = record.key(key);
        }
        for (name, value) in &self.header {
            record = record.header(name, value);
        }
        let kept = run.kept.clone();
        let sent = topic.send_with(record, move |outcome| {
            if let (Ok(_), Some(kept)) = (outcome, kept) {
                kept.note(number);
            }
        });
        sent.map_err(|error| Error::Io(format!("line {number}: {error}")))
    }

    /// The schema with what it refers to: in files, or in the registry.
    fn schema(&self, registry: Option<&Open>) -> Result<(SchemaDef, ResolvedSchema)> {
        let mut schema = self.reading.load(&self.schema)?;
        let mut definition = SchemaDef::new(schema.kind, schema.text.clone());
        if let Some(registry) = registry {
            definition.references.clone_from(&self.uses.uses);
            let resolved = registry
                .wait(resolve(registry.inner(), &definition))
                .and_then(|answer| answer)
                .map_err(|error| failed(&error))?;
            schema.references.extend(resolved.references);
        }
        Ok((definition, schema))
    }

    fn register(&self, registry: &Open, schema: &SchemaDef) -> Result<RegisteredSchema> {
        let subject = TopicName.subject(&self.topic, Role::Value, None);
        let subject = subject.map_err(|error| Error::Usage(error.to_string()))?;
        let registered = registry.register(&subject, schema, RegisterOptions::default());
        registered.map_err(|error| failed(&error))
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

    fn topic(
        &self,
        producer: &Producer,
        kind: SchemaKind,
        version: Option<String>,
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
            Some(version) => producer.topic(&self.topic, Utf8, serializer.version(version)),
            None => producer.topic(&self.topic, Utf8, serializer),
        };
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

/// A journal, and what is to be written down in it.
#[derive(Clone)]
struct Kept {
    journal: Arc<Mutex<Journal>>,
    delivered: Delivered,
}

impl Kept {
    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, number: u64) {
        let mut numbers = self
            .delivered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        numbers.push(number);
    }
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

/// A producer under way, and what is known of what it was given.
#[derive(Clone)]
struct Run {
    producer: Producer,
    kept: Option<Kept>,
    start: Instant,
    is_interrupted: Arc<AtomicBool>,
}

impl Run {
    fn new(producer: Producer, journal: Option<Journal>) -> Self {
        Self {
            producer,
            kept: journal.map(|journal| Kept {
                journal: Arc::new(Mutex::new(journal)),
                delivered: Delivered::default(),
            }),
            start: Instant::now(),
            is_interrupted: Arc::default(),
        }
    }

    /// Notes a line that is not to be sent again.
    fn dealt_with(&self, number: u64) {
        if let Some(kept) = &self.kept {
            kept.note(number);
        }
    }

    /// How many lines were dealt with before.
    fn done(&self) -> u64 {
        self.kept.as_ref().map_or(0, |kept| kept.journal().done())
    }

    /// Brings the journal up to date, if there is one.
    fn note(&self) -> Result<()> {
        match &self.kept {
            Some(kept) => kept.journal().note(&kept.delivered),
            None => Ok(()),
        }
    }

    /// So that a run which is killed goes on behind most of what it delivered, also where it waited
    /// for its input.
    fn note_from_time_to_time(&self) {
        if self.kept.is_none() {
            return;
        }
        let run = self.clone();
        let note = move || {
            // What fails here fails at the end, too, and is said there.
            while run.note().is_ok() {
                std::thread::sleep(NOTING);
            }
        };
        let _ = std::thread::Builder::new().spawn(note);
    }

    fn is_interrupted(&self) -> bool {
        self.is_interrupted.load(Ordering::SeqCst)
    }

    /// Waits for everything under way, and says what became of it.
    fn close(&self, why: &str) -> Result<CloseReport> {
        let report = self
            .producer
            .close_blocking(CLOSING)
            .map_err(|error| Error::Io(error.to_string()))?;
        self.note()?;
        eprintln(&format!(
            "{why}{} delivered, {} not written, {} unknown; {:.0} a second",
            report.delivered,
            report.not_written,
            report.unknown,
            rate(report.delivered, self.start.elapsed())
        ));
        Ok(report)
    }

    /// At Ctrl-C: closes, says so, and ends the process. A second one ends it at once.
    fn close_on_ctrl_c(&self) {
        let run = self.clone();
        let wait = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let Ok(runtime) = runtime else { return };
            if runtime.block_on(tokio::signal::ctrl_c()).is_err() {
                return;
            }
            run.is_interrupted.store(true, Ordering::SeqCst);
            let again = std::thread::Builder::new().spawn(move || {
                let _ = runtime.block_on(tokio::signal::ctrl_c());
                std::process::exit(1);
            });
            drop(again);
            if let Err(error) = run.close("interrupted: ") {
                let _ = error.report();
            }
            std::process::exit(1);
        };
        let _ = std::thread::Builder::new().spawn(wait);
    }
}
