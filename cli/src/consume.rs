//! `consume`: prints the records of a topic, as JSON or as text.

mod moment;
mod shown;
mod start;
mod values;

use std::collections::{HashMap, HashSet};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Message as _};

use self::shown::Shown;
use self::start::{Scope, Start};
use self::values::Values;
use crate::Result;
use crate::encode::{broken, eprintln};
use crate::exit::{Error, Outcome};
use crate::kafka::{Brokers, Consumer, is_transient};
use crate::progress::Progress;
use crate::registry::Connection;
use crate::schema::Reading;
use crate::signals::Signals;
use crate::source::NO_ANSWER;
use wireform::dynamic::{DynamicCodec, DynamicOptions};

/// Print the records of a topic: partition, offset, key, headers, schema and value.
///
/// Keys and values that name a schema are decoded with the schema from the registry. A record that
/// cannot be decoded is shown with its error and its bytes, and the exit status is 1. If the schema
/// of a record is not available, it is requested again for records that are read 10 seconds later
/// or more. If this is because the registry does not answer, the exit status is 3. Ctrl-C and
/// SIGTERM stop the command; it then prints the number of records that it read. If a broker cannot
/// be reached, it prints the reason and tries again.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wireform consume --brokers localhost:9092 --topic orders --registry http://localhost:8081 --until-end
  wireform consume --topic orders --output text --from -3 --until-end
  wireform consume --topic orders --from 2026-11-23T16:45:00Z --count 10
  wireform consume --topic plain --schema order.avsc --until-end | jq .value")]
pub(crate) struct Consume {
    #[command(flatten)]
    brokers: Brokers,
    /// Topic to read
    #[arg(long, value_name = "T")]
    topic: String,
    /// Read only this partition [default: all]
    #[arg(long, value_name = "N")]
    partition: Option<i32>,
    #[command(flatten)]
    connection: Connection,
    /// Schema for values without a schema id, or if no registry is given
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    #[command(flatten)]
    reading: Reading,
    /// The Protobuf message of --schema [default: the one in the frame, else the first of the file]
    #[arg(long, value_name = "NAME")]
    message: Option<String>,
    /// Start at: beginning, end, an offset, -N for the last N records, or a time such as
    /// 2026-11-23T16:45:00Z, 2026-11-23 or @MILLISECONDS; applies to every partition
    #[arg(
        long,
        value_name = "WHERE",
        default_value = "beginning",
        allow_hyphen_values = true
    )]
    from: Start,
    /// Stop after this many records
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// Stop at the current end of the topic
    #[arg(long)]
    until_end: bool,
    /// Output format
    #[arg(long, value_enum, default_value = "json")]
    output: Look,
    /// Also show the bytes of every value
    #[arg(long)]
    hex: bool,
}

/// The output format of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Look {
    /// One line of JSON for each record
    Json,
    /// A block of lines for each record
    Text,
}

/// The longest time between two flushes of the output while no record comes.
const PAUSE: Duration = Duration::from_millis(200);

impl Consume {
    pub(crate) fn run(&self) -> Result {
        let mut values = Values::new(&self.topic, self.registry()?, self.given()?);
        let consumer = self.consumer()?;
        let scope = Scope {
            topic: &self.topic,
            partition: self.partition,
            start: self.from,
        };
        let ends = scope.assign(&consumer)?;
        // Until here a signal ends the process: no record is read yet.
        let mut left = Left::new(self, ends, at_signals()?);
        let shown = self.show(&consumer, &mut values, &mut left);
        if !matches!(shown, Err(Error::BrokenPipe)) {
            left.report();
        }
        shown?;
        match values.lacks_answer() {
            true => Err(Error::Io(NO_ANSWER.to_owned())),
            false => Ok(left.outcome()),
        }
    }

    /// Prints records until the last one is read.
    fn show(&self, consumer: &Consumer, values: &mut Values<'_>, left: &mut Left) -> Result<()> {
        let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
        let mut progress = Progress::new();
        let mut flushed = Instant::now();
        while left.is_more() {
            let message = consumer.poll(PAUSE);
            if message.is_none() || flushed.elapsed() > PAUSE {
                out.flush()?;
                flushed = Instant::now();
            }
            let message = match message {
                None => continue,
                Some(Err(KafkaError::PartitionEOF(partition))) => {
                    left.open.remove(&partition);
                    continue;
                }
                Some(Err(error)) => {
                    check_transient(&self.topic, &error)?;
                    continue;
                }
                Some(Ok(message)) => message,
            };
            consumer.context().clear();
            if left.take(&message) {
                let shown = Shown::new(&message, values, self.hex);
                match self.output {
                    Look::Json => out.write_all(&shown.line())?,
                    Look::Text => out.write_all(shown.block().as_bytes())?,
                }
                left.seen += 1;
                left.unread += u64::from(!shown.is_read());
                progress.at(left.seen);
            }
        }
        Ok(out.flush()?)
    }

    fn registry(&self) -> Result<Option<crate::registry::Open>> {
        let is_given = self.connection.is_given();
        is_given.then(|| self.connection.open()).transpose()
    }

    /// Returns the codec of --schema, for values without a schema id.
    fn given(&self) -> Result<Option<DynamicCodec>> {
        let Some(path) = &self.schema else {
            return Ok(None);
        };
        let schema = self.reading.load(path)?;
        let options = DynamicOptions::default()
            .with_message(self.message.as_deref())
            .with_readable(true);
        let codec = DynamicCodec::new(&schema, &options);
        codec.map(Some).map_err(|error| broken(path, &error))
    }

    fn consumer(&self) -> Result<Consumer> {
        self.brokers.consumer(&[
            ("group.id", "wireform-consume"),
            ("enable.auto.commit", "false"),
            // If its queue was full once, librdkafka fetches again only a second later.
            ("fetch.queue.backoff.ms", "10"),
            // The end of a transaction has an offset, and there may be no record after it.
            ("enable.partition.eof", "true"),
        ])
    }
}

/// Returns an error that ends the run. Errors that end when a broker can be reached again are
/// printed by the context instead.
fn check_transient(topic: &str, error: &KafkaError) -> Result<()> {
    match error.rdkafka_error_code() {
        Some(code) if is_transient(code) => Ok(()),
        Some(RDKafkaErrorCode::NotImplemented) => Err(Error::Io(format!(
            "topic {topic:?}: a batch is compressed in a way that this build does not know: it was \
             built without the features gzip or zstd"
        ))),
        _ => Err(Error::Io(format!("topic {topic:?}: {error}"))),
    }
}

/// The records that are still to be read, and counters.
struct Left {
    count: Option<u64>,
    is_until_end: bool,
    ends: HashMap<i32, i64>,
    /// The partitions that are not read to their end yet.
    open: HashSet<i32>,
    seen: u64,
    unread: u64,
    is_interrupted: Arc<AtomicBool>,
}

impl Left {
    fn new(consume: &Consume, ends: HashMap<i32, i64>, is_interrupted: Arc<AtomicBool>) -> Self {
        Self {
            count: consume.count,
            is_until_end: consume.until_end,
            open: ends.keys().copied().collect(),
            ends,
            seen: 0,
            unread: 0,
            is_interrupted,
        }
    }

    fn is_more(&self) -> bool {
        let is_enough = self.count.is_some_and(|count| self.seen >= count);
        let is_ended = self.is_until_end && self.open.is_empty();
        !(is_enough || is_ended || self.is_interrupted.load(Ordering::SeqCst))
    }

    /// Returns whether a record is one that was asked for.
    fn take(&mut self, message: &BorrowedMessage<'_>) -> bool {
        let (partition, offset) = (message.partition(), message.offset());
        let end = self.ends.get(&partition);
        if end.is_none_or(|end| offset + 1 >= *end) {
            self.open.remove(&partition);
        }
        !self.is_until_end || end.is_some_and(|end| offset < *end)
    }

    fn report(&self) {
        let s = if self.seen == 1 { "" } else { "s" };
        let of_them = match self.unread {
            0 => String::new(),
            unread => format!(", {unread} of them not readable"),
        };
        eprintln(&format!("{} record{s}{of_them}", self.seen));
    }

    fn outcome(&self) -> Outcome {
        match self.unread {
            0 => Outcome::Fine,
            _ => Outcome::Findings,
        }
    }
}

/// Becomes true at Ctrl-C and SIGTERM; a second one ends the process at once.
fn at_signals() -> Result<Arc<AtomicBool>> {
    let mut signals = Signals::new().map_err(|error| Error::io(&error))?;
    let is_interrupted = Arc::new(AtomicBool::new(false));
    let shared = Arc::clone(&is_interrupted);
    let wait = move || {
        if signals.wait().is_ok() {
            shared.store(true, Ordering::SeqCst);
            let _ = signals.wait();
            std::process::exit(1);
        }
    };
    let _ = std::thread::Builder::new().spawn(wait);
    Ok(is_interrupted)
}
