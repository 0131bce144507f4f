//! What bytes are by the schema that they were written with.

use wireform::avro::Schema;
use wireform::frame::{Frame, MessageIndex};
use wireform::protobuf::{Payload, ProtobufSchema};
use wireform::registry::{ResolvedSchema, SchemaKind};

use crate::Result;
use crate::exit::Error;
use crate::explain::{self, Drawn, Part};

/// The frame, if there is one, what the schema says of the body, and the parts of the body.
pub(super) fn parts(
    bytes: &[u8],
    frame: Option<&Frame<'_>>,
    schema: &ResolvedSchema,
    message: Option<&str>,
) -> Result<Drawn> {
    let finding = |error: wireform::Error| Error::finding(&error);
    let framed = frame.and_then(|frame| Some((frame, frame.body(schema.kind).ok()?)));
    let (index, body) = match framed {
        Some((_, (index, body))) => (Some(index), body),
        None => (None, bytes),
    };
    let start = bytes.len() - body.len();
    let (name, inner) = match schema.kind {
        SchemaKind::Avro => avro(schema, body, start).map_err(finding)?,
        SchemaKind::Protobuf => {
            protobuf(schema, message, index.as_ref(), body, start).map_err(finding)?
        }
        _ => ("value".to_owned(), json(body)),
    };
    let mut parts = Vec::new();
    if let Some((frame, (index, _))) = &framed {
        let mut what = format!("Confluent's frame: {}", frame.schema());
        if schema.kind == SchemaKind::Protobuf {
            what = format!("{what}, message index {:?}", index.path());
        }
        parts.push(part(0, start, what));
    } else {
        parts.push(part(0, 0, "no frame".to_owned()));
    }
    let what = format!("{} {name}, {} bytes", schema.kind, body.len());
    parts.push(part(start, bytes.len(), what));
    parts.extend(inner.parts);
    let is_sound = inner.is_sound;
    Ok(Drawn { parts, is_sound })
}

fn json(body: &[u8]) -> Drawn {
    let read = serde_json::from_slice::<serde::de::IgnoredAny>(body);
    let fault = read.err().map(|error| format!("no JSON: {error}"));
    Drawn {
        is_sound: fault.is_none(),
        parts: fault.map(|fault| part(0, 0, fault)).into_iter().collect(),
    }
}

fn avro(schema: &ResolvedSchema, body: &[u8], start: usize) -> wireform::Result<(String, Drawn)> {
    let references = schema.references.iter();
    let references: Vec<&str> = references.map(|reference| &*reference.text).collect();
    let schema = Schema::parse_writer(&schema.text, &references)?;
    let kind = &schema.node(schema.root()).kind;
    let name = schema.full_name().unwrap_or(kind.branch_name()).to_owned();
    Ok((name, explain::avro(&schema, body, start)))
}

fn protobuf(
    schema: &ResolvedSchema,
    message: Option<&str>,
    index: Option<&MessageIndex>,
    body: &[u8],
    start: usize,
) -> wireform::Result<(String, Drawn)> {
    let schema = ProtobufSchema::parse(schema)?;
    let indexed = index.map(|index| name(&schema, index)).transpose()?;
    let message = schema.message(message.or(indexed.as_deref()))?;
    let name = message.full_name().to_owned();
    Ok((name, explain::protobuf(&message, body, start)))
}

/// The message that an index names: an empty one says what it is.
fn name(schema: &ProtobufSchema, index: &MessageIndex) -> wireform::Result<String> {
    let mut empty = vec![0; 5];
    index.write(&mut empty);
    let read = schema.decode(Payload::Framed(&empty), None)?;
    Ok(read.message)
}

fn part(start: usize, end: usize, what: String) -> Part {
    Part { start, end, what }
}
