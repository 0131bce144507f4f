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

/// Returns the bytes of hex digits; `None` if the text is not hex digits.
pub(crate) fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    read_hex(text, &mut out).then_some(out)
}

/// Replaces `out` with the bytes of hex digits. Returns false if the text is not hex digits.
pub(crate) fn read_hex(text: &[u8], out: &mut Vec<u8>) -> bool {
    let (blocks, rest) = text.as_chunks::<{ 2 * BLOCK }>();
    out.clear();
    out.resize(text.len() / 2, 0);
    let mut seen = 0;
    let (bytes, last) = out.as_chunks_mut::<BLOCK>();
    for (bytes, digits) in bytes.iter_mut().zip(blocks) {
        seen |= read_block(digits, bytes);
    }
    let (mut digits, mut bytes) = ([b'0'; 2 * BLOCK], [0; BLOCK]);
    for (to, from) in digits.iter_mut().zip(rest) {
        *to = *from;
    }
    seen |= read_block(&digits, &mut bytes);
    for (to, from) in last.iter_mut().zip(bytes) {
        *to = from;
    }
    text.len().is_multiple_of(2) && seen < 16
}

/// Number of bytes that are read at once.
const BLOCK: usize = 16;

/// Reads hex digits. Returns a value over 15 if one of them is invalid. It has no branch, so that
/// the compiler can process several digits in one instruction.
fn read_block(digits: &[u8; 2 * BLOCK], bytes: &mut [u8; BLOCK]) -> u8 {
    let halves = digits.map(|byte| {
        let (number, letter) = (byte.wrapping_sub(b'0'), (byte | 0x20).wrapping_sub(b'a'));
        let letter = if letter < 6 { letter + 10 } else { 16 };
        if number < 10 { number } else { letter }
    });
    let (pairs, _) = halves.as_chunks::<2>();
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = high << 4 | low & 15;
    }
    halves.iter().fold(0, |seen, half| seen | half)
}

/// Appends hex digits.
pub(crate) fn to_hex(bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + 2 * bytes.len(), 0);
    let (pairs, _) = out
        .get_mut(start..)
        .unwrap_or_default()
        .as_chunks_mut::<2>();
    for (pair, byte) in pairs.iter_mut().zip(bytes) {
        *pair = [byte >> 4, byte & 15].map(|half| half + if half < 10 { b'0' } else { b'a' - 10 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_goes_to_hex_and_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        let mut hex = b"> ".to_vec();
        to_hex(&bytes, &mut hex);
        assert!(hex.starts_with(b"> 000102") && hex.ends_with(b"fdfeff"));
        assert_eq!(from_hex(&hex[2..]).as_ref(), Some(&bytes));
        assert_eq!(from_hex(&hex[2..].to_ascii_uppercase()), Some(bytes));
    }

    #[test]
    fn nothing_else_is_hex() {
        let digits = b"0123456789abcdefABCDEF";
        for byte in (0..=255).filter(|byte| !digits.contains(byte)) {
            assert_eq!(from_hex(&[byte, b'0']), None, "{byte}");
            assert_eq!(from_hex(&[b'0', byte]), None, "{byte}");
        }
        assert_eq!(from_hex(b"012"), None);
        assert_eq!(from_hex(b""), Some(Vec::new()));
        for length in 1..100 {
            let mut digits = vec![b'7'; length];
            let bytes = vec![0x77; length / 2];
            assert_eq!(from_hex(&digits), (length % 2 == 0).then_some(bytes));
            for place in 0..length {
                digits[place] = b'g';
                assert_eq!(from_hex(&digits), None, "{place} of {length}");
                digits[place] = b'7';
            }
        }
    }
}
