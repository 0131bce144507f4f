//! `inspect`: what bytes are.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

use clap::Args;
use wireform::frame::Frame;
use wireform::registry::SchemaKind;

use crate::Result;
use crate::exit::{Error, Outcome};
use crate::framing;

/// Says what bytes are: a frame and the schema it names, a format, or a guess at it.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wireform inspect 00000000070202
  wireform inspect --explain record.bin")]
pub(crate) struct Inspect {
    /// Hex digits, or a file
    #[arg(value_name = "HEX|FILE")]
    what: String,
    /// Show every part with its offset
    #[arg(long)]
    explain: bool,
}

impl Inspect {
    pub(crate) fn run(&self) -> Result {
        let path = Path::new(&self.what);
        let bytes = match framing::from_hex(self.what.as_bytes()) {
            Some(bytes) if !path.exists() => bytes,
            _ => std::fs::read(path).map_err(|error| Error::file(path.display(), &error))?,
        };
        let mut out = io::stdout().lock();
        for part in parts(&bytes) {
            match self.explain {
                true => {
                    let shown = bytes.get(part.start..part.end).unwrap_or_default();
                    writeln!(out, "{:>6}  {:<26} {}", part.start, hex(shown), part.what)?;
                }
                false => writeln!(out, "{}", part.what)?,
            }
        }
        Ok(Outcome::Fine)
    }
}

/// A stretch of the bytes, and what it is.
struct Part {
    start: usize,
    end: usize,
    what: String,
}

fn parts(bytes: &[u8]) -> Vec<Part> {
    let all = |what: &str| {
        vec![Part {
            start: 0,
            end: bytes.len(),
            what: what.to_owned(),
        }]
    };
    if bytes.is_empty() {
        return all("nothing: no value, or an empty one");
    }
    if bytes.starts_with(b"Obj\x01") {
        return all("an Avro object container file: its schema stands in it");
    }
    if let Some(rest) = bytes.strip_prefix(&[0xc3, 0x01])
        && let Some((fingerprint, _)) = rest.split_first_chunk::<8>()
    {
        let what = format!(
            "Avro's single-object encoding, schema with the fingerprint {:016x}",
            u64::from_le_bytes(*fingerprint)
        );
        let rest = Part {
            start: 10,
            end: bytes.len(),
            what: "an Avro datum".to_owned(),
        };
        return vec![
            Part {
                start: 0,
                end: 10,
                what,
            },
            rest,
        ];
    }
    match Frame::from_payload(bytes) {
        Ok(frame) => framed(bytes, &frame),
        Err(_) => all(&guess(bytes)),
    }
}

fn framed(bytes: &[u8], frame: &Frame<'_>) -> Vec<Part> {
    let length = if bytes.first() == Some(&0) { 5 } else { 17 };
    let mut parts = vec![Part {
        start: 0,
        end: length,
        what: format!("Confluent's frame: {}", frame.schema()),
    }];
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
        parts.push(Part {
            start: length,
            end: start,
            what: format!("message index {:?}, if it is Protobuf", index.path()),
        });
        parts.extend(fields(message, start).unwrap_or_default());
        let _ = write!(rest, ", Avro or Protobuf by what the schema says");
    } else {
        rest.push_str(", most likely Avro");
    }
    parts.insert(
        1,
        Part {
            start: length,
            end: bytes.len(),
            what: rest,
        },
    );
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
        _ => "no frame, and no format that tells itself".to_owned(),
    }
}

/// The fields of a Protobuf message, if the bytes can be one.
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
        parts.push(Part {
            start: start + from,
            end: start + at,
            what: format!("field {number}: {value}"),
        });
    }
    Some(parts)
}

fn varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn hex(bytes: &[u8]) -> String {
    let mut out = Vec::new();
    framing::to_hex(bytes.get(..12).unwrap_or(bytes), &mut out);
    let mut text = String::from_utf8(out).unwrap_or_default();
    if bytes.len() > 12 {
        text.push('…');
    }
    text
}
