use wireform_registry::{ResolvedSchema, SchemaKind};

use super::ForeignId;
use crate::error::{Error, ErrorKind, Result};
use crate::frame::MessageIndex;

/// What stands in front of the bodies of one writer schema.
#[derive(Debug)]
#[cfg_attr(
    not(feature = "protobuf"),
    allow(dead_code, reason = "two are of that feature")
)]
pub(crate) enum Bodies {
    /// Nothing: Avro and JSON.
    Plain,
    /// Apicurio's names, where they were not switched off: the simple names of the messages at the
    /// top of the file, in their order.
    Named(Vec<String>),
    /// Glue's numbers: the messages of the file, sorted by full name. `None` where it counts what
    /// has no index: the entries of maps.
    Numbered(Vec<Option<MessageIndex>>),
}

impl Bodies {
    /// What the writer of `id` puts in front.
    ///
    /// # Errors
    /// `InvalidSchema` if the schema does not parse.
    pub(crate) fn new(id: ForeignId, writer: &ResolvedSchema) -> Result<Self> {
        if writer.kind != SchemaKind::Protobuf {
            return Ok(Self::Plain);
        }
        messages(id, writer)
    }

    /// The message and what follows.
    ///
    /// # Errors
    /// `Framing` if a number is cut short or names no message.
    pub(crate) fn split<'a>(&self, body: &'a [u8]) -> Result<(MessageIndex, &'a [u8])> {
        match self {
            Self::Plain => Ok((MessageIndex::default(), body)),
            Self::Named(names) => {
                Ok(split_name(names, body).unwrap_or((MessageIndex::FIRST, body)))
            }
            Self::Numbered(messages) => {
                let (number, rest) = varint(body).ok_or_else(|| {
                    Error::new(ErrorKind::Framing, "the number of the message is cut short")
                })?;
                let message = messages.get(number).copied().flatten();
                let message = message.ok_or_else(|| {
                    let message = format!("the writer schema has no message number {number}");
                    Error::new(ErrorKind::Framing, message)
                })?;
                Ok((message, rest))
            }
        }
    }
}

#[cfg(feature = "protobuf")]
fn messages(id: ForeignId, writer: &ResolvedSchema) -> Result<Bodies> {
    Ok(match id {
        ForeignId::Glue(_) => Bodies::Numbered(crate::protobuf::sorted_messages(&writer.text)?),
        _ => Bodies::Named(crate::protobuf::top_messages(&writer.text)?),
    })
}

#[cfg(not(feature = "protobuf"))]
fn messages(_id: ForeignId, _writer: &ResolvedSchema) -> Result<Bodies> {
    Ok(Bodies::Plain)
}

/// Takes a delimited `Ref { string name = 1; }` off, if there is one that names a message.
fn split_name<'a>(names: &[String], body: &'a [u8]) -> Option<(MessageIndex, &'a [u8])> {
    let (len, rest) = varint(body)?;
    let (reference, rest) = rest.split_at_checked(len)?;
    let (&NAME_FIELD, name) = reference.split_first()? else {
        return None;
    };
    let (len, name) = varint(name)?;
    if name.len() != len {
        return None;
    }
    let place = names.iter().position(|known| known.as_bytes() == name)?;
    let index = MessageIndex::new(&[u32::try_from(place).ok()?]).ok()?;
    Some((index, rest))
}

/// A varint of at most 32 bits, and what follows.
fn varint(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut number = 0_u64;
    for (place, &byte) in bytes.iter().take(5).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            let rest = bytes.get(place + 1..)?;
            return Some((usize::try_from(number).ok()?, rest));
        }
    }
    None
}

/// Field 1, length-delimited.
const NAME_FIELD: u8 = 0x0a;
