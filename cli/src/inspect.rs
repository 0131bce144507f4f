//! `inspect`: identifies payloads.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use wireform::dynamic::Part;
use wireform::frame::Frame;
use wireform::protobuf::prost::encoding::decode_varint;
use wireform::registry::{ResolvedSchema, SchemaKey, SchemaKind};

use crate::exit::{Error, Outcome};
use crate::registry::Connection;
use crate::schema::Reading;
use crate::source::{Missing, Source};
use crate::{Result, hex, input};

mod by_schema;

/// Identify a payload.
///
/// Prints the frame and the schema that it names, the format, or a guess; with --explain, every
/// field. Exit status 1 if a schema is given and the bytes do not match it.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wireform inspect 00000000070202
  wireform inspect --explain --schema order.avsc record.bin
  wireform inspect --explain --registry http://localhost:8081 00000000070202")]
pub(crate) struct Inspect {
    /// Hex digits, or a file with the payload; `-` reads the payload from standard input
    #[arg(value_name = "HEX|FILE")]
    what: String,
    /// Show the offset and the bytes of every part; with a schema, of every field
    #[arg(long)]
    explain: bool,
    /// The writer schema
    #[arg(long, value_name = "FILE", conflicts_with = "lock")]
    schema: Option<PathBuf>,
    #[command(flatten)]
    reading: Reading,
    /// Look the schema id up in this lock file [default: in the registry, if one is given]
    #[arg(long, value_name = "FILE")]
    lock: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
    /// The Protobuf message [default: the one in the frame, else the first of the file]
    #[arg(long, value_name = "NAME")]
    message: Option<String>,
}

impl Inspect {
    pub(crate) fn run(&self) -> Result {
        let bytes = self.bytes()?;
        let frame = Frame::from_payload(&bytes).ok();
        let schema = self.writer(frame.as_ref().map(Frame::schema))?;
        let (parts, is_sound) = match &schema {
            Some(schema) => {
                by_schema::parts(&bytes, frame.as_ref(), schema, self.message.as_deref())
                    .map_err(|error| self.of_schema(error))?
            }
            None => (parts(&bytes), true),
        };
        // Fields are shown only with --explain; errors are always shown.
        let is_short = !self.explain && schema.is_some();
        let is_shown =
            |place: usize| !is_short || place < 2 || (!is_sound && place + 1 == parts.len());
        let mut out = io::stdout().lock();
        for (_, part) in parts
            .iter()
            .enumerate()
            .filter(|(place, _)| is_shown(*place))
        {
            match self.explain {
                true => {
                    let shown = bytes.get(part.start..part.end).unwrap_or_default();
                    writeln!(out, "{:>6}  {:<26} {}", part.start, start(shown), part.text)?;
                }
                false => writeln!(out, "{}", part.text)?,
            }
        }
        Ok(match is_sound {
            true => Outcome::Fine,
            false => Outcome::Findings,
        })
    }

    /// Returns the error of an invalid schema, as opposed to invalid bytes.
    fn of_schema(&self, error: Error) -> Error {
        match (&self.schema, error) {
            (Some(file), Error::Finding(error)) => {
                Error::Finding(format!("{}: {error}", file.display()))
            }
            (_, error) => error,
        }
    }

    fn bytes(&self) -> Result<Vec<u8>> {
        let path = Path::new(&self.what);
        match hex::parse(self.what.as_bytes()) {
            Some(bytes) if !path.exists() => Ok(bytes),
            _ => input::bytes(path),
        }
    }

    /// Returns the writer schema, if it was given or found in the configured source.
    fn writer(&self, key: Option<SchemaKey>) -> Result<Option<ResolvedSchema>> {
        let source = match (&self.schema, &self.lock, key) {
            (Some(file), _, _) => return self.reading.load(file).map(Some),
            (None, Some(lock), _) => Source::lock(lock)?,
            (None, None, Some(_)) if self.connection.is_given() => {
                Source::Registry(self.connection.open()?)
            }
            (None, None, _) => return Ok(None),
        };
        let Some(key) = key else {
            return Ok(None);
        };
        match source.schema(key) {
            Ok(schema) => Ok(Some(schema)),
            Err(Missing::Unknown) => Ok(None),
            Err(Missing::Faulty(reason)) => Err(Error::Finding(reason)),
            Err(Missing::NoAnswer(reason)) => Err(Error::Io(reason)),
        }
    }
}

fn parts(bytes: &[u8]) -> Vec<Part> {
    let all = |text: &str| vec![Part::new(0, bytes.len(), text)];
    if bytes.is_empty() {
        return all("empty: a tombstone or an empty payload");
    }
    if bytes.starts_with(b"Obj\x01") {
        return all("an Avro object container file, which holds its schema");
    }
    if let Some(rest) = bytes.strip_prefix(&[0xc3, 0x01])
        && let Some((fingerprint, _)) = rest.split_first_chunk::<8>()
    {
        let what = format!(
            "Avro's single-object encoding, schema with the fingerprint {:016x}",
            u64::from_le_bytes(*fingerprint)
        );
        let rest = Part::new(10, bytes.len(), "an Avro datum");
        return vec![Part::new(0, 10, what), rest];
    }
    match Frame::from_payload(bytes) {
        Ok(frame) => framed(bytes, &frame),
        Err(_) => all(&guess(bytes)),
    }
}

fn framed(bytes: &[u8], frame: &Frame<'_>) -> Vec<Part> {
    let length = if bytes.first() == Some(&0) { 5 } else { 17 };
    let what = format!("Confluent's frame: {}", frame.schema());
    let mut parts = vec![Part::new(0, length, what)];
    let body = bytes.get(length..).unwrap_or_default();
    let as_protobuf = frame.body(SchemaKind::Protobuf).ok();
    let is_message = as_protobuf
        .as_ref()
        .is_some_and(|(_, body)| fields(body, length).is_some());
    let mut rest = format!("a body of {} bytes", body.len());
    if let Some(format) = json(body) {
        rest = format;
    } else if is_message && let Some((index, message)) = &as_protobuf {
        let start = bytes.len() - message.len();
        let what = format!("message index {:?}, if it is Protobuf", index.path());
        parts.push(Part::new(length, start, what));
        parts.extend(fields(message, start).unwrap_or_default());
        let _ = write!(rest, ", Avro or Protobuf, depending on the schema");
    } else {
        rest.push_str(", most likely Avro");
    }
    parts.insert(1, Part::new(length, bytes.len(), rest));
    parts
}

fn json(bytes: &[u8]) -> Option<String> {
    let looks = matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[' | b'"'));
    let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
    (looks && is_json).then(|| format!("JSON of {} bytes", bytes.len()))
}

fn guess(bytes: &[u8]) -> String {
    if let Some(json) = json(bytes) {
        return format!("{json}, without a frame");
    }
    match bytes.first() {
        Some(0) if bytes.len() >= 9 => "perhaps Apicurio's frame with an id of 8 bytes".to_owned(),
        Some(3) if bytes.len() >= 18 && matches!(bytes.get(1), Some(0 | 5)) => {
            "perhaps the frame of AWS Glue: a schema version id of 16 bytes".to_owned()
        }
        _ if std::str::from_utf8(bytes).is_ok_and(|text| !text.chars().any(char::is_control)) => {
            "text".to_owned()
        }
        _ if fields(bytes, 0).is_some() => "perhaps a Protobuf message without a frame".to_owned(),
        _ => "unknown: no frame, and no known format".to_owned(),
    }
}

/// Returns the fields of a Protobuf message, if the bytes are a valid one.
fn fields(bytes: &[u8], start: usize) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let from = at;
        let tag = varint(bytes, &mut at)?;
        let (number, wire) = (tag >> 3, tag & 7);
        if number == 0 || number >= 1 << 29 {
            return None;
        }
        let value = match wire {
            0 => format!("varint {}", varint(bytes, &mut at)?),
            1 => {
                at += 8;
                "8 bytes".to_owned()
            }
            2 => {
                let length = usize::try_from(varint(bytes, &mut at)?).ok()?;
                at = at.checked_add(length)?;
                format!("{length} bytes")
            }
            5 => {
                at += 4;
                "4 bytes".to_owned()
            }
            _ => return None,
        };
        if at > bytes.len() {
            return None;
        }
        let what = format!("field {number}: {value}");
        parts.push(Part::new(from, at, what).at(start));
    }
    Some(parts)
}

fn varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut rest = bytes.get(*at..)?;
    let value = decode_varint(&mut rest).ok()?;
    *at = bytes.len() - rest.len();
    Some(value)
}

fn start(bytes: &[u8]) -> String {
    let mut text = hex::text(bytes.get(..12).unwrap_or(bytes));
    if bytes.len() > 12 {
        text.push('…');
    }
    text
}
