use serde::de::IgnoredAny;
use serde_json::Value;
use wireform_registry::ResolvedSchema;

use super::texts::parse_text;
use super::{JsonSchema, Validation};
use crate::dynamic::{Annotations, DynamicBodies, DynamicValue, Part, compact_json};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::MessageIndex;
use crate::serializer::Deserializer as _;

/// JSON text, validated with the schemas that can validate it: records on a topic are read although
/// their schema cannot.
pub(super) struct DynamicJson {
    /// The writer's, and the reader's if there is one; or why it validates nothing.
    schemas: Vec<Result<JsonSchema<Value>>>,
}

impl DynamicJson {
    pub(super) fn new(writer: &ResolvedSchema, reader: Option<&ResolvedSchema>) -> Result<Self> {
        let schemas = [Some(writer), reader].into_iter().flatten();
        Ok(Self {
            schemas: schemas.map(codec).collect::<Result<_>>()?,
        })
    }
}

impl DynamicBodies for DynamicJson {
    fn decode(&self, _index: Option<&MessageIndex>, body: &[u8]) -> Result<DynamicValue> {
        for codec in self.schemas.iter().flatten() {
            codec.deserialize(body)?;
        }
        if self.schemas.iter().all(Result::is_err) {
            serde_json::from_slice::<IgnoredAny>(body)
                .map_err(|error| Error::new(ErrorKind::Decode, format!("invalid JSON: {error}")))?;
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
        if let Some(error) = self.schemas.iter().find_map(|codec| codec.as_ref().err()) {
            return Err(error.again());
        }
        out.extend_from_slice(&self.decode(None, json.as_bytes())?.body);
        Ok(MessageIndex::default())
    }
}

/// Returns the codec that validates with `schema`, or the reason why it cannot be made.
///
/// # Errors
/// `InvalidSchema` if its text is not a JSON object or boolean.
fn codec(schema: &ResolvedSchema) -> Result<Result<JsonSchema<Value>>> {
    match parse_text(&schema.text, None) {
        Err(error) if error.kind() != ErrorKind::LimitExceeded => return Err(error),
        _ => {}
    }
    let codec = JsonSchema::for_reading(schema.into());
    Ok(codec.and_then(|codec| {
        codec.check_schema()?;
        Ok(codec.on_read(Validation::Enforce))
    }))
}

/// Annotates `body` as a whole: whether it is JSON.
pub(super) fn annotate(body: &[u8]) -> Annotations {
    let read = serde_json::from_slice::<IgnoredAny>(body);
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
