use std::collections::HashSet;

use wireform_registry::{ResolvedSchema, SchemaKey, SchemaKind};

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
    /// Confluent's indexes, after ids and GUIDs; or Apicurio's names, unless its writer omits them.
    /// Holds the top-level messages of the file by simple name.
    Named(Names),
    /// Glue's numbers: the messages of the file, sorted by full name. `None` where it counts what
    /// has no index: the entries of maps.
    Numbered(Vec<Option<MessageIndex>>),
}

impl Bodies {
    /// What the writer of a record with such a `key` puts in front.
    ///
    /// # Errors
    /// `InvalidSchema` if the schema does not parse.
    pub(crate) fn new(key: SchemaKey, writer: &ResolvedSchema) -> Result<Self> {
        if writer.kind != SchemaKind::Protobuf {
            return Ok(Self::Plain);
        }
        messages(key, writer)
    }

    /// Splits `tail`, which follows the id of four bytes or the GUID of a Protobuf schema, into the
    /// message and its body.
    ///
    /// # Errors
    /// As [`Names::split`].
    pub(crate) fn split_prefixed<'a>(&self, tail: &'a [u8]) -> Result<(MessageIndex, &'a [u8])> {
        match self {
            Self::Named(names) => names.split(tail),
            Self::Plain | Self::Numbered(_) => MessageIndex::read(tail),
        }
    }

    /// The message and what follows. `named` is what a header calls the message.
    ///
    /// # Errors
    /// `Framing` if a number is cut short or names no message.
    pub(crate) fn split<'a>(
        &self,
        named: Option<&[u8]>,
        body: &'a [u8],
    ) -> Result<(MessageIndex, &'a [u8])> {
        match self {
            Self::Plain => Ok((MessageIndex::default(), body)),
            Self::Named(names) => Ok(names.split_named(named, body)),
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
fn messages(key: SchemaKey, writer: &ResolvedSchema) -> Result<Bodies> {
    Ok(match key {
        SchemaKey::Glue(_) => Bodies::Numbered(crate::protobuf::sorted_messages(&writer.text)?),
        SchemaKey::Fingerprint(_) => Bodies::Plain,
        _ => Bodies::Named(Names::new(writer)?),
    })
}

#[cfg(not(feature = "protobuf"))]
fn messages(_key: SchemaKey, _writer: &ResolvedSchema) -> Result<Bodies> {
    Ok(Bodies::Plain)
}

/// How Apicurio names the messages of a writer schema; none where it is not of Protobuf.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Those at the top, by their simple names.
    top: Vec<(String, MessageIndex)>,
    indexes: HashSet<MessageIndex>,
}

impl Names {
    /// The names in `writer`.
    ///
    /// # Errors
    /// `InvalidSchema` if it does not parse.
    #[cfg(feature = "protobuf")]
    pub(crate) fn new(writer: &ResolvedSchema) -> Result<Self> {
        if writer.kind != SchemaKind::Protobuf {
            return Ok(Self::default());
        }
        let mut names = Self::default();
        for (index, full_name) in crate::protobuf::messages(&writer.text)? {
            if index.path().len() == 1 {
                let name = full_name.rsplit('.').next().unwrap_or_default();
                names.top.push((name.to_owned(), index));
            }
            names.indexes.insert(index);
        }
        Ok(names)
    }

    /// Takes what stands behind an id of four bytes apart: an index as Confluent's clients write it,
    /// or a name as Apicurio's do. Where both could be meant it is an index of the schema; for that
    /// a schema must have six messages at its top and nest others as deep as half the name is long.
    ///
    /// # Errors
    /// `Framing` if it is neither and the index is malformed.
    pub(crate) fn split<'a>(&self, tail: &'a [u8]) -> Result<(MessageIndex, &'a [u8])> {
        let indexed = MessageIndex::read(tail);
        match &indexed {
            Ok((index, _)) if self.indexes.contains(index) => indexed,
            _ => self.split_name(tail).map_or(indexed, Ok),
        }
    }

    /// The message of a body in front of which there may be a name; the first one where nothing
    /// names it.
    fn split_named<'a>(&self, named: Option<&[u8]>, body: &'a [u8]) -> (MessageIndex, &'a [u8]) {
        let by_header = named.and_then(|name| self.find(name));
        match (by_header, self.split_name(body)) {
            (Some(message), Some((again, rest))) if again == message => (message, rest),
            (Some(message), _) => (message, body),
            (None, Some(split)) => split,
            (None, None) => (MessageIndex::FIRST, body),
        }
    }

    /// Takes a delimited `Ref { string name = 1; }` off, if there is one that names a message.
    fn split_name<'a>(&self, body: &'a [u8]) -> Option<(MessageIndex, &'a [u8])> {
        let (len, rest) = varint(body)?;
        let (reference, rest) = rest.split_at_checked(len)?;
        let (&NAME_FIELD, name) = reference.split_first()? else {
            return None;
        };
        let (len, name) = varint(name)?;
        if name.len() != len {
            return None;
        }
        Some((self.find(name)?, rest))
    }

    fn find(&self, name: &[u8]) -> Option<MessageIndex> {
        let found = self.top.iter().find(|known| known.0.as_bytes() == name);
        found.map(|known| known.1)
    }
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
