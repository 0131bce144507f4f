use wireform_registry::{ResolvedSchema, SchemaKey};

use super::descriptor::{self, MessageNames};
use super::frame_tail::{NamedMessages, NumberedMessages};
use super::rules::ProtobufRules;
use crate::error::Result;
use crate::language::{FrameTail, Language, Records};

impl Language for ProtobufRules {
    fn records(&self, writer: &ResolvedSchema) -> Result<Records> {
        let schema = descriptor::parse("schema", &writer.text)?;
        Ok(Records::Messages(MessageNames::new(&schema).by_index()))
    }

    fn frame_tail(
        &self,
        key: SchemaKey,
        writer: &ResolvedSchema,
    ) -> Result<Option<Box<dyn FrameTail>>> {
        let schema = descriptor::parse("schema", &writer.text)?;
        Ok(Some(match key {
            SchemaKey::Glue(_) => Box::new(NumberedMessages::new(&schema)),
            _ => Box::new(NamedMessages::new(&schema)),
        }))
    }
}
