use wireform_registry::{SchemaKey, SchemaKind};

use super::{Decoded, Read, ReadPlan};
use crate::foreign::ForeignFrame;
use crate::format::SchemaRef;
use crate::frame::{Frame, MessageIndex};
use crate::language::FrameTail;
use crate::limits::Limits;

/// A writer schema and the way to read its bodies.
pub(super) struct Planned<T> {
    pub(super) key: SchemaKey,
    pub(super) kind: SchemaKind,
    pub(super) schema: Option<SchemaRef>,
    pub(super) plan: Box<dyn ReadPlan<T>>,
    /// `None` if frames hold nothing before the body.
    pub(super) tail: Option<Box<dyn FrameTail>>,
}

impl<T> Planned<T> {
    #[inline(never)]
    pub(super) fn decode(&self, frame: &Frame<'_>) -> Read<T> {
        // An index is large, and nearly always the same.
        static FIRST: MessageIndex = MessageIndex::FIRST;
        let other;
        let (message, body) = match (frame.first_body(self.kind), frame.prefixed()) {
            (Some(body), _) => (&FIRST, body),
            (None, tail) => {
                other = match (&self.tail, tail) {
                    (Some(messages), Some(tail)) => messages.split_prefixed(tail)?,
                    _ => frame.body(self.kind)?,
                };
                (&other.0, other.1)
            }
        };
        Ok(Some(Decoded {
            value: self.plan.decode(message, body)?,
            schema: Some(self.key),
        }))
    }

    pub(super) fn decode_foreign(&self, frame: &ForeignFrame<'_>, limits: &Limits) -> Read<T> {
        let body = frame.body(limits)?;
        let (message, body) = match &self.tail {
            Some(messages) => messages.split_foreign(frame.message, &body)?,
            None => (MessageIndex::default(), &*body),
        };
        Ok(Some(Decoded {
            value: self.plan.decode(&message, body)?,
            schema: Some(self.key),
        }))
    }
}
