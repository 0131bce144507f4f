//! Frames: where a record names its schema.

use clap::ValueEnum;
use serde::Deserialize;
use wireform::frame::{self, Frame, MessageIndex};
use wireform::registry::{SchemaGuid, SchemaId, SchemaKey, SchemaKind};
use wireform::{Error, ErrorKind, Result};

/// Where a record that is read names its schema.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Framing {
    /// In a header, else in front of the payload, else nowhere
    #[default]
    Auto,
    /// In front of the payload
    Prefix,
    /// In a header
    Header,
    /// Nowhere: the payload is the value
    None,
}

/// A record, taken apart.
pub(crate) struct Unframed<'a> {
    /// What it names its schema by.
    pub(crate) key: Option<SchemaKey>,
    /// What its frame says, where it has one.
    pub(crate) index: Option<MessageIndex>,
    /// The value.
    pub(crate) body: &'a [u8],
}

/// Takes a record apart. `header` is the schema id header's value; `expected` is what the frame must
/// name, where that is known.
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

/// Appends what stands before a body, or in a header.
pub(crate) fn write(key: SchemaKey, kind: SchemaKind, index: &MessageIndex, out: &mut Vec<u8>) {
    match key {
        SchemaKey::Id(id) => frame::write_id(id, out),
        SchemaKey::Guid(guid) => frame::write_guid(guid, out),
        // No other key is given on the command line.
        _ => {}
    }
    if kind == SchemaKind::Protobuf {
        index.write(out);
    }
}

/// What is given by `--id` and `--guid`.
pub(crate) fn keys(id: Option<u32>, guid: Option<SchemaGuid>) -> Vec<SchemaKey> {
    let id = id.map(|id| SchemaKey::Id(SchemaId::new(id)));
    id.into_iter().chain(guid.map(SchemaKey::Guid)).collect()
}
