//! `decode`: records to JSON lines.

use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;

use clap::Args;
use wireform::dynamic::{DynamicCodec, DynamicOptions};
use wireform::registry::ResolvedSchema;

use crate::encode::broken;
use crate::exit::{Error, Outcome, with_causes};
use crate::framing::{self, Framing};
use crate::progress::Progress;
use crate::registry::Connection;
use crate::schema::Reading;
use crate::source::{Asked, Missing, NO_ANSWER, Source};
use crate::{Result, decode_batch, hex, input};

/// Write records as JSON lines.
///
/// Reads hex lines from a file or standard input, or with --raw one record's bytes. An empty line is a
/// record of no bytes.
/// A record that cannot be read is an error line on standard error, with its number; the others are
/// written all the same, and the exit status is 1 at the end. If the schema of a record is not
/// available, that record cannot be read; the schema is requested again after 10 seconds. If this is
/// because the registry does not answer, the exit status is 3 at the end.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  echo 00000000070662 | wireform decode --schema name.avsc
  wireform decode --registry http://localhost:8081 < records.hex
  wireform decode --batch cases.jsonl")]
pub(crate) struct Decode {
    /// The schema that the records were written with
    #[arg(long, value_name = "FILE", conflicts_with = "lock")]
    schema: Option<PathBuf>,
    /// The lock file that knows the schemas which the records name [default: the registry knows them]
    #[arg(long, value_name = "FILE")]
    lock: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
    /// The schema to read with [default: the writer's]
    #[arg(long, value_name = "FILE")]
    reader: Option<PathBuf>,
    #[command(flatten)]
    reading: Reading,
    /// The Protobuf message [default: what the frame says, else the first of the file]
    #[arg(long, value_name = "NAME")]
    message: Option<String>,
    /// Where the records name their schema
    #[arg(long, value_enum, default_value = "auto")]
    framing: Framing,
    /// A header of the records, for a schema id: __value_schema_id=hex
    #[arg(long, value_name = "K=HEX,…", value_delimiter = ',', value_parser = header)]
    headers: Vec<(String, Vec<u8>)>,
    /// Show logical types (datetimes, decimals) as text
    #[arg(long)]
    readable: bool,
    /// Show values of Avro's unions as {"branch": value}, as Avro's own JSON encoding has them
    #[arg(long)]
    branches: bool,
    /// All of the input is one record, as it is
    #[arg(long)]
    raw: bool,
    /// Lines {"name","format","schema","references","id","guid","message","role","reader","framing",
    /// "hex","headers"}, all but name, format, schema and hex optional: prints a line
    /// {"name","value","hex"} or {"name","error"} for each; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["schema", "lock", "raw"])]
    batch: Option<PathBuf>,
    /// Where the records are
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: PathBuf,
}

fn header(text: &str) -> std::result::Result<(String, Vec<u8>), String> {
    let (name, hex) = text.split_once('=').ok_or("expected NAME=HEX")?;
    let value = hex::parse(hex.as_bytes()).ok_or("expected hex digits behind the =")?;
    Ok((name.to_owned(), value))
}

impl Decode {
    pub(crate) fn run(&self) -> Result {
        if let Some(batch) = &self.batch {
            return decode_batch::run(batch);
        }
        let mut records = Records::new(self)?;
        let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
        let mut outcome = Outcome::Fine;
        let mut text = String::new();
        let mut progress = Progress::new();
        let mut one = |number: u64, payload: Option<&[u8]>| -> Result<()> {
            text.clear();
            progress.at(number);
            let read = match payload {
                Some(payload) => records.read(payload, &mut text),
                None => Err(Error::Finding("no hex digits".to_owned())),
            };
            match read {
                Ok(()) => {
                    text.push('\n');
                    out.write_all(text.as_bytes())?;
                }
                Err(Error::Finding(error)) => {
                    progress.say(&format!("line {number}: {error}"));
                    outcome = Outcome::Findings;
                }
                Err(error) => return Err(error),
            }
            Ok(())
        };
        let mut payload = Vec::new();
        if self.raw {
            let read = match self.file.as_os_str() == "-" {
                true => io::stdin().lock().read_to_end(&mut payload),
                false => std::fs::File::open(&self.file)
                    .and_then(|mut file| file.read_to_end(&mut payload)),
            };
            read.map_err(|error| Error::file(self.file.display(), &error))?;
            one(1, Some(&payload))?;
        } else {
            // An empty line is an empty body: null, say, or a message without a field that is set.
            input::each_line(&self.file, |number, line| {
                match hex::parse_into(line.trim_ascii(), &mut payload) {
                    true => one(number, Some(&payload)),
                    false => one(number, None),
                }
            })?;
        }
        out.flush()?;
        match records.lacks_answer {
            true => Err(Error::Io(NO_ANSWER.to_owned())),
            false => Ok(outcome),
        }
    }
}

/// Reads records, each with the codec of the schema that it names.
struct Records<'d> {
    decode: &'d Decode,
    reader: Option<ResolvedSchema>,
    only: Option<DynamicCodec>,
    source: Option<Source>,
    /// An error for what cannot be read, or not with the reader's schema.
    known: Asked<std::result::Result<DynamicCodec, String>>,
    /// Whether a record was not read because the registry did not answer.
    lacks_answer: bool,
}

impl<'d> Records<'d> {
    fn new(decode: &'d Decode) -> Result<Self> {
        let reader = decode
            .reader
            .as_deref()
            .map(|file| decode.reading.load(file))
            .transpose()?;
        let mut records = Self {
            decode,
            reader,
            only: None,
            source: None,
            known: Asked::new(),
            lacks_answer: false,
        };
        // A registry may be named by the environment, which is there for every command.
        match (&decode.schema, &decode.lock) {
            (Some(file), _) => {
                let schema = decode.reading.load(file)?;
                let codec = records
                    .codec(&schema)
                    .map_err(|error| broken(file, &error))?;
                records.only = Some(codec);
            }
            (None, Some(lock)) => records.source = Some(Source::lock(lock)?),
            (None, None) if decode.connection.is_given() => {
                records.source = Some(Source::Registry(decode.connection.open()?));
            }
            (None, None) => {
                return Err(Error::Usage(
                    "give --schema, --registry, --lock or --batch".to_owned(),
                ));
            }
        }
        Ok(records)
    }

    fn codec(&self, schema: &ResolvedSchema) -> wireform::Result<DynamicCodec> {
        let options = DynamicOptions::default()
            .with_message(self.decode.message.as_deref())
            .with_readable(self.decode.readable)
            .with_branch_names(self.decode.branches);
        match &self.reader {
            Some(reader) => DynamicCodec::with_reader(schema, reader, &options),
            None => DynamicCodec::new(schema, &options),
        }
    }

    fn header(&self) -> Option<&'d [u8]> {
        let headers = self.decode.headers.iter();
        let named = |name: &str| headers.clone().find(|(known, _)| known == name);
        named("__value_schema_id")
            .or_else(|| named("__key_schema_id"))
            .map(|(_, value)| &**value)
    }

    fn read(&mut self, payload: &[u8], out: &mut String) -> Result<()> {
        let finding = |error: wireform::Error| Error::finding(&error);
        let (framing, header) = (self.decode.framing, self.header());
        if let Some(codec) = &self.only {
            let record = framing::take_apart(framing, codec.kind(), header, payload, &[])
                .map_err(finding)?;
            let read = codec.decode_json(record.index.as_ref(), record.body, out);
            // With nothing to compare with, what looks like a frame may be none.
            let is_guess = framing == Framing::Auto && header.is_none() && record.key.is_some();
            return match read {
                Err(error) if is_guess => {
                    out.clear();
                    codec
                        .decode_json(None, payload, out)
                        .map_err(|_| finding(error))
                }
                read => read.map_err(finding),
            };
        }
        let kind = wireform::registry::SchemaKind::Avro;
        let named = framing::take_apart(framing, kind, header, payload, &[]);
        let key = match named {
            Ok(record) => record.key,
            // Of Protobuf a header has more than the id.
            Err(_) => header
                .and_then(|header| wireform::frame::Frame::from_header(header, payload).ok())
                .map(|frame| frame.schema()),
        };
        let key = key.ok_or_else(|| Error::Finding("the record names no schema".to_owned()))?;
        if self.known.is_due(key) {
            let found = match &self.source {
                Some(source) => source.schema(key),
                None => Err(Missing::Unknown),
            };
            let codec =
                found.map(|schema| self.codec(&schema).map_err(|error| with_causes(&error)));
            self.known.put(key, codec);
        }
        match self.known.get(key) {
            Ok(Ok(codec)) => {
                let record = framing::take_apart(framing, codec.kind(), header, payload, &[key])
                    .map_err(finding)?;
                codec
                    .decode_json(record.index.as_ref(), record.body, out)
                    .map_err(finding)
            }
            Ok(Err(error)) | Err(Missing::Faulty(error)) => Err(Error::Finding(error.clone())),
            Err(Missing::Unknown) => Err(Error::Finding(format!("{key} is not known"))),
            Err(Missing::NoAnswer(error)) => {
                self.lacks_answer = true;
                Err(Error::Finding(error.clone()))
            }
        }
    }
}
