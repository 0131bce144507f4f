use wireform_registry::ResolvedSchema;

use super::schema::ProtobufSchema;
use crate::dynamic::{DynamicBodies, DynamicOptions, DynamicValue};
use crate::error::Result;
use crate::frame::MessageIndex;

/// Protobuf messages as ProtoJSON.
pub(in crate::protobuf) struct DynamicProtobuf {
    writer: ProtobufSchema,
    reader: Option<ProtobufSchema>,
    message: Option<String>,
}

impl DynamicProtobuf {
    pub(in crate::protobuf) fn new(
        writer: &ResolvedSchema,
        reader: Option<&ResolvedSchema>,
        options: &DynamicOptions,
    ) -> Result<Self> {
        let codec = Self {
            writer: ProtobufSchema::parse(writer)?,
            reader: reader.map(ProtobufSchema::parse).transpose()?,
            message: options.message.clone(),
        };
        if codec.message.is_some() {
            codec.written().message(codec.message.as_deref())?;
        }
        Ok(codec)
    }

    fn written(&self) -> &ProtobufSchema {
        self.reader.as_ref().unwrap_or(&self.writer)
    }
}

impl DynamicBodies for DynamicProtobuf {
    fn decode(&self, index: Option<&MessageIndex>, body: &[u8]) -> Result<DynamicValue> {
        let message = self.message.as_deref();
        let mut read = self.writer.decode_body(index, body, message)?;
        if let Some(reader) = &self.reader {
            // Fields have numbers: what was written is read with the reader's message.
            let name = message.unwrap_or(&read.message);
            read = reader.decode_body(None, &read.body, Some(name))?;
        }
        Ok(DynamicValue {
            json: read.json,
            body: read.body,
        })
    }

    fn encode(&self, json: &str, _is_framed: bool, out: &mut Vec<u8>) -> Result<MessageIndex> {
        let written = self.written().from_json(json, self.message.as_deref())?;
        out.extend_from_slice(&written.body);
        Ok(written.index)
    }
}
