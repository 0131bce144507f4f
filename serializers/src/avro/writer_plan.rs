use wireform_registry::ResolvedSchema;

use super::codec_schema::{has_raw_body, raw_body};
use super::rules::parse_resolved;
use super::schema::Schema;
use crate::error::Result;
use crate::frame::MessageIndex;
use crate::reader::{ReadCodec, ReadPlan};

/// How data of one writer schema is read by a codec, outside of a frame.
#[derive(Debug)]
pub(super) struct WriterPlan<T> {
    pub(super) schema: Schema,
    plan: Box<dyn ReadPlan<T>>,
    /// Whether the plan wants the bytes of a datum without their length.
    is_raw_bytes: bool,
}

impl<T> WriterPlan<T> {
    pub(super) fn new(
        codec: &(impl ReadCodec<T> + ?Sized),
        writer: &ResolvedSchema,
    ) -> Result<Self> {
        let schema = parse_resolved(writer)?;
        Ok(Self {
            plan: codec.plan(writer)?,
            is_raw_bytes: has_raw_body(&schema),
            schema,
        })
    }

    pub(super) fn decode(&self, datum: &[u8]) -> Result<T> {
        let body = match self.is_raw_bytes {
            true => raw_body(datum)?,
            false => datum,
        };
        self.plan.decode(&MessageIndex::default(), body)
    }
}

#[cfg(test)]
mod tests;
