//! The part of a Protobuf frame before the body: it names the message of the file.
//!
//! Confluent writes a message index, Apicurio a name, AWS Glue a number; the sources are in
//! [`frame`](crate::frame) and [`foreign`](crate::foreign).

use std::collections::{HashMap, HashSet};

use prost::encoding::decode_varint;

use super::descriptor::{self, MessageNames, Registered};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::MessageIndex;
use crate::language::FrameTail;

/// Confluent's message indexes, or Apicurio's names unless its writer omits them.
#[derive(Debug)]
pub(super) struct NamedMessages {
    /// The top-level messages of the file, by simple name.
    top: Vec<(String, MessageIndex)>,
    indexes: HashSet<MessageIndex>,
}

impl NamedMessages {
    pub(super) fn new(schema: &Registered) -> Self {
        let names = MessageNames::new(schema).by_index();
        let top = names.iter().filter(|(index, _)| index.path().len() == 1);
        let top = top.map(|(index, full_name)| {
            let name = full_name.rsplit('.').next().unwrap_or_default();
            (name.to_owned(), *index)
        });
        Self {
            top: top.collect(),
            indexes: names.keys().copied().collect(),
        }
    }

    /// Splits a delimited `Ref { string name = 1; }` off, if there is one that names a message.
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

impl FrameTail for NamedMessages {
    /// An index as Confluent's clients write it, or a name as Apicurio's do. If it can be read as
    /// both, it is an index of the schema; for that a schema must have six messages at its top and
    /// nest others as deep as half the name is long.
    fn split_prefixed<'a>(&self, tail: &'a [u8]) -> Result<(MessageIndex, &'a [u8])> {
        let indexed = MessageIndex::read(tail);
        match &indexed {
            Ok((index, _)) if self.indexes.contains(index) => indexed,
            _ => self.split_name(tail).map_or(indexed, Ok),
        }
    }

    /// Without a name, the body is of the first message.
    fn split_foreign<'a>(
        &self,
        named: Option<&[u8]>,
        body: &'a [u8],
    ) -> Result<(MessageIndex, &'a [u8])> {
        let by_header = named.and_then(|name| self.find(name));
        Ok(match (by_header, self.split_name(body)) {
            (Some(message), Some((again, rest))) if again == message => (message, rest),
            (Some(message), _) => (message, body),
            (None, Some(split)) => split,
            (None, None) => (MessageIndex::FIRST, body),
        })
    }
}

/// AWS Glue's numbers: the messages of the file, sorted by full name.
#[derive(Debug)]
pub(super) struct NumberedMessages {
    /// `None` for the entries of maps, which Glue counts and which have no index.
    messages: Vec<Option<MessageIndex>>,
}

impl NumberedMessages {
    pub(super) fn new(schema: &Registered) -> Self {
        let by_index = MessageNames::new(schema).by_index();
        let by_name: HashMap<_, _> = by_index.into_iter().map(|(index, n)| (n, index)).collect();
        let mut names = descriptor::declared(&schema.file);
        names.sort_unstable();
        let messages = names.iter().map(|name| by_name.get(name).copied());
        Self {
            messages: messages.collect(),
        }
    }
}

impl FrameTail for NumberedMessages {
    fn split_prefixed<'a>(&self, tail: &'a [u8]) -> Result<(MessageIndex, &'a [u8])> {
        MessageIndex::read(tail)
    }

    fn split_foreign<'a>(
        &self,
        _named: Option<&[u8]>,
        body: &'a [u8],
    ) -> Result<(MessageIndex, &'a [u8])> {
        let (number, rest) = varint(body).ok_or_else(|| {
            let message = "the number of the message is incomplete";
            Error::new(ErrorKind::Framing, message)
        })?;
        let message = self.messages.get(number).copied().flatten();
        let message = message.ok_or_else(|| {
            let message = format!("the writer schema has no message number {number}");
            Error::new(ErrorKind::Framing, message)
        })?;
        Ok((message, rest))
    }
}

/// A varint at the start of `bytes`, and what follows.
fn varint(mut bytes: &[u8]) -> Option<(usize, &[u8])> {
    let number = decode_varint(&mut bytes).ok()?;
    Some((usize::try_from(number).ok()?, bytes))
}

/// Field 1, length-delimited.
const NAME_FIELD: u8 = 0x0a;
