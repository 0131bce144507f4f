//! `encode`: encodes JSON lines to records.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use wireform::dynamic::{DynamicCodec, DynamicOptions};
use wireform::frame::MessageIndex;
use wireform::registry::{SchemaGuid, SchemaKey};

use crate::exit::{Error, Outcome, with_causes};
use crate::progress::Progress;
use crate::schema::Reading;
use crate::{Result, framing, hex, input};

/// Encode JSON lines to records.
///
/// Reads a file or standard input, and writes one line of hex digits for each record, or with --raw
/// its bytes. A line that does not match the schema is reported on standard error with its line
/// number; the other lines are still encoded, and the exit status is 1.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  echo '{\"id\":\"o-1\",\"quantity\":2}' | wireform encode --schema order.avsc --id 7
  wireform encode --schema order.proto --message shop.Order --framing none < orders.jsonl")]
pub(crate) struct Encode {
    /// The schema to encode with
    #[arg(long, value_name = "FILE")]
    schema: PathBuf,
    #[command(flatten)]
    reading: Reading,
    /// The Protobuf message [default: the first of the file]
    #[arg(long, value_name = "NAME")]
    message: Option<String>,
    /// Frame records with this schema id
    #[arg(long, value_name = "N", conflicts_with = "guid")]
    id: Option<u32>,
    /// Frame records with this schema GUID
    #[arg(long, value_name = "G")]
    guid: Option<SchemaGuid>,
    /// Position of the schema id [default: prefix with --id, header with --guid, else none]
    #[arg(long, value_enum)]
    framing: Option<Written>,
    /// Read logical types (datetimes, decimals) from text or numbers
    #[arg(long)]
    readable: bool,
    /// Read values of Avro's unions from {"branch": value}, as Avro's own JSON encoding has them
    #[arg(long)]
    branches: bool,
    /// Write the bytes of the records one after the other instead of hex lines
    #[arg(long)]
    raw: bool,
    /// JSON lines to encode [default: standard input]
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: PathBuf,
}

/// Position of the schema id in a record that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Written {
    /// Before the payload
    Prefix,
    /// In a header, which is printed to standard error
    Header,
    /// No schema id
    None,
}

impl Encode {
    pub(crate) fn run(&self) -> Result {
        let schema = self.reading.load(&self.schema)?;
        let options = DynamicOptions::default()
            .with_message(self.message.as_deref())
            .with_readable(self.readable)
            .with_branch_names(self.branches);
        let codec = DynamicCodec::new(&schema, &options);
        let codec = codec.map_err(|error| broken(&self.schema, &error))?;
        let key = self.key()?;
        let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
        let mut records = Records {
            encode: self,
            codec,
            key,
            has_shown_header: false,
        };
        let (mut body, mut record, mut outcome) = (Vec::new(), Vec::new(), Outcome::Fine);
        let mut progress = Progress::new();
        input::each_line(&self.file, |number, line| {
            progress.at(number);
            if line.trim_ascii().is_empty() {
                return Ok(());
            }
            match records.write(line, &mut body, &mut record) {
                Ok(()) => {}
                Err(error) => {
                    progress.say(&format!("line {number}: {}", with_causes(&error)));
                    outcome = Outcome::Findings;
                    return Ok(());
                }
            }
            match self.raw {
                true => out.write_all(&record)?,
                false => {
                    body.clear();
                    hex::write(&record, &mut body);
                    body.push(b'\n');
                    out.write_all(&body)?;
                }
            }
            Ok(())
        })?;
        out.flush()?;
        Ok(outcome)
    }

    /// Returns the key that the frame holds; `None` without a frame.
    fn key(&self) -> Result<Option<SchemaKey>> {
        let key = framing::keys(self.id, self.guid).into_iter().next();
        match (self.framing, key) {
            (Some(Written::None), _) | (None, None) => Ok(None),
            (_, Some(key)) => Ok(Some(key)),
            (Some(_), None) => Err(Error::Usage("a frame needs --id or --guid".to_owned())),
        }
    }

    /// Returns whether the key is written to a header. Confluent's serializers write ids before the
    /// payload, and GUIDs to a header.
    fn is_in_header(&self, key: SchemaKey) -> bool {
        match self.framing {
            Some(framing) => framing == Written::Header,
            None => matches!(key, SchemaKey::Guid(_)),
        }
    }
}

struct Records<'e> {
    encode: &'e Encode,
    codec: DynamicCodec,
    key: Option<SchemaKey>,
    has_shown_header: bool,
}

impl Records<'_> {
    fn write(
        &mut self,
        line: &[u8],
        body: &mut Vec<u8>,
        record: &mut Vec<u8>,
    ) -> wireform::Result<()> {
        body.clear();
        record.clear();
        let line = std::str::from_utf8(line).map_err(|_| {
            wireform::Error::new(wireform::ErrorKind::Encode, "the line is not UTF-8")
        })?;
        let Some(key) = self.key else {
            self.codec.encode(line, false, record)?;
            return Ok(());
        };
        let index = self.codec.encode(line, true, body)?;
        let mut frame = Vec::new();
        framing::write(key, self.codec.kind(), &index, &mut frame);
        if self.encode.is_in_header(key) {
            self.show_header(&frame, &index);
        } else {
            record.append(&mut frame);
        }
        record.append(body);
        Ok(())
    }

    /// Shown once: all values have the same message type.
    fn show_header(&mut self, frame: &[u8], _index: &MessageIndex) {
        if !self.has_shown_header {
            eprintln(&format!("header __value_schema_id={}", hex::text(frame)));
            self.has_shown_header = true;
        }
    }
}

/// Returns the error of an invalid schema file.
pub(crate) fn broken(path: &Path, error: &wireform::Error) -> Error {
    let text = format!("{}: {}", path.display(), with_causes(error));
    match error.kind() {
        wireform::ErrorKind::Config => Error::Usage(text),
        _ => Error::Finding(text),
    }
}

/// Prints a line to standard error; a closed standard error is ignored.
pub(crate) fn eprintln(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
