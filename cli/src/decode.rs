//! `decode`: decodes records to JSON lines.

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

/// Decode records to JSON lines.
///
/// Reads lines of hex digits from a file or standard input, or with --raw the bytes of one record.
/// An empty line is a record without bytes.
///
/// A record that cannot be decoded is reported on standard error with its line number; the other
/// records are still decoded, and the exit status is 1. If the schema of a record is not available,
/// it is requested again for records that are read 10 seconds later or more. If this is because the
/// registry does not answer, the exit status is 3.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  echo 00000000070662 | wireform decode --schema name.avsc
  wireform decode --registry http://localhost:8081 < records.hex
  wireform decode --batch cases.jsonl")]
pub(crate) struct Decode {
    /// The writer schema, for records without a schema id or instead of a registry
    #[arg(long, value_name = "FILE", conflicts_with = "lock")]
    schema: Option<PathBuf>,
    /// Look schema ids up in this lock file [default: in the registry]
    #[arg(long, value_name = "FILE")]
    lock: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
    /// The reader schema [default: the writer schema]
    #[arg(long, value_name = "FILE")]
    reader: Option<PathBuf>,
    #[command(flatten)]
    reading: Reading,
    /// The Protobuf message [default: the one in the frame, else the first of the file]
    #[arg(long, value_name = "NAME")]
    message: Option<String>,
    /// Position of the schema id
    #[arg(long, value_enum, default_value = "auto")]
    framing: Framing,
    /// A header of every record, such as __value_schema_id=HEX
    #[arg(long, value_name = "K=HEX,…", value_delimiter = ',', value_parser = header)]
    headers: Vec<(String, Vec<u8>)>,
    /// Show logical types (datetimes, decimals) as text
    #[arg(long)]
    readable: bool,
    /// Show values of Avro's unions as {"branch": value}, as Avro's own JSON encoding does
    #[arg(long)]
    branches: bool,
    /// Read the whole input as the bytes of one record
    #[arg(long)]
    raw: bool,
    /// Read cases from FILE, one JSON object a line
    /// {"name","format","schema","references","id","guid",
    /// "message","role","reader","framing","hex","headers"}; only name, format, schema and hex are
    /// required. Print a line {"name","value","hex"} or {"name","error"} for each; `-` is standard
    /// input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["schema", "lock", "raw"])]
    batch: Option<PathBuf>,
    /// Records to decode [default: standard input]
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: PathBuf,
}

fn header(text: &str) -> std::result::Result<(String, Vec<u8>), String> {
    let (name, hex) = text.split_once('=').ok_or("expected NAME=HEX")?;
    let value = hex::parse(hex.as_bytes()).ok_or("expected hex digits after the =")?;
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
                None => Err(Error::Finding("expected hex digits".to_owned())),
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
            // An empty line is an empty body, such as null or a message without fields.
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

/// Decodes records, each with the codec of the schema that it names.
struct Records<'d> {
    decode: &'d Decode,
    reader: Option<ResolvedSchema>,
    only: Option<DynamicCodec>,
    source: Option<Source>,
    /// Codecs by schema, or the error of a schema that cannot be used or resolved.
    known: Asked<std::result::Result<DynamicCodec, String>>,
    /// True if a record could not be decoded because the registry did not answer.
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
        // The registry may come from the environment, which holds for every command.
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
            // Without an expected id, bytes that look like a frame may not be one.
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
            // For Protobuf, the header holds the message index too.
            Err(_) => header
                .and_then(|header| wireform::frame::Frame::from_header(header, payload).ok())
                .map(|frame| frame.schema()),
        };
        let key = key.ok_or_else(|| {
            Error::Finding("the record has no schema id: give --schema".to_owned())
        })?;
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
            Err(Missing::Unknown) => Err(Error::Finding(format!("unknown {key}"))),
            Err(Missing::NoAnswer(error)) => {
                self.lacks_answer = true;
                Err(Error::Finding(error.clone()))
            }
        }
    }
}
