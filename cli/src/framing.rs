//! Frames: the schema id of a record.

use clap::ValueEnum;
use serde::Deserialize;
use wireform::frame::{self, Frame, MessageIndex};
use wireform::registry::{SchemaGuid, SchemaId, SchemaKey, SchemaKind};
use wireform::{Error, ErrorKind, Result};

/// Position of the schema id in a record that is read.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Framing {
    /// In a header, else before the payload, else none
    #[default]
    Auto,
    /// Before the payload
    Prefix,
    /// In a header
    Header,
    /// No schema id: the payload is the body
    None,
}

/// The parts of a record.
pub(crate) struct Unframed<'a> {
    /// The schema id or GUID.
    pub(crate) key: Option<SchemaKey>,
    /// The message index of a Protobuf frame.
    pub(crate) index: Option<MessageIndex>,
    /// The body.
    pub(crate) body: &'a [u8],
}

/// Splits a record. `header` is the value of the schema id header; `expected` is the schema that
/// the frame must name, if it is known.
pub(crate) fn take_apart<'a>(
    framing: Framing,
    kind: SchemaKind,
    header: Option<&'a [u8]>,
    payload: &'a [u8],
    expected: &[SchemaKey],
) -> Result<Unframed<'a>> {
    let frame = match (framing, header) {
        (Framing::None, _) => None,
        (Framing::Header | Framing::Auto, Some(header)) => {
            Some(Frame::from_header(header, payload)?)
        }
        (Framing::Header, None) => {
            return Err(Error::new(
                ErrorKind::Framing,
                "the record has no schema id header",
            ));
        }
        (Framing::Prefix, _) => Some(Frame::from_payload(payload)?),
        (Framing::Auto, None) => Frame::from_payload(payload)
            .ok()
            .filter(|frame| expected.is_empty() || expected.contains(&frame.schema())),
    };
    let Some(frame) = frame else {
        return Ok(Unframed {
            key: None,
            index: None,
            body: payload,
        });
    };
    let key = frame.schema();
    if !expected.is_empty() && !expected.contains(&key) {
        let message = format!("the record names {key}, expected {}", named(expected));
        return Err(Error::new(ErrorKind::WrongType, message));
    }
    let (index, body) = frame.body(kind)?;
    Ok(Unframed {
        key: Some(key),
        index: Some(index),
        body,
    })
}

fn named(keys: &[SchemaKey]) -> String {
    let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
    names.join(" or ")
}

/// Appends a frame: the prefix of a body, or the value of a header.
pub(crate) fn write(key: SchemaKey, kind: SchemaKind, index: &MessageIndex, out: &mut Vec<u8>) {
    match key {
        SchemaKey::Id(id) => frame::write_id(id, out),
        SchemaKey::Guid(guid) => frame::write_guid(guid, out),
        // The command line has no other kind of key.
        _ => {}
    }
    if kind == SchemaKind::Protobuf {
        index.write(out);
    }
}

/// Returns the key of `--id` and `--guid`.
pub(crate) fn keys(id: Option<u32>, guid: Option<SchemaGuid>) -> Vec<SchemaKey> {
    let id = id.map(|id| SchemaKey::Id(SchemaId::new(id)));
    id.into_iter().chain(guid.map(SchemaKey::Guid)).collect()
}
