use wireform_registry::{ResolvedSchema, SchemaKey};

use super::descriptor::{self, MessageNames};
#[cfg(feature = "dynamic")]
use super::dynamic::{DynamicProtobuf, annotate};
use super::frame_tail::{NamedMessages, NumberedMessages};
use super::rules::ProtobufRules;
#[cfg(feature = "dynamic")]
use crate::dynamic::{Annotations, DynamicBodies, DynamicOptions};
use crate::error::Result;
#[cfg(feature = "dynamic")]
use crate::frame::MessageIndex;
use crate::language::{FrameTail, Language, Records};

impl Language for ProtobufRules {
    fn records(&self, writer: &ResolvedSchema) -> Result<Records> {
        let schema = descriptor::parse("schema", &writer.text)?;
        Ok(Records::Messages(MessageNames::new(&schema).by_index()))
    }

    #[cfg(feature = "dynamic")]
    fn dynamic(
        &self,
        writer: &ResolvedSchema,
        reader: Option<&ResolvedSchema>,
        options: &DynamicOptions,
    ) -> Result<Box<dyn DynamicBodies>> {
        Ok(Box::new(DynamicProtobuf::new(writer, reader, options)?))
    }

    #[cfg(feature = "dynamic")]
    fn annotate(
        &self,
        schema: &ResolvedSchema,
        message: Option<&str>,
        index: Option<&MessageIndex>,
        body: &[u8],
    ) -> Result<Annotations> {
        annotate(schema, message, index, body)
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
