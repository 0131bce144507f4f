use std::fmt;

use wireform_registry::ResolvedSchema;

use crate::error::{Error, ErrorKind, Result};
use crate::frame::MessageIndex;
use crate::reader::ReadPlan;
use crate::serializer::Deserializer;

use super::descriptor::{self, MessageNames};
use super::{Protobuf, ProtobufRecord};

/// How to read the bodies of one writer schema: those of one message, and the others' names.
pub(super) struct Plan<T> {
    codec: Protobuf<T>,
    /// Where the writer has the message that `T` is; `None` if it has none.
    expected: Option<MessageIndex>,
    names: MessageNames,
}

impl<T: ProtobufRecord> Plan<T> {
    pub(super) fn new(codec: Protobuf<T>, writer: &ResolvedSchema) -> Result<Self> {
        let names = MessageNames::new(&descriptor::parse("schema", &writer.text)?);
        Ok(Self {
            codec,
            expected: names.find(T::FULL_NAME),
            names,
        })
    }

    fn unexpected(&self, message: &MessageIndex) -> Error {
        let expected = T::FULL_NAME;
        match self.names.at(message) {
            Some(found) => Error::new(
                ErrorKind::WrongType,
                format!("the record is a \"{found}\", expected \"{expected}\""),
            ),
            None => Error::new(
                ErrorKind::Framing,
                format!("the writer schema has no message {:?}", message.path()),
            ),
        }
    }
}

impl<T: ProtobufRecord> ReadPlan<T> for Plan<T> {
    fn decode(&self, message: &MessageIndex, body: &[u8]) -> Result<T> {
        if self.expected.as_ref() != Some(message) {
            return Err(self.unexpected(message));
        }
        self.codec.deserialize(body)
    }
}

impl<T> fmt::Debug for Plan<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan")
            .field("codec", &self.codec)
            .field("expected", &self.expected)
            .finish_non_exhaustive()
    }
}
