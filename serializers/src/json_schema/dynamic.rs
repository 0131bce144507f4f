use serde_json::Value;
use wireform_registry::ResolvedSchema;

use super::{JsonSchema, Validation};
use crate::dynamic::{Annotations, DynamicBodies, DynamicValue, Part, compact_json};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::MessageIndex;
use crate::serializer::Deserializer as _;

/// JSON text that is validated.
pub(super) struct DynamicJson {
    writer: JsonSchema<Value>,
    reader: Option<JsonSchema<Value>>,
}

impl DynamicJson {
    pub(super) fn new(writer: &ResolvedSchema, reader: Option<&ResolvedSchema>) -> Result<Self> {
        Ok(Self {
            writer: codec(writer)?,
            reader: reader.map(codec).transpose()?,
        })
    }

    /// Checks that the schemas can be validated: what is written must be valid.
    fn check_schemas(&self) -> Result<()> {
        self.writer.check_schema()?;
        self.reader
            .as_ref()
            .map_or(Ok(()), JsonSchema::check_schema)
    }
}

impl DynamicBodies for DynamicJson {
    fn decode(&self, _index: Option<&MessageIndex>, body: &[u8]) -> Result<DynamicValue> {
        self.writer.deserialize(body)?;
        if let Some(reader) = &self.reader {
            reader.deserialize(body)?;
        }
        let text = std::str::from_utf8(body)
            .map_err(|_| Error::new(ErrorKind::Decode, "the text is not UTF-8"))?;
        let json = compact_json(text);
        Ok(DynamicValue {
            body: json.clone().into_bytes(),
            json,
        })
    }

    fn encode(&self, json: &str, _is_framed: bool, out: &mut Vec<u8>) -> Result<MessageIndex> {
        self.check_schemas()?;
        out.extend_from_slice(&self.decode(None, json.as_bytes())?.body);
        Ok(MessageIndex::default())
    }
}

fn codec(schema: &ResolvedSchema) -> Result<JsonSchema<Value>> {
    let codec = JsonSchema::for_reading(schema.into())?;
    // Records on a topic are read although their schema cannot be validated.
    let validation = match codec.check_schema() {
        Ok(()) => Validation::Enforce,
        Err(_) => Validation::Off,
    };
    Ok(codec.on_read(validation))
}

/// Whether `body` is JSON; its parts are not told apart.
pub(super) fn annotate(body: &[u8]) -> Annotations {
    let read = serde_json::from_slice::<serde::de::IgnoredAny>(body);
    let fault = read.err().map(|error| format!("invalid JSON: {error}"));
    Annotations {
        name: "value".to_owned(),
        is_valid: fault.is_none(),
        parts: fault
            .map(|fault| Part::new(0, 0, fault))
            .into_iter()
            .collect(),
    }
}
